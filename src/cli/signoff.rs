//! `signoff`: a document to sign, from the results and from what people declare; also from a plan without any result.

use super::args::SignoffArgs;
use super::choices::Format;
use super::judging::Judging;
use super::report::{Asked, against};
use super::{
    EXIT_INCONCLUSIVE, EXIT_INPUT, EXIT_NOT_READY, EXIT_READY, Stop, Streams, browser, declarations, deliver, pipeline,
};
use crate::error::Error;
use crate::fmt;
use crate::judge::outcome::Verdict;
use crate::render::text;
use crate::store::Store;

/// Judges the inputs, or the plan alone, writes the document and ends as `report` does.
pub(super) fn run(args: &SignoffArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    deliver::folder(&args.out)?;
    deliver::spare_others(&args.out, &[Format::Json])?;
    // Said before the long work.
    let browser = args.pdf.then(browser::find).transpose()?;
    let declared = declarations::find(args.signoff.as_deref(), &args.input.inputs)?;
    let gathered = pipeline::gather(&args.input, true, streams)?;
    if gathered.tests.is_empty() && gathered.config.tests.is_empty() {
        let hint = "a plan in plimsoll.toml ([[tests]]) makes a document without any result";
        let nothing = || Error::usage("there is nothing to sign off: no INPUT and no plan").hint(hint);
        let named = !args.input.inputs.is_empty();
        return Err(if named { pipeline::nothing_usable(&gathered) } else { nothing() }.into());
    }
    let store = Store::at(&args.store.store);
    let asked = Asked {
        command: "signoff",
        input: &args.input,
        baseline: args.baseline.as_deref(),
        title: None,
        signoff: args.signoff.as_deref(),
        compat: None,
    };
    let mut judging = Judging::new(&gathered, None, asked.line());
    judging.request = asked.request();
    if let Some(name) = args.baseline.as_deref() {
        against(&mut judging, &store, name, streams)?;
    }
    let mut report = judging.report();
    report.signoff = Some(declared.sign_off(&mut report));
    let mut written = deliver::sign_off(&report, &args.out)?;
    written.push(deliver::json(&report, &args.out)?);
    if let Some(browser) = browser {
        let pdf = args.out.join("signoff.pdf");
        browser.print(&args.out.join("signoff.html"), &pdf)?;
        written.push(pdf);
    }
    let words = text::verdict_words(report.verdict);
    writeln!(streams.out, "measured verdict: {words} ({})", fmt::plain(&report.answer.summary))?;
    let release = report.signoff.as_ref().and_then(|one| one.release.verdict).map(text::verdict_words);
    writeln!(streams.out, "readiness of the release: {}", release.unwrap_or("NOT ASSESSED"))?;
    for path in &written {
        writeln!(streams.out, "wrote {}", fmt::plain(&path.display().to_string()))?;
    }
    if gathered.tests.is_empty() && !gathered.problems.is_empty() {
        return Ok(EXIT_INPUT);
    }
    Ok(match report.verdict {
        Verdict::NotReady => EXIT_NOT_READY,
        Verdict::Inconclusive => EXIT_INCONCLUSIVE,
        Verdict::Ready | Verdict::ReadyWithConditions => EXIT_READY,
    })
}

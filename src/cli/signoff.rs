//! `signoff`: a document to sign, from the results and from what people declare; also from a plan without any result.

use super::args::{Format, InputArgs, SignoffArgs};
use super::judging::{self, Judging};
use super::report::{self, Asked};
use super::{
    EXIT_INCONCLUSIVE, EXIT_INPUT, EXIT_NOT_READY, EXIT_READY, Stop, Streams, browser, declarations, pipeline,
};
use crate::error::Error;
use crate::fmt;
use crate::judge::outcome::Verdict;
use crate::render::text;
use crate::report::model::Request;
use crate::report::signoff::skeleton;
use crate::store::Store;
use std::fs;
use std::path::Path;

/// Judges the inputs, or the plan alone, writes the document and ends as `report` does.
pub(super) fn run(args: &SignoffArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    fs::create_dir_all(&args.out).map_err(|error| report::cannot("make the folder", &args.out, &error))?;
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
    let before = args.baseline.as_deref().map(|name| judging::load(&store, name, &gathered.config)).transpose()?;
    let asked = Asked {
        command: "signoff",
        input: &args.input,
        baseline: args.baseline.as_deref(),
        title: None,
        signoff: args.signoff.as_deref(),
    };
    let judging = Judging {
        gathered: &gathered,
        baseline: before.as_ref(),
        title: None,
        command: asked.line(),
        request: asked.request(),
    };
    let mut report = judging.report();
    report.signoff = Some(declared.sign_off(&report));
    let mut written = report::write(&report, &[Format::Signoff, Format::Json], &args.out)?;
    if let Some(browser) = browser {
        let pdf = args.out.join("signoff.pdf");
        browser.print(&args.out.join("signoff.html"), &pdf)?;
        written.push(pdf.display().to_string());
    }
    let words = text::verdict_words(report.verdict);
    writeln!(streams.out, "measured verdict: {words} ({})", fmt::plain(&report.answer.summary))?;
    let release = report.signoff.as_ref().and_then(|one| one.release.verdict).map(text::verdict_words);
    writeln!(streams.out, "readiness of the release: {}", release.unwrap_or("NOT ASSESSED"))?;
    for path in &written {
        writeln!(streams.out, "wrote {}", fmt::plain(path))?;
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

/// `init --signoff`: a signoff.toml begun from what the results show, in the working folder. One that is there is never written over.
pub(super) fn begin(input: &InputArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    let path = Path::new("signoff.toml");
    if path.exists() {
        return Err(Error::usage("signoff.toml is here already")
            .hint("move it aside; `plimsoll explain signoff` prints every key")
            .into());
    }
    let gathered = pipeline::gather(input, false, streams)?;
    let request = Request::default();
    let judging = Judging { gathered: &gathered, baseline: None, title: None, command: String::new(), request };
    let text = skeleton(&judging.report());
    fs::write(path, text).map_err(|error| report::cannot("write", path, &error))?;
    writeln!(streams.out, "wrote signoff.toml: fill in what is commented out, then `plimsoll signoff`")?;
    Ok(EXIT_READY)
}

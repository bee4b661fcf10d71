//! `explain [WORD]`: what a word of a report means, a rule's page, the formats, the configuration, the JSON schema.

use super::{EXIT_READY, Stop, Streams, args::ExplainArgs};
use crate::error::Error;
use crate::fmt;
use crate::ingest::ADAPTERS;
use crate::judge::rules::RULES;
use crate::report::model::Report;
use std::io::Write;

/// Words of a report and what they mean; one list for `explain`, its own listing and the tests.
const WORDS: &[(&str, &str)] = &[
    (
        "ready",
        "READY: every critical criterion was judged, none failed, and nothing asks for a condition. Exit code 0.",
    ),
    (
        "ready-with-conditions",
        "READY WITH CONDITIONS: nothing critical failed and nothing critical is unknown, but what is listed as conditions must be \
         accepted: a criterion met on too few requests to prove it, a warning band, a waiver, no criterion on latency. Exit code 0; \
         1 with `--fail-on conditions`.",
    ),
    ("not-ready", "NOT READY: at least one critical criterion failed. Exit code 1."),
    (
        "inconclusive",
        "INCONCLUSIVE: a critical criterion could not be told: too few requests, no data, an invalid run, a required test without \
         result, a baseline that is missing. Nothing passes on missing data. Exit code 4; 0 with `--allow inconclusive`, which says so.",
    ),
    (
        "pass",
        "The figure is inside its limit, and the bad side of its 95 % interval too (or no interval can exist: *quoted*).",
    ),
    (
        "met-not-proven",
        "The figure is inside its limit, but its 95 % interval reaches across: what was observed is not what was proven. The number of \
         requests that would settle it stands beside it.",
    ),
    ("warn", "Between the limit and the second limit (`warn_…`) of a criterion."),
    (
        "fail",
        "Outside the limit: by the figure (evidence = \"observed\"), or by the whole interval (evidence = \"proven\").",
    ),
    ("not-run", "The plan declares the test and no file is its result."),
    ("blocked", "The plan declares the test, says that it could not be run, why, and what unblocks it."),
    ("waived", "Failed, and accepted by a named owner with reason, ceiling and expiry, all of which are in force."),
    ("not-applicable", "Declared not to apply, with a reason; counts for nothing."),
    (
        "p95",
        "The smallest recorded latency such that at least 95 % of requests were at or below it (inverse CDF, type 1, on HdrHistogram \
         buckets with 3 significant digits): 1 in 20 requests took longer. Figures quoted from a tool keep the tool's definition.",
    ),
    (
        "interval",
        "95 % interval. Of a percentile: order statistics, distribution-free. Of failures: Wilson. Both are widened by the design \
         effect, because requests next to each other are alike.",
    ),
    (
        "design-effect",
        "How much more a share varies between stretches of the run than it would if requests were independent; never below 1. It is \
         measured from the windows and widens every interval.",
    ),
    (
        "source-class",
        "raw: computed from one row per request. bucketed: from the tool's own rounded histogram (Locust). quoted: as the tool printed \
         it, never merged, averaged or interpolated.",
    ),
    ("test", "One execution of one tool, from one or several files; a k6 run with three scenarios is one test."),
    ("endpoint", "What requests are grouped by: method and name, `GET /api/events`."),
    (
        "baseline",
        "Stored runs that a new one is compared with: `baseline save NAME INPUT`, then `report INPUT --baseline NAME`.",
    ),
    (
        "regressed",
        "Slower (or failing more often) than the baseline beyond chance (false-discovery rate 5 % over all comparisons), by at least 5 % \
         and 5 ms, or 0.1 points of failures.",
    ),
    ("no-slower", "A slowdown by 10 % or more is ruled out at the 95 % level."),
    (
        "no-regression-seen",
        "Not shown to be no slower, but a slowdown of the size that is printed (50 % at most) would have been seen.",
    ),
    ("improved", "Faster than the baseline beyond chance, by at least 5 % and 5 ms."),
    (
        "ramp",
        "The time in which users rise at the start, or as declared. Shown, part of the totals, left out of comparisons.",
    ),
    (
        "window",
        "Requests are counted in windows of 0.1 s times a power of two, at most 512 a test, each in the one in which it ended.",
    ),
    (
        "coordinated-omission",
        "When a system stalls, a load generator that waits sends fewer requests, so the stall is measured too rarely. Where arrivals \
         were dropped, percentiles are lower bounds, and the report says so.",
    ),
];

/// Prints the explanation of a word, or everything that can be explained.
pub(super) fn run(args: &ExplainArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    match args.word.as_deref() {
        None => listing(streams.out)?,
        Some("schema") => schema(streams.out)?,
        Some("config") => streams.out.write_all(crate::config::DEFAULT.as_bytes())?,
        Some("input") => streams.out.write_all(include_bytes!("../../docs/own-script.md"))?,
        Some("formats") => formats(streams.out)?,
        Some(word) => explain(word, streams.out)?,
    }
    Ok(EXIT_READY)
}

fn explain(word: &str, out: &mut dyn Write) -> Result<(), Stop> {
    let wanted = word.to_lowercase().replace([' ', '_'], "-");
    if let Some((name, text)) = WORDS.iter().find(|(name, _)| *name == wanted) {
        writeln!(out, "{name}\n\n{text}")?;
        return Ok(());
    }
    if let Some(rule) = RULES.iter().find(|rule| rule.name == wanted) {
        out.write_all(rule.page().as_bytes())?;
        return Ok(());
    }
    if let Some(adapter) = ADAPTERS.iter().find(|adapter| adapter.name() == word) {
        writeln!(out, "{} ({})\n\n{}", adapter.name(), adapter.tool(), adapter.about())?;
        return Ok(());
    }
    let known = names();
    let near =
        known.iter().max_by(|a, b| strsim::jaro_winkler(a, &wanted).total_cmp(&strsim::jaro_winkler(b, &wanted)));
    let hint = near.filter(|near| strsim::jaro_winkler(near, &wanted) > 0.8).map_or_else(
        || "`plimsoll explain` lists what can be explained".to_owned(),
        |near| format!("did you mean `{near}`? `plimsoll explain` lists what can be explained"),
    );
    Err(Error::usage(format!("there is nothing to explain under `{}`", fmt::plain(word))).hint(hint).into())
}

/// Everything that `explain` takes.
fn names() -> Vec<&'static str> {
    let topics = ["input", "formats", "config", "schema"];
    let words = WORDS.iter().map(|(name, _)| *name);
    let rules = RULES.iter().map(|rule| rule.name);
    topics.into_iter().chain(words).chain(rules).chain(ADAPTERS.iter().map(|adapter| adapter.name())).collect()
}

fn listing(out: &mut dyn Write) -> Result<(), Stop> {
    writeln!(out, "plimsoll explain WORD, where WORD is one of\n")?;
    writeln!(out, "  input      what a script of your own should write so that everything works")?;
    writeln!(out, "  formats    every file kind that is read")?;
    writeln!(out, "  config     plimsoll.toml with every key, commented; also the defaults in force")?;
    writeln!(out, "  schema     the JSON Schema of report.json\n")?;
    let row = |title: &str, names: Vec<&str>| format!("{title}: {}", names.join(", "));
    writeln!(out, "{}\n", row("Words of a report", WORDS.iter().map(|(name, _)| *name).collect()))?;
    writeln!(out, "{}\n", row("Rules", RULES.iter().map(|rule| rule.name).collect()))?;
    writeln!(out, "{}", row("Adapters", ADAPTERS.iter().map(|adapter| adapter.name()).collect()))?;
    Ok(())
}

fn formats(out: &mut dyn Write) -> Result<(), Stop> {
    for adapter in ADAPTERS {
        writeln!(out, "{:<22} {:<10} {}", adapter.name(), adapter.tool(), adapter.about())?;
    }
    Ok(())
}

/// The JSON Schema of report.json.
fn schema(out: &mut dyn Write) -> Result<(), Stop> {
    let schema = schemars::schema_for!(Report);
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Error::output(error.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(())
}

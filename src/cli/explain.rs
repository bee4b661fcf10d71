//! `explain [WORD]`: what a word of a report means, a rule's page, the formats, the configuration, the JSON schema.

use super::glossary::{self, WORDS};
use super::{EXIT_READY, Stop, Streams, args::ExplainArgs};
use crate::error::Error;
use crate::fmt;
use crate::ingest::ADAPTERS;
use crate::judge::rules::RULES;
use crate::report::model::Report;
use std::io::Write;

/// Prints the explanation of a word, or everything that can be explained.
pub(super) fn run(args: &ExplainArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    match args.word.as_deref() {
        None => listing(streams.out)?,
        Some("schema") => schema(streams.out)?,
        Some("signoff") => streams.out.write_all(crate::config::signoff::SKELETON.as_bytes())?,
        Some("config") => streams.out.write_all(crate::config::DEFAULT.as_bytes())?,
        Some("input") => streams.out.write_all(include_bytes!("../../docs/own-script.md"))?,
        Some("formats") => formats(streams.out)?,
        Some(word) => explain(word, streams.out)?,
    }
    Ok(EXIT_READY)
}

fn explain(word: &str, out: &mut dyn Write) -> Result<(), Stop> {
    if let Some((name, text)) = glossary::meant(word).map(|found| glossary::said(word, *found)) {
        writeln!(out, "{name}\n\n{text}")?;
        return Ok(());
    }
    let wanted = word.to_lowercase().replace([' ', '_'], "-");
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
    let topics = ["input", "formats", "config", "signoff", "schema"];
    let words = WORDS.iter().map(|(name, _)| *name);
    let rules = RULES.iter().map(|rule| rule.name);
    topics.into_iter().chain(words).chain(rules).chain(ADAPTERS.iter().map(|adapter| adapter.name())).collect()
}

fn listing(out: &mut dyn Write) -> Result<(), Stop> {
    writeln!(out, "plimsoll explain WORD, where WORD is one of\n")?;
    writeln!(out, "  input      what a script of your own should write so that everything works")?;
    writeln!(out, "  formats    every file kind that is read")?;
    writeln!(out, "  config     plimsoll.toml with every key, commented; also the defaults in force")?;
    writeln!(out, "  signoff    signoff.toml with every key, commented: what people declare in a sign-off")?;
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

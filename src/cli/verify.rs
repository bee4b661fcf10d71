//! `verify report.json`: computes a report anew from the inputs that it names by their hashes, with the configuration, the declarations and
//! the baseline that it carries, and says what differs.
//!
//! Inputs are sought where the report says they lie, then under `--inputs`, by their hash alone. What cannot be found is named, and
//! nothing is said of the rest: exit code 4.

mod differ;
mod locate;

use super::against::Against;
use super::args::VerifyArgs;
use super::declarations::Declarations;
use super::judging::{Judging, config_hash};
use super::{EXIT_INCONCLUSIVE, EXIT_NOT_READY, EXIT_READY, Stop, Streams, attest, pipeline};
use crate::config::Config;
use crate::config::import::{Compat, Loaded};
use crate::error::{Error, Place};
use crate::fmt;
use crate::render::text::verdict_words;
use crate::report::baseline::BaselineUsed;
use crate::report::model::{ImportUsed, Report, SCHEMA};
pub(super) use locate::Located;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Differences that are printed; the rest is counted.
const SHOWN: usize = 20;

/// Verifies and prints what came of it: 0 if all agrees, 1 if something differs, 4 if an input is missing.
pub(super) fn run(args: &VerifyArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    let (told, raw) = read(&args.report)?;
    let located = locate::locate(&told, args.inputs.as_deref())?;
    if let Some(folder) = &located.not_there {
        writeln!(streams.out, "missing: the folder {} that `--inputs` names", fmt::plain(folder))?;
    }
    if !located.missing.is_empty() {
        for one in &located.missing {
            writeln!(streams.out, "missing: {}", fmt::plain(one))?;
        }
        let count = fmt::plural(located.missing.len() as u64, "input is", "inputs are");
        writeln!(streams.out, "{count} missing, so nothing can be verified; `--inputs DIR` says where else to look")?;
        return Ok(EXIT_INCONCLUSIVE);
    }
    let again = recomputed(&told, &located)?;
    let mut differences = hashes(&told);
    differences.extend(differ::differences(&told, &again)?);
    let unknown =
        differ::unknown(&raw, &told)?.into_iter().map(|key| format!("{key}: this version writes no such key"));
    if told.generator.version == again.generator.version {
        differences.extend(unknown);
    } else {
        let (then, now) = (fmt::plain(&told.generator.version), &again.generator.version);
        writeln!(streams.out, "note: version {then} made the report, this is {now}")?;
        for one in unknown.take(SHOWN) {
            writeln!(streams.out, "note: {}, so it is not verified", fmt::plain(&one))?;
        }
    }
    for one in differences.iter().take(SHOWN) {
        writeln!(streams.out, "differs: {}", fmt::plain(one))?;
    }
    if differences.len() > SHOWN {
        writeln!(streams.out, "and {} more", differences.len() - SHOWN)?;
    }
    if !differences.is_empty() {
        let count = fmt::plural(differences.len() as u64, "figure differs", "figures differ");
        writeln!(streams.out, "not verified: {count} from what the inputs give")?;
        return Ok(EXIT_NOT_READY);
    }
    writeln!(
        streams.out,
        "verified: {} in {} follow from {}; verdict {}",
        fmt::plural(told.criteria.len() as u64, "criterion", "criteria"),
        fmt::plural(told.tests.len() as u64, "test", "tests"),
        fmt::plural(located.files.len() as u64, "file", "files"),
        verdict_words(told.verdict),
    )?;
    if args.attest {
        let path = args.report.with_file_name("attestation.json");
        fs::write(&path, attest::statement(&told)?).map_err(|error| super::deliver::cannot("write", &path, &error))?;
        writeln!(streams.out, "wrote {}", fmt::plain(&path.display().to_string()))?;
    }
    Ok(EXIT_READY)
}

/// The report, and its text's values: also those of keys that no report has.
fn read(path: &Path) -> Result<(Report, Value), Error> {
    let place = || Place::source(path.display().to_string());
    let text =
        fs::read_to_string(path).map_err(|error| Error::input(format!("cannot be read: {error}")).at(place()))?;
    let no_report = |error: serde_json::Error| {
        Error::input(format!("is no report of this version: {error}"))
            .at(place())
            .hint("`report` and `signoff` write report.json")
    };
    let report: Report = serde_json::from_str(&text).map_err(no_report)?;
    let raw: Value = serde_json::from_str(&text).map_err(no_report)?;
    if report.schema == SCHEMA {
        Ok((report, raw))
    } else {
        Err(Error::input(format!("is of schema `{}`", fmt::plain(&report.schema))).at(place()))
    }
}

/// What the report carries against the hashes that it names.
fn hashes(told: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    if config_hash(&told.config.text, &told.config.imports) != told.config.sha256 {
        wrong.push("the configuration that the report carries is not the one of its hash".to_owned());
    }
    wrong
}

fn recomputed(told: &Report, located: &Located) -> Result<Report, Error> {
    let mut config = match told.config.source.as_str() {
        "default" => Config::defaults()?,
        source => Config::parse(&told.config.text, source)?,
    };
    imports(&mut config, &told.config.imports)?;
    let baseline = told.baseline.as_ref().map(carried).transpose()?;
    let reference = told.reference.as_ref().map(|one| carried(&one.baseline)).transpose()?;
    let mut gathered = pipeline::again(config, &told.reproduce.request, located)?;
    let compat = told.reproduce.request.compat.as_deref();
    gathered.config.compat = Compat::ALL.into_iter().find(|one| Some(one.name()) == compat);
    // Files that are nobody's result are not hashed, so that nothing is said of them.
    gathered.files_not_used.clone_from(&told.files_not_used);
    let asked = &told.reproduce;
    let mut judging = Judging::new(&gathered, asked.request.title.clone(), asked.command.clone());
    judging.request = told.reproduce.request.clone();
    (judging.baseline, judging.reference) = (baseline, reference);
    // What the store knew is its own, and decides nothing.
    judging.history.clone_from(&told.history);
    let mut again = judging.report();
    if let Some(signoff) = &told.signoff {
        let declared = signoff.declared.as_ref().map(Declarations::carried).transpose()?.unwrap_or_default();
        let mut made = declared.sign_off(&mut again);
        // The last sign-off's report is not carried.
        made.changes.clone_from(&signoff.changes);
        again.signoff = Some(made);
    }
    Ok(again)
}

/// Takes in the criteria that a report carries of other tools' files: those that its configuration imports, then those that were
/// given with the results.
fn imports(config: &mut Config, used: &[ImportUsed]) -> Result<(), Error> {
    let mut declared = config.imports.clone().into_iter().filter(|import| import.from.is_some());
    for one in used {
        let demands = serde_json::from_value(one.demands.clone()).map_err(|error| {
            Error::input(format!("the criteria of {} are not understood: {error}", fmt::plain(&one.source)))
        })?;
        let import = declared.next().unwrap_or_default();
        config.borrowed.push(Loaded { sha256: Some(one.sha256.clone()), ..import.own(one.source.clone(), demands) });
    }
    Ok(())
}

/// The baseline that a report carries.
fn carried(used: &BaselineUsed) -> Result<Against, Error> {
    let text = used.carried.as_deref().ok_or_else(|| {
        Error::input(format!("the report does not carry its baseline {}", fmt::plain(&used.id)))
            .hint("write the report again with this version, and verify that")
    })?;
    Against::read(&used.id, text)
}

//! `report`: judge results and write report.html, report.md with its pictures, report.json, and what build servers read.

use super::against::Against;
use super::args::{InputArgs, ReportArgs};
use super::choices::{CompatArg, Format};
use super::declarations;
use super::deliver::{self, Delivery, Written};
use super::history;
use super::judging::Judging;
use super::surroundings::{self, Surroundings};
use super::{EXIT_INPUT, Stop, Streams, exit, pipeline, write_error};
use crate::error::Error;
use crate::fmt;
use crate::judge::outcome::Verdict;
use crate::render::ci::Gate;
use crate::render::text;
use crate::report::model::{Report, Request};
use crate::store::{Runs, Store};
use std::path::Path;

/// A report that was judged and written.
struct Judged {
    report: Report,
    gate: Gate,
    written: Vec<Written>,
    code: u8,
}

/// Judges the inputs, writes the files, prints the answer and tells the build server.
pub(super) fn run(args: &ReportArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    let surroundings = Surroundings::new(args.ci, &args.out, &surroundings::variable);
    // What is printed holds names from outside: to a runner that obeys its log they are text until the token comes.
    if let Some(token) = &surroundings.token {
        writeln!(streams.out, "::stop-commands::{token}")?;
        streams.out.flush()?;
    }
    let judged = judge(args, &surroundings, streams);
    if let Some(token) = &surroundings.token {
        streams.err.flush()?;
        writeln!(streams.out, "::{token}::")?;
    }
    let Judged { report, gate, written, code } = judged?;
    let told = args.exit_map.map_or(code, |map| map.code(code));
    delivery(args, &report, &surroundings, gate).announce(told, &written, streams.out)?;
    Ok(code)
}

fn delivery<'a>(args: &'a ReportArgs, report: &'a Report, surroundings: &'a Surroundings, gate: Gate) -> Delivery<'a> {
    Delivery { report, formats: &args.format, out: &args.out, surroundings, gate }
}

fn judge(args: &ReportArgs, surroundings: &Surroundings, streams: &mut Streams<'_>) -> Result<Judged, Stop> {
    // The folder is made before the long work, so that a bad path fails at once.
    deliver::folder(&args.out)?;
    deliver::spare_others(&args.out, &args.format)?;
    let mut gathered = pipeline::gather(&args.input, true, streams)?;
    gathered.config.compat = args.compat.map(CompatArg::compat);
    if gathered.tests.is_empty() && gathered.config.tests.is_empty() {
        return Err(pipeline::nothing_usable(&gathered).into());
    }
    let store = Store::at(&args.store.store);
    let asked = Asked {
        command: "report",
        input: &args.input,
        baseline: args.baseline.as_deref(),
        title: args.title.as_deref(),
        signoff: args.signoff.as_deref(),
        compat: args.compat,
    };
    let mut judging = Judging::new(&gathered, args.title.clone(), asked.line());
    judging.request = asked.request();
    if let Some(name) = args.baseline.as_deref() {
        against(&mut judging, &store, name, streams)?;
    }
    let mut report = judging.report();
    if args.format.contains(&Format::Signoff) {
        let declared = declarations::find(args.signoff.as_deref(), &args.input.inputs)?;
        report.signoff = Some(declared.sign_off(&mut report));
    }
    let gate = exit::gate(&report, args);
    let written = delivery(args, &report, surroundings, gate).files()?;
    if args.save {
        warn_of_twins(&judging, &store, streams)?;
        store.save(&judging.stored(&report))?;
    }
    let paths: Vec<String> = written.iter().map(|one| one.path.display().to_string()).collect();
    text::summary(&report, &paths, streams.terminal.style(), streams.out)?;
    let mut code = exit::code(gate);
    if gathered.tests.is_empty() && !gathered.problems.is_empty() {
        write_error(&pipeline::nothing_usable(&gathered), "error", streams.err)?;
        code = EXIT_INPUT;
    } else if report.verdict == Verdict::Inconclusive && gate == Gate::Passes {
        writeln!(streams.out, "INCONCLUSIVE is let pass by `--allow inconclusive`")?;
    }
    Ok(Judged { report, gate, written, code })
}

/// Says of a run that is stored already, read from another of its files, that both will count.
fn warn_of_twins(judging: &Judging<'_>, store: &Store, streams: &mut Streams<'_>) -> Result<(), Stop> {
    for one in &judging.own {
        let Some(twin) = store.twin(&one.line)? else { continue };
        let same = format!("{} may be the same execution: both are stored, and count as two runs", fmt::plain(&twin));
        let error = Error::usage(same).hint("save one of its files, and remove the other's run");
        write_error(&error, "warning", streams.err)?;
    }
    Ok(())
}

/// Finds what the run is held against, and what the store knows of its tests. Stored runs that cannot be read are said and
/// left alone.
pub(super) fn against(
    judging: &mut Judging<'_>,
    store: &Store,
    name: &str,
    streams: &mut Streams<'_>,
) -> Result<(), Stop> {
    let config = &judging.gathered.config;
    let past: Vec<Runs> = judging.own.iter().map(|one| store.runs(&one.line.test)).collect::<Result<_, _>>()?;
    let baseline = Against::find(store, name, &judging.own, &past, config)?;
    for problem in &baseline.damaged {
        write_error(problem, "warning", streams.err)?;
    }
    let reference = config.baseline.reference.as_deref().filter(|reference| *reference != name);
    judging.reference = reference.map(|name| Against::find(store, name, &judging.own, &past, config)).transpose()?;
    judging.history = history::of_tests(&judging.own, &past, config);
    judging.baseline = Some(baseline);
    Ok(())
}

/// What was asked for, as far as it changes what a report says: folder and store do not.
pub(super) struct Asked<'a> {
    pub(super) command: &'static str,
    pub(super) input: &'a InputArgs,
    pub(super) baseline: Option<&'a str>,
    pub(super) title: Option<&'a str>,
    pub(super) signoff: Option<&'a Path>,
    pub(super) compat: Option<CompatArg>,
}

impl Asked<'_> {
    /// The command that makes the report again.
    pub(super) fn line(&self) -> String {
        let mut words = vec!["plimsoll".to_owned(), self.command.to_owned()];
        let Request { inputs, adapters, monitors, .. } = self.request();
        words.extend(inputs.iter().map(|input| quoted(input)));
        let mut option = |name: &str, value: &str| words.push(format!("--{name} {}", quoted(value)));
        if let Some(config) = &self.input.config {
            option("config", &config.display().to_string());
        }
        if let Some(file) = self.signoff {
            option("signoff", &file.display().to_string());
        }
        if let Some(baseline) = self.baseline {
            option("baseline", baseline);
        }
        for one in &adapters {
            option("as", one);
        }
        for one in &monitors {
            option("monitor", one);
        }
        if let Some(title) = self.title {
            option("title", title);
        }
        if self.input.strict {
            words.push("--strict".to_owned());
        }
        if let Some(compat) = self.compat {
            words.push(format!("--compat {}", compat.compat().name()));
        }
        words.join(" ")
    }

    /// What was read, for `verify`.
    pub(super) fn request(&self) -> Request {
        let sorted = |list: &[String]| {
            let mut list = list.to_vec();
            list.sort();
            list
        };
        Request {
            inputs: sorted(&self.input.inputs),
            adapters: sorted(&self.input.adapters),
            monitors: sorted(&self.input.monitor),
            strict: self.input.strict,
            compat: self.compat.map(|compat| compat.compat().name().to_owned()),
            title: self.title.map(str::to_owned),
        }
    }
}

/// A word as a shell reads it.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./=,:+@%".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

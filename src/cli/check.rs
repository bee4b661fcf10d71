//! `check`: is plimsoll.toml right, and what does it demand? Each criterion in a sentence, without any result.

use super::args::CheckArgs;
use super::baseline::today;
use super::{EXIT_READY, Stop, Streams};
use crate::borrowed::Demands;
use crate::config::Config;
use crate::config::import::Loaded;
use crate::config::mistake::BUILT_IN;
use crate::config::schema::WaiverRow;
use crate::fmt;
use crate::judge::{borrowed, fallback, sentence, unmeant, waiver};
use std::io::{self, Write};

/// Reads the configuration and prints what it says. A mistake in it is the error that the command ends with.
pub(super) fn run(args: &CheckArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    let file = if args.file.is_dir() { args.file.join("plimsoll.toml") } else { args.file.clone() };
    let config = Config::load(&file)?;
    let out = &mut *streams.out;
    writeln!(out, "{} is right", fmt::plain(&file.display().to_string()))?;
    plan(&config, out)?;
    criteria(&config, out)?;
    for loaded in &config.borrowed {
        imported(loaded, out)?;
    }
    doubts(&config, out)?;
    Ok(EXIT_READY)
}

fn plan(config: &Config, out: &mut dyn Write) -> io::Result<()> {
    if config.tests.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nTests")?;
    for test in &config.tests {
        let kind = test.kind.map(|kind| format!("{kind:?}").to_lowercase());
        let users = test.users.map(|users| format!("{} users", fmt::number(users)));
        let blocked = test.blocked.as_ref().map(|blocked| format!("blocked: {}", fmt::plain(&blocked.reason)));
        let not = test.not_applicable.as_ref().map(|why| format!("does not apply: {}", fmt::plain(why)));
        let optional = (!test.required).then(|| "not required".to_owned());
        let said: Vec<String> = [kind, users, optional, blocked, not].into_iter().flatten().collect();
        let about = if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) };
        writeln!(out, "  {}{about}", fmt::plain(&test.name))?;
    }
    Ok(())
}

fn criteria(config: &Config, out: &mut dyn Write) -> io::Result<()> {
    let defaults: Vec<_> = fallback::beside(config).collect();
    if config.criteria.is_empty() && defaults.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nCriteria")?;
    for criterion in &config.criteria {
        writeln!(out, "  {}: {}", fmt::plain(&criterion.id), sentence::of(criterion))?;
    }
    let why = if config.criteria.is_empty() && config.borrowed.is_empty() {
        "the default: nothing is demanded here"
    } else {
        "the default, for tests of which nothing of the kind is demanded"
    };
    for criterion in defaults {
        writeln!(out, "  {}: {} ({why})", fmt::plain(&criterion.id), sentence::of(criterion))?;
    }
    for group in &config.groups {
        let members = config.criteria.iter().filter(|criterion| group.holds(criterion)).count();
        writeln!(out, "  group {}: {}", fmt::plain(&group.id), sentence::of_group(group, members))?;
    }
    Ok(())
}

fn imported(loaded: &Loaded, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{} criteria of {}", loaded.demands.tool(), fmt::plain(&loaded.source))?;
    if let Demands::Keptn(slo) = &loaded.demands {
        for objective in &slo.objectives {
            let said = sentence::of_objective(objective, loaded);
            writeln!(out, "  {}\n    {said}", fmt::plain(&objective.original()))?;
        }
        writeln!(out, "  total_score\n    {}", sentence::of_total(&slo.total))?;
        return Ok(());
    }
    if let Demands::K6(thresholds) = &loaded.demands {
        for (one, original) in thresholds.iter().zip(loaded.demands.originals()) {
            let said = sentence::of_threshold(one, loaded.critical.unwrap_or(true));
            writeln!(out, "  {}\n    {said}", fmt::plain(&original))?;
        }
        return Ok(());
    }
    for one in borrowed::in_our_words(loaded) {
        writeln!(out, "  {}\n    {}", fmt::plain(&one.original), sentence::of_borrowed(&one))?;
    }
    Ok(())
}

/// What every criterion is called that is known before there are results.
fn ids(config: &Config) -> Vec<String> {
    let own = config.criteria.iter().map(|one| one.id.clone()).chain(config.groups.iter().map(|one| one.id.clone()));
    let borrowed = config.borrowed.iter().flat_map(|loaded| match &loaded.demands {
        Demands::Keptn(slo) => {
            let objectives = slo.objectives.iter().map(|one| one.sli.clone());
            objectives.chain(["total score".to_owned()]).collect::<Vec<_>>()
        }
        Demands::K6(_) => loaded.demands.originals(),
        _ => borrowed::in_our_words(loaded).into_iter().map(|one| one.id).collect(),
    });
    own.chain(borrowed).chain(BUILT_IN.iter().map(|id| (*id).to_owned())).collect()
}

/// What is right and probably not meant.
fn doubts(config: &Config, out: &mut dyn Write) -> io::Result<()> {
    let limits = |test: &str| {
        config.criteria.iter().any(|one| one.critical && one.test.as_ref().is_none_or(|globs| globs.matches(test)))
    };
    let mut said: Vec<String> = unmeant::doubts(config);
    let latency = config.criteria.iter().any(|one| one.metric.limits_latency());
    if !latency && config.borrowed.is_empty() {
        said.push("no criterion limits latency: the verdict is at best READY WITH CONDITIONS".to_owned());
    }
    let unlimited =
        config.tests.iter().filter(|test| test.required && !config.criteria.is_empty() && !limits(&test.name));
    said.extend(unlimited.map(|test| format!("no critical criterion is about the test {}", fmt::plain(&test.name))));
    for criterion in &config.criteria {
        let names = |globs: &crate::config::value::Globs| config.tests.iter().any(|test| globs.matches(&test.name));
        if !config.tests.is_empty() && criterion.test.as_ref().is_some_and(|globs| !names(globs)) {
            said.push(format!("`{}` is about a test that is not declared", fmt::plain(&criterion.id)));
        }
    }
    let ids = ids(config);
    let named = |row: &WaiverRow| ids.iter().any(|id| row.criterion.matches(id));
    // Thresholds of k6 come with the results: they are named by their expressions.
    let compares = |row: &WaiverRow| row.criterion.texts().iter().any(|text| text.contains(['<', '>', '=']));
    let threshold = |row: &WaiverRow| config.inputs.k6_thresholds && compares(row);
    said.extend(waiver::idle(config, &|row| named(row) || threshold(row), Some(&today())));
    let elsewhere = config.waivers.iter().filter(|row| !named(row) && threshold(row));
    said.extend(elsewhere.map(|row| {
        let name = fmt::plain(&row.criterion.texts().join(", "));
        format!("the waiver of {name} is of no criterion here: only of a threshold that k6's results bring along, if so called")
    }));
    if !said.is_empty() {
        writeln!(out, "\nPerhaps not meant")?;
        said.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    Ok(())
}

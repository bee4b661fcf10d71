//! Which file gave what, and what the reader of the figures must know about it.

use super::figure::{TOLERANCE, mean_and_max, relative};
use super::form::{Class, Form};
use super::population::populations;
use crate::fmt;
use crate::model::input::InputFile;
use crate::model::key::Population;
use crate::model::sample::Fact;
use crate::model::test::PopulationData;
use std::collections::BTreeMap;

/// What is said about a test.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) warnings: Vec<String>,
    pub(super) remarks: Vec<String>,
}

impl Said {
    fn warn(&mut self, text: String) {
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    fn remark(&mut self, text: String) {
        if !self.remarks.contains(&text) {
            self.remarks.push(text);
        }
    }

    /// What the files themselves say.
    pub(super) fn facts(&mut self, forms: &[Form]) {
        for form in forms {
            for fact in form.part.facts() {
                match fact {
                    Fact::Warning(text) => self.warn(text.clone()),
                    Fact::Remark(text) => self.remark(text.clone()),
                    // Another form may know the failures; then there is nothing to say.
                    Fact::FailuresUnknown(why) if forms.first().is_some_and(|first| first.file.source == form.file.source) => {
                        self.warn(format!("failures are not known: {why}"));
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Doubts about the files and disagreements between forms; the first form gives the figures.
pub(super) fn said(forms: &[Form], figures: &[PopulationData], monitors: &[Form]) -> Said {
    let mut said = Said::default();
    for form in forms.iter().chain(monitors) {
        of_file(&mut said, form);
    }
    let Some((first, others)) = forms.split_first() else { return said };
    if first.shards > 1 {
        said.remark(format!("{} files are shards of one run and were added", first.shards));
    }
    for form in others.iter().filter(|form| form.class < Class::Aside) {
        let theirs = populations(&form.part);
        for mine in figures {
            if let Some(theirs) = theirs.iter().find(|theirs| theirs.population == mine.population) {
                cross_check(&mut said, (first, mine), (form, theirs));
            }
        }
    }
    said
}

fn of_file(said: &mut Said, form: &Form) {
    for file in std::iter::once(&form.file).chain(&form.more_files) {
        if let Some(why) = &file.unfinished {
            said.warn(format!("{} is unfinished: {why}", file.source));
        }
        if file.rows_rejected > 0 {
            said.warn(format!(
                "{} of {} in {} could not be used",
                fmt::count(file.rows_rejected),
                fmt::plural(file.rows_read, "row", "rows"),
                file.source
            ));
        }
    }
    for copy in &form.copies {
        said.warn(format!("{copy} holds the same as {} and counts once", form.file.source));
    }
    for text in &form.said {
        said.warn(format!("{}: {text}", form.file.source));
    }
}

fn cross_check(said: &mut Said, (first, mine): (&Form, &PopulationData), (form, theirs): (&Form, &PopulationData)) {
    let noun = match mine.population {
        Population::Request => ("request", "requests"),
        Population::Connection => ("connection", "connections"),
        Population::Message => ("message", "messages"),
    };
    let both = |what: &str, own: String, other: String| {
        format!("{} says {other} {what}, {} says {own}; the latter is used", form.file.source, first.file.source)
    };
    let counts = mine.totals.requests.zip(theirs.totals.requests).filter(|(own, other)| own != other);
    if let Some((own, other)) = counts {
        let text = both(noun.1, fmt::count(own), fmt::count(other));
        #[expect(clippy::cast_precision_loss, reason = "compared to 2 %")]
        let apart = relative(own as f64, other as f64);
        match form.may_lag && other < own {
            true if apart <= TOLERANCE => said.remark(format!("{text} (it was written while the run went on)")),
            _ => said.warn(text),
        }
        return;
    }
    if let Some((own, other)) = mine.totals.failures.zip(theirs.totals.failures).filter(|(own, other)| own != other) {
        said.warn(both(&format!("failed {}", noun.1), fmt::count(own), fmt::count(other)));
    }
    let means = mean_and_max(&mine.totals.latency).0.zip(mean_and_max(&theirs.totals.latency).0);
    if let Some((own, other)) = means.filter(|(own, other)| relative(*own, *other) > TOLERANCE / 2.0) {
        said.warn(both("as mean latency", fmt::latency_us(own), fmt::latency_us(other)));
    }
}

/// The files, each with its role, in order of their names.
pub(super) fn inputs(forms: &[Form], monitors: &[Form]) -> Vec<InputFile> {
    let mut files: BTreeMap<String, InputFile> = BTreeMap::new();
    for (at, form) in forms.iter().chain(monitors).enumerate() {
        let role = role(form, at == 0);
        for file in std::iter::once(&form.file).chain(&form.more_files) {
            files.entry(file.source.clone()).or_insert_with(|| InputFile { role: role.to_owned(), ..file.clone() });
        }
    }
    files.into_values().collect()
}

fn role(form: &Form, first: bool) -> &'static str {
    match form.class {
        _ if first => "figures",
        Class::Monitor => "monitor",
        Class::Course => "series",
        Class::Raw | Class::Bucketed | Class::Quoted => "cross-check",
        Class::Aside if form.part.faults().is_empty() => "nothing found",
        Class::Aside => "faults",
    }
}

//! Which file gave what, and what the reader of the figures must know about it.

use super::figure::{TOLERANCE, mean_and_max, relative};
use super::form::{Class, Form};
use super::population::{populations, totals_of_tool};
use super::{counted, sound, together};
use crate::fmt;
use crate::model::distribution::Distribution;
use crate::model::input::InputFile;
use crate::model::key::Population;
use crate::model::sample::Fact;
use crate::model::test::{EndpointData, PopulationData, Warning, WarningKind};
use crate::unit::NANOS_PER_SECOND;
use std::collections::BTreeMap;

/// What is said about a test.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) warnings: Vec<Warning>,
    pub(super) remarks: Vec<String>,
}

impl Said {
    fn warn(&mut self, kind: WarningKind, text: String) {
        let warning = Warning { kind, text };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    pub(super) fn remark(&mut self, text: String) {
        if !self.remarks.contains(&text) {
            self.remarks.push(text);
        }
    }

    /// What the files themselves say.
    pub(super) fn facts(&mut self, forms: &[Form], figures: &[PopulationData]) {
        let failures_known = figures.first().is_some_and(|one| one.totals.failures.is_some());
        for form in forms {
            for fact in form.part.facts() {
                match fact {
                    Fact::Warning(text) => self.warn(WarningKind::Sources, text.clone()),
                    Fact::Remark(text) => self.remark(text.clone()),
                    // Another form may know the failures; then there is nothing to say.
                    Fact::FailuresUnknown(why)
                        if !failures_known
                            && forms.first().is_some_and(|first| first.file.source == form.file.source) =>
                    {
                        self.warn(WarningKind::FailuresUnknown, format!("failures are not known: {why}"));
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
    for text in together::warnings(first)
        .into_iter()
        .chain(forms.iter().flat_map(sound::contradictions))
        .chain(forms.iter().filter_map(counted::contradiction))
    {
        said.warn(WarningKind::Sources, text);
    }
    // Where another form has what is missing there is nothing to say.
    let is_timed = |one: &PopulationData| !matches!(one.totals.latency, Distribution::Unknown(_));
    if let Some((kind, text)) = counted::warning(first).filter(|_| !figures.iter().any(is_timed)) {
        said.warn(kind, text);
    }
    let counted = others.iter().filter(|form| form.class < Class::Aside);
    let others: Vec<(&Form, Vec<PopulationData>)> = counted.map(|form| (form, populations(&form.part))).collect();
    said.remarks.extend(kept_apart(figures, &others));
    let others: Vec<_> = others.iter().map(|(form, theirs)| (*form, totals_of_tool(theirs))).collect();
    for (population, mine) in totals_of_tool(figures) {
        let others: Vec<_> =
            others.iter().filter_map(|(form, theirs)| Some((*form, theirs.get(&population)?))).collect();
        cross_check(&mut said, first, (population, &mine), &others);
    }
    said
}

/// What the tool's own totals hold beside the load, where both are there: no contradiction, and to be known by whoever holds
/// one against the other.
fn kept_apart(figures: &[PopulationData], others: &[(&Form, Vec<PopulationData>)]) -> Option<String> {
    let of = |all: &[PopulationData], population| {
        all.iter().find(|one| one.population == population).and_then(|one| one.totals.requests)
    };
    let aside = of(figures, Population::Setup)?;
    let load = of(figures, Population::Request).unwrap_or(0);
    let together = |theirs: &[PopulationData]| {
        of(theirs, Population::Setup).is_none() && of(theirs, Population::Request).is_some()
    };
    let sources = others.iter().filter(|(_, theirs)| together(theirs)).map(|(form, _)| form.file.source.as_str());
    let sources: Vec<&str> = sources.collect();
    (!sources.is_empty()).then(|| {
        format!(
            "the totals of {} hold the {} of setup and teardown beside the {} of load: the tool counts them together, here \
             they are kept apart",
            fmt::listed(&sources),
            fmt::plural(aside, "request", "requests"),
            fmt::count(load)
        )
    })
}

fn of_file(said: &mut Said, form: &Form) {
    for file in std::iter::once(&form.file).chain(&form.more_files) {
        if let Some(why) = &file.unfinished {
            said.warn(WarningKind::Unfinished, format!("{} is unfinished: {why}", fmt::plain(&file.source)));
        }
        if file.rows_rejected > 0 {
            said.warn(WarningKind::Rejected, file.rejected_words());
        }
    }
    for copy in &form.copies {
        said.warn(WarningKind::Sources, format!("{copy} holds the same as {} and counts once", form.file.source));
    }
    for text in &form.superseded {
        said.warn(WarningKind::Sources, text.clone());
    }
    for text in &form.said {
        said.warn(WarningKind::Sources, format!("{}: {text}", form.file.source));
    }
}

/// Says where other forms count or time otherwise; forms that say the same thing are named together.
fn cross_check(
    said: &mut Said,
    first: &Form,
    (population, mine): (Population, &EndpointData),
    others: &[(&Form, &EndpointData)],
) {
    let noun = population.words();
    let mut differences: BTreeMap<Difference, Vec<&str>> = BTreeMap::new();
    for (form, theirs) in others {
        if let Some(difference) = difference(noun, (first, mine), (form, theirs)) {
            differences.entry(difference).or_default().push(&form.file.source);
        }
    }
    for (difference, sources) in differences {
        let says = if sources.len() > 1 { "say" } else { "says" };
        let text = format!(
            "{} {says} {}, {} says {}",
            fmt::listed(&sources),
            difference.theirs,
            first.file.source,
            difference.ours
        );
        if difference.only_late {
            said.remark(format!("{text}, which is used: the tool writes the former while it runs, and not at its end"));
        } else {
            said.warn(WarningKind::Sources, format!("{text}, which is used"));
        }
    }
}

/// What another form says otherwise.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Difference {
    theirs: String,
    ours: String,
    /// It merely lags by no more than forms of one execution may, or by what a second brings.
    only_late: bool,
}

fn difference(
    noun: &str,
    (first, mine): (&Form, &EndpointData),
    (form, theirs): (&Form, &EndpointData),
) -> Option<Difference> {
    let unlike = |own: Option<u64>, other: Option<u64>| own.zip(other).filter(|(own, other)| own != other);
    if let Some((own, other)) = unlike(mine.requests, theirs.requests) {
        #[expect(clippy::cast_precision_loss, reason = "compared to 2 %")]
        let apart = relative(own as f64, other as f64);
        // A tool that wrote its own totals in the end was not killed, so that a second is all that can be missing.
        let ended = first.class != Class::Raw && !first.may_lag && form.file.unfinished.is_none();
        let by_a_second = || ended && own.saturating_sub(other) <= in_last_second(first, own);
        let only_late = form.may_lag && other < own && (apart <= TOLERANCE || by_a_second());
        return Some(Difference { theirs: format!("{} {noun}", fmt::count(other)), ours: fmt::count(own), only_late });
    }
    if let Some((own, other)) = unlike(mine.failures, theirs.failures) {
        let theirs = format!("{} failed {noun}", fmt::count(other));
        return Some(Difference { theirs, ours: fmt::count(own), only_late: false });
    }
    let means = mean_and_max(&mine.latency).0.zip(mean_and_max(&theirs.latency).0);
    let is_rounded = |(own, other): &(f64, f64)| (own - other).abs() <= step(&theirs.latency, *other);
    let means = means.filter(|means| !is_rounded(means));
    means.filter(|(own, other)| relative(*own, *other) > TOLERANCE / 2.0).map(|(own, other)| Difference {
        theirs: format!("a mean latency of {}", fmt::latency_us(other)),
        ours: fmt::latency_us(own),
        only_late: false,
    })
}

/// About how many requests ended within the last second of a form's that counted so many: by the tool's own counts of the
/// seconds, of which the last is seldom whole, else by its mean rate.
fn in_last_second(form: &Form, requests: u64) -> u64 {
    let mut seconds: BTreeMap<i64, u64> = BTreeMap::new();
    for (second, more, _) in form.part.totals().iter().flat_map(|total| &total.per_second) {
        let sum = seconds.entry(*second).or_default();
        *sum = sum.saturating_add(*more);
    }
    let mean = || {
        let whole = form.span.map(|span| span.end.0.saturating_sub(span.start.0) / NANOS_PER_SECOND);
        whole.and_then(|seconds| requests.checked_div(u64::try_from(seconds).ok()?)).unwrap_or(0)
    };
    seconds.values().rev().take(2).max().copied().unwrap_or_else(mean)
}

/// How coarsely a tool prints a time; 0 where it is not printed.
fn step(latency: &Distribution, us: f64) -> f64 {
    if let Distribution::Quoted(quoted) = latency { quoted.step_us(us) } else { 0.0 }
}

/// The files, each with its role, in order of their names.
pub(super) fn inputs(forms: &[Form], monitors: &[Form]) -> Vec<InputFile> {
    let mut files: BTreeMap<String, InputFile> = BTreeMap::new();
    for (at, form) in forms.iter().chain(monitors).enumerate() {
        let role = role(form, at == 0 && !forms.is_empty());
        for file in std::iter::once(&form.file).chain(&form.more_files) {
            let mut file = InputFile { role: role.to_owned(), ..file.clone() };
            file.notes.extend(together::note(form, &file.source));
            files.entry(file.source.clone()).or_insert(file);
        }
    }
    files.into_values().collect()
}

fn role(form: &Form, first: bool) -> &'static str {
    let has_course = form.part.intervals_span().is_some();
    match form.class {
        _ if first => "figures",
        Class::Monitor => "monitor",
        Class::Course => "series",
        Class::Bucketed | Class::Quoted if has_course => "cross-check, series",
        Class::Raw | Class::Bucketed | Class::Quoted => "cross-check",
        Class::Aside if form.part.faults().is_empty() => "nothing found",
        Class::Aside => "faults",
    }
}

//! Which forms are of one execution.
//!
//! Within a folder (or a file's prefix in it) forms find each other by content: spans that agree at both ends, the same
//! endpoints, nearly the same totals; forms without times by their counts, means and maxima. A form goes to the execution
//! it is nearest to, the most exact forms first.

use super::alike::{self, Likeness};
use super::endpoint::EndpointRule;
use super::figure::{TOLERANCE, relative};
use super::form::{Class, Form};
use super::name::is_tools_word;
use super::{shard, twice};
use crate::unit::Span;
use std::collections::BTreeMap;

/// Adapters of two files of one run, of which the second knows percentiles alone.
const PERCENTILES: (&str, &str) = ("locust_stats", "locust_distribution");
/// Adapters of two files that are rewritten together, of which the second alone holds times.
const WRITTEN_TOGETHER: (&str, &str) = ("locust_stats", "locust_history");
/// How far starts and ends of one execution may lie apart between its forms, in seconds.
const AGREE_S: f64 = 2.0;

/// An Execution is one run of one tool with all its forms.
#[derive(Debug, Clone)]
pub(super) struct Execution {
    /// The most exact first.
    pub(super) forms: Vec<Form>,
    pub(super) monitors: Vec<Form>,
    pub(super) name: String,
    pub(super) run: Option<String>,
}

/// What became of the forms.
#[derive(Default)]
pub(super) struct Joined {
    pub(super) executions: Vec<Execution>,
    pub(super) monitors: Vec<Form>,
    pub(super) not_used: Vec<(String, String)>,
}

/// Joins forms to executions.
pub(super) fn join(forms: Vec<Form>) -> Joined {
    let (forms, not_used) = twice::once_each(forms);
    let mut joined = Joined { not_used, ..Joined::default() };
    let mut folders: BTreeMap<Vec<String>, Vec<Form>> = BTreeMap::new();
    for form in forms {
        match form.class {
            Class::Monitor => joined.monitors.push(form),
            _ => folders.entry(form.folders.clone()).or_default().push(form),
        }
    }
    for forms in folders.into_values() {
        let (executions, left) = join_folder(forms);
        joined.executions.extend(executions);
        joined.not_used.extend(left.into_iter().map(|form| (form.file.source.clone(), why_left(&form))));
    }
    joined.executions = shard::merge_executions(joined.executions);
    joined
}

fn why_left(form: &Form) -> String {
    match (form.part.faults().is_empty(), form.file.rows_used) {
        (true, 0) if form.file.rows_rejected > 0 => {
            let first = form.file.first_rejections.first();
            let why =
                first.map(|flaw| format!("; the first, in line {}: {}", flaw.line, flaw.reason)).unwrap_or_default();
            format!("not one of {} could be read{why}", crate::fmt::plural(form.file.rows_rejected, "row", "rows"))
        }
        (true, 0) => "holds no results".to_owned(),
        _ => "no result of the same execution lies beside it".to_owned(),
    }
}

fn join_folder(forms: Vec<Form>) -> (Vec<Execution>, Vec<Form>) {
    let forms = shard::merge_files(forms);
    let (aside, telling): (Vec<Form>, Vec<Form>) = forms.into_iter().partition(|form| form.class == Class::Aside);
    let mut sets = sets(telling);
    sets.sort_by(|a, b| a.rank().cmp(&b.rank()));
    let mut executions: Vec<Execution> = Vec::new();
    for set in sets {
        let nearest = (0..executions.len())
            .filter_map(|at| Some((distance(executions.get(at)?, &set)?, at)))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        match nearest.and_then(|(_, at)| executions.get_mut(at)) {
            Some(execution) => execution.forms.extend(set.forms),
            None => executions.push(set),
        }
    }
    for execution in &mut executions {
        execution.forms.sort_by(|a, b| a.rank().cmp(&b.rank()));
    }
    let left = add_aside(&mut executions, aside);
    (executions, left)
}

impl Execution {
    /// Of these forms.
    pub(super) fn of(forms: Vec<Form>) -> Self {
        Self { forms, monitors: Vec::new(), name: String::new(), run: None }
    }

    /// Names endpoints and applies bounds, now that all forms have been added up.
    pub(super) fn settle(&mut self, rules: &[EndpointRule]) {
        self.forms.iter_mut().chain(&mut self.monitors).for_each(|form| form.settle(rules));
    }

    fn rank(&self) -> Option<(Class, std::cmp::Reverse<crate::rollup::Clock>, usize, &str)> {
        self.forms.iter().map(Form::rank).min()
    }

    /// First start to last end by its most exact form that has one.
    pub(super) fn span(&self) -> Option<Span> {
        self.forms.iter().find_map(|form| form.span)
    }

    /// The first prefix of its files, the most exact first.
    pub(super) fn prefix(&self) -> &str {
        self.forms.iter().map(|form| form.prefix.as_str()).find(|prefix| !prefix.is_empty()).unwrap_or("")
    }

    fn has_prefix(&self, prefix: &str) -> bool {
        self.forms.iter().any(|form| form.prefix == prefix)
    }
}

/// A tool's files of one prefix of which each holds what the others lack (totals without times, and a course over time)
/// belong together by their names; all others stand alone.
fn sets(forms: Vec<Form>) -> Vec<Execution> {
    // Locust wrote percentiles into a file of their own once, which says nothing else.
    let is_told = |a: &Form, b: &Form| {
        let adapters = (a.file.adapter.as_str(), b.file.adapter.as_str());
        adapters == PERCENTILES || adapters == WRITTEN_TOGETHER && a.figures.distance(&b.figures).is_some()
    };
    let mut sets: Vec<Execution> = Vec::new();
    for form in forms {
        let complements = |set: &&mut Execution| {
            set.forms.len() == 1
                && set.forms.iter().all(|other| {
                    let (mut classes, mut timed) =
                        ([form.class, other.class], [form.span.is_some(), other.span.is_some()]);
                    classes.sort_unstable();
                    timed.sort_unstable();
                    let halves = classes == [Class::Quoted, Class::Course] && timed == [false, true];
                    (halves || is_told(&form, other) || is_told(other, &form))
                        && (form.tool, &form.prefix, form.part.name()) == (other.tool, &other.prefix, other.part.name())
                })
        };
        match sets.iter_mut().find(complements) {
            Some(set) => set.forms.push(form),
            None => sets.push(Execution::of(vec![form])),
        }
    }
    for set in &mut sets {
        set.forms.sort_by(|a, b| a.rank().cmp(&b.rank()));
    }
    sets
}

/// How far a set of forms is from an execution; `None` where it is not one of its forms.
fn distance(execution: &Execution, set: &Execution) -> Option<f64> {
    let pairs = || execution.forms.iter().flat_map(|own| set.forms.iter().map(move |form| (own, form)));
    if pairs().any(|(own, form)| own.file.adapter == form.file.adapter || contradict(own, form)) {
        return None;
    }
    let timed = execution.span().is_some() && set.span().is_some();
    pairs()
        .filter_map(|(own, form)| if timed { timed_distance(own, form) } else { timeless_distance(own, form) })
        .min_by(f64::total_cmp)
}

/// Whether two forms cannot be of one execution whatever their figures are.
fn contradict(a: &Form, b: &Form) -> bool {
    let scenarios = matches!((a.part.name(), b.part.name()), (Some(a), Some(b)) if !same_name(a, b));
    let endpoints = match (a.labels.is_empty() || b.labels.is_empty(), a.may_lag, b.may_lag) {
        (true, _, _) => false,
        (false, false, false) => {
            !a.labels.iter().map(|label| singular(label)).eq(b.labels.iter().map(|label| singular(label)))
        }
        (false, true, false) => !a.labels.is_subset(&b.labels),
        (false, false, true) => !b.labels.is_subset(&a.labels),
        (false, true, true) => !a.labels.is_subset(&b.labels) && !b.labels.is_subset(&a.labels),
    };
    scenarios || endpoints
}

/// Rows say `read`, the summary beside them `reads`.
fn singular(label: &str) -> String {
    let lower = label.to_lowercase();
    lower.strip_suffix('s').map(str::to_owned).unwrap_or(lower)
}

fn same_name(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}

fn timed_distance(a: &Form, b: &Form) -> Option<f64> {
    let (ours, theirs) = (a.span?, b.span?);
    let start = ours.start.seconds_since(theirs.start).abs();
    let end = ours.end.seconds_since(theirs.end);
    let counts = a.count().zip(b.count());
    let apart = counts.map_or(0.0, |(a, b)| relative(a, b));
    let agree = end.abs() <= AGREE_S && apart <= TOLERANCE;
    let behind = |form: &Form, late: f64, own: f64, full: f64| form.may_lag && late <= AGREE_S && own <= full;
    let lags = counts.is_some_and(|(own, full)| behind(a, end, own, full) || behind(b, -end, full, own));
    (start <= AGREE_S && (agree || lags)).then(|| start + end.abs() + apart)
}

fn timeless_distance(a: &Form, b: &Form) -> Option<f64> {
    // Files of another prefix are of another execution, unless their figures are the same and too many to be so by chance;
    // only where one has none may figures alone decide.
    let named = |form: &Form| !form.prefix.is_empty() && !is_tools_word(&form.prefix);
    let likeness = alike::likeness(a, b);
    let same = || likeness == Some(Likeness::Same) || a.figures.are_the_same(&b.figures);
    if named(a) && named(b) && a.prefix != b.prefix && !same() {
        return None;
    }
    let behind = || match (a.may_lag, b.may_lag) {
        (true, false) => a.figures.distance_behind(&b.figures),
        (false, true) => b.figures.distance_behind(&a.figures),
        _ => None,
    };
    let preferred = if a.prefix == b.prefix && !a.prefix.is_empty() { 0.0 } else { 1.0 };
    let in_steps = likeness.map(|_| 0.0);
    in_steps.or_else(|| a.figures.distance(&b.figures)).or_else(behind).map(|distance| distance + preferred)
}

/// Gives error texts and empty files to the execution of their prefix, or to the only one there is; returns the rest.
fn add_aside(executions: &mut [Execution], aside: Vec<Form>) -> Vec<Form> {
    let mut left = Vec::new();
    for form in aside {
        let of_prefix =
            executions.iter().position(|execution| !form.prefix.is_empty() && execution.has_prefix(&form.prefix));
        let alone = (executions.len() == 1).then_some(0);
        let has_kind = |at: &usize| {
            executions
                .get(*at)
                .is_some_and(|execution| execution.forms.iter().any(|own| own.file.adapter == form.file.adapter))
        };
        match of_prefix.or(alone).filter(|at| !has_kind(at)).and_then(|at| executions.get_mut(at)) {
            Some(execution) => execution.forms.push(form),
            None => left.push(form),
        }
    }
    left
}

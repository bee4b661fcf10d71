//! Criteria of other tools, judged: each is brought into our words, judged as *observed* on the figure that it means, and shown
//! with its original beside it. The least n does not make them inconclusive; what is missing does, unless `--compat` asks for
//! the tool's own answer.

mod artillery;
mod gatling;
mod keptn;
mod taurus;

pub use keptn::{earlier_wanted, limits, metric_of};

use super::case::Case;
use super::criterion::{Asking, judge, missing_words};
use super::k6;
use super::outcome::{CriterionResult, Origin, Status};
use super::plan::{Entry, Lineup};
use super::requirement::badness;
use super::sentence;
use crate::borrowed::Demands;
use crate::borrowed::expression::Expression;
use crate::config::import::Loaded;
use crate::config::schema::Criterion;
use crate::unit::Timestamp;

/// A Formula is what one criterion of another tool is in ours: one, or several that must all hold, or one of which must.
#[derive(Debug, Clone)]
pub enum Formula {
    /// One.
    One(Box<Criterion>),
    /// All of them.
    All(Vec<Formula>),
    /// One of them.
    Any(Vec<Formula>),
    /// A condition over several figures, which is weighed as it stands.
    Weighed(Expression),
    /// It has no counterpart here, for this reason.
    None(String),
}

/// A criterion of another tool in our words.
#[derive(Debug, Clone)]
pub struct Borrowed {
    /// A name for it.
    pub id: String,
    /// As its tool writes it.
    pub original: String,
    /// As we write it.
    pub formula: Formula,
    /// Whether the suite stands and falls with it.
    pub critical: bool,
    /// Whether the tool itself found it kept, where its file says.
    pub kept: Option<bool>,
    /// The figure that it found, in the criterion's base unit.
    pub actual: Option<f64>,
}

/// Judges everything that is borrowed, in the order of the files.
#[must_use]
pub fn judged(case: &Case<'_>, lineup: &Lineup<'_>, newest: Option<Timestamp>) -> Vec<CriterionResult> {
    case.config.borrowed.iter().flat_map(|loaded| of_file(case, lineup, loaded, newest)).collect()
}

fn of_file(case: &Case<'_>, lineup: &Lineup<'_>, loaded: &Loaded, newest: Option<Timestamp>) -> Vec<CriterionResult> {
    let meant = |entry: &&Entry<'_>| loaded.test.as_ref().is_none_or(|globs| globs.matches(entry.name()));
    let mut results: Vec<CriterionResult> = match &loaded.demands {
        Demands::K6(thresholds) => {
            let by_themselves = case.config.inputs.k6_thresholds;
            let of_entry = |entry| k6::borrowed(entry, thresholds, by_themselves, case.config.compat);
            let mut results: Vec<_> = lineup.entries.iter().filter(meant).flat_map(of_entry).collect();
            for one in &mut results {
                one.critical = loaded.critical.unwrap_or(true);
            }
            results
        }
        Demands::Keptn(slo) => {
            lineup.entries.iter().filter(meant).flat_map(|entry| keptn::judged(case, entry, slo, loaded)).collect()
        }
        _ => in_our_words(loaded).iter().flat_map(|one| one.judged(origin(loaded), loaded, lineup, newest)).collect(),
    };
    // Thresholds that a test's own files bring along too stand among those: nothing is missing.
    let elsewhere = matches!(loaded.demands, Demands::K6(_)) && lineup.entries.iter().any(|entry| meant(&entry));
    if results.is_empty() && !elsewhere {
        let why = format!("no test is there to hold {} against", crate::fmt::plain(&loaded.source));
        results.push(CriterionResult::bare(&loaded.source, "import", origin(loaded), Status::Inconclusive, true, why));
    }
    results
}

/// Whose criteria they are.
#[must_use]
pub fn origin(loaded: &Loaded) -> Origin {
    match loaded.demands {
        Demands::Keptn(_) => Origin::Keptn,
        Demands::Taurus(_) => Origin::Taurus,
        Demands::Gatling(_) => Origin::Gatling,
        Demands::Artillery(_) => Origin::Artillery,
        Demands::K6(_) => Origin::K6,
    }
}

/// The criteria of a file in our words; none for k6 and Keptn, which are judged by rules of their own.
#[must_use]
pub fn in_our_words(loaded: &Loaded) -> Vec<Borrowed> {
    let critical = loaded.critical.unwrap_or(true);
    let mut all: Vec<Borrowed> = match &loaded.demands {
        Demands::Taurus(criteria) => criteria.iter().map(taurus::borrowed).collect(),
        Demands::Gatling(stated) => stated.iter().map(gatling::borrowed).collect(),
        Demands::Artillery(checks) => checks.iter().map(artillery::borrowed).collect(),
        Demands::K6(_) | Demands::Keptn(_) => Vec::new(),
    };
    for one in &mut all {
        one.critical &= critical;
    }
    all
}

/// The quantiles that they need, to be computed with the other figures.
#[must_use]
pub fn quantiles(loaded: &[Loaded]) -> Vec<f64> {
    fn of(formula: &Formula, into: &mut Vec<f64>) {
        match formula {
            Formula::One(criterion) => into.extend(criterion.metric.quantile()),
            Formula::All(parts) | Formula::Any(parts) => parts.iter().for_each(|part| of(part, into)),
            Formula::Weighed(condition) => into.extend(artillery::quantiles(condition)),
            Formula::None(_) => {}
        }
    }
    let mut found = Vec::new();
    for one in loaded {
        for borrowed in in_our_words(one) {
            of(&borrowed.formula, &mut found);
        }
        if let Demands::Keptn(slo) = &one.demands {
            let metrics = slo.objectives.iter().filter_map(|own| metric_of(&own.sli, one).ok());
            found.extend(metrics.filter_map(|(metric, _)| metric.quantile()));
        }
    }
    found
}

impl Borrowed {
    fn judged(
        &self,
        origin: Origin,
        loaded: &Loaded,
        lineup: &Lineup<'_>,
        newest: Option<Timestamp>,
    ) -> Vec<CriterionResult> {
        let asked = Asked { borrowed: self, origin, loaded, lineup, newest };
        let mut results = asked.of(&self.formula);
        let whole = sentence::whole(&self.formula);
        for result in &mut results {
            self.state(result);
            result.demanded.clone_from(&whole);
        }
        results
    }

    /// The tool's own outcome counts, as k6's does: it saw every value.
    fn state(&self, result: &mut CriterionResult) {
        let invalid = result.reason.starts_with("the run is invalid");
        let Some(kept) = self.kept.filter(|_| !invalid) else { return };
        let inside = matches!(result.status, Status::Pass | Status::MetNotProven);
        let word = if kept { "kept" } else { "failed" };
        match (kept, inside) {
            (true, true) | (false, false) if result.status != Status::Inconclusive => {}
            (true, _) => result.status = Status::MetNotProven,
            (false, _) => result.status = Status::Fail,
        }
        result.observed = result.observed.or(self.actual);
        result.reason = format!("{}; the tool itself calls it {word}", result.reason);
    }
}

/// What judging a formula needs.
#[derive(Clone, Copy)]
struct Asked<'a> {
    borrowed: &'a Borrowed,
    origin: Origin,
    loaded: &'a Loaded,
    lineup: &'a Lineup<'a>,
    newest: Option<Timestamp>,
}

impl Asked<'_> {
    fn of(&self, formula: &Formula) -> Vec<CriterionResult> {
        let borrowed = self.borrowed;
        match formula {
            Formula::One(criterion) => {
                let criterion = Criterion {
                    id: borrowed.id.clone(),
                    test: self.loaded.test.clone(),
                    critical: borrowed.critical,
                    ..(**criterion).clone()
                };
                let own = Asking::own(&criterion, self.origin, self.newest);
                judge(&Asking { original: Some(&borrowed.original), ..own }, self.lineup)
            }
            Formula::All(parts) => together(parts.iter().map(|part| self.of(part)).collect(), badness),
            Formula::Any(parts) => {
                together(parts.iter().map(|part| self.of(part)).collect(), |status| u8::MAX - badness(status))
            }
            Formula::Weighed(condition) => self.weighed(condition),
            Formula::None(why) => vec![self.bare("", Status::Inconclusive, why.clone())],
        }
    }

    /// A condition over several figures, on every test that is meant, also those that are declared and not there.
    fn weighed(&self, condition: &Expression) -> Vec<CriterionResult> {
        let named = |name: &str| self.loaded.test.as_ref().is_none_or(|globs| globs.matches(name));
        let meant = |entry: &&Entry<'_>| named(entry.name()) || entry.plan.is_some_and(|plan| named(&plan.name));
        let one = |entry: &Entry<'_>| {
            let (status, said) = artillery::weigh(condition, entry.judged);
            let said = format!("`{condition}` {said}");
            match &entry.invalid {
                Some(why) => {
                    self.bare(entry.name(), Status::Inconclusive, format!("the run is invalid: {why} ({said})"))
                }
                None => self.bare(entry.name(), status, said),
            }
        };
        let missing = self.lineup.missing.iter().filter(|plan| named(&plan.name)).map(|plan| {
            let (status, why) = missing_words(plan, self.lineup.unassigned.as_deref());
            let result = self.bare(&plan.name, status, why);
            CriterionResult { critical: result.critical && plan.required, ..result }
        });
        let results: Vec<_> = self.lineup.entries.iter().filter(meant).map(one).chain(missing).collect();
        if results.is_empty() {
            return vec![self.bare(
                "",
                Status::Inconclusive,
                format!("no test is there to hold `{condition}` against"),
            )];
        }
        results
    }

    fn bare(&self, test: &str, status: Status, reason: String) -> CriterionResult {
        let Borrowed { id, original, critical, .. } = self.borrowed;
        CriterionResult {
            test: test.to_owned(),
            original: Some(original.clone()),
            ..CriterionResult::bare(id, "import", self.origin, status, *critical, reason)
        }
    }
}

/// One result for each test and endpoint: that of the part that decides, with the others' reasons.
fn together(parts: Vec<Vec<CriterionResult>>, weight: impl Fn(Status) -> u8) -> Vec<CriterionResult> {
    let mut results: Vec<CriterionResult> = Vec::new();
    for one in parts.into_iter().flatten() {
        let same = |other: &&mut CriterionResult| other.test == one.test && other.endpoint == one.endpoint;
        let Some(have) = results.iter_mut().find(same) else {
            results.push(one);
            continue;
        };
        let reason = format!("{}; {}", have.reason, one.reason);
        if weight(one.status) > weight(have.status) {
            *have = one;
        }
        have.reason = reason;
    }
    results
}

#[cfg(test)]
mod tests;

//! Configured criteria, judged: which tests and endpoints each selects, what is seen there, and what follows.

use super::decision::{Because, Decision, decide};
use super::observation::Observation;
use super::observe::{self, Scope};
use super::outcome::{Breach, CriterionResult, Evidence, Limit, Origin, Side, Status};
use super::plan::{Entry, Lineup};
use super::{expectation, kinds, near, suite, waiver, words};
use crate::config::limit::Demand;
use crate::config::metric::{Asked, Metric};
use crate::config::schema::{Criterion, PlannedTest};
use crate::config::value::LoadField;
use crate::quantity::Quantity;
use crate::unit::{Timestamp, Unit};

/// What every result of one criterion shares.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The criterion.
    pub criterion: &'a Criterion,
    /// Where it comes from.
    pub origin: Origin,
    /// End of the newest judged run.
    pub newest: Option<Timestamp>,
    /// The criterion as another tool's file words it.
    pub original: Option<&'a str>,
    /// Whether it counts by itself.
    pub counts: bool,
}

impl<'a> Asking<'a> {
    /// A criterion of plimsoll.toml or of default.toml.
    #[must_use]
    pub fn own(criterion: &'a Criterion, origin: Origin, newest: Option<Timestamp>) -> Self {
        Self { criterion, origin, newest, original: None, counts: true }
    }
}

/// Judges one criterion wherever it applies.
#[must_use]
pub fn judge(asking: &Asking<'_>, lineup: &Lineup<'_>) -> Vec<CriterionResult> {
    let mut results = wherever_it_applies(asking, lineup);
    kinds::doubt(&asking.criterion.metric, lineup, &mut results);
    results
}

fn wherever_it_applies(asking: &Asking<'_>, lineup: &Lineup<'_>) -> Vec<CriterionResult> {
    let criterion = asking.criterion;
    let Some(demand) = criterion.demand().ok().flatten() else {
        // Only `worse_by_at_most`, or not applicable.
        return criterion
            .not_applicable
            .as_ref()
            .map(|why| asking.unseen("", Status::NotApplicable, why))
            .into_iter()
            .collect();
    };
    if let Some(why) = &criterion.not_applicable {
        return vec![asking.unseen("", Status::NotApplicable, why)];
    }
    if let Asked::OverTests(how, inner) = &criterion.metric.asked {
        return vec![suite::over(asking, demand, (*how, inner), lineup)];
    }
    let mut results = Vec::new();
    let mut excluded = None;
    for entry in &lineup.entries {
        match selects(criterion, entry) {
            Selection::Yes => results.extend(of_entry(asking, demand, entry, &lineup.entries)),
            Selection::Unknown(why) => results.push(asking.unseen(entry.name(), Status::Inconclusive, &why)),
            Selection::Excluded(why) => excluded = Some(why),
            Selection::No => {}
        }
    }
    for plan in &lineup.missing {
        match selects_missing(criterion, plan) {
            Selection::Yes | Selection::Unknown(_) => results.push(asking.missing(plan, lineup.unassigned.as_deref())),
            Selection::Excluded(why) => excluded = Some(why),
            Selection::No => {}
        }
    }
    if results.is_empty() {
        results.push(match excluded {
            Some(why) => asking.unseen("", Status::NotApplicable, &why),
            None => asking.unseen("", Status::Inconclusive, &nothing_selected(criterion, lineup)),
        });
    }
    results
}

fn nothing_selected(criterion: &Criterion, lineup: &Lineup<'_>) -> String {
    match (&criterion.test, &criterion.endpoint) {
        (Some(test), _) => {
            let judged = lineup.entries.iter().map(Entry::name);
            near::nothing_matches("test", test, judged.chain(lineup.missing.iter().map(|plan| plan.name.as_str())))
        }
        (None, Some(endpoint)) => format!("no test has an endpoint that matches {}", endpoint.texts().join(", ")),
        (None, None) => format!("no test has a figure for {}", criterion.metric),
    }
}

/// Whether a criterion is about a test.
pub(super) enum Selection {
    Yes,
    /// Its name does not match.
    No,
    /// Its kind or load is another.
    Excluded(String),
    /// Cannot be told.
    Unknown(String),
}

pub(super) fn selects(criterion: &Criterion, entry: &Entry<'_>) -> Selection {
    let named = |name: &str| criterion.test.as_ref().is_none_or(|globs| globs.matches(name));
    let name = entry.name();
    if !named(name) && !entry.plan.is_some_and(|plan| named(&plan.name)) {
        return Selection::No;
    }
    selected(criterion, entry.plan, |field| entry.load(field))
}

fn selects_missing(criterion: &Criterion, plan: &PlannedTest) -> Selection {
    if criterion.test.as_ref().is_some_and(|globs| !globs.matches(&plan.name)) {
        return Selection::No;
    }
    selected(criterion, Some(plan), |field| declared(plan, field))
}

fn selected(criterion: &Criterion, plan: Option<&PlannedTest>, load: impl Fn(LoadField) -> Option<f64>) -> Selection {
    let kinds = &criterion.applies_to;
    if !kinds.is_empty() && !plan.and_then(|plan| plan.kind).is_some_and(|kind| kinds.contains(&kind)) {
        return Selection::Excluded("it is for other kinds of test".to_owned());
    }
    let Some(filter) = &criterion.filter else { return Selection::Yes };
    match filter.selects(load) {
        Ok(true) => Selection::Yes,
        Ok(false) => Selection::Excluded(format!("it is for tests with {}", filter.text())),
        Err(field) => {
            Selection::Unknown(format!("it is for tests with {}, and {} is not known", filter.text(), field.words()))
        }
    }
}

fn of_entry(asking: &Asking<'_>, demand: Demand, entry: &Entry<'_>, all: &[Entry<'_>]) -> Vec<CriterionResult> {
    let criterion = asking.criterion;
    // A criterion without `test` is about every test that has such a thing; one with `test` must find it there.
    let elsewhere = |has: &dyn Fn(&Entry<'_>) -> bool| criterion.test.is_none() && all.iter().any(has);
    let Some(population) = observe::population(&criterion.metric) else {
        let Some(globs) = &criterion.endpoint else { return vec![asking.seen(demand, entry, None)] };
        let (metric, globs) = (&criterion.metric, globs.texts().join(", "));
        let why = format!("`{metric}` is known of a test as a whole, and not of {globs}");
        return vec![asking.unseen(entry.name(), Status::Inconclusive, &why)];
    };
    if entry.judged.population(population).is_none()
        && elsewhere(&|other| other.judged.population(population).is_some())
    {
        return Vec::new();
    }
    let Some(globs) = &criterion.endpoint else {
        return vec![asking.seen(demand, entry, None)];
    };
    let labels = |entry: &Entry<'_>| -> Vec<String> {
        let endpoints = entry.judged.population(population).map(|found| found.endpoints.as_slice()).unwrap_or_default();
        endpoints.iter().map(|endpoint| endpoint.label.clone()).filter(|label| globs.matches(label)).collect()
    };
    let own = labels(entry);
    if !own.is_empty() {
        return own.iter().map(|label| asking.seen(demand, entry, Some(label))).collect();
    }
    if elsewhere(&|other| !labels(other).is_empty()) {
        return Vec::new();
    }
    let there = entry.judged.population(population).into_iter().flat_map(|found| &found.endpoints);
    let why = near::nothing_matches("endpoint", globs, there.map(|endpoint| endpoint.label.as_str()));
    vec![asking.unseen(entry.name(), Status::Inconclusive, &why)]
}

impl Asking<'_> {
    fn evidence(&self) -> Evidence {
        self.criterion.evidence.unwrap_or(Evidence::Observed)
    }

    /// A result without a figure.
    pub(super) fn unseen(&self, test: &str, status: Status, why: &str) -> CriterionResult {
        let metric = &self.criterion.metric;
        let limit = self.criterion.demand().ok().flatten().and_then(|demand| {
            let convert = |quantity| metric.limit(quantity).ok();
            Some(Limit {
                side: demand.limit.0,
                value: convert(demand.limit.1)?,
                warn: demand.warn.and_then(|(_, quantity)| convert(quantity)),
                warn_side: demand.warn.map(|(side, _)| side),
            })
        });
        let criterion = self.criterion;
        let reason = why.to_owned();
        CriterionResult {
            test: test.to_owned(),
            original: self.original.map(str::to_owned),
            unit: metric.unit().unwrap_or(Unit::Plain),
            limit,
            evidence: self.evidence(),
            part: words::part(criterion),
            weight: criterion.weight,
            group: criterion.group.clone(),
            counts: self.counts,
            ..CriterionResult::bare(&criterion.id, &metric.to_string(), self.origin, status, criterion.critical, reason)
        }
    }

    /// A result for a declared test that is not there. What is not required is not critical either.
    fn missing(&self, plan: &PlannedTest, hint: Option<&str>) -> CriterionResult {
        let (status, why) = missing_words(plan, hint);
        let result = self.unseen(&plan.name, status, &why);
        CriterionResult { critical: result.critical && plan.required, ..result }
    }

    fn seen(&self, demand: Demand, entry: &Entry<'_>, endpoint: Option<&str>) -> CriterionResult {
        let metric = &self.criterion.metric;
        let slice = match self.slice(entry) {
            Ok(slice) => slice,
            Err(why) => return self.unseen(entry.name(), Status::Inconclusive, &why),
        };
        let limit = metric.limit(demand.limit.1).ok();
        let scope = Scope { judged: entry.judged, endpoint, slice, limit, of_few: self.original.is_some() };
        let seen = match self.criterion.timeframe().ok().flatten() {
            Some(timeframe) => observe::worst_stretch(metric, &scope, timeframe, demand.limit),
            None => observe::observe(metric, &scope),
        };
        let result = self.concluded(demand, &seen, entry.name(), entry.invalid.as_deref());
        CriterionResult { endpoint: endpoint.map(str::to_owned), ..result }
    }

    /// The slice that is judged: the criterion's own, else the part of the run that the plan declares.
    fn slice(&self, entry: &Entry<'_>) -> Result<Option<(f64, f64)>, String> {
        if let Some(phase) = self.criterion.phase {
            return observe::phase(entry.judged, phase).map(Some);
        }
        let over_time = matches!(
            self.criterion.metric.asked,
            Asked::Latency { successes: false, .. }
                | Asked::Failures { .. }
                | Asked::Status { .. }
                | Asked::ShareOver { .. }
        ) && observe::population(&self.criterion.metric)
            == Some(crate::model::key::Population::Request);
        let declared = entry.plan.and_then(|plan| plan.window).filter(|_| over_time);
        let Some(range) = self.criterion.between.or(declared) else {
            return Ok(None);
        };
        if range.low.unit != Unit::Micros {
            return Err(format!("`{range}` is no slice of time, such as \"0 s .. 2 min\""));
        }
        Ok(Some((range.low.value / 1e6, range.high.value / 1e6)))
    }

    /// Puts observation, limit, validity of the run and waiver together.
    pub(super) fn concluded(
        &self,
        demand: Demand,
        seen: &Observation,
        test: &str,
        invalid: Option<&str>,
    ) -> CriterionResult {
        let blank = self.unseen(test, Status::Inconclusive, "");
        let limit = match limit_in(&self.criterion.metric, demand, seen) {
            Ok(limit) => limit,
            Err(why) if seen.value.is_some() => return CriterionResult { reason: why, unit: seen.unit, ..blank },
            Err(_) => return CriterionResult { reason: seen.why.clone().unwrap_or_default(), ..blank },
        };
        let decision = decide(seen, &limit, self.evidence(), self.original.is_some());
        let subject = words::subject(&self.criterion.metric);
        let mut result = CriterionResult {
            status: decision.status,
            observed: seen.value,
            interval: seen.interval,
            n: seen.n,
            unit: seen.unit,
            limit: Some(limit),
            source_class: seen.class,
            n_to_settle: settles(decision, seen, &limit),
            reason: words::reason(&subject, seen, &limit, decision, self.evidence()),
            breach: seen
                .at
                .filter(|_| matches!(decision.status, Status::Fail | Status::Warn))
                .map(|(from_s, to_s)| Breach { from_s, to_s }),
            expected: self.criterion.expected.as_ref().and_then(|declared| expectation::of(declared, seen)),
            ..blank
        };
        if let Some(invalid) = invalid {
            result.status = Status::Inconclusive;
            result.n_to_settle = None;
            result.reason = format!("the run is invalid: {invalid} ({})", result.reason);
        }
        if let Some(waiver) = &self.criterion.waiver {
            let ceiling = waiver.ceiling.map(|ceiling| limit_of(&self.criterion.metric, ceiling, seen)).transpose();
            waiver::apply(&mut result, waiver, ceiling, self.newest);
        }
        result
    }
}

/// What is declared of a test's load.
fn declared(plan: &PlannedTest, field: LoadField) -> Option<f64> {
    match field {
        LoadField::Users => plan.users,
        LoadField::Requests => plan.requests,
        LoadField::Rate => plan.rate.map(|rate| rate.value),
        LoadField::Duration => plan.duration.map(|duration| duration.value),
    }
}

/// Status and words of a declared test without result, with what lies there instead.
pub(super) fn missing_words(plan: &PlannedTest, hint: Option<&str>) -> (Status, String) {
    if let Some(reason) = &plan.not_applicable {
        return (Status::NotApplicable, reason.clone());
    }
    if let Some(blocked) = &plan.blocked {
        let by = blocked.unblocked_by.as_ref().map(|by| format!("; unblocked by {by}"));
        return (Status::Blocked, format!("blocked: {}{}", blocked.reason, by.unwrap_or_default()));
    }
    let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
    (Status::NotRun, format!("`{}` was not run: no file is its result{hint}", plan.name))
}

/// How many values would settle it, where that is the open question.
pub(super) fn settles(decision: Decision, seen: &Observation, limit: &Limit) -> Option<u64> {
    match decision.because {
        Because::IntervalReachesAcross => seen.settles_at(limit.value).filter(|n| seen.is_within_reach(*n)),
        Because::TooFew { needs } => Some(needs),
        _ => None,
    }
}

/// The demand in the unit of what was seen.
fn limit_in(metric: &Metric, demand: Demand, seen: &Observation) -> Result<Limit, String> {
    Ok(Limit {
        side: demand.limit.0,
        value: limit_of(metric, demand.limit.1, seen)?,
        warn: demand.warn.map(|(_, warn)| limit_of(metric, warn, seen)).transpose()?,
        warn_side: demand.warn.map(|(side, _): (Side, Quantity)| side),
    })
}

fn limit_of(metric: &Metric, limit: Quantity, seen: &Observation) -> Result<f64, String> {
    if metric.unit().is_some() {
        return metric.limit(limit);
    }
    match (seen.unit, limit.unit) {
        (a, b) if a == b => Ok(limit.value),
        // A plain number is in the source's own unit, which is known for monitors; a time needs to say which.
        (Unit::Micros, Unit::Plain) if seen.scale.to_bits() == 1f64.to_bits() => {
            Err(format!("`{metric}` is a time: write the limit {limit} with its unit"))
        }
        (_, Unit::Plain) => Ok(limit.value * seen.scale),
        (Unit::Plain | Unit::Count, _) => Err(format!(
            "the unit of `{metric}` is not known, so it cannot be held against {limit}: write a plain number"
        )),
        _ => Err(format!("`{metric}` is in another unit than the limit {limit}")),
    }
}

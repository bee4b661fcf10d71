//! From a metric's name and a test's figures to an observation. A figure that is not there is unknown, with the reason and,
//! where it can be said, what would make it known.

mod answers;
mod course;
mod custom;
mod latency;
mod load;
mod monitor;
mod recovery;
mod share;
mod slice;

pub(crate) use monitor::{is_memory, rough_duration};

use super::case::JudgedTest;
use super::observation::Observation;
use crate::analyse::figures::EndpointFigures;
use crate::config::limit::{Phase, Side, Timeframe};
use crate::config::metric::{Asked, Metric};
use crate::model::key::Population;
use crate::quantity::Quantity;
use crate::unit::Unit;

/// Which part of a test is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The test.
    pub judged: JudgedTest<'a>,
    /// One endpoint's label; `None` for the test as a whole.
    pub endpoint: Option<&'a str>,
    /// A slice in seconds from the test's start; `None` for the whole run.
    pub slice: Option<(f64, f64)>,
    /// The limit in the metric's base unit, where it is known: how many values lie beyond it tells how many would settle it.
    pub limit: Option<f64>,
    /// Whether a percentile of fewer values than can bound it is given all the same, for criteria of other tools.
    pub of_few: bool,
}

impl<'a> Scope<'a> {
    /// The whole of a test, held against no limit.
    #[must_use]
    pub const fn whole(judged: JudgedTest<'a>) -> Self {
        Self { judged, endpoint: None, slice: None, limit: None, of_few: false }
    }

    /// Figures of the population's endpoint, or of all of it.
    fn figures(&self, population: Population) -> Result<&'a EndpointFigures, String> {
        let found =
            self.judged.population(population).ok_or_else(|| format!("no {} were measured", population.words()))?;
        let Some(label) = self.endpoint else {
            return Ok(&found.totals);
        };
        found
            .endpoints
            .iter()
            .find(|endpoint| endpoint.label == label)
            .ok_or_else(|| format!("`{label}` has no {}", population.words()))
    }
}

/// What is seen of a metric in a scope.
#[must_use]
pub fn observe(metric: &Metric, scope: &Scope<'_>) -> Observation {
    let unit = metric.unit().unwrap_or(Unit::Plain);
    if scope.slice.is_some() && is_of_the_whole(metric) {
        return Observation::unknown(
            unit,
            format!("`{metric}` is known of the run as a whole only, not of a part of it"),
        );
    }
    let seen = match &metric.asked {
        Asked::Latency { population, successes, stat } => latency::figure(scope, *population, *successes, *stat),
        Asked::ShareOver { limit_us } => latency::share_over(scope, *limit_us),
        Asked::Drift { p } => latency::drift(scope, *p),
        Asked::Failures { kind, counted } => share::failures(scope, kind.as_deref(), *counted),
        Asked::Success(population) => share::success(scope, *population),
        Asked::SuccessCount => share::successes(scope),
        Asked::Status { pattern, counted } => share::status(scope, pattern, *counted),
        Asked::RequestShare => share::of_all_requests(scope),
        Asked::Bytes => load::bytes(scope),
        Asked::Recovery => recovery::time(scope),
        Asked::Checks => custom::checks(scope),
        Asked::CacheHits => share::cache_hits(scope),
        Asked::Rate(population) => load::rate(scope, *population),
        Asked::RatePerUser => load::rate_per_user(scope),
        Asked::UsersMax => load::users_max(scope),
        Asked::UsersSustained { seconds } => load::users_sustained(scope, *seconds),
        Asked::Count(population) => load::count(scope, *population),
        Asked::Duration => load::duration(scope),
        Asked::Monitor { column, stat } => monitor::column(scope, column, *stat),
        Asked::PoolsExhausted => monitor::pools_exhausted(scope),
        Asked::MemoryLeaks => monitor::memory_leaks(scope),
        Asked::Custom { name, stat } => custom::figure(scope, metric, name, *stat),
        // Over several tests: criterion.rs asks for each and takes the mean.
        Asked::OverTests(..) => Err("a figure over tests is judged for the suite".to_owned()),
    };
    seen.unwrap_or_else(|why| Observation::unknown(unit, why))
}

/// Whether a metric is not kept over time. What a criterion asks of a part of the run must not be answered with the whole.
fn is_of_the_whole(metric: &Metric) -> bool {
    matches!(
        metric.asked,
        Asked::RequestShare
            | Asked::Recovery
            | Asked::Checks
            | Asked::RatePerUser
            | Asked::UsersMax
            | Asked::UsersSustained { .. }
            | Asked::Duration
            | Asked::PoolsExhausted
            | Asked::MemoryLeaks
            | Asked::Custom { .. }
    )
}

/// What is seen of a metric in the worst stretch of a scope, as a timeframe and a limit ask.
#[must_use]
pub fn worst_stretch(metric: &Metric, scope: &Scope<'_>, timeframe: Timeframe, limit: (Side, Quantity)) -> Observation {
    let unit = metric.unit().unwrap_or(Unit::Plain);
    course::worst(metric, scope, timeframe, limit).unwrap_or_else(|why| Observation::unknown(unit, why))
}

/// The population whose endpoints a metric is about; `None` for metrics of the test as a whole.
#[must_use]
pub fn population(metric: &Metric) -> Option<Population> {
    match &metric.asked {
        Asked::Latency { population, .. }
        | Asked::Success(population)
        | Asked::Rate(population)
        | Asked::Count(population) => Some(*population),
        Asked::ShareOver { .. }
        | Asked::Drift { .. }
        | Asked::Failures { .. }
        | Asked::SuccessCount
        | Asked::Status { .. }
        | Asked::RequestShare
        | Asked::Bytes
        | Asked::CacheHits => Some(Population::Request),
        _ => None,
    }
}

/// The slice that a phase is, in seconds from the start.
///
/// # Errors
/// Why the test has no such phase.
pub fn phase(judged: JudgedTest<'_>, phase: Phase) -> Result<(f64, f64), String> {
    let phases = judged.figures.phases.as_ref().ok_or("phases are not known without times")?;
    match phase {
        Phase::Steady => Ok((phases.steady_from_s, phases.steady_to_s)),
        Phase::After => recovery::after(judged),
        Phase::Ramp => phases.ramp_s.map(|end| (0.0, end)).ok_or_else(|| format!("no ramp: {}", phases.why)),
    }
}

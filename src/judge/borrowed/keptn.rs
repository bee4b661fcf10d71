//! Keptn's objectives, judged by its rules. Key SLIs are critical, the others are not, and the total is: a warning of it makes
//! READY WITH CONDITIONS, its failure NOT READY. A missing SLI, and a relative criterion without an earlier result, cannot be
//! told; `--compat keptn` gives Keptn's own answers.

use crate::borrowed::Demands;
use crate::borrowed::keptn::score::{self, Earlier, Result as Came, Scored};
use crate::borrowed::keptn::{Bound, Objective, Operator, Relative, Slo};
use crate::compare::side::Side as Stored;
use crate::config::Config;
use crate::config::import::{Compat, Loaded, Sli};
use crate::config::metric::{Asked, Metric, Stat};
use crate::fmt;
use crate::judge::case::{BaselineState, Case};
use crate::judge::observation::{Nature, Observation};
use crate::judge::observe::{self, Scope};
use crate::judge::outcome::{CriterionResult, Limit, Origin, Side, Status, Verdict};
use crate::judge::plan::Entry;
use crate::model::distribution::SourceClass;
use crate::model::key::Population;
use crate::unit::Unit;
use std::collections::BTreeSet;

/// The metric that an SLI is, and how many of its base unit one of the file's numbers is: as mapped, else by its usual name.
///
/// # Errors
/// That nothing is known by that name.
pub fn metric_of(sli: &str, loaded: &Loaded) -> Result<(Metric, f64), String> {
    if let Some(mapped) = loaded.sli.get(sli) {
        return mapped.metric();
    }
    let bare = sli.to_lowercase().replace('-', "_");
    let usual = match bare.as_str() {
        "throughput" | "request_rate" | "requests_per_second" | "rps" => Some("rate".to_owned()),
        "error_rate" | "failure_rate" | "errors" => Some("failures.ratio".to_owned()),
        "success_rate" | "availability" => Some("success.ratio".to_owned()),
        _ => ["response_time_", "request_latency_", "request_duration_", "latency_"].iter().find_map(|prefix| {
            let figure = bare.strip_prefix(prefix)?;
            Some(format!("latency.{}", if figure == "avg" { "mean" } else { figure }))
        }),
    };
    let own = || sli.to_owned();
    Sli::Metric(usual.unwrap_or_else(own)).metric().map_err(|_| {
        format!(
            "nothing is known by the SLI's name `{}`: say which metric it is with `sli` in [[import]]",
            fmt::plain(sli)
        )
    })
}

/// What is seen of one objective.
struct Seen {
    metric: Option<Metric>,
    observation: Observation,
    /// The figure in the file's unit.
    value: Option<f64>,
    scale: f64,
    earlier: Option<f64>,
}

/// Judges a file for one test: each objective, then the total.
pub(super) fn judged(case: &Case<'_>, entry: &Entry<'_>, slo: &Slo, loaded: &Loaded) -> Vec<CriterionResult> {
    let lenient = case.config.compat == Some(Compat::Keptn);
    let seen: Vec<Seen> = slo.objectives.iter().map(|own| see(case, entry, slo, own, loaded)).collect();
    let pairs = || slo.objectives.iter().zip(&seen);
    let scored: Vec<Scored> =
        pairs().map(|(own, seen)| score::objective(own, seen.value, seen.earlier, lenient)).collect();
    let wants = |((own, seen), scored): ((&Objective, &Seen), &Scored)| {
        scored.result == Came::Unknown && seen.value.is_some() && is_relative(own) && seen.earlier.is_none()
    };
    let unknown = scored.iter().filter(|one| one.result == Came::Unknown).count();
    let for_want_of_history = pairs().zip(&scored).filter(|one| wants(*one)).count();
    let judged = pairs().zip(&scored).map(|((own, seen), scored)| {
        let reason = reason(case, own, seen, scored);
        let result = of_objective(entry, own, seen, scored, lenient);
        CriterionResult { reason, open_by_comparison: wants(((own, seen), scored)), ..result }
    });
    let mut results: Vec<CriterionResult> = judged.collect();
    let open_by_comparison = for_want_of_history > 0 && for_want_of_history == unknown;
    results.push(CriterionResult { open_by_comparison, ..total(entry, slo, scored) });
    for result in &mut results {
        if let (Some(why), true) = (&entry.invalid, result.status != Status::NotApplicable) {
            result.status = Status::Inconclusive;
            result.open_by_comparison = false;
            result.reason = format!("the run is invalid: {why} ({})", result.reason);
        }
    }
    results
}

fn see(case: &Case<'_>, entry: &Entry<'_>, slo: &Slo, own: &Objective, loaded: &Loaded) -> Seen {
    let (metric, scale) = match metric_of(&own.sli, loaded) {
        Ok(found) => found,
        Err(why) => {
            let observation = Observation::unknown(Unit::Plain, why);
            return Seen { metric: None, observation, value: None, scale: 1.0, earlier: None };
        }
    };
    let scope = Scope { of_few: true, ..Scope::whole(entry.judged) };
    let observation = observe::observe(&metric, &scope);
    let value = observation.value.map(|value| value / scale);
    let earlier: Vec<Earlier> = case
        .earlier
        .iter()
        .filter(|(side, _)| side.test == entry.name())
        .map(|(side, verdict)| Earlier {
            result: came(*verdict),
            value: figure(side, &metric).map(|value| value / scale),
        })
        .collect();
    let earlier = score::compared(&slo.comparison, &earlier);
    Seen { metric: Some(metric), observation, value, scale, earlier }
}

/// How a stored run came out, in Keptn's words.
const fn came(verdict: Option<Verdict>) -> Came {
    match verdict {
        Some(Verdict::Ready) => Came::Pass,
        Some(Verdict::ReadyWithConditions) => Came::Warning,
        _ => Came::Fail,
    }
}

/// Positions of the stored runs of a test, given newest first by their verdicts, that any file's relative criteria are held against.
#[must_use]
pub fn earlier_wanted(config: &Config, verdicts: &[Option<Verdict>]) -> BTreeSet<usize> {
    let mut wanted = BTreeSet::new();
    for loaded in &config.borrowed {
        let Demands::Keptn(Slo { comparison, .. }) = &loaded.demands else { continue };
        let counting = verdicts.iter().enumerate().filter(|(_, verdict)| score::counts(comparison, came(**verdict)));
        wanted.extend(counting.map(|(at, _)| at).take(score::number(comparison)));
    }
    wanted
}

/// A metric's figure in a stored run, where it is kept.
fn figure(side: &Stored, metric: &Metric) -> Option<f64> {
    let totals = &side.totals;
    match &metric.asked {
        Asked::Latency { population: Population::Request, successes, stat } => {
            let latency = if *successes { &totals.latency_success_us } else { &totals.latency_us };
            match stat {
                Stat::Mean => latency.mean,
                Stat::Min => latency.min,
                Stat::Max => latency.max,
                Stat::Deviation => None,
                Stat::Quantile(p) => latency.quantiles.get(&fmt::quantile_name(*p)).copied().flatten(),
            }
        }
        Asked::Failures { kind: None, counted: false } => totals.failure_ratio,
        Asked::Success(Population::Request) => totals.failure_ratio.map(|ratio| 1.0 - ratio),
        Asked::Rate(Population::Request) => totals.rate_per_s,
        Asked::UsersMax => side.load.users_max,
        _ => None,
    }
}

fn of_objective(entry: &Entry<'_>, own: &Objective, seen: &Seen, scored: &Scored, lenient: bool) -> CriterionResult {
    let status = match scored.result {
        Came::Pass if proven(own, seen, lenient) => Status::Pass,
        Came::Pass => Status::MetNotProven,
        Came::Warning => Status::Warn,
        Came::Fail => Status::Fail,
        Came::Info => Status::NotApplicable,
        Came::Unknown => Status::Inconclusive,
    };
    let metric = seen.metric.as_ref().map_or_else(|| own.sli.clone(), ToString::to_string);
    let bare = CriterionResult::bare(&own.sli, &metric, Origin::Keptn, status, own.key_sli, String::new());
    CriterionResult {
        test: entry.name().to_owned(),
        original: Some(own.original()),
        observed: seen.observation.value,
        interval: seen.observation.interval,
        n: seen.observation.n,
        unit: seen.observation.unit,
        limit: limit(own, seen),
        source_class: seen.observation.class,
        weight: Some(own.weight),
        ..bare
    }
}

/// Whether it passes at both ends of the interval too; a figure that was counted or quoted has none.
fn proven(own: &Objective, seen: &Seen, lenient: bool) -> bool {
    let Some((low, high)) = seen.observation.interval else {
        let counted = matches!(seen.observation.nature, Nature::Counted | Nature::Course);
        return counted || seen.observation.class == Some(SourceClass::Quoted);
    };
    [low, high].into_iter().all(|end| {
        end.is_some_and(|end| score::objective(own, Some(end / seen.scale), seen.earlier, lenient).result == Came::Pass)
    })
}

/// The limit of an objective with one pass criterion.
fn limit(own: &Objective, seen: &Seen) -> Option<Limit> {
    let [block] = own.pass.as_slice() else { return None };
    let [bound] = block.as_slice() else { return None };
    let target = match bound.relative {
        Relative::No => bound.value,
        Relative::Percent => seen.earlier? * (100.0 + bound.value) / 100.0,
        Relative::Difference => seen.earlier? + bound.value,
    };
    Some(Limit { side: side(bound), value: target * seen.scale, warn: None, warn_side: None })
}

/// The side of its value on which a bound wants the figure.
const fn side(bound: &Bound) -> Side {
    match bound.operator {
        Operator::Below => Side::Below,
        Operator::AtMost => Side::AtMost,
        Operator::Equal => Side::Equal,
        Operator::AtLeast => Side::AtLeast,
        Operator::Above => Side::Above,
    }
}

/// Whether an objective limits its metric for good: whichever block of criteria lets it pass, one of them holds the figure on a
/// side that is wanted, and not only against earlier results.
pub fn limits(own: &Objective, wanted: impl Fn(Side) -> bool) -> bool {
    let bounds = |block: &Vec<Bound>| block.iter().any(|one| one.relative == Relative::No && wanted(side(one)));
    !own.pass.is_empty() && own.pass.iter().all(bounds)
}

/// Whether any of its criteria is relative to an earlier result.
fn is_relative(own: &Objective) -> bool {
    own.pass.iter().chain(&own.warning).flatten().any(|bound| bound.relative != Relative::No)
}

/// Why there is no earlier result.
fn no_earlier(case: &Case<'_>) -> String {
    match case.baseline {
        BaselineState::NotAsked => "no earlier result to compare with (`--baseline` names one)".to_owned(),
        BaselineState::Unusable(why) => format!("no earlier result to compare with: {why}"),
        BaselineState::Used { id } => {
            let id = fmt::plain(id);
            format!(
                "no earlier result to compare with: none of the baseline {id} is of this test and as `comparison` asks"
            )
        }
    }
}

fn reason(case: &Case<'_>, own: &Objective, seen: &Seen, scored: &Scored) -> String {
    let name = own.display_name.as_deref().unwrap_or(&own.sli);
    let Some(value) = seen.observation.value else {
        return seen.observation.why.clone().unwrap_or_else(|| format!("{} is not known", fmt::plain(name)));
    };
    let mut text = format!("{} {}", fmt::plain(name), fmt::value(value, seen.observation.unit));
    if let Some(earlier) = seen.earlier {
        text = format!("{text}, before {}", fmt::value(earlier * seen.scale, seen.observation.unit));
    }
    let told = match scored.result {
        Came::Info => "for information, not scored".to_owned(),
        Came::Unknown => no_earlier(case),
        _ if is_relative(own) && seen.earlier.is_none() => {
            format!(
                "{} of {} points; no earlier result to compare with",
                fmt::number(scored.points),
                fmt::number(own.weight)
            )
        }
        _ => format!("{} of {} points", fmt::number(scored.points), fmt::number(own.weight)),
    };
    format!("{text}; {told}")
}

fn total(entry: &Entry<'_>, slo: &Slo, scored: Vec<Scored>) -> CriterionResult {
    let found = score::total(slo, scored);
    let (low, high) = found.score;
    let status = match found.result {
        Came::Pass | Came::Info => Status::Pass,
        Came::Warning => Status::Warn,
        Came::Fail => Status::Fail,
        Came::Unknown => Status::Inconclusive,
    };
    let share = |percent: f64| fmt::percent(percent / 100.0);
    let same = (high - low).abs() < 1e-9;
    let range = if same { share(low) } else { format!("between {} and {}", share(low), share(high)) };
    let reason =
        format!("total score {range}, pass from {}, warning from {}", share(slo.total.pass), share(slo.total.warning));
    let bare = CriterionResult::bare("total score", "score", Origin::Keptn, status, true, reason);
    CriterionResult {
        test: entry.name().to_owned(),
        original: Some(format!("total_score: pass {}%, warning {}%", slo.total.pass, slo.total.warning)),
        observed: same.then_some(low / 100.0),
        unit: Unit::Ratio,
        limit: Some(Limit {
            side: Side::AtLeast,
            value: slo.total.pass / 100.0,
            warn: Some(slo.total.warning / 100.0),
            warn_side: Some(Side::AtLeast),
        }),
        ..bare
    }
}

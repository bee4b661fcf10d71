//! Figures without their spread: what a tool printed, or histograms without time. There is no test for them, so the rule is
//! coarse and one-sided: a quarter more than before, beyond the limit and the tool's rounding, is a regression; less is
//! inconclusive, and nothing is acquitted.

use super::call::call;
use super::delta::{Call, Delta};
use super::failures::{ASSUMED_EFFECT, Shares};
use super::settings::{Metric, Settings};
use crate::analyse::proportion::Share;
use crate::fmt;
use crate::model::distribution::{K6_TYPE_7, SourceClass};

/// What is worse by more than this is a regression even without a test.
const PLAIN: f64 = 0.25;

/// A latency figure of one run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure<'a> {
    /// In µs.
    pub value: f64,
    /// How it came about.
    pub class: SourceClass,
    /// Definition of the percentile.
    pub definition: &'a str,
    /// The step of its rounding at this value in µs; 0 where it is not rounded.
    pub step_us: f64,
    /// How far apart neighbouring values lie there, as a share of it; `None` where that is not known.
    pub gap: Option<f64>,
}

impl Figure<'_> {
    /// Whether two figures are of one definition, or of two whose difference is less than a tenth of what matters: half a
    /// step of rounding, or the gap to the next value, between which interpolation lies.
    #[must_use]
    pub fn is_comparable(&self, other: &Self, material: f64) -> bool {
        if self.definition == other.definition {
            return true;
        }
        let rounding = |one: &Self| one.step_us / 2.0 / one.value.max(1.0);
        let computed = |one: &Self| one.class != SourceClass::Quoted;
        let interpolated = |one: &Self| one.definition == K6_TYPE_7;
        let apart = match (computed(self), computed(other)) {
            (true, true) => Some(rounding(self).max(rounding(other))),
            (true, false) if interpolated(other) => self.gap.map(|gap| gap.max(rounding(self))),
            (false, true) if interpolated(self) => other.gap.map(|gap| gap.max(rounding(other))),
            _ => None,
        };
        apart.is_some_and(|apart| apart < 0.1 * material)
    }
}

/// Compares an endpoint's quantile between runs of which one has no latencies over time. `limit` is the worsening that is
/// allowed (0.1), as the criterion says or [`Settings::material`].
#[must_use]
pub fn compare(
    subject: (&str, &str),
    metric: Metric,
    figures: (Option<Figure<'_>>, Option<Figure<'_>>),
    limit: f64,
    settings: &Settings,
) -> Delta {
    let (before, after) = figures;
    let printed = [before, after].into_iter().flatten().any(|one| one.class == SourceClass::Quoted);
    let method = if printed { "L4 quoted" } else { "L3 merged, without time" };
    let mut delta = Delta::begun(subject, metric, method);
    (delta.before, delta.after) = (before.map(|one| one.value), after.map(|one| one.value));
    let (Some(before), Some(after)) = (before, after) else {
        delta.why = Some(format!("no figure in {}", if before.is_none() { "the baseline" } else { "this run" }));
        return delta;
    };
    let ratio = after.value / before.value;
    if !(before.value > 0.0 && ratio.is_finite()) {
        delta.why = Some("the baseline's figure is 0".to_owned());
        return delta;
    }
    delta.ratio = Some(ratio);
    let by = after.value - before.value;
    let step = before.step_us.max(after.step_us);
    let allowed = limit.max(PLAIN);
    let change = fmt::change(ratio);
    let (call, why) = if !before.is_comparable(&after, settings.material) {
        (
            Call::Inconclusive,
            format!("percentiles of different definitions ({}; {})", before.definition, after.definition),
        )
    } else if ratio > 1.0 + allowed && by > step && by >= settings.floor_us {
        (Call::Regressed, format!("{change} as observed, more than {}; no test is possible", fmt::percent(allowed)))
    } else if by.abs() <= step && step > 0.0 {
        (Call::Inconclusive, format!("not resolvable: one step of the source's rounding is {}", fmt::latency_us(step)))
    } else {
        (
            Call::Inconclusive,
            format!(
                "{change} as observed; without latencies over time only more than {} counts",
                fmt::percent(allowed)
            ),
        )
    };
    (delta.call, delta.why) = (call, Some(why));
    delta
}

/// Compares an endpoint's failures between runs of which one has only its counts. A burst cannot be told from a steady
/// trickle, so a design effect of [`ASSUMED_EFFECT`] is assumed; its p stands alone.
#[must_use]
pub fn failures(
    subject: (&str, &str),
    before: Option<(u64, u64)>,
    after: Option<(u64, u64)>,
    settings: &Settings,
) -> Delta {
    let method = format!("L3 Newcombe's interval, design effect {} assumed", fmt::number(ASSUMED_EFFECT));
    let mut delta = Delta::begun(subject, Metric::Failures, &method);
    let share = |counts: Option<(u64, u64)>| {
        counts.and_then(|(failures, requests)| Share::new(failures, requests, ASSUMED_EFFECT))
    };
    let (before, after) = (share(before), share(after));
    (delta.before, delta.after) = (before.map(Share::value), after.map(Share::value));
    let (Some(before), Some(after)) = (before, after) else {
        delta.why =
            Some(format!("no requests counted in {}", if before.is_none() { "the baseline" } else { "this run" }));
        return delta;
    };
    let shares = Shares { before, after };
    delta.ratio = (before.hits > 0).then(|| after.value() / before.value());
    delta.set_shares(&shares);
    let (p_worse, p_better) = (shares.p_worse(), shares.p_better());
    let evidence = shares.evidence(p_worse, p_better, 1, settings);
    // Blame, never acquit: without blocks the assumed effect may be far too small.
    let regressed = call(&evidence, settings.alpha) == Call::Regressed;
    delta.p_adjusted = Some(p_worse);
    delta.detectable = evidence.detectable;
    if regressed {
        delta.call = Call::Regressed;
    } else {
        delta.why = Some("no regression visible in counts without time".to_owned());
    }
    delta
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::distribution::LOCUST;

    fn figure(value: f64, step_us: f64) -> Figure<'static> {
        Figure { value, class: SourceClass::Quoted, definition: LOCUST, step_us, gap: None }
    }

    fn call_of(before: Figure<'_>, after: Figure<'_>, limit: f64) -> Call {
        compare(("t", "e"), Metric::Quantile(0.95), (Some(before), Some(after)), limit, &Settings::default()).call
    }

    #[test]
    fn a_quarter_more_is_a_regression_and_less_is_not_told() {
        assert_eq!(call_of(figure(100_000.0, 10_000.0), figure(130_000.0, 10_000.0), 0.1), Call::Regressed);
        assert_eq!(call_of(figure(100_000.0, 10_000.0), figure(120_000.0, 10_000.0), 0.1), Call::Inconclusive);
        assert_eq!(call_of(figure(100_000.0, 10_000.0), figure(130_000.0, 10_000.0), 0.5), Call::Inconclusive);
        assert_eq!(call_of(figure(100_000.0, 0.0), figure(50_000.0, 0.0), 0.1), Call::Inconclusive);
    }

    #[test]
    fn one_step_of_rounding_is_no_change() {
        assert_eq!(call_of(figure(30_000.0, 10_000.0), figure(40_000.0, 10_000.0), 0.1), Call::Inconclusive);
        assert_eq!(call_of(figure(30_000.0, 10_000.0), figure(50_000.0, 10_000.0), 0.1), Call::Regressed);
    }

    #[test]
    fn different_definitions_are_not_compared() {
        let other = Figure { definition: "another", ..figure(300_000.0, 0.0) };
        assert_eq!(call_of(figure(100_000.0, 0.0), other, 0.1), Call::Inconclusive);
    }

    /// An endpoint that only one of two tools has was called quoted, though both had given every request.
    #[test]
    fn what_was_measured_is_not_called_quoted() {
        let raw = Figure { class: SourceClass::Raw, ..figure(100_000.0, 0.0) };
        let method = |before, after| {
            compare(("t", "e"), Metric::Quantile(0.95), (before, after), 0.1, &Settings::default()).method
        };
        assert_eq!(method(Some(raw), None), "L3 merged, without time");
        assert_eq!(method(Some(raw), Some(figure(100_000.0, 0.0))), "L4 quoted");
    }

    #[test]
    fn counts_blame_and_never_acquit() {
        let of = |before, after| failures(("t", "e"), Some(before), Some(after), &Settings::default()).call;
        assert_eq!(of((0, 10_000), (200, 10_000)), Call::Regressed);
        assert_eq!(of((0, 1_000_000), (0, 1_000_000)), Call::Inconclusive);
        assert_eq!(of((200, 10_000), (0, 10_000)), Call::Inconclusive);
        assert_eq!(
            failures(("t", "e"), None, Some((0, 5)), &Settings::default()).why.unwrap(),
            "no requests counted in the baseline"
        );
    }
}

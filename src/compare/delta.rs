//! What a comparison ends in. These structs are part of report.json; their field names are a promise to other programs.

use super::failures::Shares;
use super::rate;
use super::settings::Metric;
use crate::unit::Unit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a comparison says of one endpoint and metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// Worse, materially and beyond chance.
    Regressed,
    /// Shown to be no worse than the margin allows.
    NoSlower,
    /// Not shown, but a change of the size that must be detected would have been seen.
    NoRegressionSeen,
    /// Better, materially and beyond chance.
    Improved,
    /// Cannot be told; `why` says what is missing.
    Inconclusive,
}

/// A Delta is one endpoint's metric in two runs, and what may be said of the difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Delta {
    /// The test's name.
    pub test: String,
    /// The endpoint's label; empty for totals, which are shown and not gated where endpoints exist.
    pub endpoint: String,
    /// `p50`, `p95`, …, `failures` or `rate`.
    pub metric: String,
    /// In the baseline: µs, a ratio for failures, requests a second for the rate; over the stretch that was compared. `null` with a `why`.
    pub before: Option<f64>,
    /// In the run that is judged.
    pub after: Option<f64>,
    /// after / before.
    pub ratio: Option<f64>,
    /// 95 % interval of `ratio`; a side that is `null` has no bound.
    pub interval: Option<(Option<f64>, Option<f64>)>,
    /// 95 % interval of after − before, for failures: where the baseline had none, no ratio says how many more there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference_interval: Option<(f64, f64)>,
    /// p of the test that decided, adjusted for all the endpoints and metrics that were tested with it.
    pub p_adjusted: Option<f64>,
    /// The smallest worsening that would have been found 4 times in 5: a factor (1.21) for latencies, below 1 (0.83) for the
    /// rate, a difference of ratios (0.004) for failures.
    pub detectable: Option<f64>,
    /// The call.
    pub call: Call,
    /// How it was compared, with the blocks and the assumed variance between runs.
    pub method: String,
    /// What limits the statement, or why it cannot be made.
    pub why: Option<String>,
    /// The margin that `no-slower` is held against (0.1); a difference of ratios for failures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// How many more runs of each build, each as long as these, would settle what is inconclusive; absent where that is not
    /// known, or more than twenty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<u32>,
    /// What the newest run of a baseline of several says alone, in words.
    #[serde(default)]
    pub detail: Option<String>,
    /// The range that it is held against, where people declared one instead of measuring it.
    #[serde(default)]
    pub declared: Option<DeclaredRange>,
}

/// A figure or range that is known from a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeclaredRange {
    /// Lower end: µs, a ratio, per second or a count, as the metric is.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Where it is written.
    pub source: String,
    /// When it was known, as YYYY-MM-DD.
    pub date: String,
}

/// Those of the comparisons that count: of each endpoint, of what was declared, and totals where a test has nothing else.
#[must_use]
pub fn decisive(deltas: &[Delta]) -> Vec<&Delta> {
    decisive_and_beside(deltas).0
}

/// The comparisons that count, and those that are shown beside them: totals mix the endpoints, and the rate of all requests may be
/// the load that was sent.
#[must_use]
pub fn decisive_and_beside(deltas: &[Delta]) -> (Vec<&Delta>, Vec<&Delta>) {
    let of_endpoint = |one: &&Delta| !one.endpoint.is_empty() && one.declared.is_none();
    let with_endpoints: BTreeSet<&str> = deltas.iter().filter(of_endpoint).map(|one| one.test.as_str()).collect();
    let totals = |one: &Delta| one.metric != rate::NAME && !with_endpoints.contains(one.test.as_str());
    deltas.iter().partition(|one| one.declared.is_some() || !one.endpoint.is_empty() || totals(one))
}

impl Delta {
    /// What its figures count.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self.metric.as_str() {
            "failures" | "cache hits" => Unit::Ratio,
            "rate" => Unit::PerSecond,
            "users" => Unit::Count,
            _ => Unit::Micros,
        }
    }

    /// A delta that says nothing yet: no figures, inconclusive. `subject` is (test, endpoint).
    pub(super) fn begun(subject: (&str, &str), metric: Metric, method: &str) -> Self {
        Self::named(subject, &metric.name(), method)
    }

    /// How far the figures are apart, whatever the direction: what a list of changes is sorted by. What came up from 0 or went down
    /// to it is farther than all else; 0 where a figure is not known.
    #[must_use]
    pub fn distance(&self) -> f64 {
        match self.before.zip(self.after) {
            Some((before, after)) if before > 0.0 && after > 0.0 => (after / before).ln().abs(),
            Some((before, after)) if before.max(after) > 0.0 => f64::INFINITY,
            _ => 0.0,
        }
    }

    /// Says nothing any more, and why: what would have settled it is no longer what is missing.
    pub(super) fn take_back(&mut self, why: &str) {
        (self.call, self.settled_by) = (Call::Inconclusive, None);
        self.why = Some(why.to_owned());
    }

    /// What both shares of failures say of their ratio and their difference.
    pub(super) fn set_shares(&mut self, shares: &Shares) {
        self.interval = shares.ratio_interval();
        self.difference_interval = Some(shares.interval());
    }

    /// The same of any metric, by its name.
    pub(super) fn named(subject: (&str, &str), metric: &str, method: &str) -> Self {
        Self {
            test: subject.0.to_owned(),
            endpoint: subject.1.to_owned(),
            metric: metric.to_owned(),
            before: None,
            after: None,
            ratio: None,
            interval: None,
            difference_interval: None,
            p_adjusted: None,
            detectable: None,
            call: Call::Inconclusive,
            method: method.to_owned(),
            why: None,
            margin: None,
            settled_by: None,
            detail: None,
            declared: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(endpoint: &str, metric: &str, before: f64, after: f64) -> Delta {
        Delta { before: Some(before), after: Some(after), ..Delta::named(("t", endpoint), metric, "L1") }
    }

    /// Of improvements the smallest stood first, and failures where there had been none stood last.
    #[test]
    fn a_change_is_as_far_down_as_up_and_from_nothing_farthest() {
        let (up, down) = (delta("a", "p95", 100.0, 200.0), delta("a", "p95", 200.0, 100.0));
        assert!(
            (up.distance() - down.distance()).abs() < 1e-12
                && up.distance() > delta("a", "p95", 100.0, 80.0).distance()
        );
        assert!(delta("a", "failures", 0.0, 0.01).distance() > up.distance());
        assert!(Delta { before: None, ..up }.distance() < 1e-12);
    }

    #[test]
    fn totals_decide_where_there_is_nothing_else() {
        let totals = || vec![delta("", "p95", 1.0, 1.0), delta("", rate::NAME, 1.0, 1.0)];
        assert_eq!(decisive(&totals()), [&totals()[0]]);
        let with_endpoint: Vec<Delta> = totals().into_iter().chain([delta("a", "p95", 1.0, 1.0)]).collect();
        assert_eq!(decisive(&with_endpoint), [&with_endpoint[2]]);
    }
}

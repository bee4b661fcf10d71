//! Throughput of two runs, compared as what it is: an outcome where users wait for their answers, and none where arrivals do
//! not.
//!
//! In a closed workload N users send N / (response + wait) requests a second, so a slower system is asked less often and the
//! rate falls as latency rises. Its variance within a run is that of the blocks' counts, widened by what neighbours share; between
//! runs it is taken as that of latency, which it can at most reach. In an open workload the rate is what was sent: a lower one
//! is another load, which is said and called nothing. Rates are a family of tests of their own.

use super::block;
use super::call::{Evidence, Size, call};
use super::change::Change;
use super::delta::{Call, Delta};
use super::influence::{inflation, lag_one};
use super::load::Load;
use super::multiplicity::benjamini_hochberg;
use super::pairing::Pairs;
use super::settings::Settings;
use super::side::{Side, SideEndpoint};
use crate::analyse::sampling::t_quantile;
use crate::fmt;
use std::ops::Range;

/// The metric's name.
pub const NAME: &str = "rate";
/// Requests of a run below which its blocks say nothing of its rate.
const FEWEST: u64 = 36;

/// The rate of all requests, and of each endpoint where `settings` asks for it; totals last.
pub(super) fn compare(before: &Side, after: &Side, pairs: &Pairs<'_>, settings: &Settings) -> Vec<Delta> {
    let frame = Frame { before, after, settings };
    let mut begun: Vec<(Delta, Option<Change>)> = Vec::new();
    if settings.rates {
        begun.extend(pairs.iter().map(|(label, (one, other))| frame.endpoint(label, *one, *other)));
    }
    let tests = begun.iter().filter(|(_, change)| change.is_some()).count();
    let (worse, better) = (adjusted(&begun, Change::p_below), adjusted(&begun, Change::p_above));
    let mut deltas: Vec<Delta> = begun
        .into_iter()
        .zip(worse.into_iter().zip(better))
        .map(|((delta, change), p)| frame.called(delta, change, p, tests))
        .collect();
    let (totals, change) = frame.totals();
    let p = change.map_or((1.0, 1.0), |change| (change.p_below(0.0), change.p_above(0.0)));
    deltas.push(frame.called(totals, change, p, 1));
    deltas
}

/// p of one direction, adjusted for all that could be tested; 1 for those that could not.
fn adjusted(rows: &[(Delta, Option<Change>)], p: fn(&Change, f64) -> f64) -> Vec<f64> {
    let p: Vec<f64> = rows.iter().map(|(_, change)| change.as_ref().map_or(f64::NAN, |one| p(one, 0.0))).collect();
    benjamini_hochberg(&p).into_iter().map(|p| if p.is_nan() { 1.0 } else { p }).collect()
}

struct Frame<'a> {
    before: &'a Side,
    after: &'a Side,
    settings: &'a Settings,
}

impl Frame<'_> {
    fn endpoint(
        &self,
        label: &str,
        before: Option<&SideEndpoint>,
        after: Option<&SideEndpoint>,
    ) -> (Delta, Option<Change>) {
        let counts = |one: Option<&SideEndpoint>| -> Option<Vec<u64>> {
            Some(one?.parts.as_ref()?.iter().map(|part| part.requests).collect())
        };
        let quoted = |one: Option<&SideEndpoint>| one.and_then(|one| one.figures.rate_per_s);
        self.begun(label, (counts(before), counts(after)), (quoted(before), quoted(after)))
    }

    fn totals(&self) -> (Delta, Option<Change>) {
        let all = |side: &Side| -> Option<Vec<u64>> {
            let parts: Option<Vec<_>> = side.endpoints.iter().map(|one| one.parts.as_deref()).collect();
            let parts = parts?;
            let longest = parts.iter().map(|parts| parts.len()).max()?;
            let sum = |at: usize| parts.iter().filter_map(|parts| parts.get(at)).map(|part| part.requests).sum();
            Some((0..longest).map(sum).collect())
        };
        let quoted = (self.before.totals.rate_per_s, self.after.totals.rate_per_s);
        self.begun("", (all(self.before), all(self.after)), quoted)
    }

    /// Both figures, and the test where there are counts of equal parts of the time.
    fn begun(
        &self,
        label: &str,
        (before, after): (Option<Vec<u64>>, Option<Vec<u64>>),
        quoted: (Option<f64>, Option<f64>),
    ) -> (Delta, Option<Change>) {
        let mut delta = Delta::named((&self.after.test, label), NAME, "L4 rate: as observed");
        let steady = (self.before.steady_s, self.after.steady_s);
        let tested = before
            .zip(after)
            .zip(block::number(steady.0, steady.1))
            .map(|((before, after), m)| (Rate::of(&before, m, steady.0), Rate::of(&after, m, steady.1), m));
        let Some((before, after, m)) = tested else {
            (delta.before, delta.after) = quoted;
            delta.ratio = quoted.0.zip(quoted.1).and_then(|(was, is)| (was > 0.0).then(|| is / was));
            delta.why = Some("too short, or no counts over time, to tell how far the rate varies".to_owned());
            return (delta, None);
        };
        let settings = self.settings;
        let taus = (fmt::percent(settings.tau_global), fmt::percent(settings.tau_endpoint));
        delta.method = format!("L1 rate: counts in {m} blocks, tau {}/{} as of latency", taus.0, taus.1);
        (delta.before, delta.after) = (Some(before.per_second), Some(after.per_second));
        if before.n.min(after.n) < FEWEST {
            let n = fmt::count(before.n.min(after.n));
            delta.why = Some(format!("n = {n}; needs {FEWEST}"));
            return (delta, None);
        }
        let change = self.change(&before, &after);
        let (low, high) = change.interval();
        delta.ratio = Some(change.value.exp());
        delta.interval = Some((Some(low.exp()), Some(high.exp())));
        (delta, Some(change))
    }

    fn change(&self, before: &Rate, after: &Rate) -> Change {
        let m = float(before.blocks.len());
        let squares: f64 = before.blocks.iter().chain(&after.blocks).map(|u| u * u).sum();
        let likeness = |rate: &Rate| lag_one([rate.blocks.as_slice()]);
        let alike = inflation(likeness(before), likeness(after), m, self.settings.lag_bias);
        let variance = alike * m / (m - 1.0) * squares + self.settings.between();
        let value = (after.per_second / before.per_second).ln();
        Change { value, variance_below: variance, variance_above: variance, df: 2.0 * (m - 1.0) }
    }

    /// The call. A rate falls as the time that a request costs rises, so that is what is held against the limits of latency.
    fn called(&self, mut delta: Delta, change: Option<Change>, p: (f64, f64), tests: usize) -> Delta {
        let Some(change) = change else { return delta };
        let settings = self.settings;
        let tests = float(2 * tests.max(1) + 1);
        let reach = t_quantile(1.0 - settings.alpha / tests, change.df) + t_quantile(0.8, change.df);
        let least = (reach * change.variance_below.sqrt()).exp();
        let material = settings.material.ln_1p();
        let evidence = Evidence {
            p_worse: p.0,
            p_better: p.1,
            p_margin: change.p_above(-settings.margin.ln_1p()),
            size: match -change.value {
                cost if cost >= material => Size::Worse,
                cost if cost <= -material => Size::Better,
                _ => Size::Small,
            },
            detectable: Some(least - 1.0).filter(|least| least.is_finite()),
            must_detect: settings.must_detect,
        };
        delta.call = call(&evidence, settings.alpha);
        delta.detectable = evidence.detectable.map(|_| 1.0 / least);
        delta.p_adjusted = Some(if delta.call == Call::Improved { p.1 } else { p.0 });
        if delta.call == Call::Inconclusive {
            let asked = fmt::change(1.0 / (1.0 + settings.must_detect));
            delta.why =
                Some(format!("too uneven: a rate of {asked} must be detectable, {} is", fmt::change(1.0 / least)));
        }
        if let Some(why) = self.another_load() {
            delta.take_back(&why);
        }
        delta
    }

    /// Why a rate says nothing of the system.
    fn another_load(&self) -> Option<String> {
        let open = |side: &Side| side.load.model.as_deref() == Some("open");
        if open(self.before) || open(self.after) {
            return Some("arrivals do not wait for answers: the rate is the load that was sent, no result".to_owned());
        }
        let (users, _) = Load::of(self.before).differs(Load::of(self.after));
        users.map(|(was, is)| format!("another load: {} users, was {}", fmt::number(is), fmt::number(was)))
    }
}

/// A run's rate and its blocks' distances from it.
struct Rate {
    n: u64,
    per_second: f64,
    /// What each block adds to ln rate.
    blocks: Vec<f64>,
}

impl Rate {
    /// Of the requests of equal parts, in `m` blocks that may differ by a part.
    fn of(parts: &[u64], m: usize, steady_s: f64) -> Self {
        let n = parts.iter().sum::<u64>();
        #[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
        let count = |n: u64| n as f64;
        let moves = |stretch: Range<usize>| {
            let share = float(stretch.len()) / float(parts.len().max(1));
            let requests = parts.get(stretch).unwrap_or_default().iter().sum();
            if n > 0 { count(requests) / count(n) - share } else { 0.0 }
        };
        let blocks = block::stretches(parts.len(), m).map(moves).collect();
        Self { n, per_second: count(n) / steady_s, blocks }
    }
}

#[expect(clippy::cast_precision_loss, reason = "dozens of blocks, hundreds of endpoints")]
const fn float(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};
    use crate::analyse::{Options, analyse};
    use crate::compare::sides;
    use crate::model::sample::LoadModel;
    use crate::model::test::Test;

    fn test(per_second: u64) -> Test {
        let mut test = builder::raw_test(&Shape { seconds: 120, per_second, ..Shape::default() });
        (test.load_model, test.users_stated) = (Some(LoadModel::Closed), Some(20.0));
        test
    }

    fn side(test: &Test) -> Side {
        Side::of(test, &analyse(test, &Options::default())).unwrap()
    }

    fn rates(before: &Side, after: &Side, rates: bool) -> Vec<Delta> {
        let settings = Settings { rates, ..Settings::default() };
        sides(before, after, &settings).deltas.into_iter().filter(|one| one.metric == NAME).collect()
    }

    #[test]
    fn users_who_wait_send_less_and_that_is_a_regression() {
        let found = rates(&side(&test(40)), &side(&test(30)), true);
        assert_eq!(found.len(), 2, "the endpoint, and all of them");
        for delta in &found {
            assert_eq!(delta.call, Call::Regressed, "{delta:?}");
            assert!((delta.ratio.unwrap() - 0.75).abs() < 1e-9 && (delta.before.unwrap() - 40.0).abs() < 1e-9);
            assert!(delta.detectable.unwrap() < 1.0);
        }
        assert_eq!(rates(&side(&test(30)), &side(&test(40)), false)[0].call, Call::Improved);
        let same = rates(&side(&test(40)), &side(&test(40)), false);
        assert_eq!((same.len(), same[0].call), (1, Call::NoSlower), "without being asked for, totals only");
    }

    #[test]
    fn arrivals_that_do_not_wait_are_a_load_and_no_result() {
        let mut fewer = test(30);
        fewer.load_model = Some(LoadModel::Open);
        let found = rates(&side(&test(40)), &side(&fewer), false);
        assert_eq!(found[0].call, Call::Inconclusive);
        assert!(found[0].why.as_ref().unwrap().starts_with("arrivals do not wait"));
        let mut users = test(30);
        users.users_stated = Some(10.0);
        let found = rates(&side(&test(40)), &side(&users), false);
        assert_eq!(found[0].why.as_deref(), Some("another load: 10 users, was 20"));
    }

    #[test]
    fn without_counts_over_time_a_rate_is_only_shown() {
        let mut printed = test(40);
        printed.timeline = None;
        let found = rates(&side(&test(40)), &side(&printed), false);
        assert_eq!((found[0].call, found[0].method.as_str()), (Call::Inconclusive, "L4 rate: as observed"));
        assert!(found[0].ratio.is_some());
    }
}

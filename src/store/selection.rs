//! Which stored runs a run is compared with.
//!
//! Those that were fit (READY, or as configured), were made under the same conditions, and come before it; the newest of
//! them since the last time that the level changed. A run that failed, proves nothing or was made under other conditions is
//! passed over: it neither becomes the baseline nor stands in its way. A run that somebody accepted is where a new baseline
//! begins.
//!
//! READY is meant so that a bad run does not get in. A run whose only conditions come from the comparison itself (it could not
//! tell; there was nothing yet to compare with) is no bad run, and counts as the verdict that it has without them: were it passed
//! over, the second run would be, and the third, and the five from which the history can tell would never come together. The same
//! holds where no criterion limits latency: then the comparison alone judges it. What it did find, a regression, keeps a run out
//! as ever.

use super::run::RunLine;
use crate::compare::change_point::{self, LEAST_RUNS, change_points, filled};
use crate::compare::comparable::{Fingerprint, fields};
use crate::fmt;
use crate::judge::outcome::Verdict;
use crate::unit::Timestamp;

/// Runs in which change points are looked for: what lies further back bounds no baseline.
const LOOKED_AT: usize = 100;

/// What is wanted of a run that is to be compared with.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Under what the run was made that is judged.
    pub fingerprint: &'a Fingerprint,
    /// Its start: later runs are none of its past.
    pub started_at: Option<Timestamp>,
    /// Hashes of its files: a run is not compared with itself.
    pub inputs: &'a [String],
    /// Labels that must agree.
    pub labels: &'a [String],
    /// READY WITH CONDITIONS too, not READY only.
    pub conditions: bool,
    /// How many of the newest.
    pub runs: usize,
    /// The percentiles in which a change of the level counts.
    pub quantiles: &'a [String],
}

/// A Selection is the baseline that was found among the runs of one test.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// Positions of the runs, oldest first.
    pub used: Vec<usize>,
    /// Why it begins where it does, where something else than their number bounds it.
    pub since: Option<String>,
    /// Positions of all that were made under the same conditions before it, whatever came of them, oldest first.
    pub past: Vec<usize>,
    /// How many were not fit.
    pub unfit: usize,
    /// How many of those were READY WITH CONDITIONS, which are fit where the configuration says so.
    pub conditional: usize,
    /// How many never came to rest, so that nothing can be compared with them.
    pub unsettled: usize,
    /// How many were made under other conditions, and in what the newest of them differs.
    pub unequal: usize,
    /// Fields in which the newest of those differs.
    pub differs_in: Vec<String>,
    /// How many are the run itself or later.
    pub later: usize,
}

impl Selection {
    /// Why there is no run to compare with.
    #[must_use]
    pub fn nothing(&self) -> String {
        let mut parts = Vec::new();
        if self.unfit > 0 {
            parts.push(format!("{} not fit by their verdict", self.unfit));
        }
        if self.unsettled > 0 {
            parts.push(format!("{} without a steady state", self.unsettled));
        }
        if self.unequal > 0 {
            parts.push(format!("{} made under other conditions ({})", self.unequal, self.differs_in.join(", ")));
        }
        if self.later > 0 {
            parts.push(format!("{} this run itself or later", self.later));
        }
        if parts.is_empty() { "none is stored".to_owned() } else { parts.join(", ") }
    }

    /// What takes in a run that is not fit by its verdict; empty where none is unfit.
    #[must_use]
    pub const fn ways_out(&self) -> &'static str {
        match (self.unfit, self.conditional) {
            (0, _) => "",
            (_, 0) => "; `plimsoll baseline accept RUN --reason TEXT` takes a run as it is",
            _ => {
                "; put `include = \"conditions\"` under `[baseline]` to take runs that are READY WITH CONDITIONS, or take \
                 one as it is with `plimsoll baseline accept RUN --reason TEXT`"
            }
        }
    }
}

/// Whether a run is fit to be compared with by what came of it.
#[must_use]
pub fn is_fit(run: &RunLine, conditions: bool) -> bool {
    let ready = match run.fitness() {
        Some(Verdict::Ready) => true,
        Some(Verdict::ReadyWithConditions) => conditions,
        _ => false,
    };
    ready || run.accepted.is_some()
}

/// Chooses among the runs of one test, which stand in order of their starts.
#[must_use]
pub fn select(runs: &[RunLine], wanted: &Wanted<'_>) -> Selection {
    let mut selection = Selection::default();
    let mut used: Vec<(usize, &RunLine)> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let itself = !run.inputs.is_empty() && run.inputs == wanted.inputs;
        let later = run.started_at.zip(wanted.started_at).is_some_and(|(run, now)| run >= now);
        let unequal = run.fingerprint.unequal(wanted.fingerprint, wanted.labels);
        if !itself && !later && unequal.is_empty() {
            selection.past.push(at);
        }
        if itself || later {
            selection.later += 1;
        } else if !is_fit(run, wanted.conditions) {
            selection.unfit += 1;
            selection.conditional += usize::from(is_fit(run, true));
        } else if run.unsettled.is_some() {
            selection.unsettled += 1;
        } else if !unequal.is_empty() {
            selection.unequal += 1;
            selection.differs_in = fields(&unequal);
        } else {
            used.push((at, run));
        }
    }
    let accepted = used.iter().rposition(|(_, run)| run.accepted.is_some());
    if let Some(from) = accepted {
        used.drain(..from);
        selection.since = used.first().and_then(|(_, run)| {
            let accepted = run.accepted.as_ref()?;
            Some(format!("the run accepted by {} on {}", fmt::plain(&accepted.author), fmt::plain(&accepted.date)))
        });
    }
    used.drain(..used.len().saturating_sub(LOOKED_AT));
    if let Some((from, why)) = last_change(&used, wanted.quantiles) {
        used.drain(..from);
        selection.since = Some(why);
    }
    used.drain(..used.len().saturating_sub(wanted.runs.max(1)));
    selection.used = used.into_iter().map(|(at, _)| at).collect();
    selection
}

/// The last change of the level of any endpoint, and in words. One series in a thousand shows one by chance, so with many
/// series each must be so much surer.
fn last_change(runs: &[(usize, &RunLine)], quantiles: &[String]) -> Option<(usize, String)> {
    let (_, newest) = runs.last().filter(|_| runs.len() >= LEAST_RUNS)?;
    let names: Vec<&str> = newest.figures.endpoints.iter().map(|one| one.endpoint.as_str()).collect();
    let names = if names.is_empty() { vec![""] } else { names };
    #[expect(clippy::cast_precision_loss, reason = "a few thousand series")]
    let series = (names.len() * quantiles.len()).max(1) as f64;
    let settings = change_point::Settings { max_p: 0.001 / series, ..change_point::Settings::default() };
    let mut last = None::<(usize, String)>;
    for (name, quantile) in names.iter().flat_map(|name| quantiles.iter().map(move |quantile| (name, quantile))) {
        let value = |run: &RunLine| Some(run.figures.endpoint(name)?.quantiles.get(quantile)?.us);
        let values: Vec<Option<f64>> = runs.iter().map(|(_, run)| value(run)).collect();
        let Some(point) = change_points(&filled(&values), &settings).pop() else { continue };
        if last.as_ref().is_none_or(|(index, _)| point.index > *index) {
            let of = if name.is_empty() { "all requests".to_owned() } else { fmt::plain(name) };
            let levels = (fmt::latency_us(point.mean_before), fmt::latency_us(point.mean_after));
            let when = runs.get(point.index).and_then(|(_, run)| run.started_at).map(fmt::date);
            let when = when.map(|date| format!(" on {date}")).unwrap_or_default();
            last = Some((point.index, format!("{quantile} of {of} changed from {} to {}{when}", levels.0, levels.1)));
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::run_figures::{EndpointRun, RunFigures, RunQuantile};
    use crate::store::run::Acceptance;
    use std::collections::BTreeMap;

    fn run(day: i64, p95_ms: f64, verdict: Verdict) -> RunLine {
        let quantile = RunQuantile { us: p95_ms * 1000.0, sd: Some(0.01), step_us: 0.0 };
        let endpoint = EndpointRun {
            endpoint: "GET /a".to_owned(),
            quantiles: BTreeMap::from([("p95".to_owned(), quantile)]),
            ..EndpointRun::default()
        };
        RunLine {
            test: "api".to_owned(),
            started_at: Some(Timestamp(day * 86_400 * 1_000_000_000)),
            verdict: Some(verdict),
            alone: None,
            place: None,
            build: None,
            inputs: vec![format!("{day}")],
            accepted: None,
            unsettled: None,
            fingerprint: fingerprint(100.0),
            figures: RunFigures { totals: EndpointRun::default(), endpoints: vec![endpoint] },
            sha256: String::new(),
        }
    }

    fn fingerprint(users: f64) -> Fingerprint {
        Fingerprint { tool: "k6".to_owned(), users: Some(users), ..Fingerprint::default() }
    }

    fn ready(days: std::ops::Range<i64>, p95_ms: f64) -> Vec<RunLine> {
        // A steady swing of a percent, so that no change stands out.
        days.map(|day| run(day, p95_ms + [0.0, 1.0, -1.0][usize::try_from(day % 3).unwrap()], Verdict::Ready)).collect()
    }

    fn selected(runs: &[RunLine]) -> Selection {
        let (now, inputs, quantiles) = (fingerprint(100.0), vec!["now".to_owned()], vec!["p95".to_owned()]);
        let wanted = Wanted {
            fingerprint: &now,
            started_at: Some(Timestamp(1_000 * 86_400 * 1_000_000_000)),
            inputs: &inputs,
            labels: &[],
            conditions: false,
            runs: 10,
            quantiles: &quantiles,
        };
        select(runs, &wanted)
    }

    #[test]
    fn the_newest_fit_runs_are_used_and_others_passed_over() {
        let mut runs = ready(0..14, 100.0);
        runs[12].verdict = Some(Verdict::NotReady);
        runs[11].fingerprint = fingerprint(50.0);
        runs.push(run(2_000, 100.0, Verdict::Ready));
        let found = selected(&runs);
        assert_eq!(found.used, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13][1..]);
        assert_eq!((found.unfit, found.unequal, found.later), (1, 1, 1));
        assert_eq!(found.differs_in, ["users"]);
        assert_eq!(found.since, None);
    }

    /// The comparison of two short runs rarely proves anything: every run after the first was READY WITH CONDITIONS for that alone,
    /// and `latest` stayed with the first for ever.
    #[test]
    fn a_run_that_only_the_comparison_left_open_is_fit() {
        let mut runs = ready(0..6, 100.0);
        for run in &mut runs[1..] {
            run.verdict = Some(Verdict::ReadyWithConditions);
            run.alone = Some(Verdict::Ready);
        }
        runs[3].alone = None;
        let found = selected(&runs);
        assert_eq!((found.used, found.past), (vec![0, 1, 2, 4, 5], vec![0, 1, 2, 3, 4, 5]));
        assert_eq!((found.unfit, found.conditional), (1, 1));
    }

    #[test]
    fn an_accepted_run_begins_a_new_baseline() {
        let mut runs = ready(0..6, 100.0);
        runs[4].verdict = Some(Verdict::NotReady);
        assert_eq!(selected(&runs).used, [0, 1, 2, 3, 5]);
        runs[4].accepted =
            Some(Acceptance { author: "Ada".into(), reason: "new index".into(), date: "2026-11-01".into() });
        let found = selected(&runs);
        assert_eq!((found.used, found.since.as_deref()), (vec![4, 5], Some("the run accepted by Ada on 2026-11-01")));
    }

    #[test]
    fn a_baseline_begins_after_the_last_change() {
        let mut runs = ready(0..9, 100.0);
        runs.extend(ready(9..16, 80.0));
        let found = selected(&runs);
        assert_eq!(found.used, (9..16).collect::<Vec<_>>());
        let since = found.since.unwrap();
        assert_eq!(since, "p95 of GET /a changed from 100 ms to 80 ms on 1970-01-10");
    }

    #[test]
    fn a_run_is_not_compared_with_itself_and_nothing_is_said_in_words() {
        let mut runs = ready(0..2, 100.0);
        runs[0].inputs = vec!["now".to_owned()];
        runs[1].verdict = None;
        let found = selected(&runs);
        assert!(found.used.is_empty());
        assert_eq!(found.nothing(), "1 not fit by their verdict, 1 this run itself or later");
        assert!(found.ways_out().starts_with("; `plimsoll baseline accept RUN"), "{}", found.ways_out());
        runs[1].verdict = Some(Verdict::ReadyWithConditions);
        let found = selected(&runs[1..]);
        assert_eq!(found.nothing(), "1 not fit by their verdict");
        assert!(
            found.ways_out().starts_with("; put `include = \"conditions\"` under `[baseline]`"),
            "{}",
            found.ways_out()
        );
        assert_eq!(selected(&[]).nothing(), "none is stored");
    }
}

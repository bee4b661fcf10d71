//! From stored runs to the history of a test.

use crate::compare::change_point::{self, LEAST_RUNS, change_points, filled};
use crate::compare::comparable::{Fingerprint, fields};
use crate::compare::prediction::{self, band};
use crate::compare::run_figures::RunFigures;
use crate::fmt;
use crate::judge::outcome::Verdict;
use crate::report::chart::{Axis, Chart, HistoryChart, HistoryLine, Quantity, Spacing, Tone, Words};
use crate::report::history::{HistoryBand, HistoryRun, HistorySeries, HistoryTest, LevelChange};
use crate::unit::Timestamp;

/// Percentiles of a history, as far as runs have them.
const QUANTILES: [&str; 3] = ["p50", "p95", "p99"];
/// Charts of one test; the rest stands in the table.
const MOST_CHARTS: usize = 40;

/// A run as the store knows it.
#[derive(Debug, Clone, Copy)]
pub struct PastRun<'a> {
    /// First start.
    pub started_at: Option<Timestamp>,
    /// Of the suite.
    pub verdict: Option<Verdict>,
    /// As declared.
    pub build: Option<&'a str>,
    /// Who accepted it, when and why.
    pub accepted: Option<(&'a str, &'a str, &'a str)>,
    /// Whether it is fit to be compared with.
    pub fit: bool,
    /// Whether its place among the others is known: by its start, or as it was stored.
    pub ordered: bool,
    /// Whether it is one of the runs that form the baseline of the run that is judged; `None` where none is.
    pub forms: Option<bool>,
    /// Whether it is the run that is judged.
    pub this: bool,
    /// Under what it was made.
    pub fingerprint: &'a Fingerprint,
    /// Its figures.
    pub figures: &'a RunFigures,
}

/// What is shown of a history.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The test's name.
    pub test: &'a str,
    /// Prefix of its ids.
    pub id: &'a str,
    /// How many of the newest runs; change points are looked for in these.
    pub runs: usize,
    /// How many form a baseline.
    pub baseline: usize,
    /// Labels that must agree.
    pub labels: &'a [String],
    /// Whether charts are made.
    pub charts: bool,
}

/// The history of one test; `runs` stand oldest first.
#[must_use]
pub fn history(runs: &[PastRun<'_>], shown: &Shown<'_>) -> HistoryTest {
    let older = runs.len().saturating_sub(shown.runs);
    let runs = runs.get(older..).unwrap_or_default();
    let newest = runs.last();
    let unequal = |run: &PastRun<'_>| -> Vec<String> {
        newest.map(|newest| fields(&run.fingerprint.unequal(newest.fingerprint, shown.labels))).unwrap_or_default()
    };
    let rows: Vec<HistoryRun> = runs.iter().map(|run| row(run, unequal(run))).collect();
    let mut names: Vec<&str> = vec![""];
    names.extend(newest.iter().flat_map(|run| &run.figures.endpoints).map(|one| one.endpoint.as_str()));
    let unplaced = runs.iter().filter(|run| !run.ordered && !run.this).count();
    let unordered = (unplaced > 1).then(|| {
        format!(
            "{unplaced} runs state no time and nothing tells in which order they were made: none of them is the newest"
        )
    });
    let looks = Looks { baseline: shown.baseline, ordered: unordered.is_none() };
    let all =
        names.iter().flat_map(|name| QUANTILES.iter().chain(["failures"].iter()).map(move |metric| (*name, *metric)));
    let series: Vec<HistorySeries> =
        all.map(|(name, metric)| one_series(runs, &rows, (name, metric), &looks)).filter(is_known).collect();
    let charts = if shown.charts { charts(&rows, &series, shown, &looks) } else { Vec::new() };
    HistoryTest {
        test: shown.test.to_owned(),
        id: shown.id.to_owned(),
        tool: newest.map(|run| run.fingerprint.tool.clone()).unwrap_or_default(),
        runs: rows,
        older,
        unordered,
        series,
        charts,
    }
}

fn is_known(series: &HistorySeries) -> bool {
    series.values.iter().any(Option::is_some)
}

fn row(run: &PastRun<'_>, unequal: Vec<String>) -> HistoryRun {
    HistoryRun {
        started_at: run.started_at.map(fmt::rfc3339),
        build: run.build.map(str::to_owned),
        environment: run.fingerprint.environment.clone(),
        labels: run.fingerprint.labels.clone(),
        verdict: run.verdict,
        fit: run.fit,
        comparable: unequal.is_empty(),
        unequal,
        accepted: run.accepted.map(|(author, date, reason)| format!("accepted by {author} on {date}: {reason}")),
        this: run.this,
    }
}

/// What is looked for in a series.
struct Looks {
    /// How many runs form a baseline.
    baseline: usize,
    /// Whether the runs stand in an order in which a level can change.
    ordered: bool,
}

fn one_series(
    runs: &[PastRun<'_>],
    rows: &[HistoryRun],
    (endpoint, metric): (&str, &str),
    looks: &Looks,
) -> HistorySeries {
    let value = |run: &PastRun<'_>| {
        let one = run.figures.endpoint(endpoint)?;
        if metric == "failures" { one.failure_ratio() } else { one.quantiles.get(metric).map(|quantile| quantile.us) }
    };
    let values: Vec<Option<f64>> = runs.iter().map(value).collect();
    let mut series = HistorySeries {
        endpoint: endpoint.to_owned(),
        metric: metric.to_owned(),
        changes: if looks.ordered { changes(&values) } else { Vec::new() },
        values,
        band: None,
        band_why: None,
        level: String::new(),
    };
    let since = series.changes.last().map_or(0, |change| change.run);
    // A report speaks of one baseline: where it is known which runs form it, the band is theirs.
    let counts = |(at, run): (usize, &PastRun<'_>)| {
        let own = || at >= since && run.fit && rows.get(at).is_some_and(|row| row.comparable);
        !run.this && run.forms.unwrap_or_else(own)
    };
    let past = runs.iter().enumerate().zip(&series.values).filter(|(run, _)| counts(*run));
    let past: Vec<f64> = past.filter_map(|(_, value)| *value).collect();
    let past = past.get(past.len().saturating_sub(looks.baseline)..).unwrap_or_default();
    let found = if metric == "failures" { None } else { band(past) };
    let newest = runs.last().and_then(|run| run.figures.endpoint(endpoint));
    let over_time = newest.is_some_and(|one| one.quantiles.values().any(|quantile| quantile.sd.is_some()));
    series.level = String::from(match past.len() {
        enough if enough >= prediction::FEWEST_RUNS => "L0",
        _ if over_time => "L1",
        _ => "below L1",
    });
    series.band_why = found.is_none().then(|| match metric {
        "failures" => "failures are counts: their interval stands in the comparison".to_owned(),
        _ => format!(
            "{} fit since the last change of the level; needs {}",
            fmt::plural(u64::try_from(past.len()).unwrap_or(u64::MAX), "comparable run is", "comparable runs are"),
            prediction::FEWEST_RUNS
        ),
    });
    series.band =
        found.map(|band| HistoryBand { centre: band.centre, low: band.low, high: band.high, runs: band.runs });
    series
}

/// Change points of a series; none in fewer than ten known values.
fn changes(values: &[Option<f64>]) -> Vec<LevelChange> {
    if values.iter().flatten().count() < LEAST_RUNS {
        return Vec::new();
    }
    let points = change_points(&filled(values), &change_point::Settings::default());
    let change = |point: &change_point::ChangePoint| LevelChange {
        run: point.index,
        before: point.mean_before,
        after: point.mean_after,
        ratio: (point.mean_before > 0.0).then(|| point.mean_after / point.mean_before),
        p: point.p,
    };
    points.iter().map(change).collect()
}

/// A chart of the percentiles of each endpoint.
fn charts(rows: &[HistoryRun], series: &[HistorySeries], shown: &Shown<'_>, looks: &Looks) -> Vec<Chart> {
    let mut endpoints: Vec<&str> = series.iter().map(|one| one.endpoint.as_str()).collect();
    endpoints.dedup();
    let labels: Vec<String> = rows.iter().map(label).collect();
    let tones = [("p50", Tone::S1), ("p95", Tone::S2), ("p99", Tone::S3)];
    let chart = |(at, endpoint): (usize, &str)| {
        let own: Vec<&HistorySeries> = series.iter().filter(|one| one.endpoint == endpoint).collect();
        let line = |(metric, tone): (&str, Tone)| {
            let one = own.iter().find(|one| one.metric == metric)?;
            Some(HistoryLine { name: metric.to_owned(), tone, values: one.values.clone() })
        };
        let lines: Vec<HistoryLine> = tones.into_iter().filter_map(line).collect();
        let told = own.iter().find(|one| one.metric == "p95").or_else(|| own.first())?;
        let heading = heading(told, rows, looks);
        Some(HistoryChart {
            words: Words {
                id: format!("{}-{}", shown.id, at + 1),
                heading: heading.clone(),
                description: format!("{heading}. Lines for the percentiles of each of {} runs.", rows.len()),
                caption: caption(told, looks),
            },
            axis: Axis { title: "latency".to_owned(), quantity: Quantity::Micros, spacing: Spacing::Log },
            labels: labels.clone(),
            changes: told.changes.iter().map(|change| change.run).collect(),
            band: told.band.map(|band| [band.low, band.high]),
            lines,
        })
        .filter(|chart| !chart.lines.is_empty())
    };
    endpoints.into_iter().enumerate().take(MOST_CHARTS).filter_map(chart).map(Chart::History).collect()
}

/// What a run is called below a chart: its build, else its day.
fn label(row: &HistoryRun) -> String {
    let day = || row.started_at.as_ref().map(|at| at.chars().take(10).collect::<String>());
    row.build.clone().or_else(day).unwrap_or_else(|| "undated".to_owned())
}

/// The last change of the level, or that there was none.
fn heading(series: &HistorySeries, rows: &[HistoryRun], looks: &Looks) -> String {
    let subject = format!("{} of {}", series.metric, fmt::plain(series.subject()));
    match series.changes.last() {
        Some(change) => {
            let by = change.ratio.map(|ratio| format!(" by {}", fmt::change(ratio))).unwrap_or_default();
            let with = rows.get(change.run).map(|row| format!(" with {}", fmt::plain(&label(row)))).unwrap_or_default();
            format!("{subject} changed{by}{with}")
        }
        None => match series.values.last().copied().flatten().filter(|_| looks.ordered) {
            Some(value) => format!("{subject}: {} in the newest run", fmt::latency_us(value)),
            None => subject,
        },
    }
}

fn caption(series: &HistorySeries, looks: &Looks) -> String {
    let band = match (&series.band, &series.band_why) {
        (Some(band), _) => format!(
            "Shaded: where {} of the next run lies in 95 of 100 cases if nothing changed, {} to {}, from {} runs.",
            series.metric,
            fmt::latency_us(band.low),
            fmt::latency_us(band.high),
            band.runs
        ),
        (None, Some(why)) => format!("No band: {why}."),
        (None, None) => String::new(),
    };
    let known = series.values.iter().flatten().count();
    let changes = if !looks.ordered {
        " Changes of the level are not looked for: nothing tells in which order the runs were made.".to_owned()
    } else if known < LEAST_RUNS {
        format!(" Changes of the level are looked for from {LEAST_RUNS} runs on.")
    } else {
        " Vertical lines: changes of the level (p below 0.001, more than 5 %).".to_owned()
    };
    band + &changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::run_figures::{EndpointRun, RunQuantile};
    use std::collections::BTreeMap;

    fn figures(p95_ms: f64) -> RunFigures {
        let quantile = RunQuantile { us: p95_ms * 1000.0, sd: None, step_us: 0.0 };
        let one = |endpoint: &str| EndpointRun {
            endpoint: endpoint.to_owned(),
            quantiles: BTreeMap::from([("p95".to_owned(), quantile)]),
            requests: Some(100),
            failures: Some(1),
            effect: 1.0,
        };
        RunFigures { totals: one(""), endpoints: vec![one("GET /a")] }
    }

    /// A history of runs on these levels, a day apart and all fit, each changed as asked.
    fn listed(levels_ms: &[f64], change: fn(usize, &mut PastRun<'_>)) -> HistoryTest {
        let figures: Vec<RunFigures> = levels_ms.iter().map(|ms| figures(*ms)).collect();
        let fingerprint = Fingerprint::default();
        let run = |(at, figures)| {
            let mut run = PastRun {
                started_at: Some(Timestamp(i64::try_from(at).unwrap() * 86_400_000_000_000)),
                verdict: Some(Verdict::Ready),
                build: None,
                accepted: None,
                fit: true,
                ordered: true,
                forms: None,
                this: false,
                fingerprint: &fingerprint,
                figures,
            };
            change(at, &mut run);
            run
        };
        let runs: Vec<PastRun<'_>> = figures.iter().enumerate().map(run).collect();
        history(&runs, &Shown { test: "api", id: "h1", runs: 30, baseline: 10, labels: &[], charts: true })
    }

    fn shown(levels_ms: &[f64]) -> HistoryTest {
        listed(levels_ms, |_, _| ())
    }

    /// Sixteen runs, the last `after` of them by 30 % slower.
    fn stepped(after: usize) -> Vec<f64> {
        (0..16)
            .map(|run| if run + after < 16 { 100.0 } else { 130.0 } + f64::from(u8::try_from(run % 3).unwrap()))
            .collect()
    }

    fn p95(test: &HistoryTest) -> &HistorySeries {
        test.series.iter().find(|one| one.metric == "p95").unwrap()
    }

    #[test]
    fn a_step_is_named_with_its_run_and_bounds_the_band() {
        let found = shown(&stepped(7));
        let series = found.series.iter().find(|one| one.endpoint == "GET /a" && one.metric == "p95").unwrap();
        assert_eq!(series.changes.len(), 1);
        assert_eq!(series.changes[0].run, 9);
        assert_eq!(series.band.unwrap().runs, 7);
        assert!(series.band.unwrap().low > 120_000.0);
        assert_eq!(found.charts[1].words().heading, "p95 of GET /a changed by +30 % with 1970-01-10");
    }

    #[test]
    fn few_runs_have_neither_band_nor_changes_and_say_so() {
        let found = shown(&[100.0, 300.0]);
        let series = p95(&found);
        assert!(series.changes.is_empty() && series.band.is_none());
        let why = "2 comparable runs are fit since the last change of the level; needs 5";
        assert_eq!(series.band_why.as_deref(), Some(why));
    }

    /// "1 comparable run is fit since the last change" stood beside "the newest of 7 runs that form the baseline".
    #[test]
    fn in_a_report_the_band_is_that_of_the_runs_that_form_the_baseline() {
        assert!(p95(&shown(&stepped(4))).band.is_none(), "four runs since the change");
        let found = listed(&stepped(4), |at, run| run.forms = Some(at >= 9));
        assert_eq!(p95(&found).band.unwrap().runs, 7);
    }

    /// "None of them is the newest" stood above a column of newest figures.
    #[test]
    fn runs_in_no_known_order_have_no_change_of_the_level_and_no_newest() {
        let ordered = shown(&stepped(4));
        assert_eq!((p95(&ordered).changes.len(), ordered.newest(p95(&ordered))), (1, Some(130_000.0)));
        let found = listed(&stepped(4), |_, run| (run.started_at, run.ordered) = (None, false));
        assert!(p95(&found).changes.is_empty() && found.unordered.is_some());
        assert_eq!((found.newest(p95(&found)), found.is_outside(p95(&found))), (None, None));
        assert_eq!(found.charts[1].words().heading, "p95 of GET /a");
        assert!(found.charts[1].words().caption.ends_with("nothing tells in which order the runs were made."));
        let judged = listed(&stepped(4), |at, run| (run.this, run.ordered) = (at == 15, false));
        assert_eq!(judged.newest(p95(&judged)), Some(130_000.0), "this run is known to be the last");
    }

    #[test]
    fn only_the_newest_runs_are_shown_and_the_rest_counted() {
        let found = shown(&[100.0; 40]);
        assert_eq!((found.runs.len(), found.older), (30, 10));
    }
}

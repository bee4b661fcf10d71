//! pytest-benchmark's JSON: functions of Python, called again and again.
//!
//! Each benchmark is an endpoint and each round a request. With `--benchmark-save-data` the file holds every round; without,
//! only figures. A round may be several calls (`iterations`); pytest-benchmark then notes the mean of them, which is said.
//! Rounds of a few microseconds are finer than the histograms here, which count whole ones: their percentiles are taken from
//! the list. Nothing here can fail: a benchmark that raises is not in the file. Where it has both, its figures are those of its rounds.

use super::document::{self, Object};
use super::implied::{float, sum_differs, summary_differs};
use crate::error::Error;
use crate::ingest::own::instant;
use crate::ingest::scrub::without_queries;
use crate::ingest::{Adapter, Head, Input, PartId, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted, Recorded};
use crate::model::histogram;
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::{Fact, LoadModel, Total};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads what `pytest --benchmark-json FILE` writes.
pub struct PytestBenchmark;

/// Microseconds in pytest-benchmark's unit.
const US_PER_S: f64 = 1e6;
/// Rounds with a shorter median are not counted in histograms, whose step is a microsecond.
const SHORT_US: f64 = 10.0;
/// Percentiles of such rounds.
const PERCENTILES: [f64; 7] = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
/// Rounds that must lie above a percentile for it to be one.
const ABOVE: f64 = 4.0;
/// Why failures are unknown.
const NO_FAILURES: &str = "pytest-benchmark lists only benchmarks that did not fail";

impl Adapter for PytestBenchmark {
    fn name(&self) -> &'static str {
        "pytest_benchmark"
    }

    fn tool(&self) -> &'static str {
        "pytest-benchmark"
    }

    fn about(&self) -> &'static str {
        "pytest-benchmark's JSON, `pytest --benchmark-json FILE`; every round with `--benchmark-save-data`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let opens = head.bytes().trim_ascii_start().starts_with(b"{");
        if opens && head.contains(b"\"machine_info\"") && head.contains(b"\"python_implementation\"") {
            Sniff::yes("a JSON object with pytest-benchmark's machine_info")
        } else {
            Sniff::no("no JSON object with pytest-benchmark's machine_info")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let file: File = document::json(input, "pytest-benchmark's JSON")?;
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        sink.fact(part, Fact::Users(1.0));
        sink.fact(part, Fact::FailuresUnknown(NO_FAILURES.to_owned()));
        if let Some(version) = file.version {
            sink.fact(part, Fact::ToolVersion(version));
        }
        let written = file.datetime.as_deref().and_then(instant::read).and_then(instant::Clock::timestamp);
        if let Some(at) = written {
            sink.fact(part, Fact::WrittenAt(at));
        }
        let mut tally = Tally::default();
        take_all(&file.benchmarks, part, sink, &mut tally);
        tally.stop_if_strict(settings, input)?;
        Ok(tally)
    }
}

#[derive(Deserialize)]
struct File {
    benchmarks: Vec<Value>,
    datetime: Option<String>,
    version: Option<String>,
}

#[derive(Deserialize)]
struct Benchmark {
    fullname: String,
    stats: Stats,
}

/// Figures in seconds.
#[derive(Deserialize)]
struct Stats {
    rounds: u64,
    #[serde(default = "one")]
    iterations: u64,
    #[serde(default)]
    data: Vec<f64>,
    #[serde(flatten)]
    figures: Object,
}

fn one() -> u64 {
    1
}

fn take_all(benchmarks: &[Value], part: PartId, sink: &mut dyn Sink, tally: &mut Tally) {
    let mut raw = 0_usize;
    let mut calls: BTreeMap<u64, usize> = BTreeMap::new();
    for (number, written) in benchmarks.iter().enumerate() {
        let read = Benchmark::deserialize(written).map_err(|_| "should have a fullname, and stats with rounds");
        match read.map_err(str::to_owned).and_then(|benchmark| Ok((latency(&benchmark.stats)?, benchmark))) {
            Ok((latency, benchmark)) => {
                tally.used();
                raw += usize::from(!benchmark.stats.data.is_empty());
                *calls.entry(benchmark.stats.iterations).or_default() += 1;
                for doubt in doubts(&benchmark.stats) {
                    sink.fact(part, doubt);
                }
                sink.total(part, total(&benchmark, latency));
            }
            Err(reason) => document::reject(&format!("benchmarks[{number}]"), reason, tally),
        }
    }
    if let Some(most) = calls.keys().next_back().filter(|most| **most > 1) {
        let said = format!(
            "a round is up to {most} calls, and pytest-benchmark notes their mean: spread between calls is lost"
        );
        sink.fact(part, Fact::Remark(said));
    }
    if raw < benchmarks.len() {
        tally.note("without `--benchmark-save-data` the file holds figures only, and of percentiles the quartiles");
    }
}

/// Every round that the file has.
fn recorded(stats: &Stats) -> Option<Recorded> {
    let mut recorded = Recorded::default();
    for seconds in &stats.data {
        recorded.record(nanos(*seconds)?);
    }
    Some(recorded)
}

/// Where the rounds in the file are not those that were counted and summed up.
fn doubts(stats: &Stats) -> Vec<Fact> {
    /// Rounds are taken to whole nanoseconds.
    const STEP_US: f64 = 0.002;
    let (Some(own), Some(quoted)) = (recorded(stats).filter(|own| own.count() > 0), quoted(stats)) else {
        return Vec::new();
    };
    let count = sum_differs("its `data`", own.count(), "its `rounds`", stats.rounds);
    if count.is_some() { count.into_iter().collect() } else { summary_differs(&own, &quoted, STEP_US).collect() }
}

/// From every round where the file has them all, else as printed.
fn latency(stats: &Stats) -> Result<Distribution, String> {
    let mut recorded = recorded(stats).ok_or("should have durations in seconds as `data`")?;
    if stats.rounds > 0 && recorded.count() == stats.rounds {
        if recorded.quantile_us(0.5).is_none_or(|median| median < SHORT_US) {
            return Ok(Distribution::Quoted(listed(stats)));
        }
        recorded.histogram.settle();
        return Ok(Distribution::Recorded(recorded));
    }
    Ok(Distribution::Quoted(quoted(stats).ok_or("should have a maximum in seconds as `max`")?))
}

/// Figures of the rounds that the file lists, by the definition of a histogram's percentiles.
fn listed(stats: &Stats) -> Quoted {
    let mut us: Vec<f64> = stats.data.iter().map(|seconds| seconds * US_PER_S).collect();
    us.sort_by(f64::total_cmp);
    let n = us.len() as u64;
    let at = |rank: u64| usize::try_from(rank).ok().and_then(|rank| us.get(rank.checked_sub(1)?).copied());
    let quantile = |p: &f64| Some((*p, at(histogram::rank(*p, n)).filter(|_| float(n) * (1.0 - p) >= ABOVE)?));
    Quoted {
        n: Some(n),
        mean_us: (n > 0).then(|| us.iter().sum::<f64>() / float(n)),
        min_us: us.first().copied(),
        max_us: us.last().copied(),
        quantiles: PERCENTILES.iter().filter_map(quantile).collect(),
        definition: "inverse CDF (type 1) over all rounds".to_owned(),
        rounding_us: Vec::new(),
    }
}

/// As printed; `None` without a maximum.
fn quoted(stats: &Stats) -> Option<Quoted> {
    let us = |key: &str| Some(document::amount(stats.figures.get(key)?)? * US_PER_S);
    Some(Quoted {
        n: Some(stats.rounds),
        mean_us: us("mean"),
        min_us: us("min"),
        max_us: Some(us("max")?),
        quantiles: [(0.25, "q1"), (0.5, "median"), (0.75, "q3")]
            .into_iter()
            .filter_map(|(p, key)| Some((p, us(key)?)))
            .collect(),
        definition: "pytest-benchmark: its own quartiles".to_owned(),
        rounding_us: Vec::new(),
    })
}

fn nanos(seconds: f64) -> Option<u64> {
    document::whole((seconds * 1e9).round())
}

fn total(benchmark: &Benchmark, latency: Distribution) -> Total {
    Total {
        requests: Some(benchmark.stats.rounds),
        latency,
        latency_ok: Distribution::Unknown(NO_FAILURES.to_owned()),
        ..Total::of(Population::Request, Some(EndpointKey::new(None, &without_queries(&benchmark.fullname))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::Rollup;

    fn read(json: &str) -> (Tally, Vec<Total>) {
        let input = Input::memory("f", json.as_bytes().to_vec()).unwrap();
        let mut rollup = Rollup::new();
        let tally = PytestBenchmark.read(&input, &Settings::default(), &mut rollup).unwrap();
        let totals = rollup.into_parts()[0].totals().into_iter().cloned().collect();
        (tally, totals)
    }

    const FIGURES: &str = r#""min":0.001,"max":0.004,"mean":0.002,"median":0.0015,"q1":0.0012,"q3":0.003"#;

    #[test]
    fn every_round_counts_where_the_file_has_them() {
        let json = format!(
            r#"{{"benchmarks":[{{"fullname":"test_b.py::test_a","stats":{{"rounds":3,"iterations":1,"data":[0.001,0.004,0.0010000004],{FIGURES}}}}}]}}"#
        );
        let (tally, totals) = read(&json);
        assert_eq!((tally.used, tally.rejected), (1, 0));
        let Distribution::Recorded(recorded) = &totals[0].latency else { panic!("{totals:?}") };
        assert_eq!((recorded.count(), recorded.extremes_ns), (3, Some((1_000_000, 4_000_000))));
        assert_eq!((totals[0].requests, totals[0].failures), (Some(3), None));
    }

    /// The greatest of three rounds was edited from 4 ms to 3 ms, and one round taken out.
    #[test]
    fn figures_are_those_of_the_rounds() {
        use crate::ingest::own::recording::Recording;
        let said = |data: &str, figures: &str| {
            let json = format!(
                r#"{{"benchmarks":[{{"fullname":"a","stats":{{"rounds":3,"iterations":1,"data":[{data}],{figures}}}}}]}}"#
            );
            let mut sink = Recording::default();
            let input = Input::memory("f", json.into_bytes()).unwrap();
            PytestBenchmark.read(&input, &Settings::default(), &mut sink).unwrap();
            sink.said()
        };
        let all = "0.001,0.004,0.001";
        assert!(!said(all, FIGURES).contains("contradicts itself"));
        let less = said(all, &FIGURES.replace("\"max\":0.004", "\"max\":0.003"));
        assert!(less.contains("the greatest is 3 ms, and that of all its values 4 ms"), "{less}");
        assert!(said("0.001,0.004", FIGURES).contains("its `data` add up to 2, and its `rounds` to 3"));
    }

    /// Of rounds of 0.4 µs a median of 0.1 µs was shown, and a 99th percentile of 1 µs: a histogram counts whole microseconds.
    #[test]
    fn percentiles_of_rounds_below_a_microsecond_are_theirs() {
        let data: Vec<String> = (1..=1000).map(|at| format!("{}e-10", 4000 + at)).collect();
        let json = format!(
            r#"{{"benchmarks":[{{"fullname":"a","stats":{{"rounds":1000,"iterations":1,"data":[{}],"max":5e-7}}}}]}}"#,
            data.join(",")
        );
        let (_, totals) = read(&json);
        let Distribution::Quoted(quoted) = &totals[0].latency else { panic!("{totals:?}") };
        let near = |a: Option<f64>, b: f64| a.is_some_and(|a| (a - b).abs() < 1e-9);
        let of = |p: f64| quoted.quantiles.iter().find(|(own, _)| (own - p).abs() < 1e-9).map(|(_, us)| *us);
        assert!(near(of(0.5), 0.45) && near(of(0.95), 0.495) && near(of(0.99), 0.499), "{quoted:?}");
        assert!(near(quoted.mean_us, 0.45005) && near(quoted.min_us, 0.4001) && of(0.999).is_none(), "{quoted:?}");
    }

    #[test]
    fn figures_are_quoted_where_rounds_are_missing() {
        let json = format!(
            r#"{{"benchmarks":[{{"fullname":"a","stats":{{"rounds":3,"iterations":10,{FIGURES}}}}},{{"fullname":"b","stats":{{}}}}]}}"#
        );
        let (tally, totals) = read(&json);
        assert_eq!((tally.used, tally.rejected), (1, 1));
        let Distribution::Quoted(quoted) = &totals[0].latency else { panic!("{totals:?}") };
        assert_eq!(quoted.quantiles, [(0.25, 1200.0), (0.5, 1500.0), (0.75, 3000.0)]);
        assert!(tally.notes[0].contains("--benchmark-save-data"));
    }
}

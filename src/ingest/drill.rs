//! drill's statistics, `drill --benchmark FILE --stats`: a block of lines for each request name and one for all.
//!
//! Text for people, in whole milliseconds, and all that drill gives but for its list of durations. A name stands before the
//! label, padded with blanks; the block of all has none. Its rate is all requests by the time taken, which is printed in tenths
//! of a second.

use crate::error::Error;
use crate::ingest::implied::{Implied, Printed, sum_differs};
use crate::ingest::printed::nothing_known;
use crate::ingest::scrub::without_queries;
use crate::ingest::{Adapter, Head, Input, PartId, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::{Fact, LoadModel, Total};
use std::collections::BTreeMap;

/// Reads drill's statistics.
pub struct DrillStats;

/// Labels that end a block's name.
const LABELS: [&str; 9] = [
    "Time taken for tests",
    "Total requests",
    "Successful requests",
    "Failed requests",
    "Requests per second",
    "Median time per request",
    "Average time per request",
    "Sample standard deviation",
    "Max time per request",
];
/// Names that are told apart.
const NAMES: usize = 10_000;

impl Adapter for DrillStats {
    fn name(&self) -> &'static str {
        "drill_stats"
    }

    fn tool(&self) -> &'static str {
        "drill"
    }

    fn about(&self) -> &'static str {
        "drill's statistics as it prints them: `drill --benchmark FILE --stats --quiet`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let has = |label: &str| head.contains(label.as_bytes());
        if has("Median time per request ") && has("Sample standard deviation ") && has("Total requests ") {
            Sniff::yes("the labels of drill's statistics")
        } else {
            Sniff::no("no labels of drill's statistics")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut blocks: BTreeMap<String, Block> = BTreeMap::new();
        let mut tally = Tally::default();
        let mut lines = input.lines()?;
        let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        while let Some(line) = lines.next_line().map_err(broken)? {
            let text = without_colours(&String::from_utf8_lossy(line.bytes));
            let Some((name, label, value)) = parts(&text) else {
                tally.skipped();
                continue;
            };
            if blocks.len() >= NAMES && !blocks.contains_key(name) {
                tally.skipped();
                continue;
            }
            match blocks.entry(name.to_owned()).or_default().take(label, value) {
                Ok(()) => tally.used(),
                Err(reason) => tally.reject(Rejection {
                    byte: line.byte,
                    line: line.number,
                    field: Some(label.to_owned()),
                    reason,
                    excerpt: without_queries(&crate::fmt::excerpt(text.as_bytes())).into_owned(),
                }),
            }
            tally.stop_if_strict(settings, input)?;
        }
        tally.unfinished = lines.unfinished().map(str::to_owned);
        let is_whole = blocks.get("").is_some_and(|all| all.is_whole(&blocks));
        if !is_whole && tally.unfinished.is_none() {
            tally.unfinished = Some("the block of all requests, its last one, is missing or has no end".to_owned());
        }
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        hand_on(&blocks, part, sink);
        if !blocks.contains_key("") {
            // Without its sum the names at hand may be some of many.
            sink.total(part, nothing_known(None));
            let why = "what drill printed breaks off before its block of all requests";
            sink.fact(part, Fact::FailuresUnknown(why.to_owned()));
        }
        tally.note("drill prints whole milliseconds, and does not say when it ran");
        Ok(tally)
    }
}

/// One name's figures.
#[derive(Debug, Default)]
struct Block {
    seconds: Option<f64>,
    requests: Option<u64>,
    successes: Option<u64>,
    failures: Option<u64>,
    rate_per_s: Option<f64>,
    mean_us: Option<f64>,
    max_us: Option<f64>,
    quantiles: Vec<(f64, f64)>,
    has_deviation: bool,
}

impl Block {
    /// Whether its last line has come; versions before the percentiles end with the deviation.
    fn is_whole(&self, others: &BTreeMap<String, Self>) -> bool {
        self.has_deviation && (self.max_us.is_some() || others.values().all(|other| other.max_us.is_none()))
    }

    /// Where its counts, or its rate by its time, do not make its requests.
    fn doubts(&self, name: &str) -> impl Iterator<Item = Fact> {
        let which = if name.is_empty() { "all requests".to_owned() } else { format!("`{}`", without_queries(name)) };
        let ended = self.successes.zip(self.failures).map(|(good, bad)| good.saturating_add(bad)).zip(self.requests);
        let ended = ended.and_then(|(ended, all)| {
            sum_differs("successful and failed requests", ended, &format!("the requests of {which}"), all)
        });
        let made = self.rate_per_s.zip(self.seconds).map(|(rate, seconds)| {
            Implied::by(Printed { value: rate, step: 0.01 }, Printed { value: seconds, step: 0.1 })
        });
        let made = made.zip(self.requests);
        let made = made.and_then(|(made, all)| made.differs("its rate and its time", "requests", "it counts", all));
        ended.into_iter().chain(made)
    }

    fn take(&mut self, label: &str, value: &str) -> Result<(), String> {
        let found = || format!("found `{}`", crate::fmt::excerpt(value.as_bytes()));
        let number = || {
            let number = value.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
            number
                .filter(|number| number.is_finite() && *number >= 0.0)
                .ok_or_else(|| format!("should be a number, {}", found()))
        };
        let count = || value.parse::<u64>().map_err(|_| format!("should be a whole number, {}", found()));
        let time = || time_us(value).ok_or_else(|| format!("should be a time such as `12ms`, {}", found()));
        match label {
            "Time taken for tests" => self.seconds = Some(number()?),
            "Total requests" => self.requests = Some(count()?),
            "Failed requests" => self.failures = Some(count()?),
            "Requests per second" => self.rate_per_s = Some(number()?),
            "Median time per request" => self.quantiles.push((0.5, time()?)),
            "Average time per request" => self.mean_us = Some(time()?),
            "Max time per request" => self.max_us = Some(time()?),
            "Successful requests" => self.successes = Some(count()?),
            "Sample standard deviation" => self.has_deviation = true,
            percentile => {
                let p = format!("{percentile}e-2").parse::<f64>().ok().filter(|p| (0.0..1.0).contains(p));
                self.quantiles.push((p.ok_or("should be a percentile below 100")?, time()?));
            }
        }
        Ok(())
    }
}

/// `Fetch users   Total requests   100` as name, label and value; a percentile's label is its number.
fn parts(line: &str) -> Option<(&str, &str, &str)> {
    let labelled = LABELS.iter().find_map(|label| {
        let (name, value) = line.split_once(label)?;
        value.starts_with(' ').then_some((name, *label, value))
    });
    let (name, label, value) = labelled.or_else(|| {
        let (before, value) = line.split_once("'th percentile ")?;
        let (name, number) = before.rsplit_once(' ').unwrap_or(("", before));
        Some((name, number, value))
    })?;
    Some((name.trim(), label, value.trim()))
}

/// `2540ms` in microseconds; `--nanosec` prints `ns`.
fn time_us(text: &str) -> Option<f64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_alphabetic());
    let unit = text.get(digits.len()..)?.trim();
    let value = digits.trim().parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0)?;
    Some(value * crate::ingest::own::name::time_unit(unit)? / 1e3)
}

/// A line without the colours that drill gives it for a terminal.
fn without_colours(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for (number, piece) in line.split('\u{1b}').enumerate() {
        let text = piece.strip_prefix('[').filter(|_| number > 0).and_then(|code| code.split_once('m'));
        out.push_str(text.map_or(piece, |(_, text)| text));
    }
    out
}

fn hand_on(blocks: &BTreeMap<String, Block>, part: PartId, sink: &mut dyn Sink) {
    for (name, block) in blocks {
        if let Some(seconds) = block.seconds {
            sink.fact(part, Fact::DurationSeconds(seconds));
        }
        let mut quantiles = block.quantiles.clone();
        quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        let answered = block.requests != Some(0) && (block.mean_us.is_some() || !quantiles.is_empty());
        let latency = if answered {
            Distribution::Quoted(Quoted {
                n: block.requests,
                mean_us: block.mean_us,
                min_us: None,
                max_us: block.max_us,
                quantiles,
                definition: "drill: from its HdrHistogram, whole milliseconds".to_owned(),
                rounding_us: vec![(0.0, 1e3)],
            })
        } else {
            Distribution::Unknown("drill printed no times".to_owned())
        };
        block.doubts(name).for_each(|doubt| sink.fact(part, doubt));
        sink.total(
            part,
            Total {
                requests: block.requests,
                failures: block.failures,
                latency,
                latency_ok: Distribution::Unknown("drill does not time successes apart from failures".to_owned()),
                rate_per_s: block.rate_per_s,
                ..Total::of(
                    Population::Request,
                    (!name.is_empty()).then(|| EndpointKey::new(None, &without_queries(name))),
                )
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::Rollup;

    const STATS: &str = include_str!("../../samples/drill/statistics/stats.txt");

    fn read(text: &str) -> (Tally, Vec<Total>) {
        let input = Input::memory("f", text.as_bytes().to_vec()).unwrap();
        let mut rollup = Rollup::new();
        let tally = DrillStats.read(&input, &Settings::default(), &mut rollup).unwrap();
        let totals = rollup.into_parts()[0].totals().into_iter().cloned().collect();
        (tally, totals)
    }

    #[test]
    fn blocks_are_told_by_their_names() {
        let (tally, totals) = read(STATS);
        assert_eq!((tally.used, tally.rejected), (42, 0));
        let counts: Vec<_> = totals.iter().map(|one| (one.requests, one.failures)).collect();
        assert_eq!(counts.iter().filter(|counts| **counts == (Some(60), Some(60))).count(), 1);
        let sum = totals.iter().find(|total| total.endpoint.is_none()).unwrap();
        assert_eq!((sum.requests, sum.failures), (Some(180), Some(63)));
        let Distribution::Quoted(quoted) = &sum.latency else { panic!("{sum:?}") };
        assert_eq!((quoted.mean_us, quoted.max_us, quoted.n), (Some(63_000.0), Some(84_000.0), Some(180)));
        let seen: Vec<(f64, f64)> = quoted.quantiles.clone();
        assert_eq!(seen, [(0.5, 64_000.0), (0.99, 80_000.0), (0.995, 84_000.0), (0.999, 84_000.0)]);
    }

    #[test]
    fn names_without_their_sum_are_not_all_there_was() {
        let (tally, totals) = read(&STATS[..STATS.find("\nTime taken").unwrap()]);
        assert!(tally.unfinished.unwrap().contains("block of all requests"));
        let sum = totals.iter().find(|total| total.endpoint.is_none()).unwrap();
        assert_eq!((sum.requests, sum.failures), (None, None));
        assert_eq!(read(STATS).0.unfinished, None);
        assert!(read(&STATS[..STATS.rfind("Max time").unwrap()]).0.unfinished.is_some());
    }

    #[test]
    fn units_colours_and_damage() {
        assert_eq!([time_us("2540ms"), time_us("1500ns"), time_us("soon")], [Some(2_540_000.0), Some(1.5), None]);
        let coloured = "\u{1b}[32mA b\u{1b}[0m   \u{1b}[33mTotal requests\u{1b}[0m   7";
        assert_eq!(parts(&without_colours(coloured)), Some(("A b", "Total requests", "7")));
        let (tally, _) = read("Total requests   many\nMedian time per request   5ms\n");
        assert_eq!((tally.used, tally.rejected), (1, 1));
    }
}

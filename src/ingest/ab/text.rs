//! What ab prints: the only one of its outputs that tells failures. Several runs in one file are tests of their own.
//!
//! Which requests failed stands in `failures`; `Failed requests` is the sum of ab's four kinds, and the rate is the complete
//! requests by the time, printed with two and three decimals. So are the time per request and the transfer rate; and each answer
//! that did not fail has the document's length. More may have been received than that: bodies of requests that were under way
//! when the time was over. The median among the connection times is of other ranks than that of the percentages, so they are
//! not held against each other.

use super::TOOL;
use super::failures::Failures;
use crate::error::Error;
use crate::ingest::implied::{Implied, Printed, differs, exceeds, float, sum_differs};
use crate::ingest::printed::nothing_known;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::sample::{Fact, LoadModel, Total};
use crate::unit::Unit;

const BANNER: &str = "This is ApacheBench, Version";
/// Runs of one file that are read.
const RUNS: usize = 1000;
const DEFINITION: &str = "ab: the value at place n·p of the sorted times, in whole milliseconds";
/// Step of its connection times.
const STEP_US: f64 = 1000.0;
/// Bytes of its `Kbytes`.
const KILO: f64 = 1024.0;

/// Reads what ab prints.
pub struct AbText;

/// What ab printed of one run.
#[derive(Debug, Default)]
struct Run {
    complete: Option<u64>,
    /// By its own count, those of another length included.
    failed: Option<u64>,
    seconds: Option<f64>,
    concurrency: Option<f64>,
    rate_per_s: Option<f64>,
    bytes: Option<u64>,
    bytes_per_s: Option<f64>,
    /// For one of the connections, and for all of them together.
    request_us: Option<f64>,
    request_of_all_us: Option<f64>,
    failures: Failures,
    min_us: Option<f64>,
    mean_us: Option<f64>,
    max_us: Option<f64>,
    longest_us: Option<f64>,
    quantiles: Vec<(f64, f64)>,
    /// Whether all lines that tell failures have come.
    is_counted: bool,
    stage: Stage,
}

/// How far ab's words have been read; `-d` and `-S` leave some out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Counts,
    Rates,
    Times,
    AllTimes,
    Percentages,
    AllPercentages,
}

impl Adapter for AbText {
    fn name(&self) -> &'static str {
        "ab_text"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "what ab prints, its only output that tells failures"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if head.contains(BANNER.as_bytes()) && head.lines().any(|line| line.starts_with(BANNER.as_bytes())) {
            Sniff::yes("the line `This is ApacheBench, Version …`")
        } else {
            Sniff::no("no line `This is ApacheBench, Version …`")
        }
    }

    fn read(&self, input: &Input, _: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut lines = input.lines()?;
        let (mut tally, mut runs, mut last_is_cut) = (Tally::default(), Vec::<Run>::new(), false);
        let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        while let Some(line) = lines.next_line().map_err(broken)? {
            let text = String::from_utf8_lossy(line.bytes);
            last_is_cut = !line.terminated && !text.trim_start().starts_with("Total:");
            if text.starts_with(BANNER) && runs.len() < RUNS {
                runs.push(Run::default());
            } else if let Some(run) = runs.last_mut() {
                run.take(&text);
            }
        }
        tally.unfinished = lines.unfinished().map(str::to_owned);
        if let (Some(lacks), None) = (runs.iter().find_map(Run::lacks), &tally.unfinished) {
            tally.unfinished = Some(format!("a run has no line `{lacks}`"));
        }
        // Whether percentages were to follow, only the line itself can tell, and half of it does not.
        if last_is_cut && runs.last().is_some_and(|run| run.stage == Stage::AllTimes) {
            tally.unfinished.get_or_insert_with(|| "its last line breaks off".to_owned());
        }
        runs.retain(|run| run.complete.is_some());
        for (at, run) in runs.iter().enumerate() {
            let name = (runs.len() > 1).then(|| format!("run {}", at + 1));
            run.hand_on(name.as_deref(), sink);
            tally.used();
        }
        Ok(tally)
    }
}

impl Run {
    fn take(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["Concurrency", "Level:", count] => self.concurrency = number(count),
            ["Time", "taken", "for", "tests:", seconds, "seconds"] => self.seconds = number(seconds),
            ["Complete", "requests:", count] => self.complete = count.parse().ok(),
            ["Failed", "requests:", count] => self.failed = count.parse().ok(),
            ["Non-2xx", "responses:", count] => self.failures.non_2xx = count.parse().unwrap_or(0),
            ["Total", "transferred:", bytes, "bytes"] => {
                self.is_counted = true;
                self.bytes = bytes.parse().ok();
            }
            ["Requests", "per", "second:", rate, ..] => self.rate_per_s = number(rate),
            ["Document", "Length:", bytes, "bytes"] => self.failures.document_bytes = bytes.parse().ok(),
            ["HTML", "transferred:", bytes, "bytes"] => self.failures.html_bytes = bytes.parse().ok(),
            ["Time", "per", "request:", ms, "[ms]", "(mean)"] => self.request_us = number(ms).map(|ms| ms * 1e3),
            ["Time", "per", "request:", ms, "[ms]", "(mean,", ..] => {
                self.request_of_all_us = number(ms).map(|ms| ms * 1e3);
            }
            ["Transfer", "rate:", rate @ ..] => {
                self.stage = Stage::Rates;
                self.bytes_per_s = rate.first().and_then(|rate| number(rate)).map(|rate| rate * KILO);
            }
            ["Connection", "Times", ..] => self.stage = Stage::Times,
            ["Percentage", "of", "the", "requests", ..] => self.stage = Stage::Percentages,
            // `-S` leaves deviation and median out.
            ["Total:", min, mean, _, _, max] | ["Total:", min, mean, max] => {
                let us = |ms: &str| number(ms).map(|ms| ms * 1e3);
                (self.min_us, self.mean_us, self.max_us) = (us(min), us(mean), us(max));
                self.stage = Stage::AllTimes;
            }
            ["Total:", ..] => self.stage = Stage::AllTimes,
            [percent, ms] | [percent, ms, "(longest", "request)"] if percent.ends_with('%') => {
                self.percentile(percent, ms);
            }
            _ if line.trim_start().starts_with("(Connect: ") => self.failures.take(line),
            _ => {}
        }
    }

    /// A line that a whole run has and this one has not.
    fn lacks(&self) -> Option<&'static str> {
        match (self.complete, self.stage) {
            (None, _) => Some("Complete requests"),
            (Some(_), Stage::Counts) => Some("Transfer rate"),
            (Some(1..), Stage::Rates | Stage::Times) => Some("Total:"),
            (Some(_), Stage::Percentages) => Some("100%"),
            _ => None,
        }
    }

    fn percentile(&mut self, percent: &str, ms: &str) {
        if percent == "100%" {
            self.stage = Stage::AllPercentages;
            self.longest_us = number(ms).map(|ms| ms * 1e3);
        }
        let p = percent.strip_suffix('%').and_then(number).map(|percent| percent / 100.0);
        if let (Some(p), Some(ms)) = (p.filter(|p| *p > 0.0 && *p < 1.0), number(ms))
            && self.quantiles.last().is_none_or(|(last, _)| *last < p)
        {
            self.quantiles.push((p, ms * 1e3));
        }
    }

    /// Where its counts do not fit each other. It lists the kinds of failure only where something failed.
    fn doubts(&self) -> impl Iterator<Item = Fact> {
        let kinds = self.failures.kinds();
        let failed = self.failed.filter(|_| self.is_counted);
        let failed =
            failed.and_then(|failed| sum_differs("its kinds of failure", kinds, "its failed requests", failed));
        let made = self.rate_per_s.zip(self.seconds).map(|(rate, seconds)| {
            Implied::by(Printed { value: rate, step: 0.01 }, Printed { value: seconds, step: 0.001 })
        });
        let made = made.zip(self.complete);
        let made = made.and_then(|(made, all)| made.differs("its rate and its time", "requests", "it counts", all));
        failed.into_iter().chain(made).chain(self.doubts_of_times()).chain(self.doubts_of_bytes())
    }

    /// Where the longest request is not the longest, or the time per request not the time by the requests.
    fn doubts_of_times(&self) -> impl Iterator<Item = Fact> {
        let ms = |us: f64| Printed { value: us, step: STEP_US };
        let longest = self.longest_us.zip(self.max_us);
        let longest = longest.and_then(|(longest, greatest)| {
            differs(("its longest request", ms(longest)), ("the greatest `Total:`", ms(greatest)), Unit::Micros)
        });
        let time = Printed { value: self.seconds.unwrap_or(0.0) * 1e6, step: STEP_US };
        let each = self.complete.filter(|complete| *complete > 0 && self.seconds.is_some());
        let each = each.map(|complete| time.times(Printed::whole(1.0 / float(complete))));
        let same = |printed: Option<f64>, made: Option<Printed>, from: &str| {
            let printed = Printed { value: printed?, step: 1.0 };
            differs(("its time per request", printed), (from, made?), Unit::Micros)
        };
        let users = self.concurrency.map(Printed::whole).zip(each).map(|(users, each)| each.times(users));
        let of_all = same(self.request_of_all_us, each, "its time by its requests");
        let of_one = same(self.request_us, users, "its time by its requests of one connection");
        longest.into_iter().chain(of_all).chain(of_one)
    }

    /// Where what was received is not what the rate makes, or less than the answers' bodies.
    fn doubts_of_bytes(&self) -> impl Iterator<Item = Fact> {
        let rate = self.bytes_per_s.map(|rate| Printed { value: rate, step: 0.01 * KILO });
        let made =
            rate.zip(self.seconds).map(|(rate, seconds)| Implied::by(rate, Printed { value: seconds, step: 0.001 }));
        let received = made.zip(self.bytes).and_then(|(made, bytes)| {
            made.differs("its transfer rate and its time", "bytes", "its total transferred is", bytes)
        });
        let of = |name, bytes: Option<u64>| Some((name, Printed::whole(float(bytes?))));
        let html = of("its HTML transferred", self.failures.html_bytes);
        let all = html.zip(of("its total transferred", self.bytes));
        let all = all.and_then(|(html, all)| exceeds(html, all, Unit::Bytes));
        let alike = self.failures.alike(self.complete.unwrap_or(0));
        let least = self.failures.document_bytes.map(|bytes| bytes.saturating_mul(alike));
        let least = of("the sum of its answers of the document's length", least).zip(html);
        let least = least.and_then(|(least, html)| exceeds(least, html, Unit::Bytes));
        received.into_iter().chain(all).chain(least)
    }

    fn hand_on(&self, name: Option<&str>, sink: &mut dyn Sink) {
        let part = sink.part(name);
        self.doubts().for_each(|doubt| sink.fact(part, doubt));
        sink.fact(part, Fact::Load(LoadModel::Closed));
        for fact in [self.seconds.map(Fact::DurationSeconds), self.concurrency.map(Fact::Users)].into_iter().flatten() {
            sink.fact(part, fact);
        }
        if !self.is_counted {
            let why = "what ab printed breaks off before it says how many requests failed";
            sink.fact(part, Fact::FailuresUnknown(why.to_owned()));
        }
        let complete = self.complete.unwrap_or(0);
        self.failures.remarks(complete).for_each(|remark| sink.fact(part, remark));
        self.failures.faults(complete).for_each(|fault| sink.fault(part, fault));
        sink.total(part, self.total());
    }

    fn total(&self) -> Total {
        let complete = self.complete.unwrap_or(0);
        let latency = if complete == 0 {
            Distribution::Unknown("no request was answered".to_owned())
        } else {
            Distribution::Quoted(Quoted {
                n: self.complete,
                mean_us: self.mean_us,
                min_us: self.min_us,
                max_us: self.max_us,
                quantiles: self.quantiles.clone(),
                definition: DEFINITION.to_owned(),
                rounding_us: vec![(0.0, STEP_US)],
            })
        };
        Total {
            requests: self.complete,
            failures: self.is_counted.then(|| self.failures.count(complete)),
            latency,
            rate_per_s: self.rate_per_s,
            bytes: self.bytes,
            ..nothing_known(None)
        }
    }
}

/// A finite number that is not negative.
fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::own::recording::Recording;

    fn read(text: &str) -> (Recording, Tally) {
        let mut sink = Recording::default();
        let input = Input::memory("ab", text.as_bytes()).unwrap();
        let tally = AbText.read(&input, &Settings::default(), &mut sink).unwrap();
        (sink, tally)
    }

    #[test]
    fn failures_are_bad_statuses_and_not_other_lengths() {
        let text = std::fs::read_to_string("samples/ab/text/summary.txt").unwrap();
        let (sink, tally) = read(&text);
        assert_eq!((tally.used, tally.unfinished), (1, None));
        let total = &sink.totals[0].1;
        assert_eq!((total.requests, total.failures, total.bytes), (Some(600), Some(8), Some(249_640)));
        let Distribution::Quoted(quoted) = &total.latency else { panic!("{:?}", total.latency) };
        assert_eq!((quoted.min_us, quoted.mean_us, quoted.max_us), (Some(14e3), Some(76e3), Some(192e3)));
        assert_eq!(
            quoted.quantiles.iter().map(|(p, _)| *p).collect::<Vec<_>>(),
            [0.5, 0.66, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99]
        );
        assert!(sink.said().contains("8 answers that differ"), "{}", sink.said());

        let broken = text.replace("(Connect: 0, Receive: 0, Length: 8", "(Connect: 2, Receive: 3, Length: 8");
        assert_eq!(read(&broken).0.totals[0].1.failures, Some(13));
        let twice = [text.as_str(), text.as_str()].concat();
        assert_eq!(read(&twice).0.parts, [Some("run 1".to_owned()), Some("run 2".to_owned())]);
        let cut = &text[..text.find("Complete").unwrap()];
        assert!(read(cut).1.unfinished.is_some() && read(cut).0.totals.is_empty());
    }

    /// Cut after `Failed requests` it said that none of 600 requests failed, where ab went on to name 8.
    #[test]
    fn text_that_breaks_off_before_the_failures_knows_none() {
        let text = std::fs::read_to_string("samples/ab/text/summary.txt").unwrap();
        let until = |line: &str| read(&text[..text.find(line).unwrap()]);
        let (sink, tally) = until("Non-2xx");
        assert_eq!((sink.totals[0].1.requests, sink.totals[0].1.failures), (Some(600), None));
        assert_eq!(tally.unfinished.as_deref(), Some("a run has no line `Transfer rate`"));
        assert_eq!(until("Requests per second").0.totals[0].1.failures, Some(8));
        for line in ["Connection Times", "Total: ", "rcentage of the requests", " 100%"] {
            assert!(until(line).1.unfinished.is_some(), "{line}");
        }
    }
}

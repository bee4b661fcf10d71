//! What hey prints: unlike its rows it counts requests without an answer, by error.
//!
//! `Requests/sec` counts those too, while average and percentiles are over answers only: with refused connections the two
//! speak of different things. The lists of statuses and errors hold as many requests as the rate by the time, both printed
//! with four decimals: fewer where the text breaks off, and never more. The histogram's eleven steps, with three decimals, begin
//! with the fastest and end with the slowest. Of its `Details` nothing is held against anything: hey prints the extremes of all
//! requests beside the mean of dialling.
//!
//! Several summaries in one file are runs of their own.
//!
//! It keeps a million times, and divides the sums over all answers by as many as it kept.

use crate::error::Error;
use crate::ingest::implied::{Implied, Printed, differs, float, size_differs, sum_differs};
use crate::ingest::order::Ladder;
use crate::ingest::printed::nothing_known;
use crate::ingest::scrub;
use crate::ingest::steps::Steps;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::sample::{Fact, Fault, LoadModel, Total};
use crate::unit::Unit;

const DEFINITION: &str = "hey: the value at place n·p of the sorted times, in steps of 0.1 ms";
/// Errors that are told apart; hey lists each text.
const ERRORS: usize = 1000;
/// Times that hey keeps.
const KEPT: u64 = 1_000_000;
/// Steps of four decimals of a second, and of the three of its histogram's edges, in µs.
const STEP_US: f64 = 100.0;
const EDGE_US: f64 = 1000.0;
/// The line with which a summary begins, and how many of one file are read.
const BEGINNING: &str = "Summary:";
const RUNS: usize = 1000;
/// Steps of its histogram that are read; it prints eleven.
const STEPS: usize = 100;

/// Reads what hey prints.
pub struct HeyText;

/// What hey printed.
#[derive(Debug, Default)]
struct Summary {
    section: Section,
    seconds: Option<f64>,
    slowest_us: Option<f64>,
    fastest_us: Option<f64>,
    mean_us: Option<f64>,
    rate_per_s: Option<f64>,
    bytes: Option<u64>,
    bytes_each: Option<u64>,
    steps: Steps,
    quantiles: Vec<(f64, f64)>,
    /// (status, answers)
    statuses: Vec<(u16, u64)>,
    /// (text, requests)
    errors: Vec<(String, u64)>,
    unanswered: u64,
}

/// Which list is being read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Section {
    #[default]
    None,
    Summary,
    Histogram,
    Latency,
    Statuses,
    Errors,
}

impl Adapter for HeyText {
    fn name(&self) -> &'static str {
        "hey_text"
    }

    fn tool(&self) -> &'static str {
        "hey"
    }

    fn about(&self) -> &'static str {
        "what hey prints without `-o csv`; it counts requests without an answer, which the rows leave out"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        const KEYS: [&[u8]; 4] = [b"Summary:", b"  Slowest:\t", b"  Fastest:\t", b"  Requests/sec:\t"];
        // A summary that breaks off may do so before its details.
        let details = !head.is_whole() || head.contains(b"Details (average, fastest, slowest):");
        if details && KEYS.iter().all(|key| head.contains(key)) && !head.contains(b"Success rate:") {
            Sniff::yes("hey's summary: Slowest, Fastest, Requests/sec and Details (average, fastest, slowest)")
        } else {
            Sniff::no("no summary of hey's with Slowest, Fastest, Requests/sec and Details")
        }
    }

    fn read(&self, input: &Input, _: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut lines = input.lines()?;
        let (mut tally, mut runs) = (Tally::default(), Vec::<Summary>::new());
        let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        while let Some(line) = lines.next_line().map_err(broken)? {
            let text = String::from_utf8_lossy(line.bytes);
            if text.trim() == BEGINNING && runs.len() < RUNS {
                runs.push(Summary::default());
            }
            if let Some(run) = runs.last_mut() {
                run.take(&text);
            }
        }
        tally.unfinished = lines.unfinished().map(str::to_owned);
        let (whole, without): (Vec<_>, Vec<_>) = runs.into_iter().partition(Summary::has_lists);
        if whole.is_empty() {
            return Err(Error::input("holds no `Status code distribution` and no `Error distribution`")
                .at(input.place())
                .hint("it should be all that hey prints at its end"));
        }
        if !without.is_empty() {
            let lacks = "a run has no `Status code distribution` and no `Error distribution`";
            tally.unfinished.get_or_insert_with(|| lacks.to_owned());
        }
        if let (Some(lacks), None) = (whole.iter().find_map(Summary::lacks), &tally.unfinished) {
            tally.unfinished = Some(lacks);
        }
        for (at, run) in whole.iter().enumerate() {
            let name = (whole.len() > 1).then(|| format!("run {}", at + 1));
            run.hand_on(name.as_deref(), sink);
            tally.used();
        }
        Ok(tally)
    }
}

impl Summary {
    fn take(&mut self, line: &str) {
        let line = line.trim();
        match line {
            BEGINNING => self.section = Section::Summary,
            "Latency distribution:" => self.section = Section::Latency,
            "Status code distribution:" => self.section = Section::Statuses,
            "Error distribution:" => self.section = Section::Errors,
            "Response time histogram:" => self.section = Section::Histogram,
            "Details (average, fastest, slowest):" => self.section = Section::None,
            _ => match self.section {
                Section::None => {}
                Section::Histogram => self.step(line),
                Section::Summary => self.figure(line),
                Section::Latency => self.percentile(line),
                Section::Statuses | Section::Errors => self.count(line),
            },
        }
    }

    fn figure(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else { return };
        let first = value.split_whitespace().next().unwrap_or("");
        let us = || number(first).map(|seconds| seconds * 1e6);
        match name {
            "Total" => self.seconds = number(first),
            "Slowest" => self.slowest_us = us(),
            "Fastest" => self.fastest_us = us(),
            "Average" => self.mean_us = us(),
            "Requests/sec" => self.rate_per_s = number(first),
            "Total data" => self.bytes = first.parse().ok(),
            "Size/request" => self.bytes_each = first.parse().ok(),
            _ => {}
        }
    }

    /// `0.058 [45] |■■■`.
    fn step(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let edge = words.next().and_then(number).map(|seconds| seconds * 1e6);
        let count = words.next().and_then(|word| word.strip_prefix('[')?.strip_suffix(']')?.parse::<u64>().ok());
        if self.steps.0.len() < STEPS {
            self.steps.0.extend(edge.zip(count));
        }
    }

    /// `95% in 0.1358 secs`; early versions printed two signs of percent.
    fn percentile(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [percent, "in", seconds, "secs"] = words.as_slice() else { return };
        let p = number(percent.trim_end_matches('%')).map(|percent| percent / 100.0);
        if let (Some(p), Some(seconds)) = (p.filter(|p| *p > 0.0 && *p < 1.0), number(seconds))
            && self.quantiles.last().is_none_or(|(last, _)| *last < p)
        {
            self.quantiles.push((p, seconds * 1e6));
        }
    }

    /// `[200] 814 responses` among statuses, `[9819] Post "http://…": connection refused` among errors.
    fn count(&mut self, line: &str) {
        let Some((number, text)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) else { return };
        let text = text.trim();
        if self.section == Section::Statuses {
            let answers = text.split_whitespace().next().and_then(|count| count.parse().ok());
            self.statuses.extend(number.parse().ok().zip(answers));
        } else if let Ok(count) = number.parse::<u64>() {
            self.unanswered = self.unanswered.saturating_add(count);
            if self.errors.len() < ERRORS {
                self.errors.push((scrub::text(text), count));
            }
        }
    }

    /// Whether it says how requests ended.
    fn has_lists(&self) -> bool {
        !self.statuses.is_empty() || !self.errors.is_empty()
    }

    fn hand_on(&self, name: Option<&str>, sink: &mut dyn Sink) {
        let part = sink.part(name);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        sink.fact(part, Fact::Remark("hey rounds times to 0.1 ms".to_owned()));
        if let Some(seconds) = self.seconds {
            sink.fact(part, Fact::DurationSeconds(seconds));
        }
        if self.lacks().is_some() {
            let why = "what hey printed breaks off before it has said of all requests how they ended";
            sink.fact(part, Fact::FailuresUnknown(why.to_owned()));
        } else {
            self.doubts().into_iter().for_each(|doubt| sink.fact(part, doubt));
        }
        let bad = self.statuses.iter().filter(|(code, _)| !is_success(*code));
        let bad = bad.map(|(code, count)| (format!("HTTP {code}"), *count));
        for (text, count) in bad.chain(self.errors.iter().cloned()) {
            sink.fault(part, Fault { endpoint: None, text, count, of_requests: true });
        }
        sink.total(part, self.total());
    }

    /// Where figures of a text that is whole do not fit each other.
    fn doubts(&self) -> Vec<Fact> {
        let sent = self.sent().and_then(|sent| {
            sent.differs("its rate and its time", "requests", "its lists of statuses and errors hold", self.listed())
        });
        let kept = self.answers(|_| true).min(KEPT);
        let size = self.bytes_each.zip(self.bytes);
        let size = size.and_then(|(each, all)| size_differs("its Size/request", each, ("its Total data", all), kept));
        let mut doubts: Vec<Fact> = sent.into_iter().chain(size).collect();
        let Some((first, last)) = self.steps.ends() else { return doubts };
        doubts.extend(sum_differs("the steps of its histogram", self.steps.count(), "the answers it timed", kept));
        let end = |name: &str, printed: Option<f64>, edge: f64, whose: &str| {
            let printed = (name, Printed { value: printed?, step: STEP_US });
            differs(printed, (whose, Printed { value: edge, step: EDGE_US }), Unit::Micros)
        };
        doubts.extend(end("its Fastest", self.fastest_us, first, "its histogram begins with"));
        doubts.extend(end("its Slowest", self.slowest_us, last, "its histogram ends with"));
        let mean = self.mean_us.filter(|_| kept < KEPT);
        let ladder = Ladder { mean, quantiles: &self.quantiles, ..Ladder::default() };
        doubts.extend(self.steps.doubts(&ladder, EDGE_US, STEP_US));
        doubts
    }

    /// The mean over all answers.
    fn mean_us(&self, answered: u64) -> Option<f64> {
        self.mean_us.map(|us| if answered > KEPT { us * float(KEPT) / float(answered) } else { us })
    }

    /// Answers with a status that is wanted.
    fn answers(&self, wanted: fn(u16) -> bool) -> u64 {
        let counts = self.statuses.iter().filter(|(code, _)| wanted(*code)).map(|(_, count)| *count);
        counts.fold(0, u64::saturating_add)
    }

    /// What its lists lack: they come last, and hold as many requests as the rate times the time above them.
    fn lacks(&self) -> Option<String> {
        let (sent, listed) = (self.sent()?, self.listed());
        let text = || {
            let listed = crate::fmt::count(listed);
            format!("its lists of statuses and errors hold {listed} of {} requests", sent.text())
        };
        (float(listed) < sent.least()).then(text)
    }

    /// By rate and time.
    fn sent(&self) -> Option<Implied> {
        const STEP: f64 = 1e-4;
        let printed = |value: Option<f64>| Some(Printed { value: value.filter(|value| *value > 0.0)?, step: STEP });
        Some(Implied::by(printed(self.rate_per_s)?, printed(self.seconds)?))
    }

    fn listed(&self) -> u64 {
        self.answers(|_| true).saturating_add(self.unanswered)
    }

    fn total(&self) -> Total {
        let (answered, bad) = (self.answers(|_| true), self.answers(|code| !is_success(code)));
        let is_whole = self.lacks().is_none();
        let latency = if answered == 0 {
            Distribution::Unknown("no request was answered".to_owned())
        } else {
            Distribution::Quoted(Quoted {
                n: is_whole.then_some(answered),
                mean_us: self.mean_us(answered),
                min_us: self.fastest_us,
                max_us: self.slowest_us,
                quantiles: self.quantiles.clone(),
                definition: DEFINITION.to_owned(),
                rounding_us: vec![(0.0, STEP_US)],
            })
        };
        Total {
            requests: is_whole.then(|| answered.saturating_add(self.unanswered)),
            failures: is_whole.then(|| bad.saturating_add(self.unanswered)),
            latency,
            rate_per_s: self.rate_per_s,
            bytes: self.bytes,
            ..nothing_known(None)
        }
    }
}

fn is_success(code: u16) -> bool {
    (200..400).contains(&code)
}

/// A finite number that is not negative.
fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::own::recording::Recording;

    fn total(text: &str) -> Total {
        let mut sink = Recording::default();
        HeyText.read(&Input::memory("hey", text.as_bytes()).unwrap(), &Settings::default(), &mut sink).unwrap();
        assert_eq!(sink.faults.iter().map(|fault| fault.count).sum::<u64>(), sink.totals[0].1.failures.unwrap());
        sink.totals[0].1.clone()
    }

    #[test]
    fn answers_and_refused_connections_are_counted_and_only_answers_timed() {
        let text = |file| std::fs::read_to_string(format!("samples/hey/refused/{file}")).unwrap();
        let refused = total(&text("summary_conn_refused.txt"));
        assert_eq!((refused.requests, refused.failures, refused.bytes), (Some(10_067), Some(9_824), Some(63_042)));
        let Distribution::Quoted(quoted) = &refused.latency else { panic!("{:?}", refused.latency) };
        assert_eq!((quoted.n, quoted.mean_us, quoted.max_us), (Some(248), Some(77_100.0), Some(176_600.0)));
        assert_eq!(quoted.quantiles.len(), 7);
        assert!((quoted.quantiles[5].1 - 127_300.0).abs() < 1e-6);
        let cut = text("summary_conn_refused.txt");
        let cut = Input::memory("hey", &cut.as_bytes()[..cut.find("Status").unwrap()]).unwrap();
        assert!(HeyText.read(&cut, &Settings::default(), &mut Recording::default()).is_err());
    }

    /// Cut after the statuses it said 5 failed of 248, where hey went on to name 9,819 refused connections.
    #[test]
    fn lists_that_break_off_say_neither_requests_nor_failures() {
        let text = std::fs::read_to_string("samples/hey/refused/summary_conn_refused.txt").unwrap();
        let cut = &text[..text.find("Error distribution").unwrap()];
        let mut sink = Recording::default();
        let input = Input::memory("hey", cut.as_bytes()).unwrap();
        let tally = HeyText.read(&input, &Settings::default(), &mut sink).unwrap();
        assert!(tally.unfinished.unwrap().contains("hold 248 of 10,067 requests"));
        assert_eq!((sink.totals[0].1.requests, sink.totals[0].1.failures), (None, None));
        let whole = Input::memory("hey", text.as_bytes()).unwrap();
        assert_eq!(HeyText.read(&whole, &Settings::default(), &mut sink).unwrap().unfinished, None);
    }

    /// Of two million answers in 50 ms each hey prints an average of 100 ms: it divides by the million that it kept.
    #[test]
    fn the_mean_is_over_all_answers_and_not_over_those_kept() {
        let text = "Summary:\n  Total:\t10.0000 secs\n  Slowest:\t0.0800 secs\n  Fastest:\t0.0200 secs\n  Average:\t0.1000 secs\n  \
                    Requests/sec:\t200000.0000\n  Total data:\t4000000 bytes\n  Size/request:\t4 bytes\n\n\
                    Response time histogram:\n  0.020 [1]\t|\n  0.080 [999999]\t|\n\n\
                    Latency distribution:\n  50% in 0.0500 secs\n\nDetails (average, fastest, slowest):\n\n\
                    Status code distribution:\n  [200]\t2000000 responses\n";
        let mut sink = Recording::default();
        HeyText.read(&Input::memory("hey", text.as_bytes()).unwrap(), &Settings::default(), &mut sink).unwrap();
        let Distribution::Quoted(quoted) = &sink.totals[0].1.latency else { panic!("{:?}", sink.totals) };
        assert_eq!(quoted.mean_us, Some(50_000.0));
        assert!(!sink.said().contains("contradicts itself"), "{}", sink.said());
    }
}

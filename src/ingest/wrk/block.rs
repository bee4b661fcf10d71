//! One run's lines, and telling runs from what stands around them.

use super::quantity::{ROUNDING_US, bytes, time_us};
use crate::ingest::document::whole;
use crate::ingest::implied::Printed;
use crate::ingest::input::Line;
use crate::ingest::{Rejection, Tally};
use crate::model::distribution::{Distribution, Quoted, step_us};

const WRK: &str = "wrk: rank in counts of whole microseconds";
const WRK2: &str = "wrk2: HdrHistogram with 3 significant digits, from the intended start";
/// The longest table that is read; wrk2's has some hundred rows.
const TABLE: usize = 10_000;

/// Sockets that wrk gave up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SocketErrors {
    connect: u64,
    read: u64,
    write: u64,
    timeout: u64,
}

impl SocketErrors {
    pub(super) fn any(self) -> bool {
        self != Self::default()
    }

    pub(super) fn named(self) -> [(&'static str, u64); 4] {
        [("connect", self.connect), ("read", self.read), ("write", self.write), ("timeout", self.timeout)]
    }

    /// `connect 0, read 12, write 0, timeout 0`.
    fn parse(text: &str) -> Option<Self> {
        let mut found = Self::default();
        for pair in text.split(',') {
            let (what, count) = pair.trim().split_once(' ')?;
            let place = match what {
                "connect" => &mut found.connect,
                "read" => &mut found.read,
                "write" => &mut found.write,
                "timeout" => &mut found.timeout,
                _ => return None,
            };
            *place = count.trim().parse().ok()?;
        }
        Some(found)
    }
}

/// What was printed of one run.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    line: u64,
    byte: u64,
    pub(super) address: String,
    pub(super) connections: Option<f64>,
    pub(super) is_wrk2: bool,
    mean_us: Option<f64>,
    min_us: Option<f64>,
    max_us: Option<f64>,
    /// (p, µs), ascending.
    pub(super) quantiles: Vec<(f64, f64)>,
    /// Requests in wrk2's table, as it says below it and as its last row counts them.
    pub(super) timed: Option<u64>,
    pub(super) in_table: Option<u64>,
    pub(super) requests: Option<u64>,
    pub(super) duration_s: Option<f64>,
    read: Option<Printed>,
    pub(super) read_per_s: Option<Printed>,
    /// Mean and greatest as they stand above wrk2's table, which has more digits of them; and percentages, as (p, µs).
    above_mean_us: Option<f64>,
    above_max_us: Option<f64>,
    listed: Vec<(f64, f64)>,
    pub(super) socket_errors: SocketErrors,
    pub(super) bad_answers: Option<u64>,
    pub(super) rate_per_s: Option<f64>,
    /// Whether the lines of broken sockets and failed requests, where there were any, have all come.
    pub(super) is_counted: bool,
    /// Whether the last line has come.
    is_whole: bool,
    section: Section,
}

/// Whose lines are being read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Section {
    #[default]
    Head,
    /// Percentages and times.
    Percentiles,
    /// wrk2's table of values in ms, shares and counts.
    Table,
    /// The same figures without wrk2's correction (`--u_latency`), which are not read.
    Uncorrected,
}

impl Block {
    /// Reads one line; whether it is one of wrk's.
    fn take(&mut self, line: &str) -> bool {
        let words: Vec<&str> = line.split_whitespace().collect();
        if self.requests.is_some() { self.take_after_end(&words, line) } else { self.take_before_end(&words, line) }
    }

    fn take_before_end(&mut self, words: &[&str], line: &str) -> bool {
        match words {
            ["Thread", "calibration:", ..] => self.is_wrk2 = true,
            ["Thread", "Stats", ..] | ["Req/Sec", ..] => {}
            ["Latency", "Distribution", rest @ ..] => self.begin_percentiles(rest),
            ["Latency", mean, _, max, ..] => {
                (self.mean_us, self.max_us) = (time_us(mean), time_us(max));
                (self.above_mean_us, self.above_max_us) = (self.mean_us, self.max_us);
            }
            ["Detailed", "Percentile", "spectrum:"] => {
                if self.section != Section::Uncorrected {
                    self.section = Section::Table;
                }
            }
            [count, "requests", "in", length, read @ ..] => return self.end(count, length, read),
            [percent, time] if percent.ends_with('%') => self.percentile(percent, time),
            [value, share, count, _] if self.section == Section::Table => self.row(value, share, count),
            [rule] if rule.bytes().all(|byte| byte == b'-') => {}
            _ if line.trim_start().starts_with("#[") => self.table_sum(line),
            _ => return false,
        }
        true
    }

    fn take_after_end(&mut self, words: &[&str], line: &str) -> bool {
        match words {
            ["Socket", "errors:", ..] => return self.errors(line),
            ["Non-2xx", "or", "3xx", "responses:", count] => self.bad_answers = count.parse().ok(),
            ["Requests/sec:", rate] => {
                self.is_counted = true;
                self.rate_per_s = rate.parse().ok().filter(|rate: &f64| rate.is_finite());
            }
            ["Transfer/sec:", rate @ ..] => {
                self.is_whole = true;
                self.read_per_s = rate.first().and_then(|text| bytes(text));
            }
            _ => return false,
        }
        true
    }

    fn begin_percentiles(&mut self, rest: &[&str]) {
        self.is_wrk2 |= rest.iter().any(|word| word.contains("HdrHistogram"));
        let uncorrected = rest.iter().any(|word| word.starts_with("Uncorrected"));
        self.section = if uncorrected { Section::Uncorrected } else { Section::Percentiles };
    }

    fn percentile(&mut self, percent: &str, time: &str) {
        let share = percent.strip_suffix('%').and_then(|digits| format!("{digits}e-2").parse::<f64>().ok());
        let (Some(p), Some(us)) = (share, time_us(time)) else { return };
        if self.section == Section::Percentiles {
            self.quantile(p, us);
            if self.listed.len() < TABLE {
                self.listed.push((p, us));
            }
        }
    }

    /// A row of wrk2's table, which is finer than the percentiles above it.
    fn row(&mut self, value: &str, share: &str, count: &str) {
        let (Ok(ms), Ok(p)) = (value.parse::<f64>(), share.parse::<f64>()) else { return };
        self.in_table = count.parse().ok();
        if p <= 0.0 {
            self.min_us = Some(ms * 1e3);
        } else {
            self.quantile(p, ms * 1e3);
        }
    }

    fn quantile(&mut self, p: f64, us: f64) {
        // wrk prints 0 where its correction counted values that it then does not find.
        if !(0.0 < p && p < 1.0 && us > 0.0 && us.is_finite()) {
            return;
        }
        match self.quantiles.binary_search_by(|(known, _)| known.total_cmp(&p)) {
            // 99 % of the distribution and 0.99 of the table are one: the table's value has more digits.
            Ok(at) => self.quantiles.get_mut(at).map_or((), |known| known.1 = us),
            Err(at) if self.quantiles.len() < TABLE => self.quantiles.insert(at, (p, us)),
            Err(_) => {}
        }
    }

    /// `#[Max     =       12.496, Total count    =        39500]` and its neighbours.
    fn table_sum(&mut self, line: &str) {
        if self.section != Section::Table {
            return;
        }
        for pair in line.trim().trim_start_matches("#[").trim_end_matches(']').split(',') {
            let Some((name, value)) = pair.split_once('=') else { continue };
            let ms = || value.trim().parse::<f64>().ok().filter(|ms| ms.is_finite() && *ms >= 0.0);
            match name.trim() {
                "Mean" => self.mean_us = ms().map(|ms| ms * 1e3).or(self.mean_us),
                "Max" => self.max_us = ms().map(|ms| ms * 1e3).or(self.max_us),
                "Total count" => self.timed = value.trim().parse().ok(),
                _ => {}
            }
        }
    }

    fn errors(&mut self, line: &str) -> bool {
        let parsed = line.split_once("errors:").and_then(|(_, counts)| SocketErrors::parse(counts));
        self.socket_errors = parsed.unwrap_or(self.socket_errors);
        parsed.is_some()
    }

    /// `867 requests in 6.03s, 352.83KB read`: without it the run did not end.
    fn end(&mut self, count: &str, length: &str, read: &[&str]) -> bool {
        let length = length.trim_end_matches(',');
        (self.requests, self.duration_s) = (count.parse().ok(), time_us(length).map(|us| us / 1e6));
        self.read = read.first().and_then(|text| bytes(text));
        self.section = Section::Head;
        self.requests.is_some()
    }

    /// Only where no socket broke does wrk say how many requests failed, and only after all else.
    pub(super) fn failures(&self) -> Option<u64> {
        (self.is_counted && !self.socket_errors.any()).then(|| self.bad_answers.unwrap_or(0))
    }

    /// Bytes read, and how far that is known.
    pub(super) fn read(&self) -> Option<(u64, Printed)> {
        Some((whole(self.read?.value.round())?, self.read?))
    }

    /// What stands in wrk2's table and above it, by name.
    pub(super) fn doubled(&self) -> impl Iterator<Item = (String, f64, f64)> {
        let ends = [("the mean", self.mean_us, self.above_mean_us), ("the greatest", self.max_us, self.above_max_us)];
        let ends = ends.into_iter().map(|(name, below, above)| Some((name.to_owned(), below?, above?)));
        let listed = self.listed.iter().map(|(p, above)| {
            let below = if *p < 1.0 {
                let at = self.quantiles.binary_search_by(|(known, _)| known.total_cmp(p)).ok()?;
                Some(self.quantiles.get(at)?.1)
            } else {
                self.max_us
            };
            Some((crate::fmt::quantile_name(*p), below?, *above))
        });
        ends.chain(listed).flatten()
    }

    /// The quantiles, none below one of a smaller share by rounding alone: values of two decimals stand among values of three.
    fn rising(&self) -> Vec<(f64, f64)> {
        let mut most = 0.0;
        let held = |(p, us): &(f64, f64)| {
            most = if us + step_us(&ROUNDING_US, *us) < most { *us } else { f64::max(most, *us) };
            (*p, most)
        };
        self.quantiles.iter().map(held).collect()
    }

    pub(super) fn latency(&self) -> Distribution {
        if self.requests == Some(0) || self.mean_us.is_none() {
            return Distribution::Unknown("no request was answered in time".to_owned());
        }
        Distribution::Quoted(Quoted {
            n: self.timed,
            mean_us: self.mean_us,
            min_us: self.min_us,
            max_us: self.max_us,
            quantiles: self.rising(),
            definition: if self.is_wrk2 { WRK2 } else { WRK }.to_owned(),
            rounding_us: if self.timed.is_some() { vec![(0.0, 1.0)] } else { ROUNDING_US.to_vec() },
        })
    }
}

/// The runs of a file, line by line.
#[derive(Debug)]
pub(super) struct Blocks {
    most: usize,
    done: Vec<Block>,
    current: Option<Block>,
}

impl Blocks {
    /// At most so many runs.
    pub(super) fn new(most: usize) -> Self {
        Self { most, done: Vec::new(), current: None }
    }

    /// Reads one line.
    pub(super) fn take(&mut self, line: &Line<'_>, tally: &mut Tally) {
        let text = String::from_utf8_lossy(line.bytes);
        if let Some(address) = address(&text) {
            self.close(tally);
            let (address, line, byte) = (address.to_owned(), line.number, line.byte);
            self.current = Some(Block { line, byte, address, ..Block::default() });
            return;
        }
        let Some(run) = &mut self.current else {
            if !text.trim().is_empty() {
                tally.skipped();
            }
            return;
        };
        match threads_and_connections(&text) {
            Some(connections) if run.connections.is_none() => run.connections = Some(connections),
            _ if run.take(&text) || text.trim().is_empty() => {}
            _ => tally.skipped(),
        }
    }

    fn close(&mut self, tally: &mut Tally) {
        let Some(run) = self.current.take() else { return };
        let why = match (run.connections, run.requests) {
            (None, None) => "is no run of wrk's: no line of threads and connections follows",
            (_, None) => "the run did not end: the line `… requests in …` is missing",
            _ if self.done.len() >= self.most => "is one run more than are read of a file",
            _ => {
                tally.used();
                self.done.push(run);
                return;
            }
        };
        let excerpt = crate::fmt::excerpt(crate::ingest::scrub::without_queries(&run.address).as_bytes());
        let (line, byte) = (run.line, run.byte);
        tally.reject(Rejection { byte, line, field: None, reason: why.to_owned(), excerpt });
    }

    /// The runs that ended.
    pub(super) fn finish(mut self, tally: &mut Tally) -> Vec<Block> {
        let missing = self.current.as_ref().and_then(|run| match run.requests {
            None => Some("… requests in …"),
            Some(_) if !run.is_whole => Some("Transfer/sec"),
            Some(_) => None,
        });
        self.close(tally);
        if let (Some(line), None) = (missing, &tally.unfinished) {
            tally.unfinished = Some(format!("its last run has no line `{line}`"));
        }
        self.done
    }
}

/// The address of `Running 6s test @ http://127.0.0.1/`.
pub(super) fn address(line: &str) -> Option<&str> {
    let (length, address) = line.trim().strip_prefix("Running ")?.split_once(" test @ ")?;
    (!length.contains(' ')).then_some(address.trim())
}

/// The connections of `2 threads and 10 connections`.
pub(super) fn threads_and_connections(line: &str) -> Option<f64> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [threads, "threads", "and", connections, "connections"] => {
            threads.parse::<u32>().ok()?;
            connections.parse::<u32>().ok().map(f64::from)
        }
        _ => None,
    }
}

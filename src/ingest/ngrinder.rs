//! nGrinder's detailed report, `output.csv`: one row a sampling interval, over all tests together.
//!
//! `Tests` counts those without error and `Errors` the others, in that interval; times are means of the former. Times of day
//! have no zone.
//!
//! `TPS` is the interval's tests by its length, which the console keeps; so where most rows tell one length, the tests that
//! all rates make over it are those that were counted, or the file contradicts itself.

use crate::error::Error;
use crate::ingest::implied::{Implied, Printed, float};
use crate::ingest::own::cell_text;
use crate::ingest::own::columns::header_names;
use crate::ingest::own::digits::Sign;
use crate::ingest::own::instant::{self, Clock};
use crate::ingest::printed::{note_open_end, open_resaved};
use crate::ingest::rows::{Row, Rows};
use crate::ingest::{Adapter, Head, Input, PartId, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::key::Population;
use crate::model::sample::{Fact, Interval, LoadModel, Total};
use crate::unit::{Span, Timestamp};
use std::collections::BTreeMap;

/// Reads nGrinder's detailed report.
pub struct NgrinderCsv;

const NS_PER_MS: i64 = 1_000_000;

/// Columns without which the file is another's.
const NEEDED: [&str; 4] = ["DateTime", "Tests", "Errors", "Mean_Test_Time_(ms)"];

impl Adapter for NgrinderCsv {
    fn name(&self) -> &'static str {
        "ngrinder_csv"
    }

    fn tool(&self) -> &'static str {
        "nGrinder"
    }

    fn about(&self) -> &'static str {
        "nGrinder's detailed report, output.csv: a row for each sampling interval"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let names = header_names(head.first_line());
        if NEEDED.iter().all(|needed| names.iter().any(|name| name == needed)) {
            Sniff::yes("the columns of nGrinder's detailed report")
        } else {
            Sniff::no("no header with DateTime, Tests, Errors and Mean_Test_Time_(ms)")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (mut rows, sign) = open_resaved(input, &["vuser", "Tests", "Errors", "Mean_Test_Time_(ms)", "TPS"])?;
        let columns = Columns::find(&rows, sign);
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        let (mut sums, mut tally) = (Sums::default(), Tally::default());
        while let Some(row) = rows.next_row(&mut tally) {
            match columns.read(&row, settings).map(|interval| sums.add(&interval, part, sink)) {
                Ok(()) => tally.used(),
                Err((field, reason)) => tally.reject(row.rejection(Some(field), reason)),
            }
            tally.stop_if_strict(settings, input)?;
        }
        note_open_end(&rows, &mut tally);
        sums.hand_on(part, sink);
        if sums.zoneless {
            tally.note(format!("times state no zone and are {}", instant::assumed_zone(settings.timezone.as_ref())));
        }
        tally.note("means are over tests without error; nGrinder has no percentiles in this file");
        Ok(tally)
    }
}

/// Where the columns stand.
struct Columns {
    at: Option<usize>,
    users: Option<usize>,
    tests: Option<usize>,
    errors: Option<usize>,
    mean: Option<usize>,
    rate: Option<usize>,
    /// How its numbers are written.
    sign: Sign,
}

/// One sampling interval.
struct Stretch {
    at: Timestamp,
    zoneless: bool,
    users: Option<f64>,
    tests: u64,
    errors: u64,
    mean_ms: Option<f64>,
    rate_per_s: Option<f64>,
}

impl Columns {
    fn find(rows: &Rows, sign: Sign) -> Self {
        let find = |name: &str| rows.header().position(name);
        Self {
            at: find("DateTime"),
            users: find("vuser"),
            tests: find("Tests"),
            errors: find("Errors"),
            mean: find("Mean_Test_Time_(ms)"),
            rate: find("TPS"),
            sign,
        }
    }

    /// Reads a row; the error is the column to blame and what was found.
    fn read(&self, row: &Row<'_>, settings: &Settings) -> Result<Stretch, (&'static str, String)> {
        let amount = |name: &'static str, column: Option<usize>| {
            cell_text::amount(row.text(column).unwrap_or_default(), self.sign).map_err(|reason| (name, reason))
        };
        let count = |name: &'static str, column: Option<usize>| {
            let value = amount(name, column)?.and_then(crate::ingest::document::whole);
            value.ok_or_else(|| (name, "should be a whole number".to_owned()))
        };
        let clock = row.text(self.at).and_then(instant::read);
        let at = clock.and_then(|clock| clock.timestamp_in(settings.timezone.as_ref()));
        Ok(Stretch {
            at: at.ok_or_else(|| ("DateTime", "should be a date and time".to_owned()))?,
            zoneless: matches!(clock, Some(Clock::Zoneless(_))),
            users: amount("vuser", self.users)?,
            tests: count("Tests", self.tests)?,
            errors: count("Errors", self.errors)?,
            mean_ms: amount("Mean_Test_Time_(ms)", self.mean)?,
            rate_per_s: amount("TPS", self.rate)?,
        })
    }
}

impl Stretch {
    /// Length of the interval, from its tests and their rate; `None` where it has none, or a rate that cannot be.
    fn length_ns(&self) -> Option<i64> {
        const LONGEST_S: f64 = 3600.0;
        #[expect(clippy::cast_precision_loss, reason = "tests of one interval")]
        let seconds = self.tests as f64 / self.rate_per_s.filter(|rate| *rate > 0.0)?;
        let ns = crate::ingest::printed::seconds_ns(seconds).filter(|_| seconds <= LONGEST_S)?;
        i64::try_from(ns).ok()
    }
}

/// What the rows add up to.
#[derive(Default)]
struct Sums {
    tests: u64,
    errors: u64,
    /// Sum of times in milliseconds, and over how many tests.
    time_ms: f64,
    timed: f64,
    span: Option<Span>,
    zoneless: bool,
    /// Sum of the rates of rows that have one, their tests, and how many rows.
    rates: f64,
    rated: u64,
    rows: u64,
    /// Rows by the length of their interval in milliseconds.
    lengths: BTreeMap<i64, u64>,
}

/// Lengths of intervals that are told apart; a console keeps to one.
const LENGTHS: usize = 100;
/// Steps of `TPS`, which is printed with three decimals.
const RATE_STEP: f64 = 0.001;

impl Sums {
    fn add(&mut self, row: &Stretch, part: PartId, sink: &mut dyn Sink) {
        self.zoneless |= row.zoneless;
        // A row is written at the end of its interval, whose length is what its tests and their rate say.
        let began = row.at.plus_nanos(-row.length_ns().unwrap_or(0));
        let stretch = Span { start: began, end: row.at };
        self.span = Some(self.span.map_or(stretch, |span| span.union(stretch)));
        if let Some((rate, length)) = row.rate_per_s.zip(row.length_ns()) {
            (self.rates, self.rated, self.rows) =
                (self.rates + rate, self.rated.saturating_add(row.tests), self.rows + 1);
            let length_ms = (length + NS_PER_MS / 2) / NS_PER_MS;
            if self.lengths.len() < LENGTHS || self.lengths.contains_key(&length_ms) {
                *self.lengths.entry(length_ms).or_default() += 1;
            }
        }
        self.tests = self.tests.saturating_add(row.tests);
        self.errors = self.errors.saturating_add(row.errors);
        #[expect(clippy::cast_precision_loss, reason = "weights of a mean")]
        if let Some(mean_ms) = row.mean_ms {
            self.time_ms += mean_ms * row.tests as f64;
            self.timed += row.tests as f64;
        }
        sink.interval(
            part,
            Interval {
                at: row.at,
                endpoint: None,
                users: row.users,
                rate_per_s: row.rate_per_s,
                failures_per_s: None,
                quantiles: Vec::new(),
                cumulative: Some((self.tests.saturating_add(self.errors), self.errors)),
            },
        );
    }

    /// Where the rates make other tests over the length of most intervals.
    fn doubt(&self) -> Option<Fact> {
        let (length_ms, rows) = self.lengths.iter().max_by_key(|(_, rows)| **rows)?;
        if *rows * 2 <= self.rows {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most an hour in milliseconds")]
        let seconds = Printed::whole(*length_ms as f64 / 1e3);
        let rates = Printed { value: self.rates, step: RATE_STEP * float(self.rows) };
        let from = format!("its rates over {}", crate::fmt::duration_s(seconds.value));
        Implied::by(rates, seconds).differs(&from, "tests", "it counts", self.rated)
    }

    fn hand_on(&self, part: PartId, sink: &mut dyn Sink) {
        self.doubt().into_iter().for_each(|doubt| sink.fact(part, doubt));
        let latency = if self.timed > 0.0 {
            Distribution::Quoted(Quoted {
                n: Some(self.tests),
                mean_us: Some(self.time_ms / self.timed * 1e3),
                definition: "nGrinder: weighted mean of its intervals' means, tests without error only".to_owned(),
                ..Quoted::default()
            })
        } else {
            Distribution::Unknown("no test ended without error".to_owned())
        };
        sink.total(
            part,
            Total {
                requests: Some(self.tests.saturating_add(self.errors)),
                failures: Some(self.errors),
                latency: latency.clone(),
                latency_ok: latency,
                span: self.span,
                ..Total::of(Population::Request, None)
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::Rollup;

    /// A German spreadsheet puts semicolons between columns and commas into numbers: the table was taken for a monitor.
    #[test]
    fn a_report_saved_again_by_a_spreadsheet_is_the_same() {
        let text = include_str!("../../samples/ngrinder/intervals/output.csv");
        let resaved = text.replace(',', ";").replace('.', ",");
        let read = |text: &str| {
            let mut rollup = Rollup::new();
            let input = Input::memory("f", text.as_bytes().to_vec()).unwrap();
            assert!(matches!(NgrinderCsv.sniff(&input.head().unwrap()), Sniff::Yes(_)));
            NgrinderCsv.read(&input, &Settings::default(), &mut rollup).unwrap();
            format!("{:?}", rollup.into_parts()[0].totals())
        };
        assert_ne!(text, resaved);
        assert_eq!(read(text), read(&resaved));
    }

    /// Fifteen intervals of two seconds.
    #[test]
    fn a_real_report_adds_up_and_lasts_for_all_its_intervals() {
        let text = include_str!("../../samples/ngrinder/intervals/output.csv");
        let mut rollup = Rollup::new();
        let input = Input::memory("f", text.as_bytes().to_vec()).unwrap();
        NgrinderCsv.read(&input, &Settings::default(), &mut rollup).unwrap();
        let parts = rollup.into_parts();
        let total = parts[0].totals()[0].clone();
        assert_eq!((total.requests, total.failures), (Some(6565), Some(0)));
        let span = total.span.unwrap();
        assert!((span.end.seconds_since(span.start) - 30.0).abs() < 1e-6, "{span:?}");
    }

    #[test]
    fn intervals_add_up_and_means_are_weighted() {
        let text = "DateTime,vuser,Tests,Errors,Mean_Test_Time_(ms),Test_Time_Standard_Deviation_(ms),TPS\n\
                    2026-08-14 03:00:00,10,30,0,100,1,30\n2026-08-14 03:00:01,10,10,2,200,1,10\n\
                    2026-08-14 03:00:02,10,many,0,200,1,10\n";
        let input = Input::memory("f", text.as_bytes().to_vec()).unwrap();
        let mut rollup = Rollup::new();
        let tally = NgrinderCsv.read(&input, &Settings::default(), &mut rollup).unwrap();
        assert_eq!((tally.used, tally.rejected), (2, 1));
        let parts = rollup.into_parts();
        let total = parts[0].totals()[0].clone();
        assert_eq!((total.requests, total.failures), (Some(42), Some(2)));
        let Distribution::Quoted(quoted) = total.latency else { panic!("{total:?}") };
        assert_eq!((quoted.n, quoted.mean_us), (Some(40), Some(125_000.0)));
        assert_eq!(parts[0].intervals()[0].rows.last().unwrap().cumulative, Some((42, 2)));
    }
}

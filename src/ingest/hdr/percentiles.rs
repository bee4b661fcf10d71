//! The table of percentiles (`.hgrm`): value, percentile, and how many values lie at or below.
//!
//! Its third column makes it a histogram, whose buckets are as wide as the steps between its rows. So a percentile that has
//! no row of its own (p99 has none) is read from the next row above, and half the step is said as what is not known.

use super::{NO_FAILURES, TOOL, total, unit_ns, whole_ns};
use crate::error::Error;
use crate::ingest::input::Line;
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted, Recorded};
use crate::model::sample::Fact;

/// Reads a table of percentiles.
pub struct HdrPercentiles;

impl Adapter for HdrPercentiles {
    fn name(&self) -> &'static str {
        "hdr_percentiles"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "HdrHistogram's table of percentiles (.hgrm, also `vegeta report -type hdrplot`); its unit by inputs.latency_unit"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let first = head.lines().find(|line| !line.trim_ascii().is_empty()).unwrap_or(&[]);
        match columns(&String::from_utf8_lossy(first)) {
            Some(_) => Sniff::yes("the header of HdrHistogram's table of percentiles"),
            None => Sniff::no("no header with Value, Percentile, TotalCount and 1/(1-Percentile)"),
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut table = Table::default();
        let mut tally = Tally::default();
        let mut lines = input.lines()?;
        let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        while let Some(line) = lines.next_line().map_err(broken)? {
            table.line(&line, &mut tally);
            tally.stop_if_strict(settings, input)?;
        }
        tally.unfinished = lines.unfinished().map(str::to_owned).or(tally.unfinished);
        if let (Some(lacks), None) = (table.lacks(), &tally.unfinished) {
            tally.unfinished = Some(lacks.to_owned());
        }
        let unit_ns = unit_ns(table.unit_ns, input, settings)?;
        let part = sink.part(None);
        sink.fact(part, Fact::FailuresUnknown(NO_FAILURES.to_owned()));
        if table.footer.count.is_some_and(|stated| stated != table.count()) && tally.unfinished.is_none() {
            tally.unfinished = Some("rows are missing: the table's own total is larger".to_owned());
        }
        sink.total(part, total(None, table.count(), table.distribution(unit_ns)));
        tally.note("the table does not say when it was");
        Ok(tally)
    }
}

/// A header's word on the unit of its values.
#[derive(Clone, Copy)]
enum Unit {
    /// `Value(ms)`, in nanoseconds.
    Stated(f64),
    /// `Value`.
    Unstated,
}

/// Reads a header; `None` where the line is none.
fn columns(line: &str) -> Option<Unit> {
    let names: Vec<&str> = fields(line);
    let [value, "Percentile", "TotalCount", "1/(1-Percentile)"] = names.as_slice() else { return None };
    let unit = value.strip_prefix("Value")?.trim_matches(['(', ')']);
    match unit {
        "" => Some(Unit::Unstated),
        unit => crate::ingest::own::name::time_unit(unit).map(Unit::Stated),
    }
}

/// Fields between blanks, or between commas with quotes as in the CSV form.
fn fields(line: &str) -> Vec<&str> {
    let split = |letter: char| letter == ',' || letter.is_whitespace();
    line.split(split).map(|field| field.trim_matches('"')).filter(|field| !field.is_empty()).collect()
}

/// What stands below the rows.
#[derive(Default)]
struct Footer {
    mean: Option<f64>,
    max: Option<f64>,
    count: Option<u64>,
}

#[derive(Default)]
struct Table {
    unit_ns: Option<f64>,
    /// (value, share, values at or below), ascending.
    rows: Vec<(f64, f64, u64)>,
    footer: Footer,
    /// Whether the lines below the rows break off.
    breaks_off: bool,
}

impl Table {
    /// What a whole table has and this one has not.
    fn lacks(&self) -> Option<&'static str> {
        let last = self.rows.last()?;
        if last.1 < 1.0 {
            return Some("its last row is not that of all values");
        }
        let half = self.footer.mean.is_some() && self.footer.max.is_none();
        (half || self.breaks_off).then_some("the lines below its rows break off")
    }

    fn line(&mut self, line: &Line<'_>, tally: &mut Tally) {
        let text = String::from_utf8_lossy(line.bytes);
        if let Some(footer) = text.trim_start().strip_prefix("#[") {
            // A line that breaks off ends within a number.
            self.breaks_off |= !footer.trim_end().ends_with(']');
            if !self.breaks_off {
                self.footer.take(footer);
            }
            return tally.skipped();
        }
        let fields = fields(&text);
        if let (true, Some(unit)) = (self.rows.is_empty(), columns(&text)) {
            self.unit_ns = if let Unit::Stated(nanos) = unit { Some(nanos) } else { None };
            return tally.skipped();
        }
        match self.row(&fields) {
            _ if fields.is_empty() => tally.skipped(),
            Ok(row) => {
                tally.used();
                self.rows.push(row);
            }
            Err(_) if !line.terminated => {
                tally.skipped();
                tally.unfinished = Some("the last line breaks off".to_owned());
            }
            Err(reason) => {
                let excerpt = crate::fmt::excerpt(line.bytes);
                tally.reject(Rejection { byte: line.byte, line: line.number, field: None, reason, excerpt });
            }
        }
    }

    fn row(&self, fields: &[&str]) -> Result<(f64, f64, u64), String> {
        let number = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
        let value = number(0).filter(|value| value.is_finite() && *value >= 0.0).ok_or("should begin with a value")?;
        let share = number(1).filter(|share| (0.0..=1.0).contains(share)).ok_or("should have a share from 0 to 1")?;
        let count = fields.get(2).and_then(|field| field.parse::<u64>().ok()).ok_or("should have a count")?;
        match self.rows.last() {
            Some((before, _, passed)) if value < *before || count < *passed => {
                Err("should not fall below the row before".to_owned())
            }
            _ => Ok((value, share, count)),
        }
    }

    fn count(&self) -> u64 {
        self.rows.last().map_or(0, |(_, _, count)| *count)
    }

    fn distribution(&self, unit_ns: f64) -> Distribution {
        let unit_us = unit_ns / 1e3;
        let (Some((first, share, _)), Some((last, ..))) = (self.rows.first(), self.rows.last()) else {
            return Distribution::Unknown("the table has no rows".to_owned());
        };
        let mut rounded = Recorded::default();
        let mut rounding_us = vec![(0.0, 0.0)];
        let (mut passed, mut before) = (0, *first);
        for (value, _, count) in &self.rows {
            rounded.record_n(whole_ns(value * unit_ns), count - passed);
            if *value > before {
                rounding_us.push((before.next_up() * unit_us, (value - before) * unit_us));
            }
            (passed, before) = (*count, *value);
        }
        if rounded.count() == 0 {
            return Distribution::Unknown("nothing was counted".to_owned());
        }
        rounded.histogram.settle();
        let exact = Quoted {
            n: Some(passed),
            mean_us: self.footer.mean.map(|mean| mean * unit_us),
            min_us: (*share <= 0.0).then_some(first * unit_us),
            max_us: Some(self.footer.max.unwrap_or(*last) * unit_us),
            quantiles: Vec::new(),
            definition: "inverse CDF (type 1), rounded up to the next row of the source's table".to_owned(),
            rounding_us,
        };
        Distribution::Bucketed { rounded, exact }
    }
}

impl Footer {
    /// `Mean    =       15.488, StdDeviation   =    10811.363]` and `Max     =       57.279, Total count    =     1547]`.
    fn take(&mut self, line: &str) {
        for pair in line.trim_end().trim_end_matches(']').split(',') {
            let Some((name, value)) = pair.split_once('=') else { continue };
            let value = value.trim().parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
            match name.trim() {
                "Mean" => self.mean = value,
                "Max" => self.max = value,
                "Total count" | "TotalCount" => self.count = value.and_then(crate::ingest::document::whole),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::Total;
    use crate::rollup::Rollup;

    fn read(text: &str, unit_ns: Option<f64>) -> Result<(Tally, Total), Error> {
        let input = Input::memory("f", text.as_bytes().to_vec()).unwrap();
        let settings = Settings { latency_unit_ns: unit_ns, ..Settings::default() };
        let mut rollup = Rollup::new();
        let tally = HdrPercentiles.read(&input, &settings, &mut rollup)?;
        let total = rollup.into_parts()[0].totals()[0].clone();
        Ok((tally, total))
    }

    const TABLE: &str = include_str!("../../../samples/hdr/percentiles/run.hgrm");

    #[test]
    fn counts_make_it_a_histogram() {
        let (tally, total) = read(TABLE, Some(1e6)).unwrap();
        assert_eq!((tally.rejected, tally.unfinished, total.requests, total.failures), (0, None, Some(1547), None));
        let Distribution::Bucketed { rounded, exact } = total.latency else { panic!("{total:?}") };
        assert_eq!((rounded.count(), exact.mean_us, exact.max_us), (1547, Some(15_488.0), Some(57_279.0)));
        let p99 = rounded.quantile_us(0.99).unwrap();
        assert!(exact.rounding_us.windows(2).all(|pair| pair[0].0 < pair[1].0), "{:?}", exact.rounding_us);
        assert!(p99 < 57_279.0 && p99 > 30_000.0, "{p99}");
    }

    #[test]
    fn a_unit_in_the_header_is_taken_and_else_asked_for() {
        let rows = "  Percentile  TotalCount  1/(1-Percentile)\n0.5 0.0 0 1.0\n0.7 0.5 9 2.0\n0.9 1.0 10 10000000.0\n";
        let (_, total) = read(&format!("Value(ms){rows}"), None).unwrap();
        let Distribution::Bucketed { exact, .. } = total.latency else { panic!("{total:?}") };
        assert_eq!((exact.n, exact.min_us, exact.max_us), (Some(10), Some(500.0), Some(900.0)));
        assert!(read(&format!("Value{rows}"), None).unwrap_err().hint.unwrap().contains("inputs.latency_unit"));
    }

    #[test]
    fn a_table_ends_with_all_values() {
        let cut = |until: &str| read(&TABLE[..TABLE.find(until).unwrap()], Some(1e6)).unwrap().0.unfinished;
        assert!(cut("      52.479").unwrap().contains("not that of all values"));
        assert!(cut(", TotalCount     =     1547").unwrap().contains("below its rows"));
        assert!(cut("#[Max").unwrap().contains("below its rows"));
    }

    #[test]
    fn rows_that_fall_are_refused_and_missing_ones_noticed() {
        let head = "Value Percentile TotalCount 1/(1-Percentile)\n";
        let (tally, total) =
            read(&format!("{head}1 0.5 5 2\n0.5 0.6 6 2.5\n2 0.7 x 3\n3 0.8 8 5\n"), Some(1e6)).unwrap();
        assert_eq!((tally.used, tally.rejected, total.requests), (2, 2, Some(8)));
        let (tally, _) = read(&format!("{head}1 0.5 5 2\n#[Max = 9, Total count = 10]\n"), Some(1e6)).unwrap();
        assert!(tally.unfinished.is_some());
    }
}

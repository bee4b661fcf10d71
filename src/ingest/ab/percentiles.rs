//! `ab -e FILE`: the time within which each percent of the requests was served, 0 and 100 being the extremes.
//!
//! Of few requests ab reads the highest percentiles from behind the end of its list: of 50 or fewer the 99th, of 25 the 98th. What
//! stands there is no time of the run. The file does not say how many there were, so a figure among the highest that stands
//! in no order is left out where the times are so few.

use super::{FAILURES_UNKNOWN, TOOL};
use crate::error::Error;
use crate::ingest::own::cell_text::Refusal;
use crate::ingest::printed::{amount, each_row, nothing_known};
use crate::ingest::rows::Rows;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::sample::{Fact, LoadModel, Total};

const DEFINITION: &str = "ab: the value at place n·p, rounded to the nearest, of the sorted times";

/// Percentiles between the extremes, of which ab prints each.
const ROWS: usize = 99;

/// Reads `ab -e FILE`.
pub struct AbPercentiles;

impl Adapter for AbPercentiles {
    fn name(&self) -> &'static str {
        "ab_percentiles"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "ab's percentiles, `ab -e FILE`: the time within which each percent was served"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if head.first_line().starts_with(b"Percentage served,Time in ms") {
            Sniff::yes("the header of `ab -e`: Percentage served, Time in ms")
        } else {
            Sniff::no("the header is not Percentage served,Time in ms")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut quoted = Quoted { definition: DEFINITION.to_owned(), ..Quoted::default() };
        let mut tally = each_row(input, Rows::open(input, b',')?, settings, |row| {
            let (percent, us) = (amount(row, 0)?, amount(row, 1)? * 1e3);
            match percent {
                0.0 => quoted.min_us = Some(us),
                100.0 => quoted.max_us = Some(us),
                percent if percent < 100.0 => quoted.quantiles.push((percent / 100.0, us)),
                _ => return Err(Refusal::at(0, format!("should be a percentage up to 100, found {percent}"))),
            }
            Ok(())
        })?;
        quoted.quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        let behind = leave_out_what_is_behind_the_end(&mut quoted);
        if behind > 0 {
            let figures = crate::fmt::plural(behind, "percentile is", "percentiles are");
            tally.note(format!("{figures} left out: of so few requests ab reads them from behind the end of its list"));
        }
        if quoted.max_us.is_none() && tally.unfinished.is_none() {
            tally.unfinished = Some("the row of 100 percent is missing".to_owned());
        }
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        sink.fact(part, Fact::FailuresUnknown(FAILURES_UNKNOWN.to_owned()));
        if tally.used > 0 {
            sink.total(part, Total { latency: Distribution::Quoted(quoted), ..nothing_known(None) });
        }
        Ok(tally)
    }
}

/// Takes percentiles out that ab may have read from behind its list and that no request had; how many.
fn leave_out_what_is_behind_the_end(quoted: &mut Quoted) -> u64 {
    let Some(most) = quoted.max_us.filter(|_| quoted.quantiles.len() >= ROWS) else { return 0 };
    // As many requests at least as there are different times below the median, where ab never reads too far.
    let mut least_requests = 1.0;
    let lower = quoted.quantiles.iter().filter(|(p, _)| *p < 0.5).map(|(_, us)| *us);
    let mut before = quoted.min_us.unwrap_or(0.0);
    for us in lower {
        least_requests += f64::from(us > before);
        before = before.max(us);
    }
    let (mut highest, mut left) = (0.0_f64, 0);
    quoted.quantiles.retain(|(p, us)| {
        // ab's place is half a request further than p of them.
        let may_be_behind = least_requests * (1.0 - p) <= 0.5;
        if may_be_behind && (*us > most || *us < highest) {
            left += 1;
            return false;
        }
        highest = highest.max(*us);
        true
    });
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::own::recording::Recording;

    fn read(text: &str) -> (Quoted, Tally) {
        let mut sink = Recording::default();
        let input = Input::memory("ab", text.as_bytes()).unwrap();
        let tally = AbPercentiles.read(&input, &Settings::default(), &mut sink).unwrap();
        let Distribution::Quoted(quoted) = sink.totals[0].1.latency.clone() else { panic!("{:?}", sink.totals) };
        (quoted, tally)
    }

    /// Of 20 requests ab printed 0.257 ms as the 98th and 99th percentile, below the 97th, and was said to contradict itself.
    #[test]
    fn percentiles_from_behind_the_list_are_left_out() {
        let (quoted, tally) = read(&std::fs::read_to_string("samples/ab/few/percentiles.csv").unwrap());
        assert_eq!((quoted.quantiles.len(), tally.notes.len()), (97, 1));
        // Of one, ab reads the upper half from there.
        let time = |p: i32| if (50..100).contains(&p) { 0.257 } else { 0.163 };
        let one: Vec<String> = (0..=100).map(|p| format!("{p},{}\n", time(p))).collect();
        let (quoted, _) = read(&format!("Percentage served,Time in ms\n{}", one.concat()));
        assert_eq!((quoted.quantiles.len(), quoted.max_us), (49, Some(163.0)));
        // Of 600 none is behind the end, and what stands in no order was edited.
        let many = std::fs::read_to_string("samples/ab/forms/percentiles.csv").unwrap();
        let last = many.lines().find(|line| line.starts_with("99,")).unwrap();
        let (quoted, tally) = read(&many.replace(last, "99,0.001"));
        assert_eq!((quoted.quantiles.len(), tally.notes.len()), (99, 0));
    }
}

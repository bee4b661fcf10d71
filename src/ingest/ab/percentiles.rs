//! `ab -e FILE`: the time within which each percent of the requests was served, 0 and 100 being the extremes.

use super::{FAILURES_UNKNOWN, TOOL};
use crate::error::Error;
use crate::ingest::own::cell_text::Refusal;
use crate::ingest::printed::{amount, each_row, nothing_known};
use crate::ingest::rows::Rows;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::sample::{Fact, LoadModel, Total};

const DEFINITION: &str = "ab: the value at place n·p, rounded to the nearest, of the sorted times";

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

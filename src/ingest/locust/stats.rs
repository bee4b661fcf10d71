//! `PREFIX_stats.csv`: one row for each request name, the sum over all last.

use super::quote::{Columns, quantiles_ms};
use super::table::{Column, Heading, Subject, each_row, header_has, percentiles};
use super::{STALE, TOOL};
use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::sample::{Fact, LoadModel};

/// Reads `PREFIX_stats.csv`.
pub struct Stats;

impl Adapter for Stats {
    fn name(&self) -> &'static str {
        "locust_stats"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "Locust's totals, PREFIX_stats.csv of --csv PREFIX"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let named = header_has(head, &["Type", "Name"]);
        let counted =
            header_has(head, &["Request Count", "Failure Count"]) || header_has(head, &["# requests", "# failures"]);
        if named && counted && !header_has(head, &["Timestamp"]) {
            Sniff::yes("the columns of Locust's stats.csv")
        } else {
            Sniff::no("no header with Type, Name, Request Count and Failure Count")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (rows, heading) = Heading::open(input)?;
        Column::require(&heading, &["Name"], input)?;
        Column::require(&heading, &["Request Count", "# requests"], input)?;
        let (subject, columns) = (Subject::find(&heading), Columns::find(&heading));
        let rate = Column::find(&heading, &["Requests/s"]);
        let percentiles = percentiles(&heading);
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        let mut summed = false;
        let mut tally = each_row(input, rows, settings, |row| {
            let endpoint = subject.endpoint(row);
            let quantiles = quantiles_ms(&percentiles, row)?;
            let rate_per_s = rate.amount(row)?;
            summed |= endpoint.is_none();
            let mut total = columns.read(row)?.total(endpoint, &quantiles);
            total.rate_per_s = rate_per_s;
            sink.total(part, total);
            Ok(())
        })?;
        tally.note(STALE);
        if !summed && tally.unfinished.is_none() {
            tally.unfinished = Some("the row of Locust's own sum is missing".to_owned());
        }
        Ok(tally)
    }
}

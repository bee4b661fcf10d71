//! `PREFIX_stats.csv`, before 1.0 `PREFIX_requests.csv`: one row for each request name, the sum over all last.

use super::quote::{Columns, counted_s, quantiles_ms};
use super::table::{Column, Heading, Subject, each_row, header_has, percentiles, unseen};
use super::{STALE, TOOL};
use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::distribution::Distribution;
use crate::model::sample::{Fact, LoadModel};

/// Reads `PREFIX_stats.csv`.
pub struct Stats;

/// Told of a table in which failures were counted apart.
const UNTIMED: &str = "Locust before 0.9 counts and times failed requests apart from `# requests`, of which there are fewer than failures";
/// Told of a table that may be either.
const AMONG: &str = "Locust before 0.9 counts failed requests apart from `# requests` and later versions among them; this table does not show which it is of, and they are taken to be among them";

/// Whether failed requests cannot be among the requests, because somewhere there are more of them.
fn failures_apart(input: &Input, columns: &Columns) -> Result<bool, Error> {
    let (rows, _) = Heading::open(&unseen(input))?;
    let mut apart = false;
    each_row(input, rows, &Settings::default(), |row| {
        apart |= columns.read(row).is_ok_and(|figures| figures.failures > figures.requests);
        Ok(())
    })?;
    Ok(apart)
}

impl Adapter for Stats {
    fn name(&self) -> &'static str {
        "locust_stats"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "Locust's totals, PREFIX_stats.csv of --csv PREFIX (before 1.0 PREFIX_requests.csv)"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let named =
            header_has(head, &["Type", "Name"]) || header_has(head, &["Method", "Name", "Median response time"]);
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
        let name = Column::require(&heading, &["Name"], input)?;
        Column::require(&heading, &["Request Count", "# requests"], input)?;
        let (subject, columns) = (Subject::find(&heading), Columns::find(&heading));
        let rate = Column::find(&heading, &["Requests/s"]);
        let percentiles = percentiles(&heading);
        // Up to 0.14 the table held whole numbers and no percentiles.
        let old = percentiles.is_empty();
        let apart = old && failures_apart(input, &columns)?;
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        let (mut summed, mut failed, mut aggregated, mut sum_s) = (false, false, false, None);
        let mut tally = each_row(input, rows, settings, |row| {
            let endpoint = subject.endpoint(row);
            let mut quantiles = quantiles_ms(&percentiles, row)?;
            let rate_per_s = rate.amount(row)?;
            summed |= endpoint.is_none();
            aggregated |= endpoint.is_none() && name.text(row) == "Aggregated";
            let figures = columns.read(row)?;
            failed |= figures.failures > 0;
            quantiles.extend(figures.median_ms.filter(|_| old).map(|ms| (0.5, ms)));
            let mut total = figures.total(endpoint, &quantiles);
            if old {
                total.bytes = None;
            }
            if apart {
                total.requests = Some(figures.requests.saturating_add(figures.failures));
                total.latency_ok = std::mem::replace(&mut total.latency, Distribution::Unknown(UNTIMED.to_owned()));
            }
            total.rate_per_s = rate_per_s.filter(|_| !apart);
            if total.endpoint.is_none() && !old {
                sum_s = counted_s(figures.requests, total.rate_per_s);
            }
            sink.total(part, total);
            Ok(())
        })?;
        if let Some(fact) = sum_s {
            sink.fact(part, fact);
        }
        if apart {
            tally.note(UNTIMED);
        } else if old && failed && !aggregated {
            // The sum has that name since 0.12, which counts them among the requests.
            sink.fact(part, Fact::Warning(AMONG.to_owned()));
        }
        if old {
            tally.note("response times are rounded to whole milliseconds");
        }
        tally.note(STALE);
        if !summed && tally.unfinished.is_none() {
            tally.unfinished = Some("the row of Locust's own sum is missing".to_owned());
        }
        Ok(tally)
    }
}

//! `PREFIX_distribution.csv` of Locust before 1.0: percentiles by request name, which later versions write into the stats.

use super::bucket;
use super::quote::{US_PER_MS, quantiles_ms, successes_unknown};
use super::table::{Column, Heading, each_row, endpoint, header_has, percentiles};
use super::{STALE, TOOL};
use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, LOCUST, Quoted};
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::{Fact, LoadModel, Total};

/// Reads `PREFIX_distribution.csv`.
pub struct Percentiles;

impl Adapter for Percentiles {
    fn name(&self) -> &'static str {
        "locust_distribution"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "percentiles of Locust before 1.0, PREFIX_distribution.csv of --csv PREFIX"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let counted = header_has(head, &["Name", "# requests", "50%", "100%"]);
        if counted && !header_has(head, &["# failures"]) {
            Sniff::yes("the columns of Locust's distribution.csv")
        } else {
            Sniff::no("no header with Name, # requests and percentiles alone")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (rows, heading) = Heading::open(input)?;
        let name = Column::require(&heading, &["Name"], input)?;
        let count = Column::require(&heading, &["# requests"], input)?;
        let percentiles = percentiles(&heading);
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        let mut summed = false;
        let mut tally = each_row(input, rows, settings, |row| {
            let timed = count.count(row)?;
            let quantiles = quantiles_ms(&percentiles, row)?;
            let endpoint = subject(&name.text(row));
            summed |= endpoint.is_none();
            // Of what was never answered the name stands without its method, and nothing else.
            if timed > 0 {
                sink.total(part, total(endpoint, timed, &quantiles));
            }
            Ok(())
        })?;
        tally.note(STALE);
        if !summed && tally.unfinished.is_none() {
            tally.unfinished = Some("the row of Locust's own sum is missing".to_owned());
        }
        Ok(tally)
    }
}

/// Method and name of `GET /a`; `None` for the sum over all.
fn subject(text: &str) -> Option<EndpointKey> {
    if matches!(text, "Total" | "None Total" | "Aggregated" | "None Aggregated") {
        return None;
    }
    let is_method = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let (method, name) = text.split_once(' ').filter(|(word, _)| is_method(word)).unwrap_or(("", text));
    Some(endpoint(method, name))
}

/// How many requests there were is the other file's to say: some versions count here only what did not fail.
fn total(endpoint: Option<EndpointKey>, timed: u64, quantiles_ms: &[(f64, f64)]) -> Total {
    let latency = Distribution::Quoted(Quoted {
        n: Some(timed),
        mean_us: None,
        min_us: None,
        max_us: None,
        // "100%" is the bucket of the maximum.
        quantiles: quantiles_ms.iter().filter(|(p, _)| *p < 1.0).map(|(p, ms)| (*p, ms * US_PER_MS)).collect(),
        definition: LOCUST.to_owned(),
        rounding_us: bucket::STEPS_US.to_vec(),
    });
    Total { latency, latency_ok: successes_unknown(), ..Total::of(Population::Request, endpoint) }
}

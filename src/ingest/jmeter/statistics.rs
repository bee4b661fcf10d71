//! The figures of JMeter's HTML dashboard, `statistics.json`: one object a label, and one for the total.

use super::TOOL;
use crate::error::Error;
use crate::ingest::scrub::without_queries;
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::{Fact, LoadModel, Total};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The key of the total; a label may be called so too, and then only the last object of that key is left in the file.
const TOTAL: &str = "Total";
const DEFINITION: &str = "JMeter's dashboard: interpolated at (n + 1) p, or by nearest rank, as its version has it";
const US_PER_MS: f64 = 1e3;

/// Reads `statistics.json`.
pub(in crate::ingest) struct JmeterStatistics;

/// One object, as JMeter names its members; times in milliseconds.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    sample_count: u64,
    error_count: u64,
    mean_res_time: Option<f64>,
    median_res_time: Option<f64>,
    min_res_time: Option<f64>,
    max_res_time: Option<f64>,
    pct1_res_time: Option<f64>,
    pct2_res_time: Option<f64>,
    pct3_res_time: Option<f64>,
    throughput: Option<f64>,
}

impl Adapter for JmeterStatistics {
    fn name(&self) -> &'static str {
        "jmeter_statistics"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "figures of JMeter's HTML dashboard, statistics.json: `jmeter -g FILE.jtl -o FOLDER`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        const MEMBERS: [&[u8]; 3] = [b"\"sampleCount\"", b"\"meanResTime\"", b"\"pct1ResTime\""];
        let object = head.bytes().trim_ascii_start().first() == Some(&b'{');
        if object && MEMBERS.iter().all(|member| head.contains(member)) {
            return Sniff::yes(
                "objects with sampleCount, meanResTime and pct1ResTime, as JMeter's dashboard writes them",
            );
        }
        Sniff::no("no object with sampleCount, meanResTime and pct1ResTime")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (bytes, unfinished) = input.document()?;
        let document: Map<String, Value> = serde_json::from_slice(&bytes).map_err(|error| {
            let what = if error.is_eof() { "breaks off" } else { "is not valid JSON" };
            Error::input(format!("the document {what}: {error}"))
                .at(input.place())
                .hint("the JTL beside the dashboard holds every sample, and survives a cut")
        })?;
        let mut tally = Tally { unfinished, ..Tally::default() };
        let part = sink.part(None);
        let (mut total, mut labels) = (None, 0_u64);
        for (label, value) in &document {
            let row = match row(value) {
                Ok(row) => row,
                Err(reason) => {
                    tally.reject(rejection(label, &reason, value));
                    continue;
                }
            };
            if label == TOTAL {
                total = Some(row.clone());
            } else {
                labels = labels.saturating_add(row.sample_count);
            }
            sink.total(part, row.total(label));
            tally.used();
        }
        tally.stop_if_strict(settings, input)?;
        if tally.used > 0 {
            sink.fact(part, Fact::Load(LoadModel::Closed));
            sink.fact(part, Fact::Remark(PERCENTILES.to_owned()));
        }
        for fact in total.iter().flat_map(|total| doubts(total, labels)) {
            sink.fact(part, fact);
        }
        Ok(tally)
    }
}

const PERCENTILES: &str = "JMeter's file does not name its percentiles: pct1, pct2 and pct3 are read as p90, p95 and p99, which \
                           holds unless aggregate_rpt_pct1 to 3 were set otherwise";

fn row(value: &Value) -> Result<Row, String> {
    let row = Row::deserialize(value).map_err(|error| error.to_string())?;
    let fits = |figure: Option<f64>| figure.is_none_or(|ms| ms.is_finite() && ms >= 0.0);
    let figures = [row.mean_res_time, row.median_res_time, row.min_res_time, row.max_res_time, row.throughput];
    let percentiles = [row.pct1_res_time, row.pct2_res_time, row.pct3_res_time];
    if !figures.into_iter().chain(percentiles).all(fits) {
        return Err("holds a figure below 0".to_owned());
    }
    if row.error_count > row.sample_count {
        return Err(format!("counts {} errors among {} samples", row.error_count, row.sample_count));
    }
    Ok(row)
}

impl Row {
    fn total(&self, label: &str) -> Total {
        let endpoint = (label != TOTAL).then(|| EndpointKey::new(None, &without_queries(label)));
        Total {
            requests: Some(self.sample_count),
            failures: Some(self.error_count),
            latency: self.latency(),
            latency_ok: match self.error_count {
                0 => self.latency(),
                _ => Distribution::Unknown("JMeter's dashboard does not time successes apart".to_owned()),
            },
            rate_per_s: self.throughput,
            ..Total::of(Population::Request, endpoint)
        }
    }

    fn latency(&self) -> Distribution {
        if self.sample_count == 0 {
            return Distribution::Unknown("no samples".to_owned());
        }
        let percentiles = [
            (0.5, self.median_res_time),
            (0.9, self.pct1_res_time),
            (0.95, self.pct2_res_time),
            (0.99, self.pct3_res_time),
        ];
        let micros = |ms: Option<f64>| ms.map(|ms| ms * US_PER_MS);
        Distribution::Quoted(Quoted {
            n: Some(self.sample_count),
            mean_us: micros(self.mean_res_time),
            min_us: micros(self.min_res_time),
            max_us: micros(self.max_res_time),
            quantiles: percentiles.into_iter().filter_map(|(p, ms)| Some((p, ms? * US_PER_MS))).collect(),
            definition: DEFINITION.to_owned(),
            rounding_us: Vec::new(),
        })
    }
}

/// What the total says about the whole: how long it ran, and what is counted in it.
fn doubts(total: &Row, labels: u64) -> Vec<Fact> {
    let mut facts = Vec::new();
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let seconds = total.throughput.filter(|rate| *rate > 0.0).map(|rate| total.sample_count as f64 / rate);
    if let Some(seconds) = seconds.filter(|seconds| seconds.is_finite()) {
        facts.push(Fact::DurationSeconds(seconds));
    }
    facts.push(if labels == total.sample_count {
        Fact::Remark(
            "JMeter's dashboard does not tell transaction controllers and redirects from requests; the JTL does".to_owned(),
        )
    } else {
        Fact::Warning(format!(
            "the labels add up to {labels} samples and JMeter's total to {}: transaction controllers stand among the labels, and \
             the file does not say which they are; the JTL does",
            total.sample_count
        ))
    });
    facts
}

fn rejection(label: &str, reason: &str, value: &Value) -> Rejection {
    Rejection {
        byte: 0,
        line: 1,
        field: Some(without_queries(label).into_owned()),
        reason: without_queries(&format!("the object of this label {reason}")).into_owned(),
        excerpt: without_queries(&crate::fmt::excerpt(value.to_string().as_bytes())).into_owned(),
    }
}

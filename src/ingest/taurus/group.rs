//! One label's figures in Taurus's final stats.

use crate::ingest::implied::sum_differs;
use crate::ingest::scrub::without_queries;
use crate::ingest::{PartId, Sink};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::{Fact, Fault, Total};

pub(super) const TOOL: &str = "Taurus";
const DEFINITION: &str = "Taurus: HdrHistogram with 3 significant digits over whole milliseconds";
const US_PER_S: f64 = 1e6;

/// A Group is one label's figures, in Taurus's units.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Group {
    /// Empty for the total.
    pub(super) label: String,
    /// Samples, which Taurus calls throughput.
    pub(super) samples: Option<u64>,
    pub(super) succeeded: Option<u64>,
    pub(super) failed: Option<u64>,
    pub(super) mean_s: Option<f64>,
    pub(super) bytes: Option<u64>,
    pub(super) concurrency: Option<f64>,
    /// (p, seconds) as printed.
    pub(super) percentiles: Vec<(f64, f64)>,
    /// (response code, how often).
    pub(super) codes: Vec<(String, u64)>,
}

/// A figure's name and text, as either form writes it: `avg_rt`, `perc_95.0` or `perc` with a parameter, `rc_200`.
pub(super) struct Figure<'a> {
    pub(super) name: &'a str,
    pub(super) parameter: &'a str,
    pub(super) value: &'a str,
}

impl Group {
    /// Takes a figure; an empty one is one that Taurus does not have.
    ///
    /// # Errors
    /// The figure's name, and what is wrong with it.
    pub(super) fn take(&mut self, figure: &Figure<'_>) -> Result<(), (String, String)> {
        let (name, value) = (figure.name, figure.value.trim());
        if value.is_empty() {
            return Ok(());
        }
        let field = if figure.parameter.is_empty() { name.to_owned() } else { format!("{name} {}", figure.parameter) };
        let wrong = |wanted: &str| {
            let found = crate::fmt::excerpt(value.as_bytes());
            (field.clone(), format!("`{}` should be {wanted}, found `{found}`", crate::fmt::plain(&field)))
        };
        let count = || value.parse::<u64>().map_err(|_| wrong("a whole number"));
        let amount = || {
            let number = value.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
            number.ok_or_else(|| wrong("a number that is not negative"))
        };
        match name {
            "throughput" => self.samples = Some(count()?),
            "succ" => self.succeeded = Some(count()?),
            "fail" => self.failed = Some(count()?),
            "bytes" => self.bytes = Some(count()?),
            "avg_rt" => self.mean_s = Some(amount()?),
            "concurrency" => self.concurrency = Some(amount()?),
            "perc" => {
                // Shifting the point in the text gives the very float that people mean: 99.9 / 100 does not.
                let p = format!("{}e-2", figure.parameter).parse::<f64>().ok().filter(|p| (0.0..=1.0).contains(p));
                let p = p.ok_or_else(|| wrong("of a percentile from 0 to 100"))?;
                self.percentiles.push((p, amount()?));
            }
            "rc" => self.codes.push((figure.parameter.to_owned(), count()?)),
            _ => {}
        }
        Ok(())
    }

    /// Tells the figures; refuses a group without a count, or with one that contradicts itself.
    ///
    /// # Errors
    /// What is missing or contradicted.
    pub(super) fn tell(mut self, part: PartId, sink: &mut dyn Sink) -> Result<(), (String, String)> {
        let samples = self.samples.or(self.succeeded.zip(self.failed).and_then(|(ok, failed)| ok.checked_add(failed)));
        let Some(samples) = samples else {
            return Err(("throughput".to_owned(), "has no count of samples".to_owned()));
        };
        if let (Some(ok), Some(failed)) = (self.succeeded, self.failed)
            && ok.checked_add(failed) != Some(samples)
        {
            let reason = format!("counts {samples} samples, of which {ok} succeeded and {failed} failed");
            return Err(("throughput".to_owned(), reason));
        }
        self.percentiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        let endpoint = (!self.label.is_empty()).then(|| EndpointKey::new(None, &without_queries(&self.label)));
        let failures = self.failed.or(self.succeeded.and_then(|ok| samples.checked_sub(ok)));
        match &endpoint {
            None => self.tell_whole(part, sink),
            Some(endpoint) => self.tell_codes(endpoint, part, sink),
        }
        let coded = self.codes.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        if let Some(doubt) = sum_differs("its response codes", coded, "its `throughput`", samples).filter(|_| coded > 0)
        {
            sink.fact(part, doubt);
        }
        let latency = self.latency(samples);
        sink.total(
            part,
            Total {
                requests: Some(samples),
                failures,
                latency_ok: match failures {
                    Some(0) => latency.clone(),
                    _ => Distribution::Unknown("Taurus does not time successes apart".to_owned()),
                },
                latency,
                bytes: self.bytes,
                ..Total::of(Population::Request, endpoint)
            },
        );
        Ok(())
    }

    fn latency(&self, samples: u64) -> Distribution {
        if samples == 0 {
            return Distribution::Unknown("no samples".to_owned());
        }
        let at = |wanted: f64| {
            let found = self.percentiles.iter().find(|(p, _)| (p - wanted).abs() < 1e-9);
            found.map(|(_, seconds)| seconds * US_PER_S)
        };
        let inner = self.percentiles.iter().filter(|(p, _)| *p > 0.0 && *p < 1.0);
        Distribution::Quoted(Quoted {
            n: Some(samples),
            mean_us: self.mean_s.map(|seconds| seconds * US_PER_S),
            min_us: at(0.0),
            max_us: at(1.0),
            quantiles: inner.map(|(p, seconds)| (*p, seconds * US_PER_S)).collect(),
            definition: DEFINITION.to_owned(),
            rounding_us: Vec::new(),
        })
    }

    fn tell_whole(&self, part: PartId, sink: &mut dyn Sink) {
        if let Some(users) = self.concurrency.filter(|users| *users > 0.0) {
            sink.fact(part, Fact::Users(users));
        }
        sink.fact(part, Fact::Warning(COUNTED_TWICE.to_owned()));
    }

    fn tell_codes(&self, endpoint: &EndpointKey, part: PartId, sink: &mut dyn Sink) {
        let failed = |code: &str| code.parse::<u16>().is_ok_and(|code| code >= 400);
        for (code, count) in self.codes.iter().filter(|(code, count)| *count > 0 && failed(code)) {
            let text = format!("HTTP {code}");
            sink.fault(part, Fault { endpoint: Some(endpoint.clone()), text, count: *count, of_requests: true });
        }
    }
}

const COUNTED_TWICE: &str = "Taurus counts JMeter's transaction controllers like requests, as labels and in the total, and does \
                             not say which they are: where a test plan has them, its requests are counted twice; JMeter's kpi.jtl \
                             tells them apart";

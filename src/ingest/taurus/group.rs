//! One label's figures in Taurus's final stats, and those of all together.
//!
//! Taurus runs other tools, and has of each what it tells: ab gives it neither codes nor failures, siege no failures. Which
//! tool ran a label it does not say. Of JMeter, which alone has transactions, it has a latency; and where it has one the
//! count of failures is the tool's own verdict, which may hold a 404 for right.

use crate::fmt::plural;
use crate::ingest::implied::sum_differs;
use crate::ingest::scrub::without_queries;
use crate::ingest::{PartId, Settings, Sink};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::{Fact, Fault, Total};

pub(super) const TOOL: &str = "Taurus";
const DEFINITION: &str = "Taurus: HdrHistogram with 3 significant digits over whole milliseconds";
const US_PER_S: f64 = 1e6;
/// Step of its means.
const MEAN_STEP_S: f64 = 1e-5;

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
    /// Of all samples up to the first byte.
    pub(super) wait_s: Option<f64>,
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
            "avg_lt" => self.wait_s = Some(amount()?),
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

    /// Its samples; refuses a group without a count, or with one that contradicts itself.
    ///
    /// # Errors
    /// What is missing or contradicted.
    fn count(&self) -> Result<u64, (String, String)> {
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
        Ok(samples)
    }

    fn endpoint(&self) -> Option<EndpointKey> {
        (!self.label.is_empty()).then(|| EndpointKey::new(None, &without_queries(&self.label)))
    }

    /// How many answers have a code.
    fn coded(&self) -> u64 {
        self.codes.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Codes from 400 on that are not declared right.
    fn bad_codes<'a>(&'a self, settings: &'a Settings) -> impl Iterator<Item = &'a (String, u64)> {
        let endpoint = self.endpoint();
        self.codes.iter().filter(move |(code, count)| {
            let code = code.parse::<u16>().ok().filter(|code| *code >= 400);
            let is_right = |code| endpoint.as_ref().is_some_and(|endpoint| settings.is_right(code, endpoint));
            *count > 0 && code.is_some_and(|code| !is_right(code))
        })
    }

    fn bad(&self, settings: &Settings) -> u64 {
        self.bad_codes(settings).fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    fn failures(&self, samples: u64) -> Option<u64> {
        self.failed.or(self.succeeded.and_then(|ok| samples.checked_sub(ok)))
    }

    /// Whether its mean is written as zero and is not: of what one tool gives it Taurus makes percentiles and no mean.
    fn lacks_mean(&self) -> bool {
        let is_above = |(p, seconds): &(f64, f64)| (1.0 - p) * seconds > MEAN_STEP_S;
        self.mean_s == Some(0.0) && self.percentiles.iter().any(is_above)
    }

    fn tell(&self, samples: u64, failures: Option<u64>, part: PartId, sink: &mut dyn Sink) {
        let endpoint = self.endpoint();
        if let Some(users) = self.concurrency.filter(|users| endpoint.is_none() && *users > 0.0) {
            sink.fact(part, Fact::Users(users));
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
}

/// Groups are all labels' figures: what the total lacks its labels show.
#[derive(Debug, Default)]
pub(super) struct Groups(Vec<(u64, Group)>);

impl Groups {
    /// Adds a label's figures; refuses those without a count, or with one that contradicts itself.
    ///
    /// # Errors
    /// What is missing or contradicted.
    pub(super) fn add(&mut self, mut group: Group) -> Result<(), (String, String)> {
        let samples = group.count()?;
        group.percentiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.0.push((samples, group));
        Ok(())
    }

    /// Tells them all.
    pub(super) fn tell(mut self, settings: &Settings, part: PartId, sink: &mut dyn Sink) {
        let labels = || self.0.iter().filter(|(_, group)| !group.label.is_empty());
        let waits = || self.0.iter().filter_map(|(_, group)| group.wait_s);
        let is_judged = waits().count() == 0 || waits().any(|seconds| seconds > 0.0);
        let uncoded = labels().filter(|(_, group)| group.coded() == 0).map(|(samples, _)| *samples);
        let uncoded = uncoded.fold(0_u64, u64::saturating_add);
        let more = |(samples, group): &(u64, Group)| {
            let failures = group.failures(*samples).filter(|_| !is_judged);
            failures.map_or(0, |failures| group.bad(settings).saturating_sub(failures))
        };
        let more: u64 = labels().map(more).fold(0, u64::saturating_add);
        let without: Vec<String> = labels()
            .filter_map(|(_, group)| group.endpoint().filter(|_| group.lacks_mean()))
            .map(|key| key.name)
            .collect();
        for (samples, group) in &mut self.0 {
            let endpoint = group.endpoint();
            if group.lacks_mean() || (endpoint.is_none() && !without.is_empty()) {
                group.mean_s = None;
            }
            let coded = group.coded();
            let wanted = if endpoint.is_none() { samples.saturating_sub(uncoded) } else { *samples };
            let doubt = sum_differs("its response codes", coded, "its `throughput`", wanted).filter(|_| coded > 0);
            if let Some(doubt) = doubt {
                sink.fact(part, doubt);
            }
            let own = group.failures(*samples);
            let bad = group.bad(settings);
            let failures = match &endpoint {
                None => own.map(|own| own.saturating_add(more).min(*samples)),
                Some(_) if is_judged => own,
                Some(_) => own.map(|own| own.max(bad)),
            };
            // More bad codes than failures: the tool held some for right, and which is not known.
            if let (Some(endpoint), true) = (&endpoint, failures.is_none_or(|failures| bad <= failures)) {
                for (code, count) in group.bad_codes(settings) {
                    let (endpoint, text) = (Some(endpoint.clone()), format!("HTTP {code}"));
                    sink.fault(part, Fault { endpoint, text, count: *count, of_requests: true });
                }
            }
            group.tell(*samples, failures, part, sink);
        }
        if is_judged {
            sink.fact(part, Fact::Warning(COUNTED_TWICE.to_owned()));
        }
        if more > 0 {
            let answers = plural(more, "answer", "answers");
            let said =
                format!("{answers} with a status from 400 on failed here; Taurus counts them among the successes");
            sink.fact(part, Fact::Remark(said));
        }
        if !without.is_empty() {
            let labels = crate::fmt::listed(&without);
            let said = format!(
                "Taurus writes 0 s for the mean of {labels}, whose percentiles are above it: so neither it nor that of the total is known"
            );
            sink.fact(part, Fact::Remark(said));
        }
    }
}

const COUNTED_TWICE: &str = "Taurus counts JMeter's transaction controllers like requests, as labels and in the total, and does \
                             not say which they are: where a test plan has them, its requests are counted twice; JMeter's kpi.jtl \
                             tells them apart";

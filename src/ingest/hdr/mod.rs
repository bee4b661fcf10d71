//! What `HdrHistogram`'s libraries write, in whatever tool they are: interval logs (`.hlog`) and tables of percentiles
//! (`.hgrm`).
//!
//! Both are exact counts in buckets of known width, so any percentile can be had from them and shards can be added. Neither
//! says in what unit its values are, unless the tool added it to the header: that is asked for. Nor do they tell failures
//! from successes.

mod log;
mod percentiles;

pub use log::HdrLog;
pub use percentiles::HdrPercentiles;

use super::{Input, Settings};
use crate::error::Error;
use crate::model::distribution::Distribution;
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::Total;

/// The tool as people write it.
const TOOL: &str = "HdrHistogram";
/// Why failures are unknown.
const NO_FAILURES: &str = "a histogram counts times and not how requests ended";

/// Nanoseconds in the unit of the values.
///
/// # Errors
/// Neither the file nor the user says it.
fn unit_ns(stated: Option<f64>, input: &Input, settings: &Settings) -> Result<f64, Error> {
    stated.or(settings.latency_unit_ns).ok_or_else(|| {
        Error::input("does not say in what unit its values are")
            .at(input.place())
            .hint("set inputs.latency_unit = \"us\" (or \"ms\", \"s\", \"ns\")")
    })
}

/// Nanoseconds as a whole number; times beyond 292 years stand at that.
fn whole_ns(value: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of a float saturates, and latencies are not negative"
    )]
    {
        value.round() as u64
    }
}

fn total(endpoint: Option<EndpointKey>, requests: u64, latency: Distribution) -> Total {
    Total {
        requests: Some(requests),
        latency,
        latency_ok: Distribution::Unknown(NO_FAILURES.to_owned()),
        ..Total::of(Population::Request, endpoint)
    }
}

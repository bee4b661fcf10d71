//! What Artillery 2 counted and timed in the whole run, or in ten seconds of it.

use crate::ingest::document::{self, Object};
use crate::unit::Span;
use serde::Deserialize;

/// The whole run, or ten seconds of it. Instants are in unix milliseconds.
#[derive(Deserialize)]
pub(super) struct Period {
    #[serde(default)]
    pub(super) counters: Object,
    #[serde(default)]
    rates: Object,
    #[serde(default)]
    pub(super) summaries: Object,
    #[serde(rename = "firstMetricAt")]
    first_metric_at: Option<f64>,
    #[serde(rename = "lastMetricAt")]
    last_metric_at: Option<f64>,
    #[serde(rename = "firstCounterAt")]
    first_counter_at: Option<f64>,
    #[serde(rename = "lastCounterAt")]
    last_counter_at: Option<f64>,
}

impl Period {
    /// Development versions of 2.0 put the engine, or `core`, before a name: `engine.http.codes.200`.
    pub(super) fn named_as_today(self) -> Self {
        let today =
            |figures: Object| figures.into_iter().map(|(name, value)| (today(&name).to_owned(), value)).collect();
        Self { counters: today(self.counters), rates: today(self.rates), summaries: today(self.summaries), ..self }
    }

    pub(super) fn span(&self) -> Option<Span> {
        let at = |ms: Option<f64>| document::unix_ms(ms?);
        let start = at(self.first_metric_at.or(self.first_counter_at))?;
        let end = at(self.last_metric_at.or(self.last_counter_at))?;
        (start <= end).then_some(Span { start, end })
    }

    pub(super) fn rate_per_s(&self) -> Option<f64> {
        document::amount(self.rates.get("http.request_rate")?)
    }

    pub(super) fn summary(&self, name: &str) -> Option<&Object> {
        self.summaries.get(name)?.as_object()
    }
}

/// A figure's name as it has been since 2.0.
fn today(name: &str) -> &str {
    let http = name.strip_prefix("engine.").filter(|rest| rest.starts_with("http."));
    let users = name.strip_prefix("core.").filter(|rest| rest.starts_with("vusers."));
    match http.or(users) {
        Some("vusers.created.total") => "vusers.created",
        Some(known) => known,
        None => name,
    }
}

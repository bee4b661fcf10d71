//! What Artillery 2 counted and timed in the whole run, or in ten seconds of it.

use crate::ingest::document::{self, Object};
use crate::unit::{Span, Timestamp};
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

    /// The first instant and the last that it states.
    pub(super) fn ends(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let at = |ms: Option<f64>| document::unix_ms(ms?);
        (at(self.first_metric_at.or(self.first_counter_at)), at(self.last_metric_at.or(self.last_counter_at)))
    }

    pub(super) fn span(&self) -> Option<Span> {
        let (start, end) = self.ends();
        let (start, end) = start.zip(end)?;
        (start <= end).then_some(Span { start, end })
    }

    /// Its counters that are counts, by name.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counters.iter().filter_map(|(name, count)| Some((name.as_str(), document::count(count)?)))
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

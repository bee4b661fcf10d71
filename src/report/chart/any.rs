//! The kinds of charts as one, as a report holds them.

use super::{HistoryChart, StripChart, TailChart, TimeChart, Words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A Chart is any of the kinds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Chart {
    /// Series over windows.
    Time(TimeChart),
    /// Monitors over time.
    Strips(StripChart),
    /// Percentile curves.
    Tail(TailChart),
    /// Figures over runs.
    History(HistoryChart),
}

impl Chart {
    /// Heading, alternative text and caption.
    #[must_use]
    pub fn words(&self) -> &Words {
        match self {
            Self::Time(chart) => &chart.words,
            Self::Strips(chart) => &chart.words,
            Self::Tail(chart) => &chart.words,
            Self::History(chart) => &chart.words,
        }
    }
}

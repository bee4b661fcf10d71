//! Monitors: quantities with instants of their own, one strip each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LegendEntry, MIN_POINTS, Phase, Quantity, Words};

/// One monitored quantity over time, in a low strip of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Strip {
    /// Name of the quantity as people say it ("CPU"), or its column's name.
    pub name: String,
    /// What is said beside the name: the figure that matters ("mean 41 %, max 96 %").
    pub note: String,
    /// How its numbers are written.
    pub quantity: Quantity,
    /// Capacity, where one is known: 1 for a share, the pool's size for its connections. The top of the strip.
    pub capacity: Option<f64>,
    /// When, in seconds since the test began, ascending.
    pub at_s: Vec<f64>,
    /// One for each instant.
    pub values: Vec<Option<f64>>,
    /// Stretches in which it was saturated: `[from, to]` in seconds.
    pub saturated: Vec<[f64; 2]>,
}

/// Monitors over the time of a test, one strip each, on the same time axis as the [`TimeChart`](super::TimeChart)s of the group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StripChart {
    /// Heading, alternative text, caption.
    #[serde(flatten)]
    pub words: Words,
    /// The charts of one group share the crosshair.
    pub group: String,
    /// Left edge, seconds since the test began.
    pub from_s: f64,
    /// Right edge.
    pub to_s: f64,
    /// Named stretches.
    pub phases: Vec<Phase>,
    /// From top to bottom.
    pub strips: Vec<Strip>,
}

impl StripChart {
    /// Whether any strip holds enough for a picture.
    #[must_use]
    pub fn is_drawable(&self) -> bool {
        self.strips.iter().any(|strip| strip.values.iter().flatten().count() >= MIN_POINTS)
    }

    /// The legend: only what the strips do not say themselves.
    #[must_use]
    pub fn legend(&self) -> Vec<LegendEntry> {
        let hot = self.strips.iter().any(|strip| !strip.saturated.is_empty());
        let phases = self.phases.iter().filter(|p| p.shaded);
        hot.then(|| LegendEntry::new("saturated", "hot", None))
            .into_iter()
            .chain(phases.map(|p| LegendEntry::new(&p.name, "phase", None)))
            .collect()
    }
}

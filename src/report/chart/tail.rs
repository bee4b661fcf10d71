//! The percentile curve.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Axis, LegendEntry, Limit, MIN_POINTS, Tone, Words};

/// One percentile of a [`TailCurve`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TailPoint {
    /// Rank, 0 to below 1.
    pub rank: f64,
    /// The percentile.
    pub value: f64,
    /// Its 95 % interval, where one can exist.
    pub interval: Option<[f64; 2]>,
}

/// The percentiles of one population.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TailCurve {
    /// Whose ("this run", "baseline v3.1").
    pub name: String,
    /// [`Tone::Base`] is drawn dashed.
    pub tone: Tone,
    /// Ascending in rank. It ends where fewer than 10 samples remain above: the caller cuts it at `1 - 10/n`.
    pub points: Vec<TailPoint>,
}

/// Percentile curves on an axis that gives each further nine the same width, so that the tail can be seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TailChart {
    /// Heading, alternative text, caption.
    #[serde(flatten)]
    pub words: Words,
    /// The axis of the percentiles' values.
    pub axis: Axis,
    /// Limits on a percentile: a line across.
    pub limits: Vec<Limit>,
    /// The first is this run.
    pub curves: Vec<TailCurve>,
}

impl TailChart {
    /// The rank of the last point that `n` samples can bear: 10 must remain above. `None` below 20 samples, where not even
    /// the median has ten above it.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count of requests as a divisor")]
    pub fn last_rank(n: u64) -> Option<f64> {
        (n >= 20).then(|| 1.0 - 10.0 / n as f64)
    }

    /// Whether a curve holds enough for a picture.
    #[must_use]
    pub fn is_drawable(&self) -> bool {
        self.curves.first().is_some_and(|curve| curve.points.len() >= MIN_POINTS)
    }

    /// The legend.
    #[must_use]
    pub fn legend(&self) -> Vec<LegendEntry> {
        let mark = |curve: &TailCurve| {
            if curve.tone == Tone::Base { "dash" } else { "line" }
        };
        let curves = self.curves.iter().map(|c| LegendEntry::new(&c.name, mark(c), Some(c.tone)));
        let limits = self.limits.iter().map(|l| LegendEntry::new(&l.label, "limit", None));
        curves.chain(limits).collect()
    }
}

//! `[[criteria]]`: what is demanded, of what, and on which terms.

use super::limit::{Demand, Evidence, Phase};
use super::metric::Metric;
use super::schema::{Expected, TestKind, yes};
use super::value::{Day, Globs, Where};
use crate::quantity::{Quantity, Range};
use schemars::JsonSchema;
use serde::Deserialize;

/// `[[criteria]]`: what is demanded.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// A short name, unique in the file.
    pub id: String,
    /// Globs on tests; all where left out.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub test: Option<Globs>,
    /// Globs on endpoints' labels; the test's totals where left out.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub endpoint: Option<Globs>,
    /// Only tests with such a load.
    #[serde(default, rename = "where")]
    #[schemars(with = "Option<String>")]
    pub filter: Option<Where>,
    /// Only tests of these kinds.
    #[serde(default)]
    pub applies_to: Vec<TestKind>,
    /// What is limited.
    #[schemars(with = "String")]
    pub metric: Metric,
    /// Only requests that ended in this slice of the run, from its start.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub between: Option<Range>,
    /// Only the ramp or the steady part.
    #[serde(default)]
    pub phase: Option<Phase>,
    /// Breached only where it is missed without a break for so long.
    #[serde(default, rename = "for")]
    #[schemars(with = "Option<String>")]
    pub held_for: Option<Quantity>,
    /// Must hold in every stretch of the run of up to this length.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub within: Option<Quantity>,
    /// Must hold in every full stretch of the run of this length.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub over: Option<Quantity>,
    /// value < limit.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub below: Option<Quantity>,
    /// value ≤ limit.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub at_most: Option<Quantity>,
    /// value > limit.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub above: Option<Quantity>,
    /// value ≥ limit.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub at_least: Option<Quantity>,
    /// Outer limit of the warning band, as `below`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub warn_below: Option<Quantity>,
    /// Outer limit of the warning band, as `at_most`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub warn_at_most: Option<Quantity>,
    /// Outer limit of the warning band, as `above`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub warn_above: Option<Quantity>,
    /// Outer limit of the warning band, as `at_least`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub warn_at_least: Option<Quantity>,
    /// How much worse than the baseline it may be.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub worse_by_at_most: Option<Quantity>,
    /// Whether the figure counts or its interval.
    #[serde(default)]
    pub evidence: Option<Evidence>,
    /// Whether the suite stands and falls with it.
    #[serde(default = "yes")]
    pub critical: bool,
    /// How much it counts in scores.
    #[serde(default)]
    pub weight: Option<f64>,
    /// The group that it belongs to.
    #[serde(default)]
    pub group: Option<String>,
    /// What the team expects to see, which is not a limit.
    #[serde(default)]
    pub expected: Option<Expected>,
    /// Id of the requirement that it traces to.
    #[serde(default)]
    pub requirement: Option<String>,
    /// In the team's words.
    #[serde(default)]
    pub description: Option<String>,
    /// Why it does not apply.
    #[serde(default)]
    pub not_applicable: Option<String>,
    /// Who accepts its failure, and on which terms.
    #[serde(default)]
    pub waiver: Option<Waiver>,
    /// The demand of another tool's file, in place of the limits above.
    #[serde(skip)]
    pub imposed: Option<Demand>,
}

/// A failure that somebody accepts for a time.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Who.
    #[serde(default)]
    pub owner: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// Last day on which it holds, against the end of the newest judged run.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub expiry: Option<Day>,
    /// How bad the figure may be at most.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub ceiling: Option<Quantity>,
}

impl Criterion {
    /// A criterion that another tool's file imposes.
    #[must_use]
    pub fn imposed(id: String, metric: Metric, demand: Demand) -> Self {
        Self {
            id,
            test: None,
            endpoint: None,
            filter: None,
            applies_to: Vec::new(),
            metric,
            between: None,
            phase: None,
            held_for: None,
            within: None,
            over: None,
            below: None,
            at_most: None,
            above: None,
            at_least: None,
            warn_below: None,
            warn_at_most: None,
            warn_above: None,
            warn_at_least: None,
            worse_by_at_most: None,
            evidence: None,
            critical: true,
            weight: None,
            group: None,
            expected: None,
            requirement: None,
            description: None,
            not_applicable: None,
            waiver: None,
            imposed: Some(demand),
        }
    }
}

/// `[[waivers]]`: a waiver that stands apart from its criterion: for k6's thresholds and other tools' criteria too.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverRow {
    /// Globs on the ids of criteria.
    #[schemars(with = "String")]
    pub criterion: Globs,
    /// Globs on tests; all where left out.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub test: Option<Globs>,
    /// Who.
    #[serde(default)]
    pub owner: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// Last day on which it holds, against the end of the newest judged run.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub expiry: Option<Day>,
    /// How bad the figure may be at most.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub ceiling: Option<Quantity>,
}

impl WaiverRow {
    /// Its terms.
    #[must_use]
    pub fn terms(&self) -> Waiver {
        Waiver { owner: self.owner.clone(), reason: self.reason.clone(), expiry: self.expiry, ceiling: self.ceiling }
    }
}

//! `[[groups]]` and `[[grades]]`: criteria that are judged together, and words for figures.

use super::criterion::Criterion;
use super::limit::Side;
use super::metric::Metric;
use super::value::{Globs, Where};
use crate::quantity::Quantity;
use schemars::JsonSchema;
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

/// A Group is several criteria under one name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The name that criteria give as their `group`.
    pub id: String,
    /// In the team's words.
    #[serde(default)]
    pub title: Option<String>,
    /// How many of its criteria must hold.
    #[serde(default)]
    #[schemars(with = "String")]
    pub needs: Needs,
    /// Weighted score from which it passes; its criteria are then judged through the score.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub pass_score: Option<Quantity>,
    /// Weighted score from which it is a warning.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub warn_score: Option<Quantity>,
    /// Whether the suite stands and falls with it, where it is judged as one.
    #[serde(default = "super::schema::yes")]
    pub critical: bool,
}

impl Group {
    /// Whether its criteria are judged through it and not one by one.
    #[must_use]
    pub fn judges(&self) -> bool {
        self.needs != Needs::All || self.pass_score.is_some()
    }

    /// Whether a criterion belongs to it.
    #[must_use]
    pub fn holds(&self, criterion: &Criterion) -> bool {
        criterion.group.as_ref() == Some(&self.id)
    }
}

/// How many criteria of a group must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Needs {
    /// Every one: they are judged one by one.
    #[default]
    All,
    /// One is enough.
    Any,
    /// So many.
    AtLeast(usize),
}

impl<'de> Deserialize<'de> for Needs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(from)? {
            toml::Value::String(text) if text == "all" => Ok(Self::All),
            toml::Value::String(text) if text == "any" => Ok(Self::Any),
            toml::Value::Integer(count) if count > 0 => Ok(Self::AtLeast(usize::try_from(count).unwrap_or(usize::MAX))),
            other => Err(D::Error::custom(format!("`{other}` should be \"all\", \"any\" or a number such as 2"))),
        }
    }
}

/// A Grade gives figures a word. It decides nothing.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// A short name.
    pub id: String,
    /// What is graded.
    #[schemars(with = "String")]
    pub metric: Metric,
    /// Globs on tests; all where left out.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub test: Option<Globs>,
    /// Only tests with such a load.
    #[serde(default, rename = "where")]
    #[schemars(with = "Option<String>")]
    pub filter: Option<Where>,
    /// From best to worst or the other way round: the first whose limit holds gives the word.
    pub bands: Vec<Band>,
}

/// A Band is a word and for which figures it stands.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The word.
    pub word: String,
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
    /// How it is meant.
    pub state: BandState,
}

/// How a band is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BandState {
    /// Good.
    Pass,
    /// Not yet bad, or too good to be true.
    Warn,
    /// Bad.
    Fail,
}

impl Band {
    /// Its limits; none where it stands for everything that is left.
    #[must_use]
    pub fn limits(&self) -> Vec<(Side, Quantity)> {
        let given = [
            (Side::Below, self.below),
            (Side::AtMost, self.at_most),
            (Side::Above, self.above),
            (Side::AtLeast, self.at_least),
        ];
        given.into_iter().filter_map(|(side, quantity)| Some((side, quantity?))).collect()
    }
}

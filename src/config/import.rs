//! `[[import]]`: criteria that stand in other tools' files, taken as they are.

use super::metric::Metric;
use super::value::Globs;
use crate::borrowed::{Demands, Written, artillery, gatling, k6_options, taurus};
use crate::quantity::Quantity;
use crate::unit::Unit;
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// An Import is one file, or a list of criteria in another tool's words.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Import {
    /// The file, from the folder of plimsoll.toml; its content says whose criteria it holds.
    pub from: Option<String>,
    /// Criteria in Taurus's words.
    pub taurus: Vec<String>,
    /// Criteria in Gatling's words.
    pub gatling: Vec<String>,
    /// Criteria in Artillery's words.
    pub artillery: Vec<String>,
    /// Thresholds in k6's words, by metric.
    pub k6: BTreeMap<String, Vec<String>>,
    /// Globs on tests; all where left out.
    #[schemars(with = "Option<String>")]
    pub test: Option<Globs>,
    /// What a Keptn file calls an SLI and which metric that is.
    pub sli: BTreeMap<String, Sli>,
    /// Whether the suite stands and falls with them; a Keptn file says so itself.
    pub critical: Option<bool>,
}

/// Which metric an SLI is, and in which unit the file's numbers are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a metric such as \"latency.p95\", or { metric = \"latency.p95\", unit = \"ms\" }")]
pub enum Sli {
    /// In the unit that is usual: ms, %, per second.
    Metric(String),
    /// With the unit.
    InUnit {
        /// The metric.
        metric: String,
        /// `ms`, `s`, `%`, `/s`, `MB`, …
        unit: String,
    },
}

impl Sli {
    /// The metric, and how many of its base unit one of the file's numbers is.
    ///
    /// # Errors
    /// What is no metric, or no unit of its kind.
    pub fn metric(&self) -> Result<(Metric, f64), String> {
        let (name, unit) = match self {
            Self::Metric(name) => (name, None),
            Self::InUnit { metric, unit } => (metric, Some(unit.as_str())),
        };
        let metric = Metric::parse(name)?;
        let usual = match metric.unit() {
            Some(Unit::Micros) => "ms",
            Some(Unit::Ratio) => "%",
            Some(Unit::PerSecond) => "/s",
            _ => "",
        };
        let one = Quantity::parse(&format!("1{}", unit.unwrap_or(usual)))?;
        if metric.unit().is_some() {
            metric.limit(one)?;
        }
        Ok((metric, one.value))
    }
}

/// Criteria of another tool, read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The file, or `plimsoll.toml`.
    pub source: String,
    /// SHA-256 of the file; `None` where the criteria stand in plimsoll.toml.
    pub sha256: Option<String>,
    /// What it demands.
    pub demands: Demands,
    /// Globs on tests; all where left out.
    pub test: Option<Globs>,
    /// What a Keptn file calls an SLI and which metric that is.
    pub sli: BTreeMap<String, Sli>,
    /// Whether the suite stands and falls with them.
    pub critical: Option<bool>,
}

impl Import {
    /// The criteria that stand in the import itself, or the key with the first mistake.
    ///
    /// # Errors
    /// The key, and what is wrong.
    pub fn inline(&self) -> Result<Vec<Demands>, (&'static str, String)> {
        let mut found = Vec::new();
        if !self.taurus.is_empty() {
            let one = |text: &String| taurus::Criterion::parse(text).map(|read| Written::from_text(read, text));
            let read = self.taurus.iter().map(one).collect::<Result<_, _>>();
            found.push(Demands::Taurus(read.map_err(|why| ("taurus", why))?));
        }
        if !self.gatling.is_empty() {
            let one = |text: &String| {
                let read = gatling::Assertion::parse(text)?;
                Ok(Written::from_text(gatling::Stated::unjudged(read), text))
            };
            let read = self.gatling.iter().map(one).collect::<Result<_, _>>();
            found.push(Demands::Gatling(read.map_err(|why| ("gatling", why))?));
        }
        if !self.artillery.is_empty() {
            let one = |text: &String| artillery::Check::parse(text).map(|read| Written::from_text(read, text));
            let read = self.artillery.iter().map(one).collect::<Result<_, _>>();
            found.push(Demands::Artillery(read.map_err(|why| ("artillery", why))?));
        }
        if !self.k6.is_empty() {
            let pairs = self.k6.iter().flat_map(|(metric, rows)| rows.iter().map(move |row| (metric, row)));
            let read = pairs.map(|(metric, row)| k6_options::one(metric, row, false)).collect::<Result<_, _>>();
            found.push(Demands::K6(read.map_err(|why| ("k6", why))?));
        }
        Ok(found)
    }

    /// These demands of a file as the import has them.
    #[must_use]
    pub fn loaded(&self, source: String, text: &str, demands: Demands) -> Loaded {
        let sha256 = Some(crate::fmt::hex(&Sha256::digest(text.as_bytes())));
        Loaded { sha256, ..self.own(source, demands) }
    }

    /// These demands of plimsoll.toml as the import has them.
    #[must_use]
    pub fn own(&self, source: String, demands: Demands) -> Loaded {
        let (test, sli) = (self.test.clone(), self.sli.clone());
        Loaded { source, sha256: None, demands, test, sli, critical: self.critical }
    }
}

/// Whose answer is given where data are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compat {
    /// k6's: a threshold on nothing is kept, or held against 0.
    K6,
    /// Keptn's: a missing SLI fails, and what is relative to nothing passes.
    Keptn,
}

impl Compat {
    /// Every tool whose answer can be asked for.
    pub const ALL: [Self; 2] = [Self::K6, Self::Keptn];

    /// The word of the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::K6 => "k6",
            Self::Keptn => "keptn",
        }
    }
}

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
    pub k6: BTreeMap<String, Vec<K6Threshold>>,
    /// Globs on tests; all where left out.
    #[schemars(with = "Option<String>")]
    pub test: Option<Globs>,
    /// What a Keptn file calls an SLI and which metric that is.
    pub sli: BTreeMap<String, Sli>,
    /// Whether the suite stands and falls with them; a Keptn file says so itself.
    pub critical: Option<bool>,
}

/// A threshold as k6's options have it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "a threshold such as \"p(95)<500\", or { threshold = \"p(95)<500\", abortOnFail = true }"
)]
pub enum K6Threshold {
    /// The expression alone.
    Expression(String),
    /// With what is to happen where it is crossed.
    Object(K6Object),
}

/// A threshold with what is to happen where it is crossed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct K6Object {
    /// The expression.
    pub threshold: String,
    /// Whether k6 ends the run there.
    #[serde(default)]
    pub abort_on_fail: bool,
    /// How long k6 waits before it looks; k6 alone needs it.
    #[serde(default)]
    pub delay_abort_eval: Option<String>,
}

impl K6Threshold {
    fn parts(&self) -> (&str, bool) {
        match self {
            Self::Expression(text) => (text, false),
            Self::Object(object) => (&object.threshold, object.abort_on_fail),
        }
    }
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
            let one = |(metric, row): (&String, &K6Threshold)| {
                let (expression, abort) = row.parts();
                k6_options::one(metric, expression, abort)
            };
            let read: Vec<_> = pairs.map(one).collect::<Result<_, _>>().map_err(|why| ("k6", why))?;
            if read.is_empty() {
                return Err(("k6", "the import names metrics of k6 and demands nothing of them".to_owned()));
            }
            found.push(Demands::K6(read));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// The form of k6's own documents was refused in TOML.
    #[test]
    fn a_threshold_of_k6_may_be_an_object_here_as_there() {
        let read = |row: &str| Config::parse(&format!("[[import]]\nk6 = {{ http_req_duration = [{row}] }}\n"), "p");
        let config =
            read("\"avg<200\", { threshold = \"p(95)<500\", abortOnFail = true, delayAbortEval = \"10s\" }").unwrap();
        let Demands::K6(thresholds) = &config.borrowed[0].demands else { panic!("thresholds") };
        let said: Vec<_> = thresholds.iter().map(|one| (one.expression.as_str(), one.abort)).collect();
        assert_eq!(said, [("avg<200", false), ("p(95)<500", true)]);
        assert!(read("{ threshold = \"p(95)<500\", abortOnfail = true }").unwrap_err().message.contains("such as"));
        assert!(read("").unwrap_err().message.contains("demands nothing"));
    }
}

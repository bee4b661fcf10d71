//! What two runs must have in common to be compared: the fingerprint.
//!
//! A slower answer under twice the load is no regression. So a stored run keeps what it was made under, and a run is held
//! against it field by field. What a slower system changes by itself is no field (`load`).

use super::load::{Differs, Load};
use super::side::Side;
use crate::fmt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Durations whose ratio exceeds this are of two classes.
const DURATION: f64 = 1.5;

/// What was asked of the load, as the plan declares it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    /// Users.
    pub users: Option<f64>,
    /// Seconds.
    pub duration_s: Option<f64>,
    /// Requests.
    pub requests: Option<f64>,
}

/// What was declared about a run, beside its results.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Declared {
    /// What was asked of the load.
    pub asked: Asked,
    /// Where it ran.
    pub environment: Option<String>,
    /// All labels of the suite.
    pub labels: BTreeMap<String, String>,
}

/// A Fingerprint is what must be equal for two runs to be compared.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Fingerprint {
    /// The tool.
    pub tool: String,
    /// The definition of its percentiles; empty where it gives none.
    pub definition: String,
    /// Labels of the endpoints under load, in order.
    pub endpoints: Vec<String>,
    /// What was asked of the load.
    pub asked: Asked,
    /// Most users at a time, unless arrivals are known not to wait for answers.
    pub users: Option<f64>,
    /// Requests a second, unless users are known to wait for answers.
    pub rate_per_s: Option<f64>,
    /// Seconds.
    pub duration_s: Option<f64>,
    /// Where it ran.
    pub environment: Option<String>,
    /// Labels of the suite.
    pub labels: BTreeMap<String, String>,
}

/// A field in which two fingerprints differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unequal {
    /// Its name: `tool`, `users`, `label env`, …
    pub field: String,
    /// In words: `users: 50, was 100`.
    pub words: String,
}

impl Fingerprint {
    /// Of a run.
    #[must_use]
    pub fn of(side: &Side, declared: Declared) -> Self {
        let load = Load::of(side);
        let mut endpoints: Vec<String> = side.endpoints.iter().map(|one| one.figures.label.clone()).collect();
        endpoints.sort();
        endpoints.dedup();
        Self {
            tool: side.tool.clone(),
            definition: side.totals.latency_us.definition.clone().unwrap_or_default(),
            endpoints,
            asked: declared.asked,
            users: load.users,
            rate_per_s: load.rate_per_s,
            duration_s: side.duration_s,
            environment: declared.environment,
            labels: declared.labels,
        }
    }

    fn load(&self) -> Load {
        Load { users: self.users, rate_per_s: self.rate_per_s }
    }

    /// The fields in which `now` differs from this one; of the labels those that are named. What only one of both states
    /// cannot differ, but for a named label.
    #[must_use]
    pub fn unequal(&self, now: &Self, labels: &[String]) -> Vec<Unequal> {
        let mut found = Vec::new();
        let mut add = |field: &str, now: String, was: String| {
            found.push(Unequal { field: field.to_owned(), words: format!("{field}: {now}, was {was}") });
        };
        let mut text = |field: &str, was: &str, now: &str| {
            if was != now && !was.is_empty() && !now.is_empty() {
                add(field, fmt::plain(now), fmt::plain(was));
            }
        };
        text("tool", &self.tool, &now.tool);
        text("definition of percentiles", &self.definition, &now.definition);
        let environment = |one: &Self| one.environment.clone().unwrap_or_default();
        text("environment", &environment(self), &environment(now));
        let (users, rate) = self.load().differs(now.load());
        let mut differs = |field: &str, differs: Differs, show: fn(f64) -> String| {
            if let Some((was, now)) = differs {
                add(field, show(now), show(was));
            }
        };
        differs("users", users, fmt::number);
        differs("rate", rate, fmt::rate);
        let mut size = |field: &str, was: Option<f64>, now: Option<f64>, most: f64, show: fn(f64) -> String| {
            if let (Some(was), Some(now)) = (was, now)
                && was.max(now) > most * was.min(now)
            {
                add(field, show(now), show(was));
            }
        };
        size("duration", self.duration_s, now.duration_s, DURATION, fmt::duration_s);
        size("users asked for", self.asked.users, now.asked.users, 1.0, fmt::number);
        size("duration asked for", self.asked.duration_s, now.asked.duration_s, 1.0, fmt::duration_s);
        size("requests asked for", self.asked.requests, now.asked.requests, 1.0, fmt::number);
        if self.endpoints != now.endpoints {
            let only = |of: &Self, other: &Self| {
                let names = of.endpoints.iter().filter(|one| other.endpoints.binary_search(one).is_err());
                listed(&names.map(|one| fmt::plain(one)).collect::<Vec<_>>())
            };
            let words = format!("endpoints: {} new, {} gone", only(now, self), only(self, now));
            found.push(Unequal { field: "endpoints".to_owned(), words });
        }
        for name in labels {
            let (was, own) = (self.labels.get(name), now.labels.get(name));
            let shown = |value: Option<&String>| value.map_or_else(|| "not given".to_owned(), |text| fmt::plain(text));
            if was != own {
                let field = format!("label `{}`", fmt::plain(name));
                let words = format!("{field}: {}, was {}", shown(own), shown(was));
                found.push(Unequal { field, words });
            }
        }
        found
    }
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 4;
    match names {
        [] => "none".to_owned(),
        names if names.len() > SHOWN => {
            format!("{} and {} more", names.get(..SHOWN).unwrap_or_default().join(", "), names.len() - SHOWN)
        }
        names => names.join(", "),
    }
}

/// The names of fields, for a line of text.
#[must_use]
pub fn fields(unequal: &[Unequal]) -> Vec<String> {
    unequal.iter().map(|one| one.field.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint() -> Fingerprint {
        Fingerprint {
            tool: "Locust".to_owned(),
            endpoints: ["GET /a", "GET /b"].map(str::to_owned).to_vec(),
            users: Some(100.0),
            duration_s: Some(600.0),
            environment: Some("staging".to_owned()),
            labels: BTreeMap::from([("region".to_owned(), "eu".to_owned())]),
            ..Fingerprint::default()
        }
    }

    fn unequal(change: impl Fn(&mut Fingerprint)) -> Vec<String> {
        let mut now = fingerprint();
        change(&mut now);
        fingerprint().unequal(&now, &["region".to_owned()]).into_iter().map(|one| one.words).collect()
    }

    #[test]
    fn fields_that_differ_are_named_with_both_values() {
        assert!(unequal(|_| ()).is_empty());
        assert_eq!(unequal(|now| now.users = Some(50.0)), ["users: 50, was 100"]);
        assert_eq!(unequal(|now| now.duration_s = Some(60.0)), ["duration: 1 min, was 10 min"]);
        assert_eq!(unequal(|now| now.environment = Some("laptop".to_owned())), ["environment: laptop, was staging"]);
        let gone = unequal(|now| now.endpoints = vec!["GET /b".to_owned(), "GET /c".to_owned()]);
        assert_eq!(gone, ["endpoints: GET /c new, GET /a gone"]);
        let label = unequal(|now| now.labels.clear());
        assert_eq!(label, ["label `region`: not given, was eu"]);
    }

    #[test]
    fn what_is_near_or_unknown_is_not_unequal() {
        assert!(unequal(|now| now.users = Some(92.0)).is_empty());
        assert!(unequal(|now| now.users = None).is_empty());
        assert!(unequal(|now| now.duration_s = Some(500.0)).is_empty());
        assert!(unequal(|now| now.environment = None).is_empty());
    }
}

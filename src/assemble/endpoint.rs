//! What endpoints are called: without scheme and host where all share one host, and by the rules of the configuration.

use crate::model::key::EndpointKey;
use crate::rollup::Part;
use std::collections::BTreeSet;

/// An Endpoint rule gives all endpoints whose name or label matches one name.
#[derive(Debug, Clone)]
pub struct EndpointRule {
    /// `match`, on the name without host, or on the label (`GET /users/17`).
    pub pattern: regex::Regex,
    /// The name they get; the method stays.
    pub name: String,
}

/// The part with its endpoints named as the report names them.
pub(super) fn named(part: Part, rules: &[EndpointRule]) -> Part {
    let keys = keys(&part);
    let drop_host = hosts(&keys).len() == 1;
    if !drop_host && rules.is_empty() {
        return part;
    }
    part.renamed(&|key| {
        let key = if drop_host { without_host(key) } else { key.clone() };
        let rule = rules.iter().find(|rule| rule.pattern.is_match(&key.name) || rule.pattern.is_match(&key.label()));
        match rule {
            Some(rule) => EndpointKey { name: rule.name.clone(), ..key },
            None => key,
        }
    })
}

/// Every endpoint that a part names.
fn keys(part: &Part) -> BTreeSet<EndpointKey> {
    let cells = part.endpoints().into_iter().cloned();
    let totals = part.totals().into_iter().filter_map(|total| total.endpoint.clone()).collect::<Vec<_>>();
    let intervals = part.intervals().into_iter().filter_map(|series| series.endpoint);
    cells.chain(totals).chain(intervals).collect()
}

fn hosts(keys: &BTreeSet<EndpointKey>) -> BTreeSet<&str> {
    keys.iter().filter_map(|key| host(&key.name)).map(|(host, _)| host).collect()
}

/// Host (with its port) and the rest of a URL; `None` for a name that holds no host.
fn host(name: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = name.split_once("://")?;
    let is_scheme =
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    (is_scheme && !host.is_empty()).then_some((host, path))
}

fn without_host(key: &EndpointKey) -> EndpointKey {
    let name = match host(&key.name) {
        Some((_, path)) if path.starts_with('/') => path.to_owned(),
        Some((_, path)) => format!("/{path}"),
        None => key.name.clone(),
    };
    EndpointKey { name, ..key.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Sink;
    use crate::model::key::{CellKey, Outcome, Population};
    use crate::model::sample::Sample;
    use crate::rollup::Rollup;

    fn labels_of(names: &[&str], rules: &[EndpointRule]) -> Vec<String> {
        let mut rollup = Rollup::new();
        let part = rollup.part(None);
        for name in names {
            let key = CellKey {
                population: Population::Request,
                endpoint: EndpointKey::new(Some("GET"), name),
                outcome: Outcome::Ok,
                status: None,
                cached: None,
                tags: Vec::new(),
            };
            let cell = rollup.cell(part, &key);
            rollup.sample(cell, Sample { ended_at: None, latency_ns: Some(1), bytes: None });
        }
        let part = named(rollup.into_parts().remove(0), rules);
        part.cells().iter().map(|cell| cell.key.endpoint.label()).collect()
    }

    #[test]
    fn one_host_is_dropped_and_names_without_host_do_not_count() {
        assert_eq!(
            labels_of(&["http://shop:8080/a", "https://shop:8080", "checkout"], &[]),
            ["GET /", "GET /a", "GET checkout"]
        );
    }

    #[test]
    fn two_hosts_stay() {
        assert_eq!(labels_of(&["http://a/x", "http://b/x"], &[]), ["GET http://a/x", "GET http://b/x"]);
    }

    #[test]
    fn a_rule_sees_the_name_without_host_and_the_first_counts() {
        let rule = |pattern: &str, name: &str| EndpointRule {
            pattern: regex::Regex::new(pattern).unwrap(),
            name: name.into(),
        };
        let rules = [rule("^/users/[0-9]+$", "/users/{id}"), rule("^GET /users", "/users/…")];
        assert_eq!(
            labels_of(&["http://a/users/1", "http://a/users/2", "http://a/users/me"], &rules),
            ["GET /users/{id}", "GET /users/…"]
        );
    }
}

//! What endpoints are called: without scheme and host where all share one host, and by the rules of the configuration.

use crate::model::key::EndpointKey;
use crate::rollup::Part;
pub use crate::rollup::naming::EndpointRule;
use crate::rollup::naming::{Rules, host};
use std::collections::BTreeSet;

/// The part with its endpoints named as the report names them. What was folded, and why, is among its remarks.
pub(super) fn named(part: Part, rules: &[EndpointRule]) -> Part {
    let drop_host = hosts(&keys(&part)).len() == 1;
    let rules = Rules { endpoints: rules.to_vec(), ..Rules::default() };
    let shown = |name: &str| if drop_host { without_host(name) } else { name.to_owned() };
    part.spelled(&shown).renamed(&|key| {
        let key = if drop_host { EndpointKey { name: without_host(&key.name), ..key.clone() } } else { key.clone() };
        // Files are read by the same rules; parts that were folded elsewhere were not.
        rules.named(&key).unwrap_or(key)
    })
}

/// Every endpoint that a part names.
fn keys(part: &Part) -> BTreeSet<EndpointKey> {
    let cells = part.endpoints().into_iter().cloned();
    let totals = part.totals().into_iter().filter_map(|total| total.endpoint.clone()).collect::<Vec<_>>();
    let intervals = part.intervals().into_iter().filter_map(|series| series.endpoint);
    cells.chain(totals).chain(intervals).collect()
}

/// The hosts that names hold, whatever the scheme. Hosts that were folded are several.
fn hosts(keys: &BTreeSet<EndpointKey>) -> BTreeSet<&str> {
    keys.iter()
        .filter_map(|key| host(&key.name))
        .flat_map(|(host, _)| {
            let bare = host.split_once("://").map_or(host, |(_, bare)| bare);
            // One that stands for many counts twice.
            let again = bare.contains(['\0', '{']).then_some("");
            std::iter::once(bare).chain(again)
        })
        .collect()
}

fn without_host(name: &str) -> String {
    host(name).map_or_else(|| name.to_owned(), |(_, path)| path.to_owned())
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

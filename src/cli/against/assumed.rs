//! What a comparison takes for granted, in words.

use super::Pair;
use crate::cli::judging;
use crate::compare::settings::Settings;
use crate::config::Config;
use crate::fmt;

/// Whether any rule of the comparison was measured on a history.
pub(in crate::cli) fn assumed(pairs: &[Pair<'_>], config: &Config) -> Vec<String> {
    let mut found: Vec<String> = pairs
        .iter()
        .map(|pair| {
            let rules = pair.rules(config);
            let from = match rules.tau_over {
                Some(runs) => format!("measured over {runs} stored runs, at least 1 %"),
                None => "assumed, no history".to_owned(),
            };
            format!(
                "between two runs of the same system ln latency varies by {} in common and {} per endpoint ({from})",
                fmt::percent(rules.tau_global),
                fmt::percent(rules.tau_endpoint)
            )
        })
        .collect();
    found.sort();
    found.dedup();
    if !found.is_empty() {
        found.push(limits(&judging::rules(config)));
    }
    found
}

/// What counts as a change, in words.
fn limits(rules: &Settings) -> String {
    format!(
        "a change counts from {} and {} on (failures: {}), at a share of {} false alarms; no slower: less than {} (failures: {}); \
         no regression seen: {} (failures: {}) would have been found 4 times in 5",
        fmt::percent(rules.material),
        fmt::latency_us(rules.floor_us),
        fmt::points(rules.failures_material),
        fmt::percent(rules.alpha),
        fmt::percent(rules.margin),
        fmt::points(rules.failures_margin),
        fmt::percent(rules.must_detect),
        fmt::points(rules.failures_must_detect)
    )
}

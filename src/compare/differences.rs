//! What differs between two runs besides their results: another load, other endpoints, another mix, another tool. It is said
//! before any latency, because it may explain all that follows.

use super::pairing::Pairs;
use super::side::{Side, SideEndpoint};
use crate::fmt;

/// What a reader must know before the deltas: another load, other endpoints, another tool.
pub(super) fn differences(before: &Side, after: &Side, pairs: &Pairs<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if before.tool != after.tool {
        found.push(format!("the baseline was made with {}, this run with {}", before.tool, after.tool));
    }
    let mut differs = |what: &str, before: Option<f64>, after: Option<f64>, show: fn(f64) -> String| {
        if let (Some(before), Some(after)) = (before, after)
            && (before - after).abs() > 0.1 * before.abs().max(after.abs())
        {
            found.push(format!("{what}: {}, was {}", show(after), show(before)));
        }
    };
    differs("users at most", before.load.users_max, after.load.users_max, fmt::number);
    differs("rate", before.totals.rate_per_s, after.totals.rate_per_s, fmt::rate);
    differs("duration", before.duration_s, after.duration_s, fmt::duration_s);
    let only = |wanted: fn(&(Option<&SideEndpoint>, Option<&SideEndpoint>)) -> bool| -> Vec<String> {
        pairs.iter().filter(|(_, pair)| wanted(pair)).map(|(label, _)| fmt::plain(label)).collect()
    };
    let listed = |words: &str, names: &[String]| {
        let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let rest = names.len().saturating_sub(5);
        if rest > 0 { format!("{words}: {shown} and {rest} more") } else { format!("{words}: {shown}") }
    };
    let (gone, new) = (only(|(_, after)| after.is_none()), only(|(before, _)| before.is_none()));
    if !new.is_empty() {
        found.push(listed("endpoints that the baseline does not have", &new));
    }
    if !gone.is_empty() {
        found.push(listed("endpoints that only the baseline has", &gone));
    }
    found.extend(mix(before, after, pairs));
    found
}

/// Endpoints whose share of all requests changed by more than five points: totals then compare different things.
fn mix(before: &Side, after: &Side, pairs: &Pairs<'_>) -> Vec<String> {
    #[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
    let share = |endpoint: Option<&SideEndpoint>, side: &Side| {
        let (part, whole) = (endpoint?.figures.requests?, side.totals.requests?);
        (whole > 0).then(|| part as f64 / whole as f64)
    };
    pairs
        .iter()
        .filter_map(|(label, (one, other))| {
            let (was, is) = (share(*one, before)?, share(*other, after)?);
            ((was - is).abs() > 0.05)
                .then(|| format!("share of {}: {}, was {}", fmt::plain(label), fmt::percent(is), fmt::percent(was)))
        })
        .collect()
}

//! What differs between two runs besides their results: another load, other endpoints, another mix, another tool. It is said
//! before any latency, because it may explain all that follows.

use super::load::{Differs, Load};
use super::mix;
use super::pairing::Pairs;
use super::side::{Side, SideEndpoint};
use crate::fmt;

/// What a reader must know before the deltas: another load, other endpoints, another tool.
pub(super) fn differences(before: &Side, after: &Side, pairs: &Pairs<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if before.tool != after.tool {
        found.push(format!("the baseline was made with {}, this run with {}", before.tool, after.tool));
    }
    let mut differs = |what: &str, differs: Differs, show: fn(f64) -> String| {
        if let Some((before, after)) = differs {
            found.push(format!("{what}: {}, was {}", show(after), show(before)));
        }
    };
    let (users, rate) = Load::of(before).differs(Load::of(after));
    let duration = before.duration_s.zip(after.duration_s).filter(|(was, is)| (was - is).abs() > 0.1 * was.max(*is));
    differs("users at most", users, fmt::number);
    differs("rate", rate, fmt::rate);
    differs("duration", duration, fmt::duration_s);
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
    found.extend(mix::changes(before, after, pairs));
    found
}

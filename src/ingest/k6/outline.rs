//! Which of k6's three summaries a document is, told from its keys, even where it is longer than the beginning that
//! detection sees. One function answers for all three, so no two adapters can claim one file.

use crate::ingest::{Head, Sniff};
use std::collections::BTreeSet;

/// A kind of summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What `handleSummary` is given.
    HandleSummary,
    /// `--summary-export`.
    Export,
    /// The machine-readable summary.
    Machine,
}

/// The answer of the adapter for summaries of kind `wanted`.
pub(super) fn sniff(head: &Head, wanted: Kind) -> Sniff {
    let Some((found, why)) = recognise(head.bytes()) else {
        return Sniff::no("no k6 summary: no JSON object with k6's `metrics` or `results`");
    };
    if found == wanted { Sniff::yes(why) } else { Sniff::no(format!("another of k6's summaries: {why}")) }
}

/// The kind and what tells it.
fn recognise(text: &[u8]) -> Option<(Kind, &'static str)> {
    let outline = Outline::of(text)?;
    let has = |path: &str| outline.paths.contains(path);
    let in_metrics = |key: &str| outline.metric_keys.contains(key);
    if (has("results{}") && (has("version") || has("metadata/k6_version") || has("config/execution")))
        || (has("config/execution") && has("config/duration") && has("config/script"))
    {
        return Some((
            Kind::Machine,
            "`config`, `metadata`, `results` and `version`, as k6's machine-readable summary has them",
        ));
    }
    let kinds = in_metrics("values") && (in_metrics("type") || in_metrics("contains"));
    let lists = has("root_group/groups[]") && has("root_group/path");
    if has("state/testRunDurationMs") && (kinds || lists || has("metrics{}")) || kinds && !in_metrics("avg") || lists {
        return Some((
            Kind::HandleSummary,
            "metrics with `type` and `values`, groups as arrays, as k6's handleSummary is given them",
        ));
    }
    let named = has("root_group/groups{}") && has("root_group/path");
    if named || has("metrics{}") && !in_metrics("values") && !has("state") && outline.has_flat_metric {
        return Some((
            Kind::Export,
            "metrics with their figures directly inside, groups by name, as k6's --summary-export writes them",
        ));
    }
    None
}

/// An Outline is the keys of the upper levels of a JSON object, as far as the text goes.
#[derive(Debug, Default)]
struct Outline {
    /// `a` and `a/b`, with `{}` or `[]` behind it where the value is an object or array.
    paths: BTreeSet<String>,
    /// Keys that occur inside the members of `metrics`.
    metric_keys: BTreeSet<String>,
    /// Whether `metrics` holds one of k6's own metrics with a figure directly inside.
    has_flat_metric: bool,
}

/// An open object or array.
struct Level {
    is_object: bool,
    /// The key whose value is being passed.
    key: Option<String>,
    awaits_key: bool,
}

impl Outline {
    /// The outline of a text that begins an object; `None` for anything else.
    fn of(text: &[u8]) -> Option<Self> {
        let mut rest = text.trim_ascii_start();
        let mut outline = Self::default();
        let mut levels: Vec<Level> = Vec::new();
        if rest.first() != Some(&b'{') {
            return None;
        }
        while let Some((first, tail)) = rest.split_first() {
            rest = tail;
            match first {
                b'{' | b'[' => {
                    outline.note(&levels, if *first == b'{' { "{}" } else { "[]" });
                    levels.push(Level { is_object: *first == b'{', key: None, awaits_key: *first == b'{' });
                }
                b'}' | b']' => {
                    levels.pop();
                    if levels.is_empty() {
                        break;
                    }
                }
                b',' => levels.iter_mut().rev().take(1).for_each(|level| level.awaits_key = level.is_object),
                b'"' => {
                    let Some(end) = string_end(rest) else { break };
                    let (written, after) = rest.split_at(end);
                    rest = after.get(1..).unwrap_or_default();
                    let depth = levels.len();
                    if let Some(level) = levels.last_mut().filter(|level| level.awaits_key) {
                        level.awaits_key = false;
                        // Deeper keys tell nothing, and names may be long.
                        level.key = (depth <= 3).then(|| String::from_utf8_lossy(written).into_owned());
                        outline.note(&levels, "");
                    }
                }
                _ => {}
            }
        }
        Some(outline)
    }

    fn note(&mut self, levels: &[Level], mark: &str) {
        let keys: Option<Vec<&str>> = levels.iter().map(|level| level.key.as_deref()).collect();
        match keys.as_deref() {
            Some([top]) => drop(self.paths.insert(format!("{top}{mark}"))),
            Some([top, inner]) if *top != "metrics" => drop(self.paths.insert(format!("{top}/{inner}{mark}"))),
            Some(["metrics", metric, key]) => {
                let figure = matches!(*key, "avg" | "count" | "rate" | "value" | "passes" | "min");
                let name = metric.split('{').next().unwrap_or_default();
                self.has_flat_metric |= figure && super::metric::Definition::built_in(name).is_some();
                self.metric_keys.insert((*key).to_owned());
            }
            _ => {}
        }
    }
}

/// Where a string ends whose opening quote was just passed.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = memchr::memchr2(b'"', b'\\', text.get(at..)?)? + at;
        if text.get(found) == Some(&b'"') {
            return Some(found);
        }
        at = found + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<Kind> {
        recognise(text.as_bytes()).map(|(kind, _)| kind)
    }

    #[test]
    fn each_kind_is_told_from_its_keys_though_the_text_breaks_off() {
        let handle = r#"{"metrics":{"vus":{"type":"gauge","values":{"value":1"#;
        assert_eq!(kind(handle), Some(Kind::HandleSummary));
        assert_eq!(kind(r#"{"state":{"testRunDurationMs":5},"metrics":{}}"#), Some(Kind::HandleSummary));
        let export = r#"{"metrics":{"my{a:b}":{"avg":1},"vus":{"value":1,"min":0"#;
        assert_eq!(kind(export), Some(Kind::Export));
        assert_eq!(kind(r#"{"root_group":{"path":"","groups":{},"checks":{}},"metrics":{}}"#), Some(Kind::Export));
        let machine = r#"{"config":{"duration":6.3,"execution":"local","script":"import \"k6\"; const m = {"#;
        assert_eq!(kind(machine), Some(Kind::Machine), "the script ends beyond what is seen, its key does not");
        assert_eq!(kind(r#"{"results":{"metrics":[]},"version":"1.0.0"}"#), Some(Kind::Machine));
    }

    #[test]
    fn other_json_is_nobodys() {
        for text in [
            "",
            "[]",
            "{",
            r#"{"metrics":[{"name":"x"}]}"#,
            r#"{"metrics":{"latency":{"avg":1}}}"#,
            r#"{"results":[1]}"#,
            r#"{"type":"Metric","data":{"name":"vus","type":"gauge"},"metric":"vus"}"#,
            r#"{"test_results":[]}"#,
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }
}

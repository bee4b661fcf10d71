//! Tags: which of them tell measurements apart, and which must not leave the reader.

use crate::ingest::scrub;
use crate::model::key::Tags;

/// Tags that k6 sets itself and that are not worth filtering by: they stand in the endpoint or outcome, or differ with
/// every request. Of its own tags `scenario`, `group` and `expected_response` remain.
const LEFT_OUT: [&str; 15] = [
    "check",
    "error",
    "error_code",
    "ip",
    "iter",
    "method",
    "name",
    "ocsp_status",
    "proto",
    "service",
    "status",
    "subproto",
    "tls_version",
    "url",
    "vu",
];

/// A Tag set is the tags of a point. To k6 a missing tag equals an empty one, so empty ones are not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TagSet {
    all: Tags,
    kept: Tags,
}

impl TagSet {
    /// A set of these tags, in any order.
    pub(super) fn new(mut all: Tags) -> Self {
        all.retain(|(_, value)| !value.is_empty());
        all.sort();
        let kept = all
            .iter()
            .filter(|(name, value)| !LEFT_OUT.contains(&name.as_str()) && scrub::may_show(name, value))
            .cloned()
            .collect();
        Self { all, kept }
    }

    /// A tag's value; `None` where it is missing or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// The tags worth filtering by, sorted.
    pub(super) fn kept(&self) -> &Tags {
        &self.kept
    }

    /// The same and the name of the check, for the metric `checks`.
    pub(super) fn kept_with_check(&self) -> Tags {
        let mut kept = self.kept.clone();
        kept.extend(self.get("check").map(|check| ("check".to_owned(), check.to_owned())));
        kept.sort();
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_apart_is_kept_and_what_is_secret_is_not() {
        let pairs = [
            ("url", "http://x"),
            ("name", "x"),
            ("vu", "7"),
            ("scenario", "auth"),
            ("group", "::a::b"),
            ("check", "ok"),
            ("expected_response", "true"),
            ("tier", "gold"),
            ("Access-Token", "hunter2"),
            ("flavour", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"),
            ("empty", ""),
        ];
        let set = TagSet::new(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
        let names: Vec<_> = set.kept().iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["expected_response", "group", "scenario", "tier"]);
        assert_eq!(set.get("name"), Some("x"));
        assert_eq!(set.get("empty"), None);
        assert_eq!(set.kept_with_check().first().unwrap().0, "check");
    }
}

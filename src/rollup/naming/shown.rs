//! Held names as a reader sees them, and what was folded.

use super::pattern::{Style, VARIED};
use super::{LAST, Naming, OTHER, held_as};

impl Naming {
    /// A held name as it is shown.
    pub(in crate::rollup) fn shown(&self, held: &str) -> String {
        if held.starts_with(VARIED) {
            return OTHER.to_owned();
        }
        let word = match self.limits.style {
            Style::Name => "{name}",
            Style::Sentence => "…",
        };
        held.replace(&format!("://{VARIED}"), "://{host}").replace(VARIED, word)
    }

    /// What was folded, by what it is held under.
    pub(in crate::rollup) fn folded(&self) -> Vec<(String, u64, bool)> {
        let folded = self.patterns.iter().filter(|(key, known)| self.is_folded(key, known) && known.names.held() > 1);
        folded
            .map(|(key, known)| {
                let (count, exact) = known.names.count();
                (held_as(key, known), count, exact)
            })
            .collect()
    }

    /// Whether there were more names than can be told apart, so that some or all are [`OTHER`].
    pub(in crate::rollup) fn is_beyond(&self) -> bool {
        self.level >= LAST || self.patterns.keys().any(|key| key.starts_with(VARIED))
    }
}

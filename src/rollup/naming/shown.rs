//! Held names as a reader sees them, and what was folded.

use super::pattern::{Kind, Style, VARIED, filled};
use super::{LAST, Names, Naming, OTHER, held_as};

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

    /// What was folded: by what it is held under, how many names there were, and whether that is exact. Where a place was
    /// learnt, even a single name no longer stands as it was; elsewhere one name is its pattern with its values in place.
    pub(in crate::rollup) fn folded(&self) -> Vec<(String, u64, bool)> {
        let is_changed = |key: &str, known: &Names| key.contains(VARIED) || known.names.held() > 1;
        let folded = self.patterns.iter().filter(|(key, known)| self.is_folded(key, known) && is_changed(key, known));
        folded
            .map(|(key, known)| {
                let (count, exact) = known.names.count();
                (held_as(key, known), count.max(1), exact)
            })
            .collect()
    }

    /// Names from which a token was taken out before they were heard, so that nobody knows how many there were.
    pub(in crate::rollup) fn without_tokens(&self) -> Vec<String> {
        let token = Kind::Token.placeholder();
        let is_given = |known: &Names| known.values.iter().flatten().any(|value| value == token);
        let given = self.patterns.iter().filter(|(key, known)| is_given(known) && !self.is_folded(key, known));
        given.map(|(key, known)| filled(key, &known.values)).collect()
    }

    /// Whether values of a query were taken out of any name before it was heard.
    pub(in crate::rollup) fn is_without_values(&self) -> bool {
        let value = format!("={}", Kind::Value.placeholder());
        let blanked = |known: &Names| known.values.iter().flatten().any(|value| value == Kind::Value.placeholder());
        self.patterns.iter().any(|(key, known)| key.contains(&value) && blanked(known))
    }

    /// Whether there were more names than can be told apart, so that some or all are [`OTHER`].
    pub(in crate::rollup) fn is_beyond(&self) -> bool {
        self.level >= LAST || self.patterns.keys().any(|key| key.starts_with(VARIED))
    }
}

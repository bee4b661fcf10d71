//! Names that explode are folded: decided from the set of names alone, in bounded memory.
//!
//! A generator that puts an id into every URL makes a new endpoint with each request. A `Naming` hears every name once and
//! says under which it is held. Three things fold names, each only where there are more than allowed:
//!
//! 1. **By rule.** Every name has a `pattern` (`/users/17` has `/users/{id}`). While a pattern has few names they stand as
//!    they are; once it has more than its values allow (two of UUIDs, hashes and tokens, ten of plain ids, fifty of numbers
//!    within words), all of them are the pattern. Values that never vary stay: `/tenants/42/orders/{id}`; so do placeholders
//!    that a name came with.
//! 2. **Learnt.** Where one place of patterns shows more than a hundred words, it becomes a placeholder too
//!    (`/article/{name}`), and what lies below is united, which may in turn make a place below show too many.
//! 3. **By level.** Where there are still more than a part can hold, fewer are allowed everywhere; at the last level all
//!    names are `(other)`.
//!
//! Why neither order nor split of the input can be seen: a state is a set of patterns, closed under folding, each with a
//! set of hashes. Uniting sets and closing again is commutative, associative and idempotent, and every decision is of the
//! form "the set has more than", which once true stays true. For levels that needs a measure that folding never lowers: a
//! place that was learnt counts as often as words were allowed there and one more (see `Naming::weight_of`).

mod distinct;
mod pattern;
mod rule;
mod scan;
mod shown;
#[cfg(test)]
mod tests;

use crate::model::folded::FoldedNaming;
use distinct::Distinct;
pub(in crate::rollup) use pattern::Style;
use pattern::{Pattern, Strength, VARIED, filled, words};
pub use rule::{EndpointRule, Rules, host};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Stands for all that is not told apart.
pub const OTHER: &str = "(other)";
/// The longest text that is told apart from others, in characters.
const CHARS: usize = 500;
/// From here on nothing is told apart.
const LAST: u8 = 4;

/// How much variety is shown as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::rollup) struct Limits {
    /// What kind of text it is about.
    pub(super) style: Style,
    /// Names that a pattern of plain ids may have.
    pub(super) ids: usize,
    /// Names that a pattern of numbers within words may have.
    pub(super) numbers: usize,
    /// Words in one place.
    pub(super) words: usize,
    /// Words that names may begin with.
    pub(super) first_words: usize,
    /// What may be held in all, by weight.
    pub(super) held: u64,
}

/// What is known of a pattern's names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Names {
    /// The value in each place, `None` where it varies.
    values: Vec<Option<String>>,
    names: Distinct,
}

impl Names {
    fn merge(&mut self, other: &Self) {
        if self.values.len() == other.values.len() {
            for (own, theirs) in self.values.iter_mut().zip(&other.values) {
                if own != theirs {
                    *own = None;
                }
            }
        }
        self.names.merge(&other.names);
    }
}

/// The words met in one place.
#[derive(Debug, Clone, Default)]
struct Place {
    words: HashSet<String>,
    varies: bool,
}

/// A Naming is all names of one kind that a part has met, as far as folding them needs.
#[derive(Debug, Clone, Default)]
pub(in crate::rollup) struct Naming {
    /// Not part of the state: the same wherever namings are united.
    limits: Limits,
    level: u8,
    patterns: BTreeMap<String, Names>,
    /// Derived from `patterns`: words by what stands before them.
    places: HashMap<String, Place>,
    /// Derived from `patterns`: the sum of their weights.
    weight: u64,
}

/// Equal are namings that decide alike and have met as many names; what is derived follows.
impl PartialEq for Naming {
    fn eq(&self, other: &Self) -> bool {
        self.level == other.level && self.patterns == other.patterns
    }
}

/// A text as it can be told apart: of bounded length and without the sign that stands for what varies.
fn plain(text: &str) -> Cow<'_, str> {
    let long = text.len() > CHARS && text.chars().nth(CHARS).is_some();
    if !long && !text.contains(VARIED) {
        return Cow::Borrowed(text);
    }
    let mut kept: String = text
        .chars()
        .take(CHARS - usize::from(long))
        .map(|letter| if letter == VARIED { char::REPLACEMENT_CHARACTER } else { letter })
        .collect();
    if long {
        kept.push('…');
    }
    Cow::Owned(kept)
}

/// A name of a request with a placeholder for every value in it, whether it is folded or not: by this, names of two files of
/// one run are alike.
#[must_use]
pub fn pattern_of(name: &str) -> String {
    Pattern::of(name, Style::Name).key
}

impl Naming {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Hears a name; whether names that were held before are now held under others.
    pub(super) fn learn(&mut self, name: &str) -> bool {
        if self.level >= LAST {
            return false;
        }
        let name = plain(name);
        let pattern = Pattern::of(&name, self.limits.style);
        let key = self.coarse(&pattern.key);
        let learnt = key.contains(VARIED);
        let limit = self.limit(&key);
        let Some(known) = self.patterns.get_mut(&key) else {
            let mut fresh =
                Names { values: pattern.values.into_iter().map(Some).collect(), names: Distinct::default() };
            if learnt {
                fresh.values.clear();
            }
            if !pattern.is_given {
                fresh.names.insert(&name);
            }
            return self.add(key, fresh);
        };
        let was = (known.names.held() > limit, known.values.iter().filter(|value| value.is_none()).count());
        if !learnt && known.values.len() == pattern.values.len() {
            for (own, value) in known.values.iter_mut().zip(&pattern.values) {
                if own.as_ref().is_some_and(|own| own != value) {
                    *own = None;
                }
            }
        }
        // A name that is its own pattern may be one under which others are held.
        let grew = !pattern.is_given && known.names.insert(&name);
        let is = (known.names.held() > limit, known.values.iter().filter(|value| value.is_none()).count());
        if grew && !learnt && self.level == 0 && known.names.held() > 1 && known.names.held() <= limit + 1 {
            self.weight = self.weight.saturating_add(1);
        }
        let risen = self.raise();
        risen || is.0 && is != was
    }

    /// The name under which a name is held, or a held one is held by now.
    pub(super) fn held<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if self.level >= LAST {
            return Cow::Owned(VARIED.to_string());
        }
        let is_held = name.contains(VARIED);
        let name = if is_held { Cow::Borrowed(name) } else { plain(name) };
        let key = self.coarse(&Pattern::of(&name, self.limits.style).key);
        if key.contains(VARIED) {
            return Cow::Owned(key);
        }
        match self.patterns.get(&key) {
            Some(known) if self.is_folded(&key, known) => Cow::Owned(filled(&key, &known.values)),
            _ => name,
        }
    }

    /// The weight of all that is held, at most what may be held: a measure of variety that never falls.
    pub(super) fn weight(&self) -> u64 {
        if self.level > 0 { self.limits.held } else { self.weight.min(self.limits.held) }
    }

    /// What decides under which names names are held.
    pub(super) fn decided(&self) -> (u8, Vec<String>) {
        let folded = self.patterns.iter().filter(|(key, known)| self.is_folded(key, known));
        (self.level, folded.map(|(key, known)| held_as(key, known)).collect())
    }

    /// As plain data.
    pub(super) fn kept(&self) -> FoldedNaming {
        let pattern =
            |(key, known): (&String, &Names)| (key.clone(), known.values.clone(), known.names.hashes().to_vec());
        FoldedNaming { level: self.level, patterns: self.patterns.iter().map(pattern).collect() }
    }

    /// Hears all names of another; whatever somebody else wrote, it is closed again.
    pub(super) fn take(&mut self, other: FoldedNaming) {
        if other.patterns.is_empty() && other.level <= self.level {
            return;
        }
        self.level = self.level.max(other.level.min(LAST));
        for (key, values, hashes) in other.patterns {
            let names = hashes.into_iter().collect();
            merge_into(&mut self.patterns, key, Names { values, names });
        }
        self.close();
    }

    /// Adds a pattern that was not met before.
    fn add(&mut self, key: String, names: Names) -> bool {
        let mut closed = true;
        for at in words(&key) {
            let place = place(&mut self.places, key.get(..at.start).unwrap_or(""));
            let word = key.get(at).unwrap_or("");
            if !place.varies && !place.words.contains(word) {
                place.words.insert(word.to_owned());
            }
        }
        for at in words(&key) {
            let before = key.get(..at.start).unwrap_or("");
            let most = self.most_words(before);
            closed &= self.places.get(before).is_none_or(|place| place.varies || place.words.len() <= most);
        }
        self.weight = self.weight.saturating_add(self.weight_of(&key, &names));
        self.patterns.insert(key, names);
        if closed {
            return self.raise();
        }
        self.close();
        true
    }

    /// Folds until no place shows more words than allowed and no more is held than may be.
    fn close(&mut self) {
        loop {
            self.index();
            let old = std::mem::take(&mut self.patterns);
            let count = old.len();
            let mut changed = false;
            for (key, mut names) in old {
                let coarse = self.coarse(&key);
                if coarse != key {
                    changed = true;
                    // Where words vary too, a value that does not would say little.
                    names.values.clear();
                }
                merge_into(&mut self.patterns, coarse, names);
            }
            self.weight =
                self.patterns.iter().fold(0, |sum, (key, names)| sum.saturating_add(self.weight_of(key, names)));
            let too_much = self.level < LAST && self.weight > self.limits.held;
            if too_much {
                self.level += 1;
            } else if !changed && count == self.patterns.len() {
                break;
            }
        }
        self.index();
        if self.level >= LAST {
            self.patterns.clear();
            self.places.clear();
        }
    }

    /// Goes to the next level where too much is held; whether it had to.
    fn raise(&mut self) -> bool {
        let too_much = self.level < LAST && self.weight > self.limits.held;
        if too_much {
            self.close();
        }
        too_much
    }

    /// Finds out which words stand where.
    fn index(&mut self) {
        self.places.clear();
        for key in self.patterns.keys() {
            for at in words(key) {
                let place = place(&mut self.places, key.get(..at.start).unwrap_or(""));
                let word = key.get(at).unwrap_or("");
                if word.contains(VARIED) {
                    place.varies = true;
                } else if !place.words.contains(word) {
                    place.words.insert(word.to_owned());
                }
            }
        }
        let limits: Vec<(String, usize)> =
            self.places.keys().map(|before| (before.clone(), self.most_words(before))).collect();
        for (before, most) in limits {
            if let Some(place) = self.places.get_mut(&before)
                && (place.varies || place.words.len() > most)
            {
                place.varies = true;
                place.words = HashSet::new();
            }
        }
    }

    /// A pattern's key with what was learnt.
    fn coarse(&self, key: &str) -> String {
        let mut out = String::with_capacity(key.len());
        let mut end = 0;
        for at in words(key) {
            out.push_str(key.get(end..at.start).unwrap_or(""));
            end = at.end;
            if self.places.get(&out).is_some_and(|place| place.varies) {
                if out.is_empty() {
                    return VARIED.to_string();
                }
                out.push(VARIED);
            } else {
                out.push_str(key.get(at).unwrap_or(""));
            }
        }
        out.push_str(key.get(end..).unwrap_or(""));
        out
    }

    /// Words that may stand behind this.
    fn most_words(&self, before: &str) -> usize {
        let (first, other) = (self.limits.first_words, self.limits.words);
        match (before.is_empty(), self.level) {
            (true, 0 | 1) => first,
            (true, 2) => first / 5,
            (true, _) => first / 50,
            (false, 0 | 1) => other,
            (false, 2) => other.min(20),
            (false, _) => other.min(3),
        }
    }

    /// Names that a pattern may have before it stands for them.
    fn limit(&self, key: &str) -> usize {
        if self.level > 0 {
            return 0;
        }
        match Pattern::of(key, self.limits.style).strength {
            Some(Strength::Strong) => self.limits.ids.min(2),
            Some(Strength::Plain) => self.limits.ids,
            Some(Strength::Loose) | None => self.limits.numbers,
        }
    }

    fn is_folded(&self, key: &str, known: &Names) -> bool {
        key.contains(VARIED) || known.names.held() > self.limit(key)
    }

    /// What a pattern weighs: while names stand as they are, how many it shows. A place that was learnt multiplies by the
    /// words allowed there and one more, and has as many names as any pattern may: so folding never makes lighter.
    fn weight_of(&self, key: &str, names: &Names) -> u64 {
        let varied = words(key).into_iter().filter(|at| key.get(at.clone()).is_some_and(|word| word.contains(VARIED)));
        let times = varied.fold(1_u64, |times, at| {
            let most = self.most_words(key.get(..at.start).unwrap_or(""));
            times.saturating_mul(most as u64 + 1)
        });
        let shown = match (self.level, key.contains(VARIED)) {
            (0, true) => self.limits.numbers.max(self.limits.ids) + 1,
            (0, false) => names.names.held().clamp(1, self.limit(key) + 1),
            _ => 1,
        };
        times.saturating_mul(shown as u64)
    }
}

fn held_as(key: &str, known: &Names) -> String {
    if key.contains(VARIED) { key.to_owned() } else { filled(key, &known.values) }
}

fn place<'a>(places: &'a mut HashMap<String, Place>, before: &str) -> &'a mut Place {
    places.entry(before.to_owned()).or_default()
}

fn merge_into(patterns: &mut BTreeMap<String, Names>, key: String, names: Names) {
    match patterns.get_mut(&key) {
        Some(own) => own.merge(&names),
        None => {
            patterns.insert(key, names);
        }
    }
}

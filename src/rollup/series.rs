//! Keys numbered in the order in which they are met, so that the hot path names them by an integer.

use std::collections::HashMap;
use std::hash::Hash;

/// A Series is a table from key to value whose rows also have numbers. Numbers depend on the order of arrival; everything
/// that is read out is sorted by key, so that nothing else does.
#[derive(Debug, Clone)]
pub(super) struct Series<K, V> {
    rows: Vec<(K, V)>,
    numbers: HashMap<K, u32>,
}

impl<K, V> Default for Series<K, V> {
    fn default() -> Self {
        Self { rows: Vec::new(), numbers: HashMap::new() }
    }
}

impl<K: Clone + Eq + Hash + Ord, V> Series<K, V> {
    /// How many keys it holds.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The number of a key that is held.
    pub(super) fn number(&self, key: &K) -> Option<u32> {
        self.numbers.get(key).copied()
    }

    /// The number of a key, which is added with this value where it is new.
    pub(super) fn intern(&mut self, key: &K, fresh: impl FnOnce() -> V) -> u32 {
        if let Some(number) = self.number(key) {
            return number;
        }
        let number = super::index(self.rows.len());
        self.rows.push((key.clone(), fresh()));
        self.numbers.insert(key.clone(), number);
        number
    }

    /// The value of a number.
    #[inline]
    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut V> {
        self.rows.get_mut(number as usize).map(|(_, value)| value)
    }

    /// Lets a number's key and value be used together.
    #[inline]
    pub(super) fn with(&mut self, number: u32, act: impl FnOnce(&K, &mut V)) {
        if let Some((key, value)) = self.rows.get_mut(number as usize) {
            act(key, value);
        }
    }

    /// The value of a key, which is added where it is new.
    pub(super) fn entry(&mut self, key: &K) -> Option<&mut V>
    where
        V: Default,
    {
        let number = self.intern(key, V::default);
        self.get_mut(number)
    }

    /// All values, in no order that may be shown.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.rows.iter_mut().map(|(_, value)| value)
    }

    /// All rows in order of their keys.
    pub(super) fn sorted(&self) -> Vec<(&K, &V)> {
        let mut rows: Vec<(&K, &V)> = self.rows.iter().map(|(key, value)| (key, value)).collect();
        rows.sort_by(|a, b| a.0.cmp(b.0));
        rows
    }

    /// The rows whose keys are kept, under new numbers.
    pub(super) fn retained(self, keep: impl Fn(&K) -> bool) -> Self {
        let mut kept = Self::default();
        for (key, value) in self.rows.into_iter().filter(|(key, _)| keep(key)) {
            kept.intern(&key, || value);
        }
        kept
    }

    /// All rows, in no order that may be shown.
    pub(super) fn into_rows(self) -> Vec<(K, V)> {
        self.rows
    }
}

/// Equal are tables with equal values for the same keys, whatever their numbers.
impl<K: Clone + Eq + Hash + Ord, V: PartialEq> PartialEq for Series<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.sorted() == other.sorted()
    }
}

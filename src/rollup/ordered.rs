//! Things that are merely kept, read out in an order of their own so that the order of arrival cannot be seen.

use crate::model::key::{EndpointKey, Population};
use crate::model::sample::{Fact, Threshold, Total};

/// Something with a place among its kind.
pub(super) trait Ranked {
    /// What it is sorted by.
    type Rank: Ord;
    /// Its place.
    fn rank(&self) -> Self::Rank;
}

impl Ranked for Total {
    type Rank = (Population, Option<EndpointKey>, [Option<u64>; 4]);
    fn rank(&self) -> Self::Rank {
        (
            self.population,
            self.endpoint.clone(),
            [self.requests, self.failures, self.bytes, self.rate_per_s.map(f64::to_bits)],
        )
    }
}

impl Ranked for Threshold {
    type Rank = (String, String, bool, Option<bool>);
    fn rank(&self) -> Self::Rank {
        (self.metric.clone(), self.expression.clone(), self.abort, self.kept)
    }
}

impl Ranked for Fact {
    type Rank = String;
    fn rank(&self) -> Self::Rank {
        format!("{self:?}")
    }
}

/// A list whose order of arrival does not count.
#[derive(Debug, Clone)]
pub(super) struct Ordered<T>(Vec<T>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ranked + PartialEq> Ordered<T> {
    pub(super) fn add(&mut self, one: T) {
        self.0.push(one);
    }

    /// Adds what is not there yet.
    pub(super) fn add_once(&mut self, one: T) {
        if !self.0.contains(&one) {
            self.0.push(one);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn merge_once(&mut self, other: Self) {
        other.0.into_iter().for_each(|one| self.add_once(one));
    }

    pub(super) fn mapped(self, change: impl FnMut(T) -> T) -> Self {
        Self(self.0.into_iter().map(change).collect())
    }

    /// All, in their own order.
    pub(super) fn sorted(&self) -> Vec<&T> {
        let mut all: Vec<&T> = self.0.iter().collect();
        all.sort_by_cached_key(|one| one.rank());
        all
    }
}

impl<T: Ranked + PartialEq> PartialEq for Ordered<T> {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

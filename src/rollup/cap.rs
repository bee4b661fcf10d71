//! Bounds: under which keys things are held, and how many endpoints a report shows.
//!
//! Everything that a file may make up without end (names of endpoints, groups and metrics, kinds of failures, tags) is
//! brought to a bounded number of keys while reading, each by a rule that depends on what was met and not on the order: see
//! [`super::naming`]. When reading has ended and all files of a run have been added up, [`Part::settle`] applies the bounds of
//! the report, which depend on counts.

use super::naming::{Limits, Naming, Rules, Style};
use super::part::Part;
use crate::model::folded::{FoldedNames, FoldedTags};
use crate::model::key::{CellKey, EndpointKey, MetricKey, Outcome, Tags};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use super::naming::OTHER;
/// Endpoints that a report shows by name.
pub const ENDPOINTS_KEPT: usize = 2_000;
/// Cells that a report keeps.
const CELLS_KEPT: usize = 20_000;
/// Kinds of names that are told apart, error texts not counted.
pub(super) const NAMINGS: usize = 6;
/// Different sets of tags that are told apart.
const TAG_SETS: usize = 1_000;
/// Names times sets of tags that are told apart.
const TAGGED: u64 = 200_000;
/// The tag that says which check a point is of; its values are bounded by themselves.
pub(super) const CHECK: &str = "check";
/// Tags that a tool sets itself, of which it has few: they are kept longest.
pub(super) const OWN_TAGS: [&str; 4] = [CHECK, "expected_response", "group", "scenario"];

/// Tag sets: all as they are, then only the tool's own tags, then none. Which of them is decided by how many different sets
/// there are, so it does not depend on their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TagSets {
    pub(super) level: u8,
    sets: BTreeSet<Tags>,
}

impl TagSets {
    /// Meets a set beside so many names; whether sets that were held before are now held as others.
    fn learn(&mut self, tags: &Tags, names: u64) -> bool {
        if self.level >= 2 || tags.is_empty() {
            return false;
        }
        let held = self.held(tags);
        if !self.sets.contains(&held) {
            self.sets.insert(held);
        }
        self.raise(names)
    }

    fn raise(&mut self, names: u64) -> bool {
        let before = self.level;
        while self.level < 2
            && (self.sets.len() > TAG_SETS || self.sets.len() > 1 && self.sets.len() as u64 * names > TAGGED)
        {
            self.level += 1;
            self.sets = std::mem::take(&mut self.sets).iter().map(|tags| self.held(tags)).collect();
        }
        self.level > before
    }

    fn kept(&self) -> FoldedTags {
        FoldedTags { level: self.level, sets: self.sets.iter().cloned().collect() }
    }

    fn take(&mut self, other: FoldedTags, names: u64) {
        self.level = self.level.max(other.level.min(2));
        let all = std::mem::take(&mut self.sets).into_iter().chain(other.sets);
        self.sets = all.map(|tags| self.held(&tags)).collect();
        self.raise(names);
    }

    fn held(&self, tags: &Tags) -> Tags {
        match self.level {
            0 => tags.clone(),
            1 => tags.iter().filter(|(name, _)| OWN_TAGS.contains(&name.as_str())).cloned().collect(),
            _ => tags.iter().filter(|(name, _)| name == CHECK).cloned().collect(),
        }
    }
}

/// Held says under which keys a part holds what it is given.
#[derive(Debug, Clone)]
pub(super) struct Held {
    rules: Arc<Rules>,
    pub(super) names: Naming,
    pub(super) groups: Naming,
    pub(super) methods: Naming,
    pub(super) kinds: Naming,
    pub(super) tags: TagSets,
    pub(super) metrics: Naming,
    pub(super) checks: Naming,
    pub(super) metric_tags: TagSets,
}

impl Default for Held {
    fn default() -> Self {
        Self::new(Arc::default())
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.namings() == other.namings() && self.tags == other.tags && self.metric_tags == other.metric_tags
    }
}

impl Held {
    pub(super) fn new(rules: Arc<Rules>) -> Self {
        // More would not be bounded any more.
        let ids = rules.names_per_pattern.min(200);
        let name =
            Limits { style: Style::Name, ids, numbers: 5 * ids, words: 10 * ids, first_words: 2_500, held: 30_000 };
        let short = Limits { words: 50, first_words: 200, held: 2_000, ..name };
        let kind = Limits { style: Style::Sentence, ids: 5, numbers: 70, words: 20, first_words: 100, held: 1_000 };
        Self {
            rules,
            names: Naming::new(name),
            groups: Naming::new(short),
            methods: Naming::new(short),
            kinds: Naming::new(kind),
            tags: TagSets::default(),
            metrics: Naming::new(short),
            checks: Naming::new(short),
            metric_tags: TagSets::default(),
        }
    }

    fn namings(&self) -> [&Naming; NAMINGS] {
        [&self.names, &self.groups, &self.methods, &self.kinds, &self.metrics, &self.checks]
    }

    /// As plain data.
    pub(super) fn kept(&self) -> FoldedNames {
        FoldedNames {
            namings: self.namings().map(Naming::kept).into(),
            tags: vec![self.tags.kept(), self.metric_tags.kept()],
            texts_without_endpoints: false,
        }
    }

    /// Hears of all that another heard of.
    pub(super) fn take(&mut self, heard: FoldedNames) {
        let own = [
            &mut self.names,
            &mut self.groups,
            &mut self.methods,
            &mut self.kinds,
            &mut self.metrics,
            &mut self.checks,
        ];
        for (own, theirs) in own.into_iter().zip(heard.namings) {
            own.take(theirs);
        }
        let weights = [self.names.weight(), self.metrics.weight()];
        for ((own, theirs), weight) in [&mut self.tags, &mut self.metric_tags].into_iter().zip(heard.tags).zip(weights)
        {
            own.take(theirs, weight);
        }
    }

    /// How many endpoints are told apart, by weight: a measure that never falls.
    pub(super) fn endpoints(&self) -> u64 {
        self.names.weight()
    }

    /// What decides under which keys things are held.
    pub(super) fn decided(&self) -> ([(u8, Vec<String>); NAMINGS], [u8; 2]) {
        (self.namings().map(Naming::decided), [self.tags.level, self.metric_tags.level])
    }

    /// Hears of an endpoint; whether keys of before have changed.
    pub(super) fn learn_endpoint(&mut self, key: &EndpointKey) -> bool {
        let named = self.rules.named(key);
        let named = named.as_ref().unwrap_or(key);
        let mut moved = false;
        if !self.rules.is_given(&named.name) {
            moved |= self.names.learn(&named.name);
            moved |= self.tags.raise(self.names.weight());
        }
        moved |= named.group.as_ref().is_some_and(|group| self.groups.learn(group));
        moved | named.method.as_ref().is_some_and(|method| self.methods.learn(method))
    }

    /// Hears of a cell; whether keys of before have changed.
    pub(super) fn learn(&mut self, key: &CellKey) -> bool {
        let mut moved = self.learn_endpoint(&key.endpoint);
        if let Outcome::Failed(kind) = &key.outcome {
            moved |= self.kinds.learn(kind);
        }
        moved | self.tags.learn(&key.tags, self.names.weight())
    }

    /// Hears of a metric; whether keys of before have changed.
    pub(super) fn learn_metric(&mut self, key: &MetricKey) -> bool {
        let mut moved = self.metrics.learn(&key.name);
        for (name, value) in &key.tags {
            moved |= name == CHECK && self.checks.learn(value);
        }
        let tags: Tags = key.tags.iter().filter(|(name, _)| name != CHECK).cloned().collect();
        moved | self.metric_tags.learn(&tags, self.metrics.weight())
    }

    fn checked(&self, tags: &Tags) -> Tags {
        let checked = |(name, value): &(String, String)| match name.as_str() {
            CHECK => (name.clone(), self.checks.shown(&self.checks.held(value))),
            _ => (name.clone(), value.clone()),
        };
        tags.iter().map(checked).collect()
    }

    /// The key under which an endpoint is held, or one that was held is held by now.
    pub(super) fn endpoint(&self, key: &EndpointKey) -> EndpointKey {
        let named = self.rules.named(key);
        let key = named.as_ref().unwrap_or(key);
        let short = |naming: &Naming, text: &Option<String>| text.as_ref().map(|text| naming.shown(&naming.held(text)));
        let name =
            if self.rules.is_given(&key.name) { key.name.clone() } else { self.names.held(&key.name).into_owned() };
        EndpointKey { group: short(&self.groups, &key.group), method: short(&self.methods, &key.method), name }
    }

    /// The kind of failure under which one is held, or one that was held is held by now.
    pub(super) fn kind(&self, kind: &str) -> String {
        self.kinds.held(kind).into_owned()
    }

    /// The key under which a cell is held, or one that was held is held by now.
    pub(super) fn cell(&self, key: &CellKey) -> CellKey {
        CellKey {
            endpoint: self.endpoint(&key.endpoint),
            outcome: match &key.outcome {
                Outcome::Failed(kind) => Outcome::Failed(self.kind(kind)),
                other => other.clone(),
            },
            status: key.status.filter(|status| *status < 1_000),
            tags: self.tags.held(&key.tags),
            ..key.clone()
        }
    }

    /// The key under which a metric is held.
    pub(super) fn metric(&self, key: &MetricKey) -> MetricKey {
        let tags = self.metric_tags.held(&self.checked(&key.tags));
        MetricKey { name: self.metrics.held(&key.name).into_owned(), tags, ..key.clone() }
    }

    /// An endpoint as it is shown.
    pub(super) fn shown(&self, key: &EndpointKey) -> EndpointKey {
        let name = self.names.shown(&key.name);
        if name == OTHER { other() } else { EndpointKey { name, ..key.clone() } }
    }
}

fn other() -> EndpointKey {
    EndpointKey { group: None, method: None, name: OTHER.to_owned() }
}

impl Part {
    /// Applies the bounds once reading and renaming have ended, gives back spare memory, and says what was left aside.
    #[must_use]
    pub fn settle(mut self) -> (Self, Vec<String>) {
        let mut said = Vec::new();
        if self.cells.len() > CELLS_KEPT {
            said.push(format!(
                "{} combinations of endpoint, outcome and tags, of which {CELLS_KEPT} are kept: tags were left aside, and criteria \
                 that select by tag cannot be judged",
                self.cells.len()
            ));
            self.regroup(&|key| CellKey { tags: Vec::new(), ..key.clone() });
        }
        let (kept, all) = self.endpoints_kept();
        if kept.len() < all {
            said.push(format!(
                "{all} endpoints, of which the {} most frequent are shown by name and the rest is summed as {OTHER}: give names to \
                 URLs that hold identifiers with [[endpoints]] in plimsoll.toml",
                kept.len()
            ));
            self = self.renamed(&|key| if kept.contains(key) { key.clone() } else { other() });
        }
        self.cells.values_mut().for_each(|counter| counter.recorded.histogram.settle());
        self.requests.settle();
        self.metrics.values_mut().for_each(super::metric::Points::settle);
        (self, said)
    }

    /// The most frequent endpoints that keep within both bounds, ties by name; and how many there are.
    fn endpoints_kept(&self) -> (BTreeSet<EndpointKey>, usize) {
        let mut sizes: BTreeMap<&EndpointKey, (u64, usize)> = BTreeMap::new();
        for (key, counter) in self.cells.sorted() {
            let size = sizes.entry(&key.endpoint).or_default();
            size.0 += counter.count;
            size.1 += 1;
        }
        for total in self.totals.sorted() {
            if let Some(key) = &total.endpoint {
                sizes.entry(key).or_default().0 += total.requests.unwrap_or(0);
            }
        }
        let all = sizes.len();
        let mut ranked: Vec<(&EndpointKey, (u64, usize))> = sizes.into_iter().collect();
        ranked.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(b.0)));
        let mut cells = 0;
        let kept = ranked.into_iter().take(ENDPOINTS_KEPT).take_while(|(_, (_, own))| {
            cells += own;
            cells <= CELLS_KEPT
        });
        (kept.map(|(key, _)| key.clone()).collect(), all)
    }
}

//! Error texts with their counts: alike ones as one text, the most frequent by their words, the rest as one sum.
//!
//! Texts quote addresses, ids and times, so that each failure has one of its own. They are folded as names are, see
//! [`super::naming`]: `dial 10.0.0.5:54321: refused` is `dial {address}: refused` once there are several of it.

use super::naming::{Limits, Naming, OTHER, Style};
use crate::model::folded::FoldedNaming;
use crate::model::key::EndpointKey;
use crate::model::sample::Fault;
use std::collections::{BTreeMap, BTreeSet};

/// Texts that are shown.
const KEPT: usize = 1000;
/// Endpoints times texts that are told apart, by weight.
const PAIRS: u64 = 400_000;
/// How much variety of texts is told apart.
const LIMITS: Limits = Limits { style: Style::Sentence, ids: 3, numbers: 60, words: 10, first_words: 200, held: 5_000 };

/// An error text's identity.
type Text = (Option<EndpointKey>, bool, String);

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Faults {
    texts: Naming,
    counts: BTreeMap<Text, u64>,
    /// Whether endpoints were left aside, because there were too many of them with too many texts.
    without_endpoints: bool,
}

impl Default for Faults {
    fn default() -> Self {
        Self { texts: Naming::new(LIMITS), counts: BTreeMap::new(), without_endpoints: false }
    }
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        if self.texts.learn(&fault.text) {
            self.regroup(&EndpointKey::clone);
        }
        self.add_held(fault);
    }

    fn count(&mut self, (endpoint, of_requests, text): Text, count: u64) {
        let endpoint = endpoint.filter(|_| !self.without_endpoints);
        let sum = self.counts.entry((endpoint, of_requests, text)).or_default();
        *sum = sum.saturating_add(count);
    }

    /// Leaves endpoints aside where there are too many of them, by their weight, with too many texts. Neither weight ever falls
    /// or depends on who was met first, and together they are at least as many as the pairs that are held.
    pub(super) fn bound(&mut self, endpoints: u64) {
        if !self.without_endpoints && self.texts.weight().saturating_mul(endpoints) > PAIRS {
            self.without_endpoints = true;
            self.regroup(&EndpointKey::clone);
        }
    }

    /// Whether endpoints were left aside.
    pub(super) fn is_without_endpoints(&self) -> bool {
        self.without_endpoints
    }

    /// What was heard of texts.
    pub(super) fn texts(&self) -> &Naming {
        &self.texts
    }

    /// What was heard of texts, and whether endpoints were left aside.
    pub(super) fn kept(&self) -> (FoldedNaming, bool) {
        (self.texts.kept(), self.without_endpoints)
    }

    /// Hears what another heard of texts.
    pub(super) fn take(&mut self, texts: FoldedNaming, without_endpoints: bool) {
        self.texts.take(texts);
        self.without_endpoints |= without_endpoints;
        self.regroup(&EndpointKey::clone);
    }

    /// A fault whose text was heard.
    pub(super) fn add_held(&mut self, fault: Fault) {
        let text = self.texts.held(&fault.text).into_owned();
        self.count((fault.endpoint, fault.of_requests, text), fault.count);
    }

    /// Brings everything under the endpoints and texts under which it is held by now.
    fn regroup(&mut self, rename: &dyn Fn(&EndpointKey) -> EndpointKey) {
        for ((endpoint, of_requests, text), count) in std::mem::take(&mut self.counts) {
            let text = self.texts.held(&text).into_owned();
            self.count((endpoint.as_ref().map(rename), of_requests, text), count);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.take(other.texts.kept(), other.without_endpoints);
        for ((endpoint, of_requests, text), count) in other.counts {
            let text = self.texts.held(&text).into_owned();
            self.count((endpoint, of_requests, text), count);
        }
    }

    /// All texts that are held, in their own order.
    pub(super) fn held(&self) -> Vec<Fault> {
        let held = |((endpoint, of_requests, text), count): (&Text, &u64)| Fault {
            endpoint: endpoint.clone(),
            text: text.clone(),
            count: *count,
            of_requests: *of_requests,
        };
        self.counts.iter().map(held).collect()
    }

    /// The same texts under other endpoints.
    pub(super) fn renamed(mut self, rename: &dyn Fn(&EndpointKey) -> EndpointKey) -> Self {
        self.regroup(rename);
        self
    }

    /// The same texts without those of these endpoints.
    pub(super) fn without(mut self, aside: &BTreeSet<EndpointKey>) -> Self {
        self.counts.retain(|(endpoint, _, _), _| endpoint.as_ref().is_none_or(|endpoint| !aside.contains(endpoint)));
        self
    }

    /// Most frequent first, at most [`KEPT`] and the sum of the rest.
    pub(super) fn view(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = self.counts.iter().map(|(text, count)| self.fault(text, *count)).collect();
        faults.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.cmp(b)));
        for rest in faults.split_off(faults.len().min(KEPT)) {
            let is_rest = |kept: &&mut Fault| {
                kept.of_requests == rest.of_requests && kept.text == OTHER && kept.endpoint.is_none()
            };
            match faults.iter_mut().find(is_rest) {
                Some(sum) => sum.count = sum.count.saturating_add(rest.count),
                None => faults.push(Fault { endpoint: None, text: OTHER.to_owned(), ..rest }),
            }
        }
        faults
    }

    fn fault(&self, (endpoint, of_requests, text): &Text, count: u64) -> Fault {
        Fault { endpoint: endpoint.clone(), text: self.texts.shown(text), count, of_requests: *of_requests }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str, count: u64) -> Fault {
        Fault { endpoint: None, text: text.to_owned(), count, of_requests: true }
    }

    #[test]
    fn texts_that_differ_in_ids_add_up() {
        let mut faults = Faults::default();
        for number in 0..30_000_u64 {
            faults.add(fault(&format!("order {number} not found"), 1));
        }
        faults.add(fault("timeout", 7));
        assert_eq!(faults.view(), [fault("order {n} not found", 30_000), fault("timeout", 7)]);
        assert_eq!(faults.counts.len(), 2);
    }

    #[test]
    fn beyond_a_thousand_texts_the_rest_is_summed_and_nothing_is_lost() {
        let mut faults = Faults::default();
        let letter = |number: u64| char::from(b'a' + u8::try_from(number % 10).unwrap());
        for number in 0..1_500_u64 {
            let text =
                format!("{} {} {} x{}", number % 15, letter(number / 15), letter(number / 150), letter(number / 1500));
            for endpoint in ["/a", "/b"] {
                let endpoint = Some(EndpointKey::new(None, endpoint));
                faults.add(Fault { endpoint, ..fault(&text, 1) });
            }
        }
        let view = faults.view();
        assert_eq!(view.iter().map(|fault| fault.count).sum::<u64>(), 3_000);
        assert!(view.len() <= KEPT + 1);
    }
}

//! Error texts with their counts: the most frequent by their words, the rest as one sum.

use crate::model::key::EndpointKey;
use crate::model::sample::Fault;
use std::collections::{BTreeMap, BTreeSet};

/// Texts that are kept when reading has ended.
const KEPT: usize = 1000;
/// Texts that are told apart while reading.
const HELD: usize = 20_000;
/// Stands for all texts beyond those that are kept.
const OTHER: &str = "(other)";

/// An error text's identity.
type Text = (Option<EndpointKey>, bool, String);

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Faults(BTreeMap<Text, u64>);

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        let text = (fault.endpoint, fault.of_requests, fault.text);
        let text = if self.0.len() < HELD || self.0.contains_key(&text) { text } else { other(text.1) };
        let count = self.0.entry(text).or_default();
        *count = count.saturating_add(fault.count);
    }

    pub(super) fn merge(&mut self, other: Self) {
        for ((endpoint, of_requests, text), count) in other.0 {
            self.add(Fault { endpoint, text, count, of_requests });
        }
    }

    /// The same texts under other endpoints.
    pub(super) fn renamed(self, rename: &dyn Fn(&EndpointKey) -> EndpointKey) -> Self {
        let mut renamed = Self::default();
        for ((endpoint, of_requests, text), count) in self.0 {
            renamed.add(Fault { endpoint: endpoint.as_ref().map(rename), text, count, of_requests });
        }
        renamed
    }

    /// The same texts without those of these endpoints.
    pub(super) fn without(mut self, aside: &BTreeSet<EndpointKey>) -> Self {
        self.0.retain(|(endpoint, _, _), _| endpoint.as_ref().is_none_or(|endpoint| !aside.contains(endpoint)));
        self
    }

    /// Most frequent first, at most [`KEPT`] and the sum of the rest.
    pub(super) fn view(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = self.0.iter().map(fault).collect();
        faults.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.cmp(b)));
        for rest in faults.split_off(faults.len().min(KEPT)) {
            let (endpoint, of_requests, text) = other(rest.of_requests);
            match faults
                .iter_mut()
                .find(|kept| kept.of_requests == of_requests && kept.text == text && kept.endpoint == endpoint)
            {
                Some(sum) => sum.count = sum.count.saturating_add(rest.count),
                None => faults.push(Fault { endpoint, text, count: rest.count, of_requests }),
            }
        }
        faults
    }
}

fn other(of_requests: bool) -> Text {
    (None, of_requests, OTHER.to_owned())
}

fn fault(((endpoint, of_requests, text), count): (&Text, &u64)) -> Fault {
    Fault { endpoint: endpoint.clone(), text: text.clone(), count: *count, of_requests: *of_requests }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_a_thousand_texts_the_rest_is_summed_and_nothing_is_lost() {
        let mut faults = Faults::default();
        for number in 0..30_000_u64 {
            faults.add(Fault {
                endpoint: None,
                text: format!("order {number} not found"),
                count: 1,
                of_requests: true,
            });
        }
        faults.add(Fault { endpoint: None, text: "timeout".into(), count: 7, of_requests: true });
        let view = faults.view();
        assert_eq!(view.iter().map(|fault| fault.count).sum::<u64>(), 30_007);
        assert!(view.len() <= KEPT + 1);
    }
}

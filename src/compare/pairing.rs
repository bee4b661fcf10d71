//! Which endpoint of one run is which of another.

use super::side::{Side, SideEndpoint};
use crate::analyse::figures::EndpointFigures;
use std::collections::{BTreeMap, BTreeSet};

/// Endpoints of two runs by name; one that a run does not have is `None` there.
pub(super) type Pairs<'a> = BTreeMap<String, (Option<&'a SideEndpoint>, Option<&'a SideEndpoint>)>;

/// Endpoints of both sides.
pub(super) fn paired<'a>(before: &'a Side, after: &'a Side) -> Pairs<'a> {
    let names = Names::of([before, after]);
    let mut pairs = Pairs::new();
    for endpoint in &before.endpoints {
        pairs.entry(names.of_endpoint(&endpoint.figures)).or_default().0 = Some(endpoint);
    }
    for endpoint in &after.endpoints {
        pairs.entry(names.of_endpoint(&endpoint.figures)).or_default().1 = Some(endpoint);
    }
    pairs
}

/// Names by which endpoints of several runs are matched: labels, within their group where one label stands in several
/// groups of a run.
struct Names<'a>(BTreeSet<&'a str>);

impl<'a> Names<'a> {
    fn of(sides: impl IntoIterator<Item = &'a Side>) -> Self {
        let mut twice = BTreeSet::new();
        for side in sides {
            let mut seen = BTreeSet::new();
            let labels = side.endpoints.iter().map(|one| one.figures.label.as_str());
            twice.extend(labels.filter(|label| !seen.insert(*label)));
        }
        Self(twice)
    }

    fn of_endpoint(&self, figures: &EndpointFigures) -> String {
        match &figures.group {
            Some(group) if self.0.contains(figures.label.as_str()) => format!("{group} › {}", figures.label),
            _ => figures.label.clone(),
        }
    }
}

//! JMeter's rows within rows. A request that was redirected, or brought embedded resources along, has a row of its own and is
//! followed by those of its parts, `LABEL-0`, `LABEL-1` and so on; their time is in the request's, and counted beside it
//! they would double it. In a CSV nothing but the label tells them, and people give labels with numbers too. So it is decided
//! when all rows of a test are together: from the counts, which no order or split of the rows can change.

use super::figure::Figures;
use super::form::Form;
use crate::model::key::{EndpointKey, Population};
use crate::model::test::CellData;
use std::collections::{BTreeMap, BTreeSet};

/// Takes rows out that are parts of other rows' requests, and says so.
pub(super) fn set_aside(form: &mut Form) {
    if form.file.adapter != "jmeter_csv" {
        return;
    }
    let cells = form.part.cells();
    let (aside, rows) = parts_of_requests(&cells);
    if aside.is_empty() {
        return;
    }
    form.part = std::mem::take(&mut form.part).without(&aside);
    form.figures = Figures::of(&form.part);
    for key in &aside {
        form.labels.remove(&key.label());
    }
    form.said.push(format!(
        "{rows} rows of {} labels such as `{}` are parts of the request that is called so without the number (redirects, \
         embedded resources): they are in its time, and are not counted beside it",
        aside.len(),
        aside.iter().next().map(|key| crate::fmt::plain(&key.name)).unwrap_or_default()
    ));
}

/// How often an endpoint was met, and the sum of its times.
#[derive(Debug, Default, Clone, Copy)]
struct Met {
    count: u64,
    sum_ns: u128,
}

/// The endpoints whose rows are parts of other endpoints' requests, and how many rows they are. A label's parts are numbered
/// from 0 and are at least two; each is met at most as often as the one before it; and the first takes no longer than the
/// whole.
fn parts_of_requests(cells: &[CellData]) -> (BTreeSet<EndpointKey>, u64) {
    let mut met: BTreeMap<&EndpointKey, Met> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.key.population == Population::Request) {
        let met = met.entry(&cell.key.endpoint).or_default();
        met.count += cell.count;
        met.sum_ns += cell.recorded.sum_ns;
    }
    let (mut aside, mut rows) = (BTreeSet::new(), 0);
    for (key, whole) in &met {
        let part = |number: u32| {
            let key = EndpointKey { name: format!("{}-{number}", key.name), ..(*key).clone() };
            met.get(&key).map(|met| (key, *met))
        };
        let mut most = whole.count;
        let parts: Vec<(EndpointKey, Met)> = (0..)
            .map_while(part)
            .take_while(|(_, met)| {
                let fits = met.count <= most;
                most = met.count;
                fits
            })
            .collect();
        let within = parts.first().is_some_and(|(_, first)| first.sum_ns <= whole.sum_ns);
        if parts.len() >= 2 && within {
            rows += parts.iter().map(|(_, met)| met.count).sum::<u64>();
            aside.extend(parts.into_iter().map(|(key, _)| key));
        }
    }
    (aside, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::distribution::Recorded;
    use crate::model::key::{CellKey, Outcome};

    fn names(rows: &[(&str, u64, u64)]) -> Vec<String> {
        let cell = |(name, count, nanos): &(&str, u64, u64)| {
            let mut recorded = Recorded::default();
            recorded.record_n(*nanos, *count);
            let key = CellKey {
                population: Population::Request,
                endpoint: EndpointKey::new(None, name),
                outcome: Outcome::Ok,
                status: None,
                cached: None,
                tags: Vec::new(),
            };
            CellData { key, count: *count, recorded, bytes: None }
        };
        let cells: Vec<CellData> = rows.iter().map(cell).collect();
        parts_of_requests(&cells).0.into_iter().map(|key| key.name).collect()
    }

    #[test]
    fn redirects_are_parts_of_their_request() {
        let redirected = [("login", 10, 900), ("login-0", 10, 300), ("login-1", 10, 600), ("home", 5, 10)];
        assert_eq!(names(&redirected), ["login-0", "login-1"]);
        let some = [("http://h/", 10, 900), ("http://h/-0", 4, 300), ("http://h/-1", 4, 300), ("http://h/-2", 1, 300)];
        assert_eq!(names(&some).len(), 3);
    }

    #[test]
    fn labels_that_people_number_are_requests() {
        assert!(names(&[("step", 10, 900), ("step-1", 10, 300), ("step-2", 10, 300)]).is_empty());
        assert!(names(&[("step-0", 10, 900), ("step-1", 10, 300)]).is_empty());
        assert!(names(&[("step", 10, 900), ("step-0", 10, 300)]).is_empty());
        assert!(names(&[("step", 10, 900), ("step-0", 11, 30), ("step-1", 10, 30)]).is_empty());
        assert!(names(&[("step", 10, 900), ("step-0", 10, 3000), ("step-1", 10, 30)]).is_empty());
    }
}

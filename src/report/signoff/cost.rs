//! Cost: the bill of [`super::money`] as a section.

use super::document::{Block, Cell, Grid, Note, Origin, Section};
use super::money::{self, Amount, Seen, money};
use super::{At, section};
use crate::config::signoff::Cost;
use crate::judge::outcome::Status;
use crate::report::model::TestReport;

pub(super) fn cost(at: &At<'_>) -> Section {
    let Some(cost) = &at.declared.cost else {
        return section("cost", "Cost", vec![Block::notes(vec![Note::missing("No price is stated.")])]);
    };
    let seen = seen(at, cost);
    let mut grid = Grid::new("cost", &["of", "#without cache", "#with cache", "~how"]);
    let currency = cost.currency.as_deref().unwrap_or_default();
    let lines = [money::by_request(cost, seen), money::by_instance(cost, seen)].concat();
    for line in lines {
        let shown = |amount: &Option<Amount>| match amount {
            Some(amount) => Cell::text(money(currency, amount.value)),
            None => Cell::text("not known"),
        };
        let formula = [&line.without, &line.with].into_iter().flatten().map(|amount| amount.formula.clone());
        let how = Cell::text(formula.collect::<Vec<_>>().join("; "));
        grid.row(Origin::Measured, vec![Cell::text(line.what.clone()), shown(&line.without), shown(&line.with), how]);
    }
    let mut notes = Vec::new();
    if cost.per_request.is_some() && seen.hits.is_none() {
        notes.push(Note::missing("With cache: not known, no source says which answers came from the cache."));
    }
    if cost.per_instance_hour.is_some() && money::by_instance(cost, seen).is_empty() {
        notes.push(Note::missing(
            "By instance: not known, it needs `instances` and a run whose length and requests are known.",
        ));
    }
    if cost.volume.is_none() {
        notes.push(Note::missing("A month: no volume is stated."));
    }
    let claims = money::claims(cost, seen).into_iter().map(|claim| Note {
        status: Some(if claim.holds { Status::Pass } else { Status::Warn }),
        ..Note::declared(&claim.text)
    });
    notes.extend(claims);
    section("cost", "Cost", vec![Block::table(grid), Block::notes(notes)])
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests as factors")]
fn seen(at: &At<'_>, cost: &Cost) -> Seen {
    let counts = |test: &&TestReport| cost.tests.as_ref().is_none_or(|globs| globs.matches(&test.name));
    let tests: Vec<&TestReport> = at.counted().into_iter().filter(counts).collect();
    let requests: u64 = tests.iter().filter_map(|test| test.totals.requests).sum();
    let caches = || tests.iter().filter_map(|test| test.totals.cache);
    let known: u64 = caches().map(|cache| cache.known).sum();
    let hits: u64 = caches().map(|cache| cache.hits).sum();
    let measured = (known > 0).then(|| hits as f64 / known as f64);
    let seconds: Option<f64> = tests.iter().map(|test| test.duration_s).sum();
    Seen {
        requests: requests as f64,
        hits: measured.or(cost.hit_ratio.map(|ratio| ratio.value)),
        hours: seconds.filter(|seconds| *seconds > 0.0).map(|seconds| seconds / 3600.0),
    }
}

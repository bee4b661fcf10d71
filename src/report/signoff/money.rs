//! What requests cost: from a price and what was measured, with the formula.

use crate::config::signoff::{Cost, StatedMonth, Volume};
use crate::fmt;

/// What the runs say of the price.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Seen {
    /// Requests.
    pub(super) requests: f64,
    /// Share that the cache answered.
    pub(super) hits: Option<f64>,
    /// Hours that they took, one test after another.
    pub(super) hours: Option<f64>,
}

/// An amount and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amount {
    pub(super) value: f64,
    pub(super) formula: String,
}

/// One line of the bill.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) what: String,
    pub(super) without: Option<Amount>,
    pub(super) with: Option<Amount>,
}

/// A statement of somebody, held against the price.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claim {
    pub(super) text: String,
    pub(super) holds: bool,
}

/// An amount of money: two decimals from one on, four significant ones below.
pub(super) fn money(currency: &str, value: f64) -> String {
    let text = if value.abs() >= 1.0 || value.abs() < f64::EPSILON { cents(value) } else { fmt::number(value) };
    if currency.is_empty() { text } else { format!("{currency} {text}") }
}

fn cents(value: f64) -> String {
    let text = format!("{value:.2}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, "00"));
    let grouped = whole.parse::<u64>().map_or_else(|_| whole.to_owned(), fmt::count);
    format!("{grouped}.{rest}")
}

/// The bill by requests: of the runs, of 1,000 requests, of a month.
pub(super) fn by_request(cost: &Cost, seen: Seen) -> Vec<Line> {
    let Some(price) = cost.per_request else { return Vec::new() };
    let cached = cost.per_cached_request;
    let (p, c) = (plain(price), plain(cached));
    let line = |what: String, count: f64| {
        let n = fmt::number(count);
        let without = Amount { value: count * price, formula: format!("{n} × {p}") };
        let with = seen.hits.map(|hits| {
            let share = fmt::percent(hits);
            let rest = if cached > 0.0 { format!(" + {n} × {share} × {c}") } else { String::new() };
            Amount {
                value: count * ((1.0 - hits) * price + hits * cached),
                formula: format!("{n} × (1 − {share}) × {p}{rest}"),
            }
        });
        Line { what, without: Some(without), with }
    };
    let mut lines = Vec::new();
    if seen.requests > 0.0 {
        lines.push(line("these runs".to_owned(), seen.requests));
    }
    lines.push(line("1,000 requests".to_owned(), 1000.0));
    lines.extend(cost.volume.map(|volume| line(a_month(volume), monthly(volume))));
    lines
}

/// The bill by instances: the price does not depend on what the cache answers.
pub(super) fn by_instance(cost: &Cost, seen: Seen) -> Vec<Line> {
    let (Some(price), Some(instances)) = (cost.per_instance_hour, cost.instances) else { return Vec::new() };
    let Some(hours) = seen.hours.filter(|hours| *hours > 0.0 && seen.requests > 0.0) else { return Vec::new() };
    let (p, n) = (plain(price), fmt::number(instances));
    let a_request = instances * price * hours / seen.requests;
    let run = format!("{n} instances × {} h × {p}", fmt::number(hours));
    let bill = |what: String, count: f64, formula: String| Line {
        what,
        without: None,
        with: Some(Amount { value: count * a_request, formula }),
    };
    let of = fmt::number(seen.requests);
    let mut lines = vec![
        bill("these runs".to_owned(), seen.requests, run.clone()),
        bill("1,000 requests".to_owned(), 1000.0, format!("1,000 ÷ {of} × {run}")),
    ];
    if let Some(volume) = cost.volume {
        let count = monthly(volume);
        lines.push(bill(a_month(volume), count, format!("{} ÷ {of} × {run}", fmt::number(count))));
    }
    lines
}

/// Requests of a month of 30 days.
pub(super) fn monthly(volume: Volume) -> f64 {
    volume.requests * volume.per.a_month()
}

fn a_month(volume: Volume) -> String {
    format!(
        "a month at {} a {} ({} requests)",
        fmt::number(volume.requests),
        volume.per.words(),
        fmt::number(monthly(volume))
    )
}

/// A price as it was written.
fn plain(price: f64) -> String {
    format!("{price}")
}

/// What was said a month costs, held against the price: which price a request it implies.
pub(super) fn claims(cost: &Cost, seen: Seen) -> Vec<Claim> {
    let (Some(stated), Some(price), Some(volume)) = (cost.stated_month, cost.per_request, cost.volume) else {
        return Vec::new();
    };
    let currency = cost.currency.as_deref().unwrap_or_default();
    let count = monthly(volume);
    let hits = stated.hit_ratio.map(|ratio| ratio.value).or(seen.hits);
    let StatedMonth { without_cache, with_cache, .. } = stated;
    let asked = [
        without_cache.map(|amount| (amount, "without cache", count, fmt::number(count))),
        with_cache.zip(hits).map(|(amount, hits)| {
            (
                amount,
                "with cache",
                count * (1.0 - hits),
                format!("({} × (1 − {}))", fmt::number(count), fmt::percent(hits)),
            )
        }),
    ];
    let claim = |(amount, what, paid, formula): (f64, &str, f64, String)| {
        if paid <= 0.0 || price <= 0.0 {
            return None;
        }
        let implied = amount / paid;
        let ratio = implied / price;
        let holds = (0.95..=1.05).contains(&ratio);
        let verdict = if holds {
            "the price that was given".to_owned()
        } else {
            format!(
                "{} times the price of {} that was given: one of the two is wrong",
                fmt::number(ratio),
                plain(price)
            )
        };
        let text = format!(
            "Stated: {} a month {what}, which is {} ÷ {formula} = {} a request, {verdict}.",
            money(currency, amount),
            fmt::number(amount),
            fmt::number(implied),
        );
        Some(Claim { text, holds })
    };
    asked.into_iter().flatten().filter_map(claim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::signoff::Signoff;

    fn cost(text: &str) -> Cost {
        Signoff::parse(&format!("[cost]\n{text}"), "signoff.toml").unwrap().cost.unwrap()
    }

    fn values(lines: &[Line]) -> Vec<(Option<String>, Option<String>)> {
        let shown = |amount: &Option<Amount>| amount.as_ref().map(|amount| money("$", amount.value));
        lines.iter().map(|line| (shown(&line.without), shown(&line.with))).collect()
    }

    /// A team's own arithmetic: 60 requests at 0.06 are 3.60, with 80 % hits 0.72; the month they printed implies 0.14.
    #[test]
    fn a_bill_that_a_team_made_by_hand() {
        let cost = cost(
            "per_request = 0.06\nvolume = \"1000 a day\"\nstated_month = { without_cache = 4200, with_cache = 840, hit_ratio = \"80 %\" }",
        );
        let seen = Seen { requests: 60.0, hits: Some(0.8), hours: None };
        let some = |a: &str, b: &str| (Some(a.to_owned()), Some(b.to_owned()));
        let lines = by_request(&cost, seen);
        assert_eq!(
            values(&lines),
            [some("$ 3.60", "$ 0.72"), some("$ 60.00", "$ 12.00"), some("$ 1,800.00", "$ 360.00")]
        );
        assert_eq!(lines[0].with.as_ref().unwrap().formula, "60 × (1 − 80 %) × 0.06");
        let claims = claims(&cost, seen);
        assert_eq!(claims.len(), 2);
        for claim in claims {
            assert!(claim.text.contains("= 0.14 a request, 2.33 times the price of 0.06"), "{}", claim.text);
            assert!(!claim.holds);
        }
    }

    #[test]
    fn a_month_that_fits_its_price_is_said_to() {
        let cost = cost("per_request = 0.14\nvolume = \"1000 a day\"\nstated_month = { without_cache = 4200 }");
        assert!(claims(&cost, Seen::default())[0].holds);
    }

    #[test]
    fn hits_that_nobody_knows_give_no_amount() {
        let seen = Seen { requests: 60.0, hits: None, hours: None };
        assert_eq!(values(&by_request(&cost("per_request = 0.06"), seen))[0], (Some("$ 3.60".to_owned()), None));
    }

    #[test]
    fn instances_cost_by_the_hour() {
        let cost = cost("per_instance_hour = 0.5\ninstances = 4\nvolume = \"1000000 a month\"");
        let seen = Seen { requests: 10_000.0, hits: None, hours: Some(0.5) };
        let of = |amount: &str| (None, Some(amount.to_owned()));
        assert_eq!(values(&by_instance(&cost, seen)), [of("$ 1.00"), of("$ 0.1"), of("$ 100.00")]);
    }
}

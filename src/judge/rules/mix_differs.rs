//! The mix of requests is not the one that was declared.
//!
//! # What it checks
//! Each endpoint's share of a test's requests against `mix` in the plan: more than 5 points off, or `mix_tolerance`.
//!
//! # Why it matters
//! Totals are a mix. With fewer of the slow requests than people send, p95 of the whole test is better than theirs, and the
//! system carried less than it seems.
//!
//! # Example
//! `POST /api/v1/chat is 31 % of the requests, declared 50 %`
//!
//! # What to do
//! Look at the script's weights, and at iterations that end early: what comes late in a script is what is missing. Or declare
//! the mix that was meant.

use super::{Look, Rule, finding};
use crate::analyse::figures::PopulationFigures;
use crate::config::schema::PlannedTest;
use crate::config::value::Globs;
use crate::fmt;
use crate::judge::interval::float;
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "mix-differs", source: include_str!("mix_differs.rs"), look };

const POINTS: f64 = 0.05;

fn look(look: &Look<'_>) -> Vec<Finding> {
    let of_plans = look.lineup.entries.iter().filter_map(|entry| {
        let requests = entry.judged.population(crate::model::key::Population::Request)?;
        differing(entry.name(), requests, entry.plan?)
    });
    of_plans.collect()
}

fn differing(test: &str, requests: &PopulationFigures, plan: &PlannedTest) -> Option<Finding> {
    let all = float(requests.totals.requests.filter(|all| *all > 0)?);
    let tolerance = plan.mix_tolerance.map_or(POINTS, |tolerance| tolerance.value);
    let mut off = Vec::new();
    for (pattern, declared) in &plan.mix {
        let share = of_pattern(requests, pattern)? / all;
        // A share of exactly five points more is no finding, whatever its last binary digit.
        if (share - declared.value).abs() > tolerance + 1e-9 {
            let words = format!(
                "{} is {} of the requests, declared {}",
                fmt::plain(pattern),
                fmt::percent(share),
                fmt::percent(declared.value)
            );
            off.push(words);
        }
    }
    (!off.is_empty()).then(|| {
        let advice = "Look at the script's weights, and at iterations that end early: what comes late in a script is what is missing.";
        let mut found = finding(RULE.name, test, Severity::Warning, off.join("; "), advice);
        found.evidence = format!("shares of {} requests", fmt::count(requests.totals.requests.unwrap_or_default()));
        found
    })
}

/// Requests of the endpoints that a key of the mix means; `None` where an endpoint's number is not known.
fn of_pattern(requests: &PopulationFigures, pattern: &str) -> Option<f64> {
    let globs = Globs::new(vec![pattern.to_owned()]).ok();
    let meant = |label: &str| label == pattern || globs.as_ref().is_some_and(|globs| globs.matches(label));
    let own = requests.endpoints.iter().filter(|endpoint| meant(&endpoint.label)).map(|endpoint| endpoint.requests);
    own.sum::<Option<u64>>().map(float)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::judge::sample::{endpoint, request_totals};

    fn found(chat: u64, food: u64) -> Option<String> {
        let text = "[[tests]]\nname = \"steady\"\nmix = { \"POST /chat\" = \"50 %\", \"* /food*\" = 0.5 }\n";
        let config = Config::parse(text, "p").unwrap();
        let mut requests = request_totals(chat + food, Some(0));
        requests.endpoints = vec![endpoint("POST /chat", chat, Some(0)), endpoint("GET /food/1", food, Some(0))];
        differing("steady", &requests, &config.tests[0]).map(|found| found.message)
    }

    #[test]
    fn five_points_are_let_pass_and_more_are_not() {
        assert_eq!(found(550, 450), None);
        let message =
            "* /food* is 44 % of the requests, declared 50 %; POST /chat is 56 % of the requests, declared 50 %";
        assert_eq!(found(560, 440).as_deref(), Some(message));
        assert!(found(1000, 0).unwrap().starts_with("* /food* is 0 %"));
    }
}

//! The ladder of loads: what was met at how many users, from several tests, without a model. It is what was seen, step by step;
//! nothing is said of loads between the steps or beyond them.

use crate::fmt;
use crate::judge::outcome::{CriterionResult, Limit, Status};
use crate::judge::plan::Lineup;
use crate::judge::requirement::badness;
use crate::model::key::Population;
use crate::unit::Unit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The name of the ladder of everything that is critical.
pub const ALL: &str = "all critical criteria";

/// One demand at several loads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ladder {
    /// What is limited; `all critical criteria` for everything together.
    pub metric: String,
    /// The endpoint, where it is of one.
    pub endpoint: Option<String>,
    /// By rising load.
    pub steps: Vec<LadderStep>,
    /// `met at 20 users, not at 50`.
    pub sentence: String,
}

/// One load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LadderStep {
    /// Users at a time, as declared; as measured where no test declares any.
    pub users: f64,
    /// Whether they were measured; left out where they are declared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub measured: bool,
    /// The test.
    pub test: String,
    /// The criterion that was judged there.
    pub criterion: String,
    /// The figure.
    pub observed: Option<f64>,
    /// Unit of figure and limit.
    pub unit: Unit,
    /// What was demanded there: each load may have its own limit.
    pub limit: Option<Limit>,
    /// What came out.
    pub status: Status,
}

/// Ladders with at least two loads: first of everything critical, then by metric.
pub(super) fn of(lineup: &Lineup<'_>, criteria: &[CriterionResult]) -> Vec<Ladder> {
    let loads = loads(lineup);
    let climbs = |tests: &BTreeSet<&str>| {
        let users: BTreeSet<u64> =
            tests.iter().filter_map(|test| loads.get(test)).map(|load| load.users.to_bits()).collect();
        users.len() > 1
    };
    if !climbs(&loads.keys().copied().collect()) {
        return Vec::new();
    }
    let of_tests =
        || criteria.iter().filter(|one| loads.contains_key(one.test.as_str()) && one.status != Status::NotApplicable);
    // By metric, endpoint and part.
    let mut families = BTreeMap::<_, Vec<&CriterionResult>>::new();
    for one in of_tests().filter(|one| one.metric != "has-result") {
        families.entry((one.metric.as_str(), one.endpoint.as_deref(), one.part.as_deref())).or_default().push(one);
    }
    families.retain(|_, rows| climbs(&rows.iter().map(|row| row.test.as_str()).collect()));
    let critical: Vec<&CriterionResult> = of_tests().filter(|one| one.critical && one.counts).collect();
    let all = climbs(&critical.iter().map(|row| row.test.as_str()).collect())
        .then(|| ladder(ALL.to_owned(), None, &critical, &loads, true));
    let by_metric = families.into_iter().map(|((metric, endpoint, part), rows)| {
        let name = part.map_or_else(|| metric.to_owned(), |part| format!("{metric}, {part}"));
        ladder(name, endpoint, &rows, &loads, false)
    });
    all.into_iter().chain(by_metric).collect()
}

/// Users of a test, and whether they were measured.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Load {
    users: f64,
    measured: bool,
}

/// Users of every test for which they are declared: whoever planned the tests says that they are steps of one ladder, and not six
/// scripts that do different things. Where nobody did, tests that made the same requests are.
fn loads<'a>(lineup: &'a Lineup<'_>) -> BTreeMap<&'a str, Load> {
    let run = lineup.entries.iter().filter_map(|entry| Some((entry.name(), entry.plan?.users?)));
    let missing = lineup.missing.iter().filter(|plan| plan.not_applicable.is_none());
    let declared = run.chain(missing.filter_map(|plan| Some((plan.name.as_str(), plan.users?))));
    let loads: BTreeMap<_, _> = declared.map(|(test, users)| (test, Load { users, measured: false })).collect();
    if loads.is_empty() { as_measured(lineup) } else { loads }
}

/// Loads that were measured and differ by less are one load.
const STEP: f64 = 1.1;

/// Measured users of the most tests that made the same requests.
fn as_measured<'a>(lineup: &'a Lineup<'_>) -> BTreeMap<&'a str, Load> {
    let mut alike: BTreeMap<BTreeSet<&str>, BTreeMap<&str, Load>> = BTreeMap::new();
    for entry in &lineup.entries {
        let endpoints = entry.judged.population(Population::Request).map(|one| one.endpoints.as_slice());
        let labels: BTreeSet<&str> = endpoints.unwrap_or_default().iter().map(|one| one.label.as_str()).collect();
        let users = entry.judged.figures.load.users_max.filter(|users| *users > 0.0 && !labels.is_empty());
        if let Some(users) = users {
            alike.entry(labels).or_default().insert(entry.name(), Load { users, measured: true });
        }
    }
    let climbs = |loads: &BTreeMap<&str, Load>| {
        let users = || loads.values().map(|load| load.users);
        users().min_by(f64::total_cmp).zip(users().max_by(f64::total_cmp)).is_some_and(|(low, high)| high > low * STEP)
    };
    // Of as many, the first.
    alike.into_values().filter(climbs).rev().max_by_key(BTreeMap::len).unwrap_or_default()
}

fn ladder(
    metric: String,
    endpoint: Option<&str>,
    rows: &[&CriterionResult],
    loads: &BTreeMap<&str, Load>,
    together: bool,
) -> Ladder {
    let mut worst: BTreeMap<&str, &CriterionResult> = BTreeMap::new();
    for row in rows {
        let one = worst.entry(&row.test).or_insert(row);
        if badness(row.status) > badness(one.status) {
            *one = row;
        }
    }
    let mut steps: Vec<LadderStep> = worst
        .into_iter()
        .filter_map(|(test, row)| {
            let Load { users, measured } = *loads.get(test)?;
            Some(LadderStep {
                users,
                measured,
                test: test.to_owned(),
                criterion: row.id.clone(),
                observed: row.observed.filter(|_| !together),
                unit: row.unit,
                limit: row.limit.filter(|_| !together),
                status: row.status,
            })
        })
        .collect();
    steps.sort_by(|a, b| a.users.total_cmp(&b.users).then_with(|| a.test.cmp(&b.test)));
    Ladder { metric, endpoint: endpoint.map(str::to_owned), sentence: sentence(&steps), steps }
}

/// `met at 5 and 20 users, not at 50; not told at 100`.
fn sentence(steps: &[LadderStep]) -> String {
    let at = |wanted: &[Status]| {
        let own: Vec<&LadderStep> = steps.iter().filter(|step| wanted.contains(&step.status)).collect();
        // Where tests with the same users came out otherwise, users alone would contradict themselves.
        let elsewhere = |one: &LadderStep| {
            let same = |other: &LadderStep| other.users.total_cmp(&one.users).is_eq();
            steps.iter().any(|other| same(other) && !wanted.contains(&other.status))
        };
        let name = |one: &&LadderStep| {
            let users = fmt::number(one.users);
            if elsewhere(one) { format!("{users} ({})", fmt::plain(&one.test)) } else { users }
        };
        let mut users: Vec<String> = own.iter().map(name).collect();
        users.dedup();
        users
    };
    let said = [
        ("met at", at(&[Status::Pass, Status::MetNotProven])),
        ("in the warning band at", at(&[Status::Warn])),
        ("not met at", at(&[Status::Fail, Status::Waived])),
        ("not told at", at(&[Status::Inconclusive])),
        ("not run at", at(&[Status::NotRun, Status::Blocked])),
    ];
    let mut parts: Vec<String> = Vec::new();
    for (word, users) in said.into_iter().filter(|(_, users)| !users.is_empty()) {
        // "met at 20 users, not at 50" rather than "met at 20 users, not met at 50".
        let word = if word == "not met at" && !parts.is_empty() { "not at" } else { word };
        let noun = if parts.is_empty() { " users" } else { "" };
        parts.push(format!("{word} {}{noun}", fmt::listed(&users)));
    }
    let measured = if steps.iter().any(|step| step.measured) { " (users as measured)" } else { "" };
    format!("{}{measured}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_met_at_which_load_is_told_without_a_model() {
        let step = |users: f64, status| LadderStep {
            users,
            measured: false,
            test: String::new(),
            criterion: String::new(),
            observed: None,
            unit: Unit::Plain,
            limit: None,
            status,
        };
        let said = |steps: &[LadderStep]| sentence(steps);
        let named = |users: f64, test: &str, status| LadderStep { test: test.to_owned(), ..step(users, status) };
        let twice =
            [named(12.0, "spike", Status::Fail), named(12.0, "steady", Status::Pass), step(128.0, Status::Fail)];
        assert_eq!(said(&twice), "met at 12 (steady) users, not at 12 (spike) and 128");
        assert_eq!(said(&[step(20.0, Status::Pass), step(50.0, Status::Fail)]), "met at 20 users, not at 50");
        let more = [
            step(5.0, Status::MetNotProven),
            step(10.0, Status::Pass),
            step(20.0, Status::Warn),
            step(50.0, Status::Blocked),
        ];
        assert_eq!(said(&more), "met at 5 and 10 users, in the warning band at 20, not run at 50");
        assert_eq!(said(&[step(1.0, Status::Fail), step(2.0, Status::Fail)]), "not met at 1 and 2 users");
    }

    /// Loads of 10, 20 and 50 users were measured, and there was no ladder because nobody had declared them.
    #[test]
    fn tests_of_the_same_requests_are_a_ladder_by_their_measured_users() {
        use crate::config::Config;
        use crate::judge::case::JudgedTest;
        use crate::judge::outcome::Origin;
        use crate::judge::sample::{endpoint, figures, request_totals, test};
        let made = |name: &str, label: &str, users: f64| {
            let mut figures = figures();
            let mut requests = request_totals(1000, Some(0));
            requests.endpoints.push(endpoint(label, 1000, Some(0)));
            figures.populations.push(requests);
            figures.load.users_max = Some(users);
            (test(name), figures)
        };
        let all = [made("l10", "GET /a", 10.0), made("l50", "GET /a", 50.0), made("other", "GET /b", 100.0)];
        let judged: Vec<JudgedTest<'_>> = all.iter().map(|(test, figures)| JudgedTest { test, figures }).collect();
        let result = |(test, status): (&str, Status)| CriterionResult {
            test: test.to_owned(),
            ..CriterionResult::bare("p95", "latency.p95", Origin::Config, status, true, String::new())
        };
        let results: Vec<_> =
            [("l10", Status::Pass), ("l50", Status::Fail), ("other", Status::Fail)].into_iter().map(result).collect();
        let found = |text: &str| {
            let config = Config::parse(text, "p").unwrap();
            of(&crate::judge::plan::lineup(&judged, &config), &results)
        };
        let measured = found("");
        assert_eq!(measured[0].sentence, "met at 10 users, not at 50 (users as measured)");
        assert!(measured.iter().flat_map(|one| &one.steps).all(|step| step.measured && step.test != "other"));
        assert!(
            found("[[tests]]\nname = \"l10\"\nusers = 10\n").is_empty(),
            "whoever declares one says which are steps"
        );
    }
}

//! Page one in sentences: may we ship, why, what changed, what to do, how sure.

use super::Material;
use super::footing;
use super::words;
use crate::compare::delta::{Call, Delta, decisive_and_beside};
use crate::compare::rate;
use crate::fmt;
use crate::judge::outcome::{CriterionResult, Reason, Severity, Status, Verdict, count_of};
use crate::model::key::Population;
use crate::report::model::{Answer, Line, TestReport, Tile};

/// Lines of a list on page one; what is left out is counted, and stands below.
const MOST_LINES: usize = 6;
/// Differences besides the results that are named with the changes.
const MOST_DIFFERENCES: usize = 3;
/// Findings of one advice that are named.
const FINDINGS_A_LINE: usize = 2;

pub(super) fn answer(material: &Material<'_>, tests: &[&TestReport]) -> Answer {
    Answer {
        summary: summary(material),
        headline: headline(material, tests),
        tiles: tiles(material, tests),
        why: why(material),
        changed: changed(material),
        to_do: to_do(material, tests.len() > 1),
        sure: footing::sure(material, tests),
        defaults: material.judgement.defaults.clone(),
    }
}

fn summary(material: &Material<'_>) -> String {
    let criteria = &material.judgement.criteria;
    let of = |wanted: &[Status]| count_of(criteria, wanted);
    let judged = criteria.len() as u64 - of(&[Status::NotApplicable]);
    let (failed, untold) = (of(&[Status::Fail]), of(&[Status::Inconclusive]));
    let (missing, blocked) = (of(&[Status::NotRun]), of(&[Status::Blocked]));
    let (warned, waived, unproven) = (of(&[Status::Warn]), of(&[Status::Waived]), of(&[Status::MetNotProven]));
    if judged == 0 {
        return "no criterion applies".to_owned();
    }
    let mut parts = Vec::new();
    let all = fmt::plural(judged, "criterion", "criteria");
    if failed > 0 {
        let critical = criteria.iter().any(|one| one.status == Status::Fail && one.critical);
        let verb = if failed == 1 { "fails" } else { "fail" };
        parts.push(format!("{} of {all} {verb}{}", fmt::count(failed), if critical { "" } else { " (not critical)" }));
    } else {
        let met = of(&[Status::Pass, Status::MetNotProven]);
        parts.push(format!("{} of {all} met", fmt::count(met)));
        match unproven {
            0 => {}
            1 if met == 1 => parts.push("not proven".to_owned()),
            _ if unproven == met => parts.push("all of them not proven".to_owned()),
            _ => parts.push(format!("{} of them not proven", fmt::count(unproven))),
        }
    }
    let mut add = |count: u64, words: &str| {
        if count > 0 {
            parts.push(format!("{} {words}", fmt::count(count)));
        }
    };
    add(untold, "could not be told");
    add(missing, "not run");
    add(blocked, "blocked");
    add(warned, if warned == 1 { "in the warning band" } else { "in their warning bands" });
    add(waived, "waived");
    if failed > 0 {
        add(unproven, "met but not proven");
    }
    parts.join(", ")
}

/// One sentence for somebody who reads nothing else.
fn headline(material: &Material<'_>, tests: &[&TestReport]) -> String {
    let judgement = material.judgement;
    match judgement.verdict {
        Verdict::NotReady | Verdict::Inconclusive => {
            judgement.reasons.first().map(|reason| reason.text.clone()).unwrap_or_default()
        }
        Verdict::Ready | Verdict::ReadyWithConditions => lead(material, tests).map(experience).unwrap_or_default(),
    }
}

/// What people experienced in a test, in their words.
fn experience(test: &TestReport) -> String {
    let (totals, counted) = test.measured();
    let mut parts = Vec::new();
    if let Some(users) = test.load.users_max {
        parts.push(format!("With up to {}", words::people(users)));
    }
    // Of too few requests a p95 is the slowest one: not even one in 20 took longer.
    let slow = totals.latency_us.quantiles.get("p95").copied().flatten();
    if let Some(p95) = slow.filter(|_| !totals.latency_us.quantile_why.contains_key("p95")) {
        parts.push(format!("1 in 20 {counted} took longer than {}", fmt::latency_us(p95)));
    }
    if let (Some(failures), Some(requests)) = (totals.failures, totals.requests) {
        parts.push(format!("{} of {} failed", fmt::count(failures), fmt::count(requests)));
    }
    if parts.is_empty() { String::new() } else { format!("{} ({}).", parts.join(", "), fmt::plain(&test.name)) }
}

/// The test that page one speaks of: the one with the worst criterion, then the one with the most requests.
fn lead<'a>(material: &Material<'_>, tests: &[&'a TestReport]) -> Option<&'a TestReport> {
    let worst = |test: &TestReport| {
        let of = material.judgement.criteria.iter().filter(|one| one.test == test.name);
        of.map(|one| severity(one.status)).max().unwrap_or(0)
    };
    tests
        .iter()
        .copied()
        .max_by_key(|test| (worst(test), test.totals.requests.unwrap_or(0), std::cmp::Reverse(test.name.clone())))
}

fn severity(status: Status) -> u8 {
    match status {
        Status::Fail => 4,
        Status::Inconclusive => 3,
        Status::Warn => 2,
        Status::MetNotProven => 1,
        _ => 0,
    }
}

fn tiles(material: &Material<'_>, tests: &[&TestReport]) -> Vec<Tile> {
    let Some(test) = lead(material, tests) else { return Vec::new() };
    let named =
        |label: &str| if tests.len() > 1 { format!("{label}, {}", fmt::plain(&test.name)) } else { label.to_owned() };
    let delta = |metric: &str| {
        let found =
            material.deltas.iter().find(|one| one.test == test.name && one.endpoint.is_empty() && one.metric == metric);
        found.map(words::change_from).unwrap_or_default()
    };
    let (totals, counted) = test.measured();
    let requests = counted == Population::Request.words();
    let mut tiles = Vec::new();
    let latency = &totals.latency_us;
    let p95_label = if requests { "p95 latency".to_owned() } else { format!("p95 of {counted}") };
    match latency.quantiles.get("p95").copied().flatten() {
        Some(p95) => {
            let (state, demand) = demanded(material, test, limits_p95);
            let why = latency.quantile_why.get("p95").cloned().unwrap_or_default();
            let beside = joined([delta("p95"), demand, why]);
            tiles.push(Tile { label: named(&p95_label), value: fmt::latency_us(p95), beside, state });
        }
        None => tiles.push(Tile {
            label: named(&p95_label),
            value: "not known".to_owned(),
            beside: latency.quantile_why.get("p95").or(latency.why.as_ref()).cloned().unwrap_or_default(),
            state: "unsure".to_owned(),
        }),
    }
    let (state, demand) = demanded(material, test, limits_failures);
    let (value, beside) = match (totals.failure_ratio, totals.failures, totals.requests) {
        (Some(ratio), Some(failures), Some(requests)) => {
            let counts = format!("{} of {}", fmt::count(failures), fmt::count(requests));
            (fmt::percent(ratio), joined([counts, delta("failures"), demand]))
        }
        _ => ("not known".to_owned(), totals.failures_why.clone().unwrap_or_default()),
    };
    tiles.push(Tile { label: named("failures"), value, beside, state });
    if let Some(rate) = totals.rate_per_s {
        let span = test.duration_s.map(|seconds| format!("over {}", fmt::duration_s(seconds))).unwrap_or_default();
        tiles.push(Tile { label: named(counted), value: fmt::rate(rate), beside: span, state: "plain".to_owned() });
    }
    if let Some(users) = test.load.users_max {
        let beside = test.load.model.as_ref().map(|model| format!("{model} workload")).unwrap_or_default();
        tiles.push(Tile {
            label: named("users at most"),
            value: fmt::number(users),
            beside,
            state: "plain".to_owned(),
        });
    }
    tiles
}

fn joined<const N: usize>(parts: [String; N]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Whether a criterion limits the p95 of all requests of its test.
fn limits_p95(criterion: &CriterionResult) -> bool {
    let threshold = || criterion.original.as_deref().is_some_and(|original| original.contains("p(95)"));
    criterion.metric == "latency.p95" || (criterion.metric == "http_req_duration" && threshold())
}

/// Whether a criterion limits the failures of all requests of its test.
fn limits_failures(criterion: &CriterionResult) -> bool {
    matches!(criterion.metric.as_str(), "failures.ratio" | "success.ratio" | "http_req_failed")
}

/// What came out of the worst of a test's criteria of a kind, and what it demands.
fn demanded(material: &Material<'_>, test: &TestReport, kind: fn(&CriterionResult) -> bool) -> (String, String) {
    let of = |one: &&CriterionResult| one.test == test.name && one.endpoint.is_none() && kind(one);
    // Of equal outcomes the first: the team's own criteria stand before defaults.
    let worst = material.judgement.criteria.iter().rev().filter(of).max_by_key(|one| severity(one.status));
    let demand = worst.and_then(|one| {
        let limit = one.limit?;
        let of = if one.metric.starts_with("success") { "successes " } else { "" };
        Some(format!("{of}demanded {} {}", limit.side.words(), fmt::value(limit.value, one.unit)))
    });
    (worst.map_or("plain", |one| words::state(one.status)).to_owned(), demand.unwrap_or_default())
}

pub(super) fn line(text: &str, state: &str) -> Line {
    Line { text: text.to_owned(), anchor: None, state: state.to_owned(), left_out: None, left_open: None }
}

pub(super) fn capped(mut lines: Vec<Line>, rest: &str) -> Vec<Line> {
    if lines.len() > MOST_LINES {
        let unsaid = lines.split_off(MOST_LINES - 1);
        let (left, open) = (unsaid.len(), unsaid.iter().filter(|one| one.is_open()).count());
        let counted = line(&format!("and {left} more {rest}"), "plain");
        lines.push(Line { left_out: Some(left), left_open: Some(open), ..counted });
    }
    lines
}

fn why(material: &Material<'_>) -> Vec<Line> {
    let judgement = material.judgement;
    let open = matches!(judgement.verdict, Verdict::NotReady | Verdict::Inconclusive);
    let [reasons, conditions] = [&judgement.reasons, &judgement.conditions]
        .map(|list| list.iter().map(|one| line(&in_both_words(one), weight(one.status))).collect::<Vec<_>>());
    // What was met comes after what must be accepted; what failed comes before it.
    let lines = if open { [reasons, conditions] } else { [conditions, reasons] };
    let mut lines = capped(lines.concat(), "under Criteria");
    for one in &mut lines {
        one.anchor = Some("criteria".to_owned());
    }
    lines
}

/// What a criterion says in our words, beside it in those of the tool that it comes from, and for which others it speaks.
fn in_both_words(reason: &Reason) -> String {
    let original = reason.original.as_deref().map(fmt::code);
    let also: Vec<String> = reason.also.iter().map(|id| fmt::code(id)).collect();
    let also = (!also.is_empty()).then(|| format!("and so {}", also.join(", ")));
    let beside: Vec<String> = original.into_iter().chain(also).collect();
    if beside.is_empty() { reason.text.clone() } else { format!("{} ({})", reason.text, beside.join("; ")) }
}

/// The sign of a reason: what was met and is not proven is a condition here.
fn weight(status: Option<Status>) -> &'static str {
    match status {
        Some(Status::MetNotProven) | None => "warn",
        Some(status) => words::state(status),
    }
}

fn changed(material: &Material<'_>) -> Vec<Line> {
    if material.deltas.is_empty() {
        return Vec::new();
    }
    let (gated, beside) = decisive_and_beside(material.deltas);
    let of = |call: Call| gated.iter().filter(|one| one.call == call).count() as u64;
    let mut lines = vec![line(
        &format!(
            "of {}: {} worse, {} better, {} shown to be no worse, {} without a regression of the size that would be seen, {} cannot be told",
            fmt::plural(gated.len() as u64, "comparison", "comparisons"),
            fmt::count(of(Call::Regressed)),
            fmt::count(of(Call::Improved)),
            fmt::count(of(Call::NoSlower)),
            fmt::count(of(Call::NoRegressionSeen)),
            fmt::count(of(Call::Inconclusive)),
        ),
        if of(Call::Regressed) > 0 { "fail" } else { "plain" },
    )];
    // Beside endpoints that got worse, totals would stand here as more that is worse than was just counted.
    let nothing_worse = of(Call::Regressed) == 0;
    let beside = beside.into_iter().filter(|one| nothing_worse || one.metric == rate::NAME);
    let all = gated.iter().copied().chain(beside);
    let mut moved: Vec<&Delta> = all.filter(|one| matches!(one.call, Call::Regressed | Call::Improved)).collect();
    moved.sort_by(|a, b| {
        let weight = |one: &Delta| (one.call != Call::Regressed, one.endpoint.is_empty());
        weight(a).cmp(&weight(b)).then(b.distance().total_cmp(&a.distance()))
    });
    lines.extend(
        moved
            .into_iter()
            .map(|one| line(&words::sentence(one), if one.call == Call::Regressed { "fail" } else { "pass" })),
    );
    // What differs besides the results comes before them: it may be why they differ.
    let pairs = material.baseline.iter().flat_map(|one| &one.pairs);
    let same = pairs.clone().filter_map(|pair| pair.same.as_ref());
    let differing = same.chain(pairs.flat_map(|pair| &pair.differences)).take(MOST_DIFFERENCES);
    lines.splice(1..1, differing.map(|text| line(text, "warn")).collect::<Vec<Line>>());
    let mut lines = capped(lines, "under Changes");
    for one in &mut lines {
        one.anchor = Some("changes".to_owned());
    }
    lines
}

/// What was found and what to do about it, weightiest first; the same advice for several findings is given once.
fn to_do(material: &Material<'_>, several: bool) -> Vec<Line> {
    let mut groups: Vec<(&str, &'static str, Vec<String>, bool)> = Vec::new();
    for finding in &material.judgement.findings {
        let state = match finding.severity {
            Severity::Critical => "fail",
            Severity::Warning => "warn",
            Severity::Note => continue,
        };
        if finding.advice.is_empty() {
            continue;
        }
        let place = if several && !finding.test.is_empty() {
            format!("{}: ", fmt::plain(&finding.test))
        } else {
            String::new()
        };
        let seen = format!("{place}{}", finding.message);
        match groups.iter_mut().find(|group| group.0 == finding.advice) {
            Some((_, _, all, _)) => all.push(seen),
            None => groups.push((&finding.advice, state, vec![seen], finding.rule == "outside-expectation")),
        }
    }
    // An expectation that does not hold is to be cleared up, and is no harm: it comes after what is.
    groups.sort_by_key(|(_, state, _, is_expectation)| (*state != "fail", *is_expectation));
    let lines = groups.into_iter().map(|(advice, state, seen, _)| {
        let more = if seen.len() > FINDINGS_A_LINE {
            format!(" and {} more", seen.len() - FINDINGS_A_LINE)
        } else {
            String::new()
        };
        let shown = seen.iter().take(FINDINGS_A_LINE).map(String::as_str).collect::<Vec<_>>().join("; ");
        let text = format!("{shown}{more}. {advice}");
        Line { anchor: Some("findings".to_owned()), ..line(&text, state) }
    });
    capped(lines.collect(), "under Findings")
}

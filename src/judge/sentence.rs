//! A criterion as a sentence, for people who check what they wrote: `p95 of all requests must be below 3 s in every test`.

mod foreign;

pub use foreign::{of_objective, of_threshold, of_total};

use super::borrowed::{Borrowed, Formula};
use super::words;
use crate::config::limit::{Demand, Evidence, Side};
use crate::config::metric::{Asked, Metric};
use crate::config::schema::{Criterion, Group, Needs};
use crate::config::value::Globs;
use crate::fmt;
use crate::quantity::Quantity;
use crate::unit::Unit;

/// What a criterion demands, of what, and on which terms.
#[must_use]
pub fn of(criterion: &Criterion) -> String {
    if let Some(why) = &criterion.not_applicable {
        return format!("does not apply: {}", fmt::plain(why));
    }
    let mut text = match criterion.demand() {
        Ok(Some(demand)) => format!("{} must be {}", subject(criterion), demanded(&criterion.metric, demand)),
        _ => subject(criterion),
    };
    if let Some(worse) = criterion.worse_by_at_most {
        let joined = if criterion.demand().is_ok_and(|demand| demand.is_some()) { ", and" } else { " must be" };
        text = format!("{text}{joined} at most {} worse than the baseline", fmt::percent(worse.value));
    }
    for part in [words::part(criterion), Some(place(criterion))].into_iter().flatten() {
        text = format!("{text}, {part}");
    }
    let mut terms = vec![if criterion.critical { "critical" } else { "not critical" }.to_owned()];
    if criterion.evidence == Some(Evidence::Proven) {
        terms.push("must be proven".to_owned());
    }
    terms.extend(criterion.weight.map(|weight| format!("weight {}", fmt::number(weight))));
    terms.extend(criterion.group.as_ref().map(|group| format!("in the group {}", fmt::plain(group))));
    terms.extend(criterion.expected.as_ref().map(|expected| format!("expected {}", fmt::plain(&expected.to_string()))));
    terms.extend(criterion.waiver.as_ref().map(|waiver| {
        let until = waiver.expiry.map_or_else(|| "no day".to_owned(), |day| day.0.to_string());
        format!("waived by {} until {until}", fmt::plain(waiver.owner.as_deref().unwrap_or("nobody")))
    }));
    format!("{text} ({})", terms.join("; "))
}

fn subject(criterion: &Criterion) -> String {
    let name = words::subject(&criterion.metric).name;
    match (&criterion.endpoint, &criterion.metric.asked) {
        (Some(globs), _) => format!("{name} of {}", globs_in_words(globs)),
        (None, Asked::Latency { .. } | Asked::Failures { .. }) => format!("{name} of everything together"),
        _ => name,
    }
}

/// What a criterion demands of its figure; nothing where it only compares.
fn own_demand(criterion: &Criterion) -> String {
    let demand = criterion.demand().ok().flatten();
    demand.map(|demand| demanded(&criterion.metric, demand)).unwrap_or_default()
}

fn demanded(metric: &Metric, demand: Demand) -> String {
    let said = |(side, limit): (Side, Quantity)| format!("{} {}", side.words(), limit_in_words(metric, limit));
    let warn = demand.warn.map(|warn| format!(" (a warning while {})", said(warn)));
    format!("{}{}", said(demand.limit), warn.unwrap_or_default())
}

fn limit_in_words(metric: &Metric, limit: Quantity) -> String {
    let unit = metric.unit().filter(|_| limit.unit == Unit::Plain).unwrap_or(limit.unit);
    fmt::value(limit.value, unit)
}

fn globs_in_words(globs: &Globs) -> String {
    globs.texts().iter().map(|text| fmt::plain(text)).collect::<Vec<_>>().join(" or ")
}

/// On which tests.
fn place(criterion: &Criterion) -> String {
    let mut text = match &criterion.test {
        None => "in every test".to_owned(),
        Some(globs) => format!("in {}", globs_in_words(globs)),
    };
    if !criterion.applies_to.is_empty() {
        let kinds: Vec<String> = criterion.applies_to.iter().map(|kind| format!("{kind:?}").to_lowercase()).collect();
        text = format!("{text} of kind {}", kinds.join(" or "));
    }
    if let Some(filter) = &criterion.filter {
        text = format!("{text} with {}", filter.text());
    }
    text
}

/// A criterion of another tool in our words.
#[must_use]
pub fn of_borrowed(borrowed: &Borrowed) -> String {
    let terms = if borrowed.critical { "critical" } else { "not critical" };
    format!("{} ({terms})", of_formula(&borrowed.formula))
}

fn of_formula(formula: &Formula) -> String {
    let joined = |parts: &[Formula], word: &str| parts.iter().map(of_formula).collect::<Vec<_>>().join(word);
    match formula {
        Formula::One(criterion) => {
            let demand = own_demand(criterion);
            let part = words::part(criterion).map(|part| format!(", {part}")).unwrap_or_default();
            format!("{} must be {demand}{part}", subject(criterion))
        }
        Formula::All(parts) => joined(parts, ", and "),
        Formula::Any(parts) => joined(parts, ", or "),
        Formula::Weighed(condition) => format!("{} must hold", fmt::plain(&condition.to_string())),
        Formula::None(why) => why.clone(),
    }
}

/// All that a criterion of several parts demands: `at least 11/s and at most 13/s`. `None` where its one limit says it.
#[must_use]
pub fn whole(formula: &Formula) -> Option<String> {
    match formula {
        Formula::One(_) | Formula::None(_) => None,
        Formula::Weighed(condition) => Some(fmt::plain(&condition.to_string())),
        Formula::All(_) | Formula::Any(_) => {
            let mut names = names(formula);
            names.dedup();
            Some(parts(formula, names.len() > 1))
        }
    }
}

/// What the parts are about.
fn names(formula: &Formula) -> Vec<String> {
    match formula {
        Formula::One(criterion) => vec![words::subject(&criterion.metric).name],
        Formula::All(parts) | Formula::Any(parts) => parts.iter().flat_map(names).collect(),
        Formula::Weighed(_) | Formula::None(_) => vec![String::new()],
    }
}

fn parts(formula: &Formula, named: bool) -> String {
    let joined = |inner: &[Formula], word: &str| {
        let one = |part: &Formula| match part {
            Formula::All(_) | Formula::Any(_) => format!("({})", parts(part, named)),
            other => parts(other, named),
        };
        inner.iter().map(one).collect::<Vec<_>>().join(word)
    };
    match formula {
        Formula::One(criterion) => {
            let demand = own_demand(criterion);
            if named { format!("{} {demand}", words::subject(&criterion.metric).name) } else { demand }
        }
        Formula::All(inner) => joined(inner, " and "),
        Formula::Any(inner) => joined(inner, " or "),
        Formula::Weighed(condition) => fmt::plain(&condition.to_string()),
        Formula::None(why) => why.clone(),
    }
}

/// What a group asks of its criteria.
#[must_use]
pub fn of_group(group: &Group, members: usize) -> String {
    let terms = if group.critical { "critical" } else { "not critical" };
    if let Some(pass) = group.pass_score {
        let warn = group.warn_score.map(|warn| format!(" (a warning from {})", fmt::percent(warn.value)));
        return format!(
            "the weighted score of its {members} criteria must be at least {}{} ({terms})",
            fmt::percent(pass.value),
            warn.unwrap_or_default()
        );
    }
    match group.needs {
        Needs::All => format!("each of its {members} criteria is judged by itself"),
        Needs::Any => format!("one of its {members} criteria must hold ({terms})"),
        Needs::AtLeast(count) => format!("{count} of its {members} criteria must hold ({terms})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_criterion_is_a_sentence() {
        let said = |keys: &str| {
            let text = format!(
                "[[criteria]]\nid = \"a\"\n{keys}\n[[groups]]\nid = \"g\"\n[[criteria]]\nid = \"b\"\ngroup = \"g\"\nmetric = \"rate\"\nabove = \"1/s\"\n"
            );
            of(&Config::parse(&text, "p").unwrap().criteria[0])
        };
        assert_eq!(
            said("metric = \"latency.p95\"\nbelow = \"3 s\"\nwarn_below = \"5 s\"\ntest = \"steady\"\nfor = \"30 s\""),
            "p95 of everything together must be below 3 s (a warning while below 5 s), for 30 s, in steady (critical)"
        );
        assert_eq!(
            said(
                "metric = \"failures.ratio\"\nat_most = 0.01\nendpoint = \"GET /*\"\napplies_to = [\"load\"]\nwhere = \"users < 20\"\ncritical = false\nweight = 2\ngroup = \"g\""
            ),
            "failures of GET /* must be at most 1 %, in every test of kind load with users < 20 (not critical; weight 2; in the group g)"
        );
        assert_eq!(
            said("metric = \"latency.p95\"\nworse_by_at_most = \"10 %\""),
            "p95 of everything together must be at most 10 % worse than the baseline, in every test (critical)"
        );
    }
}

//! Kinds of failures that a criterion names and no run shows. The share of a kind that nothing is called is 0 %, and so is that of
//! a misspelt one: where another name was probably meant, nothing is met; where none was, that is said beside the outcome.

use super::outcome::{CriterionResult, Status};
use super::plan::Lineup;
use crate::config::metric::kind::{self, Standing};
use crate::config::metric::{Asked, Metric};
use crate::fmt;

/// What is to be said of the kinds that a metric names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unheard {
    /// A sentence on the names.
    pub said: String,
    /// Whether the figure hangs on a name that was probably meant otherwise.
    pub misspelt: bool,
}

/// What is to be said of the kinds that a metric names, where a name is none of ours and none of these; `None` where all are.
#[must_use]
pub fn unheard<'a>(metric: &Metric, of_runs: &(impl Iterator<Item = &'a str> + Clone)) -> Option<Unheard> {
    let wanted = match &metric.asked {
        Asked::Failures { kind: Some(wanted), .. } => wanted,
        Asked::OverTests(_, inner) => return unheard(inner, of_runs),
        _ => return None,
    };
    let (others, names) = kind::names(wanted);
    let mut found = Unheard { said: String::new(), misspelt: false };
    for name in names {
        let said = match kind::standing(name, of_runs) {
            Standing::Known => continue,
            Standing::Near(meant) => {
                // What is allowed and misspelt only makes the demand stricter.
                found.misspelt |= !others;
                format!("no kind of failure is called `{}`: did you mean `{}`?", fmt::plain(name), fmt::plain(&meant))
            }
            Standing::Unheard => format!(
                "no kind of failure is called `{}` here: whether the source would spell it so cannot be told",
                fmt::plain(name)
            ),
        };
        found.said = if found.said.is_empty() { said } else { format!("{}; {said}", found.said) };
    }
    (!found.said.is_empty()).then_some(found)
}

/// Says it with every result of a criterion, and lets nothing be met by a misspelt name.
pub(super) fn doubt(metric: &Metric, lineup: &Lineup<'_>, results: &mut [CriterionResult]) {
    let figures = lineup.entries.iter().flat_map(|entry| &entry.judged.figures.populations);
    let kinds = figures.flat_map(|one| &one.totals.failure_kinds).map(|kind| kind.name.as_str());
    let Some(unheard) = unheard(metric, &kinds) else { return };
    for result in results.iter_mut().filter(|result| result.status != Status::NotApplicable) {
        result.reason = format!("{}; {}", result.reason, unheard.said);
        if unheard.misspelt && matches!(result.status, Status::Pass | Status::MetNotProven | Status::Warn) {
            result.status = Status::Inconclusive;
            result.n_to_settle = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::figures::NamedCount;
    use crate::config::Config;
    use crate::judge::case::JudgedTest;
    use crate::judge::criterion::{Asking, judge};
    use crate::judge::outcome::Origin;
    use crate::judge::sample::{figures, request_totals, test};

    /// 1,000 requests of which 2 failed, both by a timeout.
    fn judged(metric: &str) -> CriterionResult {
        let text = format!("[[criteria]]\nid = \"a\"\nmetric = \"{metric}\"\nat_most = \"5 %\"\n");
        let config = Config::parse(&text, "p").unwrap();
        let (test, mut figures) = (test("a"), figures());
        let mut requests = request_totals(1000, Some(2));
        requests.totals.failure_kinds = vec![NamedCount { name: "timeout".to_owned(), count: 2 }];
        figures.populations.push(requests);
        let judged = [JudgedTest { test: &test, figures: &figures }];
        let lineup = crate::judge::plan::lineup(&judged, &config);
        judge(&Asking::own(&config.criteria[0], Origin::Config, None), &lineup).remove(0)
    }

    /// `failures.ratio{timeuot}` was met by 0 %, and the suite READY.
    #[test]
    fn a_misspelt_kind_is_met_by_nothing() {
        for metric in ["failures.ratio{timeuot}", "failures.ratio{503, timeuot}", "suite.max(failures.ratio{timeuot})"]
        {
            let one = judged(metric);
            assert_eq!(one.status, Status::Inconclusive, "{metric}");
            assert!(
                one.reason.ends_with("no kind of failure is called `timeuot`: did you mean `timeout`?"),
                "{}",
                one.reason
            );
        }
        assert_eq!(judged("failures.ratio{timeout}").status, Status::Pass);
        assert_eq!(judged("failures.ratio{5xx}").status, Status::Pass, "no such status is a good answer");
    }

    #[test]
    fn a_kind_that_nothing_is_called_is_met_and_that_is_said() {
        let one = judged("failures.ratio{banana}");
        assert!(one.status == Status::Pass && one.reason.contains("cannot be told"), "{}", one.reason);
        let allowed = judged("failures.ratio{other than timeuot}");
        assert!(
            allowed.status == Status::Pass && allowed.reason.contains("did you mean `timeout`?"),
            "{}",
            allowed.reason
        );
    }
}

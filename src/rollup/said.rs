//! What a reader of names must know: which were folded into one, and what had to be left aside.

use super::cap::{CHECK, Held, OWN_TAGS};
use super::naming::{Naming, OTHER};
use super::part::Part;
use crate::fmt;
use crate::model::key::{CellKey, MetricKey, Outcome, Tags};
use crate::model::sample::Fact;
use std::collections::BTreeMap;

/// Folded names that are mentioned one by one, and folded texts of each other kind.
const MENTIONED: (usize, usize) = (20, 5);

/// How many rows stand behind what is held under a name: there cannot be more names than rows.
type Rows = BTreeMap<String, u64>;

fn counted<'a>(rows: impl Iterator<Item = (&'a str, u64)>) -> Rows {
    let mut counted = Rows::new();
    for (name, rows) in rows {
        let sum = counted.entry(name.to_owned()).or_default();
        *sum = sum.saturating_add(rows);
    }
    counted
}

/// What was folded, most names first, in these words.
fn folds(naming: &Naming, rows: &Rows, what: &str, most: usize, display: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut folded = naming.folded();
    for (held, count, _) in &mut folded {
        let most = rows.get(held.as_str()).or_else(|| rows.get(naming.shown(held).as_str())).copied();
        *count = most.filter(|rows| *rows > 0).map_or(*count, |most| most.min(*count));
    }
    folded.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let rest = folded.split_off(folded.len().min(most));
    let spelled = |(held, count, exact): (String, u64, bool)| {
        let about = if exact { "" } else { "about " };
        let what = if count == 1 { what.replacen("names", "name", 1) } else { what.to_owned() };
        format!("{about}{} {what} as `{}`", fmt::count(count), display(&naming.shown(&held)))
    };
    let mut said: Vec<String> = folded.into_iter().map(spelled).collect();
    if !rest.is_empty() {
        said.push(format!("{} further patterns of {what}", fmt::count(rest.len() as u64)));
    }
    said
}

impl Part {
    /// The part with its names as they are shown; what was folded, with names as `display` has them, is among its remarks, and
    /// what had to be left aside among its warnings. It takes no more observations.
    #[must_use]
    pub fn spelled(mut self, display: &dyn Fn(&str) -> String) -> Self {
        let held = std::mem::take(&mut self.held);
        let mut said = self.names_folded(&held, display);
        said.extend(self.texts_folded(&held));
        let left_aside = held.left_aside();
        self = self.renamed(&|key| held.shown(&held.endpoint(key)));
        self.requests.rename_kinds(&|kind| held.kinds.shown(kind));
        for text in said {
            self.add_fact(Fact::Remark(text));
        }
        for text in left_aside {
            self.add_fact(Fact::Warning(text));
        }
        if self.faults.is_without_endpoints() {
            let text =
                "too many different error texts at too many endpoints: the texts are counted without their endpoints";
            self.add_fact(Fact::Warning(text.to_owned()));
        }
        let spelled = |key: &CellKey| match &key.outcome {
            Outcome::Failed(kind) => CellKey { outcome: Outcome::Failed(held.kinds.shown(kind)), ..key.clone() },
            _ => key.clone(),
        };
        self.regroup(&spelled);
        self.regroup_metrics(&|key| MetricKey { name: held.metrics.shown(&key.name), ..key.clone() });
        self
    }

    /// Which names of endpoints were folded, and which came with something taken out.
    fn names_folded(&self, held: &Held, display: &dyn Fn(&str) -> String) -> Vec<String> {
        let cells = self.cells.sorted().into_iter().map(|(key, counter)| (key.endpoint.name.as_str(), counter.count));
        let totals = self.totals.sorted().into_iter();
        let totals = totals
            .filter_map(|total| Some((total.endpoint.as_ref()?.name.as_str(), total.requests.unwrap_or(u64::MAX))));
        let mut said = folds(&held.names, &counted(cells.chain(totals)), "names", MENTIONED.0, display);
        let given = held.names.without_tokens();
        let more = given.len().saturating_sub(MENTIONED.0) as u64;
        said.extend(given.iter().take(MENTIONED.0).map(|name| {
            format!("all names with a token, which is never shown, as `{}`", display(&held.names.shown(name)))
        }));
        if more > 0 {
            said.push(format!("{} further patterns of names with a token", fmt::count(more)));
        }
        if held.names.is_without_values() {
            let text = "what stands behind `?` in names is shown as `{}`, because secrets stand there: requests that \
                        differ in it alone are one endpoint";
            said.push(text.to_owned());
        }
        said
    }

    /// What else was folded: groups, methods, metrics and checks, kinds of failures and error texts.
    fn texts_folded(&self, held: &Held) -> Vec<String> {
        let cells = || self.cells.sorted().into_iter();
        let groups =
            counted(cells().filter_map(|(key, counter)| Some((key.endpoint.group.as_deref()?, counter.count))));
        let methods =
            counted(cells().filter_map(|(key, counter)| Some((key.endpoint.method.as_deref()?, counter.count))));
        let kinds = counted(cells().filter_map(|(key, counter)| match &key.outcome {
            Outcome::Failed(kind) => Some((kind.as_str(), counter.count)),
            Outcome::Ok | Outcome::Unknown => None,
        }));
        let points = || self.metrics.sorted().into_iter();
        let metrics = counted(points().map(|(key, points)| (key.name.as_str(), points.len())));
        let check = |tags: &'_ Tags| tags.iter().find(|(name, _)| name == CHECK).map(|(_, value)| value.clone());
        let checks: Vec<(String, u64)> =
            points().filter_map(|(key, points)| Some((check(&key.tags)?, points.len()))).collect();
        let checks = counted(checks.iter().map(|(check, points)| (check.as_str(), *points)));
        let faults = self.faults.held();
        let faults = counted(faults.iter().map(|fault| (fault.text.as_str(), fault.count)));
        let spelled = str::to_owned;
        [
            (&held.groups, groups, "groups"),
            (&held.methods, methods, "methods"),
            (&held.metrics, metrics, "metrics"),
            (&held.checks, checks, "checks"),
            (&held.kinds, kinds, "kinds of failures"),
            (self.faults.texts(), faults, "error texts"),
        ]
        .into_iter()
        .flat_map(|(naming, rows, what)| folds(naming, &rows, what, MENTIONED.1, &spelled))
        .collect()
    }
}

impl Held {
    /// What had to be left aside, in words.
    fn left_aside(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.names.is_beyond() {
            warnings.push(format!("more names of endpoints than can be told apart: those that begin with no address, or all, are summed as {OTHER}"));
        }
        for (level, what) in [(self.tags.level, "requests"), (self.metric_tags.level, "metrics")] {
            if level > 0 {
                let kept = if level == 1 { format!(" but {}", OWN_TAGS.join(", ")) } else { String::new() };
                warnings.push(format!(
                    "too many combinations of tags on {what}: all{kept} were left aside, and criteria that select by tag \
                     cannot be judged"
                ));
            }
        }
        warnings
    }
}

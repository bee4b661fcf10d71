//! The plan held against what was found: which results are judged, which are superseded, and what is missing.

use super::case::JudgedTest;
use super::interval::float;
use super::outcome::PlanOutcome;
use crate::analyse::figures::Doubt;
use crate::analyse::validity::{self, Declared};
use crate::config::Config;
use crate::config::metric::Asked;
use crate::config::schema::{Criterion, PlannedTest};
use crate::config::value::LoadField;
use crate::fmt;
use crate::model::test::Test;
use crate::unit::Unit;

/// Below this part of the length that is demanded a run is another test.
const FAR_SHORT: f64 = 0.1;

/// A result that is judged.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The test.
    pub judged: JudgedTest<'a>,
    /// What was declared of it.
    pub plan: Option<&'a PlannedTest>,
    /// Doubts about it: its own, and whether the declared load was reached.
    pub doubts: Vec<Doubt>,
    /// Why the run can prove nothing, if so: its own doubts, or less load than was asked for.
    pub invalid: Option<String>,
}

/// The plan and the results, put together.
#[derive(Debug, Clone, Default)]
pub struct Lineup<'a> {
    /// What is judged: in the plan's order, then by name.
    pub entries: Vec<Entry<'a>>,
    /// Results that do not count because another of the same test does, with the reason.
    pub superseded: Vec<(Entry<'a>, String)>,
    /// Declared and not found.
    pub missing: Vec<&'a PlannedTest>,
    /// Which results belong to no declared test, in words, where a declared test has none: perhaps they are meant to be its.
    pub unassigned: Option<String>,
    /// The plan's lines as the report shows them.
    pub lines: Vec<PlanOutcome>,
}

impl<'a> Lineup<'a> {
    /// What became of a result: itself with its doubts, and why it does not count, if so.
    #[must_use]
    pub fn of(&self, test: &Test) -> Option<(&Entry<'a>, Option<&str>)> {
        let counted = self.entries.iter().map(|entry| (entry, None));
        let superseded = self.superseded.iter().map(|(entry, why)| (entry, Some(why.as_str())));
        counted.chain(superseded).find(|(entry, _)| std::ptr::eq(entry.judged.test, test))
    }
}

impl Entry<'_> {
    /// Name of the test.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.judged.test.name
    }

    /// Users it ran with: as declared, else as measured.
    #[must_use]
    pub fn users(&self) -> Option<f64> {
        self.plan.and_then(|plan| plan.users).or(self.judged.figures.load.users_max)
    }

    /// What is known of its load: of users as declared, else as measured; of the rest as measured, else as declared.
    #[must_use]
    pub fn load(&self, field: LoadField) -> Option<f64> {
        let totals = self.judged.requests();
        let plan = self.plan;
        match field {
            LoadField::Users => self.users(),
            LoadField::Requests => {
                totals.and_then(|one| one.requests).map(float).or(plan.and_then(|plan| plan.requests))
            }
            LoadField::Rate => {
                totals.and_then(|one| one.rate_per_s).or(plan.and_then(|plan| plan.rate).map(|rate| rate.value))
            }
            LoadField::Duration => {
                let declared = plan.and_then(|plan| plan.duration).map(|duration| duration.value);
                self.judged.test.duration_s.map(|seconds| seconds * 1e6).or(declared)
            }
        }
    }

    /// Whether anything was measured.
    fn holds_anything(&self) -> bool {
        self.judged.figures.populations.iter().any(|one| one.totals.requests != Some(0))
            || !self.judged.figures.metrics.is_empty()
    }

    /// Whether the load was what it seems: the law that users, rate and latency obey, and the machine that made it.
    fn look_at_load(&mut self, config: &Config) {
        let JudgedTest { test, figures } = self.judged;
        let think =
            self.plan.and_then(|plan| plan.think_time).map(|range| (range.low.value / 1e6, range.high.value / 1e6));
        self.doubts.extend(validity::littles_law(test, figures, think));
        let declared = config.inputs.generator_monitors.as_ref();
        self.doubts.extend(validity::busy_generator(test, |column| match declared {
            Some(globs) => {
                let file = column.source.rsplit(['/', '\\']).next().unwrap_or(&column.source);
                [column.source.as_str(), file, column.name.as_str()].iter().any(|name| globs.matches(name))
            }
            None => ["loadgen", "generator", "injector"].iter().any(|word| column.source.to_lowercase().contains(word)),
        }));
        self.invalid = invalid(&self.doubts);
    }

    /// Sorts the newest valid result last.
    fn age(&self) -> (bool, Option<i64>, Option<&str>, Vec<&str>) {
        let valid = self.invalid.is_none() && self.holds_anything();
        let ended = self.judged.test.span.map(|span| span.end.0);
        (valid, ended, self.judged.test.run.as_deref(), self.judged.sources())
    }
}

/// Puts plan and results together: the newest valid result of each test counts.
#[must_use]
pub fn lineup<'a>(tests: &[JudgedTest<'a>], config: &'a Config) -> Lineup<'a> {
    let mut rest: Vec<Entry<'a>> = tests.iter().map(|judged| entry(*judged, None)).collect();
    rest.sort_by(|a, b| (a.name(), a.age()).cmp(&(b.name(), b.age())));
    let mut lineup = Lineup::default();
    for plan in &config.tests {
        let (mut own, others) =
            rest.into_iter().partition::<Vec<_>, _>(|entry| plan.is_of(entry.name(), &entry.judged.sources()));
        rest = others;
        for entry in &mut own {
            entry.plan = Some(plan);
            allow_short(&mut entry.doubts, plan);
            entry.doubts.extend(undelivered(entry.judged, plan));
            entry.doubts.extend(cut_short(entry.judged, plan, config));
        }
        for entry in &mut own {
            entry.look_at_load(config);
        }
        lineup.declare(plan, own);
    }
    for entry in &mut rest {
        entry.look_at_load(config);
    }
    let unassigned = unassigned(&rest).filter(|_| !lineup.missing.is_empty());
    for line in lineup.lines.iter_mut().filter(|line| line.state == "not-run") {
        line.why.extend(unassigned.iter().map(|hint| format!("; {hint}")));
    }
    lineup.unassigned = unassigned;
    while !rest.is_empty() {
        let name = rest.first().map(|entry| entry.name().to_owned()).unwrap_or_default();
        let (same, others) = rest.into_iter().partition::<Vec<_>, _>(|entry| entry.name() == name);
        rest = others;
        lineup.undeclared(same, !config.tests.is_empty());
    }
    lineup
}

fn unassigned(rest: &[Entry<'_>]) -> Option<String> {
    let mut names: Vec<String> = rest.iter().map(|entry| fmt::plain(entry.name())).collect();
    names.dedup();
    let (verb, belong) = if names.len() == 1 { ("lies", "belongs") } else { ("lie", "belong") };
    let more = names.len().saturating_sub(3);
    let others = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.truncate(3);
    (!names.is_empty()).then(|| {
        format!("{}{others} {verb} there and {belong} to no declared test (`match` says whose)", names.join(", "))
    })
}

fn entry<'a>(judged: JudgedTest<'a>, plan: Option<&'a PlannedTest>) -> Entry<'a> {
    let doubts = judged.figures.doubts.clone();
    Entry { judged, plan, invalid: invalid(&doubts), doubts }
}

/// The first doubt that makes a run unable to prove anything.
fn invalid(doubts: &[Doubt]) -> Option<String> {
    doubts.iter().find(|doubt| doubt.invalidates).map(|doubt| doubt.message.clone())
}

impl<'a> Lineup<'a> {
    fn declare(&mut self, plan: &'a PlannedTest, mut own: Vec<Entry<'a>>) {
        own.sort_by(|a, b| a.age().cmp(&b.age()));
        if let Some(counted) = own.pop() {
            self.supersede(own, &counted, Some(plan));
            let why = counted.invalid.clone().unwrap_or_default();
            self.lines.push(line(counted.name(), plan, "run", why));
            self.entries.push(counted);
            return;
        }
        let (state, why) = if let Some(reason) = &plan.not_applicable {
            ("not-applicable", reason.clone())
        } else if let Some(blocked) = &plan.blocked {
            let unblocked = blocked.unblocked_by.as_ref().map(|by| format!("; unblocked by {by}"));
            ("blocked", format!("{}{}", blocked.reason, unblocked.unwrap_or_default()))
        } else {
            ("not-run", "no file is its result".to_owned())
        };
        self.lines.push(line(&plan.name, plan, state, why));
        self.missing.push(plan);
    }

    fn undeclared(&mut self, mut same: Vec<Entry<'a>>, planned: bool) {
        same.sort_by(|a, b| a.age().cmp(&b.age()));
        let Some(counted) = same.pop() else { return };
        self.supersede(same, &counted, None);
        if planned {
            self.lines.push(PlanOutcome {
                test: counted.name().to_owned(),
                purpose: None,
                state: "not-declared".to_owned(),
                why: "found, and not in the plan".to_owned(),
                required: false,
            });
        }
        self.entries.push(counted);
    }

    fn supersede(&mut self, older: Vec<Entry<'a>>, by: &Entry<'a>, plan: Option<&PlannedTest>) {
        for old in older {
            let newer = by.judged.test.run.as_deref().unwrap_or_else(|| by.name());
            let run = old.judged.test.run.as_deref().map(|run| format!("{run}: "));
            let because = match &old.invalid {
                Some(invalid) => format!("invalid ({invalid})"),
                None => "older".to_owned(),
            };
            let because = format!("{because}; {newer} counts");
            self.lines.push(PlanOutcome {
                test: old.name().to_owned(),
                purpose: plan.and_then(|plan| plan.purpose.clone()),
                state: "superseded".to_owned(),
                why: format!("{}{because}", run.unwrap_or_default()),
                required: false,
            });
            self.superseded.push((old, because));
        }
    }
}

/// A run of less than a second is what was asked for where the plan says so: by its length, or by how many requests it makes.
fn allow_short(doubts: &mut [Doubt], plan: &PlannedTest) {
    let short =
        plan.duration.is_some_and(|asked| asked.unit == Unit::Micros && asked.value < validity::SHORTEST_S * 1e6);
    if short || plan.requests.is_some() {
        doubts.iter_mut().filter(|doubt| doubt.rule == validity::TOO_SHORT).for_each(|doubt| doubt.invalidates = false);
    }
}

/// A run that is nowhere near as long as what is demanded of it: users "held for 10 min" say how long it was to be where no length
/// is declared. It says nothing of such a load, whatever its figures.
fn cut_short(judged: JudgedTest<'_>, plan: &PlannedTest, config: &Config) -> Option<Doubt> {
    let length = judged.test.duration_s.filter(|_| plan.duration.is_none())?;
    let about = |one: &&Criterion| {
        let named = |name: &str| one.test.as_ref().is_none_or(|globs| globs.matches(name));
        let kind = one.applies_to.is_empty() || plan.kind.is_some_and(|kind| one.applies_to.contains(&kind));
        (named(&plan.name) || named(&judged.test.name)) && kind && one.filter.is_none() && one.not_applicable.is_none()
    };
    let held = |one: &Criterion| match one.metric.asked {
        Asked::UsersSustained { seconds } => Some(seconds),
        _ => None,
    };
    let asked = config.criteria.iter().filter(about).filter_map(held).max_by(f64::total_cmp)?;
    (length < FAR_SHORT * asked).then(|| Doubt {
        rule: "load-not-delivered".to_owned(),
        invalidates: true,
        message: format!(
            "{} of load where users are to be held for {}",
            fmt::duration_s(length),
            fmt::duration_s(asked)
        ),
    })
}

fn line(test: &str, plan: &PlannedTest, state: &str, why: String) -> PlanOutcome {
    PlanOutcome {
        test: test.to_owned(),
        purpose: plan.purpose.clone(),
        state: state.to_owned(),
        why,
        required: plan.required,
    }
}

/// Doubts about whether the run is the one that was asked for.
fn undelivered(judged: JudgedTest<'_>, plan: &PlannedTest) -> Vec<Doubt> {
    let duration_s = plan.duration.filter(|asked| asked.unit == Unit::Micros).map(|asked| asked.value / 1e6);
    let rate_per_s = plan.rate.map(|rate| rate.value);
    let declared = Declared { requests: plan.requests, users: plan.users, duration_s, rate_per_s };
    validity::delivered(judged.test, judged.figures, &declared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::sample::{figures, request_totals, test};

    /// A run of 100 s where users were to be held for ten minutes passed four criteria.
    #[test]
    fn a_run_nowhere_near_the_length_that_is_demanded_proves_nothing() {
        let invalid = |held: &str| {
            let text = format!(
                "[[tests]]\nname = \"a\"\n[[criteria]]\nid = \"held\"\nmetric = \"users.sustained({held})\"\nat_least = 10\n"
            );
            let config = Config::parse(&text, "p").unwrap();
            let (test, mut figures) = (test("a"), figures());
            figures.populations.push(request_totals(1_000, Some(0)));
            let judged = [JudgedTest { test: &test, figures: &figures }];
            lineup(&judged, &config).entries.first().and_then(|entry| entry.invalid.clone())
        };
        let why = invalid("20 m").unwrap();
        assert_eq!(why, "1 min 40 s of load where users are to be held for 20 min");
        assert_eq!(invalid("10 m"), None);
    }

    /// Half a second of requests was READY; a team whose script makes 100 requests and no more asks for nothing else.
    #[test]
    fn less_than_a_second_proves_nothing_unless_it_was_asked_for() {
        let (test, mut figures) = (test("a"), figures());
        figures.populations.push(request_totals(100, Some(0)));
        let message = "the run lasted 0.5 s".to_owned();
        figures.doubts.push(Doubt { rule: validity::TOO_SHORT.to_owned(), invalidates: true, message });
        let judged = [JudgedTest { test: &test, figures: &figures }];
        let valid = |keys: &str| {
            let config = Config::parse(&format!("[[tests]]\nname = \"a\"\n{keys}"), "p").unwrap();
            lineup(&judged, &config).entries.first().unwrap().invalid.is_none()
        };
        assert!(!valid("users = 5\n") && !valid("duration = \"2 s\"\n"));
        assert!(valid("duration = \"0.4 s\"\n") && valid("requests = 100\n"));
    }

    #[test]
    fn what_lies_there_unassigned_is_named_where_a_declared_test_has_nothing() {
        let config = Config::parse("[[tests]]\nname = \"steady_a\"\n", "p").unwrap();
        let (test, figures) = (test("steady_b"), figures());
        let judged = [JudgedTest { test: &test, figures: &figures }];
        let found = lineup(&judged, &config);
        let why = &found.lines.iter().find(|line| line.state == "not-run").unwrap().why;
        assert!(why.ends_with("steady_b lies there and belongs to no declared test (`match` says whose)"), "{why}");
    }
}

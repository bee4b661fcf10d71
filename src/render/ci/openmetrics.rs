//! openmetrics.txt, every figure for a metrics store, and metrics.txt, the few that GitLab shows beside a merge request.
//!
//! GitLab compares each line's value with the target branch's *as text* and shows every line, so metrics.txt is rounded to two digits,
//! keeps its order and is a few dozen lines. It also splits lines as a shell would and drops what follows a `#`: its labels are plain
//! words. No line has a time stamp: the same results give the same bytes.

use crate::analyse::figures::EndpointFigures;
use crate::fmt;
use crate::judge::outcome::{Status, Verdict};
use crate::report::model::{Report, TestReport};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Lines of metrics.txt that hold a value.
const FEW: usize = 48;
/// Percentiles of metrics.txt.
const SHOWN: [&str; 3] = ["p50", "p95", "p99"];

/// A Sample is one line: its family's suffix, its labels as they are written, and its value.
struct Sample {
    suffix: &'static str,
    labels: String,
    value: String,
}

/// A Family is a metric with all its samples; those stand together, as the format asks.
struct Family {
    name: &'static str,
    kind: &'static str,
    unit: &'static str,
    help: &'static str,
    samples: Vec<Sample>,
}

impl Family {
    fn new(name: &'static str, kind: &'static str, unit: &'static str, help: &'static str) -> Self {
        Self { name, kind, unit, help, samples: Vec::new() }
    }

    fn put(&mut self, labels: &str, value: Option<String>) {
        self.put_as("", labels, value);
    }

    /// What is unknown has no line.
    fn put_as(&mut self, suffix: &'static str, labels: &str, value: Option<String>) {
        if let Some(value) = value {
            self.samples.push(Sample { suffix, labels: labels.to_owned(), value });
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.samples.is_empty() {
            return Ok(());
        }
        let Self { name, kind, unit, help, .. } = self;
        writeln!(out, "# TYPE {name} {kind}")?;
        if !unit.is_empty() {
            writeln!(out, "# UNIT {name} {unit}")?;
        }
        writeln!(out, "# HELP {name} {help}")?;
        for sample in &self.samples {
            let labels = if sample.labels.is_empty() { String::new() } else { format!("{{{}}}", sample.labels) };
            writeln!(out, "{name}{}{labels} {}", sample.suffix, sample.value)?;
        }
        Ok(())
    }
}

/// Label sets in use, so that no two lines of a family are the same line.
#[derive(Default)]
struct Labels(BTreeSet<String>);

impl Labels {
    /// Labels with their values; a set that is taken gets the label `copy`.
    fn of(&mut self, pairs: &[(&str, &str)], write: fn(&str) -> String) -> String {
        let all: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}=\"{}\"", write(value))).collect();
        let plain = all.join(",");
        let mut labels = plain.clone();
        for copy in 2u32.. {
            if self.0.insert(labels.clone()) {
                break;
            }
            labels = format!("{plain},copy=\"{copy}\"");
        }
        labels
    }
}

/// Writes everything: verdict, criteria, and the figures of each test and endpoint.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    verdict(report).write(out)?;
    criteria(report).write(out)?;
    let mut families = Families::new();
    let mut labels = Labels::default();
    for test in report.standing() {
        let of_test = labels.of(&[("test", &test.name)], fmt::label_value);
        families.duration.put(&of_test, test.duration_s.map(fmt::exact));
        families.users.put(&of_test, test.load.users_max.map(fmt::exact));
        families.endpoint(&mut labels, test, "requests", &test.totals);
        for endpoint in &test.endpoints {
            families.endpoint(&mut labels, test, "requests", endpoint);
        }
        for population in &test.populations {
            for figures in population.endpoints.iter().chain([&population.totals]) {
                families.endpoint(&mut labels, test, population.population.words(), figures);
            }
        }
    }
    for family in families.all() {
        family.write(out)?;
    }
    writeln!(out, "# EOF")
}

fn verdict(report: &Report) -> Family {
    let mut family = Family::new("plimsoll_verdict", "stateset", "", "The verdict of the suite.");
    let states = [
        (Verdict::Ready, "ready"),
        (Verdict::ReadyWithConditions, "ready-with-conditions"),
        (Verdict::Inconclusive, "inconclusive"),
        (Verdict::NotReady, "not-ready"),
    ];
    for (state, name) in states {
        let is = if state == report.verdict { "1" } else { "0" };
        family.put(&format!("plimsoll_verdict=\"{name}\""), Some(is.to_owned()));
    }
    family
}

fn criteria(report: &Report) -> Family {
    let help = "Criteria by outcome.";
    let mut family = Family::new("plimsoll_criteria", "gauge", "", help);
    let states = [
        (Status::Pass, "pass"),
        (Status::MetNotProven, "met-not-proven"),
        (Status::Warn, "warn"),
        (Status::Fail, "fail"),
        (Status::Inconclusive, "inconclusive"),
        (Status::NotRun, "not-run"),
        (Status::Blocked, "blocked"),
        (Status::NotApplicable, "not-applicable"),
        (Status::Waived, "waived"),
    ];
    for (status, name) in states {
        let count = report.criteria.iter().filter(|one| one.status == status).count();
        family.put(&format!("status=\"{name}\""), Some(count.to_string()));
    }
    family
}

/// The families of figures, in the order in which they are written.
struct Families {
    duration: Family,
    users: Family,
    requests: Family,
    failures: Family,
    rate: Family,
    latency: Family,
}

impl Families {
    fn new() -> Self {
        let gauge = |name, unit, help| Family::new(name, "gauge", unit, help);
        Self {
            duration: gauge("plimsoll_duration_seconds", "seconds", "First start to last end of a test."),
            users: gauge("plimsoll_users", "", "Most users at a time."),
            requests: gauge(
                "plimsoll_requests",
                "",
                "How many were made, failed ones included; endpoint \\\"\\\" is all together.",
            ),
            failures: gauge("plimsoll_failures", "", "How many of them failed."),
            rate: gauge("plimsoll_rate_per_second", "", "Requests by the duration of the test."),
            latency: Family::new(
                "plimsoll_latency_seconds",
                "summary",
                "seconds",
                "Latency over all responses; percentiles as the report defines them.",
            ),
        }
    }

    fn endpoint(&mut self, labels: &mut Labels, test: &TestReport, population: &str, figures: &EndpointFigures) {
        let group = figures.group.as_deref().unwrap_or_default();
        let mut pairs = vec![("test", test.name.as_str()), ("population", population), ("endpoint", &figures.label)];
        if !group.is_empty() {
            pairs.push(("group", group));
        }
        let labels = labels.of(&pairs, fmt::label_value);
        self.requests.put(&labels, figures.requests.map(|n| n.to_string()));
        self.failures.put(&labels, figures.failures.map(|n| n.to_string()));
        self.rate.put(&labels, figures.rate_per_s.map(fmt::exact));
        let latency = &figures.latency_us;
        for (name, us) in &latency.quantiles {
            let Some(p) = fmt::quantile_p(name) else { continue };
            let labels = format!("{labels},quantile=\"{}\"", fmt::exact(p));
            self.latency.put(&labels, us.map(|us| fmt::exact(us / 1e6)));
        }
        self.latency.put_as("_count", &labels, latency.n.map(|n| n.to_string()));
    }

    fn all(&self) -> [&Family; 6] {
        [&self.duration, &self.users, &self.requests, &self.failures, &self.rate, &self.latency]
    }
}

/// Writes the few figures that are compared from one merge request to the next: of each test, then p95 by endpoint while there is room.
///
/// # Errors
/// The writer's.
pub fn write_few(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let two = |value: f64| fmt::significant(value, 2);
    let mut latency = Family::new(
        "plimsoll_latency_seconds",
        "gauge",
        "seconds",
        "Latency over all responses, rounded to two digits.",
    );
    let mut failures =
        Family::new("plimsoll_failure_ratio", "gauge", "ratio", "Failures by requests, rounded to two digits.");
    let mut rate = Family::new("plimsoll_rate_per_second", "gauge", "", "Requests a second, rounded to two digits.");
    let mut labels = Labels::default();
    let mut room = FEW;
    let standing = report.standing();
    for test in standing.iter().take(FEW / 5) {
        let of_test = labels.of(&[("test", &test.name)], fmt::label_word);
        for name in SHOWN {
            let us = test.totals.latency_us.quantiles.get(name).copied().flatten();
            latency.put(&format!("{of_test},quantile=\"{name}\""), us.map(|us| two(us / 1e6)));
        }
        failures.put(&of_test, test.totals.failure_ratio.map(two));
        rate.put(&of_test, test.totals.rate_per_s.map(two));
        room = room.saturating_sub(5);
    }
    // All of a test or none: which few of many would be shown could change with every run.
    for test in &standing {
        if test.endpoints.len() > room || test.endpoints.len() < 2 {
            continue;
        }
        room -= test.endpoints.len();
        for endpoint in &test.endpoints {
            let own = labels.of(&[("test", &test.name), ("endpoint", &endpoint.label)], fmt::label_word);
            let us = endpoint.latency_us.quantiles.get("p95").copied().flatten();
            latency.put(&format!("{own},quantile=\"p95\""), us.map(|us| two(us / 1e6)));
        }
    }
    for family in [latency, failures, rate] {
        family.write(out)?;
    }
    writeln!(out, "# EOF")
}

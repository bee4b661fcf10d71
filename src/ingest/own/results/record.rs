//! One object of a summary as a record: its counts, its statistics, and the records within.

use super::amount::{length, number, rate};
use super::key::{About, Count, Meaning, Stat, Subject, enclosing, meaning, percentiles_of, within_percentiles};
use super::ladder;
use super::listed::{Errors, Latencies, Statuses, statuses_of_array, statuses_of_map};
use crate::ingest::own::cell_text::is_nothing;
use crate::ingest::own::instant::{self, Clock};
use crate::ingest::own::name::{split_time_unit, time_unit, words};
use crate::model::key::Population;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Objects within objects are followed this far.
const DEEPEST: usize = 6;
/// Keys of lists (or maps) whose members are scenarios unless they name an endpoint.
#[rustfmt::skip]
const SCENARIO_LISTS: [&str; 9] = ["test_results", "results", "scenarios", "scenario_results", "tests", "runs", "test_runs", "load_tests", "levels"];
/// Keys of lists (or maps) whose members are endpoints.
#[rustfmt::skip]
const ENDPOINT_LISTS: [&str; 10] = ["endpoints", "operations", "requests", "routes", "by_endpoint", "per_endpoint", "endpoint_results", "by_operation", "benchmarks", "queries"];
/// Keys of objects that only group what belongs to the record around them.
#[rustfmt::skip]
const GROUPS: [&str; 12] = ["summary", "totals", "overall", "metrics", "stats", "statistics", "performance", "results", "result", "requests", "data", "aggregate"];

/// A number that a summary states, with the key it stands under.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated<T> {
    /// Path of keys, as `reads.p95`.
    pub key: String,
    /// What it says.
    pub value: T,
}

/// A statistic as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Which.
    pub stat: Stat,
    /// In whatever unit it has.
    pub value: f64,
    /// Nanoseconds per unit, where a key or the value says.
    pub unit_ns: Option<f64>,
}

/// A Record is what one object says.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Scenario, where it names one.
    pub scenario: Option<String>,
    /// Endpoint, where it names one.
    pub endpoint: Option<String>,
    /// Its HTTP method.
    pub method: Option<String>,
    /// A name that could be either.
    pub name: Option<String>,
    /// Counts and rates; of a share also what all would be, 100 where key or value call it percent.
    pub counts: BTreeMap<(Population, Count), (Stated<f64>, Option<f64>)>,
    /// Statistics by subject, in order of their keys.
    pub figures: BTreeMap<Subject, Vec<Stated<Figure>>>,
    /// How many values a metric's statistics are over.
    pub metric_counts: BTreeMap<Subject, u64>,
    /// Latencies that are listed one by one.
    pub latencies: BTreeMap<Population, Stated<Latencies>>,
    /// Requests by status code.
    pub statuses: Option<Stated<Statuses>>,
    /// Error texts and how often they occurred.
    pub faults: Vec<(String, u64)>,
    /// How many errors a list of them holds all in all, where nothing in it was left out.
    pub listed_errors: Option<Stated<u64>>,
    /// Users.
    pub users: Option<f64>,
    /// Length of the run in seconds.
    pub duration_s: Option<f64>,
    /// A length whose unit nobody states.
    pub unitless_duration: Option<String>,
    /// When it was written, began, ended; with whether a zone was missing.
    pub written_at: Option<Clock>,
    /// First start.
    pub start: Option<Clock>,
    /// Last end.
    pub end: Option<Clock>,
    /// Scenarios within.
    pub scenarios: Vec<Record>,
    /// Endpoints within.
    pub endpoints: Vec<Record>,
    /// Values that could not be used: key and reason.
    pub refused: Vec<Stated<String>>,
}

/// The unit that an object of statistics states beside them: `{"p95": 120, "unit": "ms"}`.
fn stated_unit(map: &Map<String, Value>) -> Option<f64> {
    let keys = ["unit", "units", "time_unit"];
    let said = map.iter().find(|(key, _)| keys.contains(&words(key).as_str())).and_then(|(_, value)| value.as_str())?;
    time_unit(words(said).as_str())
}

impl Record {
    /// Reads a document: an object, or an array of them.
    #[must_use]
    pub fn of_document(document: &Value) -> Self {
        let mut record = Self::default();
        match document {
            Value::Object(map) => record.fill(map, "", 0),
            Value::Array(items) => record.take_list(items, true, "", 0),
            _ => {}
        }
        record
    }

    /// Whether it states counts or latency of its own.
    #[must_use]
    pub fn states_load(&self) -> bool {
        self.states_count() || self.states_latency()
    }

    fn states_count(&self) -> bool {
        !self.counts.is_empty() || self.statuses.is_some() || !self.latencies.is_empty()
    }

    fn states_latency(&self) -> bool {
        !self.latencies.is_empty() || self.figures.keys().any(|subject| matches!(subject, Subject::Latency(_)))
    }

    /// Whether it (with its endpoints, or one of its scenarios) states both a count or rate and a latency: what makes a
    /// document a summary of a load test.
    #[must_use]
    pub fn is_summary(&self) -> bool {
        let counted = self.states_count() || self.endpoints.iter().any(Self::states_count);
        (counted && (self.states_latency() || self.endpoints.iter().any(Self::states_latency)))
            || self.scenarios.iter().any(Self::is_summary)
    }

    fn fill(&mut self, map: &Map<String, Value>, path: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for (key, value) in map {
            let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match value {
                Value::Object(inner) => self.take_object(key, inner, &at, depth),
                Value::Array(items) => self.take_array(key, items, &at, depth),
                scalar => self.take_scalar(key, scalar, at),
            }
        }
    }

    fn take_array(&mut self, key: &str, items: &[Value], path: &str, depth: usize) {
        let spoken = words(key);
        if let Some((population, value)) = Latencies::of(key, items) {
            self.latencies.entry(population).or_insert(Stated { key: path.to_owned(), value });
        } else if let Some(value) = statuses_of_array(key, items) {
            self.statuses.get_or_insert(Stated { key: path.to_owned(), value });
        } else if let Some(errors) = Errors::of_array(key, items) {
            self.take_errors(errors, path);
        } else if SCENARIO_LISTS.contains(&spoken.as_str()) {
            self.take_list(items, true, path, depth + 1);
        } else if ENDPOINT_LISTS.contains(&spoken.as_str()) {
            self.take_list(items, false, path, depth + 1);
        }
    }

    fn take_errors(&mut self, errors: Errors, path: &str) {
        if let Some(value) = errors.all() {
            self.listed_errors.get_or_insert(Stated { key: path.to_owned(), value });
        }
        self.faults.extend(errors.by_text);
    }

    fn take_list(&mut self, items: &[Value], scenarios: bool, path: &str, depth: usize) {
        for (index, item) in items.iter().enumerate() {
            let at = format!("{path}[{index}]");
            match item {
                Value::Object(map) => {
                    let mut record = Self::default();
                    record.fill(map, &at, depth + 1);
                    self.adopt(record, scenarios);
                }
                other => {
                    let found = crate::fmt::excerpt(other.to_string().as_bytes());
                    self.refused.push(Stated { key: at, value: format!("should be an object, found {found}") });
                }
            }
        }
    }

    /// Puts a record among the scenarios or the endpoints: its own word first, then the list it stands in.
    fn adopt(&mut self, mut record: Self, scenarios: bool) {
        if record.scenario.is_none() && record.endpoint.is_none() {
            let name = record.name.take();
            if scenarios { record.scenario = name } else { record.endpoint = name }
        }
        if record.scenario.is_none() && (record.endpoint.is_some() || !scenarios) {
            self.endpoints.push(record);
        } else {
            self.scenarios.push(record);
        }
    }

    fn take_object(&mut self, key: &str, map: &Map<String, Value>, path: &str, depth: usize) {
        let spoken = words(key);
        let (subject, unit) = enclosing(key);
        let has_statistics = map.iter().any(|(inner, value)| {
            let latency =
                |key| matches!(meaning(key), Some(Meaning::Figure(_, Subject::Latency(Population::Request), _)));
            if value.is_object() { percentiles_of(inner).is_some() } else { latency(inner) }
        });
        let all_objects = !map.is_empty() && map.values().all(Value::is_object);
        if let Some(value) = statuses_of_map(key, map) {
            self.statuses.get_or_insert(Stated { key: path.to_owned(), value });
        } else if let Some((subject, unit)) = percentiles_of(key) {
            self.take_percentiles(&subject, unit, map, path);
        } else if let Some(errors) = Errors::of_map(key, map) {
            self.take_errors(errors, path);
        } else if all_objects && SCENARIO_LISTS.contains(&spoken.as_str()) {
            self.take_named(map, true, path, depth);
        } else if all_objects && ENDPOINT_LISTS.contains(&spoken.as_str()) {
            self.take_named(map, false, path, depth);
        } else if has_statistics && (matches!(subject, Subject::Latency(_)) || unit.is_some()) {
            self.take_statistics(&subject, unit, map, path);
        } else if GROUPS.contains(&spoken.as_str()) {
            self.fill(map, path, depth + 1);
        } else {
            let mut record = Self::default();
            record.fill(map, path, depth + 1);
            // `users_50: {…}` is the run with that many.
            if let Some(users) = ladder::users_of_level(key).filter(|_| record.is_summary()) {
                record.users.get_or_insert(users);
                record.scenario.get_or_insert_with(|| ladder::users_name(users));
                return self.scenarios.push(record);
            }
            // Other objects are endpoints only if they say so plainly: how many, and how long they took.
            let counted = record.counts.contains_key(&(Population::Request, Count::Total)) || record.statuses.is_some();
            let timed = record.figures.contains_key(&Subject::Latency(Population::Request));
            if counted && timed || record.latencies.contains_key(&Population::Request) {
                record.endpoint.get_or_insert_with(|| key.to_owned());
                self.endpoints.push(record);
            }
        }
    }

    fn take_named(&mut self, map: &Map<String, Value>, scenarios: bool, path: &str, depth: usize) {
        for (name, value) in map {
            let mut record = Self::default();
            if let Value::Object(inner) = value {
                record.fill(inner, &format!("{path}.{name}"), depth + 1);
            }
            let level = ladder::users_of_level(name).filter(|_| scenarios);
            record.users = record.users.or(level);
            let name = level.map_or_else(|| name.clone(), ladder::users_name);
            if scenarios { &mut record.scenario } else { &mut record.endpoint }.get_or_insert(name);
            self.adopt(record, scenarios);
        }
    }

    /// An object of statistics, as `connection_time_ms: {avg, p95}`.
    fn take_statistics(&mut self, subject: &Subject, unit: Option<f64>, map: &Map<String, Value>, path: &str) {
        let unit = unit.or_else(|| stated_unit(map));
        for (key, value) in map {
            let at = format!("{path}.{key}");
            if let (Value::Object(inner), Some((_, own))) = (value, percentiles_of(key)) {
                self.take_percentiles(subject, own.or(unit), inner, &at);
            }
            match meaning(key) {
                _ if value.is_object() => {}
                Some(Meaning::Figure(stat, Subject::Latency(Population::Request), own)) => {
                    self.take_figure(stat, subject.clone(), own.or(unit), value, at);
                }
                Some(Meaning::Count(Population::Request, Count::Total, _)) => match (subject, value.as_u64()) {
                    (Subject::Latency(population), Some(_)) => {
                        self.take_count(*population, Count::Total, false, value, at);
                    }
                    (Subject::Metric(_), Some(count)) => {
                        self.metric_counts.insert(subject.clone(), count);
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// An object of percentiles alone, where a bare number is a key: `{"50": 12, "95": 40}`.
    fn take_percentiles(&mut self, subject: &Subject, unit: Option<f64>, map: &Map<String, Value>, path: &str) {
        for (key, value) in map {
            let (stat, own) = match (within_percentiles(key), meaning(key)) {
                (Some(stat), _) => (stat, None),
                (None, Some(Meaning::Figure(stat, _, own))) => (stat, own),
                _ => continue,
            };
            self.take_figure(stat, subject.clone(), own.or(unit), value, format!("{path}.{key}"));
        }
    }

    fn take_scalar(&mut self, key: &str, value: &Value, at: String) {
        match meaning(key) {
            Some(Meaning::Count(population, count, percent)) => self.take_count(population, count, percent, value, at),
            Some(Meaning::Figure(stat, subject, own)) => self.take_figure(stat, subject, own, value, at),
            Some(Meaning::About(about)) => self.take_about(about, key, value),
            None => {}
        }
    }

    fn take_count(&mut self, population: Population, count: Count, percent: bool, value: &Value, key: String) {
        // `success: true` is an opinion on the scenario, not a number of requests.
        if value.is_boolean() || is_absent(value) {
            return;
        }
        let says_percent = value.as_str().is_some_and(|text| text.trim_end().ends_with('%'));
        // `failed: "20%"` is no number of requests.
        let (count, percent) = match count.in_percent().filter(|_| says_percent) {
            Some(share) => (share, true),
            None if says_percent => return self.refuse(key, "should be a number, not a share", value),
            None => (count, percent),
        };
        let found = if count == Count::PerSecond { rate(value).map(|rate| (rate, None)) } else { number(value) };
        match found {
            Some((number, None)) if number < 0.0 => self.refuse(key, "should not be negative", value),
            Some((number, None)) if number.fract() != 0.0 && !count.is_share() && count != Count::PerSecond => {
                self.refuse(key, "should be a whole number", value);
            }
            Some((number, None)) => {
                // The first key by name wins, so that the order of keys in the file does not matter.
                self.counts
                    .entry((population, count))
                    .or_insert((Stated { key, value: number }, percent.then_some(100.0)));
            }
            _ if count == Count::PerSecond => self.refuse(key, "should be a number or a rate such as `12.3/s`", value),
            _ => self.refuse(key, "should be a number", value),
        }
    }

    fn take_figure(&mut self, stat: Stat, subject: Subject, unit: Option<f64>, value: &Value, key: String) {
        match number(value) {
            _ if is_absent(value) => {}
            Some((number, _)) if number < 0.0 => {
                // What cannot be used still shows what the record is about.
                self.figures.entry(subject).or_default();
                self.refuse(key, "should not be negative", value);
            }
            Some((value, own)) => {
                let figure = Figure { stat, value, unit_ns: own.or(unit) };
                self.figures.entry(subject).or_default().push(Stated { key, value: figure });
            }
            None => self.refuse(key, "should be a number", value),
        }
    }

    fn take_about(&mut self, about: About, key: &str, value: &Value) {
        let text = || value.as_str().map(str::to_owned).filter(|text| !text.trim().is_empty());
        let clock = || match value {
            Value::String(text) => instant::read(text.trim()),
            Value::Number(number) => instant::read(&number.to_string()),
            _ => None,
        };
        match about {
            About::Scenario => self.scenario = text().or(self.scenario.take()),
            About::Name => self.name = text().or(self.name.take()),
            About::Endpoint => self.endpoint = text().or(self.endpoint.take()),
            About::Method => self.method = text(),
            About::Users => {
                let users = number(value).map(|(users, _)| users).filter(|users| *users > 0.0);
                self.users = users.or(self.users);
            }
            About::WrittenAt => self.written_at = clock(),
            About::Start => self.start = clock(),
            About::End => self.end = clock(),
            About::Duration => {
                let Some((length, own)) = number(value).or_else(|| length(value)) else { return };
                match own.or(split_time_unit(&words(key)).1) {
                    Some(nanos) => self.duration_s = Some(length * nanos / 1e9),
                    None => self.unitless_duration = Some(key.to_owned()),
                }
            }
        }
    }

    fn refuse(&mut self, key: String, expected: &str, found: &Value) {
        let found = crate::fmt::excerpt(found.to_string().as_bytes());
        self.refused.push(Stated { key, value: format!("{expected}, found {found}") });
    }
}

fn is_absent(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| is_nothing(text.trim()))
}

//! Records to observations.

use super::counted::{Counted, count};
use super::doubt::{rate_disagrees, successes_only, times_disagree, without_a_like};
use super::key::{Count, Stat, Subject};
use super::listed::{Latencies, failed};
use super::record::{Figure, Record, Stated};
use crate::error::Error;
use crate::ingest::own::cell_text::nanos;
use crate::ingest::own::instant::Clock;
use crate::ingest::own::name::words;
use crate::ingest::{Input, MetricTotal, PartId, Settings, Sink, scrub};
use crate::model::distribution::{Distribution, Quoted, UNSTATED};
use crate::model::key::{EndpointKey, MetricKey, MetricKind, Population};
use crate::model::sample::{Fact, Fault, Total};
use crate::unit::{Span, Unit};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Where figures without a unit get theirs from.
#[derive(Debug, Clone, PartialEq)]
enum DefaultUnit {
    /// `inputs.latency_unit`.
    Set(f64),
    /// The only unit that the document states, and where.
    Beside(f64, String),
    /// Nowhere.
    Nowhere,
}

/// A Teller hands a document's records to a sink.
pub(super) struct Teller<'a> {
    input: &'a Input,
    default_unit: DefaultUnit,
    sink: &'a mut dyn Sink,
    /// Figures whose unit was taken from their neighbours, by part.
    lent: BTreeMap<PartId, Vec<String>>,
    /// Of times that state none.
    zone: Option<TimeZone>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(input: &'a Input, document: &Record, settings: &Settings, sink: &'a mut dyn Sink) -> Self {
        let mut stated: Vec<(f64, String)> = Vec::new();
        collect_units(document, &mut stated);
        let one =
            stated.first().filter(|(first, _)| stated.iter().all(|(unit, _)| (unit - first).abs() < f64::EPSILON));
        let default_unit = match (settings.latency_unit_ns, one) {
            (Some(nanos), _) => DefaultUnit::Set(nanos),
            (None, Some((nanos, key))) => DefaultUnit::Beside(*nanos, key.clone()),
            (None, None) => DefaultUnit::Nowhere,
        };
        Self { input, default_unit, sink, lent: BTreeMap::new(), zone: settings.timezone.clone() }
    }

    /// The part of a scenario.
    pub(super) fn part(&mut self, scenario: &str) -> PartId {
        self.sink.part(Some(scenario))
    }

    /// The part of the document as a whole.
    pub(super) fn whole(&mut self) -> PartId {
        self.sink.part(None)
    }

    /// Tells one record with its endpoints; `around` is the document it stands in.
    pub(super) fn record(&mut self, record: &Record, part: PartId, around: &Record) -> Result<(), Error> {
        let own = record.endpoint.as_deref().map(|name| endpoint_key(record, name));
        for population in [Population::Request, Population::Connection, Population::Message] {
            self.population(record, part, population, own.as_ref(), false)?;
        }
        // Where the record knows its failures, that an endpoint is silent about its own is no doubt about the test.
        let known = count(record, Population::Request).failures.is_some();
        for inner in &record.endpoints {
            let key = endpoint_key(inner, inner.endpoint.as_deref().unwrap_or("request"));
            self.population(inner, part, Population::Request, Some(&key), known)?;
            self.faults(inner, part, Some(&key));
        }
        self.metrics(record, part)?;
        self.faults(record, part, own.as_ref());
        let rates = record.endpoints.iter().filter_map(rate_disagrees);
        for warning in successes_only(record).into_iter().chain(rates).chain(times_disagree(record)) {
            self.sink.fact(part, Fact::Warning(scrub::text(&warning)));
        }
        self.about(record, part, around);
        if let (DefaultUnit::Beside(_, key), Some(lent)) = (&self.default_unit, self.lent.remove(&part)) {
            let lent: Vec<String> = lent.iter().map(|key| format!("`{key}`")).collect();
            let text = format!(
                "no unit is stated for {}: read in that of `{key}`, the only one in the document; `inputs.latency_unit` makes it sure",
                lent.join(", ")
            );
            self.sink.fact(part, Fact::Warning(scrub::text(&text)));
        }
        Ok(())
    }

    fn population(
        &mut self,
        record: &Record,
        part: PartId,
        population: Population,
        endpoint: Option<&EndpointKey>,
        failures_known: bool,
    ) -> Result<(), Error> {
        let figures = record.figures.get(&Subject::Latency(population));
        let counted = count(record, population);
        let has_statuses = population == Population::Request && record.statuses.is_some();
        let is_counted = record.counts.keys().any(|(of, _)| *of == population);
        let is_listed = record.latencies.contains_key(&population);
        if figures.is_none() && !is_counted && !is_listed && !has_statuses {
            return Ok(());
        }
        let mut latency = match figures {
            Some(figures) => Distribution::Quoted(self.quoted(figures, counted.total, part)?),
            None => Distribution::Unknown("the file states no latency for it".to_owned()),
        };
        let mut latency_ok = match counted.failures {
            Some(0) => latency.clone(),
            _ => Distribution::Unknown("the file does not tell the latency of successes apart".to_owned()),
        };
        if let Some(listed) = record.latencies.get(&population) {
            self.listed(listed, &counted, part, (&mut latency, &mut latency_ok))?;
        }
        let total = Total {
            requests: counted.total,
            failures: counted.failures,
            cached: counted.cached,
            latency,
            latency_ok,
            rate_per_s: counted.per_second,
            bytes: counted.bytes,
            ..Total::of(population, endpoint.cloned())
        };
        // Connections and messages have one endpoint by nature; it bears the name that rows of them have.
        let kind = match population {
            Population::Request | Population::Setup => None,
            Population::Connection => Some("connect"),
            Population::Message => Some("message"),
            Population::Transaction => Some("transaction"),
        };
        if let Some(kind) = kind {
            self.sink.total(part, Total { endpoint: Some(EndpointKey::new(None, kind)), ..total.clone() });
            self.sink.total(part, Total { endpoint: None, ..total });
        } else {
            self.sink.total(part, total);
        }
        self.doubts(counted, part, population == Population::Request && !failures_known);
        Ok(())
    }

    /// Latencies that are listed are those of all requests or of the successes, if they are as many.
    fn listed(
        &mut self,
        listed: &Stated<Latencies>,
        counted: &Counted,
        part: PartId,
        (all, ok): (&mut Distribution, &mut Distribution),
    ) -> Result<(), Error> {
        let unit_ns = listed.value.unit_ns;
        let unit = Stated { key: listed.key.clone(), value: Figure { stat: Stat::Mean, value: 0.0, unit_ns } };
        let recorded = listed.value.recorded(self.unit(&unit, part)?);
        let count = Some(listed.value.count());
        let succeeded = counted.total.zip(counted.failures).and_then(|(total, failed)| total.checked_sub(failed));
        if count == succeeded {
            *ok = Distribution::Recorded(recorded.clone());
        }
        if count == counted.total {
            *all = Distribution::Recorded(recorded);
        } else if count != succeeded {
            let (values, requests) = (listed.value.count(), counted.total.unwrap_or(0));
            let text = format!("`{}` holds {values} values for {requests} requests and is left aside", listed.key);
            self.sink.fact(part, Fact::Warning(scrub::text(&text)));
        }
        Ok(())
    }

    fn doubts(&mut self, counted: Counted, part: PartId, failures_matter: bool) {
        if let Some(why) = counted.failures_unknown.filter(|_| failures_matter) {
            self.sink.fact(part, Fact::FailuresUnknown(why));
        }
        for warning in counted.warnings {
            self.sink.fact(part, Fact::Warning(scrub::text(&warning)));
        }
        for remark in counted.remarks {
            self.sink.fact(part, Fact::Remark(scrub::text(&remark)));
        }
    }

    fn quoted(&mut self, figures: &[Stated<Figure>], n: Option<u64>, part: PartId) -> Result<Quoted, Error> {
        let mut quoted = Quoted { n, definition: UNSTATED.to_owned(), ..Quoted::default() };
        if let DefaultUnit::Beside(nanos, _) = self.default_unit
            && let Some(figure) = without_a_like(figures, nanos)
        {
            return Err(self.asked(&figure.key));
        }
        for figure in figures {
            let micros = figure.value.value * self.unit(figure, part)? / 1e3;
            match figure.value.stat {
                Stat::Mean => quoted.mean_us = Some(micros),
                Stat::Min => quoted.min_us = Some(micros),
                Stat::Max => quoted.max_us = Some(micros),
                Stat::Quantile(p) => quoted.quantiles.push((p, micros)),
            }
        }
        quoted.quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        quoted.quantiles.dedup_by(|a, b| (a.0 - b.0).abs() < 1e-9);
        Ok(quoted)
    }

    fn unit(&mut self, figure: &Stated<Figure>, part: PartId) -> Result<f64, Error> {
        match (figure.value.unit_ns, &self.default_unit) {
            (Some(nanos), _) => Ok(nanos),
            (None, DefaultUnit::Set(nanos)) => Ok(*nanos),
            (None, DefaultUnit::Beside(nanos, _)) => {
                // One object lacks its unit once, however many figures are in it.
                let lacking = figure.key.rsplit_once('.').map_or(figure.key.as_str(), |(object, _)| object);
                let lent = self.lent.entry(part).or_default();
                if !lent.iter().any(|key| key == lacking) {
                    lent.push(lacking.to_owned());
                }
                Ok(*nanos)
            }
            (None, DefaultUnit::Nowhere) => Err(self.asked(&figure.key)),
        }
    }

    fn asked(&self, key: &str) -> Error {
        Error::input(format!("the unit of `{}` is not known", crate::fmt::plain(key)))
            .at(self.input.place().field(key))
            .hint(
                "set inputs.latency_unit = \"ms\" (or \"s\", \"us\", \"ns\"), or let the key say it: `avg_latency_ms`",
            )
    }

    fn metrics(&mut self, record: &Record, part: PartId) -> Result<(), Error> {
        for (subject, figures) in &record.figures {
            let Subject::Metric(name) = subject else { continue };
            // Without a unit it is a number of anything (`max_users`), and nothing to judge.
            let figures: Vec<_> = figures.iter().filter(|figure| figure.value.unit_ns.is_some()).cloned().collect();
            if figures.is_empty() {
                continue;
            }
            let quoted = self.quoted(&figures, record.metric_counts.get(subject).copied(), part)?;
            let key = MetricKey { name: name.clone(), kind: MetricKind::Trend, unit: Unit::Micros, tags: Vec::new() };
            let total = MetricTotal {
                count: quoted.n,
                min: quoted.min_us,
                max: quoted.max_us,
                mean: quoted.mean_us,
                quantiles: quoted.quantiles,
                ..MetricTotal::default()
            };
            self.sink.metric_total(part, &key, &total);
        }
        Ok(())
    }

    fn faults(&mut self, record: &Record, part: PartId, endpoint: Option<&EndpointKey>) {
        let by_status =
            record.statuses.iter().filter(|_| record.faults.is_empty()).flat_map(|stated| failed(&stated.value));
        for (text, count) in record.faults.iter().cloned().chain(by_status).filter(|(_, count)| *count > 0) {
            let fault = Fault { endpoint: endpoint.cloned(), text: scrub::text(&text), count, of_requests: true };
            self.sink.fault(part, fault);
        }
    }

    fn about(&mut self, record: &Record, part: PartId, around: &Record) {
        let zone = self.zone.clone();
        let instant = |clock: Option<Clock>| clock.and_then(|clock| clock.timestamp_in(zone.as_ref()));
        if let Some(at) = instant(record.written_at.or(around.written_at)) {
            self.sink.fact(part, Fact::WrittenAt(at));
        }
        let length = record.duration_s.and_then(|seconds| i64::try_from(nanos(seconds * 1e9)?).ok());
        let ran = match (instant(record.start), instant(record.end), length) {
            (Some(start), Some(end), _) if start <= end => Some(Span { start, end }),
            (Some(start), None, Some(length)) => Some(Span { start, end: start.plus_nanos(length) }),
            (None, Some(end), Some(length)) => Some(Span { start: end.plus_nanos(-length), end }),
            _ => None,
        };
        if let Some(start) = instant(record.start.or(around.start)).filter(|_| ran.is_none()) {
            self.sink.fact(part, Fact::Began(start));
        }
        if let Some(span) = ran {
            self.sink.fact(part, Fact::Ran(span));
        } else if let Some(seconds) = record.duration_s {
            self.sink.fact(part, Fact::DurationSeconds(seconds));
        } else if let Some(key) = &record.unitless_duration {
            self.sink.fact(
                part,
                Fact::Remark(format!("`{key}` states no unit, so the run's length is not known: call it `duration_s`")),
            );
        } else if !record.counts.contains_key(&(Population::Request, Count::PerSecond)) {
            self.sink.fact(
                part,
                Fact::Remark("no key states the run's length: `duration_s` would give throughput".to_owned()),
            );
        }
        let named = record.scenario.as_deref().and_then(users_in_name);
        if let Some(users) = record.users {
            self.sink.fact(part, Fact::Users(users));
        } else if let Some(users) = named {
            self.sink.fact(part, Fact::Users(users));
            self.sink.fact(
                part,
                Fact::Remark("users are read from the scenario's name; a key `users` would state them".to_owned()),
            );
        }
    }
}

fn endpoint_key(record: &Record, name: &str) -> EndpointKey {
    EndpointKey::new(record.method.as_deref(), &scrub::name(name, scrub::Query::Cut))
}

fn collect_units(record: &Record, units: &mut Vec<(f64, String)>) {
    let listed = record.latencies.values();
    units.extend(listed.filter_map(|listed| Some((listed.value.unit_ns?, listed.key.clone()))));
    let figures = record.figures.values().flatten();
    units.extend(figures.filter_map(|figure| Some((figure.value.unit_ns?, figure.key.clone()))));
    record.endpoints.iter().chain(&record.scenarios).for_each(|inner| collect_units(inner, units));
}

/// `50 concurrent users` → 50.
fn users_in_name(name: &str) -> Option<f64> {
    let spoken = words(name);
    let mut parts = spoken.split('_').peekable();
    while let Some(part) = parts.next() {
        let Ok(number) = part.parse::<u32>() else { continue };
        while parts
            .next_if(|next| matches!(*next, "concurrent" | "simultaneous" | "virtual" | "parallel" | "active"))
            .is_some()
        {}
        if parts.peek().is_some_and(|next| matches!(*next, "user" | "users" | "vu" | "vus" | "client" | "clients"))
            && number > 0
        {
            return Some(f64::from(number));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::users_in_name;

    #[test]
    fn users_stand_in_names() {
        assert_eq!(users_in_name("50 concurrent users"), Some(50.0));
        assert_eq!(users_in_name("Stress: 200 users, 10 min"), Some(200.0));
        assert_eq!(users_in_name("1 concurrent user"), Some(1.0));
        for name in ["steady", "10 requests", "users", "0 users"] {
            assert_eq!(users_in_name(name), None, "{name}");
        }
    }
}

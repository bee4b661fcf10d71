//! From k6's points to observations: the one place where NDJSON and CSV mean the same.
//!
//! A point is a metric, tags, a time and a value. What becomes of it depends on the metric and the tags alone, so that is
//! worked out once for each pair of them and looked up ever after.

use super::endpoint;
use super::metric::{Contains, Definition, Definitions};
use super::pairing::{Mark, Pairing, Torn, Waiting};
use super::record::{Flaw, VALUE};
use super::tag::TagSet;
use crate::ingest::{PartId, SeriesId, Settings, Sink};
use crate::model::key::{CellKey, EndpointKey, MetricKey, Outcome, Population, Tags};
use crate::model::sample::{Fact, Sample};
use crate::unit::Timestamp;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// So many tag sets are remembered, and so many bytes of them; then all are forgotten and learnt anew. A script that tags
/// each request with an id of its own would otherwise be kept whole.
const MOST_TAG_SETS: usize = 4096;
const MOST_TAG_BYTES: usize = 2 << 20;

/// Names a metric that the observer has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MetricId(pub(super) usize);

/// Names a tag set that the observer remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TagSetId(usize);

/// An Observer turns points into observations and hands them to a sink.
pub(super) struct Observer<'a> {
    sink: &'a mut dyn Sink,
    part: PartId,
    definitions: &'a Definitions,
    settings: &'a Settings,
    metrics: Vec<Metric>,
    names: HashMap<String, MetricId>,
    tag_sets: TagSets,
    generation: u64,
    pairing: Pairing,
    account: Account,
}

struct Metric {
    name: String,
    definition: Definition,
    /// By tag set.
    aims: Vec<Option<Aim>>,
}

/// An Aim is where points of one metric with one tag set go.
#[derive(Debug, Clone, Copy)]
pub(super) enum Aim {
    /// To a metric's series.
    Value(SeriesId, Contains),
    /// To a metric's series and the users over time.
    Users(SeriesId),
    /// To a cell of requests.
    Request(SeriesId),
    /// To a cell of connections.
    Connection(SeriesId),
    /// To whichever cell its verdict says.
    UnjudgedRequest(TagSetId),
    /// To a metric's series, and to the request that it is about.
    Verdict(SeriesId, TagSetId),
}

/// An Account is what is to be said about the points once all have been seen.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// Metrics of unknown kind.
    undefined: BTreeSet<String>,
    /// Requests of unknown outcome.
    unjudged: u64,
    /// Whether the outcome of any request is known.
    any_judged: bool,
    torn: Torn,
}

impl Account {
    /// Adds that of another observer.
    pub(super) fn merge(&mut self, other: Self) {
        self.undefined.extend(other.undefined);
        self.unjudged += other.unjudged;
        self.any_judged |= other.any_judged;
        self.torn.merge(other.torn);
    }
}

impl<'a> Observer<'a> {
    /// An observer that has seen nothing.
    pub(super) fn new(sink: &'a mut dyn Sink, definitions: &'a Definitions, settings: &'a Settings) -> Self {
        let part = sink.part(None);
        Self {
            sink,
            part,
            definitions,
            settings,
            metrics: Vec::new(),
            names: HashMap::new(),
            tag_sets: TagSets::default(),
            generation: 0,
            pairing: Pairing::default(),
            account: Account::default(),
        }
    }

    /// The metric of that name.
    pub(super) fn metric(&mut self, name: &str) -> MetricId {
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let definition = self.definitions.find(name).unwrap_or_else(|| {
            self.account.undefined.insert(name.to_owned());
            Definition::UNSTATED
        });
        let id = MetricId(self.metrics.len());
        self.metrics.push(Metric { name: name.to_owned(), definition, aims: Vec::new() });
        self.names.insert(name.to_owned(), id);
        id
    }

    /// How often all tag sets were forgotten. Ids and aims of an earlier generation are void.
    #[inline]
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// The tag set of these bytes, parsed if it has not been seen.
    ///
    /// # Errors
    /// The parser's.
    pub(super) fn tag_set(
        &mut self,
        written: &[u8],
        parse: impl FnOnce() -> Result<Tags, Flaw>,
    ) -> Result<TagSetId, Flaw> {
        if let Some(known) = self.tag_sets.find(written) {
            return Ok(known);
        }
        let tags = TagSet::new(parse()?);
        if self.tag_sets.is_full() {
            self.tag_sets = TagSets::default();
            self.generation += 1;
            self.metrics.iter_mut().for_each(|metric| metric.aims.clear());
        }
        Ok(self.tag_sets.add(written, tags))
    }

    /// One point.
    ///
    /// # Errors
    /// Its value cannot be what the metric measures; nothing has been handed on then.
    #[inline]
    pub(super) fn observe(&mut self, aim: Aim, at: Timestamp, value: f64) -> Result<(), Flaw> {
        match aim {
            Aim::Value(series, contains) => self.sink.value(series, Some(at), contains.to_base(value)),
            Aim::Request(cell) => self.sink.sample(cell, lasting(at, nanos(value)?)),
            other => return self.observe_other(other, at, value),
        }
        Ok(())
    }

    /// Points that are rare, or that must meet others.
    fn observe_other(&mut self, aim: Aim, at: Timestamp, value: f64) -> Result<(), Flaw> {
        match aim {
            Aim::Value(..) | Aim::Request(_) => {}
            Aim::Users(series) => {
                self.sink.users(self.part, at, value);
                self.sink.value(series, Some(at), value);
            }
            Aim::Connection(cell) => {
                // k6 stamps a connection with its start; a sample stands where it ended.
                let latency = nanos(value)?;
                let ended = at.plus_nanos(i64::try_from(latency).unwrap_or(i64::MAX));
                self.sink.sample(cell, lasting(ended, latency));
            }
            Aim::UnjudgedRequest(tags) => {
                let request = (self.mark(at, tags)?, nanos(value)?);
                let settled = self.pairing.request(request);
                self.settle(settled);
            }
            Aim::Verdict(series, tags) => {
                let verdict = (self.mark(at, tags)?, value != 0.0);
                self.sink.value(series, Some(at), value);
                let settled = self.pairing.verdict(verdict);
                self.settle(settled);
            }
        }
        Ok(())
    }

    /// A block of the file ends here.
    pub(super) fn end_block(&mut self) {
        self.pairing.end_block();
    }

    /// What is to be said at the end; to be merged and given to [`conclude`].
    pub(super) fn into_account(mut self) -> Account {
        self.account.torn.merge(self.pairing.into_torn());
        self.account
    }

    fn mark(&self, at: Timestamp, tags: TagSetId) -> Result<Mark, Flaw> {
        Ok(Mark { at, tags: Arc::clone(self.tag_sets.get(tags)?) })
    }

    /// Where points of this metric and tag set go.
    ///
    /// # Errors
    /// One of the two is of another generation.
    pub(super) fn aim(&mut self, metric: MetricId, tags: TagSetId) -> Result<Aim, Flaw> {
        let known = self.metrics.get(metric.0).and_then(|metric| metric.aims.get(tags.0).copied().flatten());
        known.map_or_else(|| self.take_aim(metric, tags), Ok)
    }

    fn take_aim(&mut self, id: MetricId, tags_id: TagSetId) -> Result<Aim, Flaw> {
        let tags = Arc::clone(self.tag_sets.get(tags_id)?);
        let Some(metric) = self.metrics.get(id.0) else { return Err(Flaw::whole("of an unknown metric")) };
        let (name, definition) = (metric.name.clone(), metric.definition);
        let judged = tags.get("expected_response").is_some();
        let aim = match name.as_str() {
            "http_req_duration" if judged => self.request(endpoint::http(&tags), endpoint::http_outcome(&tags), &tags),
            "http_req_duration" => Aim::UnjudgedRequest(tags_id),
            "http_req_failed" if !judged => Aim::Verdict(self.series(&name, definition, &tags), tags_id),
            "grpc_req_duration" => self.request(endpoint::grpc(&tags), endpoint::grpc_outcome(&tags), &tags),
            "ws_connecting" => {
                let outcome = endpoint::connection_outcome(&tags);
                Aim::Connection(self.cell(Population::Connection, endpoint::http(&tags), outcome, &tags))
            }
            "vus" => Aim::Users(self.series(&name, definition, &tags)),
            _ => Aim::Value(self.series(&name, definition, &tags), definition.contains),
        };
        if let Some(metric) = self.metrics.get_mut(id.0) {
            if metric.aims.len() <= tags_id.0 {
                metric.aims.resize(tags_id.0 + 1, None);
            }
            if let Some(slot) = metric.aims.get_mut(tags_id.0) {
                *slot = Some(aim);
            }
        }
        Ok(aim)
    }

    fn request(&mut self, endpoint: EndpointKey, outcome: Outcome, tags: &TagSet) -> Aim {
        self.account.any_judged |= outcome != Outcome::Unknown;
        Aim::Request(self.cell(endpoint::population(tags), endpoint, outcome, tags))
    }

    fn cell(&mut self, population: Population, endpoint: EndpointKey, outcome: Outcome, tags: &TagSet) -> SeriesId {
        let status = endpoint::status(tags);
        let outcome = self.as_expected(&endpoint, outcome, status);
        let tags = tags.kept().clone();
        self.sink.cell(self.part, &CellKey { population, endpoint, outcome, status, cached: None, tags })
    }

    /// A status that the user declared right for the endpoint is no failure.
    fn as_expected(&self, endpoint: &EndpointKey, outcome: Outcome, status: Option<u16>) -> Outcome {
        let (Outcome::Failed(_), Some(status)) = (&outcome, status) else { return outcome };
        if self.settings.is_right(status, endpoint) { Outcome::Ok } else { outcome }
    }

    fn series(&mut self, name: &str, definition: Definition, tags: &TagSet) -> SeriesId {
        let tags = if name == "checks" { tags.kept_with_check() } else { tags.kept().clone() };
        let unit = definition.contains.unit();
        self.sink.metric(self.part, &MetricKey { name: name.to_owned(), kind: definition.kind, unit, tags })
    }

    fn settle(&mut self, settled: Option<(Waiting, Option<bool>)>) {
        let Some(((mark, latency), failed)) = settled else { return };
        let outcome = match failed {
            Some(true) => Outcome::Failed(endpoint::failure(&mark.tags)),
            Some(false) => Outcome::Ok,
            None => Outcome::Unknown,
        };
        self.account.any_judged |= failed.is_some();
        self.account.unjudged += u64::from(failed.is_none());
        let tags = &mark.tags;
        let cell = self.cell(endpoint::population(tags), endpoint::http(tags), outcome, tags);
        self.sink.sample(cell, lasting(mark.at, latency));
    }
}

/// Hands on what could only be known at the end; returns what is to be noted of metrics that nothing defines.
pub(super) fn conclude(mut account: Account, sink: &mut dyn Sink, settings: &Settings) -> Option<String> {
    let definitions = Definitions::built_in();
    let mut observer = Observer::new(sink, &definitions, settings);
    for settled in std::mem::take(&mut account.torn).join() {
        observer.settle(Some(settled));
    }
    let last = observer.into_account();
    account.merge(last);
    if account.unjudged > 0 {
        let words = format!(
            "{} requests have neither the tag expected_response nor an http_req_failed point, so whether they failed is not known",
            account.unjudged
        );
        let part = sink.part(None);
        sink.fact(part, if account.any_judged { Fact::Warning(words) } else { Fact::FailuresUnknown(words) });
    }
    if account.undefined.is_empty() {
        return None;
    }
    let names: Vec<String> = account.undefined.iter().map(|name| format!("`{name}`")).collect();
    Some(format!(
        "the file does not say what kind of metric {} is; shown as distributions of plain numbers",
        names.join(", ")
    ))
}

/// Milliseconds as whole nanoseconds, which is the precision that k6 measures with.
#[inline]
fn nanos(millis: f64) -> Result<u64, Flaw> {
    let nanos = millis * 1e6;
    // What rounds to zero is zero.
    if nanos > -0.5 && nanos < 9.2e18 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked on the line above")]
        let whole = nanos as u64;
        #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 it was whole already, and is the same again")]
        let rest = nanos - whole as f64;
        return Ok(whole + u64::from(rest >= 0.5));
    }
    Err(no_duration(millis))
}

#[cold]
fn no_duration(millis: f64) -> Flaw {
    let reason = format!("`data.value` should be a duration in milliseconds, found {millis}");
    Flaw { field: Some(VALUE), reason }
}

const fn lasting(ended_at: Timestamp, latency_ns: u64) -> Sample {
    Sample { ended_at: Some(ended_at), latency_ns: Some(latency_ns), bytes: None }
}

/// Tag sets by the bytes in which they stood. k6 writes the points of one request one after the other with the same tags,
/// so the last bytes are compared first.
#[derive(Default)]
struct TagSets {
    sets: Vec<Arc<TagSet>>,
    by_bytes: HashMap<Box<[u8]>, TagSetId>,
    bytes: usize,
    last: Option<TagSetId>,
    last_bytes: Vec<u8>,
}

impl TagSets {
    #[inline]
    fn find(&mut self, written: &[u8]) -> Option<TagSetId> {
        if self.last_bytes == written && self.last.is_some() {
            return self.last;
        }
        let found = *self.by_bytes.get(written)?;
        self.remember(written, found);
        Some(found)
    }

    fn remember(&mut self, written: &[u8], id: TagSetId) {
        self.last = Some(id);
        self.last_bytes.clear();
        self.last_bytes.extend_from_slice(written);
    }

    fn is_full(&self) -> bool {
        self.sets.len() >= MOST_TAG_SETS || self.bytes >= MOST_TAG_BYTES
    }

    fn add(&mut self, written: &[u8], tags: TagSet) -> TagSetId {
        let id = TagSetId(self.sets.len());
        self.sets.push(Arc::new(tags));
        self.by_bytes.insert(written.into(), id);
        self.bytes += written.len();
        self.remember(written, id);
        id
    }

    fn get(&self, id: TagSetId) -> Result<&Arc<TagSet>, Flaw> {
        self.sets.get(id.0).ok_or_else(|| Flaw::whole("of unknown tags"))
    }
}

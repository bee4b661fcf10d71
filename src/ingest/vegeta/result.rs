//! One result of an attack to observations, the same for CSV and NDJSON.
//!
//! Several attacks are often appended to one file. Those of other names are tests of their own; so are those of one name with
//! silence between them. What follows closer shows only in the numbers of the requests, which begin at 0 again: it is said.

use crate::ingest::own::failure;
use crate::ingest::printed;
use crate::ingest::scrub;
use crate::ingest::{PartId, SILENCE_NS, SeriesId, Sink};
use crate::model::key::{CellKey, EndpointKey, Outcome, Population};
use crate::model::sample::{Fact, Fault, LoadModel, Sample};
use crate::unit::{Span, Timestamp};
use std::collections::{BTreeMap, HashMap};

/// Identities that are remembered before the memory is emptied: a file whose every row has an address of its own must not
/// fill it.
const REMEMBERED: usize = 4096;
/// Beginnings of attacks that are looked at.
const BEGINNINGS: usize = 1000;

/// One row as vegeta wrote it. Bodies and headers are never looked at.
#[derive(Debug)]
pub(super) struct Hit<'a> {
    /// The attack's `-name`; empty where it had none.
    pub(super) attack: &'a str,
    /// Its number in the attack, from 0; absent in old versions.
    pub(super) seq: Option<u64>,
    /// When the request was sent.
    pub(super) sent_at: Timestamp,
    /// Until the body was read, or the request was given up, in ns.
    pub(super) latency_ns: u64,
    /// Status; 0 where there was no answer.
    pub(super) code: u16,
    /// Bytes of the answer's body.
    pub(super) bytes_in: u64,
    /// Empty on success.
    pub(super) error: &'a str,
    /// Empty before 12.8, like the address.
    pub(super) method: &'a str,
    pub(super) url: &'a str,
}

/// Where rows of one identity go.
#[derive(Debug, Clone)]
struct Home {
    part: PartId,
    cell: SeriesId,
    fault: Option<Fault>,
}

/// The run of an attack that the last of its rows belonged to.
#[derive(Debug)]
struct Run {
    part: PartId,
    last: Span,
}

/// An `Attack` turns rows into observations. A row whose like it has met costs a look-up and no allocation.
#[derive(Debug, Default)]
pub(super) struct Attack {
    homes: HashMap<Vec<u8>, Home>,
    identity: Vec<u8>,
    /// By the attack's name.
    runs: HashMap<String, Run>,
    /// Where requests of number 0 were sent, by attack.
    beginnings: Vec<(String, Timestamp)>,
}

impl Attack {
    /// Hands one row on.
    pub(super) fn take(&mut self, hit: &Hit<'_>, sink: &mut dyn Sink) {
        let taken = i64::try_from(hit.latency_ns).unwrap_or(i64::MAX);
        let ended_at = hit.sent_at.plus_nanos(taken);
        let part = self.run(hit, Span { start: hit.sent_at, end: ended_at }, sink);
        self.identify(hit);
        if self.homes.len() >= REMEMBERED {
            self.homes.clear();
        }
        let home = match self.homes.get(&self.identity) {
            Some(home) => home,
            None => self.homes.entry(self.identity.clone()).or_insert_with(|| home(hit, part, sink)),
        };
        let latency_ns = Some(hit.latency_ns);
        sink.sample(home.cell, Sample { ended_at: Some(ended_at), latency_ns, bytes: Some(hit.bytes_in) });
        if let Some(fault) = &home.fault {
            sink.fault(home.part, fault.clone());
        }
    }

    /// The part of the run that a row belongs to.
    fn run(&mut self, hit: &Hit<'_>, busy: Span, sink: &mut dyn Sink) -> PartId {
        if hit.seq == Some(0) && self.beginnings.len() < BEGINNINGS {
            self.beginnings.push((hit.attack.to_owned(), hit.sent_at));
        }
        let Some(run) = self.runs.get_mut(hit.attack) else {
            if self.runs.len() >= REMEMBERED {
                self.runs.clear();
                self.homes.clear();
            }
            let part = sink.run_of(name(hit.attack), busy);
            self.runs.insert(hit.attack.to_owned(), Run { part, last: busy });
            return part;
        };
        let apart = |earlier: Span, later: Span| later.start.0.saturating_sub(earlier.end.0);
        if apart(run.last, busy).max(apart(busy, run.last)) > SILENCE_NS {
            let part = sink.run_of(name(hit.attack), busy);
            if part != run.part {
                run.part = part;
                self.homes.clear();
            }
        }
        run.last = busy;
        run.part
    }

    /// Says of each run in which an attack of one name begins more than once.
    pub(super) fn tell(&mut self, sink: &mut dyn Sink) {
        let mut begun: BTreeMap<(PartId, String), u64> = BTreeMap::new();
        for (attack, at) in self.beginnings.drain(..) {
            *begun.entry((sink.run_of(name(&attack), Span::at(at)), attack)).or_default() += 1;
        }
        for ((part, attack), times) in begun.into_iter().filter(|(_, times)| *times > 1) {
            let called = if attack.is_empty() {
                "an attack without a name".to_owned()
            } else {
                format!("`{}`", scrub::text(&attack))
            };
            let text = format!(
                "{called} begins {times} times (its requests are numbered from 0 again): several attacks were written to the \
                 file with less than 10 min between them, or several generators' results were put together; they count as one run"
            );
            sink.fact(part, Fact::Warning(text));
        }
    }

    fn identify(&mut self, hit: &Hit<'_>) {
        self.identity.clear();
        self.identity.extend_from_slice(&hit.code.to_le_bytes());
        for text in [hit.method, hit.attack, hit.error, hit.url] {
            self.identity.extend_from_slice(text.as_bytes());
            self.identity.push(0);
        }
    }
}

/// An attack without a name is the file as a whole.
fn name(attack: &str) -> Option<&str> {
    (!attack.is_empty()).then_some(attack)
}

fn home(hit: &Hit<'_>, part: PartId, sink: &mut dyn Sink) -> Home {
    sink.fact(part, Fact::Load(LoadModel::Open));
    let endpoint = endpoint(hit);
    let said = (!hit.error.is_empty()).then_some(hit.error);
    // vegeta's own rule: what its report counts as success.
    let (outcome, fault) = if (200..400).contains(&hit.code) {
        (Outcome::Ok, None)
    } else {
        let text = said.map_or_else(|| format!("HTTP {}", hit.code), scrub::text);
        let fault = Fault { endpoint: Some(endpoint.clone()), text, count: 1, of_requests: true };
        (Outcome::Failed(failure::kind(Some(hit.code), said)), Some(fault))
    };
    let key = CellKey {
        population: Population::Request,
        endpoint,
        outcome,
        status: Some(hit.code),
        cached: None,
        tags: Vec::new(),
    };
    Home { part, cell: sink.cell(part, &key), fault }
}

fn endpoint(hit: &Hit<'_>) -> EndpointKey {
    printed::endpoint((!hit.method.is_empty()).then_some(hit.method), hit.url)
}

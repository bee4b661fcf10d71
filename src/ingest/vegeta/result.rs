//! One result of an attack to observations, the same for CSV and NDJSON.

use crate::ingest::own::failure;
use crate::ingest::printed;
use crate::ingest::scrub;
use crate::ingest::{PartId, SeriesId, Sink};
use crate::model::key::{CellKey, EndpointKey, Outcome, Population};
use crate::model::sample::{Fact, Fault, LoadModel, Sample};
use crate::unit::Timestamp;
use std::collections::HashMap;

/// Identities that are remembered before the memory is emptied: a file whose every row has an address of its own must not
/// fill it.
const REMEMBERED: usize = 4096;

/// One row as vegeta wrote it. Bodies and headers are never looked at.
#[derive(Debug)]
pub(super) struct Hit<'a> {
    /// The attack's `-name`; empty where it had none.
    pub(super) attack: &'a str,
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

/// An `Attack` turns rows into observations. A row whose like it has met costs a look-up and no allocation.
#[derive(Debug, Default)]
pub(super) struct Attack {
    homes: HashMap<Vec<u8>, Home>,
    identity: Vec<u8>,
}

impl Attack {
    /// Hands one row on.
    pub(super) fn take(&mut self, hit: &Hit<'_>, sink: &mut dyn Sink) {
        self.identify(hit);
        if self.homes.len() >= REMEMBERED {
            self.homes.clear();
        }
        let home = match self.homes.get(&self.identity) {
            Some(home) => home,
            None => self.homes.entry(self.identity.clone()).or_insert_with(|| home(hit, sink)),
        };
        let taken = i64::try_from(hit.latency_ns).unwrap_or(i64::MAX);
        let ended_at = Some(hit.sent_at.plus_nanos(taken));
        sink.sample(home.cell, Sample { ended_at, latency_ns: Some(hit.latency_ns), bytes: Some(hit.bytes_in) });
        if let Some(fault) = &home.fault {
            sink.fault(home.part, fault.clone());
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

fn home(hit: &Hit<'_>, sink: &mut dyn Sink) -> Home {
    let part = sink.part((!hit.attack.is_empty()).then_some(hit.attack));
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

//! Where samples go: the cell of every combination of label and outcome that was met.

use super::outcome::{self, Failure, Fault as Blame};
use super::sample::Given;
use crate::ingest::scrub::{lost_query, without_queries};
use crate::ingest::{PartId, SeriesId, Sink};
use crate::model::key::{CellKey, EndpointKey, Outcome, Population};
use crate::model::sample::Fault;
use std::collections::HashMap;

/// Combinations that are remembered before the memory is emptied: a file with an error text of its own in each row must not
/// fill it.
const REMEMBERED: usize = 4096;
/// Why a transaction failed.
const OF_TRANSACTION: &str = "a request in it failed";
/// Parts of a combination stand apart by this byte, which no UTF-8 text holds.
const BETWEEN: u8 = 0xff;

/// Names a home, until all are forgotten.
#[derive(Debug, Clone, Copy)]
pub(super) struct HomeId {
    number: usize,
    generation: u64,
}

/// Where samples of one combination go.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) cell: SeriesId,
    /// Whether it is a transaction and no request.
    pub(super) transaction: bool,
    /// Whether there was an answer to time.
    pub(super) answered: bool,
    pub(super) blame: Option<Blame>,
    fault: Option<Fault>,
    /// Samples that ended badly.
    pub(super) failed: u64,
}

/// Homes by combination.
#[derive(Debug)]
pub(super) struct Homes {
    part: PartId,
    all: Vec<Home>,
    /// How often all were forgotten.
    generation: u64,
    numbers: HashMap<Vec<u8>, usize>,
    key: Vec<u8>,
    /// Whether a label lost its query.
    pub(super) queries_left_out: bool,
}

impl Homes {
    pub(super) fn new(part: PartId) -> Self {
        Self { part, all: Vec::new(), generation: 0, numbers: HashMap::new(), key: Vec::new(), queries_left_out: false }
    }

    /// The part whose cells these are.
    #[inline]
    pub(super) fn part(&self) -> PartId {
        self.part
    }

    /// Begins anew in another part.
    pub(super) fn enter(&mut self, part: PartId, sink: &mut dyn Sink) {
        self.flush(sink);
        self.part = part;
    }

    /// Hands on the error texts that were counted, and forgets all homes.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) {
        for home in self.all.drain(..) {
            if let Some(fault) = home.fault {
                sink.fault(self.part, Fault { count: home.failed, ..fault });
            }
        }
        self.generation += 1;
        self.numbers.clear();
    }

    /// The home of a sample that ended well, badly, or nobody knows how.
    pub(super) fn of(&mut self, given: &Given<'_>, success: Option<bool>, sink: &mut dyn Sink) -> HomeId {
        self.write_key(given, success);
        let number = match self.numbers.get(&self.key) {
            Some(number) => *number,
            None => self.settle(given, success, sink),
        };
        HomeId { number, generation: self.generation }
    }

    /// A home that has not been forgotten.
    #[inline]
    pub(super) fn get(&mut self, id: HomeId) -> Option<&mut Home> {
        if id.generation == self.generation { self.all.get_mut(id.number) } else { None }
    }

    fn write_key(&mut self, given: &Given<'_>, success: Option<bool>) {
        let transaction = outcome::is_transaction(given.message);
        self.key.clear();
        self.key.push(u8::from(transaction) | success.map_or(4, |success| u8::from(success) << 1));
        self.key.extend_from_slice(given.label);
        self.key.push(BETWEEN);
        self.key.extend_from_slice(given.code);
        if success == Some(false) && !transaction {
            self.key.push(BETWEEN);
            self.key.extend_from_slice(given.message);
            self.key.push(BETWEEN);
            self.key.extend_from_slice(given.failure);
        }
    }

    fn settle(&mut self, given: &Given<'_>, success: Option<bool>, sink: &mut dyn Sink) -> usize {
        if self.all.len() >= REMEMBERED {
            self.flush(sink);
        }
        let transaction = outcome::is_transaction(given.message);
        let status = outcome::status(given.code);
        let failure = (success == Some(false)).then(|| failure(given, transaction));
        let name = String::from_utf8_lossy(given.label);
        let shown = without_queries(if name.is_empty() { "(no label)" } else { &name });
        self.queries_left_out |= lost_query(&name, &shown);
        let endpoint = EndpointKey::new(None, &shown);
        let key = CellKey {
            population: if transaction { Population::Transaction } else { Population::Request },
            endpoint: endpoint.clone(),
            outcome: match (&failure, success) {
                (Some(failure), _) => Outcome::Failed(failure.kind.clone()),
                (None, Some(_)) => Outcome::Ok,
                (None, None) => Outcome::Unknown,
            },
            status: status.filter(|_| !transaction),
            cached: None,
            tags: Vec::new(),
        };
        let blame = failure.as_ref().and_then(|failure| failure.fault);
        let fault = failure.filter(|failure| !transaction && !failure.text.is_empty()).map(|failure| Fault {
            endpoint: Some(endpoint),
            text: failure.text,
            count: 0,
            of_requests: true,
        });
        let home =
            Home { cell: sink.cell(self.part, &key), transaction, answered: blame.is_none(), blame, fault, failed: 0 };
        let number = self.all.len();
        self.numbers.insert(self.key.clone(), number);
        self.all.push(home);
        number
    }
}

/// Why a sample failed. How many kinds are told apart is the sink's to decide, which sees those of all threads.
fn failure(given: &Given<'_>, transaction: bool) -> Failure {
    if transaction {
        return Failure { kind: OF_TRANSACTION.to_owned(), text: String::new(), fault: None };
    }
    outcome::failure(given.code, given.message, given.failure)
}

//! Where samples go: the cell of every combination of label and outcome that was met.

use super::outcome::{self, Failure, Fault as Blame};
use super::sample::{Given, Judged};
use super::seen::Seen;
use crate::ingest::scrub::{lost_query, without_queries};
use crate::ingest::{PartId, SeriesId, Sink};
use crate::model::key::{CellKey, EndpointKey, Outcome, Population};
use crate::model::sample::{Fault, Sample};
use std::collections::HashMap;

/// Combinations that are remembered before the memory is emptied: a file with an error text of its own in each row must not
/// fill it.
const REMEMBERED: usize = 4096;
/// Samples of a home that are told together.
const TOGETHER: usize = 32;
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
    blame: Option<Blame>,
    judged: Judged,
    /// The error text, if its samples ended badly.
    fault: Option<Fault>,
    /// Samples that are still to be told.
    held: Vec<Sample>,
    /// Samples that have been told, and how many of them have no time.
    told: u64,
    without_time: u64,
}

impl Home {
    /// Takes a sample, and tells it when there are several.
    #[inline]
    pub(super) fn take(&mut self, sample: Sample, sink: &mut dyn Sink) {
        self.held.push(sample);
        if self.held.len() >= TOGETHER {
            self.tell(sink);
        }
    }

    fn tell(&mut self, sink: &mut dyn Sink) {
        sink.samples(self.cell, &self.held);
        self.told += self.held.len() as u64;
        self.without_time += self.held.iter().filter(|sample| sample.ended_at.is_none()).count() as u64;
        self.held.clear();
    }
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
    /// What was seen of samples whose homes have been forgotten.
    seen: Seen,
}

impl Homes {
    pub(super) fn new(part: PartId) -> Self {
        Self { part, all: Vec::new(), generation: 0, numbers: HashMap::new(), key: Vec::new(), seen: Seen::default() }
    }

    /// The part whose cells these are.
    #[inline]
    pub(super) fn part(&self) -> PartId {
        self.part
    }

    /// Begins anew in another part.
    pub(super) fn enter(&mut self, part: PartId, sink: &mut dyn Sink) {
        self.forget(sink);
        self.part = part;
    }

    /// Tells all samples that are held back.
    pub(super) fn tell(&mut self, sink: &mut dyn Sink) {
        self.all.iter_mut().for_each(|home| home.tell(sink));
    }

    /// Tells what is held back and the error texts that were counted, and forgets all homes.
    fn forget(&mut self, sink: &mut dyn Sink) {
        self.tell(sink);
        for home in self.all.drain(..) {
            self.seen.unanswered += if home.answered { 0 } else { home.told };
            self.seen.generator += if home.blame == Some(Blame::Generator) { home.told } else { 0 };
            self.seen.transactions += if home.transaction { home.told } else { 0 };
            self.seen.by_status += if matches!(home.judged, Judged::ByStatus(_)) { home.told } else { 0 };
            self.seen.unknown += if home.judged == Judged::Unknown { home.told } else { 0 };
            self.seen.without_time += home.without_time;
            if let Some(fault) = home.fault {
                sink.fault(self.part, Fault { count: home.told, ..fault });
            }
        }
        self.generation += 1;
        self.numbers.clear();
    }

    /// Forgets all homes for good, and returns what was seen of their samples.
    pub(super) fn finish(mut self, sink: &mut dyn Sink) -> Seen {
        self.forget(sink);
        self.seen
    }

    /// The home of a sample that ended in this way.
    pub(super) fn of(&mut self, given: &Given<'_>, judged: Judged, sink: &mut dyn Sink) -> HomeId {
        self.write_key(given, judged);
        let number = match self.numbers.get(&self.key) {
            Some(number) => *number,
            None => self.settle(given, judged, sink),
        };
        HomeId { number, generation: self.generation }
    }

    /// A home that has not been forgotten.
    #[inline]
    pub(super) fn get(&mut self, id: HomeId) -> Option<&mut Home> {
        if id.generation == self.generation { self.all.get_mut(id.number) } else { None }
    }

    fn write_key(&mut self, given: &Given<'_>, judged: Judged) {
        let transaction = outcome::is_transaction(given.message);
        self.key.clear();
        self.key.push(u8::from(transaction));
        self.key.push(match judged {
            Judged::Said(success) => u8::from(success),
            Judged::ByStatus(success) => 2 + u8::from(success),
            Judged::Unknown => 4,
        });
        self.key.extend_from_slice(given.label);
        self.key.push(BETWEEN);
        self.key.extend_from_slice(given.code);
        if judged.success() == Some(false) && !transaction {
            self.key.push(BETWEEN);
            self.key.extend_from_slice(given.message);
            self.key.push(BETWEEN);
            self.key.extend_from_slice(given.failure);
        }
    }

    fn settle(&mut self, given: &Given<'_>, judged: Judged, sink: &mut dyn Sink) -> usize {
        if self.all.len() >= REMEMBERED {
            self.forget(sink);
        }
        let success = judged.success();
        let transaction = outcome::is_transaction(given.message);
        let status = outcome::status(given.code);
        let failure = (success == Some(false)).then(|| failure(given, transaction));
        let name = String::from_utf8_lossy(given.label);
        let shown = without_queries(if name.is_empty() { "(no label)" } else { &name });
        self.seen.queries_left_out |= lost_query(&name, &shown);
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
        let home = Home {
            cell: sink.cell(self.part, &key),
            transaction,
            answered: blame.is_none(),
            blame,
            judged,
            fault,
            held: Vec::new(),
            told: 0,
            without_time: 0,
        };
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

//! `siege --json-output`: an object of figures, with siege's notes before and after it. Where the output of several runs was
//! appended to one file, each is a test of its own.

use super::{Run, TOOL};
use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use serde::Deserialize;

const KEYS: [&[u8]; 4] = [b"\"transactions\"", b"\"availability\"", b"\"elapsed_time\"", b"\"failed_transactions\""];

/// Reads `siege --json-output`.
pub struct SiegeJson;

#[derive(Deserialize)]
struct Figures {
    transactions: u64,
    availability: f64,
    elapsed_time: f64,
    response_time: Option<f64>,
    transaction_rate: Option<f64>,
    successful_transactions: Option<u64>,
    failed_transactions: u64,
    data_transferred: Option<f64>,
    throughput: Option<f64>,
    concurrency: Option<f64>,
    longest_transaction: Option<f64>,
    shortest_transaction: Option<f64>,
}

impl Adapter for SiegeJson {
    fn name(&self) -> &'static str {
        "siege_json"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "siege's figures, `siege --json-output`, with or without its notes around"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        // One that breaks off may do so before its last key.
        let needed = if head.is_whole() { KEYS.len() } else { 3 };
        if KEYS.iter().take(needed).all(|key| head.contains(key)) {
            Sniff::yes("a JSON object with transactions, availability, elapsed_time and failed_transactions")
        } else {
            Sniff::no("no JSON object with transactions, availability, elapsed_time and failed_transactions")
        }
    }

    fn read(&self, input: &Input, _: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (bytes, unfinished) = input.document()?;
        let found = objects(&bytes);
        if found.is_empty() {
            return Err(Error::input("holds no whole JSON object of siege's figures")
                .at(input.place())
                .hint("it should be what `siege --json-output` prints"));
        }
        let mut tally = Tally { unfinished, ..Tally::default() };
        for (at, figures) in found.iter().enumerate() {
            let run = figures.run();
            let name = format!("run {}", at + 1);
            let part = sink.part((found.len() > 1).then_some(name.as_str()));
            for fact in run.facts() {
                sink.fact(part, fact);
            }
            sink.total(part, run.total());
            for fault in run.faults() {
                sink.fault(part, fault);
            }
            tally.used();
        }
        Ok(tally)
    }
}

impl Figures {
    fn run(&self) -> Run {
        Run {
            transactions: self.transactions,
            successful: self.successful_transactions,
            failed: self.failed_transactions,
            elapsed_s: self.elapsed_time.max(0.0),
            response_s: self.response_time,
            longest_s: self.longest_transaction,
            shortest_s: self.shortest_transaction,
            rate_per_s: self.transaction_rate,
            availability: Some(self.availability),
            concurrency: self.concurrency,
            megabytes: self.data_transferred,
            megabytes_per_s: self.throughput,
        }
    }
}

/// Every object of figures in a text.
fn objects(bytes: &[u8]) -> Vec<Figures> {
    let (mut found, mut rest) = (Vec::new(), bytes);
    while let Some(open) = memchr::memchr(b'{', rest) {
        let here = rest.get(open..).unwrap_or(&[]);
        let mut values = serde_json::Deserializer::from_slice(here).into_iter::<Figures>();
        let past = match values.next() {
            Some(Ok(figures)) => {
                found.push(figures);
                values.byte_offset().max(1)
            }
            _ => 1,
        };
        rest = here.get(past..).unwrap_or(&[]);
    }
    found
}

//! `PREFIX_exceptions.csv` (since 1.4.2): Python exceptions raised in tasks. They are faults of the script, not failed
//! requests, and their tracebacks hold source lines, so only the message's first line is taken.

use super::TOOL;
use super::table::{Bad, Column, Heading, each_row, header_has};
use crate::error::Error;
use crate::ingest::scrub;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::sample::{Fact, Fault, LoadModel};

/// Reads `PREFIX_exceptions.csv`.
pub struct Exceptions;

impl Adapter for Exceptions {
    fn name(&self) -> &'static str {
        "locust_exceptions"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "exceptions in Locust's script, PREFIX_exceptions.csv of --csv PREFIX"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if header_has(head, &["Count", "Message", "Traceback", "Nodes"]) {
            Sniff::yes("the columns of Locust's exceptions.csv")
        } else {
            Sniff::no("no header with Count, Message, Traceback and Nodes")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (rows, heading) = Heading::open(input)?;
        let count = Column::require(&heading, &["Count"], input)?;
        let message = Column::require(&heading, &["Message"], input)?;
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        let mut tally = each_row(input, rows, settings, |row| {
            let count = count.count(row).map_err(|bad| Bad {
                // The value found may be a line of a traceback.
                reason: "should be a whole number".to_owned(),
                ..bad
            })?;
            sink.fault(part, fault(&message.text(row), count));
            Ok(())
        })?;
        for rejection in &mut tally.first_rejections {
            rejection.excerpt.clear();
        }
        Ok(tally)
    }
}

/// An exception as a fault of the script.
pub(super) fn fault(message: &str, count: u64) -> Fault {
    let first = message.lines().next().unwrap_or_default();
    Fault { endpoint: None, text: scrub::text(first), count, of_requests: false }
}

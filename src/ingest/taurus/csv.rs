//! `final_stats.csv`: the option `dump-csv` of Taurus's final-stats reporter.

use super::group::{Figure, Group, Groups, TOOL};
use crate::error::Error;
use crate::ingest::printed::note_open_end;
use crate::ingest::rows::{Header, Row, Rows};
use crate::ingest::scrub::without_queries;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};

/// Reads Taurus's final stats in CSV.
pub(in crate::ingest) struct TaurusCsv;

impl Adapter for TaurusCsv {
    fn name(&self) -> &'static str {
        "taurus_csv"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "figures by label of Taurus's final-stats reporter: dump-csv"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let line = String::from_utf8_lossy(head.first_line()).into_owned();
        let names: Vec<&str> = line.split(',').map(|name| name.trim().trim_matches('"')).collect();
        if ["label", "avg_rt", "succ", "fail", "throughput"].iter().all(|name| names.contains(name)) {
            return Sniff::yes("the header has label, avg_rt, succ, fail and throughput, as Taurus's final stats have");
        }
        Sniff::no("no header with label, avg_rt, succ, fail and throughput")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut rows = Rows::open(input, b',')?;
        let header = rows.header().clone();
        let part = sink.part(None);
        let (mut tally, mut groups, mut totalled) = (Tally::default(), Groups::default(), false);
        while let Some(row) = rows.next_row(&mut tally) {
            let told = group(&row, &header).and_then(|group| {
                totalled |= group.label.is_empty();
                groups.add(group)
            });
            match told {
                Ok(()) => tally.used(),
                Err((field, reason)) => {
                    let mut rejection = row.rejection(Some(&field), without_queries(&reason));
                    rejection.excerpt = without_queries(&rejection.excerpt).into_owned();
                    tally.reject(rejection);
                }
            }
        }
        tally.stop_if_strict(settings, input)?;
        groups.tell(settings, part, sink);
        note_open_end(&rows, &mut tally);
        if !totalled && tally.unfinished.is_none() {
            tally.unfinished = Some("Taurus's row of the total is missing".to_owned());
        }
        Ok(tally)
    }
}

fn group(row: &Row<'_>, header: &Header) -> Result<Group, (String, String)> {
    let (found, wanted) = (row.width(), header.names().len());
    if found != wanted {
        return Err(("label".to_owned(), format!("should have {wanted} fields, found {found}")));
    }
    let mut group = Group::default();
    for (at, name) in header.names().iter().enumerate() {
        let text = String::from_utf8_lossy(row.bytes(Some(at)).unwrap_or_default());
        if name == "label" {
            group.label = text.into_owned();
            continue;
        }
        let (name, parameter) = match name.split_once('_') {
            Some((kind @ ("perc" | "rc"), parameter)) => (kind, parameter),
            _ => (name.as_str(), ""),
        };
        group.take(&Figure { name, parameter, value: &text })?;
    }
    Ok(group)
}

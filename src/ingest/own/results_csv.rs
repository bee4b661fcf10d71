//! A team's own summary as a table: one row an endpoint or a scenario, its counts and latencies in columns.
//!
//! Columns mean what keys of a JSON summary mean, so a row becomes a [`Record`] and is told like one. A row called `Total`
//! is the test as a whole.

use super::cell_text::Refusal;
use super::columns::{delimiter, foreign_header, header_names};
use super::known::{Wanted, known_names};
use super::name::words;
use super::results::key::{About, Count, Meaning, Subject, meaning};
use super::results::read_records;
use super::results::record::Record;
use super::rows_csv::{rejection, shape};
use crate::error::Error;
use crate::ingest::rows::{Row, Rows};
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::key::Population;
use serde_json::{Map, Value};

/// Reads tables of aggregates.
pub struct OwnResultsCsv;

/// Rows that are held; a table of aggregates has dozens.
const MOST_ROWS: u64 = 20_000;
/// Rows that detection looks at.
const SNIFFED: usize = 50;
/// Names of the row that sums up all others.
#[rustfmt::skip]
const WHOLE: [&str; 10] = ["total", "totals", "aggregated", "aggregate", "all", "overall", "sum", "summary", "合计", "总计"];
/// What JMeter's plugin for the command line calls the columns of its aggregate report, and JMeter itself.
#[rustfmt::skip]
const BY_PLUGIN: [(&str, &str); 8] = [
    ("sampler_label", "Label"), ("aggregate_report_count", "# Samples"), ("average", "Average"), ("aggregate_report_median", "Median"),
    ("aggregate_report_min", "Min"), ("aggregate_report_max", "Max"), ("aggregate_report_error%", "Error %"), ("aggregate_report_rate", "Throughput"),
];

impl Adapter for OwnResultsCsv {
    fn name(&self) -> &'static str {
        "own_results_csv"
    }

    fn tool(&self) -> &'static str {
        "own script"
    }

    fn about(&self) -> &'static str {
        "CSV table of a team's own summary: one row an endpoint or scenario, with columns of counts and percentiles"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let line = head.first_line();
        if line.first().is_none_or(|byte| matches!(byte, b'{' | b'[' | b'<')) {
            return Sniff::no("does not begin with a CSV header");
        }
        let names = spelled_out(header_names(line));
        if let Some(tool) = foreign_header(&names) {
            return Sniff::no(format!("the header is {tool}'s"));
        }
        let meanings: Vec<Option<Meaning>> = names.iter().map(|name| meaning(name)).collect();
        let counted = meanings
            .iter()
            .flatten()
            .any(|meaning| matches!(meaning, Meaning::Count(Population::Request, count, _) if *count != Count::Bytes));
        let timed = |meaning: &Meaning| matches!(meaning, Meaning::Figure(_, Subject::Latency(_), _));
        if !counted || !meanings.iter().flatten().any(timed) {
            return Sniff::no("the header does not name both a count of requests and a percentile or mean of latency");
        }
        match naming_column(&names) {
            Some(column) if is_over_time(&names) && !tells_rows_apart(head, column) => {
                Sniff::no("the rows are a course over time")
            }
            None if is_over_time(&names) => Sniff::no("the rows are a course over time"),
            _ => Sniff::unsure("a table with counts and latencies under the names people use"),
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let separator = delimiter(input.head()?.first_line());
        let mut rows = Rows::open(input, separator)?;
        let names = spelled_out(rows.header().names().to_vec());
        let naming = naming_column(&names);
        let (mut document, mut tally, mut is_short) = (Record::default(), Tally::default(), false);
        while let Some(row) = rows.next_row(&mut tally) {
            is_short = row.bytes(names.len().checked_sub(1)).is_none();
            match record(&row, &names, naming, separator == b';') {
                Ok(_) if tally.used >= MOST_ROWS => {
                    let refusal = Refusal::row(format!("is beyond the {MOST_ROWS} rows that a table of sums may have"));
                    tally.reject(rejection(&row, &names, &refusal));
                }
                Ok(record) => {
                    file(record, &mut document);
                    tally.used();
                }
                Err(refusal) => tally.reject(rejection(&row, &names, &refusal)),
            }
        }
        tally.stop_if_strict(settings, input)?;
        if is_short {
            tally.unfinished.get_or_insert_with(|| "the last row breaks off".to_owned());
        } else if is_jmeter_s(&names) && !document.states_load() {
            let why = "JMeter ends such a table with a row TOTAL, and there is none";
            tally.unfinished.get_or_insert_with(|| why.to_owned());
        }
        if tally.used > 0 {
            let told = read_records(document, input, settings, sink)?;
            told.notes.into_iter().for_each(|note| tally.note(note));
        }
        let unused: Vec<String> = (names.iter().enumerate())
            .filter(|(column, name)| meaning(name).is_none() && Some(*column) != naming && !name.is_empty())
            .map(|(_, name)| format!("`{}`", crate::fmt::plain(name)))
            .collect();
        if !unused.is_empty() {
            tally.note(format!("not read: {}", unused.join(", ")));
        }
        Ok(tally)
    }
}

/// The names of a table that JMeter's aggregate or summary report saved, from its window or by the plugin for the command
/// line: its times are milliseconds, which they do not say.
fn spelled_out(mut names: Vec<String>) -> Vec<String> {
    let by_plugin = names.iter().any(|name| name == "aggregate_report_count");
    for name in names.iter_mut().filter(|_| by_plugin) {
        if let Some((_, shown)) = BY_PLUGIN.iter().find(|(written, _)| written == name) {
            (*shown).clone_into(name);
        } else if let Some(percent) =
            name.strip_prefix("aggregate_report_").and_then(|rest| rest.strip_suffix("%_line"))
        {
            *name = format!("{percent}% Line");
        }
    }
    let is_jmeter = is_jmeter_s(&names);
    for name in names.iter_mut().filter(|_| is_jmeter) {
        if matches!(name.as_str(), "Average" | "Median" | "Min" | "Max") || name.ends_with("% Line") {
            name.push_str(" (ms)");
        }
    }
    names
}

fn is_jmeter_s(names: &[String]) -> bool {
    ["# Samples", "Error %"].iter().all(|wanted| names.iter().any(|name| name == wanted))
}

/// The column that says what a row is about: one of a known name, else the first of no meaning at all.
fn naming_column(names: &[String]) -> Option<usize> {
    let called = |wanted: About| names.iter().position(|name| meaning(name) == Some(Meaning::About(wanted)));
    let is_time = |name: &String| is_over_time(std::slice::from_ref(name));
    let is_known_name = |name: &String| {
        let (spoken, known) = (words(name), known_names());
        known.iter().any(|known| known.wanted == Wanted::Endpoint && known.names.contains(&spoken.as_str()))
    };
    called(About::Endpoint)
        .or_else(|| called(About::Name))
        .or_else(|| names.iter().position(is_known_name))
        .or_else(|| called(About::Scenario))
        .or_else(|| names.first().filter(|first| meaning(first).is_none() && !is_time(first)).map(|_| 0))
}

/// Whether a column is called an instant: such a table is a course over time, unless each row has a name of its own.
fn is_over_time(names: &[String]) -> bool {
    let time = |name: &String| {
        let spoken = words(name);
        matches!(meaning(name), Some(Meaning::About(About::WrittenAt | About::Start | About::End)))
            || known_names().iter().any(|known| known.wanted == Wanted::Time && known.names.contains(&spoken.as_str()))
            || ["elapsed_s", "second", "seconds", "minute", "hour", "hour_utc", "window", "interval"]
                .contains(&spoken.as_str())
    };
    names.iter().any(time)
}

/// Whether the rows that the head shows have each a name, which is no number and not another's.
fn tells_rows_apart(head: &Head, column: usize) -> bool {
    let separator = delimiter(head.first_line());
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for line in head.lines().skip(1).filter(|line| !line.is_empty()).take(SNIFFED) {
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(line);
        let mut record = csv::ByteRecord::new();
        let _ = reader.read_byte_record(&mut record);
        let name = record.get(column).unwrap_or(&[]).to_vec();
        let is_number = std::str::from_utf8(&name).is_ok_and(|text| text.trim().parse::<f64>().is_ok());
        if name.is_empty() || is_number || seen.contains(&name) {
            return false;
        }
        seen.push(name);
    }
    !seen.is_empty()
}

/// A row as the object that a JSON summary would have for it.
fn record(row: &Row<'_>, names: &[String], naming: Option<usize>, comma: bool) -> Result<Record, Refusal> {
    shape(row, names.len())?;
    let mut object = Map::new();
    for (column, name) in names.iter().enumerate() {
        let Some(text) = row.text(Some(column)) else { continue };
        let decimal = comma && text.matches(',').count() == 1 && !text.contains('.');
        let text = if decimal { text.replace(',', ".") } else { text.to_owned() };
        object.insert(name.clone(), Value::String(text));
    }
    let mut record = Record::of_document(&Value::Object(object));
    if let Some(refused) = record.refused.first() {
        let column = names.iter().position(|name| *name == refused.key);
        return Err(Refusal { column, reason: refused.value.clone() });
    }
    if !record.states_load() {
        return Err(Refusal::row("states neither a count nor a latency"));
    }
    let named = record.name.take().or_else(|| row.text(naming).map(str::to_owned));
    if record.endpoint.is_none() && record.scenario.is_none() {
        // A first column that nobody knows tells variants of a test apart, as does the number of users.
        let variant = naming.and_then(|column| names.get(column)).is_some_and(|name| {
            meaning(name).is_none() && !known_names().iter().any(|known| known.names.contains(&words(name).as_str()))
        });
        match named {
            Some(name) if variant => record.scenario = Some(name),
            Some(name) => record.endpoint = Some(name),
            None => record.scenario = record.users.map(|users| format!("{users} users")),
        }
    }
    Ok(record)
}

/// Puts a row where it belongs: the whole, a scenario, or an endpoint of one.
fn file(mut row: Record, document: &mut Record) {
    let is_whole = |name: &Option<String>| name.as_deref().is_some_and(|name| WHOLE.contains(&words(name).as_str()));
    let endpoint = row.endpoint.take();
    match (row.scenario.take(), endpoint) {
        (None, endpoint) if endpoint.is_none() || is_whole(&endpoint) => {
            let inner = (std::mem::take(&mut document.endpoints), std::mem::take(&mut document.scenarios));
            (row.endpoints, row.scenarios) = inner;
            *document = row;
        }
        (None, endpoint) => document.endpoints.push(Record { endpoint, ..row }),
        (scenario, None) => document.scenarios.push(Record { scenario, ..row }),
        (scenario, endpoint) => {
            let whole = is_whole(&endpoint);
            let found = document.scenarios.iter().position(|have| have.scenario == scenario);
            let at = found.unwrap_or_else(|| {
                document.scenarios.push(Record { scenario: scenario.clone(), ..Record::default() });
                document.scenarios.len() - 1
            });
            let Some(of) = document.scenarios.get_mut(at) else { return };
            if whole {
                let endpoints = std::mem::take(&mut of.endpoints);
                *of = Record { scenario, endpoints, ..row };
            } else {
                of.endpoints.push(Record { endpoint, ..row });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::own::recording::Recording;
    use crate::model::distribution::Distribution;

    fn read(text: &str) -> (Tally, Recording) {
        let input = Input::memory("table.csv", text.as_bytes()).unwrap();
        let mut sink = Recording::default();
        let tally = OwnResultsCsv.read(&input, &Settings::default(), &mut sink).unwrap();
        assert_eq!(tally.read, tally.used + tally.skipped + tally.rejected);
        (tally, sink)
    }

    fn takes(text: &str) -> bool {
        let head = Input::memory("x", text.as_bytes()).unwrap().head().unwrap();
        let ours = matches!(OwnResultsCsv.sniff(&head), Sniff::Unsure(_));
        let rows = matches!(super::super::OwnRowsCsv.sniff(&head), Sniff::No(_));
        assert!(!ours || rows, "one adapter for a file");
        ours
    }

    fn p95_us(distribution: &Distribution) -> f64 {
        let Distribution::Quoted(quoted) = distribution else { panic!("{distribution:?}") };
        quoted.quantiles.iter().find(|(p, _)| (*p - 0.95).abs() < 1e-9).unwrap().1
    }

    #[test]
    fn a_row_is_an_endpoint_and_the_total_the_whole() {
        let text = "Endpoint,Requests,Failures,Error Rate (%),Avg Latency (ms),Latency P95 (ms),Requests/sec\nGET /a,90,9,10.0,5,12.5,9\nTotal,100,9,9.0,6,20,10\nPOST /b,10,0,0.0,N/A,30,1\n";
        assert!(takes(text));
        let (tally, sink) = read(text);
        assert_eq!((tally.used, tally.rejected, sink.parts.clone()), (3, 0, vec![None]));
        let labels: Vec<_> = sink
            .totals
            .iter()
            .map(|(_, total)| total.endpoint.as_ref().map(crate::model::key::EndpointKey::label))
            .collect();
        assert_eq!(labels, [None, Some("GET /a".to_owned()), Some("POST /b".to_owned())]);
        let whole = &sink.totals[0].1;
        assert_eq!((whole.requests, whole.failures, whole.rate_per_s), (Some(100), Some(9), Some(10.0)));
        assert!((p95_us(&sink.totals[1].1.latency) - 12_500.0).abs() < 1e-6);
        assert!(!sink.said().contains("Warning"), "{}", sink.said());
    }

    #[test]
    fn a_row_is_a_scenario_where_the_table_says_so_or_only_users_differ() {
        let (_, sink) =
            read("concurrency,total,ok,fail,throughput_rps,avg_ms,p95_ms\n10,100,100,0,50,1,2\n20,100,99,1,90,2,4\n");
        assert_eq!(sink.parts, [Some("10 users".to_owned()), Some("20 users".to_owned())]);
        let (_, sink) = read("Policy;Requests;Failed;PCT_95 (s)\nround robin;10;0;0,25\nleast used;10;1;0,5\n");
        assert_eq!(sink.parts, [Some("round robin".to_owned()), Some("least used".to_owned())]);
        assert!((p95_us(&sink.totals[0].1.latency) - 250_000.0).abs() < 1e-6);
        let (_, sink) = read("scenario,endpoint,requests,p95_ms\na,/x,1,1\nb,/x,1,2\na,/y,1,3\n");
        assert_eq!((sink.parts.len(), sink.totals.len()), (2, 3));
    }

    /// JMeter's header says no unit; its times are milliseconds.
    #[test]
    fn a_table_that_jmeter_saved() {
        let (tally, sink) = read(include_str!("../../../samples/jmeter/aggregate/aggregate.csv"));
        assert_eq!((tally.used, tally.rejected, sink.totals.len()), (5, 0, 5));
        let sum = &sink.totals.iter().find(|(_, total)| total.endpoint.is_none()).unwrap().1;
        assert_eq!((sum.requests, sum.failures), (Some(40_000), Some(3209)));
        assert!((p95_us(&sum.latency) - 517_000.0).abs() < 1e-6);
    }

    /// A table whose end is missing looks whole row by row: JMeter's lacks its TOTAL, any other its last columns.
    #[test]
    fn a_table_that_was_cut_off_is_unfinished() {
        let jmeter = include_str!("../../../samples/jmeter/aggregate/aggregate.csv");
        let unfinished = |text: &str| read(text).0.unfinished.unwrap_or_default();
        assert_eq!(unfinished(jmeter), "");
        assert_eq!(unfinished(jmeter.trim_end()), "", "a last line without an end is whole");
        let without_total = &jmeter[..jmeter.find("TOTAL").unwrap()];
        assert!(unfinished(without_total).contains("row TOTAL"), "{}", unfinished(without_total));
        for cut in [jmeter.len() - 12, without_total.len() - 12] {
            assert_eq!(unfinished(&jmeter[..cut]), "the last row breaks off");
        }
        assert_eq!(unfinished("endpoint,requests,p95_ms\n/a,2,1\n/b,3"), "the last row breaks off");
        assert_eq!(unfinished("endpoint,requests,p95_ms\n/a,2,1\n/b,3,"), "");
    }

    /// The plugin that writes the table from the command line calls the same columns otherwise.
    #[test]
    fn a_table_that_jmeter_s_plugin_wrote() {
        let header = "sampler_label,aggregate_report_count,average,aggregate_report_median,aggregate_report_90%_line,aggregate_report_95%_line,aggregate_report_99%_line,aggregate_report_min,aggregate_report_max,aggregate_report_error%,aggregate_report_rate,aggregate_report_bandwidth,aggregate_report_stddev";
        let text = format!(
            "{header}\nGET /a,100,12,10,20,25,30,3,40,1.00%,9.5,1.2,3.1\nTOTAL,100,12,10,20,25,30,3,40,1.00%,9.5,1.2,3.1\n"
        );
        assert!(takes(&text));
        let (tally, sink) = read(&text);
        let whole = &sink.totals.iter().find(|(_, total)| total.endpoint.is_none()).unwrap().1;
        assert_eq!((tally.used, whole.requests, whole.failures, whole.rate_per_s), (2, Some(100), Some(1), Some(9.5)));
        assert!((p95_us(&whole.latency) - 25_000.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_no_table_of_sums() {
        for text in [
            "timestamp,endpoint,latency_ms,status\n1,/a,5,200\n",
            "Timestamp,Elapsed (s),Connections,Total Operations,Ops/sec,Latency P95 (ms)\n1,2,3,4,5,6\n",
            "timestamp,endpoint,requests,p95_ms\n1,/a,5,6\n2,/a,5,6\n",
            "stage,p50_ms,p95_ms\na,1,2\n",
            "endpoint,requests\n/a,2\n",
            "Type,Name,Request Count,Failure Count,95%\n",
            "a\n",
            "",
        ] {
            assert!(!takes(text), "{text}");
        }
        assert!(takes("timestamp,endpoint,requests,p95_ms\n1,/a,5,6\n1,/b,5,6\n"));
    }

    #[test]
    fn bad_rows_have_their_place_and_units_are_asked_for() {
        let (tally, _) = read("endpoint,requests,p95_ms\n/a,many,1\n/b,2\n/c,2,1\n");
        assert_eq!((tally.used, tally.rejected), (1, 2));
        assert_eq!((tally.first_rejections[0].line, tally.first_rejections[0].field.as_deref()), (2, Some("requests")));
        let input = Input::memory("t", &b"endpoint,requests,avg_latency\n/a,2,1\n"[..]).unwrap();
        let error = OwnResultsCsv.read(&input, &Settings::default(), &mut Recording::default()).unwrap_err();
        assert!(error.message.contains("avg_latency") && error.hint.unwrap().contains("inputs.latency_unit"));
    }
}

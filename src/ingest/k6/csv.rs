//! `k6 run --out csv=FILE`: the same points as NDJSON, less their kinds, thresholds and last digits.
//!
//! Which system tags are columns depends on the run's settings, so every column that is not known otherwise is a tag. User
//! tags stand in one column as `name=value&name=value`, unescaped and in random order; values may hold line breaks.

use super::csv_row::{Columns, CsvRows, VALUE, begins, time, value};
use super::metric::{Definitions, is_aside};
use super::point::{self, Account, Observer};
use super::record::Flaw;
use super::shape::Shapes;
use crate::error::Error;
use crate::ingest::own::digits::Sign;
use crate::ingest::rows::{Row, Rows};
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally, printed, threads};

/// Reads k6's CSV.
pub(in crate::ingest) struct K6Csv;

impl Adapter for K6Csv {
    fn name(&self) -> &'static str {
        "k6_csv"
    }

    fn tool(&self) -> &'static str {
        "k6"
    }

    fn about(&self) -> &'static str {
        "every measured value, one CSV row each: `k6 run --out csv=FILE`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if begins(head.first_line()) {
            return Sniff::yes(
                "the header begins with metric_name, timestamp, metric_value, as k6's `--out csv` writes it",
            );
        }
        Sniff::no("the header does not begin with metric_name, timestamp, metric_value")
    }

    fn is_header(&self, line: &[u8]) -> bool {
        begins(line)
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (rows, sign) = printed::open_resaved(input, &[VALUE])?;
        let sign = (rows.delimiter() != b',').then_some(sign);
        let columns = Columns::of(rows.header()).ok_or_else(|| {
            Error::input("lacks one of the columns metric_name, timestamp and metric_value").at(input.place())
        })?;
        let definitions = Definitions::built_in();
        let workers = rows.shared_by(settings.threads.min(threads::worth_while(input)));
        let yields = threads::spread(workers, sink, |mut rows, sink| {
            let mut reader = Reader::new(&columns, Observer::new(sink, &definitions, settings));
            reader.sign = sign;
            reader.read(&mut rows, settings.strict);
            reader.into_findings()
        });
        let mut all = Findings::default();
        for findings in yields {
            all.merge(findings);
        }
        all.conclude(input, settings, sink)
    }
}

/// Findings are what reading rows leaves behind beside observations.
#[derive(Default)]
struct Findings {
    tally: Tally,
    finer_than_seconds: bool,
    /// The last row's line and whether it has too few fields.
    last: (u64, bool),
    account: Account,
}

impl Findings {
    /// Adds those of another reader of the same file.
    fn merge(&mut self, other: Self) {
        self.tally.merge(other.tally);
        self.finer_than_seconds |= other.finer_than_seconds;
        self.last = self.last.max(other.last);
        self.account.merge(other.account);
    }

    fn conclude(self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut tally = self.tally;
        tally.stop_if_strict(settings, input)?;
        if let (line, true) = self.last {
            tally.unfinished.get_or_insert_with(|| format!("breaks off within line {line}"));
        }
        if tally.used > 0 && !self.finer_than_seconds {
            tally.note("times are whole seconds: nothing within a second can be told apart (K6_CSV_TIME_FORMAT=unix_milli keeps more)");
        }
        if let Some(note) = point::conclude(self.account, sink, settings) {
            tally.note(note);
        }
        Ok(tally)
    }
}

/// A Reader takes rows and hands what they say to an observer.
struct Reader<'a> {
    columns: &'a Columns,
    observer: Observer<'a>,
    shapes: Shapes<CsvRows<'a>>,
    findings: Findings,
    written: Vec<u8>,
    /// How the numbers of a table are written that a spreadsheet saved again.
    sign: Option<Sign>,
}

impl<'a> Reader<'a> {
    fn new(columns: &'a Columns, observer: Observer<'a>) -> Self {
        let shapes = Shapes::new(CsvRows::new(columns));
        Self { columns, observer, shapes, findings: Findings::default(), written: Vec::new(), sign: None }
    }

    /// Reads rows to the end: those that look like rows before them by sight, the others one by one.
    fn read(&mut self, rows: &mut Rows, strict: bool) {
        loop {
            let known = if self.sign.is_none() { rows.rest() } else { &[] };
            let run = self.shapes.run(known, &mut self.observer);
            if run.lines > 0 {
                rows.skip(run.bytes, run.lines);
                self.findings.last = self.findings.last.max((rows.line() - 1, false));
                self.findings.tally.read += run.lines;
                self.findings.tally.used += run.lines;
            }
            if rows.rest().is_empty() {
                self.observer.end_block();
            }
            let Some(row) = rows.next_row(&mut self.findings.tally) else { break };
            self.take(&row);
            if strict && self.findings.tally.rejected > 0 {
                rows.stop();
                break;
            }
        }
        // k6 ends every line: a last one without may have all its fields, and half of the last one.
        self.findings.last.1 |= rows.ends_open();
    }

    fn into_findings(mut self) -> Findings {
        self.findings.finer_than_seconds |= self.shapes.dialect().finer_than_seconds;
        self.findings.account.merge(self.observer.into_account());
        self.findings
    }

    fn take(&mut self, row: &Row<'_>) {
        let taken = self.row(row);
        let torn = row.bytes(Some(self.columns.count - 1)).is_none();
        let is_header = taken.is_err() && row.text(Some(self.columns.metric)) == Some("metric_name");
        self.findings.last = self.findings.last.max((row.line, torn && !is_header));
        match taken {
            Ok(()) => self.findings.tally.used(),
            Err(_) if is_header => self.findings.tally.header(),
            Err(flaw) if flaw.field == Some(VALUE) && row.text(Some(self.columns.metric)).is_some_and(is_aside) => {
                self.findings.tally.reject_aside(rejection(self.columns, row, flaw));
            }
            Err(flaw) => self.findings.tally.reject(rejection(self.columns, row, flaw)),
        }
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), Flaw> {
        let columns = self.columns;
        if row.bytes(Some(columns.count - 1)).is_none() {
            return Err(Flaw::whole(format!("a row with fewer than the header's {} fields", columns.count)));
        }
        let name =
            row.text(Some(columns.metric)).ok_or(Flaw { field: Some("metric_name"), reason: "is empty".to_owned() })?;
        let (at, finer) = row
            .text(Some(columns.timestamp))
            .and_then(time)
            .ok_or_else(|| flawed(row, columns.timestamp, "timestamp", "a unix time or an RFC 3339 time"))?;
        let value =
            value(row, columns, self.sign).ok_or_else(|| flawed(row, columns.value, VALUE, "a finite number"))?;
        let metric = self.observer.metric(name);
        self.shapes.learn(name, metric);
        let field = |at| row.bytes(Some(at)).unwrap_or_default();
        columns.write_tags(&mut self.written, field);
        let tags = self.observer.tag_set(&self.written, || Ok(columns.tags_of(field)))?;
        let aim = self.observer.aim(metric, tags)?;
        self.observer.observe(aim, at, value)?;
        self.findings.finer_than_seconds |= finer;
        Ok(())
    }
}

/// A rejection that shows metric, time and value; tags are the user's and may be secret.
fn rejection(columns: &Columns, row: &Row<'_>, flaw: Flaw) -> Rejection {
    let shown = [columns.metric, columns.timestamp, columns.value].map(|at| row.bytes(Some(at)).unwrap_or_default());
    Rejection {
        byte: row.byte,
        line: row.line,
        field: flaw.field.map(str::to_owned),
        reason: flaw.reason,
        excerpt: crate::fmt::excerpt(&shown.join(&b',')),
    }
}

fn flawed(row: &Row<'_>, at: usize, field: &'static str, wanted: &str) -> Flaw {
    let found = crate::fmt::excerpt(row.bytes(Some(at)).unwrap_or_default());
    Flaw { field: Some(field), reason: format!("`{field}` should be {wanted}, found `{found}`") }
}

#[cfg(test)]
mod tests {
    use super::super::csv_row::extra_tags;
    use super::super::recorder::{Recorder, Told};
    use super::*;
    use crate::model::key::Population;
    use crate::unit::Timestamp;
    use proptest::prelude::*;

    const HEADER: &str = "metric_name,timestamp,metric_value,check,expected_response,group,method,name,scenario,status,url,extra_tags,metadata";

    fn read(text: &str) -> (Recorder, Tally) {
        let input = Input::memory("out.csv", text.as_bytes().to_vec()).unwrap();
        let mut sink = Recorder::default();
        let tally = K6Csv.read(&input, &Settings::default(), &mut sink).unwrap();
        (sink, tally)
    }

    #[test]
    fn every_time_format_is_the_same_instant() {
        for text in [
            "1795227349500",
            "1795227349500000",
            "1795227349500000000",
            "2026-11-21T02:15:49.5Z",
            "2026-11-21T07:45:49.5+05:30",
        ] {
            assert_eq!(time(text), Some((Timestamp(1_795_227_349_500_000_000), true)), "{text}");
        }
        assert_eq!(time("1795227349"), Some((Timestamp(1_795_227_349_000_000_000), false)));
        assert_eq!(time("2026-11-21T02:15:49Z"), Some((Timestamp(1_795_227_349_000_000_000), false)));
        assert_eq!(time("yesterday"), None);
        assert_eq!(time("12"), None);
    }

    #[test]
    fn user_tags_are_read_in_any_order_and_with_line_breaks() {
        let text = format!(
            "{HEADER}\n\
             http_req_duration,1795227349,49.145829,,true,,GET,/a,main,200,/a,\"build=v1&run=a,b \"\"q\"\"\n2\",\n\
             http_req_duration,1795227350,1.000000,,true,,GET,/a,main,200,/a,\"run=a,b \"\"q\"\"\n2&build=v1\",vu=1\n"
        );
        let (sink, tally) = read(&text);
        let told = sink.told();
        assert_eq!((tally.used, tally.rejected), (2, 0));
        assert_eq!(told.cells.len(), 1);
        let (cell, samples) = told.cells.first_key_value().unwrap();
        assert!(cell.tags.contains(&("run".to_owned(), "a,b \"q\"\n2".to_owned())));
        assert_eq!(samples[0].1, 49_145_829);
        assert!(tally.notes.iter().any(|note| note.contains("whole seconds")));
        assert_eq!(extra_tags("a=1&2&b=x=y"), [("a".to_owned(), "1&2".to_owned()), ("b".to_owned(), "x=y".to_owned())]);
    }

    /// Semicolons, a decimal comma and a line break in a tag: what a spreadsheet saved again was nobody's.
    #[test]
    fn rows_saved_again_by_a_spreadsheet_are_the_same() {
        let rows = "vus,1795227349500,4,,,,,,,,,,\nhttp_req_duration,1795227349500,49.145829,,true,,GET,/a,main,200,/a,\"a=1\nb\",\n".repeat(20);
        let text = format!("{HEADER}\n{rows}");
        let resaved =
            text.replace(',', ";").replace("49.145829", "49,145829").replace('\n', "\r\n").replace("a=1\r\n", "a=1\n");
        assert!(matches!(K6Csv.sniff(&Head::new(resaved.as_bytes(), true)), Sniff::Yes(_)));
        let ((sink, tally), (of_k6, _)) = (read(&resaved), read(&text));
        assert_eq!((tally.used, tally.rejected), (40, 0), "{:?}", tally.first_rejections);
        assert_eq!(sink.told(), of_k6.told());
        assert_eq!(tally.unfinished, None);
    }

    #[test]
    fn bad_rows_are_counted_and_a_torn_one_is_said_to_be_so() {
        let text = format!(
            "{HEADER}\nvus,1795227349,+Inf,,,,,,,,,,\nvus,soon,1,,,,,,,,,,\nvus,1795227349,3,,,,,,,,,,\nvus,17952273"
        );
        let (sink, tally) = read(&text);
        assert_eq!((tally.used, tally.rejected, tally.read), (1, 3, 4));
        assert_eq!(sink.users.len(), 1);
        assert_eq!(tally.unfinished.as_deref(), Some("breaks off within line 5"));
        assert!(tally.first_rejections[0].reason.contains("+Inf"));
        assert_eq!(tally.rejected_aside, 1, "of the others it is not known what they told of");
    }

    #[test]
    fn a_metric_of_unknown_kind_is_said_to_be_so() {
        let (_, tally) = read(&format!("{HEADER}\nsold,1795227349500,1,,,,,,,,,token=hunter2,\n"));
        assert!(tally.notes.iter().any(|note| note.contains("`sold`")));
    }

    #[test]
    fn the_outcome_may_come_from_http_req_failed() {
        let header = "metric_name,timestamp,metric_value,extra_tags,metadata";
        let (sink, _) = read(&format!(
            "{header}\nhttp_req_duration,1795227349,5,,\nhttp_req_failed,1795227349,1,,\nhttp_req_duration,1795227350,7,,\nhttp_req_failed,1795227350,0,,\n"
        ));
        let told = sink.told();
        assert_eq!(told.figures(Population::Request), (2, 1, 6.0));
        assert_eq!(told.facts, []);
    }

    /// Rows as k6 writes them, and some that are off in ways that matter.
    const ROWS: [&str; 10] = [
        "http_req_duration,1795227349500,49.145829,,true,::a,GET,/a,main,200,/a,build=v1,",
        "http_req_duration,1795227349500,9.100000,,false,::a,GET,/a,main,503,/a,build=v1,",
        "checks,1795227349501,1.000000,ok,,,,,main,,,,",
        "vus,1795227349,3,,,,,,,,,,",
        "sold,1795227350500,12345678.500000,,,,,,main,,,\"a=1&b=x, y\",",
        "sold,1795227350500,1e3,,,,,,main,,,tier=gold&n=1&2,vu=1",
        "sold,2026-11-21T02:15:49.5Z,2,,,,,,main,,,,",
        "http_req_failed,1795227350500,1.000000,,,,,,,,,,",
        "http_req_duration,1795227350500,7.000000,,,,,,,,,,",
        "vus,1795227349500,4,,,,,,,,,,,one,more",
    ];

    /// Reads rows either way: by sight too, or each for itself.
    fn told(rows: &[String], by_sight: bool) -> (Told, Tally) {
        let text = format!("{HEADER}\n{}\n", rows.join("\n"));
        let input = Input::memory("out.csv", text.into_bytes()).unwrap();
        let (definitions, settings) = (Definitions::built_in(), Settings::default());
        let mut sink = Recorder::default();
        let mut rows = Rows::open(&input, b',').unwrap();
        let columns = Columns::of(rows.header()).unwrap();
        let mut reader = Reader::new(&columns, Observer::new(&mut sink, &definitions, &settings));
        if by_sight {
            reader.read(&mut rows, false);
        } else {
            while let Some(row) = rows.next_row(&mut reader.findings.tally) {
                reader.take(&row);
            }
        }
        let tally = reader.into_findings().conclude(&input, &settings, &mut sink).unwrap();
        (sink.told(), tally)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn rows_known_by_sight_say_the_same(which in 0..ROWS.len(), at in 0..80_usize, byte in any::<u8>(), kind in 0..3_u8) {
            // The rows as they are come first, so that there is something to be known.
            let mut rows: Vec<String> = ROWS.iter().chain(&ROWS).map(|row| (*row).to_owned()).collect();
            let mut mutated = ROWS[which].as_bytes().to_vec();
            let at = at % mutated.len();
            match kind {
                0 => mutated[at] = byte,
                1 => { mutated.remove(at); }
                _ => mutated.insert(at, *b"\",\r\n=&.0e-"[..].get(usize::from(byte) % 10).unwrap()),
            }
            if let Ok(mutated) = String::from_utf8(mutated) {
                rows.push(mutated);
                rows.extend(ROWS.map(str::to_owned));
                prop_assert_eq!(told(&rows, true), told(&rows, false));
            }
        }
    }

    /// Cut within its last field a row has all of them, and the file was called whole.
    #[test]
    fn a_row_cut_within_its_last_field_is_unfinished() {
        let tally = |text: String| {
            let input = Input::memory("out.csv", text.into_bytes()).unwrap();
            K6Csv.read(&input, &Settings { threads: 2, ..Settings::default() }, &mut Recorder::default()).unwrap()
        };
        let whole = format!("{HEADER}\n{}\n", ROWS.join("\n"));
        assert_eq!(tally(whole.clone()).unfinished, None);
        let cut = tally(whole.trim_end().to_owned());
        assert_eq!((cut.rejected, cut.unfinished.as_deref()), (0, Some("breaks off within line 11")));
    }

    #[test]
    fn neither_blocks_nor_threads_show_in_the_result() {
        let text: String =
            std::iter::once(format!("{HEADER}\n"))
                .chain((0..60_000).map(|at| {
                    format!("{}\n", ROWS[at % 5].replace("17952273495", &format!("1795227{:04}", at % 9000)))
                }))
                .collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        let read = |threads| {
            let input = Input::open("out.csv", file.path()).unwrap();
            let mut sink = Recorder::default();
            let tally = K6Csv.read(&input, &Settings { threads, ..Settings::default() }, &mut sink).unwrap();
            (sink.told(), tally)
        };
        assert_eq!(read(1), read(3));
        assert_eq!(read(1).1.used, 60_000);
    }
}

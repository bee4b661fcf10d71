//! Kinds of files that are recognised and not read: what each is, and what to give in its place.
//!
//! A file that no adapter takes would otherwise end as "text in which no adapter finds results", which helps nobody whose
//! result it is. [`by_name`] knows it by its first bytes, like an adapter would; the file is then listed with the reason
//! and the way out, and where it is all there is, that is the error.
//!
//! Asked only when no adapter is certain of the file, so that a kind can be refused in general and read in particular;
//! [`archive()`] alone is asked before all adapters.

mod archive;
mod marks;

use super::input::Compression;
use super::{Head, Input};

/// A Refused is a file that is known and not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What it is, to follow on "is": `a PDF document`.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl Refused {
    /// Both in one, for a list of files that are not used.
    #[must_use]
    pub fn reason(&self) -> String {
        format!("{}: {}", self.what, self.hint)
    }
}

/// A Kind is one entry of the list.
struct Kind {
    what: &'static str,
    hint: &'static str,
    /// Whether a file with this beginning is of this kind.
    is: fn(&Head) -> bool,
}

/// Every kind that is refused by name, the more particular before the more general.
const KINDS: &[Kind] = &[
    Kind {
        what: "Gatling's binary log (3.13 and later), which is not read",
        hint: "Gatling up to 3.12 writes a text simulation.log; of a later one give the figures of its report as CSV or JSON",
        is: marks::gatling_binary,
    },
    Kind {
        what: "a file of vegeta's binary results (gob), which is not read",
        hint: "`vegeta encode --to csv FILE > results.csv` makes rows of them",
        is: marks::vegeta_gob,
    },
    Kind {
        what: "a 7-Zip archive",
        hint: "unpack it and give the folder",
        is: |head| head.bytes().starts_with(b"7z\xbc\xaf\x27\x1c"),
    },
    Kind {
        what: "a RAR archive",
        hint: "unpack it and give the folder",
        is: |head| head.bytes().starts_with(b"Rar!\x1a\x07"),
    },
    Kind {
        what: "packed twice, of which one packing is undone",
        hint: "unpack it once: `zcat FILE > results.gz`, or as it is packed",
        is: |head| Compression::of(head.bytes()) != Compression::Plain,
    },
    Kind {
        what: "packed with LZ4, which is not read",
        hint: "unpack it with `lz4 -d` first",
        is: |head| head.bytes().starts_with(b"\x04\x22\x4d\x18"),
    },
    Kind {
        what: "packed with lzip, which is not read",
        hint: "unpack it with `lzip -dk` first",
        is: |head| head.bytes().starts_with(b"LZIP\x01"),
    },
    Kind {
        what: "UTF-32 text, which is not read",
        hint: "write it as UTF-8: `iconv -f UTF-32 -t UTF-8`",
        is: |head| head.bytes().starts_with(b"\xff\xfe\0\0") || head.bytes().starts_with(b"\0\0\xfe\xff"),
    },
    Kind {
        what: "a Parquet file, which is not read",
        hint: "write its rows as CSV: `duckdb -c \"COPY 'FILE' TO 'rows.csv'\"`",
        is: |head| head.bytes().starts_with(b"PAR1"),
    },
    Kind {
        what: "an Arrow file, which is not read",
        hint: "write its rows as CSV or NDJSON",
        is: |head| head.bytes().starts_with(b"ARROW1"),
    },
    Kind {
        what: "an SQLite database, which is not read",
        hint: "write the table of requests as CSV: `sqlite3 -header -csv FILE 'SELECT * FROM TABLE' > rows.csv`",
        is: |head| head.bytes().starts_with(b"SQLite format 3\0"),
    },
    Kind {
        what: "an old Excel workbook, which is not read",
        hint: "save the sheet as CSV",
        is: |head| head.bytes().starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    },
    Kind {
        what: "a PDF document",
        hint: "give the data that it was made of",
        is: |head| head.bytes().starts_with(b"%PDF-"),
    },
    Kind { what: "a picture", hint: "give the data that it was made of", is: marks::picture },
    Kind {
        what: "a log of jHiccup: pauses of a Java process, no requests",
        hint: "give what the load tool wrote",
        is: |head| head.contains(b"Logged with jHiccup"),
    },
    Kind {
        what: "a recording of the Java Flight Recorder",
        hint: "it holds no requests; of CPU and memory give a table over time",
        is: |head| head.bytes().starts_with(b"FLR\0"),
    },
    Kind {
        what: "a capture of network packets",
        hint: "it holds no requests with outcome; give what the load tool wrote",
        is: marks::packets,
    },
    Kind {
        what: "a HAR recording of a browser",
        hint: "it is one user's visit and no load test; give what the load tool wrote",
        is: marks::har,
    },
    Kind {
        what: "a JMeter test plan, not its result",
        hint: "give the JTL that `jmeter -n -t FILE -l results.jtl` writes",
        is: |head| head.contains(b"<jmeterTestPlan"),
    },
    Kind {
        what: "a JUnit report: criteria that passed and failed, no measurements",
        hint: "give the file of results that it was made of",
        is: marks::junit,
    },
    Kind {
        what: "Gatling's HTML report",
        hint: "give the simulation.log beside it",
        is: |head| marks::titled(head, "gatling stats"),
    },
    Kind {
        what: "JMeter's HTML dashboard",
        hint: "give the statistics.json beside it, or the JTL that it was made of",
        is: |head| marks::page(head) && head.contains(b"Apache JMeter Dashboard"),
    },
    Kind {
        what: "Artillery's HTML report",
        hint: "give the JSON that it was made of: `artillery run --output report.json`",
        is: |head| marks::titled(head, "artillery"),
    },
    Kind {
        what: "an HTML report of k6's results, made by a script (k6-reporter or the team's own)",
        hint: "give the JSON of handleSummary or `--summary-export`, or the rows of `--out json` or `--out csv`",
        is: |head| marks::titled(head, "k6 ") || marks::titled(head, "k6<"),
    },
    Kind {
        what: "vegeta's plot",
        hint: "give the rows that it was made of: `vegeta encode --to csv`",
        is: |head| marks::titled(head, "vegeta plot"),
    },
    Kind {
        what: "ab's figures as an HTML table (`-w`)",
        hint: "give what `ab` prints without `-w`, or the files of `-g` and `-e`",
        is: |head| head.contains(b"This is ApacheBench") && head.contains(b"<table"),
    },
    Kind {
        what: "k6's summary for people, whose figures are rounded",
        hint: "give the JSON of handleSummary or `--summary-export`, or the rows of `--out json` or `--out csv`",
        is: marks::k6_text,
    },
    Kind {
        what: "vegeta's report for people",
        hint: "give `vegeta report -type json`, or the rows of `vegeta encode --to csv`",
        is: marks::vegeta_text,
    },
    Kind {
        what: "autocannon's tables for people",
        hint: "give what `autocannon --json` prints",
        is: marks::autocannon_text,
    },
    Kind {
        what: "oha's summary for people",
        hint: "give what `oha --output-format json` or `csv` prints",
        is: marks::oha_text,
    },
    Kind {
        what: "Goose's log of transactions, scenarios or errors, none of which counts requests",
        hint: "give its report as JSON, `--report-file report.json`, or its request log, `--request-log FILE`",
        is: marks::goose_log,
    },
    Kind {
        what: "Goose's report for people",
        hint: "give its report as JSON, `--report-file report.json`, or its request log, `--request-log FILE`",
        is: marks::goose_text,
    },
    Kind {
        what: "drill's report of one iteration, made to compare with",
        hint: "give what `drill --benchmark FILE --stats --quiet` prints",
        is: marks::drill_report,
    },
    Kind {
        what: "JMeter's first form of XML results (`<sampleResult time=…>`), which is not read",
        hint: "run it again with JMeter 2.1 or later, or give CSV: `jmeter -n -t PLAN -l results.jtl`",
        is: marks::jmeter_first_xml,
    },
    Kind {
        what: "k6's CSV rows without their header, which says what each column is",
        hint: "put the first line of the file that they were cut from before them: it begins with `metric_name,timestamp,metric_value`",
        is: marks::k6_headless,
    },
    Kind {
        what: "Gatling's log without its line RUN, or of Gatling 1",
        hint: "give the whole simulation.log of Gatling 2 to 3.12, of which RUN is among the first lines",
        is: marks::gatling_headless,
    },
    Kind {
        what: "siege's figures for people",
        hint: "siege 4.1 and later print JSON; of an earlier one give the log that it writes, `siege --log=FILE`",
        is: marks::siege_text,
    },
    Kind {
        what: "the summary of an old hey (or boom), which is not read",
        hint: "give the rows, `hey -o csv`, or what hey 0.1 and later prints",
        is: marks::hey_old_text,
    },
    Kind {
        what: "Artillery's report for people",
        hint: "give the JSON of `artillery run --output report.json`",
        is: marks::artillery_text,
    },
    Kind {
        what: "wrk's figures without the lines before them",
        hint: "give all that it prints, from `Running … test @ …` on",
        is: marks::wrk_headless,
    },
    Kind {
        what: "what `top` prints, which is not read",
        hint: "of a machine give a table over time: `pidstat -h -r -u 1`, `vmstat -t 1` or `sar -u 1`",
        is: |head| {
            head.first_line().starts_with(b"top - ") && head.contains(b" load average: ") && head.contains(b"%Cpu")
        },
    },
    Kind {
        what: "sar's binary record (`sar -o`, /var/log/sysstat), which is not read",
        hint: "`sadf -j FILE -- -A > sar.json` writes it as JSON",
        is: marks::sar_binary,
    },
    Kind {
        what: "what sadf writes with `-x`, `-p`, `-r`, `-g` or `-H`, which is not read",
        hint: "give what `sadf -j FILE -- -A` or `sadf -d FILE -- -A` writes",
        is: marks::sadf_other,
    },
    Kind {
        what: "a table of sysstat in a language whose dates are not read",
        hint: "have it written in English: `LC_ALL=C sar -u 1`, or of a record `LC_ALL=C sar -A -f FILE`",
        is: marks::sysstat_cjk,
    },
    Kind {
        what: "what `vmstat -d` or `-p` prints: totals since the machine's start, which are not read",
        hint: "of disks give the rates over time: `iostat -t -x 1`",
        is: marks::vmstat_disks,
    },
    Kind {
        what: "vegeta's rows without the columns that current versions write",
        hint: "write them again with vegeta 12: `vegeta encode --to csv`",
        is: marks::vegeta_short,
    },
    Kind { what: "Locust's own log", hint: "give the files of `--csv PREFIX`, or `--json`", is: marks::locust_log },
    Kind {
        what: "a web server's error page, saved in the place of results",
        hint: "fetch the file again and look at the answer's status: `curl --fail` saves no error",
        is: marks::error_page,
    },
    Kind {
        what: "a page to log in, saved in the place of results",
        hint: "fetch the file again with a login or a token: `curl --fail` with `--header` or `--user`",
        is: |head| ["sign in", "log in", "login"].iter().any(|words| marks::titled(head, words)),
    },
    Kind {
        what: "a storage's answer that there is no such file or no right to it, saved in the place of results",
        hint: "fetch the file again and look at the answer's status: `curl --fail` saves no error",
        is: marks::storage_error,
    },
    Kind {
        what: "the rules of an Artillery test, not its result",
        hint: "give the JSON of `artillery run --output report.json`",
        is: marks::artillery_script,
    },
];

/// Knows a file that no adapter reads.
#[must_use]
pub fn by_name(head: &Head) -> Option<Refused> {
    let kind = KINDS.iter().find(|kind| (kind.is)(head))?;
    Some(Refused { what: kind.what.to_owned(), hint: kind.hint.to_owned() })
}

/// Knows an archive and looks into it, so that the hint can name what lies in it. Asked before any adapter: of a tar that
/// holds k6's NDJSON nearly every line is k6's, and one that holds two runs would be read as one.
#[must_use]
pub fn archive(head: &Head, input: &Input) -> Option<Refused> {
    archive::recognise(head, input)
}

#[cfg(test)]
mod tests;

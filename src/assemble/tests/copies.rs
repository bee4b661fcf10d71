//! Files in which a part of themselves stands again, wherever it begins.

use super::appended::read_packed;
use super::*;

/// Each text of a file and its name, cut in two behind the half of its rows: in the middle of a row and before it.
struct Sample {
    name: String,
    text: String,
    lines: usize,
    half: usize,
    cut: usize,
}

impl Sample {
    fn of(sample: &str) -> Self {
        let text = std::fs::read_to_string(Path::new("samples").join(sample)).unwrap();
        let name = format!("load/{}", sample.rsplit('/').next().unwrap());
        let lines = text.lines().count();
        let half: usize = text.split_inclusive('\n').take(lines / 2).map(str::len).sum();
        Self { name, lines, half, cut: half + 17, text }
    }

    fn without_header(&self) -> &str {
        self.text.split_once('\n').unwrap().1
    }

    /// It and what is said of it, packed or not.
    fn read(&self, text: &str) -> [(Suite, Vec<String>); 2] {
        [read(&[(&self.name, text.to_owned())]), read_packed(&self.name, text)].map(|suite| {
            let said = suite.tests.iter().flat_map(|test| &test.warnings).map(|warning| warning.text.clone());
            let said = said.filter(|text| text.contains("the file holds") || text.contains("in a row")).collect();
            (suite, said)
        })
    }
}

fn counts(suite: &Suite) -> Vec<Option<u64>> {
    suite.tests.iter().map(requests).collect()
}

/// `cat a; tail -n 200 a`, a day's file behind another in which its first hour lay already, the second half of a cut one: only
/// what began with the file or a header was looked for, and each of these requests counted twice.
#[test]
fn what_stands_again_counts_once_wherever_it_begins() {
    for sample in [
        "jmeter/csv-header/results.jtl",
        "jmeter/csv-noheader/results.jtl",
        "jmeter/xml/results.jtl",
        "vegeta/csv/results.csv",
        "vegeta/ndjson/results.ndjson",
        "own/websocket/raw.csv",
    ] {
        let sample = Sample::of(sample);
        let Sample { name, text, lines, half, cut } = &sample;
        let (once, rows) = (read(&[(name, text.clone())]), text.split_inclusive('\n').collect::<Vec<_>>());
        let last = rows[lines / 2..].concat();
        let middle = rows[lines / 4..lines * 3 / 4].concat();
        let from_end = format!("the file holds rows twice: those from line {} on are the ones before", lines + 1);
        let up_to =
            |line: usize| format!("the file holds rows twice: those up to line {line} stand behind it once more");
        for (form, whole, expected) in [
            ("its last half", [text.as_str(), &last].concat(), from_end.clone()),
            ("its middle", [text.as_str(), &middle].concat(), from_end),
            ("cut, then without its header", [&text[..*half], sample.without_header()].concat(), up_to(lines / 2)),
            (
                "cut within a row, then without its header",
                [&text[..*cut], "\n", sample.without_header()].concat(),
                up_to(lines / 2 + 1),
            ),
            ("cut within a row, then whole", [&text[..*cut], "\n", text].concat(), up_to(lines / 2 + 1)),
            ("cut within a row that is glued to the whole", [&text[..*cut], text].concat(), up_to(lines / 2)),
        ] {
            for (again, said) in sample.read(&whole) {
                assert_eq!(counts(&again), counts(&once), "{name} {form}: {said:?}");
                // Where another run's header shows it, it is told by that.
                let by_header = "the file holds rows twice: those behind the header in line 1 are not counted again";
                assert!(
                    said.iter().all(|said| said.starts_with(&expected) || said == by_header),
                    "{name} {form}: {said:?}"
                );
                assert!(!said.is_empty(), "{name} {form}");
                let (own, input) = (&once.tests[0].inputs[0], &again.tests[0].inputs[0]);
                assert_eq!(input.rows_used, own.rows_used, "{name} {form}");
                assert_eq!(input.rows_read, input.rows_used + input.rows_skipped + input.rows_rejected);
            }
        }
    }
}

/// What lies between two texts that are the same counts, and a bad row behind them has its place in the whole file.
#[test]
fn places_are_those_of_the_whole_file() {
    let sample = Sample::of("jmeter/csv-noheader/results.jtl");
    let rows: Vec<&str> = sample.text.split_inclusive('\n').collect();
    let (first, second, third) = (rows[..150].concat(), rows[150..300].concat(), rows[300..].concat());
    let whole = [first.as_str(), &second, &third, &second, "bad\n"].concat();
    for (suite, said) in sample.read(&whole) {
        assert_eq!(suite.tests[0].inputs[0].rows_used, 450);
        let expected = "the file holds rows twice: those from line 451 to line 600 are the ones from line 151 on, and not \
                        counted again";
        assert_eq!(said, [expected]);
        let bad = &suite.tests[0].inputs[0].first_rejections[0];
        assert_eq!((bad.line, bad.byte), (601, whole.len() as u64 - 4));
    }
    // A line before the header is one of the file's.
    let headed = Sample::of("jmeter/csv-header/results.jtl");
    for (_, said) in headed.read(&["sep=,\n", &headed.text, &headed.text[headed.half..]].concat()) {
        let expected = format!("those from line {} on are the ones before", headed.lines + 2);
        assert!(matches!(said.as_slice(), [said] if said.contains(&expected)), "{said:?}");
    }
    // Two of them, and behind the file's own beginning that was cut.
    let whole = [first.as_str(), &first, &second, "bad\n", &third, &second].concat();
    for (suite, said) in sample.read(&whole) {
        assert_eq!(suite.tests[0].inputs[0].rows_used, 450, "{said:?}");
        assert!(said.iter().any(|said| said.contains("up to line 150 stand behind it")), "{said:?}");
        assert!(said.iter().any(|said| said.contains("from line 602 on are the ones before")), "{said:?}");
        assert_eq!(suite.tests[0].inputs[0].first_rejections[0].line, 451);
    }
}

/// Too few rows to be sure, or too few different times: all count, and it is said that they may be there twice.
#[test]
fn what_may_stand_again_is_said() {
    for (sample, from) in [("jmeter/csv-5/results.jtl", 13), ("own/rows-ndjson/rows.ndjson", 108)] {
        let sample = Sample::of(sample);
        let last = &sample.text[sample.half..];
        for (suite, said) in sample.read(&[&sample.text, last].concat()) {
            let expected = format!(
                "from line {} on the file holds the rows from line {from} on once more: if it was appended to itself, they \
                 count twice",
                sample.lines + 1
            );
            assert!(!said.is_empty() && said.iter().all(|said| *said == expected), "{said:?}");
            let all = sample.lines + last.lines().count() - usize::from(sample.name.ends_with("jtl"));
            assert_eq!(suite.tests[0].inputs[0].rows_used, all as u64, "all count");
        }
    }
    let sample = Sample::of("jmeter/csv-5/results.jtl");
    for (suite, said) in sample.read(&[&sample.text[..sample.cut], &sample.text].concat()) {
        assert!(said[0].starts_with("from line 13 on the file holds the rows before once more"), "{said:?}");
        assert_eq!(suite.tests[0].inputs[0].rows_used, 34);
    }
}

/// A collector that writes each line twice, two of JMeter's listeners with one file.
#[test]
fn rows_of_which_each_stands_there_twice_are_said() {
    for sample in ["jmeter/csv-header/results.jtl", "vegeta/csv/results.csv", "own/rows-ndjson/rows.ndjson"] {
        let sample = Sample::of(sample);
        let has_header = sample.name.ends_with("jtl");
        let times = |times: usize| -> String {
            let rows = sample.text.split_inclusive('\n').enumerate();
            rows.map(|(at, row)| row.repeat(if at == 0 && has_header { 1 } else { times })).collect()
        };
        for (suite, said) in sample.read(&times(2)) {
            assert!(said[0].starts_with("each line of the file stands there twice in a row"), "{said:?}");
            assert_eq!(suite.tests[0].inputs[0].rows_used, 2 * (sample.lines - usize::from(has_header)) as u64);
        }
        let (_, said) = &sample.read(&times(3))[0];
        assert!(said[0].starts_with("each line of the file stands there 3 times in a row"), "{said:?}");
        assert!(sample.read(&times(1)).iter().all(|(_, said)| said.is_empty()));
    }
}

/// Of several generators that ask for the health of one server, all of which answer in the same millisecond in the same
/// second, one may have been stopped before the other, or run later.
#[test]
fn rows_that_are_alike_by_chance_are_neither_left_out_nor_said() {
    let rows = |from: u64, to: u64, per_second: u64, elapsed: &dyn Fn(u64) -> u64| -> String {
        let row = |at: u64| format!("{}000,{},/health,200,OK,true\n", 1_795_226_390 + at / per_second, elapsed(at));
        (from * per_second..to * per_second).map(row).collect()
    };
    let (same, other) = (|_: u64| 1, |at: u64| 1 + at * 7 % 31);
    let header = "timeStamp,elapsed,label,responseCode,responseMessage,success\n";
    for (form, text) in [
        ("one after the other", [rows(0, 200, 1, &same), rows(50, 300, 1, &same)].concat()),
        ("one within the other", [rows(0, 300, 5, &same), rows(100, 200, 5, &same)].concat()),
        ("three", [rows(0, 100, 1, &same), rows(20, 120, 1, &same), rows(40, 140, 1, &same)].concat()),
        ("each at once", rows(0, 300, 2, &same)),
        ("each at once and varied, but for one", {
            let all: String = (0..300).map(|at| rows(at, at + 1, 1, &other).repeat(2)).collect();
            [all, rows(300, 301, 1, &other), rows(301, 302, 1, &other)].concat()
        }),
        ("other times", [rows(0, 200, 1, &other), rows(50, 300, 1, &|at| 1 + at * 5 % 31)].concat()),
    ] {
        let suite = read(&[("load/results.jtl", [header, &text].concat())]);
        let warnings: Vec<_> = suite.tests[0].warnings.iter().map(|warning| &warning.text).collect();
        assert!(
            warnings.iter().all(|text| !text.contains("the file holds") && !text.contains("in a row")),
            "{form}: {warnings:?}"
        );
        assert_eq!(requests(&suite.tests[0]), Some(text.lines().count() as u64), "{form}");
    }
}

/// Two agents that sum up each second had both nothing to do in the last forty: their rows of these are the same.
#[test]
fn idle_seconds_of_two_generators_are_no_copies() {
    let sample = std::fs::read_to_string("samples/ngrinder/intervals/output.csv").unwrap();
    let (header, _) = sample.split_once('\n').unwrap();
    let rows = |from: u32, busy: u32| -> String {
        let row = |at: u32| {
            let tests = if at < 20 { busy + at * 7 % 11 } else { 0 };
            let ms = if at < 20 { f64::from(busy + at) / 8.0 } else { 0.0 };
            format!(
                "2016-02-15 16:10:{at:02},10,{tests},0,{ms:.3},0.000,{tests},7336.335,645597.5,0,0.307,1.403,{ms:.3}\n"
            )
        };
        (from..60).map(row).collect()
    };
    let suite = read(&[("load/output.csv", [header, "\n", &rows(0, 80), &rows(10, 90)].concat())]);
    let input = &suite.tests[0].inputs[0];
    assert_eq!((input.rows_used, input.rows_rejected), (110, 0));
    assert!(
        suite.tests[0].warnings.iter().all(|one| !one.text.contains("the file holds")),
        "{:?}",
        suite.tests[0].warnings
    );
}

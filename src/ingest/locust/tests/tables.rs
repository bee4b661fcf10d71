//! The four CSVs.

use super::super::{Exceptions, Failures, History, Html, Percentiles, Stats};
use super::{p, quoted, read, sample};
use crate::ingest::{Adapter, Head, Sniff};
use crate::model::distribution::Distribution;
use crate::model::key::EndpointKey;
use crate::model::sample::{Fact, Fault, Interval};

#[test]
fn stats_give_exact_counts_means_and_extremes_and_percentiles_as_printed() {
    let (sink, tally) = read(&Stats, &sample("messy/locust_stats.csv"));
    assert_eq!((tally.used, tally.rejected, tally.unfinished), (9, 0, None));
    let all = sink.total("");
    assert_eq!((all.requests, all.failures, all.bytes), (Some(562), Some(105), Some(78_863)));
    let figures = quoted(all);
    assert_eq!(figures.max_us, Some(12_345_678.0));
    assert!((figures.mean_us.unwrap() - 1_403_558.942_684_841).abs() < 1e-6);
    assert_eq!(p(figures, 0.999), Some(12_000_000.0));
    assert_eq!(p(figures, 0.999_99), Some(12_000_000.0));
    assert_eq!(figures.rounding_us.len(), 4);
    // A request that somebody called Aggregated is a request.
    assert_eq!(sink.total("SQL Aggregated").requests, Some(55));
    assert_eq!(sink.total("GET line1\nline2").failures, Some(26));
    assert_eq!(sink.total("GET =cmd|' /C calc'!A0").requests, Some(74));
    assert_eq!(sink.total("POST \"food\", all").requests, Some(55));
    assert!(matches!(sink.total("WSS async none").latency, Distribution::Unknown(_)));
}

#[test]
fn windows_writes_an_empty_line_after_each_row_and_that_changes_nothing() {
    let plain = sample("full-history/locust_stats.csv");
    let text = String::from_utf8(plain.clone()).unwrap();
    assert!(text.contains("\r\n"));
    let doubled = text.replace("\r\n", "\r\r\n");
    assert_eq!(read(&Stats, doubled.as_bytes()).0.totals, read(&Stats, &plain).0.totals);
}

/// A spreadsheet of a German machine puts semicolons between the columns and commas into the numbers, and where it was asked
/// to, points between thousands. Such a table was refused, with the advice to save it as Locust had written it.
#[test]
fn what_a_spreadsheet_saved_again_says_the_same() {
    let saved = |bytes: &[u8], grouped: bool| {
        let mut text = String::new();
        for row in csv::ReaderBuilder::new().has_headers(false).from_reader(bytes).records().map(Result::unwrap) {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| match cell.parse::<f64>() {
                    Ok(value) if grouped && cell.len() == 4 && value >= 1000.0 => {
                        format!("{}.{}", &cell[..1], &cell[1..])
                    }
                    Ok(_) => cell.replace('.', ","),
                    Err(_) if cell.contains([';', '"', '\n']) => format!("\"{}\"", cell.replace('"', "\"\"")),
                    Err(_) => cell.to_owned(),
                })
                .collect();
            text.push_str(&(cells.join(";") + "\r\n"));
        }
        text.replace(";99.9%;", ";99,9%;")
    };
    let adapters: [(&dyn Adapter, &str); 4] = [
        (&Stats, "messy/locust_stats.csv"),
        (&Stats, "full-history/locust_stats.csv"),
        (&History, "full-history/locust_stats_history.csv"),
        (&Failures, "messy/locust_failures.csv"),
    ];
    for (adapter, file) in adapters {
        let plain = sample(file);
        let (expected, tally) = read(adapter, &plain);
        for grouped in [false, true] {
            let text = saved(&plain, grouped);
            assert!(matches!(adapter.sniff(&Head::new(text.as_bytes(), true)), Sniff::Yes(_)), "{file}");
            let (sink, again) = read(adapter, text.as_bytes());
            assert_eq!((again.used, again.rejected), (tally.used, 0), "{file}: {:?}", again.first_rejections);
            assert_eq!(sink.totals, expected.totals, "{file}");
            assert_eq!(
                (sink.intervals, sink.users, sink.faults),
                (expected.intervals.clone(), expected.users.clone(), expected.faults.clone()),
                "{file}"
            );
        }
    }
}

#[test]
fn the_tables_of_before_1_0_are_read_too() {
    let text = "\"Type\",\"Name\",\"# requests\",\"# failures\",\"Median response time\",\"Average response time\",\
        \"Min response time\",\"Max response time\",\"Average Content Size\",\"Requests/s\",\"Requests Failed/s\",\
        \"50%\",\"99.9%\",\"99.999\",\"100%\"\n\
        \"GET\",\"/a\",\"10\",\"1\",\"20\",\"21.5\",\"10\",\"40\",\"5\",\"1.0\",\"0.1\",\"20\",\"40\",\"40\",\"40\"\n\
        \"None\",\"Aggregated\",\"10\",\"1\",\"20\",\"21.5\",\"10\",\"40\",\"5\",\"1.0\",\"0.1\",\"20\",\"40\",\"40\",\"40\"";
    // The last line was left without an end then.
    assert!(matches!(Stats.sniff(&Head::new(text.as_bytes(), true)), Sniff::Yes(_)));
    let (sink, tally) = read(&Stats, text.as_bytes());
    assert_eq!((tally.used, tally.unfinished), (2, None));
    assert_eq!(sink.total("GET /a").requests, Some(10));
    assert_eq!(p(quoted(sink.total("")), 0.999), Some(40_000.0));
}

#[test]
fn a_cut_table_keeps_its_whole_rows_and_says_so() {
    let bytes = sample("killed/locust_stats.csv");
    let (sink, tally) = read(&Stats, &bytes[..bytes.len() - 60]);
    assert_eq!((tally.used, tally.rejected), (4, 1));
    assert!(tally.unfinished.is_some());
    assert_eq!(sink.totals.len(), 4);
    let reason = &tally.first_rejections[0].reason;
    assert!(reason.starts_with("should have 22 fields, found"), "{reason}");
    // Cut between two rows: only the missing sum shows it.
    let end = bytes.iter().rposition(|&byte| byte == b',').unwrap();
    let row = bytes[..end].iter().rposition(|&byte| byte == b'\n').unwrap();
    assert!(read(&Stats, &bytes[..=row]).1.unfinished.is_some());
    assert!(read(&Stats, &bytes).1.unfinished.is_none());
}

#[test]
fn full_history_gives_windows_and_zeros_are_no_percentiles() {
    let (sink, tally) = read(&History, &sample("full-history/locust_stats_history.csv"));
    assert_eq!((tally.rejected, tally.unfinished), (0, None));
    assert!(sink.remarks().contains("sliding windows"));
    let sums: Vec<&Interval> = sink.intervals.iter().filter(|row| row.endpoint.is_none()).collect();
    assert_eq!(sums.len(), sink.users.len());
    assert!(sums.iter().any(|row| !row.quantiles.is_empty()));
    assert!(sink.intervals.iter().all(|row| row.quantiles.is_empty() || row.quantiles.iter().any(|(_, us)| *us > 0.0)));
    // The first rows have requests and no rate yet: Locust's mean of ten seconds is two seconds late.
    let first = sums.iter().find(|row| row.cumulative.is_some_and(|(requests, _)| requests > 0)).unwrap();
    assert_eq!((first.rate_per_s, first.quantiles.len()), (None, 0));
    // The end rows lack percentiles and have everything else.
    let (stats, _) = read(&Stats, &sample("full-history/locust_stats.csv"));
    assert_eq!(sink.total("").requests, stats.total("").requests);
    assert_eq!(quoted(sink.total("")).mean_us, quoted(stats.total("")).mean_us);
    assert!(quoted(sink.total("")).quantiles.is_empty());
}

#[test]
fn without_full_history_percentiles_over_time_are_withheld_and_the_last_are_the_runs() {
    let (sink, _) = read(&History, &sample("no-history/nofull_stats_history.csv"));
    assert!(sink.remarks().contains("--csv-full-history"));
    assert!(sink.intervals.iter().all(|row| row.quantiles.is_empty()));
    let (stats, _) = read(&Stats, &sample("no-history/nofull_stats.csv"));
    assert_eq!(quoted(sink.total("")), quoted(stats.total("")));
    assert_eq!(sink.totals.len(), 1);
}

#[test]
fn a_history_cut_anywhere_is_unfinished_but_between_two_seconds() {
    let bytes = sample("killed/locust_stats_history.csv");
    let mut silent = 0;
    for cut in bytes.len() - 1000..bytes.len() {
        let (sink, tally) = read(&History, &bytes[..cut]);
        let whole = bytes[cut - 1] == b'\n' && sink.intervals.last().is_some_and(|row| row.endpoint.is_none());
        assert_eq!(tally.unfinished.is_none(), whole, "cut at {cut}");
        silent += usize::from(whole);
    }
    assert!(silent > 0);
}

#[test]
fn a_reset_is_told() {
    let head = "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,100%,Total Request Count,Total Failure Count,\
        Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size\n";
    let rows = "1795225381,10,,Aggregated,1.0,0.0,10,12,100,0,10,10,9,12,5\n\
        1795225382,10,,Aggregated,1.0,0.0,10,11,3,0,10,10,9,11,5\n";
    let (sink, _) = read(&History, format!("{head}{rows}").as_bytes());
    assert!(sink.remarks().contains("fell at 2026-11-21 01:43:02 UTC"), "{}", sink.remarks());
    assert_eq!(sink.total("").requests, Some(3));
    // Counts fell, so that the lower maximum is no sign of a window.
    assert!(sink.remarks().contains("since the start, so none"));
}

#[test]
fn history_without_any_sign_of_a_window_is_not_called_one() {
    let head = "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,100%,Total Request Count,Total Failure Count,\
        Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size\n";
    let row =
        |second: u32, of: &str, top: u32| format!("{second},1,{of},1.0,0.0,10,{top},{second},0,10,10,9,{top},5\n");
    let rising =
        [row(1, "GET,/a", 12), row(1, ",Aggregated", 12), row(2, "GET,/a", 20), row(2, ",Aggregated", 20)].concat();
    let falling = [rising.as_str(), &row(3, "GET,/a", 19), &row(3, ",Aggregated", 19)].concat();
    assert!(read(&History, format!("{head}{rising}").as_bytes()).0.remarks().contains("does not tell"));
    assert!(read(&History, format!("{head}{falling}").as_bytes()).0.remarks().contains("sliding windows"));
}

#[test]
fn failures_and_exceptions_are_told_apart_and_lose_their_secrets() {
    let (sink, tally) = read(&Failures, &sample("2.15/full_failures.csv"));
    assert_eq!(tally.used, 1);
    assert_eq!(sink.faults[0].endpoint, Some(EndpointKey::new(Some("POST"), "/api/v1/food")));
    assert_eq!((sink.faults[0].count, sink.faults[0].of_requests), (12, true));
    assert!(sink.facts.contains(&Fact::ToolVersion("before 2.44".to_owned())));

    let planted = "Method,Name,Error,Occurrences,First Seen,Last Seen\r\n\
        GET,/a?token=hush1,\"HTTPError('404 Client Error: Not Found for url: http://u:hush2@h/a?x=hush3')\",2,2026-11-21T01:48:26Z,2026-11-21T01:49:28Z\r\n\
        GET,/b,x,hush?token=hush4,,\r\n";
    let (sink, tally) = read(&Failures, planted.as_bytes());
    assert!(sink.remarks().contains("first at 2026-11-21 01:48:26 UTC and last at 2026-11-21 01:49:28 UTC"));
    let shown = format!("{:?} {:?}", sink.faults, tally.first_rejections[0].excerpt);
    for secret in ["hush1", "hush2", "hush3", "hush4"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert_eq!((tally.used, tally.rejected), (1, 1));

    let (sink, tally) = read(&Exceptions, &sample("messy/locust_exceptions.csv"));
    assert_eq!((tally.used, tally.rejected), (1, 0));
    let expected = Fault { endpoint: None, text: "boom, with comma".to_owned(), count: 82, of_requests: false };
    assert_eq!(sink.faults, [expected]);
}

const OLD: &str = "\"Method\",\"Name\",\"# requests\",\"# failures\",\"Median response time\",\"Average response time\",\"Min response time\",\"Max response time\",\"Average Content Size\",\"Requests/s\"\n";
const OLD_PERCENTILES: &str =
    "\"Name\",\"# requests\",\"50%\",\"66%\",\"75%\",\"80%\",\"90%\",\"95%\",\"98%\",\"99%\",\"100%\"\n";

/// Locust's own files of before 1.0 were taken for a team's tables, and refused for want of a unit.
#[test]
fn tables_of_before_1_0_are_locusts_too() {
    let text =
        format!("{OLD}\"GET\",\"/a b\",300,3,17,32,8,203,171,7.61\n\"None\",\"Total\",300,3,17,32,8,203,171,7.61");
    assert!(matches!(Stats.sniff(&Head::new(text.as_bytes(), true)), Sniff::Yes(_)));
    let (sink, tally) = read(&Stats, text.as_bytes());
    assert_eq!((tally.used, tally.rejected, tally.unfinished), (2, 0, None));
    let total = sink.total("GET /a b");
    assert_eq!((total.requests, total.failures, total.bytes), (Some(300), Some(3), None));
    assert_eq!((quoted(total).mean_us, p(quoted(total), 0.5)), (Some(32_000.0), Some(17_000.0)));
    assert_eq!(sink.total("").requests, Some(300));
    let doubt = |facts: &[Fact]| format!("{facts:?}").contains("before 0.9");
    assert!(doubt(&sink.facts));
    let (sink, tally) = read(&Stats, &sample("before-1.0/run_requests.csv"));
    assert_eq!((tally.used, sink.total("").failures, doubt(&sink.facts)), (3, Some(26), false));

    let text = format!(
        "{OLD_PERCENTILES}\"GET /a b\",300,17,23,37,53,87,100,110,110,203\n\"/never\",0{}\n\"Total\",300,17,23,37,53,87,100,110,110,203",
        ",\"N/A\"".repeat(9)
    );
    assert!(matches!(Percentiles.sniff(&Head::new(text.as_bytes(), true)), Sniff::Yes(_)));
    let (sink, tally) = read(&Percentiles, text.as_bytes());
    assert_eq!((tally.used, tally.rejected, sink.totals.len(), tally.unfinished), (3, 0, 2, None));
    let total = sink.total("GET /a b");
    assert_eq!((total.requests, total.endpoint.as_ref().unwrap().method.as_deref()), (None, Some("GET")));
    assert_eq!((p(quoted(total), 0.95), p(quoted(total), 1.0)), (Some(100_000.0), None));
}

/// More failures than requests: they cannot be among them.
#[test]
fn failures_that_were_counted_apart_are_requests_too() {
    let text = format!(
        "{OLD}\"GET\",\"/\",51,0,4,3,2,6,274,0.89\n\"GET\",\"/b\",0,56,0,0,0,0,0,0.00\n\"None\",\"Total\",51,56,4,3,2,6,274,0.89"
    );
    let (sink, _) = read(&Stats, text.as_bytes());
    let all = sink.total("");
    assert_eq!((all.requests, all.failures, all.rate_per_s), (Some(107), Some(56), None));
    let (Distribution::Unknown(why), Distribution::Quoted(successes)) = (&all.latency, &all.latency_ok) else {
        panic!("{all:?}")
    };
    assert!(why.contains("failed requests apart"));
    assert_eq!((successes.n, successes.mean_us), (Some(51), Some(3_000.0)));
    assert!(sink.facts.iter().all(|fact| !matches!(fact, Fact::Warning(_))));
}

/// A master waited for its workers, and 2 s without users halved the rate of a short run; a run with `--reset-stats` was
/// divided by the time before its reset too. Both courses are real ones of Locust 2.47, the reset one less its middle.
#[test]
fn a_history_is_that_of_the_counts_it_ends_with() {
    let head = "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,100%,Total Request Count,Total Failure Count,\
        Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size\n";
    let seconds = |rows: &[(u32, u32, u32)]| {
        let row = |(at, users, count): &(u32, u32, u32)| {
            format!("17953{at},{users},,Aggregated,0.0,0.0,N/A,N/A,{count},0,4,4.5,1,36,100\n")
        };
        let rows: String = rows.iter().map(row).collect();
        let (sink, tally) = read(&History, format!("{head}{rows}").as_bytes());
        let at = |row: &Interval| row.at.0 / 1_000_000_000 - 1_795_300_000;
        let counts: Vec<_> = sink.intervals.iter().map(|row| (at(row), row.cumulative.unwrap().0)).collect();
        (counts, tally.skipped)
    };
    let waited = [(42681, 0, 0), (42682, 0, 0), (42683, 0, 0), (42684, 6, 0), (42686, 6, 2279), (42692, 0, 8854)];
    assert_eq!(seconds(&waited), (vec![(42683, 0), (42684, 0), (42686, 2279), (42692, 8854)], 2));
    let reset = [(41183, 0, 0), (41184, 3, 58), (41186, 9, 299), (41187, 12, 180), (41197, 12, 2091)];
    assert_eq!(seconds(&reset), (vec![(41186, 0), (41187, 180), (41197, 2091)], 2));
}

/// No file says how long a run was; a rate by whole seconds of a history was 984/s where Locust printed 1,101/s.
#[test]
fn the_rate_of_the_sum_tells_how_long_it_ran() {
    let head = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,\
        Max Response Time,Average Content Size,Requests/s,Failures/s,50%,100%\n";
    let row = ",Aggregated,8854,419,4,4.2584235068920435,0.21705000108340755,35.68347799955518,95.27,1101.23585088591,52.1,4,36\n";
    let (sink, _) = read(&Stats, format!("{head}{row}").as_bytes());
    assert!(format!("{:?}", sink.facts).contains("CountedSeconds(8.04005"), "{:?}", sink.facts);
    let (page, _) = read(&Html, &sample("html/report.html"));
    assert!(format!("{:?}", page.facts).contains("CountedSeconds("), "{:?}", page.facts);
}

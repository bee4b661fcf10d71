//! The CSV reader on real files, and on what happens to them.

use super::*;
use crate::ingest::Rejection;
use crate::ingest::own::digits::Sign;
use crate::ingest::own::recording::Recording;
use crate::model::key::{CellKey, Outcome, Population};
use crate::model::sample::Fact;

const HEADER: &str = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n";

fn read(text: &[u8]) -> (Recording, Tally) {
    let input = Input::memory("results.jtl", text.to_vec()).unwrap();
    let mut sink = Recording::default();
    let tally = JmeterCsv.read(&input, &Settings::default(), &mut sink).unwrap();
    (sink, tally)
}

fn sample(case: &str) -> Vec<u8> {
    std::fs::read(format!("samples/jmeter/{case}/results.jtl")).unwrap()
}

fn failed(key: &CellKey) -> bool {
    matches!(key.outcome, Outcome::Failed(_))
}

/// Requests, failed ones, transactions, failed ones.
fn counts(sink: &Recording) -> [usize; 4] {
    let of = |population, wanted: fn(&CellKey) -> bool| sink.count(|key| key.population == population && wanted(key));
    let (request, transaction) = (Population::Request, Population::Transaction);
    [of(request, |_| true), of(request, failed), of(transaction, |_| true), of(transaction, failed)]
}

#[test]
fn transactions_stand_apart_in_every_form() {
    let (sink, tally) = read(&sample("csv-noheader"));
    assert_eq!(counts(&sink), [300, 0, 150, 0]);
    assert_eq!((tally.read, tally.used, tally.rejected, tally.unfinished), (450, 450, 0, None));
    assert!(tally.notes.iter().any(|note| note.contains("JMeter 2's")), "{:?}", tally.notes);
    let (sink, tally) = read(&sample("csv-date"));
    assert_eq!(counts(&sink), [300, 1, 150, 1]);
    assert!(tally.notes.iter().any(|note| note.contains("taken for UTC")), "{:?}", tally.notes);
    let requests = sink.samples.iter().filter(|(id, _)| sink.key(*id).population == Population::Request);
    let first = requests.filter_map(|(_, sample)| sample.ended_at).min().unwrap();
    assert_eq!(first.0 / 1_000_000_000, 1_795_226_515);
}

#[test]
fn a_sample_ends_after_its_time_and_pauses() {
    let text = format!(
        "{HEADER}1795226384201,726,TX,200,\"Number of samples in transaction : 2, number of failing samples : 0\",T 1-1,,true,,844,0,10,10,null,726,5373,529\n"
    );
    let (sink, _) = read(text.as_bytes());
    let (id, sample) = sink.samples[0];
    assert_eq!(sink.key(id).population, Population::Transaction);
    assert_eq!(sample.ended_at.unwrap().0, 1_795_226_390_300_000_000);
    assert_eq!(sample.latency_ns, Some(726_000_000));
    assert!(sink.values.is_empty());
}

#[test]
fn what_got_no_answer_has_a_kind_and_no_status() {
    let text = format!(
        "{HEADER}1795226390340,12,/pay?token=s3cret,Non HTTP response code: java.net.ConnectException,\"Non HTTP response message: Connection refused (Connection refused)\",10.0.0.3:1099-T 1-1,text,false,,2500,0,4,9,http://h/pay?token=s3cret,0,0,12\n\
         1795226390341,15,/pay?token=s3cret,200,OK,10.0.0.4:1099-T 1-1,text,false,\"Test failed:\ntext, \"\"ok\"\"\n1795226390340,1,not a row\",419,238,4,7,http://h/pay,15,0,1\n"
    );
    let (sink, tally) = read(text.as_bytes());
    assert_eq!((tally.used, tally.rejected), (2, 0));
    let keys: Vec<&CellKey> = sink.samples.iter().map(|(id, _)| sink.key(*id)).collect();
    assert_eq!(keys[0].outcome, Outcome::Failed("connection refused".into()));
    assert_eq!((keys[0].status, keys[1].status), (None, Some(200)));
    assert_eq!(keys[0].endpoint.name, "/pay");
    assert_eq!(keys[1].outcome, Outcome::Failed("Test failed:".into()));
    assert_eq!(sink.faults.len(), 2);
    assert!(!format!("{sink:?}{tally:?}").contains("s3cret"));
    // The refused connection has no first byte; each JMeter counts its own threads.
    let latencies = sink.values.iter().filter(|(id, _, _)| sink.metrics[id.0 as usize].name == "Latency").count();
    assert_eq!(latencies, 1);
    assert_eq!(sink.users.iter().map(|(_, users)| *users).collect::<Vec<_>>(), [9.0, 7.0]);
}

#[test]
fn any_columns_will_do() {
    let (sink, _) = read(b"label\telapsed\tsuccess\ntwo words\t12.5\tTRUE\n");
    assert_eq!(sink.samples[0].1.latency_ns, Some(12_500_000));
    assert_eq!(sink.samples[0].1.ended_at, None);
    let (sink, tally) = read(b"elapsed;responseCode;timeStamp\n12;503;1795226390340\n11;200;1795226390341\n");
    assert_eq!(counts(&sink), [2, 1, 0, 0]);
    assert!(tally.notes.iter().any(|note| note.contains("no column `success`")));
    assert!(sink.said().contains("counted twice"));
    let (sink, _) = read(b"elapsed,label,timeStamp\n12,a,1795226390340\n");
    assert!(sink.facts.iter().find(|(_, fact)| matches!(fact, Fact::FailuresUnknown(_))).is_some());
}

#[test]
fn appended_files_bring_their_header_along() {
    let row = "1795226390340,12,a,200,OK,T 1-1,text,true,,1,2,1,1,http://h/,12,0,0\n";
    let (sink, tally) = read(format!("{HEADER}{row}{HEADER}{row}\n").as_bytes());
    assert_eq!((sink.samples.len(), tally.read, tally.used, tally.skipped), (2, 3, 2, 1));
    // Two tables that each began with it were put together: it was a rejected row.
    let (sink, tally) = read(format!("{HEADER}{row}sep=,\n{HEADER}{row}\n").as_bytes());
    assert_eq!((sink.samples.len(), tally.used, tally.skipped, tally.rejected), (2, 2, 2, 0));
}

#[test]
fn bad_rows_say_where_and_why() {
    let good = "1795226390340,12,a,200,OK,T 1-1,text,true,,1,2,1,1,http://h/,12,0,0\n";
    let text = format!(
        "{HEADER}{good}soon,12,a,200,OK,T 1-1,text,true,,1,2,1,1,http://h/,12,0,0\n1795226390340,-3,a,200,OK,T 1-1,text,true,,1,2,1,1,http://h/,12,0,0\n\
         1795226390340,12,a,200,OK,T 1-1,text,perhaps,,1,2,1,1,http://h/,12,0,0\n1795226390340,12,a\n\
         1795226390340,12,\"a,200,OK,T 1-1,text,true,,1,2,1,1,http://h/,12,0,0\n{good}{good}1795226390340,12,a,20"
    );
    let (sink, tally) = read(text.as_bytes());
    assert_eq!((sink.samples.len(), tally.used, tally.rejected), (3, 3, 6));
    let shown: Vec<(u64, &str)> = tally.first_rejections.iter().map(|one| (one.line, one.reason.as_str())).collect();
    assert_eq!(shown[0].0, 3);
    assert!(shown[0].1.contains("`timeStamp`") && shown[1].1.contains("`elapsed`") && shown[2].1.contains("`success`"));
    assert_eq!(shown[3], (6, "should have 17 fields, found 3"));
    assert_eq!(shown[4], (7, "has a quote that is not closed"));
    assert!(tally.unfinished.is_some());
    let bytes: Vec<u64> = tally.first_rejections.iter().map(|one: &Rejection| one.byte).collect();
    assert!(bytes.windows(2).all(|pair| pair[0] < pair[1]));
}

/// A file that was cut within its last column was called whole.
#[test]
fn a_last_row_without_line_end_may_be_cut_within_its_last_field() {
    let text = "timeStamp,elapsed,label,success,Latency\n1795226390340,12,a,true,11\n1795226390341,12,a,true,11\n";
    for (text, cut) in [(text, false), (&text[..text.len() - 1], true), (&text[..text.len() - 2], true)] {
        let (_, tally) = read(text.as_bytes());
        assert_eq!((tally.used, tally.unfinished.is_some()), (2, false));
        assert_eq!(tally.notes.iter().any(|note| note.contains("perhaps it was cut off")), cut, "{text}");
    }
}

/// A last row with a field too many, or a word where a number should be, is wrong; the file does not end in it.
#[test]
fn only_a_last_row_that_lacks_something_breaks_off() {
    let good = "1795226390340,12,a,200,OK,T 1-1,text,true,,1,2,1,1,http://h/,12,0,0";
    let unfinished = |last: &str| {
        let (_, tally) = read(format!("{HEADER}{good}\n{last}").as_bytes());
        assert_eq!((tally.used, tally.rejected), (1, 1), "{last}");
        tally.unfinished.is_some()
    };
    assert!(!unfinished(&format!("{good},more\n")));
    assert!(!unfinished(&good.replace(",12,a", ",soon,a")));
    assert!(unfinished(&good[..good.len() - 2]) && unfinished("1795226390340,12,\"a, 200"));
}

/// A spreadsheet that separates fields by semicolons had put points for thousands: 2187 ms were read as 2.187.
#[test]
fn a_time_that_may_have_points_for_thousands_is_refused() {
    let text = "timeStamp;elapsed;label;success\n1795226390340;681;a;true\n1795226390341;2.187;a;true\n";
    let (sink, tally) = read(text.as_bytes());
    assert_eq!((sink.samples.len(), tally.rejected), (1, 1));
    assert!(tally.first_rejections[0].reason.contains("points for thousands, found `2.187`"));
    assert!(tally.first_rejections[0].reason.ends_with("inputs.decimal_sign tells what the point is"));
    assert_eq!(read(text.replace(';', ",").as_bytes()).0.samples.len(), 2);
    // Several groups, and a fraction of other length, show by themselves what the sign is.
    for (elapsed, used) in [("1.002.187", 2), ("2187", 2), ("2.18", 2), ("2187.5", 2), ("2187.500", 2), ("2.1a7", 1)] {
        assert_eq!(read(text.replace("2.187", elapsed).as_bytes()).0.samples.len(), used, "{elapsed}");
    }
}

/// Each row of a JTL that a German spreadsheet had saved again was refused.
#[test]
fn a_decimal_comma_is_read_where_it_shows() {
    let told = |cells: [&str; 2], between: &str, sign: Option<Sign>| {
        let row = |cell: &&str| format!("1795226390340{between}{cell}{between}a{between}true\n");
        let header = ["timeStamp", "elapsed", "label", "success"].join(between);
        let text = format!("{header}\n{}", cells.iter().map(row).collect::<String>());
        let mut sink = Recording::default();
        let input = Input::memory("results.jtl", text.into_bytes()).unwrap();
        let tally = JmeterCsv.read(&input, &Settings { sign, ..Settings::default() }, &mut sink).unwrap();
        let reason = tally.first_rejections.first().map_or_else(String::new, |first| first.reason.clone());
        (sink.samples.iter().filter_map(|(_, sample)| sample.latency_ns).collect::<Vec<u64>>(), reason)
    };
    for between in [";", "\t"] {
        assert_eq!(told(["0,100", "0,25"], between, None).0, [100_000, 250_000]);
        assert_eq!(told(["0,100", "1.250"], between, None).0, [100_000, 1_250_000_000], "a point that groups");
        assert_eq!(told(["12", "1,250"], between, Some(Sign::OnlyComma)).0, [12_000_000, 1_250_000]);
        assert_eq!(told(["12", "1,250"], between, Some(Sign::OnlyPoint)).0, [12_000_000, 1_250_000_000]);
        let (read, reason) = told(["12", "1,250"], between, None);
        assert_eq!(read, [12_000_000]);
        assert!(reason.contains("commas for thousands, found `1,250`; inputs.decimal_sign tells"), "{reason}");
    }
    assert_eq!(told(["\"0,5\"", "12"], ",", None).0, [500_000, 12_000_000]);
    assert_eq!(
        told(["12.5", "7"], ";", Some(Sign::OnlyComma)).0,
        [12_500_000, 7_000_000],
        "what the file shows goes first"
    );
}

#[test]
fn sums_of_samples_are_no_samples() {
    let (_, tally) =
        read(b"timeStamp,elapsed,label,success,SampleCount\n1795226390340,900,a,true,3\n1795226390340,9,a,true,1\n");
    assert_eq!((tally.used, tally.rejected), (1, 1));
}

/// A script had written seconds: 0.640 was read as 0.64 ms, and nothing said.
#[test]
fn times_with_fractions_may_be_seconds() {
    for (elapsed, has_fractions) in [("0.640", true), ("2187.5", true), ("640", false), ("12.0", false)] {
        let text = format!("timeStamp,elapsed,label,success\n1795226390340,{elapsed},a,true\n1795226390341,1,a,true\n");
        let (sink, tally) = read(text.as_bytes());
        assert_eq!(tally.used, 2, "{elapsed}");
        let facts = format!("{:?}", sink.facts);
        assert_eq!(facts.contains("if the file has seconds, multiply the column"), has_fractions, "{facts}");
    }
}

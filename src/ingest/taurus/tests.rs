//! Both forms of a real run's final stats.

use super::csv::TaurusCsv;
use super::xml::TaurusXml;
use crate::ingest::own::recording::Recording;
use crate::ingest::{Adapter, Head, Input, Settings, Sniff, Tally};
use crate::model::distribution::Distribution;
use crate::model::sample::{Fact, Total};

fn read(adapter: &dyn Adapter, bytes: Vec<u8>) -> (Recording, Tally) {
    assert!(matches!(adapter.sniff(&Head::new(&bytes, true)), Sniff::Yes(_)));
    let input = Input::memory("final_stats", bytes).unwrap();
    let mut sink = Recording::default();
    let tally = adapter.read(&input, &Settings::default(), &mut sink).unwrap();
    (sink, tally)
}

fn totals(sink: &Recording) -> Vec<Total> {
    let mut all: Vec<Total> = sink.totals.iter().map(|(_, total)| total.clone()).collect();
    all.sort_by_key(|total| total.endpoint.as_ref().map(ToString::to_string));
    all
}

#[test]
fn csv_and_xml_hold_the_same() {
    let (csv, tally) = read(&TaurusCsv, std::fs::read("samples/taurus/final-stats-csv/final_stats.csv").unwrap());
    assert_eq!((tally.used, tally.rejected, tally.unfinished), (4, 0, None));
    let (xml, tally) = read(&TaurusXml, std::fs::read("samples/taurus/final-stats-xml/final_stats.xml").unwrap());
    assert_eq!((tally.used, tally.rejected, tally.unfinished), (4, 0, None));
    assert_eq!(totals(&csv), totals(&xml));
    let all = totals(&csv);
    assert_eq!((all[0].endpoint.as_ref(), all[0].requests, all[0].failures), (None, Some(1200), Some(16)));
    let Distribution::Quoted(quoted) = &all[0].latency else { panic!("{:?}", all[0].latency) };
    assert_eq!(
        quoted.quantiles,
        [(0.5, 85_000.0), (0.9, 210_000.0), (0.95, 289_000.0), (0.99, 717_000.0), (0.999, 754_000.0)]
    );
    assert_eq!((quoted.mean_us, quoted.min_us, quoted.max_us), (Some(112_230.0), Some(11_000.0), Some(783_000.0)));
    assert!(xml.facts.iter().any(|(_, fact)| *fact == Fact::DurationSeconds(13.0)));
    assert!(csv.said().contains("counted twice"));
    assert_eq!(csv.faults.iter().map(|fact| fact.count).sum::<u64>(), 8);
}

#[test]
fn what_contradicts_itself_or_is_cut_is_said() {
    let header = "label,avg_ct,avg_lt,avg_rt,bytes,concurrency,fail,stdev_rt,succ,throughput,perc_50.0,rc_200\n";
    let (sink, tally) = read(
        &TaurusCsv,
        format!("{header}a,0,0,0.1,1,1,1,0,2,4,0.1,4\nb,0,0,x,1,1,0,0,4,4,0.1,4\nc,0,0,0.1,1,1,0,0,4,4,0.1,4\n")
            .into_bytes(),
    );
    assert_eq!((sink.totals.len(), tally.used, tally.rejected), (1, 1, 2));
    assert!(tally.first_rejections[0].reason.contains("counts 4 samples"));
    assert!(tally.unfinished.unwrap().contains("total is missing"));
    let whole = std::fs::read("samples/taurus/final-stats-csv/final_stats.csv").unwrap();
    let (_, tally) = read(&TaurusCsv, whole[..whole.len() - 3].to_vec());
    assert!(tally.unfinished.unwrap().contains("no end"), "the last count lacks a digit, perhaps");
    let xml =
        "<?xml version='1.0'?><FinalStatus><Group label=\"\"><throughput value=\"4\"/></Group><Group label=\"a\"><thr";
    let (sink, tally) = read(&TaurusXml, xml.as_bytes().to_vec());
    assert_eq!((sink.totals.len(), tally.unfinished.as_deref()), (1, Some("ends without </FinalStatus>")));
}

/// ab gives Taurus neither codes nor failures, siege no failures: the codes of one label were held against the requests of
/// both, its mean of 0 s was shown, JMeter's transactions were warned of, and 58 answers of 503 had not failed.
#[test]
fn what_a_tool_does_not_give_taurus_is_not_held_against_it() {
    let text = std::fs::read("samples/taurus/ab-and-siege/final_stats.csv").unwrap();
    let (sink, tally) = read(&TaurusCsv, text.clone());
    assert_eq!((tally.used, tally.rejected), (3, 0));
    assert!(!sink.said().contains("Warning"), "{}", sink.said());
    assert!(sink.said().contains("mean of http://127.0.0.1:18555/ok"), "{}", sink.said());
    let all = totals(&sink);
    assert_eq!(all.iter().map(|total| total.failures).collect::<Vec<_>>(), [Some(58), Some(58), Some(0)]);
    let means = all.iter().map(|total| match &total.latency {
        Distribution::Quoted(quoted) => quoted.mean_us,
        other => panic!("{other:?}"),
    });
    assert_eq!(means.collect::<Vec<_>>(), [None, Some(9650.0), None]);
    assert_eq!(sink.faults.iter().map(|fault| fault.count).collect::<Vec<_>>(), [58]);
    // Declared right they fail nowhere.
    let settings = Settings {
        expected_status: vec![(regex::Regex::new("/err$").unwrap(), vec![200, 503])],
        ..Settings::default()
    };
    let mut right = Recording::default();
    TaurusCsv.read(&Input::memory("final_stats", text.clone()).unwrap(), &settings, &mut right).unwrap();
    assert!(totals(&right).iter().all(|total| total.failures == Some(0)) && right.faults.is_empty());
    // Of a tool that judges answers itself, a 503 may be right.
    let judged = String::from_utf8(text).unwrap().replace("err,0.00000,0.00000,0.00965", "err,0.00000,0.00900,0.00965");
    let (sink, _) = read(&TaurusCsv, judged.into_bytes());
    assert!(totals(&sink).iter().all(|total| total.failures == Some(0)) && sink.faults.is_empty());
}

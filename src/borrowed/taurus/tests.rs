//! Every form that Taurus documents is read, written back and read again; mistakes are told in words.

use super::*;
use crate::borrowed::Written;
use proptest::prelude::*;

const FORMS: [&str; 26] = [
    "avg-rt of IndexPage>150ms for 10s, stop as failed",
    "fail of CheckoutPage>50% for 10s, stop as failed",
    "avg-rt>2s500ms",
    "avg-lt for mylabel>2",
    "avg-ct>100ms",
    "stdev-rt>0.5",
    "p90>1s for 10s",
    "p99.9>10s, stop as failed",
    "hits for my-label>100 for 5s, stop as non-failed",
    "succ<100%",
    "success<95% within 1m",
    "failures>50% for 5s, stop as failed",
    "rc500>20 for 5s, stop as failed",
    "rc4??>20%",
    "rc*>=10 for 1m",
    "rcException>99% for 1m, continue as failed",
    "bytes>10MB over 30s",
    "concurr>100",
    "concurrency<=5 for 3s, continue as non-failed",
    "My message: avg-rt>10s",
    "avg-rt of Sample Label>150ms for 10s, continue",
    "p50==0.1",
    "p95=0.1",
    "hits<1 within 10s",
    "fail>0",
    "avg-rt of http://host/a?b>1m",
];

#[test]
fn every_documented_form_goes_round() {
    for form in FORMS {
        let first = Criterion::parse(form).unwrap_or_else(|why| panic!("{form}: {why}"));
        let written = first.to_string();
        assert_eq!(Criterion::parse(&written), Ok(first), "{form} became {written}");
    }
}

#[test]
fn a_form_means_what_the_documents_say() {
    let one = Criterion::parse("avg-rt of IndexPage>150ms for 10s, continue as non-failed").unwrap();
    assert_eq!(
        (one.subject, one.label.as_deref(), one.condition),
        (Subject::ResponseTime, Some("IndexPage"), Condition::Above)
    );
    assert_eq!(
        (one.threshold, one.timeframe, one.stop, one.fail),
        (Threshold::Seconds(0.15), Some((Logic::For, 10.0)), false, false)
    );
    let plain = Criterion::parse("rc500>20").unwrap();
    assert_eq!((plain.threshold, plain.stop, plain.fail), (Threshold::Number(20.0), true, true));
    assert_eq!(Criterion::parse("p90>1.5").unwrap().threshold, Threshold::Seconds(1.5), "a bare number is seconds");
    assert_eq!(Criterion::parse("avg-rt>2s500ms").unwrap().threshold, Threshold::Seconds(2.5));
    assert_eq!(Criterion::parse("Slow: p90>1s").unwrap().message.as_deref(), Some("Slow"));
}

#[test]
fn mistakes_are_told_in_words() {
    let cases = [
        ("avg-rt", "no comparison"),
        ("avg-rt>", "no threshold"),
        ("avg-rt>fast", "time such as 150ms"),
        ("speed>5", "`speed` is nothing that Taurus watches"),
        ("avg-rt>50%", "takes no percentage"),
        ("p101>1s", "nothing that Taurus watches"),
        ("hits>many", "no number"),
        ("avg-rt>1s for", "should be followed by a time"),
        ("avg-rt>1s during 5s", "`for`, `within` or `over`"),
        ("avg-rt>1s for ever", "no time"),
        ("avg-rt>1s for 5s long", "one word too many"),
        ("avg-rt>1s, halt", "should be `stop as failed`"),
        ("bytes>10XB", "size such as 10MB"),
    ];
    for (text, said) in cases {
        let error = Criterion::parse(text).unwrap_err();
        assert!(error.contains(said), "{text}: {error}");
    }
}

fn criteria(text: &str) -> Vec<Criterion> {
    let read = read(&crate::borrowed::yaml::parse(text).unwrap()).unwrap().unwrap();
    read.into_iter().map(|one| one.criterion).collect()
}

/// `p95>200ms` came out of a report as `p95>0.2s, stop as failed`, which its author had not written.
#[test]
fn what_was_written_is_kept_as_it_was() {
    let text = "criteria:\n- p95>200ms\n- subject: p90\n  condition: '>'\n  threshold: 200ms\n";
    let read = read(&crate::borrowed::yaml::parse(text).unwrap()).unwrap().unwrap();
    let originals: Vec<String> = read.iter().map(Written::original).collect();
    assert_eq!(originals, ["p95>200ms", "p90>0.2s, stop as failed"]);
}

#[test]
fn lists_stand_in_configurations_in_four_ways() {
    let short = criteria("services:\n- module: passfail\n  criteria:\n  - avg-rt>150ms for 10s\n");
    let full = criteria(
        "reporting:\n- module: final-stats\n- module: passfail\n  criteria:\n  - subject: avg-rt\n    condition: '>'\n    threshold: 150ms\n    timeframe: 10s\n",
    );
    assert_eq!(short, full);
    let named = criteria("services:\n- module: passfail\n  criteria:\n    Too slow: avg-rt>150ms for 10s\n");
    assert_eq!(named[0].message.as_deref(), Some("Too slow"));
    assert_eq!(criteria("- avg-rt>150ms for 10s\n"), short);
    let monitor = criteria(
        "criteria:\n- class: bzt.modules.monitoring.MonitoringCriteria\n  subject: local/cpu\n  condition: '>'\n  threshold: 90\n  timeframe: 5s\n",
    );
    assert_eq!(
        (monitor[0].subject.clone(), monitor[0].threshold),
        (Subject::Monitor("local/cpu".to_owned()), Threshold::Number(90.0))
    );
    let wrong =
        read(&crate::borrowed::yaml::parse("criteria:\n- avg-rt>1s\n- speed>5\n").unwrap()).unwrap().unwrap_err();
    assert_eq!(wrong.line, Some(3));
    assert!(read(&crate::borrowed::yaml::parse("a: 1\n").unwrap()).is_none());
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in ".{0,80}") {
        if let Ok(first) = Criterion::parse(&text) {
            let _ = first.to_string();
        }
    }
}

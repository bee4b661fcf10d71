//! Reports of Artillery 2, of several of its versions.

use super::*;
use crate::rollup::Rollup;

fn read(text: &str, settings: &Settings) -> (Tally, crate::rollup::Part) {
    let input = Input::memory("f", text.as_bytes().to_vec()).unwrap();
    let mut rollup = Rollup::new();
    let tally = ArtilleryJson.read(&input, settings, &mut rollup).unwrap();
    (tally, rollup.into_parts().remove(0))
}

const REPORT: &str = include_str!("../../../../samples/artillery/report/report.json");

#[test]
fn counts_of_the_run_its_endpoints_and_its_periods() {
    let (tally, part) = read(REPORT, &Settings::default());
    assert_eq!(tally.rejected, 0);
    let totals = part.totals();
    let of = |name: Option<&str>| {
        let found = totals.iter().find(|one| one.endpoint.as_ref().map(|key| key.name.as_str()) == name).unwrap();
        (found.requests, found.failures)
    };
    assert_eq!(of(None), (Some(400), Some(5)));
    assert_eq!(of(Some("/api/v1/food")), (Some(200), Some(5)));
    assert_eq!(of(Some("/api/v1/reminders")), (Some(200), Some(0)));
    let rows = &part.intervals()[0].rows;
    assert_eq!(rows.last().unwrap().cumulative, Some((400, 5)));
    assert_eq!(part.faults().iter().map(|fault| fault.count).sum::<u64>(), 5);
}

#[test]
fn a_status_that_is_expected_of_an_endpoint_fails_nowhere() {
    let right = (regex::Regex::new("^/api/v1/food$").unwrap(), vec![200, 500]);
    let (_, part) = read(REPORT, &Settings { expected_status: vec![right], ..Settings::default() });
    assert!(part.totals().iter().all(|total| total.failures == Some(0)));
    assert_eq!(part.intervals()[0].rows.last().unwrap().cumulative, Some((400, 0)));
}

#[test]
fn development_versions_name_the_engine() {
    let text = r#"{"aggregate":{"counters":{"engine.http.requests":10,"engine.http.responses":8,"engine.http.codes.200":7,
        "engine.http.codes.500":1,"errors.ETIMEDOUT":2,"core.vusers.created.total":10},"firstCounterAt":1622000000000,
        "lastCounterAt":1622000010000,"rates":{"engine.http.request_rate":1},
        "summaries":{"engine.http.response_time":{"min":5,"max":100,"count":8,"p95":30}}}}"#;
    assert!(matches!(ArtilleryJson.sniff(&Head::new(text.as_bytes(), true)), Sniff::Yes(_)));
    let (_, part) = read(text, &Settings::default());
    let sum = part.totals()[0].clone();
    assert_eq!((sum.requests, sum.failures, sum.rate_per_s), (Some(10), Some(3), Some(1.0)));
    assert!(matches!(sum.latency, Distribution::Quoted(quoted) if quoted.n == Some(8)));
    assert!(sum.span.is_some() && part.facts().iter().all(|fact| !matches!(fact, Fact::Warning(_))));
}

#[test]
fn requests_without_an_answer_have_failed_and_bad_counters_are_named() {
    let text = r#"{"aggregate":{"counters":{"http.requests":10,"http.responses":7,"http.codes.200":7,
        "errors.ECONNREFUSED":3,"vusers.created":"many"},"firstMetricAt":1,"lastMetricAt":2}}"#;
    let (tally, part) = read(text, &Settings::default());
    assert_eq!((part.totals()[0].requests, part.totals()[0].failures), (Some(10), Some(3)));
    assert_eq!(tally.first_rejections[0].field.as_deref(), Some("counters.vusers.created"));
}

/// The plugin counts requests by endpoint; a refused connection may be of none. It was left out once there were endpoints.
#[test]
fn errors_of_no_endpoint_are_told_of_the_whole() {
    let text = r#"{"aggregate":{"counters":{"vusers.created":9,"http.requests":12,"http.responses":7,"http.codes.200":4,
        "http.codes.500":3,"errors.ETIMEDOUT":3,"errors.ECONNREFUSED":2,"errors.Failed capture or match":1,
        "plugins.metrics-by-endpoint./a.codes.200":4,"plugins.metrics-by-endpoint./a.codes.500":2,
        "plugins.metrics-by-endpoint./a.errors.ETIMEDOUT":1},"summaries":{}},"intermediate":[]}"#;
    let (_, part) = read(text, &Settings::default());
    let mut told: Vec<_> = part
        .faults()
        .iter()
        .map(|fault| (fault.endpoint.as_ref().map(|key| key.name.clone()), fault.text.clone(), fault.count))
        .collect();
    told.sort();
    let of = |endpoint: Option<&str>, text: &str, count| (endpoint.map(str::to_owned), text.to_owned(), count);
    let wanted = [
        of(None, "ECONNREFUSED", 2),
        of(None, "ETIMEDOUT", 2),
        of(None, "Failed capture or match", 1),
        of(None, "HTTP 500", 1),
        of(Some("/a"), "ETIMEDOUT", 1),
        of(Some("/a"), "HTTP 500", 2),
    ];
    assert_eq!(told, wanted);
    let whole = part.totals().iter().find(|total| total.endpoint.is_none()).map(|total| total.failures);
    assert_eq!(whole, Some(Some(8)));
}

/// Five users who came and went within the first ten seconds were "up to 0 users": it was counted when the ten were over.
#[test]
fn users_at_once_are_not_known() {
    let (_, part) = read(REPORT, &Settings::default());
    assert!(part.intervals().iter().flat_map(|series| &series.rows).all(|row| row.users.is_none()));
}

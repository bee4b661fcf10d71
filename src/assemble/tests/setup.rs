//! What k6 does before and after the load. Its requests once stood in the load's totals, rate and percentiles: a login of two
//! seconds in `setup()` was the slowest request of a test that never logged in.

use super::*;
use crate::model::test::PopulationData;

/// Requests of the load, each of 10 ms, one every 50 ms.
const LOAD: u32 = 200;
/// Each of these takes two seconds, and the first fails.
const ASIDE: [&str; 3] = ["::setup", "::setup::users", "::teardown"];

/// The points of one run: seconds, latency in milliseconds, whether expected, group, scenario.
fn points() -> Vec<(f64, u32, bool, &'static str, &'static str)> {
    let load = (0..LOAD).map(|at| (START + f64::from(at) * 0.05, 10, true, "", "main"));
    // A group that the script itself calls so is load: there is a scenario in it.
    let named = std::iter::once((START + 1.0, 10, true, "::setup", "main"));
    let aside = ASIDE.iter().enumerate().map(|(at, group)| (START - 30.0, 2000, at > 0, *group, ""));
    aside.chain(load).chain(named).collect()
}

fn ndjson() -> String {
    let lines = points().into_iter().map(|(at, ms, expected, group, scenario)| {
        #[expect(clippy::cast_possible_truncation, reason = "a test's time")]
        let time = crate::fmt::rfc3339(crate::unit::Timestamp((at * 1e3) as i64 * 1_000_000));
        let scenario = if scenario.is_empty() { String::new() } else { format!(r#","scenario":"{scenario}""#) };
        format!(
            r#"{{"metric":"http_req_duration","type":"Point","data":{{"time":"{time}","value":{ms},"tags":{{"expected_response":"{expected}","group":"{group}","method":"GET","name":"/x"{scenario},"status":"200"}}}}}}"#
        ) + "\n"
    });
    let metric = r#"{"type":"Metric","data":{"name":"http_req_duration","type":"trend","contains":"time","thresholds":["max<100"],"submetrics":null},"metric":"http_req_duration"}"#;
    format!("{metric}\n{}", lines.collect::<String>())
}

fn csv() -> String {
    let head = "metric_name,timestamp,metric_value,expected_response,group,method,name,scenario,status\n";
    let rows = points().into_iter().map(|(at, ms, expected, group, scenario)| {
        format!("http_req_duration,{at:.0},{ms},{expected},{group},GET,/x,{scenario},200\n")
    });
    head.to_owned() + &rows.collect::<String>()
}

/// What k6 says of the run at its end: everything together.
fn summary() -> String {
    let all = points();
    let mean = all.iter().map(|point| f64::from(point.1)).sum::<f64>() / f64::from(u32::try_from(all.len()).unwrap());
    format!(
        r#"{{"root_group":{{"name":"","path":"","groups":[],"checks":[]}},"options":{{}},"state":{{"testRunDurationMs":42000}},"metrics":{{
        "http_req_duration":{{"type":"trend","contains":"time","values":{{"avg":{mean},"min":10,"med":10,"max":2000,"p(90)":10,"p(95)":10}}}},
        "http_reqs":{{"type":"counter","contains":"default","values":{{"count":{n},"rate":4.8}}}},
        "http_req_failed":{{"type":"rate","contains":"default","values":{{"rate":0.005,"passes":1,"fails":{ok}}}}}}}}}"#,
        n = all.len(),
        ok = all.len() - 1
    )
}

fn of(test: &Test, population: Population) -> Option<&PopulationData> {
    test.populations.iter().find(|one| one.population == population)
}

fn counts(test: &Test, population: Population) -> Option<(Option<u64>, Option<u64>)> {
    of(test, population).map(|one| (one.totals.requests, one.totals.failures))
}

#[test]
fn setup_and_teardown_are_no_load_in_either_file() {
    for (name, text) in [("run.json", ndjson()), ("run.csv", csv())] {
        let suite = read(&[(name, text)]);
        let test = &suite.tests[0];
        let load = u64::from(LOAD) + 1;
        assert_eq!(counts(test, Population::Request), Some((Some(load), Some(0))), "{name}");
        assert_eq!(counts(test, Population::Setup), Some((Some(3), Some(1))), "{name}");
        assert!(test.duration_s.unwrap() < 15.0, "{name}: the run begins where the load does");
        let windows = &test.timeline.as_ref().unwrap().endpoints;
        let drawn: u64 = windows.iter().flat_map(|one| &one.windows).map(|window| window.requests).sum();
        assert_eq!(drawn, load, "{name}");
    }
}

/// A summary counts everything together; it is of the same run all the same, and contradicts nothing.
#[test]
fn a_summary_with_setup_is_of_the_run_without() {
    let suite = read(&[("run/out.json", ndjson()), ("run/summary.json", summary())]);
    assert_eq!(names(&suite), ["run"]);
    let test = &suite.tests[0];
    assert_eq!(requests(test), Some(201));
    assert_eq!(test.warnings, []);
    let said = test.remarks.iter().find(|text| text.contains("setup and teardown")).unwrap();
    assert!(said.contains("summary.json hold the 3 requests of setup and teardown beside the 201 of load"), "{said}");
    // A summary of other counts contradicts the points still.
    let other = summary().replace("\"count\":204", "\"count\":206").replace("\"fails\":203", "\"fails\":205");
    let suite = read(&[("run/out.json", ndjson()), ("run/summary.json", other)]);
    let warning = &suite.tests[0].warnings[0].text;
    assert!(warning.contains("says 206 requests") && warning.contains("says 204"), "{warning}");
}

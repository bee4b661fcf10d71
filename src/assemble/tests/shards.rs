//! Several generators, and one generator's file in pieces.

use super::*;
use crate::model::distribution::{Distribution, SHARDS};

/// Rows of a script that writes its users beside each request.
fn rows_of_users(start: f64, count: u32, users: u32) -> String {
    let mut text = String::from("timestamp,endpoint,latency_ms,status,users\n");
    for at in 0..count {
        let seconds = start + f64::from(at) * 0.05;
        text.push_str(&format!("{seconds:.3},/a,{},200,{users}\n", 10 + at % 7));
    }
    text
}

fn most_users(test: &Test) -> Option<f64> {
    test.timeline.as_ref()?.users.iter().flatten().copied().max_by(f64::total_cmp)
}

#[test]
fn users_of_generators_add_up_and_those_of_pieces_do_not() {
    let generators = [("run/gen-1.csv", rows_of_users(START, 200, 5)), ("run/gen-2.csv", rows_of_users(START, 190, 7))];
    let suite = read(&generators);
    assert_eq!(names(&suite), ["run"]);
    assert_eq!(most_users(&suite.tests[0]), Some(12.0));
    let pieces = [("run/part-1.csv", rows_of_users(START, 200, 5)), ("run/part-2.csv", rows_of_users(START, 190, 7))];
    let suite = read(&pieces);
    assert_eq!(most_users(&suite.tests[0]), Some(7.0));
    assert_eq!(requests(&suite.tests[0]), Some(390));
}

#[test]
fn a_generator_that_ends_earlier_adds_none_later_and_is_said() {
    let suite =
        read(&[("run/gen-1.csv", rows_of_users(START, 2000, 5)), ("run/gen-2.csv", rows_of_users(START, 1000, 7))]);
    let test = &suite.tests[0];
    let users: Vec<f64> = test.timeline.as_ref().unwrap().users.iter().flatten().copied().collect();
    assert_eq!((users[0], users[users.len() - 1]), (12.0, 5.0));
    let warning = test.warnings.iter().find(|one| one.text.contains("shorter")).unwrap().text.as_str();
    assert!(warning.contains("gen-2.csv ran shorter") && warning.contains("requests came at 40/s"), "{warning}");
}

#[test]
fn pieces_are_one_file_wherever_it_was_cut_and_repetitions_are_not() {
    let pieces = [
        ("results/checkout.part1.csv", rows(START, 100, 10)),
        ("results/checkout.part2.csv", rows(START + 500.0, 100, 10)),
        ("results/checkout.part3.csv", "timestamp,method,endpoint,latency_ms,status,success\n".to_owned()),
    ];
    let suite = read(&pieces);
    assert_eq!(names(&suite), ["checkout"]);
    assert_eq!((requests(&suite.tests[0]), suite.tests[0].inputs.len()), (Some(200), 3));
    let suite = read(&[("base-1.csv", rows(START, 100, 10)), ("base-2.csv", rows(START + 60.0, 100, 10))]);
    assert_eq!(names(&suite), ["base-1", "base-2"]);
}

#[test]
fn a_generator_that_never_reached_a_rare_endpoint_belongs_to_the_others() {
    let rare = format!("{}{:.3},GET,/api/rare,10,200,true\n", rows(START, 200, 10), START + 3.0);
    let suite = read(&[("checkout/gen-1/raw.csv", rare), ("checkout/gen-2/raw.csv", rows(START, 190, 12))]);
    assert_eq!(names(&suite), ["checkout"]);
    assert_eq!(requests(&suite.tests[0]), Some(391));
}

#[test]
fn each_generator_keeps_its_own_monitor() {
    let suite = read(&[
        ("gen-1/raw.csv", rows(START, 200, 10)),
        ("gen-1/monitor.csv", monitor(1_795_225_420, 10)),
        ("gen-2/raw.csv", rows(START, 190, 10)),
        ("gen-2/monitor.csv", monitor(1_795_225_420, 12)),
    ]);
    assert_eq!(names(&suite), ["gen"]);
    let sources: std::collections::BTreeSet<&str> =
        suite.tests[0].monitors.iter().map(|column| column.source.rsplit('/').nth(1).unwrap()).collect();
    assert_eq!(sources.into_iter().collect::<Vec<_>>(), ["gen-1", "gen-2"]);
}

/// A k6 summary of so many requests.
fn summary(count: u32, average: f64) -> String {
    format!(
        r#"{{"metrics": {{
        "http_reqs": {{"type": "counter", "contains": "default", "values": {{"count": {count}, "rate": 10}}}},
        "http_req_failed": {{"type": "rate", "contains": "default", "values": {{"rate": 0.1, "passes": {}, "fails": {}}}}},
        "http_req_duration": {{"type": "trend", "contains": "time", "values": {{"avg": {average}, "min": 1, "med": 9, "max": 40, "p(90)": 20, "p(95)": 30}}}}
        }}, "root_group": {{"name": "", "path": "", "id": "d41d8cd98f00b204e9800998ecf8427e", "groups": [], "checks": []}}}}"#,
        count / 10,
        count - count / 10
    )
}

#[test]
fn what_tools_printed_is_added_and_percentiles_are_not_given() {
    let suite = read(&[("worker-1/summary.json", summary(1000, 10.0)), ("worker-2/summary.json", summary(3000, 20.0))]);
    assert_eq!(suite.tests.len(), 1, "{:?}", names(&suite));
    let requests = suite.tests[0].populations.iter().find(|one| one.population == Population::Request).unwrap();
    assert_eq!((requests.totals.requests, requests.totals.failures), (Some(4000), Some(400)));
    let Distribution::Quoted(latency) = &requests.totals.latency else { panic!("{:?}", requests.totals.latency) };
    assert_eq!((latency.definition.as_str(), latency.quantiles.len()), (SHARDS, 0));
    assert!((latency.mean_us.unwrap() - 17_500.0).abs() < 1e-6);
    assert!(suite.tests[0].remarks.iter().any(|text| text.contains(SHARDS)), "{:?}", suite.tests[0].remarks);
    // Without times only a word for a generator tells that they ran together.
    let suite = read(&[("try-1/summary.json", summary(1000, 10.0)), ("try-2/summary.json", summary(3000, 20.0))]);
    assert_eq!(suite.tests.len(), 2);
}

#[test]
fn a_folder_folded_is_read_as_the_folder() {
    let folder = folder(&[
        ("checkout/raw.csv", rows(START, 100, 10)),
        ("checkout/monitor.csv", monitor(1_795_225_420, 10)),
        ("search/raw.csv", rows(START, 90, 10)),
    ]);
    let folded = crate::assemble::fold(&request(folder.path())).unwrap();
    let text = crate::ingest::part::text::write(&folded.files).unwrap();
    let direct = assemble(&request(folder.path())).unwrap();
    let other = self::folder(&[("gen-1.plimsoll", text)]);
    let parts = assemble(&request(other.path())).unwrap();
    assert_eq!(names(&parts), ["checkout", "search"]);
    for (direct, part) in direct.tests.iter().zip(&parts.tests) {
        assert_eq!(format!("{:?}", direct.populations), format!("{:?}", part.populations));
        assert_eq!(direct.timeline, part.timeline);
        assert_eq!(direct.monitors.len(), part.monitors.len());
    }
    let sources: Vec<&str> =
        parts.tests[1].inputs.iter().map(|input| input.source.rsplit('/').next().unwrap()).collect();
    assert_eq!(sources, ["gen-1.plimsoll", "raw.csv"]);
    assert_eq!(parts.tests[1].inputs[0].adapter, "plimsoll_part");
}

/// Twenty files of one run were twenty tests, and nothing said what to do.
#[test]
fn generators_without_times_are_told_once_that_they_may_be_one_run() {
    let rows = "endpoint,latency_ms,status\n/a,12,200\n/a,13,200\n";
    let named = |stem: &str| {
        read(
            &[1, 2, 3]
                .map(|at| (format!("load/{stem}-{at}.csv"), format!("{rows}/a,{at},200\n")))
                .each_ref()
                .map(|(name, text)| (name.as_str(), text.clone())),
        )
    };
    let told = |suite: &Suite| {
        let said =
            suite.tests.iter().flat_map(|test| test.remarks.iter().chain(test.warnings.iter().map(|one| &one.text)));
        said.filter(|text| text.contains("call their files `part-1`")).cloned().collect::<Vec<_>>()
    };
    let suite = named("gen");
    assert_eq!(suite.tests.len(), 3);
    assert_eq!(told(&suite).len(), 1);
    assert!(told(&suite)[0].contains("3 tests such as `gen-1`"), "{:?}", told(&suite));
    // What to do does it, and what is a repetition is none.
    let suite = named("part");
    assert_eq!((suite.tests.len(), requests(&suite.tests[0])), (1, Some(9)));
    assert!(told(&named("base")).is_empty() && told(&suite).is_empty());
}

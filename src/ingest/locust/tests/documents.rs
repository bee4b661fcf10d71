//! The JSON array and the HTML report.

use super::super::{Html, Json, bucket};
use super::{Notebook, quoted, read, sample};
use crate::ingest::own::recording::Recording;
use crate::ingest::{Adapter, Head, Input, Settings, Sniff};
use crate::model::distribution::{Distribution, Quoted, Recorded};
use crate::model::sample::Fact;

#[test]
fn json_gives_rounded_histograms_with_exact_means() {
    let (sink, tally) = read(&Json, &sample("messy/locust.json"));
    assert_eq!((tally.rejected, tally.unfinished), (0, None));
    let sql = sink.total("SQL Aggregated");
    assert_eq!((sql.requests, sql.failures, sql.bytes), (Some(60), Some(0), Some(0)));
    assert_eq!(sql.per_second.iter().map(|(_, requests, _)| requests).sum::<u64>(), 60);
    assert!(sql.per_second.is_sorted());
    let Distribution::Bucketed { rounded, exact } = &sql.latency else { panic!("{:?}", sql.latency) };
    assert_eq!((rounded.count(), exact.n), (60, Some(60)));
    assert!((exact.mean_us.unwrap() - 12_345_678.0).abs() < 0.01);
    assert_eq!(exact.definition, bucket::TYPE_1_ROUNDED);
    let none = sink.total("WSS async none");
    assert!(matches!(none.latency, Distribution::Unknown(_)));
    assert!(none.requests.unwrap() > 60);
}

#[test]
fn json_of_own_buckets_has_no_rounding_of_locusts() {
    let text = br#"[{"name":"a","method":"GET","num_requests":2,"num_failures":0,"total_response_time":7.5,
        "max_response_time":4.0,"min_response_time":3.5,"response_times":{"3.5":1,"4.0":1}}]"#;
    let (sink, _) = read(&Json, text);
    let exact = quoted(sink.total("GET a"));
    assert_eq!((exact.definition.as_str(), exact.rounding_us.len()), (bucket::TYPE_1_OWN, 0));
    assert_eq!(exact.mean_us, Some(3750.0));
}

#[test]
fn json_among_log_lines_is_found_and_the_lines_are_counted() {
    let log = b"[2026-11-21 02:09:04,123] host/INFO/locust.main: Starting Locust 2.47.0\n";
    let text = [log.as_slice(), log, &sample("messy/locust.json"), b"\n", log].concat();
    assert!(matches!(Json.sniff(&Head::new(&text, true)), Sniff::Yes(_)));
    let (sink, tally) = read(&Json, &text);
    assert_eq!(sink.totals, read(&Json, &sample("messy/locust.json")).0.totals);
    assert_eq!((tally.skipped, tally.unfinished), (3, None));
    assert!(tally.notes.iter().any(|note| note.starts_with("2 lines of other text before")));
}

#[test]
fn emptied_json_is_told() {
    assert!(matches!(Json.sniff(&Head::new(b"[]", true)), Sniff::Unsure(_)));
    let (sink, tally) = read(&Json, b"[]");
    assert_eq!((sink.totals.len(), tally.read), (0, 0));
    assert!(tally.notes[0].contains("--json-file"));
}

#[test]
fn cut_json_keeps_whole_entries_and_a_broken_one_costs_only_itself() {
    let bytes = sample("json/locust.json");
    let (whole, _) = read(&Json, &bytes);
    assert_eq!(whole.totals.len(), 4);
    for part in 1..20 {
        let cut = &bytes[..bytes.len() * part / 20];
        let (sink, tally) = read(&Json, cut);
        assert_eq!(sink.totals, whole.totals[..sink.totals.len()]);
        assert!(tally.unfinished.is_some());
        assert_eq!(tally.read, tally.used + tally.rejected);
    }
    let mut flipped = bytes.clone();
    let colon = bytes.iter().position(|&byte| byte == b':').unwrap();
    flipped[colon] = b';';
    let (sink, tally) = read(&Json, &flipped);
    assert_eq!(sink.totals, whole.totals[1..]);
    assert_eq!((tally.rejected, tally.unfinished), (1, None));
    assert_eq!(tally.first_rejections[0].line, 2);
}

#[test]
fn html_gives_totals_faults_times_and_course() {
    let (sink, tally) = read(&Html, &sample("html/report.html"));
    assert_eq!((tally.used, tally.rejected, tally.unfinished), (24, 0, None));
    assert_eq!(sink.total("").requests, Some(11_736));
    let food = sink.total("POST /api/v1/food");
    assert_eq!(food.failures, Some(55));
    assert_eq!(quoted(food).quantiles.len(), 7);
    assert!(quoted(food).quantiles.is_sorted());
    assert_eq!(sink.faults[0].count, 55);
    assert_eq!(sink.users.len(), 18);
    assert!(sink.intervals[5].quantiles.len() == 2 && sink.intervals[5].rate_per_s.is_some());
    assert!(sink.facts.iter().any(|fact| matches!(fact, Fact::Ran(span) if span.seconds() > 80.0)));
}

#[test]
fn html_is_read_from_the_last_data_and_its_host_loses_its_login() {
    let text = br#"<!DOCTYPE html><title>Locust</title><script>x("window.templateArgs = {\"a\":1}");
        window.templateArgs = {"host": "https://bob:hush@shop.test/?k=hush", "requests_statistics": [
        {"method": null, "name": "Aggregated", "num_requests": 0, "num_failures": 0}]}
        window.theme = "light"</script><script>window.templateArgs = window.templateArgs</script></html>"#;
    let (sink, tally) = read(&Html, text);
    assert_eq!((tally.used, sink.totals.len()), (1, 1));
    assert_eq!(sink.remarks(), "run against https://shop.test/?\u{2026}");
}

#[test]
fn html_without_data_is_refused_and_cut_html_is_unfinished() {
    let bytes = sample("html/report.html");
    let (sink, tally) = read(&Html, &bytes[..bytes.len() / 2]);
    assert!(sink.totals.is_empty() && tally.unfinished.is_some());
    let old = b"<!DOCTYPE html>\n<html><head><title>Test Report for locustfile.py</title></head></html>";
    let sniff = Html.sniff(&Head::new(old, true));
    assert!(matches!(&sniff, Sniff::No(why) if why.contains("locust_legacy_html")), "{sniff:?}");
    let input = Input::memory("old.html", old.to_vec()).unwrap();
    let error = Html.read(&input, &Settings::default(), &mut Notebook::default()).unwrap_err();
    assert!(error.hint.unwrap().contains("CSVs"));
}

/// The JSON and the HTML report of one run: what Locust prints must come out of what Locust counted.
/// A run without requests "held no results", which sounded like a file of another kind.
#[test]
fn html_of_a_run_without_requests_says_so() {
    let page = b"<!DOCTYPE html><title>Locust</title><script>window.templateArgs = {\"requests_statistics\": []}</script></html>";
    let input = Input::memory("report.html", page.to_vec()).unwrap();
    let error = Html.read(&input, &Settings::default(), &mut Notebook::default()).unwrap_err();
    assert!(error.message.contains("without a single request"), "{}", error.message);
}

#[test]
fn percentiles_of_the_html_come_out_of_the_buckets_of_the_json_by_locusts_rule() {
    let (json, _) = read(&Json, &sample("json/locust.json"));
    let (html, _) = read(&Html, &sample("html/report.html"));
    let mut all = Recorded::default();
    let mut checked = 0;
    for total in &json.totals {
        let Distribution::Bucketed { rounded, exact } = &total.latency else { panic!("{total:?}") };
        all.merge(rounded);
        let label = total.endpoint.as_ref().unwrap().label();
        let printed = html.total(&label);
        assert_eq!((total.requests, total.failures, total.bytes), (printed.requests, printed.failures, printed.bytes));
        assert!((exact.mean_us.unwrap() - quoted(printed).mean_us.unwrap()).abs() < 1e-6);
        checked += agree(rounded, quoted(printed));
    }
    checked += agree(&all, quoted(html.total("")));
    assert_eq!(checked, 5 * 7);
}

fn agree(rounded: &Recorded, printed: &Quoted) -> usize {
    let buckets: Vec<(f64, u64)> = rounded
        .histogram
        .buckets()
        .map(|(_, highest, count)| (bucket::round_ms(f64::from(u32::try_from(highest).unwrap()) / 1e3), count))
        .collect();
    for (p, us) in &printed.quantiles {
        assert_eq!(bucket::quantile(&buckets, rounded.count(), *p), Some(us / 1e3), "p = {p}");
    }
    printed.quantiles.len()
}

/// Each process of `--processes 2 --json` prints an array, the workers' empty and before the master's. Of two runs in one
/// file the second was lost as lines of other text.
#[test]
fn json_of_several_processes_is_one_run_and_of_several_runs_several() {
    let entry = |requests: u32| {
        format!(
            "[\n    {{\n        \"name\": \"/ok\", \"method\": \"GET\", \"num_requests\": {requests}, \"num_none_requests\": 0, \
             \"num_failures\": 0, \"total_response_time\": 9.5, \"response_times\": {{\"1\": {requests}}}\n    }}\n]\n"
        )
    };
    let parts = |text: &str| {
        let (mut sink, input) = (Recording::default(), Input::memory("r.json", text.as_bytes()).unwrap());
        let tally = Json.read(&input, &Settings::default(), &mut sink).unwrap();
        let counts: Vec<_> = sink.totals.iter().map(|(part, total)| (part.0, total.requests)).collect();
        (counts, tally)
    };
    let (counts, tally) = parts(&format!("[]\n[]\n{}", entry(7)));
    assert_eq!((counts, tally.used, tally.skipped), (vec![(0, Some(7))], 1, 0));
    assert!(tally.notes[0].starts_with("2 empty arrays passed over"), "{:?}", tally.notes);
    let (counts, tally) = parts(&format!("{}[2026-11-22 10:13:19,1] vm/INFO: bye\n{}", entry(7), entry(9)));
    assert_eq!((counts, tally.used, tally.skipped), (vec![(0, Some(7)), (1, Some(9))], 2, 1));
}

use super::*;
use crate::ingest::own::recording::Recording;
use crate::model::distribution::Distribution;

fn read(text: &str) -> (Tally, Recording) {
    let input = Input::memory("table.csv", text.as_bytes()).unwrap();
    let mut sink = Recording::default();
    let tally = OwnResultsCsv.read(&input, &Settings::default(), &mut sink).unwrap();
    assert_eq!(tally.read, tally.used + tally.skipped + tally.rejected);
    (tally, sink)
}

fn takes(text: &str) -> bool {
    let head = Input::memory("x", text.as_bytes()).unwrap().head().unwrap();
    let ours = matches!(OwnResultsCsv.sniff(&head), Sniff::Unsure(_));
    let rows = matches!(crate::ingest::own::OwnRowsCsv.sniff(&head), Sniff::No(_));
    assert!(!ours || rows, "one adapter for a file");
    ours
}

fn p95_us(distribution: &Distribution) -> f64 {
    let Distribution::Quoted(quoted) = distribution else { panic!("{distribution:?}") };
    quoted.quantiles.iter().find(|(p, _)| (*p - 0.95).abs() < 1e-9).unwrap().1
}

#[test]
fn a_row_is_an_endpoint_and_the_total_the_whole() {
    let text = "Endpoint,Requests,Failures,Error Rate (%),Avg Latency (ms),Latency P95 (ms),Requests/sec\nGET /a,90,9,10.0,5,12.5,9\nTotal,100,9,9.0,6,20,10\nPOST /b,10,0,0.0,N/A,30,1\n";
    assert!(takes(text));
    let (tally, sink) = read(text);
    assert_eq!((tally.used, tally.rejected, sink.parts.clone()), (3, 0, vec![None]));
    let labels: Vec<_> = sink
        .totals
        .iter()
        .map(|(_, total)| total.endpoint.as_ref().map(crate::model::key::EndpointKey::label))
        .collect();
    assert_eq!(labels, [None, Some("GET /a".to_owned()), Some("POST /b".to_owned())]);
    let whole = &sink.totals[0].1;
    assert_eq!((whole.requests, whole.failures, whole.rate_per_s), (Some(100), Some(9), Some(10.0)));
    assert!((p95_us(&sink.totals[1].1.latency) - 12_500.0).abs() < 1e-6);
    assert!(!sink.said().contains("Warning"), "{}", sink.said());
}

#[test]
fn a_row_is_a_scenario_where_the_table_says_so_or_only_users_differ() {
    let (_, sink) =
        read("concurrency,total,ok,fail,throughput_rps,avg_ms,p95_ms\n10,100,100,0,50,1,2\n20,100,99,1,90,2,4\n");
    assert_eq!(sink.parts, [Some("10 users".to_owned()), Some("20 users".to_owned())]);
    let (_, sink) = read("Policy;Requests;Failed;PCT_95 (s)\nround robin;10;0;0,25\nleast used;10;1;0,5\n");
    assert_eq!(sink.parts, [Some("round robin".to_owned()), Some("least used".to_owned())]);
    assert!((p95_us(&sink.totals[0].1.latency) - 250_000.0).abs() < 1e-6);
    let (_, sink) = read("scenario,endpoint,requests,p95_ms\na,/x,1,1\nb,/x,1,2\na,/y,1,3\n");
    assert_eq!((sink.parts.len(), sink.totals.len()), (2, 3));
}

/// Rows of an endpoint at 10, 50 and 200 users were added up: 7,010 requests under no load that ever was, and no p95.
#[test]
fn an_endpoint_at_several_numbers_of_users_is_a_test_for_each() {
    let header = "endpoint,users,duration_s,requests,failures,p95_ms\n";
    let rows = "/a,10,60,100,1,90\n/b,10,60,10,0,50\n/a,50,60,500,1,120\n/b,50,60,100,0,60\nTotal,50,60,600,1,115\n";
    let (tally, sink) = read(&[header, rows].concat());
    assert_eq!(
        (tally.used, sink.parts.clone()),
        (5, ["10 users", "50 users"].map(|name| Some(name.to_owned())).to_vec())
    );
    let told: Vec<_> = sink
        .totals
        .iter()
        .map(|(part, total)| (part.0, total.endpoint.as_ref().map(|key| key.name.clone()), p95_us(&total.latency)))
        .collect();
    let named = |name: &str| Some(name.to_owned());
    let expected =
        [(0, named("/a"), 9e4), (0, named("/b"), 5e4), (1, None, 115e3), (1, named("/a"), 12e4), (1, named("/b"), 6e4)];
    assert_eq!(told, expected);
    let said = sink.said();
    for fact in ["Users(10.0)", "Users(50.0)", "DurationSeconds(60.0)"] {
        assert!(said.contains(fact), "{said}");
    }
    // A scenario of its own stays one, and rows that differ in nothing else are still one endpoint's.
    let (_, sink) = read("scenario,endpoint,users,requests,p95_ms\ns,/a,10,1,1\ns,/a,20,1,2\n");
    assert_eq!(sink.parts, ["s, 10 users", "s, 20 users"].map(|name| Some(name.to_owned())));
    let (_, sink) = read("endpoint,users,requests,p95_ms\n/a,10,1,1\n/b,20,1,2\n");
    assert_eq!((sink.parts.clone(), sink.totals.len()), (vec![None], 2));
}

/// JMeter's header says no unit; its times are milliseconds.
#[test]
fn a_table_that_jmeter_saved() {
    let (tally, sink) = read(include_str!("../../../../samples/jmeter/aggregate/aggregate.csv"));
    assert_eq!((tally.used, tally.rejected, sink.totals.len()), (5, 0, 5));
    let sum = &sink.totals.iter().find(|(_, total)| total.endpoint.is_none()).unwrap().1;
    assert_eq!((sum.requests, sum.failures), (Some(40_000), Some(3209)));
    assert!((p95_us(&sum.latency) - 517_000.0).abs() < 1e-6);
}

/// A table whose end is missing looks whole row by row: JMeter's lacks its TOTAL, any other its last columns.
#[test]
fn a_table_that_was_cut_off_is_unfinished() {
    let jmeter = include_str!("../../../../samples/jmeter/aggregate/aggregate.csv");
    let unfinished = |text: &str| read(text).0.unfinished.unwrap_or_default();
    assert_eq!(unfinished(jmeter), "");
    assert_eq!(unfinished(jmeter.trim_end()), "", "a last line without an end is whole");
    let without_total = &jmeter[..jmeter.find("TOTAL").unwrap()];
    assert!(unfinished(without_total).contains("row TOTAL"), "{}", unfinished(without_total));
    for cut in [jmeter.len() - 12, without_total.len() - 12] {
        assert_eq!(unfinished(&jmeter[..cut]), "the last row breaks off");
    }
    assert_eq!(unfinished("endpoint,requests,p95_ms\n/a,2,1\n/b,3"), "the last row breaks off");
    assert_eq!(unfinished("endpoint,requests,p95_ms\n/a,2,1\n/b,3,"), "");
}

/// The plugin that writes the table from the command line calls the same columns otherwise.
#[test]
fn a_table_that_jmeter_s_plugin_wrote() {
    let header = "sampler_label,aggregate_report_count,average,aggregate_report_median,aggregate_report_90%_line,aggregate_report_95%_line,aggregate_report_99%_line,aggregate_report_min,aggregate_report_max,aggregate_report_error%,aggregate_report_rate,aggregate_report_bandwidth,aggregate_report_stddev";
    let text = format!(
        "{header}\nGET /a,100,12,10,20,25,30,3,40,1.00%,9.5,1.2,3.1\nTOTAL,100,12,10,20,25,30,3,40,1.00%,9.5,1.2,3.1\n"
    );
    assert!(takes(&text));
    let (tally, sink) = read(&text);
    let whole = &sink.totals.iter().find(|(_, total)| total.endpoint.is_none()).unwrap().1;
    assert_eq!((tally.used, whole.requests, whole.failures, whole.rate_per_s), (2, Some(100), Some(1), Some(9.5)));
    assert!((p95_us(&whole.latency) - 25_000.0).abs() < 1e-6);
}

/// JMeter's older versions save a ratio under `Error %`: 23 of 500 that had failed were shown as none.
#[test]
fn counts_decide_whether_error_percent_is_a_ratio() {
    let of = |rows: &[(u64, &str)]| {
        let all = rows.last().unwrap();
        let line = |name: &str, (n, share): &(u64, &str)| format!("{name},{n},20,8,48,{share},10.4\n");
        let rows: String = rows.iter().enumerate().map(|(at, row)| line(&format!("r{at}"), row)).collect();
        let text = format!("Label,# Samples,Average,Min,Max,Error %,Throughput\n{rows}{}", line("TOTAL", all));
        let (_, sink) = read(&text);
        let failures =
            sink.totals.iter().filter(|(_, total)| total.endpoint.is_some()).map(|(_, total)| total.failures);
        (failures.collect::<Vec<_>>(), sink.said())
    };
    assert_eq!(of(&[(500, "0.046")]).0, [Some(23)]);
    assert_eq!(of(&[(500, "4.6")]).0, [Some(23)], "no ratio is above 1");
    assert_eq!(of(&[(500, "0.046%"), (500, "4.600%")]).0, [Some(0), Some(23)], "as the cells say");
    assert_eq!(of(&[(2000, "0.05"), (500, "0.046")]).0, [Some(100), Some(23)], "one row decides for all");
    let (open, said) = of(&[(2000, "0.05")]);
    assert_eq!(open, [None]);
    assert!(said.contains("`Error %` 0.05 could be a ratio or a percentage"), "{said}");
    assert_eq!(of(&[(2000, "0.0")]).0, [Some(0)]);
}

/// `1.000` between semicolons was read as one request, and 100 % of them had failed.
#[test]
fn digits_in_groups_are_one_number_where_the_table_shows_how_it_writes_them() {
    let first = |text: &str| {
        let (tally, sink) = read(text);
        assert_eq!(tally.rejected, 0, "{:?}", tally.first_rejections);
        let total = &sink.totals[0].1;
        (total.requests, total.failures, p95_us(&total.latency))
    };
    let german = "endpoint;requests;errors;p50_ms;p95_ms\n/a;1.000;1;12,5;34,7\n/b;12.500;12;1.022,1;1.144,2\n";
    assert_eq!(first(german), (Some(1000), Some(1), 34_700.0));
    let swiss = "endpoint;requests;errors;p95_ms\n/a;1'000;1;34,7 ms\n";
    assert_eq!(first(swiss), (Some(1000), Some(1), 34_700.0));
    let english = "endpoint,requests,errors,p95_ms\n/a,\"1,000\",1,34.7\n/b,\"2,000\",0,\"1,144.2\"\n";
    assert_eq!(first(english), (Some(1000), Some(1), 34_700.0));
}

#[test]
fn what_may_be_one_or_a_thousand_is_not_guessed() {
    let (tally, _) = read("endpoint;requests;p95_ms\n/a;1.000;34\n/b;20;35\n");
    assert_eq!((tally.used, tally.rejected), (1, 1));
    assert!(tally.first_rejections[0].reason.contains("`1.000` may be 1000 or 1.000"), "{:?}", tally.first_rejections);
    let settings = Settings { sign: Some(Sign::OnlyComma), ..Settings::default() };
    let input = Input::memory("t", &b"endpoint;requests;p95_ms\n/a;1.000;34\n/b;20;35\n"[..]).unwrap();
    let mut sink = Recording::default();
    let tally = OwnResultsCsv.read(&input, &settings, &mut sink).unwrap();
    assert_eq!((tally.rejected, sink.totals[0].1.requests), (0, Some(1000)), "as the settings say");
    let (tally, sink) = read("endpoint;requests;p95_ms\n/a;2000;34.125\n");
    assert_eq!((tally.used, sink.totals[0].1.requests), (1, Some(2000)));
    let (tally, _) = read("endpoint,requests,p95_ms\n/a,\"1,000\",34\n");
    assert_eq!((tally.used, tally.rejected), (0, 1), "a comma between commas");
}

/// `"4,600%"` of JMeter's table was refused; no failures are 46 times the requests.
#[test]
fn a_share_shows_the_decimal_sign() {
    let text = |share: &str, rate: &str| {
        let row = format!("500,12,3,40,\"{share}\",\"{rate}\"");
        format!("Label,# Samples,Average,Min,Max,Error %,Throughput\nGET /a,{row}\nTOTAL,{row}\n")
    };
    for share in ["4,60%", "4,600%", "4,6000%"] {
        let (tally, sink) = read(&text(share, "9,512"));
        assert_eq!(tally.rejected, 0, "{share}: {:?}", tally.first_rejections);
        assert_eq!((sink.totals[0].1.failures, sink.totals[0].1.rate_per_s), (Some(23), Some(9.512)), "{share}");
    }
    let (tally, _) = read(&text("0%", "9,512"));
    let reason = &tally.first_rejections[0].reason;
    assert!(reason.contains("`9,512` may be 9512 or 9.512") && reason.contains("inputs.decimal_sign"), "{reason}");
}

/// `1.512,5` was 1512.5 where the settings say that a point stands before the fraction.
#[test]
fn a_number_with_another_sign_than_the_settings_say_is_refused() {
    let refused = |cell: &str, sign| {
        let text = format!("endpoint;requests;p95_ms\n/a;20;{cell}\n");
        let input = Input::memory("t", text.into_bytes()).unwrap();
        let settings = Settings { sign: Some(sign), ..Settings::default() };
        let tally = OwnResultsCsv.read(&input, &settings, &mut Recording::default()).unwrap();
        tally.first_rejections.first().map(|first| (first.line, first.field.clone(), first.reason.clone()))
    };
    for (cell, sign, word) in [
        ("1.512,5", Sign::OnlyPoint, "point"),
        ("12,5", Sign::OnlyPoint, "point"),
        ("12.5 ms", Sign::OnlyComma, "comma"),
    ] {
        let (line, field, reason) = refused(cell, sign).unwrap();
        assert_eq!((line, field.as_deref()), (2, Some("p95_ms")));
        assert_eq!(
            reason,
            format!("should be a number with a decimal {word}, as inputs.decimal_sign says, found `{cell}`")
        );
    }
    for (cell, sign) in
        [("1.512,5", Sign::OnlyComma), ("1.512", Sign::OnlyPoint), ("1.512", Sign::OnlyComma), ("34", Sign::OnlyPoint)]
    {
        assert_eq!(refused(cell, sign), None, "{cell}");
    }
}

#[test]
fn what_is_no_table_of_sums() {
    for text in [
        "timestamp,endpoint,latency_ms,status\n1,/a,5,200\n",
        "Timestamp,Elapsed (s),Connections,Total Operations,Ops/sec,Latency P95 (ms)\n1,2,3,4,5,6\n",
        "timestamp,endpoint,requests,p95_ms\n1,/a,5,6\n2,/a,5,6\n",
        "stage,p50_ms,p95_ms\na,1,2\n",
        "endpoint,requests\n/a,2\n",
        "Type,Name,Request Count,Failure Count,95%\n",
        "a\n",
        "",
    ] {
        assert!(!takes(text), "{text}");
    }
    assert!(takes("timestamp,endpoint,requests,p95_ms\n1,/a,5,6\n1,/b,5,6\n"));
}

#[test]
fn bad_rows_have_their_place_and_units_are_asked_for() {
    let (tally, _) = read("endpoint,requests,p95_ms\n/a,many,1\n/b,2\n/c,2,1\n");
    assert_eq!((tally.used, tally.rejected), (1, 2));
    assert_eq!((tally.first_rejections[0].line, tally.first_rejections[0].field.as_deref()), (2, Some("requests")));
    let input = Input::memory("t", &b"endpoint,requests,avg_latency\n/a,2,1\n"[..]).unwrap();
    let error = OwnResultsCsv.read(&input, &Settings::default(), &mut Recording::default()).unwrap_err();
    assert!(error.message.contains("avg_latency") && error.hint.unwrap().contains("inputs.latency_unit"));
}

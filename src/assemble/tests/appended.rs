//! Runs that were appended to one file, each with a header.

use super::*;

const JTL: &str = "timeStamp,elapsed,label,responseCode,responseMessage,success\n";

/// 100 requests of JMeter's from that second on, one every 50 ms; none takes as long as the next.
fn run(start_s: u64, elapsed: u64) -> String {
    let row = |at: u64| format!("{},{},a,200,OK,true\n", (1_795_226_390 + start_s) * 1000 + at * 50, elapsed + at % 31);
    (0..100).map(row).collect::<Vec<_>>().concat()
}

fn counts(suite: &Suite) -> Vec<(Option<&str>, Option<u64>)> {
    suite.tests.iter().map(|test| (test.run.as_deref(), requests(test))).collect()
}

#[test]
fn each_header_begins_a_run() {
    for gap in [0, 300] {
        let text = [JTL, &run(0, 10), JTL, &run(6 + gap, 20)].concat();
        let suite = read(&[("load/results.jtl", text)]);
        assert_eq!(counts(&suite), [(Some("run 1"), Some(100)), (Some("run 2"), Some(100))]);
        let input = &suite.tests[0].inputs[0];
        assert_eq!((input.rows_read, input.rows_rejected), (201, 0));
        assert!(suite.tests[0].warnings[0].text.contains("with a header row each"), "{:?}", suite.tests[0].warnings);
    }
}

#[test]
fn a_run_has_its_own_columns_and_delimiter() {
    let row = |at: u64| format!("{};b;30;500;false\n", 1_795_230_000_000 + at * 50);
    let other = (0..100).map(row).collect::<Vec<_>>().concat();
    let text = [JTL, &run(0, 10), "timeStamp;label;elapsed;responseCode;success\n", &other].concat();
    let suite = read(&[("load/results.jtl", text.clone())]);
    assert_eq!(counts(&suite), [(Some("run 1"), Some(100)), (Some("run 2"), Some(100))]);
    let failures: Vec<_> = suite.tests.iter().map(|test| test.populations[0].totals.failures).collect();
    assert_eq!(failures, [Some(0), Some(100)]);
    assert!(suite.tests.iter().all(|test| test.inputs[0].rows_rejected == 0 && test.inputs[0].unfinished.is_none()));
    // A bad row's place is the one it has in the whole file.
    let bad = text.replace(";b;30;", ";b;soon;");
    let suite = read(&[("load/results.jtl", bad)]);
    assert_eq!(suite.tests[0].inputs[0].first_rejections[0].line, 103);
}

/// Half the requests of one run had failed, and stood before the header: only the others were judged, as the later run.
#[test]
fn a_file_that_was_rotated_is_one_run() {
    let failed = run(0, 10).replace("200,OK,true", "500,Internal Server Error,false");
    let text = [JTL, &failed, JTL, &run(5, 20), JTL, &run(10, 20)].concat();
    let suite = read(&[("load/results.jtl", text)]);
    assert_eq!(counts(&suite), [(None, Some(300))]);
    assert_eq!(suite.tests[0].populations[0].totals.failures, Some(100));
}

#[test]
fn generators_whose_files_were_put_together_are_one_run() {
    let text = [JTL, &run(0, 10), JTL, &run(1, 20)].concat();
    assert_eq!(counts(&read(&[("load/results.jtl", text)])), [(None, Some(200))]);
}

#[test]
fn a_team_s_own_rows_and_k6_s_have_headers_again_too() {
    let own = [rows(START, 100, 10), rows(START + 86_400.0, 100, 20)].concat();
    let suite = read(&[("load/raw.csv", own)]);
    assert_eq!(counts(&suite), [(Some("run 1"), Some(100)), (Some("run 2"), Some(100))]);
    assert_eq!(suite.tests[0].inputs[0].rows_rejected, 0);
    let points = |start: u64| -> String {
        let row = |at: u64| format!("http_req_duration,{},5.0,true,GET,http://h/a,200\n", start + at / 10);
        let rows: String = (0..100).map(row).collect();
        format!("metric_name,timestamp,metric_value,expected_response,method,name,status\n{rows}")
    };
    let suite = read(&[("load/out.csv", [points(1_795_226_390), points(1_795_226_490)].concat())]);
    assert_eq!(suite.tests.len(), 2, "{:?}", names(&suite));
    assert_eq!(suite.tests[0].inputs[0].rows_rejected, 0);
}

/// 100 requests of one of vegeta's attacks, one every 50 ms.
fn attack(name: &str, start_s: u64) -> String {
    let row = |at: u64| {
        let sent = (1_795_226_390 + start_s) * 1_000_000_000 + at * 50_000_000;
        format!("{sent},200,3454606,0,14,,NDA0,{name},{at},GET,http://h/a,\n")
    };
    (0..100).map(row).collect()
}

/// vegeta's files have no header: silence between attacks of one name parts them, whatever their order in the file.
#[test]
fn attacks_of_one_name_are_parted_by_silence() {
    let (first, second) = (attack("steady", 0), attack("steady", 3600));
    for text in [[first.as_str(), &second].concat(), [second.as_str(), &first].concat()] {
        let suite = read(&[("load/results.csv", text)]);
        assert_eq!(counts(&suite), [(Some("run 1"), Some(100)), (Some("run 2"), Some(100))]);
        assert_eq!(names(&suite), ["steady", "steady"]);
        let said = &suite.tests[0].warnings[0].text;
        assert!(said.contains("2 runs of `steady` with silence of more than 10 min"), "{said}");
    }
    let suite = read(&[("load/results.csv", [attack("", 0), attack("", 3600), attack("spike", 7200)].concat())]);
    assert_eq!(counts(&suite), [(Some("run 1"), Some(100)), (Some("run 2"), Some(100)), (None, Some(100))]);
}

/// Attacks that follow each other closely cannot be told from several generators: they count as one run, and it is said.
#[test]
fn an_attack_that_begins_again_is_told() {
    let suite = read(&[("load/results.csv", [attack("steady", 0), attack("steady", 60)].concat())]);
    assert_eq!(counts(&suite), [(None, Some(200))]);
    let said = &suite.tests[0].warnings[0].text;
    assert!(said.contains("`steady` begins 2 times (its requests are numbered from 0 again)"), "{said}");
    assert!(read(&[("load/results.csv", attack("steady", 0))]).tests[0].warnings.is_empty());
}

/// `cat a.jtl a.jtl > b.jtl` was one run with each request twice, at twice the rate, and nothing was said of it.
#[test]
fn a_file_that_was_appended_to_itself_counts_once() {
    let text = [JTL, &run(0, 10), JTL, &run(300, 20), JTL, &run(0, 10)].concat();
    let suite = read(&[("load/results.jtl", text)]);
    assert_eq!(counts(&suite), [(Some("run 1"), Some(100)), (Some("run 2"), Some(100))]);
    let input = &suite.tests[0].inputs[0];
    assert_eq!((input.rows_read, input.rows_used, input.rows_skipped), (302, 200, 102));
    let warnings: Vec<&str> = suite.tests[0].warnings.iter().map(|warning| warning.text.as_str()).collect();
    assert!(warnings.iter().any(|text| text.contains("those from line 203 on are the ones before")), "{warnings:?}");
}

/// The second of them was cut: what it held counted again, in the run that it was a copy of.
#[test]
fn a_run_that_was_appended_to_itself_and_cut_counts_once() {
    let cut: String = run(300, 20).split_inclusive('\n').take(60).collect();
    for second in [[JTL, &run(300, 20), JTL, &cut].concat(), [JTL, &cut, JTL, &run(300, 20)].concat()] {
        let suite = read(&[("load/results.jtl", [JTL, &run(0, 10), &second].concat())]);
        assert_eq!(counts(&suite), [(Some("run 1"), Some(100)), (Some("run 2"), Some(100))]);
        let input = &suite.tests[0].inputs[0];
        assert_eq!((input.rows_read, input.rows_used, input.unfinished.as_deref()), (262, 200, None));
        let is_first = second.len() - second.rfind(JTL).unwrap() > cut.len() + JTL.len();
        let said = if is_first {
            "those from line 102 to line 162 stand behind it once more"
        } else {
            "those from line 203 on"
        };
        assert!(suite.tests[0].warnings.iter().any(|one| one.text.contains(said)), "{:?}", suite.tests[0].warnings);
    }
}

/// A script that writes its header at each call: of blocks that say the same one only was counted.
#[test]
fn blocks_that_are_alike_by_chance_all_count() {
    let block = |second: u64| {
        let row = format!("{}000,1,/health,200,OK,true\n", 1_795_226_390 + second);
        [JTL, &row, &row].concat()
    };
    let text: String = (0..30).map(|at| block(at / 2 * 3)).collect();
    let suite = read(&[("load/results.jtl", text)]);
    assert_eq!(counts(&suite).iter().filter_map(|(_, count)| *count).sum::<u64>(), 60);
}

/// Of formats without a header row among the others nothing showed it: each request counted twice, at twice the rate. Packed,
/// or with a copy cut or without its header, it went on for longer. Without times a header only shows it; elsewhere it is
/// left open, and said.
#[test]
fn a_file_that_is_its_text_again_is_read_once() {
    for (sample, is_timed, has_header) in [
        ("jmeter/xml/results.jtl", true, true),
        ("jmeter/csv-noheader/results.jtl", true, false),
        ("vegeta/csv/results.csv", true, false),
        ("vegeta/ndjson/results.ndjson", true, false),
        ("own/rows-ndjson/rows.ndjson", true, false),
        ("ab/forms/gnuplot.tsv", true, true),
        ("ngrinder/intervals/output.csv", true, true),
        ("own/websocket/raw.csv", true, true),
        ("hey/csv/raw.csv", false, true),
        ("ab/forms/percentiles.csv", false, true),
        ("goose/requests-json/request.ndjson", false, false),
    ] {
        let text = std::fs::read_to_string(Path::new("samples").join(sample)).unwrap();
        let name = format!("load/{}", sample.rsplit('/').next().unwrap());
        let once = read(&[(&name, text.clone())]);
        let (_, headless) = text.split_once('\n').unwrap();
        let (lines, some) = (text.lines().count(), text.lines().count() * 2 / 3);
        let cut: String = text.split_inclusive('\n').take(some).collect();
        let behind = |times: &str| format!("the file holds rows {times}: those from line {} on", lines + 1);
        let before = format!("the file holds rows twice: those up to line {some} stand behind it once more");
        for (form, whole, said) in [
            ("three times", text.repeat(3), behind("3 times")),
            ("cut", [text.as_str(), &cut].concat(), behind("twice")),
            ("without its header", [text.as_str(), headless].concat(), behind("twice")),
            ("the first cut", [cut.as_str(), &text].concat(), before),
        ] {
            let is_told = is_timed || (has_header && form != "without its header");
            for again in [read(&[(&name, whole.clone())]), read_packed(&name, &whole)] {
                let said = if is_told { said.as_str() } else { "if it was appended to itself, they count twice" };
                let is_said = |test: &Test| test.warnings.iter().any(|one| one.text.contains(said));
                assert!(again.tests.iter().all(is_said), "{sample} {form}: {:?}", again.tests[0].warnings);
                assert!(!is_told || counts(&again) == counts(&once), "{sample} {form}");
                let (own, input) = (&once.tests[0].inputs[0], &again.tests[0].inputs[0]);
                let rows = own.rows_read + (whole.lines().count() - lines) as u64;
                assert_eq!(is_told, (input.rows_read, input.rows_used) == (rows, own.rows_used), "{sample} {form}");
            }
        }
    }
}

/// A fast server answers round after round of the same requests in the same second and the same time: 1 of 200 was counted.
#[test]
fn rows_that_are_alike_by_chance_are_no_copies() {
    let rounds = |stamp: &dyn Fn(usize) -> String, labels: usize, all: usize| -> String {
        let row = |at: usize| format!("{}1,/{},200,OK,true\n", stamp(at), at % labels);
        (0..all).map(row).collect::<Vec<_>>().concat()
    };
    let second = |second: usize| format!("{}000,", 1_795_226_390 + second);
    for rows in [
        rounds(&|_| second(0), 1, 200),
        rounds(&|_| second(0), 30, 900),
        rounds(&|at| second(at % 2), 2, 100),
        rounds(&|at| second(at / 30), 10, 900),
        rounds(&|at| second(at % 60), 1, 180),
        rounds(&|at| second(at % 5), 6, 300),
        rounds(&|at| format!("{}00,", 17_952_263_900 + at % 100), 1, 300),
        rounds(&|_| String::new(), 30, 900),
    ] {
        let header = if rows.starts_with("1,") { &JTL["timeStamp,".len()..] } else { JTL };
        let suite = read(&[("load/results.jtl", [header, &rows].concat())]);
        let all = rows.lines().count() as u64;
        assert_eq!(requests(&suite.tests[0]), Some(all), "{}", &rows[..100]);
        let mut warnings = suite.tests[0].warnings.iter();
        assert!(!warnings.any(|one| one.text.contains("not counted again")));
    }
}

/// One file of this name, packed.
pub(super) fn read_packed(name: &str, text: &str) -> Suite {
    let folder = folder(&[]);
    let path = folder.path().join("results").join(format!("{name}.gz"));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut packer = flate2::write::GzEncoder::new(std::fs::File::create(path).unwrap(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, text.as_bytes()).unwrap();
    packer.finish().unwrap();
    assemble(&request(folder.path())).unwrap()
}

/// A script's rows without times may be all there is: nothing says that they are the same requests.
#[test]
fn rows_without_times_are_not_called_copies() {
    let row = |at: u32| format!("{{\"endpoint\":\"/a\",\"latency_ms\":{},\"success\":true}}\n", 20 + at * 13 % 47);
    let rows: String = (0..94).map(row).collect();
    let suite = read(&[("load/rows.ndjson", rows)]);
    assert_eq!(requests(&suite.tests[0]), Some(94));
    assert!(suite.tests[0].warnings.iter().all(|warning| !warning.text.contains("holds rows")));
}

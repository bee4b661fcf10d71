//! Documents of tools in which one number was changed.

use super::*;

/// A sample, one of its numbers, what it is changed to, and what is said then.
#[rustfmt::skip]
const CHANGES: [(&str, &str, &str, &str); 74] = [
    ("vegeta/forms/report.json", "\"success\":0.65", "\"success\":0.95", "of success there were 862 successes, and its status codes name 592"),
    ("vegeta/forms/report.json", "\"throughput\":39.", "\"throughput\":49.", "from `earliest` to `end` there were 742 successes"),
    ("vegeta/forms/report.json", "\"mean\":29626524", "\"mean\":19626524", "of its latencies there were 1,359 requests, and it counts 900"),
    ("oha/json/oha.json", "\"successRate\": 1", "\"successRate\": 0.9", "by its successRate there were 2,858 answers, and its statuses count 3,175"),
    ("oha/json/oha.json", "\"aborted due to deadline\": 20", "\"aborted due to deadline\": 21", "there were 3,195 requests, and its statuses and errors count 3,196"),
    ("oha/json/oha.json", "\"totalData\": 12700", "\"totalData\": 12800", "there were 12,700 bytes, and its totalData is 12,800"),
    ("autocannon/json/result.json", "\"non2xx\":22", "\"non2xx\":0", "but 2xx add up to 22, and its `non2xx` to 0"),
    ("autocannon/json/result.json", "{\"count\":821}", "{\"count\":800}", "its `statusCodeStats` add up to 822, and its requests to 843"),
    ("artillery/report/report.json", "\"http.requests\": 400", "\"http.requests\": 410", "the `http.requests` of its periods add up to 400, and those of its aggregate to 410"),
    ("artillery/report/report.json", "\"count\": 400", "\"count\": 390", "its response times add up to 390, and `http.responses` to 400"),
    ("artillery/artillery-1/report.json", "\"requestsCompleted\": 38", "\"requestsCompleted\": 48", "its codes add up to 38, and its `requestsCompleted` to 48"),
    ("artillery/artillery-1/report.json", "\"count\": 55", "\"count\": 45", "the `rps.count` of its periods add up to 55, and those of its aggregate to 45"),
    ("siege/forms/summary.json", "97.96", "99.96", "by its availability there were 686 transactions, and it counts 672"),
    ("siege/forms/siege.log", "128.49", "131.49", "by its rate and its time there were 688 transactions, and it counts 672"),
    ("drill/statistics/stats.txt", "59.03", "66.03", "by its rate and its time there were 198 requests, and it counts 180"),
    ("goose/report/report.json", "\"requests_per_second\": 83.5", "\"requests_per_second\": 93.5", "there were 187 requests, and the row `Aggregated` counts 167"),
    ("ngrinder/intervals/output.csv", ",5,569,0,", ",5,469,0,", "by its rates over 2 s there were 6,565 tests, and it counts 6,465"),
    ("wrk/latency/summary.txt", "143.74", "150.74", "by its rate and its time there were 909 requests, and it counts 867"),
    ("wrk/wrk2/wrk2.txt", "Total count    =        39500", "Total count    =        29500", "the rows of its table add up to 39,500, and its total count to 29,500"),
    ("ab/text/summary.txt", "Length: 8", "Length: 6", "its kinds of failure add up to 6, and its failed requests to 8"),
    ("ab/text/summary.txt", "128.77", "118.77", "by its rate and its time there were 553 requests, and it counts 600"),
    ("hey/refused/summary_conn_refused.txt", "[500]\t5 ", "[500]\t500 ", "and its lists of statuses and errors hold 10,562"),
    ("vegeta/forms/report.json", "\"latest\":\"2026-11-21T02:12:53.674", "\"latest\":\"2026-11-21T02:12:37.674", "its `duration` is 15 s, and from `earliest` to `latest` −1.02 s"),
    ("vegeta/forms/report.json", "\"end\":\"2026-11-21T02:12:53.685", "\"end\":\"2026-11-21T02:12:53.285", "its `wait` is 11.8 ms, and from `latest` to `end` −388 ms"),
    ("vegeta/forms/report.json", "\"wait\":11751721", "\"wait\":911751721", "its `wait` is 912 ms, and the greatest of its latencies 143 ms"),
    ("vegeta/forms/report.json", "\"99th\":108901509", "\"99th\":148901509", "the p99 is 149 ms, and the greatest 143 ms"),
    ("vegeta/forms/report.json", "\"total\":8400", "\"total\":8500", "of its bytes out there were 911 requests, and it counts 900"),
    ("oha/json/oha.json", "\"slowest\": 8.238461265", "\"slowest\": 8.338461265", "the p99.99 is 8.24 s, and the greatest 8.34 s"),
    ("oha/json/oha.json", "\"fastest\": 0.002435368", "\"fastest\": 0.001435368", "its fastest is 1.44 ms, and its histogram begins with 2.44 ms"),
    ("oha/json/oha.json", "\"average\": 0.0629", "\"average\": 1.0629", "the mean is 1.06 s, and by its histogram between 49.1 ms and 872 ms"),
    ("oha/json/oha.json", "\"sizePerRequest\": 4", "\"sizePerRequest\": 5", "its sizePerRequest is 5 B, and its totalData makes for each answer 4 B"),
    ("autocannon/json/result.json", "\"duration\":6.11", "\"duration\":6.61", "its `duration` is 6.61 s, and from `start` to `finish` 6.11 s"),
    ("autocannon/json/result.json", "13.164Z", "43.164Z", "its `duration` is 6.11 s, and from `start` to `finish` −23.9 s"),
    ("autocannon/json/result.json", "\"average\":70.99", "\"average\":60.99", "the `mean` of its latencies is 71 ms, and their `average` 61 ms"),
    ("autocannon/json/result.json", "\"max\":172", "\"max\":170", "the p99.999 is 172 ms, and the greatest 170 ms"),
    ("autocannon/json/result.json", "\"max\":172", "\"max\":189", "the p99.999 is 172 ms, and the greatest 189 ms"),
    ("autocannon/json/result.json", "\"min\":22", "\"min\":24", "the least is 24 ms, and the p0.001 22 ms"),
    ("autocannon/json/result.json", "\"requests\":{\"average\":140.5", "\"requests\":{\"average\":150.5", "by their average and its samples there were 903 requests, and it counts 843"),
    ("autocannon/json/result.json", "\"total\":348377", "\"total\":378377", "there were 348,352 bytes, and it counts 378,377"),
    ("autocannon/json/result.json", "\"max\":62169", "\"max\":52169", "of its bytes a sample, the mean is 58.1 kB, and the greatest 52.2 kB"),
    ("autocannon/timeouts/result.json", "\"errors\":3", "\"errors\":2", "its count of `timeouts` is 3, and that of `errors` 2"),
    ("autocannon/json/result.json", "\"sent\":853", "\"sent\":753", "its count of requests is 843, and it sent 753"),
    ("artillery/report/report.json", "\"http.downloaded_bytes\": 103610", "\"http.downloaded_bytes\": 203610", "the `http.downloaded_bytes` of its periods add up to 103,610"),
    ("artillery/report/report.json", "\"vusers.created\": 200", "\"vusers.created\": 210", "the `vusers.created` of its periods add up to 200"),
    ("artillery/report/report.json", "\"max\": 524", "\"max\": 624", "the `http.response_time: max` of its aggregate is 624, and that of its periods 524"),
    ("artillery/report/report.json", "\"mean\": 62.9", "\"mean\": 72.9", "the `http.response_time: mean` of its aggregate is 72.9, and that of its periods 63"),
    ("artillery/report/report.json", "\"p95\": 138.4", "\"p95\": 338.4", "the p95 is 338 ms, and the p99 314 ms"),
    ("artillery/report/report.json", "\"max\": 194", "\"max\": 94", "`http.response_time` of a period: the p99.9 is 125, and the greatest 94"),
    ("artillery/report/report.json", "\"lastMetricAt\": 1795226849744", "\"lastMetricAt\": 1795226859744", "the last instant of its aggregate is 2026-11-21 02:07:39 UTC, and that of its periods 2026-11-21 02:07:29 UTC"),
    ("artillery/artillery-1/report.json", "\"max\": 39", "\"max\": 49", "the greatest is 49 ms, and that of all its values 39 ms"),
    ("artillery/artillery-1/report.json", "\"median\": 13", "\"median\": 43", "`latency` of the whole: the p50 is 43, and the p95 33.2"),
    ("artillery/artillery-1/report.json", "\"max\": 146", "\"max\": 156", "the `scenarioDuration: max` of its aggregate is 156, and that of its periods 146"),
    ("artillery/artillery-1/report.json", "\"browse\": 19", "\"browse\": 29", "the `scenarioCounts.browse` of its periods add up to 19"),
    ("siege/forms/summary.json", "0.17,", "0.37,", "its data is 388 kB, and its throughput by its time 165 kB"),
    ("siege/forms/summary.json", "0.02", "0.42", "its shortest transaction is 420 ms, and its longest 230 ms"),
    ("siege/forms/siege.log", "0.08,", "0.18,", "its response time by its transactions is 2 min 1 s, and its concurrency by its time 51.8 s"),
    ("drill/statistics/stats.txt", "99.5'th percentile        84ms", "99.5'th percentile        94ms", "the p99.5 is 94 ms, and the p99.9 84 ms"),
    ("taurus/final-stats-csv/final_stats.csv", "8,1184,8", "8,1184,18", "its response codes add up to 1,210, and its `throughput` to 1,200"),
    ("taurus/final-stats-csv/final_stats.csv", "0.78300,8,1184,8", "0.88300,8,1184,8", "the greatest of its total is 883 ms, and that of its endpoints 783 ms"),
    ("wrk/latency/summary.txt", "352.83KB", "452.83KB", "what it read is 464 kB, and its transfer by its time 361 kB"),
    ("wrk/latency/summary.txt", "101.38ms", "151.38ms", "the p90 is 151 ms, and the p99 141 ms"),
    ("wrk/latency/summary.txt", "211.41ms", "140.21ms", "the p99 is 141 ms, and the greatest 140 ms"),
    ("wrk/wrk2/wrk2.txt", "#[Mean    =        6.602", "#[Mean    =        8.602", "the mean of its table is 8.6 ms, and above it 6.6 ms"),
    ("wrk/wrk2/wrk2.txt", " 75.000%    7.78ms", " 75.000%    7.18ms", "p75 of its table is 7.78 ms, and above it 7.18 ms"),
    ("ab/text/summary.txt", "249640 bytes", "349640 bytes", "there were 249,609 bytes, and its total transferred is 349,640"),
    ("ab/text/summary.txt", "153496 bytes", "143496 bytes", "document's length is 153 kB, and its HTML transferred 143 kB"),
    ("ab/text/summary.txt", "77.658", "87.658", "its time per request is 87.7 ms, and its time by its requests of one connection 77.7 ms"),
    ("ab/text/summary.txt", "192 (longest", "182 (longest", "its longest request is 182 ms, and the greatest `Total:` 192 ms"),
    ("ab/text/summary.txt", "98%    153", "98%    163", "the p98 is 163 ms, and the p99 159 ms"),
    ("hey/refused/summary_conn_refused.txt", "Slowest:\t0.1766", "Slowest:\t0.1966", "its Slowest is 197 ms, and its histogram ends with 177 ms"),
    ("hey/refused/summary_conn_refused.txt", "Average:\t0.0771", "Average:\t0.0971", "the mean is 97.1 ms, and by its histogram between"),
    ("hey/refused/summary_conn_refused.txt", "50% in 0.0736", "50% in 0.0536", "the p50 is 53.6 ms, and"),
    ("hey/refused/summary_conn_refused.txt", "[56]\t", "[65]\t", "the steps of its histogram add up to 257, and the answers it timed to 248"),
    ("hey/refused/summary_conn_refused.txt", "Total data:\t63042", "Total data:\t83042", "its Size/request is 254 B, and its Total data makes for each answer 334 B"),
];

/// What is said of a sample after one of its numbers was changed.
fn said(sample: &str, from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(format!("samples/{sample}")).unwrap();
    assert!(text.contains(from), "{sample} has no {from}");
    let name = sample.replace('/', "-");
    let suite = read(&[(&format!("load/{name}"), text.replacen(from, to, 1))]);
    suite
        .tests
        .iter()
        .flat_map(|test| &test.warnings)
        .map(|warning| warning.text.clone())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Each of these was read without a word: half a run's failures or requests could be edited away in one place.
#[test]
fn one_changed_number_is_said_with_the_figure_that_it_contradicts() {
    for (sample, from, to, expected) in CHANGES {
        let said = said(sample, from, to);
        assert!(said.contains(expected), "{sample}, {from} -> {to}: {said}");
    }
}

/// Files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Goose's errors, which it counts again where a script sets an outcome again, were held against its failures.
#[test]
fn no_real_file_is_accused() {
    for path in files(Path::new("samples")).into_iter().filter(|path| path.extension().is_some_and(|end| end != "md")) {
        let one = Request { inputs: vec![path.to_str().unwrap().to_owned()], ..Request::default() };
        let Ok(suite) = assemble(&one) else { continue };
        for warning in suite.tests.iter().flat_map(|test| &test.warnings) {
            assert!(!warning.text.contains("contradicts itself"), "{}: {}", path.display(), warning.text);
        }
    }
}

//! Documents of tools in which one number was changed.

use super::*;

/// A sample, one of its numbers, what it is changed to, and what is said then.
#[rustfmt::skip]
const CHANGES: [(&str, &str, &str, &str); 22] = [
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

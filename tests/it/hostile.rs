//! Names and secrets from outside: a secret reaches no output, and a name can do nothing but be read.

use crate::program::{EVERY_FORMAT, Ran, files, on, plimsoll};
use plimsoll::cli::Terminal;
use pulldown_cmark::{Event, Options, Parser};
use std::fmt::Write;
use std::fs;
use std::path::Path;

const TOKEN: &str = "s3cr3t-9f8e7d6c";

/// Results into which the token was planted wherever tools are known to keep such things.
fn with_secrets(folder: &Path) {
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let summary = fs::read_to_string("samples/k6/summary/handleSummary.json").unwrap();
    assert!(summary.contains("\"abc\""), "the sample's setup_data no longer holds a token");
    write("summary/handleSummary.json", summary.replace("\"abc\"", &format!("\"{TOKEN}\"")));
    let export = fs::read_to_string("samples/k6/summary-export/summary-export.json").unwrap();
    write("export/summary-export.json", export.replace("\"abc\"", &format!("\"{TOKEN}\"")));
    let machine = fs::read_to_string("samples/k6/machine-summary/summary-export.json").unwrap();
    write("machine/summary.json", machine.replace("\"script\": \"", &format!("\"script\": \"const key = '{TOKEN}'; ")));
    let mut points = String::new();
    for at in 10..60 {
        let tags = format!(
            r#"{{"name":"http://h/pay?access_token={TOKEN}","url":"http://h/pay?access_token={TOKEN}","method":"GET","status":"500","error":"Get http://h/pay?access_token={TOKEN}: refused","expected_response":"false","authorization":"Bearer {TOKEN}"}}"#
        );
        for metric in ["http_reqs", "http_req_duration", "http_req_failed"] {
            writeln!(points, r#"{{"metric":"{metric}","type":"Point","data":{{"time":"2026-11-21T02:00:{at}Z","value":1,"tags":{tags}}}}}"#).unwrap();
        }
    }
    write("points/out.json", points);
    let mut rows = "timestamp,method,endpoint,latency_ms,success,error\n".to_owned();
    for at in 0..40 {
        writeln!(
            rows,
            "17952265{at:02},GET,https://u:{TOKEN}@h/a?token={TOKEN}&b=1#{TOKEN},12.5,false,GET /a?token={TOKEN} failed"
        )
        .unwrap();
    }
    write("rows/rows.csv", rows);
    let stats = fs::read_to_string("samples/locust/full-history/locust_stats.csv").unwrap();
    write("locust/locust_stats.csv", stats.replace("/api/v1/chat", &format!("/api/v1/chat?key={TOKEN}")));
    let failures = fs::read_to_string("samples/locust/full-history/locust_failures.csv").unwrap();
    let failures = failures
        .replace("LocustBadStatusCode", &format!("HTTPError for url: http://h/c?key={TOKEN} LocustBadStatusCode"));
    write("locust/locust_failures.csv", failures.replace("/api/v1/chat", &format!("/api/v1/chat?key={TOKEN}")));
}

#[test]
fn a_secret_is_in_no_output() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    with_secrets(&folder.path().join("in"));
    let (input, out, store) = (at("in"), at("out"), at("store"));
    let saved = plimsoll(&["baseline", "save", "v1", &input, "--store", &store]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    let runs: Vec<(&str, Ran)> = vec![
        ("baseline save", saved),
        (
            "report",
            plimsoll(&[
                "report",
                &input,
                "--out",
                &out,
                "--baseline",
                "v1",
                "--store",
                &store,
                "--save",
                "--format",
                EVERY_FORMAT,
                "--ci",
                "github",
            ]),
        ),
        ("inspect", plimsoll(&["inspect", &input])),
        ("inspect --json", plimsoll(&["inspect", &input, "--json"])),
        ("baseline show", plimsoll(&["baseline", "show", "v1", "--store", &store])),
        ("compare", plimsoll(&["compare", "v1", &input, "--store", &store])),
        ("compare --json", plimsoll(&["compare", "v1", &input, "--store", &store, "--json"])),
    ];
    for (name, ran) in &runs {
        let leak = ran.out.lines().chain(ran.err.lines()).find(|line| line.contains(TOKEN));
        assert_eq!(leak, None, "`{name}` prints the secret");
        assert!(ran.out.len() > 20, "`{name}` prints nothing: {}", ran.err);
    }
    let written: Vec<_> = files(Path::new(&out)).into_iter().chain(files(Path::new(&store))).collect();
    assert!(written.len() > 12, "{written:?}");
    for path in written {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        if let Some(found) = text.find(TOKEN) {
            let around: String = text[..found].chars().rev().take(120).collect::<Vec<_>>().into_iter().rev().collect();
            panic!("{} holds the secret after {around:?}", path.display());
        }
    }
}

/// Names that try to leave their place.
pub(crate) fn hostile_names() -> Vec<String> {
    vec![
        "</script><img src=x onerror=alert(1)>".to_owned(),
        "\"><svg onload=alert(1)>".to_owned(),
        "a|b | c || d".to_owned(),
        "`code` ``` *bold* [link](javascript:alert(1)) ![x](http://x/y.png)".to_owned(),
        "# heading\n## another\r\n- item".to_owned(),
        "right \u{202e}to\u{2067} left\u{200f}".to_owned(),
        "\u{1b}[31mred\u{1b}]0;title\u{7}".to_owned(),
        "=HYPERLINK(\"http://x\") @all <!-- {{ 7*7 }} {% raw %} -->".to_owned(),
        "emoji 🎉 and \u{0}nothing".to_owned(),
        "long ".repeat(400),
    ]
}

pub(crate) fn hostile_results(folder: &Path) {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(["timestamp", "scenario", "method", "endpoint", "latency_ms", "success", "error"]).unwrap();
    for at in 0..80 {
        for (which, name) in hostile_names().iter().enumerate() {
            let (time, latency) = (format!("{}", 1_795_226_500 + at), format!("{}.5", 10 + which));
            let (ok, error) = if at % 20 == 0 { ("false", name.as_str()) } else { ("true", "") };
            rows.write_record([&time, "one </title><b>", "GE|T`", name, &latency, ok, error]).unwrap();
        }
    }
    fs::write(folder.join("rows.csv"), rows.into_inner().unwrap()).unwrap();
    fs::write(folder.join("plimsoll.toml"), "[suite]\ntitle = \"<b>T</b> | `x` </script>\"\n").unwrap();
}

/// Characters that steer a terminal or turn the direction of writing.
pub(crate) fn steers(letter: char) -> bool {
    letter.is_control() && letter != '\n'
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

#[test]
fn hostile_names_are_only_read() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    hostile_results(&input);
    let out = folder.path().join("out");
    let terminal = Terminal { colour: false, progress: false, width: 100 };
    let ran = on(&["report", input.to_str().unwrap(), "--out", out.to_str().unwrap()], b"", terminal);
    let inspected = plimsoll(&["inspect", input.to_str().unwrap()]);
    for text in [&ran.out, &ran.err, &inspected.out] {
        assert_eq!(text.chars().find(|&letter| steers(letter)), None, "{text:?}");
        assert!(text.lines().all(|line| line.chars().count() < 600), "a line is endless");
    }

    let page = fs::read_to_string(out.join("report.html")).unwrap();
    let count = |what: &str| page.matches(what).count();
    assert_eq!(count("<script"), count("</script>"), "a name ends the script");
    for harm in ["<img", "<svg onload", "<b>T</b>", "</title><b>"] {
        assert!(!page.contains(harm), "report.html holds {harm}");
    }
    assert_eq!(count("</title>"), count("<title"), "a name ends the title");
    assert_eq!(page.chars().find(|&letter| steers(letter)), None);

    assert_harmless(&fs::read_to_string(out.join("report.md")).unwrap(), &[]);
}

/// Holds that a Markdown text does nothing but be read: no HTML but folds and marks of ours, no address but these, no mention, no
/// broken table.
#[track_caller]
pub(crate) fn assert_harmless(document: &str, addresses: &[&str]) {
    const OURS: [&str; 4] = ["<details>", "</details>", "<summary>", "</summary>"];
    assert_eq!(document.chars().find(|&letter| steers(letter)), None);
    let mut said = String::new();
    for event in Parser::new_ext(document, Options::ENABLE_TABLES) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let rest = OURS.iter().fold(html.to_string(), |rest, tag| rest.replace(tag, ""));
                let mark = rest.starts_with("<!--") && !rest.contains("7*7") && !rest.contains("{{");
                assert!(!rest.contains('<') || mark, "it holds HTML: {html}");
            }
            Event::Start(pulldown_cmark::Tag::Link { dest_url, .. } | pulldown_cmark::Tag::Image { dest_url, .. }) => {
                let known = addresses.contains(&&*dest_url);
                assert!(known || !dest_url.contains(':') && !dest_url.contains("//"), "it links to {dest_url}");
            }
            Event::Text(text) => said.push_str(&text),
            _ => said.push(' '),
        }
    }
    for (at, sign) in said.char_indices().filter(|(_, letter)| matches!(letter, '@' | '#')) {
        let next = said[at + 1..].chars().next();
        assert!(next.is_none_or(|next| !next.is_alphanumeric()), "a forge acts on {sign}{next:?} in {said}");
    }
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let lines: Vec<&str> = document.lines().collect();
    for (at, pair) in lines.windows(2).enumerate() {
        if pair[0].starts_with('|') && pair[1].starts_with('|') {
            assert_eq!(cells(pair[0]), cells(pair[1]), "the table breaks at line {}: {} {}", at + 2, pair[0], pair[1]);
        }
    }
}

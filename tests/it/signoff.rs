//! Documents to sign: those of the teams' samples as they should read, a plan without any result, and reports that are verified.

use crate::program::{files, folders, plimsoll};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const TEAMS: [&str; 4] = ["chat-assistant", "chat-cache", "health-agent", "membership"];

fn golden(name: &str) -> PathBuf {
    Path::new("tests/golden/signoff").join(format!("{name}.md"))
}

/// Holds a document to how it should read; `PLIMSOLL_BLESS=1` takes over what is written now.
#[track_caller]
fn as_it_should_read(name: &str, document: &str) {
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        fs::write(golden(name), document).unwrap();
        return;
    }
    let wanted = fs::read_to_string(golden(name)).unwrap();
    let differs = wanted.lines().zip(document.lines()).position(|(a, b)| a != b);
    if let Some(at) = differs {
        let line = |text: &str| text.lines().nth(at).unwrap_or_default().to_owned();
        panic!("{name}, line {}:\nshould read {}\nreads       {}", at + 1, line(&wanted), line(document));
    }
    assert_eq!(wanted.lines().count(), document.lines().count(), "{name} is longer or shorter than it should be");
}

fn report(out: &Path) -> Value {
    serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap()
}

#[test]
fn every_team_s_document_is_made_by_one_command() {
    for team in TEAMS {
        let out = tempfile::tempdir().unwrap();
        let input = format!("samples/teams/{team}");
        let ran = plimsoll(&["signoff", &input, "--out", out.path().to_str().unwrap()]);
        assert!(ran.code != 2 && ran.code != 3, "{team}: {}", ran.err);
        as_it_should_read(team, &fs::read_to_string(out.path().join("signoff.md")).unwrap());
    }
}

/// Every section of the document, by its heading.
const SECTIONS: [&str; 23] = [
    "Document control",
    "Requirements",
    "Scope, and what was not tested",
    "Environment and differences to production",
    "Workload and headroom",
    "Execution log",
    "Results",
    "Regression against the baseline",
    "Resources and bottlenecks",
    "Endurance",
    "Cost",
    "Risks",
    "Waivers",
    "Recommendations",
    "Readiness checklist",
    "Scores by area",
    "Lessons and next steps",
    "Statements",
    "Criteria",
    "Evidence",
    "Method",
    "How to make it again",
    "Words",
];

/// A folder that holds a team's plan and declarations and no result.
fn plan_of(team: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["plimsoll.toml", "signoff.toml"] {
        fs::copy(format!("samples/teams/{team}/{name}"), folder.path().join(name)).unwrap();
    }
    folder
}

#[test]
fn a_plan_without_any_result_gives_the_whole_document() {
    for team in TEAMS {
        let (folder, out) = (plan_of(team), tempfile::tempdir().unwrap());
        let ran = plimsoll(&["signoff", folder.path().to_str().unwrap(), "--out", out.path().to_str().unwrap()]);
        assert_eq!(ran.code, 4, "{team}: {}{}", ran.out, ran.err);
        let document = fs::read_to_string(out.path().join("signoff.md")).unwrap();
        for section in SECTIONS {
            assert!(
                document.lines().any(|line| line.starts_with("## ") && line.ends_with(section)),
                "{team}: no {section}"
            );
        }
        let report = report(out.path());
        assert_eq!(report["verdict"], "inconclusive", "{team}");
        for criterion in report["criteria"].as_array().unwrap() {
            let status = criterion["status"].as_str().unwrap();
            assert!(["not-run", "blocked", "not-applicable", "inconclusive"].contains(&status), "{team}: {criterion}");
        }
        assert!(document.contains("Holds for nothing: no test was run"), "{team}");
        if team == "chat-assistant" {
            as_it_should_read("chat-assistant-not-run", &document.replace(folder.path().to_str().unwrap(), "DIR"));
        }
    }
}

#[test]
fn without_results_and_without_a_plan_there_is_nothing_to_sign() {
    let out = tempfile::tempdir().unwrap();
    let ran = plimsoll(&["signoff", "--out", out.path().to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("nothing to sign off"), "{}", ran.err);
}

#[test]
fn what_nobody_says_is_shown_as_missing() {
    let out = tempfile::tempdir().unwrap();
    let ran =
        plimsoll(&["report", "samples/teams/own-rows", "--format", "signoff", "--out", out.path().to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let document = fs::read_to_string(out.path().join("signoff.md")).unwrap();
    assert!(document.contains("NOT ASSESSED"));
    for line in [
        "Nobody has said whether the release is ready.",
        "Until when it is valid is not stated. (missing)",
        "No risk is stated. (missing)",
        "No checklist is stated. (missing)",
        "How production differs from it is not stated. (missing)",
    ] {
        assert!(document.contains(line), "{line}");
    }
}

#[test]
fn a_key_that_is_not_known_is_refused() {
    let folder = plan_of("membership");
    let path = folder.path().join("signoff.toml");
    fs::write(&path, "[document]\nauthr = \"x\"\n").unwrap();
    let out = folder.path().join("out");
    let ran = plimsoll(&["signoff", folder.path().to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("unknown key `authr`") && ran.err.contains("did you mean `author`?"), "{}", ran.err);
}

#[test]
fn since_the_last_sign_off_outcomes_are_compared() {
    let (folder, first, second) = (plan_of("chat-cache"), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let results = folder.path().join("results.json");
    let text = fs::read_to_string("samples/teams/chat-cache/results.json").unwrap();
    fs::write(&results, &text).unwrap();
    let input = folder.path().to_str().unwrap();
    plimsoll(&["signoff", input, "--out", first.path().to_str().unwrap()]);
    let declared = fs::read_to_string(folder.path().join("signoff.toml")).unwrap();
    let last = first.path().join("report.json");
    fs::write(
        folder.path().join("signoff.toml"),
        format!("{declared}\n[last]\nreport = \"{}\"\nsigned_by = \"Product\"\n", last.display()),
    )
    .unwrap();
    assert!(text.contains("\"avg_latency_ms\": 2400"), "the sample's mean is another");
    fs::write(&results, text.replace("\"avg_latency_ms\": 2400", "\"avg_latency_ms\": 4400")).unwrap();
    let ran = plimsoll(&["signoff", input, "--out", second.path().to_str().unwrap()]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let document = fs::read_to_string(second.path().join("signoff.md")).unwrap();
    assert!(document.contains("signed by Product was READY WITH CONDITIONS"), "{document}");
    assert!(document.contains("1 met then and not now: average-5 (5 concurrent users)"), "{document}");
}

#[test]
fn a_document_holds_no_secret_and_no_live_markup() {
    let folder = plan_of("membership");
    let path = folder.path().join("signoff.toml");
    let hostile = "[document]\ntitle = \"</title><script>alert(1)</script> | x\"\nauthor = \"<img src=x onerror=alert(1)>\"\n\
                   [[risks]]\nwhat = \"a|b `c` [l](javascript:alert(1)) @all\"\n[[links]]\nname = \"d\"\naddress = \"https://u:s3cr3tpass@h/x?token=s3cr3tpass\"\n\
                   [notes]\nlessons = \"Authorization: Bearer s3cr3tpass\"\n";
    fs::write(&path, hostile).unwrap();
    let out = folder.path().join("out");
    plimsoll(&["signoff", folder.path().to_str().unwrap(), "--out", out.to_str().unwrap()]);
    for file in files(&out) {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains("s3cr3tpass"), "{} holds a secret", file.display());
    }
    let page = fs::read_to_string(out.join("signoff.html")).unwrap();
    assert!(!page.contains("<script") && !page.contains("<img"), "live markup");
    let document = fs::read_to_string(out.join("signoff.md")).unwrap();
    for event in pulldown_cmark::Parser::new_ext(&document, pulldown_cmark::Options::ENABLE_TABLES) {
        let live = matches!(event, pulldown_cmark::Event::Html(_) | pulldown_cmark::Event::InlineHtml(_));
        assert!(!live, "{event:?}");
    }
}

/// A copy of a team's folder elsewhere, all files in one level of another name.
fn moved(team: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (number, path) in files(&Path::new("samples/teams").join(team)).iter().enumerate() {
        if !path.iter().any(|part| part == ".plimsoll") {
            fs::copy(path, folder.path().join(format!("{number}.bin"))).unwrap();
        }
    }
    folder
}

#[test]
fn a_report_is_verified_where_its_inputs_lie_and_elsewhere() {
    for team in folders(Path::new("samples/teams")) {
        let out = tempfile::tempdir().unwrap();
        plimsoll(&["signoff", team.to_str().unwrap(), "--out", out.path().to_str().unwrap()]);
        let written = out.path().join("report.json");
        let verified = plimsoll(&["verify", written.to_str().unwrap(), "--attest"]);
        assert_eq!(verified.code, 0, "{}: {}{}", team.display(), verified.out, verified.err);

        let name = team.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&written).unwrap().replace(&format!("samples/teams/{name}"), "elsewhere/was");
        fs::write(&written, text).unwrap();
        let missing = plimsoll(&["verify", written.to_str().unwrap()]);
        assert_eq!(missing.code, 4, "{}{}", missing.out, missing.err);
        assert!(missing.out.contains("missing: elsewhere/was/"), "{}", missing.out);
        let found = plimsoll(&["verify", written.to_str().unwrap(), "--inputs", moved(name).path().to_str().unwrap()]);
        // The run's id names the files too, so that it alone is another.
        let other: Vec<&str> = found.out.lines().filter(|line| line.starts_with("differs: ")).collect();
        assert!(
            other.iter().all(|line| line.contains("run_id") || line.contains("signoff")),
            "{}{}",
            found.out,
            found.err
        );
    }
}

#[test]
fn a_baseline_is_carried_and_compared_anew() {
    let (out, stored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (team, store) = ("samples/teams/own-rows", stored.path().to_str().unwrap());
    assert_eq!(plimsoll(&["baseline", "save", "v1", team, "--store", store]).code, 0);
    plimsoll(&["report", team, "--baseline", "v1", "--store", store, "--out", out.path().to_str().unwrap()]);
    // Without the store: what is compared with stands in the report.
    drop(stored);
    let verified = plimsoll(&["verify", out.path().join("report.json").to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
}

#[test]
fn what_was_changed_by_hand_is_said() {
    let out = tempfile::tempdir().unwrap();
    plimsoll(&["signoff", "samples/teams/membership", "--out", out.path().to_str().unwrap()]);
    let path = out.path().join("report.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"verdict\": \"not-ready\"", "\"verdict\": \"ready\"", 1)).unwrap();
    let ran = plimsoll(&["verify", path.to_str().unwrap(), "--attest"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        ran.out.contains("differs: verdict: the report says \"ready\", the inputs give \"not-ready\""),
        "{}",
        ran.out
    );
    assert!(!out.path().join("attestation.json").exists(), "attested although it differs");
}

#[test]
fn an_attestation_is_an_in_toto_test_result() {
    let out = tempfile::tempdir().unwrap();
    plimsoll(&["signoff", "samples/teams/membership", "--out", out.path().to_str().unwrap()]);
    plimsoll(&["verify", out.path().join("report.json").to_str().unwrap(), "--attest"]);
    let statement: Value = serde_json::from_slice(&fs::read(out.path().join("attestation.json")).unwrap()).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicateType"], "https://in-toto.io/attestation/test-result/v0.1");
    let predicate = &statement["predicate"];
    assert_eq!(predicate["result"], "FAILED");
    assert!(!predicate["configuration"].as_array().unwrap().is_empty());
    let all = ["passedTests", "warnedTests", "failedTests"].map(|name| predicate[name].as_array().unwrap().len());
    assert_eq!(all.iter().sum::<usize>(), report(out.path())["criteria"].as_array().unwrap().len());
    for subject in statement["subject"].as_array().unwrap() {
        assert_eq!(subject["digest"]["sha256"].as_str().unwrap().len(), 64);
    }
}

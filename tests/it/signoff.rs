//! Documents to sign: those of the teams' samples as they should read, a plan without any result, and reports that are verified.

use crate::program::{files, plimsoll};
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
    let lists = ["passedTests", "warnedTests", "failedTests"];
    let own = ["plimsoll_inconclusiveTests", "plimsoll_notRunTests", "plimsoll_blockedTests"];
    let named = |list: &&str| predicate[*list].as_array().unwrap().len();
    let report = report(out.path());
    let criteria = report["criteria"].as_array().unwrap();
    assert_eq!(lists.iter().chain(&own).map(named).sum::<usize>(), criteria.len());
    // What nobody ran has not failed.
    assert_eq!(named(&"failedTests"), criteria.iter().filter(|one| one["status"] == "fail").count());
    for subject in statement["subject"].as_array().unwrap() {
        assert_eq!(subject["digest"]["sha256"].as_str().unwrap().len(), 64);
    }
}

#[test]
fn evidence_is_a_link_where_it_is_an_address_of_the_web() {
    let folder = plan_of("membership");
    let declared = "[[checklist]]\nline = \"Dashboards\"\nanswer = \"yes\"\nevidence = \"https://grafana.example/d/1\"\n\
                    [[checklist]]\nline = \"Runbook\"\nanswer = \"yes\"\nevidence = \"wiki page 12\"\n\
                    [[checklist]]\nline = \"Alerts\"\nanswer = \"yes\"\nevidence = \"javascript:alert(1)\"\n\
                    [[links]]\nname = \"Traces\"\naddress = \"http://traces.example/run/7\"\n[[links]]\nname = \"Disk\"\naddress = \"file:///etc/passwd\"\n";
    fs::write(folder.path().join("signoff.toml"), declared).unwrap();
    let out = folder.path().join("out");
    plimsoll(&["signoff", folder.path().to_str().unwrap(), "--out", out.to_str().unwrap()]);
    let page = fs::read_to_string(out.join("signoff.html")).unwrap();
    let links: Vec<&str> = page.split("<a href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let outward: Vec<&str> = links.into_iter().filter(|address| !address.starts_with('#')).collect();
    assert_eq!(outward, ["http://traces.example/run/7", "https://grafana.example/d/1"]);
    let document = fs::read_to_string(out.join("signoff.md")).unwrap();
    assert!(
        document.contains("Traces: <http://traces.example/run/7>")
            && document.contains("| <https://grafana.example/d/1> |"),
        "{document}"
    );
    assert!(document.contains("wiki page 12") && document.contains("javascript:alert(1)"), "{document}");
}

#[test]
fn a_waiver_s_ceiling_stands_beside_what_was_measured() {
    let folder = plan_of("chat-cache");
    fs::copy("samples/teams/chat-cache/results.json", folder.path().join("results.json")).unwrap();
    let path = folder.path().join("plimsoll.toml");
    let config = fs::read_to_string(&path).unwrap();
    let waivers = "[[waivers]]\ncriterion = \"alert-errors\"\ntest = \"50*\"\nowner = \"A\"\nreason = \"r\"\nexpiry = \"2031-01-01\"\nceiling = \"15 %\"\n\
                   [[waivers]]\ncriterion = \"alert-p95\"\ntest = \"20*\"\nowner = \"A\"\nreason = \"r\"\nexpiry = \"2031-01-01\"\nceiling = \"12 s\"\n";
    fs::write(&path, format!("{config}\n{waivers}")).unwrap();
    let out = folder.path().join("out");
    plimsoll(&["signoff", folder.path().to_str().unwrap(), "--out", out.to_str().unwrap()]);
    let document = fs::read_to_string(out.join("signoff.md")).unwrap();
    let lines: Vec<&str> = document.lines().skip_while(|line| !line.contains("accepted up to")).take(5).collect();
    assert!(lines.iter().any(|line| line.contains("| 12 % | 15 % |")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("| 14.8 s | 12 s |")), "{lines:?}");
}

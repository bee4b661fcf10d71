//! The recipes of docs/recipes, step by step: each `run` and `script` is executed as it stands, with a `k6` and a `gh` that answer from a
//! folder (`tests/ci/bin`), a GitLab that listens on this machine, and git as it is.

mod build;
mod github;
mod gitlab;

use crate::ci::{PYTHON, read_by};
use build::{Build, said};
use github::GitHub;
use gitlab::gitlab;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

fn recipe(name: &str) -> Value {
    let path = Path::new("docs/recipes").join(name);
    read_by(PYTHON, &["tests/ci/check.py", "yaml"], std::slice::from_ref(&path))[path.to_str().unwrap()].clone()
}

fn json_of(build: &Build) -> Value {
    serde_json::from_slice(&fs::read(build.folder.join("plimsoll-report/report.json")).unwrap()).unwrap()
}

fn actions(event: &str) -> [(&'static str, String); 2] {
    [("github.token", "t0ken".to_owned()), ("github.event_name", event.to_owned())]
}

fn build(folder: &Path, event: &str) -> Build {
    let context = actions(event);
    Build::new(folder, &context.each_ref().map(|(name, value)| (*name, value.as_str())))
}

#[test]
fn github_actions_keep_a_baseline_and_judge_against_it() {
    let folder = tempfile::tempdir().unwrap();
    let github = GitHub { folder: folder.path().join("github") };
    fs::create_dir(&github.folder).unwrap();
    github.answers("runs.json", &json!([]));
    let workflow = recipe("github-actions.yml");

    let mut first = build(&folder.path().join("first"), "pull_request");
    github.runs(&workflow, "load-test", &mut first).unwrap();
    assert_eq!(json_of(&first)["baseline"], Value::Null, "there is none yet");

    let mut push = build(&folder.path().join("push"), "push");
    github.runs(&workflow, "load-test", &mut push).unwrap();
    assert!(github.folder.join("artifacts/plimsoll-baseline/baselines/main").is_dir());

    github.answers("runs.json", &json!([{ "databaseId": 7 }]));
    let mut pull = build(&folder.path().join("pull"), "pull_request");
    // k6 ends with 99 where one of its thresholds failed: the results are there all the same.
    pull.set(&[("K6_EXIT", "99")]);
    github.runs(&workflow, "load-test", &mut pull).unwrap();
    let report = json_of(&pull);
    assert_eq!(report["baseline"]["id"], "main");
    assert!(!report["deltas"].as_array().unwrap().is_empty());
    assert!(github.folder.join("artifacts/plimsoll-report/comment.md").is_file());
    let page = fs::read_to_string(pull.folder.join(".runner/page")).unwrap();
    assert!(page.contains("Compared with the baseline `main`"), "{page}");

    let mut broken = build(&folder.path().join("broken"), "push");
    broken.set(&[("K6_EXIT", "107")]);
    let words = github.runs(&workflow, "load-test", &mut broken);
    assert!(words.unwrap_err().starts_with("Run the load test"), "a script that did not run is no result");
}

/// What GitHub says of a fork's run whose report lies among the artifacts.
fn comments(folder: &Path, name: &str) -> Build {
    let event = [
        ("github.token", "t0ken"),
        ("github.event_name", "workflow_run"),
        ("github.repository", "shop/cart"),
        ("github.event.workflow_run.id", "7"),
        ("github.event.workflow_run.head_repository.owner.login", "guest"),
        ("github.event.workflow_run.head_branch", "$(touch owned)`touch owned`"),
        ("github.event.workflow_run.head_sha", "c0ffee"),
    ];
    Build::new(&folder.join(name), &event)
}

#[test]
fn a_fork_s_comment_is_posted_once_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let github = GitHub { folder: folder.path().join("github") };
    let artifact = github.folder.join("artifacts/plimsoll-report");
    fs::create_dir_all(&artifact).unwrap();
    github.answers(
        "pulls.json",
        &json!([{ "number": 3, "head": { "sha": "0ther" } }, { "number": 4, "head": { "sha": "c0ffee" } }]),
    );
    github.answers(
        "comments.json",
        &json!([{ "id": 1, "user": { "login": "guest" }, "body": "<!-- plimsoll:report:shop -->" }]),
    );
    let workflow = recipe("github-actions-comment.yml");
    assert_eq!(workflow["permissions"], json!({ "actions": "read", "pull-requests": "write" }));
    let text = "<!-- plimsoll:report:shop -->\n## READY `$(touch owned)` @all\n";
    fs::write(artifact.join("comment.md"), text).unwrap();

    let mut posting = comments(folder.path(), "post");
    github.runs(&workflow, "comment", &mut posting).unwrap();
    assert_eq!(github.posted(), Some(("POST repos/shop/cart/issues/4/comments".to_owned(), text.to_owned())));

    let own = json!({ "id": 9, "user": { "login": "github-actions[bot]" }, "body": text });
    github.answers("comments.json", &json!([{ "id": 1, "user": { "login": "guest" }, "body": text }, own]));
    github.runs(&workflow, "comment", &mut comments(folder.path(), "patch")).unwrap();
    assert_eq!(github.posted().unwrap().0, "PATCH repos/shop/cart/issues/comments/9");

    github.answers("pulls.json", &json!([{ "number": 4, "head": { "sha": "moved" } }]));
    fs::remove_file(github.folder.join("posted")).unwrap();
    github.runs(&workflow, "comment", &mut comments(folder.path(), "moved")).unwrap();
    assert_eq!(github.posted(), None, "the pull request has moved on");

    github.answers("pulls.json", &json!([{ "number": 4, "head": { "sha": "c0ffee" } }]));
    for (name, harm) in [
        ("plain", "click here"),
        ("marked", "<!-- plimsoll:report:x --> <!-- y -->\n"),
        ("long", &("x".repeat(70_000))),
    ] {
        fs::write(artifact.join("comment.md"), harm).unwrap();
        let refused = github.runs(&workflow, "comment", &mut comments(folder.path(), name));
        assert!(refused.unwrap_err().starts_with("See that it is one"), "{name}");
        assert_eq!(github.posted(), None, "{name}");
    }
    let owned = crate::program::files(folder.path()).into_iter().find(|path| path.ends_with("owned"));
    assert_eq!(owned, None, "a fork's text was run");
}

#[test]
fn github_actions_keep_a_baseline_on_a_branch() {
    let folder = tempfile::tempdir().unwrap();
    let github = GitHub { folder: folder.path().join("github") };
    fs::create_dir(&github.folder).unwrap();
    let git = |at: &Path, args: &[&str]| {
        let ran =
            Command::new("git").args(["-c", "init.defaultBranch=main"]).args(args).current_dir(at).output().unwrap();
        assert!(ran.status.success(), "{}", said(&ran));
        String::from_utf8(ran.stdout).unwrap()
    };
    let origin = folder.path().join("origin.git");
    git(folder.path(), &["init", "--quiet", "--bare", origin.to_str().unwrap()]);
    let clone = |name: &str, event: &str| {
        git(folder.path(), &["clone", "--quiet", origin.to_str().unwrap(), name]);
        build(&folder.path().join(name), event)
    };
    let workflow = recipe("github-actions-branch.yml");
    github.runs(&workflow, "load-test", &mut clone("push", "push")).unwrap();
    github.runs(&workflow, "load-test", &mut clone("again", "push")).unwrap();
    assert_eq!(git(&origin, &["rev-list", "--count", "load-baseline"]).trim(), "1", "the branch grows");
    let kept = git(&origin, &["ls-tree", "-r", "--name-only", "load-baseline"]);
    assert!(kept.lines().all(|path| path.starts_with("baselines/main/")) && kept.lines().count() == 1, "{kept}");

    let mut pull = clone("pull", "pull_request");
    github.runs(&workflow, "load-test", &mut pull).unwrap();
    assert_eq!(json_of(&pull)["baseline"]["id"], "main");
}

/// Runs a job's lines in one shell after another, as far as they go.
fn job(pipeline: &Value, name: &str, build: &Build) -> Result<(), String> {
    for script in pipeline[name]["script"].as_array().unwrap() {
        let ran = build.shell(&["sh", "-ec"], script.as_str().unwrap(), &Value::Null);
        if !ran.status.success() {
            return Err(format!("{script}: {}", said(&ran)));
        }
    }
    Ok(())
}

#[test]
fn gitlab_keeps_a_baseline_and_comments_on_the_merge_request() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("artifacts.zip");
    let notes = Arc::new(Mutex::new(json!([])));
    let (address, asked) = gitlab(archive.clone(), Arc::clone(&notes));
    let pipeline = recipe("gitlab-ci.yml");
    let prepared = |name: &str, branch: &str| {
        let mut build = Build::new(&folder.path().join(name), &[]);
        build.set(&[
            ("GITLAB_CI", "true"),
            ("CI_API_V4_URL", &address),
            ("CI_PROJECT_ID", "5"),
            ("CI_JOB_TOKEN", "t0ken"),
        ]);
        build.set(&[("CI_DEFAULT_BRANCH", "main"), ("CI_COMMIT_BRANCH", branch), ("GITLAB_TOKEN", "t0ken")]);
        build.set(&[("CI_JOB_URL", "https://gitlab.example/shop/-/jobs/1")]);
        build.set(&[("CI_MERGE_REQUEST_PROJECT_ID", "5"), ("CI_MERGE_REQUEST_IID", "8")]);
        build
    };
    let main = prepared("main", "main");
    job(&pipeline, "load-test", &main).unwrap();
    let packed =
        main.shell(&["python3", "-c"], "import shutil; shutil.make_archive('../artifacts', 'zip', '.')", &Value::Null);
    assert!(packed.status.success(), "{}", said(&packed));

    let merge = prepared("merge", "");
    job(&pipeline, "load-test", &merge).unwrap();
    assert_eq!(json_of(&merge)["baseline"]["id"], "main");
    let kept = pipeline["load-test"]["artifacts"]["reports"].as_object().unwrap();
    for (kind, path) in kept {
        assert!(merge.folder.join(path.as_str().unwrap()).is_file(), "{kind}: {path} is not written");
    }
    let comment = fs::read_to_string(merge.folder.join("plimsoll-report/comment.md")).unwrap();
    assert!(comment.contains("(<https://gitlab.example/shop/-/jobs/1/artifacts/file/plimsoll-report/report.html>)"));

    let last = || asked.lock().unwrap().last().cloned().unwrap();
    job(&pipeline, "load-test-comment", &merge).unwrap();
    let (method, path, body) = last();
    assert_eq!((method.as_str(), path.as_str()), ("POST", "/projects/5/merge_requests/8/notes"));
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), json!({ "body": comment }));
    *notes.lock().unwrap() = json!([{ "id": 1, "body": "fine" }, { "id": 2, "body": comment }]);
    job(&pipeline, "load-test-comment", &merge).unwrap();
    assert_eq!((last().0.as_str(), last().1.as_str()), ("PUT", "/projects/5/merge_requests/8/notes/2"));

    let before = asked.lock().unwrap().len();
    let mut fork = prepared("merge", "");
    fork.set(&[("GITLAB_TOKEN", "")]);
    job(&pipeline, "load-test-comment", &fork).unwrap();
    assert_eq!(asked.lock().unwrap().len(), before, "without a token nothing is asked");
}

//! GitHub as far as the recipes see it: runs a workflow's steps, keeps artifacts, answers `gh`.

use super::build::{Build, said};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository on GitHub, as far as the recipes see it.
pub(super) struct GitHub {
    pub(super) folder: PathBuf,
}

impl GitHub {
    pub(super) fn answers(&self, name: &str, value: &Value) {
        fs::write(self.folder.join(name), value.to_string()).unwrap();
    }

    /// What was posted last, and where.
    pub(super) fn posted(&self) -> Option<(String, String)> {
        let lines = fs::read_to_string(self.folder.join("posted")).ok()?;
        Some((lines.lines().last()?.to_owned(), fs::read_to_string(self.folder.join("posted.md")).unwrap()))
    }

    /// Runs a workflow's job up to the first step that fails, and what must run always; the failed step's name and words.
    pub(super) fn runs(&self, workflow: &Value, job: &str, build: &mut Build) -> Result<(), String> {
        let job = &workflow["jobs"][job];
        let event = build.context["github.event_name"].clone();
        let state = build.folder.join(".runner");
        fs::create_dir_all(&state).unwrap();
        let at = |name: &str| state.join(name).display().to_string();
        let forge = self.folder.display().to_string();
        build.set(&[("GITHUB_ACTIONS", "true"), ("GITHUB_WORKFLOW", "load test"), ("FORGE", &forge)]);
        build.set(&[("GITHUB_OUTPUT", &at("output")), ("GITHUB_STEP_SUMMARY", &at("page"))]);
        build.set(&[("GITHUB_ENV", &at("env")), ("RUNNER_TEMP", &at("")), ("GITHUB_SHA", "c0ffee")]);
        build.set(&[
            ("GITHUB_SERVER_URL", "https://github.example"),
            ("GITHUB_REPOSITORY", "shop/cart"),
            ("GITHUB_RUN_ID", "7"),
        ]);
        let mut failed = None;
        for step in job["steps"].as_array().unwrap() {
            let wanted = match step["if"].as_str() {
                None => failed.is_none(),
                Some("always()") => true,
                Some(condition) => {
                    let asked =
                        condition.strip_prefix("github.event_name == '").and_then(|rest| rest.strip_suffix('\''));
                    failed.is_none() && asked.unwrap_or_else(|| panic!("nobody knows whether {condition}")) == event
                }
            };
            let name = step["name"].as_str().or(step["uses"].as_str()).unwrap();
            if wanted && let Err(words) = self.step(step, &job["env"], build) {
                failed.get_or_insert(format!("{name}: {words}"));
            }
        }
        failed.map_or(Ok(()), Err)
    }

    fn step(&self, step: &Value, of_job: &Value, build: &mut Build) -> Result<(), String> {
        if let Some(action) = step["uses"].as_str() {
            assert!(["actions/checkout@v4", "actions/upload-artifact@v4"].contains(&action), "{action}");
            if action.starts_with("actions/upload-artifact") {
                let (name, path) = (step["with"]["name"].as_str().unwrap(), step["with"]["path"].as_str().unwrap());
                copy(&build.folder.join(path), &self.folder.join("artifacts").join(name));
            }
            return Ok(());
        }
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "an expression within a script is a hole: {script}");
        let mut environment = of_job.as_object().cloned().unwrap_or_default();
        environment.extend(step["env"].as_object().cloned().unwrap_or_default());
        let ran = build.shell(&["bash", "-ec"], script, &Value::Object(environment));
        let env = fs::read_to_string(&build.variables["GITHUB_ENV"]).unwrap_or_default();
        for (name, value) in env.lines().map(|line| line.split_once('=').unwrap()) {
            build.set(&[(name, value)]);
        }
        if ran.status.success() { Ok(()) } else { Err(said(&ran)) }
    }
}

/// Keeps a folder; of one that is not there, nothing, which is no failure of the step.
fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        return;
    }
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    let copied = Command::new("cp").arg("-r").arg(from.join(".")).arg(to).status().unwrap();
    assert!(copied.success(), "{} cannot be kept", from.display());
}

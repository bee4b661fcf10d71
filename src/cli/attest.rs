//! An in-toto statement of a verified report: which criteria came out how, of which files, by which demands. It is not signed: that is for
//! the user's own tool.

use crate::error::Error;
use crate::judge::outcome::{CriterionResult, Status, Verdict};
use crate::model::input::InputFile;
use crate::report::model::Report;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The statement as JSON. Its subjects are the tested artefact, where signoff.toml names one, and the input files; of a plan without
/// any of them what was demanded, because a statement must have a subject. What was met and not
/// proven, waived or warned about is a warning. What was not run, is blocked or could not be told has neither passed nor failed: the
/// predicate has no list for it, so it stands in fields of our own, which its parsing rules let others pass over.
///
/// # Errors
/// It cannot be written.
pub(super) fn statement(report: &Report) -> Result<String, Error> {
    let files: BTreeMap<&str, &InputFile> =
        report.tests.iter().flat_map(|test| &test.inputs).map(|file| (file.source.as_str(), file)).collect();
    let artefact = report.signoff.as_ref().and_then(|signoff| signoff.artefact.as_ref());
    let mut subject: Vec<Value> = artefact
        .map(|one| descriptor(&one.name, &one.sha256))
        .into_iter()
        .chain(files.values().filter_map(|file| Some(descriptor(&file.source, file.sha256.as_deref()?))))
        .collect();
    let mut configuration = vec![descriptor(&report.config.source, &report.config.sha256)];
    let declared = report.signoff.as_ref().and_then(|signoff| signoff.declared.as_ref());
    configuration.extend(declared.map(|one| descriptor(&one.source, &one.sha256)));
    configuration.extend(report.baseline.as_ref().map(|one| descriptor(&one.id, &one.sha256)));
    if subject.is_empty() {
        subject.clone_from(&configuration);
    }
    let named = |wanted: &[Status]| -> Vec<String> {
        report.criteria.iter().filter(|one| wanted.contains(&one.status)).map(name).collect()
    };
    let result = match report.verdict {
        Verdict::Ready => "PASSED",
        Verdict::ReadyWithConditions => "WARNED",
        Verdict::NotReady | Verdict::Inconclusive => "FAILED",
    };
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {
            "result": result,
            "configuration": configuration,
            "passedTests": named(&[Status::Pass]),
            "warnedTests": named(&[Status::MetNotProven, Status::Warn, Status::Waived]),
            "failedTests": named(&[Status::Fail]),
            "plimsoll_inconclusiveTests": named(&[Status::Inconclusive]),
            "plimsoll_notRunTests": named(&[Status::NotRun]),
            "plimsoll_blockedTests": named(&[Status::Blocked]),
        },
    });
    let mut text = serde_json::to_string_pretty(&statement).map_err(|error| Error::output(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

/// A resource with its hash.
fn descriptor(name: &str, sha256: &str) -> Value {
    json!({ "name": name, "digest": { "sha256": sha256 } })
}

/// A criterion's name, unique within the report.
fn name(result: &CriterionResult) -> String {
    let parts = [Some(result.test.as_str()), result.endpoint.as_deref(), Some(result.id.as_str())];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" / ")
}

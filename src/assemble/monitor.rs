//! Which test a resource monitor watched.

use super::execution::Execution;
use super::form::Form;
use super::{Request, zone};
use crate::error::Error;
use jiff::tz::TimeZone;
use std::path::Path;

/// Executions with their monitors.
pub(super) struct Watched {
    pub(super) executions: Vec<Execution>,
    pub(super) not_used: Vec<(String, String)>,
    /// Monitors with readings that no test has.
    pub(super) left: Vec<Form>,
}

/// Gives each monitor to the tests it overlaps: where the user named it, to those; else to those of its prefix, of its
/// folder, or of the folders below it.
pub(super) fn attach(mut executions: Vec<Execution>, monitors: &[Form], request: &Request) -> Result<Watched, Error> {
    let (mut not_used, mut left) = (Vec::new(), Vec::new());
    let mut named_files = Vec::new();
    let zone = request.settings.timezone.as_ref();
    for (test, file) in &request.monitors {
        let form = monitors.iter().find(|form| is_file(form, file)).ok_or_else(|| {
            Error::usage(format!("`--monitor {file}` is not read as a monitor"))
                .hint(format!("`plimsoll inspect {file}` says what it is read as"))
        })?;
        if let Some(test) = test
            && !executions.iter().any(|execution| execution.name == *test)
        {
            let tests: Vec<&str> = executions.iter().map(|execution| execution.name.as_str()).collect();
            return Err(Error::usage(format!("`--monitor {test}={file}` names no test"))
                .hint(format!("the tests are {}", tests.join(", "))));
        }
        let chosen: Vec<usize> =
            positions(&executions, |execution| test.as_ref().is_none_or(|test| execution.name == *test));
        if let Some(reason) = give(&mut executions, &chosen, form, zone) {
            not_used.push(reason);
            left.push(form.clone());
        }
        named_files.push(form.file.source.clone());
    }
    for form in monitors.iter().filter(|form| !named_files.contains(&form.file.source)) {
        let of_prefix = positions(&executions, |execution| {
            !form.prefix.is_empty() && execution.forms.iter().any(|own| lies_beside(own, form))
        });
        let of_folder =
            positions(&executions, |execution| execution.forms.iter().any(|own| own.lies_in(&form.folders)));
        let below = positions(&executions, |execution| {
            let below = |own: &Form| own.shards.iter().any(|shard| shard.folders.starts_with(&form.folders));
            execution.forms.iter().any(below)
        });
        let chosen = [of_prefix, of_folder, below].into_iter().find(|chosen| !chosen.is_empty()).unwrap_or_default();
        if let Some(reason) = give(&mut executions, &chosen, form, zone) {
            not_used.push(reason);
            left.push(form.clone());
        }
    }
    left.retain(|form| form.span.is_some());
    Ok(Watched { executions, not_used, left })
}

/// Whether one of the form's files has the monitor's prefix in the monitor's folder.
fn lies_beside(own: &Form, monitor: &Form) -> bool {
    own.shards.iter().any(|shard| shard.prefix == monitor.prefix && shard.folders == monitor.folders)
}

fn is_file(form: &Form, file: &str) -> bool {
    let true_path = |name: &str| Path::new(name).canonicalize().ok();
    form.file.source == file || true_path(file).is_some_and(|path| Some(path) == true_path(&form.file.source))
}

fn positions(executions: &[Execution], matches: impl Fn(&Execution) -> bool) -> Vec<usize> {
    executions.iter().enumerate().filter(|(_, execution)| matches(execution)).map(|(at, _)| at).collect()
}

/// A test without times cannot overlap; it takes a monitor only where nothing else could be meant. Returns the monitor and why
/// it was given to none.
fn give(
    executions: &mut [Execution],
    chosen: &[usize],
    form: &Form,
    zone: Option<&TimeZone>,
) -> Option<(String, String)> {
    let mut given = false;
    for &at in chosen {
        let Some(execution) = executions.get_mut(at) else { continue };
        let overlaps = match (execution.span(), form.span) {
            (Some(test), Some(monitor)) => test.overlaps(monitor),
            (None, Some(_)) => chosen.len() == 1,
            (_, None) => false,
        };
        if overlaps {
            execution.monitors.push(form.clone());
            given = true;
        }
    }
    if given {
        return None;
    }
    let reason = match (form.span, chosen.is_empty()) {
        (None, _) => "a monitor without a single reading".to_owned(),
        (Some(_), true) => {
            "a monitor, and no test lies beside it or in a folder below: say which it watched with `--monitor TEST=FILE`"
                .to_owned()
        }
        (Some(_), false) => {
            let tests = chosen.iter().filter_map(|at| executions.get(*at));
            let hint = zone::hint(tests, form, zone).map(|hint| format!(": {hint}")).unwrap_or_default();
            format!("a monitor, and no test overlaps its time{hint}")
        }
    };
    Some((form.file.source.clone(), reason))
}

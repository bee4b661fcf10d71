//! Shards: several generators' rows of one run, which add up to one test.

use super::execution::Execution;
use super::form::{Class, Form};
use crate::rollup::Clock;

/// Adds files of one folder that are of the same kind, with the same endpoints, overlapping in time and with different rows.
/// Two packings of the same rows are one file, of which the other is a copy.
pub(super) fn merge_files(forms: Vec<Form>) -> Vec<Form> {
    let mut merged: Vec<Form> = Vec::new();
    for form in forms {
        if let Some(own) = merged.iter_mut().find(|own| is_copy(own, &form)) {
            own.copies.push(form.file.source);
        } else if let Some(own) = merged.iter_mut().find(|own| are_shards(own, &form)) {
            add(own, form);
        } else {
            merged.push(form);
        }
    }
    merged
}

/// Adds executions of folders whose names differ only in a number.
pub(super) fn merge_folders(executions: Vec<Execution>) -> Vec<Execution> {
    let mut merged: Vec<Execution> = Vec::new();
    for execution in executions {
        let shard_of = |own: &&mut Execution| match (own.forms.first(), execution.forms.first()) {
            (Some(a), Some(b)) => {
                a.folders != b.folders && numberless(&a.folders) == numberless(&b.folders) && are_shards(a, b)
            }
            _ => false,
        };
        match merged.iter_mut().find(shard_of) {
            Some(own) => add_execution(own, execution),
            None => merged.push(execution),
        }
    }
    merged
}

fn add_execution(own: &mut Execution, other: Execution) {
    for form in other.forms {
        let same_kind =
            own.forms.iter_mut().find(|mine| mine.class == Class::Raw && mine.file.adapter == form.file.adapter);
        match same_kind {
            Some(mine) if form.class == Class::Raw => add(mine, form),
            // What a shard's own summary says is not true of the whole; its thresholds and texts are.
            _ => own.forms.push(Form { figures: super::figure::Figures::default(), class: Class::Aside, ..form }),
        }
    }
}

fn is_copy(own: &Form, form: &Form) -> bool {
    own.class < Class::Aside && own.file.adapter == form.file.adapter && own.part == form.part
}

fn are_shards(own: &Form, form: &Form) -> bool {
    own.class == Class::Raw
        && form.class == Class::Raw
        && own.file.adapter == form.file.adapter
        && own.file.source != form.file.source
        && own.part.name() == form.part.name()
        && own.labels == form.labels
        && run_together(own, form)
}

/// Whether two ran at the same time: for at least half of the shorter one. With clocks of whole seconds two runs of which one
/// begins when the other ends seem to overlap, hence the least overlap.
fn run_together(own: &Form, form: &Form) -> bool {
    let Some((ours, theirs)) = own.span.zip(form.span) else { return false };
    let both = ours.end.min(theirs.end).seconds_since(ours.start.max(theirs.start));
    let least = if own.part.clock().min(form.part.clock()) == Clock::Finer { 0.0 } else { 2.0 };
    both > least && both >= ours.seconds().min(theirs.seconds()) / 2.0
}

fn add(own: &mut Form, form: Form) {
    own.part.merge_shard(form.part);
    own.span = own.span.zip(form.span).map(|(ours, theirs)| ours.union(theirs));
    own.figures = super::figure::Figures::of(&own.part);
    own.shards += form.shards;
    own.said.extend(form.said);
    own.copies.extend(form.copies);
    own.more_files.push(form.file);
    own.more_files.extend(form.more_files);
}

/// Folder names with each number as `#`.
fn numberless(folders: &[String]) -> Vec<String> {
    folders
        .iter()
        .map(|name| {
            let mut out = String::new();
            for letter in name.chars() {
                match letter {
                    '0'..='9' if out.ends_with('#') => {}
                    '0'..='9' => out.push('#'),
                    other => out.push(other),
                }
            }
            out
        })
        .collect()
}

//! Several files of one run: a generator's file that was cut up, and several generators' files, which add up to one test.
//!
//! Two things look alike and are not. **Pieces** are one file cut up, wherever it was cut; only their names can say so
//! (`part-1.csv`, `part-2.csv`). **Shards** are what several generators wrote at the same time; their rows say so
//! themselves. Both add up, but pieces hold the users of one generator and shards those of several. What follows one another
//! without such a name is neither: repetitions of a test are tests of their own.

use super::execution::Execution;
use super::figure::Figures;
use super::form::{self, Class, Form};
use super::{name, quoted};
use crate::rollup::{Clock, Writers};
use crate::unit::Span;
use regex::Regex;
use std::sync::LazyLock;

/// The word and number that make a file's name that of a piece, with what separates them from the rest.
static PIECE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let number = r"[-_. ]?(\d+)(?:[-_. ]?of[-_. ]?\d+)?";
    Regex::new(&format!(r"(?i)(?:^|[-_. ]+)(?:part|piece|chunk|slice|split|segment){number}(?:$|[-_. ])")).ok()
});
/// Words for a load generator, which are nobody's idea of a test's name.
const GENERATORS: [&str; 16] = [
    "gen",
    "generator",
    "loadgen",
    "load-generator",
    "injector",
    "worker",
    "node",
    "shard",
    "agent",
    "runner",
    "slave",
    "client",
    "pod",
    "instance",
    "part",
    "piece",
];
/// k6's adapters: it writes its users once a second.
const USERS_EACH_SECOND: &str = "k6";

/// A Shard is one of the files that were added up to a form.
#[derive(Debug, Clone)]
pub(super) struct Shard {
    pub(super) source: String,
    pub(super) folders: Vec<String>,
    pub(super) prefix: String,
    pub(super) span: Option<Span>,
    pub(super) rows: Option<f64>,
    /// Whether its name says that it is a piece of a file.
    pub(super) is_piece: bool,
}

/// Adds the pieces of one file in a folder. Two packings of the same rows are one file, of which the other is a copy.
pub(super) fn merge_files(mut forms: Vec<Form>) -> Vec<Form> {
    // A piece without a single request takes its kind from those that have some.
    forms.sort_by_key(|form| form.class != Class::Raw);
    let mut merged: Vec<Form> = Vec::new();
    for form in forms {
        if let Some(own) = merged.iter_mut().find(|own| are_pieces(own, &form)) {
            add(own, form, Writers::One);
        } else if let Some(own) = merged.iter_mut().find(|own| is_copy(own, &form)) {
            own.file.copies.push(form.file.as_copy());
            own.copies.push(form.file.source);
        } else {
            merged.push(form);
        }
    }
    merged
}

/// Adds executions that are shards of one run: of one folder, or of folders or files whose names differ only in a number.
pub(super) fn merge_executions(executions: Vec<Execution>) -> Vec<Execution> {
    let mut merged: Vec<Execution> = Vec::new();
    for execution in executions {
        match merged.iter().position(|own| is_one_run(own, &execution)) {
            Some(at) => {
                if let Some(own) = merged.get_mut(at) {
                    add_execution(own, execution);
                }
            }
            None => merged.push(execution),
        }
    }
    merged
}

fn is_one_run(own: &Execution, other: &Execution) -> bool {
    let (Some(a), Some(b)) = (own.forms.first(), other.forms.first()) else { return false };
    let kin = a.file.adapter == b.file.adapter && a.part.name() == b.part.name() && a.class == b.class;
    let here = a.folders == b.folders;
    let alike = numberless_place(a) == numberless_place(b);
    if !kin || !(here || alike) {
        return false;
    }
    match a.class {
        Class::Raw if are_pieces(a, b) => true,
        Class::Raw => same_endpoints(a, b, alike) && run_together(own, other),
        Class::Bucketed | Class::Quoted if alike => {
            same_endpoints(a, b, alike)
                && match (own.span(), other.span()) {
                    (Some(_), Some(_)) => run_together(own, other),
                    _ => says_generator(a) && says_generator(b),
                }
        }
        _ => false,
    }
}

/// The same; where the names differ only in a number also if one of them never reached some endpoint.
fn same_endpoints(a: &Form, b: &Form, alike: bool) -> bool {
    let common = a.labels.intersection(&b.labels).count();
    a.labels == b.labels || alike && common > 0 && 2 * common >= a.labels.len().min(b.labels.len())
}

fn add_execution(own: &mut Execution, other: Execution) {
    for form in other.forms {
        let same_kind = own.forms.iter_mut().find(|mine| {
            mine.file.adapter == form.file.adapter && mine.class == form.class && mine.part.name() == form.part.name()
        });
        match same_kind {
            Some(mine) if form.class == Class::Raw => {
                let writers = if are_pieces(mine, &form) { Writers::One } else { Writers::Many };
                add(mine, form, writers);
            }
            Some(mine) if form.class <= Class::Course => {
                mine.part = quoted::added(&mine.part, &form.part);
                added(mine, form);
            }
            Some(mine) => add(mine, form, Writers::Many),
            // What a shard's own summary says is not true of the whole; its thresholds and texts are.
            None => own.forms.push(Form { figures: Figures::default(), class: Class::Aside, ..form }),
        }
    }
    own.monitors.extend(other.monitors);
}

fn is_copy(own: &Form, form: &Form) -> bool {
    own.class < Class::Aside
        && own.file.adapter == form.file.adapter
        && own.part == form.part
        && !are_alike_by_chance(own, form)
}

/// Whether two are of one file and their rows say the same for long: none is a copy because it is the other's like.
pub(super) fn are_alike_by_chance(own: &Form, form: &Form) -> bool {
    own.file.source == form.file.source && !form.part.is_varied()
}

/// Whether their names say that they are pieces of one file.
pub(super) fn are_pieces(own: &Form, form: &Form) -> bool {
    let of_rows = |form: &Form| matches!(form.class, Class::Raw | Class::Aside);
    own.class == Class::Raw
        && of_rows(form)
        && own.file.adapter == form.file.adapter
        && own.part.name() == form.part.name()
        && !own.part.is_parted_from(&form.part)
        && whole(own).is_some_and(|name| Some(name) == whole(form))
}

/// Whether their names say that each is of a generator of its own.
pub(super) fn are_generators(own: &Form, form: &Form) -> bool {
    let place = |form: &Form| form.shards.first().map(|first| (first.folders.clone(), first.prefix.clone()));
    let numbered = numberless_place(own) == numberless_place(form) && place(own) != place(form);
    numbered && says_generator(own) && says_generator(form)
}

/// The names of a form's first file as they would be had it not been cut up.
fn whole(form: &Form) -> Option<Vec<String>> {
    let folders = form.shards.first().map_or(&form.folders, |first| &first.folders);
    name_of_whole(folders.iter().chain([&form.file_name]))
}

/// The names of folders and file as they would be had the file not been cut up; `None` where they do not say that it was.
pub(super) fn name_of_whole<'a>(names: impl Iterator<Item = &'a String>) -> Option<Vec<String>> {
    let mut is_piece = false;
    let names = names.map(|name| {
        let whole = without_piece(name);
        is_piece |= whole != *name;
        whole
    });
    let whole: Vec<String> = names.collect();
    is_piece.then_some(whole)
}

/// A name less what makes it that of a piece: `checkout.csv` of `checkout-part-3.csv`.
pub(super) fn without_piece(name: &str) -> String {
    let Some(found) = PIECE.as_ref().and_then(|piece| piece.captures(name)).and_then(|found| found.get(0)) else {
        return name.to_owned();
    };
    let (before, after) = (name.get(..found.start()).unwrap_or(""), name.get(found.end()..).unwrap_or(""));
    match (before.is_empty() || after.is_empty(), found.as_str().chars().last()) {
        (false, Some(joint)) if !joint.is_ascii_digit() => format!("{before}{joint}{after}"),
        _ => format!("{before}{after}"),
    }
}

/// A name that does not say that it is a piece's: `checkout-3` of `checkout-part-3`.
pub(super) fn not_a_piece(name: &str) -> String {
    let Some(found) = PIECE.as_ref().and_then(|piece| piece.captures(name)) else { return name.to_owned() };
    let number = found.get(1).map_or("", |number| number.as_str());
    let whole = without_piece(name);
    let joint = if whole.is_empty() { "" } else { "-" };
    format!("{whole}{joint}{number}")
}

/// Whether two ran at the same time: for at least half of the shorter one. With clocks of whole seconds two runs of which one
/// begins when the other ends seem to overlap, hence the least overlap.
fn run_together(own: &Execution, other: &Execution) -> bool {
    let Some((ours, theirs)) = own.span().zip(other.span()) else { return false };
    let clock = |execution: &Execution| execution.forms.first().map_or(Clock::None, |form| form.part.clock());
    let both = ours.end.min(theirs.end).seconds_since(ours.start.max(theirs.start));
    let least = if clock(own).min(clock(other)) == Clock::Finer { 0.0 } else { 2.0 };
    both > least && both >= ours.seconds().min(theirs.seconds()) / 2.0
}

/// Adds a form's rows.
fn add(own: &mut Form, mut form: Form, writers: Writers) {
    let writers = if own.tool == USERS_EACH_SECOND { Writers::EachSecond } else { writers };
    own.part.merge_shard(std::mem::take(&mut form.part), writers);
    own.class = form::class(&own.part);
    added(own, form);
}

/// Takes over everything of a form whose part was added already.
fn added(own: &mut Form, form: Form) {
    own.span = match (own.span, form.span) {
        (Some(ours), Some(theirs)) => Some(ours.union(theirs)),
        (ours, theirs) => ours.or(theirs),
    };
    own.figures = Figures::of(&own.part);
    own.labels.extend(form.labels);
    own.may_lag |= form.may_lag;
    if own.folders != form.folders {
        own.folders = common_folders(&own.folders, &form.folders);
    }
    if own.prefix != form.prefix {
        own.prefix = common_name(&own.prefix, &form.prefix);
    }
    own.shards.extend(form.shards);
    own.copies.extend(form.copies);
    own.superseded.extend(form.superseded);
    own.more_files.push(form.file);
    own.more_files.extend(form.more_files);
}

/// Whether their names say that both are generators' and differ in a number alone, and neither holds a time by which it could be
/// told whether they ran together.
pub(super) fn may_be_one_run(own: &Execution, other: &Execution) -> bool {
    let (Some(a), Some(b)) = (own.forms.first(), other.forms.first()) else { return false };
    let kin = a.class == Class::Raw && a.class == b.class && a.file.adapter == b.file.adapter;
    let timeless = own.span().is_none() && other.span().is_none();
    kin && timeless && are_generators(a, b) && same_endpoints(a, b, true)
}

/// Folders and file prefix with each number as `#`.
fn numberless_place(form: &Form) -> (Vec<String>, String) {
    // The folders of what was added already have lost their numbers; those of its first file have not.
    let (folders, prefix) =
        form.shards.first().map_or((&form.folders, &form.prefix), |first| (&first.folders, &first.prefix));
    (folders.iter().map(|name| numberless(name)).collect(), numberless(prefix))
}

/// A name with each number as `#`.
pub(super) fn numberless(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        match letter {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            other => out.push(other),
        }
    }
    out
}

/// Whether the name of the file, or of a folder that holds it, is a generator's by its own word.
fn says_generator(form: &Form) -> bool {
    let of = |name: &String| {
        let words = unnumbered(name).to_ascii_lowercase();
        GENERATORS
            .iter()
            .any(|word| words == *word || words.ends_with(&format!("-{word}")) || words.ends_with(&format!("_{word}")))
    };
    form.shards.first().is_some_and(|first| first.folders.iter().chain([&first.prefix]).any(of))
}

/// What several generators' folders are called together: the last one that differs loses its number, and goes where it is
/// only a word for a generator.
fn common_folders(a: &[String], b: &[String]) -> Vec<String> {
    let mut common = Vec::new();
    for (a, b) in a.iter().zip(b) {
        let together = common_name(a, b);
        let says_test = common.last().is_some_and(|above: &String| !name::is_plain_folder(above));
        let only_a_generator = together.is_empty() || GENERATORS.contains(&together.to_ascii_lowercase().as_str());
        if a == b || !(only_a_generator && says_test) {
            common.push(together);
        }
    }
    common
}

/// What two names have in common that differ only in a number; else the first.
fn common_name(a: &str, b: &str) -> String {
    if a != b && (numberless(a) == numberless(b) || unnumbered(b) == a) { unnumbered(a) } else { a.to_owned() }
}

/// A name less its last number: `gen` of `gen-12`.
fn unnumbered(name: &str) -> String {
    let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if stem.len() < name.len() {
        return stem.trim_end_matches(['-', '_', '.', ' ']).to_owned();
    }
    match name.rfind(|letter: char| letter.is_ascii_digit()) {
        Some(last) => {
            let (before, after) = name.split_at(last + 1);
            format!("{}{after}", unnumbered(before))
        }
        None => name.to_owned(),
    }
}

//! What a test is called: its folder or its files' prefix, less dates and run ids.

use super::execution::Execution;
use crate::ingest::SILENCE_NS;
use crate::unit::{Span, Timestamp};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Ends of file names that say how a file is packed or written.
const ENDINGS: [&str; 20] = [
    "gz",
    "zst",
    "xz",
    "bz2",
    "json",
    "ndjson",
    "jsonl",
    "csv",
    "tsv",
    "txt",
    "html",
    "htm",
    "jtl",
    "xml",
    "log",
    "md",
    "dat",
    "out",
    "summary",
    "data-only",
];
/// Words in file names that say what a file is of its execution, longer ones first.
const ROLES: [&str; 40] = [
    "machine-readable-summary",
    "summary-export",
    "summary_export",
    "handlesummary",
    "stats_history",
    "stats-history",
    "distribution",
    "percentiles",
    "exceptions",
    "monitoring",
    "resources",
    "dashboard",
    "failures",
    "requests",
    "responses",
    "resource",
    "results",
    "samples",
    "metrics",
    "gnuplot",
    "monitor",
    "history",
    "summary",
    "latency",
    "output",
    "points",
    "report",
    "result",
    "system",
    "stdout",
    "export",
    "stats",
    "state",
    "rows",
    "data",
    "raw",
    "out",
    "log",
    "k6out",
    "locustfile",
];
/// Folders that are called by what they hold and not by what was tested.
const PLAIN_FOLDERS: [&str; 16] = [
    "results",
    "result",
    "output",
    "outputs",
    "out",
    "report",
    "reports",
    "artifacts",
    "artefacts",
    "data",
    "tmp",
    "logs",
    "loadtest",
    "load-test",
    "load-tests",
    "perf",
];
/// Prefixes that are the tool's own word for itself.
const TOOLS: [&str; 13] = [
    "locust",
    "k6",
    "jmeter",
    "gatling",
    "vegeta",
    "artillery",
    "hey",
    "oha",
    "wrk",
    "wrk2",
    "ab",
    "siege",
    "autocannon",
];

/// Dates with or without time, unix times, UUIDs, and ids that follow a word such as `run`.
static RUN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let date = r"(?:19|20)\d{2}[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])(?:[-_T .]?\d{2}[-_:h.]?\d{2}(?:[-_:m.]?\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?";
    let word = r"(?:run|build|job|pipeline|attempt|execution|id)";
    let id = format!(r"(?:{date}|1[4-9]\d{{8}}(?:\d{{3}})?|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})");
    Regex::new(&format!(
        r"(?i)(?:^|[-_. ])(?:(?:{word}[-_. #]?)?{id}|{word}[-_. #]?\d+|{word}[-_][0-9a-f]{{6,40}})(?:$|[-_. ])"
    ))
    .ok()
});

/// A file's name less ending and role: `steady` of `steady_stats_history.csv`, nothing of `out.json.gz`.
pub(super) fn prefix(file: &str) -> String {
    let mut rest = file;
    while let Some((stem, ending)) = rest.rsplit_once('.') {
        if stem.is_empty() || !ENDINGS.contains(&ending.to_ascii_lowercase().as_str()) {
            break;
        }
        rest = stem;
    }
    while let Some(shorter) = ROLES.iter().find_map(|role| without_role(rest, role)) {
        rest = shorter;
    }
    rest.to_owned()
}

/// Whether a prefix is a tool's word for itself, as of `siege.log`, and says nothing of the execution.
pub(super) fn is_tools_word(prefix: &str) -> bool {
    TOOLS.contains(&prefix.to_ascii_lowercase().as_str())
}

/// The text without the word at its end or beginning, where a separator sets it off.
fn without_role<'a>(text: &'a str, role: &str) -> Option<&'a str> {
    const SEPARATORS: [char; 4] = ['_', '-', '.', ' '];
    if text.eq_ignore_ascii_case(role) {
        return Some("");
    }
    let at_end = text.len().checked_sub(role.len()).and_then(|at| text.split_at_checked(at));
    if let Some((before, last)) = at_end
        && last.eq_ignore_ascii_case(role)
        && before.ends_with(SEPARATORS)
    {
        return Some(before.trim_end_matches(SEPARATORS));
    }
    let (first, after) = text.split_at_checked(role.len())?;
    (first.eq_ignore_ascii_case(role) && after.starts_with(SEPARATORS)).then(|| after.trim_start_matches(SEPARATORS))
}

/// A name less dates and run ids, and what was taken off.
pub(super) fn without_run(name: &str) -> (String, Option<String>) {
    const EDGES: [char; 4] = ['-', '_', '.', ' '];
    let Some(found) = RUN.as_ref().and_then(|run| run.find(name)) else { return (name.to_owned(), None) };
    let (before, after) = (name.get(..found.start()).unwrap_or(""), name.get(found.end()..).unwrap_or(""));
    let joint = if before.is_empty() || after.is_empty() { "" } else { "-" };
    (format!("{before}{joint}{after}"), Some(found.as_str().trim_matches(EDGES).to_owned()))
}

/// Whether a folder is called by what it holds.
pub(super) fn is_plain_folder(name: &str) -> bool {
    PLAIN_FOLDERS.contains(&name.to_ascii_lowercase().as_str())
}

/// Names all executions: unique within a run, in order of name, run and start.
pub(super) fn name(mut executions: Vec<Execution>) -> Vec<Execution> {
    let mut in_folder: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for execution in &executions {
        *in_folder.entry(folders(execution).to_vec()).or_default() += 1;
    }
    for execution in &mut executions {
        let alone = in_folder.get(folders(execution)).is_none_or(|count| *count == 1);
        (execution.name, execution.run) = proposed(execution, alone);
    }
    number_runs(&mut executions);
    let key = |execution: &Execution| {
        let source = execution.forms.first().map(|form| form.file.source.clone());
        (execution.name.clone(), execution.run.clone(), execution.span().map(|span| span.start), source)
    };
    executions.sort_by_key(key);
    let proposed: Vec<Named> =
        executions.iter().map(|execution| (execution.name.clone(), execution.run.clone())).collect();
    for (execution, name) in executions.iter_mut().zip(distinct(&proposed)) {
        execution.name = name;
    }
    executions.sort_by_key(key);
    executions
}

/// A test's name with its run's.
type Named = (String, Option<String>);

/// The names, of which those that stand before are numbered from 2 on. Files number their own already: such a number is
/// neither given again nor numbered itself.
fn distinct(proposed: &[Named]) -> Vec<String> {
    let all: BTreeSet<&Named> = proposed.iter().collect();
    let mut taken: BTreeSet<Named> = BTreeSet::new();
    let mut next: BTreeMap<Named, u64> = BTreeMap::new();
    let mut names = Vec::new();
    for named in proposed {
        let (name, run) = named;
        if taken.insert(named.clone()) {
            names.push(name.clone());
            continue;
        }
        let unnumbered = (without_number(name).to_owned(), run.clone());
        let base = if all.contains(&unnumbered) { unnumbered } else { named.clone() };
        let times = next.entry(base.clone()).or_insert(1);
        let other = loop {
            *times += 1;
            let other = (format!("{} ({times})", base.0), run.clone());
            if !all.contains(&other) && taken.insert(other.clone()) {
                break other.0;
            }
        };
        names.push(other);
    }
    names
}

/// `10 users` of `10 users (2)`.
fn without_number(name: &str) -> &str {
    let number = name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match number {
        Some((before, digits)) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => name,
    }
}

/// When a run began, and which execution it is.
type Run = (Option<Timestamp>, usize);

/// Numbers the runs that were appended to one file, in order of time, and says so.
fn number_runs(executions: &mut [Execution]) {
    let mut of_file: BTreeMap<(String, Option<String>), Vec<Run>> = BTreeMap::new();
    for (at, execution) in executions.iter().enumerate() {
        if let Some(form) = execution.forms.first() {
            let (start, name) = (form.span.map(|span| span.start), form.part.name().map(str::to_owned));
            of_file.entry((form.file.source.clone(), name)).or_default().push((start, at));
        }
    }
    for ((_, name), mut runs) in of_file.into_iter().filter(|(_, runs)| runs.len() > 1) {
        runs.sort_unstable();
        let count = runs.len();
        let of = name.map_or_else(String::new, |name| format!(" of `{}`", crate::fmt::plain(&name)));
        let how = if are_silent_between(executions, &runs) {
            "with silence of more than 10 min between them"
        } else {
            "with a header row each"
        };
        for (number, (_, at)) in (1..).zip(runs) {
            let Some(execution) = executions.get_mut(at) else { continue };
            let numbered = format!("run {number}");
            execution.run = Some(match execution.run.take() {
                Some(run) => format!("{run}, {numbered}"),
                None => numbered,
            });
            if let Some(form) = execution.forms.first_mut() {
                form.said.push(format!(
                    "the file holds {count} runs{of} {how}; each is a test of its own, and this is the {}",
                    ordinal(number)
                ));
            }
        }
    }
}

/// Whether silence alone tells runs apart, which stand in order of time.
fn are_silent_between(executions: &[Execution], runs: &[Run]) -> bool {
    let spans: Vec<Option<Span>> = runs.iter().map(|(_, at)| executions.get(*at).and_then(Execution::span)).collect();
    spans.windows(2).all(|pair| match pair {
        [Some(before), Some(after)] => after.start.0.saturating_sub(before.end.0) > SILENCE_NS,
        // Of rows without times nothing is known to be silent.
        _ => false,
    })
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

fn folders(execution: &Execution) -> &[String] {
    execution.forms.first().map_or(&[], |form| form.folders.as_slice())
}

fn proposed(execution: &Execution, alone: bool) -> (String, Option<String>) {
    let prefix = execution.prefix();
    let (own, own_run) = without_run(prefix);
    let mut run = own_run;
    let mut folder = None;
    for name in folders(execution).iter().rev() {
        let (rest, id) = without_run(name);
        run = run.or(id);
        folder = folder.or((!rest.is_empty()).then_some(rest));
    }
    let folder = folder.unwrap_or_default();
    let own = if is_tools_word(&own) { String::new() } else { own };
    let plain = is_plain_folder(&folder);
    let by_place = if !own.is_empty() && (!alone || plain || folder.is_empty()) { own } else { folder };
    let scenario = execution.forms.iter().find_map(|form| form.part.name()).map(str::to_owned);
    let tool = || execution.forms.first().map_or_else(String::new, |form| form.tool.to_owned());
    (scenario.or((!by_place.is_empty()).then_some(by_place)).unwrap_or_else(tool), run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_what_files_of_one_execution_share() {
        for file in [
            "steady_stats.csv",
            "steady_stats_history.csv",
            "steady_failures.csv",
            "steady_monitor.csv",
            "raw_steady.csv.gz",
        ] {
            assert_eq!(prefix(file), "steady", "{file}");
        }
        for file in
            ["out.json.gz", "handleSummary.json", "raw.csv", "report.data-only.html", "result.json.json", "stdout.json"]
        {
            assert_eq!(prefix(file), "", "{file}");
        }
        // Of the packings that are read, two were left in the name.
        for packing in ["gz", "zst", "xz", "bz2", "GZ"] {
            assert_eq!(prefix(&format!("runs.jtl.{packing}")), "runs", "{packing}");
        }
        assert_eq!(prefix("exc0.summary.json"), "exc0");
        assert_eq!(prefix("inf-0.49.0.json"), "inf-0.49.0");
        assert_eq!(prefix("inf-0.49.0.summary.json"), "inf-0.49.0");
    }

    #[test]
    fn dates_and_run_ids_are_no_part_of_a_name() {
        let runs = [
            ("run_20251110_120000", "", "run_20251110_120000"),
            ("search_2025-11-10", "search", "2025-11-10"),
            ("2025-11-10T12-00-00Z_search", "search", "2025-11-10T12-00-00Z"),
            ("nightly-run-17", "nightly", "run-17"),
            ("1795225420", "", "1795225420"),
            ("api-build-20251110-eu", "api-eu", "build-20251110"),
        ];
        for (given, name, run) in runs {
            assert_eq!(without_run(given), (name.to_owned(), Some(run.to_owned())), "{given}");
        }
        for kept in
            ["api-baseline", "v2.47_nofull", "2.2.0", "base-1", "100users", "trunk", "10 concurrent users", "run"]
        {
            assert_eq!(without_run(kept), (kept.to_owned(), None));
        }
    }

    /// Two ladders of one name each were `10 users`, `10 users (2)` and `10 users (2)`.
    #[test]
    fn a_number_that_a_file_gave_is_not_given_again() {
        let named = |names: &[&str]| {
            distinct(&names.iter().map(|name| ((*name).to_owned(), None)).collect::<Vec<Named>>()).join("; ")
        };
        assert_eq!(named(&["10 users", "10 users", "10 users (2)"]), "10 users; 10 users (3); 10 users (2)");
        let twice = named(&["10 users", "10 users", "10 users (2)", "10 users (2)"]);
        assert_eq!(twice, "10 users; 10 users (3); 10 users (2); 10 users (4)");
        // Of a name that only looks like it, nobody knows what the number says.
        assert_eq!(named(&["steady (2)", "steady (2)"]), "steady (2); steady (2) (2)");
        let runs = [("a".to_owned(), Some("run 1".to_owned())), ("a".to_owned(), Some("run 2".to_owned()))];
        assert_eq!(distinct(&runs), ["a", "a"]);
    }

    proptest::proptest! {
        #[test]
        fn names_are_each_ones_own_and_those_that_were_stay(
            names in proptest::collection::vec(("a( \\([1-4]\\)){0,2}", proptest::option::of("r")), 0..12)
        ) {
            let distinct: Vec<Named> = distinct(&names).into_iter().zip(names.iter().map(|(_, run)| run.clone())).collect();
            proptest::prop_assert_eq!(distinct.iter().collect::<BTreeSet<_>>().len(), names.len());
            for named in &names {
                proptest::prop_assert!(distinct.contains(named));
            }
        }
    }
}

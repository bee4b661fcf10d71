//! comment.md for a pull or merge request, and summary.md for a job's page: the answer, what is not met, the endpoints worst first.
//!
//! A comment that is too long is refused by the forge and nothing is shown, so it is cut at [`LIMIT`] bytes: whole rows, least important
//! first, never verdict, unmet criteria, worst endpoints or links. It has no pictures, which forges strip: courses are block characters,
//! always beside the numbers they repeat. The first line is a mark by which a script finds its own comment of the last push and
//! replaces it.

mod part;
mod rows;

use super::Link;
use crate::fmt;
use crate::render::filter::{Target, prose};
use crate::render::state;
use crate::report::model::{Line, Report};
use part::{ALWAYS, Part, Rank};
use sha2::{Digest, Sha256};

/// Bytes of a comment. GitHub takes 65,536 characters, and some programs on the way count bytes.
pub const LIMIT: usize = 60_000;
/// Bytes of a job's summary. GitHub takes 1 MiB from one step.
pub const SUMMARY_LIMIT: usize = 1_000_000;

/// What is kept first where not everything has room.
mod rank {
    use super::part::Rank;

    pub(super) const WHY: Rank = 1;
    pub(super) const TESTS: Rank = 2;
    pub(super) const SURE: Rank = 3;
    pub(super) const UNMET: Rank = 4;
    pub(super) const MET: Rank = 5;
    pub(super) const ENDPOINTS: Rank = 6;
}

/// Characters of a title.
const TITLE: usize = 120;
/// Characters of a line of the answer; the report has it whole.
const SENTENCE: usize = 480;

/// The comment, its mark first.
#[must_use]
pub fn comment(report: &Report, links: &[Link]) -> String {
    let mark = format!("{}\n", mark(report));
    let text = part::fit(&parts(report, links), LIMIT - mark.len());
    mark + text.trim_end() + "\n"
}

/// The same for a job's page, where there is room for more: at most `limit` bytes, which is at most [`SUMMARY_LIMIT`].
#[must_use]
pub fn summary(report: &Report, links: &[Link], limit: usize) -> String {
    let text = part::fit(&parts(report, links), limit.min(SUMMARY_LIMIT) - 1);
    format!("{}\n", text.trim_end())
}

/// `<!-- plimsoll:report:ID -->`, where the id is made of the title: the same suite has the same mark in every run.
#[must_use]
pub fn mark(report: &Report) -> String {
    format!("<!-- plimsoll:report:{} -->", identity(&report.title))
}

/// The title in letters, digits and hyphens; with some digits of its hash where that leaves out what might tell titles apart.
fn identity(title: &str) -> String {
    let slug = fmt::slug(title, 60);
    let whole =
        title.len() <= 60 && title.chars().all(|letter| letter.is_ascii_alphanumeric() || " ,.:-_/".contains(letter));
    if whole && !slug.is_empty() {
        return slug;
    }
    let hash = fmt::hex(Sha256::digest(title).get(..4).unwrap_or_default());
    if slug.is_empty() { hash } else { format!("{slug}-{hash}") }
}

/// Everything that could be said, in the order in which it is read.
fn parts(report: &Report, links: &[Link]) -> Vec<Part> {
    let answer = &report.answer;
    let rows = rows::Rows::new(report);
    let why = unmet(&answer.why);
    let default = |text: &String| (rank::SURE, format!("default in force: {}", sentence(text)));
    vec![
        Part::paragraph(ALWAYS, &heading(report)),
        Part::paragraph(ALWAYS, &quoted(&answer.headline)),
        Part::paragraph(ALWAYS, &context(report)),
        list("Why", "reasons", &why, state::named, rank::WHY),
        list("What changed", "changes", &answer.changed, state::moved, rank::WHY),
        list("What to do", "findings", &answer.to_do, state::advised, rank::WHY),
        rows.tests(),
        rows.not_met(),
        rows.worst(),
        rows.met().folded(),
        rows.others().folded(),
        list("How sure", "lines", &answer.sure, state::rested, rank::SURE).folded(),
        Part::list("", "", answer.defaults.iter().map(default).collect()),
        Part::paragraph(ALWAYS, &foot(report, links)),
    ]
}

/// The reasons that are not met; what was met stands in a table of its own, and is not counted among those left unsaid.
fn unmet(why: &[Line]) -> Vec<Line> {
    let shown = |line: &Line| match line.left_open {
        Some(0) => None,
        Some(open) => Some(Line { text: format!("and {open} more under Criteria"), ..line.clone() }),
        None => line.is_open().then(|| line.clone()),
    };
    why.iter().filter_map(shown).collect()
}

fn heading(report: &Report) -> String {
    let verdict = state::verdict(report.verdict);
    let title = fmt::markdown(&fmt::shorten(&report.title, TITLE));
    let summary = sentence(&report.answer.summary);
    format!("## {} {}: {title}\n\n**{summary}.**", verdict.sign, verdict.word)
}

fn quoted(headline: &str) -> String {
    if headline.is_empty() { String::new() } else { format!("> {}", sentence(headline)) }
}

/// For what it holds and what it was compared with.
fn context(report: &Report) -> String {
    let against = match &report.baseline {
        Some(baseline) => format!("Compared with the baseline {}.", fmt::code_span(&fmt::shorten(&baseline.id, 60))),
        None => "Not compared: there is no baseline.".to_owned(),
    };
    format!("{} {against}", sentence(&report.holds_for.sentence))
}

fn list<'a>(
    heading: &str,
    noun: &'static str,
    lines: impl IntoIterator<Item = &'a Line>,
    state: fn(&str) -> state::State,
    rank: Rank,
) -> Part {
    let line = |line: &Line| {
        let state = state(&line.state);
        let word = if line.state == "plain" { String::new() } else { format!("{} {}: ", state.sign, state.word) };
        (rank, format!("{word}{}", sentence(&line.text)))
    };
    Part::list(heading, noun, lines.into_iter().map(line).collect())
}

/// One of our sentences, in which a foreign name may stand.
fn sentence(text: &str) -> String {
    prose(&fmt::sentences(text, SENTENCE), Target::Markdown)
}

fn foot(report: &Report, links: &[Link]) -> String {
    let mut parts: Vec<String> = links.iter().filter_map(link).collect();
    if parts.is_empty() {
        parts.push("Full report: `report.html`, written beside this file".to_owned());
    }
    parts.push(format!("evidence {}", fmt::code_span(&report.run_id)));
    parts.push(format!("{} {}", report.generator.name, report.generator.version));
    format!("---\n{}", parts.join(" · "))
}

/// Markdown of a link; none where the address is none.
fn link(link: &Link) -> Option<String> {
    let harmless = |letter: char| letter.is_ascii_graphic() && !"<>\"`\\|".contains(letter);
    let web = link.url.starts_with("https://") || link.url.starts_with("http://");
    (web && link.url.len() <= 500 && link.url.chars().all(harmless))
        .then(|| format!("[{}](<{}>)", fmt::markdown(&link.text), link.url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_keeps_its_mark_and_others_have_their_own() {
        assert_eq!(identity("Load test report: checkout"), "load-test-report-checkout");
        assert_eq!(identity("Health agent API"), identity("Health agent API"));
        assert_ne!(identity("負荷試験"), identity("耐久試験"));
        assert!(identity("--> <img src=x>").starts_with("img-src-x-"));
        assert!(identity(&"long ".repeat(40)).len() < 75);
    }

    /// "And 7 more under Criteria" counted seven that are met, which the comment does not list at all.
    #[test]
    fn what_is_met_is_not_counted_among_what_is_unsaid() {
        let line = |text: &str, state: &str, left: Option<(usize, usize)>| Line {
            text: text.to_owned(),
            anchor: None,
            state: state.to_owned(),
            left_out: left.map(|(all, _)| all),
            left_open: left.map(|(_, open)| open),
        };
        let said = |open: usize| {
            let why = [
                line("p95", "fail", None),
                line("rate", "pass", None),
                line("and 7 more under Criteria", "plain", Some((7, open))),
            ];
            unmet(&why).into_iter().map(|line| line.text).collect::<Vec<_>>()
        };
        assert_eq!(said(0), ["p95"]);
        assert_eq!(said(2), ["p95", "and 2 more under Criteria"]);
    }

    #[test]
    fn only_addresses_become_links() {
        let to = |url: &str| link(&Link { text: "run".to_owned(), url: url.to_owned() });
        assert_eq!(to("https://ci.example/run/1").unwrap(), "[run](<https://ci.example/run/1>)");
        for harm in ["javascript:alert(1)", "https://x/> [y](z", "https://x/\n# h", ""] {
            assert_eq!(to(harm), None, "{harm}");
        }
    }
}

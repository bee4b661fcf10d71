//! The sign-off as a page made for paper, and as Markdown. Both write the same sections ([`crate::report::signoff`]), so neither
//! says what the other does not. The page has no script: what is signed must not move.

use super::chart::{self, ChartError};
use super::filter::{self, Target};
use super::markdown::{Document, tidy};
use super::state::{self, State};
use super::style;
use super::svg::Ground;
use crate::error::Error;
use crate::judge::outcome::{Status, Verdict};
use crate::report::model::Report;
use crate::report::signoff::Signoff;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const PAGE: [(&str, &str); 2] = [
    ("signoff", include_str!("../../templates/signoff.html.j2")),
    ("blocks", include_str!("../../templates/html/blocks.html.j2")),
];
const DOCUMENT: [(&str, &str); 2] = [
    ("signoff", include_str!("../../templates/signoff.md.j2")),
    ("blocks", include_str!("../../templates/md/blocks.md.j2")),
];

static HTML: LazyLock<Result<Environment<'static>, minijinja::Error>> =
    LazyLock::new(|| filter::environment(Target::Html, &PAGE));
static MARKDOWN: LazyLock<Result<Environment<'static>, minijinja::Error>> =
    LazyLock::new(|| filter::environment(Target::Markdown, &DOCUMENT));

/// Every outcome, by its name in the report.
const STATUSES: [(&str, Status); 9] = [
    ("pass", Status::Pass),
    ("met-not-proven", Status::MetNotProven),
    ("warn", Status::Warn),
    ("fail", Status::Fail),
    ("inconclusive", Status::Inconclusive),
    ("not-run", Status::NotRun),
    ("blocked", Status::Blocked),
    ("not-applicable", Status::NotApplicable),
    ("waived", Status::Waived),
];

/// What the templates see.
#[derive(Serialize)]
struct Layout<'a> {
    it: &'a Signoff,
    run_id: &'a str,
    verdict: State,
    summary: &'a str,
    headline: &'a str,
    release: State,
    states: BTreeMap<&'static str, State>,
    chart: Option<Drawn<'a>>,
    generator: String,
}

/// The picture with its words.
#[derive(Serialize)]
struct Drawn<'a> {
    heading: &'a str,
    caption: &'a str,
    description: &'a str,
    file: String,
    svg: String,
}

impl<'a> Layout<'a> {
    fn new(report: &'a Report, it: &'a Signoff, ground: Ground) -> Result<Self, Error> {
        Ok(Self {
            it,
            run_id: &report.run_id,
            verdict: state::verdict(report.verdict),
            summary: &report.answer.summary,
            headline: &report.answer.headline,
            release: released(it.release.verdict),
            states: STATUSES.iter().map(|(name, status)| (*name, state::status(*status))).collect(),
            chart: drawn(it, ground)?,
            generator: format!("{} {}", report.generator.name, report.generator.version),
        })
    }
}

/// The release's readiness as a state.
fn released(verdict: Option<Verdict>) -> State {
    verdict.map_or(State { class: "inconclusive", sign: "–", word: "NOT ASSESSED" }, state::verdict)
}

fn drawn(it: &Signoff, ground: Ground) -> Result<Option<Drawn<'_>>, Error> {
    let Some(chart) = &it.chart else { return Ok(None) };
    let failed = |error: ChartError| Error::output(error.to_string());
    let svg = chart::draw_before_after(chart, ground).map_err(failed)?;
    Ok(svg.map(|svg| Drawn {
        heading: &chart.words.heading,
        caption: &chart.words.caption,
        description: &chart.words.description,
        file: format!("{}.svg", chart.words.id),
        svg,
    }))
}

/// The sign-off as one self-contained page without script; `None` where the report holds none.
///
/// # Errors
/// Only by a mistake in a template or in drawing code.
pub fn page(report: &Report) -> Result<Option<String>, Error> {
    let Some(it) = &report.signoff else { return Ok(None) };
    let env = HTML.as_ref().map_err(mistake)?;
    let layout = Layout::new(report, it, Ground::Page)?;
    let foot = style::foot("sign-off", &report.run_id);
    let safe = Value::from_safe_string;
    let context = context! {
        s => Serde(&layout),
        policy => style::policy(&[style::signoff(), &foot], &[]),
        style => safe(style::signoff().to_owned()),
        foot => safe(foot.clone()),
    };
    let page = env.get_template("signoff").and_then(|template| template.render(context));
    page.map(Some).map_err(|error| mistake(&error))
}

/// The sign-off as Markdown with its picture; `None` where the report holds none.
///
/// # Errors
/// Only by a mistake in a template or in drawing code.
pub fn document(report: &Report) -> Result<Option<Document>, Error> {
    let Some(it) = &report.signoff else { return Ok(None) };
    let env = MARKDOWN.as_ref().map_err(mistake)?;
    let layout = Layout::new(report, it, Ground::File)?;
    let text = env
        .get_template("signoff")
        .and_then(|template| template.render(context! { s => Serde(&layout) }))
        .map_err(|error| mistake(&error))?;
    let pictures = layout.chart.map(|chart| (chart.file, chart.svg)).into_iter().collect();
    Ok(Some(Document { text: tidy(&text), pictures }))
}

fn mistake(error: &minijinja::Error) -> Error {
    Error::output(format!("the sign-off could not be written: {error:#}"))
}

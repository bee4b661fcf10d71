//! The document: the page's content as Markdown with pictures beside it, for wikis, repositories and e-mail. It holds no raw HTML,
//! so it renders anywhere.

use super::filter::{self, Target};
use super::layout::Layout;
use super::svg::Ground;
use crate::error::Error;
use crate::report::model::Report;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use std::sync::LazyLock;

const TEMPLATES: [(&str, &str); 6] = [
    ("report.md.j2", include_str!("../../templates/report.md.j2")),
    ("shared", include_str!("../../templates/md/shared.md.j2")),
    ("test", include_str!("../../templates/md/test.md.j2")),
    ("endpoints", include_str!("../../templates/md/endpoints.md.j2")),
    ("judged", include_str!("../../templates/md/judged.md.j2")),
    ("evidence", include_str!("../../templates/md/evidence.md.j2")),
];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, minijinja::Error>> =
    LazyLock::new(|| filter::environment(Target::Markdown, &TEMPLATES));

/// A Document is a text and the pictures that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Markdown.
    pub text: String,
    /// File name within `report_files/` and SVG of each picture.
    pub pictures: Vec<(String, String)>,
}

/// The report as a document.
///
/// # Errors
/// Only by a mistake in a template or in drawing code: no report and no name in it causes one.
pub fn document(report: &Report) -> Result<Document, Error> {
    let env = ENVIRONMENT.as_ref().map_err(mistake)?;
    let layout = Layout::new(report, Ground::File)?;
    let template = env.get_template("report.md.j2");
    let text = template
        .and_then(|template| template.render(context! { r => Serde(&layout) }))
        .map_err(|error| mistake(&error))?;
    let charts = layout.tests.iter().flat_map(|test| &test.charts);
    let drawn =
        charts.filter_map(|chart| chart.svg.as_ref().map(|svg| (format!("{}.svg", chart.words.id), svg.clone())));
    Ok(Document { text: tidy(&text), pictures: drawn.collect() })
}

fn mistake(error: &minijinja::Error) -> Error {
    Error::output(format!("the document could not be written: {error:#}"))
}

/// One blank line where a template left several.
pub(super) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && blank {
            continue;
        }
        blank = line.is_empty();
        out.push_str(line);
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

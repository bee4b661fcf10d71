//! The page: one file that mails, prints and reads without script, and asks nothing of anybody.

use super::filter::{self, Target};
use super::layout::Layout;
use super::style;
use super::svg::Ground;
use crate::error::Error;
use crate::report::model::Report;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use std::sync::LazyLock;

const TEMPLATES: [(&str, &str); 9] = [
    ("report.html.j2", include_str!("../../templates/report.html.j2")),
    ("answer", include_str!("../../templates/html/answer.html.j2")),
    ("shared", include_str!("../../templates/html/shared.html.j2")),
    ("test", include_str!("../../templates/html/test.html.j2")),
    ("endpoints", include_str!("../../templates/html/endpoints.html.j2")),
    ("monitors", include_str!("../../templates/html/monitors.html.j2")),
    ("judged", include_str!("../../templates/html/judged.html.j2")),
    ("evidence", include_str!("../../templates/html/evidence.html.j2")),
    ("sign", include_str!("../../templates/html/sign.html.j2")),
];

/// The templates are part of the program: one that does not parse is a mistake that every page would show.
static ENVIRONMENT: LazyLock<Result<Environment<'static>, minijinja::Error>> =
    LazyLock::new(|| filter::environment(Target::Html, &TEMPLATES));

/// The report as one self-contained page.
///
/// # Errors
/// Only by a mistake in a template or in drawing code: no report and no name in it causes one.
pub fn page(report: &Report) -> Result<String, Error> {
    let env = ENVIRONMENT.as_ref().map_err(mistake)?;
    let layout = Layout::new(report, Ground::Page)?;
    let hovers: Vec<_> =
        layout.tests.iter().flat_map(|test| &test.charts).filter_map(|chart| chart.hover.as_ref()).collect();
    // `<` would let a name end the block.
    let values =
        serde_json::to_string(&hovers).map_err(|error| Error::output(error.to_string()))?.replace('<', "\\u003c");
    let foot = style::foot("report", &report.run_id);
    let safe = Value::from_safe_string;
    let context = context! {
        r => Serde(&layout),
        policy => style::policy(&[style::page(), &foot], &[style::script()]),
        style => safe(style::page().to_owned()),
        foot => safe(foot.clone()),
        script => safe(style::script().to_owned()),
        values => safe(values),
    };
    env.get_template("report.html.j2").and_then(|template| template.render(context)).map_err(|error| mistake(&error))
}

fn mistake(error: &minijinja::Error) -> Error {
    Error::output(format!("the page could not be written: {error:#}"))
}

//! The only way by which numbers and foreign texts get into a template: each filter calls [`crate::fmt`], so a figure is written the
//! same in HTML, Markdown and on the terminal. Every text that is not a filter's own is escaped by the formatter for where it
//! stands, whether or not a template's author thought of it.

use super::chart;
use super::svg;
use crate::fmt;
use crate::report::chart::Quantity;
use crate::unit::{Timestamp, Unit};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

/// What is shown for what is unknown.
const UNKNOWN: &str = "–";
/// Characters of a name that a table shows; the page has more of it in a title.
const NAME: usize = 72;
/// Characters of a name in its title.
const TITLE: usize = 300;
/// Characters of a sentence with foreign text in it.
const SENTENCE: usize = 700;

/// For whom templates write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A page.
    Html,
    /// A document.
    Markdown,
}

/// An environment whose templates (name and source) can only write what is harmless in the target.
///
/// # Errors
/// A template that does not parse.
pub(super) fn environment(
    target: Target,
    templates: &[(&'static str, &'static str)],
) -> Result<Environment<'static>, minijinja::Error> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.set_formatter(move |out, _, value| Ok(out.write_str(&written(value, target))?));
    numbers(&mut env, target);
    texts(&mut env, target);
    for (name, source) in templates {
        env.add_template(name, source)?;
    }
    Ok(env)
}

/// A value that a template wrote without a filter.
fn written(value: &Value, target: Target) -> String {
    match value.as_str() {
        Some(text) if value.is_safe() => text.to_owned(),
        Some(text) => escaped(&fmt::shorten(text, SENTENCE), target),
        None if value.is_none() || value.is_undefined() => UNKNOWN.to_owned(),
        None => number_of(value).map_or_else(|| escaped(&value.to_string(), target), fmt::number),
    }
}

fn escaped(text: &str, target: Target) -> String {
    match target {
        Target::Html => svg::escape(&held(text, target)),
        Target::Markdown => fmt::markdown(text),
    }
}

fn number_of(value: &Value) -> Option<f64> {
    if value.kind() == ValueKind::Number { f64::try_from(value.clone()).ok() } else { None }
}

/// Text of our own: it holds nothing that HTML or Markdown would act on.
fn own(text: String) -> Value {
    Value::from_safe_string(text)
}

fn shown(target: Target, value: &Value, write: impl Fn(f64) -> String) -> Value {
    own(number_of(value).map_or_else(|| UNKNOWN.to_owned(), |number| held(&write(number), target)))
}

/// A figure of ours: it holds nothing that would have to be escaped.
fn held(text: &str, target: Target) -> String {
    match target {
        // On a page it never stands in one line and its unit in the next.
        Target::Html => fmt::bound(text),
        Target::Markdown => text.to_owned(),
    }
}

fn numbers(env: &mut Environment<'_>, target: Target) {
    env.add_filter("number", move |value: Value| shown(target, &value, fmt::number));
    env.add_filter("count", move |value: Value| shown(target, &value, fmt::number));
    env.add_filter("latency", move |value: Value| shown(target, &value, fmt::latency_us));
    env.add_filter("percent", move |value: Value| shown(target, &value, fmt::percent));
    env.add_filter("points", move |value: Value| shown(target, &value, fmt::points));
    env.add_filter("rate", move |value: Value| shown(target, &value, fmt::rate));
    env.add_filter("bytes", move |value: Value| shown(target, &value, fmt::bytes));
    env.add_filter("duration", move |value: Value| shown(target, &value, fmt::duration_s));
    env.add_filter("clock", move |value: Value| shown(target, &value, fmt::clock));
    env.add_filter("probability", move |value: Value| {
        shown(target, &value, |p| if p < 1e-4 { "below 0.0001".to_owned() } else { fmt::number(p) })
    });
    env.add_filter("change", move |value: Value| shown(target, &value, fmt::change));
    env.add_filter("times", move |value: Value| shown(target, &value, |factor| fmt::percent(factor - 1.0)));
    // Cells carry the raw number for sorting; nothing for an unknown one.
    env.add_filter("raw", move |value: Value| {
        own(number_of(&value).map_or_else(String::new, |number| number.to_string()))
    });
    env.add_filter("in_unit", move |value: Value, unit: Value| {
        shown(target, &value, |number| fmt::value(number, unit_of(&unit)))
    });
    // A figure in the unit of the limit that it stands beside.
    env.add_filter("beside", move |value: Value, unit: Value, limit: Value| {
        shown(target, &value, |number| match number_of(&limit) {
            Some(limit) => fmt::value_beside(number, unit_of(&unit), limit),
            None => fmt::value(number, unit_of(&unit)),
        })
    });
    // The ends of an interval, of a share rounded outward, as the sentences beside it say them.
    for (name, up) in [("from_beside", false), ("to_beside", true)] {
        env.add_filter(name, move |value: Value, unit: Value, limit: Value| {
            shown(target, &value, |end| fmt::end_beside(end, unit_of(&unit), number_of(&limit).unwrap_or(f64::NAN), up))
        });
    }
    env.add_filter("plural", move |value: Value, one: &str, many: &str| {
        let word = if number_of(&value).is_some_and(|number| (number - 1.0).abs() < f64::EPSILON) { one } else { many };
        own(format!("{} {word}", shown(target, &value, fmt::number)))
    });
}

fn texts(env: &mut Environment<'_>, target: Target) {
    env.add_filter("own_unit", move |value: Value, unit: &str, per_second: bool| {
        let unit = if per_second { format!("{unit}/s") } else { unit.to_owned() };
        let written = number_of(&value).map_or_else(|| UNKNOWN.to_owned(), |number| fmt::with_unit(number, &unit));
        own(escaped(&written, target))
    });
    env.add_filter("name", move |text: &str| own(name(text, target)));
    env.add_filter("code", move |text: &str| {
        own(match target {
            Target::Html => format!("<code>{}</code>", svg::escape(text)),
            Target::Markdown => fmt::code_span(text),
        })
    });
    env.add_filter("prose", move |text: &str| own(prose(text, target)));
    env.add_filter("instant", move |text: Value| {
        own(text.as_str().map_or_else(|| UNKNOWN.to_owned(), |text| escaped(&instant(text), target)))
    });
    // A text that somebody wrote to be read whole.
    env.add_filter("whole", move |text: &str| own(escaped(text, target)));
    // An address that a sign-off found to be one of the web.
    env.add_filter("address", move |text: &str| {
        own(if target == Target::Html { svg::escape(text) } else { text.to_owned() })
    });
    env.add_filter("lines", move |text: &str| own(lines(text, target)));
}

/// A sentence of ours: what stands in it between backticks is code, everything else is escaped as ever. A name with a backtick of
/// its own moves where code begins and cannot leave it.
pub(super) fn prose(text: &str, target: Target) -> String {
    let text = fmt::sentences(text, SENTENCE);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(&text, target);
    }
    let written = parts.iter().enumerate().map(|(at, part)| match (at.is_multiple_of(2), target) {
        (true, _) => escaped(part, target),
        (false, Target::Html) => format!("<code>{}</code>", svg::escape(part)),
        (false, Target::Markdown) => fmt::code_span(part),
    });
    written.collect()
}

/// Foreign text of many lines for a `pre` or a fenced block: steering characters in words, line ends kept.
fn lines(text: &str, target: Target) -> String {
    const MOST: usize = 400;
    let mut all: Vec<String> = text.lines().take(MOST).map(|line| fmt::shorten(&fmt::plain(line), TITLE)).collect();
    let left = text.lines().skip(MOST).count();
    if left > 0 {
        all.push(format!("… and {left} more lines"));
    }
    match target {
        Target::Html => all.iter().map(|line| svg::escape(line)).collect::<Vec<_>>().join("\n"),
        // A fence inside would end the block.
        Target::Markdown => all.join("\n").replace("```", "'''"),
    }
}

/// A name that somebody else chose, short enough for a table; on the page the rest of it is in the title.
fn name(text: &str, target: Target) -> String {
    let short = fmt::shorten(text, NAME);
    match target {
        Target::Markdown => fmt::code_span(&short),
        Target::Html if short == text => format!("<bdi>{}</bdi>", svg::escape(text)),
        Target::Html => {
            format!("<bdi title=\"{}\">{}</bdi>", svg::escape(&fmt::shorten(text, TITLE)), svg::escape(&short))
        }
    }
}

/// RFC 3339 as people read it, to the second.
fn instant(text: &str) -> String {
    let parsed: Option<Timestamp> =
        text.parse::<jiff::Timestamp>().ok().and_then(|at| i64::try_from(at.as_nanosecond()).ok()).map(Timestamp);
    parsed.map_or_else(|| text.to_owned(), fmt::instant)
}

fn unit_of(name: &Value) -> Unit {
    match name.as_str() {
        Some("micros") => Unit::Micros,
        Some("bytes") => Unit::Bytes,
        Some("ratio") => Unit::Ratio,
        Some("per-second") => Unit::PerSecond,
        Some("count") => Unit::Count,
        _ => Unit::Plain,
    }
}

/// A number of a chart's table; `–` for a gap.
pub(super) fn cell(quantity: &Quantity, value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| chart::text(quantity, value))
}

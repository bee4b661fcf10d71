//! The only place where a number or a foreign text becomes text for people.
//!
//! Numbers are shown with three significant digits: more would claim what a load test cannot know. Counts are exact and
//! grouped by thousands. What is unknown is never shown as a number: callers pass numbers only.

mod apart;
mod blocks;
mod foreign;
mod machine;
mod time;

pub use apart::apart;
pub use blocks::blocks;
pub use foreign::{code_span, excerpt, markdown, plain, sentences, shorten};
pub use machine::{
    csv_text, exact, label_value, label_word, rounded, seconds, significant, slug, workflow_message, workflow_property,
};
pub use time::{clock, date, duration_s, instant, rfc3339, utc_offset};

use crate::unit::Unit;

/// A count with its thousands apart: `12,264`.
#[must_use]
pub fn count(value: u64) -> String {
    group(&value.to_string())
}

/// Bytes in hexadecimal, as hashes are written.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A count and its noun: `1 request`, `2 requests`.
#[must_use]
pub fn plural(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// Several in a sentence: `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn listed(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [rest @ .., before, last] if !rest.is_empty() => format!("{}, {before} and {last}", rest.join(", ")),
        few => few.join(" and "),
    }
}

/// Somebody's text as code in a sentence of ours: `` `GET /a` ``, on one line and without backticks of its own.
#[must_use]
pub fn code(text: &str) -> String {
    format!("`{}`", plain(text).replace('`', "'"))
}

/// A count of what is given in the plural, as words that vary are: `1 request`, `3 successes`.
#[must_use]
pub fn counted(value: u64, many: &str) -> String {
    let one = match many.strip_suffix("es") {
        Some(stem) if stem.ends_with("ss") => stem,
        _ => many.strip_suffix('s').unwrap_or(many),
    };
    plural(value, one, many)
}

/// A number with three significant digits and its thousands apart: `0.0886`, `12.3`, `3,840`. Whole numbers below
/// 100,000 are exact.
#[must_use]
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    if !value.is_finite() {
        return "not a number".to_owned();
    }
    if magnitude >= 1e15 {
        return format!("{value:.3e}");
    }
    let whole = (value - value.round()).abs() < f64::EPSILON * magnitude;
    let decimals = match magnitude {
        _ if whole && magnitude < 1e5 => 0,
        m if m >= 99.95 => 0,
        m if m >= 9.995 => 1,
        m if m >= 0.999_5 => 2,
        m if m >= 0.099_95 => 3,
        m if m >= 0.009_995 => 4,
        m if m >= 0.000_999_5 => 5,
        _ => 6,
    };
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    let text = if text == "-0" { "0" } else { text };
    match text.split_once('.') {
        Some((head, tail)) => format!("{}.{tail}", group(head)),
        None => group(text),
    }
}

fn group(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("−", rest));
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    out.push_str(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A latency in microseconds in the unit that suits it: `850 µs`, `41.2 ms`, `2.31 s`, `3 min 20 s`.
#[must_use]
pub fn latency_us(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude < 999.5 {
        format!("{} µs", number(value))
    } else if magnitude < 999_500.0 {
        format!("{} ms", number(value / 1e3))
    } else if magnitude < 100e6 {
        format!("{} s", number(value / 1e6))
    } else {
        duration_s(value / 1e6)
    }
}

/// A share as percent: `0.0886 %`, `18.5 %`, `0 %`; `100 %` only where it is all: 12,277 of 12,278 are `99.99 %`.
#[must_use]
pub fn percent(ratio: f64) -> String {
    if (0.9995..1.0).contains(&ratio) {
        return percent_outward(ratio, false);
    }
    format!("{} %", number(ratio * 100.0))
}

/// An end of an interval of a share, rounded away from the middle so that the interval never claims more than it knows; 0 % and
/// 100 % only where they are exact.
#[must_use]
pub fn percent_outward(ratio: f64, up: bool) -> String {
    let exact = ratio * 100.0;
    if exact <= 0.0 || exact >= 100.0 || !exact.is_finite() {
        return format!("{} %", number(exact));
    }
    // Three digits of what is small; of what is nearly all, two of what is missing.
    let decimals = |of: f64, digits: i32| (f64::from(digits) - 1.0 - of.log10().floor()).clamp(0.0, 9.0);
    let decimals = if exact > 50.0 { decimals(100.0 - exact, 2).max(1.0) } else { decimals(exact, 3) };
    let scale = 10_f64.powf(decimals);
    // The hair is for what is exact in decimals and not in binary.
    let rounded = if up { (exact * scale - 1e-6).ceil() } else { (exact * scale + 1e-6).floor() } / scale;
    let text = format!("{rounded:.9}");
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A difference of shares in points: `0.1 points`, `1 point`, `−1.25 points`.
#[must_use]
pub fn points(difference: f64) -> String {
    let number = number(difference * 100.0);
    let noun = if matches!(number.as_str(), "1" | "−1") { "point" } else { "points" };
    format!("{number} {noun}")
}

/// A change by a factor as signed percent: 1.26 → `+26 %`, 0.96 → `−4 %`; from twice on as a factor too: `+150 % (2.5 times)`.
#[must_use]
pub fn change(factor: f64) -> String {
    let percent = (factor - 1.0) * 100.0;
    let shown = if percent.abs() < 10.0 { (percent * 10.0).round() / 10.0 } else { percent.round() };
    let sign = if shown > 0.0 { "+" } else { "" };
    if factor >= 2.0 {
        format!("{sign}{} % ({} times)", number(shown), number(factor))
    } else {
        format!("{sign}{} %", number(shown))
    }
}

/// Events per second: `498/s`; below one a minute's worth: `20/min`.
#[must_use]
pub fn rate(per_second: f64) -> String {
    if per_second > 0.0 && per_second < 1.0 {
        format!("{}/min", number(per_second * 60.0))
    } else {
        format!("{}/s", number(per_second))
    }
}

/// Bytes by powers of a thousand: `512 B`, `1.2 kB`, `3.4 MB`.
#[must_use]
pub fn bytes(value: f64) -> String {
    let scales = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    scales
        .iter()
        .find(|(scale, _)| value.abs() >= *scale)
        .map_or_else(|| format!("{} B", number(value)), |(scale, name)| format!("{} {name}", number(value / scale)))
}

/// A value in the words of its unit.
#[must_use]
pub fn value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Micros => latency_us(value),
        Unit::Bytes => bytes(value),
        Unit::Ratio => percent(value),
        Unit::PerSecond => rate(value),
        Unit::Count | Unit::Plain => number(value),
    }
}

/// A value beside one that it is compared with: in the unit in which that one is written, so that `2.77/s` never stands beside
/// `at least 5/min`.
#[must_use]
pub fn value_beside(value: f64, unit: Unit, other: f64) -> String {
    match unit {
        Unit::PerSecond if other > 0.0 && other < 1.0 => format!("{}/min", number(value * 60.0)),
        Unit::PerSecond if other >= 1.0 => format!("{}/s", number(value)),
        _ => self::value(value, unit),
    }
}

/// An end of an interval beside what it is compared with; of a share rounded outward.
#[must_use]
pub fn end_beside(value: f64, unit: Unit, other: f64, up: bool) -> String {
    if unit == Unit::Ratio { percent_outward(value, up) } else { value_beside(value, unit, other) }
}

/// A value with the unit that a monitor's file gives it: `98.8 MB`, `71 %`, `12`.
#[must_use]
pub fn with_unit(value: f64, unit: &str) -> String {
    match unit {
        "" => number(value),
        per if per.starts_with('/') => format!("{}{}", number(value), plain(per)),
        unit => format!("{} {}", number(value), plain(unit)),
    }
}

/// A text in which no figure parts from its unit at the end of a line: the blank between them holds them together.
#[must_use]
pub fn bound(text: &str) -> String {
    const UNITS: [&str; 16] =
        ["%", "ns", "µs", "ms", "s", "min", "h", "d", "B", "kB", "MB", "GB", "TB", "point", "points", "times"];
    const BOUND: char = '\u{a0}';
    let mut out = String::with_capacity(text.len() + 8);
    for (at, part) in text.split(' ').enumerate() {
        let word = part.find(|letter: char| !letter.is_alphanumeric() && letter != '%');
        let word = word.and_then(|end| part.get(..end)).unwrap_or(part);
        let is_unit = UNITS.contains(&word) && out.ends_with(|before: char| before.is_ascii_digit());
        if at > 0 {
            out.push(if is_unit { BOUND } else { ' ' });
        }
        out.push_str(part);
    }
    out
}

/// Which share of people wait longer than a quantile: 0.95 → `1 in 20`, 0.5 → `half`.
#[must_use]
pub fn one_in(p: f64) -> String {
    let share = 1.0 - p;
    if (share - 0.5).abs() < 1e-9 {
        return "half".to_owned();
    }
    format!("1 in {}", number((1.0 / share).round()))
}

/// The name of a quantile: 0.95 → `p95`, 0.999 → `p99.9`. [`quantile_p`] reads it back.
#[must_use]
pub fn quantile_name(p: f64) -> String {
    let text = format!("{:.6}", p * 100.0);
    format!("p{}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The quantile of a name: `p99.9` → 0.999; `None` for other texts.
#[must_use]
pub fn quantile_p(name: &str) -> Option<f64> {
    let percent = name.strip_prefix('p')?;
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, ""));
    let digits = format!("{whole}{decimals}");
    if whole.is_empty() || digits.len() > 15 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Both numbers are whole and exact, so the quotient is the float nearest to what was written; 99.9 / 100 is not.
    let scale = 10f64.powi(i32::try_from(decimals.len()).ok()? + 2);
    digits.parse::<f64>().ok().map(|value| value / scale).filter(|p| (0.0..=1.0).contains(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_are_listed() {
        let all = ["a", "b", "c"];
        let listed = |count: usize| listed(&all[..count]);
        assert_eq!([listed(0), listed(1), listed(2), listed(3)], ["", "a", "a and b", "a, b and c"]);
    }

    #[test]
    fn what_is_compared_has_one_unit() {
        let limit = 5.0 / 60.0;
        assert_eq!(value(limit, Unit::PerSecond), "5/min");
        assert_eq!(value_beside(2.77, Unit::PerSecond, limit), "166/min");
        assert_eq!(value_beside(0.5, Unit::PerSecond, 95.0), "0.5/s");
        assert_eq!(value_beside(3e6, Unit::Micros, 5e5), "3 s");
    }

    #[test]
    fn one_of_many_is_singular() {
        let said: Vec<String> = ["requests", "successes", "values"].iter().map(|many| counted(1, many)).collect();
        assert_eq!(said, ["1 request", "1 success", "1 value"]);
        assert_eq!(counted(3153, "failures"), "3,153 failures");
    }

    #[test]
    fn numbers_keep_three_digits() {
        let cases = [
            (0.0, "0"),
            (0.088_573, "0.0886"),
            (1.832_3, "1.83"),
            (12.34, "12.3"),
            (412.4, "412"),
            (12_264.0, "12,264"),
            (-4.06, "−4.06"),
            (999.96, "1,000"),
            (0.000_000_1, "0"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text, "{value}");
        }
    }

    #[test]
    fn latencies_choose_their_unit() {
        let cases = [(0.5, "0.5 µs"), (850.0, "850 µs"), (999.6, "1 ms"), (41_237.0, "41.2 ms"), (999_600.0, "1 s")];
        for (value, text) in cases {
            assert_eq!(latency_us(value), text);
        }
        assert_eq!(latency_us(2_310_000.0), "2.31 s");
        assert_eq!(latency_us(200e6), "3 min 20 s");
    }

    #[test]
    fn changes_and_shares_read_as_people_say_them() {
        assert_eq!(change(1.26), "+26 %");
        assert_eq!(change(0.96), "−4 %");
        assert_eq!(change(1.0), "0 %");
        assert_eq!(change(2.5), "+150 % (2.5 times)");
        assert_eq!(
            (points(0.001), points(0.01), points(-0.0125)),
            ("0.1 points".into(), "1 point".into(), "−1.25 points".into())
        );
        assert_eq!(percent(0.000_886), "0.0886 %");
        assert_eq!(
            (percent(0.999_687).as_str(), percent(1.0).as_str(), percent(0.0).as_str()),
            ("99.968 %", "100 %", "0 %")
        );
        assert_eq!(
            (percent_outward(0.000_886_1, true), percent_outward(0.5, false)),
            ("0.0887 %".into(), "50 %".into())
        );
        assert_eq!((percent_outward(0.01, true), percent_outward(0.953, false)), ("1 %".into(), "95.3 %".into()));
        assert_eq!(one_in(0.95), "1 in 20");
        assert_eq!(one_in(0.999), "1 in 1,000");
        assert_eq!(one_in(0.5), "half");
        assert_eq!(rate(20.0 / 60.0), "20/min");
    }

    /// On paper `1.83` stood at the end of a line and `%` at the start of the next.
    #[test]
    fn a_figure_keeps_its_unit_beside_it() {
        let text = "from 0 % to 1.83 %, p95 12 ms (1 min 30 s); 3 requests, 5 MB/s, 7 screens";
        let held = "from 0~% to 1.83~%, p95 12~ms (1~min 30~s); 3 requests, 5~MB/s, 7 screens";
        assert_eq!(bound(text).replace('\u{a0}', "~"), held);
        assert_eq!(bound(""), "");
        assert_eq!(bound("a %"), "a %");
    }

    #[test]
    fn quantile_names_read_back() {
        for p in [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0, 0.0] {
            assert_eq!(quantile_p(&quantile_name(p)), Some(p));
        }
        assert_eq!(quantile_p("p"), None);
        assert_eq!(quantile_p("p101"), None);
        assert_eq!(quantile_p("pool"), None);
        assert_eq!(quantile_p("p-1"), None);
    }
}

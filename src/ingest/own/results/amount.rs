//! Numbers with their units in one text: `"245 ms"`, `"98.5%"`, `"12.3/sec"`, `"1m30s"`.

use crate::ingest::own::name::time_unit;
use serde_json::Value;

/// A finite number, or a text of one with a unit of time or a percent sign behind it (`12.5`, `"12.5"`, `"12.5ms"`,
/// `"98 %"`), with nanoseconds per unit.
pub(super) fn number(value: &Value) -> Option<(f64, Option<f64>)> {
    if let Value::Number(number) = value {
        return number.as_f64().map(|number| (number, None));
    }
    let (value, unit) = split(value.as_str()?)?;
    match unit {
        "" | "%" => Some((value, None)),
        unit => time_unit(&unit.to_lowercase()).map(|nanos| (value, Some(nanos))),
    }
}

/// A number of something per second; of a text, `"12.3/sec"`, `"12.3 req/s"`, `"740 rpm"`.
pub(super) fn rate(value: &Value) -> Option<f64> {
    if let Value::Number(number) = value {
        return number.as_f64();
    }
    let (value, unit) = split(value.as_str()?)?;
    let unit = unit.to_lowercase().replace(" per ", "/").replace(' ', "");
    let per = match unit.split_once('/') {
        Some((what, per)) if what.chars().all(char::is_alphabetic) => per,
        _ => match unit.as_str() {
            "" | "rps" | "qps" | "tps" => "s",
            "rpm" => "min",
            _ => return None,
        },
    };
    match per {
        "minute" => Some(value / 60.0),
        per => time_unit(per).map(|nanos| value * 1e9 / nanos),
    }
}

/// A length in several units, or as a clock: `"1m30s"`, `"1 h 5 min"`, `"00:01:30"`; with nanoseconds per unit.
pub(super) fn length(value: &Value) -> Option<(f64, Option<f64>)> {
    let mut rest = value.as_str()?.trim();
    if rest.contains(':') {
        let parts: Vec<f64> = rest.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let seconds = parts.iter().fold(0.0, |sum, part| sum * 60.0 + part);
        return ((2..=3).contains(&parts.len()) && seconds.is_finite() && seconds >= 0.0)
            .then_some((seconds, Some(1e9)));
    }
    let mut nanos = 0.0;
    while !rest.is_empty() {
        let (value, behind) = split(rest)?;
        let end = behind.find(|letter: char| !letter.is_alphabetic()).unwrap_or(behind.len());
        let (unit, next) = behind.split_at_checked(end)?;
        nanos += value
            * match unit {
                "h" | "hr" | "hour" | "hours" => 3600e9,
                "m" | "mins" | "minute" | "minutes" => 60e9,
                unit => time_unit(unit)?,
            };
        rest = next.trim_start();
    }
    Some((nanos, Some(1.0)))
}

/// The number at the front of a text, and what stands behind it.
fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end =
        text.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | '-' | '+')).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end)?;
    Some((digits.parse::<f64>().ok().filter(|value| value.is_finite())?, unit.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_stand_behind_numbers() {
        let number = |text: &str| number(&Value::from(text));
        assert_eq!(
            (number("245 ms"), number("1.2s"), number("98.5%")),
            (Some((245.0, Some(1e6))), Some((1.2, Some(1e9))), Some((98.5, None)))
        );
        assert_eq!((number("3 MB"), number("1,234"), number("fast"), number("")), (None, None, None, None));
        let rate = |text: &str| rate(&Value::from(text));
        for text in ["12/sec", "12 req/s", "12 requests per second", "12rps", "12", "720/min", "720 rpm"] {
            assert_eq!(rate(text), Some(12.0), "{text}");
        }
        assert_eq!((rate("12 KB"), rate("12 1/s"), rate("12/day")), (None, None, None));
        let seconds = |text: &str| length(&Value::from(text)).map(|(value, unit)| value * unit.unwrap() / 1e9);
        assert_eq!(
            (seconds("1m30s"), seconds("1 h 5 min"), seconds("00:01:30")),
            (Some(90.0), Some(3900.0), Some(90.0))
        );
        assert_eq!((seconds("90"), seconds("1:2:3:4"), seconds("soon")), (None, None, None));
    }
}

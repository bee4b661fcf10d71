//! Names of columns and keys as people write them, brought to one form: `Response Time (ms)`, `responseTimeMs` and
//! `response-time_ms` are all `response_time_ms`, which is `response_time` in milliseconds.

use crate::unit::Unit;

/// Suffixes that say what a duration is counted in, with nanoseconds per unit.
const TIME_UNITS: [(&str, f64); 24] = [
    ("ms", 1e6),
    ("msec", 1e6),
    ("msecs", 1e6),
    ("millis", 1e6),
    ("millisecond", 1e6),
    ("milliseconds", 1e6),
    ("s", 1e9),
    ("sec", 1e9),
    ("secs", 1e9),
    ("second", 1e9),
    ("seconds", 1e9),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("usec", 1e3),
    ("micros", 1e3),
    ("microsecond", 1e3),
    ("microseconds", 1e3),
    ("ns", 1.0),
    ("nsec", 1.0),
    ("nanos", 1.0),
    ("nanosecond", 1.0),
    ("nanoseconds", 1.0),
    ("min", 60e9),
];

/// A name in lower-case words joined by `_`. A dot between digits stays (`p99.9`), every other sign separates words.
#[must_use]
pub fn words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut previous = ' ';
    let mut letters = name.trim().chars().peekable();
    while let Some(letter) = letters.next() {
        let decimal = letter == '.' && previous.is_ascii_digit() && letters.peek().is_some_and(char::is_ascii_digit);
        if letter.is_alphanumeric() || decimal {
            if letter.is_uppercase() && (previous.is_lowercase() || previous.is_ascii_digit()) {
                out.push('_');
            }
            out.extend(letter.to_lowercase());
        } else if letter == '%' {
            out.push_str(if out.ends_with('_') { "percent" } else { "_percent" });
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
        previous = letter;
    }
    while out.ends_with('_') {
        out.pop();
    }
    out
}

/// Nanoseconds per unit of that word, such as `ms`.
#[must_use]
pub fn time_unit(word: &str) -> Option<f64> {
    TIME_UNITS.iter().find(|(suffix, _)| *suffix == word).map(|(_, nanos)| *nanos)
}

/// Parts [`words`] into what is measured and, where its last word is a unit of time, nanoseconds per unit.
/// `requests_per_s` is a rate, not a duration, and `reads_min` is a least value, not minutes: both keep their last word.
#[must_use]
pub fn split_time_unit(words: &str) -> (&str, Option<f64>) {
    let Some((stem, last)) = words.rsplit_once('_') else {
        return (words, None);
    };
    match time_unit(last) {
        Some(nanos) if last != "min" && !stem.ends_with("per") => {
            (stem.strip_suffix("_in").unwrap_or(stem), Some(nanos))
        }
        _ => (words, None),
    }
}

/// What a column of numbers counts by its suffix: (what is measured, unit inside, units inside per unit of the column).
/// `None` where the name states no unit that can be converted.
#[must_use]
pub fn measured(words: &str) -> Option<(&str, Unit, f64)> {
    if let (stem, Some(nanos)) = split_time_unit(words) {
        return Some((stem, Unit::Micros, nanos / 1e3));
    }
    words.strip_suffix("_bytes").map(|stem| (stem, Unit::Bytes, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_s_spellings_are_one_name() {
        for spelling in
            ["Response Time (ms)", "responseTimeMs", "response-time_ms", " response_time [ms] ", "RESPONSE_TIME_MS"]
        {
            assert_eq!(words(spelling), "response_time_ms", "{spelling}");
        }
        assert_eq!(words("@timestamp"), "timestamp");
        assert_eq!(words("p(99.9)"), "p_99.9");
        assert_eq!(words("cpu%"), "cpu_percent");
        assert_eq!(words("Error Rate (%)"), "error_rate_percent");
        assert_eq!(words("…"), "");
    }

    #[test]
    fn a_suffix_states_the_unit() {
        assert_eq!(split_time_unit("query_time_ms"), ("query_time", Some(1e6)));
        assert_eq!(split_time_unit("duration_seconds"), ("duration", Some(1e9)));
        assert_eq!(split_time_unit("time_in_ms"), ("time", Some(1e6)));
        assert_eq!(split_time_unit("requests_per_s"), ("requests_per_s", None));
        assert_eq!(split_time_unit("latency"), ("latency", None));
        assert_eq!(split_time_unit("latency_min"), ("latency_min", None));
        assert_eq!(measured("pool_wait_ms"), Some(("pool_wait", Unit::Micros, 1e3)));
        assert_eq!(measured("body_bytes"), Some(("body", Unit::Bytes, 1.0)));
        assert_eq!(measured("worker"), None);
    }
}

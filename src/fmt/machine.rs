//! Numbers and foreign texts for machines: a decimal point, no grouping, no exponent, no unit, and whatever a format gives a meaning
//! to is escaped as that format demands.

use super::foreign::{plain, shorten};

/// As short as it reads back the same: `0.1`, `412350`, `0.00005`. What is no number is empty.
#[must_use]
pub fn exact(value: f64) -> String {
    if value.is_finite() { format!("{}", value + 0.0) } else { String::new() }
}

/// Rounded to so many significant digits: 0.4823 with two is `0.48`, 1,234 is `1200`. For programs that take any difference of two
/// texts for a change.
#[must_use]
pub fn significant(value: f64, digits: usize) -> String {
    exact(rounded(value, digits))
}

/// The number that [`significant`] writes.
#[must_use]
pub fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value)
}

/// A length of time in seconds with three decimals, as `JUnit` schemas allow: `297.100`.
#[must_use]
pub fn seconds(value: f64) -> String {
    // The sum of no durations is −0, which no schema takes for a time.
    format!("{:.3}", if value.is_finite() && value > 0.0 { value } else { 0.0 })
}

/// Lower-case letters, digits and hyphens, of which marks, file names and anchors are made: `Health agent, v2` → `health-agent-v2`.
/// At most `most` bytes; empty where the text holds no such character.
#[must_use]
pub fn slug(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most));
    for letter in text.chars() {
        if out.len() >= most {
            break;
        }
        if letter.is_ascii_alphanumeric() {
            out.push(letter.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

/// The message of a GitHub workflow command. `##[`, which an older form of commands begins with, is taken apart.
#[must_use]
pub fn workflow_message(text: &str) -> String {
    plain(text).replace("##[", "## [").replace('%', "%25")
}

/// A property of a GitHub workflow command: what would end it is escaped as well.
#[must_use]
pub fn workflow_property(text: &str) -> String {
    workflow_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// A cell of text in a CSV that people open in a spreadsheet: what would begin a formula there gets an apostrophe before it.
#[must_use]
pub fn csv_text(text: &str) -> String {
    let text = plain(text);
    if text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text
    }
}

/// The value of a label in `OpenMetrics`, without its quotes.
#[must_use]
pub fn label_value(text: &str) -> String {
    plain(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// The value of a label for readers that split lines as a shell does and take `#` for a comment: letters, digits and `._/{}:-`; at
/// most 60 characters.
#[must_use]
pub fn label_word(text: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "._/{}:-".contains(letter);
    shorten(text, 60).replace('…', "..").chars().map(|letter| if allowed(letter) { letter } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_have_no_exponent_and_read_back() {
        let cases =
            [(0.1, "0.1"), (412_350.0, "412350"), (0.000_05, "0.00005"), (-0.0, "0"), (1e21, "1000000000000000000000")];
        for (value, text) in cases {
            assert_eq!(exact(value), text);
        }
        assert_eq!(exact(f64::NAN), "");
        assert_eq!(significant(0.482_3, 2), "0.48");
        assert_eq!(significant(1_234.0, 2), "1200");
        assert_eq!(significant(0.0, 2), "0");
        assert_eq!(significant(0.999, 2), "1");
        assert_eq!(seconds(297.100_4), "297.100");
        assert_eq!(seconds(f64::INFINITY), "0.000");
        assert_eq!(seconds(std::iter::empty::<f64>().sum()), "0.000");
    }

    #[test]
    fn slugs_hold_nothing_but_their_letters() {
        assert_eq!(slug("Health agent, v2!", 60), "health-agent-v2");
        assert_eq!(slug("--> <!-- x", 60), "x");
        assert_eq!(slug("日本", 60), "");
        assert_eq!(slug("abc def", 4), "abc");
    }

    #[test]
    fn commands_and_cells_are_not_ended_early() {
        assert_eq!(workflow_message("50 % of\r\n::error::x ##[group]"), "50 %25 of\\r\\n::error::x ## [group]");
        assert_eq!(workflow_property("a:b,c"), "a%3Ab%2Cc");
        assert_eq!(csv_text("=1+1"), "'=1+1");
        assert_eq!(csv_text("\t@SUM(A1)"), "\\t@SUM(A1)");
        assert_eq!(csv_text(" -2"), "' -2");
        assert_eq!(csv_text("GET /a"), "GET /a");
        assert_eq!(label_value("a\"b\\c\nd"), "a\\\"b\\\\c\\\\nd");
        assert_eq!(label_word("GET /a?b#\"c"), "GET_/a_b__c");
    }

    proptest! {
        #[test]
        fn exact_numbers_read_back(value in any::<f64>().prop_filter("a number", |value| value.is_finite())) {
            let text = exact(value);
            prop_assert!(!text.contains(['e', 'E']));
            prop_assert_eq!(text.parse::<f64>().unwrap().total_cmp(&(value + 0.0)), std::cmp::Ordering::Equal);
        }

        #[test]
        fn rounding_moves_a_number_little(value in 1e-9f64..1e12) {
            prop_assert!((rounded(value, 3) / value - 1.0).abs() <= 0.005);
        }
    }
}

//! How long work takes: `90 min`, `4 h`, `2 d`, `3 weeks`. A day of work has 8 hours and a week 5 days, so that sums are of
//! work and not of calendar time.

use serde::de::{Deserialize, Deserializer, Error as _};
use std::fmt;

const HOUR: f64 = 60.0;
const DAY: f64 = 8.0 * HOUR;
const WEEK: f64 = 5.0 * DAY;

/// An Effort is an amount of work.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Effort {
    /// In minutes of work.
    pub minutes: f64,
}

impl Effort {
    /// Reads `90 min`, `1.5 h`, `2 d`, `3 weeks`.
    ///
    /// # Errors
    /// What was found instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no effort such as \"90 min\", \"4 h\", \"2 d\" or \"3 weeks\"");
        let text = text.trim();
        let split = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').ok_or_else(wrong)?;
        let (number, unit) = text.split_at(split);
        let scale = match unit.trim() {
            "min" | "minute" | "minutes" => 1.0,
            "h" | "hour" | "hours" => HOUR,
            "d" | "day" | "days" => DAY,
            "w" | "week" | "weeks" => WEEK,
            _ => return Err(wrong()),
        };
        let number: f64 = number.parse().map_err(|_| wrong())?;
        Ok(Self { minutes: number * scale })
    }
}

impl std::iter::Sum for Effort {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        Self { minutes: all.map(|one| one.minutes).sum() }
    }
}

impl fmt::Display for Effort {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = crate::fmt::number;
        let (large, unit, small, rest) = match self.minutes {
            short if short < 2.0 * HOUR => return write!(out, "{} min", number(short)),
            hours if hours < 2.0 * DAY => (HOUR, "h", 1.0, "min"),
            _ => (DAY, "d", HOUR, "h"),
        };
        let whole = (self.minutes / large).floor();
        let left = ((self.minutes - whole * large) / small).round();
        if left > 0.0 {
            write!(out, "{} {unit} {} {rest}", number(whole), number(left))
        } else {
            write!(out, "{} {unit}", number(whole))
        }
    }
}

impl<'de> Deserialize<'de> for Effort {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn efforts_are_read_and_written() {
        for (text, written) in
            [("90 min", "90 min"), ("4h", "4 h"), ("2 d", "2 d"), ("3 weeks", "15 d"), ("1.5 h", "90 min")]
        {
            assert_eq!(Effort::parse(text).unwrap().to_string(), written);
        }
        for wrong in ["", "90", "min", "2 moons", "1.2.3 h", "-4 h"] {
            assert!(Effort::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_sum_is_of_work() {
        let all = ["90 min", "2 h", "1 d"].map(|text| Effort::parse(text).unwrap());
        assert_eq!(all.into_iter().sum::<Effort>().to_string(), "11 h 30 min");
    }
}

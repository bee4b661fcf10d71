//! How the values of plimsoll.toml are read: quantities, metrics, globs, dates. An error raised here is placed by the TOML
//! reader at the value's line and column.

use super::metric::Metric;
use crate::quantity::{Quantity, Range};
use crate::unit::Unit;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jiff::tz::TimeZone;
use serde::de::{Deserialize, Deserializer, Error as _};
use std::str::FromStr;

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[expect(clippy::cast_precision_loss, reason = "nobody writes a limit above 2^53")]
        match toml::Value::deserialize(from)? {
            toml::Value::String(text) => Self::parse(&text).map_err(D::Error::custom),
            toml::Value::Integer(whole) => Ok(Self::new(whole as f64, crate::unit::Unit::Plain)),
            toml::Value::Float(number) if number.is_finite() => Ok(Self::new(number, crate::unit::Unit::Plain)),
            other => Err(D::Error::custom(format!(
                "expected a quantity such as \"250 ms\" or 0.01, found {}",
                other.type_str()
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(from)?;
        match &value {
            toml::Value::String(text) => Self::parse(text).map_err(D::Error::custom),
            toml::Value::Integer(_) | toml::Value::Float(_) => {
                Self::parse(&value.to_string()).map_err(D::Error::custom)
            }
            other => {
                Err(D::Error::custom(format!("expected a range such as \"3 s .. 5 s\", found {}", other.type_str())))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Globs on names; `*` crosses slashes, because endpoints are full of them. No globs match nothing.
#[derive(Debug, Clone)]
pub struct Globs {
    texts: Vec<String>,
    set: GlobSet,
}

impl Globs {
    /// Globs of these texts.
    ///
    /// # Errors
    /// The first text that is not a glob, in words.
    pub fn new(texts: Vec<String>) -> Result<Self, String> {
        let mut builder = GlobSetBuilder::new();
        for text in &texts {
            let glob = GlobBuilder::new(text)
                .literal_separator(false)
                .build()
                .map_err(|error| format!("`{text}` is not a glob: {}", error.kind()))?;
            builder.add(glob);
        }
        let set = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { texts, set })
    }

    /// Whether one of them matches, or is the name itself (`/users/[id]` is a name before it is a glob).
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.texts.iter().any(|text| text == name) || self.set.is_match(name)
    }

    /// Whatever has this name, with or without a method before it.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let escaped = globset::escape(name);
        Self::new(vec![escaped.clone(), format!("* {escaped}")])
            .unwrap_or_else(|_| Self { texts: vec![name.to_owned()], set: GlobSet::empty() })
    }

    /// As written.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}

impl<'de> Deserialize<'de> for Globs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let texts = match toml::Value::deserialize(from)? {
            toml::Value::String(text) => vec![text],
            toml::Value::Array(rows) => rows
                .into_iter()
                .map(|row| match row {
                    toml::Value::String(text) => Ok(text),
                    other => Err(D::Error::custom(format!("expected a glob, found {}", other.type_str()))),
                })
                .collect::<Result<_, _>>()?,
            other => {
                return Err(D::Error::custom(format!(
                    "expected a glob or a list of globs, found {}",
                    other.type_str()
                )));
            }
        };
        Self::new(texts).map_err(D::Error::custom)
    }
}

/// A Zone is a time zone by name (`Europe/Berlin`), `UTC`, or an offset from it (`+02:00`).
#[derive(Debug, Clone)]
pub struct Zone(pub TimeZone);

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let zone = match text.as_str() {
            "UTC" | "utc" | "Z" => Some(TimeZone::UTC),
            name => offset(name).map(TimeZone::fixed).or_else(|| TimeZone::get(name).ok()),
        };
        zone.map(Self).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is no time zone that this machine knows: give `UTC`, a name such as `Europe/Berlin`, or an offset \
                 such as `+02:00`"
            ))
        })
    }
}

/// `+02:00` and `-0330` as an offset.
fn offset(text: &str) -> Option<jiff::tz::Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|letter| *letter != ':').collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits.get(..2)?.parse::<i32>().ok()?, digits.get(2..)?.parse::<i32>().ok()?),
        _ => return None,
    };
    (minutes < 60).then(|| jiff::tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()).flatten()
}

/// A regular expression that the configuration holds.
#[derive(Debug, Clone)]
pub struct Pattern(pub regex::Regex);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        regex::Regex::new(&text).map(Self).map_err(|error| {
            // The crate's message draws a caret over several lines; its last line says what is wrong.
            let said = error.to_string();
            let last = said.lines().last().unwrap_or_default().trim();
            D::Error::custom(format!("`{text}` is not a regular expression: {last}"))
        })
    }
}

/// A day, as `2026-12-31` with or without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub jiff::civil::Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = match toml::Value::deserialize(from)? {
            toml::Value::String(text) => text,
            toml::Value::Datetime(day) => day.to_string(),
            other => other.to_string(),
        };
        jiff::civil::Date::from_str(&text)
            .map(Self)
            .map_err(|_| D::Error::custom(format!("`{text}` is not a day such as 2026-12-31")))
    }
}

/// Which tests a criterion is about, by the load they ran with: `users < 20`, `rate >= 100/s and duration > 5 min`.
#[derive(Debug, Clone, PartialEq)]
pub struct Where {
    text: String,
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq)]
struct Term {
    of: LoadField,
    comparison: Comparison,
    value: f64,
}

/// What is known of a test's load, and can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadField {
    /// Users at a time.
    Users,
    /// Requests in all.
    Requests,
    /// Requests per second.
    Rate,
    /// Length in µs.
    Duration,
}

impl LoadField {
    const ALL: [(&'static str, Self, Unit); 4] = [
        ("users", Self::Users, Unit::Plain),
        ("requests", Self::Requests, Unit::Plain),
        ("rate", Self::Rate, Unit::PerSecond),
        ("duration", Self::Duration, Unit::Micros),
    ];

    /// In a sentence: `the number of users`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Users => "the number of users",
            Self::Requests => "the number of requests",
            Self::Rate => "the rate",
            Self::Duration => "the duration",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

/// Two letters before one: `<=` begins with `<`.
const OPERATORS: [(&str, Comparison); 6] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("==", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::More),
    ("=", Comparison::Equal),
];

impl Where {
    /// Reads `users < 20` (`<`, `<=`, `=`, `>=`, `>`; several joined by `and`).
    ///
    /// # Errors
    /// What was found instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let terms = text.split(" and ").map(Term::parse).collect::<Option<Vec<_>>>().ok_or_else(|| {
            format!(
                "`{text}` should be like \"users < 20\" or \"rate >= 100/s and duration > 5 min\" (users, requests, rate, duration)"
            )
        })?;
        Ok(Self { text: text.trim().to_owned(), terms })
    }

    /// Whether a test with such a load is selected.
    ///
    /// # Errors
    /// What would have to be known to tell.
    pub fn selects(&self, load: impl Fn(LoadField) -> Option<f64>) -> Result<bool, LoadField> {
        let mut all = true;
        for term in &self.terms {
            all &= term.holds(load(term.of).ok_or(term.of)?);
        }
        Ok(all)
    }

    /// As written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Term {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (rest, of, unit) = LoadField::ALL
            .iter()
            .find_map(|(name, of, unit)| Some((text.strip_prefix(name)?.trim_start(), *of, *unit)))?;
        let (comparison, number) =
            OPERATORS.iter().find_map(|(sign, comparison)| Some((*comparison, rest.strip_prefix(sign)?)))?;
        let quantity = Quantity::parse(number).ok()?;
        (quantity.unit == unit).then_some(Self { of, comparison, value: quantity.value })
    }

    fn holds(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::Less => value < self.value,
            Comparison::AtMost => value <= self.value,
            Comparison::Equal => (value - self.value).abs() < 1e-9,
            Comparison::AtLeast => value >= self.value,
            Comparison::More => value > self.value,
        }
    }
}

impl<'de> Deserialize<'de> for Where {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

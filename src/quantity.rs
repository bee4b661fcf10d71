//! Quantities as people write them in plimsoll.toml: `250ms`, `2 s`, `300/min`, `0.1 %`, `10 MB`, `3 s .. 5 s`, `42`.
//!
//! Parsing ends in base units (see [`crate::unit`]); [`Quantity`]'s `Display` writes text that parses back to the same value.
//! Reports do not show this text but [`crate::fmt`]'s, which rounds.

use crate::unit::Unit;
use std::fmt;

/// A Quantity is a number with the unit it was written in, brought to base units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// In base units: µs, bytes, ratio, per second, or as written.
    pub value: f64,
    /// What it counts; [`Unit::Plain`] for a number without a unit.
    pub unit: Unit,
}

/// A Range is two quantities of one unit, ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The lower end.
    pub low: Quantity,
    /// The upper end; never below `low`.
    pub high: Quantity,
}

/// How a written unit leads to a base unit: multiply, or divide where the factor's inverse is the whole number. Both are one
/// rounding, so that `0.1 %` is the same float as `0.001`.
#[derive(Clone, Copy)]
enum Scale {
    Times(f64),
    Over(f64),
}

/// One way to write a unit. The first of a unit's rows with the same scale is the one that is written back.
struct Spelling {
    text: &'static str,
    unit: Unit,
    scale: Scale,
}

const fn spelling(text: &'static str, unit: Unit, scale: Scale) -> Spelling {
    Spelling { text, unit, scale }
}

/// Every spelling, the largest scale of a unit first.
const SPELLINGS: &[Spelling] = &[
    spelling("d", Unit::Micros, Scale::Times(86_400e6)),
    spelling("h", Unit::Micros, Scale::Times(3_600e6)),
    spelling("min", Unit::Micros, Scale::Times(60e6)),
    spelling("m", Unit::Micros, Scale::Times(60e6)),
    spelling("s", Unit::Micros, Scale::Times(1e6)),
    spelling("ms", Unit::Micros, Scale::Times(1e3)),
    spelling("µs", Unit::Micros, Scale::Times(1.0)),
    spelling("us", Unit::Micros, Scale::Times(1.0)),
    spelling("ns", Unit::Micros, Scale::Over(1e3)),
    spelling("%", Unit::Ratio, Scale::Over(100.0)),
    spelling("/s", Unit::PerSecond, Scale::Times(1.0)),
    spelling("/min", Unit::PerSecond, Scale::Over(60.0)),
    spelling("/m", Unit::PerSecond, Scale::Over(60.0)),
    spelling("/h", Unit::PerSecond, Scale::Over(3600.0)),
    spelling("TB", Unit::Bytes, Scale::Times(1e12)),
    spelling("GB", Unit::Bytes, Scale::Times(1e9)),
    spelling("MB", Unit::Bytes, Scale::Times(1e6)),
    spelling("kB", Unit::Bytes, Scale::Times(1e3)),
    spelling("GiB", Unit::Bytes, Scale::Times(1_073_741_824.0)),
    spelling("MiB", Unit::Bytes, Scale::Times(1_048_576.0)),
    spelling("KiB", Unit::Bytes, Scale::Times(1024.0)),
    spelling("B", Unit::Bytes, Scale::Times(1.0)),
];

impl Quantity {
    /// A quantity in base units.
    #[must_use]
    pub fn new(value: f64, unit: Unit) -> Self {
        Self { value, unit }
    }

    /// Reads one quantity.
    ///
    /// # Errors
    /// A sentence fragment that names what was found and gives an example.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let split =
            text.char_indices().find(|&(at, letter)| !is_numeric(text, at, letter)).map_or(text.len(), |(at, _)| at);
        let (digits, unit) = text.split_at(split);
        let number: f64 = digits
            .trim_end()
            .parse()
            .map_err(|_| format!("`{text}` is not a quantity: write it like \"250 ms\", \"0.1 %\" or \"300/min\""))?;
        if !number.is_finite() {
            return Err(format!("`{text}` is too large to be a quantity"));
        }
        let unit = unit.trim();
        if unit.is_empty() {
            return Ok(Self::new(number, Unit::Plain));
        }
        let found = SPELLINGS.iter().find(|row| row.text == unit);
        let row = found.ok_or_else(|| unknown_unit(unit))?;
        let value = match row.scale {
            Scale::Times(factor) => number * factor,
            Scale::Over(factor) => number / factor,
        };
        Ok(Self::new(value, row.unit))
    }
}

/// Whether the letter still belongs to the number: digits, a sign, a point, or an `e` that an exponent follows.
fn is_numeric(text: &str, at: usize, letter: char) -> bool {
    match letter {
        '0'..='9' | '.' | '+' | '-' => true,
        'e' | 'E' => text
            .get(at + 1..)
            .and_then(|rest| rest.chars().next())
            .is_some_and(|next| next.is_ascii_digit() || next == '-' || next == '+'),
        _ => false,
    }
}

fn unknown_unit(unit: &str) -> String {
    let size = unit.split_once('/').map(|(size, _)| size.trim());
    if let Some(size) = size.filter(|size| SPELLINGS.iter().any(|row| row.unit == Unit::Bytes && row.text == *size)) {
        return format!(
            "`{unit}` is not a unit: a column that grows is limited by its size in one second, in {size} alone"
        );
    }
    let near = SPELLINGS
        .iter()
        .map(|row| (strsim::damerau_levenshtein(row.text, unit), row.text))
        .min_by_key(|&(distance, text)| (distance, text.len()))
        .filter(|&(distance, _)| distance <= 2)
        .map_or(String::new(), |(_, text)| format!(", did you mean `{text}`?"));
    format!("`{unit}` is not a unit{near}; known are ms, s, min, h, %, /s, /min, kB, MB, GB")
}

impl fmt::Display for Quantity {
    /// The text with the fewest digits that parses back to the same value.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing is nothing in any unit; of times it is said in seconds and not in days.
        if self.value == 0.0 && self.unit == Unit::Micros {
            return out.write_str("0 s");
        }
        let mut best = None::<(usize, String)>;
        for row in SPELLINGS.iter().filter(|row| row.unit == self.unit) {
            let number = match row.scale {
                Scale::Times(factor) => self.value / factor,
                Scale::Over(factor) => self.value * factor,
            };
            let gap = if row.text.starts_with('/') { "" } else { " " };
            let text = format!("{number}{gap}{}", row.text);
            let same = Self::parse(&text).is_ok_and(|back| same_bits(back.value, self.value));
            let digits = number.to_string().len();
            if same && best.as_ref().is_none_or(|(least, _)| digits < *least) {
                best = Some((digits, text));
            }
        }
        match best {
            Some((_, text)) => out.write_str(&text),
            None => write!(out, "{}", self.value),
        }
    }
}

fn same_bits(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits()
}

impl Range {
    /// Reads `3 s .. 5 s`; a single quantity is the range of itself.
    ///
    /// # Errors
    /// As [`Quantity::parse`], or that the ends have different units or stand in the wrong order.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (low, high) = match text.split_once("..") {
            Some((low, high)) => (Quantity::parse(low)?, Quantity::parse(high)?),
            None => (Quantity::parse(text)?, Quantity::parse(text)?),
        };
        if low.unit != high.unit {
            return Err(format!("`{text}` has ends of different units"));
        }
        if low.value > high.value {
            return Err(format!("`{text}` ends before it begins"));
        }
        Ok(Self { low, high })
    }
}

impl Range {
    /// As people say it: `100 ms to 3 s`, `0 to 3 s`, `100`.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { low, high } = self;
        let said = |one: &Quantity| crate::fmt::value(one.value, one.unit);
        if low == high {
            return said(low);
        }
        let from = if same_bits(low.value, 0.0) { "0".to_owned() } else { said(low) };
        format!("{from} to {}", said(high))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high { write!(out, "{}", self.low) } else { write!(out, "{} .. {}", self.low, self.high) }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these conversions are exact by design")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn people_write_quantities_like_this() {
        let cases = [
            ("250ms", 250e3, Unit::Micros),
            ("2 s", 2e6, Unit::Micros),
            ("10 m", 600e6, Unit::Micros),
            ("1.5h", 5400e6, Unit::Micros),
            ("300/min", 5.0, Unit::PerSecond),
            ("0.1 %", 0.001, Unit::Ratio),
            ("10 MB", 10e6, Unit::Bytes),
            ("3e2 ms", 300e3, Unit::Micros),
            ("42", 42.0, Unit::Plain),
            ("-1", -1.0, Unit::Plain),
        ];
        for (text, value, unit) in cases {
            assert_eq!(Quantity::parse(text), Ok(Quantity::new(value, unit)), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_says_so() {
        for text in ["", "s", "fast", "1 2", "1..2", "nan", "inf", "1e999"] {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
        let error = Quantity::parse("3 sec").unwrap_err();
        assert!(error.contains("`sec` is not a unit"), "{error}");
    }

    #[test]
    fn they_are_written_back_short() {
        for text in ["250 ms", "2 s", "10 min", "5/s", "0.1 %", "10 MB", "42", "3 s .. 5 s"] {
            assert_eq!(Range::parse(text).unwrap().to_string(), text);
        }
    }

    /// A column that the report shows in MB/s was refused with "did you mean `/s`?".
    #[test]
    fn a_size_per_time_is_told_how_it_is_limited() {
        for unit in ["MB/s", "KiB/min"] {
            let told = Quantity::parse(&format!("5 {unit}")).unwrap_err();
            let size = unit.split('/').next().unwrap();
            assert!(told.ends_with(&format!("by its size in one second, in {size} alone")), "{told}");
        }
    }

    #[test]
    fn ranges_have_one_unit_and_an_order() {
        assert!(Range::parse("3 s .. 5 %").is_err());
        assert!(Range::parse("5 s .. 3 s").is_err());
        assert_eq!(Range::parse("0 s .. 2 m").unwrap().high.value, 120e6);
    }

    proptest! {
        #[test]
        fn what_is_written_parses_back(value in prop::num::f64::NORMAL | prop::num::f64::ZERO, at in 0..5_usize) {
            let unit = [Unit::Micros, Unit::Bytes, Unit::Ratio, Unit::PerSecond, Unit::Plain][at];
            let quantity = Quantity::new(value, unit);
            // A percent of the greatest floats has no finite text; nobody has a latency of 1e300 s either.
            prop_assume!(value.abs() < 1e290 && (value == 0.0 || value.abs() > 1e-290));
            let back = Quantity::parse(&quantity.to_string());
            // A ratio that no percentage reaches exactly is written as the bare number, which a ratio's limit takes too.
            let back = back.map(|found| found.value);
            prop_assert_eq!(back, Ok(value));
        }
    }
}

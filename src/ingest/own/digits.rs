//! Which sign parts whole from fraction, and which only groups digits: `1.022,5`, `1,022.5` and `1 022,5` are one number.
//!
//! A cell with both signs tells by itself, and so does one whose digits are no groups of three. `1.000` alone may be one or a
//! thousand: then the other numbers of the file decide ([`Seen`]), and where they do not either, the reader refuses the cell
//! or takes the sign that goes with the file's delimiter, but never a value that another cell of the file speaks against.

use crate::fmt::excerpt;
use std::borrow::Cow;

/// What stands between digits to make long numbers readable, beside the sign that is not the decimal one: apostrophes and
/// blanks, most of them narrow or unbreakable.
const SPACERS: [char; 7] = ['\'', '\u{2019}', ' ', '\u{a0}', '\u{2007}', '\u{2009}', '\u{202f}'];

/// How the numbers of a file are written, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sign {
    /// With a decimal point; a comma between digits could be anything.
    #[default]
    Point,
    /// With either, as between semicolons: `12,5` is twelve and a half, and so is `12.5`.
    Either,
    /// With a decimal comma: a point groups digits.
    Comma,
    /// With a decimal point: a comma groups digits.
    GroupedPoint,
    /// With a decimal comma and nothing else, as the settings say.
    OnlyComma,
    /// With a decimal point and nothing else, as the settings say.
    OnlyPoint,
}

impl Sign {
    /// The same for a file whose numbers may show another.
    #[must_use]
    pub fn unless_shown(self) -> Self {
        match self {
            Self::OnlyComma => Self::Comma,
            Self::OnlyPoint => Self::GroupedPoint,
            other => other,
        }
    }

    /// What has to be said of a number that is refused because nothing tells what its comma is; `None` of any other.
    #[must_use]
    pub fn asked_of(self, cell: &str) -> Option<String> {
        let open = self == Self::Point && split(cell).0.contains(',') && Seen::default().leaves_open(cell);
        open.then(|| doubt_of_row(cell))
    }

    /// What has to be said of a number that shows another decimal sign than the settings; `None` of any other.
    #[must_use]
    pub fn contradicted(self, cell: &str) -> Option<String> {
        let (sign, word) = match self {
            Self::OnlyComma => (',', "comma"),
            Self::OnlyPoint => ('.', "point"),
            _ => return None,
        };
        let (number, _) = split(cell);
        let own = decimal_sign(number.trim_start_matches(['-', '+']))?;
        let expected = format!("a decimal {word}, as inputs.decimal_sign says");
        (own != sign).then(|| format!("should be a number with {expected}, found `{}`", excerpt(cell.as_bytes())))
    }
}

impl From<bool> for Sign {
    /// Whether a decimal comma is allowed, where nothing else is known.
    fn from(comma: bool) -> Self {
        if comma { Self::Either } else { Self::Point }
    }
}

/// What the numbers of a file have shown so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    comma: bool,
    point: bool,
    ungrouped: bool,
}

impl Seen {
    /// Takes note of a cell that should be a number, with or without a unit behind it.
    pub fn take(&mut self, cell: &str) {
        let (number, _) = split(cell);
        let whole = number.trim_start_matches(['-', '+']);
        if whole.len() > 3 && whole.bytes().all(|byte| byte.is_ascii_digit()) {
            self.ungrouped = true;
        }
        match decimal_sign(whole) {
            Some(',') => self.comma = true,
            Some(_) => self.point = true,
            None => {}
        }
    }

    /// Whether a number among them showed its decimal sign.
    #[must_use]
    pub fn decides(self) -> bool {
        self.comma || self.point
    }

    /// How its numbers are written. `semicolons` stand between the columns of spreadsheets whose language has a decimal comma.
    #[must_use]
    pub fn sign(self, semicolons: bool) -> Sign {
        match (self.comma, self.point) {
            (true, false) => Sign::Comma,
            (false, true) => Sign::GroupedPoint,
            _ => Sign::from(semicolons),
        }
    }

    /// Why a number that was left open and read with decimals is none, for all that was seen since.
    #[must_use]
    pub fn speaks_against(self, cell: &str) -> Option<String> {
        let (number, grouped, decimal) = both(cell);
        let (other, word) = if number.contains(',') { (self.point, "point") } else { (self.comma, "comma") };
        let against = other && self.comma != self.point;
        against.then(|| format!("`{number}` is {grouped} rather than {decimal}: other rows have a decimal {word}"))
    }

    /// Takes note of what others saw.
    pub fn merge(&mut self, other: Self) {
        self.comma |= other.comma;
        self.point |= other.point;
        self.ungrouped |= other.ungrouped;
    }

    /// Takes note of a share with a sign of percent behind it: `4,600%` is not the 4,600-fold of the whole.
    pub fn take_share(&mut self, cell: &str) {
        let (number, behind) = split(cell);
        if behind.trim() == "%" && Self::default().leaves_open(number) {
            self.comma |= number.contains(',');
            self.point |= number.contains('.');
        }
    }

    /// Whether `1.000` may be one or a thousand for all that the file shows.
    #[must_use]
    pub fn leaves_open(self, cell: &str) -> bool {
        let (number, _) = split(cell);
        let number = number.trim_start_matches(['-', '+']);
        let (parts, sign) = (number.matches(['.', ',']).count(), if number.contains(',') { ',' } else { '.' });
        self.comma == self.point && !self.ungrouped && parts == 1 && is_grouped(number, sign)
    }
}

/// What has to be said of a number that [is left open](Seen::leaves_open).
#[must_use]
pub fn doubt(cell: &str) -> String {
    let (number, grouped, decimal) = both(cell);
    format!("`{number}` may be {grouped} or {decimal}: no other number of the table shows its decimal sign")
}

/// The same of a single row that is refused for it, with what to do.
#[must_use]
pub fn doubt_of_row(cell: &str) -> String {
    format!("{}; {TELLS}", doubt(cell))
}

/// What has to be said of such numbers where they are read with decimals.
#[must_use]
pub fn assumed(cell: &str, column: &str) -> String {
    let (number, grouped, decimal) = both(cell);
    let column = crate::fmt::code(column);
    format!(
        "{column} such as `{number}` is read as {decimal}, not {grouped}: no number shows the decimal sign; {TELLS}"
    )
}

const TELLS: &str = "inputs.decimal_sign tells it";

/// A number as it stands, and as it is with its digits grouped and with decimals.
fn both(cell: &str) -> (&str, String, String) {
    let (number, _) = split(cell);
    (number, number.replace(['.', ','], ""), number.replace(',', "."))
}

/// A number as [`str::parse`] takes it, without what groups its digits; `None` where it cannot be one, or could be two.
#[must_use]
pub fn plain(text: &str, sign: Sign) -> Option<Cow<'_, str>> {
    if sign.contradicted(text).is_some() {
        return None;
    }
    let comma = matches!(sign, Sign::Comma | Sign::OnlyComma);
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b',' | b'\'');
    if text.bytes().all(is_plain) && (!comma || !text.contains('.')) {
        return Some(Cow::Borrowed(text));
    }
    let digits = text.trim_start_matches(['-', '+']);
    let minus = text.get(..text.len() - digits.len()).unwrap_or_default();
    let own = decimal_sign(digits);
    let groups = |sign| is_grouped(digits, sign);
    let decimal = match (own, sign) {
        (Some(','), Sign::Point | Sign::GroupedPoint) if !digits.contains('.') => return None,
        (Some(own), _) => Some(own),
        // One sign, and three digits behind it.
        (None, Sign::Point) if digits.contains(',') => return None,
        (None, Sign::Either) => digits.contains(',').then_some(',').or_else(|| digits.contains('.').then_some('.')),
        (None, Sign::Comma | Sign::OnlyComma) => Some(',').filter(|_| !groups('.')),
        (None, Sign::Point | Sign::GroupedPoint | Sign::OnlyPoint) => Some('.').filter(|_| !groups(',')),
    };
    let (whole, fraction) = decimal.and_then(|sign| digits.rsplit_once(sign)).unwrap_or((digits, ""));
    let is_grouping = |letter: &char| !letter.is_ascii_digit();
    let grouping = whole.chars().find(is_grouping);
    let is_sound = grouping.is_none_or(|sign| {
        let may_group = SPACERS.contains(&sign) || matches!(sign, '.' | ',') && decimal != Some(sign);
        may_group && is_grouped(whole, sign)
    }) && !whole.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let point = if fraction.is_empty() { "" } else { "." };
    is_sound.then(|| Cow::Owned(format!("{minus}{whole}{point}{fraction}")))
}

/// A cell's number and what stands behind it: `1.022,5 ms`.
#[must_use]
pub fn split(cell: &str) -> (&str, &str) {
    let cell = cell.trim();
    let signs = cell.len() - cell.trim_start_matches(['-', '+']).len();
    let is_of_number =
        |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',') || SPACERS.contains(&letter);
    let rest = cell.get(signs..).unwrap_or_default();
    let end = signs + rest.find(|letter| !is_of_number(letter)).unwrap_or(rest.len());
    let number = cell.get(..end).unwrap_or_default().trim_end_matches(SPACERS);
    (number, cell.get(number.len()..).unwrap_or_default())
}

/// The sign that parts whole from fraction, where the digits show it: the last of two, or one that does not stand before
/// groups of three. Of `1,234,567` it would be a point.
fn decimal_sign(digits: &str) -> Option<char> {
    let last = digits.rfind(['.', ','])?;
    let (before, behind) = digits.split_at_checked(last)?;
    let (sign, other) = if behind.starts_with(',') { (',', '.') } else { ('.', ',') };
    if before.contains(sign) {
        return is_grouped(digits, sign).then_some(other);
    }
    if before.contains(other) {
        return is_grouped(before, other).then_some(sign);
    }
    if before.contains(SPACERS) {
        return Some(sign);
    }
    (!is_grouped(digits, sign)).then_some(sign)
}

/// Whether digits stand in groups of three with that sign between them, the first of one to three and without a leading 0.
fn is_grouped(digits: &str, sign: char) -> bool {
    let mut groups = digits.split(sign);
    let first = groups.next().unwrap_or_default();
    let is_number = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let mut more = groups.clone();
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && is_number(first)
        && more.next().is_some()
        && groups.all(|group| group.len() == 3 && is_number(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, sign: Sign) -> Option<f64> {
        plain(text, sign)?.parse().ok()
    }

    #[test]
    fn what_shows_by_itself_is_read_whatever_the_file() {
        for sign in [Sign::Point, Sign::Either, Sign::Comma, Sign::GroupedPoint] {
            for text in ["1,022.5", "1'022.5", "1\u{202f}022.5", "1022.5"] {
                assert_eq!(read(text, sign), Some(1022.5), "{text} {sign:?}");
            }
            for text in ["1.022,5", "1.234.567,5"] {
                assert!(read(text, sign).is_some_and(|value| value.fract() > 0.4), "{text} {sign:?}");
            }
            assert_eq!(read("1,234,567", sign), Some(1_234_567.0));
            assert_eq!(read("-1 234 567", sign), Some(-1_234_567.0));
            for bad in ["1,22.5", "1,,000", "12 3", "1.000.00", ",", "1,000,00", "1 ms", ""] {
                assert_eq!(read(bad, sign), None, "{bad} {sign:?}");
            }
        }
    }

    #[test]
    fn a_sign_before_three_digits_is_what_the_file_says() {
        assert_eq!((read("1.000", Sign::Comma), read("1,000", Sign::Comma)), (Some(1000.0), Some(1.0)));
        assert_eq!((read("1.000", Sign::GroupedPoint), read("1,000", Sign::GroupedPoint)), (Some(1.0), Some(1000.0)));
        assert_eq!((read("1.000", Sign::Point), read("1,000", Sign::Point)), (Some(1.0), None));
        assert_eq!((read("12,5", Sign::Either), read("12.5", Sign::Either)), (Some(12.5), Some(12.5)));
        assert_eq!((read("12,5", Sign::Comma), read("12.5", Sign::Comma)), (Some(12.5), Some(12.5)));
        assert_eq!((read("12,5", Sign::Point), read("12,5", Sign::GroupedPoint)), (None, None));
    }

    /// `1.512,5` was read as 1512.5 where the settings say that a point stands before the fraction.
    #[test]
    fn what_the_settings_say_is_held() {
        assert_eq!((read("1.250", Sign::OnlyComma), read("1,250", Sign::OnlyComma)), (Some(1250.0), Some(1.25)));
        assert_eq!((read("1.250", Sign::OnlyPoint), read("1,250", Sign::OnlyPoint)), (Some(1.25), Some(1250.0)));
        for (point, comma) in
            [("12.5", "12,5"), ("1,512.5", "1.512,5"), ("1 022.5", "1 022,5"), ("1,234,567", "1.234.567")]
        {
            assert_eq!(read(point, Sign::OnlyPoint), read(comma, Sign::OnlyComma), "{point}");
            assert!(read(point, Sign::OnlyPoint).is_some(), "{point}");
            assert_eq!((read(point, Sign::OnlyComma), read(comma, Sign::OnlyPoint)), (None, None), "{point}");
            let said = Sign::OnlyPoint.contradicted(comma).unwrap();
            assert_eq!(
                said,
                format!("should be a number with a decimal point, as inputs.decimal_sign says, found `{comma}`")
            );
        }
        for text in ["850", "fast", "", "1'000"] {
            assert_eq!(Sign::OnlyPoint.contradicted(text), None, "{text}");
        }
    }

    #[test]
    fn no_share_is_the_thousandfold() {
        let of = |cell: &str| {
            let mut seen = Seen::default();
            seen.take_share(cell);
            seen
        };
        assert_eq!((of("4,600%").sign(false), of("4.600 %").sign(true)), (Sign::Comma, Sign::GroupedPoint));
        assert!(!of("4,600").decides() && !of("4600%").decides());
    }

    #[test]
    fn the_numbers_of_a_file_tell() {
        let seen = |cells: &[&str]| {
            let mut seen = Seen::default();
            for cell in cells {
                seen.take(cell);
            }
            seen
        };
        assert_eq!(seen(&["1.000", "12,5 ms"]).sign(true), Sign::Comma);
        assert_eq!(seen(&["1,000", "34.7 %"]).sign(false), Sign::GroupedPoint);
        assert_eq!(seen(&["1.234.567"]).sign(true), Sign::Comma);
        assert_eq!(seen(&["0,125"]).sign(true), Sign::Comma);
        assert_eq!(seen(&["12,5", "12.5"]).sign(true), Sign::Either);
        assert_eq!(seen(&["7", "1.000"]).sign(false), Sign::Point);
        let open = seen(&["1.000", "12"]);
        assert!(open.leaves_open("2.000") && open.leaves_open("2,000 ms") && !open.leaves_open("12"));
        assert!(!seen(&["1.000", "2000"]).leaves_open("1.000"), "long numbers are not grouped");
        assert!(!seen(&["1.000", "12,5"]).leaves_open("1.000"));
        assert_eq!((split("1.022,5 ms"), split("98 %"), split("-")), (("1.022,5", " ms"), ("98", " %"), ("-", "")));
    }
}

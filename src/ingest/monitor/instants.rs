//! Times as monitors and the shell loops around them write them: unix time, RFC 3339, dates without a zone, and what
//! `date` prints in the languages that people's machines speak.

use crate::ingest::own::instant::{self, Clock};
use crate::ingest::{Settings, Tally};
use crate::unit::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// Reads a file's times. A time that names no zone is in that of the settings, else in UTC; which is said once.
#[derive(Debug, Default)]
pub(super) struct Instants {
    zone: Option<TimeZone>,
    day_first: Option<bool>,
    zoneless: bool,
    foreign_zone: Option<String>,
    month_first: bool,
}

/// First letters of the months, as `date` shortens them: English, German, French, Italian and Spanish.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "gen", "ene"],
    &["feb", "fév", "fev"],
    &["mar", "mär", "mrz"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mag"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aoû", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt", "ott"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];
/// The longest text that could be a time, and the most words it has.
const LONGEST: usize = 64;
const WORDS: usize = 7;

impl Instants {
    /// A reader for times that are in the zone of the settings where they name none.
    pub(super) fn of(settings: &Settings) -> Self {
        Self { zone: settings.timezone.clone(), day_first: settings.day_first, ..Self::default() }
    }

    /// The instant that the text is; `None` where it is none, or only a time of day.
    pub(super) fn read(&mut self, text: &str) -> Option<Timestamp> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        match instant::read(text) {
            Some(clock) => {
                self.zoneless |= matches!(clock, Clock::Zoneless(_));
                clock.timestamp_in(self.zone.as_ref())
            }
            None => self.dated(text),
        }
    }

    /// The time at the beginning of a line and what follows it; the whole line where it begins with none.
    pub(super) fn leading<'a>(&mut self, line: &'a str) -> (Option<Timestamp>, &'a str) {
        let framed = |letter: char| letter.is_whitespace() || matches!(letter, '[' | '=' | '#' | '*' | '-');
        let line = line.trim();
        let mut text = line.trim_start_matches(framed);
        for word in ["timestamp:", "time:", "date:"] {
            if text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)) {
                text = text.get(word.len()..).unwrap_or("").trim_start();
            }
        }
        if let Some(at) = self.plausible(tidy(text)) {
            return (Some(at), "");
        }
        let first_field = text.find([',', ';', '\t', ']']);
        for end in first_field.into_iter().chain(word_ends(text)) {
            if let Some((start, rest)) = text.split_at_checked(end)
                && let Some(at) = self.plausible(tidy(start))
            {
                return (Some(at), rest.trim_start_matches([',', ';', ':', ']', '|', '-', ' ', '\t']));
            }
        }
        (None, line)
    }

    /// A line may begin with any number (a container's id, a count): only those of the usual length are unix times.
    fn plausible(&mut self, text: &str) -> Option<Timestamp> {
        let whole = text.split('.').next().unwrap_or(text);
        if whole.bytes().all(|byte| byte.is_ascii_digit()) && !matches!(whole.len(), 10 | 13 | 16 | 19) {
            return None;
        }
        // A date is told by what stands between its numbers; a hexadecimal id such as `12e4` would be a number too.
        let has_form = whole.bytes().all(|byte| byte.is_ascii_digit()) || text.contains([':', 'T']);
        if has_form { self.read(text) } else { None }
    }

    /// An instant of the clock on the wall.
    pub(super) fn civil(&mut self, civil: DateTime) -> Option<Timestamp> {
        self.zoneless = true;
        let zone = self.zone.clone().unwrap_or(TimeZone::UTC);
        nanos(civil, zone)
    }

    /// What `date` and sysstat print: a day, a month, a year and a time of day in any order, and perhaps a zone.
    fn dated(&mut self, text: &str) -> Option<Timestamp> {
        let mut found = Parts { day_first: self.day_first, ..Parts::default() };
        for word in text.split([' ', ',', '\t']).filter(|word| !word.is_empty()) {
            found.take(word)?;
        }
        let civil = DateTime::from_parts(found.date()?, found.time?);
        self.month_first |= found.month_first;
        match (found.offset, found.zone) {
            (Some(offset), _) => nanos(civil, TimeZone::fixed(offset)),
            (None, None) => self.civil(civil),
            (None, Some(name)) => {
                // Abbreviations are no zones: CST is three of them.
                self.foreign_zone.get_or_insert(name);
                self.civil(civil)
            }
        }
    }

    /// Says what was assumed.
    pub(super) fn tell(&self, tally: &mut Tally) {
        if self.zoneless {
            tally.note(match (&self.zone, &self.foreign_zone) {
                (Some(_), _) => "times name no zone and are read in inputs.timezone".to_owned(),
                (None, Some(name)) => format!(
                    "times name the zone by `{}`, which is no zone of its own, and are read as UTC; inputs.timezone tells another",
                    crate::fmt::excerpt(name.as_bytes())
                ),
                (None, None) => {
                    "times name no zone and are read as UTC; inputs.timezone tells another".to_owned()
                }
            });
        }
        if self.month_first {
            tally
                .note("dates such as 11/05/26 are read as month, day and year; inputs.time_format tells another order");
        }
    }
}

fn tidy(text: &str) -> &str {
    text.trim_matches(|letter: char| {
        letter.is_whitespace() || matches!(letter, '[' | ']' | '=' | ':' | '-' | ',' | '"')
    })
}

/// Where the first words of a line end, the longest first.
fn word_ends(text: &str) -> impl Iterator<Item = usize> {
    let ends: Vec<usize> = text
        .char_indices()
        .zip(text.chars().skip(1))
        .filter(|((_, letter), next)| !letter.is_whitespace() && next.is_whitespace())
        .map(|((at, letter), _)| at + letter.len_utf8())
        .take(WORDS)
        .collect();
    ends.into_iter().rev()
}

fn nanos(civil: DateTime, zone: TimeZone) -> Option<Timestamp> {
    i64::try_from(civil.to_zoned(zone).ok()?.timestamp().as_nanosecond()).ok().map(Timestamp)
}

/// Parts of a date as they are found.
#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<Time>,
    offset: Option<Offset>,
    zone: Option<String>,
    /// What the settings say of dates such as `11/05/26`.
    day_first: Option<bool>,
    /// Whether that was assumed.
    month_first: bool,
}

impl Parts {
    fn date(&self) -> Option<Date> {
        Date::new(self.year?, self.month?, self.day?).ok()
    }

    /// Takes a word; `None` where no date has such a one.
    fn take(&mut self, word: &str) -> Option<()> {
        // German writes `17.` for the day of the month.
        let word = word.trim_end_matches('.');
        if word.contains(':') {
            self.time = Some(word.parse().ok()?);
        } else if let Ok(date) = word.parse::<Date>() {
            (self.year, self.month, self.day) = (Some(date.year()), Some(date.month()), Some(date.day()));
        } else if word.contains('/') || (word.contains('.') && word.starts_with(|first: char| first.is_ascii_digit())) {
            self.numbers(word)?;
        } else if let Some(sign) = word.strip_prefix(['+', '-']) {
            let digits = sign.parse::<i32>().ok().filter(|_| sign.len() == 4)?;
            let seconds = digits / 100 * 3600 + digits % 100 * 60;
            self.offset = Some(Offset::from_seconds(if word.starts_with('-') { -seconds } else { seconds }).ok()?);
        } else if let Ok(number) = word.parse::<i16>() {
            if word.len() == 4 {
                self.year = Some(number);
            } else {
                self.day = Some(i8::try_from(number).ok()?);
            }
        } else {
            self.word(word)?;
        }
        Some(())
    }

    /// `11/21/26` and `21.11.2026`.
    fn numbers(&mut self, word: &str) -> Option<()> {
        let mut fields = word.split(['/', '.']).map(str::parse::<i16>);
        let (first, second, third) = (fields.next()?.ok()?, fields.next()?.ok()?, fields.next()?.ok()?);
        let year = if third < 100 { 2000 + third } else { third };
        let open = !word.contains('.') && first <= 12 && second <= 12;
        let day_first = if open { self.day_first == Some(true) } else { word.contains('.') || first > 12 };
        let (month, day) = if day_first { (second, first) } else { (first, second) };
        self.month_first = open && self.day_first.is_none();
        (self.year, self.month, self.day) = (Some(year), i8::try_from(month).ok(), i8::try_from(day).ok());
        fields.next().is_none().then_some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let lower = word.to_lowercase();
        if matches!(lower.as_str(), "utc" | "gmt" | "z") {
            self.offset = Some(Offset::UTC);
        } else if matches!(lower.as_str(), "am" | "pm") {
            let hour = self.time?.hour();
            let hour = hour % 12 + if lower == "pm" { 12 } else { 0 };
            self.time = Some(self.time?.with().hour(hour).build().ok()?);
        } else if let Some(month) = month_of(&lower).filter(|_| self.month.is_none()) {
            self.month = Some(month);
        } else if word.len() >= 3 && word.chars().all(|letter| letter.is_ascii_uppercase()) {
            self.zone = Some(word.to_owned());
        } else if self.time.is_some()
            || word.chars().count() > 10
            || !word.chars().all(|c| c.is_alphabetic() || c == '.')
        {
            // Before the time of day stands the name of a weekday, and nothing else.
            return None;
        }
        Some(())
    }
}

fn month_of(lower: &str) -> Option<i8> {
    let position = MONTHS.iter().position(|names| names.iter().any(|name| lower.starts_with(name)))?;
    i8::try_from(position + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp(1_634_474_433_000_000_000);

    #[test]
    fn what_date_prints() {
        let mut clock = Instants::default();
        for text in [
            "Sun Oct 17 12:40:33 UTC 2021",
            "Sun Oct 17 12:40:33 PM UTC 2021",
            "dom 17 ott 2021, 12:40:33, UTC",
            "So 17. Okt 12:40:33 UTC 2021",
            "Sun 17 Oct 2021 02:40:33 PM +0200",
            "2021-10-17T12:40:33Z",
            "2021-10-17 14:40:33 +0200",
            "1634474433",
        ] {
            assert_eq!(clock.read(text), Some(AT), "{text}");
        }
        assert!(!clock.zoneless);
        for text in ["10/17/21 12:40:33", "17.10.2021 12:40:33", "Sun Oct 17 12:40:33 CEST 2021", "2021-10-17 12:40:33"]
        {
            assert_eq!(clock.read(text), Some(AT), "{text}");
        }
        assert!(clock.zoneless && !clock.month_first);
        let mut tally = Tally::default();
        clock.tell(&mut tally);
        assert!(tally.notes[0].contains("CEST"), "{:?}", tally.notes);
    }

    #[test]
    fn a_zone_of_the_settings_moves_times_that_name_none() {
        let zone = Some(TimeZone::fixed(jiff::tz::offset(2)));
        let settings = Settings { timezone: zone, day_first: Some(true), ..Settings::default() };
        let mut clock = Instants::of(&settings);
        assert_eq!(clock.read("2021-10-17 14:40:33"), Some(AT));
        assert_eq!(clock.read("10/17/21 14:40:33"), Some(AT));
        assert_eq!(clock.read("1634474433"), Some(AT));
        assert_eq!(clock.read("05/11/21 14:40:33"), clock.read("2021-11-05 14:40:33"));
        assert!(!clock.month_first);
        assert_eq!(Instants::default().read("05/11/21 14:40:33"), Instants::default().read("2021-05-11 14:40:33"));
    }

    #[test]
    fn a_time_in_front_of_a_row() {
        let mut clock = Instants::default();
        for (line, rest) in [
            ("2021-10-17 12:40:33 web 1%", "web 1%"),
            ("[2021-10-17T12:40:33Z] web 1%", "web 1%"),
            ("1634474433,web,1%", "web,1%"),
            ("2021-10-17 12:40:33: web 1%", "web 1%"),
            ("=== Sun Oct 17 12:40:33 UTC 2021 ===", ""),
            ("Timestamp: 2021-10-17 12:40:33 UTC", ""),
        ] {
            assert_eq!(clock.leading(line), (Some(AT), rest), "{line}");
        }
        for line in
            ["0041efd6ad46 web 0.00%", "123456789012 web 0%", "12e456789012 web", "web 12%", "", "12:40:33 web 1%"]
        {
            assert_eq!(clock.leading(line), (None, line), "{line}");
        }
    }
}

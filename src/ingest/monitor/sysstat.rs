//! What sysstat's tools share: the first line, names of columns that label a row, names and units of figures, and days of
//! times of day.

use super::instants::Instants;
use super::shell;
use crate::ingest::own::cell_text::number;
use crate::unit::{NANOS_PER_SECOND, Timestamp};

const DAY_NS: i64 = 86_400 * NANOS_PER_SECOND;
/// Words of the first line before its date: `Linux 6.1.0 (host)`; a kernel's version could be a date too.
const BANNER_WORDS: usize = 3;

/// Whether a line is the one with which each run begins: `Linux 6.1.0 (host) 11/21/26 _x86_64_ (2 CPU)`.
pub(super) fn is_banner(line: &str) -> bool {
    line.starts_with("Linux ") && line.trim_end().ends_with("CPU)")
}

/// Whether a line is none of a tool's own: nothing, a comment of the script's, a shell's, or a time that `date` printed.
pub(super) fn says_nothing(line: &str) -> bool {
    let (line, mut clock) = (line.trim(), Instants::default());
    line.is_empty()
        || line.starts_with('#')
        || shell::is_line(line)
        || clock.read(line).is_some()
        || clock.leading(line).1.is_empty()
}

/// Whether a line is of averages, or the header of such, in whatever language: `Average:`, `Durchschn.:`, `Moyenne :`.
pub(super) fn is_average(line: &str) -> bool {
    let Some((word, figures)) = line.split_once(':') else { return false };
    let worded = word.chars().any(char::is_alphabetic)
        && word.trim_end().chars().all(|letter| letter.is_alphabetic() || matches!(letter, '.' | '\''));
    let is_figure =
        |word: &str| word.starts_with('%') || word.ends_with("/s") || amount(word).is_ok_and(|value| value.is_some());
    worded && figures.split_whitespace().any(is_figure)
}

/// The date in it, as it is written. It tells the day of times of day only: a file whose rows have whole dates and zones, or unix
/// times, has nothing to assume.
pub(super) fn banner_date(line: &str) -> Option<&str> {
    let mut clock = Instants::default();
    line.split_whitespace().skip(BANNER_WORDS).find(|word| clock.read(&format!("{word} 00:00:00")).is_some())
}

/// Whether a column names what its row is about: `CPU`, `IFACE`, `DEV`.
pub(super) fn is_label(column: &str) -> bool {
    const FIGURES: [&str; 4] = ["VSZ", "RSS", "MHZ", "RPM"];
    let capitals = column.len() > 1 && column.bytes().all(|byte| byte.is_ascii_uppercase());
    capitals && !FIGURES.contains(&column)
}

/// A figure's name with what its row is about, unless that is the whole machine.
pub(super) fn titled(name: &str, label: Option<&str>) -> String {
    match label {
        Some("all" | "-1" | "") | None => name.to_owned(),
        Some(label) => format!("{name} {label}"),
    }
}

/// A figure in its column's unit; `-h` and `--human` write `68.1%`, and kilobytes as `19.4k` or `2.6M`.
pub(super) fn amount(cell: &str) -> Result<Option<f64>, String> {
    const KILOBYTES: [(char, f64); 6] =
        [('B', 1.0 / 1024.0), ('k', 1.0), ('M', 1024.0), ('G', 1_048_576.0), ('T', 1_073_741_824.0), ('%', 1.0)];
    let scaled = KILOBYTES.iter().find_map(|(sign, scale)| Some((cell.strip_suffix(*sign)?, *scale)));
    let (digits, scale) = scaled.unwrap_or((cell, 1.0));
    Ok(number(digits, true)?.map(|value| value * scale))
}

/// A column's name where another table of the same tool has a column that is called the same: TCP's and NFS's `retrans/s`.
pub(super) fn column<'a>(name: &'a str, beside: &[String]) -> &'a str {
    if name == "retrans/s" && beside.iter().any(|other| other == "call/s") { "nfs retrans/s" } else { name }
}

/// A figure's unit by its name, in text and in JSON. sysstat's kB are 1,024 bytes.
pub(super) fn unit(name: &str) -> &'static str {
    if name.starts_with('%') || name.ends_with("-percent") || name == "util" {
        return "%";
    }
    // `rkB/s`, `kB_read/s`, `kB_rd/s`, `rMB/s`.
    if let Some(rate) = name.strip_suffix("/s") {
        let of = |amount: &str| rate.contains(amount);
        return if of("kB") {
            "kB/s"
        } else if of("MB") {
            "MB/s"
        } else {
            "/s"
        };
    }
    match name {
        "VSZ" | "RSS" | "StkSize" | "StkRef" => "KiB",
        "MHz" | "wghMHz" => "MHz",
        "await" | "r_await" | "w_await" | "d_await" | "f_await" | "svctm" => "ms",
        _ if name.ends_with("-ms") => "ms",
        _ if name.starts_with("kb") => "KiB",
        _ if name.starts_with("MBfs") => "MiB",
        _ if name.starts_with("kB_") || name.ends_with("req-sz") => "kB",
        _ if name.starts_with("MB_") => "MB",
        _ => "",
    }
}

/// Times of day that follow one another, with the day of the file's first line; after midnight it is the next.
#[derive(Debug, Default)]
pub(super) struct Days {
    date: Option<String>,
    last: Option<Timestamp>,
    passed: i64,
}

impl Days {
    /// Begins at the date as it is written, such as `11/21/26`.
    pub(super) fn begin(&mut self, date: &str) {
        *self = Self { date: Some(date.to_owned()), ..Self::default() };
    }

    /// Begins at the same date once more.
    pub(super) fn again(&mut self) {
        (self.last, self.passed) = (None, 0);
    }

    /// The instant of `08:42:41`, `08:42:41 PM`, or of a text that is a whole date or unix time.
    pub(super) fn read(&mut self, text: &str, clock: &mut Instants) -> Option<Timestamp> {
        let of_day = text.get(..8).is_some_and(|time| time.bytes().filter(|byte| *byte == b':').count() == 2);
        if !of_day {
            return clock.read(text);
        }
        let date = self.date.as_deref()?;
        let at = clock.read(&format!("{date} {text}"))?.0.checked_add(self.passed.checked_mul(DAY_NS)?)?;
        let turned = self.last.is_some_and(|last| at < last.0.saturating_sub(DAY_NS / 2));
        self.passed += i64::from(turned);
        let at = Timestamp(if turned { at.checked_add(DAY_NS)? } else { at });
        self.last = Some(at);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_passes() {
        let (mut days, mut clock) = (Days::default(), Instants::default());
        assert_eq!(days.read("23:59:59", &mut clock), None, "no date was stated");
        days.begin("11/21/26");
        let before = days.read("23:59:59", &mut clock).unwrap();
        let after = days.read("00:00:00", &mut clock).unwrap();
        assert_eq!(after.0 - before.0, NANOS_PER_SECOND);
        assert_eq!(days.read("1795250565", &mut clock), Some(Timestamp(1_795_250_565 * NANOS_PER_SECOND)));
        days.begin("2026-11-21");
        assert_eq!(days.read("01:00:00 PM", &mut clock), days.read("13:00:00", &mut clock));
    }

    /// German tables had their last row rejected.
    #[test]
    fn averages_in_every_language() {
        let languages = ["Average:", "Durchschn.:", "Moyenne :", "Média:", "Среднее:", "平均值:", "Gj.sn.:"];
        for language in languages {
            assert!(is_average(&format!("{language}     all     15,00      0,00")), "{language}");
            assert!(is_average(&format!("{language}        CPU      %usr     %idle")), "{language}");
        }
        for row in ["08:42:48     all   86.07    0.00", "sar: cannot open", "Average", "1: 2", "all : x"] {
            assert!(!is_average(row), "{row}");
        }
    }

    #[test]
    fn labels_and_units() {
        assert!(is_label("CPU") && is_label("IFACE") && !is_label("RSS") && !is_label("%usr") && !is_label("tps"));
        let shown = ["%usr", "rxkB/s", "kB_wrtn/s", "rMB/s", "r/s", "kbmemfree", "memused-percent", "tps"].map(unit);
        assert_eq!(shown, ["%", "kB/s", "kB/s", "MB/s", "/s", "KiB", "%", ""]);
        assert_eq!((titled("%usr", Some("all")), titled("%usr", Some("0"))), ("%usr".into(), "%usr 0".into()));
    }
}

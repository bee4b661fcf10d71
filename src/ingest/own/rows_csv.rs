//! A team's own CSV, one request a row.

use super::assumed::Assumed;
use super::beginning::Beginning;
use super::cell_text::Refusal;
use super::columns::{Plan, delimiter, foreign_header, header_names};
use super::digits::Seen;
use super::row::{Cells, RowReader, Taken};
use super::written::Written;
use crate::error::Error;
use crate::ingest::preface::names_delimiter;
use crate::ingest::printed::note_perhaps_cut;
use crate::ingest::rows::{Row, Rows};
use crate::ingest::{Adapter, Head, Input, Notation, Rejection, Settings, Sink, Sniff, Tally, scrub, threads};
use crate::model::input::NOT_TEXT;

/// Reads CSV rows of requests.
pub struct OwnRowsCsv;

impl Adapter for OwnRowsCsv {
    fn name(&self) -> &'static str {
        "own_rows_csv"
    }

    fn tool(&self) -> &'static str {
        "own script"
    }

    fn about(&self) -> &'static str {
        "CSV of a team's own script, one request a row: a latency column, and an endpoint, status or outcome column"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let line = head.first_line();
        if line.first().is_none_or(|byte| matches!(byte, b'{' | b'[' | b'<')) {
            return Sniff::no("does not begin with a CSV header");
        }
        let names = header_names(line);
        if let Some(tool) = foreign_header(&names) {
            return Sniff::no(format!("the header is {tool}'s"));
        }
        if names.len() < 2 || names.iter().any(|name| name.parse::<f64>().is_ok()) {
            return Sniff::no("the first line is no header of several columns");
        }
        let plan = Plan::by_name(&names);
        if plan.holds_requests() {
            return Sniff::unsure(format!("the header names {}", plan.found_columns(&names)));
        }
        Sniff::no("no column is a request's latency beside its endpoint, outcome or status")
    }

    fn notation(&self, head: &Head, settings: &Settings) -> Notation {
        let names = header_names(head.first_line());
        let beginning = Beginning::of(head, delimiter(head.first_line()));
        let plan = Plan::assign(&names, settings);
        Notation::of(beginning.shown_day_first(&plan.times()), beginning.seen(&plan.numbers()))
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let head = input.head()?;
        let separator = delimiter(head.first_line());
        let rows = Rows::open(input, separator)?;
        let names = rows.header().names().to_vec();
        let beginning = Beginning::of(&head, separator);
        let plan = Plan::beside_cells(&names, settings, &input.place(), |column| beginning.states_unit(column))?;
        plan.require_countable(&input.place())?;
        let written = Written::of(&beginning, &plan, &names, settings, input)?;
        let day_first = written.day_first;
        let settings = &Settings { day_first, ..settings.clone() };
        let readers = rows.shared_by(settings.threads.min(threads::worth_while(input)));
        let yields = threads::spread(readers, sink, |rows, sink| {
            let reader = RowReader::new(plan.clone(), settings).with_sign(written.sign);
            read_rows(rows, reader, (settings.strict, written.watched()), sink)
        });
        let mut all = Findings::default();
        for findings in yields {
            all.merge(findings);
        }
        let mut tally = all.tally;
        tally.stop_if_strict(settings, input)?;
        written.tell(all.signs, &mut tally)?;
        if let (_, true) = all.last {
            tally.unfinished.get_or_insert_with(|| "the last row breaks off".to_owned());
        }
        note_perhaps_cut(all.ends_open, &mut tally);
        all.assumed.tell(&plan, &names, settings.timezone.as_ref(), &mut tally);
        for (what, name) in settings.columns.iter().filter(|(_, name)| !names.contains(name)) {
            tally.note(format!(
                "`inputs.columns` says that `{}` is {what}; this file has no such column",
                crate::fmt::plain(name)
            ));
        }
        Ok(tally)
    }
}

/// Findings are what reading rows leaves behind beside observations.
#[derive(Default)]
struct Findings {
    tally: Tally,
    assumed: Assumed,
    /// What the numbers showed, where the file's beginning leaves it open.
    signs: Seen,
    /// The last row's line, and whether it has too few fields.
    last: (u64, bool),
    /// Whether the last row has no line end.
    ends_open: bool,
}

impl Findings {
    /// Adds those of another reader of the same file.
    fn merge(&mut self, other: Self) {
        self.tally.merge(other.tally);
        self.assumed.merge(&other.assumed);
        self.signs.merge(other.signs);
        self.last = self.last.max(other.last);
        self.ends_open |= other.ends_open;
    }
}

/// Reads what others leave over, and looks at the signs within the numbers of the columns that are `watched`.
fn read_rows(
    mut rows: Rows,
    mut reader: RowReader<'_>,
    (strict, watched): (bool, &[usize]),
    sink: &mut dyn Sink,
) -> Findings {
    let names = rows.header().names().to_vec();
    let mut findings = Findings::default();
    while let Some(row) = rows.next_row(&mut findings.tally) {
        let taken = shape(&row, names.len()).and_then(|()| reader.take(&row, sink));
        let is_short = row.bytes(names.len().checked_sub(1)).is_none();
        findings.last = findings.last.max((row.line, is_short));
        if taken.is_ok() {
            watched.iter().filter_map(|column| row.text(Some(*column))).for_each(|cell| findings.signs.take(cell));
        }
        match taken {
            Ok(Taken::Used) => findings.tally.used(),
            Ok(Taken::Skipped) => findings.tally.skipped(),
            Err(_) if row.is_header(&names) => findings.tally.header(),
            Err(_) if row.bytes(Some(0)).is_some_and(names_delimiter) => findings.tally.skipped(),
            Err(refusal) => findings.tally.reject(rejection(&row, &names, &refusal)),
        }
        if strict && findings.tally.rejected > 0 {
            rows.stop();
            break;
        }
    }
    findings.ends_open = rows.ends_open();
    findings.assumed = reader.into_assumed(sink);
    findings
}

/// Holds a row against the header: a field too few or too many moves values into other columns.
pub(in crate::ingest) fn shape(row: &Row<'_>, columns: usize) -> Result<(), Refusal> {
    if row.bytes(columns.checked_sub(1)).is_none() {
        return Err(Refusal::row(format!("has fewer fields than the header's {columns}")));
    }
    // A separator at the end of each row makes one more, empty, field.
    if row.bytes(Some(columns)).is_some_and(|extra| !extra.is_empty()) || row.bytes(Some(columns + 1)).is_some() {
        return Err(Refusal::row(format!(
            "has more fields than the header's {columns}; is a text with the separator in it not quoted?"
        )));
    }
    if row.is_text() {
        return Ok(());
    }
    match (0..columns).find(|column| row.bytes(Some(*column)).is_some_and(|bytes| std::str::from_utf8(bytes).is_err()))
    {
        Some(column) => Err(Refusal::at(column, NOT_TEXT)),
        None => Ok(()),
    }
}

/// A refusal with the row's place; its excerpt goes without URL queries.
pub(in crate::ingest) fn rejection(row: &Row<'_>, names: &[String], refusal: &Refusal) -> Rejection {
    let field = refusal.column.and_then(|column| names.get(column)).map(String::as_str);
    let mut rejection = row.rejection(field, scrub::text(&refusal.reason));
    rejection.excerpt = scrub::excerpt(&rejection.excerpt);
    rejection
}

impl Cells for Row<'_> {
    fn text(&self, column: usize) -> Option<&str> {
        Row::text(self, Some(column))
    }
}

#[cfg(test)]
mod tests {
    use super::super::digits::Sign;
    use super::super::recording::Recording;
    use super::*;
    use crate::unit::Timestamp;

    fn read(text: &str, settings: &Settings) -> Result<(Tally, Recording), Error> {
        let mut sink = Recording::default();
        let input = Input::memory("rows.csv", text.as_bytes()).unwrap();
        OwnRowsCsv.read(&input, settings, &mut sink).map(|tally| (tally, sink))
    }

    /// Each row was refused for its time, in every country that writes the day first.
    #[test]
    fn dates_with_the_day_first_are_read_where_a_day_shows_it() {
        let settings = Settings::default();
        let dotted = "time;endpoint;latency_ms\n21.11.2026 10:00:00,123;/a;5\n05.12.2026 10:00:00,123;/a;5\n";
        let slashed = "time,endpoint,latency_ms\n05/12/2026 10:00,/a,5\n21/11/2026 10:00,/a,5\n";
        for text in [dotted, slashed] {
            let (tally, sink) = read(text, &settings).unwrap();
            assert_eq!((tally.used, tally.rejected), (2, 0), "{:?}", tally.first_rejections);
            assert!(tally.notes.iter().any(|note| note.contains("states no time zone")));
            let days: Vec<i64> =
                sink.samples.iter().map(|(_, sample)| sample.ended_at.unwrap().0 / 86_400_000_000_000).collect();
            let day = |date: &str| format!("{date}T00:00:00Z").parse::<jiff::Timestamp>().unwrap().as_second() / 86_400;
            assert_eq!(days.iter().min().zip(days.iter().max()), Some((&day("2026-11-21"), &day("2026-12-05"))));
        }
    }

    /// `12` of `123`: nothing said that the last row was cut, and its latency was a tenth.
    #[test]
    fn a_last_row_without_line_end_may_be_cut_within_its_last_field() {
        let text = "timestamp,endpoint,latency_ms\n1795225420,/a,123\n1795225421,/a,123\n";
        for (text, cut) in [(text, false), (&text[..text.len() - 1], true), (&text[..text.len() - 2], true)] {
            let (tally, _) = read(text, &Settings::default()).unwrap();
            assert_eq!((tally.used, tally.unfinished.is_some()), (2, false));
            assert_eq!(tally.notes.iter().any(|note| note.contains("perhaps it was cut off")), cut, "{text}");
        }
        let (tally, _) = read(&text[..text.len() - 5], &Settings::default()).unwrap();
        assert_eq!(tally.notes.iter().filter(|note| note.contains("perhaps")).count(), 0, "said already");
        assert!(tally.unfinished.is_some());
    }

    /// A point that groups digits was read as a decimal one: 1.25 ms of a second and a quarter.
    #[test]
    fn whether_a_point_groups_digits_is_asked_for() {
        let text = |cells: [&str; 3]| {
            let rows = cells.map(|cell| format!("1795225420;/a;{cell}\n"));
            format!("timestamp;endpoint;latency_ms\n{}", rows.concat())
        };
        let open = text(["850", "1.250", "900"]);
        let error = read(&open, &Settings::default()).unwrap_err();
        assert!(error.message.contains("`1.250` may be 1250 or 1.250"), "{}", error.message);
        assert!(error.hint.unwrap().contains("inputs.decimal_sign"));
        let longest = |text: &str, sign| {
            let (tally, sink) = read(text, &Settings { sign, ..Settings::default() }).unwrap();
            assert_eq!(tally.rejected, 0, "{:?}", tally.first_rejections);
            sink.samples.iter().filter_map(|(_, sample)| sample.latency_ns).max().unwrap() / 1000
        };
        assert_eq!(longest(&open, Some(Sign::OnlyComma)), 1_250_000);
        assert_eq!(longest(&open, Some(Sign::OnlyPoint)), 900_000);
        // Three decimals in every row, a number that shows its sign, one of four digits without a point: nothing is open.
        assert_eq!(longest(&text(["850.000", "1.250", "12.125"]), None), 850_000);
        assert_eq!(longest(&text(["850", "1.250", "12,5"]), None), 1_250_000);
        assert_eq!(longest(&text(["850", "1.250", "12.5"]), None), 850_000);
        assert_eq!(longest(&text(["850", "1.250", "1200"]), None), 1_200_000);
        assert_eq!(longest(&open.replace(';', ","), None), 900_000);
    }

    /// A table of which every number has three digits behind its sign was read with decimals, and nothing said so.
    #[test]
    fn what_is_read_with_decimals_is_said_where_nothing_tells() {
        let of = |cells: &[&str], sign| {
            let rows: Vec<String> = cells.iter().map(|cell| format!("1795225420;/a;{cell}\n")).collect();
            let text = format!("timestamp;endpoint;latency_ms;pool_wait_ms\n{}", rows.concat());
            read(&text, &Settings { sign, ..Settings::default() })
        };
        let said = |cells: &[&str], sign| {
            let notes = of(cells, sign).unwrap().0.notes;
            notes.into_iter().filter(|note| note.contains("decimal")).collect::<Vec<_>>()
        };
        for (open, cell) in [(["1,512;", "2,125;0"], "1,512"), (["1.512;", "2.125;0"], "1.512")] {
            let expected = format!(
                "`latency_ms` such as `{cell}` is read as 1.512, not 1512: no number shows the decimal sign; \
                 inputs.decimal_sign tells it"
            );
            assert_eq!(said(&open, None), [expected]);
            assert!(said(&open, Some(Sign::OnlyComma)).is_empty(), "the settings tell");
        }
        for shown in
            [["1,512;", "0,125;"], ["1,512;", "2,125;3,5"], ["1,512;", "2,125;1.234.567"], ["1,512;", "1234,125;"]]
        {
            assert!(said(&shown, None).is_empty(), "{shown:?}");
        }
        // Behind the beginning that detection sees, whose last row is cut somewhere: `1` of `1,512` was a whole number.
        let mut far = vec!["1,512;"; 5000];
        far.push("12,5;");
        assert!(said(&far, None).is_empty());
        far[5000] = "12.5;";
        let error = of(&far, None).unwrap_err();
        assert_eq!(error.message, "`1,512` is 1512 rather than 1.512: other rows have a decimal point");
        assert!(error.hint.unwrap().contains("inputs.decimal_sign"));
    }

    /// `1.512,5` was 1512.5 where the settings say that a point stands before the fraction.
    #[test]
    fn a_number_with_another_sign_than_the_settings_say_is_refused() {
        let text = "timestamp;endpoint;latency_ms\n1795225420;/a;1.512,5\n1795225421;/a;850\n";
        let refused = |sign| {
            let (tally, sink) = read(text, &Settings { sign: Some(sign), ..Settings::default() }).unwrap();
            (tally.first_rejections.first().cloned(), sink.samples[0].1.latency_ns.unwrap())
        };
        let (first, _) = refused(Sign::OnlyPoint);
        let first = first.unwrap();
        assert_eq!((first.line, first.field.as_deref()), (2, Some("latency_ms")));
        assert!(
            first.reason.contains("a decimal point") && first.reason.contains("found `1.512,5`"),
            "{}",
            first.reason
        );
        assert_eq!(refused(Sign::OnlyComma), (None, 1_512_500_000));
        let quoted = "timestamp,endpoint,latency_ms\n1795225420,/a,\"1,512\"\n";
        let (tally, _) = read(quoted, &Settings::default()).unwrap();
        let reason = &tally.first_rejections[0].reason;
        assert!(reason.ends_with("inputs.decimal_sign tells it"), "{reason}");
    }

    #[test]
    fn the_line_by_which_a_spreadsheet_knows_the_delimiter_is_no_row() {
        let text = "timestamp,latency_ms\n1795225420,5\nsep=,\nsep=;\ntimestamp,latency_ms\n1795225421,6\n";
        let (tally, _) = read(text, &Settings::default()).unwrap();
        assert_eq!((tally.used, tally.skipped, tally.rejected), (2, 3, 0), "{:?}", tally.first_rejections);
    }

    #[test]
    fn which_number_is_the_day_is_asked_for() {
        let text = "time,endpoint,latency_ms\n05/11/2026 10:00:01,/a,1000\n";
        let error = read(text, &Settings::default()).unwrap_err();
        assert!(error.message.contains("05/11/2026 10:00:01"), "{}", error.message);
        assert!(error.hint.unwrap().contains("inputs.time_format"));
        let settings = Settings { day_first: Some(true), ..Settings::default() };
        let (_, sink) = read(text, &settings).unwrap();
        assert_eq!(sink.samples[0].1.ended_at, Some(Timestamp(1_793_872_802_000_000_000)));
    }
}

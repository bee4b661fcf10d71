//! `sadf -d`: what sar recorded, as rows between semicolons. Each kind of figure has a header of its own.

use super::instants::Instants;
use super::log::{Taken, cells, each_line, lines_of, without_fill};
use super::shown::{Figure, Shown};
use super::sysstat::{column, is_label, says_nothing, titled, unit};
use crate::error::Error;
use crate::ingest::own::cell_text::number;
use crate::ingest::own::columns::{delimiter, header_names};
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::unit::Timestamp;

/// Reads the output of `sadf -d`.
pub struct MonitorSar;

const START: [&str; 3] = ["# hostname", "interval", "timestamp"];

impl Adapter for MonitorSar {
    fn name(&self) -> &'static str {
        "monitor_sar"
    }

    fn tool(&self) -> &'static str {
        "sysstat"
    }

    fn about(&self) -> &'static str {
        "what sar recorded, as rows: `sadf -d FILE -- -u -r -n DEV`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if header(head).is_some() { Sniff::yes("the header of `sadf -d`") } else { Sniff::no("no header of `sadf -d`") }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut clock = Instants::of(settings);
        let mut shown = Shown::new(sink);
        let mut tally = Tally::default();
        let mut names_of_columns: Vec<String> = Vec::new();
        let (mut sideways, mut unnamed) = (false, false);
        // A semicolon, but where a spreadsheet saved the table again.
        let separator = delimiter(header(&input.head()?).unwrap_or_default().as_bytes());
        each_line(input, settings, &mut tally, |text, _, _| {
            if let Some(names) = text.strip_prefix("# ").filter(|_| is_header(text)) {
                names_of_columns = without_fill(cells(names, separator));
                sideways |= names.contains("[...]");
                unnamed |= is_unnamed(&names_of_columns);
                return Ok(Taken::Skipped);
            }
            // Of what has cells only a row is left when it breaks off.
            if !text.as_bytes().contains(&separator) && says_nothing(text) {
                return Ok(Taken::Skipped);
            }
            if sideways {
                return Err("columns that repeat within a row cannot be told apart".to_owned());
            }
            if is_unnamed(&names_of_columns) {
                return Ok(Taken::Skipped);
            }
            row(&cells(text, separator), &names_of_columns, separator, &mut clock).map(|read| {
                let Some((at, figures)) = read else { return Taken::Skipped };
                for figure in &figures {
                    shown.take(figure, at, sink);
                }
                Taken::Used
            })
        })?;
        if sideways && tally.used == 0 {
            let error = Error::input("has its items side by side (`sadf -h`)").at(input.place());
            return Err(error.hint("write it without -h: sadf -d FILE -- -u -r -n DEV"));
        }
        if unnamed {
            tally.note("the table of interrupts is left out: its header does not say which processor a column is of; `sadf -j` does");
        }
        clock.tell(&mut tally);
        shown.tell(&mut tally);
        Ok(tally)
    }
}

/// Whether a header stands for more columns than it names: `INTR;CPU*`, whose processors depend on what was asked for.
fn is_unnamed(names: &[String]) -> bool {
    names.last().is_some_and(|name| name == "CPU*")
}

/// The line that names the columns, which stands first but for what a script or a shell wrote before it.
fn header(head: &Head) -> Option<String> {
    lines_of(head).find(|line| is_header(line) || !says_nothing(line)).filter(|line| is_header(line))
}

fn is_header(line: &str) -> bool {
    header_names(line.as_bytes()).iter().map(String::as_str).take(START.len()).eq(START)
}

type Readings = (Timestamp, Vec<Figure>);

/// A row's figures; `None` for a row that tells of a restart.
fn row(cells: &[String], header: &[String], separator: u8, clock: &mut Instants) -> Result<Option<Readings>, String> {
    let fourth = cells.get(3).map_or("", String::as_str);
    if fourth.starts_with("LINUX-RESTART") || fourth.starts_with("COM") {
        return Ok(None);
    }
    if cells.len() < header.len() || cells.iter().skip(header.len()).any(|cell| !cell.is_empty()) {
        return Err(format!("has {} fields, the header {}", cells.len(), header.len()));
    }
    let stamp = cells.get(2).map_or("", String::as_str);
    let at = clock
        .read(stamp)
        .ok_or_else(|| format!("should be a time, found `{}`", crate::fmt::excerpt(stamp.as_bytes())))?;
    let mut label = None;
    let mut figures = Vec::with_capacity(cells.len());
    for (name, cell) in header.iter().zip(cells).skip(3) {
        if is_label(name) {
            label = Some(cell.as_str());
            continue;
        }
        figures.push(Figure::level(titled(column(name, header), label), unit(name), number(cell, separator != b',')?));
    }
    Ok(Some((at, figures)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failed, read, sniff, values};
    use super::*;

    #[test]
    fn every_kind_of_figure_has_its_header() {
        let text = "# hostname;interval;timestamp;CPU;%user;%idle\nvm;1;2026-11-21 08:42:41 UTC;-1;94.15;0.00\nvm;-1;2026-11-21 08:42:41 UTC;LINUX-RESTART\t(2 CPU)\n# hostname;interval;timestamp;IFACE;rxpck/s;rxkB/s\nvm;1;2026-11-21 08:42:41 UTC;eth0;13.00;65,12\nvm;1;soon;eth0;1;1\nvm;1;2026-11-21 08:42:42 UTC;eth0;13\n";
        assert!(matches!(sniff(&MonitorSar, text), Sniff::Yes(_)));
        let (tally, sink) = read(&MonitorSar, text);
        assert_eq!((tally.used, tally.skipped, tally.rejected), (2, 3, 2));
        assert_eq!(values(&sink, "%user"), [Some(94.15)]);
        assert_eq!(values(&sink, "rxkB/s eth0"), [Some(65.12)]);
        assert_eq!(sink.readings[0].1, Timestamp(1_795_250_561_000_000_000));
        let units: Vec<_> = sink.columns.iter().map(|key| key.unit.as_str()).collect();
        assert_eq!(units, ["%", "%", "/s", "kB/s"]);
        assert!(tally.notes.is_empty());
    }

    /// A spreadsheet fills every line up to the widest and puts its own sign between cells: the table was nobody's.
    #[test]
    fn a_table_saved_again_by_a_spreadsheet_is_the_same() {
        let text = "# hostname;interval;timestamp;CPU;%user;%idle\nvm;1;2026-11-21 08:42:41 UTC;-1;94.15;0.50\n# hostname;interval;timestamp;tps;;\nvm;1;2026-11-21 08:42:41 UTC;13.25;;\n";
        let (_, of_sadf) = read(&MonitorSar, text);
        assert_eq!(of_sadf.columns.len(), 3);
        for resaved in [text.replace('.', ","), text.replace(';', ","), text.replace(';', "\t").replace('.', ",")] {
            assert!(matches!(sniff(&MonitorSar, &resaved), Sniff::Yes(_)), "{resaved}");
            let (tally, sink) = read(&MonitorSar, &resaved);
            assert_eq!((tally.used, tally.rejected), (2, 0), "{:?}", tally.first_rejections);
            assert_eq!((&sink.columns, &sink.readings), (&of_sadf.columns, &of_sadf.readings));
        }
    }

    #[test]
    fn items_side_by_side_are_refused() {
        let text = "# hostname;interval;timestamp;CPU;%user[...];IFACE;rxpck/s[...]\nvm;1;2026-11-21 08:42:41 UTC;-1;94.15;lo;0\n";
        assert!(failed(&MonitorSar, text).hint.unwrap().contains("sadf -d"));
    }

    /// The rows of interrupts were rejected, more than a third of what `sadf -d -- -A` writes; and what NFS sent again was one
    /// metric with what TCP did.
    #[test]
    fn interrupts_are_left_out_and_columns_of_one_name_stay_apart() {
        let start = "# hostname;interval;timestamp;";
        let text = format!(
            "{start}INTR;CPU*\nvm;1;2026-11-22 09:57:49 UTC;sum;1104.00;490.00;614.00\n{start}call/s;retrans/s\nvm;1;2026-11-22 09:57:49 UTC;0.00;1.00\n{start}atmptf/s;retrans/s\nvm;1;2026-11-22 09:57:49 UTC;0.00;2.00\n"
        );
        let (tally, sink) = read(&MonitorSar, &text);
        assert_eq!((tally.used, tally.rejected), (2, 0), "{:?}", tally.first_rejections);
        assert!(tally.notes[0].contains("interrupts"), "{:?}", tally.notes);
        assert_eq!((values(&sink, "nfs retrans/s"), values(&sink, "retrans/s")), (vec![Some(1.0)], vec![Some(2.0)]));
    }

    #[test]
    fn a_local_time_is_said() {
        let text = "# hostname;interval;timestamp;tps\nvm;1;2026-11-21 08:42:41;94.15\n";
        assert!(read(&MonitorSar, text).0.notes[0].contains("UTC"));
    }
}

//! `sadf -d`: what sar recorded, as rows between semicolons. Each kind of figure has a header of its own.

use super::instants::Instants;
use super::log::{Taken, each_line};
use super::shown::{Figure, Shown};
use super::sysstat::{is_label, titled, unit};
use crate::error::Error;
use crate::ingest::own::cell_text::number;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};

/// Reads the output of `sadf -d`.
pub struct MonitorSar;

const START: &str = "# hostname;interval;timestamp";

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
        if head.first_line().starts_with(START.as_bytes()) {
            Sniff::yes("the header of `sadf -d`")
        } else {
            Sniff::no("no header of `sadf -d`")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut clock = Instants::new(settings.timezone.clone());
        let mut shown = Shown::new(sink);
        let mut tally = Tally::default();
        let mut header: Vec<String> = Vec::new();
        let mut sideways = false;
        each_line(input, settings, &mut tally, |text, _, _| {
            if let Some(names) = text.strip_prefix("# ") {
                header = names.split(';').map(|name| name.trim().to_owned()).collect();
                sideways |= names.contains("[...]");
                return Ok(Taken::Skipped);
            }
            if sideways {
                return Err("columns that repeat within a row cannot be told apart".to_owned());
            }
            row(text, &header, &mut clock, &mut shown, sink)
        })?;
        if sideways && tally.used == 0 {
            let error = Error::input("has its items side by side (`sadf -h`)").at(input.place());
            return Err(error.hint("write it without -h: sadf -d FILE -- -u -r -n DEV"));
        }
        clock.tell(&mut tally);
        shown.tell(&mut tally);
        Ok(tally)
    }
}

fn row(
    text: &str,
    header: &[String],
    clock: &mut Instants,
    shown: &mut Shown,
    sink: &mut dyn Sink,
) -> Result<Taken, String> {
    let cells: Vec<&str> = text.split(';').collect();
    let fourth = cells.get(3).copied().unwrap_or("");
    if fourth.starts_with("LINUX-RESTART") || fourth.starts_with("COM") {
        return Ok(Taken::Skipped);
    }
    if cells.len() != header.len() {
        return Err(format!("has {} fields, the header {}", cells.len(), header.len()));
    }
    let stamp = cells.get(2).copied().unwrap_or("");
    let at = clock
        .read(stamp)
        .ok_or_else(|| format!("should be a time, found `{}`", crate::fmt::excerpt(stamp.as_bytes())))?;
    let mut label = None;
    let mut figures = Vec::with_capacity(cells.len());
    for (name, cell) in header.iter().zip(&cells).skip(3) {
        if is_label(name) {
            label = Some(cell.trim());
            continue;
        }
        let value = number(cell.trim(), true)?;
        figures.push(Figure::level(titled(name, label), unit(name), value));
    }
    for figure in &figures {
        shown.take(figure, at, sink);
    }
    Ok(Taken::Used)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failed, read, sniff, values};
    use super::*;
    use crate::unit::Timestamp;

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

    #[test]
    fn items_side_by_side_are_refused() {
        let text = "# hostname;interval;timestamp;CPU;%user[...];IFACE;rxpck/s[...]\nvm;1;2026-11-21 08:42:41 UTC;-1;94.15;lo;0\n";
        assert!(failed(&MonitorSar, text).hint.unwrap().contains("sadf -d"));
    }

    #[test]
    fn a_local_time_is_said() {
        let text = "# hostname;interval;timestamp;tps\nvm;1;2026-11-21 08:42:41;94.15\n";
        assert!(read(&MonitorSar, text).0.notes[0].contains("UTC"));
    }
}

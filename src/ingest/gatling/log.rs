//! The text simulation.log as requests, groups, users and errors.

use super::course::Course;
use super::line::{Event, Ran, parse};
use crate::error::Error;
use crate::ingest::input::Line;
use crate::ingest::own::failure;
use crate::ingest::scrub;
use crate::ingest::{Adapter, Head, Input, PartId, Rejection, SeriesId, Settings, Sink, Sniff, Tally};
use crate::model::key::{CellKey, EndpointKey, Outcome, Population};
use crate::model::sample::{Fact, Fault, Sample};
use crate::unit::Timestamp;
use std::collections::HashMap;

/// Reads a text simulation.log.
pub struct GatlingLog;

/// Cells whose number is remembered; the sink bounds how many there are.
const REMEMBERED: usize = 50_000;

impl Adapter for GatlingLog {
    fn name(&self) -> &'static str {
        "gatling_log"
    }

    fn tool(&self) -> &'static str {
        "Gatling"
    }

    fn about(&self) -> &'static str {
        "Gatling's simulation.log of 2.0 to 3.12, which is text; groups are shown as transactions"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let is_run = |line: &[u8]| {
            let fields: Vec<&[u8]> = line.split(|byte| *byte == b'\t').collect();
            let stamp = |at: usize| {
                fields.get(at).is_some_and(|field| field.len() >= 12 && field.iter().all(u8::is_ascii_digit))
            };
            match (fields.first(), fields.get(2)) {
                (Some(&b"RUN"), _) => stamp(3) || stamp(4),
                (_, Some(&b"RUN")) => stamp(3),
                _ => false,
            }
        };
        let begin = head.lines().skip_while(|line| line.starts_with(b"ASSERTION\t"));
        if begin.take(1).any(is_run) {
            Sniff::yes("begins with the RUN line of Gatling's simulation.log")
        } else {
            Sniff::no("does not begin with the RUN line of Gatling's simulation.log")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let part = sink.part(None);
        let mut log =
            Log { part, settings, sink, cells: HashMap::new(), users: Course::default(), runs: 0, groups: false };
        let mut tally = Tally::default();
        let mut lines = input.lines()?;
        let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        while let Some(line) = lines.next_line().map_err(broken)? {
            log.line(&line, &mut tally);
            tally.stop_if_strict(settings, input)?;
        }
        tally.unfinished = lines.unfinished().map(str::to_owned).or(tally.unfinished);
        log.finish(&mut tally);
        Ok(tally)
    }
}

struct Log<'a> {
    part: PartId,
    settings: &'a Settings,
    sink: &'a mut dyn Sink,
    /// Cells of what was met, by groups, name and outcome as they stand in the line.
    cells: HashMap<String, SeriesId>,
    users: Course,
    runs: u32,
    /// Whether the log has any group.
    groups: bool,
}

impl Log<'_> {
    fn line(&mut self, line: &Line<'_>, tally: &mut Tally) {
        let text = String::from_utf8_lossy(line.bytes);
        if text.trim().is_empty() {
            return tally.skipped();
        }
        let event = if line.overlong { Err("is longer than 1 MiB".to_owned()) } else { parse(&text) };
        match event {
            // Gatling ends every line, so one without an end was cut off wherever it happens to break.
            _ if !line.terminated => {
                tally.skipped();
                tally.unfinished = Some("the last line breaks off".to_owned());
            }
            Ok(event) => self.event(&event, tally),
            Err(reason) => tally.reject(Rejection {
                byte: line.byte,
                line: line.number,
                field: None,
                reason,
                excerpt: scrub::without_queries(&crate::fmt::excerpt(line.bytes)).into_owned(),
            }),
        }
    }

    fn event(&mut self, event: &Event<'_>, tally: &mut Tally) {
        match *event {
            Event::Run { version } => {
                self.runs += 1;
                if let Some(version) = version {
                    self.sink.fact(self.part, Fact::ToolVersion(version.to_owned()));
                }
            }
            Event::User { comes, at } => self.users.add(at, comes),
            Event::Request { groups, name, ran, message } => self.request(groups, name, ran, message),
            Event::Group { groups, ran } => self.group(groups, ran),
            Event::Error { message } => {
                let text = scrub::text(message);
                self.sink.fault(self.part, Fault { endpoint: None, text, count: 1, of_requests: false });
            }
            Event::Assertion => return tally.skipped(),
        }
        tally.used();
    }

    fn request(&mut self, groups: &str, name: &str, ran: Ran, message: &str) {
        let written = format!("{groups}\t{name}\t{}", if ran.ok { "\t" } else { message });
        let cell = self.cells.get(&written).copied().unwrap_or_else(|| {
            let endpoint = EndpointKey::new(None, &scrub::without_queries(name)).in_group(path(groups).as_deref());
            let status = if ran.ok { None } else { status(message) };
            let outcome = self.outcome(&endpoint, ran.ok, status, message);
            self.cell(written, Population::Request, endpoint, outcome, status)
        });
        self.sink.sample(cell, sample(ran));
        if !ran.ok && !message.is_empty() {
            let endpoint = Some(EndpointKey::new(None, &scrub::without_queries(name)));
            let text = scrub::text(message);
            self.sink.fault(self.part, Fault { endpoint, text, count: 1, of_requests: true });
        }
    }

    /// A status that the user declared right for the endpoint is no failure.
    fn outcome(&self, endpoint: &EndpointKey, ok: bool, status: Option<u16>, message: &str) -> Outcome {
        let declared = status.is_some_and(|status| self.settings.is_right(status, endpoint));
        let message = Some(message).filter(|message| !message.is_empty());
        if ok || declared { Outcome::Ok } else { Outcome::Failed(failure::kind(status, message)) }
    }

    fn group(&mut self, groups: &str, ran: Ran) {
        self.groups = true;
        let written = format!("{groups}\t{}", ran.ok);
        let cell = self.cells.get(&written).copied().unwrap_or_else(|| {
            let (outer, name) = groups.rsplit_once(',').unwrap_or(("", groups));
            let endpoint = EndpointKey::new(None, name).in_group(path(outer).as_deref());
            let outcome = if ran.ok { Outcome::Ok } else { Outcome::Failed("a request in it failed".to_owned()) };
            self.cell(written, Population::Transaction, endpoint, outcome, None)
        });
        self.sink.sample(cell, sample(ran));
    }

    fn cell(
        &mut self,
        written: String,
        population: Population,
        endpoint: EndpointKey,
        outcome: Outcome,
        status: Option<u16>,
    ) -> SeriesId {
        let key = CellKey { population, endpoint, outcome, status, cached: None, tags: Vec::new() };
        let cell = self.sink.cell(self.part, &key);
        if self.cells.len() < REMEMBERED {
            self.cells.insert(written, cell);
        }
        cell
    }

    fn finish(self, tally: &mut Tally) {
        for (at, users) in self.users.readings() {
            self.sink.users(self.part, at, users);
        }
        if self.runs > 1 {
            let said = format!("{} logs of Gatling in one file: read as one test of several generators", self.runs);
            self.sink.fact(self.part, Fact::Warning(said));
        }
        if self.groups {
            tally.note("a group's time holds the pauses between its requests");
        }
    }
}

fn sample(ran: Ran) -> Sample {
    let nanos = |ms: i64| ms.saturating_mul(1_000_000);
    Sample {
        ended_at: Some(Timestamp(nanos(ran.end.unwrap_or(ran.start)))),
        latency_ns: ran.end.and_then(|end| u64::try_from(nanos(end - ran.start)).ok()),
        bytes: None,
    }
}

/// `outer,inner` as a path; `None` outside of all groups.
fn path(groups: &str) -> Option<String> {
    (!groups.trim().is_empty()).then(|| groups.split(',').map(str::trim).collect::<Vec<_>>().join("::"))
}

/// `status.find.is(200), but actually found 500` names the status.
fn status(message: &str) -> Option<u16> {
    let (_, found) = message.strip_prefix("status.find")?.rsplit_once("found ")?;
    found.trim().parse().ok().filter(|status| (100..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::{Part, Rollup};

    fn read(text: &str, settings: &Settings) -> (Tally, Part) {
        let input = Input::memory("f", text.as_bytes().to_vec()).unwrap();
        let mut rollup = Rollup::new();
        let tally = GatlingLog.read(&input, settings, &mut rollup).unwrap();
        (tally, rollup.into_parts().remove(0))
    }

    /// Requests, failed requests and groups.
    fn counts(part: &Part) -> (u64, u64, u64) {
        let cells = part.cells();
        let of = |wanted: &dyn Fn(&CellKey) -> bool| {
            cells.iter().filter(|cell| wanted(&cell.key)).map(|cell| cell.count).sum::<u64>()
        };
        let request = |key: &CellKey| key.population == Population::Request;
        let failed = |key: &CellKey| request(key) && matches!(key.outcome, Outcome::Failed(_));
        (of(&request), of(&failed), of(&|key| key.population == Population::Transaction))
    }

    const LATEST: &str = include_str!("../../../samples/gatling/3.11/simulation.log");

    #[test]
    fn every_version_has_its_counts() {
        let of = |text: &str| {
            let (tally, part) = read(text, &Settings::default());
            assert_eq!((tally.rejected, tally.unfinished), (0, None));
            counts(&part)
        };
        assert_eq!(of(include_str!("../../../samples/gatling/2.0/simulation.log")), (2, 0, 0));
        assert_eq!(of(include_str!("../../../samples/gatling/2.3/simulation.log")), (18, 0, 0));
        assert_eq!(of(include_str!("../../../samples/gatling/3.3/simulation.log")), (10, 5, 0));
        assert_eq!(of(include_str!("../../../samples/gatling/3.4/simulation.log")), (12, 0, 0));
        assert_eq!(of(LATEST), (36, 18, 12));
    }

    #[test]
    fn failures_say_why_and_an_expected_status_is_none() {
        let (_, part) = read(LATEST, &Settings::default());
        let cells = part.cells();
        let kinds: Vec<&Outcome> = cells.iter().map(|cell| &cell.key.outcome).collect();
        for kind in ["HTTP 500", "connection refused"] {
            assert!(kinds.contains(&&Outcome::Failed(kind.to_owned())), "{kinds:?}");
        }
        let right = (regex::Regex::new("^GET /fail$").unwrap(), vec![500]);
        let (_, part) = read(LATEST, &Settings { expected_status: vec![right], ..Settings::default() });
        assert_eq!(counts(&part), (36, 12, 12));
    }

    #[test]
    fn a_log_that_breaks_off_and_bad_lines() {
        let (tally, _) = read(&LATEST[..LATEST.len() - 30], &Settings::default());
        assert_eq!(tally.unfinished.as_deref(), Some("the last line breaks off"));
        // What is left of it may look like a line.
        let (tally, _) = read(LATEST.trim_end(), &Settings::default());
        assert_eq!(tally.unfinished.as_deref(), Some("the last line breaks off"));
        let damaged = LATEST.replacen("\t1788379665619\t1788379665626\tOK", "\t1788379665619\tsoon\tOK", 1);
        let (tally, part) = read(&damaged, &Settings::default());
        assert_eq!((tally.rejected, tally.first_rejections[0].line, counts(&part).0), (1, 8, 35));
    }
}

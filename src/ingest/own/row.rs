//! One row of a team's own results to observations, the same for CSV and NDJSON.

use super::assumed::Assumed;
use super::cell_text::{self, Refusal, is_nothing};
use super::columns::Plan;
use super::digits::Sign;
use super::failure;
use super::instant::{self, Clock, Clocks};
use super::known::Wanted;
use crate::ingest::crowd::Crowd;
use crate::ingest::{PartId, SeriesId, Settings, Sink, Tally, scrub};
use crate::model::key::{CellKey, EndpointKey, MetricKey, MetricKind, Outcome, Population};
use crate::model::sample::{Fault, Sample};
use crate::unit::Timestamp;
use std::collections::HashMap;

/// Fields of a row as text, by column.
pub trait Cells {
    /// A field, trimmed; `None` where it is absent or empty.
    fn text(&self, column: usize) -> Option<&str>;
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It went to the sink.
    Used,
    /// It is no request (the closing of a connection).
    Skipped,
}

/// Columns that decide to which cell a row belongs.
const IDENTITY: [Wanted; 9] = [
    Wanted::Scenario,
    Wanted::Event,
    Wanted::Endpoint,
    Wanted::Method,
    Wanted::Ok,
    Wanted::Failed,
    Wanted::Status,
    Wanted::Error,
    Wanted::Cached,
];
/// Identities that are remembered before the memory is emptied: a file with an error text of its own in each row must
/// not fill it.
const REMEMBERED: usize = 4096;

/// Where rows of one identity go.
#[derive(Debug, Clone)]
struct Home {
    part: PartId,
    cell: SeriesId,
    knows_outcome: bool,
    fault: Option<Fault>,
}

/// A `RowReader` turns rows into observations. It remembers the cell of every combination of endpoint, outcome and the
/// like that it has met, so that a row costs a look-up and no allocation.
pub struct RowReader<'s> {
    plan: Plan,
    settings: &'s Settings,
    sign: Sign,
    /// Whether the settings are asked where the sign does not tell: of a table, not of JSON.
    asks: bool,
    homes: HashMap<Vec<u8>, Option<Home>>,
    identity: Vec<u8>,
    trends: Vec<(PartId, Vec<SeriesId>)>,
    measures: Vec<Option<f64>>,
    crowd: Crowd,
    clocks: Clocks,
    assumed: Assumed,
}

struct Times {
    ended_at: Option<Timestamp>,
    began_at: Option<Timestamp>,
    latency_ns: Option<u64>,
}

impl<'s> RowReader<'s> {
    /// A reader for rows of that plan.
    #[must_use]
    pub fn new(plan: Plan, settings: &'s Settings) -> Self {
        Self {
            plan,
            settings,
            sign: Sign::Point,
            asks: false,
            homes: HashMap::new(),
            identity: Vec::new(),
            trends: Vec::new(),
            measures: Vec::new(),
            crowd: Crowd::default(),
            clocks: Clocks::default().with_day_first(settings.day_first),
            assumed: Assumed::default(),
        }
    }

    /// Reads numbers as this table writes them.
    #[must_use]
    pub fn with_sign(self, sign: Sign) -> Self {
        Self { sign, asks: true, ..self }
    }

    /// A refused number, with what to do where that is known.
    fn refused(&self, column: usize, text: &str, reason: String) -> Refusal {
        Refusal::at(column, self.sign.asked_of(text).filter(|_| self.asks).unwrap_or(reason))
    }

    /// Goes on with another plan (a list of objects whose later ones have further keys).
    pub fn replan(&mut self, plan: Plan) {
        self.plan = plan;
        self.homes.clear();
        self.trends.clear();
    }

    /// Reads one row. Nothing of a refused row reaches the sink.
    ///
    /// # Errors
    /// What is wrong with it, and in which column.
    pub fn take(&mut self, cells: &impl Cells, sink: &mut dyn Sink) -> Result<Taken, Refusal> {
        let times = self.times(cells)?;
        let bytes = self.count(cells, Wanted::Bytes)?;
        let users = self.number(cells, Wanted::Users)?;
        self.measure(cells)?;
        self.identify(cells);
        if self.homes.len() >= REMEMBERED {
            self.homes.clear();
        }
        let home = if let Some(home) = self.homes.get(&self.identity) {
            home.clone()
        } else {
            let home = self.settle(cells, sink)?;
            self.homes.insert(self.identity.clone(), home.clone());
            home
        };
        let Some(home) = home else {
            return Ok(Taken::Skipped);
        };
        if times.latency_ns.is_none() && !home.knows_outcome {
            return Err(Refusal::row("has neither a latency nor an outcome"));
        }
        self.assumed.without_time += u64::from(times.ended_at.is_none());
        sink.sample(home.cell, Sample { ended_at: times.ended_at, latency_ns: times.latency_ns, bytes });
        if let Some(fault) = home.fault {
            sink.fault(home.part, fault);
        }
        self.measured(home.part, times.began_at.or(times.ended_at), sink);
        if let Some((at, users)) = times.began_at.or(times.ended_at).zip(users) {
            self.crowd.tell(home.part, b"", at, users, sink);
        }
        Ok(Taken::Used)
    }

    /// Hands on what was held back, and tells everything that was assumed, as notes of the tally.
    pub fn finish(mut self, names: &[String], tally: &mut Tally, sink: &mut dyn Sink) {
        self.crowd.flush(sink);
        self.assumed.tell(&self.plan, names, self.settings.timezone.as_ref(), tally);
    }

    /// Hands on what was held back, and returns what was assumed, to be told once all readers of the file are done.
    pub(super) fn into_assumed(mut self, sink: &mut dyn Sink) -> Assumed {
        self.crowd.flush(sink);
        self.assumed
    }

    fn text<'c>(&self, cells: &'c impl Cells, wanted: Wanted) -> Option<&'c str> {
        cells.text(self.plan.column(wanted)?)
    }

    fn number(&self, cells: &impl Cells, wanted: Wanted) -> Result<Option<f64>, Refusal> {
        let Some(column) = self.plan.column(wanted) else {
            return Ok(None);
        };
        cells.text(column).map_or(Ok(None), |text| {
            cell_text::amount(text, self.sign).map_err(|reason| self.refused(column, text, reason))
        })
    }

    fn count(&self, cells: &impl Cells, wanted: Wanted) -> Result<Option<u64>, Refusal> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an amount is not negative; a float saturates"
        )]
        Ok(self.number(cells, wanted)?.map(|value| value.round() as u64))
    }

    fn times(&mut self, cells: &impl Cells) -> Result<Times, Refusal> {
        let began_at = match self.clock(cells, Wanted::Start)? {
            Some(at) => Some(at),
            None => self.clock(cells, Wanted::Time)?,
        };
        let ended_at = self.clock(cells, Wanted::End)?;
        let latency_ns = self.latency(cells)?;
        let latency_ns = match (latency_ns, self.plan.column(Wanted::Latency), began_at, ended_at) {
            (None, None, Some(start), Some(end)) => {
                Some(u64::try_from(end.0.saturating_sub(start.0)).map_err(|_| Refusal {
                    column: self.plan.column(Wanted::End),
                    reason: "ends before it starts".to_owned(),
                })?)
            }
            (known, ..) => known,
        };
        let length = latency_ns.and_then(|nanos| i64::try_from(nanos).ok()).unwrap_or(0);
        self.assumed.time_is_start |=
            ended_at.is_none() && began_at.is_some() && self.plan.column(Wanted::Start).is_none();
        Ok(Times {
            ended_at: ended_at.or_else(|| began_at.map(|start| start.plus_nanos(length))),
            began_at: began_at.or_else(|| ended_at.map(|end| end.plus_nanos(-length))),
            latency_ns,
        })
    }

    /// The latency in the column's unit, or in the cell's own where one stands behind the number.
    fn latency(&mut self, cells: &impl Cells) -> Result<Option<u64>, Refusal> {
        let Some(column) = self.plan.column(Wanted::Latency) else { return Ok(None) };
        let Some(text) = cells.text(column) else { return Ok(None) };
        let refused = |reason: String| Refusal::at(column, reason);
        let nanos = match cell_text::amount(text, self.sign) {
            // Scripts write -1 for a request that had no answer.
            Err(_) if text.starts_with('-') && self.has_failed(cells)? => {
                self.assumed.without_latency += 1;
                return Ok(None);
            }
            Ok(Some(_)) if self.plan.unit_in_cells => {
                return Err(refused(format!("states no unit as other cells do, found `{text}`")));
            }
            Ok(value) => value.map(|value| value * self.plan.latency_ns),
            Err(reason) => {
                Some(cell_text::duration_ns(text, self.sign).ok_or_else(|| self.refused(column, text, reason))?)
            }
        };
        let whole = |nanos| {
            cell_text::nanos(nanos).ok_or_else(|| {
                refused(format!("should be a latency, found `{}`", crate::fmt::excerpt(text.as_bytes())))
            })
        };
        nanos.map(whole).transpose()
    }

    /// Whether a row says that its request failed.
    fn has_failed(&mut self, cells: &impl Cells) -> Result<bool, Refusal> {
        let endpoint = self.endpoint(cells, "request");
        Ok(matches!(self.outcome(cells, &endpoint)?.1, Outcome::Failed(_)))
    }

    fn clock(&mut self, cells: &impl Cells, wanted: Wanted) -> Result<Option<Timestamp>, Refusal> {
        let Some(column) = self.plan.column(wanted) else {
            return Ok(None);
        };
        let Some(text) = cells.text(column).filter(|text| !is_nothing(text)) else {
            return Ok(None);
        };
        let clock = self.clocks.read(text).ok_or_else(|| Refusal::at(column, instant::refused(text)))?;
        if let Clock::Zoneless(_) = clock {
            self.assumed.zoneless = true;
            self.assumed.without_zone_column = Some(column);
        }
        self.assumed.since_start |= clock == Clock::SinceStart;
        Ok(clock.timestamp_in(self.settings.timezone.as_ref()))
    }

    fn measure(&mut self, cells: &impl Cells) -> Result<(), Refusal> {
        self.measures.clear();
        for trend in &self.plan.trends {
            let value = match cells.text(trend.column) {
                Some(text) => {
                    cell_text::number(text, self.sign).map_err(|reason| self.refused(trend.column, text, reason))?
                }
                None => None,
            };
            self.measures.push(value.map(|value| value * trend.scale));
        }
        Ok(())
    }

    /// The columns that decide the cell, joined by a byte that no UTF-8 text holds.
    fn identify(&mut self, cells: &impl Cells) {
        self.identity.clear();
        for wanted in IDENTITY {
            if let Some(text) = self.plan.column(wanted).and_then(|column| cells.text(column)) {
                self.identity.extend_from_slice(text.as_bytes());
            }
            self.identity.push(0xff);
        }
    }

    /// What a row is about, without the query of its address.
    fn endpoint(&mut self, cells: &impl Cells, unnamed: &str) -> EndpointKey {
        let name = self.text(cells, Wanted::Endpoint).unwrap_or(unnamed);
        let shown = scrub::name(name, scrub::Query::Cut);
        let key = EndpointKey::new(self.text(cells, Wanted::Method), &shown);
        self.assumed.queries_left_out |= scrub::lost_query(name, &shown);
        key
    }

    /// Finds the cell of an identity that was not met before; `None` for rows that are no request.
    fn settle(&mut self, cells: &impl Cells, sink: &mut dyn Sink) -> Result<Option<Home>, Refusal> {
        let event = self.text(cells, Wanted::Event).map(str::to_lowercase);
        let Some(population) = event.as_deref().map_or(Some(Population::Request), cell_text::population) else {
            return Ok(None);
        };
        let unnamed = match population {
            Population::Connection => "connect",
            Population::Message => "message",
            Population::Request | Population::Transaction | Population::Setup => event.as_deref().unwrap_or("request"),
        };
        let endpoint = self.endpoint(cells, unnamed);
        let (status, outcome) = self.outcome(cells, &endpoint)?;
        let cached = match self.plan.column(Wanted::Cached) {
            Some(column) => match cells.text(column).filter(|text| !is_nothing(text)) {
                Some(text) => Some(cell_text::cached(text).map_err(|reason| Refusal::at(column, reason))?),
                None => None,
            },
            None => None,
        };
        let part = sink.part(self.text(cells, Wanted::Scenario));
        let fault = match (&outcome, self.error(cells)) {
            (Outcome::Failed(_), Some(text)) => {
                Some(Fault { endpoint: Some(endpoint.clone()), text: scrub::text(text), count: 1, of_requests: true })
            }
            _ => None,
        };
        let knows_outcome = outcome != Outcome::Unknown;
        let cell = sink.cell(part, &CellKey { population, endpoint, outcome, status, cached, tags: Vec::new() });
        Ok(Some(Home { part, cell, knows_outcome, fault }))
    }

    fn error<'c>(&self, cells: &'c impl Cells) -> Option<&'c str> {
        self.text(cells, Wanted::Error).filter(|text| !is_nothing(text) && !matches!(*text, "0" | "false" | "False"))
    }

    /// How a request ended: its own word first, then the status code, then whether there is an error text.
    fn outcome(&mut self, cells: &impl Cells, endpoint: &EndpointKey) -> Result<(Option<u16>, Outcome), Refusal> {
        let said = |wanted| {
            let column = self.plan.column(wanted)?;
            let text = cells.text(column).filter(|text| !is_nothing(text))?;
            Some(cell_text::outcome(text).map_err(|reason| Refusal::at(column, reason)))
        };
        let ok = said(Wanted::Ok).transpose()?;
        let failed = said(Wanted::Failed).transpose()?;
        let (status, worded) =
            match self.plan.column(Wanted::Status).and_then(|column| Some((column, cells.text(column)?))) {
                Some((column, text)) if !is_nothing(text) => {
                    cell_text::status(text).map_err(|reason| Refusal::at(column, reason))?
                }
                _ => (None, None),
            };
        let error = self.error(cells);
        let stated = ok.or_else(|| failed.map(|failed| !failed)).or(worded);
        let by_status = status.map(|code| (200..400).contains(&code));
        let by_error = match (self.plan.column(Wanted::Error), error) {
            (Some(_), Some(_)) => Some(false),
            (Some(_), None) if !self.plan.states_outcome() => Some(true),
            _ => None,
        };
        self.assumed.success_by_status |= stated.is_none() && by_status.is_some();
        self.assumed.success_by_error |= stated.is_none() && by_status.is_none() && by_error.is_some();
        let expected = status.is_some_and(|code| self.is_expected(endpoint, code));
        let outcome = match stated.or(by_status).or(by_error) {
            _ if expected => Outcome::Ok,
            Some(true) => Outcome::Ok,
            Some(false) => Outcome::Failed(failure::kind(status, error)),
            None => Outcome::Unknown,
        };
        Ok((status, outcome))
    }

    fn is_expected(&self, endpoint: &EndpointKey, status: u16) -> bool {
        self.settings.expected_status.iter().any(|(pattern, statuses)| {
            statuses.contains(&status) && (pattern.is_match(&endpoint.name) || pattern.is_match(&endpoint.label()))
        })
    }

    fn measured(&mut self, part: PartId, at: Option<Timestamp>, sink: &mut dyn Sink) {
        if self.measures.iter().all(Option::is_none) {
            return;
        }
        let position = self.trends.iter().position(|(of, _)| *of == part).unwrap_or_else(|| {
            let key =
                |name: &str, unit| MetricKey { name: name.to_owned(), kind: MetricKind::Trend, unit, tags: Vec::new() };
            let series =
                self.plan.trends.iter().map(|trend| sink.metric(part, &key(&trend.name, trend.unit))).collect();
            self.trends.push((part, series));
            self.trends.len() - 1
        });
        let series = self.trends.get(position).map_or(&[][..], |(_, series)| series);
        for (metric, value) in series.iter().zip(&self.measures) {
            if let Some(value) = value {
                sink.value(*metric, at, *value);
            }
        }
    }
}

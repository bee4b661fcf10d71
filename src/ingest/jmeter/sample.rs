//! One sample of a JTL to observations, the same for CSV and XML.

use super::home::{HomeId, Homes};
use super::measure::Measures;
use super::number::{NANOS_PER_MS, is_open, milliseconds, whole};
use super::outcome;
use super::seen::Seen;
use super::stamp::Stamps;
use super::users;
use crate::ingest::crowd::Crowd;
use crate::ingest::own::digits::Sign;
use crate::ingest::{SILENCE_NS, Settings, Sink, dated};
use crate::model::sample::Sample;
use crate::unit::{Span, Timestamp};

/// A Given is one sample as JMeter saved it, in text. What was not saved is empty, except where that means something else
/// than nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Given<'a> {
    /// Start; `None` where no time was saved.
    pub(super) stamp: Option<&'a [u8]>,
    /// Milliseconds from start to end, pauses left out.
    pub(super) elapsed: &'a [u8],
    /// Milliseconds of pauses in between.
    pub(super) idle: &'a [u8],
    /// Milliseconds to the first byte.
    pub(super) latency: &'a [u8],
    /// Milliseconds to the connection.
    pub(super) connect: &'a [u8],
    pub(super) label: &'a [u8],
    pub(super) code: &'a [u8],
    pub(super) message: &'a [u8],
    /// Message of a failed assertion.
    pub(super) failure: &'a [u8],
    /// `true` or `false`; `None` where it was not saved.
    pub(super) success: Option<&'a [u8]>,
    pub(super) bytes: &'a [u8],
    pub(super) sent: &'a [u8],
    /// Threads active in that JMeter.
    pub(super) threads: &'a [u8],
    pub(super) thread: &'a [u8],
    pub(super) host: &'a [u8],
    /// How many samples it sums up, in JMeter's statistical modes.
    pub(super) samples: &'a [u8],
}

/// Why a sample cannot be used: JMeter's name of the column, and what was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) field: Option<&'static str>,
    pub(super) reason: String,
}

impl Refusal {
    pub(super) fn of(field: &'static str, wanted: &str, found: &[u8]) -> Self {
        let found = crate::fmt::excerpt(found);
        Self { field: Some(field), reason: format!("`{field}` should be {wanted}, found `{found}`") }
    }
}

/// How a sample ended, and what says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    /// Well or badly, by its own word.
    Said(bool),
    /// Well or badly, by its status code.
    ByStatus(bool),
    /// Nobody knows.
    Unknown,
}

impl Judged {
    /// Whether it ended well, where that is known.
    #[inline]
    pub(super) fn success(self) -> Option<bool> {
        match self {
            Self::Said(success) | Self::ByStatus(success) => Some(success),
            Self::Unknown => None,
        }
    }
}

/// A Measured is what one sample has in numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Measured<'a> {
    /// Start; `None` where no time was saved.
    pub(super) start: Option<Timestamp>,
    /// From start to end, pauses left out.
    pub(super) elapsed_ns: u64,
    /// To the first byte.
    pub(super) latency_ns: Option<u64>,
    pub(super) host: &'a [u8],
    pub(super) thread: &'a [u8],
    pub(super) steady: Steady,
}

/// A Steady is what samples of one kind mostly have in common, though in numbers.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Steady {
    /// Pauses in between.
    pub(super) idle_ns: u64,
    /// To the connection.
    pub(super) connect_ns: Option<u64>,
    pub(super) bytes: Option<u64>,
    pub(super) sent: Option<u64>,
    /// Threads active in that JMeter, which its host's name or that of the thread tells.
    pub(super) threads: Option<u64>,
}

impl Measured<'_> {
    /// From its start to its end. JMeter takes pauses (a transaction's timers) out of `elapsed`, so they are added again.
    #[inline]
    fn busy(&self) -> Option<Span> {
        let start = self.start?;
        let taken = self.elapsed_ns.saturating_add(self.steady.idle_ns);
        Some(Span { start, end: start.plus_nanos(i64::try_from(taken).unwrap_or(i64::MAX)) })
    }
}

/// A Teller hands samples to a sink. It remembers cells, and what it told last, so that a sample costs no allocation.
pub(super) struct Teller<'s> {
    sink: &'s mut dyn Sink,
    stamps: Stamps,
    homes: Homes,
    measures: Measures,
    /// When the last sample ran.
    last: Option<Span>,
    /// Threads, counted at the end of each sample.
    crowd: Crowd,
    /// Times that are no whole number of milliseconds.
    fractions: u64,
    /// How fractions are written.
    sign: Sign,
}

impl<'s> Teller<'s> {
    pub(super) fn new(sink: &'s mut dyn Sink, settings: &Settings) -> Self {
        let homes = Homes::new(sink.part(None));
        Self {
            sink,
            stamps: Stamps::new(settings.timezone.clone()).with_day_first(settings.day_first),
            homes,
            measures: Measures::default(),
            last: None,
            crowd: Crowd::default(),
            fractions: 0,
            sign: Sign::Point,
        }
    }

    /// Reads fractions as this file writes them.
    pub(super) fn with_sign(self, sign: Sign) -> Self {
        Self { sign, ..self }
    }

    fn no_time(&self, elapsed: &[u8]) -> Refusal {
        if !is_open(elapsed, self.sign) {
            return Refusal::of("elapsed", "a time in milliseconds", elapsed);
        }
        let sign = if elapsed.contains(&b',') { "comma" } else { "point" };
        let mut refusal = Refusal::of("elapsed", &format!("whole milliseconds without {sign}s for thousands"), elapsed);
        refusal.reason.push_str(&format!("; inputs.decimal_sign tells what the {sign} is"));
        refusal
    }

    /// Tells one sample. Nothing of a refused one reaches the sink. Returns what its texts decided, for
    /// [`Teller::tell_known`].
    ///
    /// # Errors
    /// What is wrong with it, and in which column.
    pub(super) fn tell(&mut self, given: &Given<'_>) -> Result<HomeId, Refusal> {
        let sign = self.sign;
        let milliseconds = |text| milliseconds(text, sign);
        let elapsed_ns = milliseconds(given.elapsed).ok_or_else(|| self.no_time(given.elapsed))?;
        if !matches!(given.samples, b"" | b"0" | b"1") {
            return Err(Refusal::of(
                "SampleCount",
                "1: the times of samples that are summed up are lost",
                given.samples,
            ));
        }
        let judged = judge(given)?;
        let measured = Measured {
            start: self.start(given)?,
            elapsed_ns,
            latency_ns: milliseconds(given.latency),
            host: given.host,
            thread: given.thread,
            steady: Steady {
                idle_ns: milliseconds(given.idle).unwrap_or(0),
                connect_ns: milliseconds(given.connect),
                bytes: whole(given.bytes),
                sent: whole(given.sent),
                threads: whole(given.threads),
            },
        };
        let busy = measured.busy();
        if !self.goes_on(busy) {
            self.enter(busy);
        }
        // Only this way comes what is no whole number; see `tell_known`.
        self.fractions += u64::from(!elapsed_ns.is_multiple_of(NANOS_PER_MS));
        let home = self.homes.of(given, judged, self.sink);
        self.take(home, &measured, busy);
        Ok(home)
    }

    /// Tells a sample in unix milliseconds whose texts are those of one told before. False where it cannot: its home was
    /// forgotten, or it begins another run; nothing has been told then.
    #[inline]
    pub(super) fn tell_known(&mut self, home: HomeId, measured: &Measured<'_>) -> bool {
        let busy = measured.busy();
        if !self.goes_on(busy) || self.take(home, measured, busy).is_none() {
            return false;
        }
        self.stamps.finer = true;
        true
    }

    /// Takes a sample of a home; `None` where that was forgotten.
    #[inline]
    fn take(&mut self, home: HomeId, measured: &Measured<'_>, busy: Option<Span>) -> Option<()> {
        let home = self.homes.get(home)?;
        let ended_at = busy.map(|busy| busy.end);
        let sample = Sample { ended_at, latency_ns: Some(measured.elapsed_ns), bytes: measured.steady.bytes };
        home.take(sample, self.sink);
        let (transaction, answered) = (home.transaction, home.answered);
        let part = self.homes.part();
        if !transaction {
            self.measures.take(measured, answered, part, self.sink);
        }
        if let (Some(at), Some(threads)) = (ended_at, measured.steady.threads) {
            let generator = users::generator(measured.host, measured.thread);
            #[expect(clippy::cast_precision_loss, reason = "nobody runs 2^53 threads")]
            self.crowd.tell(part, generator, at, threads as f64, self.sink);
        }
        self.last = busy.or(self.last);
        Some(())
    }

    fn start(&mut self, given: &Given<'_>) -> Result<Option<Timestamp>, Refusal> {
        let Some(stamp) = given.stamp else { return Ok(None) };
        let wanted = "unix milliseconds or a date and time such as `2026/11/21 02:01:54.829`";
        self.stamps.read(stamp).map(Some).ok_or_else(|| {
            if dated::is_ambiguous(stamp) {
                let which = "a date whose day and month can be told apart (inputs.time_format = \"dd/MM/yyyy\" or \
                             \"MM/dd/yyyy\" says which comes first)";
                return Refusal::of("timeStamp", which, stamp);
            }
            Refusal::of("timeStamp", wanted, stamp)
        })
    }

    /// Whether a sample is near enough to the last one to be surely of its run.
    #[inline]
    fn goes_on(&self, busy: Option<Span>) -> bool {
        let (Some(busy), Some(last)) = (busy, self.last) else { return false };
        busy.start.0.saturating_sub(last.end.0) <= SILENCE_NS && last.start.0.saturating_sub(busy.end.0) <= SILENCE_NS
    }

    /// Goes over to the run in which the sample lies. What is held back is told before: runs may become one.
    fn enter(&mut self, busy: Option<Span>) {
        self.crowd.flush(self.sink);
        self.homes.tell(self.sink);
        self.measures.tell(self.homes.part(), self.sink);
        let part = match busy {
            Some(busy) => self.sink.run_at(busy),
            None => self.sink.part(None),
        };
        if part != self.homes.part() {
            self.homes.enter(part, self.sink);
            self.measures = Measures::default();
        }
    }

    /// Ends the reading: tells what is held back, and returns what was seen.
    pub(super) fn finish(mut self) -> Seen {
        self.crowd.flush(self.sink);
        self.measures.tell(self.homes.part(), self.sink);
        let seen = self.homes.finish(self.sink);
        Seen { zoneless: self.stamps.zoneless, finer: self.stamps.finer, fractions: self.fractions, ..seen }
    }
}

fn judge(given: &Given<'_>) -> Result<Judged, Refusal> {
    match given.success {
        Some(b"true") => Ok(Judged::Said(true)),
        Some(b"false") => Ok(Judged::Said(false)),
        Some(text) if text.eq_ignore_ascii_case(b"true") => Ok(Judged::Said(true)),
        Some(text) if text.eq_ignore_ascii_case(b"false") => Ok(Judged::Said(false)),
        Some(text) => Err(Refusal::of("success", "`true` or `false`", text)),
        None if outcome::is_transaction(given.message) => {
            Ok(Judged::Said(given.message.ends_with(b"number of failing samples : 0")))
        }
        None if !given.code.is_empty() => {
            Ok(Judged::ByStatus(outcome::status(given.code).is_some_and(|status| status < 400)))
        }
        None => Ok(Judged::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(milliseconds(b"681", Sign::Point), Some(681_000_000));
        assert_eq!(milliseconds(b"12.5", Sign::Point), Some(12_500_000));
        for text in ["", "-1", "x", "NaN", "1e300", "99999999999999999999"] {
            assert_eq!(milliseconds(text.as_bytes(), Sign::Point), None, "{text}");
        }
    }
}

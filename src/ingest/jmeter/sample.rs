//! One sample of a JTL to observations, the same for CSV and XML.

use super::home::Homes;
use super::number::{milliseconds, whole};
use super::outcome::{self, Fault as Blame};
use super::stamp::Stamps;
use crate::ingest::{PartId, SILENCE_NS, SeriesId, Settings, Sink, Tally};
use crate::model::key::{MetricKey, MetricKind};
use crate::model::sample::{Fact, LoadModel, Sample};
use crate::unit::{Span, Timestamp, Unit};

/// Readings of users closer together than this lie in one window of whatever timeline, so that equal ones say nothing new.
const USERS_STEP_NS: i64 = 100_000_000;

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

/// What was seen that the reader of the figures should know.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Requests without an HTTP answer.
    unanswered: u64,
    /// Those of them that the load generator is to blame for.
    generator: u64,
    /// Samples that do not say how they ended.
    unknown: u64,
    /// Samples whose outcome was read off their status code.
    by_status: u64,
    transactions: u64,
    without_time: u64,
    /// A time stamp named no zone.
    zoneless: bool,
    /// A time stamp is finer than a second.
    finer: bool,
}

/// A Teller hands samples to a sink. It remembers cells, and what it told last, so that a sample costs no allocation.
pub(super) struct Teller<'s> {
    sink: &'s mut dyn Sink,
    stamps: Stamps,
    homes: Homes,
    measures: Option<Measures>,
    /// When the last sample ran.
    last: Option<Span>,
    users: Users,
    seen: Seen,
}

/// The series of what JMeter measured beside the time a sample took.
#[derive(Debug, Clone, Copy)]
struct Measures {
    latency: SeriesId,
    connect: SeriesId,
    sent: SeriesId,
}

/// Users as they were told last.
#[derive(Debug, Default)]
struct Users {
    generator: Vec<u8>,
    step: i64,
    threads: u64,
}

impl<'s> Teller<'s> {
    pub(super) fn new(sink: &'s mut dyn Sink, settings: &Settings) -> Self {
        let homes = Homes::new(sink.part(None));
        Self {
            sink,
            stamps: Stamps::new(settings.timezone.clone()),
            homes,
            measures: None,
            last: None,
            users: Users::default(),
            seen: Seen::default(),
        }
    }

    /// Tells one sample. Nothing of a refused one reaches the sink.
    ///
    /// # Errors
    /// What is wrong with it, and in which column.
    pub(super) fn tell(&mut self, given: &Given<'_>) -> Result<(), Refusal> {
        let latency_ns = milliseconds(given.elapsed)
            .ok_or_else(|| Refusal::of("elapsed", "a time in milliseconds", given.elapsed))?;
        if !matches!(given.samples, b"" | b"0" | b"1") {
            return Err(Refusal::of(
                "SampleCount",
                "1: the times of samples that are summed up are lost",
                given.samples,
            ));
        }
        let success = self.success(given)?;
        let busy = self.busy(given, latency_ns)?;
        self.enter(busy);
        let Some(home) = self.homes.of(given, success, self.sink) else { return Ok(()) };
        let ended_at = busy.map(|busy| busy.end);
        let bytes = whole(given.bytes);
        self.sink.sample(home.cell, Sample { ended_at, latency_ns: Some(latency_ns), bytes });
        let (transaction, answered) = (home.transaction, home.answered);
        self.seen.unanswered += u64::from(!answered);
        self.seen.generator += u64::from(home.blame == Some(Blame::Generator));
        self.seen.transactions += u64::from(transaction);
        self.seen.without_time += u64::from(ended_at.is_none());
        if !transaction {
            self.measure(given, answered, busy.map(|busy| busy.start));
        }
        if let Some(at) = ended_at {
            self.crowd(given, at);
        }
        Ok(())
    }

    fn success(&mut self, given: &Given<'_>) -> Result<Option<bool>, Refusal> {
        match given.success {
            Some(b"true") => Ok(Some(true)),
            Some(b"false") => Ok(Some(false)),
            Some(text) if text.eq_ignore_ascii_case(b"true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case(b"false") => Ok(Some(false)),
            Some(text) => Err(Refusal::of("success", "`true` or `false`", text)),
            None if outcome::is_transaction(given.message) => {
                Ok(Some(given.message.ends_with(b"number of failing samples : 0")))
            }
            None if !given.code.is_empty() => {
                self.seen.by_status += 1;
                Ok(Some(outcome::status(given.code).is_some_and(|status| status < 400)))
            }
            None => {
                self.seen.unknown += 1;
                Ok(None)
            }
        }
    }

    /// From its start to its end. JMeter takes pauses (a transaction's timers) out of `elapsed`, so they are added again.
    fn busy(&mut self, given: &Given<'_>, latency_ns: u64) -> Result<Option<Span>, Refusal> {
        let Some(stamp) = given.stamp else { return Ok(None) };
        let wanted = "unix milliseconds or a date and time such as `2026/11/21 02:01:54.829`";
        let start = self.stamps.read(stamp).ok_or_else(|| Refusal::of("timeStamp", wanted, stamp))?;
        let taken = latency_ns.saturating_add(milliseconds(given.idle).unwrap_or(0));
        let end = start.plus_nanos(i64::try_from(taken).unwrap_or(i64::MAX));
        Ok(Some(Span { start, end }))
    }

    /// Goes over to the run in which the sample lies, where it is far from the last one.
    #[inline]
    fn enter(&mut self, busy: Option<Span>) {
        let Some(busy) = busy else {
            return self.enter_part(None);
        };
        let near = self.last.is_some_and(|last| {
            busy.start.0.saturating_sub(last.end.0) <= SILENCE_NS
                && last.start.0.saturating_sub(busy.end.0) <= SILENCE_NS
        });
        if !near {
            self.enter_part(Some(busy));
        }
        self.last = Some(busy);
    }

    fn enter_part(&mut self, busy: Option<Span>) {
        let part = match busy {
            Some(busy) => self.sink.run_at(busy),
            None => self.sink.part(None),
        };
        if part != self.homes.part() {
            self.homes.enter(part, self.sink);
            self.measures = None;
            self.users = Users::default();
        }
    }

    fn measure(&mut self, given: &Given<'_>, answered: bool, at: Option<Timestamp>) {
        let (latency, connect, sent) =
            (milliseconds(given.latency).filter(|_| answered), milliseconds(given.connect), whole(given.sent));
        if latency.is_none() && connect.is_none() && sent.is_none() {
            return;
        }
        let part = self.homes.part();
        let measures = *self.measures.get_or_insert_with(|| Measures::of(part, self.sink));
        for (series, nanos) in [(measures.latency, latency), (measures.connect, connect)] {
            if let Some(nanos) = nanos {
                #[expect(clippy::cast_precision_loss, reason = "times of samples are far below 2^53 ns")]
                self.sink.value(series, at, nanos as f64 / 1e3);
            }
        }
        if let Some(sent) = sent {
            #[expect(clippy::cast_precision_loss, reason = "requests are far below 2^53 bytes")]
            self.sink.value(measures.sent, at, sent as f64);
        }
    }

    /// Users: threads of the JMeter that made the sample, counted at its end. Those of several generators add up.
    fn crowd(&mut self, given: &Given<'_>, at: Timestamp) {
        let Some(threads) = whole(given.threads) else { return };
        let generator = generator(given);
        let step = at.0.div_euclid(USERS_STEP_NS);
        let known = &mut self.users;
        if (known.step, known.threads) == (step, threads) && known.generator == generator {
            return;
        }
        (known.step, known.threads) = (step, threads);
        if known.generator != generator {
            known.generator.clear();
            known.generator.extend_from_slice(generator);
        }
        #[expect(clippy::cast_precision_loss, reason = "nobody runs 2^53 threads")]
        self.sink.users_of(self.homes.part(), &String::from_utf8_lossy(generator), at, threads as f64);
    }

    /// Ends the reading: hands on what was counted, and returns what was seen.
    pub(super) fn finish(mut self) -> Seen {
        self.homes.flush(self.sink);
        Seen { zoneless: self.stamps.zoneless, finer: self.stamps.finer, ..self.seen }
    }
}

impl Seen {
    /// Adds what another reader of the same file has seen.
    pub(super) fn merge(&mut self, other: Self) {
        self.unanswered += other.unanswered;
        self.generator += other.generator;
        self.unknown += other.unknown;
        self.by_status += other.by_status;
        self.transactions += other.transactions;
        self.without_time += other.without_time;
        self.zoneless |= other.zoneless;
        self.finer |= other.finer;
    }

    /// Says what has to be said of the whole file.
    pub(super) fn conclude(&self, tally: &mut Tally, settings: &Settings, sink: &mut dyn Sink) {
        let part = sink.part(None);
        if tally.used > 0 {
            sink.fact(part, Fact::Load(LoadModel::Closed));
        }
        if self.unknown > 0 {
            let why = "the file has neither a column `success` nor `responseCode`";
            sink.fact(part, Fact::FailuresUnknown(why.to_owned()));
        }
        for (count, text) in [
            (
                self.transactions,
                "{n} rows are of transaction controllers: a population of their own, in no total of requests",
            ),
            (
                self.unanswered,
                "{n} requests got no HTTP answer; they count as failures, by the exception that JMeter met",
            ),
            (self.generator, "{n} of them are faults of the load generator or the test plan, not of the system"),
            (
                self.by_status,
                "there is no column `success`: of {n} rows those failed whose code is none or 400 and more",
            ),
            (self.without_time, "{n} rows have no time: nothing over time can be told of them"),
        ] {
            if count > 0 {
                tally.note(text.replace("{n}", &count.to_string()));
            }
        }
        if self.zoneless && settings.timezone.is_none() {
            tally.note("time stamps name no zone and are taken for UTC: inputs.timezone in plimsoll.toml sets another");
        } else if self.zoneless {
            tally.note("time stamps name no zone and are read in that of inputs.timezone");
        }
        if tally.used > self.without_time && !self.finer {
            tally.note("time stamps are whole seconds: nothing within a second can be told apart");
        }
    }
}

impl Measures {
    fn of(part: PartId, sink: &mut dyn Sink) -> Self {
        let mut series = |name: &str, kind, unit| {
            sink.metric(part, &MetricKey { name: name.to_owned(), kind, unit, tags: Vec::new() })
        };
        Self {
            latency: series("Latency", MetricKind::Trend, Unit::Micros),
            connect: series("Connect", MetricKind::Trend, Unit::Micros),
            sent: series("sentBytes", MetricKind::Counter, Unit::Bytes),
        }
    }
}

/// Which JMeter made the sample: by the host's column, else by what a remote JMeter puts before its threads' names, an
/// address or `host:port`. Names with a hyphen are no proof: people call thread groups so.
fn generator<'a>(given: &Given<'a>) -> &'a [u8] {
    if !given.host.is_empty() {
        return given.host;
    }
    let (thread, is_host) = (given.thread, |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    if let Some(colon) = memchr::memchr(b':', thread) {
        let (host, rest) = thread.split_at(colon);
        let port = rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        let named = !host.is_empty() && host.iter().all(is_host);
        return match rest.get(port + 1) {
            Some(b'-') if named && port > 0 => thread.get(..colon + 1 + port).unwrap_or_default(),
            _ => b"",
        };
    }
    let host = memchr::memchr(b'-', thread).and_then(|end| thread.get(..end)).unwrap_or_default();
    let numbers = host.split(|byte| *byte == b'.');
    let is_address = numbers.clone().count() == 4
        && numbers.into_iter().all(|number| matches!(number.len(), 1..=3) && number.iter().all(u8::is_ascii_digit));
    if is_address { host } else { b"" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remote_jmeters_are_known_by_address_or_port() {
        let of = |thread: &str| {
            let given = Given { thread: thread.as_bytes(), ..Given::default() };
            String::from_utf8_lossy(generator(&given)).into_owned()
        };
        assert_eq!(of("10.0.0.3-Thread Group 1-1"), "10.0.0.3");
        assert_eq!(of("10.0.0.3:1099-Thread Group 1-1"), "10.0.0.3:1099");
        assert_eq!(of("loader-7.example:1099-Thread Group 1-1"), "loader-7.example:1099");
        assert_eq!(of("loader7:1099-Thread Group 1-1"), "loader7:1099");
        for local in ["Thread Group 1-1", "Stress-Users 2-17", "at 10:30-users 1-1", "", "1.2.3-x 1-1", "a:b-c 1-1"] {
            assert_eq!(of(local), "", "{local}");
        }
        let hosted = Given { thread: b"10.0.0.3-T 1-1", host: b"vm", ..Given::default() };
        assert_eq!(generator(&hosted), b"vm");
    }

    #[test]
    fn numbers() {
        assert_eq!(milliseconds(b"681"), Some(681_000_000));
        assert_eq!(milliseconds(b"12.5"), Some(12_500_000));
        for text in ["", "-1", "x", "NaN", "1e300", "99999999999999999999"] {
            assert_eq!(milliseconds(text.as_bytes()), None, "{text}");
        }
    }
}

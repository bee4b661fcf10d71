//! Which column is what: the names that people give, or `inputs.columns`, turned into a plan for reading rows.

use super::known::{KINDS, KNOWN, Wanted};
use super::name::{measured, split_time_unit, words};
use super::results::key::sums_up;
use crate::error::{Error, Place};
use crate::ingest::Settings;
use crate::unit::Unit;

/// A Trend is a further column of measurements: a metric of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// Which column.
    pub column: usize,
    /// Its name less the unit, `pool_wait`.
    pub name: String,
    /// What values are inside.
    pub unit: Unit,
    /// Units inside per unit of the column.
    pub scale: f64,
}

/// A Plan says which column is what.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    found: [Option<usize>; KINDS],
    /// Nanoseconds per unit of the latency column.
    pub latency_ns: f64,
    /// Whether that is `inputs.latency_unit`, not the name.
    pub unit_from_settings: bool,
    /// Whether no name says the unit, but a cell does, as `12 ms`: then each has to.
    pub unit_in_cells: bool,
    /// Further measurements.
    pub trends: Vec<Trend>,
    /// Columns that are not read, by position.
    pub unused: Vec<usize>,
    /// Whether a name says that the row sums up many requests (`p95_ms`, `total_requests`).
    pub sums_up: bool,
}

impl Plan {
    /// Where that column stands.
    #[must_use]
    pub fn column(&self, wanted: Wanted) -> Option<usize> {
        self.found.get(wanted as usize).copied().flatten()
    }

    /// The columns that were recognised, in words, for detection's reason.
    #[must_use]
    pub fn found_columns(&self, names: &[String]) -> String {
        let found = KNOWN
            .iter()
            .filter_map(|known| Some(format!("{} `{}`", known.key, names.get(self.column(known.wanted)?)?)));
        crate::fmt::plain(&found.collect::<Vec<_>>().join(", "))
    }

    /// The columns that hold numbers, by position.
    #[must_use]
    pub fn numbers(&self) -> Vec<usize> {
        let known =
            [Wanted::Latency, Wanted::Bytes, Wanted::Users].into_iter().filter_map(|wanted| self.column(wanted));
        known.chain(self.trends.iter().map(|trend| trend.column)).collect()
    }

    /// The columns that hold instants, by position.
    #[must_use]
    pub fn times(&self) -> Vec<usize> {
        [Wanted::Time, Wanted::Start, Wanted::End].into_iter().filter_map(|wanted| self.column(wanted)).collect()
    }

    /// Whether a column holds an instant.
    #[must_use]
    pub fn has_time(&self) -> bool {
        !self.times().is_empty()
    }

    /// Whether a column other than the error text says how a request ended.
    #[must_use]
    pub fn states_outcome(&self) -> bool {
        [Wanted::Ok, Wanted::Failed, Wanted::Status].iter().any(|wanted| self.column(*wanted).is_some())
    }

    /// Whether these are rows of requests: how long they took, and what they asked for or how they ended.
    #[must_use]
    pub fn holds_requests(&self) -> bool {
        let any = |kinds: &[Wanted]| kinds.iter().any(|wanted| self.column(*wanted).is_some());
        let timed = any(&[Wanted::Latency]) || (any(&[Wanted::Start]) && any(&[Wanted::End]));
        !self.sums_up
            && timed
            && any(&[Wanted::Endpoint, Wanted::Status, Wanted::Ok, Wanted::Failed, Wanted::Error, Wanted::Event])
    }

    /// Holds that a row can be counted at all: that it says how long it took or how it ended.
    ///
    /// # Errors
    /// It cannot.
    pub fn require_countable(&self, place: &Place) -> Result<(), Error> {
        let any = |kinds: &[Wanted]| kinds.iter().any(|wanted| self.column(*wanted).is_some());
        let spans = self.column(Wanted::Start).is_some() && self.column(Wanted::End).is_some();
        if spans || any(&[Wanted::Latency, Wanted::Ok, Wanted::Failed, Wanted::Status, Wanted::Error]) {
            return Ok(());
        }
        let error = Error::input("no column says how long a request took or how it ended").at(place.clone());
        Err(error.hint("name a column `latency_ms` or `success`, or map one: inputs.columns = { latency = \"…\" }"))
    }

    /// The plan for columns of these names, as far as the names tell.
    #[must_use]
    pub fn by_name(names: &[String]) -> Self {
        Self::assign(names, &Settings::default())
    }

    /// The plan for columns of these names under these settings.
    ///
    /// # Errors
    /// Wrong `inputs.columns`; a latency column whose unit nobody states.
    pub fn new(names: &[String], settings: &Settings, place: &Place) -> Result<Self, Error> {
        Self::beside_cells(names, settings, place, |_| false)
    }

    /// The same where cells are at hand: `states_unit` is asked of a latency column whose unit nobody else states.
    ///
    /// # Errors
    /// As for `new`.
    pub fn beside_cells(
        names: &[String],
        settings: &Settings,
        place: &Place,
        states_unit: impl Fn(usize) -> bool,
    ) -> Result<Self, Error> {
        if let Some(unknown) = settings.columns.keys().find(|key| KNOWN.iter().all(|known| known.key != key.as_str())) {
            let keys: Vec<&str> = KNOWN.iter().map(|known| known.key).collect();
            return Err(Error::usage(format!("`inputs.columns` has no `{unknown}`"))
                .hint(format!("it knows {}", keys.join(", "))));
        }
        let mut plan = Self::assign(names, settings);
        if let Some(column) = plan.column(Wanted::Latency) {
            let name = names.get(column).map_or("latency", String::as_str);
            match (split_time_unit(&words(name)).1, settings.latency_unit_ns) {
                (Some(nanos), _) => plan.latency_ns = nanos,
                (None, Some(nanos)) => (plan.latency_ns, plan.unit_from_settings) = (nanos, true),
                (None, None) if states_unit(column) => plan.unit_in_cells = true,
                (None, None) => {
                    return Err(Error::input(format!("the unit of column `{}` is not known", crate::fmt::plain(name)))
                        .at(place.clone().field(name))
                        .hint("set inputs.latency_unit = \"ms\" (or \"s\", \"us\", \"ns\"), or let the name say it: `latency_ms`"));
                }
            }
        }
        Ok(plan)
    }

    /// The plan for columns of these names, as far as the names and `inputs.columns` tell.
    #[must_use]
    pub fn assign(names: &[String], settings: &Settings) -> Self {
        let spoken: Vec<String> = names.iter().map(|name| words(name)).collect();
        let mut plan = Self { sums_up: spoken.iter().any(|name| sums_up(name)), ..Self::default() };
        let mut taken = vec![false; names.len()];
        let mut take = |plan: &mut Self, wanted: Wanted, column: usize| {
            let (slot, taken) = (plan.found.get_mut(wanted as usize), taken.get_mut(column));
            if let (Some(slot @ None), Some(taken @ false)) = (slot, taken) {
                (*slot, *taken) = (Some(column), true);
            }
        };
        // What the user mapped comes first; a mapping for another file's column leaves this file to its names.
        for known in &KNOWN {
            let mapped = settings.columns.get(known.key);
            if let Some(column) = mapped.and_then(|mapped| names.iter().position(|name| name == mapped)) {
                take(&mut plan, known.wanted, column);
            }
        }
        for known in &KNOWN {
            if let Some(column) =
                known.names.iter().find_map(|want| spoken.iter().position(|have| known.wanted.is_named(have, want)))
            {
                take(&mut plan, known.wanted, column);
            }
        }
        for (column, name) in spoken.iter().enumerate().filter(|(column, _)| taken.get(*column) == Some(&false)) {
            match measured(name) {
                Some((stem, unit, scale)) => plan.trends.push(Trend { column, name: stem.to_owned(), unit, scale }),
                None => plan.unused.push(column),
            }
        }
        plan
    }
}

/// The delimiter of a CSV header: whichever of comma, semicolon and tab it holds most outside quotes (a series' labels stand
/// with commas within them).
#[must_use]
pub fn delimiter(header: &[u8]) -> u8 {
    let pieces = || header.split(|byte| *byte == b'"');
    // Every second piece stands within quotes. Of a quote that is not closed nothing is known.
    let step = if pieces().count() % 2 == 1 { 2 } else { 1 };
    let count = |wanted: u8| -> usize {
        pieces().step_by(step).map(|outside| memchr::memchr_iter(wanted, outside).count()).sum()
    };
    // Of equals the last wins, so the comma stands last.
    [b'\t', b';', b','].into_iter().max_by_key(|byte| count(*byte)).unwrap_or(b',')
}

/// The column names of a CSV header line.
#[must_use]
pub fn header_names(line: &[u8]) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(line)).has_headers(false).from_reader(line);
    let mut record = csv::ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// The tool whose CSV header this is, where it is one that has adapters of its own or must not be taken for rows.
#[must_use]
pub fn foreign_header(names: &[String]) -> Option<&'static str> {
    const SIGNATURES: [(&str, &[&str]); 10] = [
        ("k6", &["metric_name", "timestamp", "metric_value"]),
        ("JMeter", &["timeStamp", "elapsed"]),
        ("Locust", &["Type", "Name"]),
        ("Locust", &["Method", "Name", "Error", "Occurrences"]),
        ("Locust", &["Count", "Message", "Traceback"]),
        ("hey", &["response-time", "DNS+dialup", "offset"]),
        ("oha", &["request-start", "DNS+dialup"]),
        ("ab", &["starttime", "ctime", "ttime"]),
        ("siege's log", &["Date & Time", "Trans"]),
        ("Taurus", &["label", "avg_rt", "succ"]),
    ];
    let has = |want: &&str| names.iter().any(|name| name == want);
    SIGNATURES.iter().find(|(_, signature)| signature.iter().all(has)).map(|(tool, _)| *tool)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(header: &str) -> Plan {
        Plan::by_name(&header_names(header.as_bytes()))
    }

    #[test]
    fn headers_that_teams_write() {
        let rows = plan("timestamp,scenario,request_id,method,endpoint,message,latency_ms,status,success,cached,error");
        assert!(rows.holds_requests());
        assert_eq!(rows.column(Wanted::Latency), Some(6));
        assert_eq!(rows.column(Wanted::Error), Some(10));
        assert_eq!(rows.unused, [2, 5]);
        let database = plan("timestamp,worker,operation,query_time_ms,pool_wait_ms,success,error");
        assert_eq!(database.column(Wanted::Endpoint), Some(2));
        assert_eq!(database.trends, [Trend { column: 4, name: "pool_wait".into(), unit: Unit::Micros, scale: 1e3 }]);
        let dotted = plan("Start Time;End Time;URL;Status Code");
        assert!(dotted.holds_requests());
        assert_eq!(dotted.column(Wanted::End), Some(1));
    }

    #[test]
    fn what_is_no_row_of_a_request() {
        for header in [
            "timestamp,cpu_percent,memory_mb,api_latency_ms,api_status",
            "endpoint,requests,duration_s,avg_latency_ms",
            "time,latency_ms",
        ] {
            assert!(!plan(header).holds_requests(), "{header}");
        }
    }

    #[test]
    fn mapping_beats_names_and_wrong_keys_are_named() {
        let names = header_names(b"t,query_time_ms,latency_ms,success");
        let settings = Settings { columns: [("latency".into(), "query_time_ms".into())].into(), ..Settings::default() };
        let plan = Plan::new(&names, &settings, &Place::source("x")).unwrap();
        assert_eq!(plan.column(Wanted::Latency), Some(1));
        let settings = Settings { columns: [("latencey".into(), "t".into())].into(), ..Settings::default() };
        let error = Plan::new(&names, &settings, &Place::source("x")).unwrap_err();
        assert!(error.message.contains("latencey") && error.hint.unwrap().contains("latency"));
    }

    #[test]
    fn an_unknown_unit_is_asked_for() {
        let names = header_names(b"ts,latency,status");
        let error = Plan::new(&names, &Settings::default(), &Place::source("x")).unwrap_err();
        assert!(error.message.contains("`latency`"), "{}", error.message);
        assert!(error.hint.as_deref().unwrap().contains("inputs.latency_unit"));
        let settings = Settings { latency_unit_ns: Some(1e9), ..Settings::default() };
        let plan = Plan::new(&names, &settings, &Place::source("x")).unwrap();
        assert!((plan.latency_ns - 1e9).abs() < 1e-9 && plan.unit_from_settings);
    }

    #[test]
    fn delimiters() {
        assert_eq!(delimiter(b"a,b;c,d"), b',');
        assert_eq!(delimiter(b"a;b;c"), b';');
        assert_eq!(delimiter(b"a\tb"), b'\t');
        assert_eq!(delimiter(b"a"), b',');
        assert_eq!(delimiter(b"\"Time\"\t\"up{a=\"\"1\"\", b=\"\"2\"\"}\""), b'\t');
        assert_eq!(delimiter(b"\"a,b;c,d"), b',', "a quote that is not closed");
    }
}

//! Hand-built tests for the laws and stories of this layer.

use crate::model::distribution::{Distribution, Recorded};
use crate::model::histogram::Histogram;
use crate::model::input::InputFile;
use crate::model::key::{CellKey, ColumnKind, EndpointKey, MetricKey, MetricKind, Outcome, Population, Tags};
use crate::model::metric::MetricTotal;
use crate::model::test::{
    CellData, EndpointData, EndpointSeries, MetricData, MonitorColumn, PopulationData, ScaledHistogram, Test, Timeline,
    Window,
};
use crate::unit::{NANOS_PER_SECOND, Span, Timestamp, Unit};

/// The instant that built tests begin at.
pub(crate) const START: Timestamp = Timestamp(1_700_000_000 * NANOS_PER_SECOND);

/// What a built test looks like.
pub(crate) struct Shape {
    /// Length in seconds, and number of windows.
    pub(crate) seconds: usize,
    /// Requests in each second.
    pub(crate) per_second: u64,
    /// Every so manieth request fails; 0 for none.
    pub(crate) fail_every: u64,
    /// Latency of a request in microseconds by its running number.
    pub(crate) latency_us: fn(u64) -> u64,
    /// Latency of a failed one.
    pub(crate) failed_us: u64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            seconds: 30,
            per_second: 10,
            fail_every: 0,
            latency_us: |number| 1_000 + number * 7919 % 500,
            failed_us: 2_000,
        }
    }
}

/// A second of the test as an instant.
pub(crate) fn second(offset: i64) -> Timestamp {
    START.plus_nanos(offset * NANOS_PER_SECOND)
}

/// A raw test of one endpoint, `GET /a`, with windows of one second.
pub(crate) fn raw_test(shape: &Shape) -> Test {
    let key = EndpointKey::new(Some("GET"), "/a");
    let mut windows = vec![Window::default(); shape.seconds];
    let (mut passed, mut failed) = (Recorded::default(), Recorded::default());
    let mut number = 0;
    for window in &mut windows {
        let mut histogram = Histogram::new();
        for _ in 0..shape.per_second {
            number += 1;
            let fails = shape.fail_every > 0 && number % shape.fail_every == 0;
            let latency = if fails { shape.failed_us } else { (shape.latency_us)(number) };
            if fails { &mut failed } else { &mut passed }.record(latency * 1000);
            histogram.record(i64::try_from(latency).unwrap());
            window.requests += 1;
            window.failures += u64::from(fails);
            window.sum_ns += u128::from(latency) * 1000;
        }
        window.latency = Some(histogram);
    }
    let mut all = passed.clone();
    all.merge(&failed);
    let endpoint = |key: &EndpointKey| EndpointData {
        key: key.clone(),
        requests: Some(all.count()),
        failures: Some(failed.count()),
        failure_kinds: if failed.count() > 0 { vec![("HTTP 500".to_owned(), failed.count())] } else { Vec::new() },
        statuses: vec![(200, passed.count()), (500, failed.count())],
        cached: None,
        bytes: None,
        latency: Distribution::Recorded(all.clone()),
        latency_ok: Distribution::Recorded(passed.clone()),
        rate_quoted: None,
    };
    let span = Span { start: START, end: second(i64::try_from(shape.seconds).unwrap()) };
    let mut test = empty_test();
    test.span = Some(span);
    test.duration_s = Some(span.seconds());
    test.populations = vec![PopulationData {
        population: Population::Request,
        totals: endpoint(&EndpointKey::default()),
        endpoints: vec![endpoint(&key)],
    }];
    test.cells = vec![
        cell(&key, Outcome::Ok, 200, &[("scenario", "auth")], passed),
        cell(&key, Outcome::Failed("HTTP 500".to_owned()), 500, &[("scenario", "events")], failed),
    ];
    test.timeline = Some(timeline(&key, windows));
    test
}

fn timeline(key: &EndpointKey, windows: Vec<Window>) -> Timeline {
    Timeline {
        width_ns: NANOS_PER_SECOND,
        start: START,
        windows: windows.len(),
        failure_kinds: Vec::new(),
        users: vec![None; windows.len()],
        quoted: Vec::new(),
        quoted_by_endpoint: Vec::new(),
        endpoints: vec![EndpointSeries { key: key.clone(), windows, answers: Vec::new() }],
    }
}

/// A cell of requests.
pub(crate) fn cell(
    endpoint: &EndpointKey,
    outcome: Outcome,
    status: u16,
    pairs: &[(&str, &str)],
    recorded: Recorded,
) -> CellData {
    CellData {
        key: CellKey {
            population: Population::Request,
            endpoint: endpoint.clone(),
            outcome,
            status: Some(status),
            cached: None,
            tags: tags(pairs),
        },
        count: recorded.count(),
        recorded,
        bytes: None,
    }
}

/// A test in which nothing was measured.
pub(crate) fn empty_test() -> Test {
    Test {
        name: "steady".to_owned(),
        run: None,
        tool: "k6".to_owned(),
        tool_version: None,
        inputs: Vec::new(),
        span: None,
        dated: None,
        duration_s: None,
        load_model: None,
        users_stated: None,
        users_alone: None,
        populations: Vec::new(),
        cells: Vec::new(),
        timeline: None,
        metrics: Vec::new(),
        monitors: Vec::new(),
        faults: Vec::new(),
        thresholds: Vec::new(),
        warnings: Vec::new(),
        remarks: Vec::new(),
    }
}

/// A file of which so many rows were read and so many refused.
pub(crate) fn input(rows_read: u64, rows_rejected: u64) -> InputFile {
    InputFile {
        source: "out.json".to_owned(),
        adapter: "k6-ndjson".to_owned(),
        why: String::new(),
        role: "figures".to_owned(),
        sha256: None,
        bytes: 0,
        rows_read,
        rows_used: rows_read - rows_rejected,
        rows_skipped: 0,
        rows_rejected,
        rows_rejected_aside: 0,
        first_rejections: Vec::new(),
        unfinished: None,
        notes: Vec::new(),
        within: None,
        copies: Vec::new(),
    }
}

/// A monitor's column with one reading a second from the test's start on.
pub(crate) fn column(name: &str, kind: ColumnKind, unit: &str, values: &[Option<f64>]) -> MonitorColumn {
    MonitorColumn {
        source: "monitor.csv".to_owned(),
        name: name.to_owned(),
        kind,
        unit: unit.to_owned(),
        readings: (0..).map(second).zip(values.iter().copied()).collect(),
    }
}

/// Sorted tags.
pub(crate) fn tags(pairs: &[(&str, &str)]) -> Tags {
    let mut tags: Tags = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    tags.sort();
    tags
}

/// One series of a metric as a tool's points give it.
pub(crate) fn metric(name: &str, kind: MetricKind, pairs: &[(&str, &str)], values: &[f64]) -> MetricData {
    let histogram: Histogram = values
        .iter()
        .map(|value| {
            #[expect(clippy::cast_possible_truncation, reason = "small whole numbers of steps")]
            let steps = (value * 1e6).round() as i64;
            steps
        })
        .collect();
    let nonzero = values.iter().filter(|value| value.abs() > 0.0).count() as u64;
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let share = nonzero as f64 / values.len() as f64;
    let trend = kind == MetricKind::Trend;
    MetricData {
        key: MetricKey { name: name.to_owned(), kind, unit: Unit::Plain, tags: tags(pairs) },
        total: MetricTotal {
            count: Some(values.len() as u64),
            nonzero: (kind == MetricKind::Rate).then_some(nonzero),
            sum: matches!(kind, MetricKind::Counter | MetricKind::Trend).then(|| values.iter().sum()),
            value: match kind {
                MetricKind::Rate => Some(share),
                MetricKind::Gauge => values.last().copied(),
                MetricKind::Counter | MetricKind::Trend => None,
            },
            min: values.iter().copied().reduce(f64::min),
            max: values.iter().copied().reduce(f64::max),
            ..MetricTotal::default()
        },
        recorded: trend.then_some(ScaledHistogram { histogram, steps_per_unit: 1e6 }),
        quoted: false,
    }
}

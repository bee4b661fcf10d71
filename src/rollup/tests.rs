mod names;
mod together;

use super::*;
use crate::model::distribution::Distribution;
use crate::model::key::{ColumnKind, EndpointKey, MetricKind, Outcome, Population};
use crate::model::sample::LoadModel;
use crate::unit::Unit;
use proptest::prelude::*;

/// One call on a sink.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a few hundred values in a test")]
enum Said {
    Sample(CellKey, Sample),
    Value(MetricKey, Option<Timestamp>, f64),
    Reading(Timestamp, Option<f64>),
    Users(Timestamp, f64),
    Interval(Interval),
    Total(Total),
    Fault(Fault),
    Fact(Fact),
}

fn fold(said: &[Said]) -> Rollup {
    let mut rollup = Rollup::new();
    let column = ColumnKey { name: "memory_mb".into(), kind: ColumnKind::Level, unit: "MB".into() };
    for one in said {
        let part = rollup.part(None);
        match one.clone() {
            Said::Sample(key, sample) => {
                let part = rollup.part(key.endpoint.name.starts_with("/b").then_some("search"));
                let cell = rollup.cell(part, &key);
                rollup.sample(cell, sample);
            }
            Said::Value(key, at, value) => {
                let metric = rollup.metric(part, &key);
                rollup.value(metric, at, value);
            }
            Said::Reading(at, value) => {
                let column = rollup.column(part, &column);
                rollup.reading(column, at, value);
            }
            Said::Users(at, users) => rollup.users(part, at, users),
            Said::Interval(interval) => rollup.interval(part, interval),
            Said::Total(total) => rollup.total(part, total),
            Said::Fault(fault) => rollup.fault(part, fault),
            Said::Fact(fact) => rollup.fact(part, fact),
        }
    }
    rollup
}

/// Mostly within two minutes, sometimes decades away, so that windows must grow.
fn instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        20 => (0..120_000_000_000_i64).prop_map(|nanos| Timestamp(1_795_225_420_000_000_000 + nanos)),
        1 => any::<i64>().prop_map(Timestamp),
    ]
}

fn endpoint() -> impl Strategy<Value = EndpointKey> {
    // Enough ids for folding to begin amid the stream, and a group now and then.
    let name = prop_oneof![2 => "/[ab]{1,2}", 3 => "/[ab]/[0-9]{1,2}", 1 => "/a/[0-9]/x-[a-z]{2}", 1 => Just("/a/{id}".to_owned())];
    ("(GET|POST)", name, proptest::option::of("g[12]"))
        .prop_map(|(method, name, group)| EndpointKey::new(Some(&method), &name).in_group(group.as_deref()))
}

fn cell_key() -> impl Strategy<Value = CellKey> {
    let outcome = prop_oneof![
        4 => Just(Outcome::Ok),
        1 => "HTTP 50[0-4]".prop_map(Outcome::Failed),
        1 => "row [0-9]{2} of [0-9a-f]{8}-4f89-11d3-9a0c-0305e82c3301".prop_map(Outcome::Failed),
        1 => Just(Outcome::Unknown),
    ];
    let population = prop_oneof![4 => Just(Population::Request), 1 => Just(Population::Message)];
    (population, endpoint(), outcome, proptest::option::of(200..204_u16), "[xy]").prop_map(
        |(population, endpoint, outcome, status, tag)| CellKey {
            population,
            endpoint,
            outcome,
            status,
            cached: None,
            tags: vec![("scenario".into(), tag)],
        },
    )
}

fn said() -> impl Strategy<Value = Said> {
    let sample = (
        proptest::option::of(instant()),
        proptest::option::of(0..9_000_000_000_u64),
        proptest::option::of(0..5_000_u64),
    )
        .prop_map(|(ended_at, latency_ns, bytes)| Sample { ended_at, latency_ns, bytes });
    let kind = prop_oneof![
        Just(MetricKind::Trend),
        Just(MetricKind::Gauge),
        Just(MetricKind::Counter),
        Just(MetricKind::Rate)
    ];
    let metric = (kind, "[mn]").prop_map(|(kind, name)| MetricKey { name, kind, unit: Unit::Plain, tags: Vec::new() });
    let row = (instant(), proptest::option::of(endpoint()), 0..50_u64, 0.0..100.0_f64).prop_map(
        |(at, endpoint, done, users)| Interval {
            at,
            endpoint,
            users: Some(users),
            rate_per_s: None,
            failures_per_s: None,
            quantiles: vec![(0.5, users)],
            cumulative: Some((done, 0)),
        },
    );
    let total = (endpoint(), 0..100_u64).prop_map(|(endpoint, requests)| Total {
        requests: Some(requests),
        latency: Distribution::Unknown("no rows".into()),
        latency_ok: Distribution::Unknown("no rows".into()),
        ..Total::of(Population::Request, Some(endpoint))
    });
    prop_oneof![
        10 => (cell_key(), sample).prop_map(|(key, sample)| Said::Sample(key, sample)),
        3 => (metric, proptest::option::of(instant()), -1e12..1e12_f64).prop_map(|(key, at, value)| Said::Value(key, at, value)),
        2 => (instant(), proptest::option::of(-1e6..1e6_f64)).prop_map(|(at, value)| Said::Reading(at, value)),
        1 => (instant(), 0.0..500.0_f64).prop_map(|(at, users)| Said::Users(at, users)),
        2 => row.prop_map(Said::Interval),
        1 => total.prop_map(Said::Total),
        2 => (proptest::option::of(endpoint()), "[a-c]|order [0-9]{1,2} gone|no [a-z]{2} here", 1..9_u64)
            .prop_map(|(endpoint, text, count)| Said::Fault(Fault { endpoint, text, count, of_requests: true })),
        1 => Just(Said::Fact(Fact::Load(LoadModel::Open))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The law on which parallel reading and the merging of shards stand.
    #[test]
    fn folding_in_pieces_and_in_any_order_gives_the_same(
        (all, shuffled) in proptest::collection::vec(said(), 0..120).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        cuts in (0..121_usize, 0..121_usize),
    ) {
        let whole = fold(&all);
        let (low, high) = (cuts.0.min(cuts.1).min(all.len()), cuts.0.max(cuts.1).min(all.len()));
        let (a, b, c) = (fold(&shuffled[..low]), fold(&shuffled[low..high]), fold(&shuffled[high..]));
        let mut merged = c;
        // As it is where a shard comes in a part file.
        for part in &mut merged.parts {
            *part = Part::unfolded(part.folded()).map_err(TestCaseError::fail)?;
        }
        merged.merge(a);
        merged.merge(b);
        prop_assert_eq!(&merged, &whole);
        // What is read out must not show the order either, to the last bit.
        for (mine, theirs) in merged.into_parts().into_iter().zip(whole.into_parts()) {
            let shown = |part: Part| part.spelled(&str::to_owned).settle().0;
            let (mine, theirs) = (shown(mine), shown(theirs));
            prop_assert_eq!(mine.cells().len(), theirs.cells().len());
            prop_assert_eq!(format!("{:?}", mine.cells()), format!("{:?}", theirs.cells()));
            prop_assert_eq!(format!("{:?}", mine.facts()), format!("{:?}", theirs.facts()));
            prop_assert_eq!(format!("{:?}", mine.totals()), format!("{:?}", theirs.totals()));
            prop_assert_eq!(format!("{:?}", mine.timeline()), format!("{:?}", theirs.timeline()));
            prop_assert_eq!(format!("{:?}", mine.metrics()), format!("{:?}", theirs.metrics()));
            prop_assert_eq!(format!("{:?}", mine.columns()), format!("{:?}", theirs.columns()));
            prop_assert_eq!(format!("{:?}", mine.intervals()), format!("{:?}", theirs.intervals()));
            prop_assert_eq!(mine.faults(), theirs.faults());
        }
    }

    #[test]
    fn the_timeline_counts_every_request_that_has_a_time(all in proptest::collection::vec(said(), 0..120)) {
        let timed = all.iter().filter(|one| matches!(one, Said::Sample(key, Sample { ended_at: Some(_), .. }) if key.population == Population::Request)).count();
        let mut counted = 0;
        for part in fold(&all).into_parts() {
            let Some(timeline) = part.timeline() else { continue };
            prop_assert!(timeline.windows <= 512);
            counted += timeline.endpoints.iter().flat_map(|series| &series.windows).map(|window| window.requests).sum::<u64>();
        }
        prop_assert_eq!(counted, timed as u64);
    }
}

fn request(endpoint: &str, outcome: Outcome) -> CellKey {
    CellKey {
        population: Population::Request,
        endpoint: EndpointKey::new(Some("GET"), endpoint),
        outcome,
        status: None,
        cached: None,
        tags: Vec::new(),
    }
}

fn at_second(second: i64, latency_ms: u64) -> Sample {
    Sample {
        ended_at: Some(Timestamp(second * 1_000_000_000)),
        latency_ns: Some(latency_ms * 1_000_000),
        bytes: Some(10),
    }
}

#[test]
fn the_span_begins_when_the_first_request_was_sent() {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    let cell = rollup.cell(part, &request("/a", Outcome::Ok));
    rollup.sample(cell, at_second(100, 2_000));
    rollup.sample(cell, at_second(101, 5_000));
    let span = rollup.into_parts()[0].span(Population::Request).unwrap();
    assert_eq!((span.start, span.end), (Timestamp(96_000_000_000), Timestamp(101_000_000_000)));
}

#[test]
fn a_fork_that_is_absorbed_is_as_if_read_here() {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    let cell = rollup.cell(part, &request("/a", Outcome::Ok));
    rollup.sample(cell, at_second(100, 1));
    let mut fork = rollup.fork();
    let there = fork.part(None);
    let cell = fork.cell(there, &request("/a", Outcome::Ok));
    fork.sample(cell, at_second(5_000, 3));
    rollup.absorb(fork);
    let part = &rollup.into_parts()[0];
    assert_eq!(part.cells().len(), 1);
    assert_eq!(part.cells()[0].count, 2);
    assert_eq!(part.cells()[0].bytes, Some(20));
}

#[test]
fn failures_beyond_the_five_most_frequent_kinds_are_summed() {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    for kind in 0..7_i64 {
        let cell = rollup.cell(part, &request("/a", Outcome::Failed(format!("HTTP 50{kind}"))));
        for _ in 0..=kind {
            rollup.sample(cell, at_second(100, 5));
        }
    }
    let kinds = rollup.into_parts()[0].timeline().unwrap().failure_kinds;
    let shown: Vec<(&str, u64)> = kinds.iter().map(|(kind, counts)| (kind.as_str(), counts.iter().sum())).collect();
    assert_eq!(
        shown,
        [("HTTP 506", 7), ("HTTP 505", 6), ("HTTP 504", 5), ("HTTP 503", 4), ("HTTP 502", 3), ("other", 3)]
    );
}

#[test]
fn users_of_a_coarse_source_fill_the_fine_windows_between_two_readings() {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    let cell = rollup.cell(part, &request("/a", Outcome::Ok));
    for tenth in 0..40 {
        rollup.sample(
            cell,
            Sample {
                ended_at: Some(Timestamp(100_000_000_000 + tenth * 100_000_000)),
                latency_ns: Some(1),
                bytes: None,
            },
        );
    }
    rollup.users(part, Timestamp(101_000_000_000), 5.0);
    rollup.users(part, Timestamp(102_000_000_000), 9.0);
    let users = rollup.into_parts()[0].timeline().unwrap().users;
    assert_eq!(users.len(), 40);
    assert_eq!(users[..10], [None; 10], "before the first reading nothing is known");
    assert_eq!(users[10..20], [Some(5.0); 10]);
    assert_eq!(users[20..], [Some(9.0); 20]);
}

/// JMeter wrote the start of each request in whole seconds, and its end had milliseconds by the latency: the run's windows were
/// a tenth of a second wide, most of them empty, and it was said that requests were sent in 18 % of the time only.
#[test]
fn a_clock_of_whole_seconds_is_known_by_start_or_end() {
    let key = CellKey {
        population: Population::Request,
        endpoint: EndpointKey::new(None, "/a"),
        outcome: Outcome::Ok,
        status: None,
        cached: None,
        tags: Vec::new(),
    };
    let width_s = |apart_ns: i64, ends_are_stated: bool| {
        let said: Vec<Said> = (0..200_i64)
            .map(|at| {
                let latency = 5_000_000 + 7_000_000 * (at % 11);
                let stated = 1_795_225_420_000_000_000 + at / 40 * apart_ns;
                let ended_at = Some(Timestamp(if ends_are_stated { stated } else { stated + latency }));
                Said::Sample(key.clone(), Sample { ended_at, latency_ns: Some(latency.unsigned_abs()), bytes: None })
            })
            .collect();
        fold(&said).into_parts().remove(0).timeline().unwrap().width_ns
    };
    for ends_are_stated in [false, true] {
        assert_eq!(width_s(1_000_000_000, ends_are_stated), 1_600_000_000);
        assert_eq!(width_s(1_001_000_000, ends_are_stated), 100_000_000);
    }
}

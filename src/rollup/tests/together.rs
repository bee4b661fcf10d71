//! Samples and points told together amount to what they do one by one.

use super::*;

proptest! {
    #[test]
    fn together_or_one_by_one(
        key in cell_key(),
        samples in prop::collection::vec((proptest::option::of(instant()), proptest::option::of(0..9_000_000_000_u64), proptest::option::of(0..5_000_u64)), 0..60),
        points in prop::collection::vec((proptest::option::of(instant()), prop_oneof![Just(0.0), -1e6..1e6_f64, Just(f64::NAN)]), 0..200),
        kind in prop_oneof![Just(MetricKind::Trend), Just(MetricKind::Gauge)],
    ) {
        let metric = MetricKey { name: "m".to_owned(), kind, unit: Unit::Plain, tags: Vec::new() };
        let samples: Vec<Sample> =
            samples.into_iter().map(|(ended_at, latency_ns, bytes)| Sample { ended_at, latency_ns, bytes }).collect();
        let (mut together, mut single) = (Rollup::new(), Rollup::new());
        for rollup in [&mut together, &mut single] {
            let part = rollup.part(None);
            prop_assert_eq!(rollup.cell(part, &key).0 + rollup.metric(part, &metric).0, 0);
        }
        let (cell, metric) = (SeriesId(0), SeriesId(0));
        together.samples(cell, &samples);
        together.values(metric, &points);
        for sample in &samples {
            single.sample(cell, *sample);
        }
        for (at, value) in &points {
            single.value(metric, *at, *value);
        }
        prop_assert!(together == single);
    }
}

/// Busy windows count into ranges laid out after the window before; whatever came before, they hold the same.
#[test]
fn busy_windows_are_the_same_in_any_order() {
    let key = cell("a");
    let samples: Vec<Sample> = (0..9_000_u64)
        .map(|at| Sample {
            ended_at: Some(Timestamp(1_795_225_420_000_000_000 + i64::try_from(at).unwrap() * 100_000)),
            latency_ns: Some(1_000_000 * (1 + at * 7 % 200)),
            bytes: None,
        })
        .collect();
    let told = |chunks: &mut dyn Iterator<Item = &[Sample]>| {
        let mut rollup = Rollup::new();
        let part = rollup.part(None);
        let cell = rollup.cell(part, &key);
        chunks.for_each(|chunk| rollup.samples(cell, chunk));
        rollup
    };
    let forward = told(&mut samples.chunks(32));
    assert!(forward == told(&mut samples.chunks(50).rev()));
    assert!(forward == told(&mut samples.chunks(samples.len())));
}

fn cell(name: &str) -> CellKey {
    CellKey {
        population: Population::Request,
        endpoint: EndpointKey::new(None, name),
        outcome: Outcome::Ok,
        status: Some(200),
        cached: None,
        tags: Vec::new(),
    }
}

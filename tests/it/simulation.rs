//! The simulation of `examples/simulation`, much reduced: a system beside itself is hardly ever blamed, and a planted change is
//! found. The whole table is in `docs/method.md`.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    dead_code,
    reason = "the simulated system serves the whole table; this asks for a part of it"
)]

#[path = "../../examples/simulation/noise.rs"]
mod noise;
#[path = "../../examples/simulation/rules.rs"]
mod rules;
#[path = "../../examples/simulation/system.rs"]
mod system;

use plimsoll::compare::over_runs;
use plimsoll::compare::run_figures::{EndpointRun, RunFigures, RunQuantile};
use plimsoll::compare::settings::Metric;
use rules::{any_regressed, compared, regressed, sample, samples, settings};
use system::{P95, SCENARIOS, System};

/// The endpoint that is made slower.
const SLOW: usize = 5;

#[test]
fn a_system_beside_itself_is_rarely_blamed_and_thirty_percent_is_found() {
    let system = System::new(8, 180, 12);
    let scenario = SCENARIOS.into_iter().find(|one| one.name == "S6").unwrap();
    let settings = settings(&[Metric::Quantile(0.95)], scenario.tau);
    let (mut alarms, mut found) = (0, 0);
    for seed in 0..20 {
        let (before, run) = (samples(&system, &system.run(&scenario, 2 * seed)), system.run(&scenario, 2 * seed + 1));
        let mut after = samples(&system, &run);
        alarms += u32::from(any_regressed(&compared(&system, &before, &after, &settings)));
        after[SLOW] = sample(&system, &run.parts_of(SLOW, 1.3));
        found += u32::from(regressed(&compared(&system, &before, &after, &settings), &system.endpoints[SLOW].name));
    }
    assert!(alarms <= 3, "{alarms} of 20 falsely blamed");
    assert!(found >= 14, "{found} of 20 found");
}

#[test]
fn runs_beside_the_runs_before_them_are_rarely_blamed() {
    let system = System::new(8, 180, 12);
    let scenario = SCENARIOS.into_iter().find(|one| one.name == "S3").unwrap();
    let alarms = (0..20_u64).filter(|trial| {
        let runs: Vec<Vec<P95>> = (0..6).map(|run| system.run(&scenario, 100 * trial + run).p95s()).collect();
        rules::by_history(&runs[..5], &runs[5..]).contains(&true)
    });
    assert!(alarms.count() <= 3);
}

/// The simulation tests figures by the history rule itself, which takes several runs on either side. With one run on the later
/// side that must be what the product calls.
#[test]
fn what_the_simulation_calls_is_what_the_product_calls() {
    let system = System::new(8, 180, 12);
    let scenario = SCENARIOS.into_iter().find(|one| one.name == "S3").unwrap();
    let settings = settings(&[Metric::Quantile(0.95)], scenario.tau);
    let figures = |p95s: &[P95]| {
        let endpoint = |(one, endpoint): (&P95, &system::Endpoint)| EndpointRun {
            endpoint: endpoint.name.clone(),
            quantiles: [("p95".to_owned(), RunQuantile { us: one.ln.exp(), sd: Some(one.sd), step_us: 0.0 })].into(),
            ..EndpointRun::default()
        };
        let endpoints = p95s.iter().zip(&system.endpoints).map(endpoint).collect();
        RunFigures { totals: EndpointRun::default(), endpoints }
    };
    let mut blamed = 0;
    for trial in 0..12_u64 {
        let mut runs: Vec<Vec<P95>> = (0..6).map(|run| system.run(&scenario, 100 * trial + run).p95s()).collect();
        // Nothing, one endpoint, or all of them slower by a quarter.
        for (_, one) in
            runs[5].iter_mut().enumerate().filter(|(at, _)| trial % 3 == 2 || (trial % 3 == 1 && *at == SLOW))
        {
            *one = one.slower(1.25);
        }
        let before: Vec<RunFigures> = runs[..5].iter().map(|run| figures(run)).collect();
        let product = over_runs::compare("t", &before.iter().collect::<Vec<_>>(), &figures(&runs[5]), &settings);
        let named = system.endpoints.iter().map(|endpoint| regressed(&product, &endpoint.name));
        let calls = rules::by_history(&runs[..5], &runs[5..]);
        assert_eq!(named.collect::<Vec<_>>(), calls[..8], "trial {trial}");
        assert_eq!(any_regressed(&product), calls.contains(&true), "trial {trial}");
        blamed += calls.iter().filter(|call| **call).count();
    }
    assert!(blamed > 4, "{blamed}");
}

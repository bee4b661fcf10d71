//! Small tests and figures for the tests of judging.

use crate::analyse::figures::{EndpointFigures, LatencyFigures, LoadFigures, PopulationFigures, TestFigures};
use crate::judge::interval::wilson;
use crate::model::distribution::SourceClass;
use crate::model::key::Population;
use crate::model::test::Test;
use crate::unit::{Span, Timestamp};
use std::collections::BTreeMap;

/// A test of 100 s without anything in it.
pub(crate) fn test(name: &str) -> Test {
    Test {
        name: name.to_owned(),
        run: None,
        tool: "made".to_owned(),
        tool_version: None,
        inputs: Vec::new(),
        span: Some(Span { start: Timestamp(0), end: Timestamp(100_000_000_000) }),
        dated: None,
        duration_s: Some(100.0),
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

/// Figures with nothing in them.
pub(crate) fn figures() -> TestFigures {
    TestFigures {
        omission: None,
        populations: Vec::new(),
        phases: None,
        load: LoadFigures::default(),
        series: None,
        monitors: Vec::new(),
        clocks: Vec::new(),
        trends: Vec::new(),
        pools: Vec::new(),
        metrics: Vec::new(),
        doubts: Vec::new(),
    }
}

/// Totals of requests with so many failures and a p95 of 200 ms.
pub(crate) fn request_totals(requests: u64, failures: Option<u64>) -> PopulationFigures {
    PopulationFigures {
        population: Population::Request,
        totals: endpoint("", requests, failures),
        endpoints: Vec::new(),
    }
}

/// One endpoint's figures with a p95 of 200 ms, 150 to 250.
pub(crate) fn endpoint(label: &str, requests: u64, failures: Option<u64>) -> EndpointFigures {
    let interval = failures.and_then(|failures| wilson(failures, requests, 1.0));
    let mut latency = LatencyFigures {
        n: Some(requests),
        mean: Some(100_000.0),
        max: Some(900_000.0),
        min: Some(1_000.0),
        source_class: Some(SourceClass::Raw),
        design_effect: 1.0,
        ..LatencyFigures::default()
    };
    if requests >= 72 {
        latency.quantiles.insert("p95".to_owned(), Some(200_000.0));
        latency.quantile_ci.insert("p95".to_owned(), (Some(150_000.0), Some(250_000.0)));
    }
    EndpointFigures {
        group: None,
        method: None,
        name: label.to_owned(),
        label: label.to_owned(),
        requests: Some(requests),
        failures,
        failure_ratio: failures.map(|failures| super::interval::float(failures) / super::interval::float(requests)),
        failure_ratio_ci: interval.and_then(|(low, high)| Some((low?, high?))),
        failure_design_effect: 1.0,
        failures_why: None,
        failure_kinds: Vec::new(),
        statuses: Vec::new(),
        rate_per_s: Some(super::interval::float(requests) / 100.0),
        bytes: None,
        cache: None,
        latency_us: latency,
        latency_success_us: LatencyFigures::default(),
        why: BTreeMap::new(),
    }
}

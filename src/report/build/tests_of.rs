//! One test as the report shows it.

use super::Judged;
use crate::analyse::clock::ClockFigures;
use crate::analyse::figures::{EndpointFigures, LatencyFigures};
use crate::fmt;
use crate::ingest::jmeter;
use crate::model::key::{Outcome, Population};
use crate::model::test::Test;
use crate::report::model::{FaultLine, TestReport};
use std::collections::BTreeMap;

/// Error texts that are shown; the rest is counted in their failures by kind.
const MOST_FAULTS: usize = 50;

pub(super) fn test(judged: &Judged<'_>, id: String) -> TestReport {
    let (test, figures) = (judged.test, judged.figures);
    let requests = figures.populations.iter().find(|one| one.population == Population::Request);
    let others = figures.populations.iter().filter(|one| one.population != Population::Request);
    TestReport {
        name: test.name.clone(),
        id,
        run: test.run.clone(),
        tool: test.tool.clone(),
        tool_version: test.tool_version.clone(),
        kind: judged.kind.clone(),
        purpose: judged.purpose.clone(),
        inputs: test.inputs.clone(),
        started_at: test.began_at().map(fmt::rfc3339),
        ended_at: test.span.map(|span| fmt::rfc3339(span.end)),
        duration_s: test.duration_s,
        why: unknown(test),
        load: figures.load.clone(),
        phases: figures.phases.clone(),
        coordinated_omission: figures.omission.clone(),
        valid: !judged.doubts.iter().any(|doubt| doubt.invalidates),
        doubts: judged.doubts.clone(),
        superseded: judged.superseded.clone(),
        totals: requests.map_or_else(no_requests, |one| one.totals.clone()),
        endpoints: requests.map(|one| one.endpoints.clone()).unwrap_or_default(),
        populations: others.cloned().collect(),
        series: figures.series.clone(),
        monitors: figures.monitors.clone(),
        trends: figures.trends.clone(),
        pools: figures.pools.clone(),
        faults: faults(judged),
        custom: figures.metrics.clone(),
        warnings: test.warnings.iter().map(|warning| warning.text.clone()).collect(),
        remarks: test.remarks.iter().cloned().chain(figures.clocks.iter().map(ClockFigures::remark)).collect(),
        charts: Vec::new(),
    }
}

fn faults(judged: &Judged<'_>) -> Vec<FaultLine> {
    let faults = judged.test.faults.iter().take(MOST_FAULTS);
    faults
        .map(|fault| FaultLine {
            endpoint: fault.endpoint.as_ref().map(crate::model::key::EndpointKey::label),
            text: fault.text.clone(),
            fault: jmeter::kind_of_text(&fault.text).map(whose),
            count: fault.count,
            of_requests: fault.of_requests,
        })
        .collect()
}

/// Whose a failure of this kind is.
fn whose(kind: &str) -> String {
    if Outcome::is_generators_own(kind) { kind.to_owned() } else { format!("no answer: {kind}") }
}

/// Why a test has no times.
fn unknown(test: &Test) -> BTreeMap<String, String> {
    let began = test.began_at().is_none().then_some(("started_at", "the sources state no instants"));
    let ended = test.span.is_none().then_some(("ended_at", "the sources state no instants"));
    let length = test.duration_s.is_none().then_some(("duration_s", "the sources state neither instants nor a length"));
    let all = [began, ended, length].into_iter().flatten();
    all.map(|(field, why)| (field.to_owned(), why.to_owned())).collect()
}

/// Totals of a test that measured other populations only: no request was made, which is a measured zero.
fn no_requests() -> EndpointFigures {
    let why = "the sources hold no requests".to_owned();
    let latency = LatencyFigures { design_effect: 1.0, why: Some(why.clone()), ..LatencyFigures::default() };
    EndpointFigures {
        group: None,
        method: None,
        name: String::new(),
        label: String::new(),
        requests: Some(0),
        failures: Some(0),
        failure_ratio: None,
        failure_ratio_ci: None,
        failure_design_effect: 1.0,
        failures_why: Some(why),
        failure_kinds: Vec::new(),
        statuses: Vec::new(),
        rate_per_s: None,
        bytes: None,
        cache: None,
        latency_us: latency.clone(),
        latency_success_us: latency,
        why: BTreeMap::new(),
    }
}

//! An execution's forms become one test: the most exact form gives the figures, the others what only they have.

use super::evidence;
use super::execution::Execution;
use super::figure::{TOLERANCE, relative};
use super::form::{Class, Form};
use super::population::populations;
use super::timeline::{timeline, users_alone};
use crate::ingest::k6;
use crate::model::distribution::Distribution;
use crate::model::key::{MetricKind, Population};
use crate::model::sample::{Fact, Fault, Threshold};
use crate::model::test::{EndpointData, MetricData, MonitorColumn, PopulationData, Test};
use crate::unit::{NANOS_PER_SECOND, Span, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// A form gives the figures only if it covers this share of what the fullest form counted.
const COVERS: f64 = 0.98;
/// Monitors are kept this long before and after the test.
const MONITOR_MARGIN_NS: i64 = 60 * NANOS_PER_SECOND;

/// Builds the test.
pub(super) fn merge(mut execution: Execution) -> Test {
    execution.forms.iter_mut().for_each(super::subresult::set_aside);
    let forms = chosen_first(std::mem::take(&mut execution.forms));
    let Some(figures) = forms.first() else { return empty(execution) };
    let mut populations = populations(&figures.part);
    for form in forms.iter().skip(1) {
        fill(&mut populations, form, figures);
    }
    let span = span(&forms);
    let requests = populations.iter().find(|one| one.population == Population::Request);
    let endpoints: &[EndpointData] = requests.map_or(&[], |one| &one.endpoints);
    let timeline = timeline(figures, &forms, endpoints);
    let mut said = evidence::said(&forms, &populations, &execution.monitors);
    said.facts(&forms, &populations);
    let began = fact(&forms, |fact| if let Fact::Began(at) = fact { Some(*at) } else { None });
    let written = || fact(&forms, |fact| if let Fact::WrittenAt(at) = fact { Some(*at) } else { None });
    let dated = if span.is_none() { began.or_else(written) } else { None };
    if dated.is_some() && began.is_none() {
        said.remark("nothing says when it began: it is dated by the time that its file states".to_owned());
    }
    Test {
        tool: tool(&forms),
        tool_version: fact(
            &forms,
            |fact| if let Fact::ToolVersion(version) = fact { Some(version.clone()) } else { None },
        ),
        duration_s: duration_s(&forms, span),
        span,
        dated,
        load_model: fact(&forms, |fact| if let Fact::Load(model) = fact { Some(*model) } else { None }),
        users_stated: fact(&forms, |fact| if let Fact::Users(users) = fact { Some(*users) } else { None }),
        users_alone: span.filter(|_| timeline.is_none()).and_then(|span| users_alone(&forms, span)),
        timeline,
        cells: figures.part.cells(),
        metrics: metrics(&forms),
        monitors: monitors(&execution.monitors, span),
        faults: faults(&forms),
        thresholds: thresholds(&forms),
        inputs: evidence::inputs(&forms, &execution.monitors),
        warnings: said.warnings,
        remarks: said.remarks,
        populations,
        name: execution.name,
        run: execution.run,
    }
}

/// The form that gives the figures first: the most exact one that covers what the fullest one counted.
fn chosen_first(mut forms: Vec<Form>) -> Vec<Form> {
    let fullest = forms.iter().filter(|form| form.class < Class::Aside).filter_map(Form::count).fold(0.0, f64::max);
    let covers = |form: &Form| form.class < Class::Aside && form.count().is_none_or(|count| count >= COVERS * fullest);
    if let Some(at) = forms.iter().position(covers) {
        let chosen = forms.remove(at);
        forms.insert(0, chosen);
    }
    forms
}

/// A monitor that no test has, named by its file.
pub(super) fn alone(monitor: Form) -> Test {
    empty(Execution { name: monitor.file.source.clone(), run: None, forms: Vec::new(), monitors: vec![monitor] })
}

fn empty(execution: Execution) -> Test {
    Test {
        name: execution.name,
        run: execution.run,
        tool: String::new(),
        tool_version: None,
        inputs: evidence::inputs(&[], &execution.monitors),
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
        monitors: monitors(&execution.monitors, None),
        faults: Vec::new(),
        thresholds: Vec::new(),
        warnings: Vec::new(),
        remarks: Vec::new(),
    }
}

/// The tool: of the first file whose adapter was certain. Rows that a listener wrote beside Locust's own files are
/// Locust's test.
fn tool(forms: &[Form]) -> String {
    let named = forms.iter().filter(|form| form.class < Class::Aside);
    let certain = named.clone().find(|form| form.certain && form.is_tools_own());
    certain.or(named.clone().next()).or(forms.first()).map_or_else(String::new, |form| form.tool.to_owned())
}

fn fact<T>(forms: &[Form], pick: impl Fn(&Fact) -> Option<T>) -> Option<T> {
    forms.iter().find_map(|form| form.part.facts().into_iter().find_map(&pick))
}

/// First start to last end of the requests; of what else was measured where there are none; else by the tool's word.
fn span(forms: &[Form]) -> Option<Span> {
    let requests = forms.first().and_then(|form| form.part.span(Population::Request));
    requests.or_else(|| forms.iter().find_map(|form| form.span))
}

/// First start to last end; where the figures are the tool's totals, the time that it counted these by its own clock.
fn duration_s(forms: &[Form], span: Option<Span>) -> Option<f64> {
    let counted = |fact: &Fact| if let Fact::CountedSeconds(seconds) = fact { Some(*seconds) } else { None };
    let first = forms.first().filter(|first| first.class != Class::Raw);
    let is_of_these = |form: &&Form| {
        let counts = first.and_then(Form::count).zip(form.count());
        form.shards.len() == 1 && counts.is_some_and(|(ours, theirs)| relative(ours, theirs) <= 0.0)
    };
    let of_these = forms.iter().filter(is_of_these).find_map(|form| form.part.facts().into_iter().find_map(counted));
    of_these
        .or(span.map(Span::seconds))
        .or_else(|| fact(forms, |fact| if let Fact::DurationSeconds(seconds) = fact { Some(*seconds) } else { None }))
}

/// Gives populations and figures that the chosen form lacks.
fn fill(own: &mut Vec<PopulationData>, form: &Form, figures: &Form) {
    for theirs in populations(&form.part) {
        let Some(mine) = own.iter_mut().find(|mine| mine.population == theirs.population) else {
            // Only what a form of the same kind of count cannot contradict: a population that nobody else measured.
            if form.class < Class::Course && figures.class != Class::Raw {
                own.push(theirs);
            }
            continue;
        };
        fill_endpoint(&mut mine.totals, &theirs.totals);
        take_quantiles(&mut mine.totals, &theirs.totals);
        for endpoint in &theirs.endpoints {
            let of_label = mine.endpoints.iter_mut().filter(|one| one.key.label() == endpoint.key.label());
            let mut of_label: Vec<&mut EndpointData> = of_label.collect();
            if let [one] = of_label.as_mut_slice() {
                fill_endpoint(one, endpoint);
                take_quantiles(one, endpoint);
            }
        }
        if mine.endpoints.is_empty() && mine.totals.requests == theirs.totals.requests {
            mine.endpoints = theirs.endpoints;
        }
    }
    own.sort_by_key(|one| one.population);
}

/// Takes over what is unknown; counts only where both counted the same requests.
fn fill_endpoint(mine: &mut EndpointData, theirs: &EndpointData) {
    mine.rate_quoted = mine.rate_quoted.or(theirs.rate_quoted);
    if mine.requests.is_none() || mine.requests == theirs.requests {
        mine.requests = mine.requests.or(theirs.requests);
        mine.failures = mine.failures.or(theirs.failures);
        mine.cached = mine.cached.or(theirs.cached);
        mine.bytes = mine.bytes.or(theirs.bytes);
        take_known(&mut mine.latency, &theirs.latency);
        take_known(&mut mine.latency_ok, &theirs.latency_ok);
    }
}

/// Takes the percentiles of a file that knows nothing else, if they are of the same requests but for a moment between both.
fn take_quantiles(mine: &mut EndpointData, theirs: &EndpointData) {
    let Distribution::Quoted(known) = &theirs.latency else { return };
    let own = if mine.latency.class().is_none() { &mut mine.latency_ok } else { &mut mine.latency };
    let Distribution::Quoted(own) = own else { return };
    #[expect(clippy::cast_precision_loss, reason = "counts are compared to 2 %")]
    let apart = |a: Option<u64>, b: Option<u64>| Some(relative(a? as f64, b? as f64));
    let alike = apart(own.n, known.n).is_some_and(|apart| apart <= TOLERANCE) && own.definition == known.definition;
    if theirs.requests.is_none() && alike && known.quantiles.len() > own.quantiles.len() {
        own.quantiles.clone_from(&known.quantiles);
    }
}

fn take_known(mine: &mut Distribution, theirs: &Distribution) {
    if mine.class().is_none() && theirs.class().is_some() {
        *mine = theirs.clone();
    }
}

/// Metrics of the chosen form, then those of which only another form knows.
fn metrics(forms: &[Form]) -> Vec<MetricData> {
    let mut all: Vec<MetricData> = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    let from_rows = forms.first().is_some_and(|form| form.class == Class::Raw && !form.part.is_without_samples());
    if from_rows {
        // A summary's figures of what rows tell of requests are for cross-checks only.
        known.extend(k6::OF_REQUESTS.map(str::to_owned));
    }
    let stated = stated(forms);
    for form in forms {
        let more: Vec<MetricData> =
            form.part.metrics_stated(&stated).into_iter().filter(|metric| !known.contains(&metric.key.name)).collect();
        known.extend(more.iter().map(|metric| metric.key.name.clone()));
        all.extend(more);
    }
    all.sort_by(|a, b| a.key.cmp(&b.key));
    all
}

/// What the summaries among the forms say their metrics are.
fn stated(forms: &[Form]) -> BTreeMap<String, (MetricKind, Unit)> {
    let quoted = forms.iter().flat_map(|form| form.part.metrics()).filter(|metric| metric.quoted);
    quoted.map(|metric| (metric.key.name, (metric.key.kind, metric.key.unit))).collect()
}

/// Error texts of the first form that has any, failures of requests and faults of scripts apart; several files list the
/// same ones.
fn faults(forms: &[Form]) -> Vec<Fault> {
    let of = |of_requests: bool| {
        let lists = forms.iter().map(|form| {
            form.part.faults().into_iter().filter(|fault| fault.of_requests == of_requests).collect::<Vec<_>>()
        });
        lists.into_iter().find(|faults| !faults.is_empty()).unwrap_or_default()
    };
    let mut faults = [of(true), of(false)].concat();
    faults.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.cmp(b)));
    faults
}

/// One of each; a threshold that any file calls broken is broken.
fn thresholds(forms: &[Form]) -> Vec<Threshold> {
    let mut merged: BTreeMap<(String, String), Threshold> = BTreeMap::new();
    for threshold in forms.iter().flat_map(|form| form.part.thresholds()) {
        let key = (threshold.metric.clone(), threshold.expression.clone());
        let own = merged.entry(key).or_insert_with(|| threshold.clone());
        own.abort |= threshold.abort;
        own.kept = match (own.kept, threshold.kept) {
            (Some(a), Some(b)) => Some(a && b),
            (a, b) => a.or(b),
        };
    }
    merged.into_values().collect()
}

/// Monitors' columns, cut to the test with a minute either side.
fn monitors(forms: &[Form], span: Option<Span>) -> Vec<MonitorColumn> {
    let kept = span.map(|span| Span {
        start: span.start.plus_nanos(-MONITOR_MARGIN_NS),
        end: span.end.plus_nanos(MONITOR_MARGIN_NS),
    });
    let mut columns: Vec<MonitorColumn> = Vec::new();
    for form in forms {
        for column in form.part.columns() {
            let inside = |at| kept.is_none_or(|kept| kept.start <= at && at <= kept.end);
            columns.push(MonitorColumn {
                source: form.file.source.clone(),
                name: column.key.name,
                kind: column.key.kind,
                unit: column.key.unit,
                readings: column.readings.into_iter().filter(|(at, _)| inside(*at)).collect(),
            });
        }
    }
    columns.retain(|column| !column.readings.is_empty());
    columns
}

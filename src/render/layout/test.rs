//! One test as it is laid out.

use super::Cut;
use super::endpoint::Rows;
use super::judged::Index;
use super::picture::{Budget, Picture};
use crate::analyse::figures::{
    Doubt, EndpointFigures, LoadFigures, MetricFigures, MonitorFigures, NamedCount, Phases, PoolFigures, TrendFigures,
};
use crate::analyse::omission::OmissionFigures;
use crate::error::Error;
use crate::model::distribution::SourceClass;
use crate::model::input::InputFile;
use crate::model::key::ColumnKind;
use crate::render::history::HistoryLayout;
use crate::render::state::State;
use crate::report::chart::Chart;
use crate::report::model::{FaultLine, TestReport};
use serde::Serialize;

/// Error texts on the page.
const MOST_FAULTS: usize = 12;
/// Custom metrics on the page.
const MOST_CUSTOM: usize = 80;
/// Kinds of failures on the page.
const MOST_KINDS: usize = 12;
/// Monitor columns on the page.
const MOST_MONITORS: usize = 60;
/// Files of one test on the page.
const MOST_FILES: usize = 40;

/// A test on the page.
#[derive(Debug, Serialize)]
pub(in crate::render) struct TestLayout<'a> {
    /// With its run folder where there was one: two runs of one test are two parts of the page.
    name: String,
    id: &'a str,
    run: Option<&'a str>,
    tool: &'a str,
    tool_version: Option<&'a str>,
    kind: Option<&'a str>,
    purpose: Option<&'a str>,
    started_at: Option<&'a str>,
    ended_at: Option<&'a str>,
    duration_s: Option<f64>,
    load: &'a LoadFigures,
    phases: Option<&'a Phases>,
    omission: Option<&'a OmissionFigures>,
    valid: bool,
    doubts: &'a [Doubt],
    /// Totals that stand for the test where tests are listed: of requests, else of the first population it measured.
    figures: &'a EndpointFigures,
    /// What these count.
    population: &'static str,
    /// Whether any chart has a time axis.
    over_time: bool,
    /// Their p95 in µs.
    p95: Option<f64>,
    /// `3 of 4 met`, and the worst outcome of them.
    judged: String,
    state: State,
    /// Requests; none where the test measured other populations only.
    requests: Option<Rows<'a>>,
    kinds: Cut<&'a NamedCount>,
    statuses: Cut<&'a NamedCount>,
    populations: Vec<PopulationLayout<'a>>,
    latency: Option<Source<'a>>,
    monitors: Cut<MonitorRow<'a>>,
    /// Whether any monitor column is a category.
    categories: bool,
    trends: &'a [TrendFigures],
    pools: &'a [PoolFigures],
    faults: Cut<&'a FaultLine>,
    custom: Cut<&'a MetricFigures>,
    warnings: Vec<&'a String>,
    remarks: &'a [String],
    inputs: Cut<&'a InputFile>,
    notes: Vec<Note<'a>>,
    /// Its last runs, where a store was asked.
    history: Option<HistoryLayout<'a>>,
    pub(in crate::render) charts: Vec<Picture<'a>>,
}

/// Connections or messages.
#[derive(Debug, Serialize)]
struct PopulationLayout<'a> {
    /// `connections`, `messages`.
    name: &'static str,
    rows: Rows<'a>,
    kinds: Cut<&'a NamedCount>,
}

/// Where the latency figures come from.
#[derive(Debug, Serialize)]
struct Source<'a> {
    class: &'static str,
    definition: Option<&'a str>,
}

/// How a file was read.
#[derive(Debug, Serialize)]
struct Note<'a> {
    file: &'a str,
    text: &'a str,
}

/// A monitor column.
#[derive(Debug, Serialize)]
struct MonitorRow<'a> {
    it: &'a MonitorFigures,
    category: bool,
}

fn counted(kinds: &[NamedCount]) -> Cut<&NamedCount> {
    Cut::of(kinds.iter().collect(), MOST_KINDS)
}

fn notes(test: &TestReport) -> Vec<Note<'_>> {
    let files = test.inputs.iter().take(MOST_FILES);
    files.flat_map(|file| file.notes.iter().map(|text| Note { file: &file.source, text })).collect()
}

fn class(class: SourceClass) -> &'static str {
    match class {
        SourceClass::Raw => "from every single measurement",
        SourceClass::Bucketed => "from the tool's rounded counts",
        SourceClass::Quoted => "quoted from the tool, so without intervals",
    }
}

impl<'a> TestLayout<'a> {
    pub(super) fn new(test: &'a TestReport, judged: &Index<'a>, budget: &mut Budget) -> Result<Self, Error> {
        // Criteria and comparisons of its name are about the result that counts.
        let judged_as = if test.superseded.is_some() { "" } else { test.name.as_str() };
        let measured = !test.endpoints.is_empty() || test.totals.requests != Some(0) || test.populations.is_empty();
        let requests = measured.then(|| Rows::new(judged_as, &test.totals, &test.endpoints, judged)).transpose()?;
        let populations = test.populations.iter().map(|one| {
            Ok(PopulationLayout {
                name: one.population.words(),
                rows: Rows::new(judged_as, &one.totals, &one.endpoints, judged)?,
                kinds: counted(&one.totals.failure_kinds),
            })
        });
        let monitors = test.monitors.iter().map(|it| MonitorRow { it, category: it.kind == ColumnKind::Category });
        let latency = &test.totals.latency_us;
        let (figures, population) = test.measured();
        let (met, state) = judged.of_test(test);
        Ok(Self {
            name: test.full_name(),
            id: &test.id,
            run: test.run.as_deref(),
            tool: &test.tool,
            tool_version: test.tool_version.as_deref(),
            kind: test.kind.as_deref(),
            purpose: test.purpose.as_deref(),
            started_at: test.started_at.as_deref(),
            ended_at: test.ended_at.as_deref(),
            duration_s: test.duration_s,
            load: &test.load,
            phases: test.phases.as_ref(),
            omission: test.coordinated_omission.as_ref(),
            valid: test.valid,
            doubts: &test.doubts,
            figures,
            population,
            p95: figures.latency_us.quantiles.get("p95").copied().flatten(),
            judged: met,
            over_time: test.charts.iter().any(|chart| !matches!(chart, Chart::Tail(_))),
            state,
            requests,
            kinds: counted(&test.totals.failure_kinds),
            statuses: counted(&test.totals.statuses),
            populations: populations.collect::<Result<_, Error>>()?,
            latency: latency
                .source_class
                .map(|one| Source { class: class(one), definition: latency.definition.as_deref() }),
            monitors: Cut::of(monitors.collect(), MOST_MONITORS),
            categories: test.monitors.iter().any(|one| one.kind == ColumnKind::Category),
            trends: &test.trends,
            pools: &test.pools,
            faults: Cut::of(test.faults.iter().collect(), MOST_FAULTS),
            custom: Cut::of(test.custom.iter().collect(), MOST_CUSTOM),
            warnings: test.further_warnings().collect(),
            remarks: &test.remarks,
            inputs: Cut::of(test.inputs.iter().collect(), MOST_FILES),
            notes: notes(test),
            history: judged.history(&test.name).map(|one| HistoryLayout::new(one, budget)).transpose()?,
            charts: test.charts.iter().map(|chart| Picture::new(chart, budget)).collect::<Result<_, _>>()?,
        })
    }
}

//! The tables and keys of plimsoll.toml. A key that is not here is refused. What each key means stands in default.toml,
//! which a test holds to name every one of them.

pub use super::baseline::{Baseline, Include, WhenUnequal};
pub use super::criterion::{Criterion, Waiver, WaiverRow};
pub use super::group::{Band, Grade, Group, Needs};
pub use super::import::{Import, Sli};
use super::value::{Globs, Pattern, Zone};
use crate::quantity::{Quantity, Range};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `[suite]`: what the report is about.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Suite {
    /// Title of the report.
    pub title: Option<String>,
    /// The build that was under test.
    pub build: Option<String>,
    /// Where it ran.
    pub environment: Option<String>,
    /// Anything else that tells runs apart; those named in `compare.labels` must agree with a baseline's.
    pub labels: BTreeMap<String, String>,
}

/// `[inputs]`: what cannot be known from the files.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Inputs {
    /// Unit of a latency column whose name does not say.
    pub latency_unit: Option<LatencyUnit>,
    /// What is wanted → the source's name for it.
    pub columns: BTreeMap<String, String>,
    /// Zone of times that name none.
    #[schemars(with = "Option<String>")]
    pub timezone: Option<Zone>,
    /// Which comes first in dates such as `05/11/2026`, where no row tells.
    pub time_format: Option<TimeFormat>,
    /// Which sign parts whole from fraction in a script's own table, where its numbers do not show it.
    pub decimal_sign: Option<DecimalSign>,
    /// How many names one pattern of ids shows before they are folded; numbers within words (`Q17`) have five times as many,
    /// UUIDs, hashes and tokens two.
    pub names_per_pattern: Option<u32>,
    /// Whether k6's thresholds are taken as criteria.
    pub k6_thresholds: bool,
    /// Monitors of the machine that made the load: globs on files and columns.
    #[schemars(with = "Vec<String>")]
    pub generator_monitors: Option<Globs>,
    /// Files that are left out.
    #[schemars(with = "Vec<String>")]
    pub exclude: Option<Globs>,
}

/// Orders of day and month in dates with slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum TimeFormat {
    /// The day comes first.
    #[serde(rename = "dd/MM/yyyy", alias = "dd/MM/yy")]
    DayFirst,
    /// The month comes first.
    #[serde(rename = "MM/dd/yyyy", alias = "MM/dd/yy")]
    MonthFirst,
}

/// Signs between whole and fraction; the other one groups digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum DecimalSign {
    /// `1.250` is one and a quarter.
    #[serde(rename = ".")]
    Point,
    /// `1.250` is a thousand and more.
    #[serde(rename = ",")]
    Comma,
}

/// Units in which scripts write latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum LatencyUnit {
    /// Nanoseconds.
    #[serde(rename = "ns")]
    Nanos,
    /// Microseconds.
    #[serde(rename = "us", alias = "µs")]
    Micros,
    /// Milliseconds.
    #[serde(rename = "ms")]
    Millis,
    /// Seconds.
    #[serde(rename = "s")]
    Seconds,
}

/// `[[endpoints]]`: names for groups of endpoints, and which answers are right.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointRule {
    /// Regular expression on the endpoint's name.
    #[serde(rename = "match")]
    #[schemars(with = "String")]
    pub pattern: Pattern,
    /// The name that all matching ones get.
    #[serde(default)]
    pub name: Option<String>,
    /// Statuses that are right answers there.
    #[serde(default)]
    pub expected_status: Vec<u16>,
}

/// What a test is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TestKind {
    /// A quick look that everything works.
    Smoke,
    /// The load that is expected.
    Load,
    /// More than that.
    Stress,
    /// A sudden rise.
    Spike,
    /// A long run.
    Soak,
}

/// `[[tests]]`: one execution that should have been made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedTest {
    /// Its name.
    pub name: String,
    /// What it is to find out.
    #[serde(default)]
    pub purpose: Option<String>,
    /// What kind it is.
    #[serde(default)]
    pub kind: Option<TestKind>,
    /// Whether the suite can be ready without it.
    #[serde(default = "yes")]
    pub required: bool,
    /// Which results are its: globs on names of tests and on files; its own name where left out.
    #[serde(default, rename = "match")]
    #[schemars(with = "Option<String>")]
    pub matching: Option<Globs>,
    /// Users asked for.
    #[serde(default)]
    pub users: Option<f64>,
    /// How long it was to run.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub duration: Option<Quantity>,
    /// Requests expected.
    #[serde(default)]
    pub requests: Option<f64>,
    /// Share of each endpoint, by glob.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub mix: BTreeMap<String, Quantity>,
    /// How far each share may be off.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub mix_tolerance: Option<Quantity>,
    /// Requests in a second asked for.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub rate: Option<Quantity>,
    /// How long a user waits between two requests.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub think_time: Option<Range>,
    /// The part of the run on which it is judged, from its start.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub window: Option<Range>,
    /// How long users rise at the start.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub ramp: Option<Quantity>,
    /// Why it cannot be run yet.
    #[serde(default)]
    pub blocked: Option<Blocked>,
    /// Why it does not apply.
    #[serde(default)]
    pub not_applicable: Option<String>,
}

/// Why a test could not be run.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blocked {
    /// What stands in the way.
    pub reason: String,
    /// What would unblock it.
    #[serde(default)]
    pub unblocked_by: Option<String>,
}

/// `[[requirements]]`: what stands behind the criteria.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// A short name.
    pub id: String,
    /// In the team's words.
    pub text: String,
    /// Ids of the criteria that trace to it.
    #[serde(default)]
    pub criteria: Vec<String>,
    /// What the team expects to see.
    #[serde(default)]
    pub expected: Option<Expected>,
    /// What makes it so.
    #[serde(default)]
    pub implemented_by: Option<String>,
    /// What shows that it is so.
    #[serde(default)]
    pub validated_by: Option<String>,
}

/// An expectation, which is not a limit.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(expecting = "a table such as { value = \"1 s .. 3 s\", source = \"…\" }", deny_unknown_fields)]
pub struct Expected {
    /// Value or range.
    #[schemars(with = "String")]
    pub value: Range,
    /// How sure the team is, in its words.
    #[serde(default)]
    pub confidence: Option<String>,
    /// Where it comes from.
    #[serde(default)]
    pub source: Option<String>,
}

impl std::fmt::Display for Expected {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.value.words())?;
        let about = [("confidence", &self.confidence), ("from", &self.source)];
        about.iter().try_for_each(|(word, text)| text.as_ref().map_or(Ok(()), |text| write!(out, ", {word} {text}")))
    }
}

/// `[compare]`: what a regression is.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Compare {
    /// Whether a regression decides the verdict.
    pub gate: bool,
    /// What is tested per endpoint.
    pub metrics: Vec<String>,
    /// Shown not to be slower by this much: passes.
    #[schemars(with = "Option<String>")]
    pub margin: Option<Quantity>,
    /// Smaller changes are not called regressions.
    #[schemars(with = "Option<String>")]
    pub material: Option<Quantity>,
    /// Smaller differences are not called regressions.
    #[schemars(with = "Option<String>")]
    pub floor: Option<Quantity>,
    /// A regression of this size would have to be seen for "no regression seen" to pass.
    #[schemars(with = "Option<String>")]
    pub must_detect: Option<Quantity>,
    /// Labels of the suite that must agree with the baseline's.
    pub labels: Vec<String>,
    /// What becomes of a comparison with a run that was made under other conditions.
    pub unequal: WhenUnequal,
}

/// `[report]`: what it shows.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Report {
    /// Quantiles that are computed and shown.
    pub quantiles: Vec<String>,
    /// Title; `suite.title` where left out.
    pub title: Option<String>,
    /// Links to show: name → address.
    pub links: BTreeMap<String, String>,
}

/// `[[approvals]]`: a row of the sign-off block.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// What the person signs as.
    pub role: String,
    /// Who.
    #[serde(default)]
    pub name: Option<String>,
}

/// The whole file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tables {
    /// What the report is about.
    pub suite: Suite,
    /// What cannot be known from the files.
    pub inputs: Inputs,
    /// Names for endpoints.
    pub endpoints: Vec<EndpointRule>,
    /// What should have been run.
    pub tests: Vec<PlannedTest>,
    /// What is demanded.
    #[schemars(with = "Vec<Criterion>")]
    pub criteria: Vec<toml::Spanned<Criterion>>,
    /// Criteria that are judged together.
    pub groups: Vec<Group>,
    /// Words for figures.
    pub grades: Vec<Grade>,
    /// Failures that somebody accepts for a time.
    pub waivers: Vec<WaiverRow>,
    /// Criteria that stand in other tools' files.
    pub import: Vec<Import>,
    /// What stands behind the criteria.
    pub requirements: Vec<Requirement>,
    /// What a regression is.
    pub compare: Compare,
    /// Which runs count as baseline.
    pub baseline: Baseline,
    /// What the report shows.
    pub report: Report,
    /// Sign-off block.
    pub approvals: Vec<Approval>,
}

pub(super) fn yes() -> bool {
    true
}

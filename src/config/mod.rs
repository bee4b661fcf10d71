//! plimsoll.toml: read strictly, placed errors, and defaults from the one commented file that is also the reference.

mod baseline;
pub mod criterion;
pub mod group;
pub mod import;
pub mod limit;
pub mod metric;
pub mod mistake;
mod place;
pub mod schema;
pub mod signoff;
pub mod value;

use crate::error::{Error, Place};
use crate::fmt::quantile_p;
use crate::ingest::Settings;
use crate::ingest::own::digits::Sign;
use import::{Compat, Loaded};
use metric::Metric;
use schema::{
    Approval, Baseline, Compare, Criterion, DecimalSign, EndpointRule, Grade, Group, Import, Inputs, LatencyUnit,
    PlannedTest, Report, Requirement, Suite, Tables, TimeFormat, WaiverRow,
};
use std::collections::BTreeSet;

/// The embedded file: defaults, reference and `init`'s template.
pub const DEFAULT: &str = include_str!("default.toml");

/// A Config is what the user demands and declares, defaults filled in.
#[derive(Debug, Clone)]
pub struct Config {
    /// What the report is about.
    pub suite: Suite,
    /// What cannot be known from the files.
    pub inputs: Inputs,
    /// Names for endpoints, first match first.
    pub endpoints: Vec<EndpointRule>,
    /// What should have been run.
    pub tests: Vec<PlannedTest>,
    /// What the user demands.
    pub criteria: Vec<Criterion>,
    /// default.toml's own criteria: in force where the user demands nothing of the kind.
    pub fallback: Vec<Criterion>,
    /// Criteria that are judged together.
    pub groups: Vec<Group>,
    /// Words for figures.
    pub grades: Vec<Grade>,
    /// Failures that somebody accepts for a time.
    pub waivers: Vec<WaiverRow>,
    /// Criteria that stand in other tools' files.
    pub imports: Vec<Import>,
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
    /// The criteria of other tools, read: those of the imports, and of files that are given with the results.
    pub borrowed: Vec<Loaded>,
    /// Whose answer is given where data are missing; ours where left out.
    pub compat: Option<Compat>,
    /// The user's file as it was read; empty without one.
    pub text: String,
    /// Its name; `None` without one.
    pub source: Option<String>,
}

impl Config {
    /// What is in force without a file.
    ///
    /// # Errors
    /// Never for the embedded file, which a test holds; the signature is that of [`Config::parse`].
    pub fn defaults() -> Result<Self, Error> {
        let tables = mistake::read(DEFAULT, "default.toml")?;
        let fallback = tables.criteria.clone();
        Ok(Self::assembled(Tables { criteria: Vec::new(), ..tables }, fallback))
    }

    /// Reads a file's text over the defaults.
    ///
    /// # Errors
    /// A usage error with line and column: text that is no TOML, an unknown key (with the one that was meant), a value that
    /// cannot be read, a criterion without a limit or with one of the wrong unit, an id that is used twice or unknown.
    pub fn parse(text: &str, source: &str) -> Result<Self, Error> {
        let strict = mistake::read(text, source)?;
        mistake::check(&strict, text, source)?;
        let defaults = mistake::read(DEFAULT, "default.toml")?;
        let filled = mistake::read(&over_defaults(text, source)?, source)?;
        let mut config = Self::assembled(filled, defaults.criteria);
        for import in config.imports.clone() {
            let inline = import.inline().unwrap_or_default();
            config.borrowed.extend(inline.into_iter().map(|demands| import.own(source.to_owned(), demands)));
        }
        text.clone_into(&mut config.text);
        config.source = Some(source.to_owned());
        Ok(config)
    }

    /// Reads a file over the defaults.
    ///
    /// # Errors
    /// As [`Config::parse`]; or the file cannot be read.
    pub fn load(path: &std::path::Path) -> Result<Self, Error> {
        let source = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let unread =
                Error::usage(format!("the configuration cannot be read: {error}")).at(Place::source(source.clone()));
            match error.kind() {
                std::io::ErrorKind::NotFound => unread.hint("`plimsoll init INPUT` writes one from results"),
                _ => unread,
            }
        })?;
        let mut config = Self::parse(text.strip_prefix('\u{feff}').unwrap_or(&text), &source)?;
        config.import(path)?;
        Ok(config)
    }

    fn assembled(tables: Tables, fallback: Vec<toml::Spanned<Criterion>>) -> Self {
        let bare = |rows: Vec<toml::Spanned<Criterion>>| rows.into_iter().map(toml::Spanned::into_inner).collect();
        Self {
            suite: tables.suite,
            inputs: tables.inputs,
            endpoints: tables.endpoints,
            tests: tables.tests,
            criteria: bare(tables.criteria),
            fallback: bare(fallback),
            groups: tables.groups,
            grades: tables.grades,
            waivers: tables.waivers,
            imports: tables.import,
            requirements: tables.requirements,
            compare: tables.compare,
            baseline: tables.baseline,
            report: tables.report,
            approvals: tables.approvals,
            borrowed: Vec::new(),
            compat: None,
            text: String::new(),
            source: None,
        }
    }

    /// Reads the files of the imports, which stand beside plimsoll.toml.
    fn import(&mut self, path: &std::path::Path) -> Result<(), Error> {
        let folder = path.parent().unwrap_or(std::path::Path::new(""));
        for (row, import) in self.imports.clone().iter().enumerate() {
            let Some(from) = &import.from else { continue };
            let file = folder.join(from);
            let source = file.display().to_string();
            let wrong = |message: String| {
                let at = [place::Step::Key("import"), place::Step::Row(row), place::Step::Key("from")];
                mistake::placed(message, &self.text, &path.display().to_string(), place::span(&self.text, &at))
            };
            let text =
                std::fs::read_to_string(&file).map_err(|error| wrong(format!("`{from}` cannot be read: {error}")))?;
            let demands = crate::borrowed::read(&text, &source)?.ok_or_else(|| {
                wrong(format!("`{from}` holds no criteria of Keptn, Taurus, Gatling, Artillery or k6"))
            })?;
            self.borrowed.push(import.loaded(source, &text, demands));
        }
        Ok(())
    }

    /// What adapters need of it.
    #[must_use]
    pub fn settings(&self, strict: bool, threads: usize) -> Settings {
        let expected = |rule: &EndpointRule| {
            (!rule.expected_status.is_empty()).then(|| (rule.pattern.0.clone(), rule.expected_status.clone()))
        };
        Settings {
            latency_unit_ns: self.inputs.latency_unit.map(LatencyUnit::nanos),
            columns: self.inputs.columns.clone(),
            expected_status: self.endpoints.iter().filter_map(expected).collect(),
            timezone: self.inputs.timezone.as_ref().map(|zone| zone.0.clone()),
            day_first: self.inputs.time_format.map(|format| format == TimeFormat::DayFirst),
            sign: self.inputs.decimal_sign.map(DecimalSign::sign),
            strict,
            threads: threads.max(1),
            ..Settings::default()
        }
    }

    /// The name that an endpoint gets: the first rule that matches and gives one.
    #[must_use]
    pub fn endpoint_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.endpoints
            .iter()
            .filter(|rule| rule.pattern.0.is_match(name))
            .find_map(|rule| rule.name.as_deref())
            .unwrap_or(name)
    }

    /// The group that a criterion is judged through; `None` where it is judged by itself.
    #[must_use]
    pub fn judged_through(&self, criterion: &Criterion) -> Option<&Group> {
        self.groups.iter().find(|group| group.judges() && group.holds(criterion))
    }

    /// Whether a file is left out by `inputs.exclude`.
    #[must_use]
    pub fn excludes(&self, path: &str) -> bool {
        self.inputs.exclude.as_ref().is_some_and(|globs| globs.matches(path))
    }

    /// Every quantile that is to be computed, ascending: those of the report, those that criteria limit, and these.
    #[must_use]
    pub fn quantiles(&self, further: &[f64]) -> Vec<f64> {
        let shown = self.report.quantiles.iter().filter_map(|name| quantile_p(name));
        let metrics = self.criteria.iter().chain(&self.fallback).map(|criterion| &criterion.metric);
        let limited = metrics.chain(self.grades.iter().map(|grade| &grade.metric)).filter_map(Metric::quantile);
        // Sorting by bits is sorting by value for numbers that are not negative, and merges equal ones.
        let bits: BTreeSet<u64> = shown.chain(limited).chain(further.iter().copied()).map(f64::to_bits).collect();
        bits.into_iter().map(f64::from_bits).collect()
    }

    /// The plan's entry for a test of that name: by `match`, else by name.
    #[must_use]
    pub fn planned(&self, test: &str, sources: &[&str]) -> Option<&PlannedTest> {
        self.tests.iter().find(|plan| plan.is_of(test, sources))
    }
}

impl DecimalSign {
    /// How numbers are written with it.
    #[must_use]
    pub fn sign(self) -> Sign {
        match self {
            Self::Point => Sign::OnlyPoint,
            Self::Comma => Sign::OnlyComma,
        }
    }
}

impl LatencyUnit {
    /// Nanoseconds in one of it.
    #[must_use]
    pub fn nanos(self) -> f64 {
        match self {
            Self::Nanos => 1.0,
            Self::Micros => 1e3,
            Self::Millis => 1e6,
            Self::Seconds => 1e9,
        }
    }
}

impl PlannedTest {
    /// Whether results of that name, from these files, are this test's.
    #[must_use]
    pub fn is_of(&self, test: &str, sources: &[&str]) -> bool {
        match &self.matching {
            None => self.name == test,
            Some(globs) => {
                globs.matches(test)
                    || sources.iter().any(|source| {
                        globs.matches(source) || globs.matches(source.rsplit(['/', '\\']).next().unwrap_or(source))
                    })
            }
        }
    }
}

/// The user's tables with the keys that they leave out taken from default.toml. Lists are the user's own.
fn over_defaults(text: &str, source: &str) -> Result<String, Error> {
    let wrong = |error: &dyn std::fmt::Display| {
        Error::usage(format!("the configuration cannot be read: {error}")).at(Place::source(source))
    };
    let mut user: toml::Table = text.parse().map_err(|error| wrong(&error))?;
    let defaults: toml::Table = DEFAULT.parse().map_err(|error| wrong(&error))?;
    for (section, value) in defaults {
        let toml::Value::Table(keys) = value else {
            continue;
        };
        let entry = user.entry(section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        if let toml::Value::Table(have) = entry {
            for (key, value) in keys {
                have.entry(key).or_insert(value);
            }
        }
    }
    toml::to_string(&user).map_err(|error| wrong(&error))
}

#[cfg(test)]
mod tests;

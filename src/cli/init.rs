//! `init`: a plimsoll.toml from what results show, to be changed by people: the tests that were found, criteria at the measured
//! values plus what their intervals leave open and a margin that the next run of the same system keeps, patterns of endpoints,
//! and what monitors there are.
//!
//! Three passes: what people wrote before is taken over ([`former`]), the file is written, and what stands in it is judged on the
//! results it comes from ([`met`]), so that none of its criteria fails the run that it describes.

mod former;
mod met;

use super::args::{InitArgs, InputArgs};
use super::judging::Judging;
use super::pipeline::{self, Gathered};
use super::{EXIT_READY, Stop, Streams};
use crate::analyse::figures::{EndpointFigures, LatencyFigures, TestFigures};
use crate::analyse::validity::SHORTEST_S;
use crate::config::Config;
use crate::config::value::Globs;
use crate::error::{Error, Place};
use crate::fmt;
use crate::judge::interval::{float, wilson};
use crate::judge::{JudgedTest, plan};
use crate::model::key::Population;
use crate::model::test::Test;
use crate::quantity::Quantity;
use crate::report::signoff::skeleton;
use crate::unit::Unit;
use met::LeftOut;
use std::path::Path;

/// Reads the results and writes the file. One that is there is not replaced unasked.
pub(super) fn run(args: &InitArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    let out = args.out.as_deref().unwrap_or(if args.signoff { "signoff.toml" } else { "plimsoll.toml" });
    let path = Path::new(out);
    if out != "-" && path.exists() && !args.force {
        let error = Error::usage("the file is there already").at(Place::source(out.to_owned()));
        return Err(error.hint("`--force` replaces it; `--out FILE` writes another").into());
    }
    let gathered = pipeline::gather(&reading(args, path), false, streams)?;
    if gathered.tests.is_empty() && !args.signoff {
        return Err(pipeline::nothing_usable(&gathered).into());
    }
    let text = if args.signoff {
        skeleton(&Judging::new(&gathered, None, String::new()).report())
    } else {
        met::by(&gathered, |left_out| written(&gathered.config, &newest(&gathered), left_out))?
    };
    if out == "-" {
        streams.out.write_all(text.as_bytes())?;
        return Ok(EXIT_READY);
    }
    std::fs::write(path, &text)
        .map_err(|error| Error::output(format!("cannot write: {error}")).at(Place::source(out.to_owned())))?;
    let tests = fmt::plural(gathered.tests.len() as u64, "test", "tests");
    let next = if args.signoff {
        "fill in what is commented out, then `plimsoll signoff`"
    } else {
        "read it, and put in what is demanded"
    };
    writeln!(streams.out, "{} written from {tests}: {next}", fmt::plain(out))?;
    Ok(EXIT_READY)
}

/// A file that is replaced says how the results are to be read, unless another one is named.
fn reading(args: &InitArgs, path: &Path) -> InputArgs {
    let replaced = (!args.signoff && args.input.config.is_none() && path.is_file()).then(|| path.to_owned());
    InputArgs { config: replaced.or_else(|| args.input.config.clone()), ..args.input.clone() }
}

fn judged(gathered: &Gathered) -> Vec<JudgedTest<'_>> {
    gathered.tests.iter().map(|(test, figures)| JudgedTest { test, figures }).collect()
}

/// The runs that count, by name: what a later run supersedes declares nothing.
fn newest(gathered: &Gathered) -> Vec<(&Test, &TestFigures)> {
    let tests = judged(gathered);
    let lineup = plan::lineup(&tests, &gathered.config);
    let mut counted: Vec<_> = lineup.entries.iter().map(|entry| (entry.judged.test, entry.judged.figures)).collect();
    counted.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    counted.dedup_by(|(a, _), (b, _)| a.name == b.name);
    counted
}

fn written(config: &Config, tests: &[(&Test, &TestFigures)], left_out: &LeftOut) -> Result<String, Error> {
    let mut text = String::from(
        "# Written by `plimsoll init` from one run: every limit is what was measured, plus what its 95 % interval leaves open, plus a\n\
         # margin (times 10 %, shares 0.1 points) that the next run of the same system should keep. That is what this run was like, and not\n\
         # yet what anybody demands: change the limits to what users need, and delete what nobody asks.\n\
         # `plimsoll explain config` shows every key, `plimsoll check` says what stands here in sentences.\n",
    );
    let before = former::Former::of(config)?;
    if !before.has("suite") {
        text += "\n[suite]\n# title = \"\"\n# build = \"\"\n# environment = \"\"\n";
    }
    text += &before.kept();
    let named: Vec<Named<'_>> = tests.iter().map(|(test, figures)| Named::of(test, figures, tests, config)).collect();
    for one in named.iter().filter(|one| !one.planned) {
        text += &declared(one);
    }
    for one in &named {
        text += &format!("\n# {}\n", comment(&one.name));
        if let Some(why) = left_out.invalid.get(&one.test.name) {
            text += &format!("# This run proves nothing ({}): measure again before you demand it.\n", comment(why));
        }
        let all = criteria(one).into_iter().chain(pools(one));
        text += &all.map(|one| one.text(left_out)).collect::<String>();
        text += &monitors(one);
    }
    text += &before.set_aside();
    if before.has("endpoints") {
        return Ok(text);
    }
    text += "\n# [[endpoints]]      # one name for many that differ in an id\n# match = \"^/users/[0-9]+$\"\n# name = \"/users/{id}\"\n";
    for (test, figures) in tests {
        let folded = requests(figures).into_iter().flat_map(|(_, endpoints)| endpoints);
        for endpoint in folded.filter(|endpoint| endpoint.name.contains('{')).take(10) {
            text += &format!("# {}: folded to {}\n", comment(&test.name), comment(&endpoint.label));
        }
    }
    Ok(text)
}

/// A text in a comment: it cannot leave its line.
fn comment(text: &str) -> String {
    fmt::shorten(&fmt::plain(text), 200)
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A test as the plan names it.
struct Named<'a> {
    test: &'a Test,
    figures: &'a TestFigures,
    /// Its name, less what names this one run.
    name: String,
    /// Which results are its; `None` where the name alone says so.
    matching: Option<String>,
    /// Whether the configuration declares it already.
    planned: bool,
}

impl<'a> Named<'a> {
    /// The next run is called otherwise: `steady_a` is followed by `steady_b`, and both are `steady_?`. Where another test of these
    /// results would be meant too, the names tell tests apart and stay.
    fn of(test: &'a Test, figures: &'a TestFigures, all: &[(&Test, &TestFigures)], config: &Config) -> Self {
        let sources: Vec<&str> = test.inputs.iter().map(|input| input.source.as_str()).collect();
        if let Some(plan) = config.planned(&test.name, &sources) {
            return Self { test, figures, name: plan.name.clone(), matching: None, planned: true };
        }
        let alone = |(name, glob): &(&str, String)| {
            let globs = Globs::new(vec![glob.clone()]);
            let mut others = all.iter().map(|(other, _)| other.name.as_str()).filter(|other| *other != test.name);
            globs.is_ok_and(|globs| others.all(|other| other != *name && !globs.matches(other)))
        };
        match runs_of(&test.name).filter(alone) {
            // A number that is the load tells this test from others and not one run from the next.
            Some((name, glob))
                if figures.load.users_max.is_none_or(|users| !test.name.ends_with(&users.to_string())) =>
            {
                Self { test, figures, name: name.to_owned(), matching: Some(glob), planned: false }
            }
            _ => Self { test, figures, name: test.name.clone(), matching: None, planned: false },
        }
    }
}

/// A name less what names this one run of the test (a letter or a number after the last `_`, a number after the last `-`), and a glob
/// on the names of its runs. A word tells another test: `steady_regressed` is no run of `steady`.
fn runs_of(name: &str) -> Option<(&str, String)> {
    let (stem, end) = name.split_at(name.rfind(['_', '-'])? + 1);
    let letters = end.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let numbered = letters.len() < end.len();
    let glob = match letters {
        "" if numbered => "[0-9]*".to_owned(),
        _ if stem.ends_with('-') => return None,
        "r" | "v" | "run" if numbered => format!("{letters}[0-9]*"),
        _ if end.len() == 1 && end.is_ascii() => "?".to_owned(),
        _ => return None,
    };
    (stem.len() > 2).then(|| (stem.trim_end_matches(['_', '-']), format!("{}{glob}", escaped(stem))))
}

fn declared(one: &Named<'_>) -> String {
    let (test, figures) = (one.test, one.figures);
    let mut text = format!("\n[[tests]]\nname = {}\n# kind = \"load\"\n# purpose = \"\"\n", quoted(&one.name));
    if let Some(glob) = &one.matching {
        text += &format!("match = {}   # {} and the runs after it\n", quoted(glob), comment(&test.name));
    }
    // What was reached is what is declared: the next run must reach 95 % of it.
    if let Some(users) = figures.load.users_max.filter(|users| *users > 0.0) {
        text += &format!("users = {}\n", users.floor());
    }
    if let Some(seconds) = test.duration_s.filter(|seconds| *seconds >= 2.0) {
        text += &format!("# duration = {}\n", quoted(&Quantity::new(seconds.floor() * 1e6, Unit::Micros).to_string()));
    }
    if let Some(count) = requests(figures).and_then(|(totals, _)| totals.requests) {
        // What lasts less than a second proves nothing, unless so many requests are all that is asked for.
        let short = test.duration_s.is_some_and(|seconds| seconds < SHORTEST_S);
        text += &format!("{}requests = {count}\n", if short { "" } else { "# " });
    }
    text
}

fn requests(figures: &TestFigures) -> Option<(&EndpointFigures, &[EndpointFigures])> {
    let found = figures.populations.iter().find(|one| one.population == Population::Request)?;
    Some((&found.totals, &found.endpoints))
}

/// By how much more than its interval leaves open a time may be longer: runs of one system differ by more than one run's interval
/// tells, and a gate at its end fails every few of them. It is the margin within which comparisons say "no slower".
const TIMES: f64 = 1.10;
/// The same of shares of requests, as a difference: what is material of failures.
const SHARES: f64 = 0.001;
/// And of a cache's hits, which follow the mix of requests.
const HITS: f64 = 0.01;

/// A criterion of the file.
struct Block {
    id: String,
    lines: String,
}

impl Block {
    fn of(test: &Named<'_>, what: &str, metric: &str, limit: &str, why: &str) -> Self {
        let id = format!("{} {what}", test.name);
        let lines = format!(
            "[[criteria]]\nid = {}\ntest = {}\nmetric = {}\n{limit}   # {why}\n",
            quoted(&id),
            quoted(&escaped(&test.name)),
            quoted(metric)
        );
        Self { id, lines }
    }

    fn not_critical(self) -> Self {
        Self { lines: self.lines + "critical = false\n", ..self }
    }

    /// As it stands in the file: as a comment where it is left out, for this reason.
    fn text(self, left_out: &LeftOut) -> String {
        let Some(why) = left_out.criteria.get(&self.id) else { return self.lines };
        format!("# Not met by this run, so not demanded: {}\n{}", comment(why), former::aside(&self.lines))
    }
}

/// A name is no glob.
fn escaped(name: &str) -> String {
    if name.contains(['*', '?', '[', '{', '\\']) { globset::escape(name) } else { name.to_owned() }
}

fn criteria(test: &Named<'_>) -> Vec<Block> {
    let figures = test.figures;
    let mut found = Vec::new();
    for one in &figures.populations {
        let (prefix, share) = match one.population {
            Population::Request => ("latency", Some("success.ratio")),
            Population::Connection => ("connect.latency", Some("connect.success_ratio")),
            Population::Message => ("messages.latency", Some("messages.delivered_ratio")),
            Population::Transaction | Population::Setup => continue,
        };
        found.extend(latency(test, prefix, &one.totals.latency_us));
        found.extend(share.and_then(|metric| shares(test, metric, &one.totals)));
    }
    if let Some(cache) = requests(figures).and_then(|(totals, _)| totals.cache) {
        let low = wilson(cache.hits, cache.known, 1.0).and_then(|(low, _)| low).unwrap_or(0.0);
        let limit = format!("at_least = \"{} %\"", floor((low - HITS) * 100.0));
        let why = format!("measured {}", fmt::percent(cache.ratio));
        found.push(Block::of(test, "hits", "cache.hit_ratio", &limit, &why).not_critical());
    }
    found
}

/// p95 where the sample can bound it, else the mean: at the interval's upper end and the margin, rounded up to two digits.
fn latency(test: &Named<'_>, prefix: &str, latency: &LatencyFigures) -> Option<Block> {
    let quantile = latency.quantiles.get("p95").copied().flatten();
    let end = latency.quantile_ci.get("p95").and_then(|(_, high)| *high);
    let (name, value, most) = match (quantile, latency.mean) {
        (Some(value), _) => ("p95", value, end.map_or(value * 1.25, |end| end * TIMES)),
        (None, Some(mean)) => ("mean", mean, mean * 1.25),
        (None, None) => return None,
    };
    let limit = Quantity::new(ceiling(most / 1000.0) * 1000.0, Unit::Micros);
    let reaches = end.filter(|_| name == "p95").map(|end| format!(", its interval reaches {}", fmt::latency_us(end)));
    let why = format!("measured {}{}", fmt::latency_us(value), reaches.unwrap_or_default());
    let (what, metric) = (format!("{prefix} {name}"), format!("{prefix}.{name}"));
    Some(Block::of(test, &what, &metric, &format!("at_most = {}", quoted(&limit.to_string())), &why))
}

/// Successes: at the lower end of the interval less the margin, rounded down to a tenth of a percent.
fn shares(test: &Named<'_>, metric: &str, totals: &EndpointFigures) -> Option<Block> {
    let (failures, all) = (totals.failures?, totals.requests.filter(|all| *all > 0)?);
    let ok = all.saturating_sub(failures);
    let low = totals.failure_ratio_ci.map(|(_, high)| 1.0 - high);
    let low = low.or_else(|| wilson(ok, all, 1.0).and_then(|(low, _)| low)).unwrap_or(0.0);
    let limit = format!("at_least = \"{} %\"", floor((low - SHARES) * 1000.0) / 10.0);
    let why = format!("measured {} of {}", fmt::percent(float(ok) / float(all)), fmt::count(all));
    Some(Block::of(test, metric, metric, &limit, &why))
}

fn pools(test: &Named<'_>) -> Option<Block> {
    let why = "pools with nothing left for three readings";
    let block = || Block::of(test, "pool", "monitor.pool.exhausted", "at_most = 0", why).not_critical();
    (!test.figures.pools.is_empty()).then(block)
}

fn monitors(test: &Named<'_>) -> String {
    let figures = test.figures;
    let mut text = String::new();
    // A column without a reading is nothing to limit.
    let known = || figures.monitors.iter().filter(|column| column.mean.is_some() || column.max.is_some());
    if known().next().is_some() {
        text += "# Monitored, to be limited as `monitor.COLUMN.max` (mean, min, p95, sustained(3 m)):\n";
    }
    for column in known() {
        // Of a counter the figures are of its growth: what the report shows per second is no level.
        let unit = if column.per_second { format!("{}/s", column.unit) } else { column.unit.clone() };
        let figure =
            |value: Option<f64>| value.map_or_else(|| "not known".to_owned(), |value| fmt::with_unit(value, &unit));
        text += &format!(
            "#   {}: mean {}, greatest {}\n",
            comment(&column.metric),
            comment(&figure(column.mean)),
            comment(&figure(column.max))
        );
    }
    text
}

/// Rounded up to two digits.
fn ceiling(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let step = 10_f64.powf(value.log10().floor() - 1.0);
    let up = (value / step).ceil() * step;
    // Ten to a negative power is not exact: the text must not show its last digits.
    (up * 1e6).ceil() / 1e6
}

fn floor(value: f64) -> f64 {
    value.floor().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};
    use crate::analyse::{Options, analyse};

    /// `init` of one run wrote "at most 150 ms" beside a p95 of 143 ms, and the next run of the same system, of 153 ms, was NOT READY.
    #[test]
    fn a_limit_leaves_room_for_the_next_run_of_the_same_system() {
        let test = builder::raw_test(&Shape { seconds: 60, ..Shape::default() });
        let figures = analyse(&test, &Options::default());
        let config = Config::defaults().unwrap();
        let found = criteria(&Named::of(&test, &figures, &[], &config));
        let (totals, _) = requests(&figures).unwrap();
        let end = totals.latency_us.quantile_ci["p95"].1.unwrap();
        let text = &found.iter().find(|one| one.id.ends_with("latency p95")).unwrap().lines;
        let limit = text.split("at_most = \"").nth(1).unwrap().split('"').next().unwrap();
        assert!(Quantity::parse(limit).unwrap().value >= end * TIMES, "{text}");
        assert!(text.contains(&format!("its interval reaches {}", fmt::latency_us(end))), "{text}");
    }

    /// `steady_*` was written for `steady_a`, and took `steady_regressed` for its next run.
    #[test]
    fn the_runs_of_a_test_are_told_from_its_siblings() {
        let matches = |name: &'static str, others: &[&str]| {
            let (stem, glob) = runs_of(name).unwrap();
            let globs = Globs::new(vec![glob]).unwrap();
            assert!(globs.matches(name), "{name}");
            (stem, others.iter().map(|other| globs.matches(other)).collect::<Vec<_>>())
        };
        assert_eq!(
            matches("steady_a", &["steady_b", "steady_regressed", "steady"]),
            ("steady", vec![true, false, false])
        );
        assert_eq!(matches("soak-7", &["soak-12", "soak-long"]), ("soak", vec![true, false]));
        assert_eq!(matches("api_20261121", &["api_20261122", "api_slow"]), ("api", vec![true, false]));
        assert_eq!(matches("api_run2", &["api_run10", "api_rush"]), ("api", vec![true, false]));
        for one in ["steady_regressed", "steady", "rate-limited", "a_1", "websocket-b"] {
            assert_eq!(runs_of(one), None, "{one}");
        }
    }
}

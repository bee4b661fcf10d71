//! What every command that reads results does first: configuration, files, tests, figures.

mod criteria;

use super::args::InputArgs;
use super::progress::Progress;
use super::verify::Located;
use super::{Stop, Streams, write_error};
use crate::analyse::{self, figures::TestFigures};
use crate::assemble::{self, EndpointRule, Request, Suite};
use crate::config::Config;
use crate::error::{Error, Place};
use crate::ingest::input::held::{Held, IN_MEMORY};
use crate::judge::borrowed;
use crate::model::test::Test;
use crate::report::inspection::Unwatched;
use crate::report::model::{FileNotUsed, Request as Asked};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Tests that were read, with their figures.
pub(super) struct Gathered {
    pub(super) config: Config,
    pub(super) tests: Vec<(Test, TestFigures)>,
    pub(super) files_not_used: Vec<FileNotUsed>,
    /// Monitors that no test has.
    pub(super) unwatched: Vec<Unwatched>,
    pub(super) problems: Vec<Error>,
}

/// Reads and analyses the inputs. Problems of single files are said on standard error and kept.
///
/// # Errors
/// Wrong use or configuration; nothing usable; under `--strict` the first bad row.
pub(super) fn gather(args: &InputArgs, hash: bool, streams: &mut Streams<'_>) -> Result<Gathered, Stop> {
    let mut config = configuration(args.config.as_deref(), &args.inputs)?;
    let args = &InputArgs { inputs: criteria::taken(&args.inputs, &mut config)?, ..args.clone() };
    let suite = reading(args, &config, hash, streams, assemble::assemble)?;
    let mut gathered = analysed(suite, config);
    for hint in criteria::name_those_aside(&mut gathered) {
        write_error(&hint, "warning", streams.err)?;
    }
    // Where nothing was usable, the first problem is the error that the command ends with.
    for problem in gathered.problems.iter().skip(usize::from(gathered.tests.is_empty())) {
        write_error(problem, "warning", streams.err)?;
    }
    Ok(gathered)
}

/// Reads and analyses a report's inputs again, as they lay when it was made.
///
/// # Errors
/// Nothing usable where there was; a configuration that does not fit.
pub(super) fn again(config: Config, asked: &Asked, located: &Located) -> Result<Gathered, Error> {
    let args = InputArgs {
        inputs: asked.inputs.clone(),
        adapters: asked.adapters.clone(),
        monitor: asked.monitors.clone(),
        strict: asked.strict,
        ..InputArgs::default()
    };
    let mut request = request(&args, &config, true)?;
    request.stdin = located.stdin()?;
    request.root = located.root().map(Path::to_owned);
    Ok(analysed(assemble::assemble(&request)?, config))
}

/// Has the inputs read, while the terminal shows how far that is.
///
/// # Errors
/// Wrong use; what `read` fails with.
pub(super) fn reading<T>(
    args: &InputArgs,
    config: &Config,
    hash: bool,
    streams: &mut Streams<'_>,
    read: impl FnOnce(&Request) -> Result<T, Error>,
) -> Result<T, Stop> {
    let mut request = request(args, config, hash)?;
    if request.inputs.iter().any(|input| input == "-") {
        request.stdin = Some(Held::all_of("-", &mut *streams.input, IN_MEMORY)?);
    }
    request.pipes = pipes(&request)?;
    let progress = Progress::start(streams.terminal.progress);
    request.progress = Arc::clone(&progress.read);
    if streams.terminal.progress {
        progress.total.store(assemble::bytes_to_read(&request)?, Ordering::Relaxed);
    }
    let result = read(&request)?;
    drop(progress);
    Ok(result)
}

/// What comes through inputs that are named pipes, such as `<(zcat results.jtl.gz)`: like standard input it can be read once.
fn pipes(request: &Request) -> Result<BTreeMap<String, Held>, Error> {
    #[cfg(unix)]
    fn is_pipe(path: &Path) -> bool {
        use std::os::unix::fs::FileTypeExt;
        path.metadata().is_ok_and(|about| about.file_type().is_fifo())
    }
    #[cfg(not(unix))]
    fn is_pipe(_: &Path) -> bool {
        false
    }
    let named = request.inputs.iter().chain(request.monitors.iter().map(|(_, file)| file));
    let mut pipes = BTreeMap::new();
    for input in named.filter(|input| is_pipe(Path::new(input))) {
        let unopened = |error| Error::input(format!("cannot open: {error}")).at(Place::source(input.clone()));
        let pipe = File::open(input).map_err(unopened)?;
        pipes.insert(input.clone(), Held::all_of(input, pipe, IN_MEMORY)?);
    }
    Ok(pipes)
}

fn analysed(suite: Suite, config: Config) -> Gathered {
    let quantiles = config.quantiles(&borrowed::quantiles(&config.borrowed));
    let mut tests = Vec::new();
    for test in suite.tests {
        let sources: Vec<&str> = test.inputs.iter().map(|input| input.source.as_str()).collect();
        let plan = config.planned(&test.name, &sources);
        let ramp_s = plan.and_then(|plan| plan.ramp.as_ref()).and_then(seconds);
        let options = analyse::Options { quantiles: quantiles.clone(), ramp_s };
        let figures = analyse::analyse(&test, &options);
        tests.push((test, figures));
    }
    let figures = |test: &Test| analyse::monitor::figures(test);
    let alone =
        |test: Test| test.inputs.first().map(|input| Unwatched { input: input.clone(), figures: figures(&test) });
    let unwatched = suite.unwatched.into_iter().filter_map(alone).collect();
    let mut files_not_used: Vec<FileNotUsed> = suite
        .files_not_used
        .into_iter()
        .map(|(source, reason)| FileNotUsed { source, reason, unreadable: false })
        .collect();
    for problem in &suite.problems {
        if let Some(place) = &problem.place {
            // Most stand among the files that were not used already.
            let is = |file: &&mut FileNotUsed| file.source == place.source && file.reason == problem.message;
            match files_not_used.iter_mut().find(is) {
                Some(file) => file.unreadable = true,
                None => files_not_used.push(FileNotUsed {
                    source: place.source.clone(),
                    reason: problem.message.clone(),
                    unreadable: true,
                }),
            }
        }
    }
    files_not_used.sort();
    files_not_used.dedup();
    Gathered { config, tests, files_not_used, unwatched, problems: suite.problems }
}

/// A declared duration in seconds.
fn seconds(quantity: &crate::quantity::Quantity) -> Option<f64> {
    (quantity.unit == crate::unit::Unit::Micros).then_some(quantity.value / 1e6)
}

/// The error of a run in which nothing could be used: the first file's, or that there was nothing.
pub(super) fn nothing_usable(gathered: &Gathered) -> Error {
    if let Some(first) = gathered.problems.first() {
        return first.clone();
    }
    let listed: Vec<String> = gathered
        .files_not_used
        .iter()
        .take(8)
        .map(|file| format!("{}: {}", file.source, file.reason.lines().next().unwrap_or_default()))
        .collect();
    let hint = if listed.is_empty() {
        "`plimsoll explain formats` lists what is read".to_owned()
    } else {
        format!(
            "{}\n`plimsoll explain formats` lists what is read; `--as ADAPTER=FILE` names the kind",
            listed.join("\n")
        )
    };
    Error::input("no test result was found").hint(hint)
}

/// The configuration: as named, else INPUT/plimsoll.toml where INPUT is one folder, else ./plimsoll.toml, else the defaults.
pub(super) fn configuration(named: Option<&Path>, inputs: &[String]) -> Result<Config, Error> {
    if let Some(path) = named {
        return Config::load(path);
    }
    let beside = match inputs {
        [one] if Path::new(one).is_dir() => Some(Path::new(one).join("plimsoll.toml")),
        _ => None,
    };
    let candidates = beside.into_iter().chain([PathBuf::from("plimsoll.toml")]);
    for path in candidates {
        if path.is_file() {
            return Config::load(&path);
        }
    }
    Config::defaults()
}

fn request(args: &InputArgs, config: &Config, hash: bool) -> Result<Request, Error> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let split = |text: &String| {
        text.split_once('=').map(|(adapter, file)| (adapter.to_owned(), file.to_owned())).ok_or_else(|| {
            Error::usage(format!("`--as {text}` should be `--as ADAPTER=FILE`"))
                .hint("`plimsoll explain formats` lists the adapters")
        })
    };
    let monitor = |text: &String| match text.split_once('=') {
        Some((test, file)) if !Path::new(text).exists() => (Some(test.to_owned()), file.to_owned()),
        _ => (None, text.clone()),
    };
    let rules = config
        .endpoints
        .iter()
        .filter_map(|rule| Some(EndpointRule { pattern: rule.pattern.0.clone(), name: rule.name.clone()? }));
    Ok(Request {
        inputs: args.inputs.clone(),
        stdin: None,
        pipes: BTreeMap::new(),
        root: None,
        as_adapters: args.adapters.iter().map(split).collect::<Result<_, _>>()?,
        monitors: args.monitor.iter().map(monitor).collect(),
        excludes: config.inputs.exclude.as_ref().map(|globs| globs.texts().to_vec()).unwrap_or_default(),
        endpoint_rules: rules.collect(),
        names_per_pattern: config.inputs.names_per_pattern.and_then(|names| usize::try_from(names).ok()),
        settings: config.settings(args.strict, threads),
        hash,
        progress: Arc::default(),
    })
}

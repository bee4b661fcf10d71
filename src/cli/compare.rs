//! `compare BEFORE AFTER`: two inputs or baselines, endpoint by endpoint.

use super::against::{Against, Own};
use super::args::{CompareArgs, InputArgs};
use super::judging::{self, Judging, Pairs};
use super::{EXIT_INCONCLUSIVE, EXIT_NOT_READY, EXIT_READY, Stop, Streams, pipeline};
use crate::compare::delta::{Call, decisive};
use crate::compare::shift::ShiftKind;
use crate::error::Error;
use crate::fmt;
use crate::render::text;
use crate::report::model::{Compared, SCHEMA};
use crate::store::declared::DeclaredBaseline;
use crate::store::run::{self, StoredRun};
use crate::store::{Pinned, Store};
use std::path::Path;

/// Compares and prints the comparisons; 1 if anything regressed, 4 if nothing could be told.
pub(super) fn run(args: &CompareArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    let store = Store::at(&args.store.store);
    let config = pipeline::configuration(args.config.as_deref(), &[])?;
    let after = match named(&args.after, args, &store, streams)? {
        Named::Read(own) => own,
        Named::Stored(runs) => runs.iter().map(|run| Own { side: run.side(), line: run.run.clone() }).collect(),
        Named::Declared(_) => {
            let message = format!("`{}` holds declared figures and no run", fmt::plain(&args.after));
            return Err(Error::usage(message).hint("name it first, then what is held against it").into());
        }
    };
    let against = match named(&args.before, args, &store, streams)? {
        Named::Stored(runs) => Against::of(&args.before, runs),
        Named::Declared(declared) => Against::of_declared(&args.before, declared),
        Named::Read(own) => {
            Against::of(&args.before, own.into_iter().map(|own| StoredRun::of(&own.side, own.line)).collect())
        }
    };
    let before = against.stored();
    let pairs = Pairs::of(&after, &before, Some(&against), &config);
    let comparisons = pairs.compare(&config);
    let lines = pairs.lines(&comparisons);
    let deltas = against.declared(&after, &judging::rules(&config));
    let mut compared = Compared { schema: SCHEMA.to_owned(), pairs: lines, deltas, shifts: Vec::new() };
    for pair in compared.pairs.iter_mut().filter(|_| against.is_declared()) {
        pair.stored = Some(args.before.clone());
    }
    for comparison in comparisons {
        compared.deltas.extend(comparison.deltas);
        compared.shifts.extend(comparison.shifts);
    }
    if args.json {
        let json = serde_json::to_string_pretty(&compared).map_err(|error| Error::output(error.to_string()))?;
        writeln!(streams.out, "{json}")?;
    } else {
        text::comparison(&compared, streams.terminal.style(), streams.out)?;
    }
    Ok(exit_code(&compared))
}

/// A system that is slower as a whole has regressed, though no endpoint need have by itself.
fn exit_code(compared: &Compared) -> u8 {
    let judged = decisive(&compared.deltas);
    let regressed = judged.iter().any(|one| one.call == Call::Regressed)
        || compared.shifts.iter().any(|one| one.kind == ShiftKind::Regressed);
    let told = judged.iter().any(|one| one.call != Call::Inconclusive);
    match (regressed, told) {
        (true, _) => EXIT_NOT_READY,
        (false, true) => EXIT_READY,
        (false, false) => EXIT_INCONCLUSIVE,
    }
}

/// What an argument names.
enum Named {
    /// Files that were read.
    Read(Vec<Own>),
    /// Runs of the store.
    Stored(Vec<StoredRun>),
    /// Figures that were declared.
    Declared(DeclaredBaseline),
}

/// Files that exist, else a stored name.
fn named(named: &str, args: &CompareArgs, store: &Store, streams: &mut Streams<'_>) -> Result<Named, Stop> {
    let is_stored = Path::new(named).extension().is_some_and(|end| end == "run");
    if is_stored || !(Path::new(named).exists() || named.contains(['*', '?', '[', '/'])) {
        let pinned =
            if named == "latest" { Pinned { runs: latest(store)?, declared: None } } else { store.pinned(named)? };
        return match pinned {
            Pinned { declared: Some(declared), .. } => Ok(Named::Declared(declared)),
            Pinned { runs, .. } if runs.is_empty() => {
                Err(Error::usage(format!("`{}` holds no run", fmt::plain(named))).into())
            }
            Pinned { runs, .. } => Ok(Named::Stored(runs)),
        };
    }
    let input = InputArgs { inputs: vec![named.to_owned()], config: args.config.clone(), ..InputArgs::default() };
    let gathered = pipeline::gather(&input, false, streams)?;
    if gathered.tests.is_empty() {
        return Err(pipeline::nothing_usable(&gathered).into());
    }
    Ok(Named::Read(Judging::new(&gathered, None, String::new()).own))
}

/// The newest saved run of each test, whatever its verdict: what differs is said.
fn latest(store: &Store) -> Result<Vec<StoredRun>, Error> {
    let newest = store.tests()?.into_iter().map(|test| Ok(store.runs(&test)?.paths.pop()));
    let paths: Vec<Option<_>> = newest.collect::<Result<_, Error>>()?;
    paths.into_iter().flatten().map(|path| run::read(&path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::shift::Shift;

    fn compared(kind: ShiftKind) -> Compared {
        let shift =
            Shift { test: "t".into(), metric: "p50".into(), ratio: 1.08, p_adjusted: Some(0.001), endpoints: 6, kind };
        Compared { schema: SCHEMA.to_owned(), pairs: Vec::new(), deltas: Vec::new(), shifts: vec![shift] }
    }

    #[test]
    fn a_system_slower_as_a_whole_is_a_regression_without_any_endpoint_to_blame() {
        assert_eq!(exit_code(&compared(ShiftKind::Regressed)), EXIT_NOT_READY);
        assert_eq!(exit_code(&compared(ShiftKind::Remark)), EXIT_INCONCLUSIVE);
    }
}

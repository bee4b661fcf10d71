//! `compare BEFORE AFTER`: two inputs or baselines, endpoint by endpoint.

use super::args::{CompareArgs, InputArgs};
use super::judging::{self, Pairs};
use super::{EXIT_INCONCLUSIVE, EXIT_NOT_READY, EXIT_READY, Stop, Streams, pipeline};
use crate::compare::delta::{Call, Delta};
use crate::compare::side::Side;
use crate::error::Error;
use crate::render::text;
use crate::store::Store;
use std::path::Path;

/// Compares and prints the comparisons; 1 if anything regressed, 4 if nothing could be told.
pub(super) fn run(args: &CompareArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    let store = Store::at(&args.store.store);
    let config = pipeline::configuration(args.config.as_deref(), &[])?;
    let before = sides(&args.before, args, &store, streams)?;
    let after = sides(&args.after, args, &store, streams)?;
    let pairs = Pairs::of(&after, &before);
    let comparisons = pairs.compare(&judging::rules(&config));
    let lines = pairs.lines(&comparisons);
    let deltas: Vec<Delta> = comparisons.into_iter().flat_map(|one| one.deltas).collect();
    if args.json {
        let json = serde_json::to_string_pretty(&deltas).map_err(|error| Error::output(error.to_string()))?;
        writeln!(streams.out, "{json}")?;
    } else {
        text::comparison(&deltas, &lines, streams.terminal.style(), streams.out)?;
    }
    let any = |call: Call| deltas.iter().any(|one| one.call == call);
    if any(Call::Regressed) {
        return Ok(EXIT_NOT_READY);
    }
    let told = deltas.iter().any(|one| one.call != Call::Inconclusive);
    Ok(if told { EXIT_READY } else { EXIT_INCONCLUSIVE })
}

/// What an argument names: files that exist, else a stored name.
fn sides(named: &str, args: &CompareArgs, store: &Store, streams: &mut Streams<'_>) -> Result<Vec<Side>, Stop> {
    let is_stored = Path::new(named).extension().is_some_and(|end| end == "run");
    if is_stored || !(Path::new(named).exists() || named.contains(['*', '?', '[', '/'])) {
        return Ok(store.load(named)?.iter().map(crate::store::run::StoredRun::side).collect());
    }
    let input = InputArgs { inputs: vec![named.to_owned()], config: args.config.clone(), ..InputArgs::default() };
    let gathered = pipeline::gather(&input, false, streams)?;
    if gathered.tests.is_empty() {
        return Err(pipeline::nothing_usable(&gathered).into());
    }
    Ok(gathered.tests.iter().filter_map(|(test, figures)| Side::of(test, figures)).collect())
}

//! Bytes a second of each adapter, on the largest of its samples.
//!
//! A sample is small, so its rows are repeated until there are a few megabytes where the adapter reads them as that many
//! rows; documents (summaries, reports) are read as they lie, and there the figure says what a file costs rather than what
//! a byte costs. One thread, from memory: no disk and no decompression. `benches/README.md` has the figures for whole files
//! and the whole program.

#![expect(clippy::unwrap_used, reason = "a bench without its samples has nothing to measure")]

use criterion::{Criterion, Throughput};
use plimsoll::ingest::{ADAPTERS, Adapter, Input, Settings, Sniff, Tally};
use plimsoll::rollup::Rollup;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Bytes that rows are repeated to.
const LARGE: usize = 4 << 20;

/// Reads a text and returns what became of its rows; `None` where it cannot be read.
fn read(adapter: &dyn Adapter, text: &[u8]) -> Option<Tally> {
    let input = Input::memory("sample", text.to_vec()).ok()?;
    adapter.read(&input, &Settings { threads: 1, ..Settings::default() }, &mut Rollup::new()).ok()
}

/// The text with its rows again and again, if that is what the adapter makes of it.
fn grown(adapter: &dyn Adapter, text: &[u8]) -> Option<Vec<u8>> {
    let (header, rows) = text.split_at(text.iter().position(|byte| *byte == b'\n')? + 1);
    let times = (LARGE / rows.len().max(1)).max(2);
    let repeated = [header, &rows.repeat(times)].concat();
    let (once, often) = (read(adapter, text)?, read(adapter, &repeated)?);
    let more = usize::try_from(often.used / once.used.max(1)).ok()?;
    (more >= times / 2).then_some(repeated)
}

/// Every adapter's largest sample.
fn samples() -> BTreeMap<&'static str, (&'static dyn Adapter, Vec<u8>)> {
    let mut largest: BTreeMap<&'static str, (&'static dyn Adapter, Vec<u8>)> = BTreeMap::new();
    let pattern = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/*/*/*");
    for path in glob::glob(&pattern.to_string_lossy()).unwrap().flatten().filter(|path| path.is_file()) {
        let Ok(head) = Input::open("sample", &path).and_then(|input| input.head()) else { continue };
        let yes = |adapter: &&&dyn Adapter| matches!(adapter.sniff(&head), Sniff::Yes(_) | Sniff::Unsure(_));
        let Some(adapter) = ADAPTERS.iter().find(yes) else { continue };
        let text = std::fs::read(&path).unwrap();
        if read(*adapter, &text).is_some_and(|tally| tally.used > 0)
            && largest.get(adapter.name()).is_none_or(|(_, have)| have.len() < text.len())
        {
            largest.insert(adapter.name(), (*adapter, text));
        }
    }
    largest
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut group = criterion.benchmark_group("adapters");
    for (name, (adapter, text)) in samples() {
        let text = grown(adapter, &text).unwrap_or(text);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| read(adapter, &text)));
    }
    group.finish();
    criterion.final_summary();
}

//! Simulates load tests of a system whose behaviour is known, and counts how often the comparison is wrong about it.
//!
//! ```text
//! cargo run --release --example simulation -- [PAIRS] [SEED] [--only S3] [--threads 1]
//! ```
//! Prints the tables that `docs/method.md` shows, a line for each scenario; the same seed prints the same lines, whatever the
//! number of threads. The rules are the product's own.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for developers, on small numbers of its own"
)]

mod noise;
mod rules;
mod system;

use rules::{Count, Tally};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use system::{SCENARIOS, Scenario, System};

/// Endpoints of 2, 8 and 27 requests in a second.
const PLANTED: [usize; 3] = [0, 10, 19];
/// Scenarios in which power is measured.
const WITH_POWER: [&str; 2] = ["S3", "S6"];

/// Names of the rules on p95: told the scenario's own spread between runs and the assumed one; the history rule on so many runs.
const TWO_RUNS: [&str; 2] = ["two runs", "told 2 %/1 %"];
const HISTORIES: [&str; 4] = ["history of 5", "history of 10", "3 against 3", "5 against 5"];

/// What is asked for on the command line.
struct Asked {
    pairs: u64,
    seed: u64,
    only: Option<String>,
    threads: usize,
}

impl Asked {
    fn of(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut asked = Self { pairs: 1_000, seed: 20_261, only: None, threads };
        let mut places = 0;
        while let Some(word) = words.next() {
            match (word.as_str(), places) {
                ("--only", _) => asked.only = Some(words.next()?),
                ("--threads", _) => asked.threads = words.next()?.parse().ok()?,
                (pairs, 0) => asked.pairs = pairs.parse().ok()?,
                (seed, 1) => asked.seed = seed.parse().ok()?,
                _ => return None,
            }
            places += usize::from(!word.starts_with("--"));
        }
        Some(asked)
    }
}

fn main() {
    let Some(asked) = Asked::of(std::env::args().skip(1)) else {
        eprintln!("usage: simulation [PAIRS] [SEED] [--only SCENARIO] [--threads N]");
        std::process::exit(2);
    };
    let system = System::new(20, 540, 18);
    println!(
        "{} pairs a scenario, seed {}; 20 endpoints of 2 to 27 requests/s, 540 s after the warm-up",
        asked.pairs, asked.seed
    );
    let wanted = SCENARIOS.into_iter().filter(|one| asked.only.as_ref().is_none_or(|only| only == one.name));
    let tallies: Vec<(Scenario, Tally)> =
        wanted.map(|scenario| (scenario, tally(&system, &scenario, &asked))).collect();
    false_alarms(&tallies);
    power(&tallies);
}

/// All trials of a scenario, on several threads; which of them does which changes nothing.
fn tally(system: &System, scenario: &Scenario, asked: &Asked) -> Tally {
    let planted: &[usize] = if WITH_POWER.contains(&scenario.name) { &PLANTED } else { &[] };
    let (next, sum) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    let work = || {
        loop {
            let trial = next.fetch_add(1, Ordering::Relaxed);
            if trial >= asked.pairs {
                return;
            }
            let seed = asked.seed.wrapping_mul(1_000_003).wrapping_add(trial);
            let one = Tally::of_trial(system, scenario, seed, planted);
            if let Ok(mut sum) = sum.lock() {
                sum.merge(&one);
            }
        }
    };
    std::thread::scope(|scope| {
        (1..asked.threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    eprintln!("{}: {}", scenario.name, scenario.words);
    sum.into_inner().unwrap_or_default()
}

fn share(count: Count) -> String {
    format!("{:.3}", count.share())
}

fn row(name: &str, cells: impl Iterator<Item = String>) {
    println!("| {name} | {} |", cells.collect::<Vec<_>>().join(" | "));
}

fn head(columns: &[&str]) {
    row("", columns.iter().map(|name| (*name).to_owned()));
    println!("|---|{}", "---|".repeat(columns.len()));
}

/// Comparisons of a system with itself in which anything was called regressed.
fn false_alarms(tallies: &[(Scenario, Tally)]) {
    println!("\nShare of comparisons of a system with itself that blame anything (standard error at .05: .007)\n");
    head(&[&TWO_RUNS[..], &["default gate", "p99"], &HISTORIES].concat());
    for (scenario, tally) in tallies {
        let counts = [tally.p95, tally.p95_assumed, tally.gate, tally.p99];
        row(scenario.name, counts.into_iter().chain(tally.history).map(share));
    }
}

/// +10 % on one endpoint: how often it is found.
fn power(tallies: &[(Scenario, Tally)]) {
    println!("\nShare in which +10 % on one endpoint of 2 / 8 / 27 requests/s is found\n");
    head(&[&TWO_RUNS[..], &HISTORIES].concat());
    for (scenario, tally) in tallies.iter().filter(|(scenario, _)| WITH_POWER.contains(&scenario.name)) {
        row(scenario.name, tally.power.iter().map(|counts| counts.map(share).join(" / ")));
    }
}

//! Simulates load tests of a system whose behaviour is known, and counts how often the comparison is wrong about it.
//!
//! ```text
//! cargo run --release --example simulation -- [PAIRS] [SEED]
//! ```
//! Prints the table that `docs/method.md` shows; the same seed prints the same table. The rules are the product's own.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for developers, on small numbers of its own"
)]

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

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let mut number = |usual: u64| match arguments.next() {
        None => usual,
        Some(Ok(number)) => number,
        Some(Err(_)) => {
            eprintln!("usage: simulation [PAIRS] [SEED]");
            std::process::exit(2);
        }
    };
    let (pairs, seed) = (number(1_000), number(20_261));
    let system = System::new(20, 540, 18);
    println!("{pairs} pairs a scenario, seed {seed}; 20 endpoints of 2 to 27 requests/s, 540 s after the warm-up");
    let tallies: Vec<(Scenario, Tally)> =
        SCENARIOS.into_iter().map(|scenario| (scenario, tally(&system, &scenario, pairs, seed))).collect();
    false_alarms(&tallies);
    power(&tallies);
}

/// All trials of a scenario, on every core; which core does which changes nothing.
fn tally(system: &System, scenario: &Scenario, pairs: u64, seed: u64) -> Tally {
    let planted: &[usize] = if WITH_POWER.contains(&scenario.name) { &PLANTED } else { &[] };
    let (next, sum) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    let work = || {
        loop {
            let trial = next.fetch_add(1, Ordering::Relaxed);
            if trial >= pairs {
                return;
            }
            let one = Tally::of_trial(system, scenario, seed.wrapping_mul(1_000_003).wrapping_add(trial), planted);
            if let Ok(mut sum) = sum.lock() {
                sum.merge(&one);
            }
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        (1..cores).for_each(|_| drop(scope.spawn(work)));
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

/// Comparisons of a system with itself in which anything was called regressed.
fn false_alarms(tallies: &[(Scenario, Tally)]) {
    println!("\nShare of comparisons of a system with itself that blame anything (standard error at .05: .007)\n");
    row("rule", tallies.iter().map(|(scenario, _)| scenario.name.to_owned()));
    println!("|---|{}", "---|".repeat(tallies.len()));
    let of = |name: &str, count: &dyn Fn(&Tally) -> Count| {
        row(name, tallies.iter().map(|(_, tally)| share(count(tally))));
    };
    of("two runs, p95, told the scenario's tau", &|tally| tally.p95);
    of("two runs, p95, tau assumed 2 %/1 %", &|tally| tally.p95_assumed);
    of("two runs, p50, p95 and failures, assumed", &|tally| tally.gate);
    of("two runs, p99, assumed", &|tally| tally.p99);
    of("history of 5, p95", &|tally| tally.history[0]);
    of("history of 10, p95", &|tally| tally.history[1]);
    of("3 runs against 3, p95", &|tally| tally.history[2]);
}

/// +10 % on one endpoint: how often it is found.
fn power(tallies: &[(Scenario, Tally)]) {
    println!("\nShare in which +10 % on one endpoint of 2 / 8 / 27 requests/s is found\n");
    let with: Vec<_> = tallies.iter().filter(|(scenario, _)| WITH_POWER.contains(&scenario.name)).collect();
    row("rule", with.iter().map(|(scenario, _)| scenario.name.to_owned()));
    println!("|---|{}", "---|".repeat(with.len()));
    let names = [
        "two runs, p95, told the scenario's tau",
        "two runs, p95, tau assumed 2 %/1 %",
        "history of 5, p95",
        "history of 10, p95",
        "3 runs against 3, p95",
    ];
    for (at, name) in names.iter().enumerate() {
        row(name, with.iter().map(|(_, tally)| tally.power[at].map(share).join(" / ")));
    }
}

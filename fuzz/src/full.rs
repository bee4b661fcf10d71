//! The law of damage at full strength: `full FILE...` cuts each file at every KiB and mutates it a thousand times; and
//! `full read FILE` reads one file as it is, to measure what sizes cost.

mod damage;
mod law;

use damage::Strength;
use plimsoll::assemble::{self, Request};
use plimsoll::ingest::Settings;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.as_slice() {
        [read, file] if read == "read" => show(file),
        files => damage_all(files)?,
    }
    Ok(())
}

fn damage_all(files: &[String]) -> io::Result<()> {
    let (mut all, mut faults) = (0, 0);
    for path in files {
        let file = fs::read(path)?;
        let (tried, wrong) = damage::damages(&file, Strength { cuts: usize::MAX, mutations: 1_000 });
        all += tried;
        faults += wrong.len();
        wrong.iter().take(5).for_each(|what| println!("{path} {what}"));
    }
    println!("{} files, {all} damaged forms read, {faults} faults", files.len());
    Ok(())
}

fn show(file: &str) {
    let settings = Settings { threads: 2, ..Settings::default() };
    let request = Request { inputs: vec![file.to_owned()], settings, ..Request::default() };
    let suite = match assemble::assemble(&request) {
        Ok(suite) => suite,
        Err(error) => return println!("error: {} ({:?})", error.message, error.hint),
    };
    for problem in &suite.problems {
        println!("problem: {} ({:?})", problem.message, problem.hint);
    }
    for (file, why) in &suite.files_not_used {
        println!("not used: {file}: {why}");
    }
    for test in &suite.tests {
        for input in &test.inputs {
            let counts = [input.rows_read, input.rows_used, input.rows_skipped, input.rows_rejected];
            println!("{}: rows read, used, skipped, rejected {counts:?}", input.adapter);
            println!("  unfinished {:?}, notes {:?}", input.unfinished, input.notes);
            input.first_rejections.iter().take(2).for_each(|row| println!("  rejected: {}", row.reason));
        }
        for population in &test.populations {
            let requests = population.totals.requests;
            println!("{:?}: requests {requests:?}, endpoints {}", population.population, population.endpoints.len());
        }
        println!("  metrics {}, error texts {}", test.metrics.len(), test.faults.len());
        test.warnings.iter().take(4).for_each(|warning| println!("  warning: {warning:?}"));
        test.remarks.iter().take(3).for_each(|remark| println!("  remark: {remark}"));
    }
}

use super::*;
use crate::model::key::Population;
use std::path::{Path, PathBuf};

/// A folder of the shared corpus of real results; `None`, and said, where it is not there.
fn corpus(folder: &str) -> Option<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = above.map(|at| at.join("shared/corpus")).find(|at| at.is_dir());
    if found.is_none() {
        eprintln!("left out: no shared corpus");
    }
    found.map(|corpus| corpus.join(folder))
}

fn assembled(folder: &Path) -> Suite {
    let settings = Settings { threads: 2, ..Settings::default() };
    assemble(&Request { inputs: vec![folder.to_str().unwrap().to_owned()], settings, ..Request::default() }).unwrap()
}

#[test]
fn overview() {
    let Some(root) = corpus(&std::env::var("CASE").unwrap_or("locust".into())) else { return };
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&root).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    if folders.is_empty() { folders.push(root); }
    for folder in folders {
        println!("=== {}", folder.display());
        let suite = assembled(&folder);
        for test in &suite.tests {
            println!("TEST {:?} run {:?} tool {} {:?} dur {:?} model {:?}", test.name, test.run, test.tool, test.tool_version, test.duration_s, test.load_model);
            for pop in &test.populations {
                println!("   {:?}: {:?} failed {:?} {:?} endpoints {}", pop.population, pop.totals.requests, pop.totals.failures, pop.totals.latency.class(), pop.endpoints.len());
            }
            if let Some(t) = &test.timeline {
                println!("   timeline {} x {} ms, endpoints {}, users {:?}, quoted {}, sum {}", t.windows, t.width_ns / 1_000_000, t.endpoints.len(),
                    t.users.iter().flatten().copied().fold(0.0, f64::max), t.quoted.len(), t.endpoints.iter().flat_map(|e| &e.windows).map(|w| w.requests).sum::<u64>());
            }
            println!("   metrics {} monitors {} faults {} thresholds {}", test.metrics.len(), test.monitors.len(), test.faults.len(), test.thresholds.len());
            for i in &test.inputs { println!("   in {} {} {}", i.source.rsplit('/').next().unwrap(), i.adapter, i.role); }
            for w in &test.warnings { println!("   WARN {w}"); }
            for w in &test.remarks { println!("   rem {w}"); }
        }
        for (s, r) in &suite.files_not_used { println!("  not {} : {r}", s.rsplit('/').next().unwrap()); }
        for p in &suite.problems { println!("  PROBLEM {p:?}"); }
    }
}

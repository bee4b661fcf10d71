//! Earlier results that other tools' relative criteria are held against. Keptn takes the newest few that came out as its file asks,
//! whatever they are to our own baseline, so they are kept beside it.

use super::{Against, Own};
use crate::compare::side::Side;
use crate::config::Config;
use crate::judge::borrowed;
use crate::judge::outcome::Verdict;
use crate::store::Runs;
use crate::store::run::{self, RunLine, StoredRun};

impl Against {
    /// Keeps those of the comparable runs (`past`, positions in `runs`, oldest first) that a borrowed criterion of this test asks for.
    pub(super) fn keep_earlier(&mut self, own: &Own, runs: &Runs, past: &[usize], config: &Config) {
        let newest_first: Vec<usize> = past.iter().rev().copied().collect();
        let verdict = |at: &usize| runs.lines.get(*at).and_then(RunLine::fitness);
        let verdicts: Vec<Option<Verdict>> = newest_first.iter().map(verdict).collect();
        let wanted = borrowed::earlier_wanted(config, &verdicts);
        for path in wanted.into_iter().filter_map(|at| runs.paths.get(*newest_first.get(at)?)) {
            match run::read(path) {
                // Their figures are all that is asked for.
                Ok(run) => {
                    let run = StoredRun { parts: Vec::new(), file: String::new(), ..run };
                    self.earlier.push((own.line.test.clone(), run));
                }
                Err(error) => self.damaged.push(error),
            }
        }
    }

    /// Stored runs with the verdicts by which they are fit, newest first; under the name that the test has here.
    pub(in crate::cli) fn earlier(&self, own: &[Own]) -> Vec<(Side, Option<Verdict>)> {
        if !self.earlier.is_empty() {
            let named =
                |(test, run): &(String, StoredRun)| (Side { test: test.clone(), ..run.side() }, run.run.fitness());
            return self.earlier.iter().map(named).collect();
        }
        let mut earlier: Vec<_> = self.counterparts.iter().map(|one| (one.run.side(), one.run.run.fitness())).collect();
        // Where each side has one test, they are paired whatever their names.
        if let ([here], [stored]) = (own, earlier.as_mut_slice()) {
            stored.0.test.clone_from(&here.side.test);
        }
        earlier.sort_by_key(|(side, _)| std::cmp::Reverse(side.started_at));
        earlier
    }
}

//! Every endpoint moved in the same direction.
//!
//! # What it checks
//! Whether all compared endpoints of a test changed by at least 5 % to the same side.
//!
//! # Why it matters
//! One slow query slows one endpoint. When all of them move, the largest change often on the fastest, something that
//! they share has changed: the machine, the network, a neighbour, the database, or the build as a whole.
//!
//! # Example
//! `all 4 endpoints became slower, by +8 % to +31 %: a shift of the whole system`
//!
//! # What to do
//! Compare the environments before the code: what else ran, machine sizes, network, database load. Run both builds
//! again, side by side.

use super::{Look, Rule, finding};
use crate::compare::delta::Delta;
use crate::fmt;
use crate::judge::outcome::{Finding, Severity};
use std::collections::BTreeMap;

pub(super) const RULE: Rule = Rule { name: "system-wide-shift", source: include_str!("system_wide_shift.rs"), look };

/// Two endpoints may move together by chance; three in step are a remark.
const LEAST: usize = 3;
const MATERIAL: f64 = 0.05;

fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut by_test: BTreeMap<&str, Vec<&Delta>> = BTreeMap::new();
    for delta in look.case.deltas {
        if delta.metric == "p50" && !delta.endpoint.is_empty() {
            by_test.entry(&delta.test).or_default().push(delta);
        }
    }
    by_test.into_iter().filter_map(|(test, deltas)| shifted(test, &deltas)).collect()
}

fn shifted(test: &str, deltas: &[&Delta]) -> Option<Finding> {
    let mut ratios: Vec<f64> = deltas.iter().map(|delta| delta.ratio).collect::<Option<_>>()?;
    ratios.sort_by(f64::total_cmp);
    let (least, most) = (*ratios.first()?, *ratios.last()?);
    let (word, severity) = if least >= 1.0 + MATERIAL {
        ("slower", Severity::Warning)
    } else if most <= 1.0 - MATERIAL {
        ("faster", Severity::Note)
    } else {
        return None;
    };
    (ratios.len() >= LEAST).then(|| {
        let mut found = finding(
            RULE.name,
            test,
            severity,
            format!(
                "all {} endpoints became {word}, by {} to {}: a shift of the whole system",
                ratios.len(),
                fmt::change(least),
                fmt::change(most)
            ),
            "Compare the environments before the code: what else ran, machine sizes, network, database. Then run both builds side by side.",
        );
        "medians of every endpoint against the baseline".clone_into(&mut found.evidence);
        found
    })
}

//! Every endpoint moved in the same direction.
//!
//! # What it checks
//! What all compared endpoints of a test did together. From five endpoints on it is a test of its own: worse beyond chance and
//! by at least 5 %, the system as a whole regressed, even where no single endpoint can be blamed. With two to four it is
//! a remark if every one of them moved to the same side by at least 5 %.
//!
//! # Why it matters
//! One slow query slows one endpoint. When all of them move, something that they share has changed: the machine, the
//! network, a neighbour, the database, or the build as a whole.
//!
//! # Example
//! `the system as a whole is slower: p50 +8 % over 6 endpoints`
//!
//! # What to do
//! Compare the environments before the code: what else ran, machine sizes, network, database load. Run both builds
//! again, side by side.

use super::{Look, Rule, finding};
use crate::compare::shift::{Shift, ShiftKind};
use crate::fmt;
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "system-wide-shift", source: include_str!("system_wide_shift.rs"), look };

fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut ways: Vec<Vec<&Shift>> = Vec::new();
    for shift in look.case.shifts {
        match ways.iter_mut().find(|way| way.first().is_some_and(|first| first.way() == shift.way())) {
            Some(way) => way.push(shift),
            None => ways.push(vec![shift]),
        }
    }
    let mut found: Vec<Finding> = ways.iter().filter_map(|way| shifted(way)).collect();
    found.sort_by(|a, b| (&a.test, &a.message).cmp(&(&b.test, &b.message)));
    found
}

fn shifted(shifts: &[&Shift]) -> Option<Finding> {
    let message = Shift::words_of(shifts)?;
    let shift = shifts.first()?;
    let severity = match shift.kind {
        ShiftKind::Regressed => Severity::Critical,
        ShiftKind::Remark if shift.ratio > 1.0 => Severity::Warning,
        ShiftKind::Remark | ShiftKind::None => Severity::Note,
    };
    let advice = "Compare the environments before the code: what else ran, machine sizes, network, database. Then run both builds side by side.";
    let mut found = finding(RULE.name, &shift.test, severity, message, advice);
    let least = shifts.iter().filter_map(|shift| shift.p_adjusted).reduce(f64::min);
    found.evidence = match least {
        Some(p) => format!("weighted median of the endpoints' changes against the baseline, p = {}", fmt::number(p)),
        None => "weighted median of the endpoints' changes against the baseline; too few for a test".to_owned(),
    };
    Some(found)
}

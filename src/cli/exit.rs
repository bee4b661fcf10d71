//! Exit codes: of a verdict, and as other tools would have said it.

use super::args::ReportArgs;
use super::choices::{Allow, ExitMap, FailOn};
use super::{EXIT_INCONCLUSIVE, EXIT_NOT_READY, EXIT_READY};
use crate::judge::outcome::{Status, Verdict};
use crate::render::ci::Gate;
use crate::report::model::Report;
use clap::ValueEnum;
use std::ffi::OsString;

/// What the verdict means for the build, as `--fail-on` and `--allow` have it.
pub(super) fn gate(report: &Report, args: &ReportArgs) -> Gate {
    let warned = report.criteria.iter().any(|one| one.status == Status::Warn);
    let conditions = !report.conditions.is_empty();
    match report.verdict {
        Verdict::NotReady => Gate::Fails,
        Verdict::Inconclusive if args.allow == Some(Allow::Inconclusive) => Gate::Passes,
        Verdict::Inconclusive => Gate::CannotTell,
        Verdict::Ready | Verdict::ReadyWithConditions => match args.fail_on {
            Some(FailOn::Warn) if warned => Gate::Fails,
            Some(FailOn::Conditions) if warned || conditions => Gate::Fails,
            _ => Gate::Passes,
        },
    }
}

/// The exit code of a gate.
pub(super) fn code(gate: Gate) -> u8 {
    match gate {
        Gate::Passes => EXIT_READY,
        Gate::Fails => EXIT_NOT_READY,
        Gate::CannotTell => EXIT_INCONCLUSIVE,
    }
}

impl ExitMap {
    /// The exit code by which the other tool says the same. What could not be evaluated is never 0.
    pub(super) fn code(self, own: u8) -> u8 {
        let codes: [u8; 5] = match self {
            Self::K6 => [0, 99, 104, 104, 99],
            Self::Gatling => [0, 2, 1, 1, 2],
            Self::Taurus => [0, 3, 1, 1, 3],
        };
        codes.get(usize::from(own)).copied().unwrap_or(own)
    }

    /// The one on a command line that is otherwise not understood, so that even its error has the code that was asked for.
    pub(super) fn typed(args: &[OsString]) -> Option<Self> {
        let texts = || args.iter().map(|arg| arg.to_string_lossy());
        let joined = texts().find_map(|text| text.strip_prefix("--exit-map=").map(str::to_owned));
        let apart = || texts().skip_while(|text| text != "--exit-map").nth(1).map(std::borrow::Cow::into_owned);
        Self::from_str(&joined.or_else(apart)?, false).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ready_is_zero() {
        for map in [ExitMap::K6, ExitMap::Gatling, ExitMap::Taurus] {
            assert_eq!(map.code(0), 0);
            assert!((1..=4).all(|own| map.code(own) != 0), "{map:?}");
        }
        assert_eq!([0, 1, 2, 3, 4].map(|own| ExitMap::K6.code(own)), [0, 99, 104, 104, 99]);
    }

    #[test]
    fn a_map_is_found_on_a_line_that_is_not_understood() {
        let typed = |line: &str| ExitMap::typed(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert_eq!(typed("plimsoll report --frob --exit-map k6"), Some(ExitMap::K6));
        assert_eq!(typed("plimsoll report --exit-map=taurus x"), Some(ExitMap::Taurus));
        assert_eq!(typed("plimsoll report --exit-map"), None);
        assert_eq!(typed("plimsoll report --exit-map nonesuch"), None);
    }
}

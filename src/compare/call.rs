//! From evidence to a call: one order of questions for latencies and failures alike.
//!
//! Two laws hold, and are tested below. Less evidence (a wider interval, fewer requests) and a worse figure never lead up the
//! ladder improved, no-slower, no-regression-seen, inconclusive; only a regression may cease to be one when it
//! is no longer significant, and then it does not become no-slower.

use super::delta::Call;

/// What is known of one endpoint's metric. Changes are on the scale of the metric (ln ratio, or difference of ratios).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Adjusted p of "not worse".
    pub p_worse: f64,
    /// Adjusted p of "not better".
    pub p_better: f64,
    /// p of "worse by the margin or more"; not adjusted: each endpoint is acquitted for itself.
    pub p_margin: f64,
    /// How the observed change compares with what matters.
    pub size: Size,
    /// The smallest worsening that would have been found 4 times in 5; `None` where none would.
    pub detectable: Option<f64>,
    /// The worsening that must be detectable for "no regression seen".
    pub must_detect: f64,
}

/// An observed change against the change that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Worse by as much as matters.
    Worse,
    /// Worse by as much as matters relatively, and by less than the floor.
    WorseBelowFloor,
    /// Less than matters either way.
    Small,
    /// Better by as much as matters.
    Better,
}

/// The call; see the module for its laws.
#[must_use]
pub fn call(evidence: &Evidence, alpha: f64) -> Call {
    let detectable = evidence.detectable.is_some_and(|least| least <= evidence.must_detect);
    match evidence.size {
        Size::Worse if evidence.p_worse < alpha => Call::Regressed,
        Size::Better if evidence.p_better < alpha => Call::Improved,
        Size::Small | Size::Better if evidence.p_margin < alpha => Call::NoSlower,
        _ if detectable => Call::NoRegressionSeen,
        _ => Call::Inconclusive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::sampling::normal_above;
    use crate::compare::laws::holds;
    use proptest::prelude::*;

    /// An endpoint whose ln ratio `change` has the standard error `se`, among `tests` others.
    fn evidence(change: f64, se: f64, tests: f64) -> Evidence {
        let size = match change {
            c if c >= 1.05_f64.ln() => Size::Worse,
            c if c <= -(1.05_f64.ln()) => Size::Better,
            _ => Size::Small,
        };
        Evidence {
            p_worse: (normal_above(change / se) * tests).min(1.0),
            p_better: (normal_above(-change / se) * tests).min(1.0),
            p_margin: normal_above((1.1_f64.ln() - change) / se),
            size,
            detectable: Some((3.5 * se).exp_m1()),
            must_detect: 0.5,
        }
    }

    proptest! {
        #[test]
        fn less_evidence_never_acquits(change in -0.3..0.3_f64, se in 0.001..0.3_f64, wider in 1.0..4.0_f64, tests in 1.0..60.0_f64) {
            let (one, other) = (evidence(change, se, tests), evidence(change, se * wider, tests));
            prop_assert!(holds(call(&one, 0.05), call(&other, 0.05)), "{:?} {:?}", call(&one, 0.05), call(&other, 0.05));
        }

        #[test]
        fn a_worse_figure_never_acquits(change in -0.3..0.3_f64, se in 0.001..0.3_f64, worse in 0.0..0.3_f64, tests in 1.0..60.0_f64) {
            let (one, other) = (evidence(change, se, tests), evidence(change + worse, se, tests));
            prop_assert!(holds(call(&one, 0.05), call(&other, 0.05)), "{:?} {:?}", call(&one, 0.05), call(&other, 0.05));
        }
    }

    #[test]
    fn below_the_floor_nothing_regresses_and_nothing_is_acquitted_as_no_slower() {
        let sure = Evidence { size: Size::WorseBelowFloor, ..evidence(0.6, 0.01, 1.0) };
        assert_eq!(call(&sure, 0.05), Call::NoRegressionSeen);
        assert_eq!(call(&Evidence { detectable: None, ..sure }, 0.05), Call::Inconclusive);
    }
}

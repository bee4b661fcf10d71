//! Many tests at once: p-values adjusted so that at most a share of the alarms is expected to be false.

/// Benjamini and Hochberg's adjusted p-values, in the order given. p-values that are no number stay so and count as no test.
///
/// Valid for independent and for positively dependent tests, which endpoints of one run are.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> =
        (0..p_values.len()).filter(|at| p_values.get(*at).is_some_and(|p| !p.is_nan())).collect();
    let p = |at: usize| p_values.get(at).copied().unwrap_or(f64::NAN);
    order.sort_by(|a, b| p(*a).total_cmp(&p(*b)));
    let mut adjusted = vec![f64::NAN; p_values.len()];
    let mut least = 1.0_f64;
    #[expect(clippy::cast_precision_loss, reason = "a few hundred tests")]
    for (below, at) in order.iter().enumerate().rev() {
        least = least.min(p(*at) * (order.len() as f64 / (below + 1) as f64));
        if let Some(slot) = adjusted.get_mut(*at) {
            *slot = least;
        }
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_not_tested_does_not_count() {
        let adjusted = benjamini_hochberg(&[0.02, f64::NAN, 0.5]);
        assert!((adjusted[0] - 0.04).abs() < 1e-12 && adjusted[1].is_nan() && (adjusted[2] - 0.5).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn adjusting_keeps_the_order_and_never_helps(p in prop::collection::vec(0.0..=1.0_f64, 0..40)) {
            let adjusted = benjamini_hochberg(&p);
            for (at, own) in p.iter().enumerate() {
                prop_assert!(adjusted[at] >= *own && adjusted[at] <= 1.0);
                for (other, theirs) in p.iter().enumerate() {
                    prop_assert!(own > theirs || adjusted[at] <= adjusted[other]);
                }
            }
        }
    }
}

//! Fewer windows out of many, each series by its own rule, so that no peak is lost and no percentile averaged.

use super::{Fold, MAX_POINTS, Strip, StripChart, TimeChart};

impl Fold {
    /// One value out of several; `None` where none of them was measured.
    #[must_use]
    pub fn apply(self, values: &[Option<f64>]) -> Option<f64> {
        let measured = values.iter().flatten().copied();
        match self {
            Self::Highest => measured.reduce(f64::max),
            Self::Mean => {
                let (sum, n) = measured.fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
                (n > 0.0).then(|| sum / n)
            }
        }
    }
}

impl TimeChart {
    /// The same chart with at most `most` windows: neighbours are folded by twos, fours, eights. The caller writes the caption
    /// from the new `clock.window_s`.
    #[must_use]
    pub fn folded_to(mut self, most: usize) -> Self {
        while self.series.iter().any(|s| s.values.len() > most.max(1)) {
            self.clock.window_s *= 2.0;
            for series in &mut self.series {
                series.values = series.values.chunks(2).map(|pair| series.fold.apply(pair)).collect();
            }
        }
        self
    }

    /// The same chart with at most [`MAX_POINTS`] windows.
    #[must_use]
    pub fn folded(self) -> Self {
        self.folded_to(MAX_POINTS)
    }
}

impl Strip {
    /// The same strip with at most `most` points: the highest of neighbours, at the instant of the first of them.
    #[must_use]
    pub fn folded_to(mut self, most: usize) -> Self {
        while self.at_s.len() > most.max(1) {
            self.values = self.values.chunks(2).map(|pair| Fold::Highest.apply(pair)).collect();
            self.at_s = self.at_s.chunks(2).filter_map(|pair| pair.first().copied()).collect();
        }
        self
    }
}

impl StripChart {
    /// The same chart with at most [`MAX_POINTS`] points a strip.
    #[must_use]
    pub fn folded(mut self) -> Self {
        self.strips = self.strips.into_iter().map(|strip| strip.folded_to(MAX_POINTS)).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Axis, Clock, Mark, Quantity, Series, Spacing, Tone, Words};
    use super::*;

    fn chart(fold: Fold, values: &[Option<f64>]) -> TimeChart {
        TimeChart {
            words: Words::default(),
            group: String::new(),
            clock: Clock { from_s: 0.0, to_s: 9.0, first_s: 0.0, window_s: 1.0 },
            left: Axis { title: String::new(), quantity: Quantity::Micros, spacing: Spacing::Log },
            right: None,
            phases: Vec::new(),
            limits: Vec::new(),
            series: vec![Series {
                name: String::new(),
                tone: Tone::S1,
                mark: Mark::Line,
                fold,
                values: values.to_vec(),
            }],
        }
    }

    #[test]
    fn a_peak_survives_folding_and_a_gap_stays_a_gap() {
        let values = [Some(1.0), Some(9.0), None, None, Some(2.0), None, Some(3.0), Some(4.0), Some(5.0)];
        let folded = chart(Fold::Highest, &values).folded_to(5);
        assert_eq!(folded.series[0].values, [Some(9.0), None, Some(2.0), Some(4.0), Some(5.0)]);
        assert!((folded.clock.window_s - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_rate_keeps_its_mean_over_the_measured_windows() {
        let folded = chart(Fold::Mean, &[Some(1.0), Some(3.0), None, Some(8.0)]).folded_to(2);
        assert_eq!(folded.series[0].values, [Some(2.0), Some(8.0)]);
    }

    #[test]
    fn what_fits_is_left_alone() {
        let values = [Some(1.0), None, Some(3.0)];
        assert_eq!(chart(Fold::Mean, &values).folded(), chart(Fold::Mean, &values));
    }
}

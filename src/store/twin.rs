//! Whether two runs are one execution: counted as two it would be its own history, and held against itself it is no slower.

use super::run::RunLine;

impl RunLine {
    /// Whether it was read from the same files as `other`.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        !self.inputs.is_empty() && self.inputs == other.inputs
    }

    /// Whether it may be the same execution as `other`, read from another of its files: it began within two seconds of it, with
    /// about as many requests.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        const APART_S: f64 = 2.0;
        const REQUESTS: f64 = 0.05;
        #[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
        let alike = |(one, other): (u64, u64)| one.abs_diff(other) as f64 <= REQUESTS * one.max(other) as f64;
        let began = self.started_at.zip(other.started_at);
        let requests = self.figures.totals.requests.zip(other.figures.totals.requests);
        began.is_some_and(|(one, other)| one.seconds_since(other).abs() <= APART_S) && requests.is_some_and(alike)
    }
}

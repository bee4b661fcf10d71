//! Which seconds of a history its counts are of.
//!
//! Locust writes a row each second from its own start to its end. A master waits for its workers meanwhile, a web page for
//! somebody to press the button, before the run and after it; and `--reset-stats` or another run from the page begin to count
//! anew. Rates by such a time would be too low, so the history is that of the counts it ends with: from the last second
//! before the first user, or before the counts fell, to the last in which there were users or answers.

/// The seconds that count, found row by row of Locust's sum.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent {
    first: Option<i64>,
    /// The first of the seconds at the end in which nothing happened any more.
    idle_from: Option<i64>,
    /// The first second of which the counts were less than before.
    pub(super) reset_at: Option<i64>,
    /// Whether the rows since the first second held any load.
    began: bool,
    before: Option<(i64, u64)>,
}

/// What a row is to the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Before or after the run, or of counts that were thrown away.
    Outside,
    /// At which the counts that follow were 0, whatever the row says.
    Origin,
    /// Of the run.
    Inside,
}

impl Extent {
    /// Takes the next row of Locust's sum.
    pub(super) fn take(&mut self, second: i64, users: Option<f64>, requests: u64) {
        let before = self.before.replace((second, requests));
        if let Some((at, _)) = before.filter(|(_, more)| requests < *more) {
            (self.first, self.reset_at, self.began) = (Some(at), Some(second), false);
        }
        let idle = users.is_some_and(|users| users <= 0.0);
        if idle && requests == 0 && !self.began {
            self.first = Some(second);
            return;
        }
        self.began = true;
        self.first.get_or_insert(second);
        let counts = before.is_none_or(|(_, counted)| counted != requests);
        self.idle_from = if idle && !counts { self.idle_from.or(Some(second)) } else { None };
    }

    /// Where the row of a second lies. Where nothing ran, all are inside.
    pub(super) fn place(&self, second: i64) -> Place {
        let Some(first) = self.first.filter(|_| self.began) else { return Place::Inside };
        let is_idle = self.idle_from.is_some_and(|idle| second >= idle);
        if second < first || is_idle {
            Place::Outside
        } else if second == first && self.reset_at.is_some_and(|reset| first < reset) {
            Place::Origin
        } else {
            Place::Inside
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places of rows of (users, requests), one a second from 0 on.
    fn places(rows: &[(f64, u64)]) -> Vec<Place> {
        let mut extent = Extent::default();
        for (second, (users, requests)) in (0..).zip(rows) {
            extent.take(second, Some(*users), *requests);
        }
        (0..).zip(rows).map(|(second, _)| extent.place(second)).collect()
    }

    #[test]
    fn waiting_for_workers_and_idling_after_the_run_are_not_of_it() {
        use Place::{Inside, Outside};
        let rows = [(0.0, 0), (0.0, 0), (6.0, 0), (6.0, 90), (0.0, 120), (0.0, 120), (0.0, 120)];
        assert_eq!(places(&rows), [Outside, Inside, Inside, Inside, Inside, Outside, Outside]);
        assert_eq!(places(&[(2.0, 0), (0.0, 0), (2.0, 7)]), [Inside; 3], "users came and went and came again");
        assert_eq!(places(&[(0.0, 0), (0.0, 0)]), [Inside; 2], "nothing ran");
    }

    #[test]
    fn counts_that_fall_begin_anew() {
        use Place::{Inside, Origin, Outside};
        assert_eq!(
            places(&[(0.0, 0), (3.0, 58), (9.0, 299), (12.0, 180), (12.0, 370)]),
            [Outside, Outside, Origin, Inside, Inside]
        );
        // Another run from the page: idle again before it.
        assert_eq!(
            places(&[(0.0, 0), (3.0, 58), (0.0, 58), (0.0, 0), (0.0, 0), (4.0, 9)]),
            [Outside, Outside, Outside, Outside, Inside, Inside]
        );
    }
}

//! Whether two runs were under equal load.
//!
//! What a slower system changes by itself is no part of the load. Users who wait for their answers send less when they wait
//! longer, so of a closed workload the users are the condition and the rate is a result. Arrivals that do not wait are answered by
//! more users when answers take longer, so of an open one it is the other way round. Where nobody says which of both it is,
//! either may be what was set: equal users or an equal rate are an equal load, and only where both differ it is another.

use super::side::Side;

/// Loads that differ by more than this share are two loads.
const LOAD: f64 = 0.10;

/// What of a run's load may be a condition of it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Load {
    /// Most users at a time; `None` where arrivals do not wait for answers.
    pub(super) users: Option<f64>,
    /// Requests a second; `None` where users wait for answers.
    pub(super) rate_per_s: Option<f64>,
}

/// Before and now, where they differ.
pub(super) type Differs = Option<(f64, f64)>;

impl Load {
    /// Of a run.
    pub(super) fn of(side: &Side) -> Self {
        let model = side.load.model.as_deref();
        let users = side.load.users_max.filter(|_| model != Some("open"));
        let rate_per_s = side.totals.rate_per_s.filter(|_| model != Some("closed") || users.is_none());
        Self { users, rate_per_s }
    }

    /// Users and rate where they are another load than `now`'s.
    pub(super) fn differs(self, now: Self) -> (Differs, Differs) {
        let of = |was: Option<f64>, now: Option<f64>| {
            let (was, now) = was.zip(now)?;
            Some((was, now, is_another(was, now)))
        };
        let differing =
            |one: Option<(f64, f64, bool)>| one.filter(|(.., another)| *another).map(|(was, now, _)| (was, now));
        let (users, rate) = (of(self.users, now.users), of(self.rate_per_s, now.rate_per_s));
        match (users, rate) {
            (Some((.., users)), Some((.., rate))) if !(users && rate) => (None, None),
            _ => (differing(users), differing(rate)),
        }
    }
}

fn is_another(was: f64, now: f64) -> bool {
    was.max(now) * (1.0 - LOAD) > was.min(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn load(users: Option<f64>, rate_per_s: Option<f64>) -> Load {
        Load { users, rate_per_s }
    }

    /// 55 arrivals a second were answered by 8 users one day and by 10 the next, and no such run ever formed a baseline.
    #[test]
    fn of_an_unknown_workload_equal_users_or_an_equal_rate_are_enough() {
        let was = load(Some(10.0), Some(50.0));
        for (users, rate) in [(8.0, 50.0), (10.0, 30.0), (10.0, 50.0)] {
            assert_eq!(was.differs(load(Some(users), Some(rate))), (None, None), "{users} users, {rate}/s");
        }
        assert_eq!(was.differs(load(Some(5.0), Some(25.0))), (Some((10.0, 5.0)), Some((50.0, 25.0))));
    }

    #[test]
    fn of_a_known_workload_only_its_condition_counts() {
        let closed = load(Some(10.0), None);
        assert_eq!(closed.differs(load(Some(5.0), Some(50.0))), (Some((10.0, 5.0)), None));
        assert_eq!(closed.differs(load(Some(9.5), None)), (None, None));
        let open = load(None, Some(50.0));
        assert_eq!(open.differs(load(Some(99.0), Some(25.0))), (None, Some((50.0, 25.0))));
        assert_eq!(open.differs(load(Some(99.0), None)), (None, None), "nothing that both state");
    }
}

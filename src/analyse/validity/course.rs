//! Doubts that the course of a run and its plausibility give rise to: Little's law, times that cannot be, storms of fast errors,
//! and the machine that made the load.

use super::doubt;
use crate::analyse::figures::{Doubt, EndpointFigures, TestFigures};
use crate::analyse::load::{self, Little};
use crate::analyse::phases;
use crate::analyse::reading::real;
use crate::fmt;
use crate::model::key::Population;
use crate::model::sample::LoadModel;
use crate::model::test::{MonitorColumn, Test};

/// A request cannot last longer than the run, but for clocks that are read at different moments.
const LONGER: f64 = 1.5;
/// A storm: most requests of a stretch fail, in less than this share of the usual time,
const FAST: f64 = 0.5;
const FAILING: f64 = 0.5;
/// for so many stretches in a row, and so great a part of all requests.
const IN_A_ROW: usize = 3;
const STORM: f64 = 0.05;
/// The generator is at its end when its processor is so busy in so many readings.
const BUSY: f64 = 90.0;
const BUSY_SHARE: f64 = 0.05;

fn totals(figures: &TestFigures) -> Option<&EndpointFigures> {
    figures.populations.iter().find(|data| data.population == Population::Request).map(|data| &data.totals)
}

/// Little's law: users at work are requests a second times their duration and the wait between them. More of them at work than
/// there are users cannot be; with a declared wait, fewer cannot be either.
#[must_use]
pub fn littles_law(test: &Test, figures: &TestFigures, think_s: Option<(f64, f64)>) -> Option<Doubt> {
    // Arrivals do not wait; and k6 samples its users, which says little of how many were at work unless they are always.
    let model = load::model(test);
    if model == Some(LoadModel::Open) || (load::is_k6(test) && model != Some(LoadModel::Closed)) {
        return None;
    }
    let users = figures.load.users_mean.or(figures.load.users_max).filter(|users| *users > 0.0)?;
    // A k6 user may send several requests at once, but runs one iteration at a time.
    let (per_second, seconds, what) = if load::is_k6(test) {
        let iteration = figures.metrics.iter().find(|one| one.metric == "iteration_duration")?.mean? / 1e6;
        let length = test.duration_s.filter(|length| *length > 0.0)?;
        (real(figures.load.iterations?) / length, iteration, "iterations")
    } else {
        let totals = totals(figures)?;
        (totals.rate_per_s?, totals.latency_us.mean? / 1e6, "requests")
    };
    let think = think_s.filter(|_| !load::is_k6(test));
    let (low, high) = think.map_or((0.0, f64::INFINITY), |think| think);
    let least = Little::of(users, per_second, seconds + low);
    let most = Little::of(users, per_second, seconds + high);
    // Half a user is rounding where users are few.
    let apart = |law: Little| !law.holds() && (law.at_work - users).abs() > 0.5 + Little::TOLERANCE * users;
    let said = |at_work: f64| {
        format!(
            "{} {what} a second of {} each keep {} users at work, and there were {}",
            fmt::number(per_second),
            fmt::duration_s(seconds),
            fmt::number(at_work),
            fmt::number(users)
        )
    };
    let message = if least.error > 0.0 && apart(least) {
        said(least.at_work)
    } else if most.error < 0.0 && apart(most) {
        format!("{}: users were idle, or waited longer than declared", said(most.at_work))
    } else {
        return None;
    };
    Some(doubt("littles-law", false, message))
}

/// A request that lasted longer than the run: a clock, a unit or the length of the run is wrong.
pub(super) fn impossible_times(test: &Test, figures: &TestFigures) -> Option<Doubt> {
    let length = test.duration_s.filter(|length| *length > 0.0)?;
    let longest = totals(figures)?.latency_us.max? / 1e6;
    (longest > LONGER.mul_add(length, 1.0)).then(|| {
        let message = format!(
            "a request of {} in a run of {}: a clock, a unit or the length of the run is wrong",
            fmt::duration_s(longest),
            fmt::duration_s(length)
        );
        doubt("clock-broken", true, message)
    })
}

/// Stretches in which most requests failed, and failed fast: they pull every percentile down.
pub(super) fn error_storm(test: &Test) -> Option<Doubt> {
    let timeline = test.timeline.as_ref()?;
    let origin = phases::origin(test)?;
    let width = phases::width_s(timeline);
    let mut a_part = 1;
    while real(a_part) * width < 1.0 {
        a_part += 1;
    }
    let size = usize::try_from(a_part).ok()?;
    let parts: Vec<(u64, u64, f64)> = (0..timeline.windows)
        .step_by(size)
        .map(|from| {
            let own = || timeline.endpoints.iter().flat_map(|series| series.windows.iter().skip(from).take(size));
            let sum_ns: u128 = own().map(|window| window.sum_ns).sum();
            #[expect(clippy::cast_precision_loss, reason = "a mean of latencies")]
            let sum = sum_ns as f64 / 1e3;
            (own().map(|window| window.requests).sum(), own().map(|window| window.failures).sum(), sum)
        })
        .collect();
    let mean = |part: &(u64, u64, f64)| part.2 / real(part.0.max(1));
    let mut calm: Vec<f64> =
        parts.iter().filter(|part| part.0 > 0 && real(part.1) < FAILING * real(part.0)).map(mean).collect();
    calm.sort_by(f64::total_cmp);
    let usual = *calm.get(calm.len() / 2)?;
    let stormy =
        |part: &(u64, u64, f64)| part.0 > 0 && real(part.1) >= FAILING * real(part.0) && mean(part) < FAST * usual;
    let (from, length) = longest_run(&parts.iter().map(stormy).collect::<Vec<_>>());
    let storm: u64 = parts.iter().skip(from).take(length).map(|part| part.0).sum();
    let all: u64 = parts.iter().map(|part| part.0).sum();
    if length < IN_A_ROW || real(storm) < STORM * real(all) {
        return None;
    }
    let second = |part: usize| (width * real(a_part)).mul_add(real(part as u64), timeline.start.seconds_since(origin));
    let fast = parts.iter().skip(from).take(length).map(mean).sum::<f64>() / real(length as u64);
    let message = format!(
        "from {} to {} most requests failed, and fast ({} instead of {}): {} of all requests, which pull every percentile down",
        fmt::clock(second(from).max(0.0)),
        fmt::clock(second(from + length)),
        fmt::latency_us(fast),
        fmt::latency_us(usual),
        fmt::percent(real(storm) / real(all))
    );
    Some(doubt("error-storm", false, message))
}

/// Where the longest run of true begins, and its length.
fn longest_run(flags: &[bool]) -> (usize, usize) {
    let (mut best, mut current) = ((0, 0), 0);
    for (at, flag) in flags.iter().enumerate() {
        current = if *flag { current + 1 } else { 0 };
        if current > best.1 {
            best = (at + 1 - current, current);
        }
    }
    best
}

/// The monitor of the machine that made the load, as declared or by its file's name: a busy generator measures itself.
#[must_use]
pub fn busy_generator(test: &Test, is_generators: impl Fn(&MonitorColumn) -> bool) -> Option<Doubt> {
    let is_processor = |column: &&MonitorColumn| {
        let name = column.name.to_lowercase();
        column.unit == "%" && name.contains("cpu") && !name.contains("idle")
    };
    let inside = |at: &crate::unit::Timestamp| test.span.is_none_or(|span| (span.start..=span.end).contains(at));
    let mut found = test.monitors.iter().filter(is_processor).filter(|column| is_generators(column));
    found.find_map(|column| {
        let values: Vec<f64> =
            column.readings.iter().filter(|(at, _)| inside(at)).filter_map(|(_, value)| *value).collect();
        let flags: Vec<bool> = values.iter().map(|value| *value >= BUSY).collect();
        let busy = flags.iter().filter(|flag| **flag).count();
        let share = real(busy as u64) / real(values.len().max(1) as u64);
        (longest_run(&flags).1 >= IN_A_ROW).then(|| {
            let message = format!(
                "the machine that made the load was busy: `{}` of {} at {} % or more in {} of its readings",
                fmt::plain(&column.name),
                fmt::plain(&column.source),
                fmt::number(BUSY),
                fmt::percent(share)
            );
            doubt("generator-saturated", share > BUSY_SHARE, message)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape, second};
    use crate::analyse::{Options, analyse};
    use crate::model::histogram::Histogram;
    use crate::model::key::ColumnKind;

    fn law(users: f64, think_s: Option<(f64, f64)>) -> Option<String> {
        // 10 requests a second of about 1.25 ms each keep an eightieth of a user at work.
        let mut test = builder::raw_test(&Shape { seconds: 30, latency_us: |_| 400_000, ..Shape::default() });
        test.tool = "Locust".to_owned();
        test.load_model = Some(LoadModel::Closed);
        test.users_stated = Some(users);
        let figures = analyse(&test, &Options::default());
        littles_law(&test, &figures, think_s).map(|doubt| doubt.message)
    }

    #[test]
    fn more_users_at_work_than_there_are_cannot_be() {
        assert_eq!(law(4.0, None), None, "10 a second of 400 ms are four users");
        assert_eq!(law(100.0, None), None, "users may wait as long as they like where nobody says how long");
        assert!(law(2.0, None).unwrap().contains("users at work, and there were 2"));
        assert_eq!(law(10.0, Some((0.5, 1.0))), None);
        assert!(law(100.0, Some((0.5, 1.0))).unwrap().contains("waited longer than declared"));
    }

    #[test]
    fn a_request_longer_than_the_run_breaks_its_clock() {
        let mut test = builder::raw_test(&Shape { seconds: 30, latency_us: |_| 400_000, ..Shape::default() });
        let doubts = |test: &Test| impossible_times(test, &analyse(test, &Options::default()));
        assert_eq!(doubts(&test), None);
        test.duration_s = Some(0.1);
        assert_eq!(doubts(&test), None, "up to a second may be the reading of the clock");
        let mut long = builder::raw_test(&Shape { seconds: 30, latency_us: |_| 60_000_000, ..Shape::default() });
        long.duration_s = Some(30.0);
        assert!(doubts(&long).unwrap().invalidates);
    }

    #[test]
    fn a_storm_of_fast_errors_in_the_middle_is_told_with_its_place() {
        let mut test = builder::raw_test(&Shape { seconds: 60, ..Shape::default() });
        assert_eq!(error_storm(&test), None);
        for window in &mut test.timeline.as_mut().unwrap().endpoints[0].windows[20..26] {
            let mut fast = Histogram::default();
            fast.record_n(10, window.requests);
            (window.failures, window.sum_ns) = (window.requests, u128::from(window.requests) * 10_000);
            window.latency = Some(fast);
        }
        let found = error_storm(&test).unwrap();
        assert!(found.message.starts_with("from 0:20 to 0:26 most requests failed"), "{}", found.message);
        assert!(!found.invalidates);
    }

    #[test]
    fn a_busy_generator_measures_itself() {
        let mut test = builder::raw_test(&Shape { seconds: 60, ..Shape::default() });
        let column = |busy: i64| MonitorColumn {
            source: "loadgen.csv".to_owned(),
            name: "cpu_percent".to_owned(),
            kind: ColumnKind::Level,
            unit: "%".to_owned(),
            readings: (0..60).map(|at| (second(at), Some(if at < busy { 97.0 } else { 20.0 }))).collect(),
        };
        let mut found = |busy| {
            test.monitors = vec![column(busy)];
            busy_generator(&test, |column| column.source.starts_with("loadgen")).map(|doubt| doubt.invalidates)
        };
        assert_eq!((found(2), found(3), found(10)), (None, Some(false), Some(true)));
        assert_eq!(busy_generator(&test, |_| false), None, "another machine's monitor says nothing of it");
    }
}

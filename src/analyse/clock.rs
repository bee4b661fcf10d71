//! Whether a monitor's clock agrees with the load generator's, told from what both saw.
//!
//! Bytes through a network card, requests that a cache counted and, less so, a processor's use follow the requests of the
//! load. Of both the growth from one stretch between readings to the next is taken (first differences, so that a common
//! level or drift tells nothing), and correlated at every shift of up to a minute, which is how far around a test its
//! monitors are kept. A shift is believed only where one stands out. Nothing is ever shifted: the figure is said, or that
//! agreement is assumed.

use super::monitor::sampling_interval_s;
use super::phases;
use super::reading::real;
use crate::fmt;
use crate::model::key::ColumnKind;
use crate::model::test::{MonitorColumn, Test, Timeline};
use crate::unit::Timestamp;

/// Shifts that are tried, in seconds either way.
const FARTHEST_S: f64 = 60.0;
/// The finest step between shifts.
const FINEST_S: f64 = 0.5;
/// Readings sparser than this say nothing within the shifts that are tried.
const SPARSEST_S: f64 = 15.0;
/// Stretches that are looked at: an hour of seconds.
const MOST_STRETCHES: usize = 3600;
/// Fewer pairs of differences tell nothing.
const FEWEST_PAIRS: usize = 20;
/// A shift is believed from this correlation on,
const CORRELATED: f64 = 0.4;
/// from so many standard errors on (some 240 shifts of several columns are tried),
const STANDARD_ERRORS: f64 = 5.0;
/// and where no shift farther than two readings away comes nearer than this share of it.
const RUNNER_UP: f64 = 0.75;

/// What is known of one monitor's clock.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockFigures {
    /// The monitor's file.
    pub source: String,
    /// Its clock less the load's, in seconds; `None` where it cannot be told and is assumed to be 0.
    pub offset: Option<Offset>,
}

/// A shift that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Offset {
    /// Monitor's clock less the load's.
    pub seconds: f64,
    /// How far off it may be: a sampling interval.
    pub within_s: f64,
    /// The column that shows it.
    pub column: String,
    /// Correlation of first differences at that shift.
    pub correlation: f64,
}

impl ClockFigures {
    /// In a sentence, for the evidence of a report.
    #[must_use]
    pub fn remark(&self) -> String {
        let source = &self.source;
        let Some(offset) = &self.offset else {
            return format!(
                "the clock of {source} is assumed to agree with the load's (offset 0 s): none of its columns follows the requests so that it could be told"
            );
        };
        let within = fmt::duration_s(offset.within_s);
        let shown = format!("`{}` follows the requests best", offset.column);
        let correlation = format!("correlation {:.2}", offset.correlation);
        if offset.seconds.abs() <= offset.within_s {
            return format!("the clock of {source} agrees with the load's within {within}: {shown} so ({correlation})");
        }
        let side = if offset.seconds > 0.0 { "ahead of" } else { "behind" };
        let seconds = fmt::duration_s(offset.seconds.abs());
        format!(
            "the clock of {source} is {seconds} {side} the load's, give or take {within}: {shown} at that shift ({correlation}); its readings are shown at the times it states"
        )
    }
}

/// The clocks of all monitors of a test, one for each file, in the files' order.
#[must_use]
pub fn figures(test: &Test) -> Vec<ClockFigures> {
    let load = test.timeline.as_ref().map(Load::of);
    let mut clocks: Vec<ClockFigures> = Vec::new();
    for column in &test.monitors {
        if !clocks.iter().any(|clock| clock.source == column.source) {
            let columns = test.monitors.iter().filter(|other| other.source == column.source && follows_load(other));
            let offset = load.as_ref().and_then(|load| offset(load, columns));
            clocks.push(ClockFigures { source: column.source.clone(), offset });
        }
    }
    clocks
}

/// Columns whose growth or height goes with requests, by their names.
fn follows_load(column: &MonitorColumn) -> bool {
    const GROWING: [&str; 10] =
        ["net", "recv", "sent", "rx", "tx", "request", "reads", "network_in", "network_out", "cpu"];
    let name = column.name.to_lowercase();
    let is_amount = matches!(column.kind, ColumnKind::Level | ColumnKind::Cumulative);
    is_amount && GROWING.iter().any(|word| name.contains(word)) && !name.contains("idle") && !name.contains("disk")
}

/// The best shift of the column that shows it best; none where two columns show different ones.
fn offset<'a>(load: &Load, columns: impl Iterator<Item = &'a MonitorColumn>) -> Option<Offset> {
    let mut found: Vec<Offset> = columns.filter_map(|column| shift(load, column)).collect();
    found.sort_by(|a, b| b.correlation.total_cmp(&a.correlation));
    let best = found.first()?.clone();
    let agree =
        found.iter().all(|other| (other.seconds - best.seconds).abs() <= 2.0 * best.within_s.max(other.within_s));
    agree.then_some(best)
}

/// The shift at which a column follows the requests, where it is clear.
fn shift(load: &Load, column: &MonitorColumn) -> Option<Offset> {
    let interval = sampling_interval_s(column);
    if !(interval > 0.0 && interval <= SPARSEST_S) {
        return None;
    }
    let stretches = stretches(load.start, column);
    let step = (interval / 2.0).max(FINEST_S);
    let tried: Vec<(f64, f64, f64)> =
        shifts(step).filter_map(|shift| correlation(load, &stretches, shift).map(|(r, n)| (shift, r, n))).collect();
    let (seconds, correlation, pairs) =
        *tried.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.abs().total_cmp(&a.0.abs())))?;
    let far = tried.iter().filter(|(shift, _, _)| (shift - seconds).abs() > 2.0 * interval.max(1.0));
    let runner_up = far.map(|(_, r, _)| *r).fold(0.0, f64::max);
    let clear = correlation >= CORRELATED
        && correlation * pairs.sqrt() >= STANDARD_ERRORS
        && runner_up <= RUNNER_UP * correlation;
    clear.then(|| Offset {
        seconds,
        within_s: interval.max(load.width_s).max(1.0),
        column: column.name.clone(),
        correlation,
    })
}

/// From `-FARTHEST_S` to `FARTHEST_S`, 0 among them.
fn shifts(step: f64) -> impl Iterator<Item = f64> {
    let positive =
        || std::iter::successors(Some(step), move |shift| Some(shift + step)).take_while(|shift| *shift <= FARTHEST_S);
    std::iter::once(0.0).chain(positive()).chain(positive().map(|shift| -shift))
}

/// What a column did between two readings: from, to (seconds of the timeline), and its rate or level then.
struct Stretch {
    from_s: f64,
    to_s: f64,
    value: f64,
}

fn stretches(start: Timestamp, column: &MonitorColumn) -> Vec<Option<Stretch>> {
    let pairs = column.readings.iter().zip(column.readings.iter().skip(1)).take(MOST_STRETCHES);
    pairs
        .map(|((from, before), (to, after))| {
            let (from_s, to_s) = (from.seconds_since(start), to.seconds_since(start));
            let value = match column.kind {
                // A counter that falls was reset: what it counted until then is lost.
                ColumnKind::Cumulative => ((*after)? - (*before)?) / (to_s - from_s),
                _ => (*after)?,
            };
            let usable = to_s > from_s && value.is_finite() && (value >= 0.0 || column.kind == ColumnKind::Level);
            usable.then_some(Stretch { from_s, to_s, value })
        })
        .collect()
}

/// Pearson's correlation of the first differences, with the load moved by `shift`; and of how many pairs it is worth.
///
/// One great step among many small ones (a load that starts at once and then is even) finds its like in any noise, so the
/// pairs count for as many as carry the variance: `3 (Σx²)² / Σx⁴`, which is all of them where differences are normal.
fn correlation(load: &Load, stretches: &[Option<Stretch>], shift: f64) -> Option<(f64, f64)> {
    let rate = |stretch: &Stretch| {
        load.between(stretch.from_s - shift, stretch.to_s - shift) / (stretch.to_s - stretch.from_s)
    };
    let mut sums = [0.0; 7];
    let mut pairs = 0_usize;
    for (before, after) in stretches.iter().zip(stretches.iter().skip(1)) {
        let (Some(before), Some(after)) = (before, after) else { continue };
        let (x, y) = (rate(after) - rate(before), after.value - before.value);
        for (sum, term) in sums.iter_mut().zip([x, y, x * x, y * y, x * y, x.powi(4), y.powi(4)]) {
            *sum += term;
        }
        pairs += 1;
    }
    let n = real(pairs as u64);
    let [x, y, xx, yy, xy, x4, y4] = sums;
    let (var_x, var_y) = (xx - x * x / n, yy - y * y / n);
    let r = (xy - x * y / n) / (var_x * var_y).sqrt();
    let worth = (3.0 * (xx * xx / x4).min(yy * yy / y4)).min(n);
    (pairs >= FEWEST_PAIRS && r.is_finite() && worth.is_finite()).then_some((r, worth))
}

/// Requests over time, as a sum that can be read at any moment.
struct Load {
    start: Timestamp,
    width_s: f64,
    /// Requests until the end of each window, a 0 before them.
    until: Vec<f64>,
}

impl Load {
    fn of(timeline: &Timeline) -> Self {
        let mut until = vec![0.0];
        let mut sum = 0_u64;
        for requests in phases::requests_by_window(timeline) {
            sum = sum.saturating_add(requests);
            until.push(real(sum));
        }
        Self { start: timeline.start, width_s: phases::width_s(timeline), until }
    }

    /// Requests that ended between two seconds of the timeline; within a window they are taken to be spread evenly.
    fn between(&self, from_s: f64, to_s: f64) -> f64 {
        self.at(to_s) - self.at(from_s)
    }

    fn at(&self, second: f64) -> f64 {
        let last = self.until.len().saturating_sub(1);
        let place = (second / self.width_s).clamp(0.0, real(last as u64));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "held between 0 and the last window"
        )]
        let window = place.floor() as usize;
        let before = self.until.get(window).copied().unwrap_or(0.0);
        let after = self.until.get(window + 1).copied().unwrap_or(before);
        (after - before).mul_add(place - place.floor(), before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};

    /// Requests a second that rise and fall without a pattern.
    fn requests(second: usize) -> u64 {
        let mut state = (second as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1;
        state ^= state >> 31;
        state = state.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        50 + (state >> 33) % 60
    }

    fn test_with(seconds: usize, load: fn(usize) -> u64) -> Test {
        let mut test = builder::raw_test(&Shape { seconds, ..Shape::default() });
        let windows = &mut test.timeline.as_mut().unwrap().endpoints[0].windows;
        for (second, window) in windows.iter_mut().enumerate() {
            window.requests = load(second);
        }
        test
    }

    /// A counter of bytes that saw the same requests by a clock `ahead` seconds ahead.
    fn bytes(seconds: usize, ahead: i64, load: fn(usize) -> u64) -> MonitorColumn {
        let mut column = builder::column("network_sent_mb", ColumnKind::Cumulative, "MB", &[]);
        let mut sum = 0.0;
        for second in 0..=seconds {
            column.readings.push((builder::second(i64::try_from(second).unwrap() + ahead), Some(sum)));
            sum += real(load(second)) * 0.002 + 0.01;
        }
        column
    }

    fn found(seconds: usize, ahead: i64, load: fn(usize) -> u64) -> Option<Offset> {
        let mut test = test_with(seconds, load);
        test.monitors = vec![bytes(seconds, ahead, load)];
        figures(&test).remove(0).offset
    }

    #[test]
    fn a_clock_is_read_from_the_bytes_that_requests_leave() {
        for ahead in [0_i32, 1, 7, -12, 45] {
            let offset = found(120, ahead.into(), requests).unwrap();
            assert!((offset.seconds - f64::from(ahead)).abs() < 0.6, "{ahead}: {offset:?}");
            assert!(offset.correlation > 0.95, "{offset:?}");
        }
    }

    /// Numbers without a pattern, by seed.
    fn noise(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            real(state >> 11) / real(1 << 53)
        }
    }

    /// Each of 300 monitors saw the load's own seconds in another order, or a ramp of its own with noise or bursts on it: of
    /// some 240 shifts of each one fits best, and none is believed.
    #[test]
    fn no_clock_is_read_from_noise() {
        let ramp = |second: usize| requests(second) * (second.min(60) as u64 + 5) / 60;
        for load in [requests as fn(usize) -> u64, ramp] {
            for seed in 0..150 {
                let (mut test, mut noise) = (test_with(150, load), noise(seed + 1));
                let mut seconds: Vec<(f64, f64)> = (0..150).map(|second| (noise(), real(load(second)))).collect();
                if seed % 3 > 0 {
                    let own = |(at, (chance, _)): (usize, &mut (f64, f64))| {
                        let (steady, burst) = (real(at.min(40) as u64), if *chance > 0.9 { 60.0 } else { 0.0 });
                        (*chance, if seed % 3 == 1 { steady + 20.0 * *chance } else { burst })
                    };
                    seconds = seconds.iter_mut().enumerate().map(own).collect();
                } else {
                    seconds.sort_by(|a, b| a.0.total_cmp(&b.0));
                }
                let mut column = builder::column("cpu_percent", ColumnKind::Level, "%", &[]);
                column.readings =
                    (0_i64..).map(builder::second).zip(seconds.into_iter().map(|(_, value)| Some(value))).collect();
                test.monitors = vec![column];
                assert_eq!(figures(&test).remove(0).offset, None, "seed {seed}");
            }
        }
    }

    #[test]
    fn an_even_load_and_a_repeating_one_tell_nothing() {
        assert_eq!(found(120, 5, |_| 50), None);
        assert_eq!(found(120, 5, |second| if second % 10 < 5 { 80 } else { 20 }), None);
        assert_eq!(found(10, 5, requests), None, "too few readings");
    }

    #[test]
    fn columns_that_contradict_each_other_are_not_believed() {
        let mut test = test_with(120, requests);
        let mut other = bytes(120, 20, requests);
        other.name = "rx_bytes".to_owned();
        test.monitors = vec![bytes(120, 3, requests), other];
        let clock = figures(&test).remove(0);
        assert_eq!(clock.offset, None);
        assert!(clock.remark().contains("offset 0 s"), "{}", clock.remark());
    }

    #[test]
    fn what_was_found_is_said_with_its_figures() {
        let mut test = test_with(120, requests);
        test.monitors = vec![bytes(120, 7, requests)];
        let said = figures(&test).remove(0).remark();
        assert!(said.contains("7 s ahead of the load's") && said.contains("`network_sent_mb`"), "{said}");
        test.monitors = vec![bytes(120, 0, requests)];
        let said = figures(&test).remove(0).remark();
        assert!(said.contains("agrees with the load's within 1 s"), "{said}");
        test.timeline = None;
        assert!(figures(&test).remove(0).remark().contains("assumed"));
    }
}

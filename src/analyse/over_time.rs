//! How a tool's own percentiles varied over the steady part: what stands in for blocks where a source has no latencies over
//! time but its printed percentiles (Locust's full history).
//!
//! Locust's windows slide: each row tells of the ten seconds before it. Rows closer than that tell the same requests again, so
//! only one in ten seconds is looked at.

use super::figures::{Phases, WindowSpread};
use super::phases;
use super::reading::real;
use crate::fmt;
use crate::model::key::EndpointKey;
use crate::model::test::{QuotedLines, Test, Timeline};
use std::collections::BTreeMap;

/// What a row of a sliding window is over.
const SLIDING_S: f64 = 10.0;
/// Fewer windows have no spread that is worth a name.
const FEWEST: usize = 4;

/// By name of the quantile; of all requests together without a key. Empty where the tool printed none over time.
#[must_use]
pub fn spreads(test: &Test, phases: Option<&Phases>, key: &EndpointKey) -> BTreeMap<String, WindowSpread> {
    let (Some(timeline), Some(phases), Some(origin)) = (&test.timeline, phases, phases::origin(test)) else {
        return BTreeMap::new();
    };
    let own = timeline.quoted_by_endpoint.iter().find(|(of, _)| of == key).map(|(_, lines)| lines);
    let lines: &QuotedLines = match own {
        Some(lines) => lines,
        None if *key == EndpointKey::default() => &timeline.quoted,
        None => return BTreeMap::new(),
    };
    // The first window must have begun after the ramp.
    let from = phases::window_at(timeline, origin, phases.steady_from_s + SLIDING_S);
    let to = phases::window_at(timeline, origin, phases.steady_to_s);
    let of_line = |(p, line): &(f64, Vec<Option<f64>>)| {
        let logs = apart(line.get(from..to)?, timeline);
        Some((fmt::quantile_name(*p), spread(&logs)?))
    };
    lines.iter().filter_map(of_line).collect()
}

/// ln of the values of a line that lie a sliding window apart.
fn apart(line: &[Option<f64>], timeline: &Timeline) -> Vec<f64> {
    let width_s = phases::width_s(timeline);
    let mut logs = Vec::new();
    let mut last: Option<usize> = None;
    for (at, value) in line.iter().enumerate() {
        let far = last.is_none_or(|last| real((at - last) as u64) * width_s >= SLIDING_S);
        if let Some(value) = value.filter(|value| far && *value > 0.0) {
            logs.push(value.ln());
            last = Some(at);
        }
    }
    logs
}

fn spread(logs: &[f64]) -> Option<WindowSpread> {
    let n = logs.len() as u64;
    if logs.len() < FEWEST {
        return None;
    }
    let mean = logs.iter().sum::<f64>() / real(n);
    let squares: f64 = logs.iter().map(|log| (log - mean).powi(2)).sum();
    Some(WindowSpread { sd_ln: (squares / real(n - 1)).sqrt(), windows: n })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};

    #[test]
    fn only_windows_that_share_no_request_count() {
        let mut test = builder::raw_test(&Shape { seconds: 75, ..Shape::default() });
        let key = EndpointKey::new(Some("GET"), "/a");
        // Each row twice as slow as the one ten seconds before it, and all rows between as it is.
        let line = (0..75).map(|second| Some(1_000.0 * 2.0_f64.powi(second / 10 % 2))).collect();
        test.timeline.as_mut().unwrap().quoted_by_endpoint = vec![(key.clone(), vec![(0.5, line)])];
        let phases = phases::find(&test, Some(0.0)).unwrap();
        let found = spreads(&test, Some(&phases), &key)["p50"];
        assert_eq!(found.windows, 7);
        assert!((found.sd_ln - 2.0_f64.ln() / 2.0 * (8.0_f64 / 7.0).sqrt()).abs() < 0.01, "{found:?}");
        assert!(spreads(&test, Some(&phases), &EndpointKey::new(None, "/b")).is_empty());
        assert!(spreads(&test, None, &key).is_empty());
    }
}

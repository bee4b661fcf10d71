//! Whether a column of shares holds ratios or percents, by the counts beside it.
//!
//! JMeter's older versions save `0.046` under `Error %` where later ones save `4.60%`. Of 500 samples 0.046 are 23, and no whole
//! number is 0.046 % of them. One row that only one reading fits decides for all; where none does, the column stays open.

use super::counted::decimals;
use super::key::Count;
use super::record::Record;
use crate::model::key::Population;

/// The failure rates of a table, whatever their column's name says of them: its records, and whether a row's cell says percent
/// itself. Returns what is to be noted.
pub fn settle(records: &mut [Record], says_percent: &[bool]) -> Option<String> {
    const KEY: (Population, Count) = (Population::Request, Count::FailureRate);
    let bare = |(record, says): (&Record, &bool)| {
        let (stated, _) = record.counts.get(&KEY).filter(|_| !says)?;
        let (total, _) = record.counts.get(&(Population::Request, Count::Total))?;
        Some((stated.key.clone(), stated.value, total.value))
    };
    let shares: Vec<(String, f64, f64)> = records.iter().zip(says_percent).filter_map(bare).collect();
    let may_be =
        |scale: f64| shares.iter().all(|(_, share, total)| *share <= scale && makes_whole(*share, *total, scale));
    let scale = match (may_be(1.0), may_be(100.0)) {
        (true, false) => Some(1.0),
        (false, true) => Some(100.0),
        _ => None,
    };
    for (record, _) in records.iter_mut().zip(says_percent).filter(|(_, says)| !**says) {
        if let Some((_, of)) = record.counts.get_mut(&KEY) {
            *of = scale;
        }
    }
    let (key, share, total) = shares.iter().find(|(_, share, total)| !makes_whole(*share, *total, 100.0))?;
    (scale == Some(1.0)).then(|| {
        format!(
            "`{key}` holds ratios: {share} of {total} is a whole number of failures, and {share} % of {total} is none"
        )
    })
}

/// Whether so large a share of so many, to the digits that are printed, may be a whole number. Digits are rounded or cut off.
pub(super) fn makes_whole(share: f64, total: f64, scale: f64) -> bool {
    const OF_FLOATS: f64 = 1e-9;
    let step = 10_f64.powi(-decimals(share)) * total / scale;
    let (made, slack) = (share * total / scale, OF_FLOATS * total);
    (made + step + slack).floor() >= made - step / 2.0 - slack
}

#[cfg(test)]
mod tests {
    use super::makes_whole;

    #[test]
    fn a_share_of_requests_is_a_whole_number_of_them() {
        assert!(makes_whole(0.046, 500.0, 1.0) && !makes_whole(0.046, 500.0, 100.0));
        assert!(makes_whole(1.0 / 3.0, 300.0, 1.0) && !makes_whole(1.0 / 3.0, 200.0, 1.0));
        assert!(makes_whole(0.33, 200.0, 1.0), "rounded: 66 of 200");
        assert!(makes_whole(0.0, 7.0, 1.0) && makes_whole(0.0, 7.0, 100.0));
    }
}

//! The course of a figure in block characters, for places that show text only.

/// Eight heights.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// At most `most` blocks from zero to the highest value, each the highest of its stretch; `·` where there is none. Empty for fewer than three
/// values, which are no course, and where nothing is above zero.
#[must_use]
pub fn blocks(values: &[Option<f64>], most: usize) -> String {
    let stretch = values.len().div_ceil(most.max(1)).max(1);
    let heights: Vec<Option<f64>> =
        values.chunks(stretch).map(|part| part.iter().flatten().copied().reduce(f64::max)).collect();
    let top = heights.iter().flatten().copied().fold(0.0, f64::max);
    if heights.iter().flatten().count() < 3 || top <= 0.0 || !top.is_finite() {
        return String::new();
    }
    heights.into_iter().map(|height| height.map_or('·', |height| level(height / top))).collect()
}

/// The block of a share of the height.
fn level(share: f64) -> char {
    let steps = LEVELS.iter().zip(1u8..);
    let fits = steps.filter(|(_, step)| share * 8.0 > f64::from(*step) - 1.0).map(|(block, _)| *block);
    fits.last().unwrap_or('▁')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_fills_its_line() {
        let values: Vec<Option<f64>> = (1..=8).map(|value| Some(f64::from(value))).collect();
        assert_eq!(blocks(&values, 8), "▁▂▃▄▅▆▇█");
        assert_eq!(blocks(&values, 4), "▂▄▆█");
    }

    #[test]
    fn gaps_stay_gaps_and_little_is_no_course() {
        assert_eq!(blocks(&[Some(1.0), None, Some(2.0), Some(0.0)], 8), "▄·█▁");
        assert_eq!(blocks(&[Some(1.0), Some(2.0)], 8), "");
        assert_eq!(blocks(&[Some(0.0); 5], 8), "");
        assert_eq!(blocks(&[], 0), "");
    }
}

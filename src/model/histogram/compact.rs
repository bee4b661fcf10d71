//! Histograms as short text, for files that hold thousands of them: exact, with negative values, and bounded on reading by
//! the text's own length.
//!
//! The text is base64 of numbers in LEB128: for each occupied bucket, in ascending order, how far its lowest value lies above
//! the one before (the first above 0; zigzag, so that a number may be negative), then how many records it has.

use super::Histogram;
use super::leb128::{pull, push, unzigzag, zigzag};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most records that one bucket can hold.
const MOST_RECORDS: u64 = super::bucket::MOST;

impl Histogram {
    /// The histogram as short text.
    #[must_use]
    pub fn to_compact(&self) -> String {
        let mut bytes = Vec::new();
        let mut before = 0_i64;
        for (lowest, _, count) in self.buckets() {
            // Values wrap around 2^64 and back again on reading, so no step is too far.
            push(&mut bytes, zigzag(lowest.wrapping_sub(before)));
            push(&mut bytes, count);
            before = lowest;
        }
        STANDARD_NO_PAD.encode(bytes)
    }

    /// Reads what [`Histogram::to_compact`] wrote.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn from_compact(text: &str) -> Result<Self, String> {
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|error| format!("a histogram should be base64: {error}"))?;
        let mut rest = bytes.as_slice();
        let mut histogram = Self::new();
        let mut before = None;
        while !rest.is_empty() {
            let (Some(step), Some(count)) = (pull(&mut rest), pull(&mut rest)) else {
                return Err("a histogram breaks off within a bucket".to_owned());
            };
            let lowest = before.unwrap_or(0_i64).wrapping_add(unzigzag(step));
            if before.is_some_and(|before| before >= lowest) || !(1..=MOST_RECORDS).contains(&count) {
                return Err(format!("a histogram has {count} records at {lowest}, out of order or out of range"));
            }
            histogram.record_n(lowest, count);
            before = Some(lowest);
        }
        histogram.settle();
        Ok(histogram)
    }
}

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_compact())
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_compact(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_is_lost(values in prop::collection::vec(any::<i64>(), 0..200), small in prop::collection::vec(-3000_i64..3000, 0..200)) {
            let histogram: Histogram = values.into_iter().chain(small).collect();
            prop_assert_eq!(Histogram::from_compact(&histogram.to_compact()).unwrap(), histogram);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[A-Za-z0-9+/]{0,60}") {
            if let Ok(histogram) = Histogram::from_compact(&text) {
                prop_assert!(histogram.buckets().count() <= text.len());
            }
        }
    }

    #[test]
    fn a_damaged_text_says_what_is_wrong() {
        for (text, wanted) in [("=", "base64"), ("gA", "breaks off"), ("AgA", "out of range")] {
            assert!(Histogram::from_compact(text).unwrap_err().contains(wanted), "{text}");
        }
    }
}

//! Histograms as text: V2, deflated, in base64, as `HdrHistogram`'s libraries in all languages read and write it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram as Hdr;
use hdrhistogram::serialization::{Serializer as _, V2DeflateSerializer};
use thiserror::Error;

use super::{Histogram, bucket, v2};

/// Why a histogram cannot be written or read as V2.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CodecError {
    /// The format counts values from 0 on.
    #[error("a histogram with negative values has no V2 form")]
    Negative,
    /// The text is no base64.
    #[error("a V2 histogram should be base64: {0}")]
    Base64(String),
    /// The bytes are no V2 histogram, or one that counts what cannot be counted.
    #[error("not a V2 histogram: {0}")]
    Malformed(String),
}

impl Histogram {
    /// The histogram as V2 (deflated, base64). Compare such texts by decoding: the deflated bytes differ by library.
    ///
    /// # Errors
    /// [`CodecError::Negative`] if a negative value was recorded.
    pub fn to_v2_deflate(&self) -> Result<String, CodecError> {
        let malformed = |why: &dyn std::fmt::Display| CodecError::Malformed(why.to_string());
        let top = self.value_at_rank(u64::MAX).unwrap_or(0).max(2);
        let mut hdr = Hdr::<u64>::new_with_bounds(1, top.unsigned_abs(), 3).map_err(|why| malformed(&why))?;
        for (lowest, _, count) in self.buckets() {
            let value = u64::try_from(lowest).map_err(|_| CodecError::Negative)?;
            hdr.record_n(value, count).map_err(|why| malformed(&why))?;
        }
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&hdr, &mut bytes).map_err(|why| malformed(&why))?;
        Ok(STANDARD.encode(bytes))
    }

    /// Reads what [`Histogram::to_v2_deflate`] or any other `HdrHistogram` library wrote (V2, deflated or not).
    ///
    /// A histogram with fewer digits or a larger unit keeps its own coarseness: each of its buckets becomes its highest
    /// value, so that quantiles read as they did at the writer's.
    ///
    /// # Errors
    /// [`CodecError::Base64`] and [`CodecError::Malformed`], which say what was found.
    pub fn from_v2_deflate(text: &str) -> Result<Self, CodecError> {
        let encoded = v2::decode(text)?;
        if (encoded.ratio - 1.0).abs() > 0.0 {
            return Err(CodecError::Malformed(format!("values in steps of {}", encoded.ratio)));
        }
        let mut histogram = Self::new();
        for (_, highest, count) in encoded.buckets {
            if count > bucket::MOST {
                return Err(CodecError::Malformed(format!("a bucket of {count} records")));
            }
            histogram.record_n(i64::try_from(highest).unwrap_or(i64::MAX), count);
        }
        histogram.settle();
        Ok(histogram)
    }
}

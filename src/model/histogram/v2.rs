//! A histogram as V2 in base64 (deflated or not), read without the array of counters that it stands for: that would be as
//! large as the writer's range and digits, which the bytes of a stranger should not decide, and nearly all of it empty.

use super::CodecError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::Read;

/// Unpacked bytes of one histogram; those with five digits over a day have 200 kB.
const MOST_BYTES: u64 = 8 << 20;
const HEADER: usize = 40;
const V2: u32 = 0x1c84_9303;
const V2_DEFLATED: u32 = 0x1c84_9304;

/// An Encoded is what was written: the occupied buckets of a histogram.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// Significant digits, 0 to 5.
    pub digits: u32,
    /// What a value is to be multiplied with; 1 from writers of whole numbers.
    pub ratio: f64,
    /// Ascending: lowest value, highest value, count.
    pub buckets: Vec<(u64, u64, u64)>,
}

impl Encoded {
    /// The buckets as the writer's own values.
    #[expect(clippy::cast_precision_loss, reason = "a bucket is far wider than what 53 bits lose")]
    pub fn scaled(&self) -> impl Iterator<Item = (f64, f64, u64)> + '_ {
        let value = |whole: u64| whole as f64 * self.ratio;
        self.buckets.iter().map(move |(lowest, highest, count)| (value(*lowest), value(*highest), *count))
    }
}

/// Reads a histogram.
///
/// # Errors
/// [`CodecError::Base64`] and [`CodecError::Malformed`], which say what was found.
pub fn decode(text: &str) -> Result<Encoded, CodecError> {
    let bytes = STANDARD.decode(text.trim()).map_err(|error| CodecError::Base64(error.to_string()))?;
    unpacked(&bytes).map_err(CodecError::Malformed)
}

fn unpacked(bytes: &[u8]) -> Result<Encoded, String> {
    match bytes.get(..4).and_then(be32).map(kind) {
        Some(V2_DEFLATED) => {
            let mut unpacked = Vec::new();
            let packed = bytes.get(8..).unwrap_or(&[]);
            let mut inflater = flate2::read::ZlibDecoder::new(packed).take(MOST_BYTES);
            inflater.read_to_end(&mut unpacked).map_err(|error| format!("should be a deflated histogram: {error}"))?;
            plain(&unpacked)
        }
        Some(V2) => plain(bytes),
        Some(0x1c84_9301 | 0x1c84_9302 | 0x1c84_9308 | 0x1c84_9309) => {
            Err("is a histogram in the older form V0 or V1; V2 is read".to_owned())
        }
        _ => Err("should be a histogram in the form V2".to_owned()),
    }
}

fn be32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.first_chunk()?))
}

/// A cookie without its digit for the width of words.
fn kind(cookie: u32) -> u32 {
    cookie & !0xf0
}

fn plain(bytes: &[u8]) -> Result<Encoded, String> {
    let short = || "breaks off".to_owned();
    let (header, payload) = bytes.split_at_checked(HEADER).ok_or_else(short)?;
    let word = |at: usize| header.get(at..).and_then(be32).unwrap_or(0);
    if kind(word(0)) != V2 {
        return Err("should hold a histogram in the form V2".to_owned());
    }
    let payload = payload.get(..word(4) as usize).ok_or_else(short)?;
    let digits = word(12);
    let lowest = u64::from(word(16)) << 32 | u64::from(word(20));
    let ratio = header.get(32..).and_then(|bytes| bytes.first_chunk()).map_or(1.0, |bytes| f64::from_be_bytes(*bytes));
    if word(8) != 0 || digits > 5 || lowest == 0 || !(ratio.is_finite() && ratio > 0.0) {
        return Err(format!("has an impossible header: {digits} digits, lowest value {lowest}, ratio {ratio}"));
    }
    let scale = Scale { half: half_of_sub_buckets(digits), unit: lowest.ilog2() };
    Ok(Encoded { digits, ratio, buckets: buckets(payload, &scale)? })
}

/// Half the number of equal steps that a power of two is divided into, as its logarithm.
#[must_use]
pub fn half_of_sub_buckets(digits: u32) -> u32 {
    (2 * 10_u32.pow(digits)).next_power_of_two().ilog2() - 1
}

/// How positions become values.
struct Scale {
    half: u32,
    unit: u32,
}

impl Scale {
    /// Lowest and highest value of the bucket at a position; `None` beyond 2^63.
    fn bounds(&self, position: u64) -> Option<(u64, u64)> {
        let half = 1_u64 << self.half;
        let (doublings, step) = match (position >> self.half).checked_sub(1) {
            None => (0, position),
            Some(doublings) => (u32::try_from(doublings).ok()?, (position & (half - 1)) + half),
        };
        let shift = doublings.checked_add(self.unit).filter(|shift| shift + self.half < 63)?;
        let (lowest, width) = (step << shift, 1_u64 << shift);
        Some((lowest, lowest + (width - 1)))
    }
}

/// Counts in order of their positions; a negative one says how many positions are empty.
fn buckets(payload: &[u8], scale: &Scale) -> Result<Vec<(u64, u64, u64)>, String> {
    let (mut found, mut position) = (Vec::new(), 0_u64);
    let mut bytes = payload.iter();
    while !bytes.as_slice().is_empty() {
        let count = zigzag(&mut bytes).ok_or("breaks off within a count")?;
        match u64::try_from(count) {
            Ok(0) => position += 1,
            Ok(count) => {
                let (lowest, highest) = scale.bounds(position).ok_or("counts values beyond 2^63")?;
                found.push((lowest, highest, count));
                position += 1;
            }
            Err(_) => {
                position = position.checked_add(count.unsigned_abs()).ok_or("counts values beyond 2^63")?;
            }
        }
    }
    Ok(found)
}

/// A number in seven bits a byte, sign last; the ninth byte holds eight.
fn zigzag(bytes: &mut std::slice::Iter<'_, u8>) -> Option<i64> {
    let mut value = 0_u64;
    for place in 0..9 {
        let byte = u64::from(*bytes.next()?);
        if place == 8 {
            value |= byte << 56;
            break;
        }
        value |= (byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::{Serializer, V2DeflateSerializer, V2Serializer};

    fn written(histogram: &Histogram<u64>, deflated: bool) -> String {
        let mut bytes = Vec::new();
        if deflated {
            V2DeflateSerializer::new().serialize(histogram, &mut bytes).unwrap();
        } else {
            V2Serializer::new().serialize(histogram, &mut bytes).unwrap();
        }
        STANDARD.encode(bytes)
    }

    #[test]
    fn every_bucket_is_where_the_library_has_it() {
        for (digits, lowest) in [(1, 1), (2, 1), (3, 1), (3, 1000), (5, 7)] {
            let mut histogram = Histogram::<u64>::new_with_bounds(lowest, 3_600_000_000, digits).unwrap();
            for value in [1, 2, 999, 2047, 2048, 2049, 70_000, 70_001, 1_234_567, 3_599_999_999] {
                histogram.record_n(value, value % 7 + 1).unwrap();
            }
            let expected: Vec<(u64, u64, u64)> = histogram
                .iter_recorded()
                .map(|step| {
                    let value = step.value_iterated_to();
                    let (low, high) = (histogram.lowest_equivalent(value), histogram.highest_equivalent(value));
                    (low, high, step.count_at_value())
                })
                .collect();
            for deflated in [true, false] {
                let found = decode(&written(&histogram, deflated)).unwrap();
                assert_eq!(
                    found,
                    Encoded { digits: u32::from(digits), ratio: 1.0, buckets: expected.clone() },
                    "{digits} {lowest}"
                );
            }
        }
    }

    #[test]
    fn damaged_histograms_are_refused() {
        let mut histogram = Histogram::<u64>::new(3).unwrap();
        histogram.record(5_000_000).unwrap();
        let whole = written(&histogram, false);
        let bytes = STANDARD.decode(&whole).unwrap();
        for end in 0..bytes.len() {
            assert!(decode(&STANDARD.encode(&bytes[..end])).is_err(), "{end}");
        }
        for text in ["", "!", "HISTIgAAAA==", "AAAA"] {
            assert!(decode(text).is_err(), "{text}");
        }
        let mut wild = bytes.clone();
        wild[12..16].copy_from_slice(&[0, 0, 0, 99]);
        assert!(decode(&STANDARD.encode(wild)).unwrap_err().to_string().contains("99 digits"));
    }
}

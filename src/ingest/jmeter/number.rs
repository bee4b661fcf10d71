//! Numbers as JMeter saves them, and as a spreadsheet saves them again.

use crate::ingest::own::digits::{Seen, Sign, plain};

pub(super) const NANOS_PER_MS: u64 = 1_000_000;

/// Milliseconds in nanoseconds; other programs write fractions.
#[inline]
pub(super) fn milliseconds(text: &[u8], sign: Sign) -> Option<u64> {
    if let Some(whole) = whole(text) {
        return whole.checked_mul(NANOS_PER_MS);
    }
    if is_open(text, sign) {
        return None;
    }
    let value: f64 = plain(std::str::from_utf8(text).ok()?.trim(), sign)?.parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within 0 and 2^53 by the check before"
    )]
    (value.is_finite() && (0.0..=9e9).contains(&value)).then(|| (value * 1e6).round() as u64)
}

/// Whether it is not known if `1.250` is one millisecond or a thousand: JMeter saves whole milliseconds, so it is no fraction of
/// JMeter's. A spreadsheet that separates fields by semicolons groups digits, as does one that puts a comma into a field.
pub(super) fn is_open(text: &[u8], sign: Sign) -> bool {
    let may_group = sign == Sign::Either || sign == Sign::Point && text.contains(&b',');
    may_group && Seen::default().leaves_open(&String::from_utf8_lossy(text))
}

/// A whole number; `None` where it is none or has more than 18 digits.
#[inline]
pub(super) fn whole(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    text.iter().try_fold(0, |sum: u64, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| sum * 10 + u64::from(digit))
    })
}

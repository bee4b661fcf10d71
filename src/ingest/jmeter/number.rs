//! Numbers as JMeter saves them.

pub(super) const NANOS_PER_MS: u64 = 1_000_000;

/// Milliseconds in nanoseconds; other programs write fractions.
#[inline]
pub(super) fn milliseconds(text: &[u8]) -> Option<u64> {
    if let Some(whole) = whole(text) {
        return whole.checked_mul(NANOS_PER_MS);
    }
    let value: f64 = std::str::from_utf8(text).ok()?.trim().parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within 0 and 2^53 by the check before"
    )]
    (value.is_finite() && (0.0..=9e9).contains(&value)).then(|| (value * 1e6).round() as u64)
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

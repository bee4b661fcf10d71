//! Numbers with wrk's units: `65.78ms`, `1.20s`, `1.00m`, `352.83KB`.

use crate::ingest::implied::Printed;

/// Steps of wrk's rounding of a time: two decimals of the unit in which it is printed, as (from µs, step µs). It takes the next
/// unit from 0.85 of it on: 55 s are `0.92m`.
pub(super) const ROUNDING_US: [(f64, f64); 5] =
    [(0.0, 0.01), (850.0, 10.0), (850e3, 10_000.0), (0.85 * 6e7, 600_000.0), (0.85 * 3.6e9, 3.6e7)];

/// A time in microseconds; `None` for `-nan` and other texts.
pub(super) fn time_us(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 5] = [("us", 1.0), ("ms", 1e3), ("s", 1e6), ("m", 6e7), ("h", 3.6e9)];
    scaled(text, &UNITS).map(|(us, _)| us)
}

/// Bytes, printed with two decimals of their unit; wrk's kilobyte has 1,024 of them.
pub(super) fn bytes(text: &str) -> Option<Printed> {
    const KILO: f64 = 1024.0;
    const UNITS: [(&str, f64); 6] = [
        ("KB", KILO),
        ("MB", KILO * KILO),
        ("GB", KILO * KILO * KILO),
        ("TB", KILO * KILO * KILO * KILO),
        ("PB", KILO * KILO * KILO * KILO * KILO),
        ("B", 1.0),
    ];
    scaled(text, &UNITS).map(|(value, unit)| Printed { value, step: unit / 100.0 })
}

/// The first unit that ends the text counts, so longer ones stand first; with that unit.
fn scaled(text: &str, units: &[(&str, f64)]) -> Option<(f64, f64)> {
    let (number, scale) = units.iter().find_map(|(unit, scale)| Some((text.strip_suffix(unit)?, *scale)))?;
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let value = plain.then(|| number.parse::<f64>().ok()).flatten()? * scale;
    value.is_finite().then_some((value, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_glued_to_numbers() {
        let times =
            [("782.00us", 782.0), ("65.78ms", 65_780.0), ("1.25s", 1_250_000.0), ("1.00m", 6e7), ("2.00h", 7.2e9)];
        for (text, us) in times {
            assert!((time_us(text).unwrap() - us).abs() < 1e-6, "{text}");
        }
        let whole = |text: &str| bytes(text).map(|bytes| bytes.value.round());
        assert_eq!(whole("352.83KB"), Some(361_298.0));
        assert_eq!(bytes("0.00B"), Some(Printed { value: 0.0, step: 0.01 }));
        assert_eq!(whole("19.81MB"), Some(20_772_291.0));
        for nonsense in ["", "ms", "-nan", "-1.00ms", "nans", "1e5s", "1.2.3s", "KB"] {
            assert_eq!(time_us(nonsense), None, "{nonsense}");
            assert_eq!(bytes(nonsense), None, "{nonsense}");
        }
    }
}

//! Two values beside each other that three digits would not tell apart.

use super::group;
use crate::unit::Unit;

/// Two values that are not the same, with as many digits as it takes to see it: `172.2 ms` and `171.9 ms`.
#[must_use]
pub fn apart(one: f64, other: f64, unit: Unit) -> (String, String) {
    let shown = |value: f64| super::value(value, unit);
    if shown(one) != shown(other) || !one.is_finite() || !other.is_finite() {
        return (shown(one), shown(other));
    }
    let larger = one.abs().max(other.abs());
    let (scale, name) = match unit {
        Unit::Micros if larger < 999.5 => (1.0, " µs"),
        Unit::Micros if larger < 999_500.0 => (1e3, " ms"),
        Unit::Micros => (1e6, " s"),
        Unit::Bytes => (1.0, " B"),
        Unit::Ratio => (0.01, " %"),
        Unit::PerSecond => (1.0, "/s"),
        Unit::Count | Unit::Plain => (1.0, ""),
    };
    let with = |value: f64, decimals: usize| {
        let text = format!("{:.decimals$}", value / scale);
        let (head, tail) =
            text.split_once('.').map_or((text.as_str(), String::new()), |(head, tail)| (head, format!(".{tail}")));
        format!("{}{tail}{name}", group(head))
    };
    let both = |decimals: usize| (with(one, decimals), with(other, decimals));
    (0..9).map(both).find(|(one, other)| one != other).unwrap_or_else(|| both(9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_differ_look_different() {
        let both = |one, other, unit| {
            let (one, other) = apart(one, other, unit);
            format!("{one} {other}")
        };
        assert_eq!(both(172_000.0, 20_000.0, Unit::Micros), "172 ms 20 ms");
        assert_eq!(both(172_200.0, 171_900.0, Unit::Micros), "172.2 ms 171.9 ms");
        assert_eq!(both(1_234_567.0, 1_234_568.0, Unit::Bytes), "1,234,567 B 1,234,568 B");
        assert_eq!(both(5.0, 5.0, Unit::Plain), "5.000000000 5.000000000");
    }
}

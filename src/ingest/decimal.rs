//! Plain decimals out of bytes, exactly and eight digits at a time.
//!
//! Load tools write latencies and times as plain decimals of a dozen digits, one or two a row, and a general float parser
//! costs more than all the rest of a row. [`scan`] reads what nearly all of them look like, to the same double as the
//! standard library's parser, bit for bit; for anything else it answers `None` and the caller asks that parser. Nothing
//! is guessed: a number of more than fifteen digits, an exponent, a sign of plus, `1.`, `.5` and `01` are all `None`.

/// Powers of ten that f64 holds exactly and that the longest plain decimal needs.
const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
/// The same as integers, for eight digits at most.
const WHOLE_TENS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
/// Digits whose number and power of ten are both exact in f64, so that one division gives the nearest double.
const MOST_DIGITS: usize = 15;

const ZEROS: u64 = 0x3030_3030_3030_3030;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// Reads the decimal at the front of a text: its value and how many bytes it takes. `None` where there is none or it is not
/// of the plain kind. What follows it is the caller's to check; it may be the rest of a longer number, such as `e5`.
#[inline]
#[must_use]
pub fn scan(text: &[u8]) -> Option<(f64, usize)> {
    short(text).or_else(|| long(text))
}

/// Reads a whole text as a plain decimal.
#[inline]
#[must_use]
pub fn whole(text: &[u8]) -> Option<f64> {
    // A field that stands alone has nothing behind it to be read at once with it.
    let mut padded = [0; 24];
    if let Some(front) = padded.get_mut(..text.len()) {
        front.copy_from_slice(text);
        if let Some((value, _)) = short(&padded).filter(|(_, len)| *len == text.len()) {
            return Some(value);
        }
    }
    scan(text).filter(|(_, len)| *len == text.len()).map(|(value, _)| value)
}

/// Reads the digits at the front of a text, eight at most: their number and how many they are.
#[inline]
#[must_use]
pub fn digits(text: &[u8]) -> Option<(u64, usize)> {
    let digits = Digits::of(text)?;
    Some((digits.value(), digits.count))
}

/// Ten to the power of at most eight; 0 beyond.
#[inline]
#[must_use]
pub fn ten_to(power: usize) -> u64 {
    WHOLE_TENS.get(power).copied().unwrap_or(0)
}

/// Reads a whole text of 1 to 19 digits; `None` for anything else and beyond `i64`.
#[inline]
#[must_use]
pub fn integer(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    let (mut number, mut rest) = (0_u64, text);
    while let Some((value, count)) = digits(rest).filter(|(_, count)| *count > 0) {
        number = number.checked_mul(*WHOLE_TENS.get(count)?)?.checked_add(value)?;
        rest = rest.get(count..)?;
    }
    while let Some((byte, tail)) = rest.split_first() {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
        rest = tail;
    }
    i64::try_from(number).ok()
}

/// [`scan`] for decimals of at most seven digits either side of the point with some bytes behind them, which can be read at
/// once; `None` does not mean that there is no other. For loops that run once a row.
#[expect(clippy::inline_always, reason = "a few dozen instructions, of which a caller's loop is made")]
#[inline(always)]
#[must_use]
pub fn short(text: &[u8]) -> Option<(f64, usize)> {
    let before = Digits::of(text)?;
    if before.count == 0 || before.count == 8 || (before.count > 1 && text.first() == Some(&b'0')) {
        return None;
    }
    let behind = text.get(before.count..)?;
    #[expect(clippy::cast_precision_loss, reason = "at most seven digits")]
    if behind.first() != Some(&b'.') {
        return Some((before.value() as f64, before.count));
    }
    let after = Digits::of(behind.get(1..)?)?;
    if after.count == 0 || after.count == 8 {
        return None;
    }
    let mantissa = before.value() * WHOLE_TENS.get(after.count)? + after.value();
    #[expect(clippy::cast_precision_loss, reason = "at most fourteen digits")]
    let value = mantissa as f64 / TENS.get(after.count)?;
    Some((value, before.count + 1 + after.count))
}

/// Digits that stand in one word of eight bytes.
#[derive(Clone, Copy)]
struct Digits {
    /// The bytes less `0` each, first byte lowest; what is behind the digits is of no meaning.
    word: u64,
    count: usize,
}

impl Digits {
    /// The digits at the front of a text that has eight bytes.
    #[inline]
    fn of(text: &[u8]) -> Option<Self> {
        let word = u64::from_le_bytes(*text.first_chunk::<8>()?) ^ ZEROS;
        // A byte's high bit is set where it is above nine. A carry can only reach bytes behind the first such one.
        let others = (word.wrapping_add(0x7676_7676_7676_7676) | word) & HIGH_BITS;
        Some(Self { word, count: (others.trailing_zeros() / 8) as usize })
    }

    /// Their number.
    #[inline]
    fn value(self) -> u64 {
        if self.count == 0 {
            return 0;
        }
        // The digits move to the high end, so that zeros stand before them; then pairs, fours and eights are joined.
        let ones = self.word << (64 - 8 * self.count);
        let pairs = ones.wrapping_mul(10).wrapping_add(ones >> 8);
        let low = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
        let high = ((pairs >> 16) & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
        low.wrapping_add(high) >> 32
    }
}

/// The same digit by digit: longer decimals, negative ones, and those at the end of a text.
#[cold]
fn long(text: &[u8]) -> Option<(f64, usize)> {
    let (negative, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (mut mantissa, mut seen, mut point, mut len) = (0_u64, 0_usize, None, 0_usize);
    for byte in digits {
        match byte {
            b'0'..=b'9' if seen < MOST_DIGITS => {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                seen += 1;
            }
            b'.' if point.is_none() && seen > 0 => point = Some(seen),
            b'0'..=b'9' | b'.' => return None,
            _ => break,
        }
        len += 1;
    }
    let before = point.unwrap_or(seen);
    let decimals = seen - before;
    let needless_zero = digits.first() == Some(&b'0') && before > 1;
    if seen == 0 || needless_zero || (point.is_some() && decimals == 0) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "at most fifteen digits")]
    let value = mantissa as f64 / TENS.get(decimals)?;
    Some((if negative { -value } else { value }, len + usize::from(negative)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_decimals_are_those_of_the_standard_library() {
        let texts =
            ["0", "-0", "1", "40.690318", "0.000001", "123456789012345", "1234567.1234567", "12345678.5", "9999999"];
        for text in texts {
            for behind in ["", ",", ",and more than eight bytes", "}", "e5 and more"] {
                let (value, len) = scan(format!("{text}{behind}").as_bytes()).unwrap();
                assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}{behind}");
                assert_eq!(len, text.len());
            }
        }
    }

    #[test]
    fn other_numbers_are_left_to_others() {
        for text in [
            "",
            "01",
            "1.",
            ".5",
            "+1",
            "+Inf",
            "NaN",
            "--1",
            "1.2.3",
            "00.5",
            "1234567890123456",
            "-",
            "0.1234567890123456",
        ] {
            for behind in ["", ",and more than eight bytes"] {
                let line = format!("{text}{behind}");
                assert!(scan(line.as_bytes()).is_none_or(|(_, len)| len != text.len()), "{line}");
            }
        }
        assert_eq!(whole(b"12.5"), Some(12.5));
        assert_eq!(whole(b"12.5 "), None);
    }

    #[test]
    fn integers_are_whole_texts() {
        for number in [0, 7, 12_345_678, 123_456_789, 1_795_227_349_500, 1_795_227_349_500_000_000, i64::MAX] {
            assert_eq!(integer(number.to_string().as_bytes()), Some(number));
        }
        assert_eq!(integer(b"00000000000000000012"), None, "twenty digits");
        for text in ["", "9223372036854775808", "12a", "a", "-1", "1.0", "12345678x", "123456789012x"] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
        assert_eq!(digits(b"12345678"), Some((12_345_678, 8)));
        assert_eq!(digits(b"430x5678"), Some((430, 3)));
        assert_eq!(digits(b"1234567"), None, "too short to be read at once");
    }

    proptest! {
        #[test]
        fn any_decimal_is_the_nearest_double(text in "-?(0|[1-9][0-9]{0,9})(\\.[0-9]{1,9})?", behind in "(|[,}\" ].{0,12})") {
            let line = format!("{text}{behind}");
            let plain = text.bytes().filter(u8::is_ascii_digit).count() <= MOST_DIGITS;
            match scan(line.as_bytes()) {
                Some((value, len)) => {
                    prop_assert_eq!(len, text.len());
                    prop_assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits());
                }
                None => prop_assert!(!plain, "{}", line),
            }
        }

        #[test]
        fn any_bytes_are_read_as_the_standard_library_reads_them(text in "[-0-9.eE+, a]{0,20}") {
            if let Some(value) = whole(text.as_bytes()) {
                prop_assert_eq!(Some(value.to_bits()), text.parse::<f64>().ok().map(f64::to_bits));
            }
            if let Some(value) = integer(text.as_bytes()) {
                prop_assert_eq!(Ok(value), text.parse::<i64>());
            }
        }
    }
}

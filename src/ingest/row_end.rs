//! Where rows of CSV certainly end, found without splitting them into fields.
//!
//! A quote opens a field only at its beginning; within one, two quotes are one that was meant; behind the closing one the
//! field goes on without quotes. Elsewhere a quote is a character like others.

use super::near;

/// So near to the end of a text its last row end is mostly found.
const NEAR_END: usize = 4 * 1024;

/// Where the last row ends that certainly ends in a text which begins with a row; behind its line end. `None` where none
/// does.
pub(super) fn last_row_end(text: &[u8], delimiter: u8) -> Option<usize> {
    let near = text.len().saturating_sub(NEAR_END);
    last_row_end_from(near, text, delimiter).or_else(|| last_row_end_from(0, text, delimiter))
}

/// The same, of row ends behind a place only: what is open there has to be found out from the beginning, but line ends before
/// it need not be looked for.
fn last_row_end_from(near: usize, text: &[u8], delimiter: u8) -> Option<usize> {
    let mut end = None;
    // Up to here nothing is open.
    let mut seen = closed_until(near, text, delimiter);
    loop {
        let quote = memchr::memchr(b'"', text.get(seen..)?).map(|found| seen + found);
        let until = quote.unwrap_or(text.len());
        if until > near {
            let outside = text.get(seen..until)?;
            end = memchr::memrchr(b'\n', outside).map(|found| seen + found + 1).or(end);
        }
        let Some(quote) = quote else { return end };
        seen = if opens(text, quote, delimiter) {
            match closing_quote(text, quote + 1) {
                Some(close) => close + 1,
                None => return end,
            }
        } else {
            quote + 1
        };
    }
}

/// A place at or before another up to which nothing is open, near it unless a long field is open there. Quotes are found
/// 64 bytes at a time: a search for each by itself took a seventh of all time for rows with a quoted field or two.
fn closed_until(near: usize, text: &[u8], delimiter: u8) -> usize {
    let (chunks, _) = text.get(..near).unwrap_or_default().as_chunks::<64>();
    let (mut opened, mut closed, mut is_open) = (0, 0, false);
    for (number, chunk) in chunks.iter().enumerate() {
        let mut quotes = near::bits(chunk, b'"');
        while quotes != 0 {
            let quote = 64 * number + quotes.trailing_zeros() as usize;
            quotes &= quotes - 1;
            if is_open {
                (closed, is_open) = (quote + 1, false);
            } else if quote == closed && quote > 0 {
                // The second of two: the field was not closed.
                is_open = true;
            } else {
                (opened, is_open) = (quote, opens(text, quote, delimiter));
            }
        }
    }
    let may_be_second = closed > 0 && text.get(closed) == Some(&b'"');
    if is_open || may_be_second { opened } else { closed }
}

/// Whether a quote outside of fields opens one.
#[inline]
fn opens(text: &[u8], quote: usize, delimiter: u8) -> bool {
    let before = quote.checked_sub(1).and_then(|at| text.get(at));
    before.is_none_or(|byte| matches!(byte, b'\n' | b'\r') || *byte == delimiter)
}

/// The quote that closes a field whose content begins at a place. At the very end of the text a quote may be the first of
/// two.
fn closing_quote(text: &[u8], from: usize) -> Option<usize> {
    let mut seen = from;
    loop {
        let quote = near::find(b'"', text.get(seen..)?)? + seen;
        if *text.get(quote + 1)? != b'"' {
            return Some(quote);
        }
        seen = quote + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_row_end_near_the_end_is_the_last_of_all(text in "[a,\"\n\r;]{0,400}", near in 0..400_usize) {
            let (all, found) =
                (last_row_end_from(0, text.as_bytes(), b','), last_row_end_from(near, text.as_bytes(), b','));
            prop_assert!(found.is_none() || found == all);
            prop_assert!(found.is_some() || all.is_none_or(|end| end <= near + 1));
        }
    }
}

//! Text in a picture: what may stand in it, how wide it is, how it is written.

use std::borrow::Cow;

use crate::fmt;

/// Widths in thousandths of an em of the ASCII characters from space on, as in the sans-serif faces that browsers choose
/// (Helvetica's own metrics). Used only to keep labels apart: a few per cent do not matter.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// Width of a text at a font size, in the unit of the size.
#[must_use]
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| f64::from(em_thousandths(c))).sum::<f64>() * size / 1000.0
}

fn em_thousandths(c: char) -> u16 {
    let index = (c as usize).checked_sub(0x20);
    match index.and_then(|i| WIDTHS.get(i)) {
        Some(width) => *width,
        // Beyond ASCII: Latin, Greek and Cyrillic are about as wide as a digit, everything from the CJK blocks on is a full em.
        None if (c as u32) < 0x2E80 => 556,
        None => 1000,
    }
}

/// The text escaped for XML content and quoted attributes. What would steer the reader's screen (controls, turns of the
/// direction of writing) is shown in words, and the two characters that XML has no way to write are replaced.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in fmt::plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

/// The text cut to what fits into `room` at a font size, with an ellipsis where something was cut.
#[must_use]
pub fn shorten(text: &str, size: f64, room: f64) -> Cow<'_, str> {
    if width(text, size) <= room {
        return Cow::Borrowed(text);
    }
    let mut used = width("…", size);
    let mut kept = String::new();
    for c in text.chars() {
        used += f64::from(em_thousandths(c)) * size / 1000.0;
        if used > room {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_counts_characters_not_bytes() {
        assert!((width("µs", 100.0) - 105.6).abs() < 0.01);
        assert!(width("WWW", 100.0) > 2.0 * width("iii", 100.0));
    }

    #[test]
    fn nothing_gets_out_of_a_text() {
        assert_eq!(escape("</script><b a='\"'>&"), "&lt;/script&gt;&lt;b a=&#39;&quot;&#39;&gt;&amp;");
        assert_eq!(escape("a\u{202E}b\u{FFFF}\n"), "a\\u{202e}b\u{FFFD}\\n");
    }

    #[test]
    fn shortened_text_fits() {
        let long = "GET /api/events/with/a/very/long/path";
        let short = shorten(long, 110.0, 1000.0);
        assert!(short.ends_with('…') && width(&short, 110.0) <= 1000.0);
        assert_eq!(shorten("p95", 110.0, 1000.0), "p95");
    }
}

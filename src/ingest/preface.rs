//! What stands before the header of a table that went through other hands: `sep=;`, by which Excel is told the delimiter,
//! comments, and blank lines.
//!
//! No adapter knows of it. A file that nobody takes as it is, is looked at from its first other line on, and read as if it
//! began there ([`Input::within`](super::Input::within)); its rows keep the places that they have in the whole file.

use super::Head;

/// A Preface is how much stands before the first line of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preface {
    /// Lines.
    pub lines: u64,
    /// Bytes of the unpacked text, line ends included.
    pub bytes: u64,
}

impl Preface {
    /// Of a file with this beginning; `None` where it begins with content, or where none is in sight.
    #[must_use]
    pub fn of(head: &Head) -> Option<Self> {
        let lines = head.bytes().split_inclusive(|byte| *byte == b'\n').take_while(|line| says_nothing(line));
        let preface = lines.fold(Self::default(), |so_far, line| Self {
            lines: so_far.lines + 1,
            bytes: so_far.bytes + line.len() as u64,
        });
        (preface.lines > 0 && preface.bytes < head.bytes().len() as u64).then_some(preface)
    }
}

/// Whether a line is blank, a comment or Excel's.
fn says_nothing(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    // A spreadsheet fills each line up to the width of its table.
    let filled = line.iter().all(|byte| matches!(byte, b',' | b';' | b'\t' | b'"' | b' '));
    filled || line.starts_with(b"#") || line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"sep="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_before_the_first_that_says_something() {
        let of = |text: &str| Preface::of(&Head::new(text.as_bytes(), true)).map(|found| (found.lines, found.bytes));
        assert_eq!(of("sep=;\r\na;b\n1;2\n"), Some((1, 7)));
        assert_eq!(of("\u{feff}# made by us\n\n;;;\nSEP=,\na,b\n#1,2\n"), Some((4, 24)));
        for text in ["a,b\n#1,2\n", "", "# notes\n", "\n\n", "# notes", "sepal,b\n"] {
            assert_eq!(of(text), None, "{text:?}");
        }
    }
}

//! What stands before the header of a table that went through other hands: `sep=;`, by which Excel is told the delimiter,
//! comments, and blank lines.
//!
//! No adapter knows of it. A file that nobody takes as it is, is looked at from its first other line on, and read as if it
//! began there ([`Input::within`](super::Input::within)); its rows keep the places that they have in the whole file.
//!
//! A page of Markdown begins like that too, with a heading. What follows has to be a table: two rows of one width.

use super::Head;
use super::own::columns::delimiter;

/// A Preface is how much stands before the first line of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preface {
    /// Lines.
    pub lines: u64,
    /// Bytes of the unpacked text, line ends included.
    pub bytes: u64,
}

impl Preface {
    /// Of a file with this beginning; `None` where it begins with content, or where no table is in sight.
    #[must_use]
    pub fn of(head: &Head) -> Option<Self> {
        let lines = head.bytes().split_inclusive(|byte| *byte == b'\n').take_while(|line| says_nothing(line));
        let preface = lines.fold(Self::default(), |so_far, line| Self {
            lines: so_far.lines + 1,
            bytes: so_far.bytes + line.len() as u64,
        });
        let behind = head.bytes().get(usize::try_from(preface.bytes).ok()?..)?;
        (preface.lines > 0 && is_table(behind)).then_some(preface)
    }
}

/// Whether a text begins with two rows of several fields each, as many in one as in the other; the second may end with a
/// delimiter.
fn is_table(text: &[u8]) -> bool {
    let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new();
    let rows = reader.has_headers(false).flexible(true).delimiter(delimiter(first_line)).from_reader(text);
    let widths: Vec<usize> = rows.into_byte_records().take(2).map_while(Result::ok).map(|row| row.len()).collect();
    matches!(widths.as_slice(), [header, row] if *header > 1 && (*row == *header || *row == *header + 1))
}

/// Whether a line is blank, a comment or Excel's.
fn says_nothing(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    // A spreadsheet fills each line up to the width of its table.
    let filled = line.iter().all(|byte| matches!(byte, b',' | b';' | b'\t' | b'"' | b' '));
    filled || line.starts_with(b"#") || names_delimiter(line)
}

/// Whether a line is Excel's, by which it is told the delimiter; with a file that was appended it stands among the rows.
pub(super) fn names_delimiter(line: &[u8]) -> bool {
    line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"sep="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_before_the_first_that_says_something() {
        let of = |text: &str| Preface::of(&Head::new(text.as_bytes(), true)).map(|found| (found.lines, found.bytes));
        assert_eq!(of("sep=;\r\na;b\n1;2\n"), Some((1, 7)));
        assert_eq!(of("\u{feff}# made by us\n\n;;;\nSEP=,\na,b\n#1,2\n"), Some((4, 24)));
        assert_eq!(of("# ours\n\"a\",\"b\nc\"\n1,2,\n"), Some((1, 7)));
        let none = ["a,b\n#1,2\n", "", "# notes\n", "\n\n", "# notes", "sepal,b\n1,2\n", "\n{\"a\": 1}\n"];
        for text in none.into_iter().chain(["# Results\n\nOf today, and more, as rows:\nlatency, status\n"]) {
            assert_eq!(of(text), None, "{text:?}");
        }
    }
}

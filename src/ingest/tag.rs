//! The tags of an XML input, one at a time: what streams of elements (JMeter's samples, Taurus's groups) are read by.
//!
//! Text between tags may be a whole response body, so that only its beginning is kept; memory is one tag and one such
//! beginning, whatever the file holds. Attributes and entities are `quick_xml`'s business.

use super::input::{Input, LINE_CAP, Stream};
use crate::error::Error;
use memchr::{memchr, memchr3};
use quick_xml::XmlVersion;
use quick_xml::escape::unescape;
use quick_xml::events::attributes::Attributes;
use std::borrow::Cow;
use std::io::{self, BufRead, BufReader};

const BUFFER: usize = 256 * 1024;
/// Bytes of a text that are kept.
const TEXT_CAP: usize = 8 * 1024;

/// What a tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagKind {
    /// Begins an element.
    Start,
    /// Begins and ends one.
    Empty,
    /// Ends one.
    End,
}

/// A Tag of an element, and the text before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a> {
    /// What it does.
    pub(super) kind: TagKind,
    /// What stands between `<` and `>`, less the slashes.
    content: &'a [u8],
    /// The beginning of the text since the last tag, as it stands in the file.
    text: &'a [u8],
    /// The line it begins on, from 1.
    pub(super) line: u64,
    /// The byte it begins at.
    pub(super) byte: u64,
    /// Whether it was longer than [`LINE_CAP`]; what is kept of it is its beginning.
    pub(super) overlong: bool,
}

impl Tag<'_> {
    /// The element's name.
    pub(super) fn name(&self) -> &[u8] {
        let end = self.content.iter().position(u8::is_ascii_whitespace).unwrap_or(self.content.len());
        self.content.get(..end).unwrap_or_default()
    }

    /// All between the brackets, broken characters replaced.
    pub(super) fn content(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.content)
    }

    /// The beginning of the text before it, with entities resolved where they can be.
    pub(super) fn text(&self) -> String {
        let text = String::from_utf8_lossy(self.text);
        let resolved = unescape(&text).map(Cow::into_owned).ok();
        resolved.unwrap_or_else(|| text.into_owned())
    }
}

/// The attributes of a tag's content, in its order; those that are malformed end the list.
pub(super) fn attributes(content: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let name = content.find(char::is_whitespace).unwrap_or(content.len());
    let mut all = Attributes::new(content, name);
    all.with_checks(false);
    all.map_while(Result::ok)
        .map(|one| (one.key.0, one.normalized_value(XmlVersion::Implicit1_0).unwrap_or_else(|_| one.value.clone())))
}

/// The tags of an input.
pub(super) struct Tags {
    reader: BufReader<Stream>,
    content: Vec<u8>,
    text: Vec<u8>,
    line: u64,
    byte: u64,
}

/// How a piece of markup was met.
enum Piece {
    Element(bool),
    Other,
    Cut,
}

impl Tags {
    /// Opens an input.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(super) fn open(input: &Input) -> Result<Self, Error> {
        Ok(Self {
            reader: BufReader::with_capacity(BUFFER, input.stream()?),
            content: Vec::new(),
            text: Vec::new(),
            line: 1,
            byte: 0,
        })
    }

    /// The next tag of an element; `None` at the end. A tag that breaks off is no tag.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn next_tag(&mut self) -> io::Result<Option<Tag<'_>>> {
        self.text.clear();
        loop {
            if !self.pass(b'<', true)? {
                return Ok(None);
            }
            let (line, byte) = (self.line, self.byte.saturating_sub(1));
            self.content.clear();
            match self.markup()? {
                Piece::Cut => return Ok(None),
                Piece::Other => {}
                Piece::Element(overlong) => {
                    let content = self.content.as_slice();
                    let (kind, content) = match (content.strip_prefix(b"/"), content.strip_suffix(b"/")) {
                        (Some(name), _) => (TagKind::End, name),
                        (None, Some(content)) => (TagKind::Empty, content),
                        (None, None) => (TagKind::Start, content),
                    };
                    let content = content.trim_ascii_end();
                    return Ok(Some(Tag { kind, content, text: &self.text, line, byte, overlong }));
                }
            }
        }
    }

    /// Why the input must be called unfinished, once it has been read to its end.
    pub(super) fn unfinished(&self) -> Option<&str> {
        self.reader.get_ref().unfinished()
    }

    /// Goes behind the next such byte; whether there was one. What is passed is kept as text where wanted.
    fn pass(&mut self, wanted: u8, keep: bool) -> io::Result<bool> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(false);
            }
            let found = memchr(wanted, buffer);
            let piece = buffer.get(..found.unwrap_or(buffer.len())).unwrap_or_default();
            if keep {
                let room = TEXT_CAP.saturating_sub(self.text.len()).min(piece.len());
                self.text.extend_from_slice(piece.get(..room).unwrap_or_default());
            }
            let used = piece.len() + usize::from(found.is_some());
            self.line +=
                memchr::memchr_iter(b'\n', piece).count() as u64 + u64::from(found.is_some() && wanted == b'\n');
            self.byte += used as u64;
            self.reader.consume(used);
            if found.is_some() {
                return Ok(true);
            }
        }
    }

    /// Takes what stands behind a `<`, up to its `>` outside quotes; comments, declarations and the like are passed over.
    fn markup(&mut self) -> io::Result<Piece> {
        let (mut quote, mut overlong) = (None, false);
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(Piece::Cut);
            }
            let found = match quote {
                Some(quote) => memchr(quote, buffer),
                None => memchr3(b'>', b'"', b'\'', buffer),
            };
            let used = found.map_or(buffer.len(), |at| at + 1);
            let piece = buffer.get(..used).unwrap_or_default();
            let ended = found.and_then(|at| buffer.get(at).copied());
            overlong |= self.content.len() + piece.len() > LINE_CAP;
            let room = LINE_CAP.saturating_sub(self.content.len()).min(piece.len());
            self.content.extend_from_slice(piece.get(..room).unwrap_or_default());
            self.line += memchr::memchr_iter(b'\n', piece).count() as u64;
            self.byte += used as u64;
            self.reader.consume(used);
            match (ended, quote) {
                (Some(b'>'), None) => {
                    if !overlong {
                        self.content.pop();
                    }
                    return self.close(overlong);
                }
                (Some(_), Some(_)) => quote = None,
                // A quote that is never closed does not swallow the rest of the file.
                (Some(byte), None) if !overlong && self.is_element() => quote = Some(byte),
                _ if overlong => quote = None,
                _ => {}
            }
        }
    }

    fn is_element(&self) -> bool {
        !matches!(self.content.first(), Some(b'!' | b'?'))
    }

    fn close(&mut self, overlong: bool) -> io::Result<Piece> {
        let ends = |mark: &[u8], content: &[u8]| content.ends_with(mark);
        if self.content.starts_with(b"!--") {
            // A `>` within a comment does not end it.
            while !ends(b"--", &self.content) {
                self.content.clear();
                self.content.extend_from_slice(b"!");
                if !self.pass_comment_piece()? {
                    return Ok(Piece::Cut);
                }
            }
            return Ok(Piece::Other);
        }
        Ok(if self.is_element() { Piece::Element(overlong) } else { Piece::Other })
    }

    /// Takes the last bytes before the next `>` into `content`.
    fn pass_comment_piece(&mut self) -> io::Result<bool> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(false);
            }
            let found = memchr(b'>', buffer);
            let piece = buffer.get(..found.unwrap_or(buffer.len())).unwrap_or_default();
            self.content.extend_from_slice(piece.get(piece.len().saturating_sub(2)..).unwrap_or_default());
            let used = piece.len() + usize::from(found.is_some());
            self.line += memchr::memchr_iter(b'\n', piece).count() as u64;
            self.byte += used as u64;
            self.reader.consume(used);
            if found.is_some() {
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<(TagKind, String, String, u64)> {
        let input = Input::memory("x.xml", text.as_bytes().to_vec()).unwrap();
        let mut tags = Tags::open(&input).unwrap();
        let mut all = Vec::new();
        while let Some(tag) = tags.next_tag().unwrap() {
            all.push((tag.kind, tag.content().into_owned(), tag.text(), tag.line));
        }
        all
    }

    #[test]
    fn tags_come_with_the_text_before_them() {
        let text = "<?xml version=\"1.0\"?>\n<a x=\"1 > 0\" y='\"'>\n  <b/><!-- <c> > --><d>t &amp; u</d></a >";
        let shown: Vec<String> = tags(text)
            .into_iter()
            .map(|(kind, content, text, line)| format!("{kind:?} {content} [{}] {line}", text.trim()))
            .collect();
        assert_eq!(
            shown,
            ["Start a x=\"1 > 0\" y='\"' [] 2", "Empty b [] 3", "Start d [] 3", "End d [t & u] 3", "End a [] 3",]
        );
        let all: Vec<(&str, Cow<'_, str>)> = attributes("a x=\"1 > 0\" y='&quot;'").collect();
        assert_eq!(all, [("x", Cow::Borrowed("1 > 0")), ("y", Cow::Borrowed("\""))]);
    }

    #[test]
    fn long_texts_and_tags_are_not_kept_and_cut_ones_are_none() {
        let body = "x".repeat(3 << 20);
        let all = tags(&format!("<a>{body}</a><b c=\"{body}\"/><d/><e"));
        assert_eq!(all.len(), 4);
        assert_eq!(all[1].2.len(), TEXT_CAP);
        assert!(all[2].1.len() <= LINE_CAP);
        assert_eq!(all[3].1, "d");
        assert!(tags("").is_empty() && tags("<").is_empty() && tags("<!-- a > b").is_empty());
    }
}

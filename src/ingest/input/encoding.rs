//! Text in other encodings, made UTF-8 as it streams by.
//!
//! UTF-8 is assumed. A byte order mark decides; without one, zero bytes at every other place are UTF-16, and a head that is
//! not UTF-8 is GBK where it makes sense as Chinese, else Windows-1252, which any bytes can be. What is not text at all is
//! left as it is, for those who know files by their first bytes. Whatever was assumed is said to the reader.

use encoding_rs::{CoderResult, Decoder, GBK, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read};

/// UTF-16 code units that are looked at: a header is mostly ASCII, what follows need not be.
const UNITS: usize = 256;
const BUFFER: usize = 32 * 1024;
/// So many broken characters are another encoding rather than damage.
const BROKEN: usize = 4;

/// How a file's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or no text: given on byte by byte.
    Utf8,
    /// UTF-16, low byte first; whether a byte order mark says so.
    Utf16Le(bool),
    /// UTF-16, high byte first; likewise.
    Utf16Be(bool),
    /// GBK (and GB 18030).
    Gbk,
    /// Windows-1252, which holds Latin-1.
    Windows1252,
}

impl Encoding {
    /// What the beginning of a file, unpacked, tells.
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Self::Utf8,
            [0xff, 0xfe, ..] => Self::Utf16Le(true),
            [0xfe, 0xff, ..] => Self::Utf16Be(true),
            _ => by_zeros(head).unwrap_or_else(|| by_high_bytes(head)),
        }
    }

    /// What text that is not UTF-8 is in, found behind a beginning that told nothing; `None` where a few broken characters are
    /// rather damage in UTF-8.
    pub(super) fn of_late(text: &[u8]) -> Option<Self> {
        let broken = text.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
        let encoding = by_high_bytes(text);
        (broken >= BROKEN && matches!(encoding, Self::Gbk | Self::Windows1252)).then_some(encoding)
    }

    /// What the reader must be told about it; `None` for UTF-8.
    #[must_use]
    pub fn assumed(self) -> Option<String> {
        let is = match self {
            Self::Utf8 => return None,
            Self::Utf16Le(true) | Self::Utf16Be(true) => "the file is UTF-16 by its byte order mark",
            Self::Utf16Le(false) | Self::Utf16Be(false) => {
                "the file has no byte order mark and is read as UTF-16, by the zero bytes in it"
            }
            Self::Gbk => "the file is not UTF-8 and is read as GBK, in which it is Chinese",
            Self::Windows1252 => {
                "the file is not UTF-8 and is read as Windows-1252 (Latin-1); letters of another encoding come out wrong, figures do not"
            }
        };
        Some(format!("{is}; places in it count the bytes of its text as UTF-8"))
    }

    /// `raw` as UTF-8. What cannot be decoded becomes U+FFFD.
    pub(super) fn decode(self, raw: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        let encoding = match self {
            Self::Utf8 => return raw,
            Self::Utf16Le(_) => UTF_16LE,
            Self::Utf16Be(_) => UTF_16BE,
            Self::Gbk => GBK,
            Self::Windows1252 => WINDOWS_1252,
        };
        Box::new(Decoded {
            inner: raw,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; BUFFER],
            held: 0..0,
            text: vec![0; BUFFER],
            ready: 0..0,
            last: false,
            done: false,
        })
    }
}

/// Whether a character below the blank stands in text.
fn is_text(byte: u8) -> bool {
    byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)
}

/// UTF-16 without a mark: most of the first units are ASCII characters of text, and none is a control character.
fn by_zeros(head: &[u8]) -> Option<Encoding> {
    memchr::memchr(0, head.get(..2 * UNITS).unwrap_or(head))?;
    let fits = |unit: fn([u8; 2]) -> u16| {
        let (mut units, mut ascii) = (0_usize, 0_usize);
        for pair in head.as_chunks::<2>().0.iter().take(UNITS) {
            let unit = unit(*pair);
            units += 1;
            match u8::try_from(unit) {
                Ok(byte) if !is_text(byte) => return false,
                Ok(byte) => ascii += usize::from(byte.is_ascii()),
                Err(_) => {}
            }
        }
        units > 1 && ascii * 2 >= units
    };
    if fits(u16::from_le_bytes) {
        return Some(Encoding::Utf16Le(false));
    }
    fits(u16::from_be_bytes).then_some(Encoding::Utf16Be(false))
}

fn by_high_bytes(head: &[u8]) -> Encoding {
    // A character that the end of the head cuts is no error.
    match std::str::from_utf8(head) {
        Ok(_) => return Encoding::Utf8,
        Err(error) if error.error_len().is_none() => return Encoding::Utf8,
        Err(_) => {}
    }
    let binary = !head.iter().copied().all(is_text);
    if binary || mostly_utf8(head) {
        Encoding::Utf8
    } else if is_chinese(head) {
        Encoding::Gbk
    } else {
        Encoding::Windows1252
    }
}

/// Whether whole characters of UTF-8 outnumber what is broken: damage in a row, not another encoding.
fn mostly_utf8(head: &[u8]) -> bool {
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for chunk in head.utf8_chunks() {
        whole += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole > broken
}

/// Whether it decodes as GBK and is Chinese: most characters stand among the 3,755 common ones, whose both bytes are high.
/// In western text two high bytes seldom follow each other.
fn is_chinese(head: &[u8]) -> bool {
    let mut text = vec![0; 3 * head.len() + 16];
    let (result, ..) =
        GBK.new_decoder_without_bom_handling().decode_to_utf8_without_replacement(head, &mut text, false);
    if result != encoding_rs::DecoderResult::InputEmpty {
        return false;
    }
    let (mut common, mut all) = (0_usize, 0_usize);
    let mut bytes = head.iter().copied();
    while let Some(lead) = bytes.next() {
        if !lead.is_ascii() {
            let Some(trail) = bytes.next() else { break };
            // Rows 1 to 9 are signs: they tell nothing.
            if !((0xa1..=0xa9).contains(&lead) && trail >= 0xa1) {
                all += 1;
                common += usize::from((0xb0..=0xd7).contains(&lead) && trail >= 0xa1);
            }
        }
    }
    all > 0 && common * 10 >= all * 7
}

/// Decodes as it is read.
struct Decoded {
    inner: Box<dyn Read + Send>,
    decoder: Decoder,
    /// Bytes of the file, and which of them are not decoded yet.
    raw: Vec<u8>,
    held: std::ops::Range<usize>,
    /// Their text, and what of it is not given on yet.
    text: Vec<u8>,
    ready: std::ops::Range<usize>,
    /// The file has ended.
    last: bool,
    /// The decoder has nothing more.
    done: bool,
}

impl Decoded {
    fn fill(&mut self) -> io::Result<()> {
        while self.ready.is_empty() && !self.done {
            if self.held.is_empty() && !self.last {
                let got = self.inner.read(&mut self.raw)?;
                self.held = 0..got;
                self.last = got == 0;
            }
            let raw = self.raw.get(self.held.clone()).unwrap_or(&[]);
            let (result, used, made, _) = self.decoder.decode_to_utf8(raw, &mut self.text, self.last);
            self.held.start += used;
            self.ready = 0..made;
            self.done = self.last && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let ready = self.text.get(self.ready.clone()).unwrap_or(&[]);
        let length = ready.len().min(buffer.len());
        if let (Some(from), Some(to)) = (ready.get(..length), buffer.get_mut(..length)) {
            to.copy_from_slice(from);
        }
        self.ready.start += length;
        Ok(length)
    }
}

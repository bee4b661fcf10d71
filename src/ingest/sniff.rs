//! Recognition: what an adapter is shown, and what it may answer.

/// Bytes of a file that detection looks at.
pub const HEAD_BYTES: usize = 64 * 1024;

/// A Head is the first 64 KiB of a file after decompression and without a byte order mark.
#[derive(Debug, Clone)]
pub struct Head {
    bytes: Vec<u8>,
    whole: bool,
}

impl Head {
    /// A head of these bytes; `whole` when the file ends with them.
    #[must_use]
    pub fn new(bytes: &[u8], whole: bool) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        Self { bytes: bytes.get(..HEAD_BYTES).unwrap_or(bytes).to_vec(), whole: whole && bytes.len() <= HEAD_BYTES }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether this is all there is.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The text, broken characters replaced.
    #[must_use]
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    /// The first line without its line end; the whole head where there is none.
    #[must_use]
    pub fn first_line(&self) -> &[u8] {
        let line = self.bytes.split(|&byte| byte == b'\n').next().unwrap_or(&[]);
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// The text up to the last line that is complete within the head, without the end of that line.
    #[must_use]
    pub fn complete(&self) -> &[u8] {
        match self.bytes.iter().rposition(|&byte| byte == b'\n') {
            Some(last) if !self.whole => self.bytes.get(..last).unwrap_or(&[]),
            _ => &self.bytes,
        }
    }

    /// Lines that are complete within the head, without their line ends.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.complete().split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Whether the head holds these bytes anywhere.
    #[must_use]
    pub fn contains(&self, needle: &[u8]) -> bool {
        memchr::memmem::find(&self.bytes, needle).is_some()
    }
}

/// A Sniff is an adapter's answer, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sniff {
    /// Certainly this kind.
    Yes(String),
    /// Could be; taken when nobody says yes and nobody else is unsure.
    Unsure(String),
    /// Not this kind.
    No(String),
}

impl Sniff {
    /// Certainly.
    #[must_use]
    pub fn yes(why: impl Into<String>) -> Self {
        Self::Yes(why.into())
    }
    /// Perhaps.
    #[must_use]
    pub fn unsure(why: impl Into<String>) -> Self {
        Self::Unsure(why.into())
    }
    /// Not.
    #[must_use]
    pub fn no(why: impl Into<String>) -> Self {
        Self::No(why.into())
    }
    /// The reason.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Yes(why) | Self::Unsure(why) | Self::No(why) => why,
        }
    }
}

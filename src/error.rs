//! The only error type that leaves a layer: what, where, and what to do about it.

use std::fmt;

/// A Place says where in an input something stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// File as the user named it, or `-`.
    pub source: String,
    /// Line, counted from 1.
    pub line: Option<u64>,
    /// Byte offset of that line in the decompressed input.
    pub byte: Option<u64>,
    /// Column or key.
    pub field: Option<String>,
}

impl Place {
    /// The whole of a source.
    #[must_use]
    pub fn source(source: impl Into<String>) -> Self {
        Self { source: source.into(), ..Self::default() }
    }

    /// A line of a source.
    #[must_use]
    pub fn line(source: impl Into<String>, line: u64, byte: u64) -> Self {
        Self { source: source.into(), line: Some(line), byte: Some(byte), field: None }
    }

    /// The same place, at one field of it.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&crate::fmt::plain(&self.source))?;
        if let Some(line) = self.line {
            write!(out, ", line {line}")?;
        }
        if let Some(byte) = self.byte {
            write!(out, " (byte {byte})")?;
        }
        if let Some(field) = &self.field {
            write!(out, ", field `{}`", crate::fmt::plain(field))?;
        }
        Ok(())
    }
}

/// What kind of wrong it is; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Wrong use or configuration: exit code 2.
    Usage,
    /// Input cannot be read or understood: exit code 3.
    Input,
    /// Output cannot be written: exit code 3.
    Output,
}

/// An Error is a fragment of a sentence, lower case, with its place, the offending text and a hint.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Which exit code it leads to.
    pub kind: ErrorKind,
    /// What is wrong: found and expected.
    pub message: String,
    /// Where, if anywhere.
    pub place: Option<Box<Place>>,
    /// At most 160 bytes of the offending line.
    pub excerpt: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl Error {
    /// Wrong use or configuration.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// An input that cannot be read or understood.
    #[must_use]
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    /// An output that cannot be written.
    #[must_use]
    pub fn output(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Output, message)
    }

    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), place: None, excerpt: None, hint: None }
    }

    /// With its place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(Box::new(place));
        self
    }

    /// With the offending text, cut to 160 bytes.
    #[must_use]
    pub fn showing(mut self, text: &[u8]) -> Self {
        self.excerpt = Some(crate::fmt::excerpt(text));
        self
    }

    /// With what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

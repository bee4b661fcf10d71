//! What adapters read: unpacked text without byte order mark, which ends early rather than fail where the packing is damaged.

use super::BYTE_ORDER_MARK;
use super::compression::TOO_LARGE;
use super::watch::Watch;
use std::io::{self, Read};
use std::sync::Arc;

/// Why a packed file ends before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// What is there cannot be right: bytes before it may be wrong too.
    Damaged(String),
    /// It breaks off, or unpacks to more than is read.
    Cut(String),
}

impl Ending {
    fn of(error: &io::Error) -> Self {
        match error.kind() {
            TOO_LARGE => Self::Cut(error.to_string()),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Self::Damaged(format!("the packed data is damaged ({error})"))
            }
            _ => Self::Cut(format!("the packed data breaks off or is damaged ({error})")),
        }
    }

    /// In words.
    fn told(&self) -> &str {
        let (Self::Damaged(why) | Self::Cut(why)) = self;
        why
    }
}

/// A Stream is unpacked bytes, as UTF-8 where they were text of another encoding. Where a packed file breaks off it ends there and remembers why.
pub struct Stream {
    inner: Box<dyn Read + Send>,
    packed: bool,
    pub(super) ending: Option<Ending>,
    started: bool,
    /// Pieces that are still to be read, the next one last: bytes to be passed over before each, and how many it has.
    steps: Vec<(u64, u64)>,
    /// Who looks at what is read, if somebody does.
    watching: Option<Watching>,
}

/// What a watch needs to look at text that comes in pieces.
struct Watching {
    watch: Arc<Watch>,
    /// Bytes that were read, and the last of them.
    at: u64,
    before: Vec<u8>,
}

impl Watching {
    fn see(&mut self, piece: &[u8]) {
        self.watch.look_at_seam(&self.before, piece, self.at);
        self.watch.look(&self.before, piece, self.at);
        self.watch.probes.look(piece, self.at);
        self.at += piece.len() as u64;
        let reach = self.watch.reach();
        if let Some(last) = piece.len().checked_sub(reach) {
            self.before.clear();
            self.before.extend_from_slice(piece.get(last..).unwrap_or_default());
        } else {
            self.before.extend_from_slice(piece);
            self.before.drain(..self.before.len().saturating_sub(reach));
        }
    }
}

impl Stream {
    /// What was unpacked and decoded; `packed` says that errors are the packing's and not the operating system's.
    pub(super) fn new(inner: Box<dyn Read + Send>, packed: bool) -> Self {
        Self { inner, packed, ending: None, started: false, steps: vec![(0, u64::MAX)], watching: None }
    }

    /// Only these pieces: bytes to be passed over before each, and how many it has.
    pub(super) fn within(self, mut steps: Vec<(u64, u64)>) -> Self {
        steps.reverse();
        Self { steps, ..self }
    }

    /// Which begins behind the file's beginning, where a byte order mark would be a character.
    pub(super) fn behind_mark(self) -> Self {
        Self { started: true, ..self }
    }

    /// Shown to somebody as it is read.
    pub(super) fn watched_by(self, watch: Option<Arc<Watch>>) -> Self {
        let watching = watch.map(|watch| Watching { watch, at: 0, before: Vec::new() });
        Self { watching, ..self }
    }

    /// Why the input must be called unfinished, once it has been read to its end.
    #[must_use]
    pub fn unfinished(&self) -> Option<&str> {
        self.ending.as_ref().map(Ending::told)
    }

    fn pull(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Some that unpack take a read of nothing for the end of what is packed.
        if self.ending.is_some() || buffer.is_empty() {
            return Ok(0);
        }
        match self.inner.read(buffer) {
            Err(error) if self.packed && error.kind() != io::ErrorKind::Interrupted => {
                self.ending = Some(Ending::of(&error));
                Ok(0)
            }
            other => other,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len();
        let most = |count: u64| usize::try_from(count).unwrap_or(usize::MAX).min(room);
        let Some((mut passed, left)) = self.steps.last().copied() else { return Ok(0) };
        while passed > 0 {
            let space = most(passed);
            match self.unmarked(buffer.get_mut(..space).unwrap_or_default())? {
                0 => return Ok(0),
                got => passed -= got as u64,
            }
            self.stand_at((passed, left));
        }
        let space = most(left);
        let got = self.unmarked(buffer.get_mut(..space).unwrap_or_default())?;
        self.stand_at((0, left - got as u64));
        if let Some(watching) = &mut self.watching {
            watching.see(buffer.get(..got).unwrap_or_default());
        }
        Ok(got)
    }
}

impl Stream {
    /// Keeps what is left of the piece that is read.
    fn stand_at(&mut self, step: (u64, u64)) {
        self.steps.pop();
        if step.1 > 0 {
            self.steps.push(step);
        }
    }

    /// What is in it, without byte order mark.
    fn unmarked(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.started || buffer.len() < 3 {
            return self.pull(buffer);
        }
        // The byte order mark may arrive in pieces; only the first three bytes matter.
        self.started = true;
        let mut first = [0; 3];
        let mut filled = 0;
        while let Some(rest) = first.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.pull(rest)? {
                0 => break,
                got => filled += got,
            }
        }
        let kept = match first.get(..filled) {
            None => &[],
            Some(mark) if mark == BYTE_ORDER_MARK => &[],
            Some(kept) => kept,
        };
        if let Some(space) = buffer.get_mut(..kept.len()) {
            space.copy_from_slice(kept);
        }
        if kept.is_empty() { self.pull(buffer) } else { Ok(kept.len()) }
    }
}

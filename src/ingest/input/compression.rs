//! Unpacking, told from the first bytes and never from the name, and held to what a result can be.

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Unpacked bytes up to which any ratio is believed.
const BELIEVED: u64 = 1 << 30;
/// Unpacked bytes per packed byte that no result reaches: logs of one repeated row come to some hundred.
const MOST_PER_BYTE: u64 = 1000;
/// What an xz block may ask for its dictionary; `xz -9` asks for 65 MiB.
const XZ_MEMORY_KB: u32 = 256 << 10;
/// What is asked of the xz reader at a time: at damage it gives nothing of what it was asked for.
const XZ_STEP: usize = 4096;
/// The kind of the error of an input that unpacks to too much, to be told apart from damage.
pub(super) const TOO_LARGE: io::ErrorKind = io::ErrorKind::FileTooLarge;

/// How an input is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip, one or several members.
    Gzip,
    /// Zstandard, one or several frames.
    Zstd,
    /// bzip2, one or several streams.
    Bzip2,
    /// xz, one or several streams.
    Xz,
}

impl Compression {
    /// What the first six bytes say.
    #[must_use]
    pub fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => Self::Plain,
        }
    }

    /// The unpacked bytes of what lies in `raw`; bytes taken from it are added to `progress`. Damage is an error of the
    /// reader at its place, as is an input that unpacks to more than a result can be ([`TOO_LARGE`]).
    pub(super) fn unpack(self, raw: Box<dyn Read + Send>, progress: Arc<AtomicU64>) -> Box<dyn Read + Send> {
        let packed = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: raw, progress, taken: Arc::clone(&packed) };
        let inner: Box<dyn Read + Send> = match self {
            Self::Plain => return Box::new(counted),
            Self::Gzip => Box::new(MultiGzDecoder::new(counted)),
            Self::Zstd => Box::new(Frames::new(counted)),
            Self::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(counted)),
            Self::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(BufReader::new(counted), true, XZ_MEMORY_KB)),
        };
        let step = if self == Self::Xz { XZ_STEP } else { usize::MAX };
        Box::new(Held { inner, packed, unpacked: 0, believed: BELIEVED, step })
    }
}

/// Counts what is taken from the file as it lies.
struct Counted {
    inner: Box<dyn Read + Send>,
    progress: Arc<AtomicU64>,
    taken: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(buffer)?;
        self.progress.fetch_add(got as u64, Ordering::Relaxed);
        self.taken.fetch_add(got as u64, Ordering::Relaxed);
        Ok(got)
    }
}

/// Stops where little unpacks to so much that it is no result but a trap for whoever unpacks it.
struct Held<R> {
    inner: R,
    packed: Arc<AtomicU64>,
    unpacked: u64,
    believed: u64,
    step: usize,
}

impl<R: Read> Read for Held<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.unpacked > self.believed
            && self.unpacked / MOST_PER_BYTE > self.packed.load(Ordering::Relaxed)
            && !buffer.is_empty()
        {
            let text = format!(
                "it unpacks to more than {MOST_PER_BYTE} times its size, which no result does: stopped after {} MiB",
                self.unpacked >> 20
            );
            return Err(io::Error::new(TOO_LARGE, text));
        }
        let length = buffer.len().min(self.step);
        let got = self.inner.read(buffer.get_mut(..length).unwrap_or(&mut []))?;
        self.unpacked += got as u64;
        Ok(got)
    }
}

/// All frames of a Zstandard file: `zstd -T0`, `pzstd` and `cat` write more than one, some of them to be passed over.
struct Frames<R: Read> {
    source: BufReader<R>,
    frame: FrameDecoder,
    open: bool,
}

impl<R: Read> Frames<R> {
    fn new(source: R) -> Self {
        Self { source: BufReader::new(source), frame: FrameDecoder::new(), open: false }
    }

    /// Goes to the next frame; `false` at the end of the file.
    fn advance(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.frame.init(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut (&mut self.source).take(u64::from(length)), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(false)
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            while self.open && self.frame.can_collect() == 0 && !self.frame.is_finished() {
                let block = BlockDecodingStrategy::UptoBlocks(1);
                self.frame.decode_blocks(&mut self.source, block).map_err(io::Error::other)?;
            }
            if self.open && self.frame.can_collect() > 0 {
                return self.frame.read(buffer);
            }
            self.open = self.advance()?;
            if !self.open {
                return Ok(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` bytes from next to nothing.
    fn trap(packed: u64, believed: u64) -> Held<io::Take<io::Repeat>> {
        Held {
            inner: io::repeat(b'0').take(100_000),
            packed: Arc::new(AtomicU64::new(packed)),
            unpacked: 0,
            believed,
            step: usize::MAX,
        }
    }

    #[test]
    fn what_unpacks_without_end_is_stopped_and_said() {
        let mut out = vec![0; 4096];
        let mut read = |mut from: Held<_>| {
            let mut all = 0;
            loop {
                match from.read(&mut out) {
                    Ok(0) => return Ok(all),
                    Ok(got) => all += got,
                    Err(error) => return Err((all, error)),
                }
            }
        };
        let (all, error) = read(trap(10, 20_000)).unwrap_err();
        assert!((20_000..30_000).contains(&all), "{all}");
        assert_eq!(error.kind(), TOO_LARGE);
        assert_eq!(read(trap(10, 200_000)).unwrap(), 100_000, "little is believed at any ratio");
        assert_eq!(read(trap(100, 20_000)).unwrap(), 100_000, "a thousand times is believed");
    }
}

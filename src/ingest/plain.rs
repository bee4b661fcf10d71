//! Positioned reads of a plain file: what block readers are built on. No memory map: resident memory stays bounded, and a
//! file that shrinks while it is read is an error, not a crash.

use std::fs::File;
use std::io;
use std::path::Path;

/// A Plain file is an unpacked file that may be read at any place. Each thread opens one for itself.
#[derive(Debug)]
pub struct PlainFile(File);

impl PlainFile {
    /// Opens it.
    ///
    /// # Errors
    /// The operating system's.
    pub fn open(path: &Path) -> io::Result<Self> {
        File::open(path).map(Self)
    }

    /// Reads at a place of the file until the buffer is full or the file ends; returns how many bytes.
    ///
    /// # Errors
    /// The operating system's.
    pub fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read_some_at(rest, at + filled as u64) {
                Ok(0) => break,
                Ok(got) => filled += got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    #[cfg(unix)]
    fn read_some_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.0, buffer, at)
    }

    /// Moving the position disturbs nobody, because no two threads share one.
    #[cfg(not(unix))]
    fn read_some_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        use io::{Read, Seek, SeekFrom};
        let mut file = &self.0;
        file.seek(SeekFrom::Start(at))?;
        file.read(buffer)
    }
}

//! Positioned reads of a plain file: what block readers are built on. No memory map: resident memory stays bounded, and a
//! file that shrinks while it is read is an error, not a crash.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A Plain file is an unpacked file that may be read at any place, by several threads at once.
#[derive(Debug, Clone)]
pub struct PlainFile(Arc<File>);

impl From<File> for PlainFile {
    fn from(file: File) -> Self {
        Self(Arc::new(file))
    }
}

impl PlainFile {
    /// Opens it.
    ///
    /// # Errors
    /// The operating system's.
    pub fn open(path: &Path) -> io::Result<Self> {
        File::open(path).map(Self::from)
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
        std::os::unix::fs::FileExt::read_at(&*self.0, buffer, at)
    }

    /// Moves the position, which disturbs nobody: every read says where.
    #[cfg(windows)]
    fn read_some_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&*self.0, buffer, at)
    }

    /// Where there is neither, there are no threads either.
    #[cfg(not(any(unix, windows)))]
    fn read_some_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        use io::{Read, Seek, SeekFrom};
        let mut file = &*self.0;
        file.seek(SeekFrom::Start(at))?;
        file.read(buffer)
    }
}

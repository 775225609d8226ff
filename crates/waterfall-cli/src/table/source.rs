//! [`Source`]: the bytes of a file, read from the beginning as often as necessary.

use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

/// The number of bytes that are read at a time.
const CHUNK: usize = 64 * 1024;

/// The bytes of a file. A regular file is not held in memory.
#[derive(Debug)]
pub(super) enum Source {
    File(PathBuf),
    Memory(Vec<u8>),
}

impl Source {
    /// A pipe can be read only once, so it is read into memory.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        Ok(match fs::metadata(path)?.is_file() {
            true => Self::File(path.to_owned()),
            false => Self::Memory(fs::read(path)?),
        })
    }

    /// Reads from the beginning.
    pub(super) fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::with_capacity(CHUNK, File::open(path)?)),
            Self::Memory(bytes) => Box::new(Cursor::new(bytes)),
        })
    }

    /// Returns the first bytes, at most this many.
    pub(super) fn head(&self, most: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.open()?.take(most as u64).read_to_end(&mut head)?;
        Ok(head)
    }

    /// Calls a function with all bytes, in chunks, until it returns `false`.
    pub(super) fn each_chunk(&self, mut each: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
        let (mut reader, mut chunk) = (self.open()?, vec![0; CHUNK]);
        loop {
            match reader.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(length) if !each(&chunk[..length]) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

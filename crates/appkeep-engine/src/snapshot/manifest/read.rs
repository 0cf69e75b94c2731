//! Reads a manifest sequentially or one directory at a time.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use super::{CONTENT_BYTES_MAX, Entry, Frame, HEAD, Kind, PREFIX_BYTES, digest_of};

/// The position of a directory's first entry in a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DirectoryOffset(u64);

/// The position of the top-level entries, the volumes.
pub(crate) const TOP: DirectoryOffset = DirectoryOffset(HEAD.len() as u64);

/// An element of a manifest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An entry. If it is a directory, its entries follow.
    Entry(Entry),
    /// A volume with its own metadata.
    Subvolume(OsString),
    /// The end of a directory; at the top level, the end of the manifest.
    End,
}

/// An open manifest.
#[derive(Debug)]
pub(crate) struct Reader {
    file: BufReader<File>,
    at: u64,
}

impl Reader {
    /// Opens the manifest at `path`, and positions the reader at its top.
    ///
    /// # Errors
    /// I/O errors, and an error if it has another version.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut reader = Self {
            file: BufReader::new(File::open(path)?),
            at: 0,
        };
        let mut head = [0; HEAD.len()];
        reader.get(&mut head)?;
        if head == *HEAD {
            Ok(reader)
        } else {
            let first = String::from_utf8_lossy(&head).trim_end().to_owned();
            Err(io::Error::other(format!(
                "the manifest begins with {first:?}: expected {:?}",
                String::from_utf8_lossy(HEAD).trim_end()
            )))
        }
    }

    /// Reads the next element of a sequential walk through all directories.
    ///
    /// # Errors
    /// I/O errors, and an error if the manifest is damaged.
    pub(crate) fn step(&mut self) -> io::Result<Step> {
        self.next().map(|(step, _)| step)
    }

    /// Lists a directory without the content of its subdirectories.
    ///
    /// # Errors
    /// I/O errors, and an error if the manifest is damaged.
    pub(crate) fn list(&mut self, inside: DirectoryOffset) -> io::Result<Vec<(Step, DirectoryOffset)>> {
        self.seek(inside.0)?;
        let mut listed = Vec::new();
        loop {
            let (step, end) = self.next()?;
            let below = DirectoryOffset(self.at);
            match step {
                Step::End => return Ok(listed),
                step => listed.push((step, below)),
            }
            if let Some(end) = end {
                if end <= self.at {
                    return Err(self.damaged());
                }
                self.seek(end)?;
            }
        }
    }

    /// Reads the next frame; for a directory, also returns the offset of the frame after its end.
    fn next(&mut self) -> io::Result<(Step, Option<u64>)> {
        let mut prefix = [0; PREFIX_BYTES];
        self.get(&mut prefix)?;
        let (length, digest) = prefix.split_at(4);
        let length = length.try_into().map_or(u32::MAX, u32::from_le_bytes);
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= CONTENT_BYTES_MAX)
            .ok_or_else(|| self.damaged())?;
        let mut content = vec![0; length];
        self.get(&mut content)?;
        if digest_of(&content) != digest {
            return Err(self.damaged());
        }
        let frame = postcard::from_bytes(&content).map_err(|_| self.damaged())?;
        Ok(match frame {
            Frame::Entry(entry) if entry.kind == Kind::Directory => {
                let mut end = [0; 8];
                self.get(&mut end)?;
                (Step::Entry(entry), Some(u64::from_le_bytes(end)))
            }
            Frame::Entry(entry) => (Step::Entry(entry), None),
            Frame::Subvolume(name) => (Step::Subvolume(OsString::from_vec(name)), None),
            Frame::End => (Step::End, None),
        })
    }

    fn get(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        match self.file.read_exact(bytes) {
            Ok(()) => {
                self.at += bytes.len() as u64;
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.damaged()),
            Err(error) => Err(error),
        }
    }

    fn seek(&mut self, at: u64) -> io::Result<()> {
        let distance = i64::try_from(i128::from(at) - i128::from(self.at)).map_err(io::Error::other)?;
        self.file.seek_relative(distance)?;
        self.at = at;
        Ok(())
    }

    fn damaged(&self) -> io::Error {
        io::Error::other(format!("the manifest is damaged at byte {}", self.at))
    }
}

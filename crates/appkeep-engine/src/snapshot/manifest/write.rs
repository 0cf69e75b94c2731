//! Writes a manifest during the creation of a snapshot.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use super::{CONTENT_BYTES_MAX, Entry, Frame, HEAD, Kind, digest_of};
use crate::durable::FILE_MODE;

/// A manifest that is being written.
#[derive(Debug)]
pub(crate) struct Writer {
    file: BufWriter<File>,
    /// The number of written bytes.
    at: u64,
    /// The offset of the end field of each open directory.
    open: Vec<u64>,
}

impl Writer {
    /// Creates the manifest at `path`, replacing that of an earlier attempt.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(FILE_MODE)
            .open(path)?;
        let mut writer = Self {
            file: BufWriter::new(file),
            at: 0,
            open: Vec::new(),
        };
        writer.put(HEAD)?;
        Ok(writer)
    }

    /// Adds an entry. After a directory, add its entries and then call [`Writer::leave`].
    pub(crate) fn entry(&mut self, entry: Entry) -> io::Result<()> {
        let is_directory = entry.kind == Kind::Directory;
        self.frame(&Frame::Entry(entry))?;
        if is_directory {
            self.open.push(self.at);
            self.put(&0_u64.to_le_bytes())?;
        }
        Ok(())
    }

    /// Adds a volume with its own metadata.
    pub(crate) fn subvolume(&mut self, name: &OsStr) -> io::Result<()> {
        self.frame(&Frame::Subvolume(name.as_bytes().to_owned()))
    }

    /// Ends the current directory.
    pub(crate) fn leave(&mut self) -> io::Result<()> {
        self.frame(&Frame::End)?;
        let Some(end_field_at) = self.open.pop() else {
            return Err(io::Error::other("no directory is open"));
        };
        self.file.flush()?;
        self.file
            .get_ref()
            .write_all_at(&self.at.to_le_bytes(), end_field_at)
    }

    /// Ends the manifest, and syncs it to disk.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.frame(&Frame::End)?;
        self.file.flush()?;
        self.file.get_ref().sync_all()
    }

    fn frame(&mut self, frame: &Frame) -> io::Result<()> {
        let content = postcard::to_allocvec(frame).map_err(io::Error::other)?;
        let length = u32::try_from(content.len())
            .ok()
            .filter(|_| content.len() <= CONTENT_BYTES_MAX)
            .ok_or_else(|| io::Error::other("an entry has too many attributes for a manifest"))?;
        self.put(&length.to_le_bytes())?;
        self.put(&digest_of(&content))?;
        self.put(&content)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }
}

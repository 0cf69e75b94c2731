//! Reads one file, detects concurrent changes, and records digests of the sampled regions.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use rustic_core::{ReadSourceOpen, RusticResult};
use rustix::fs::Stat;

use super::Shared;
use super::samples::FileSampler;
use crate::dir::size_of;
use crate::failure::lock;
use crate::snapshot::file::{has_changed, is_only_deleted};
use crate::tree_source::read_error;

/// A file that was listed. It is open already: the entry of its name may be replaced.
#[derive(Debug)]
pub(crate) struct LiveFile {
    shared: Arc<Shared>,
    file: File,
    /// The status with which it was listed.
    listed: Stat,
    path: PathBuf,
    /// Identifies a file that was listed as one of several names.
    linked: Option<(u64, u64)>,
}

impl LiveFile {
    pub(super) fn new(
        shared: Arc<Shared>,
        file: File,
        listed: Stat,
        path: PathBuf,
        linked: Option<(u64, u64)>,
    ) -> Self {
        Self {
            shared,
            file,
            listed,
            path,
            linked,
        }
    }
}

impl ReadSourceOpen for LiveFile {
    type Reader = LiveReader;

    fn open(self) -> RusticResult<LiveReader> {
        let mut reader = LiveReader {
            left: size_of(&self.listed),
            has_shrunk: false,
            sampler: FileSampler::new(&self.path),
            file: self,
        };
        if reader.left == 0 {
            reader
                .end()
                .map_err(|error| read_error(&reader.file.path, error))?;
        }
        Ok(reader)
    }
}

/// A file that is being read. It returns as many bytes as the file had when it was listed.
#[derive(Debug)]
pub(crate) struct LiveReader {
    file: LiveFile,
    left: u64,
    has_shrunk: bool,
    sampler: FileSampler,
}

impl Read for LiveReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let buffer = &mut buffer[..length];
        if buffer.is_empty() {
            return Ok(0);
        }
        let mut read = if self.has_shrunk {
            0
        } else {
            self.file.file.read(buffer)?
        };
        if read == 0 {
            self.has_shrunk = true;
            buffer.fill(0);
            read = buffer.len();
        }
        self.sampler.update(&self.file.shared.samples, &buffer[..read]);
        self.left -= read as u64;
        if self.left == 0 {
            self.end()?;
        }
        Ok(read)
    }
}

impl LiveReader {
    /// Checks after the last byte whether the file changed since it was listed.
    fn end(&mut self) -> io::Result<()> {
        self.sampler.finish(&self.file.shared.samples);
        let LiveFile {
            shared,
            file,
            listed,
            path,
            linked,
        } = &self.file;
        let now = rustix::fs::fstat(file)?;
        if is_only_deleted(listed, &now) && !self.has_shrunk {
            lock(&shared.passes).has_deleted = true;
        } else if has_changed(listed, &now) {
            lock(&shared.passes).changed(path, *linked);
        } else if self.has_shrunk {
            // Some files of the kernel are shorter than their size.
            return Err(io::Error::other("it is shorter than its size"));
        }
        Ok(())
    }
}

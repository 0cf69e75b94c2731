//! A position in a directory tree. It is reached by names only, with a single open directory at any depth.

use std::ffi::OsStr;
use std::io;

use crate::dir::{Dir, identity_of};

/// An open directory, and the way back to its ancestors.
#[derive(Debug)]
pub(crate) struct Cursor {
    here: Dir,
    /// The identities of the ancestors, the nearest last.
    above: Vec<(u64, u64)>,
}

impl Cursor {
    /// Creates a cursor at `top`.
    pub(crate) fn new(top: Dir) -> Self {
        Self {
            here: top,
            above: Vec::new(),
        }
    }

    /// The current directory.
    pub(crate) fn here(&self) -> &Dir {
        &self.here
    }

    /// Enters `below`, a subdirectory of the current directory.
    pub(crate) fn down(&mut self, below: Dir) -> io::Result<()> {
        self.above.push(identity_of(&self.here.stat_self()?));
        self.here = below;
        Ok(())
    }

    /// Moves to the parent directory, and returns the previous one.
    ///
    /// # Errors
    /// I/O errors, and an error if the directory was moved meanwhile.
    pub(crate) fn up(&mut self) -> io::Result<Dir> {
        let parent = self.here.open_dir(OsStr::new(".."))?;
        if self.above.pop() != Some(identity_of(&parent.stat_self()?)) {
            return Err(io::Error::other("the directory was moved meanwhile"));
        }
        Ok(std::mem::replace(&mut self.here, parent))
    }
}

//! A place in a directory tree that is reached by names alone, with one directory open however deep it is.

use std::ffi::OsStr;
use std::io;

use crate::dir::{Dir, identity_of};

/// A directory that is open, and a way back up.
#[derive(Debug)]
pub(crate) struct Cursor {
    here: Dir,
    /// What the directories above are, the nearest last.
    above: Vec<(u64, u64)>,
}

impl Cursor {
    /// Begins at `top`.
    pub(crate) fn new(top: Dir) -> Self {
        Self {
            here: top,
            above: Vec::new(),
        }
    }

    /// The directory it is in.
    pub(crate) fn here(&self) -> &Dir {
        &self.here
    }

    /// Goes down into `below`, a directory of the one it is in.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn down(&mut self, below: Dir) -> io::Result<()> {
        self.above.push(identity_of(&self.here.stat_self()?));
        self.here = below;
        Ok(())
    }

    /// Goes up again, and answers the directory that it was in.
    ///
    /// # Errors
    /// As the system says; and when somebody moved the directory meanwhile.
    pub(crate) fn up(&mut self) -> io::Result<Dir> {
        let parent = self.here.open_dir(OsStr::new(".."))?;
        if self.above.pop() != Some(identity_of(&parent.stat_self()?)) {
            return Err(io::Error::other("somebody moved the directory meanwhile"));
        }
        Ok(std::mem::replace(&mut self.here, parent))
    }
}

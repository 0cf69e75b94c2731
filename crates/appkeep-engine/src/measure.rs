//! Measures the total size of the files in a directory tree.
//!
//! A file is counted once per name and with its holes. The library counts backed-up data in the same way, so
//! a backup's progress ends at the measured size.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::vec;

use appkeep_core::catalog::Volume;
use appkeep_core::engine::EngineError;
use rustix::fs::FileType;
use tokio_util::sync::CancellationToken;

use crate::dir::{Dir, kind_of, size_of};
use crate::failure::Reasons;
use crate::space::CopySize;
use crate::staging::is_staging_name;

/// The total size of the volumes' files in bytes. Also adds the space that a snapshot of them requires to
/// `copy_size`, if there will be one.
///
/// # Errors
/// [`EngineError::Unreadable`] with the unreadable files; each file is opened for this.
pub(crate) fn volumes(
    volumes: &[Volume],
    copy_size: Option<&mut CopySize>,
    cancel: &CancellationToken,
) -> Result<u64, EngineError> {
    let mut measure = Measure {
        bytes: 0,
        copy_size,
        unreadable: Reasons::default(),
        cancel,
    };
    for volume in volumes {
        measure.tree(&volume.path, &volume.name)?;
    }
    measure.finish()
}

/// The total size of the files below `directory` in bytes; messages call the directory `name`.
///
/// # Errors
/// [`EngineError::Unreadable`] with the unreadable files.
pub(crate) fn tree(directory: &Path, name: &str, cancel: &CancellationToken) -> Result<u64, EngineError> {
    let mut measure = Measure {
        bytes: 0,
        copy_size: None,
        unreadable: Reasons::default(),
        cancel,
    };
    measure.tree(directory, name)?;
    measure.finish()
}

struct Measure<'a> {
    bytes: u64,
    copy_size: Option<&'a mut CopySize>,
    unreadable: Reasons,
    cancel: &'a CancellationToken,
}

/// A directory that is being walked.
struct Frame {
    dir: Dir,
    names: vec::IntoIter<OsString>,
    path: PathBuf,
}

impl Measure<'_> {
    fn finish(self) -> Result<u64, EngineError> {
        self.unreadable.into_result().map(|()| self.bytes)
    }

    fn tree(&mut self, directory: &Path, name: &str) -> Result<(), EngineError> {
        let root = Dir::open(directory).and_then(|dir| Frame::new(dir, PathBuf::from(name)));
        let mut stack = match root {
            Ok(root) => vec![root],
            Err(error) => {
                // The directory on this server is logged for the operator only.
                tracing::warn!(path = %directory.display(), %error, "can't be measured");
                self.unreadable.push_error(name, &error);
                return Ok(());
            }
        };
        while let Some(frame) = stack.last_mut() {
            if self.cancel.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            if self.unreadable.is_full() {
                return Ok(());
            }
            let Some(name) = frame.names.next() else {
                stack.pop();
                continue;
            };
            match self.entry(frame, &name) {
                Ok(Some(below)) => stack.push(below),
                Ok(None) => {}
                // It was deleted after its directory was listed.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => self
                    .unreadable
                    .push_error(frame.path.join(name).display(), &error),
            }
        }
        Ok(())
    }

    fn entry(&mut self, frame: &Frame, name: &OsString) -> io::Result<Option<Frame>> {
        match kind_of(&frame.dir.stat(name)?) {
            FileType::Directory => Frame::new(frame.dir.open_dir(name)?, frame.path.join(name)).map(Some),
            FileType::RegularFile => {
                let (file, stat) = frame.dir.open_leased_file(name, self.cancel)?;
                self.bytes += size_of(&stat);
                if let Some(copy_size) = &mut self.copy_size {
                    copy_size.add(&file, &stat);
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }
}

impl Frame {
    fn new(dir: Dir, path: PathBuf) -> io::Result<Self> {
        let mut names = dir.names()?;
        names.retain(|name| !is_staging_name(name));
        Ok(Self {
            names: names.into_iter(),
            dir,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn every_hard_link_counts_and_symbolic_links_do_not() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        fs::write(dir.path().join("a/file"), [0; 1000]).unwrap();
        fs::hard_link(dir.path().join("a/file"), dir.path().join("a/b/same")).unwrap();
        symlink("/nowhere/at/all", dir.path().join("link")).unwrap();
        fs::File::create(dir.path().join("sparse"))
            .unwrap()
            .set_len(1 << 20)
            .unwrap();
        let bytes = tree(dir.path(), "data", &CancellationToken::new()).unwrap();
        assert_eq!(bytes, 2000 + (1 << 20));
    }

    #[test]
    fn a_missing_volume_is_reported() {
        let missing = Volume {
            name: "data".to_owned(),
            path: "/nowhere/at/all".into(),
        };
        let mut copy_size = CopySize::new(Path::new("/tmp"));
        match volumes(&[missing], Some(&mut copy_size), &CancellationToken::new()) {
            Err(EngineError::Unreadable(reasons)) => {
                assert_eq!(reasons, ["data: No such file or directory (os error 2)"]);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn measuring_ends_when_cancelled() {
        let dir = tempfile::tempdir().unwrap();
        let cancel = CancellationToken::new();
        cancel.cancel();
        assert!(matches!(
            tree(dir.path(), "data", &cancel),
            Err(EngineError::Cancelled)
        ));
    }
}

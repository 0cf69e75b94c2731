//! An open directory, whose entries are accessed by name through its descriptor.
//!
//! An app may change its data during a read. Because no path is resolved twice and no link is followed, an
//! entry that is replaced with a link can't redirect a read out of the volume.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry, File};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};
use std::thread;
use std::time::Duration;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use tokio_util::sync::CancellationToken;

/// The pause before another attempt to open a file under a lease.
const LEASE_RETRY: Duration = Duration::from_millis(10);

/// The time during which opening a file under a lease is retried. Linux breaks leases after 45 s, unless
/// `/proc/sys/fs/lease-break-time` has another value.
const LEASE_WAIT_MAX: Duration = Duration::from_mins(1);

/// Whether `name` names an entry of a directory and nothing else.
pub(crate) fn is_plain_name(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    !matches!(bytes, b"" | b"." | b"..") && !bytes.contains(&b'/') && !bytes.contains(&0)
}

/// The entries of the directory at `path`; none if it doesn't exist.
pub(crate) fn entries_of(path: &Path) -> io::Result<impl Iterator<Item = io::Result<DirEntry>> + use<>> {
    match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None.into_iter().flatten()),
        entries => Ok(Some(entries?).into_iter().flatten()),
    }
}

/// An open directory.
#[derive(Debug)]
pub(crate) struct Dir {
    fd: OwnedFd,
}

const DIR_FLAGS: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// `PATH`: the directories on the way to another one needn't be readable.
const PATH_FLAGS: OFlags = OFlags::PATH
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// `NONBLOCK`: a file may meanwhile have been replaced with a pipe.
const FILE_FLAGS: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC);

const NEW_FILE_FLAGS: OFlags = OFlags::WRONLY
    .union(OFlags::CREATE)
    .union(OFlags::EXCL)
    .union(OFlags::CLOEXEC);

impl Dir {
    /// Opens the directory at `path`. If `path` itself is a link, it is followed: an operator chose it.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            fd: rustix::fs::open(path, DIR_FLAGS, Mode::empty())?,
        })
    }

    /// Opens the directory at `path`, which is absolute and without links. If a directory on the path was meanwhile
    /// replaced with a link, this is an error.
    pub(crate) fn open_without_links(path: &Path) -> io::Result<Self> {
        let mut fd = rustix::fs::open("/", PATH_FLAGS, Mode::empty())?;
        for component in path.components() {
            match component {
                Component::RootDir => {}
                Component::Normal(name) => fd = rustix::fs::openat(&fd, name, PATH_FLAGS, Mode::empty())?,
                _ => return Err(io::ErrorKind::InvalidInput.into()),
            }
        }
        Ok(Self {
            fd: rustix::fs::openat(&fd, ".", DIR_FLAGS, Mode::empty())?,
        })
    }

    /// Opens the subdirectory `name`.
    pub(crate) fn open_dir(&self, name: &OsStr) -> io::Result<Self> {
        let fd = rustix::fs::openat(&self.fd, name, DIR_FLAGS.union(OFlags::NOFOLLOW), Mode::empty())?;
        Ok(Self { fd })
    }

    /// Creates and opens the subdirectory `name`.
    pub(crate) fn create_dir(&self, name: &OsStr) -> io::Result<Self> {
        rustix::fs::mkdirat(&self.fd, name, Mode::RWXU)?;
        self.open_dir(name)
    }

    /// Opens the file `name` for reading, and returns its current status.
    pub(crate) fn open_file(&self, name: &OsStr) -> io::Result<(File, Stat)> {
        let file = File::from(rustix::fs::openat(&self.fd, name, FILE_FLAGS, Mode::empty())?);
        let stat = rustix::fs::fstat(&file)?;
        Ok((file, stat))
    }

    /// As [`Dir::open_file`], for a file on which another process may hold a lease. The first attempt asks
    /// that process to release the lease; then the file is retried until it is released. (A blocking open
    /// would wait forever if the name now belongs to a pipe, and couldn't be cancelled.)
    pub(crate) fn open_leased_file(
        &self,
        name: &OsStr,
        cancel: &CancellationToken,
    ) -> io::Result<(File, Stat)> {
        let mut waited = Duration::ZERO;
        loop {
            match self.open_file(name) {
                Err(error)
                    if error.kind() == io::ErrorKind::WouldBlock
                        && waited < LEASE_WAIT_MAX
                        && !cancel.is_cancelled() => {}
                opened => return opened,
            }
            thread::sleep(LEASE_RETRY);
            waited += LEASE_RETRY;
        }
    }

    /// Creates the file `name`, which must not exist.
    pub(crate) fn create_file(&self, name: &OsStr) -> io::Result<File> {
        Ok(File::from(rustix::fs::openat(
            &self.fd,
            name,
            NEW_FILE_FLAGS,
            Mode::RUSR | Mode::WUSR,
        )?))
    }

    /// Duplicates the descriptor of the directory.
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            fd: self.fd.try_clone()?,
        })
    }

    /// The status of this directory.
    pub(crate) fn stat_self(&self) -> io::Result<Stat> {
        Ok(rustix::fs::fstat(&self.fd)?)
    }

    /// The status of the entry `name`.
    pub(crate) fn stat(&self, name: &OsStr) -> io::Result<Stat> {
        Ok(rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// The names of all entries, sorted.
    pub(crate) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.fd)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(OsStr::from_bytes(name).to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}

impl AsFd for Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The type of an entry.
pub(crate) fn kind_of(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// The size of a file in bytes, including holes.
pub(crate) fn size_of(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}

/// Identifies a file for as long as it exists.
pub(crate) fn identity_of(stat: &Stat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

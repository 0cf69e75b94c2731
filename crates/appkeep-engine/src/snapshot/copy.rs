//! Copies a volume's directory tree: content to the snapshot, metadata to its manifest.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::vec;

use appkeep_core::catalog::{Consistency, Volume};
use appkeep_core::engine::{EngineError, SnapshotLevel};
use rustix::fs::{AtFlags, FileType, Stat};
use rustix::io::Errno;
use tokio_util::sync::CancellationToken;

use super::file::{self, CopyError, CopyMethod, CopyOptions};
use super::manifest::write::Writer;
use super::manifest::{Entry, Kind, OUT_OF_RANGE, Original, is_storable};
use super::record::Record;
use super::xattr;
use crate::dir::{Dir, identity_of, kind_of, size_of};
use crate::failure::{Reasons, storage};
use crate::space::{Reserve, allocated_bytes};
use crate::staging::is_staging_name;

/// Copies volumes into a directory.
pub(crate) struct Copier<'a> {
    /// The identity of the directory of snapshots. A volume that contains it would be copied into itself
    /// endlessly.
    snapshots: (u64, u64),
    directory: &'a Path,
    reserve: Reserve,
    consistency: Consistency,
    unreadable: Reasons,
    /// Whether files are still copied, rather than only opened.
    copies: bool,
    volume: VolumeMethods,
    /// The number of device numbers that the manifest uses.
    devices: u64,
    cancel: &'a CancellationToken,
}

/// The method by which the files of the current volume were copied.
#[derive(Debug, Default)]
struct VolumeMethods {
    cloned: bool,
    copied: bool,
    torn: bool,
    /// The file systems whose files can't be cloned.
    no_clones: HashSet<u64>,
    /// The manifest's numbers for devices.
    devices: HashMap<u64, u64>,
}

impl VolumeMethods {
    fn level(&self) -> SnapshotLevel {
        if self.torn {
            SnapshotLevel::Relaxed
        } else if self.cloned && !self.copied {
            SnapshotLevel::Reflink
        } else {
            SnapshotLevel::Copy
        }
    }
}

/// A directory that is being copied.
struct Frame {
    source: Dir,
    target: Dir,
    names: vec::IntoIter<OsString>,
    /// The path of the directory, beginning with the volume's name.
    path: PathBuf,
}

/// The output of copying a volume.
struct Output<'a> {
    /// The snapshot's directory.
    top: Dir,
    links: HashMap<(u64, u64), Linked>,
    record: &'a mut Record,
    manifest: &'a mut Writer,
}

impl Output<'_> {
    /// Adds an entry to the manifest, and notes metadata that can't be kept.
    fn record(
        &mut self,
        name: &OsStr,
        path: &Path,
        kind: Kind,
        original: &Stat,
        attributes: xattr::Found,
    ) -> Result<(), CopyError> {
        let lost_time = || (!is_storable(original)).then(|| OUT_OF_RANGE.to_owned());
        if let Some(lost) = attributes.lost.or_else(lost_time) {
            self.record.lose(path, &lost);
        }
        let original = Original::new(original, attributes.attributes);
        let entry = Entry::new(name, kind, original);
        self.manifest.entry(entry).map_err(CopyError::Copy)
    }
}

/// The copy of a file with several names.
struct Linked {
    /// The path in the snapshot.
    path: PathBuf,
    original: Stat,
    attributes: xattr::Attributes,
    /// The manifest's number for its device.
    device: u64,
}

impl<'a> Copier<'a> {
    /// Creates a copier for a new snapshot that leaves `reserve` free. `directory` contains all snapshots.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if that directory can't be read.
    pub(crate) fn new(
        directory: &'a Path,
        reserve: Reserve,
        consistency: Consistency,
        cancel: &'a CancellationToken,
    ) -> Result<Self, EngineError> {
        let snapshots = Dir::open(directory)
            .and_then(|dir| dir.stat_self())
            .map_err(|error| storage("opening the directory of snapshots", &error))?;
        Ok(Self {
            snapshots: identity_of(&snapshots),
            directory,
            reserve,
            consistency,
            unreadable: Reasons::default(),
            copies: true,
            volume: VolumeMethods::default(),
            devices: 0,
            cancel,
        })
    }

    /// Copies one volume to `target`, under the volume's name. Unreadable files are recorded; from then on
    /// files are only opened, to find further unreadable ones, and no longer copied. Files that keep changing
    /// are recorded, too. Volumes must be copied in order of their names.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`], and [`EngineError::Storage`] if the copy can't be written.
    pub(crate) fn copy(
        &mut self,
        volume: &Volume,
        target: &Dir,
        record: &mut Record,
        manifest: &mut Writer,
    ) -> Result<(), EngineError> {
        self.volume = VolumeMethods::default();
        self.copy_tree(volume, target, record, manifest)?;
        record.reach(self.volume.level());
        Ok(())
    }

    fn copy_tree(
        &mut self,
        volume: &Volume,
        target: &Dir,
        record: &mut Record,
        manifest: &mut Writer,
    ) -> Result<(), EngineError> {
        let path = PathBuf::from(&volume.name);
        let source = match Dir::open(&volume.path) {
            Ok(source) => source,
            Err(error) => {
                self.copies = false;
                // The directory on this server is logged for the operator only.
                tracing::warn!(path = %volume.path.display(), %error, "a volume can't be copied");
                self.unreadable.push_error(&volume.name, &error);
                return Ok(());
            }
        };
        let mut output = Output {
            top: target
                .try_clone()
                .map_err(|error| storage("opening the snapshot", &error))?,
            links: HashMap::new(),
            record,
            manifest,
        };
        let root = match self.enter(
            source,
            target,
            OsStr::new(&volume.name),
            path.clone(),
            &mut output,
        ) {
            Ok(root) => root,
            Err(error) => return self.note(&path, error),
        };
        let mut stack = vec![root];
        while let Some(frame) = stack.last_mut() {
            if self.cancel.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            if self.unreadable.is_full() {
                return Ok(());
            }
            if let Some(name) = frame.names.next() {
                match self.entry(frame, &name, &mut output) {
                    Ok(Some(below)) => stack.push(below),
                    Ok(None) => {}
                    Err(error) => self.note(&frame.path.join(name), error)?,
                }
            } else if let Some(left) = stack.pop() {
                let ended = output.manifest.leave();
                ended.map_err(|error| storage(format!("copying {}", left.path.display()), &error))?;
            }
        }
        Ok(())
    }

    /// Checks that everything could be read.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`] with the unreadable files.
    pub(crate) fn finish(self) -> Result<(), EngineError> {
        self.unreadable.into_result()
    }

    fn note(&mut self, path: &Path, error: CopyError) -> Result<(), EngineError> {
        match error {
            CopyError::Original(why) => {
                self.copies = false;
                self.unreadable.push(format!("{}: {why}", path.display()));
                Ok(())
            }
            CopyError::Torn => {
                self.unreadable
                    .push(format!("{}: changed while it was copied", path.display()));
                Ok(())
            }
            CopyError::Copy(error) => Err(storage(format!("copying {}", path.display()), &error)),
            CopyError::Cancelled => Err(EngineError::Cancelled),
        }
    }

    fn enter(
        &self,
        source: Dir,
        target: &Dir,
        name: &OsStr,
        path: PathBuf,
        output: &mut Output<'_>,
    ) -> Result<Frame, CopyError> {
        let original = source.stat_self().map_err(CopyError::original)?;
        if identity_of(&original) == self.snapshots {
            return Err(CopyError::Original(
                "it contains the directory of snapshots, so it can't be copied".to_owned(),
            ));
        }
        let mut names = source.names().map_err(CopyError::original)?;
        names.retain(|name| !is_staging_name(name));
        let attributes = xattr::found_at(&source).map_err(CopyError::original)?;
        let target = target.create_dir(name).map_err(CopyError::copy)?;
        output.record(name, &path, Kind::Directory, &original, attributes)?;
        Ok(Frame {
            source,
            target,
            names: names.into_iter(),
            path,
        })
    }

    fn entry(
        &mut self,
        frame: &Frame,
        name: &OsStr,
        output: &mut Output<'_>,
    ) -> Result<Option<Frame>, CopyError> {
        let original = match frame.source.stat(name) {
            Ok(original) => original,
            // It was deleted after its directory was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(CopyError::original(error)),
        };
        match kind_of(&original) {
            FileType::Directory => {
                let source = match frame.source.open_dir(name) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                    source => source.map_err(CopyError::original)?,
                };
                return self
                    .enter(source, &frame.target, name, frame.path.join(name), output)
                    .map(Some);
            }
            FileType::RegularFile if self.copies => {
                self.file(frame, name, &original, output)?;
            }
            FileType::RegularFile => match frame.source.open_leased_file(name, self.cancel) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(CopyError::original(error));
                }
                _ => {}
            },
            FileType::Symlink => link(frame, name, &original, output)?,
            kind => output.record.skip(&frame.path.join(name), kind),
        }
        Ok(None)
    }

    fn file(
        &mut self,
        frame: &Frame,
        name: &OsStr,
        original: &Stat,
        output: &mut Output<'_>,
    ) -> Result<(), CopyError> {
        let path = frame.path.join(name);
        if original.st_nlink > 1
            && let Some(linked) = output.links.get(&identity_of(original))
            && is_same_content(original, &linked.original)
        {
            let at = AtFlags::empty();
            match rustix::fs::linkat(&output.top, &linked.path, &frame.target, name, at) {
                Ok(()) => {
                    let (original, kind) = (linked.original, file_kind(&linked.original, linked.device));
                    // Lost metadata was noted for the first name.
                    let attributes = linked.attributes.clone();
                    let entry = Entry::new(name, kind, Original::new(&original, attributes));
                    return output.manifest.entry(entry).map_err(CopyError::Copy);
                }
                // The path or the number of names exceeds the system's limit: the copy becomes a separate
                // file.
                Err(Errno::NAMETOOLONG | Errno::MLINK) => {}
                Err(error) => return Err(CopyError::copy(error)),
            }
        }
        let options = CopyOptions {
            clones: !self.volume.no_clones.contains(&original.st_dev),
            consistency: self.consistency,
            cancel: self.cancel,
        };
        if !options.clones
            && let Err(low) = self.reserve.check(self.directory, allocated_bytes(original))
        {
            // The volumes grew after they were measured, or another snapshot took the space.
            let error = io::Error::new(io::ErrorKind::StorageFull, low.to_string());
            return Err(CopyError::copy(error));
        }
        let copied = match file::copy(&frame.source, &frame.target, name, options) {
            Err(CopyError::Original(_) | CopyError::Torn) if is_gone(frame, name) => return Ok(()),
            copied => copied?,
        };
        if copied.no_clone.is_some_and(is_for_all_files) {
            self.volume.no_clones.insert(original.st_dev);
        }
        match copied.method {
            CopyMethod::Cloned => self.volume.cloned = true,
            CopyMethod::Copied => self.volume.copied = true,
            CopyMethod::Torn => {
                self.volume.torn = true;
                output.record.note(format!(
                    "{}: changed while it was copied; the last copy is kept",
                    path.display()
                ));
            }
        }
        let mut device = 0;
        if copied.original.st_nlink > 1 {
            let identity = identity_of(&copied.original);
            device = self.number_of_device(identity.0, output.links.contains_key(&identity));
            output.links.insert(
                identity,
                Linked {
                    path: path.clone(),
                    original: copied.original,
                    attributes: copied.attributes.attributes.clone(),
                    device,
                },
            );
        }
        let kind = file_kind(&copied.original, device);
        output.record(name, &path, kind, &copied.original, copied.attributes)
    }

    /// The manifest's number for a device, which is the same in each snapshot of the same volumes. A second
    /// copy of the same file (it changed meanwhile) must not be mistaken for another name of the first copy,
    /// and gets a new number.
    fn number_of_device(&mut self, device: u64, is_further_copy: bool) -> u64 {
        let mut next = || {
            self.devices += 1;
            self.devices
        };
        if is_further_copy {
            next()
        } else {
            *self.volume.devices.entry(device).or_insert_with(next)
        }
    }
}

fn file_kind(original: &Stat, device: u64) -> Kind {
    Kind::File {
        size: size_of(original),
        links: original.st_nlink,
        device,
    }
}

/// Whether the reason why a file can't be cloned applies to all files of its file system.
fn is_for_all_files(why: Errno) -> bool {
    matches!(why, Errno::OPNOTSUPP | Errno::XDEV | Errno::NOTTY | Errno::NOSYS)
}

/// Whether a file with several names had the same content both times. A new name changes only the change
/// time.
pub(crate) fn is_same_content(one: &Stat, other: &Stat) -> bool {
    let content = |stat: &Stat| (stat.st_size, stat.st_mtime, stat.st_mtime_nsec);
    content(one) == content(other)
}

/// Whether the original was deleted. If so, deletes its partial copy.
fn is_gone(frame: &Frame, name: &OsStr) -> bool {
    let gone = frame
        .source
        .stat(name)
        .is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    gone && matches!(
        rustix::fs::unlinkat(&frame.target, name, AtFlags::empty()),
        Ok(()) | Err(Errno::NOENT)
    )
}

fn link(frame: &Frame, name: &OsStr, original: &Stat, output: &mut Output<'_>) -> Result<(), CopyError> {
    let target = match rustix::fs::readlinkat(&frame.source, name, Vec::new()) {
        Ok(target) => target.into_bytes(),
        Err(Errno::NOENT) => return Ok(()),
        Err(Errno::INVAL) => return Err(CopyError::Original("changed while it was copied".to_owned())),
        Err(error) => return Err(CopyError::original(error)),
    };
    rustix::fs::symlinkat(OsStr::from_bytes(&target), &frame.target, name).map_err(CopyError::copy)?;
    let path = frame.path.join(name);
    let none = xattr::Found::default();
    output.record(name, &path, Kind::Link { target }, original, none)
}

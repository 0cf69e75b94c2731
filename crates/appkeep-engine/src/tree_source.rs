//! Reads a snapshot for a backup: entries from its manifest, and content from its directory.
//!
//! The library's own source omits files that the user's global gitignore names, drops extended attributes
//! that it can't read, and describes the copy instead of the original. This source omits nothing. Files have
//! the inode and the change time of their originals, by which the library detects changes. For other entries
//! these would only make two backups of unchanged data differ.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use appkeep_core::engine::{EngineError, SnapshotReport};
use rustic_core::jiff::Timestamp;
use rustic_core::repofile::{Metadata as NodeMetadata, Node, NodeType, SnapshotFile};
use rustic_core::{ErrorKind, ReadSource, ReadSourceEntry, ReadSourceOpen, RusticError, RusticResult};
use walkdir::{DirEntry, WalkDir};

use crate::attribute_names;
use crate::failure::BackendFailure;
use crate::snapshot::Snapshot;
use crate::snapshot::manifest::read::{Reader, Step};
use crate::snapshot::manifest::{Kind, Original, TIMES};
use crate::snapshot::xattr;

/// The data of a backup, which may change while it is read.
pub(crate) trait BackupSource: ReadSource<Open: ReadSourceOpen + Send, Iter: Send> + 'static {
    /// Ends a pass through all entries. Returns whether another one is needed, because files changed while they were
    /// read.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`] if the data can't be stored as required.
    fn end_pass(&self) -> Result<bool, EngineError> {
        Ok(false)
    }

    /// Called if the backup is already stored, instead of a pass.
    fn found(&self, _stored: &SnapshotFile) {}

    /// The result of the last pass, if no snapshot has one. Its labels are stored with the backup.
    fn report(&self) -> Option<SnapshotReport> {
        None
    }
}

/// The first device number that no manifest uses.
const FIRST_DEVICE: u64 = 1 << 32;

/// A snapshot as the source of a backup.
#[derive(Debug)]
pub(crate) struct TreeSource {
    snapshot: Snapshot,
}

impl TreeSource {
    /// Creates a source for `snapshot`. Without a manifest, and in snapshots of btrfs subvolumes, the
    /// metadata comes from the file system.
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self { snapshot }
    }
}

impl BackupSource for TreeSource {}

impl ReadSource for TreeSource {
    type Open = FileAt;
    type Iter = Entries;

    fn size(&self) -> RusticResult<Option<u64>> {
        Ok(None)
    }

    fn entries(&self) -> Entries {
        let root = self.snapshot.directory.clone();
        let walk = match &self.snapshot.manifest {
            None => Walk::Files {
                walk: walk_below(&root, 1),
                rest: None,
            },
            Some(path) => match Reader::open(path) {
                Ok(reader) => Walk::Manifest(reader),
                Err(error) => Walk::Failed(error),
            },
        };
        Entries {
            here: root.clone(),
            root,
            walk,
            devices: HashMap::new(),
        }
    }
}

fn walk_below(root: &Path, depth: usize) -> walkdir::IntoIter {
    WalkDir::new(root)
        .min_depth(depth)
        .sort_by_file_name()
        .into_iter()
}

/// A file that isn't open yet.
#[derive(Debug)]
pub(crate) struct FileAt(PathBuf);

impl ReadSourceOpen for FileAt {
    type Reader = File;

    fn open(self) -> RusticResult<File> {
        File::open(&self.0).map_err(|error| {
            let failure = BackendFailure {
                what: "opening".to_owned(),
                error,
            };
            RusticError::with_source(ErrorKind::InputOutput, "opening a file", failure)
        })
    }
}

/// Walks a snapshot in order of names, each directory before its entries.
pub(crate) struct Entries {
    root: PathBuf,
    /// The current directory of the walk through the manifest.
    here: PathBuf,
    walk: Walk,
    /// Device numbers for files with several names that aren't in the manifest.
    devices: HashMap<u64, u64>,
}

enum Walk {
    /// Walks through a manifest.
    Manifest(Reader),
    /// Walks through directories, then continues in the manifest, if there is one.
    Files {
        walk: walkdir::IntoIter,
        rest: Option<Reader>,
    },
    /// The walk couldn't begin.
    Failed(io::Error),
    /// The walk has ended.
    Ended,
}

type Entry = ReadSourceEntry<FileAt>;

impl Iterator for Entries {
    type Item = RusticResult<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match std::mem::replace(&mut self.walk, Walk::Ended) {
                Walk::Ended => return None,
                Walk::Failed(error) => return Some(Err(read_error(Path::new("the snapshot"), error))),
                Walk::Files { mut walk, rest } => {
                    if let Some(found) = walk.next() {
                        self.walk = Walk::Files { walk, rest };
                        return Some(self.file_system_entry(found));
                    }
                    self.walk = rest.map_or(Walk::Ended, Walk::Manifest);
                }
                Walk::Manifest(mut reader) => match reader.step() {
                    Err(error) => return Some(Err(read_error(Path::new("the snapshot"), error))),
                    Ok(Step::End) if self.here == self.root => return None,
                    Ok(Step::End) => {
                        self.here.pop();
                        self.walk = Walk::Manifest(reader);
                    }
                    Ok(Step::Subvolume(name)) => {
                        let walk = walk_below(&self.here.join(name), 0);
                        let rest = Some(reader);
                        self.walk = Walk::Files { walk, rest };
                    }
                    Ok(Step::Entry(entry)) => {
                        self.walk = Walk::Manifest(reader);
                        let path = self.here.join(entry.name());
                        if entry.kind == Kind::Directory {
                            self.here.clone_from(&path);
                        }
                        return Some(Ok(entry_of(path, &entry.kind, entry.original)));
                    }
                },
            }
        }
    }
}

/// Describes an error with this crate's message.
pub(crate) fn read_error(what: &Path, error: io::Error) -> Box<RusticError> {
    let what = what.display().to_string();
    RusticError::with_source(
        ErrorKind::InputOutput,
        "reading an entry",
        BackendFailure { what, error },
    )
}

impl Entries {
    fn file_system_entry(&mut self, found: walkdir::Result<DirEntry>) -> RusticResult<Entry> {
        let (path, entry) = match found {
            Ok(entry) => (entry.path().to_owned(), self.read_metadata(&entry)),
            Err(error) => (error.path().unwrap_or(&self.root).to_owned(), Err(error.into())),
        };
        match entry {
            Ok((kind, original)) => Ok(entry_of(path, &kind, original)),
            Err(error) => Err(read_error(path.strip_prefix(&self.root).unwrap_or(&path), error)),
        }
    }

    /// Reads the metadata of an entry from the file system.
    fn read_metadata(&mut self, entry: &DirEntry) -> io::Result<(Kind, Original)> {
        let path = entry.path();
        let metadata = entry.metadata()?;
        let kind = if metadata.is_dir() {
            Kind::Directory
        } else if metadata.is_symlink() {
            let target = fs::read_link(path)?.into_os_string().as_bytes().to_owned();
            Kind::Link { target }
        } else if metadata.is_file() {
            let next = FIRST_DEVICE + self.devices.len() as u64;
            Kind::File {
                size: metadata.len(),
                links: metadata.nlink(),
                device: *self.devices.entry(metadata.dev()).or_insert(next),
            }
        } else {
            // Snapshots don't contain other types.
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "neither file, directory nor link",
            ));
        };
        let nanos = |nanos: i64| u64::try_from(nanos).unwrap_or(0);
        let original = Original {
            mode: metadata.mode() & 0o7777,
            owner: (metadata.uid(), metadata.gid()),
            modified: (metadata.mtime(), nanos(metadata.mtime_nsec())),
            changed: (metadata.ctime(), nanos(metadata.ctime_nsec())),
            inode: metadata.ino(),
            attributes: match kind {
                Kind::Link { .. } => xattr::Attributes::new(),
                _ => xattr::of_path(path)?,
            },
        };
        Ok((kind, original))
    }
}

fn entry_of(path: PathBuf, kind: &Kind, original: Original) -> Entry {
    let open = matches!(kind, Kind::File { .. }).then(|| FileAt(path.clone()));
    source_entry(path, kind, original, open)
}

/// Describes an entry for the library; `open` is the content of a file.
pub(crate) fn source_entry<O>(
    path: PathBuf,
    kind: &Kind,
    original: Original,
    open: Option<O>,
) -> ReadSourceEntry<O> {
    let node_type = match kind {
        Kind::Directory => NodeType::Dir,
        Kind::File { .. } => NodeType::File,
        Kind::Link { target } => NodeType::from_link(Path::new(OsStr::from_bytes(target))),
    };
    let name = path.file_name().unwrap_or_default();
    let node = Node::new_node(name, node_type, node_metadata(kind, original));
    ReadSourceEntry { path, node, open }
}

/// Converts metadata to restic's format.
pub(crate) fn node_metadata(kind: &Kind, original: Original) -> NodeMetadata {
    let mtime = timestamp(original.modified);
    let mut node = NodeMetadata {
        mode: Some(go_mode(kind, original.mode)),
        mtime: Some(mtime),
        atime: Some(mtime),
        ctime: Some(mtime),
        uid: Some(original.owner.0),
        gid: Some(original.owner.1),
        ..NodeMetadata::default()
    };
    if let Kind::File { size, links, device } = kind {
        node.ctime = Some(timestamp(original.changed));
        node.inode = original.inode;
        node.size = *size;
        node.links = *links;
        if *links > 1 {
            node.device_id = *device;
        }
    }
    add_attributes(&mut node, original.attributes);
    node
}

/// Converts a time to restic's format. A time outside its range becomes the nearest valid one; this was noted
/// when the snapshot was created.
fn timestamp((seconds, nanos): (i64, u64)) -> Timestamp {
    let nanos = i32::try_from(nanos).unwrap_or(0);
    let seconds = seconds.clamp(*TIMES.start(), *TIMES.end());
    Timestamp::new(seconds, nanos).unwrap_or_default()
}

/// Adds extended attributes. The library doesn't export its type for an attribute, so one is parsed from JSON
/// and copied.
fn add_attributes(node: &mut NodeMetadata, attributes: xattr::Attributes) {
    if attributes.is_empty() {
        return;
    }
    let sample = serde_json::from_str(r#"{"extended_attributes": [{"name": "", "value": ""}]}"#);
    let Some(blank) = sample
        .ok()
        .and_then(|mut node: NodeMetadata| node.extended_attributes.pop())
    else {
        unreachable!("the library reads its own format");
    };
    for (name, value) in attributes {
        let mut attribute = blank.clone();
        attribute.name = attribute_names::to_text(&name);
        attribute.value = Some(value);
        node.extended_attributes.push(attribute);
    }
}

/// Converts permissions and type to restic's format: the bits of Go's `fs.FileMode`.
fn go_mode(kind: &Kind, mode: u32) -> u32 {
    const DIR: u32 = 1 << 31;
    const SYMLINK: u32 = 1 << 27;
    const SPECIAL: [(u32, u32); 3] = [(0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20)];

    let mut go_mode = mode & 0o777;
    for (bit, go_bit) in SPECIAL {
        if mode & bit != 0 {
            go_mode |= go_bit;
        }
    }
    match kind {
        Kind::Directory => go_mode | DIR,
        Kind::Link { .. } => go_mode | SYMLINK,
        Kind::File { .. } => go_mode,
    }
}

//! Reads a snapshot's directory for a backup.
//!
//! The library's own source reads the user's global gitignore and leaves out what that names, drops
//! extended attributes that it can't read, and records what is true only of this copy: change time, inode,
//! device. Here nothing is left out, and two copies of the same data give the same bytes, so that the second
//! backup of unchanged data stores nothing.

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustic_core::jiff::Timestamp;
use rustic_core::repofile::{Metadata as NodeMetadata, Node, NodeType};
use rustic_core::{ErrorKind, ReadSource, ReadSourceEntry, ReadSourceOpen, RusticError, RusticResult};
use walkdir::{DirEntry, WalkDir};

use crate::failure::BackendFailure;
use crate::snapshot::xattr;

/// The directory of a snapshot, as a source of a backup.
#[derive(Debug)]
pub(crate) struct TreeSource {
    root: PathBuf,
}

impl TreeSource {
    /// Reads what is below `root`, not `root` itself.
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }
}

impl ReadSource for TreeSource {
    type Open = FileAt;
    type Iter = Entries;

    fn size(&self) -> RusticResult<Option<u64>> {
        Ok(None)
    }

    fn entries(&self) -> Entries {
        let walk = WalkDir::new(&self.root)
            .min_depth(1)
            .sort_by_file_name()
            .into_iter();
        Entries {
            root: self.root.clone(),
            walk,
            links: HashMap::new(),
        }
    }
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

/// Walks a snapshot's directory, each directory before what is in it, sorted by name.
pub(crate) struct Entries {
    root: PathBuf,
    walk: walkdir::IntoIter,
    /// Numbers for the files that have several names, in the order in which they are met.
    links: HashMap<(u64, u64), u64>,
}

impl Iterator for Entries {
    type Item = RusticResult<ReadSourceEntry<FileAt>>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.walk.next()?;
        let (path, entry) = match found {
            Ok(entry) => (entry.path().to_owned(), self.entry(&entry)),
            Err(error) => (error.path().unwrap_or(&self.root).to_owned(), Err(error.into())),
        };
        Some(entry.map_err(|error| {
            let what = path
                .strip_prefix(&self.root)
                .unwrap_or(&path)
                .display()
                .to_string();
            let failure = BackendFailure { what, error };
            RusticError::with_source(ErrorKind::InputOutput, "reading an entry", failure)
        }))
    }
}

impl Entries {
    fn entry(&mut self, entry: &DirEntry) -> io::Result<ReadSourceEntry<FileAt>> {
        let path = entry.path();
        let metadata = entry.metadata()?;
        let (kind, open) = if metadata.is_dir() {
            (NodeType::Dir, None)
        } else if metadata.is_symlink() {
            (NodeType::from_link(&fs::read_link(path)?), None)
        } else if metadata.is_file() {
            (NodeType::File, Some(FileAt(path.to_owned())))
        } else {
            // Taking a snapshot leaves these out.
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "neither file, directory nor link",
            ));
        };
        let node = Node::new_node(entry.file_name(), kind, self.node_metadata(path, &metadata)?);
        Ok(ReadSourceEntry {
            path: path.to_owned(),
            node,
            open,
        })
    }

    fn node_metadata(&mut self, path: &Path, metadata: &Metadata) -> io::Result<NodeMetadata> {
        let mtime = i32::try_from(metadata.mtime_nsec())
            .ok()
            .and_then(|nanos| Timestamp::new(metadata.mtime(), nanos).ok())
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "its time is out of range"))?;
        let has_other_names = metadata.is_file() && metadata.nlink() > 1;
        let number = if has_other_names {
            self.link_number(metadata)
        } else {
            0
        };
        let mut node = NodeMetadata {
            mode: Some(go_mode(metadata)),
            mtime: Some(mtime),
            atime: Some(mtime),
            ctime: Some(mtime),
            uid: Some(metadata.uid()),
            gid: Some(metadata.gid()),
            inode: number,
            device_id: u64::from(has_other_names),
            size: if metadata.is_file() { metadata.len() } else { 0 },
            links: if metadata.is_file() { metadata.nlink() } else { 0 },
            ..NodeMetadata::default()
        };
        if !metadata.is_symlink() {
            add_attributes(&mut node, xattr::of_path(path)?)?;
        }
        Ok(node)
    }

    fn link_number(&mut self, metadata: &Metadata) -> u64 {
        let next = self.links.len() as u64 + 1;
        *self.links.entry((metadata.dev(), metadata.ino())).or_insert(next)
    }
}

/// The library doesn't tell the name of its type for an attribute, so one is read from JSON and copied.
fn add_attributes(node: &mut NodeMetadata, attributes: xattr::Attributes) -> io::Result<()> {
    if attributes.is_empty() {
        return Ok(());
    }
    let mut sample: NodeMetadata =
        serde_json::from_str(r#"{"extended_attributes": [{"name": "", "value": ""}]}"#)?;
    let blank = sample.extended_attributes.remove(0);
    for (name, value) in attributes {
        let mut attribute = blank.clone();
        attribute.name = name.to_string_lossy().into_owned();
        attribute.value = Some(value);
        node.extended_attributes.push(attribute);
    }
    Ok(())
}

/// Permissions and kind as restic's format has them: in the bits of Go's `fs.FileMode`.
fn go_mode(metadata: &Metadata) -> u32 {
    const DIR: u32 = 1 << 31;
    const SYMLINK: u32 = 1 << 27;
    const SPECIAL: [(u32, u32); 3] = [(0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20)];

    let mode = metadata.mode();
    let mut go_mode = mode & 0o777;
    for (bit, go_bit) in SPECIAL {
        if mode & bit != 0 {
            go_mode |= go_bit;
        }
    }
    if metadata.is_dir() {
        go_mode |= DIR;
    } else if metadata.is_symlink() {
        go_mode |= SYMLINK;
    }
    go_mode
}

//! A backup in a repository as the origin of a restore. All of its data is checked before it is used.

use std::ffi::OsStr;
use std::sync::Arc;

use rustic_core::repofile::{BlobType, Node, NodeType, Tree};
use rustic_core::{DataId, Id, IndexedFullStatus, Repository, RusticError, TreeId};
use sha2::{Digest, Sha256};

use super::entry::{Content, DirectorySource, Entry, FileInfo, Kind, Metadata, Origin, Part, RestoreError};
use crate::attribute_names;
use crate::failure;
use crate::write_gate::WriteGate;

/// A repository from which content can be read.
pub(crate) type ReadableRepository = Repository<IndexedFullStatus>;

/// The maximum size of a piece that is read, in bytes. The library creates none over 8 MiB.
const PART_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Reads blobs through a gate.
pub(crate) struct Blobs {
    repository: ReadableRepository,
    gate: Arc<WriteGate>,
    /// Whether each read may take long.
    pub(super) is_remote: bool,
}

impl Blobs {
    /// Creates a reader for `repository`, which reads through `gate`.
    pub(crate) fn new(repository: ReadableRepository, gate: Arc<WriteGate>, is_remote: bool) -> Self {
        Self {
            repository,
            gate,
            is_remote,
        }
    }

    /// The repository.
    pub(crate) fn repository(&self) -> &ReadableRepository {
        &self.repository
    }

    /// Reads a piece of content.
    ///
    /// # Errors
    /// [`RestoreError::Source`] if that part of the repository is damaged; the gate's error if it can't be read.
    pub(crate) fn read(&self, part: &Part) -> Result<bytes::Bytes, RestoreError> {
        let id = (*part.id).into();
        let bytes = self
            .repository
            .get_blob_cached(&id, BlobType::Data)
            .map_err(|error| self.error(&error))?;
        if bytes.len() as u64 == part.bytes {
            Ok(bytes)
        } else {
            Err(RestoreError::Source(format!(
                "the piece {} has {} bytes, not {}",
                part.id,
                bytes.len(),
                part.bytes
            )))
        }
    }

    /// Converts an error of the library: the bucket failed, or its data is damaged.
    fn error(&self, error: &RusticError) -> RestoreError {
        match self.gate.failed() {
            Some(error) => RestoreError::Engine(error),
            None => RestoreError::Source(format!(
                "the repository is damaged: {}",
                failure::message_of(error)
            )),
        }
    }

    /// The entries of a directory, as the repository describes them.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) fn nodes(&self, id: TreeId) -> Result<Vec<Node>, RestoreError> {
        // The library doesn't compare directories with their hashes.
        let blob = self.repository.get_blob_cached(&id.into(), BlobType::Tree);
        let blob = blob.map_err(|error| self.error(&error))?;
        if Id::new(Sha256::digest(&blob).into()) != *id {
            return Err(RestoreError::Source(format!(
                "the repository is damaged: the hash of the directory {id} differs"
            )));
        }
        let tree: Tree = serde_json::from_slice(&blob).map_err(|error| {
            RestoreError::Source(format!("the directory {id} is not in restic's format: {error}"))
        })?;
        Ok(tree.nodes)
    }

    fn tree(&self, id: TreeId) -> Result<Vec<Entry>, RestoreError> {
        self.nodes(id)?.iter().map(entry).collect()
    }

    /// The offset of each piece in the file. Checks that all pieces are in the index and add up to the file's
    /// size.
    pub(crate) fn parts(&self, ids: &[DataId], size: u64) -> Result<Vec<Part>, RestoreError> {
        let mut at: u64 = 0;
        let mut parts = Vec::with_capacity(ids.len());
        for id in ids {
            let found = self.repository.get_index_entry(id);
            let found = found.map_err(|_| RestoreError::Source(format!("the piece {id} is missing")))?;
            let location = found.location;
            let bytes = location
                .uncompressed_length
                .map(|bytes| u64::from(bytes.get()))
                .or_else(|| u64::from(location.length).checked_sub(32))
                .filter(|bytes| *bytes <= PART_BYTES_MAX && u64::from(location.length) <= PART_BYTES_MAX)
                .ok_or_else(|| RestoreError::Source(format!("the piece {id} has an impossible size")))?;
            parts.push(Part { id: *id, at, bytes });
            at = at.saturating_add(bytes);
        }
        if at == size {
            Ok(parts)
        } else {
            Err(RestoreError::Source(format!(
                "its pieces have {at} bytes, but its size is {size}"
            )))
        }
    }
}

/// A backup.
pub(crate) struct FromBackup<'a> {
    blobs: &'a Blobs,
    root: TreeId,
}

impl<'a> FromBackup<'a> {
    /// Creates an origin for the backup with the root `root`.
    pub(crate) fn new(blobs: &'a Blobs, root: TreeId) -> Self {
        Self { blobs, root }
    }
}

impl Origin for FromBackup<'_> {
    fn volumes(&mut self) -> Result<Vec<Entry>, RestoreError> {
        self.blobs.tree(self.root)
    }

    fn enter(&mut self, _: &OsStr, inside: DirectorySource) -> Result<Vec<Entry>, RestoreError> {
        match inside {
            DirectorySource::Tree(id) => self.blobs.tree(id),
            DirectorySource::FileSystem | DirectorySource::Manifest(_) => Err(RestoreError::Source(
                "it is not a directory of a backup".to_owned(),
            )),
        }
    }

    fn leave(&mut self) -> Result<(), RestoreError> {
        Ok(())
    }

    fn content(&self, _: &OsStr, file: &FileInfo) -> Result<Content, RestoreError> {
        let parts = file.parts.as_deref().unwrap_or_default();
        self.blobs.parts(parts, file.size).map(Content::Parts)
    }
}

fn entry(node: &Node) -> Result<Entry, RestoreError> {
    let name = node.name();
    let named = |why: String| RestoreError::Source(format!("{}: {why}", name.display()));
    let kind = match &node.node_type {
        NodeType::Dir => {
            let tree = node
                .subtree
                .ok_or_else(|| named("its entries are missing".to_owned()))?;
            Kind::Directory(DirectorySource::Tree(tree))
        }
        NodeType::File => Kind::File(FileInfo {
            size: node.meta.size,
            linked: (node.meta.links > 1 && node.meta.inode != 0 && node.meta.device_id != 0)
                .then_some((node.meta.device_id, node.meta.inode)),
            parts: Some(node.content.clone().unwrap_or_default()),
        }),
        NodeType::Symlink { .. } => Kind::Link(node.node_type.to_link().to_owned()),
        NodeType::Dev { .. } | NodeType::Chardev { .. } | NodeType::Fifo | NodeType::Socket => {
            return Err(named(
                "it is a device, pipe or socket: expected a file, directory or link".to_owned(),
            ));
        }
    };
    let metadata = metadata(node).map_err(named)?;
    Entry::new(&name, kind, metadata)
}

fn metadata(node: &Node) -> Result<Metadata, String> {
    let meta = &node.meta;
    let missing = |what: &str| format!("its {what} is missing");
    let modified = meta.mtime.ok_or_else(|| missing("time"))?;
    let mut attributes = Vec::new();
    for attribute in &meta.extended_attributes {
        let name = attribute_names::from_text(&attribute.name)
            .ok_or_else(|| format!("{:?} is not a valid name of an attribute", attribute.name))?;
        attributes.push((name, attribute.value.clone().unwrap_or_default()));
    }
    attributes.sort_unstable();
    // A time before 1970 consists of the seconds, rounded down, and positive nanoseconds.
    let nanos = modified.as_nanosecond();
    let (seconds, nanos) = (nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000));
    Ok(Metadata {
        mode: unix_mode(meta.mode.ok_or_else(|| missing("mode"))?),
        owner: (
            meta.uid.ok_or_else(|| missing("owner"))?,
            meta.gid.ok_or_else(|| missing("group"))?,
        ),
        modified: (
            i64::try_from(seconds).map_err(|error| error.to_string())?,
            i64::try_from(nanos).map_err(|error| error.to_string())?,
        ),
        attributes,
    })
}

/// Converts permissions from the bits of Go's `fs.FileMode` in restic's format.
pub(crate) fn unix_mode(go_mode: u32) -> u32 {
    const SPECIAL: [(u32, u32); 3] = [(0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20)];
    let special = SPECIAL.iter().filter(|(_, go_bit)| go_mode & go_bit != 0);
    special.fold(go_mode & 0o777, |mode, (bit, _)| mode | bit)
}

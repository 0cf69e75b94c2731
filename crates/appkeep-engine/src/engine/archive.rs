//! Reads a directory of a backup as a tar archive: files, directories, symbolic links and hard links, with owner, mode
//! and time in seconds. Extended attributes, devices, pipes and sockets aren't included.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::{mem, vec};

use appkeep_core::backup_file::FilePath;
use appkeep_core::engine::EngineError;
use bytes::Bytes;
use rustic_core::TreeId;
use rustic_core::jiff::Timestamp;
use rustic_core::repofile::{Node, NodeType};
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc;

use super::file_walk::entries_of;
use super::files::SendPieces;
use super::open_backup::{BackupReader, Found, tree_of};
use crate::restore::entry::Part;
use crate::restore::from_backup::unix_mode;

/// The size of a piece of the archive in bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// The number of files with several names whose first name is remembered. Each name of any further one is a file of its
/// own.
const LINKED_MAX: usize = 100_000;

/// The longest target of a link in a header, in bytes. A longer one is an entry of its own.
const LINK_BYTES_MAX: usize = 100;

/// A directory that is being read.
pub(super) struct Archive {
    reader: BackupReader,
    /// The rest of each directory on the current path.
    levels: Vec<vec::IntoIter<(FilePath, Node)>>,
    /// The first name of each file with several names, by device and inode.
    linked: HashMap<(u64, u64), PathBuf>,
}

impl Archive {
    /// Finds the directory, and reads its entries. The archive begins with the directory itself, unless it is the root.
    pub(super) fn begin(mut reader: BackupReader, directory: &FilePath) -> Result<Self, EngineError> {
        let entries = reader.read(|open| {
            let refused = |reason: &str| EngineError::Refused(format!("{directory}: {reason}"));
            match open.find(directory)? {
                Some(Found::Root(tree)) => entries_of(open, directory, tree, 0),
                Some(Found::Node(node)) if node.is_dir() => Ok(vec![(directory.clone(), *node)]),
                Some(Found::Node(_)) => Err(refused("it is not a directory")),
                None => Err(refused("the backup does not contain it")),
            }
        })?;
        Ok(Self {
            reader,
            levels: vec![entries.into_iter()],
            linked: HashMap::new(),
        })
    }

    fn write(mut self, archive: &mut Builder<PieceWriter<'_>>) -> Result<(), WriteError> {
        while let Some(level) = self.levels.last_mut() {
            let Some((path, node)) = level.next() else {
                self.levels.pop();
                continue;
            };
            self.add(archive, &path, &node)?;
            if let Some(tree) = tree_of(&node) {
                self.enter(&path, tree)?;
            }
        }
        archive.finish()?;
        archive.get_mut().flush()?;
        Ok(())
    }

    fn enter(&mut self, directory: &FilePath, tree: TreeId) -> Result<(), EngineError> {
        let depth = self.levels.len();
        let entries = self
            .reader
            .read(|open| entries_of(open, directory, tree, depth))?;
        self.levels.push(entries.into_iter());
        Ok(())
    }

    /// Adds an entry.
    fn add(
        &mut self,
        archive: &mut Builder<PieceWriter<'_>>,
        path: &FilePath,
        node: &Node,
    ) -> Result<(), WriteError> {
        let mut header = header_of(node);
        match &node.node_type {
            NodeType::Dir => {
                header.set_entry_type(EntryType::Directory);
                archive.append_data(&mut header, path.as_path(), io::empty())?;
            }
            NodeType::Symlink { .. } => {
                header.set_entry_type(EntryType::Symlink);
                let target = node.node_type.to_link();
                append_link(archive, header, path, target.as_os_str())?;
            }
            NodeType::File => {
                if let Some(first) = self.first_name(path, node) {
                    header.set_entry_type(EntryType::Link);
                    return Ok(append_link(archive, header, path, first.as_os_str())?);
                }
                header.set_entry_type(EntryType::Regular);
                header.set_size(node.meta.size);
                let parts = self.reader.read(|open| open.parts(path, node))?;
                let mut content = PartReader {
                    reader: &mut self.reader,
                    path,
                    parts: parts.into_iter(),
                    rest: Bytes::new(),
                    failure: None,
                };
                let appended = archive.append_data(&mut header, path.as_path(), &mut content);
                return match (content.failure, appended) {
                    (Some(error), _) => Err(WriteError::Read(error)),
                    (None, appended) => Ok(appended?),
                };
            }
            NodeType::Dev { .. } | NodeType::Chardev { .. } | NodeType::Fifo | NodeType::Socket => {}
        }
        Ok(())
    }

    /// The first name in the archive of a file with several names. Remembers the name if it is the first.
    fn first_name(&mut self, path: &FilePath, node: &Node) -> Option<PathBuf> {
        let meta = &node.meta;
        if meta.links < 2 || meta.inode == 0 || meta.device_id == 0 {
            return None;
        }
        let file = (meta.device_id, meta.inode);
        if let Some(first) = self.linked.get(&file) {
            return Some(first.clone());
        }
        if self.linked.len() < LINKED_MAX {
            self.linked.insert(file, path.as_path().to_owned());
        }
        None
    }
}

impl SendPieces for Archive {
    fn send(self, sender: &mpsc::Sender<Result<Bytes, EngineError>>) -> Result<(), EngineError> {
        let mut archive = Builder::new(PieceWriter {
            sender,
            piece: Vec::new(),
            is_closed: false,
        });
        let written = self.write(&mut archive);
        archive.get_mut().is_closed = true;
        match written {
            // Nothing receives the archive any more.
            Ok(()) | Err(WriteError::Write(None)) => Ok(()),
            Err(WriteError::Write(Some(error))) => {
                Err(EngineError::Broken(format!("writing an archive: {error}")))
            }
            Err(WriteError::Read(error)) => Err(error),
        }
    }
}

/// The reason why an archive isn't complete.
enum WriteError {
    /// The backup can't be read.
    Read(EngineError),
    /// The archive can't be written; `None` if nothing receives it any more.
    Write(Option<io::Error>),
}

impl From<EngineError> for WriteError {
    fn from(error: EngineError) -> Self {
        Self::Read(error)
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Write((error.kind() != io::ErrorKind::BrokenPipe).then_some(error))
    }
}

/// The header of an entry, without its type, path and size.
fn header_of(node: &Node) -> Header {
    let meta = &node.meta;
    let mut header = Header::new_gnu();
    header.set_size(0);
    header.set_mode(meta.mode.map_or(0o600, unix_mode));
    header.set_uid(meta.uid.unwrap_or_default().into());
    header.set_gid(meta.gid.unwrap_or_default().into());
    // Names that are too long are left out: the numbers are decisive.
    let _ = meta.user.as_deref().map(|name| header.set_username(name));
    let _ = meta.group.as_deref().map(|name| header.set_groupname(name));
    let seconds = meta.mtime.map_or(0, Timestamp::as_second);
    // The format has no times before 1970.
    header.set_mtime(seconds.try_into().unwrap_or_default());
    header
}

/// Adds a link with exactly this target.
fn append_link(
    archive: &mut Builder<PieceWriter<'_>>,
    mut header: Header,
    path: &FilePath,
    target: &OsStr,
) -> io::Result<()> {
    if target.len() > LINK_BYTES_MAX {
        return archive.append_link(&mut header, path.as_path(), Path::new(target));
    }
    header.set_link_name_literal(target.as_bytes())?;
    archive.append_data(&mut header, path.as_path(), io::empty())
}

/// The content of a file.
struct PartReader<'a> {
    reader: &'a mut BackupReader,
    path: &'a FilePath,
    parts: vec::IntoIter<Part>,
    rest: Bytes,
    failure: Option<EngineError>,
}

impl Read for PartReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            let Some(part) = self.parts.next() else {
                return Ok(0);
            };
            self.rest = self
                .reader
                .read(|open| open.piece(self.path, &part))
                .map_err(|error| {
                    self.failure = Some(error);
                    io::Error::other("the backup can't be read")
                })?;
        }
        let bytes = self.rest.split_to(self.rest.len().min(buffer.len()));
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

/// Sends the written data.
struct PieceWriter<'a> {
    sender: &'a mpsc::Sender<Result<Bytes, EngineError>>,
    piece: Vec<u8>,
    /// Discards the end of the archive, which the builder also writes when it is dropped after an error.
    is_closed: bool,
}

impl Write for PieceWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed {
            return Ok(bytes.len());
        }
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = mem::take(&mut self.piece);
        if piece.is_empty() {
            return Ok(());
        }
        let sent = self.sender.blocking_send(Ok(piece.into()));
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

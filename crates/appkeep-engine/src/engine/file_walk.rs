//! Lists the entries of a backup in the order of their paths, one directory at a time.

use std::os::unix::ffi::OsStrExt;
use std::vec;

use appkeep_core::backup_file::{FileEntry, FileKind, FilePage, FilePath, ListFiles};
use appkeep_core::engine::EngineError;
use chrono::DateTime;
use rustic_core::TreeId;
use rustic_core::repofile::{Node, NodeType};
use tokio_util::sync::CancellationToken;

use super::open_backup::{OpenBackup, tree_of};
use crate::dir::is_plain_name;
use crate::restore::entry::DEPTH_MAX;
use crate::restore::from_backup::unix_mode;

/// The number of entries after which a page ends, even if a pattern selected few of them.
const EXAMINED_MAX: usize = 100_000;

/// Lists entries; `None` if the directory doesn't exist.
pub(super) fn list(
    open: &OpenBackup,
    request: &ListFiles,
    cancel: &CancellationToken,
) -> Result<Option<FilePage>, EngineError> {
    let Some(found) = open.find(&request.directory)? else {
        return Ok(None);
    };
    let mut walk = Walk {
        open,
        request,
        levels: Vec::new(),
        page: FilePage::default(),
        last: None,
        examined: 0,
    };
    if let Some(tree) = found.tree() {
        walk.enter(&request.directory, tree)?;
        walk.run(cancel)?;
    } else if walk.is_after(&request.directory) {
        walk.add(found.entry(request.directory.clone())?);
    }
    Ok(Some(walk.page))
}

/// A listing in progress. It holds the rest of each directory on the current path.
struct Walk<'a> {
    open: &'a OpenBackup,
    request: &'a ListFiles,
    levels: Vec<vec::IntoIter<(FilePath, Node)>>,
    page: FilePage,
    /// The entry that was examined last.
    last: Option<FilePath>,
    examined: usize,
}

impl Walk<'_> {
    fn run(&mut self, cancel: &CancellationToken) -> Result<(), EngineError> {
        while let Some(level) = self.levels.last_mut() {
            let Some((path, node)) = level.next() else {
                self.levels.pop();
                continue;
            };
            let after = self.request.after.as_ref();
            let is_passed = !self.is_after(&path);
            // The next page begins inside of this directory, or of one below it.
            let is_resumed = after.is_some_and(|after| after.starts_with(&path));
            if is_passed && !is_resumed {
                continue;
            }
            if !is_passed {
                if cancel.is_cancelled() {
                    return Err(EngineError::Cancelled);
                }
                if self.page.entries.len() == self.request.limit || self.examined == EXAMINED_MAX {
                    self.page.continue_after = self.last.take();
                    return Ok(());
                }
                self.examined += 1;
                self.last = Some(path.clone());
                self.add(entry_of(path.clone(), &node)?);
            }
            if self.request.is_recursive
                && let Some(tree) = tree_of(&node)
            {
                self.enter(&path, tree)?;
            }
        }
        Ok(())
    }

    /// Adds an entry to the page, if the pattern selects it.
    fn add(&mut self, entry: FileEntry) {
        let pattern = self.request.pattern.as_ref();
        if pattern.is_none_or(|pattern| pattern.matches(&entry.path)) {
            self.page.entries.push(entry);
        }
    }

    fn is_after(&self, path: &FilePath) -> bool {
        self.request.after.as_ref().is_none_or(|after| path > after)
    }

    fn enter(&mut self, directory: &FilePath, tree: TreeId) -> Result<(), EngineError> {
        let entries = entries_of(self.open, directory, tree, self.levels.len())?;
        self.levels.push(entries.into_iter());
        Ok(())
    }
}

/// Reads a directory, which has this many directories above it, and sorts its entries.
pub(super) fn entries_of(
    open: &OpenBackup,
    directory: &FilePath,
    tree: TreeId,
    depth: usize,
) -> Result<Vec<(FilePath, Node)>, EngineError> {
    let invalid = |reason: String| EngineError::Unreadable(vec![format!("{directory}: {reason}")]);
    if depth == DEPTH_MAX {
        return Err(invalid(format!(
            "expected at most {DEPTH_MAX} nested directories"
        )));
    }
    let nodes = open.nodes(directory, tree)?;
    let mut entries = Vec::with_capacity(nodes.len());
    for node in nodes {
        let name = node.name();
        if !is_plain_name(&name) {
            let name = name.as_bytes().escape_ascii();
            return Err(invalid(format!("\"{name}\" can't be the name of an entry")));
        }
        entries.push((directory.join(&name), node));
    }
    entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(entries)
}

/// Describes an entry of a directory.
pub(super) fn entry_of(path: FilePath, node: &Node) -> Result<FileEntry, EngineError> {
    let kind = match &node.node_type {
        NodeType::File => FileKind::File,
        NodeType::Dir => FileKind::Directory,
        NodeType::Symlink { .. } => {
            FileKind::Symlink(node.node_type.to_link().as_os_str().as_bytes().to_vec())
        }
        NodeType::Dev { .. } | NodeType::Chardev { .. } | NodeType::Fifo | NodeType::Socket => {
            FileKind::Other
        }
    };
    let modified = node.meta.mtime.map(|time| {
        DateTime::from_timestamp_micros(time.as_microsecond())
            .ok_or_else(|| EngineError::Unreadable(vec![format!("{path}: its time {time} is out of range")]))
    });
    Ok(FileEntry {
        size: if kind == FileKind::File { node.meta.size } else { 0 },
        kind,
        modified: modified.transpose()?,
        mode: node.meta.mode.map(unix_mode),
        path,
    })
}

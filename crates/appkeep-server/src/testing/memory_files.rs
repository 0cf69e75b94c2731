//! Reads the files of backups that are in memory.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::ops::Range;

use appkeep_core::backup_file::{
    BackupData, BackupFiles, FileEntry, FileKind, FilePage, FilePath, FileStream, ListFiles,
};
use appkeep_core::engine::EngineError;
use async_trait::async_trait;
use bytes::Bytes;
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::memory_engine::{Data, MemoryEngine};

/// The entries of a backup, with the content of files; directories have none.
struct Entries(BTreeMap<FilePath, Option<Bytes>>);

impl Entries {
    fn of(data: Data) -> Self {
        let mut entries = BTreeMap::from([(FilePath::default(), None)]);
        for (volume, files) in data {
            let volume = FilePath::default().join(OsStr::new(&volume));
            entries.insert(volume.clone(), None);
            for (relative, content) in files {
                let mut path = volume.clone();
                for name in &relative {
                    entries.entry(path.clone()).or_default();
                    path = path.join(name);
                }
                entries.insert(path, Some(content));
            }
        }
        Self(entries)
    }

    fn entry(&self, path: &FilePath) -> Option<FileEntry> {
        let content = self.0.get(path)?;
        Some(FileEntry {
            path: path.clone(),
            kind: match content {
                Some(_) => FileKind::File,
                None => FileKind::Directory,
            },
            size: content.as_ref().map_or(0, |content| content.len() as u64),
            modified: None,
            mode: None,
        })
    }
}

impl MemoryEngine {
    fn entries(&self, backup: &BackupData) -> Result<Entries, EngineError> {
        self.backup(backup).map(Entries::of)
    }
}

#[async_trait]
impl BackupFiles for MemoryEngine {
    async fn list_files(
        &self,
        backup: &BackupData,
        request: &ListFiles,
        _: &CancellationToken,
    ) -> Result<Option<FilePage>, EngineError> {
        let entries = self.entries(backup)?;
        let Some(top) = entries.entry(&request.directory) else {
            return Ok(None);
        };
        let is_directory = top.kind == FileKind::Directory;
        let depth = request.directory.names().count() + usize::from(is_directory);
        let is_listed = |path: &&FilePath| {
            path.starts_with(&request.directory)
                && (path.names().count() == depth || (request.is_recursive && path.names().count() > depth))
                && request.after.as_ref().is_none_or(|after| *path > after)
                && request
                    .pattern
                    .as_ref()
                    .is_none_or(|pattern| pattern.matches(path))
        };
        let mut listed = entries.0.keys().filter(is_listed);
        let page: Vec<_> = listed.by_ref().take(request.limit).collect();
        Ok(Some(FilePage {
            continue_after: listed.next().and(page.last()).map(|path| (*path).clone()),
            entries: page.into_iter().filter_map(|path| entries.entry(path)).collect(),
        }))
    }

    async fn find_file(
        &self,
        backup: &BackupData,
        path: &FilePath,
        _: &CancellationToken,
    ) -> Result<Option<FileEntry>, EngineError> {
        Ok(self.entries(backup)?.entry(path))
    }

    async fn read_file(
        &self,
        backup: &BackupData,
        path: &FilePath,
        range: Range<u64>,
        _: &CancellationToken,
    ) -> Result<FileStream, EngineError> {
        let content = self.entries(backup)?.0.remove(path).flatten();
        let within = |at: u64| usize::try_from(at).ok();
        let part = content.zip(within(range.start).zip(within(range.end)));
        let part = part.filter(|(content, (start, end))| start <= end && *end <= content.len());
        let (content, (start, end)) =
            part.ok_or_else(|| EngineError::Refused(format!("{path}: it is not a file with these bytes")))?;
        Ok(stream_of(content.slice(start..end)))
    }

    async fn read_archive(
        &self,
        backup: &BackupData,
        directory: &FilePath,
        _: &CancellationToken,
    ) -> Result<FileStream, EngineError> {
        let entries = self.entries(backup)?;
        let below = entries.0.iter().filter(|(path, _)| path.starts_with(directory));
        let mut archive = Builder::new(Vec::new());
        for (path, content) in below.filter(|(path, _)| path.name().is_some()) {
            let mut header = Header::new_gnu();
            header.set_mode(0o755);
            header.set_entry_type(match content {
                Some(_) => EntryType::Regular,
                None => EntryType::Directory,
            });
            let content = content.as_deref().unwrap_or_default();
            header.set_size(content.len() as u64);
            archive
                .append_data(&mut header, path.as_path(), content)
                .map_err(|error| failed(&error))?;
        }
        let archive = archive.into_inner().map_err(|error| failed(&error))?;
        Ok(stream_of(archive.into()))
    }
}

fn failed(error: &io::Error) -> EngineError {
    EngineError::Broken(error.to_string())
}

fn stream_of(content: Bytes) -> FileStream {
    let (sender, receiver) = mpsc::channel(1);
    // The channel has room for it.
    let _ = sender.try_send(Ok(content));
    receiver
}

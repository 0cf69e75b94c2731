//! A bucket in a directory of this machine.

use std::fs::{self, DirEntry, File};
use std::io;
use std::num::NonZeroU64;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use walkdir::WalkDir;

use super::{BucketStorage, Caching, Object};
use crate::dir::entries_of;
use crate::{durable, failure};

/// The directory of a repository in which files are written before they are renamed. restic ignores it.
pub(crate) const TMP_DIR: &str = "tmp";

/// The directories of a repository, without the 256 directories in `data`. restic uses `locks`.
const DIRECTORIES: [&str; 6] = ["data", "index", "keys", "locks", "snapshots", TMP_DIR];

/// Numbers the files that are being written, so that their names are unique.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// A bucket in a directory.
#[derive(Debug)]
pub(crate) struct DirectoryStorage {
    root: PathBuf,
}

impl DirectoryStorage {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Whether the directory of this object belongs to an existing repository.
    fn is_in_repository(&self, key: &str) -> io::Result<bool> {
        match key.split_once('/') {
            Some((repository, _)) => self.root.join(repository).join("config").try_exists(),
            None => Ok(false),
        }
    }

    /// Whether the repository of this object has a directory.
    fn has_directory_of(&self, key: &str) -> bool {
        key.split_once('/')
            .is_some_and(|(repository, _)| self.root.join(repository).is_dir())
    }

    /// The file in which an object is written before it is renamed.
    fn beside(&self, key: &str) -> PathBuf {
        let (number, process) = (WRITTEN.fetch_add(1, Ordering::Relaxed), process::id());
        match key.split_once('/') {
            Some((repository, file)) => {
                let name = file.rsplit('/').next().unwrap_or(file);
                let tmp = self.root.join(repository).join(TMP_DIR);
                tmp.join(format!("{name}-{process}-{number}"))
            }
            None => self.root.join(format!("{key}.{process}-{number}.new")),
        }
    }
}

impl BucketStorage for DirectoryStorage {
    fn describe(&self, key: &str) -> String {
        self.root.join(key).display().to_string()
    }

    fn check(&self) -> io::Result<()> {
        let missing = match fs::metadata(&self.root) {
            Ok(found) if found.is_dir() => return Ok(()),
            Ok(_) => io::Error::from(io::ErrorKind::NotADirectory),
            Err(error) => error,
        };
        // The directory on this server is logged for the operator only.
        tracing::info!(path = %self.root.display(), error = %missing, "a bucket is unavailable");
        Err(missing)
    }

    fn list(&self, directory: &str) -> io::Result<Vec<Object>> {
        match fs::read_dir(self.root.join(directory)) {
            Ok(entries) => objects_in(entries, ""),
            // A directory may be missing only if no repository was created yet.
            Err(error)
                if error.kind() == io::ErrorKind::NotFound
                    && !directory.is_empty()
                    && !self.is_in_repository(directory)? =>
            {
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }

    fn list_packs(&self, directory: &str) -> io::Result<Vec<Object>> {
        let mut packs = Vec::new();
        for part in self.list(directory)? {
            if part.name.len() == 2 && u8::from_str_radix(&part.name, 16).is_ok() {
                let entries = fs::read_dir(self.root.join(directory).join(&part.name))?;
                packs.extend(objects_in(entries, &format!("{}/", part.name))?);
            } else {
                packs.push(part);
            }
        }
        Ok(packs)
    }

    fn any_below(&self, directory: &str, except: &str) -> io::Result<Option<String>> {
        let root = self.root.join(directory);
        let except = root.join(except);
        for entry in WalkDir::new(&root) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() || entry.path().starts_with(&except) => {}
                Ok(entry) => {
                    let found = entry.path().strip_prefix(&root).unwrap_or(entry.path());
                    return Ok(Some(found.display().to_string()));
                }
                Err(error) if error.depth() == 0 && is_not_found(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    fn size(&self, key: &str) -> io::Result<Option<u64>> {
        match fs::metadata(self.root.join(key)) {
            Ok(found) if found.is_file() => Ok(Some(found.len())),
            Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "not a file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn get(&self, key: &str) -> io::Result<Bytes> {
        fs::read(self.root.join(key)).map(Bytes::from)
    }

    fn range(&self, key: &str, offset: u64, length: usize, caching: Caching) -> io::Result<Bytes> {
        let mut bytes = vec![0; length];
        let file = File::open(self.root.join(key))?;
        if caching == Caching::Bypassed {
            let length = u64::try_from(length).ok().and_then(NonZeroU64::new);
            // This is only advice: a file system may keep cached data.
            let _ = rustix::fs::fadvise(&file, offset, length, rustix::fs::Advice::DontNeed);
        }
        file.read_exact_at(&mut bytes, offset)?;
        Ok(Bytes::from(bytes))
    }

    fn put(&self, key: &str, content: &[Bytes]) -> io::Result<()> {
        let path = self.root.join(key);
        if content.iter().all(Bytes::is_empty) {
            // Takes no space on a full file system.
            drop(File::create(&path)?);
            return durable::sync_parent(&path);
        }
        let beside = self.beside(key);
        match durable::write(&path, &beside, content) {
            // A tool that copies trees may have omitted empty directories.
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.has_directory_of(key) => {
                for directory in [path.parent(), beside.parent()].into_iter().flatten() {
                    durable::create_dirs(directory)?;
                }
                durable::write(&path, &beside, content)
            }
            outcome => outcome,
        }
    }

    fn refuses_overwriting(&self, key: &str, _content: &[Bytes]) -> io::Result<bool> {
        match File::create_new(self.root.join(key)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(true),
            created => created.map(|_| false),
        }
    }

    fn refresh(&self, key: &str, content: &[Bytes]) -> io::Result<()> {
        match self.put(key, content) {
            Err(error) if failure::has_no_room(&error) => File::options()
                .append(true)
                .open(self.root.join(key))?
                .set_modified(SystemTime::now()),
            outcome => outcome,
        }
    }

    fn delete(&self, key: &str) -> io::Result<()> {
        let path = self.root.join(key);
        if key.contains("/data/") {
            durable::remove(&path)
        } else {
            // The deletion of an index or a snapshot must be durable before the packs that it names are deleted.
            durable::remove_synced(&path)
        }
    }

    fn create_repository(&self, directory: &str) -> io::Result<()> {
        let root = self.root.join(directory);
        durable::create_dir(&root)?;
        durable::create_dirs_in(&root, DIRECTORIES.map(str::to_owned))?;
        let packs = (0..=u8::MAX).map(|first| format!("{first:02x}"));
        durable::create_dirs_in(&root.join("data"), packs)
    }

    fn clear_unfinished(&self, directory: &str) -> io::Result<()> {
        for entry in entries_of(&self.root.join(directory).join(TMP_DIR))? {
            fs::remove_file(entry?.path())?;
        }
        Ok(())
    }
}

fn objects_in(entries: impl Iterator<Item = io::Result<DirEntry>>, below: &str) -> io::Result<Vec<Object>> {
    let mut objects = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            tracing::warn!(path = %entry.path().display(), "not a file of a bucket");
            continue;
        };
        match entry.metadata() {
            Ok(found) => objects.push(Object {
                name: format!("{below}{name}"),
                size: found.len(),
                is_file: found.is_file(),
                modified: found.modified().ok(),
            }),
            // Deleted meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(objects)
}

fn is_not_found(error: &walkdir::Error) -> bool {
    error
        .io_error()
        .is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

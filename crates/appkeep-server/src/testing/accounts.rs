//! Accounts, apps and buckets of a test server, and their data.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::ExistingBackup;
use super::memory_engine::Files;
use crate::config::WORKERS_MAX;

/// An account with its apps and buckets.
#[derive(Debug, Clone)]
pub struct Account {
    name: String,
    apps: Vec<App>,
    buckets: Vec<String>,
}

impl Account {
    /// An account without apps and buckets.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            apps: Vec::new(),
            buckets: Vec::new(),
        }
    }

    /// Adds an app. If it has no volumes, it gets an empty one, `data`.
    #[must_use]
    pub fn app(mut self, app: App) -> Self {
        self.apps.push(if app.volumes.is_empty() {
            app.volume("data", [("", ""); 0])
        } else {
            app
        });
        self
    }

    /// Adds an empty bucket. The first one is the default. On disk, its directory is `buckets/ACCOUNT/BUCKET`.
    #[must_use]
    pub fn bucket(mut self, name: impl Into<String>) -> Self {
        self.buckets.push(name.into());
        self
    }

    /// The name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The apps.
    pub(super) fn apps(&self) -> &[App] {
        &self.apps
    }

    /// Returns the account as the configuration file has it. The paths of volumes and buckets are relative.
    pub(super) fn to_table(&self) -> io::Result<Table> {
        let mut buckets = Vec::new();
        for (number, name) in self.buckets.iter().enumerate() {
            let path = self.bucket_path(name);
            let mut bucket = Table::new();
            bucket.insert("name".to_owned(), name.clone().into());
            bucket.insert("path".to_owned(), text(&path)?);
            bucket.insert("default".to_owned(), (number == 0).into());
            bucket.insert("backups_max".to_owned(), WORKERS_MAX.into());
            buckets.push(Value::Table(bucket));
        }
        let apps: io::Result<Vec<Value>> = self
            .apps
            .iter()
            .map(|app| app.to_table(&self.name).map(Value::Table))
            .collect();
        let mut account = Table::new();
        account.insert("name".to_owned(), self.name.clone().into());
        account.insert("apps".to_owned(), apps?.into());
        account.insert("buckets".to_owned(), buckets.into());
        Ok(account)
    }

    /// The files of all volumes that aren't existing directories, by the relative paths of the volumes.
    pub(super) fn volumes(&self) -> impl Iterator<Item = (PathBuf, &Files)> {
        let apps = self.apps.iter();
        apps.flat_map(|app| {
            let volumes = app.volumes.iter();
            volumes.filter_map(|(name, source)| match source {
                Source::Files(files) => Some((app.volume_path(&self.name, name), files)),
                Source::Directory(_) => None,
            })
        })
    }

    /// Creates the directories of volumes and buckets below `dir`.
    pub(super) fn create_in(&self, dir: &Path) -> io::Result<()> {
        for name in &self.buckets {
            fs::create_dir_all(dir.join(self.bucket_path(name)))?;
        }
        for (path, files) in self.volumes() {
            write_files(&dir.join(path), files)?;
        }
        Ok(())
    }

    fn bucket_path(&self, bucket: &str) -> PathBuf {
        Path::new("buckets").join(&self.name).join(bucket)
    }
}

/// An app with its volumes.
#[derive(Debug, Clone)]
pub struct App {
    name: String,
    volumes: Vec<(String, Source)>,
    backups: Vec<ExistingBackup>,
}

/// The content of a volume.
#[derive(Debug, Clone)]
enum Source {
    /// Files with their paths relative to the volume.
    Files(Files),
    /// An existing directory.
    Directory(PathBuf),
}

impl App {
    /// An app without volumes.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            volumes: Vec::new(),
            backups: Vec::new(),
        }
    }

    /// Adds a volume with these files: relative paths and contents. On disk, its directory is
    /// `volumes/ACCOUNT/APP/VOLUME`.
    #[must_use]
    pub fn volume<P: Into<PathBuf>, C: Into<Vec<u8>>>(
        mut self,
        name: impl Into<String>,
        files: impl IntoIterator<Item = (P, C)>,
    ) -> Self {
        let files = files.into_iter();
        let files = files.map(|(path, content)| (path.into(), content.into().into()));
        self.volumes.push((name.into(), Source::Files(files.collect())));
        self
    }

    /// Adds a volume that is an existing directory, for a server with data on disk
    /// ([`Builder::on_disk`](super::Builder::on_disk)). The server's end doesn't remove it.
    #[must_use]
    pub fn volume_in(mut self, name: impl Into<String>, directory: impl Into<PathBuf>) -> Self {
        self.volumes
            .push((name.into(), Source::Directory(directory.into())));
        self
    }

    /// Adds a completed backup, or one in another state. The server's data must be in memory.
    #[must_use]
    pub fn backup(mut self, backup: ExistingBackup) -> Self {
        self.backups.push(backup);
        self
    }

    /// The name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The backups that exist when the server starts.
    pub(super) fn backups(&self) -> &[ExistingBackup] {
        &self.backups
    }

    fn volume_path(&self, account: &str, volume: &str) -> PathBuf {
        Path::new("volumes").join(account).join(&self.name).join(volume)
    }

    fn to_table(&self, account: &str) -> io::Result<Table> {
        let mut volumes = Table::new();
        for (name, source) in &self.volumes {
            let path = match source {
                Source::Directory(path) => path.clone(),
                Source::Files(_) => self.volume_path(account, name),
            };
            volumes.insert(name.clone(), text(&path)?);
        }
        let mut app = Table::new();
        app.insert("name".to_owned(), self.name.clone().into());
        app.insert("volumes".to_owned(), volumes.into());
        Ok(app)
    }
}

fn write_files(volume: &Path, files: &Files) -> io::Result<()> {
    fs::create_dir_all(volume)?;
    for (path, content) in files {
        let path = volume.join(path);
        fs::create_dir_all(path.parent().unwrap_or(volume))?;
        fs::write(path, content)?;
    }
    Ok(())
}

fn text(path: &Path) -> io::Result<Value> {
    let text = path.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
    Ok(text.into())
}

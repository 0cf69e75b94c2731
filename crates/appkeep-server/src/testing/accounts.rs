//! Accounts, apps and buckets of a test server, and their directories.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

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

    /// Adds an app.
    #[must_use]
    pub fn app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// Adds an empty bucket, in the directory `buckets/ACCOUNT/BUCKET`. The first one is the default.
    #[must_use]
    pub fn bucket(mut self, name: impl Into<String>) -> Self {
        self.buckets.push(name.into());
        self
    }

    /// Creates the directories below `dir`, and returns the account as the configuration file has it.
    pub(super) fn create_in(&self, dir: &Path) -> io::Result<Table> {
        let mut buckets = Vec::new();
        for (number, name) in self.buckets.iter().enumerate() {
            let path = Path::new("buckets").join(&self.name).join(name);
            fs::create_dir_all(dir.join(&path))?;
            let mut bucket = Table::new();
            bucket.insert("name".to_owned(), name.clone().into());
            bucket.insert("path".to_owned(), text(&path)?);
            bucket.insert("default".to_owned(), (number == 0).into());
            buckets.push(Value::Table(bucket));
        }
        let apps: io::Result<Vec<Value>> = self
            .apps
            .iter()
            .map(|app| app.create_in(dir, &self.name).map(Value::Table))
            .collect();
        let mut account = Table::new();
        account.insert("name".to_owned(), self.name.clone().into());
        account.insert("apps".to_owned(), apps?.into());
        account.insert("buckets".to_owned(), buckets.into());
        Ok(account)
    }
}

/// An app with its volumes.
#[derive(Debug, Clone)]
pub struct App {
    name: String,
    volumes: Vec<(String, Source)>,
}

/// The content of a volume.
#[derive(Debug, Clone)]
enum Source {
    /// Files with their paths relative to the volume.
    Files(Vec<(PathBuf, Vec<u8>)>),
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
        }
    }

    /// Adds a volume with these files: relative paths and contents. Its directory is `volumes/ACCOUNT/APP/VOLUME`.
    #[must_use]
    pub fn volume<P: Into<PathBuf>, C: Into<Vec<u8>>>(
        mut self,
        name: impl Into<String>,
        files: impl IntoIterator<Item = (P, C)>,
    ) -> Self {
        let files = files.into_iter();
        let files = files.map(|(path, content)| (path.into(), content.into()));
        self.volumes.push((name.into(), Source::Files(files.collect())));
        self
    }

    /// Adds a volume that is an existing directory. The server's end doesn't remove it.
    #[must_use]
    pub fn volume_in(mut self, name: impl Into<String>, directory: impl Into<PathBuf>) -> Self {
        self.volumes
            .push((name.into(), Source::Directory(directory.into())));
        self
    }

    fn create_in(&self, dir: &Path, account: &str) -> io::Result<Table> {
        let mut volumes = Table::new();
        for (name, source) in &self.volumes {
            let path = match source {
                Source::Directory(path) => path.clone(),
                Source::Files(files) => {
                    let path = Path::new("volumes").join(account).join(&self.name).join(name);
                    write_files(&dir.join(&path), files)?;
                    path
                }
            };
            volumes.insert(name.clone(), text(&path)?);
        }
        let mut app = Table::new();
        app.insert("name".to_owned(), self.name.clone().into());
        app.insert("volumes".to_owned(), volumes.into());
        Ok(app)
    }
}

fn write_files(volume: &Path, files: &[(PathBuf, Vec<u8>)]) -> io::Result<()> {
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

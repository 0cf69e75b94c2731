//! A directory with a configuration, apps whose files change, and buckets.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result};
use appkeep_launcher::{APP, BUCKET, Installation};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// The apps: name, id, volumes.
pub(super) const APPS: [(&str, &str, &[&str]); 3] = [
    ("blog", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b02", &["data"]),
    ("shop", APP, &["data", "media"]),
    ("wiki", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b03", &["pages"]),
];

/// The buckets: name, id. The first is the default.
pub(super) const BUCKETS: [(&str, &str); 2] = [
    ("local", BUCKET),
    ("spare", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c02"),
];

/// Maximum number of files in a volume.
const FILES_MAX: usize = 6;

/// The maximum size of an ordinary file, in bytes.
const FILE_BYTES_MAX: usize = 60_000;

/// The size of a file that requires several reads and packs, in bytes.
const LARGE_FILE_BYTES: usize = 5 << 20;

/// The digests of files, by their path below some directory.
pub(crate) type Files = BTreeMap<PathBuf, [u8; 32]>;

/// The files of an app at some time.
pub(super) type Manifest = Rc<Files>;

/// The directory, and the content of its volumes.
pub(super) struct Environment {
    installation: Installation,
    manifests: [Manifest; APPS.len()],
    /// The maximum total size of each app's files, in bytes.
    bytes_max: [u64; APPS.len()],
}

impl Environment {
    /// Creates a new directory below `parent`, with a few files in each volume.
    ///
    /// # Errors
    /// When it can't be written.
    pub(super) fn create(binary: &Path, parent: &Path, rng: &mut fastrand::Rng) -> Result<Self> {
        let mut environment = Self {
            installation: installation(binary, parent)?,
            manifests: Default::default(),
            bytes_max: Default::default(),
        };
        for (bucket, _) in BUCKETS {
            fs::create_dir_all(environment.bucket(bucket)).context("failed to create a bucket")?;
        }
        for (app, (_, _, volumes)) in APPS.iter().enumerate() {
            for volume in *volumes {
                fs::create_dir_all(environment.volumes(app).join(volume))
                    .context("failed to create a volume")?;
            }
            environment.change(app, rng)?;
        }
        Ok(environment)
    }

    /// Changes some files of an app: adds, replaces, removes.
    ///
    /// # Errors
    /// When they can't be written.
    pub(super) fn change(&mut self, app: usize, rng: &mut fastrand::Rng) -> Result<()> {
        for volume in APPS[app].2 {
            let directory = self.volumes(app).join(volume);
            for _ in 0..rng.usize(1..=3) {
                let path = directory.join(format!("file-{}", rng.usize(..FILES_MAX)));
                if rng.u8(..) < 50 {
                    let _ = fs::remove_file(&path);
                    continue;
                }
                let bytes = match rng.u8(..) {
                    0..3 => LARGE_FILE_BYTES,
                    3..20 => 0,
                    _ => rng.usize(..FILE_BYTES_MAX),
                };
                let mut content = vec![0; bytes];
                rng.fill(&mut content);
                fs::write(&path, content).with_context(|| format!("failed to write {}", path.display()))?;
            }
        }
        let (manifest, bytes) = describe(&self.volumes(app))?;
        self.manifests[app] = Rc::new(manifest);
        self.bytes_max[app] = self.bytes_max[app].max(bytes);
        Ok(())
    }

    /// The current files of the app.
    pub(super) fn manifest(&self, app: usize) -> Manifest {
        Rc::clone(&self.manifests[app])
    }

    /// The maximum total size of the app's files so far, in bytes.
    pub(super) fn bytes_max(&self, app: usize) -> u64 {
        self.bytes_max[app]
    }

    /// The root of the directory.
    pub(super) fn path(&self) -> &Path {
        self.installation.path()
    }

    /// The server's installation.
    pub(super) fn installation(&self) -> &Installation {
        &self.installation
    }

    /// The server's data directory.
    pub(super) fn data(&self) -> PathBuf {
        self.installation.data()
    }

    /// A bucket's directory.
    pub(super) fn bucket(&self, name: &str) -> PathBuf {
        self.path().join("buckets").join(name)
    }

    /// An app's repository in a bucket.
    pub(super) fn repository(&self, app: usize, bucket: usize) -> PathBuf {
        self.bucket(BUCKETS[bucket].0).join(APPS[app].1)
    }

    /// The directory of an app's snapshots.
    pub(super) fn snapshots(&self, app: usize) -> PathBuf {
        self.data().join("snapshots").join(APPS[app].1)
    }

    /// The directory of an app's volumes.
    fn volumes(&self, app: usize) -> PathBuf {
        self.path().join("volumes").join(APPS[app].0)
    }

    /// Keeps the directory for inspection, and returns its path.
    pub(super) fn keep(self) -> PathBuf {
        self.installation.keep()
    }
}

/// An installation whose configuration has [`APPS`] and [`BUCKETS`].
fn installation(binary: &Path, parent: &Path) -> Result<Installation> {
    let installation = Installation::new_in(binary, parent)?;
    let mut apps = String::new();
    for (name, id, volumes) in APPS {
        let volumes = volumes
            .iter()
            .map(|volume| format!("{volume} = \"volumes/{name}/{volume}\""));
        let volumes = volumes.collect::<Vec<_>>().join(", ");
        if id == APP {
            installation.configure("data = \"volume\"", &volumes)?;
        } else {
            // Its backups are read from its volumes. Writing to a string doesn't fail.
            let _ = write!(
                apps,
                "[[accounts.apps]]\nname = \"{name}\"\nid = \"{id}\"\nvolumes = {{ {volumes} }}\nsnapshot = \"live\"\n\n"
            );
        }
    }
    installation.add_apps(&apps)?;
    installation.configure("path = \"bucket\"", "path = \"buckets/local\"\ndefault = true")?;
    let (name, id) = BUCKETS[1];
    installation.add_buckets(&format!(
        "[[accounts.buckets]]\nname = \"{name}\"\nid = \"{id}\"\npath = \"buckets/{name}\"\n"
    ))?;
    Ok(installation)
}

/// The files below `root` with their digests, and their total size in bytes.
///
/// # Errors
/// When anything can't be read.
pub(crate) fn describe(root: &Path) -> Result<(Files, u64)> {
    let (mut found, mut bytes) = (BTreeMap::new(), 0);
    for path in files_below(root)? {
        let content = fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
        bytes += content.len() as u64;
        let digest = Sha256::digest(&content).into();
        found.insert(path.strip_prefix(root).unwrap_or(&path).to_owned(), digest);
    }
    Ok((found, bytes))
}

/// All files below `root`; none if it doesn't exist. The server may delete files in the meantime.
///
/// # Errors
/// When a directory can't be listed.
pub(crate) fn files_below(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in WalkDir::new(root) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => found.push(entry.into_path()),
            Err(error)
                if error
                    .io_error()
                    .is_some_and(|error| error.kind() == ErrorKind::NotFound) => {}
            Err(error) => return Err(error).with_context(|| format!("failed to list {}", root.display())),
        }
    }
    Ok(found)
}

/// The entries of a directory; none if it doesn't exist.
///
/// # Errors
/// When it can't be listed.
pub(crate) fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let listed = match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed,
    };
    listed
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .with_context(|| format!("failed to list {}", dir.display()))
}

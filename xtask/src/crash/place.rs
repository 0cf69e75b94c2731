//! A directory with a configuration, apps whose files change, and buckets.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// The account that everything belongs to.
pub(super) const ACCOUNT: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01";

/// The apps: name, id, volumes.
pub(super) const APPS: [(&str, &str, &[&str]); 3] = [
    ("blog", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b01", &["data"]),
    ("shop", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b02", &["data", "media"]),
    ("wiki", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b03", &["pages"]),
];

/// The buckets: name, id. The first is the default.
pub(super) const BUCKETS: [(&str, &str); 2] = [
    ("local", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c01"),
    ("spare", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c02"),
];

/// How many files a volume has at most.
const FILES_MAX: usize = 6;

/// The size of the largest file that is usual, in bytes.
const FILE_BYTES_MAX: usize = 60_000;

/// The size of a file that takes several reads and packs, in bytes.
const LARGE_FILE_BYTES: usize = 5 << 20;

/// Files: path below some directory, and digest.
pub(super) type Files = BTreeMap<PathBuf, [u8; 32]>;

/// What an app's files were at a moment.
pub(super) type Manifest = Rc<Files>;

/// The directory, and what is in its volumes.
pub(super) struct Place {
    dir: TempDir,
    manifests: [Manifest; APPS.len()],
    /// Sizes of the apps' files together, at their largest.
    bytes_max: [u64; APPS.len()],
}

impl Place {
    /// A new place below `parent`, with a few files in each volume.
    ///
    /// # Errors
    /// When it can't be written.
    pub(super) fn create(parent: &Path, rng: &mut fastrand::Rng) -> Result<Self> {
        let dir = TempDir::with_prefix_in("appkeep-crash-", parent)
            .with_context(|| format!("failed to make a directory in {}", parent.display()))?;
        let mut place = Self {
            dir,
            manifests: Default::default(),
            bytes_max: Default::default(),
        };
        for (bucket, _) in BUCKETS {
            fs::create_dir_all(place.bucket(bucket)).context("failed to make a bucket")?;
        }
        fs::write(place.config(), config()).context("failed to write the configuration")?;
        for (app, (_, _, volumes)) in APPS.iter().enumerate() {
            for volume in *volumes {
                fs::create_dir_all(place.volumes(app).join(volume)).context("failed to make a volume")?;
            }
            place.change(app, rng)?;
        }
        Ok(place)
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

    /// What the app's files are now.
    pub(super) fn manifest(&self, app: usize) -> Manifest {
        Rc::clone(&self.manifests[app])
    }

    /// How large the app's files were at most, together.
    pub(super) fn bytes_max(&self, app: usize) -> u64 {
        self.bytes_max[app]
    }

    /// Everything.
    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The configuration file.
    pub(super) fn config(&self) -> PathBuf {
        self.path().join("appkeep.toml")
    }

    /// The server's data directory.
    pub(super) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// A bucket's directory.
    pub(super) fn bucket(&self, name: &str) -> PathBuf {
        self.path().join("buckets").join(name)
    }

    /// An app's repository in a bucket.
    pub(super) fn repository(&self, app: usize, bucket: usize) -> PathBuf {
        self.bucket(BUCKETS[bucket].0).join(APPS[app].1)
    }

    /// Where an app's snapshots are.
    pub(super) fn snapshots(&self, app: usize) -> PathBuf {
        self.data().join("snapshots").join(APPS[app].1)
    }

    /// The directory that holds an app's volumes.
    fn volumes(&self, app: usize) -> PathBuf {
        self.path().join("volumes").join(APPS[app].0)
    }

    /// Leaves the directory where it is, for a person to look at, and says where.
    pub(super) fn keep(self) -> PathBuf {
        self.dir.keep()
    }
}

fn config() -> String {
    use std::fmt::Write;

    // What else runs on the machine is not what kills a server, so its engine doesn't wait for that.
    let mut text = "[server]\nworkers = 2\nengine_priority = \"low\"\n".to_owned();
    let _ = write!(text, "\n[[accounts]]\nname = \"acme\"\nid = \"{ACCOUNT}\"\n");
    for (name, id, volumes) in APPS {
        let volumes = volumes
            .iter()
            .map(|volume| format!("{volume} = \"volumes/{name}/{volume}\""));
        let volumes = volumes.collect::<Vec<_>>().join(", ");
        // Writing to a string doesn't fail.
        let _ = write!(
            text,
            "\n[[accounts.apps]]\nname = \"{name}\"\nid = \"{id}\"\nvolumes = {{ {volumes} }}\n"
        );
    }
    for (number, (name, id)) in BUCKETS.iter().enumerate() {
        let _ = write!(
            text,
            "\n[[accounts.buckets]]\nname = \"{name}\"\nid = \"{id}\"\npath = \"buckets/{name}\"\ndefault = {}\n",
            number == 0
        );
    }
    text
}

/// The files below `root` with their digests, and how many bytes they have together.
///
/// # Errors
/// When anything can't be read.
pub(super) fn describe(root: &Path) -> Result<(Files, u64)> {
    let (mut found, mut bytes) = (BTreeMap::new(), 0);
    for path in files_below(root)? {
        let content = fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
        bytes += content.len() as u64;
        let digest = Sha256::digest(&content).into();
        found.insert(path.strip_prefix(root).unwrap_or(&path).to_owned(), digest);
    }
    Ok((found, bytes))
}

/// All files below `root`; none when it isn't there.
///
/// # Errors
/// When a directory can't be listed.
pub(super) fn files_below(root: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(dir) = open.pop() {
        for path in entries(&dir)? {
            match fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_dir() => open.push(path),
                Ok(_) => found.push(path),
                // The server works on it meanwhile.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(error).with_context(|| format!("failed to read {}", path.display()));
                }
            }
        }
    }
    Ok(found)
}

/// What is in a directory; nothing when it isn't there.
///
/// # Errors
/// When it can't be listed.
pub(super) fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let listed = match fs::read_dir(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed,
    };
    listed
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .with_context(|| format!("failed to list {}", dir.display()))
}

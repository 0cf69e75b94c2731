//! Files on disk: files to back up, comparison of trees, and the repository as plain restic reads it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, FileTimes, Metadata, Permissions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use appkeep_server::admin::keys::{ExposeSecret, KeyStore, SecretString};
use serde_json::Value;
use uuid::Uuid;

/// Writes a file that can be neither compressed nor deduplicated.
///
/// # Panics
/// When it can't be written.
pub fn write_noise(path: &Path, bytes: u64) {
    let noise = File::open("/dev/urandom").expect("the system has random bytes");
    let mut file = File::create(path).expect("a new file");
    io::copy(&mut noise.take(bytes), &mut file).expect("random bytes in it");
}

/// Fills an empty directory with files that are difficult to copy correctly.
///
/// # Panics
/// When they can't be written.
pub fn write_varied_files(root: &Path) {
    let write = |path: &str, content: &[u8]| fs::write(root.join(path), content).expect("a file");
    fs::create_dir_all(root.join("deep/er")).expect("directories");
    fs::create_dir(root.join("empty")).expect("a directory");
    write("nothing", b"");
    write("private", b"for the owner alone");
    write("tool", b"#!/bin/sh\n");
    write("setuid", b"as another user");
    write("deep/er/text", b"far down");
    write("a name with spaces and \"quotes\"", b"odd");
    fs::write(root.join(OsStr::from_bytes(b"not utf-8: \xff\xfe")), "odder").expect("a file");
    write_noise(&root.join("noise"), 3 << 20);
    let sparse = File::create(root.join("sparse")).expect("a file");
    sparse.set_len(8 << 20).expect("a hole");
    sparse.write_all_at(b"an island", 5 << 20).expect("an island");

    fs::hard_link(root.join("noise"), root.join("deep/same noise")).expect("a second name");
    for (to, link) in [
        ("private", "link"),
        ("nowhere", "dangling"),
        ("/nowhere/at/all", "absolute"),
    ] {
        symlink(to, root.join(link)).expect("a link");
    }
    for (path, mode) in [
        ("private", 0o600),
        ("tool", 0o755),
        ("setuid", 0o4755),
        ("nothing", 0o400),
        ("empty", 0o1777),
        ("deep/er", 0o2750),
    ] {
        fs::set_permissions(root.join(path), Permissions::from_mode(mode)).expect("a mode");
    }
    for (path, secs, nanos) in [
        ("noise", 1_000_000_000, 123_456_789),
        ("deep/er", 1_500_000_000, 999_999_999),
    ] {
        let time = SystemTime::UNIX_EPOCH + Duration::new(secs, nanos);
        let file = File::open(root.join(path)).expect("an open file");
        file.set_times(FileTimes::new().set_modified(time))
            .expect("a time");
    }
}

/// The properties of an entry that its copy must have, too.
#[derive(PartialEq, Eq)]
struct Described {
    mode: u32,
    modified: (i64, i64),
    content: Content,
}

#[derive(PartialEq, Eq)]
enum Content {
    Directory,
    Link(PathBuf),
    /// The content, and the first of the file's names.
    File(Vec<u8>, PathBuf),
}

impl std::fmt::Debug for Described {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "mode {:o}, modified {:?}, ", self.mode, self.modified)?;
        match &self.content {
            Content::Directory => f.write_str("a directory"),
            Content::Link(to) => write!(f, "a link to {}", to.display()),
            Content::File(bytes, first) => write!(f, "{} bytes, first {}", bytes.len(), first.display()),
        }
    }
}

/// Asserts that two trees are equal in content, mode, time, links, and hard links. Reports the first
/// difference.
///
/// # Panics
/// When they differ.
#[track_caller]
pub fn assert_same_tree(original: &Path, copy: &Path) {
    let (original, copy) = (describe(original), describe(copy));
    for (path, described) in &original {
        assert_eq!(Some(described), copy.get(path), "{}", path.display());
    }
    let added: Vec<_> = copy.keys().filter(|path| !original.contains_key(*path)).collect();
    assert!(added.is_empty(), "{added:?} came from nowhere");
}

/// Asserts that a snapshot's copy has the names and content of `original`; all other properties are in its
/// manifest.
///
/// # Panics
/// When they differ.
#[track_caller]
pub fn assert_same_content(original: &Path, copy: &Path) {
    let content = |root| {
        let described = describe(root).into_iter();
        described
            .map(|(path, described)| (path, described.content))
            .collect::<BTreeMap<_, _>>()
    };
    let (original, copy) = (content(original), content(copy));
    assert!(
        original.keys().eq(copy.keys()),
        "{:?} became {:?}",
        original.keys(),
        copy.keys()
    );
    for (path, content) in &original {
        assert!(Some(content) == copy.get(path), "{} differs", path.display());
    }
}

/// Copies a tree unchanged to `copy`, which must not exist yet.
///
/// # Panics
/// When it can't be copied.
pub fn copy_tree(original: &Path, copy: &Path) {
    let copied = Command::new("cp")
        .arg("--archive")
        .arg(original)
        .arg(copy)
        .status();
    assert!(copied.expect("cp runs").success());
}

fn describe(root: &Path) -> BTreeMap<PathBuf, Described> {
    let mut first_names = BTreeMap::new();
    let described = walk(root).into_iter().map(|(path, metadata)| {
        let below = path.strip_prefix(root).expect("below the root").to_owned();
        let content = if metadata.is_dir() {
            Content::Directory
        } else if metadata.is_symlink() {
            Content::Link(fs::read_link(&path).expect("a link"))
        } else {
            let file = (metadata.dev(), metadata.ino());
            let first = first_names.entry(file).or_insert_with(|| below.clone());
            Content::File(fs::read(&path).expect("a readable file"), first.clone())
        };
        let (mode, modified) = (metadata.mode(), (metadata.mtime(), metadata.mtime_nsec()));
        (
            below,
            Described {
                mode,
                modified,
                content,
            },
        )
    });
    described.collect()
}

/// Returns everything from `root` down, sorted; nothing if there is no such directory. Entries that vanish
/// meanwhile are left out.
fn walk(root: &Path) -> BTreeMap<PathBuf, Metadata> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            continue;
        };
        if metadata.is_dir() {
            let entries = fs::read_dir(&path).into_iter().flatten().flatten();
            open.extend(entries.map(|entry| entry.path()));
        }
        found.insert(path, metadata);
    }
    found
}

/// Returns the files and links below `root`.
#[must_use]
pub fn files_below(root: &Path) -> Vec<PathBuf> {
    let files = walk(root).into_iter().filter(|(_, metadata)| !metadata.is_dir());
    files.map(|(path, _)| path).collect()
}

/// Returns the total size of the files below `root`, in bytes.
#[must_use]
pub fn bytes_below(root: &Path) -> u64 {
    let files = walk(root);
    let files = files.values().filter(|metadata| metadata.is_file());
    files.map(Metadata::len).sum()
}

/// An app's repository in a bucket, as plain restic reads it.
#[derive(Debug, Clone)]
pub struct Repository {
    /// The path of the repository.
    pub path: PathBuf,
    /// The path of its wrapped key.
    pub key_file: PathBuf,
    /// The data directory of the server that owns the key.
    pub data: PathBuf,
    /// The ids of the bucket and the app.
    pub ids: (Uuid, Uuid),
}

impl Repository {
    /// Returns the restic password.
    ///
    /// # Panics
    /// When there is no key, or it can't be opened.
    #[must_use]
    pub fn password(&self) -> SecretString {
        let (bucket, app) = self.ids;
        let password = KeyStore::new(&self.data).password(bucket.into(), app.into());
        password.expect("a key that opens")
    }

    /// Runs restic on the repository and returns its output.
    ///
    /// # Panics
    /// When restic fails.
    #[must_use]
    pub fn restic(&self, arguments: &[&str]) -> String {
        let output = Command::new("restic")
            .args(["--no-cache", "--repo"])
            .arg(&self.path)
            .args(arguments)
            .env("RESTIC_PASSWORD", self.password().expose_secret())
            .output()
            .expect("restic runs: apt-get install restic");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "restic {arguments:?} failed:\n{said}\n{complained}"
        );
        said
    }

    /// Lists the restic snapshots in the repository.
    ///
    /// # Panics
    /// When restic fails.
    #[must_use]
    pub fn snapshots(&self) -> Vec<Value> {
        let said = self.restic(&["snapshots", "--json"]);
        serde_json::from_str(&said).expect("restic's output is JSON")
    }

    /// Asserts that restic can read all data in the repository.
    ///
    /// # Panics
    /// When restic finds a problem.
    pub fn assert_sound(&self) {
        let said = self.restic(&["check", "--read-data"]);
        assert!(said.contains("no errors were found"), "{said}");
    }

    /// Restores a backup into a new directory.
    ///
    /// # Panics
    /// When restic fails.
    pub fn restore(&self, backup: &str, target: &Path) {
        let (tag, target) = (format!("backup={backup}"), target.display().to_string());
        let _ = self.restic(&["restore", "latest", "--tag", &tag, "--target", &target]);
    }
}

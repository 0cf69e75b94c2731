//! A directory tree with everything that is difficult to copy, and comparisons of trees.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, XattrFlags};
use walkdir::WalkDir;

use crate::workbench::noise;

/// Creates the tree in an empty directory, and gives the directory unusual metadata.
pub(crate) fn make_volume(root: &Path) {
    make(root);
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(root, Some(999), Some(998)).unwrap();
    }
    // After the owner: changing it clears the set-group-ID bit.
    fs::set_permissions(root, Permissions::from_mode(0o2750)).unwrap();
    set_time(root, 1_234_567_890, 12);
}

/// Creates the tree in an empty directory.
pub(crate) fn make(root: &Path) {
    for directory in ["empty", "deep/er/still", "locked"] {
        fs::create_dir_all(root.join(directory)).unwrap();
    }
    fs::write(root.join("nothing"), "").unwrap();
    fs::write(root.join("small"), "a few words").unwrap();
    fs::write(root.join("big"), noise(1, 3 << 20)).unwrap();
    fs::write(root.join("deep/er/still/there"), noise(2, 100_000)).unwrap();
    fs::write(root.join("a name with spaces, \"quotes\"\n and \\ more ä"), "odd").unwrap();
    fs::write(root.join(OsStr::from_bytes(b"not utf-8: \xff\xfe")), "odder").unwrap();
    fs::write(root.join(".hidden.log"), "hidden").unwrap();

    let sparse = File::create(root.join("sparse")).unwrap();
    sparse.set_len(16 << 20).unwrap();
    sparse.write_all_at(b"an island", 5 << 20).unwrap();

    fs::hard_link(root.join("big"), root.join("deep/same as big")).unwrap();
    fs::hard_link(root.join("small"), root.join("deep/er/same as small")).unwrap();
    symlink("small", root.join("link")).unwrap();
    symlink("/nowhere/at/all", root.join("broken link")).unwrap();
    symlink("../deep", root.join("deep/er/link to a directory")).unwrap();

    let set = rustix::fs::setxattr(root.join("small"), "user.colour", b"green", XattrFlags::empty());
    assert!(
        set.is_ok(),
        "this test needs extended attributes in the temporary directory"
    );
    rustix::fs::setxattr(root.join("deep"), "user.raw", &[0, 255, 7], XattrFlags::empty()).unwrap();

    if rustix::process::geteuid().is_root() {
        for (path, owner, group) in [
            ("deep/er", 999, 998),
            ("nothing", 4_000_000, 7),
            ("locked", 999, 0),
        ] {
            std::os::unix::fs::chown(root.join(path), Some(owner), Some(group)).unwrap();
        }
        std::os::unix::fs::lchown(root.join("link"), Some(999), Some(998)).unwrap();
    }
    let modes = [
        ("small", 0o4755),
        ("nothing", 0o400),
        ("deep", 0o2770),
        ("empty", 0o1777),
        ("locked", 0o500),
    ];
    for (path, mode) in modes {
        fs::set_permissions(root.join(path), Permissions::from_mode(mode)).unwrap();
    }
    let times = [
        ("big", 1_000_000_000, 123_456_789),
        ("link", 1, 1),
        ("deep/er/still", 2_000_000_000, 999_999_999),
    ];
    for (path, seconds, nanos) in times {
        set_time(&root.join(path), seconds, nanos);
    }
}

/// Sets the modification time of a file, directory or link.
pub(crate) fn set_time(path: &Path, seconds: i64, nanos: i64) {
    let time = Timespec {
        tv_sec: seconds,
        tv_nsec: nanos,
    };
    let times = Timestamps {
        last_access: time,
        last_modification: time,
    };
    rustix::fs::utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

/// The properties of an entry that a restore must preserve.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Described {
    mode: u32,
    owner: (u32, u32),
    modified: (i64, i64),
    content: Content,
    attributes: Vec<(OsString, Vec<u8>)>,
}

#[derive(PartialEq, Eq)]
enum Content {
    Directory,
    Link(PathBuf),
    /// The content of a file, and the first of its names.
    File(Vec<u8>, PathBuf),
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory => f.write_str("directory"),
            Self::Link(to) => write!(f, "link to {}", to.display()),
            Self::File(bytes, first) => write!(f, "{} bytes, first {}", bytes.len(), first.display()),
        }
    }
}

/// Describes all entries below `root`, and `root` itself.
pub(crate) fn describe(root: &Path) -> BTreeMap<PathBuf, Described> {
    let mut first_names = BTreeMap::new();
    let entries = WalkDir::new(root).sort_by_file_name().into_iter().map(|entry| {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(root).unwrap().to_owned();
        let metadata = entry.metadata().unwrap();
        let first = first_names
            .entry((metadata.dev(), metadata.ino()))
            .or_insert_with(|| path.clone());
        let described = describe_entry(entry.path(), &metadata, first);
        (path, described)
    });
    entries.collect()
}

fn describe_entry(path: &Path, metadata: &Metadata, first: &Path) -> Described {
    let (content, attributes) = if metadata.is_dir() {
        (Content::Directory, attributes_of(path))
    } else if metadata.is_symlink() {
        (Content::Link(fs::read_link(path).unwrap()), Vec::new())
    } else {
        assert!(metadata.is_file(), "{}", path.display());
        (
            Content::File(fs::read(path).unwrap(), first.to_owned()),
            attributes_of(path),
        )
    };
    Described {
        mode: metadata.mode(),
        owner: (metadata.uid(), metadata.gid()),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        content,
        attributes,
    }
}

fn attributes_of(path: &Path) -> Vec<(OsString, Vec<u8>)> {
    let mut names = vec![0; 65536];
    let length = rustix::fs::listxattr(path, names.as_mut_slice()).unwrap();
    let mut attributes: Vec<_> = names[..length]
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| {
            let mut value = vec![0; 65536];
            let length = rustix::fs::getxattr(path, name, value.as_mut_slice()).unwrap();
            (OsStr::from_bytes(name).to_owned(), value[..length].to_vec())
        })
        .collect();
    attributes.sort();
    attributes
}

/// Checks that names and content are equal, ignoring metadata.
#[track_caller]
pub(crate) fn assert_same_content(one: &Path, other: &Path) {
    let contents = |root: &Path| {
        let described = describe(root).into_iter();
        let contents = described.map(|(path, described)| (path, described.content));
        contents.collect::<BTreeMap<_, _>>()
    };
    let (one, other) = (contents(one), contents(other));
    for (path, content) in &one {
        assert_eq!(Some(content), other.get(path), "{}", path.display());
    }
    assert_eq!(one.len(), other.len());
}

/// Checks that all entries have the metadata of copies: private, without attributes.
#[track_caller]
pub(crate) fn assert_only_content(root: &Path) {
    for (path, described) in describe(root) {
        let mode = match described.content {
            Content::Directory => 0o700,
            Content::File(..) => 0o600,
            Content::Link(_) => 0o777,
        };
        let owner = rustix::process::geteuid().as_raw();
        assert_eq!(described.mode & 0o7777, mode, "{}", path.display());
        assert_eq!(described.owner.0, owner, "{}", path.display());
        assert_eq!(described.attributes, [], "{}", path.display());
    }
}

/// Checks that two trees are equal. Reports the first difference instead of all content.
#[track_caller]
pub(crate) fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (describe(one), describe(other));
    for (path, described) in &one {
        assert_eq!(Some(described), other.get(path), "{}", path.display());
    }
    let added: Vec<_> = other.keys().filter(|path| !one.contains_key(*path)).collect();
    assert!(added.is_empty(), "{added:?} came from nowhere");
}

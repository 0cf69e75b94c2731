//! Random directory trees.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use rustix::fs::XattrFlags;

use crate::tree;
use crate::workbench::noise;

/// The entries of a tree: the number of the parent directory, the name, and the type.
pub(crate) type Entries = Vec<(usize, OsString, Entry)>;

/// A strategy for trees of fewer than forty entries.
pub(crate) fn entries() -> impl Strategy<Value = Entries> {
    vec((any::<usize>(), name(), entry()), 0..40)
}

/// The type and content of an entry. A number in it selects one of the existing entries.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    Directory {
        mode: u32,
    },
    File {
        bytes: usize,
        mode: u32,
        time: (i64, i64),
        attribute: Option<Vec<u8>>,
    },
    Sparse {
        islands: Vec<u64>,
        size: u64,
    },
    Link {
        to: OsString,
    },
    SameAs {
        number: usize,
    },
}

fn name() -> impl Strategy<Value = OsString> {
    vec(1_u8..=255, 1..20).prop_map(|mut bytes| {
        bytes
            .iter_mut()
            .filter(|byte| **byte == b'/')
            .for_each(|byte| *byte = b'_');
        OsString::from_vec(bytes)
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let time = (-1_000_000_000_i64..4_000_000_000, 0_i64..1_000_000_000);
    let sizes = prop_oneof![8 => 0_usize..70_000, 1 => 70_000_usize..4_000_000];
    let attribute = proptest::option::weighted(0.2, vec(any::<u8>(), 0..200));
    prop_oneof![
        (0_u32..0o10000).prop_map(|mode| Entry::Directory { mode: mode | 0o700 }),
        (sizes, 0_u32..0o10000, time, attribute).prop_map(|(bytes, mode, time, attribute)| Entry::File {
            bytes,
            mode: mode | 0o400,
            time,
            attribute,
        }),
        (vec(0_u64..3_000_000, 0..4), 0_u64..3_000_000)
            .prop_map(|(islands, size)| Entry::Sparse { islands, size }),
        vec(1_u8..=255, 1..40).prop_map(|to| Entry::Link {
            to: OsString::from_vec(to)
        }),
        any::<usize>().prop_map(|number| Entry::SameAs { number }),
    ]
}

/// Creates the tree below `root`, which is an empty directory.
pub(crate) fn make(root: &Path, entries: &Entries) {
    let mut directories = vec![root.to_owned()];
    let mut files: Vec<PathBuf> = Vec::new();
    let mut modes = Vec::new();
    for (number, (place, name, entry)) in entries.iter().enumerate() {
        let path = directories[place % directories.len()].join(name);
        if matches!(name.to_str(), Some("." | "..")) || path.symlink_metadata().is_ok() {
            continue;
        }
        match entry {
            Entry::Directory { mode } => {
                fs::create_dir(&path).unwrap();
                modes.push((path.clone(), *mode));
                directories.push(path);
            }
            Entry::File {
                bytes,
                mode,
                time,
                attribute,
            } => {
                fs::write(&path, noise(number as u64, *bytes)).unwrap();
                if let Some(value) = attribute {
                    rustix::fs::setxattr(&path, "user.any", value, XattrFlags::empty()).unwrap();
                }
                fs::set_permissions(&path, Permissions::from_mode(*mode)).unwrap();
                tree::set_time(&path, time.0, time.1);
                files.push(path);
            }
            Entry::Sparse { islands, size } => {
                let file = File::create(&path).unwrap();
                file.set_len(*size).unwrap();
                for at in islands {
                    file.write_all_at(b"an island", *at).unwrap();
                }
                files.push(path);
            }
            Entry::Link { to } => symlink(to, &path).unwrap(),
            Entry::SameAs { number } if !files.is_empty() => {
                fs::hard_link(&files[number % files.len()], &path).unwrap();
            }
            Entry::SameAs { .. } => {}
        }
    }
    for (path, mode) in modes {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }
}

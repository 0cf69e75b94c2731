//! Snapshots, backups and restores of trees that nobody thought of.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use appkeep_core::engine::RestoreData;
use proptest::collection::vec;
use proptest::prelude::*;
use rustix::fs::XattrFlags;

use crate::tree;
use crate::workbench::{Workbench, noise, snap};

/// How an entry is made, and where: the number chooses among the directories that are there.
#[derive(Debug, Clone)]
enum Entry {
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

fn make(root: &Path, entries: &[(usize, OsString, Entry)]) {
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_of_any_tree_is_the_same_tree(
        entries in vec((any::<usize>(), name(), entry()), 0..40),
    ) {
        let workbench = Workbench::new();
        make(workbench.data(), &entries);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(workbench.take(1)).unwrap();
        tree::assert_same(workbench.data(), &workbench.snapshot_dir(1).join("data"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_comes_back_from_its_backup_and_from_its_snapshot(
        entries in vec((any::<usize>(), name(), entry()), 0..40),
    ) {
        let workbench = Workbench::new();
        make(workbench.data(), &entries);
        let original = workbench.snapshot_dir(1).join("data");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            workbench.back_up(1).await;
            tree::assert_same(workbench.data(), &original);
            for (id, source) in [(1, workbench.backup_data(1)), (2, RestoreData::Snapshot(snap(1)))] {
                // What was there goes.
                fs::remove_dir_all(workbench.data()).unwrap();
                fs::create_dir(workbench.data()).unwrap();
                fs::write(workbench.data().join("other"), "other").unwrap();
                workbench.restore(id, source, workbench.in_place()).await.unwrap();
                tree::assert_same(&original, workbench.data());
            }
        });
    }
}

//! The library's own command, `rustic` of the crate `rustic-rs`, restores the engine's backups.
//!
//! Content, holes, names, links, modes, owners, times and attributes are all compared: the command restores
//! all data of a backup.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use secrecy::ExposeSecret;
use walkdir::WalkDir;

use crate::random_tree;
use crate::tree;
use crate::workbench::{Workbench, add_odd_volumes, backup_id, run};

/// Restores a backup and returns the target.
fn restore(workbench: &Workbench, number: u128) -> PathBuf {
    let target = workbench.root().join(format!("restored-{number}"));
    // The command looks for a profile in the user's directories and in the current one.
    let home = workbench.root().join("home");
    fs::create_dir_all(&home).unwrap();
    let before = files_of(&workbench.repository());
    let output = Command::new("rustic")
        .args(["restore", "latest", "--filter-tags"])
        .arg(format!("backup={}", backup_id(number)))
        .args([
            "--no-cache",
            "--no-progress",
            "--numeric-id",
            "--sparse",
            "by-content",
        ])
        .arg(&target)
        .env("RUSTIC_REPOSITORY", workbench.repository())
        .env("RUSTIC_PASSWORD", workbench.password().expose_secret())
        .env("HOME", &home)
        .env("XDG_CONFIG_HOME", &home)
        .env("XDG_CACHE_HOME", &home)
        .current_dir(&home)
        .output()
        .expect("this test needs rustic: `.ci/run` installs it");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "rustic failed:\n{said}\n{complained}");
    // It only warns about metadata that it can't set.
    let mut lines = said.lines().chain(complained.lines());
    assert!(
        !lines.any(|line| line.contains("WARN") || line.contains("ERROR")),
        "rustic complained:\n{said}\n{complained}"
    );
    assert_eq!(files_of(&workbench.repository()), before, "it only reads");
    assert_eq!(files_of(&home), [], "and keeps nothing elsewhere");
    target
}

/// All files below a directory, and their sizes.
fn files_of(directory: &Path) -> Vec<(PathBuf, u64)> {
    let entries = WalkDir::new(directory).sort_by_file_name().into_iter();
    let files = entries
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file());
    files
        .map(|file| (file.path().to_owned(), file.metadata().unwrap().len()))
        .collect()
}

/// In a repository that the engine created. Includes guard 7: mode and owner of the volume's own directory.
#[tokio::test]
async fn rustic_restores_each_of_several_backups() {
    let (workbench, config) = add_odd_volumes(Workbench::without_repository());
    workbench.back_up(1).await;
    fs::write(config.join("settings"), "off").unwrap();
    workbench.back_up(2).await;

    for number in [1, 2] {
        let original = workbench.snapshot_restored(number).await;
        let restored = restore(&workbench, number);
        for volume in ["data", "config"] {
            tree::assert_same(&original.join(volume), &restored.join(volume));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rustic_restores_any_tree(entries in random_tree::entries()) {
        let workbench = Workbench::with_tree(&entries);
        run(workbench.back_up(1));
        tree::assert_same(workbench.data(), &restore(&workbench, 1).join("data"));
    }
}

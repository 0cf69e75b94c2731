//! A restore that fails or is killed before any of its acts leaves old or new data, whole, and the next one
//! ends well. A kill is a panic here: nothing cleans up.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use appkeep_core::catalog::Volume;
use appkeep_core::engine::{EngineError, Progress, Restore, RestoreData, RestoreReport, RestoreTarget};
use appkeep_core::ids::{AppId, AppRestoreId, AppSnapId};
use rustix::io::Errno;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::super::swap::EXCHANGING;
use super::super::{Acts, Restorer};
use crate::restore::from_snapshot::FromSnapshot;
use crate::snapshot::dir::Dir;

/// What happens at an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// It fails.
    Fails,
    /// It fails, and everything after it.
    AllFails,
    /// The process is killed before it.
    Killed,
}

/// Stops at the act with this number.
struct StopsAt {
    number: usize,
    stop: Option<Stop>,
    /// Whether the file system can exchange two directories.
    exchanges: bool,
    seen: Mutex<Vec<&'static str>>,
}

impl Acts for StopsAt {
    fn before(&self, act: &'static str) -> io::Result<()> {
        let mut seen = crate::failure::lock(&self.seen);
        let number = seen.len();
        seen.push(act);
        drop(seen);
        match self.stop {
            Some(Stop::Killed) if number == self.number => panic!("killed"),
            Some(Stop::Fails) if number == self.number => Err(io::Error::other("made to fail")),
            Some(Stop::AllFails) if number >= self.number => Err(io::Error::other("made to fail")),
            _ if act == EXCHANGING && !self.exchanges => Err(Errno::INVAL.into()),
            _ => Ok(()),
        }
    }
}

/// A snapshot with two volumes, and the volumes with other data, one of them perhaps a mount point.
struct World {
    dir: TempDir,
    mounted: bool,
    exchanges: bool,
}

const VOLUMES: [&str; 2] = ["config", "data"];

impl World {
    fn new(mounted: bool, exchanges: bool) -> Self {
        let world = Self {
            dir: tempfile::tempdir().unwrap(),
            mounted,
            exchanges,
        };
        for name in VOLUMES {
            let new = world.dir.path().join("snapshot").join(name);
            fs::create_dir_all(new.join("below")).unwrap();
            fs::write(new.join("common"), "new").unwrap();
            fs::write(new.join("below/new"), "new").unwrap();
            let old = world.volume(name);
            fs::create_dir_all(&old).unwrap();
            if mounted && name == "data" {
                let mount = Command::new("mount")
                    .args(["-t", "tmpfs", "-o", "size=8m", "appkeep-test"])
                    .arg(&old)
                    .status();
                assert!(mount.unwrap().success(), "root may mount");
            }
            fs::create_dir_all(old.join("gone")).unwrap();
            fs::write(old.join("common"), "old").unwrap();
            fs::write(old.join("gone/old"), "old").unwrap();
        }
        world
    }

    fn volume(&self, name: &str) -> PathBuf {
        self.dir.path().join("volumes").join(name)
    }

    fn restore(&self, id: u128, number: usize, stop: Option<Stop>) -> (Outcome, Vec<&'static str>) {
        let acts = StopsAt {
            number,
            stop,
            exchanges: self.exchanges,
            seen: Mutex::default(),
        };
        let volumes = VOLUMES.map(|name| Volume {
            name: name.to_owned(),
            path: self.volume(name),
        });
        let request = Restore {
            id: AppRestoreId::new(Uuid::from_u128(id)),
            app_id: AppId::new(Uuid::from_u128(1)),
            source: RestoreData::Snapshot(AppSnapId::new(Uuid::from_u128(1))),
            target: RestoreTarget::InPlace(volumes.to_vec()),
            untouchable: Vec::new(),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let (progress, cancel) = (watch::Sender::new(Progress::default()), CancellationToken::new());
            let data_dir = self.dir.path().join("data");
            let restorer = Restorer::new(&data_dir, &request, &progress, &cancel, &acts);
            if let Some(report) = restorer.settle()? {
                return Ok(report);
            }
            let snapshot = Dir::open(&self.dir.path().join("snapshot")).unwrap();
            restorer.run(&mut FromSnapshot::new(snapshot), None)
        }));
        let seen = acts.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        (outcome.ok(), seen)
    }

    /// What the volume holds: all of the old, all of the new, or neither.
    fn holds(&self, name: &str) -> Option<&'static str> {
        let files = |path: &Path| {
            let mut files: Vec<_> = walkdir::WalkDir::new(path)
                .min_depth(1)
                .into_iter()
                .filter_entry(|entry| !entry.file_name().to_string_lossy().starts_with(".appkeep"))
                .map(|entry| {
                    entry
                        .unwrap()
                        .path()
                        .strip_prefix(path)
                        .unwrap()
                        .display()
                        .to_string()
                })
                .collect();
            files.sort();
            files
        };
        let volume = self.volume(name);
        let common = fs::read_to_string(volume.join("common")).unwrap_or_default();
        match (files(&volume), common.as_str()) {
            (files, "old") if files == ["common", "gone", "gone/old"] => Some("old"),
            (files, "new") if files == ["below", "below/new", "common"] => Some("new"),
            _ => None,
        }
    }

    /// Every file of the old data, or of the new, is somewhere below the volumes' directory.
    fn is_findable(&self, which: &str) -> bool {
        let wanted = if which == "old" { "gone/old" } else { "below/new" };
        let found = walkdir::WalkDir::new(self.dir.path().join("volumes"))
            .into_iter()
            .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().ends_with(wanted)));
        found.count() >= VOLUMES.len()
    }

    fn remains(&self) -> Vec<PathBuf> {
        let volumes = self.dir.path().join("volumes");
        let entries = walkdir::WalkDir::new(volumes)
            .into_iter()
            .map(|entry| entry.unwrap().into_path());
        entries
            .filter(|path| super::super::place::is_staging(path))
            .collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg(self.volume("data")).status();
        }
    }
}

/// What a restore answered; nothing, when it was killed.
type Outcome = Option<Result<RestoreReport, EngineError>>;

/// Stops a restore at each act in turn, and hands the world as it is then to `judge`. The next restore, by the
/// same name or another, must end well.
fn at_each_act(mounted: bool, exchanges: bool, stop: Stop, judge: impl Fn(&World, &str, &Outcome)) {
    if mounted && !rustix::process::geteuid().is_root() {
        return;
    }
    let mut number = 0;
    loop {
        let mut ended = false;
        for next in [1, 2] {
            let world = World::new(mounted, exchanges);
            let (outcome, seen) = world.restore(1, number, Some(stop));
            let Some(act) = seen.get(number) else {
                ended = true;
                break;
            };
            judge(&world, act, &outcome);
            let (again, _) = world.restore(next, 0, None);
            let again = again.expect("nobody kills it");
            assert!(again.is_ok(), "after act {number}, {act}: {again:?}");
            for name in VOLUMES {
                assert_eq!(
                    world.holds(name),
                    Some("new"),
                    "after act {number}, {act}: {name}"
                );
            }
            assert_eq!(
                world.remains(),
                [""; 0].map(PathBuf::from),
                "after act {number}, {act}"
            );
        }
        if ended {
            break;
        }
        number += 1;
    }
    assert!(number > 4, "only {number} acts");
}

fn is_removal(act: &str) -> bool {
    act == "removing the old data"
}

#[test]
fn a_restore_that_fails_anywhere_puts_the_old_data_back() {
    for (mounted, exchanges) in [(false, true), (false, false), (true, true)] {
        at_each_act(mounted, exchanges, Stop::Fails, |world, act, outcome| {
            let expected = if is_removal(act) { "new" } else { "old" };
            for name in VOLUMES {
                assert_eq!(world.holds(name), Some(expected), "{act}: {name}");
            }
            match outcome {
                Some(Ok(report)) if is_removal(act) => assert!(!report.left.is_empty(), "{report:?}"),
                Some(Err(EngineError::Storage(reason))) => {
                    assert!(reason.ends_with("made to fail"), "{reason}");
                    assert_eq!(world.remains(), [""; 0].map(PathBuf::from), "{act}");
                }
                other => panic!("{act}: {other:?}"),
            }
        });
    }
}

#[test]
fn a_restore_that_is_killed_anywhere_leaves_old_or_new_data_whole() {
    for (mounted, exchanges) in [(false, true), (false, false), (true, true)] {
        at_each_act(mounted, exchanges, Stop::Killed, |world, act, outcome| {
            assert!(outcome.is_none());
            let is_whole = |name: &&str| world.holds(name).is_some();
            // Entries are moved one by one where a directory can't be, and a directory is away for a moment
            // where two can't be exchanged; then both old and new are there to be found.
            let is_between = ["moving", "making the directory", "renaming"]
                .iter()
                .any(|begin| act.starts_with(begin));
            if is_between {
                assert!(world.is_findable("new") && world.is_findable("old"), "{act}");
            } else {
                assert!(VOLUMES.iter().all(is_whole), "{act}");
            }
        });
    }
}

#[test]
fn a_restore_whose_disk_goes_away_for_good_loses_nothing() {
    for (mounted, exchanges) in [(false, true), (false, false), (true, true)] {
        at_each_act(mounted, exchanges, Stop::AllFails, |world, act, outcome| {
            let failed = matches!(outcome, Some(Err(EngineError::Storage(_))));
            assert!(failed || is_removal(act), "{act}: {outcome:?}");
            let is_old = VOLUMES.iter().all(|name| world.holds(name) == Some("old"));
            assert!(is_old || world.is_findable("new"), "{act}");
        });
    }
}

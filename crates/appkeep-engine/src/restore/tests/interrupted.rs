//! A restore that fails or is killed before any of its steps leaves either the old or the new data complete,
//! and the next one succeeds. Here a kill is a panic: no cleanup runs.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use appkeep_core::app_restore::RestoreSource;
use appkeep_core::catalog::Volume;
use appkeep_core::engine::{
    EngineError, Progress, Restore, RestoreData, RestoreReport, RestoreTarget, TargetPolicy,
};
use appkeep_core::ids::{AppId, AppRestoreId, AppSnapshotId};
use rustix::io::Errno;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::super::finish::{Finisher, abandon, check_finished, unfinished};
use super::super::swap::{EXCHANGING, NoFaults};
use super::super::{FaultInjection, Restorer};
use crate::dir::Dir;
use crate::restore::from_snapshot::FromSnapshot;

/// The way in which a step is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The step fails.
    Fails,
    /// The step and all later ones fail.
    AllFails,
    /// The process is killed before the step.
    Killed,
}

/// Stops at the step with this number.
struct InjectedFault {
    number: usize,
    stop: Option<Stop>,
    /// Whether the file system can exchange two directories.
    exchanges: bool,
    seen: Mutex<Vec<&'static str>>,
}

impl FaultInjection for InjectedFault {
    fn before(&self, step: &'static str) -> io::Result<()> {
        let mut seen = crate::failure::lock(&self.seen);
        let number = seen.len();
        seen.push(step);
        drop(seen);
        match self.stop {
            Some(Stop::Killed) if number == self.number => panic!("killed"),
            Some(Stop::Fails) if number == self.number => Err(io::Error::other("made to fail")),
            Some(Stop::AllFails) if number >= self.number => Err(io::Error::other("made to fail")),
            _ if step == EXCHANGING && !self.exchanges => Err(Errno::INVAL.into()),
            _ => Ok(()),
        }
    }
}

/// A snapshot with two volumes, and the volumes with other data. One of them may be a mount point.
struct Fixture {
    dir: TempDir,
    mounted: bool,
    exchanges: bool,
}

fn app() -> AppId {
    AppId::new(Uuid::from_u128(1))
}

fn restore_id(number: u128) -> AppRestoreId {
    AppRestoreId::new(Uuid::from_u128(number))
}

/// Whether the test can run: mounts require root.
fn can_have(mounted: bool) -> bool {
    !mounted || rustix::process::geteuid().is_root()
}

const VOLUMES: [&str; 2] = ["config", "data"];

impl Fixture {
    fn new(mounted: bool, exchanges: bool) -> Self {
        let fixture = Self {
            dir: tempfile::tempdir().unwrap(),
            mounted,
            exchanges,
        };
        for name in VOLUMES {
            let new = fixture.dir.path().join("snapshot").join(name);
            fs::create_dir_all(new.join("below")).unwrap();
            fs::write(new.join("common"), "new").unwrap();
            fs::write(new.join("below/new"), "new").unwrap();
            let old = fixture.volume(name);
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
        fixture
    }

    fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Kills a restore with the id 1 in the middle of its swap.
    fn killed_during_swap(mounted: bool) -> Self {
        let (_, steps) = Self::new(mounted, true).restore(1, 0, None);
        let last = if mounted {
            "moving a new entry in"
        } else {
            EXCHANGING
        };
        let number = steps.iter().rposition(|step| *step == last).unwrap();
        let fixture = Self::new(mounted, true);
        fixture.restore(1, number, Some(Stop::Killed));
        assert!(fixture.holds("config") != fixture.holds("data"));
        fixture
    }

    fn volume(&self, name: &str) -> PathBuf {
        self.dir.path().join("volumes").join(name)
    }

    fn restore(&self, id: u128, number: usize, stop: Option<Stop>) -> (Outcome, Vec<&'static str>) {
        let volumes = VOLUMES.map(|name| Volume {
            name: name.to_owned(),
            path: self.volume(name),
        });
        self.restore_to(RestoreTarget::InPlace(volumes.to_vec()), id, number, stop)
    }

    fn restore_to(
        &self,
        target: RestoreTarget,
        id: u128,
        number: usize,
        stop: Option<Stop>,
    ) -> (Outcome, Vec<&'static str>) {
        let faults = InjectedFault {
            number,
            stop,
            exchanges: self.exchanges,
            seen: Mutex::default(),
        };
        let request = Restore {
            id: restore_id(id),
            app_id: app(),
            source_app_id: app(),
            source: RestoreData::Snapshot(AppSnapshotId::new(Uuid::from_u128(1))),
            target,
            include: Vec::new(),
            within: Vec::new(),
            protected: Vec::new(),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let (progress, cancel) = (watch::Sender::new(Progress::default()), CancellationToken::new());
            let data_dir = self.data_dir();
            let restorer = Restorer::new(&data_dir, &request, &progress, &cancel, &faults);
            if let Some(report) = restorer.finish_earlier()? {
                return Ok(report);
            }
            let snapshot = Dir::open(&self.dir.path().join("snapshot")).unwrap();
            restorer.run(&mut FromSnapshot::new(snapshot), None)
        }));
        let seen = faults.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        (outcome.ok(), seen)
    }

    /// The data in the volume: all of the old or all of the new data; otherwise `None`.
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
        if !volume.exists() {
            return None;
        }
        let common = fs::read_to_string(volume.join("common")).unwrap_or_default();
        match (files(&volume), common.as_str()) {
            (files, "old") if files == ["common", "gone", "gone/old"] => Some("old"),
            (files, "new") if files == ["below", "below/new", "common"] => Some("new"),
            _ => None,
        }
    }

    /// Whether every file of the old or new data is somewhere below the volumes' directory.
    fn is_findable(&self, which: &str) -> bool {
        let expected = if which == "old" { "gone/old" } else { "below/new" };
        let found = walkdir::WalkDir::new(self.dir.path().join("volumes"))
            .into_iter()
            .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().ends_with(expected)));
        found.count() >= VOLUMES.len()
    }

    fn remains(&self) -> Vec<PathBuf> {
        let volumes = self.dir.path().join("volumes");
        let entries = walkdir::WalkDir::new(volumes)
            .into_iter()
            .map(|entry| entry.unwrap().into_path());
        entries.filter(|path| crate::staging::is_staging(path)).collect()
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg(self.volume("data")).status();
        }
    }
}

/// The result of a restore; `None` if it was killed.
type Outcome = Option<Result<RestoreReport, EngineError>>;

/// Stops a restore at each step, and passes the resulting state to `check`. The next restore, with the same
/// id or another, must succeed.
fn at_each_step(mounted: bool, exchanges: bool, error: Stop, check: impl Fn(&Fixture, &str, &Outcome)) {
    if !can_have(mounted) {
        return;
    }
    let mut number = 0;
    loop {
        let mut ended = false;
        for next in [1, 2] {
            let fixture = Fixture::new(mounted, exchanges);
            let (outcome, seen) = fixture.restore(1, number, Some(error));
            let Some(step) = seen.get(number) else {
                ended = true;
                break;
            };
            check(&fixture, step, &outcome);
            let held: Vec<_> = VOLUMES.iter().map(|name| fixture.holds(name)).collect();
            if held[0].is_none() || held[0] != held[1] {
                let checked = check_finished(&fixture.data_dir(), app());
                assert!(
                    matches!(checked, Err(EngineError::Refused(_))),
                    "{step}: {checked:?}"
                );
            }
            let (again, _) = fixture.restore(next, 0, None);
            check_finished(&fixture.data_dir(), app()).unwrap();
            let again = again.expect("the second restore isn't killed");
            assert!(again.is_ok(), "after step {number}, {step}: {again:?}");
            for name in VOLUMES {
                assert_eq!(
                    fixture.holds(name),
                    Some("new"),
                    "after step {number}, {step}: {name}"
                );
            }
            assert_eq!(
                fixture.remains(),
                [""; 0].map(PathBuf::from),
                "after step {number}, {step}"
            );
        }
        if ended {
            break;
        }
        number += 1;
    }
    assert!(number > 4, "only {number} steps");
}

fn is_removal(step: &str) -> bool {
    step == "removing the old data"
}

#[test]
fn restore_failing_at_any_step_puts_the_old_data_back() {
    for (mounted, exchanges) in [(false, true), (false, false), (true, true)] {
        at_each_step(mounted, exchanges, Stop::Fails, |fixture, step, outcome| {
            let expected = if is_removal(step) { "new" } else { "old" };
            for name in VOLUMES {
                assert_eq!(fixture.holds(name), Some(expected), "{step}: {name}");
            }
            match outcome {
                Some(Ok(report)) if is_removal(step) => assert!(!report.left.is_empty(), "{report:?}"),
                Some(Err(EngineError::Storage(reason))) => {
                    assert!(reason.ends_with("made to fail"), "{reason}");
                    assert_eq!(fixture.remains(), [""; 0].map(PathBuf::from), "{step}");
                }
                other => panic!("{step}: {other:?}"),
            }
        });
    }
}

#[test]
fn restore_killed_at_any_step_leaves_complete_data() {
    for (mounted, exchanges) in [(false, true), (false, false), (true, true)] {
        at_each_step(mounted, exchanges, Stop::Killed, |fixture, step, outcome| {
            assert!(outcome.is_none());
            let is_whole = |name: &&str| fixture.holds(name).is_some();
            // If a directory can't be moved, its entries are moved one by one; if two directories can't be
            // exchanged, one is briefly missing. Then both the old and the new data still exist.
            let is_between = ["moving", "setting the directory's metadata", "renaming"]
                .iter()
                .any(|begin| step.starts_with(begin));
            if is_between {
                assert!(fixture.is_findable("new") && fixture.is_findable("old"), "{step}");
            } else {
                assert!(VOLUMES.iter().all(is_whole), "{step}");
            }
        });
    }
}

#[test]
fn restore_loses_nothing_if_the_disk_fails_for_good() {
    for (mounted, exchanges) in [(false, true), (false, false), (true, true)] {
        at_each_step(mounted, exchanges, Stop::AllFails, |fixture, step, outcome| {
            let failed = matches!(outcome, Some(Err(EngineError::Storage(_))));
            assert!(failed || is_removal(step), "{step}: {outcome:?}");
            let is_old = VOLUMES.iter().all(|name| fixture.holds(name) == Some("old"));
            assert!(is_old || fixture.is_findable("new"), "{step}");
        });
    }
}

#[test]
fn an_interrupted_restore_is_listed_until_it_is_finished() {
    for mounted in [false, true].into_iter().filter(|mounted| can_have(*mounted)) {
        let fixture = Fixture::killed_during_swap(mounted);
        // The fields are a stored format.
        let journal = format!("restores/{}/{}.json", app(), restore_id(1));
        let journal = fs::read_to_string(fixture.data_dir().join(journal)).unwrap();
        assert!(journal.contains("\"places\": ["), "{journal}");
        let listed = unfinished(&fixture.data_dir(), None).unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].id, listed[0].app_id), (restore_id(1), app()));
        assert_eq!(
            listed[0].source,
            Some(RestoreSource::Snapshot(AppSnapshotId::new(Uuid::from_u128(1))))
        );
        let data_dir = fixture.data_dir();
        let finisher = Finisher::new(&data_dir, app(), &NoFaults);
        assert_eq!(finisher.finish_one(restore_id(2)).unwrap(), None);
        let report = finisher.finish_one(restore_id(1)).unwrap().unwrap();
        assert_eq!(report.files, 4);
        assert_eq!(VOLUMES.map(|name| fixture.holds(name)), [Some("new"); 2]);
        assert_eq!(unfinished(&fixture.data_dir(), None).unwrap(), []);
        assert_eq!(finisher.finish_one(restore_id(1)).unwrap(), Some(report));
    }
}

#[test]
fn a_restore_whose_data_was_deleted_by_hand_blocks_no_other() {
    for mounted in [false, true].into_iter().filter(|mounted| can_have(*mounted)) {
        let fixture = Fixture::killed_during_swap(mounted);
        for left in fixture.remains() {
            fs::remove_dir_all(left).unwrap();
        }
        let data_dir = fixture.data_dir();
        let finisher = Finisher::new(&data_dir, app(), &NoFaults);
        match finisher.finish_one(restore_id(1)) {
            Err(EngineError::Refused(reason)) => assert!(reason.contains("is missing"), "{reason}"),
            other => panic!("{other:?}"),
        }
        let path = fixture.dir.path().join("elsewhere");
        let policy = TargetPolicy::Refuse;
        let target = RestoreTarget::Directory { path, policy };
        fixture.restore_to(target, 2, 0, None).0.unwrap().unwrap();
        // The volumes were not replaced yet.
        assert_eq!(unfinished(&data_dir, Some(app())).unwrap().len(), 1);
        fixture.restore(3, 0, None).0.unwrap().unwrap();
        assert_eq!(VOLUMES.map(|name| fixture.holds(name)), [Some("new"); 2]);
        assert_eq!(unfinished(&data_dir, Some(app())).unwrap(), []);
    }
}

#[test]
fn an_abandoned_restore_keeps_both_versions_and_blocks_nothing() {
    for mounted in [false, true].into_iter().filter(|mounted| can_have(*mounted)) {
        let fixture = Fixture::killed_during_swap(mounted);
        let abandoned = abandon(&fixture.data_dir(), app()).unwrap();
        let [one] = &abandoned[..] else {
            panic!("{abandoned:?}")
        };
        assert_eq!(one.id, restore_id(1));
        let kept = fixture.remains();
        assert_eq!(one.kept, kept);
        assert!(fixture.is_findable("old") && fixture.is_findable("new"));
        check_finished(&fixture.data_dir(), app()).unwrap();
        assert_eq!(abandon(&fixture.data_dir(), app()).unwrap(), []);
        fixture.restore(2, 0, None).0.unwrap().unwrap();
        assert_eq!(VOLUMES.map(|name| fixture.holds(name)), [Some("new"); 2]);
        assert_eq!(fixture.remains(), kept);
    }
}

#[test]
fn an_unreadable_journal_blocks_the_volumes_until_abandoned() {
    let fixture = Fixture::killed_during_swap(false);
    let data_dir = fixture.data_dir();
    let journal = data_dir.join(format!("restores/{}/{}.json", app(), restore_id(1)));
    fs::write(&journal, "{}").unwrap();
    assert!(check_finished(&data_dir, app()).is_err());
    assert!(fixture.restore(2, 0, None).0.unwrap().is_err());
    let path = fixture.dir.path().join("elsewhere");
    let policy = TargetPolicy::Refuse;
    fixture
        .restore_to(RestoreTarget::Directory { path, policy }, 3, 0, None)
        .0
        .unwrap()
        .unwrap();
    assert_eq!(abandon(&data_dir, app()).unwrap().len(), 1);
    assert!(journal.with_extension("json.abandoned").exists());
    fixture.restore(4, 0, None).0.unwrap().unwrap();
}

/// A restore to a directory that was killed before the last `step` of this name.
fn killed_to_directory(step: &str) -> (Fixture, PathBuf) {
    let restore = |fixture: &Fixture, number, stop| {
        let path = fixture.dir.path().join("elsewhere");
        let policy = TargetPolicy::Refuse;
        let target = RestoreTarget::Directory {
            path: path.clone(),
            policy,
        };
        (fixture.restore_to(target, 1, number, stop), path)
    };
    let ((_, steps), _) = restore(&Fixture::new(false, true), 0, None);
    let number = steps.iter().rposition(|passed| *passed == step);
    let number = number.unwrap_or_else(|| panic!("{steps:?}"));
    let fixture = Fixture::new(false, true);
    let ((outcome, _), path) = restore(&fixture, number, Some(Stop::Killed));
    assert!(outcome.is_none(), "{outcome:?}");
    (fixture, path)
}

#[test]
fn a_failed_cleanup_of_a_directory_is_an_error_and_can_be_repeated() {
    let (fixture, path) = killed_to_directory("writing the restored data to the disk");
    let faults = InjectedFault {
        number: 0,
        stop: Some(Stop::AllFails),
        exchanges: true,
        seen: Mutex::default(),
    };
    let data_dir = fixture.data_dir();
    let failed = Finisher::new(&data_dir, app(), &faults).discard_one(restore_id(1));
    assert!(matches!(failed, Err(EngineError::Storage(_))), "{failed:?}");
    let finisher = Finisher::new(&data_dir, app(), &NoFaults);
    assert_eq!(finisher.journals.list().unwrap().len(), 1);
    finisher.discard_one(restore_id(1)).unwrap();
    assert!(finisher.journals.list().unwrap().is_empty());
    assert!(fs::read_dir(path).unwrap().next().is_none());
}

#[test]
fn a_directory_whose_disk_is_missing_is_completed_later() {
    let (fixture, path) = killed_to_directory(EXCHANGING);
    let (data_dir, away) = (fixture.data_dir(), fixture.dir.path().join("away"));
    let finisher = Finisher::new(&data_dir, app(), &NoFaults);
    fs::rename(&path, &away).unwrap();
    let failed = finisher.discard_one(restore_id(1));
    assert!(matches!(failed, Err(EngineError::Storage(_))), "{failed:?}");
    fs::rename(&away, &path).unwrap();
    finisher.discard_one(restore_id(1)).unwrap();
    for name in VOLUMES {
        assert_eq!(fs::read_to_string(path.join(name).join("common")).unwrap(), "new");
    }
}

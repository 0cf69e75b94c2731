//! Snapshots on file systems that support shared blocks. They are created in files and mounted, so these
//! tests require root, `mkfs.btrfs` and `mkfs.xfs`.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use appkeep_core::catalog::Volume;
use appkeep_core::engine::{Engine, EngineError, SnapshotLevel};
use rustix::fs::IFlags;
use tempfile::TempDir;

use crate::tree;
use crate::workbench::{Workbench, noise, snapshot_id};
use crate::writer::{Writer, is_cut_exactly};

/// Runs a program that must succeed.
#[track_caller]
fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}: apt-get install it"));
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A file system in a file, deleted when dropped.
struct Mounted {
    dir: TempDir,
    point: PathBuf,
}

impl Mounted {
    fn new(mkfs: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (image, point) = (dir.path().join("image"), dir.path().join("mounted"));
        File::create(&image).unwrap().set_len(512 << 20).unwrap();
        run(mkfs[0], &[&mkfs[1..], &["-q", text(&image)]].concat());
        fs::create_dir(&point).unwrap();
        run("mount", &["-o", "loop", text(&image), text(&point)]);
        Self { dir, point }
    }

    fn btrfs() -> Self {
        Self::new(&["mkfs.btrfs"])
    }

    fn xfs() -> Self {
        Self::new(&["mkfs.xfs", "-m", "reflink=1"])
    }

    /// An engine and a bucket on it, without volumes.
    fn workbench(&self) -> Workbench {
        Workbench::bare(tempfile::tempdir_in(&self.point).unwrap())
    }

    fn subvolume(&self, name: &str) -> PathBuf {
        let path = self.point.join(name);
        run("btrfs", &["subvolume", "create", text(&path)]);
        path
    }

    /// An app whose volume `data` is a new subvolume, and the path of the subvolume.
    fn with_subvolume(&self) -> (Workbench, PathBuf) {
        let (mut workbench, shop) = (self.workbench(), self.subvolume("shop"));
        workbench.volumes = vec![volume("data", shop.clone())];
        (workbench, shop)
    }

    fn subvolumes(&self) -> usize {
        let output = Command::new("btrfs")
            .args(["subvolume", "list", text(&self.point)])
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().lines().count()
    }

    /// The number of used bytes after a sync.
    fn used(&self) -> u64 {
        rustix::fs::syncfs(File::open(&self.point).unwrap()).unwrap();
        let found = rustix::fs::statvfs(&self.point).unwrap();
        (found.f_blocks - found.f_bfree) * found.f_frsize
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let unmounted = Command::new("umount")
            .args(["--recursive", "--lazy"])
            .arg(&self.point)
            .status();
        if !unmounted.is_ok_and(|status| status.success()) {
            eprintln!("{} stays mounted", self.dir.path().display());
        }
    }
}

fn volume(name: &str, path: PathBuf) -> Volume {
    Volume {
        name: name.to_owned(),
        path,
    }
}

#[tokio::test]
async fn a_btrfs_subvolume_snapshot_is_created_and_deleted() {
    let mounted = Mounted::btrfs();
    let (workbench, shop) = mounted.with_subvolume();
    tree::make(&shop);
    let socket = UnixListener::bind(shop.join("deep/socket")).unwrap();
    tree::set_time(&shop.join("deep"), 1_234_567_890, 123);
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!((report.level, report.skipped), (SnapshotLevel::Subvolume, 1));
    assert_eq!(
        report.notes,
        ["data/deep/socket: left out because it is a socket"]
    );

    drop(socket);
    fs::remove_file(shop.join("deep/socket")).unwrap();
    tree::set_time(&shop.join("deep"), 1_234_567_890, 123);
    let copy = workbench.snapshot_dir(1).join("data");
    tree::assert_same(&shop, &copy);
    fs::write(shop.join("small"), "changed in place").unwrap();
    assert_eq!(fs::read(copy.join("small")).unwrap(), b"a few words");
    let refused = fs::write(copy.join("small"), "spoilt").unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ReadOnlyFilesystem);

    workbench.copy(1, 1).await.unwrap();
    assert_eq!(mounted.subvolumes(), 2);
    let app_id = workbench.app_id;
    workbench
        .engine
        .delete_snapshot(app_id, snapshot_id(1))
        .await
        .unwrap();
    assert_eq!(mounted.subvolumes(), 1);
    assert!(!workbench.snapshot_dir(1).parent().unwrap().exists());
}

/// A restore in place may have left its directory inside the volume, for example if the volume is a mount
/// point.
#[tokio::test]
async fn a_btrfs_snapshot_contains_no_leftovers_of_a_restore() {
    let mounted = Mounted::btrfs();
    let (workbench, shop) = mounted.with_subvolume();
    tree::make(&shop);
    let leftover = shop
        .join("deep")
        .join(format!(".appkeep-restore-{}", uuid::Uuid::from_u128(7)));
    fs::create_dir(&leftover).unwrap();
    fs::write(leftover.join("file"), "old").unwrap();
    tree::set_time(&shop.join("deep"), 1_234_567_890, 123);
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!(report.level, SnapshotLevel::Subvolume);
    fs::remove_dir_all(&leftover).unwrap();
    tree::set_time(&shop.join("deep"), 1_234_567_890, 123);
    tree::assert_same(&shop, &workbench.snapshot_dir(1).join("data"));
}

/// A writer changes one file, then the other, repeatedly, and syncs each, like a database: a snapshot never
/// contains a newer state of the second than of the first.
#[tokio::test]
async fn a_btrfs_subvolume_snapshot_is_crash_consistent() {
    let mounted = Mounted::btrfs();
    let (workbench, shop) = mounted.with_subvolume();
    let files = ["first", "second"].map(|name| File::create(shop.join(name)).unwrap());
    let stamp = move |number: u64| {
        for file in &files {
            file.write_all_at(&number.to_le_bytes(), 0).unwrap();
            file.sync_data().unwrap();
        }
    };
    stamp(0);
    let over = Arc::new(AtomicBool::new(false));
    let is_over = Arc::clone(&over);
    let writer = std::thread::spawn(move || {
        let mut number = 0;
        while !is_over.load(Ordering::Relaxed) {
            number += 1;
            stamp(number);
        }
    });
    for number in 1..=20 {
        workbench.create_snapshot(number).await.unwrap();
    }
    over.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    for number in 1..=20 {
        let read = |name: &str| {
            let bytes = fs::read(workbench.snapshot_dir(number).join("data").join(name)).unwrap();
            u64::from_le_bytes(bytes.try_into().unwrap())
        };
        let (first, second) = (read("first"), read("second"));
        assert!(first == second || first == second + 1, "{first} and {second}");
    }
}

#[tokio::test]
async fn an_unfinished_btrfs_snapshot_is_replaced() {
    let mounted = Mounted::btrfs();
    let (workbench, shop) = mounted.with_subvolume();
    fs::write(shop.join("file"), "old").unwrap();
    let partial = workbench.snapshot_dir(1).with_extension("partial");
    fs::create_dir_all(&partial).unwrap();
    run(
        "btrfs",
        &[
            "subvolume",
            "snapshot",
            "-r",
            text(&shop),
            text(&partial.join("data")),
        ],
    );
    fs::write(shop.join("file"), "new").unwrap();
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!(report.level, SnapshotLevel::Subvolume);
    let kept = fs::read(workbench.snapshot_dir(1).join("data/file")).unwrap();
    assert_eq!(kept, b"new");
    assert!(!partial.exists());
    assert_eq!(mounted.subvolumes(), 2);
}

/// In a snapshot of the outer subvolume, the inner one would be an empty directory.
#[tokio::test]
async fn a_btrfs_subvolume_with_a_nested_one_is_cloned_file_by_file() {
    let mounted = Mounted::btrfs();
    let (workbench, shop) = mounted.with_subvolume();
    fs::write(shop.join("file"), "outer").unwrap();
    mounted.subvolume("shop/inner");
    fs::write(shop.join("inner/file"), "inner").unwrap();
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!(report.level, SnapshotLevel::Reflink);
    let note = "data: its files are copied instead of its btrfs subvolume: data/inner is another subvolume";
    assert_eq!(report.notes, [note]);
    tree::assert_same(&shop, &workbench.snapshot_restored(1).await.join("data"));
    assert_eq!(mounted.subvolumes(), 2);
}

/// The same applies to mounts in the subvolume.
#[tokio::test]
async fn a_btrfs_subvolume_with_a_nested_mount_is_copied() {
    let mounted = Mounted::btrfs();
    let (workbench, shop) = mounted.with_subvolume();
    fs::write(shop.join("file"), "outer").unwrap();
    let point = shop.join("a mount");
    fs::create_dir(&point).unwrap();
    run("mount", &["-t", "tmpfs", "tmpfs", text(&point)]);
    fs::write(point.join("file"), "inner").unwrap();
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!(report.level, SnapshotLevel::Copy);
    assert!(
        report.notes[0].ends_with("shop/a mount is mounted in it"),
        "{:?}",
        report.notes
    );
    tree::assert_same(&shop, &workbench.snapshot_restored(1).await.join("data"));
}

#[tokio::test]
async fn a_btrfs_subvolume_that_contains_the_snapshots_is_refused() {
    let mounted = Mounted::btrfs();
    let shop = mounted.subvolume("shop");
    let mut workbench = Workbench::bare(tempfile::tempdir_in(&shop).unwrap());
    workbench.volumes = vec![volume("data", shop)];
    match workbench.create_snapshot(1).await {
        Err(EngineError::Unreadable(reasons)) => {
            assert!(reasons[0].ends_with("it contains the directory of snapshots, so it can't be copied"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(mounted.subvolumes(), 1);
}

#[tokio::test]
async fn a_btrfs_subvolume_on_another_file_system_is_copied() {
    let mounted = Mounted::btrfs();
    let shop = mounted.subvolume("shop");
    tree::make(&shop);
    let mut workbench = Workbench::bare(tempfile::tempdir().unwrap());
    workbench.volumes = vec![volume("data", shop.clone())];
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!(report.level, SnapshotLevel::Copy);
    assert_eq!(report.notes.len(), 1, "{:?}", report.notes);
    tree::assert_same(&shop, &workbench.snapshot_restored(1).await.join("data"));
}

#[tokio::test]
async fn btrfs_files_are_cloned_even_without_copy_on_write() {
    let mounted = Mounted::btrfs();
    let mut workbench = mounted.workbench();
    let data = workbench.add_volume("data");
    tree::make(&data);
    let database = File::create(data.join("database")).unwrap();
    rustix::fs::ioctl_setflags(&database, IFlags::NOCOW).unwrap();
    database.write_all_at(&noise(7, 1 << 20), 0).unwrap();
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!(report.level, SnapshotLevel::Reflink);
    tree::assert_same(&data, &workbench.snapshot_restored(1).await.join("data"));
}

#[tokio::test]
async fn files_on_xfs_are_cloned_and_take_no_space() {
    let mounted = Mounted::xfs();
    let mut workbench = mounted.workbench();
    let data = workbench.add_volume("data");
    tree::make(&data);
    fs::write(data.join("large"), noise(3, 32 << 20)).unwrap();
    let before = mounted.used();
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!(report.level, SnapshotLevel::Reflink);
    tree::assert_same(&data, &workbench.snapshot_restored(1).await.join("data"));
    let grown = mounted.used() - before;
    assert!(grown < 8 << 20, "{grown} bytes more");
}

#[tokio::test]
async fn files_on_an_xfs_that_cannot_clone_are_copied() {
    let mounted = Mounted::new(&["mkfs.xfs", "-m", "reflink=0"]);
    let mut workbench = mounted.workbench();
    let data = workbench.add_volume("data");
    tree::make(&data);
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!(report.level, SnapshotLevel::Copy);
    tree::assert_same(&data, &workbench.snapshot_restored(1).await.join("data"));
}

#[tokio::test]
async fn the_weakest_volume_determines_the_level() {
    let mounted = Mounted::btrfs();
    let mut workbench = mounted.workbench();
    let (shop, elsewhere) = (mounted.subvolume("shop"), tempfile::tempdir().unwrap());
    fs::write(elsewhere.path().join("file"), "far").unwrap();
    workbench.volumes = vec![volume("far", elsewhere.path().to_owned()), volume("near", shop)];
    assert_eq!(
        workbench.create_snapshot(1).await.unwrap().level,
        SnapshotLevel::Copy
    );
    workbench.volumes.remove(0);
    assert_eq!(
        workbench.create_snapshot(2).await.unwrap().level,
        SnapshotLevel::Subvolume
    );
}

#[tokio::test]
async fn a_clone_of_a_file_being_written_shows_a_single_moment() {
    for mounted in [Mounted::xfs(), Mounted::btrfs()] {
        let mut workbench = mounted.workbench();
        let data = workbench.add_volume("data");
        let _writer = Writer::start(data.join("file"));
        for number in 1..=3 {
            let report = workbench.create_snapshot(number).await.unwrap();
            assert_eq!(report.level, SnapshotLevel::Reflink);
            assert!(is_cut_exactly(&workbench.snapshot_dir(number).join("data/file")));
        }
    }
}

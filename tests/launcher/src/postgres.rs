//! A throw-away PostgreSQL cluster that concurrent test processes share.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::eventually;

/// The environment variable with the URL of a database to use instead. Its user must be permitted to create schemas.
const URL: &str = "APPKEEP_TEST_POSTGRES_URL";

/// Prepares for commands of PostgreSQL; both scripts begin with it.
pub(crate) const USER: &str = include_str!("postgres_user.sh");

/// Runs the cluster, and deletes it when no process uses it any more.
const SCRIPT: &str = include_str!("postgres.sh");

/// The URL of an empty database, in which tests create their own schemas.
///
/// The first process starts a cluster with the installed PostgreSQL. Others use the same cluster. It ends a few seconds
/// after the last of them has ended, also if they were killed.
///
/// # Panics
/// When PostgreSQL isn't installed, or doesn't start.
pub fn postgres_url() -> &'static str {
    static RUNNING: OnceLock<(String, Option<File>)> = OnceLock::new();
    let start = || {
        if let Ok(url) = std::env::var(URL) {
            return (url, None);
        }
        let (dir, lock) = cluster();
        let url = format!("postgres:///postgres?host={}&user=appkeep", dir.display());
        (url, Some(lock))
    };
    &RUNNING.get_or_init(start).0
}

/// The directory of the cluster's socket, and the lock that keeps the cluster running.
fn cluster() -> (PathBuf, File) {
    let dir = base_dir();
    let starting = open(&dir.join("starting"));
    starting.lock().expect("the lock of starting processes");
    let users_path = dir.join("users");
    let users = open(&users_path);
    users
        .lock_shared()
        .expect("the lock of processes that use the cluster");
    let cluster_dir = dir.join("cluster");
    if !is_ready(&cluster_dir) {
        start(&cluster_dir, &users_path);
    }
    (cluster_dir, users)
}

/// A directory of this user: its name is the same in all processes.
fn base_dir() -> PathBuf {
    let user = fs::metadata("/proc/self").expect("/proc").uid();
    let dir = std::env::temp_dir().join(format!("appkeep-test-postgres-{user}"));
    // The user of the cluster passes through it.
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(&dir)
        .expect("a temporary directory");
    assert_eq!(
        fs::metadata(&dir).expect("its owner").uid(),
        user,
        "{} belongs to another user",
        dir.display()
    );
    dir
}

fn open(path: &Path) -> File {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path);
    file.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whether the cluster accepts connections: it creates its socket before it does.
fn is_ready(dir: &Path) -> bool {
    UnixStream::connect(dir.join(".s.PGSQL.5432")).is_ok()
        && fs::read_to_string(dir.join("data/postmaster.pid"))
            .is_ok_and(|text| text.lines().any(|line| line.trim() == "ready"))
}

fn start(dir: &Path, users: &Path) {
    // A cluster whose script was killed.
    let _ = fs::remove_dir_all(dir);
    fs::create_dir(dir).expect("the directory of the cluster");
    let mut script = Command::new("sh");
    let text = format!("{USER}{SCRIPT}");
    script.args(["-c", &text, "postgres.sh"]).arg(dir).arg(users);
    // It outlives this process, and signals to the test runner don't reach it.
    script
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut script = script.spawn().expect("a shell");
    eventually("the PostgreSQL cluster", || {
        if let Ok(Some(status)) = script.try_wait() {
            let log = |name| fs::read_to_string(dir.join(name)).unwrap_or_default();
            panic!(
                "PostgreSQL can't be started ({status}): install it, or set {URL}\n{}{}",
                log("initdb.log"),
                log("postgres.log")
            );
        }
        is_ready(dir).then_some(())
    });
}

//! Throw-away PostgreSQL clusters: one that concurrent test processes share, and private ones.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::eventually;

/// The environment variable with the URL of a database to use instead. Its user must be permitted to create schemas.
const URL: &str = "APPKEEP_TEST_POSTGRES_URL";

/// The port in the name of the shared cluster's socket.
const PORT: u16 = 5432;

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
    if !is_ready(&cluster_dir, PORT) {
        // A cluster whose script was killed.
        let _ = fs::remove_dir_all(&cluster_dir);
        fs::create_dir(&cluster_dir).expect("the directory of the cluster");
        start(
            &cluster_dir,
            &users_path,
            "appkeep",
            PORT,
            &["-c", "listen_addresses="],
        );
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
fn is_ready(dir: &Path, port: u16) -> bool {
    UnixStream::connect(dir.join(format!(".s.PGSQL.{port}"))).is_ok()
        && fs::read_to_string(dir.join("data/postmaster.pid"))
            .is_ok_and(|text| text.lines().any(|line| line.trim() == "ready"))
}

fn start(dir: &Path, users: &Path, superuser: &str, port: u16, options: &[&str]) {
    let mut script = Command::new("sh");
    script.args(["-c", SCRIPT, "postgres.sh"]).arg(dir).arg(users);
    script.arg(superuser).args(options);
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
        is_ready(dir, port).then_some(())
    });
}

/// A cluster for one test. Connections over TCP require a password and may use TLS, local ones require neither. It ends
/// a few seconds after this value was dropped.
#[derive(Debug)]
pub struct PostgresCluster {
    dir: PathBuf,
    port: u16,
    _users: File,
}

impl PostgresCluster {
    /// Starts a cluster with the superuser `postgres`, and with this certificate and key in PEM for 127.0.0.1.
    ///
    /// # Panics
    /// When PostgreSQL isn't installed, or doesn't start.
    #[must_use]
    pub fn start(certificate: &str, key: &str) -> Self {
        let dir = TempDir::with_prefix("appkeep-postgres-").expect("a temporary directory");
        // The script removes it.
        let dir = dir.keep();
        let (users_path, key_path) = (dir.join("users"), dir.join("server.key"));
        let users = open(&users_path);
        users.lock_shared().expect("the lock of the cluster");
        fs::write(dir.join("server.crt"), certificate).expect("the certificate");
        fs::write(&key_path, key).expect("the key");
        fs::set_permissions(&key_path, Permissions::from_mode(0o600)).expect("the mode of the key");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port();
        let options = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}/server.crt", dir.display()),
            format!("ssl_key_file={}/server.key", dir.display()),
        ];
        let options: Vec<&str> = options.iter().flat_map(|option| ["-c", option]).collect();
        start(&dir, &users_path, "postgres", port, &options);
        Self {
            dir,
            port,
            _users: users,
        }
    }

    /// The host and the port.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The variables with which PostgreSQL's own commands connect as the superuser.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("PGHOST", self.dir.display().to_string()),
            ("PGPORT", self.port.to_string()),
            ("PGUSER", "postgres".to_owned()),
        ]
    }
}

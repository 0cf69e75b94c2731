//! A PostgreSQL cluster of one test, which can be stopped and started.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::{fs, io};

use tempfile::TempDir;

use crate::eventually;
use crate::postgres::USER;
use crate::server::signal;

/// Runs the cluster, and creates it first.
const SCRIPT: &str = include_str!("postgres_cluster.sh");

/// The superuser.
const SUPERUSER: &str = "postgres";

/// Access rules: connections over TCP require a password.
const PASSWORDS: &str = "local all all trust\nhost all all all scram-sha-256\n";

/// A cluster of the installed PostgreSQL. It ends when this value is dropped, or with the process.
#[derive(Debug)]
pub struct PostgresCluster {
    dir: TempDir,
    port: u16,
    /// Reserves the port, also while the cluster is stopped.
    _reserved: [TcpStream; 2],
    settings: Vec<String>,
    server: Option<Child>,
}

impl PostgresCluster {
    /// Starts a new cluster with these files in its data directory, such as a `pg_hba.conf`, and with these settings,
    /// each as `name=value`. It listens on 127.0.0.1.
    ///
    /// # Panics
    /// When PostgreSQL isn't installed, or doesn't start.
    #[must_use]
    pub fn start_new(files: &[(&str, &str)], settings: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        fs::create_dir(dir.path().join("files")).expect("a directory");
        for (name, content) in files {
            fs::write(dir.path().join("files").join(name), content).expect("a file of the cluster");
        }
        let (port, reserved) = reserve().expect("a free port");
        let mut cluster = Self {
            dir,
            port,
            _reserved: reserved,
            settings: settings.iter().map(|&setting| setting.to_owned()).collect(),
            server: None,
        };
        cluster.start();
        cluster
    }

    /// Starts a new cluster that requires passwords over TCP, with this certificate and key in PEM.
    ///
    /// # Panics
    /// When PostgreSQL isn't installed, or doesn't start.
    #[must_use]
    pub fn start_with_passwords(certificate: &str, key: &str) -> Self {
        let files = [
            ("server.crt", certificate),
            ("server.key", key),
            ("pg_hba.conf", PASSWORDS),
        ];
        Self::start_new(&files, &["ssl=on"])
    }

    /// Starts the stopped cluster.
    ///
    /// # Panics
    /// When it doesn't start.
    pub fn start(&mut self) {
        let script = format!("{USER}{SCRIPT}");
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, "postgres_cluster.sh"])
            .arg(self.dir.path());
        command.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut server = command.spawn().expect("a shell");
        let data = self.dir.path().join("data");
        eventually("the PostgreSQL cluster", || {
            if let Ok(Some(status)) = server.try_wait() {
                panic!("PostgreSQL can't be started ({status}): {}", self.log());
            }
            is_ready(&data).then_some(())
        });
        self.server = Some(server);
    }

    /// Stops the cluster. Open transactions are rolled back.
    ///
    /// # Panics
    /// When it can't be signalled.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            signal("INT", &server.id().to_string()).expect("a running cluster");
            server.wait().expect("it ends");
        }
    }

    /// The URL of an empty database, without TLS parameters.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://{SUPERUSER}@{}/postgres", self.address())
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
            ("PGHOST", self.dir.path().display().to_string()),
            ("PGPORT", self.port.to_string()),
            ("PGUSER", SUPERUSER.to_owned()),
        ]
    }

    fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.dir.path().join(name)).unwrap_or_default();
        format!("{}{}", read("initdb.log"), read("postgres.log"))
    }
}

impl Drop for PostgresCluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // The cluster doesn't wait for its clients.
            let _ = signal("QUIT", &server.id().to_string());
            let _ = server.wait();
        }
    }
}

/// Selects a port. While the connection is open, the system doesn't select it again, but sockets with `SO_REUSEADDR`,
/// such as PostgreSQL's, can listen on it.
fn reserve() -> io::Result<(u16, [TcpStream; 2])> {
    // It has `SO_REUSEADDR`, too, and so has the accepted socket.
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let client = TcpStream::connect(address)?;
    let (accepted, _) = listener.accept()?;
    Ok((address.port(), [client, accepted]))
}

/// Whether the cluster accepts connections.
fn is_ready(data: &Path) -> bool {
    fs::read_to_string(data.join("postmaster.pid"))
        .is_ok_and(|text| text.lines().any(|line| line.trim() == "ready"))
}

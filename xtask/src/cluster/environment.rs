//! The database, the S3 server, the volumes and the configuration of the servers.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use appkeep_launcher::{ACCOUNT, APP, BUCKET, PostgresCluster, command};
use tempfile::TempDir;

use super::network::{self, Link, SERVERS};
use super::notifications;
use super::restores::{self, RESTORING};
use crate::crash::{Files, describe};
use crate::restic::{Repository, passwords};
use crate::s3;

/// An app.
pub(super) struct App {
    pub(super) name: &'static str,
    pub(super) id: &'static str,
    /// The servers that declare it.
    pub(super) servers: &'static [usize],
}

/// The apps. Clients use all but [`SCHEDULED`].
pub(super) const APPS: [App; 4] = [
    App {
        name: "shop",
        id: APP,
        servers: &[0, 1, 2],
    },
    App {
        name: "wiki",
        id: "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b02",
        servers: &[0, 1, 2],
    },
    App {
        name: "blog",
        id: "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b03",
        servers: &[0],
    },
    App {
        name: "cron",
        id: "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b04",
        servers: &[0, 1, 2],
    },
];

/// The number of apps that clients use: the first ones.
pub(super) const USED_APPS: usize = 3;

/// The app whose backups are created by a schedule, each minute.
pub(super) const SCHEDULED: usize = 3;

/// The S3 bucket, and the prefix of the backups in it.
const S3_BUCKET: &str = "appkeep";
const PREFIX: &str = "backups";

/// The number of files of an app, and their maximum size in bytes.
const FILES: usize = 5;
const FILE_BYTES_MAX: usize = 60_000;

/// The leases of the servers, in seconds.
const LEASE_SECS: &str = "3";
const LEASE_VARIABLE: &str = "APPKEEP_TEST_LEASE_SECONDS";

/// Access rules of the database.
const ACCESS_RULES: &str = "local all all trust\nhost all all all trust\n";

/// The components that the servers share, and their configuration.
pub(super) struct Environment {
    binary: PathBuf,
    dir: TempDir,
    pub(super) database: PostgresCluster,
    storage: s3::Server,
    /// The content of each app.
    manifests: [Arc<Files>; APPS.len()],
}

impl Environment {
    /// Starts the database and the S3 server, and writes volumes and configurations into a directory below `parent`.
    ///
    /// # Errors
    /// When a part can't be started or written.
    pub(super) fn create(binary: &Path, parent: &Path, rng: &mut fastrand::Rng) -> Result<Self> {
        let dir =
            TempDir::with_prefix_in("appkeep-cluster-", parent).context("failed to create a directory")?;
        let database = PostgresCluster::start_new(&[("pg_hba.conf", ACCESS_RULES)], &["listen_addresses=*"]);
        let address = Link::Storage.address();
        let storage = s3::Server::start(s3::Program::Rclone, S3_BUCKET, dir.path(), address)?;
        let mut environment = Self {
            binary: binary.to_owned(),
            dir,
            database,
            storage,
            manifests: Default::default(),
        };
        let key = environment.path().join("master.key");
        fs::write(&key, "5e".repeat(32))?;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
        fs::create_dir(restores::directory(environment.path()))?;
        for (number, app) in APPS.iter().enumerate() {
            fs::create_dir_all(environment.path().join("volumes").join(app.name))?;
            environment.change(number, rng)?;
        }
        for server in 0..SERVERS {
            fs::write(environment.config(server), environment.configuration(server))?;
        }
        Ok(environment)
    }

    /// Replaces a random file of an app.
    ///
    /// # Errors
    /// When it can't be written.
    pub(super) fn change(&mut self, app: usize, rng: &mut fastrand::Rng) -> Result<()> {
        let volume = self.path().join("volumes").join(APPS[app].name);
        let mut content = vec![0; rng.usize(..FILE_BYTES_MAX)];
        rng.fill(&mut content);
        fs::write(volume.join(format!("file-{}", rng.usize(..FILES))), content)?;
        // restic restores the volume as a directory with its name.
        let files = describe(&volume)?.0.into_iter();
        let files = files.map(|(path, digest)| (Path::new("data").join(path), digest));
        self.manifests[app] = Arc::new(files.collect());
        Ok(())
    }

    /// The current files of an app.
    pub(super) fn manifest(&self, app: usize) -> Arc<Files> {
        Arc::clone(&self.manifests[app])
    }

    fn configuration(&self, server: usize) -> String {
        let database = Link::Database.address();
        let address = self.database.address();
        let port = address.rsplit(':').next().unwrap_or_default();
        let mut text = format!(
            "[server]\nnode = \"{}\"\nworkers = 2\nengine_priority = \"normal\"\ncheck_every_secs = 10\n\
             {}\n[store]\nurl = \"postgres://postgres@{database}:{port}/postgres\"\n\n\
             [keys]\nfile = \"master.key\"\n\n\
             [[accounts]]\nname = \"acme\"\nid = \"{ACCOUNT}\"\n\n",
            node(server),
            if RESTORING.contains(&server) {
                "restore_directories = [\"targets\"]\n"
            } else {
                ""
            },
        );
        for (number, app) in APPS.iter().enumerate() {
            if !app.servers.contains(&server) {
                continue;
            }
            // Writing to a string doesn't fail.
            let _ = write!(
                text,
                "[[accounts.apps]]\nname = \"{0}\"\nid = \"{1}\"\nvolumes = {{ data = \"volumes/{0}\" }}\n\n",
                app.name, app.id
            );
            if number == SCHEDULED {
                text.push_str(
                    "[[accounts.apps.schedules]]\nname = \"minutely\"\ncron = \"* * * * *\"\nkeep_last = 2\n\n",
                );
            }
        }
        let _ = write!(
            text,
            "[[accounts.buckets]]\nname = \"offsite\"\nid = \"{BUCKET}\"\nurl = \"s3://{S3_BUCKET}/{PREFIX}\"\n\
             endpoint = \"{}\"\naccess_key = \"{}\"\nsecret_key = \"{}\"\n",
            self.storage.url(),
            s3::ACCESS_KEY,
            s3::SECRET_KEY
        );
        text + &notifications::configuration(self.path())
    }

    /// The directory of all files.
    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }

    fn config(&self, server: usize) -> PathBuf {
        self.path().join(format!("{}.toml", node(server)))
    }

    /// The data directory of a server.
    pub(super) fn data(&self, server: usize) -> PathBuf {
        self.path().join(node(server))
    }

    /// The file with the log of a server.
    pub(super) fn log(&self, server: usize) -> PathBuf {
        self.path().join(format!("{}.log", node(server)))
    }

    /// The directory of the repository of an app.
    pub(super) fn repository(&self, app: usize) -> PathBuf {
        self.storage.bucket_directory().join(PREFIX).join(APPS[app].id)
    }

    /// The repositories of all apps that have one.
    ///
    /// # Errors
    /// When the passwords aren't shown.
    pub(super) fn repositories(&self) -> Result<Vec<(usize, Repository)>> {
        let mut show = self.tool("key show --recovery", 0);
        show.arg("--data").arg(self.data(0));
        let passwords = passwords(&mut show)?;
        let found = APPS.iter().enumerate().filter_map(|(number, app)| {
            let (_, password) = passwords.iter().find(|(address, _)| address.ends_with(app.id))?;
            Some((number, Repository::new(self.repository(number), password)))
        });
        Ok(found.collect())
    }

    /// `appkeep serve` of a server, in its namespace.
    pub(super) fn serve(&self, server: usize) -> Command {
        let mut serve = network::command(server, &self.binary);
        let address = network::address(server);
        serve.args(["serve", "--listen", &format!("{address}:{API_PORT}")]);
        serve.args(["--operations-listen", &format!("{address}:{OPERATIONS_PORT}")]);
        serve.args(["--log", "warn,appkeep_core=info"]);
        serve.arg("--config").arg(self.config(server));
        serve.arg("--data").arg(self.data(server));
        serve.env(LEASE_VARIABLE, LEASE_SECS);
        serve
    }

    /// A command on the database, with the configuration of a server.
    fn tool(&self, arguments: &str, server: usize) -> Command {
        let mut tool = command(&self.binary);
        tool.args(arguments.split(' '))
            .arg("--config")
            .arg(self.config(server));
        tool.env(LEASE_VARIABLE, LEASE_SECS);
        tool
    }

    /// The output of a command on the database.
    ///
    /// # Errors
    /// When it fails.
    pub(super) fn run(&self, arguments: &str) -> Result<String> {
        let output = self
            .tool(arguments, 0)
            .output()
            .context("failed to start the binary")?;
        if !output.status.success() {
            bail!("{arguments} failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The rows that a statement returns, one line each.
    ///
    /// # Errors
    /// When it fails.
    pub(super) fn query(&self, sql: &str) -> Result<String> {
        let mut psql = Command::new("psql");
        psql.args([
            "--no-psqlrc",
            "--tuples-only",
            "--no-align",
            "--command",
            sql,
            "postgres",
        ]);
        let output = psql
            .envs(self.database.environment())
            .stdin(Stdio::null())
            .output();
        let output = output.context("failed to start psql")?;
        if !output.status.success() {
            bail!("{sql} failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Keeps the directory for inspection, and returns its path.
    pub(super) fn keep(mut self) -> PathBuf {
        self.storage.keep();
        self.dir.keep()
    }
}

/// The ports of each server.
pub(super) const API_PORT: u16 = 8480;
pub(super) const OPERATIONS_PORT: u16 = 9480;

/// The name of a server's node.
pub(super) fn node(server: usize) -> String {
    format!("server-{}", server + 1)
}

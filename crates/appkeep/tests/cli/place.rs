//! A temporary directory with a configuration, an app and a bucket.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::running::{Running, appkeep, run};

/// The id that the account `acme` is declared with.
pub(crate) const ACCOUNT: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01";
/// The id that the account `other` is declared with.
pub(crate) const OTHER_ACCOUNT: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a02";
/// The id that the app `shop` is declared with.
pub(crate) const APP: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b01";
/// The id that the bucket `local` is declared with.
pub(crate) const BUCKET: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c01";

/// A configuration without a mistake. Others test beside its server, so that its engine doesn't wait for them.
pub(crate) const CONFIG: &str = r#"[server]
workers = 2
body_timeout_secs = 600
engine_priority = "low"
[[accounts]]
name = "acme"
id = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01"

[[accounts.apps]]
name = "shop"
id = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b01"
volumes = { data = "volume" }

[[accounts.buckets]]
name = "local"
id = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c01"
path = "bucket"

[[accounts]]
name = "other"
id = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a02"
"#;

/// The directory; it is removed when the test ends.
pub(crate) struct Place {
    dir: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = TempDir::with_prefix("appkeep-cli-").expect("a temporary directory");
        fs::write(dir.path().join("appkeep.toml"), CONFIG).expect("a configuration");
        fs::create_dir(dir.path().join("volume")).expect("a volume");
        fs::write(dir.path().join("volume/greeting.txt"), "hello\n").expect("a file");
        fs::create_dir(dir.path().join("bucket")).expect("a bucket");
        Self { dir }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// `appkeep serve` on a free port.
    pub(crate) fn serve(&self) -> Command {
        self.serve_at("127.0.0.1:0", &self.data())
    }

    /// `appkeep serve` there.
    pub(crate) fn serve_at(&self, listen: &str, data: &Path) -> Command {
        let mut command = appkeep();
        command
            .args(["serve", "--listen", listen])
            .arg("--data")
            .arg(data);
        command.arg("--config").arg(self.dir.path().join("appkeep.toml"));
        command
    }

    pub(crate) fn start(&self) -> Running {
        Running::start(self.serve())
    }

    /// A server that answers but does no work.
    pub(crate) fn start_idle(&self) -> Running {
        let path = self.dir.path().join("appkeep.toml");
        let config = fs::read_to_string(&path).expect("a configuration");
        fs::write(&path, config.replace("workers = 2", "workers = 0")).expect("a configuration");
        let idle = self.start();
        fs::write(&path, config).expect("a configuration");
        idle
    }

    /// `appkeep token create` on the data directory.
    pub(crate) fn create_token(&self, arguments: &[&str]) -> Output {
        let data = self.data().display().to_string();
        run(["token", "create", "--data", &data].iter().chain(arguments))
    }

    /// What opens the app's repository, as the binary shows it.
    pub(crate) fn password(&self) -> String {
        let data = self.data().display().to_string();
        let shown = run(["key", "show", "--recovery", "--data", &data]);
        let lines = String::from_utf8(shown.stdout).expect("text");
        let value = lines
            .lines()
            .find_map(|line| line.strip_prefix("export RESTIC_PASSWORD='"));
        value
            .and_then(|rest| rest.strip_suffix('\''))
            .expect("a password")
            .to_owned()
    }

    /// A token of a member of `acme`.
    pub(crate) fn token(&self) -> String {
        self.token_of("acme")
    }

    /// A token of a member of an account.
    pub(crate) fn token_of(&self, account: &str) -> String {
        let created = self.create_token(&["--account", account]);
        assert!(created.status.success());
        String::from_utf8(created.stdout)
            .expect("text")
            .trim_end()
            .to_owned()
    }
}

/// The path of the account's backups.
pub(crate) fn backups() -> String {
    format!("/accounts/{ACCOUNT}/topology/v1/appBackups")
}

/// The path of the app's backups.
pub(crate) fn app_backups() -> String {
    format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appBackups")
}

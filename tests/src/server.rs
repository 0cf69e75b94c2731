//! The usual server of the black-box tests, and their API client.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use appkeep_server::admin::{retention, tokens};
use appkeep_server::testing;
use appkeep_server::{Clock, RandomIds};
use uuid::Uuid;

use crate::PAUSE;
use crate::disk::Repository;
use crate::http::Api;

/// Two accounts. `acme` has the apps `shop` (two volumes) and `blog`, and two buckets, of which `local` is
/// the default; `other` has its own app and bucket.
const CONFIG: &str = r#"
[server]
# Others test beside this one.
engine_priority = "low"
workers = 3
body_timeout_secs = 5

[[accounts]]
name = "acme"

[[accounts.apps]]
name = "shop"
volumes = { data = "volumes/shop-data", media = "volumes/shop-media" }

[[accounts.apps]]
name = "blog"
volumes = { data = "volumes/blog" }

[[accounts.buckets]]
name = "spare"
path = "buckets/spare"

[[accounts.buckets]]
name = "local"
path = "buckets/local"
default = true

[[accounts]]
name = "other"

[[accounts.apps]]
name = "shop"
volumes = { data = "volumes/other" }

[[accounts.buckets]]
name = "local"
path = "buckets/other"
"#;

/// The set-up of a server with the usual accounts and small volumes of real files.
pub struct Builder {
    builder: testing::Builder,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// Creates the usual set-up.
    ///
    /// # Panics
    /// When the temporary directory can't be filled.
    #[must_use]
    pub fn new() -> Self {
        log();
        let builder = testing::Builder::new().on_disk().config(CONFIG);
        let dir = builder.path();
        for bucket in ["buckets/spare", "buckets/local", "buckets/other"] {
            fs::create_dir_all(dir.join(bucket)).expect("a bucket's directory");
        }
        for volume in ["shop-data", "shop-media", "blog", "other"] {
            let path = dir.join("volumes").join(volume);
            fs::create_dir_all(path.join("below")).expect("a volume's directory");
            fs::write(path.join("greeting.txt"), format!("hello from {volume}\n")).expect("a file");
            fs::write(path.join("below/zeros"), vec![0; 100_000]).expect("a file");
        }
        Self { builder }
    }

    fn with(self, change: impl FnOnce(testing::Builder) -> testing::Builder) -> Self {
        Self {
            builder: change(self.builder),
        }
    }

    /// Sets the number of workers. Without workers, pending resources stay pending.
    #[must_use]
    pub fn workers(self, workers: u32) -> Self {
        self.with(|builder| builder.workers(workers))
    }

    /// Adds a listener for health checks and metrics.
    #[must_use]
    pub fn with_operations(self) -> Self {
        self.with(testing::Builder::with_operations)
    }

    /// Serves HTTPS instead of HTTP.
    #[must_use]
    pub fn tls(self, tls: appkeep_server::Tls) -> Self {
        self.with(|builder| builder.tls(tls))
    }

    /// Replaces the stepping clock.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        self.with(|builder| builder.clock(clock))
    }

    /// Replaces the configuration; its paths are relative to the temporary directory.
    #[must_use]
    pub fn config(self, config: &str) -> Self {
        self.with(|builder| builder.config(config))
    }

    /// Returns the temporary directory, for tests that write to it before the server starts.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.builder.path()
    }

    /// Starts the server.
    ///
    /// # Panics
    /// When it doesn't start.
    pub async fn start(self) -> TestServer {
        TestServer {
            server: self.builder.start().await,
        }
    }
}

/// A running server with the usual accounts.
pub struct TestServer {
    server: testing::TestServer,
}

impl Deref for TestServer {
    type Target = testing::TestServer;

    fn deref(&self) -> &Self::Target {
        &self.server
    }
}

impl DerefMut for TestServer {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.server
    }
}

impl TestServer {
    /// Starts the usual server.
    pub async fn start() -> Self {
        Builder::new().start().await
    }

    /// Returns the directory with the copy of a snapshot.
    #[must_use]
    pub fn snapshot_dir(&self, app: Uuid, snap: &str) -> PathBuf {
        self.data().join("snapshots").join(app.to_string()).join(snap)
    }

    /// Returns an app's repository in a bucket of `acme` whose directory has the bucket's name.
    ///
    /// # Panics
    /// When there is no such bucket.
    #[must_use]
    pub fn repository(&self, bucket: &str, app: Uuid) -> Repository {
        let bucket_id = self.bucket("acme", bucket);
        let key_dir = self.data().join("keys").join(bucket_id.to_string());
        Repository {
            path: self.path().join("buckets").join(bucket).join(app.to_string()),
            key_file: key_dir.join(format!("{app}.json")),
            data: self.data(),
            ids: (bucket_id, app),
        }
    }

    /// Creates a token with the role of this name for these accounts; `*` stands for all accounts.
    ///
    /// # Panics
    /// When it can't be created.
    pub async fn token(&self, role: &str, accounts: &[&str]) -> String {
        let role = role.parse().expect("a role");
        self.server.token(role, accounts).await
    }

    /// Creates a token as [`Self::token`] does, and revokes it.
    ///
    /// # Panics
    /// When it can't be created or revoked.
    pub async fn revoked_token(&self, role: &str, accounts: &[&str]) -> String {
        let secret = self.token(role, accounts).await;
        let store = self.server().store();
        let token = tokens::find(store.as_ref(), &secret).await.expect("the token");
        let revoked = tokens::revoke(store.as_ref(), self.clock(), &token).await;
        revoked.expect("it is revoked");
        secret
    }

    /// Confirms the deletion that a schedule's retention holds back, as the command line does.
    ///
    /// # Panics
    /// When nothing is held back.
    pub async fn confirm_retention(&self, name: &str) {
        let store = self.server().store();
        let mut schedules = store.list_schedules().await.expect("the schedules").into_iter();
        let found = schedules.find(|scheduled| scheduled.schedule.name == name);
        let schedule = found.expect("a schedule of this name").schedule;
        let held = retention::confirm(store.as_ref(), self.clock(), &RandomIds, &schedule).await;
        assert_ne!(held.expect("it is confirmed"), [] as [String; 0]);
    }

    /// Returns a client for a member of the account `acme`.
    ///
    /// # Panics
    /// When the token can't be created.
    pub async fn api(&self) -> Api {
        self.api_as("member", &["acme"]).await
    }

    /// Returns a client for a user with this role in these accounts; paths are relative to `acme`.
    ///
    /// # Panics
    /// When the token can't be created.
    pub async fn api_as(&self, role: &str, accounts: &[&str]) -> Api {
        let token = self.token(role, accounts).await;
        Api::new(format!("http://{}", self.address()), token, self.account("acme"))
    }

    /// Stops the server and starts it again with this number of workers and, if given, another configuration.
    ///
    /// # Panics
    /// When the configuration is invalid or the server doesn't start.
    pub async fn restart(&mut self, workers: u32, config: Option<&str>) {
        if let Some(config) = config {
            self.server.set_config(config);
        }
        self.server.set_workers(workers);
        self.server.restart().await;
    }

    /// Advances the server's clock at up to five times real speed when called for each poll of [`eventually`]. Leases of
    /// running jobs are kept, as they are renewed meanwhile.
    ///
    /// [`eventually`]: crate::eventually
    pub fn hasten(&self) {
        self.clock().advance(PAUSE * 5);
    }

    /// Sets the server's clock back.
    pub fn set_back(&self, by: Duration) {
        self.clock().set_back(by);
    }
}

/// Returns the usual configuration, for tests that change a line of it.
#[must_use]
pub fn usual_config() -> &'static str {
    CONFIG
}

/// Returns the usual configuration with this text replaced.
///
/// # Panics
/// When the text isn't in it.
#[must_use]
pub fn changed_config(from: &str, to: &str) -> String {
    assert!(CONFIG.contains(from), "{from:?} is not in the configuration");
    CONFIG.replace(from, to)
}

/// Shows the server's log next to a test that failed.
fn log() {
    let log = tracing_subscriber::fmt()
        .with_env_filter("warn,appkeep_core=info")
        .with_ansi(false);
    // The first test in a process initialises it for all of them.
    let _ = log.with_test_writer().try_init();
}

//! A real server in a temporary directory.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use appkeep_server::config::Config;
use appkeep_server::system::{RandomIds, SystemClock};
use appkeep_server::tokens::{self, AccountScope, ExposeSecret, NewToken};
use appkeep_server::{Options, Server, retention};
use tempfile::TempDir;
use uuid::Uuid;

use crate::disk::Repository;
use crate::http::Api;
use crate::sources::{CountedIds, SteppingClock};

/// Two accounts. `acme` has the apps `shop` (two volumes) and `blog`, and two buckets of which `local` is
/// the default; `other` has an app and a bucket of its own.
const CONFIG: &str = r#"
[server]
# Others test beside this one.
engine_priority = "low"
workers = 3
body_timeout_secs = 1

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

/// How a server is to be set up.
pub struct Builder {
    workers: u32,
    operations: bool,
    config: String,
    dir: TempDir,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// The usual set-up, with small volumes of real files.
    ///
    /// # Panics
    /// When the temporary directory can't be filled.
    #[must_use]
    pub fn new() -> Self {
        let dir = TempDir::with_prefix("appkeep-test-").expect("a temporary directory");
        for made in ["buckets/spare", "buckets/local", "buckets/other"] {
            fs::create_dir_all(dir.path().join(made)).expect("a bucket's directory");
        }
        for volume in ["shop-data", "shop-media", "blog", "other"] {
            let path = dir.path().join("volumes").join(volume);
            fs::create_dir_all(path.join("below")).expect("a volume's directory");
            fs::write(path.join("greeting.txt"), format!("hello from {volume}\n")).expect("a file");
            fs::write(path.join("below/zeros"), vec![0; 100_000]).expect("a file");
        }
        Self {
            workers: 3,
            operations: false,
            config: CONFIG.to_owned(),
            dir,
        }
    }

    /// How many workers run; none keeps what is pending pending.
    #[must_use]
    pub fn workers(mut self, workers: u32) -> Self {
        self.workers = workers;
        self
    }

    /// With the operations listener.
    #[must_use]
    pub fn with_operations(mut self) -> Self {
        self.operations = true;
        self
    }

    /// Another configuration, relative to the temporary directory.
    #[must_use]
    pub fn config(mut self, config: &str) -> Self {
        config.clone_into(&mut self.config);
        self
    }

    /// The temporary directory, for tests that fill it before the server starts.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Starts the server.
    ///
    /// # Panics
    /// When it doesn't start.
    pub async fn start(self) -> TestServer {
        let mut config = parse(self.dir.path(), &self.config);
        config.workers = self.workers;
        let mut server = TestServer {
            server: None,
            config,
            operations: self.operations,
            clock: Arc::default(),
            ids: Arc::default(),
            hastened: Mutex::new(Instant::now()),
            dir: self.dir,
        };
        server.run().await;
        server
    }
}

/// A running server; it is stopped and its directory removed when the test ends.
pub struct TestServer {
    server: Option<Server>,
    config: Config,
    operations: bool,
    // A server that is started again neither goes back in time nor gives an id twice.
    clock: Arc<SteppingClock>,
    ids: Arc<CountedIds>,
    hastened: Mutex<Instant>,
    dir: TempDir,
}

impl TestServer {
    /// The usual set-up, started.
    pub async fn start() -> Self {
        Builder::new().start().await
    }

    /// Where everything of the server lies: `data/`, `buckets/`, `volumes/`.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The server's data directory.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Where the copy of a snapshot lies.
    #[must_use]
    pub fn snapshot_dir(&self, app: Uuid, snap: &str) -> PathBuf {
        self.data().join("snapshots").join(app.to_string()).join(snap)
    }

    /// An app's repository in a bucket of `acme` whose directory has the bucket's name.
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

    /// The address that it listens on.
    ///
    /// # Panics
    /// When it was stopped.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.running().local_addr()
    }

    /// The server itself, for what only its process can do to it.
    ///
    /// # Panics
    /// When it was stopped.
    #[must_use]
    pub fn server(&self) -> &Server {
        self.running()
    }

    fn running(&self) -> &Server {
        self.server.as_ref().expect("the server runs")
    }

    /// The id of a declared account.
    ///
    /// # Panics
    /// When there is none of that name.
    #[must_use]
    pub fn account(&self, name: &str) -> Uuid {
        let accounts = &self.config.declaration.accounts;
        accounts
            .iter()
            .find(|account| account.name == name)
            .expect("a declared account")
            .id
            .as_uuid()
    }

    /// The id of an app that an account declares.
    ///
    /// # Panics
    /// When there is none of that name.
    #[must_use]
    pub fn app(&self, account: &str, name: &str) -> Uuid {
        let account = self.account(account);
        let apps = &self.config.declaration.apps;
        let found = apps
            .iter()
            .find(|app| app.account_id.as_uuid() == account && app.name == name);
        found.expect("a declared app").id.as_uuid()
    }

    /// The id of a bucket that an account declares.
    ///
    /// # Panics
    /// When there is none of that name.
    #[must_use]
    pub fn bucket(&self, account: &str, name: &str) -> Uuid {
        let account = self.account(account);
        let buckets = &self.config.declaration.buckets;
        let found = buckets
            .iter()
            .find(|bucket| bucket.account_id.as_uuid() == account && bucket.name == name);
        found.expect("a declared bucket").id.as_uuid()
    }

    /// The id of a schedule that any app declares.
    ///
    /// # Panics
    /// When there is none of that name.
    #[must_use]
    pub fn schedule(&self, name: &str) -> Uuid {
        let schedules = &self.config.declaration.schedules;
        let found = schedules.iter().find(|schedule| schedule.name == name);
        found.expect("a declared schedule").id.as_uuid()
    }

    /// A new token for these accounts; `*` means all.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn token(&self, role: &str, accounts: &[&str]) -> String {
        let scope = if accounts.contains(&"*") {
            AccountScope::All
        } else {
            AccountScope::These(accounts.iter().map(|name| self.account(name).into()).collect())
        };
        let wanted = NewToken {
            name: "test".to_owned(),
            role: role.parse().expect("a role"),
            scope,
            expires_at: None,
        };
        let store = self.running().store();
        let secret = tokens::create(store.as_ref(), &SystemClock, &RandomIds, wanted).await;
        secret.expect("a token").expose_secret().to_owned()
    }

    /// Confirms what the retention of a schedule holds, as the command line does.
    ///
    /// # Panics
    /// When it holds nothing.
    pub async fn confirm_retention(&self, name: &str) {
        let store = self.running().store();
        let found = retention::find_schedules(store.as_ref(), name).await;
        let found = found.expect("the schedules");
        let held =
            retention::confirm(store.as_ref(), self.clock.as_ref(), self.ids.as_ref(), &found[0]).await;
        assert_ne!(held.expect("it is confirmed"), [] as [String; 0]);
    }

    /// The API as a member of the account `acme` sees it.
    ///
    /// # Panics
    /// When no token can be made.
    pub async fn api(&self) -> Api {
        self.api_as("member", &["acme"]).await
    }

    /// The API as somebody with that role in these accounts sees it; paths are relative to `acme`.
    ///
    /// # Panics
    /// When no token can be made.
    pub async fn api_as(&self, role: &str, accounts: &[&str]) -> Api {
        let token = self.token(role, accounts).await;
        Api::new(format!("http://{}", self.address()), token, self.account("acme"))
    }

    /// Stops the server in good order; what it remembers stays.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// Starts it again, with another number of workers and, if given, another configuration.
    ///
    /// # Panics
    /// When it doesn't start.
    pub async fn restart(&mut self, workers: u32, config: Option<&str>) {
        self.stop().await;
        if let Some(config) = config {
            self.config = parse(self.dir.path(), config);
        }
        self.config.workers = workers;
        self.run().await;
    }

    async fn run(&mut self) {
        log();
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let options = Options {
            operations_listen: self.operations.then_some(free),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            ..Options::new(self.config.clone(), self.data(), free)
        };
        self.server = Some(Server::start(options).await.expect("the server starts"));
    }

    /// Lets time pass for the server five times as quickly as it does, when it is called again and again. Leases of
    /// jobs that run are kept, as they are renewed meanwhile.
    ///
    /// # Panics
    /// When a test panicked here before.
    pub fn hasten(&self) {
        let mut hastened = self.hastened.lock().expect("nobody panicked here");
        if hastened.elapsed() >= Duration::from_secs(1) {
            *hastened = Instant::now();
            self.advance(Duration::from_secs(5));
        }
    }

    /// Lets that much time pass for the server, at once. A lease that runs out meanwhile is lost.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Sets the server's clock back by that much.
    pub fn set_back(&self, by: Duration) {
        self.clock.set_back(by);
    }
}

/// The usual configuration, for tests that change a line of it.
#[must_use]
pub fn usual_config() -> &'static str {
    CONFIG
}

/// Shows what the server did beside a test that failed.
fn log() {
    let log = tracing_subscriber::fmt()
        .with_env_filter("warn,appkeep_core=info")
        .with_ansi(false);
    // The first test of a process starts it for all of them.
    let _ = log.with_test_writer().try_init();
}

fn parse(dir: &Path, text: &str) -> Config {
    Config::parse(&dir.join("appkeep.toml"), text).expect("a good configuration")
}

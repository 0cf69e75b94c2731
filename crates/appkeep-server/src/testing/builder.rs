//! The set-up of a test server.

use std::path::Path;
use std::sync::Arc;

use appkeep_core::engine::Engine;
use tempfile::TempDir;
use toml::{Table, Value};

use super::{Account, CountedIds, SteppingClock, TestServer};
use crate::Tls;
use crate::config::Config;
use crate::system::{Clock, IdSource};

/// The settings of a server without a configuration of its own. The engine doesn't compete with other tests.
const CONFIG: &str = "[server]\nengine_priority = \"low\"\n";

/// Replaces the engine of a server.
pub(super) type ReplaceEngine = Box<dyn Fn(Arc<dyn Engine>) -> Arc<dyn Engine> + Send + Sync>;

/// The set-up of a [`TestServer`].
pub struct Builder {
    pub(super) dir: TempDir,
    config: String,
    accounts: Vec<Account>,
    workers: Option<u32>,
    pub(super) operations: bool,
    pub(super) tls: Option<Tls>,
    pub(super) stepping: Arc<SteppingClock>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdSource>,
    pub(super) replace_engine: ReplaceEngine,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// A server without accounts, with an empty temporary directory.
    ///
    /// # Panics
    /// When the directory can't be created.
    #[must_use]
    pub fn new() -> Self {
        let stepping = Arc::new(SteppingClock::default());
        Self {
            dir: TempDir::with_prefix("appkeep-test-").expect("a temporary directory"),
            config: CONFIG.to_owned(),
            accounts: Vec::new(),
            workers: None,
            operations: false,
            tls: None,
            clock: stepping.clone(),
            stepping,
            ids: Arc::new(CountedIds::default()),
            replace_engine: Box::new(|engine| engine),
        }
    }

    /// The temporary directory, for tests that write to it before the server starts.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Adds an account.
    #[must_use]
    pub fn account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// Sets the configuration, in the format of `appkeep.toml`. Accounts are added to it. Its paths are relative to the
    /// temporary directory; the files and directories that they name aren't created.
    #[must_use]
    pub fn config(mut self, config: impl Into<String>) -> Self {
        self.config = config.into();
        self
    }

    /// Sets the number of workers; overrides the configuration. Without workers, pending resources stay
    /// pending.
    #[must_use]
    pub fn workers(mut self, workers: u32) -> Self {
        self.workers = Some(workers);
        self
    }

    /// Adds a listener for health checks and metrics, on a free port.
    #[must_use]
    pub fn with_operations(mut self) -> Self {
        self.operations = true;
        self
    }

    /// Serves HTTPS instead of HTTP.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Replaces the stepping clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Replaces the source of ids, for example by one with another seed ([`CountedIds::from_seed`]).
    #[must_use]
    pub fn ids(mut self, ids: Arc<dyn IdSource>) -> Self {
        self.ids = ids;
        self
    }

    /// Replaces the engine. `replace` is called at each start with the real engine, which it can wrap.
    #[must_use]
    pub fn engine(
        mut self,
        replace: impl Fn(Arc<dyn Engine>) -> Arc<dyn Engine> + Send + Sync + 'static,
    ) -> Self {
        self.replace_engine = Box::new(replace);
        self
    }

    /// Starts the server. It accepts requests when this returns.
    ///
    /// # Panics
    /// When the configuration is invalid, a directory can't be written, or the server doesn't start.
    pub async fn start(self) -> TestServer {
        let mut document: Table = self.config.parse().expect("a configuration in TOML");
        let accounts = document
            .entry("accounts")
            .or_insert_with(|| Value::Array(Vec::new()));
        let accounts = accounts.as_array_mut().expect("an array of accounts");
        for account in &self.accounts {
            let account = account.create_in(self.dir.path());
            accounts.push(account.expect("the account's directories").into());
        }
        let mut config = parse(self.dir.path(), &document.to_string());
        if let Some(workers) = self.workers {
            config.workers = workers;
        }
        TestServer::start(self, config).await
    }
}

/// Parses a configuration whose paths are relative to `dir`.
pub(super) fn parse(dir: &Path, text: &str) -> Config {
    Config::parse(&dir.join("appkeep.toml"), text).expect("a valid configuration")
}

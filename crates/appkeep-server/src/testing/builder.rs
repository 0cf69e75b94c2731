//! The set-up of a test server.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use toml::{Table, Value};

use super::{Account, TestServer};
use crate::Tls;
use crate::config::Config;
use crate::error::StartError;
use crate::system::{Clock, IdSource};

/// The settings of a server without a configuration of its own. Held jobs leave workers to others. The engine doesn't
/// compete with other tests.
const CONFIG: &str =
    "[server]\nworkers = 8\nbody_timeout_secs = 2\nengine_priority = \"low\"\nreserve_mib = 0\n";

/// The set-up of a [`TestServer`].
#[expect(clippy::struct_excessive_bools, reason = "each is an independent switch")]
pub struct Builder {
    pub(super) dir: TempDir,
    config: String,
    pub(super) accounts: Vec<Account>,
    workers: Option<u32>,
    pub(super) on_disk: bool,
    real_time: bool,
    pub(super) documented: bool,
    pub(super) control: bool,
    pub(super) seed: u64,
    pub(super) operations: bool,
    pub(super) address: SocketAddr,
    pub(super) tls: Option<Tls>,
    pub(super) clock: Option<Arc<dyn Clock>>,
    pub(super) ids: Option<Arc<dyn IdSource>>,
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
        Self {
            dir: TempDir::with_prefix("appkeep-test-").expect("a temporary directory"),
            config: CONFIG.to_owned(),
            accounts: Vec::new(),
            workers: None,
            on_disk: false,
            real_time: false,
            documented: false,
            control: false,
            seed: 0,
            operations: false,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: None,
            clock: None,
            ids: None,
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
    /// temporary directory; the files and directories that they name aren't created. The database is always on SQLite:
    /// `[store]` isn't supported.
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

    /// Keeps everything on disk, as a server in production does: the database, volumes, and buckets with restic
    /// repositories. Jobs then take real time, and the clock also advances by a millisecond at each reading.
    #[must_use]
    pub fn on_disk(mut self) -> Self {
        self.on_disk = true;
        self
    }

    /// Lets jobs run in the background, as they do in production. By default they have ended when the request that
    /// started them gets its response.
    #[must_use]
    pub fn real_time(mut self) -> Self {
        self.real_time = true;
        self
    }

    /// Responds to the documented example requests with the documented examples: to every request whose account, app,
    /// backup and snapshot are those of the contract's examples.
    #[must_use]
    pub fn with_documented_examples(mut self) -> Self {
        self.documented = true;
        self
    }

    /// Sets the seed of ids and faults. The same seed and requests give the same responses.
    #[must_use]
    pub fn seed(mut self, seed: u32) -> Self {
        self.seed = seed.into();
        self
    }

    /// Adds operations for test programs in other languages, without a token:
    ///
    /// | request | effect |
    /// |---|---|
    /// | `GET /test/state` | Shows backups, snapshots, jobs, held resources and the time. |
    /// | `POST /test/reset` | See [`TestServer::reset`]. |
    /// | `POST /test/faults` | Adds a fault: `{"effect":{"respond":{"status":503}},"operation":"app_list","times":1}`. The effect can also be `{"delayMillis":50}`, `"reset"` or `"truncate"`. |
    /// | `DELETE /test/faults` | Removes all faults. |
    /// | `POST /test/jobs` | Controls jobs, see [`Jobs`](super::Jobs): `{"hold":"running"}`, `{"advance":"ID"}`, `"release"` or `{"failNextBackup":"REASON"}`. |
    /// | `POST /test/clock` | Advances the clock: `{"advanceSeconds":3600}`. |
    #[must_use]
    pub fn with_control(mut self) -> Self {
        self.control = true;
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

    /// Replaces the clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Replaces the source of ids.
    #[must_use]
    pub fn ids(mut self, ids: Arc<dyn IdSource>) -> Self {
        self.ids = Some(ids);
        self
    }

    /// Whether jobs end before the response is sent.
    pub(super) fn is_immediate(&self) -> bool {
        !self.on_disk && !self.real_time
    }

    /// Sets the address; by default a free port of 127.0.0.1.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Starts the server. It accepts requests when this returns.
    ///
    /// # Panics
    /// When the configuration is invalid, a directory can't be written, or the server doesn't start.
    pub async fn start(self) -> TestServer {
        self.try_start().await.expect("the server starts")
    }

    /// Starts the server. It accepts requests when this returns.
    ///
    /// # Errors
    /// When the server doesn't start, for example because the port is in use.
    ///
    /// # Panics
    /// When the configuration is invalid, or a directory can't be written.
    pub async fn try_start(self) -> Result<TestServer, StartError> {
        let mut document: Table = self.config.parse().expect("a configuration in TOML");
        let accounts = document
            .entry("accounts")
            .or_insert_with(|| Value::Array(Vec::new()));
        let accounts = accounts.as_array_mut().expect("an array of accounts");
        for account in &self.accounts {
            if self.on_disk {
                account
                    .create_in(self.dir.path())
                    .expect("the account's directories");
            }
            accounts.push(account.to_table().expect("paths in UTF-8").into());
        }
        let mut config = parse(self.dir.path(), &document.to_string());
        if let Some(workers) = self.workers {
            config.workers = workers;
        }
        TestServer::start_with(self, config).await
    }
}

/// Parses a configuration whose paths are relative to `dir`.
pub(super) fn parse(dir: &Path, text: &str) -> Config {
    Config::parse(&dir.join("appkeep.toml"), text).expect("a valid configuration")
}

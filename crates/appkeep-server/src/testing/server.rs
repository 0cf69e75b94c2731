//! A running server and its directory.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use tokio::runtime::{self, Runtime};
use uuid::Uuid;

use super::builder::{ReplaceEngine, parse};
use super::{Builder, SteppingClock};
use crate::admin::tokens::{self, AccountScope, ExposeSecret, NewToken, Role};
use crate::config::Config;
use crate::system::{Clock, IdSource, RandomIds, SystemClock};
use crate::{Options, Server, Tls};

/// The number of threads that handle requests and run jobs, besides those of the engine.
const RUNTIME_THREADS: usize = 2;

/// A running server in a temporary directory.
///
/// Dropping it waits until all of its tasks and threads have ended, and removes the directory.
pub struct TestServer {
    server: Option<Server>,
    runtime: Option<Runtime>,
    config: Config,
    operations: bool,
    tls: Option<Tls>,
    // A restarted server neither goes back in time nor uses an id twice.
    stepping: Arc<SteppingClock>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    replace_engine: Arc<ReplaceEngine>,
    dir: TempDir,
}

impl TestServer {
    /// A builder of a server without accounts.
    ///
    /// # Panics
    /// When no temporary directory can be created.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(super) async fn start(builder: Builder, config: Config) -> Self {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(RUNTIME_THREADS)
            .thread_name("appkeep-test")
            .enable_all()
            .build();
        let mut server = Self {
            server: None,
            runtime: Some(runtime.expect("a runtime")),
            config,
            operations: builder.operations,
            tls: builder.tls,
            stepping: builder.stepping,
            clock: builder.clock,
            ids: builder.ids,
            replace_engine: Arc::new(builder.replace_engine),
            dir: builder.dir,
        };
        server.run().await;
        server
    }

    async fn run(&mut self) {
        let free_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let options = Options {
            operations_listen: self.operations.then_some(free_port),
            tls: self.tls.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            ..Options::new(self.config.clone(), self.data(), free_port)
        };
        let replace = self.replace_engine.clone();
        let started = self
            .runtime()
            .spawn(async move { Server::start_with(options, |engine| replace(engine)).await });
        let server = started.await.expect("starting doesn't panic");
        self.server = Some(server.expect("the server starts"));
    }

    fn runtime(&self) -> &Runtime {
        self.runtime
            .as_ref()
            .expect("the runtime exists until the server is dropped")
    }

    /// The server itself.
    ///
    /// # Panics
    /// When it is stopped.
    #[must_use]
    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("the server runs")
    }

    /// The temporary directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The server's data directory.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The address of the API.
    ///
    /// # Panics
    /// When the server is stopped.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server().local_addr()
    }

    /// The API's scheme, host and port.
    ///
    /// # Panics
    /// When the server is stopped.
    #[must_use]
    pub fn url(&self) -> String {
        self.server().url()
    }

    /// The id of a declared account.
    ///
    /// # Panics
    /// When no account has that name.
    #[must_use]
    pub fn account(&self, name: &str) -> Uuid {
        let mut accounts = self.config.declaration.accounts.iter();
        let found = accounts.find(|account| account.name == name);
        found.expect("a declared account").id.as_uuid()
    }

    /// The id of an app of an account.
    ///
    /// # Panics
    /// When no app of the account has that name.
    #[must_use]
    pub fn app(&self, account: &str, name: &str) -> Uuid {
        let account = self.account(account);
        let mut apps = self.config.declaration.apps.iter();
        let found = apps.find(|app| app.account_id.as_uuid() == account && app.name == name);
        found.expect("a declared app").id.as_uuid()
    }

    /// The id of a bucket of an account.
    ///
    /// # Panics
    /// When no bucket of the account has that name.
    #[must_use]
    pub fn bucket(&self, account: &str, name: &str) -> Uuid {
        let account = self.account(account);
        let mut buckets = self.config.declaration.buckets.iter();
        let found = buckets.find(|bucket| bucket.account_id.as_uuid() == account && bucket.name == name);
        found.expect("a declared bucket").id.as_uuid()
    }

    /// The id of the first schedule with that name.
    ///
    /// # Panics
    /// When no schedule has that name.
    #[must_use]
    pub fn schedule(&self, name: &str) -> Uuid {
        let mut schedules = self.config.declaration.schedules.iter();
        let found = schedules.find(|schedule| schedule.name == name);
        found.expect("a declared schedule").id.as_uuid()
    }

    /// Creates a token for these accounts; `*` stands for all accounts.
    ///
    /// # Panics
    /// When the server is stopped, an account doesn't exist, or the token can't be stored.
    pub async fn token(&self, role: Role, accounts: &[&str]) -> String {
        let scope = if accounts.contains(&"*") {
            AccountScope::All
        } else {
            AccountScope::These(accounts.iter().map(|name| self.account(name).into()).collect())
        };
        let token = NewToken {
            name: "test".to_owned(),
            role,
            scope,
            expires_at: None,
        };
        // Doesn't use the server's ids: tests depend on their sequence.
        let store = self.server().store();
        let secret = tokens::create(store.as_ref(), &SystemClock, &RandomIds, token).await;
        secret.expect("a token").expose_secret().to_owned()
    }

    /// The stepping clock. It has no effect on a server that got another clock.
    #[must_use]
    pub fn clock(&self) -> &SteppingClock {
        &self.stepping
    }

    /// Advances the stepping clock at once. Leases of running jobs that expire meanwhile are lost.
    pub fn advance(&self, by: Duration) {
        self.stepping.advance(by);
    }

    /// Shuts the server down in order. Its directory stays until the server is dropped.
    ///
    /// # Panics
    /// When stopping panics.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            let stopped = self.runtime().spawn(server.stop());
            stopped.await.expect("stopping doesn't panic");
        }
    }

    /// Stops the server and starts it again with this number of workers and, if given, another configuration in the
    /// format of `appkeep.toml`.
    ///
    /// # Panics
    /// When the configuration is invalid or the server doesn't start.
    pub async fn restart(&mut self, workers: u32, config: Option<&str>) {
        self.stop().await;
        if let Some(config) = config {
            self.config = parse(self.dir.path(), config);
        }
        self.config.workers = workers;
        self.run().await;
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let (server, runtime) = (self.server.take(), self.runtime.take());
        // A runtime can't be waited for inside another one.
        let ending = thread::spawn(move || {
            if let (Some(server), Some(runtime)) = (server, &runtime) {
                runtime.block_on(server.stop_within(None));
            }
            drop(runtime);
        });
        // A panic has already been printed, and a second one would abort the process.
        let _ = ending.join();
    }
}

//! A running server and its directory.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::runtime::{self, Runtime};
use uuid::Uuid;

use super::builder::parse;
use super::front::{Front, Running};
use super::jobs::Jobs;
use super::state::{State, declared_account, declared_app};
use super::{Account, App, Builder, Fault, Faults, TestClock};
use crate::admin::tokens::{self, AccountScope, ExposeSecret, NewToken, Role};
use crate::config::Config;
use crate::error::StartError;
use crate::server::{Options, Replacements, Server, ServerEngine};
use crate::system::SystemClock;
use crate::tls::Tls;

/// The number of threads that handle requests and run jobs, besides those of the engine.
const RUNTIME_THREADS: usize = 2;

/// A running server.
///
/// Dropping it waits until all of its tasks and threads have ended, and removes its data.
pub struct TestServer {
    server: Option<Server>,
    runtime: Option<Runtime>,
    config: Config,
    operations: bool,
    tls: Option<Tls>,
    /// The address of every start; its port isn't 0.
    address: SocketAddr,
    /// Reserves a port that the system has selected, also while the server is stopped.
    _reserved: Option<TcpSocket>,
    state: Arc<State>,
    front: Arc<Front>,
    dir: TempDir,
}

impl TestServer {
    /// Starts a server with an account, `acme`, an app, `shop`, whose volume `data` contains the file `greeting.txt`, and
    /// a bucket, `local`.
    ///
    /// # Panics
    /// Those of [`Builder::start`].
    pub async fn start() -> Self {
        let shop = App::new("shop").volume("data", [("greeting.txt", "hello\n")]);
        let account = Account::new("acme").app(shop).bucket("local");
        Self::builder().account(account).start().await
    }

    /// A builder of a server without accounts.
    ///
    /// # Panics
    /// When no temporary directory can be created.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(super) async fn start_with(builder: Builder, config: Config) -> Result<Self, StartError> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(RUNTIME_THREADS)
            .thread_name("appkeep-test")
            .enable_all()
            .build();
        let state = Arc::new(State::new(&builder, &config));
        let reserved = reserve(builder.address);
        let (address, reserved) = reserved.map_err(|error| StartError::Listen {
            address: builder.address.to_string(),
            reason: error.to_string(),
        })?;
        let mut server = Self {
            server: None,
            runtime: Some(runtime.expect("a runtime")),
            config,
            operations: builder.operations,
            tls: builder.tls.clone(),
            address,
            _reserved: reserved,
            front: Arc::new(Front::new(&builder, state.clone())),
            state,
            dir: builder.dir,
        };
        server.run().await?;
        server.front.insert_backups().await;
        Ok(server)
    }

    async fn run(&mut self) -> Result<(), StartError> {
        let options = Options {
            operations_listen: self.operations.then(|| SocketAddr::from(([127, 0, 0, 1], 0))),
            tls: self.tls.clone(),
            clock: self.state.clock.clone(),
            ids: self.state.ids.clone(),
            ..Options::new(self.config.clone(), self.data(), self.address)
        };
        let memory = self.state.memory.as_ref();
        let replacements = Replacements {
            volatile_store: memory.is_some(),
            engine: memory.map(|engine| engine.clone() as Arc<dyn ServerEngine>),
            // Existing backups keep their states.
            reconciles: memory.is_none(),
            middleware: Some(self.front.clone()),
            job_control: Some(self.state.control.clone()),
            wake: self.state.wake.clone(),
        };
        let starting = self
            .runtime()
            .spawn(async move { Server::start_with(options, replacements).await });
        let server = starting.await.expect("starting doesn't panic")?;
        self.front.set_running(Some(Running {
            jobs: self.state.jobs(&server, &self.config),
            declaration: self.config.declaration.clone(),
        }));
        self.server = Some(server);
        Ok(())
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
        declared_account(&self.config.declaration, name).id.as_uuid()
    }

    /// The id of an app of an account.
    ///
    /// # Panics
    /// When no app of the account has that name.
    #[must_use]
    pub fn app(&self, account: &str, name: &str) -> Uuid {
        declared_app(&self.config.declaration, account, name).id.as_uuid()
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

        let store = self.server().store();
        let secret = tokens::create(store.as_ref(), &SystemClock, &self.state.token_ids, token).await;
        secret.expect("a token").expose_secret().to_owned()
    }

    /// The test's clock. It has no effect on a server that got another clock.
    #[must_use]
    pub fn clock(&self) -> &TestClock {
        &self.state.test_clock
    }

    /// Control over jobs.
    ///
    /// # Panics
    /// When the server is stopped.
    #[must_use]
    pub fn jobs(&self) -> Jobs {
        self.state.jobs(self.server(), &self.config)
    }

    /// The faults of requests.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.state.faults
    }

    /// Responds to the next request with this status and problem, without processing it. Several calls are for several
    /// requests, in this order.
    pub fn respond_next(&self, status: u16, problem: Value) {
        self.faults().add(Fault::status(status).problem(problem).times(1));
    }

    /// Reads a file of an app, whose path begins with the name of a volume; `None` if it doesn't exist.
    ///
    /// # Panics
    /// When the account has no such app.
    #[must_use]
    pub fn read_file(&self, account: &str, app: &str, path: &str) -> Option<Vec<u8>> {
        let (volume, file) = self.locate(account, app, path);
        match &self.state.memory {
            Some(engine) => {
                let content = engine.with_volume(&volume, |files| files.get(&file).cloned());
                Some(content??.to_vec())
            }
            None => std::fs::read(volume.join(file)).ok(),
        }
    }

    /// Writes a file of an app, whose path begins with the name of a volume.
    ///
    /// # Panics
    /// When the account has no such app, the app no such volume, or the file can't be written.
    pub fn write_file(&self, account: &str, app: &str, path: &str, content: impl Into<Vec<u8>>) {
        let (volume, file) = self.locate(account, app, path);
        match &self.state.memory {
            Some(engine) => {
                let content = Bytes::from(content.into());
                let written = engine.with_volume(&volume, |files| files.insert(file, content));
                written.expect("the volume exists");
            }
            None => std::fs::write(volume.join(file), content.into()).expect("the file is written"),
        }
    }

    /// The path of the volume and the path of the file in it.
    fn locate(&self, account: &str, app: &str, path: &str) -> (PathBuf, PathBuf) {
        let (name, file) = path.split_once('/').expect("VOLUME/PATH");
        let mut volumes = declared_app(&self.config.declaration, account, app)
            .volumes
            .iter();
        let volume = volumes.find(|volume| volume.name == name);
        (volume.expect("a volume of the app").path.clone(), file.into())
    }

    /// Returns backups, snapshots, jobs, held resources and the time, for people who debug a test.
    ///
    /// # Panics
    /// When the server is stopped.
    pub async fn dump(&self) -> Value {
        let running = self.front.running().expect("the server runs");
        self.front.shown(&running).await.expect("the server runs")
    }

    /// Restores the initial state: deletes all backups, snapshots, restores and faults, ends all jobs, and recreates the
    /// files of volumes and the existing backups ([`App::backup`]). Tokens and the clock stay as they are.
    ///
    /// # Panics
    /// When the server is stopped, or its data is on disk.
    pub async fn reset(&self) {
        self.front
            .reset()
            .await
            .expect("a running server with its data in memory");
    }

    /// Shuts the server down in order. Its data stays until the server is dropped.
    ///
    /// # Panics
    /// When stopping panics.
    pub async fn stop(&mut self) {
        self.front.set_running(None);
        if let Some(server) = self.server.take() {
            let stopped = self.runtime().spawn(server.stop());
            stopped.await.expect("stopping doesn't panic");
        }
    }

    /// Stops the server if it runs, and starts it again on the same port.
    ///
    /// # Panics
    /// When the server doesn't start, for example because another process uses the port of [`Builder::listen`] now.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.run().await.expect("the server starts");
    }

    /// Sets the number of workers of the next start.
    pub fn set_workers(&mut self, workers: u32) {
        self.config.workers = workers;
    }

    /// Sets the configuration of the next start, in the format of `appkeep.toml`.
    ///
    /// # Panics
    /// When the configuration is invalid.
    pub fn set_config(&mut self, config: &str) {
        self.config = parse(self.dir.path(), config);
    }
}

/// Selects a port if the address has none. The socket prevents the system from selecting it again.
fn reserve(address: SocketAddr) -> io::Result<(SocketAddr, Option<TcpSocket>)> {
    if address.port() != 0 {
        return Ok((address, None));
    }
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // As listeners do: the server can listen on the same address.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok((socket.local_addr()?, Some(socket)))
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

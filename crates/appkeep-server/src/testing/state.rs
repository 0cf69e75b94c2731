//! The state of a test server that its restarts keep.

use std::sync::Arc;

use appkeep_core::catalog::{self, Declaration};
use appkeep_core::clock::{Clock, IdSource};
use appkeep_core::store::Store;
use appkeep_store::SqliteStore;
use tokio::sync::Notify;

use super::jobs::{Control, Jobs};
use super::memory_engine::{Files, MemoryEngine};
use super::{Account, Builder, CountedIds, Faults, TestClock};
use crate::config::Config;
use crate::server::Server;

/// The state of a test server that its restarts keep: a restarted server neither goes back in time nor uses an id
/// twice.
pub(super) struct State {
    /// The data, unless it is on disk.
    pub(super) memory: Option<Arc<MemoryEngine>>,
    /// The ids of tokens, so that the sequence of other ids doesn't depend on them.
    pub(super) token_ids: CountedIds,
    pub(super) control: Arc<Control>,
    pub(super) faults: Faults,
    pub(super) test_clock: Arc<TestClock>,
    /// The server's clock, usually the test's.
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdSource>,
    pub(super) wake: Arc<Notify>,
    accounts: Vec<Account>,
}

impl State {
    pub(super) fn new(builder: &Builder, config: &Config) -> Self {
        let seed = builder.seed << 32;
        let test_clock = Arc::new(if builder.on_disk {
            TestClock::stepping()
        } else {
            TestClock::default()
        });
        Self {
            memory: (!builder.on_disk).then(|| Arc::new(memory(builder, config))),
            control: Arc::new(Control::new(test_clock.clone())),
            faults: Faults::new(builder.seed),
            clock: builder.clock.clone().unwrap_or_else(|| test_clock.clone()),
            test_clock,
            ids: (builder.ids.clone()).unwrap_or_else(|| Arc::new(CountedIds::from_seed(seed))),
            token_ids: CountedIds::from_seed(seed | TOKENS),
            wake: Arc::default(),
            accounts: builder.accounts.clone(),
        }
    }

    /// Control over the jobs of a server.
    pub(super) fn jobs(&self, server: &Server, config: &Config) -> Jobs {
        let (store, owner) = server.jobs();
        Jobs {
            control: self.control.clone(),
            store,
            owner,
            clock: self.clock.clone(),
            wake: self.wake.clone(),
            workers: config.workers as usize,
            backups_max: config.backups_at_once(),
        }
    }

    /// Stores the backups that exist from the start. Returns whether there are any.
    ///
    /// # Panics
    /// When there are any and the data is on disk, or when they can't be stored.
    pub(super) async fn insert_backups(&self, store: &dyn Store, declaration: &Declaration) -> bool {
        let mut any = false;
        for account in &self.accounts {
            for app in account.apps() {
                for backup in app.backups() {
                    let declared = declared_app(declaration, account.name(), app.name());
                    self.insert_backup(store, declaration, declared, backup).await;
                    any = true;
                }
            }
        }
        any
    }

    /// Ends all jobs, and restores the initial state.
    ///
    /// # Errors
    /// The reason why the state can't be reset.
    pub(super) async fn reset(&self, store: &SqliteStore, declaration: &Declaration) -> Result<(), String> {
        let engine = self.memory.as_ref().ok_or("the data is on disk")?;
        store
            .delete_resources()
            .await
            .map_err(|error| error.to_string())?;
        engine.reset();
        self.control.clear();
        self.faults.clear();
        self.insert_backups(store, declaration).await;
        Ok(())
    }
}

/// The account with this name.
///
/// # Panics
/// When no account has that name.
pub(super) fn declared_account<'a>(declaration: &'a Declaration, name: &str) -> &'a catalog::Account {
    let mut accounts = declaration.accounts.iter();
    let found = accounts.find(|account| account.name == name);
    found.expect("a declared account")
}

/// The app of an account with this name.
///
/// # Panics
/// When no app of the account has that name.
pub(super) fn declared_app<'a>(declaration: &'a Declaration, account: &str, name: &str) -> &'a catalog::App {
    let account_id = declared_account(declaration, account).id;
    let mut apps = declaration.apps.iter();
    let found = apps.find(|app| app.account_id == account_id && app.name == name);
    found.expect("a declared app")
}

/// The part of the ids of tokens that other ids don't have.
const TOKENS: u64 = 1 << 31;

fn memory(builder: &Builder, config: &Config) -> MemoryEngine {
    let engine = MemoryEngine::default();
    for volume in config.declaration.apps.iter().flat_map(|app| &app.volumes) {
        engine.add_volume(volume.path.clone(), Files::new());
    }
    for account in &builder.accounts {
        for (path, files) in account.volumes() {
            engine.add_volume(builder.dir.path().join(path), files.clone());
        }
    }
    engine
}

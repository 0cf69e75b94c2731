//! What a defect is, and how it gets between the judge and the honest server.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::wire::{Asked, Said};

/// What a defect is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// How one answer looks.
    Shape,
    /// Which answer a request gets.
    Protocol,
    /// What the answers say about backups, snapshots and lists.
    Semantics,
    /// How what they say changes.
    Time,
    /// What the server's own document, or the contract's next version, says.
    Document,
}

/// Something wrong with a server that is right in everything else.
#[derive(Clone, Copy)]
pub(super) struct Defect {
    pub(super) id: &'static str,
    /// What the server does, in one sentence.
    pub(super) says: &'static str,
    pub(super) plant: Plant,
    /// The operations that show it; all of them where there are none. The judge leaves out the others, which
    /// brings a run down to what the defect is about.
    pub(super) shown_by: &'static [&'static str],
    /// Whether it takes a storage that fails. Such a run has servers of its own.
    pub(super) with_failing_storage: bool,
}

const BACKUPS_OF_AN_APP: &[&str] = &[
    "app_backup_create_for_app",
    "app_backup_list_for_app",
    "app_backup_fetch_for_app",
    "app_backup_delete_for_app",
];

const BACKUPS: &[&str] = &[
    "app_backup_create_for_app",
    "app_backup_list_for_app",
    "app_backup_fetch_for_app",
    "app_backup_delete_for_app",
    "app_backup_list_all",
    "app_backup_fetch",
    "app_backup_delete",
];

const SNAPSHOTS: &[&str] = &[
    "app_snap_create_for_app",
    "app_snap_list_for_app",
    "app_snap_fetch_for_app",
    "app_snap_delete_for_app",
];

const WHAT_IS_DECLARED: &[&str] = &[
    "account_list",
    "bucket_list",
    "cloud_list",
    "app_schedule_list_for_app",
    "app_backup_create_for_app",
    "app_backup_fetch_for_app",
    "app_backup_delete_for_app",
];

const RESTORES: &[&str] = &[
    "app_update",
    "app_fetch",
    "app_backup_create_for_app",
    "app_backup_list_for_app",
    "app_backup_fetch_for_app",
    "app_backup_delete_for_app",
    "app_snap_create_for_app",
    "app_snap_list_for_app",
    "app_snap_fetch_for_app",
    "app_snap_delete_for_app",
];

/// A defect of an app's backups that the same codes find every time.
pub(super) const fn defect(id: &'static str, says: &'static str, plant: Plant) -> Defect {
    Defect {
        id,
        says,
        plant,
        shown_by: BACKUPS_OF_AN_APP,
        with_failing_storage: false,
    }
}

impl Defect {
    /// The same, where snapshots show it.
    pub(super) const fn of_snapshots(mut self) -> Self {
        self.shown_by = SNAPSHOTS;
        self
    }

    /// The same, where lists of what is declared show it.
    pub(super) const fn of_what_is_declared(mut self) -> Self {
        self.shown_by = WHAT_IS_DECLARED;
        self
    }

    /// The same, where restores show it.
    pub(super) const fn of_restores(mut self) -> Self {
        self.shown_by = RESTORES;
        self
    }

    /// The same, where backups across the account show it, too.
    pub(super) const fn in_both_trees(mut self) -> Self {
        self.shown_by = BACKUPS;
        self
    }

    /// The same, where only the whole API shows it.
    pub(super) const fn everywhere(mut self) -> Self {
        self.shown_by = &[];
        self
    }

    /// The same, where a storage that fails shows it.
    pub(super) const fn of_failing_storage(mut self) -> Self {
        self.with_failing_storage = true;
        self
    }
}

/// An answer in the making; none closes the connection.
pub(super) type Answering = Pin<Box<dyn Future<Output = Option<Said>> + Send>>;

/// How the defect comes about.
#[derive(Clone, Copy)]
pub(super) enum Plant {
    /// Nothing is changed.
    Nothing,
    /// A request is changed on its way in.
    In(fn(&mut Asked)),
    /// An answer is changed on its way out.
    Out(fn(&Asked, &mut Said)),
    /// An answer is changed by what was asked and said before.
    Recall(fn(&mut Notes, &Asked, &mut Said)),
    /// Anything else, further requests included.
    Act(fn(Asked, Real) -> Answering),
    /// The server's document is changed; the server isn't.
    Document(fn(&mut Value)),
    /// The contract's next version is changed.
    NextVersion(fn(&mut Value)),
}

impl Plant {
    /// The answer to a request.
    pub(super) async fn answer(self, mut asked: Asked, real: Real) -> Option<Said> {
        match self {
            Self::Nothing | Self::Document(_) | Self::NextVersion(_) => Some(real.send(asked).await),
            Self::In(change) => {
                change(&mut asked);
                Some(real.send(asked).await)
            }
            Self::Out(change) => {
                let mut said = real.send(asked.clone()).await;
                change(&asked, &mut said);
                Some(said)
            }
            Self::Recall(change) => {
                let mut said = real.send(asked.clone()).await;
                change(&mut real.notes(), &asked, &mut said);
                Some(said)
            }
            Self::Act(answer) => answer(asked, real).await,
        }
    }
}

/// The honest server, as a plant knows it.
#[derive(Clone)]
pub(super) struct Real {
    pub(super) http: reqwest::Client,
    pub(super) url: String,
    /// A token of all accounts that may do everything.
    pub(super) operator: String,
    /// The judge's token of the first account that may only read.
    pub(super) viewer: String,
    /// The judge's two accounts, with the app and the bucket of each.
    pub(super) accounts: [Party; 2],
    pub(super) notes: Arc<Mutex<Notes>>,
}

/// An account, its app and its bucket.
#[derive(Clone)]
pub(super) struct Party {
    pub(super) account: String,
    pub(super) app: String,
    pub(super) bucket: String,
}

impl Real {
    pub(super) fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().expect("nobody panicked here")
    }

    /// The account that isn't this one.
    pub(super) fn other(&self, account: &str) -> &Party {
        let [first, second] = &self.accounts;
        if first.account == account { second } else { first }
    }
}

/// What a plant remembers.
#[derive(Default)]
pub(super) struct Notes {
    /// How often something was seen.
    pub(super) times: HashMap<String, u32>,
    /// What something was when it was last seen.
    pub(super) kept: HashMap<String, Value>,
    /// Ids in the order in which they came.
    pub(super) ids: Vec<String>,
}

impl Notes {
    /// Counts: 1 for what is seen for the first time.
    pub(super) fn count(&mut self, what: &str) -> u32 {
        let times = self.times.entry(what.to_owned()).or_default();
        *times += 1;
        *times
    }
}

//! What to judge, and how patiently.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::breakage::Breakage;
use super::listener::Progress;

/// A running server and what the caller knows about it.
///
/// Holds secrets, hence no `Debug`. Everything optional switches checks on; a check that lacks something is
/// left out by name.
#[derive(Clone)]
pub struct Target {
    /// Scheme, host and port: `http://127.0.0.1:8443`.
    pub url: String,
    /// A token of one account only, with a role that may create and delete.
    pub token: String,
    /// That account.
    pub account: Uuid,
    /// An app in it whose data can be backed up.
    pub app: Uuid,
    /// Another app in the same account: what the first one has must not show there.
    pub other_app: Option<Uuid>,
    /// An app in the same account whose data can't be read, so that what is made of it fails.
    pub failing_app: Option<Uuid>,
    /// A token of the same account that may only read.
    pub viewer_token: Option<String>,
    /// Another account, with an app and a token of its own.
    pub foreign: Option<Foreign>,
    /// A token of all accounts: with it, an unknown account is not found instead of forbidden.
    pub operator_token: Option<String>,
    /// A server of the same kind that runs no jobs, so that what is pending stays pending.
    pub idle: Option<Box<Idle>>,
    /// A way to make the storage of the idle server fail.
    pub breakage: Option<Arc<dyn Breakage>>,
    /// Whether the apps' data may be replaced by what a backup of them holds: only where nobody misses it.
    pub may_restore: bool,
    /// A certificate authority to trust besides the usual ones, as PEM.
    pub ca: Option<Vec<u8>>,
}

impl Target {
    /// What has to be known at least; every check that needs more is left out.
    #[must_use]
    pub fn new(url: String, token: String, account: Uuid, app: Uuid) -> Self {
        Self {
            url,
            token,
            account,
            app,
            other_app: None,
            failing_app: None,
            viewer_token: None,
            foreign: None,
            operator_token: None,
            idle: None,
            breakage: None,
            may_restore: false,
            ca: None,
        }
    }
}

/// Another account.
#[derive(Clone)]
pub struct Foreign {
    /// Its id.
    pub account: Uuid,
    /// A token of that account only, with a role that may create and delete.
    pub token: String,
    /// An app in it.
    pub app: Uuid,
}

/// A server whose jobs never start.
///
/// What is pending there can't be deleted, so the suite leaves a few backups behind on it: give it a
/// server that is thrown away.
#[derive(Clone)]
pub struct Idle {
    /// Scheme, host and port.
    pub url: String,
    /// A token that may create and delete.
    pub token: String,
    /// The token's account.
    pub account: Uuid,
    /// An app in it.
    pub app: Uuid,
}

/// The most bytes of a response body that are read: 64 MiB.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How the suite goes about it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where names and ids that nobody has come from; take a fresh one for every run.
    pub run_id: Uuid,
    /// What the names of everything that the suite makes begin with; part of a DNS label.
    pub prefix: String,
    /// How long a backup or a snapshot may take until it is completed.
    pub completion_max: Duration,
    /// How long to wait between two looks at it.
    pub poll_interval: Duration,
    /// How long one answer may take.
    pub answer_max: Duration,
    /// The most bytes of a response body that are read. A longer response counts as failed, and its operation isn't
    /// requested again.
    pub body_bytes_max: usize,
    /// How long the whole run may take. Deleting what it created comes on top.
    pub run_max: Duration,
    /// Ends the run early when it is cancelled.
    pub interrupt: CancellationToken,
    /// How long the server may wait for the rest of a body; `None` leaves that to the server.
    pub body_wait_max: Option<Duration>,
    /// Leave the companion operations alone.
    pub documented_only: bool,
    /// The operations that the server has, by id; `None` stands for all. What needs another one is left out.
    pub operations: Option<BTreeSet<String>>,
    /// A run that makes fewer checks than this is a finding of its own: it lost its teeth.
    pub least_checks: Option<usize>,
    /// Told how far the run is.
    pub progress: Progress,
    /// End with the first check that finds something; what was made is removed all the same.
    pub stop_at_first: bool,
}

impl Options {
    /// The usual limits: two minutes for a job, a look every 20 ms, half a minute and 64 MiB for an answer, half an
    /// hour for the run.
    #[must_use]
    pub fn new(run_id: Uuid) -> Self {
        Self {
            run_id,
            prefix: "verify".to_owned(),
            completion_max: Duration::from_mins(2),
            poll_interval: Duration::from_millis(20),
            answer_max: Duration::from_secs(30),
            body_bytes_max: BODY_BYTES_MAX,
            run_max: Duration::from_mins(30),
            interrupt: CancellationToken::new(),
            body_wait_max: None,
            documented_only: false,
            operations: None,
            least_checks: None,
            progress: Progress::default(),
            stop_at_first: false,
        }
    }
}

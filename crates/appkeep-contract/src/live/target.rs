//! The server to check, and the options of a run.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::fault_injector::FaultInjector;
use super::progress::Progress;

/// A running server, with the tokens and other values that checks of it require.
///
/// Contains secrets, so it doesn't implement `Debug`. Every optional field enables checks; a check whose fields are
/// missing is reported as skipped.
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
    /// Another app in the same account, which must not show resources of the first one.
    pub other_app: Option<Uuid>,
    /// An app in the same account whose data can't be read, so that its backups and snapshots fail.
    pub failing_app: Option<Uuid>,
    /// A read-only token of the same account.
    pub viewer_token: Option<String>,
    /// Another account, with an app and a token of its own.
    pub foreign: Option<ForeignAccount>,
    /// A token of the same account that was revoked or has expired.
    pub revoked_token: Option<String>,
    /// A token of all accounts with the role `admin` or `owner`: for it, an unknown account is not found instead of forbidden.
    pub operator_token: Option<String>,
    /// A server of the same kind that runs no jobs, so that pending resources stay pending.
    pub idle: Option<Box<IdleServer>>,
    /// Injects storage failures into the idle server.
    pub fault_injector: Option<Arc<dyn FaultInjector>>,
    /// Whether a restore may replace the apps' data with that of a backup: only if the data isn't needed.
    pub may_restore: bool,
    /// An additional certificate authority to trust, as PEM.
    pub ca: Option<Vec<u8>>,
}

impl Target {
    /// A target with the minimum information; every check that requires more is skipped.
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
            revoked_token: None,
            operator_token: None,
            idle: None,
            fault_injector: None,
            may_restore: false,
            ca: None,
        }
    }
}

/// Another account.
#[derive(Clone)]
pub struct ForeignAccount {
    /// Its id.
    pub account: Uuid,
    /// A token of that account only, with a role that may create and delete.
    pub token: String,
    /// An app in it.
    pub app: Uuid,
}

/// A server whose jobs never start.
///
/// Pending backups can't be deleted, so the suite leaves a few of them behind: use a disposable server.
#[derive(Clone)]
pub struct IdleServer {
    /// Scheme, host and port.
    pub url: String,
    /// A token that may create and delete.
    pub token: String,
    /// The token's account.
    pub account: Uuid,
    /// An app in it.
    pub app: Uuid,
}

/// Maximum size of a response body: 64 MiB.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The options of a run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The source of names and unused ids; use a new one for every run.
    pub run_id: Uuid,
    /// The prefix of all names that the suite creates; part of a DNS label.
    pub prefix: String,
    /// Maximum time until a backup or a snapshot is completed.
    pub completion_max: Duration,
    /// Interval between two polls.
    pub poll_interval: Duration,
    /// Maximum time for one response.
    pub response_timeout: Duration,
    /// Maximum size of a response body in bytes. A longer response counts as failed, and its operation isn't
    /// requested again.
    pub body_bytes_max: usize,
    /// Maximum time of the whole run. Deleting its resources takes additional time.
    pub run_max: Duration,
    /// Ends the run early when it is cancelled.
    pub interrupt: CancellationToken,
    /// The maximum time that the server may wait for the rest of a body; `None` for no maximum.
    pub body_wait_max: Option<Duration>,
    /// The time above which the report lists a response as slow; without it, the slowest ones are listed. A slow
    /// response isn't a violation.
    pub slow: Option<Duration>,
    /// Whether to exclude the companion operations.
    pub documented_only: bool,
    /// The ids of the operations that the server supports; `None` means all. Checks that need another
    /// operation are skipped.
    pub operations: Option<BTreeSet<String>>,
    /// The minimum number of checks: a run with fewer checks has a finding, so that missing checks are
    /// detected.
    pub min_checks: Option<usize>,
    /// Receives the progress of the run.
    pub progress: Progress,
    /// Whether to end with the first check that has a finding; the suite's resources are
    /// deleted in any case.
    pub fail_fast: bool,
}

impl Options {
    /// The default limits: two minutes for a job, polled every 20 ms; 30 s and 64 MiB for a response; 30
    /// minutes for the run.
    #[must_use]
    pub fn new(run_id: Uuid) -> Self {
        Self {
            run_id,
            prefix: "verify".to_owned(),
            completion_max: Duration::from_mins(2),
            poll_interval: Duration::from_millis(20),
            response_timeout: Duration::from_secs(30),
            body_bytes_max: BODY_BYTES_MAX,
            run_max: Duration::from_mins(30),
            interrupt: CancellationToken::new(),
            body_wait_max: None,
            slow: None,
            documented_only: false,
            operations: None,
            min_checks: None,
            progress: Progress::default(),
            fail_fast: false,
        }
    }
}

//! Injected faults, and the requests they affect.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use crate::error_code::ErrorCode;
use crate::lock;
use crate::operation::{Operation, Target};

/// The maximum time that [`Injection::wait_for`] waits.
const PATIENCE: Duration = Duration::from_mins(1);

/// Incorrect behaviour of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An error. The request isn't executed.
    Error(ErrorCode),
    /// The request is executed, and the response is an error.
    ErrorAfterwards(ErrorCode),
    /// A response with status 200 and an error in the body, as AWS may respond to [`Operation::CompleteUpload`]. The
    /// request isn't executed.
    ErrorInBody(ErrorCode),
    /// No response until the injection is removed. The request is executed then, if the client still waits.
    Hang,
    /// The request is executed. There is no response until the injection is removed.
    HangAfterwards,
    /// The connection is reset. The request isn't executed.
    Reset,
    /// The request is executed, and the connection is reset before the response.
    ResetAfterwards,
    /// The connection is reset after at most this many bytes of the response's body.
    ResetDuringBody(usize),
    /// The connection is closed after at most this many bytes of the response's body.
    CloseDuringBody(usize),
    /// The response has at most this many bytes of the body, and a `Content-Length` that matches.
    TruncateBody(usize),
    /// `If-None-Match` and `If-Match` have no effect on writes, as in `rclone serve s3`.
    IgnoreConditions,
    /// Writes with `If-None-Match` or `If-Match` are refused with [`ErrorCode::NotImplemented`].
    RefuseConditions,
    /// Lists omit objects that didn't exist when the fault was injected, until it is removed.
    StaleListings,
    /// The `ETag` in the response isn't the object's.
    WrongETag,
    /// The response contains a version, as that of a bucket with versioning.
    VersionId,
    /// A success response, although the objects weren't changed.
    LostWrite,
}

impl Fault {
    /// Whether the fault makes a difference for this request.
    fn applies_to(self, target: &Target) -> bool {
        match self {
            Self::ResetDuringBody(_) | Self::CloseDuringBody(_) | Self::TruncateBody(_) => {
                target.operation.has_response_body()
            }
            Self::IgnoreConditions | Self::RefuseConditions => {
                target.is_conditional && target.operation.writes_object()
            }
            Self::StaleListings => target.operation == Operation::List,
            Self::VersionId => matches!(
                target.operation,
                Operation::Get | Operation::Head | Operation::Put
            ),
            Self::WrongETag => matches!(
                target.operation,
                Operation::Get
                    | Operation::Head
                    | Operation::Put
                    | Operation::UploadPart
                    | Operation::CompleteUpload
            ),
            Self::LostWrite => target.operation.changes_objects(),
            _ => true,
        }
    }
}

/// The requests that a fault affects: all requests, unless restricted.
#[derive(Debug, Clone, Default)]
pub struct Matching {
    operations: Vec<Operation>,
    prefix: String,
    part: String,
    skipped: usize,
    times: Option<usize>,
}

impl Matching {
    /// All requests.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Requests of these operations.
    #[must_use]
    pub fn operations(operations: &[Operation]) -> Self {
        Self {
            operations: operations.to_vec(),
            ..Self::default()
        }
    }

    /// Only requests for keys that start with `prefix`. The key of a list is its prefix.
    #[must_use]
    pub fn prefix(self, prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            ..self
        }
    }

    /// Only requests for keys that contain `part`. The key of a list is its prefix.
    #[must_use]
    pub fn containing(self, part: &str) -> Self {
        Self {
            part: part.to_owned(),
            ..self
        }
    }

    /// Only the `number`th request that matches; the first is 1.
    #[must_use]
    pub fn nth(self, number: usize) -> Self {
        self.after(number.saturating_sub(1)).times(1)
    }

    /// Not the first `number` requests that match.
    #[must_use]
    pub fn after(self, number: usize) -> Self {
        Self {
            skipped: number,
            ..self
        }
    }

    /// At most `times` requests.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self {
            times: Some(times),
            ..self
        }
    }

    fn includes(&self, target: &Target) -> bool {
        let has_key = |key: &String| key.starts_with(&self.prefix) && key.contains(&self.part);
        let is_any_key = self.prefix.is_empty() && self.part.is_empty();
        (self.operations.is_empty() || self.operations.contains(&target.operation))
            && (is_any_key || target.keys.iter().any(has_key))
    }
}

/// An injected fault. It stays until [`Injection::remove`] is called.
#[derive(Debug, Clone)]
pub struct Injection {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    fault: Fault,
    matching: Matching,
    /// The number of matching requests, affected or not.
    matched: AtomicUsize,
    affected: Mutex<usize>,
    changed: Condvar,
    removed: watch::Sender<bool>,
    /// Bucket and key of the objects created since the injection.
    created: Mutex<BTreeSet<(String, String)>>,
}

impl Injection {
    fn new(fault: Fault, matching: Matching) -> Self {
        let shared = Shared {
            fault,
            matching,
            matched: AtomicUsize::new(0),
            affected: Mutex::new(0),
            changed: Condvar::new(),
            removed: watch::Sender::new(false),
            created: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The number of requests that were affected.
    #[must_use]
    pub fn count(&self) -> usize {
        *lock(&self.shared.affected)
    }

    /// Blocks until at least `count` requests were affected.
    ///
    /// # Panics
    /// After a minute.
    pub fn wait_for(&self, count: usize) {
        let affected = lock(&self.shared.affected);
        let waited = self
            .shared
            .changed
            .wait_timeout_while(affected, PATIENCE, |affected| *affected < count)
            .expect("no thread panics with this lock");
        assert!(
            !waited.1.timed_out(),
            "{:?} affected {} requests in {PATIENCE:?}, expected {count}",
            self.shared.fault,
            *waited.0
        );
    }

    /// Ends the fault. Requests that hang continue.
    pub fn remove(&self) {
        self.shared.removed.send_replace(true);
    }

    pub(crate) fn fault(&self) -> Fault {
        self.shared.fault
    }

    /// Returns once the injection is removed.
    pub(crate) async fn removed(&self) {
        // The sender exists as long as `self`.
        let _ = self.shared.removed.subscribe().wait_for(|removed| *removed).await;
    }

    /// Whether the object was created after the injection.
    pub(crate) fn is_created(&self, bucket: &str, key: &str) -> bool {
        lock(&self.shared.created).contains(&(bucket.to_owned(), key.to_owned()))
    }

    fn is_removed(&self) -> bool {
        *self.shared.removed.borrow()
    }

    /// Counts the request if it matches, and returns whether it is affected.
    fn affects(&self, target: &Target) -> bool {
        let Shared { fault, matching, .. } = &*self.shared;
        if !matching.includes(target) || !fault.applies_to(target) {
            return false;
        }
        let number = self.shared.matched.fetch_add(1, Ordering::SeqCst);
        let mut affected = lock(&self.shared.affected);
        let is_affected = number >= matching.skipped && matching.times.is_none_or(|times| *affected < times);
        if is_affected {
            *affected += 1;
            self.shared.changed.notify_all();
        }
        is_affected
    }
}

/// The faults of a server, in the order of their injection.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    injections: Mutex<Vec<Injection>>,
}

impl Faults {
    pub(crate) fn inject(&self, fault: Fault, matching: Matching) -> Injection {
        let injection = Injection::new(fault, matching);
        lock(&self.injections).push(injection.clone());
        injection
    }

    /// Removes all faults.
    pub(crate) fn clear(&self) {
        for injection in lock(&self.injections).drain(..) {
            injection.remove();
        }
    }

    /// The first fault that affects a request.
    pub(crate) fn affecting(&self, target: &Target) -> Option<Injection> {
        let mut injections = lock(&self.injections);
        injections.retain(|injection| !injection.is_removed());
        let mut affecting = injections.iter().filter(|injection| injection.affects(target));
        affecting.next().cloned()
    }

    /// Records that a request created an object.
    pub(crate) fn note_created(&self, bucket: &str, key: &str) {
        for injection in &*lock(&self.injections) {
            if injection.fault() == Fault::StaleListings {
                lock(&injection.shared.created).insert((bucket.to_owned(), key.to_owned()));
            }
        }
    }
}

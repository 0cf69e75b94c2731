//! Ends a job's access to a bucket before another process may take over.
//!
//! Other servers of the installation take over the work of a server whose heartbeat, or whose lease of the job, is
//! older than a lease. Other installations take over a bucket whose claim wasn't refreshed for longer. A fence fails
//! earlier, at two thirds of a lease ([`lease::fenced_after`](appkeep_core::lease::fenced_after)) and after
//! [`CLAIM_VALID_FOR`], so that the last requests have ended by then. The worker cancels a job whose lease wasn't
//! renewed in time.
//!
//! A process that was stopped for a while may see its heartbeat and its claim refreshed before it checks its fences.
//! Therefore a fence that failed once never passes again, and it notices a heartbeat that was too late meanwhile.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::Poll;
use std::time::Duration;

use appkeep_core::boot_instant::BootInstant;
use appkeep_core::engine::EngineError;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::failure;
use crate::identity::SharedInstallation;

/// The time since its last refresh for which a claim of a bucket permits changes. Claims expire after 5 min at the
/// earliest.
pub(crate) const CLAIM_VALID_FOR: Duration = Duration::from_mins(4);

/// The interval at which a fence is checked during a request that makes no progress.
const CHECK_EVERY: Duration = Duration::from_secs(1);

/// When a claim was last refreshed, if it exists. Clones share their state.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClaimTime(Arc<Mutex<Option<BootInstant>>>);

impl ClaimTime {
    pub(crate) fn get(&self) -> Option<BootInstant> {
        *failure::lock(&self.0)
    }

    pub(crate) fn set(&self, refreshed: Option<BootInstant>) {
        *failure::lock(&self.0) = refreshed;
    }
}

/// The fence of one job. Clones share their state.
#[derive(Debug, Clone)]
pub(crate) struct Fence(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Cancelled together with the job.
    cancel: CancellationToken,
    heartbeat: Option<Heartbeat>,
    claim: ClaimTime,
    /// Whether the bucket was claimed during the job.
    was_claimed: AtomicBool,
    /// The first reason for which the fence failed.
    failure: OnceLock<String>,
}

/// The heartbeat of this server, which shares its installation with others.
#[derive(Debug)]
struct Heartbeat {
    shared: SharedInstallation,
    server_id: Uuid,
    /// The number of lapses when the job began.
    lapses: u64,
}

/// A fence that fails only when the token is cancelled.
impl From<&CancellationToken> for Fence {
    fn from(cancel: &CancellationToken) -> Self {
        Self::new(cancel, None, ClaimTime::default())
    }
}

impl Fence {
    /// Creates the fence of a job that begins now, on the server with this id.
    pub(crate) fn new(
        cancel: &CancellationToken,
        shared: Option<(&SharedInstallation, Uuid)>,
        claim: ClaimTime,
    ) -> Self {
        let heartbeat = shared.map(|(shared, server_id)| Heartbeat {
            lapses: shared.servers.lapses(),
            shared: shared.clone(),
            server_id,
        });
        Self(Arc::new(Shared {
            cancel: cancel.clone(),
            heartbeat,
            claim,
            was_claimed: AtomicBool::new(false),
            failure: OnceLock::new(),
        }))
    }

    /// The token that is cancelled together with the job.
    pub(crate) fn cancel(&self) -> &CancellationToken {
        &self.0.cancel
    }

    /// Checks that the job may still use the bucket. Reads only memory.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job was cancelled; [`EngineError::Busy`] if another process may have taken
    /// over.
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        self.check_at(BootInstant::now())
    }

    fn check_at(&self, now: BootInstant) -> Result<(), EngineError> {
        if self.0.cancel.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        if self.0.failure.get().is_none()
            && let Err(reason) = self.check_times(now)
        {
            // The first reason is kept.
            let _ = self.0.failure.set(reason);
        }
        match self.0.failure.get() {
            None => Ok(()),
            Some(reason) => Err(EngineError::Busy(reason.clone())),
        }
    }

    fn check_times(&self, now: BootInstant) -> Result<(), String> {
        if let Some(heartbeat) = &self.0.heartbeat {
            heartbeat.shared.check_heartbeat(heartbeat.server_id)?;
            // After the age: it may have been late, and refreshed, in between.
            if heartbeat.shared.servers.lapses() != heartbeat.lapses {
                return Err(
                    "this server didn't reach the database for a while, so other servers may have taken over its work"
                        .to_owned(),
                );
            }
        }
        let Some(refreshed_at) = self.0.claim.get() else {
            if self.0.was_claimed.load(Ordering::SeqCst) {
                return Err("the claim of the bucket was removed".to_owned());
            }
            // A full bucket may have no space for a claim.
            return Ok(());
        };
        self.0.was_claimed.store(true, Ordering::SeqCst);
        let age = now - refreshed_at;
        if age < CLAIM_VALID_FOR {
            return Ok(());
        }
        Err(format!(
            "the claim of the bucket wasn't refreshed for {} s, so another server may have taken it over",
            age.as_secs()
        ))
    }

    /// Runs a request until it ends or the fence fails. The fence is checked before each step of the request, so that a
    /// retry after a pause of any length isn't sent.
    ///
    /// # Errors
    /// The reason for which the fence failed.
    pub(crate) async fn guard<T>(&self, request: impl Future<Output = T>) -> io::Result<T> {
        let mut request = pin!(request);
        let mut tick = interval(CHECK_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let guarded = poll_fn(|context| {
            // Wakes this task again.
            while tick.poll_tick(context).is_ready() {}
            match self.check() {
                Ok(()) => request.as_mut().poll(context).map(Ok),
                Err(EngineError::Cancelled) => Poll::Ready(Err(failure::cancelled())),
                Err(error) => Poll::Ready(Err(io::Error::other(error.to_string()))),
            }
        });
        let ended = self.0.cancel.run_until_cancelled(guarded).await;
        ended.unwrap_or_else(|| Err(failure::cancelled()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::fake_register::FakeRegister;

    fn fenced(register: &Arc<FakeRegister>, claim: &ClaimTime) -> Fence {
        let shared = SharedInstallation {
            id: Uuid::from_u128(0x1),
            servers: Arc::clone(register) as _,
        };
        let server = Some((&shared, Uuid::from_u128(1)));
        Fence::new(&CancellationToken::new(), server, claim.clone())
    }

    fn registered() -> Arc<FakeRegister> {
        let register = Arc::new(FakeRegister::default());
        register.show(1, 0);
        register
    }

    #[track_caller]
    fn reason(fence: &Fence) -> String {
        match fence.check() {
            Err(EngineError::Busy(reason)) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_fence_that_failed_stays_failed() {
        let register = registered();
        let fence = fenced(&register, &ClaimTime::default());
        fence.check().unwrap();
        register.show(1, 20);
        let first = reason(&fence);
        assert!(first.contains("hasn't reached the database for 20 s"), "{first}");
        register.show(1, 0);
        assert_eq!(reason(&fence), first);
        fenced(&register, &ClaimTime::default()).check().unwrap();
    }

    /// The heartbeat may be refreshed before the fence is checked, for example after the process was stopped.
    #[test]
    fn a_heartbeat_that_was_too_late_between_two_checks_is_noticed() {
        let register = registered();
        let fence = fenced(&register, &ClaimTime::default());
        register.lapse();
        assert!(reason(&fence).contains("didn't reach the database for a while"));
        fenced(&register, &ClaimTime::default()).check().unwrap();
    }

    #[test]
    fn a_claim_permits_changes_until_it_is_old() {
        let (claim, register) = (ClaimTime::default(), registered());
        fenced(&register, &claim).check().unwrap();
        let refreshed_at = BootInstant::now();
        claim.set(Some(refreshed_at));
        let fence = fenced(&register, &claim);
        fence.check().unwrap();
        fence.check_at(refreshed_at + CLAIM_VALID_FOR).unwrap_err();
        assert!(reason(&fence).contains("wasn't refreshed for 240 s"));
        claim.set(Some(BootInstant::now()));
        let fence = fenced(&register, &claim);
        fence.check().unwrap();
        claim.set(None);
        assert!(reason(&fence).contains("the claim of the bucket was removed"));
    }

    #[tokio::test]
    async fn a_retry_is_not_sent_once_the_fence_fails() {
        let register = registered();
        let fence = fenced(&register, &ClaimTime::default());
        let attempts = AtomicUsize::new(0);
        let request = async {
            loop {
                attempts.fetch_add(1, Ordering::SeqCst);
                if attempts.load(Ordering::SeqCst) == 2 {
                    register.show(1, 20);
                }
                tokio::task::yield_now().await;
            }
        };
        let ended: io::Result<()> = fence.guard(request).await;
        assert!(
            ended
                .unwrap_err()
                .to_string()
                .contains("hasn't reached the database")
        );
        assert_eq!(attempts.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_request_that_hangs_ends_when_the_fence_fails_or_the_job_is_cancelled() {
        let register = registered();
        let fence = fenced(&register, &ClaimTime::default());
        let fail = async {
            tokio::task::yield_now().await;
            register.show(1, 20);
        };
        let (ended, ()) = tokio::join!(fence.guard(std::future::pending::<()>()), fail);
        assert!(
            ended
                .unwrap_err()
                .to_string()
                .contains("hasn't reached the database")
        );

        let cancel = CancellationToken::new();
        let fence = Fence::from(&cancel);
        let fail = async { cancel.cancel() };
        let (ended, ()) = tokio::join!(fence.guard(std::future::pending::<()>()), fail);
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::Interrupted);
    }
}

//! The lease: the time for which a server holds its jobs and its node without a sign of life. All durations that
//! decide when another server takes over follow from it.

#[cfg(feature = "failpoints")]
use std::sync::OnceLock;
use std::time::Duration;

/// The lease in production.
const LEASE: Duration = Duration::from_secs(30);

#[cfg(feature = "failpoints")]
static SHORTENED: OnceLock<Duration> = OnceLock::new();

/// Shortens the lease for the whole process, so that tests of faults needn't wait. All servers and commands that share a
/// database need the same. Only the first call has an effect.
#[cfg(feature = "failpoints")]
pub fn shorten(lease: Duration) {
    let _ = SHORTENED.set(lease);
}

/// The duration of a lease of a job unless it is renewed, and the time since a server was last seen during which it is
/// live: 30 s.
#[must_use]
pub fn duration() -> Duration {
    #[cfg(feature = "failpoints")]
    if let Some(lease) = SHORTENED.get() {
        return *lease;
    }
    LEASE
}

/// The interval at which a server renews its leases and its registration: a third of a lease.
#[must_use]
pub fn renew_every() -> Duration {
    duration() / 3
}

/// The time since a server was last seen after which it changes nothing more in buckets: two thirds of a lease. When
/// another server takes over its jobs, it has stopped.
#[must_use]
pub fn fenced_after() -> Duration {
    duration() * 2 / 3
}

/// The maximum duration of a call of the store on which a lease or a registration depends: half of the interval between
/// renewals.
#[must_use]
pub fn call_timeout() -> Duration {
    renew_every() / 2
}

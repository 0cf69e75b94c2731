//! The activity of a connection, shared by its bodies, its socket and its watchdog.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::ConnectionLimits;

/// The time that a client may take to close its side of a connection after the server has closed its own.
const LINGER_TIMEOUT: Duration = Duration::from_secs(2);

/// The reason why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expired {
    /// There was no request for too long.
    Idle,
    /// The client doesn't read its response.
    Stalled,
}

/// A connection's activity.
pub(super) struct Activity(Mutex<State>);

struct State {
    /// The number of requests whose response is neither sent completely nor dropped.
    requests: usize,
    /// When a request last began or ended, or blocked bytes were last sent.
    last: Instant,
    /// Since when the socket has accepted no bytes although some are pending.
    blocked_since: Option<Instant>,
    /// HTTP/2 responses that have more to send, and since when the client hasn't opened its window.
    waiting: HashMap<u64, Instant>,
    next_id: u64,
    /// Since when the server has nothing more to send.
    ended_since: Option<Instant>,
    /// Whether the rest of the response is to be discarded when the socket is closed.
    is_aborted: bool,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            requests: 0,
            last: Instant::now(),
            blocked_since: None,
            waiting: HashMap::new(),
            next_id: 0,
            ended_since: None,
            is_aborted: false,
        })))
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Records that the socket accepted bytes.
    ///
    /// Only bytes that were blocked before count as activity. Otherwise the pings of an HTTP/2 connection
    /// would keep it from being idle.
    pub(super) fn sent(&self) {
        self.change(|state| {
            if state.blocked_since.take().is_some() {
                state.last = Instant::now();
            }
        });
    }

    /// Records that the socket accepts no bytes at present.
    pub(super) fn blocked(&self) {
        self.change(|state| {
            state.blocked_since.get_or_insert_with(Instant::now);
        });
    }

    /// Records that a request began; it ends when the value is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> ActiveRequest {
        let id = self.change(|state| {
            state.requests += 1;
            state.last = Instant::now();
            state.next_id += 1;
            state.next_id
        });
        ActiveRequest {
            activity: self.clone(),
            id,
        }
    }

    /// Records that the server sends nothing more.
    pub(super) fn linger(&self) {
        self.change(|state| state.ended_since = Some(Instant::now()));
    }

    /// Makes the connection end with a reset, so that the kernel keeps nothing for a client that doesn't
    /// read.
    pub(super) fn abort(&self) {
        self.change(|state| state.is_aborted = true);
    }

    /// Returns whether the connection ends with a reset.
    pub(super) fn is_aborted(&self) -> bool {
        self.change(|state| state.is_aborted)
    }

    /// Returns the reason why the connection must be closed, if there is one.
    pub(super) fn expired(&self, limits: &ConnectionLimits) -> Option<Expired> {
        let now = Instant::now();
        let is_over = |since: Instant, timeout: Duration| now.duration_since(since) >= timeout;
        self.change(|state| {
            let mut waiting = state.waiting.values().copied().chain(state.blocked_since);
            if waiting.any(|since| is_over(since, limits.write_timeout)) {
                return Some(Expired::Stalled);
            }
            let is_idle = state.requests == 0 && state.blocked_since.is_none();
            let lingers_too_long = state
                .ended_since
                .is_some_and(|since| is_over(since, LINGER_TIMEOUT));
            (lingers_too_long || (is_idle && is_over(state.last, limits.idle_timeout)))
                .then_some(Expired::Idle)
        })
    }
}

/// A request from its arrival to the end of its response.
pub(super) struct ActiveRequest {
    activity: Arc<Activity>,
    id: u64,
}

impl ActiveRequest {
    /// Records that the response has produced a piece and waits until the next one is requested.
    pub(super) fn wait_for_client(&self) {
        self.activity.change(|state| {
            state.waiting.insert(self.id, Instant::now());
        });
    }

    /// Records that the client has allowed the next piece.
    pub(super) fn resume(&self) {
        self.activity.change(|state| {
            state.waiting.remove(&self.id);
        });
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        self.activity.change(|state| {
            state.waiting.remove(&self.id);
            state.requests -= 1;
            state.last = Instant::now();
        });
    }
}

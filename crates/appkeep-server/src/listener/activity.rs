//! What a connection is doing, and since when: its body, its socket and its watchdog share it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::ConnectionLimits;

/// How long a client may take to end its side of a connection that the server has ended.
const LINGER_TIMEOUT: Duration = Duration::from_secs(2);

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expired {
    /// There was no request.
    Idle,
    /// The client doesn't take its response.
    Stalled,
}

/// A connection's activity.
pub(super) struct Activity(Mutex<State>);

struct State {
    /// Requests whose response isn't sent, or dropped, completely.
    requests: usize,
    /// When a request began or ended, or bytes that had to wait were sent.
    last: Instant,
    /// Since when the socket takes no bytes, while there are some.
    blocked_since: Option<Instant>,
    /// HTTP/2 responses that have more to send, and since when the client hasn't allowed it.
    waiting: HashMap<u64, Instant>,
    next_id: u64,
    /// Since when the server sends nothing more.
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

    /// Notes that the socket took bytes.
    ///
    /// Without a request only the rest of a response counts, which had to wait. Otherwise the pings of an HTTP/2
    /// connection would keep it from being idle.
    pub(super) fn sent(&self) {
        self.change(|state| {
            if state.blocked_since.take().is_some() {
                state.last = Instant::now();
            }
        });
    }

    /// Notes that the socket takes no bytes at present.
    pub(super) fn blocked(&self) {
        self.change(|state| {
            state.blocked_since.get_or_insert_with(Instant::now);
        });
    }

    /// Notes that a request began; it ends when the value is dropped.
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

    /// Notes that the server sends nothing more.
    pub(super) fn linger(&self) {
        self.change(|state| state.ended_since = Some(Instant::now()));
    }

    /// Has the connection end with a reset, so that the kernel keeps nothing for a client that doesn't read.
    pub(super) fn abort(&self) {
        self.change(|state| state.is_aborted = true);
    }

    /// Whether the connection is to end with a reset.
    pub(super) fn is_aborted(&self) -> bool {
        self.change(|state| state.is_aborted)
    }

    /// Whether, and why, the connection has to be closed.
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
    /// Notes that the response has handed over a piece and waits until the next one is asked for.
    pub(super) fn wait_for_client(&self) {
        self.activity.change(|state| {
            state.waiting.insert(self.id, Instant::now());
        });
    }

    /// Notes that the client has allowed the next piece.
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

//! Faults: responses, delays and broken connections that a test requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use appkeep_api::problem::PROBLEM_JSON;
use dropshot::Body;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::response::{of_json, problem};

/// A fault of some requests: which of them, and what happens to them.
///
/// ```
/// use appkeep_server::testing::Fault;
///
/// let overloaded = Fault::status(503).header("Retry-After", "1").times(2);
/// let slow = Fault::delay(std::time::Duration::from_millis(50)).on("app_backup_list_all");
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    effect: Effect,
    #[serde(default)]
    operation: Option<String>,
    #[serde(default)]
    times: Option<u32>,
    #[serde(default)]
    probability: Option<f64>,
}

/// The effect of a fault on a request.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Effect {
    /// The request isn't processed.
    Respond(FixedResponse),
    /// The request is processed after this time.
    DelayMillis(u64),
    /// The request isn't processed, and the connection is closed.
    Reset,
    /// The request is processed, and half of the response's body is sent.
    Truncate,
}

/// A response that doesn't depend on the request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct FixedResponse {
    status: u16,
    #[serde(default)]
    problem: Option<Value>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

impl Fault {
    fn new(effect: Effect) -> Self {
        Self {
            effect,
            operation: None,
            times: None,
            probability: None,
        }
    }

    /// Responds with this status and a problem, without processing the request.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(Effect::Respond(FixedResponse {
            status,
            problem: None,
            headers: BTreeMap::new(),
        }))
    }

    /// Processes the request after this time, at most 2^64 ms.
    #[must_use]
    pub fn delay(delay: Duration) -> Self {
        Self::new(Effect::DelayMillis(
            delay.as_millis().try_into().unwrap_or(u64::MAX),
        ))
    }

    /// Closes the connection without processing the request.
    #[must_use]
    pub fn reset() -> Self {
        Self::new(Effect::Reset)
    }

    /// Processes the request, sends half of the response's body, and closes the connection.
    #[must_use]
    pub fn truncate() -> Self {
        Self::new(Effect::Truncate)
    }

    /// Sets the body of a response with a status; by default it is a problem of type `about:blank`.
    #[must_use]
    pub fn problem(mut self, body: Value) -> Self {
        if let Effect::Respond(fixed) = &mut self.effect {
            fixed.problem = Some(body);
        }
        self
    }

    /// Adds a header to a response with a status.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Effect::Respond(fixed) = &mut self.effect {
            fixed.headers.insert(name.into(), value.into());
        }
        self
    }

    /// Limits the fault to the operation with this `operationId`, such as `app_backup_fetch`.
    #[must_use]
    pub fn on(mut self, operation: impl Into<String>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    /// Limits the number of affected requests; by default it isn't limited.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Sets the probability that a request is affected, from 0 to 1; by default 1. The server's seed determines which
    /// requests are affected.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }
}

impl FixedResponse {
    pub(super) fn to_response(&self) -> Response<Body> {
        let status = StatusCode::from_u16(self.status).ok();
        let title = status.and_then(|status| status.canonical_reason());
        let mut response = match &self.problem {
            Some(body) => of_json(self.status, PROBLEM_JSON, body),
            None => problem(
                self.status,
                title.unwrap_or("Fault"),
                "a fault of the test server",
            ),
        };
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// The faults of a [`TestServer`](super::TestServer). A request has the first fault that matches it.
#[derive(Clone)]
pub struct Faults {
    state: Arc<Mutex<State>>,
}

struct State {
    faults: Vec<Fault>,
    random: fastrand::Rng,
}

impl Faults {
    pub(super) fn new(seed: u64) -> Self {
        let state = State {
            faults: Vec::new(),
            random: fastrand::Rng::with_seed(seed),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a fault after the existing ones.
    pub fn add(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.state().faults.clear();
    }

    /// Takes the effect of the first fault that matches a request for this operation.
    pub(super) fn next(&self, operation: &str) -> Option<Effect> {
        let state = &mut *self.state();
        let random = &mut state.random;
        let found = state.faults.iter_mut().find(|fault| {
            fault.times != Some(0)
                && fault.operation.as_ref().is_none_or(|of| of == operation)
                && fault
                    .probability
                    .is_none_or(|probability| random.f64() < probability)
        })?;
        found.times = found.times.map(|times| times - 1);
        Some(found.effect.clone())
    }
}

//! The part of a test server in front of the API: faults, documented examples, and waiting for jobs.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use appkeep_core::catalog::Declaration;
use dropshot::Body;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderName, HeaderValue, Method, Request, Response};
use hyper::body::Incoming;

use super::faults::Effect;
use super::jobs::Jobs;
use super::sources::STEP;
use super::state::State;
use super::{Builder, examples, remote, response};
use crate::http::{Api, Middleware};

/// The header that every response of a test server has.
const TEST_MODE: HeaderName = HeaderName::from_static("appkeep-test-mode");

/// Responds to the requests of a test server, most of which it passes on to the API.
pub(super) struct Front {
    pub(super) state: Arc<State>,
    /// Whether documented example requests get the documented responses.
    documented: bool,
    /// Whether jobs end before the response is sent.
    immediate: bool,
    /// Whether the state can be controlled by requests.
    remote: bool,
    running: Mutex<Option<Running>>,
}

/// The running server.
#[derive(Clone)]
pub(super) struct Running {
    pub(super) jobs: Jobs,
    pub(super) declaration: Declaration,
}

impl Middleware for Front {
    fn respond(
        self: Arc<Self>,
        api: Arc<Api>,
        request: Request<Incoming>,
    ) -> BoxFuture<'static, Response<Body>> {
        async move {
            let mut response = self.response(api, request).await;
            response
                .headers_mut()
                .insert(TEST_MODE, HeaderValue::from_static("true"));
            response
        }
        .boxed()
    }
}

impl Front {
    pub(super) fn new(builder: &Builder, state: Arc<State>) -> Self {
        Self {
            state,
            documented: builder.documented,
            immediate: builder.is_immediate(),
            remote: builder.control,
            running: Mutex::default(),
        }
    }

    pub(super) fn set_running(&self, running: Option<Running>) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = running;
    }

    /// The running server.
    ///
    /// # Errors
    /// When it is stopped.
    pub(super) fn running(&self) -> Result<Running, String> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.clone().ok_or_else(|| "the server is stopped".to_owned())
    }

    /// Stores the backups that exist from the start, and waits until those in progress are in their states.
    pub(super) async fn insert_backups(&self) {
        if let Ok(Running { jobs, declaration }) = self.running()
            && self.state.insert_backups(jobs.store.as_ref(), &declaration).await
        {
            jobs.settle().await;
        }
    }

    /// Restores the initial state.
    ///
    /// # Errors
    /// When the server is stopped, or its data is on disk.
    pub(super) async fn reset(&self) -> Result<(), String> {
        let running = self.running()?;
        self.state
            .reset(&running.jobs.store, &running.declaration)
            .await?;
        running.jobs.wait().await.map_err(|error| error.to_string())
    }

    async fn response(&self, api: Arc<Api>, request: Request<Incoming>) -> Response<Body> {
        if self.remote && request.uri().path().starts_with(remote::PATH) {
            return self.control(request).await;
        }
        let Some((operation, variables)) = api.operation(request.method(), request.uri().path()) else {
            return api.handle(request).await;
        };
        if let Some(response) = examples::preferred(operation, request.headers()) {
            return response;
        }
        if self.documented
            && let Some(response) = examples::of_example_request(operation, &variables)
        {
            return response;
        }
        match self.state.faults.next(operation) {
            None => self.pass_on(api, request).await,
            Some(Effect::Reset) => response::reset(),
            Some(Effect::Truncate) => response::truncated(self.pass_on(api, request).await).await,
            Some(Effect::DelayMillis(millis)) => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                self.pass_on(api, request).await
            }
            Some(Effect::Respond(fixed)) => fixed.to_response(),
        }
    }

    /// Passes a request on to the API. If it may change something, its jobs end before the response is sent.
    async fn pass_on(&self, api: Arc<Api>, request: Request<Incoming>) -> Response<Body> {
        let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
        if !changes || !self.immediate {
            return api.handle(request).await;
        }
        self.state.test_clock.advance(STEP);
        let response = api.handle(request).await;
        if let Ok(running) = self.running() {
            // Fails only while the server stops.
            let _ = running.jobs.wait().await;
        }
        response
    }
}

//! The place for code that tests put in front of the API.

use std::sync::Arc;

use dropshot::Body;
use futures::future::BoxFuture;
use http::{Request, Response};
use hyper::body::Incoming;

use super::Api;
use crate::listener::Application;

/// Responds to requests in place of the API, which it may call.
pub(crate) trait Middleware: Send + Sync + 'static {
    /// Responds to one request.
    fn respond(
        self: Arc<Self>,
        api: Arc<Api>,
        request: Request<Incoming>,
    ) -> BoxFuture<'static, Response<Body>>;
}

/// The API behind a middleware.
pub(crate) struct Wrapped {
    pub(crate) api: Arc<Api>,
    pub(crate) middleware: Arc<dyn Middleware>,
}

impl Application for Wrapped {
    async fn respond(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        self.middleware.clone().respond(self.api.clone(), request).await
    }
}

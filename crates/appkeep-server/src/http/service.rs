//! The API as the listener's application. It finds the operation or page of each request, and responds to
//! requests that match neither.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use appkeep_api::reply::Reply;
use dropshot::Body;
use http::header::{ALLOW, CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use hyper::body::Incoming;

use super::Http;
use super::handlers::{HANDLERS, Handler, WITH_HEAD};
use super::problem::{Kind, MALFORMED_PATH, METHOD_NOT_ALLOWED, RESOURCE_NOT_FOUND};
use super::request::ApiRequest;
use super::router::{Found, Router};
use crate::listener::Application;

/// A function that responds to requests for a page, given their headers.
pub(crate) type Page = Box<dyn Fn(&HeaderMap) -> Response<Body> + Send + Sync>;

/// The target of a method of a path.
pub(crate) enum Endpoint {
    /// An operation of the API, by its id.
    Operation(&'static str, Handler),
    /// A page for browsers.
    Page(Page),
}

/// The API and the pages.
pub(crate) struct Api {
    http: Arc<Http>,
    router: Router<Endpoint>,
}

impl Api {
    /// Creates an application that serves every operation of the API, and no page yet.
    ///
    /// # Errors
    /// When an operation in the API's document has no handler.
    pub(crate) fn new(http: Http) -> Result<Self, String> {
        Self::of_methods(http, |_| true)
    }

    /// Creates an application that serves only the operations of the API that change nothing.
    ///
    /// # Errors
    /// When an operation in the API's document has no handler.
    pub(crate) fn reading(http: Http) -> Result<Self, String> {
        Self::of_methods(http, |method| method == Method::GET)
    }

    fn of_methods(http: Http, is_served: impl Fn(&Method) -> bool) -> Result<Self, String> {
        let mut router = Router::new();
        let operations = OPERATIONS.as_ref()?.iter();
        for (path, method, id) in operations.filter(|(_, method, _)| is_served(method)) {
            let handler = HANDLERS.iter().find(|(operation, _)| operation == id);
            let (operation, handler) = handler.ok_or_else(|| format!("{id} has no handler"))?;
            router.add(method, path, Endpoint::Operation(operation, *handler));
            if WITH_HEAD.contains(operation) {
                router.add(&Method::HEAD, path, Endpoint::Operation(operation, *handler));
            }
        }
        Ok(Self {
            http: Arc::new(http),
            router,
        })
    }

    /// Adds a page.
    pub(crate) fn add_page(&mut self, method: &Method, path: &str, page: Page) {
        self.router.add(method, path, Endpoint::Page(page));
    }

    /// The operation that a request is for, and the values of its path's variables.
    #[cfg(feature = "testing")]
    pub(crate) fn operation(
        &self,
        method: &Method,
        path: &str,
    ) -> Option<(&'static str, super::router::Variables)> {
        match self.router.find(method, path) {
            Found::Handler(Endpoint::Operation(operation, _), variables) => Some((operation, variables)),
            _ => None,
        }
    }

    /// Responds to a request that matches no operation.
    fn refuse(&self, kind: Kind, allow: Option<&str>) -> Response<Body> {
        let problem = kind.occurrence(self.http.ids.next_id());
        let mut reply = Reply::<()>::problem(&problem);
        if let Some(allow) = allow {
            reply = reply.with_header(ALLOW, allow);
        }
        if let Some(metrics) = &self.http.metrics {
            // Clients choose the path and the method, so neither may become a label.
            metrics.count("none", reply.status().as_u16(), Duration::ZERO);
        }
        reply.into_response()
    }
}

impl Api {
    /// Responds to one request.
    pub(crate) async fn handle(&self, request: Request<Incoming>) -> Response<Body> {
        let response = match self.router.find(request.method(), request.uri().path()) {
            Found::Handler(Endpoint::Page(page), _) => return page(request.headers()),
            Found::Handler(Endpoint::Operation(operation, handler), variables) => {
                handler(ApiRequest::new(self.http.clone(), operation, variables, request)).await
            }
            Found::OtherMethods(allow) => self.refuse(METHOD_NOT_ALLOWED, Some(&allow)),
            Found::Nowhere => self.refuse(RESOURCE_NOT_FOUND, None),
            Found::Malformed => self.refuse(MALFORMED_PATH, None),
        };
        protected(response)
    }
}

impl Application for Api {
    async fn respond(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        self.handle(request).await
    }
}

/// Adds headers that keep caches from storing the response and browsers from guessing its media type.
fn protected(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Path, method and id of an operation.
type Route = (String, Method, String);

/// Every operation.
static OPERATIONS: LazyLock<Result<Vec<Route>, String>> = LazyLock::new(operations);

/// Returns path, method and id of every operation in the API's document.
fn operations() -> Result<Vec<Route>, String> {
    let document = appkeep_api::openapi()?;
    let paths = document["paths"].as_object().into_iter().flatten();
    let methods = paths.flat_map(|(path, item)| {
        let item = item.as_object().into_iter().flatten();
        item.map(move |(method, operation)| (path, method, operation))
    });
    methods
        .map(|(path, method, operation)| {
            let method = method
                .to_uppercase()
                .parse()
                .map_err(|_| format!("{path} has a method {method}"))?;
            let id = operation["operationId"].as_str().unwrap_or_default();
            Ok((path.clone(), method, id.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn operations_and_handlers_are_the_same() {
        let operations = operations().unwrap();
        let operations: BTreeSet<&str> = operations.iter().map(|(_, _, id)| &**id).collect();
        let handlers: BTreeSet<&str> = HANDLERS.iter().map(|(id, _)| *id).collect();
        assert_eq!(operations, handlers);
    }
}

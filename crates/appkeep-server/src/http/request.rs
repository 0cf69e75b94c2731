//! A request as the API's handlers receive it.

use std::sync::Arc;

use appkeep_api::body::JsonBody;
use appkeep_api::headers::ForceUpdate;
use appkeep_api::params::{QueryParams, ReadQuery};
use appkeep_core::error::Error;
use dropshot::Body;
use http::request::Parts;
use http::{HeaderMap, Method};
use hyper::Request;
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as PathError, MapDeserializer};

use super::Http;
use super::problem::Refusal;
use super::router::Variables;

/// A request to an operation.
pub(super) struct ApiRequest {
    pub(super) http: Arc<Http>,
    pub(super) operation: &'static str,
    parts: Parts,
    variables: Variables,
    /// The body, until a handler takes it.
    body: Option<Incoming>,
}

impl ApiRequest {
    pub(super) fn new(
        http: Arc<Http>,
        operation: &'static str,
        variables: Variables,
        request: Request<Incoming>,
    ) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            http,
            operation,
            parts,
            variables,
            body: Some(body),
        }
    }

    /// Returns the method.
    pub(super) fn method(&self) -> &Method {
        &self.parts.method
    }

    /// Returns the path as sent.
    pub(super) fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// Returns the headers.
    pub(super) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Returns the values in the path. If a value is malformed, its place in the result contains the reason.
    pub(super) fn ids<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let variables = self.variables.iter().map(|(name, value)| (&**name, &**value));
        T::deserialize(MapDeserializer::<_, PathError>::new(variables))
            .map_err(|error| Error::Internal(format!("{}: {error}", self.operation)).into())
    }

    /// Returns the query parameters, or the reason why they are invalid.
    pub(super) fn query<Q: ReadQuery>(&self) -> QueryParams<Q> {
        QueryParams::read(self.parts.uri.query())
    }

    /// Returns whether data may be overwritten.
    pub(super) fn force_update(&self) -> ForceUpdate {
        ForceUpdate::of(&self.parts.headers)
    }

    /// Takes the body, to be read as a `T`. It is empty if it was taken before.
    pub(super) fn body<T>(&mut self) -> JsonBody<T> {
        let body = self.body.take().map_or_else(Body::empty, Body::wrap);
        JsonBody::new(Request::from_parts(self.parts.clone(), body))
    }
}

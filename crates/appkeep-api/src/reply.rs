//! Responses: dropshot's typed responses, with the media types, headers and problems of the contract.

use std::marker::PhantomData;

use dropshot::{ApiEndpointResponse, Body, FreeformBody, HttpError, HttpResponse, HttpResponseOk};
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::problem::{PROBLEM_JSON, Problem};

/// A response whose body is the content of a file, or an archive. dropshot documents any media type, and not the status 206.
pub struct Content(Response<Body>);

impl HttpResponse for Content {
    fn to_result(self) -> Result<Response<Body>, HttpError> {
        Ok(self.0)
    }

    fn response_metadata() -> ApiEndpointResponse {
        HttpResponseOk::<FreeformBody>::response_metadata()
    }

    fn status_code(&self) -> StatusCode {
        self.0.status()
    }
}

/// A response that is documented as `R`. It may instead be a problem, and may have headers, another media type, or a
/// streamed body.
pub struct Reply<R> {
    response: Response<Body>,
    documented: PhantomData<fn() -> R>,
}

impl<R> Reply<R> {
    /// A response with a JSON body of the given media type.
    #[must_use]
    pub fn json(status: StatusCode, media_type: &'static str, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => Self::body(status, media_type, bytes.into()),
            // Serialization fails only for maps with keys that aren't strings. No wire type contains such a map.
            Err(_) => Self::empty(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// A response with a body of the given media type, which may be streamed.
    #[must_use]
    pub fn body(status: StatusCode, media_type: &'static str, body: Body) -> Self {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self {
            response,
            documented: PhantomData,
        }
    }

    /// A response without a body.
    #[must_use]
    pub fn empty(status: StatusCode) -> Self {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        Self {
            response,
            documented: PhantomData,
        }
    }

    /// A response with a problem as its body.
    #[must_use]
    pub fn problem(problem: &Problem) -> Self {
        Self::json(problem.status.0.as_status(), PROBLEM_JSON, problem)
    }

    /// The response's status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Returns the response for HTTP.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        self.response
    }

    /// Adds a header, unless its value is invalid.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.response.headers_mut().insert(name, value);
        }
        self
    }
}

impl<R: HttpResponse> HttpResponse for Reply<R> {
    fn to_result(self) -> Result<Response<Body>, HttpError> {
        Ok(self.response)
    }

    fn response_metadata() -> ApiEndpointResponse {
        R::response_metadata()
    }

    fn status_code(&self) -> StatusCode {
        self.response.status()
    }
}

//! Responses: dropshot's typed responses, with the media types, headers and problems of the contract.

use std::marker::PhantomData;

use dropshot::{ApiEndpointResponse, Body, HttpError, HttpResponse};
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::problem::{PROBLEM_JSON, Problem};

/// A response that is documented as `R`, and can also be a problem, and have headers, a media type, or a streamed
/// body.
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
            // Only a map with keys that aren't strings can't be written, and no wire type has one.
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

    /// A problem.
    #[must_use]
    pub fn problem(problem: &Problem) -> Self {
        Self::json(problem.status.0.as_status(), PROBLEM_JSON, problem)
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The response itself.
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

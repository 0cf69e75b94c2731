//! Responses that don't come from the API.

use std::io;

use appkeep_api::problem::PROBLEM_JSON;
use bytes::Bytes;
use dropshot::Body;
use futures::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};

/// A response with this JSON body.
pub(super) fn of_json(status: u16, media_type: &'static str, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let media_type = HeaderValue::from_static(media_type);
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

/// A response with a problem of type `about:blank`.
pub(super) fn problem(status: u16, title: &str, detail: &str) -> Response<Body> {
    let problem = json!({
        "type": "about:blank",
        "title": title,
        "detail": detail,
        "status": status.to_string(),
    });
    of_json(status, PROBLEM_JSON, &problem)
}

/// Sends only the first half of the body, and then closes the connection.
pub(super) async fn truncated(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes);
    let body = body.unwrap_or_default();
    parts.headers.insert(CONTENT_LENGTH, body.len().into());
    Response::from_parts(parts, broken_after(body.slice(..body.len() / 2)))
}

/// Closes the connection without a complete response.
pub(super) fn reset() -> Response<Body> {
    let mut response = Response::new(broken_after(Bytes::new()));
    response.headers_mut().insert(CONTENT_LENGTH, 1.into());
    response
}

fn broken_after(sent: Bytes) -> Body {
    let frames = [
        Ok(Frame::data(sent)),
        Err(io::Error::from(io::ErrorKind::ConnectionReset)),
    ];
    Body::wrap(StreamBody::new(stream::iter(frames)))
}

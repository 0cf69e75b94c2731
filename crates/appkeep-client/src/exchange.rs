//! Sends all requests and reads all responses.
//!
//! Every generated operation ends here. Statuses are handled by their class, so that a status that the
//! contract doesn't list is still understood.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Request, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::Client;
use crate::content::Content;
use crate::error::{Error, ErrorKind, Excerpt, TransportError};
use crate::problem;
use crate::response::ResponseValue;
use crate::retry;
use crate::trace::Attempt;

/// The size limit of a successful response, in bytes: a list of about 500,000 backups.
const SUCCESS_BYTES_MAX: usize = 256 * 1024 * 1024;

/// The time limit of a response that is received piece by piece; the limit for each piece is much shorter.
const STREAM_TIMEOUT: Duration = Duration::from_hours(30 * 24);

/// How much is read of any other response, in bytes.
const ERROR_BYTES_MAX: usize = 256 * 1024;

/// A successful response that isn't decoded yet.
struct Success {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Sends a request and decodes the JSON response.
pub(crate) async fn json<T: DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    request: RequestBuilder,
) -> Result<ResponseValue<T>, Error> {
    let Success {
        status,
        headers,
        body,
    } = send(client, operation, request).await?;
    match decode(&body) {
        Ok(value) => Ok(ResponseValue::new(value, status, headers)),
        Err((path, cause)) => Err(Error::new(
            operation,
            ErrorKind::Decode {
                status,
                headers,
                path,
                cause,
                body: Excerpt::new(&body),
            },
        )),
    }
}

/// Sends a request whose response has no body.
pub(crate) async fn empty(
    client: &Client,
    operation: &'static str,
    request: RequestBuilder,
) -> Result<ResponseValue<()>, Error> {
    let Success {
        status,
        headers,
        body,
    } = send(client, operation, request).await?;
    if status == StatusCode::NO_CONTENT || body.is_empty() {
        return Ok(ResponseValue::new((), status, headers));
    }
    let body = Excerpt::new(&body);
    Err(Error::new(
        operation,
        ErrorKind::UnexpectedBody {
            status,
            headers,
            body,
        },
    ))
}

/// Sends a request whose response is received piece by piece. It isn't limited in size, nor as a whole in time.
pub(crate) async fn stream(
    client: &Client,
    operation: &'static str,
    request: RequestBuilder,
) -> Result<ResponseValue<Content>, Error> {
    let request = request.timeout(STREAM_TIMEOUT).build();
    let request =
        request.map_err(|cause| Error::new(operation, ErrorKind::Transport(TransportError(cause))))?;
    let timeout = client.inner.timeout;
    let mut attempts = 0;
    let response = retry::repeat(&client.inner, request.method(), || {
        // All bodies of this API are in memory, so every request can be sent again.
        let request = request.try_clone().expect("the body is not a stream");
        attempts += 1;
        let attempt = Attempt::begin(operation, attempts, &request);
        async move {
            let result = begin(client, operation, request, timeout).await;
            attempt.end(result.as_ref().map(Response::status));
            result
        }
    });
    let mut response = response.await?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let content = Content::new(operation, response, headers.clone(), timeout);
    Ok(ResponseValue::new(content, status, headers))
}

/// Sends a request and reads the headers of the response; also the body, unless it is a success.
async fn begin(
    client: &Client,
    operation: &'static str,
    request: Request,
    timeout: Duration,
) -> Result<Response, Error> {
    let failed = |kind: ErrorKind| Error::new(operation, kind);
    let response = tokio::time::timeout(timeout, client.client.execute(request)).await;
    let mut response = response
        .map_err(|_| failed(ErrorKind::Stalled { timeout }))?
        .map_err(|cause| failed(ErrorKind::Transport(TransportError(cause))))?;
    if response.status().is_success() {
        return Ok(response);
    }
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    Err(refused(operation, status, headers, &mut response).await)
}

async fn send(client: &Client, operation: &'static str, request: RequestBuilder) -> Result<Success, Error> {
    let request = request.build();
    let request =
        request.map_err(|cause| Error::new(operation, ErrorKind::Transport(TransportError(cause))))?;
    let mut attempts = 0;
    retry::repeat(&client.inner, request.method(), || {
        // All bodies of this API are in memory, so every request can be sent again.
        let request = request.try_clone().expect("the body is not a stream");
        attempts += 1;
        let attempt = Attempt::begin(operation, attempts, &request);
        async move {
            let result = send_once(client, operation, request).await;
            attempt.end(result.as_ref().map(|success| success.status));
            result
        }
    })
    .await
}

/// Sends a request and reads the response.
async fn send_once(client: &Client, operation: &'static str, request: Request) -> Result<Success, Error> {
    let response = client.client.execute(request).await;
    let mut response =
        response.map_err(|cause| Error::new(operation, ErrorKind::Transport(TransportError(cause))))?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    if status.is_success() {
        let (body, is_complete) = read(&mut response, SUCCESS_BYTES_MAX).await;
        let kind = match is_complete {
            Ok(true) => {
                return Ok(Success {
                    status,
                    headers,
                    body,
                });
            }
            Ok(false) => ErrorKind::TooLong {
                status,
                headers,
                bytes_max: SUCCESS_BYTES_MAX,
            },
            Err(cause) => ErrorKind::Incomplete {
                status,
                headers,
                bytes: body.len(),
                cause: TransportError(cause),
            },
        };
        return Err(Error::new(operation, kind));
    }
    Err(refused(operation, status, headers, &mut response).await)
}

/// Reads the response to a request that was refused or failed.
async fn refused(
    operation: &'static str,
    status: StatusCode,
    headers: HeaderMap,
    response: &mut Response,
) -> Error {
    // The status counts even if the body is too long or ends early.
    let (body, _) = read(response, ERROR_BYTES_MAX).await;
    let kind = match problem::read(status, &headers, &body) {
        Some(problem) => ErrorKind::Problem {
            status,
            headers,
            problem,
        },
        None => ErrorKind::Status {
            status,
            headers,
            body: Excerpt::new(&body),
        },
    };
    Error::new(operation, kind)
}

/// Reads at most `bytes_max` bytes of the body; also returns whether that is all of it.
async fn read(response: &mut Response, bytes_max: usize) -> (Vec<u8>, Result<bool, reqwest::Error>) {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let free = bytes_max - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(free)]);
                if chunk.len() > free {
                    return (body, Ok(false));
                }
            }
            Ok(None) => return (body, Ok(true)),
            Err(cause) => return (body, Err(cause)),
        }
    }
}

/// Decodes JSON; the error is the location and the cause.
fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, (String, serde_json::Error)> {
    // Tracking the location makes decoding slower.
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| (error.path().to_string(), error.into_inner()))?;
    deserializer.end().map_err(|cause| (".".to_owned(), cause))?;
    Ok(value)
}

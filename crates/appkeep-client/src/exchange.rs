//! Sends all requests and reads all responses.
//!
//! Every generated operation ends here. Statuses are handled by their class, so that a status that the
//! contract doesn't list is still understood. No request is retried.

use progenitor_client::ResponseValue;
use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Excerpt};

/// The size limit of a response, in bytes: a list of about 500,000 backups.
const ANSWER_BYTES_MAX: usize = 256 * 1024 * 1024;

/// A header that the generator adds and the contract doesn't define.
const API_VERSION: &str = "api-version";

/// A successful response that isn't decoded yet.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Sends a request and decodes the JSON response.
pub(crate) async fn json<T: DeserializeOwned>(
    operation: &'static str,
    request: RequestBuilder,
) -> Result<ResponseValue<T>, Error> {
    let Answer {
        status,
        headers,
        body,
    } = send(operation, request).await?;
    match decode(&body) {
        Ok(value) => Ok(ResponseValue::new(value, status, headers)),
        Err((path, cause)) => {
            let body = Excerpt::new(&body);
            Err(Error::new(
                operation,
                ErrorKind::Decode {
                    status,
                    path,
                    cause,
                    body,
                },
            ))
        }
    }
}

/// Sends a request whose response has no body.
pub(crate) async fn empty(
    operation: &'static str,
    request: RequestBuilder,
) -> Result<ResponseValue<()>, Error> {
    let Answer { status, headers, .. } = send(operation, request).await?;
    Ok(ResponseValue::new((), status, headers))
}

async fn send(operation: &'static str, request: RequestBuilder) -> Result<Answer, Error> {
    let failed = |cause| Error::new(operation, ErrorKind::Transport(cause));
    let (client, request) = request.build_split();
    let mut request = request.map_err(failed)?;
    request.headers_mut().remove(API_VERSION);
    let mut response = client.execute(request).await.map_err(failed)?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let body = read(operation, response).await?;
    if status.is_success() {
        return Ok(Answer {
            status,
            headers,
            body,
        });
    }
    let kind = match serde_json::from_slice(&body) {
        Ok(problem) if status.is_client_error() || status.is_server_error() => ErrorKind::Problem {
            status,
            headers,
            problem,
        },
        _ => ErrorKind::Status {
            status,
            body: Excerpt::new(&body),
        },
    };
    Err(Error::new(operation, kind))
}

async fn read(operation: &'static str, mut response: Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    let failed = |cause| Error::new(operation, ErrorKind::Transport(cause));
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Error::new(
                operation,
                ErrorKind::TooLong {
                    bytes_max: ANSWER_BYTES_MAX,
                },
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Decodes JSON; the error is the location and the cause.
fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, (String, serde_json::Error)> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| (error.path().to_string(), error.into_inner()))?;
    deserializer.end().map_err(|cause| (".".to_owned(), cause))?;
    Ok(value)
}

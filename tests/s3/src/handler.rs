//! Handles requests: records them, applies faults, and passes them to the correct server.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, Request, Response, StatusCode, header, request};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use s3s::service::S3Service;
use tempfile::TempDir;
use tokio::sync::RwLock;

use crate::error_code::ErrorCode;
use crate::fault::{Fault, Faults, Injection};
use crate::operation::{Operation, Target};
use crate::storage::{self, IgnoreConditions};
use crate::{BoxError, RecordedRequest, ResponseBody, body_of, lock, xml};

/// The tag of responses with a wrong one, without its quotation marks.
const WRONG_TAG: &str = "00000000000000000000000000000000";

/// The state of a server. It remains while the server is stopped.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) directory: TempDir,
    pub(crate) faults: Faults,
    pub(crate) requests: Mutex<Vec<RecordedRequest>>,
    service: S3Service,
    /// Locked for writing by requests that `s3s-fs` doesn't execute atomically.
    exclusive: RwLock<()>,
}

impl State {
    pub(crate) fn new(directory: TempDir) -> Self {
        Self {
            service: storage::service(directory.path()),
            directory,
            faults: Faults::default(),
            requests: Mutex::default(),
            exclusive: RwLock::default(),
        }
    }

    pub(crate) fn bucket(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

/// A response, or an error that ends the connection.
type Outcome = Result<Response<ResponseBody>, BoxError>;

/// A request whose body has been received.
struct Received<'a> {
    parts: request::Parts,
    body: Bytes,
    target: &'a Target,
}

/// Responds to a request.
pub(crate) async fn handle(state: Arc<State>, socket: Arc<TcpStream>, request: Request<Incoming>) -> Outcome {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let target = Target::of(&parts, &body);
    let injection = state.faults.affecting(&target);
    let number = record(&state, &parts, &target, &body, injection.as_ref());
    let received = Received {
        parts,
        body,
        target: &target,
    };
    let outcome = match injection {
        Some(injection) => respond_with_fault(&state, &socket, received, &injection).await,
        None => execute(&state, received).await,
    };
    if let (Ok(response), Some(recorded)) = (&outcome, lock(&state.requests).get_mut(number)) {
        recorded.status = Some(response.status().as_u16());
    }
    outcome
}

fn record(
    state: &State,
    parts: &request::Parts,
    target: &Target,
    body: &Bytes,
    injection: Option<&Injection>,
) -> usize {
    let mut requests = lock(&state.requests);
    requests.push(RecordedRequest {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        operation: target.operation,
        key: target.key().to_owned(),
        body_bytes: body.len(),
        fault: injection.map(Injection::fault),
        status: None,
    });
    requests.len() - 1
}

async fn respond_with_fault(
    state: &State,
    socket: &TcpStream,
    mut received: Received<'_>,
    injection: &Injection,
) -> Outcome {
    let target = received.target;
    match injection.fault() {
        Fault::Error(code) => Ok(code.response(target)),
        Fault::ErrorInBody(code) => Ok(code.response_with(StatusCode::OK, target)),
        Fault::ErrorAfterwards(code) => {
            execute(state, received).await?;
            Ok(code.response(target))
        }
        Fault::Hang => {
            injection.removed().await;
            execute(state, received).await
        }
        Fault::HangAfterwards => {
            let outcome = execute(state, received).await;
            injection.removed().await;
            outcome
        }
        Fault::Reset => Err(reset(socket)),
        Fault::ResetAfterwards => {
            execute(state, received).await?;
            Err(reset(socket))
        }
        Fault::ResetDuringBody(bytes) => {
            let response = execute(state, received).await?;
            reset(socket);
            interrupted(response, bytes).await
        }
        Fault::CloseDuringBody(bytes) => interrupted(execute(state, received).await?, bytes).await,
        Fault::TruncateBody(bytes) => {
            change_body(execute(state, received).await?, |body| {
                body.slice(..bytes.min(body.len()))
            })
            .await
        }
        Fault::IgnoreConditions => {
            received.parts.extensions.insert(IgnoreConditions);
            execute(state, received).await
        }
        Fault::RefuseConditions => Ok(ErrorCode::NotImplemented.response(target)),
        Fault::StaleListings => {
            let bucket = target.bucket.clone();
            let response = execute(state, received).await?;
            change_body(response, |body| stale_list(&body, state, &bucket, injection)).await
        }
        Fault::WrongETag => with_wrong_tag(execute(state, received).await?, target.operation).await,
        Fault::VersionId => {
            let mut response = execute(state, received).await?;
            let version = HeaderValue::from_static("3HL4kqtJlcpXroDTDmJrmSpXd3dIbrHY");
            response.headers_mut().insert("x-amz-version-id", version);
            Ok(response)
        }
        Fault::LostWrite => execute_and_undo(state, received).await,
    }
}

/// Executes a request as a correct server does.
async fn execute(state: &State, received: Received<'_>) -> Outcome {
    let target = received.target;
    let is_exclusive = target.is_conditional
        || matches!(
            target.operation,
            Operation::List | Operation::Delete | Operation::DeleteMany
        );
    if is_exclusive {
        let _lock = state.exclusive.write().await;
        execute_locked(state, received).await
    } else {
        let _lock = state.exclusive.read().await;
        execute_locked(state, received).await
    }
}

async fn execute_locked(state: &State, received: Received<'_>) -> Outcome {
    let target = received.target;
    let is_new =
        target.operation.writes_object() && !state.bucket(&target.bucket).join(target.key()).exists();
    let request = Request::from_parts(received.parts, s3s::Body::from(received.body));
    let response = state.service.call(request).await?;
    if is_new && response.status().is_success() {
        state.faults.note_created(&target.bucket, target.key());
    }
    Ok(response.map(|body| body.map_err(BoxError::from).boxed_unsync()))
}

/// Executes a request, then restores the previous content of its objects.
async fn execute_and_undo(state: &State, received: Received<'_>) -> Outcome {
    let target = received.target;
    let bucket = state.bucket(&target.bucket);
    let _lock = state.exclusive.write().await;
    let paths = target.keys.iter().map(|key| bucket.join(key));
    let previous: Vec<_> = paths.map(|path| (fs::read(&path).ok(), path)).collect();
    let outcome = execute_locked(state, received).await;
    for (content, path) in previous {
        restore(&path, content)?;
    }
    outcome
}

fn restore(path: &Path, content: Option<Vec<u8>>) -> Result<(), BoxError> {
    match content {
        Some(content) => fs::write(path, content)?,
        None if path.is_file() => fs::remove_file(path)?,
        None => {}
    }
    Ok(())
}

/// Makes the connection end with a reset, and returns the error that ends it.
fn reset(socket: &TcpStream) -> BoxError {
    // Closing a socket that doesn't linger resets its connection.
    match rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO)) {
        Ok(()) => "an injected fault ended the connection".into(),
        Err(error) => error.into(),
    }
}

/// The response with a body that ends with an error after at most `bytes` bytes.
async fn interrupted(response: Response<ResponseBody>, bytes: usize) -> Outcome {
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    parts.headers.insert(header::CONTENT_LENGTH, body.len().into());
    let sent = body.slice(..bytes.min(body.len()));
    let frames = stream::unfold(Some(sent), |sent| async move {
        if let Some(sent) = sent {
            return Some((Ok(Frame::data(sent)), None));
        }
        // hyper sends what it has before it polls again.
        tokio::task::yield_now().await;
        let error = BoxError::from("an injected fault ended the response");
        Some((Err(error), None))
    });
    Ok(Response::from_parts(
        parts,
        StreamBody::new(frames).boxed_unsync(),
    ))
}

async fn change_body(response: Response<ResponseBody>, change: impl FnOnce(Bytes) -> Bytes) -> Outcome {
    let (mut parts, body) = response.into_parts();
    let body = change(body.collect().await?.to_bytes());
    parts.headers.remove(header::TRANSFER_ENCODING);
    parts.headers.insert(header::CONTENT_LENGTH, body.len().into());
    Ok(Response::from_parts(parts, body_of(body)))
}

/// A list without the objects that were created after the injection, and without prefixes that have no others.
fn stale_list(body: &Bytes, state: &State, bucket: &str, injection: &Injection) -> Bytes {
    let keys = storage::keys(&state.bucket(bucket));
    let list = String::from_utf8_lossy(body);
    let list = xml::remove(&list, "Contents", "Key", |key| injection.is_created(bucket, key));
    let list = xml::remove(&list, "CommonPrefixes", "Prefix", |prefix| {
        let mut below = keys.iter().filter(|key| key.starts_with(prefix));
        below.all(|key| injection.is_created(bucket, key))
    });
    let count = list.matches("<Contents>").count() + list.matches("<CommonPrefixes>").count();
    xml::replace(&list, "KeyCount", &count.to_string()).into()
}

async fn with_wrong_tag(mut response: Response<ResponseBody>, operation: Operation) -> Outcome {
    let tag = format!("\"{WRONG_TAG}\"");
    if operation == Operation::CompleteUpload {
        return change_body(response, |body| {
            xml::replace(&String::from_utf8_lossy(&body), "ETag", &tag).into()
        })
        .await;
    }
    if let Some(found) = response.headers_mut().get_mut(header::ETAG) {
        *found = HeaderValue::from_str(&tag)?;
    }
    Ok(response)
}

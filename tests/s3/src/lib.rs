#![doc = include_str!("../README.md")]

mod error_code;
mod fault;
mod handler;
mod operation;
mod server;
mod storage;
mod xml;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

pub use self::error_code::ErrorCode;
pub use self::fault::{Fault, Injection, Matching};
pub use self::operation::Operation;
pub use self::server::S3Server;

/// The access key that the server accepts.
pub const ACCESS_KEY: &str = "AKIAAPPKEEPTEST00000";

/// The secret key of [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "appkeep/test/secret/key/0123456789abcdef";

/// The region of the server. It accepts requests for any region.
pub const REGION: &str = "us-east-1";

/// The region in the responses to requests that use the wrong one.
pub const OTHER_REGION: &str = "eu-central-1";

/// A received request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// The path, as received.
    pub path: String,
    /// The query, as received, without the question mark.
    pub query: String,
    /// The operation.
    pub operation: Operation,
    /// The key of the object, the prefix of a list, or the first of several keys. Empty if there is none.
    pub key: String,
    /// Size of the body in bytes.
    pub body_bytes: usize,
    /// The injected fault that affected it.
    pub fault: Option<Fault>,
    /// The status of the response; `None` if there is none (yet).
    pub status: Option<u16>,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

type ResponseBody = UnsyncBoxBody<Bytes, BoxError>;

fn body_of(bytes: Bytes) -> ResponseBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

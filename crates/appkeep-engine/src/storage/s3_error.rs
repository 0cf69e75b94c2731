//! Explains errors of S3 servers: what is wrong, and how to fix it.

use std::error::Error;
use std::io;

use appkeep_core::catalog::S3Location;
use opendal::ErrorKind;

/// The maximum length of a server's own message in an explanation, in bytes.
const MESSAGE_BYTES_MAX: usize = 300;

/// Converts an error of a request. Also returns whether the credentials were refused.
pub(super) fn explain(doing: &str, location: &S3Location, error: &opendal::Error) -> (io::Error, bool) {
    let text = error.message();
    let code = field_of(text, "code").unwrap_or_default();
    let bucket = &location.bucket;
    let mut is_refused = false;
    let (kind, reason) = match code {
        "NoSuchBucket" => (
            io::ErrorKind::Other,
            format!(
                "the S3 bucket {bucket:?} does not exist: create it, or correct the URL in the configuration"
            ),
        ),
        "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" | "AuthFailure" => {
            is_refused = true;
            let problem = format!(
                "the server refuses the credentials ({code}): check the access key and the secret key"
            );
            (io::ErrorKind::PermissionDenied, problem)
        }
        "ExpiredToken" | "TokenRefreshRequired" => {
            is_refused = true;
            let problem = format!("the credentials have expired ({code}): renew them");
            (io::ErrorKind::PermissionDenied, problem)
        }
        "RequestTimeTooSkewed" | "RequestExpired" => (
            io::ErrorKind::PermissionDenied,
            format!(
                "the clocks of this machine and of the S3 server differ ({code}): synchronize this machine's clock"
            ),
        ),
        "AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException" => {
            let expected = quoted_after(text, "expecting ");
            let expected = expected.map_or_else(
                || "set the bucket's region".to_owned(),
                |region| format!("set region = {region:?}"),
            );
            (
                io::ErrorKind::InvalidInput,
                format!(
                    "the S3 bucket is not in the region {:?} ({code}): {expected}",
                    location.region
                ),
            )
        }
        "QuotaExceeded" | "InsufficientCapacity" | "InsufficientStorage" | "XMinioStorageFull" => (
            io::ErrorKind::StorageFull,
            format!("the S3 server has no space ({code})"),
        ),
        "NotImplemented" => (io::ErrorKind::Unsupported, message_of(error)),
        _ => match error.kind() {
            ErrorKind::NotFound => (io::ErrorKind::NotFound, "the object does not exist".to_owned()),
            ErrorKind::ConditionNotMatch => (io::ErrorKind::AlreadyExists, "the object exists".to_owned()),
            ErrorKind::PermissionDenied => {
                // A HEAD request has no body, so the reason is unknown.
                is_refused = code.is_empty();
                let (action, code) = (action_of(doing), if code.is_empty() { "403" } else { code });
                let problem = format!("permission is missing ({code}) while {doing}: grant {action}");
                (io::ErrorKind::PermissionDenied, problem)
            }
            _ if code.is_empty() && error.message().starts_with("send http request") => {
                let endpoint = location.endpoint_url();
                let server = endpoint
                    .split_once("://")
                    .map_or(endpoint.as_str(), |(_, server)| server);
                let problem = format!("the S3 server {server} can't be reached: {}", root_cause(error));
                (io::ErrorKind::ConnectionRefused, problem)
            }
            _ => (io::ErrorKind::Other, message_of(error)),
        },
    };
    (io::Error::new(kind, reason), is_refused)
}

/// The permission that an operation requires.
fn action_of(doing: &str) -> &'static str {
    match doing {
        "listing" => "s3:ListBucket",
        "writing" => "s3:PutObject",
        "deleting" => "s3:DeleteObject",
        _ => "s3:GetObject",
    }
}

/// The server's own message, on one line.
fn message_of(error: &opendal::Error) -> String {
    let text = error.message();
    let mut message =
        if let (Some(code), Some(message)) = (field_of(text, "code"), field_of(text, "message")) {
            format!("the S3 server reports {code}: {message}")
        } else {
            let cause = error.source().map(|_| format!(": {}", root_cause(error)));
            format!("{text}{}", cause.unwrap_or_default())
        }
        .replace(['\n', '\r'], " ");
    message.truncate(message.floor_char_boundary(MESSAGE_BYTES_MAX));
    message
}

/// The last error in the chain of causes.
fn root_cause(error: &opendal::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// The value of a field in the text of `opendal` for a server's response, such as
/// `S3Error { code: "NoSuchBucket", … }`. It may contain escapes.
fn field_of<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    if !text.starts_with("S3Error {") {
        return None;
    }
    let (_, rest) = text.split_once(&format!("{field}: \""))?;
    let mut is_escaped = false;
    let end = rest.find(|character| {
        let is_end = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_end
    })?;
    rest.get(..end).filter(|value| !value.is_empty())
}

/// The text in single or double quotes that follows `before`.
fn quoted_after<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    let quotes = ['\\', '"', '\''];
    rest.trim_start_matches(quotes).split(quotes).next()
}

//! Maps the client's errors to exit codes and next steps.

use std::error::Error as _;

use appkeep_client::types::Problem;
use appkeep_client::{Error, ErrorKind, StatusCode, TOTAL_TIMEOUT, TransportError};

use crate::failure::{CONFLICT, COULD_NOT_RUN, FAILED, Failure, NOT_FOUND, NOT_PERMITTED};

/// The most invalid parameters and fields in a message.
const INVALID_SHOWN_MAX: usize = 10;

/// The end of a next step that `appkeep doctor` doesn't suggest.
pub(crate) const OR_DOCTOR: &str = ", or find the reason with appkeep doctor";

/// Converts an error of the client to a failure.
pub(crate) fn to_failure(url: &str, error: &Error) -> Failure {
    if is_unknown_route(error) {
        return Failure::new(
            COULD_NOT_RUN,
            format!(
                "the server at {url} doesn't have the operation {}",
                error.operation()
            ),
        )
        .next("it is older than this command, or not an appkeep server: update it");
    }
    match error.kind() {
        ErrorKind::Transport(cause) | ErrorKind::Incomplete { cause, .. } => {
            unreachable_at(url, error, cause)
        }
        ErrorKind::TooLong { .. } | ErrorKind::InvalidRequest { .. } => {
            Failure::new(COULD_NOT_RUN, error.to_string())
        }
        _ => match error.status() {
            Some(status) if !status.is_success() => refused(status, error),
            _ => Failure::new(FAILED, format!("{url} sent an invalid response: {error}"))
                .next("appkeep verify checks whether it conforms to the contract"),
        },
    }
}

/// Converts an error of the API on a database to a failure.
pub(super) fn offline(error: &Error) -> Failure {
    match error.status() {
        Some(StatusCode::NOT_FOUND) => Failure::new(NOT_FOUND, format!("not found: {error}")),
        _ => Failure::new(FAILED, format!("failed to read the database: {error}")),
    }
}

/// Returns whether the server refused the value of this field of the request.
fn names_field(error: &Error, name: &str) -> bool {
    let fields = error
        .problem()
        .and_then(|problem| problem.invalid_fields.as_ref());
    fields.is_some_and(|fields| fields.iter().any(|field| field.name == name))
}

fn refused(status: StatusCode, error: &Error) -> Failure {
    let failure = refusal(status, error);
    match error.problem() {
        Some(problem) => failure.problem(problem),
        None => failure,
    }
}

fn refusal(status: StatusCode, error: &Error) -> Failure {
    let text = error
        .problem()
        .map_or_else(|| error.kind().to_string(), described);
    match status {
        StatusCode::UNAUTHORIZED => {
            Failure::new(NOT_PERMITTED, format!("the server refused the token: {text}"))
                .next("it is wrong, expired or revoked: run appkeep login with another one")
        }
        StatusCode::FORBIDDEN => {
            Failure::new(NOT_PERMITTED, format!("the token doesn't permit this: {text}"))
                .next("use a token of this account with a higher role")
        }
        StatusCode::NOT_FOUND => Failure::new(NOT_FOUND, format!("not found: {text}"))
            .next("check the account and the app with appkeep doctor"),
        StatusCode::CONFLICT => Failure::new(CONFLICT, text).next(if names_field(error, "name") {
            "choose another name"
        } else if names_field(error, "target") {
            "choose a target below a directory that the server permits: restore_directories in [server]"
        } else {
            "check its state, and try again when it is no longer in use"
        }),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            Failure::new(FAILED, text).next("try again later")
        }
        _ if status.is_server_error() => {
            Failure::new(FAILED, format!("the server failed: {text}")).next("see its log")
        }
        _ if status.is_redirection() => Failure::new(COULD_NOT_RUN, format!("the server redirects: {text}"))
            .next("specify its final address with --url"),
        _ => Failure::new(COULD_NOT_RUN, format!("the server refused the request: {text}")),
    }
}

/// Describes a problem without its type, which is an address.
fn described(problem: &Problem) -> String {
    let mut text = problem.title.clone();
    let mut add = |before: &str, more: &str| text.extend([before, more]);
    if let Some(detail) = &problem.detail {
        add(": ", detail.trim_end_matches('.'));
    }
    let params = problem.invalid_params.iter().flatten();
    let fields = problem.invalid_fields.iter().flatten();
    let params = params.map(|param| (&param.name, &param.reason));
    let invalid = params.chain(fields.map(|field| (&field.name, &field.reason)));
    for (name, reason) in invalid.take(INVALID_SHOWN_MAX) {
        add(": ", name);
        add(": ", reason.trim_end_matches('.'));
    }
    if let Some(id) = &problem.correlation_id {
        add(" (request ", id);
        add(")", "");
    }
    text
}

fn unreachable_at(url: &str, error: &Error, cause: &TransportError) -> Failure {
    // Without the operation's name, which is irrelevant when the connection fails.
    let causes = causes(cause);
    if error.is_timeout() {
        let limit = TOTAL_TIMEOUT.as_secs();
        return Failure::new(
            COULD_NOT_RUN,
            format!("{url} didn't respond within {limit} seconds"),
        )
        .next("find the reason with appkeep doctor");
    }
    let last = causes.last().map(String::as_str).unwrap_or_default();
    let all = causes.join(": ");
    if all.contains("certificate") {
        return Failure::new(
            COULD_NOT_RUN,
            format!("the certificate of {url} is not trusted: {last}"),
        )
        .next("specify its certificate authority with --ca FILE or APPKEEP_CA (appkeep ca prints it)");
    }
    let no_tls = ["InvalidContentType", "corrupt message", "tls handshake eof"];
    if no_tls.iter().any(|words| all.contains(words)) {
        return Failure::new(COULD_NOT_RUN, format!("{url} doesn't use TLS: {last}"))
            .next("the scheme may be http:// instead of https://");
    }
    if url.starts_with("http://") && !error.is_connect() {
        // A server with TLS closes connections that don't begin with a handshake.
        return Failure::new(
            COULD_NOT_RUN,
            format!("{url} closed the connection without a response: {last}"),
        )
        .next("if the server uses TLS, the scheme is https:// instead of http://");
    }
    Failure::new(COULD_NOT_RUN, format!("failed to reach {url}: {last}"))
        .next(format!("check that it runs{OR_DOCTOR}"))
}

fn causes(error: &TransportError) -> Vec<String> {
    let errors = std::iter::successors(error.source(), |error| (*error).source());
    errors.map(ToString::to_string).collect()
}

/// Returns whether the server lacks the operation, as opposed to the resource.
pub(crate) fn is_unknown_route(error: &Error) -> bool {
    match (error.kind(), error.status()) {
        (ErrorKind::Problem { problem, .. }, Some(StatusCode::NOT_FOUND)) => problem.type_ == "about:blank",
        // The body isn't one of the contract's problems, so it comes from the router and not from an
        // operation.
        (ErrorKind::Status { .. }, Some(StatusCode::NOT_FOUND))
        | (_, Some(StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED)) => true,
        _ => false,
    }
}

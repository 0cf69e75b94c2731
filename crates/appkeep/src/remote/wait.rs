//! Waits for background operations of a server.
//!
//! Progress is shown meanwhile. Ctrl-C ends the wait, but not the operation.

use std::time::{Duration, Instant};

use appkeep_client::Error;
use tokio::signal::unix::{SignalKind, signal};

use super::progress::{End, Reporter, Step, human};
use super::session::Session;
use crate::failure::{COULD_NOT_RUN, FAILED, Failure, INTERRUPTED};

/// The first polling interval; also used after each change.
const POLL_INTERVAL_FIRST: Duration = Duration::from_millis(200);
/// The longest polling interval.
const POLL_INTERVAL_MAX: Duration = Duration::from_secs(3);
/// The maximum time that a server may be unreachable before the wait ends.
const UNREACHABLE_MAX: Duration = Duration::from_mins(1);

/// The parameters of a wait.
pub(crate) struct Wait<'a> {
    /// The awaited operation, for example `backup nightly-1`.
    pub(crate) what: String,
    /// The command that shows the operation, for users who stop waiting.
    pub(crate) show_command: String,
    /// The limit of the wait.
    pub(crate) timeout: Option<Duration>,
    /// The session to poll with.
    pub(crate) session: &'a Session,
}

/// Polls until the operation is finished, and returns the last state.
///
/// # Errors
/// When the operation failed, the wait timed out, the server is unreachable, or the user pressed ctrl-C.
///
/// # Cancel safety
/// Dropping the future has no effect on the operation.
pub(crate) async fn until<T, F>(wait: &Wait<'_>, poll: impl FnMut() -> F) -> Result<(T, End), Failure>
where
    F: Future<Output = Result<(Step, T), Error>>,
{
    let mut interrupt =
        signal(SignalKind::interrupt()).map_err(|error| Failure::new(COULD_NOT_RUN, error.to_string()))?;
    let mut reporter = Reporter::new(&wait.what);
    let result = tokio::select! {
        result = watch(wait, poll, &mut reporter) => result,
        _ = interrupt.recv() => Err(Failure::new(
            INTERRUPTED,
            format!("stopped waiting: the {} continues", wait.what),
        )
        .next(format!("check with {}", wait.show_command))),
        () = expired(wait.timeout) => Err(Failure::new(
            FAILED,
            format!("the {} is still running after {}", wait.what, human(wait.timeout.unwrap_or_default())),
        )
        .next(format!("check with {}", wait.show_command))),
    };
    reporter.end();
    result
}

async fn expired(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}

async fn watch<T, F>(
    wait: &Wait<'_>,
    mut poll: impl FnMut() -> F,
    reporter: &mut Reporter,
) -> Result<(T, End), Failure>
where
    F: Future<Output = Result<(Step, T), Error>>,
{
    let mut pause = POLL_INTERVAL_FIRST;
    let mut last: Option<Step> = None;
    let mut unreachable_since: Option<Instant> = None;
    loop {
        match poll().await {
            Ok((step, resource)) => {
                unreachable_since = None;
                if last.as_ref() != Some(&step) {
                    pause = POLL_INTERVAL_FIRST;
                }
                reporter.report(&step);
                if let Some(end) = step.end {
                    return Ok((resource, end));
                }
                last = Some(step);
            }
            Err(error) if is_temporary(&error) => {
                let since = *unreachable_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= UNREACHABLE_MAX {
                    let failure = wait.session.failure(&error);
                    return Err(Failure::new(
                        failure.code(),
                        format!("{}; the {} may continue", failure.cause(), wait.what),
                    )
                    .next(format!("check with {}", wait.show_command)));
                }
                reporter.unreachable();
            }
            Err(error) => return Err(wait.session.failure(&error)),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(POLL_INTERVAL_MAX);
    }
}

/// Returns whether the error may be temporary, such as a restart of the server or a network failure.
fn is_temporary(error: &Error) -> bool {
    error.is_transient() || error.status().is_some_and(|status| status.is_server_error())
}

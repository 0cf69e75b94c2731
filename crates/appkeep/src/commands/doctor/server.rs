//! Checks that need the server's responses. The connection is checked first: without it, no other result means anything.

use std::time::Duration;

use appkeep_client::types::{Account, BucketState};
use appkeep_client::{Client, Error, ErrorKind, StatusCode};
use chrono::{DateTime, Utc};

use super::{Check, apps};
use crate::credentials::environment;
use crate::failure::Failure;
use crate::remote::{self, Given, Known, Session, is_unknown_route, reasons};

/// The largest difference between the clocks of the server and of this machine.
const CLOCKS_APART_MAX: Duration = Duration::from_mins(5);

/// Variables that send requests through a proxy. With an `http://` URL, the client doesn't use them.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The beginning of the name of a bucket's marker file, in the reason why the bucket is unavailable.
const MARKER: &str = "it lacks appkeep-bucket-";

/// Checks the server until a problem prevents further checks.
pub(super) async fn check(known: &Known, now: DateTime<Utc>, checks: &mut Vec<Check>) {
    let client = match remote::client(known) {
        Ok(client) => client,
        Err(failure) => {
            checks.push(Check::failed("server", &failure));
            return;
        }
    };
    if !connects(&client, known, now, checks).await {
        return;
    }
    let session = match Session::of(known, remote::Format::Table).await {
        Ok(session) => session,
        Err(failure) => {
            checks.push(wrong_account(known, &failure));
            return;
        }
    };
    if let Err(error) = session.client.app_list(session.account, None, None, None).await {
        checks.push(refused(&session, known, &error));
        return;
    }
    checks.push(account(&session).await);
    match session.apps().await {
        Ok(found) => apps::check(&session, &found, checks).await,
        Err(failure) => checks.push(Check::failed("apps", &failure)),
    }
    buckets(&session, checks).await;
}

/// Checks whether the server responds and accepts the token, and its clock. Needs no account. Returns false if other
/// requests would fail, too.
async fn connects(client: &Client, known: &Known, now: DateTime<Utc>, checks: &mut Vec<Check>) -> bool {
    const AT: &str = "connection";
    match client.account_list(None, None, None).await {
        Ok(response) => {
            checks.push(Check::good(AT, "the server responds and accepts the token"));
            let date = response.headers().get("date");
            checks.extend(date.and_then(|date| clock(now, date.to_str().ok()?)));
            true
        }
        // Other servers, and older ones, don't list accounts.
        Err(error) if is_unknown_route(&error) => {
            checks.push(Check::good(AT, "the server responds"));
            true
        }
        Err(error) => {
            checks.extend(diagnose(known, &error));
            false
        }
    }
}

/// Diagnoses an error of the first request.
fn diagnose(known: &Known, error: &Error) -> Vec<Check> {
    let url = known.url.as_ref();
    let (address, from) = url.map_or(("", ""), |url| (url.value.as_str(), url.from.as_ref()));
    let failure = remote::to_failure(address, error);
    if let ErrorKind::Transport(_) | ErrorKind::Incomplete { .. } = error.kind() {
        let found = format!("{} (the address is from {from})", failure.cause());
        let fix = failure.next_step().unwrap_or_default();
        let mut fix = fix.trim_end_matches(remote::OR_DOCTOR).to_owned();
        if let (true, Some(ca)) = (found.contains("certificate"), &known.ca) {
            fix = format!(
                "{}: it doesn't contain the server's certificate authority",
                ca.fix()
            );
        }
        let mut checks = vec![Check::wrong("connection", found, fix)];
        if address.starts_with("https:")
            && let Some(proxy) = PROXIES.into_iter().find(|name| environment(name).is_some())
        {
            checks.push(Check::doubtful(
                "proxy",
                format!("{proxy} is set, and requests go through it"),
                "add the server to NO_PROXY to connect to it directly",
            ));
        }
        return checks;
    }
    let connection = Check::good("connection", "the server responds");
    let wrong = match (error.status(), &known.token) {
        (Some(StatusCode::UNAUTHORIZED), Some(token)) => Check::wrong(
            "token",
            format!("{} (the token is from {})", failure.cause(), token.from),
            format!("it is wrong, expired or revoked: {}", token.fix()),
        ),
        _ => Check::failed("server", &failure),
    };
    vec![connection, wrong]
}

/// Reports that the account was not found or not selected.
fn wrong_account(known: &Known, failure: &Failure) -> Check {
    match &known.account {
        Some(account) => Check::wrong(
            "account",
            format!("{} (the account is from {})", failure.cause(), account.from),
            account.fix(),
        ),
        None => Check::failed("account", failure),
    }
}

/// Diagnoses the refusal of the first request in the account.
fn refused(session: &Session, known: &Known, error: &Error) -> Check {
    let failure = session.failure(error);
    match error.status() {
        Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) if !is_unknown_route(error) => {
            let from = known.account.as_ref().map(source).unwrap_or_default();
            Check::wrong(
                "account",
                format!(
                    "the token can't access the account {}{from}: {}",
                    session.account,
                    failure.cause()
                ),
                "specify another --account, or a token of this account",
            )
        }
        _ => Check::failed("server", &failure),
    }
}

fn source<T>(given: &Given<T>) -> String {
    format!(" (from {})", given.from)
}

/// Checks which account is used, and the token's role in it.
async fn account(session: &Session) -> Check {
    const AT: &str = "account";
    match session.accounts().await {
        Ok(accounts) => {
            let own = accounts.iter().find(|account| account.id == session.account);
            let described = |own: &Account| format!("{} ({}), as {}", own.name, own.id, own.role);
            Check::good(AT, own.map_or_else(|| session.account.to_string(), described))
        }
        Err(failure) => doubtful(AT, &failure),
    }
}

/// Checks whether a bucket is available for backups.
async fn buckets(session: &Session, checks: &mut Vec<Check>) {
    const AT: &str = "buckets";
    let buckets = match session.buckets().await {
        Ok(buckets) => buckets,
        Err(failure) => {
            checks.push(doubtful(AT, &failure));
            return;
        }
    };
    let failed = buckets
        .iter()
        .filter(|bucket| bucket.state == BucketState::Failed);
    let before = checks.len();
    checks.extend(failed.map(|bucket| {
        let why = reasons(bucket.state_unready.as_deref());
        let fix = if why.contains(MARKER) {
            "mount the bucket's disk, or correct the bucket's path or URL in the server's configuration"
        } else {
            "until this is fixed, its backups stay pending, and none are deleted"
        };
        Check::wrong(AT, format!("{}: {why}", bucket.name), fix)
    }));
    if checks.len() > before {
        return;
    }
    let available: Vec<&str> = buckets
        .iter()
        .filter(|bucket| bucket.state != BucketState::Removed)
        .map(|bucket| bucket.name.as_str())
        .collect();
    checks.push(if available.is_empty() {
        Check::wrong(
            AT,
            "the account has no available bucket: nothing can be backed up",
            "declare one in the server's configuration, and restart the server",
        )
    } else {
        Check::good(AT, available.join(", "))
    });
}

/// Reports a failure that doesn't prevent backups.
fn doubtful(at: &'static str, failure: &Failure) -> Check {
    Check::doubtful(at, failure.cause(), failure.next_step().unwrap_or_default())
}

/// Compares the clocks of the server and of this machine.
fn clock(now: DateTime<Utc>, date: &str) -> Option<Check> {
    let there = DateTime::parse_from_rfc2822(date).ok()?.to_utc();
    let apart = (now - there).abs().to_std().ok()?;
    Some(if apart > CLOCKS_APART_MAX {
        Check::doubtful(
            "clock",
            format!(
                "the server's clock is {there}, which differs by {} seconds",
                apart.as_secs()
            ),
            "correct the wrong clock: certificates, schedules and ages depend on it",
        )
    } else {
        Check::good("clock", "it agrees with the server's")
    })
}

#[cfg(test)]
mod tests {
    use super::{Check, clock};

    #[test]
    fn clocks_that_differ_by_more_than_five_minutes_are_doubtful() {
        let now = "2026-01-05T12:00:00Z".parse().unwrap();
        let good = Check::good("clock", "it agrees with the server's");
        assert_eq!(clock(now, "Mon, 05 Jan 2026 12:05:00 GMT"), Some(good.clone()));
        assert_eq!(clock(now, "Mon, 05 Jan 2026 11:55:00 GMT"), Some(good));
        let late = clock(now, "Mon, 05 Jan 2026 11:54:59 GMT").unwrap();
        assert_eq!(
            late.found,
            "the server's clock is 2026-01-05 11:54:59 UTC, which differs by 301 seconds"
        );
    }
}

//! Checks that need the server's responses.

use std::time::Duration;

use appkeep_client::types::{App, AppState, BucketState, ResourceState};
use appkeep_client::{Error, ErrorKind, StatusCode};
use chrono::DateTime;

use super::Check;
use crate::commands::resource;
use crate::credentials::environment;
use crate::failure::Failure;
use crate::remote::{End, Known, Session, age, is_undeclared, reasons};

/// The largest difference between the clocks of the server and of this machine.
const CLOCKS_APART_MAX: Duration = Duration::from_mins(5);

/// The number of apps whose latest backups are checked.
const APPS_CHECKED: usize = 50;

/// Variables that send requests through a proxy. With an `http://` URL, the client doesn't use them.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Checks the server until a problem prevents further checks.
pub(super) async fn check(known: &Known, checks: &mut Vec<Check>) {
    let session = match Session::of(known, crate::remote::Format::Table).await {
        Ok(session) => session,
        Err(failure) => {
            checks.push(Check::failed("account", &failure));
            return;
        }
    };
    let response = match session.client.app_list(session.account, None, None, None).await {
        Ok(response) => response,
        Err(error) => {
            checks.extend(diagnose(&session, &error));
            return;
        }
    };
    checks.push(Check::good(
        "connection",
        "the server responds and accepts the token",
    ));
    checks.push(account(&session).await);
    checks.extend(
        response
            .headers()
            .get("date")
            .and_then(|date| clock(&session, date.to_str().ok()?)),
    );
    match session.apps().await {
        Ok(apps) => check_apps(&session, &apps, checks).await,
        Err(failure) => checks.push(Check::failed("apps", &failure)),
    }
    buckets(&session, checks).await;
}

/// Checks which account is used, and the token's role in it.
async fn account(session: &Session) -> Check {
    const AT: &str = "account";
    match session.accounts().await {
        Ok(accounts) => {
            let own = accounts.iter().find(|account| account.id == session.account);
            Check::good(
                AT,
                own.map_or_else(
                    || session.account.to_string(),
                    |own| format!("{} ({}), as {}", own.name, own.id, own.role),
                ),
            )
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
        Check::wrong(
            AT,
            format!("{}: {}", bucket.name, reasons(bucket.state_unready.as_deref())),
            "until this is fixed, its backups stay pending, and none are deleted",
        )
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

/// Diagnoses an error of the first request.
fn diagnose(session: &Session, error: &Error) -> Vec<Check> {
    let failure = session.failure(error);
    if let ErrorKind::Transport(_) | ErrorKind::Incomplete { .. } = error.kind() {
        let mut checks = vec![Check::failed("connection", &failure)];
        if session.url.starts_with("https:")
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
    let wrong = match error.status() {
        Some(StatusCode::UNAUTHORIZED) => Check::failed("token", &failure),
        Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => Check::wrong(
            "account",
            format!(
                "the token can't access the account {}: {}",
                session.account,
                failure.cause()
            ),
            "specify another --account, or a token of this account",
        ),
        _ => Check::failed("server", &failure),
    };
    vec![connection, wrong]
}

/// Compares the clocks of the server and of this machine.
fn clock(session: &Session, date: &str) -> Option<Check> {
    let there = DateTime::parse_from_rfc2822(date).ok()?.to_utc();
    let apart = (session.now() - there).abs().to_std().ok()?;
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

async fn check_apps(session: &Session, apps: &[App], checks: &mut Vec<Check>) {
    let configured: Vec<&App> = apps.iter().filter(|app| !is_undeclared(app)).collect();
    if configured.is_empty() {
        checks.push(Check::wrong(
            "apps",
            "the account has no apps",
            "declare one in the server's configuration, and restart the server",
        ));
        return;
    }
    let in_state = |state: AppState| configured.iter().filter(move |app| app.state == state);
    let (failed, away) = (in_state(AppState::Failed), in_state(AppState::Unavailable));
    let unready = failed.clone().count() + away.clone().count();
    if unready == 0 {
        checks.push(Check::good(
            "apps",
            format!("{} can be backed up", configured.len()),
        ));
    }
    for app in away {
        let why = reasons(app.state_unready.as_deref());
        checks.push(Check::wrong(
            "apps",
            format!("{} is unavailable: {why}", app.name),
            "start a server on a machine with its volumes: until then, its backups stay pending",
        ));
    }
    for app in failed {
        let why = reasons(app.state_unready.as_deref());
        checks.push(Check::wrong(
            "apps",
            format!("the latest restore of {} failed: {why}", app.name),
            format!(
                "appkeep backup restore BACKUP --app {}; see the server's log",
                app.name
            ),
        ));
    }
    for app in configured.iter().take(APPS_CHECKED) {
        match latest(session, app).await {
            Ok(check) => checks.push(check),
            Err(failure) => checks.push(Check::failed("backups", &failure)),
        }
    }
}

/// Checks the latest backup of an app.
async fn latest(session: &Session, app: &App) -> Result<Check, Failure> {
    const AT: &str = "backups";
    let (name, now) = (&app.name, session.now());
    let backups = session.backups(Some(app.id)).await?;
    let Some(latest) = backups.first() else {
        return Ok(Check::doubtful(
            AT,
            format!("{name} has no backups"),
            format!("appkeep backup create --app {name} --wait"),
        ));
    };
    let created = age(&latest.metadata.creation_timestamp, now);
    let found = format!(
        "{name}: {}, created {created} ago, is {}",
        latest.name, latest.state
    );
    let why = reasons(latest.state_unready.as_deref());
    Ok(match latest.state.known() {
        Some(ResourceState::Failed) => Check::wrong(
            AT,
            format!("{found}: {why}"),
            format!("fix that, then: appkeep backup create --app {name} --wait"),
        ),
        Some(ResourceState::Removed | ResourceState::Unknown) => Check::wrong(
            AT,
            format!("{found}: {why}"),
            "check whether the bucket's disk is mounted",
        ),
        _ => match resource::end_of_backup(latest) {
            Some(End::Failed(why)) => Check::wrong(
                AT,
                format!("{name}: {}, created {created} ago, {why}", latest.name),
                "fix the hook; the app may still be prepared for a snapshot",
            ),
            _ => Check::good(AT, found),
        },
    })
}

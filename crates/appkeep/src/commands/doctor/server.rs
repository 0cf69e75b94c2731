//! Checks that need the server's responses.

use std::time::Duration;

use appkeep_client::types::{App, AppState, BucketState, ResourceState};
use appkeep_client::{Error, ErrorKind, StatusCode};
use chrono::DateTime;

use super::Look;
use crate::credentials::environment;
use crate::failure::Failure;
use crate::remote::{Known, Session, age, reasons};

/// The largest difference between the clocks of the server and of this machine.
const CLOCKS_APART_MAX: Duration = Duration::from_mins(5);

/// The number of apps whose latest backups are checked.
const APPS_LOOKED_AT: usize = 50;

/// The reason that servers give for buckets that are no longer configured.
const UNDECLARED: &str = "it is no longer part of the server's configuration";

/// Variables that send requests through a proxy.
const PROXIES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// Checks the server until a problem prevents further checks.
pub(super) async fn look(known: &Known, looks: &mut Vec<Look>) {
    let session = match Session::of(known, crate::remote::Format::Table).await {
        Ok(session) => session,
        Err(failure) => {
            looks.push(Look::failed("account", &failure));
            return;
        }
    };
    let request = session.client.app_list().account_id(session.account);
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => {
            looks.extend(in_the_way(&session, &error));
            return;
        }
    };
    looks.push(Look::good(
        "connection",
        "the server answers, and takes the token",
    ));
    looks.push(account(&session).await);
    looks.extend(
        answer
            .headers()
            .get("date")
            .and_then(|date| clock(&session, date.to_str().ok()?)),
    );
    match session.apps().await {
        Ok(apps) => look_at_apps(&session, &apps, looks).await,
        Err(failure) => looks.push(Look::failed("apps", &failure)),
    }
    buckets(&session, looks).await;
}

/// Checks which account is used, and the token's role in it.
async fn account(session: &Session) -> Look {
    const AT: &str = "account";
    match session.accounts().await {
        Ok(accounts) => {
            let own = accounts.iter().find(|account| account.id == session.account);
            Look::good(
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
async fn buckets(session: &Session, looks: &mut Vec<Look>) {
    const AT: &str = "buckets";
    let buckets = match session.buckets().await {
        Ok(buckets) => buckets,
        Err(failure) => {
            looks.push(doubtful(AT, &failure));
            return;
        }
    };
    let in_trouble = buckets.iter().filter(|bucket| {
        let reasons = bucket.state_unready.as_deref().unwrap_or_default();
        bucket.state == BucketState::Unavailable
            && !reasons.iter().any(|reason| reason.as_str() == UNDECLARED)
    });
    let before = looks.len();
    looks.extend(in_trouble.map(|bucket| {
        Look::wrong(
            AT,
            format!("{}: {}", bucket.name, reasons(bucket.state_unready.as_deref())),
            "until then its backups are pending, and none are deleted",
        )
    }));
    if looks.len() > before {
        return;
    }
    let available: Vec<&str> = buckets
        .iter()
        .filter(|bucket| bucket.state != BucketState::Unavailable)
        .map(|bucket| bucket.name.as_str())
        .collect();
    looks.push(if available.is_empty() {
        Look::wrong(
            AT,
            "the account has none, so nothing can be backed up",
            "declare one in the server's configuration, and start the server again",
        )
    } else {
        Look::good(AT, available.join(", "))
    });
}

/// Reports a failure that doesn't prevent backups.
fn doubtful(at: &'static str, failure: &Failure) -> Look {
    Look::doubtful(at, failure.cause(), failure.next_step().unwrap_or_default())
}

/// Diagnoses an error of the first request.
fn in_the_way(session: &Session, error: &Error) -> Vec<Look> {
    let failure = session.fault(error);
    if let ErrorKind::Transport(_) = error.kind() {
        let mut looks = vec![Look::failed("connection", &failure)];
        if let Some(proxy) = PROXIES.into_iter().find(|name| environment(name).is_some()) {
            looks.push(Look::doubtful(
                "proxy",
                format!("{proxy} is set, and requests go through it"),
                "name the server in NO_PROXY if it is to be reached directly",
            ));
        }
        return looks;
    }
    let answers = Look::good("connection", "the server answers");
    let wrong = match error.status() {
        Some(StatusCode::UNAUTHORIZED) => Look::failed("token", &failure),
        Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => Look::wrong(
            "account",
            format!(
                "the token can't access the account {}: {}",
                session.account,
                failure.cause()
            ),
            "give the right --account, or a token of this one",
        ),
        _ => Look::failed("server", &failure),
    };
    vec![answers, wrong]
}

/// Compares the clocks of the server and of this machine.
fn clock(session: &Session, date: &str) -> Option<Look> {
    let there = DateTime::parse_from_rfc2822(date).ok()?.to_utc();
    let apart = (session.now() - there).abs().to_std().ok()?;
    Some(if apart > CLOCKS_APART_MAX {
        Look::doubtful(
            "clock",
            format!(
                "it is {there} on the server, {} seconds from here",
                apart.as_secs()
            ),
            "set the clock that is wrong: certificates, schedules and ages go by it",
        )
    } else {
        Look::good("clock", "the same as the server's")
    })
}

async fn look_at_apps(session: &Session, apps: &[App], looks: &mut Vec<Look>) {
    let configured: Vec<&App> = apps
        .iter()
        .filter(|app| app.state != AppState::Unavailable)
        .collect();
    if configured.is_empty() {
        looks.push(Look::wrong(
            "apps",
            "the account has none",
            "declare one in the server's configuration, and start the server again",
        ));
        return;
    }
    let failed: Vec<&&App> = configured
        .iter()
        .filter(|app| app.state == AppState::Failed)
        .collect();
    if failed.is_empty() {
        looks.push(Look::good(
            "apps",
            format!("{} can be backed up", configured.len()),
        ));
    }
    for app in failed {
        let why = reasons(app.state_unready.as_deref());
        looks.push(Look::wrong(
            "apps",
            format!("the latest restore of {} failed: {why}", app.name),
            format!(
                "appkeep backup restore BACKUP --app {}; the server's log says more",
                app.name
            ),
        ));
    }
    for app in configured.into_iter().take(APPS_LOOKED_AT) {
        match latest(session, app).await {
            Ok(look) => looks.push(look),
            Err(failure) => looks.push(Look::failed("backups", &failure)),
        }
    }
}

/// Checks the latest backup of an app.
async fn latest(session: &Session, app: &App) -> Result<Look, Failure> {
    const AT: &str = "backups";
    let (name, now) = (&app.name, session.now());
    let backups = session.backups(Some(app.id)).await?;
    let Some(latest) = backups.first() else {
        return Ok(Look::doubtful(
            AT,
            format!("{name} has none"),
            format!("appkeep backup create --app {name} --wait"),
        ));
    };
    let made = age(&latest.metadata.creation_timestamp, now);
    let found = format!("{name}: {}, made {made} ago, is {}", latest.name, latest.state);
    let why = reasons(latest.state_unready.as_deref());
    Ok(match latest.state.known() {
        Some(ResourceState::Failed) => Look::wrong(
            AT,
            format!("{found}: {why}"),
            format!("fix that, then: appkeep backup create --app {name} --wait"),
        ),
        Some(ResourceState::Removed | ResourceState::Unknown) => Look::wrong(
            AT,
            format!("{found}: {why}"),
            "look whether its bucket is there: is a disk not mounted?",
        ),
        _ => Look::good(AT, found),
    })
}

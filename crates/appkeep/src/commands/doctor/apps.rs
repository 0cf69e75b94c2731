//! Checks of the apps: whether they can be backed up, their latest and their last good backups.

use appkeep_client::types::{App, AppBackup, AppState, ResourceState};
use chrono::TimeDelta;

use super::Check;
use crate::commands::resource;
use crate::commands::status::read::{AppStatus, ScheduleStatus};
use crate::remote::{End, Session, age, is_undeclared, reasons};

/// The number of apps whose backups are checked.
const APPS_CHECKED: usize = 50;

/// The largest age of the last good backup of an app without a schedule.
const AGE_MAX: TimeDelta = TimeDelta::days(7);

const AT: &str = "backups";

/// The command that finds damage in a bucket.
const EXAMINE: &str = "on the server's machine: appkeep bucket check --data DIR --config FILE";

/// The beginnings of the reasons of failed backups whose repository may be damaged: it can't be read or written.
const BUCKET_IN_DOUBT: [&str; 2] = ["storage failed: ", "engine failed: "];

/// Parts of the reasons of failed backups whose repository can't be opened: its key is another one, or missing.
const KEY_IN_DOUBT: [&str; 2] = [
    " does not match this app's repository in bucket ",
    " has a repository of this app, but ",
];

pub(super) async fn check(session: &Session, apps: &[App], checks: &mut Vec<Check>) {
    let configured: Vec<&App> = apps.iter().filter(|app| !is_undeclared(app)).collect();
    if configured.is_empty() {
        checks.push(Check::wrong(
            "apps",
            "the account has no apps",
            "declare one in the server's configuration, and restart the server",
        ));
        return;
    }
    states(&configured, checks);
    let summaries = match session.app_summaries().await {
        Ok(summaries) => summaries,
        Err(failure) => return checks.push(Check::failed(AT, &failure)),
    };
    for app in summaries.iter().take(APPS_CHECKED) {
        let status = AppStatus::of(app, session.now());
        let waiting = app.backups_in_progress.iter().flatten().next();
        checks.push(latest(session, &status, app.latest_backup.as_ref().or(waiting)));
        checks.extend(not_recent(session, &status));
    }
}

/// Checks the states of the apps: ready, unavailable, being restored, or failed.
fn states(apps: &[&App], checks: &mut Vec<Check>) {
    let before = checks.len();
    for app in apps {
        let (name, why) = (&app.name, reasons(app.state_unready.as_deref()));
        match app.state.known() {
            Some(AppState::Unavailable) => checks.push(Check::wrong(
                "apps",
                format!("{name} is unavailable: {why}"),
                "start a server on a machine with its volumes: until then, its backups stay pending",
            )),
            Some(AppState::Failed) => checks.push(Check::wrong(
                "apps",
                format!("the latest restore of {name} failed: {why}"),
                format!("appkeep backup restore BACKUP --app {name}; see the server's log"),
            )),
            Some(AppState::Restoring) => checks.push(Check::doubtful(
                "apps",
                format!("a restore of {name} isn't finished"),
                "appkeep status --watch shows when it ends: leave the app stopped until then",
            )),
            _ => {}
        }
    }
    if checks.len() == before {
        checks.push(Check::good("apps", format!("{} can be backed up", apps.len())));
    }
}

/// Checks the latest backup of an app.
fn latest(session: &Session, app: &AppStatus, latest: Option<&AppBackup>) -> Check {
    let (name, now) = (&app.name, session.now());
    let Some(latest) = latest else {
        return Check::doubtful(
            AT,
            format!("{name} has no backups"),
            format!("appkeep backup create --app {name} --wait"),
        );
    };
    let created = age(&latest.metadata.creation_timestamp, now);
    let found = format!(
        "{name}: {}, created {created} ago, is {}",
        latest.name, latest.state
    );
    let why = reasons(latest.state_unready.as_deref());
    match latest.state.known() {
        Some(ResourceState::Failed) => {
            let fix = fix_of_failure(name, latest.state_unready.as_deref().unwrap_or_default());
            Check::wrong(AT, format!("{found}: {why}"), fix)
        }
        Some(ResourceState::Removed | ResourceState::Unknown) => Check::wrong(
            AT,
            format!("{found}: {why}"),
            format!("check whether the bucket's disk is mounted. To check its content, run {EXAMINE}"),
        ),
        _ => match resource::end_of_backup(latest) {
            Some(End::Failed(why)) => Check::wrong(
                AT,
                format!("{name}: {}, created {created} ago, {why}", latest.name),
                "fix the hook; the app may still be prepared for a snapshot",
            ),
            _ => Check::good(AT, found),
        },
    }
}

/// The fix for a failed backup of an app, by the reasons of the failure.
fn fix_of_failure(name: &str, reasons: &[String]) -> String {
    let again = format!("appkeep backup create --app {name} --wait");
    if reasons.iter().any(|reason| is_bucket_in_doubt(reason)) {
        format!("{EXAMINE}; fix what it finds, then: {again}")
    } else {
        format!("fix that, then: {again}")
    }
}

fn is_bucket_in_doubt(reason: &str) -> bool {
    let last = reason
        .strip_prefix("gave up after ")
        .and_then(|attempts| attempts.split_once(" attempts: "));
    let reason = last.map_or(reason, |(_, last)| last);
    BUCKET_IN_DOUBT
        .iter()
        .any(|beginning| reason.starts_with(beginning))
        || KEY_IN_DOUBT.iter().any(|part| reason.contains(part))
}

/// Reports overdue schedules, and an app without a schedule whose last good backup is old.
fn not_recent(session: &Session, app: &AppStatus) -> Vec<Check> {
    let name = &app.name;
    let fix = format!("appkeep backup create --app {name} --wait; see the server's log");
    let overdue = app.schedules.iter().filter_map(ScheduleStatus::overdue);
    let mut checks: Vec<Check> = overdue
        .map(|overdue| Check::wrong(AT, format!("{name}: {overdue}"), fix.clone()))
        .collect();
    let good = app.last_good.as_ref().filter(|_| app.schedules.is_empty());
    if let Some(good) = good
        && let Ok(time) = good.backup_creation_timestamp.to_utc()
        && session.now() - time > AGE_MAX
    {
        let age = age(&good.backup_creation_timestamp, session.now());
        checks.push(Check::doubtful(
            AT,
            format!("{name} has no schedule, and its last good backup is {age} old"),
            format!("appkeep backup create --app {name} --wait, or declare a schedule"),
        ));
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_the_bucket_suggest_its_examination() {
        let examine = "on the server's machine: appkeep bucket check --data DIR --config FILE; fix what it \
                       finds, then: appkeep backup create --app shop --wait";
        for why in [
            "gave up after 5 attempts: engine failed: reading the index: Data is too short",
            "storage failed: bucket local is unavailable",
            "keys/1.json does not match this app's repository in bucket local",
            "bucket local has a repository of this app, but keys/1.json is missing",
        ] {
            let reasons = ["data is incomplete".to_owned(), why.to_owned()];
            assert_eq!(fix_of_failure("shop", &reasons), examine, "{why}");
        }
        for why in [
            "data: No such file or directory (os error 2)",
            "data/tls/server.key: Permission denied (os error 13)",
            "gave up after 5 attempts: data/the storage failed: Permission denied (os error 13)",
        ] {
            assert_eq!(
                fix_of_failure("shop", &[why.to_owned()]),
                "fix that, then: appkeep backup create --app shop --wait",
                "{why}"
            );
        }
    }
}

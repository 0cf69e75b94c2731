//! `appkeep bucket check --data`: examines buckets on the server's machine.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use appkeep_server::admin::bucket_check::{
    BucketCheck, BucketCheckError, CheckProgress, CheckStep, Owner, Problem, ReadData,
};
use appkeep_server::admin::catalog::Bucket;
use appkeep_server::admin::files::StoredBackups;
use appkeep_server::{Clock as _, SystemClock};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::commands::disable_core_files;
use crate::failure::{AMBIGUOUS, FAILED, Failure, INTERRUPTED, NOT_FOUND};
use crate::remote::{Align, Cell, Column, Format, Reporter, Source, Step, Table, Tone, brief, note, size};
use crate::stdout::print_line;

/// The interval at which progress is shown.
const REPORT_INTERVAL: Duration = Duration::from_millis(200);

/// The number of affected backups that a table names. JSON contains all.
const BACKUPS_SHOWN_MAX: usize = 5;

pub(super) async fn run(
    source: &Source,
    wanted: Option<&str>,
    read: Option<ReadData>,
) -> anyhow::Result<ExitCode> {
    let output = source.server.output;
    disable_core_files();
    let stored = source.open_backups().await?;
    let accounts = stored.account_names().await?;
    let accounts: BTreeMap<_, _> = accounts
        .into_iter()
        .map(|(id, name)| (id.to_string(), name))
        .collect();
    let account = source.server.given_account().map(|account| account.value);
    let mut buckets = stored.declared_buckets().await?;
    buckets.retain(|bucket| {
        let id = bucket.account_id.to_string();
        let is_account = |account: &String| *account == id || accounts.get(&id) == Some(account);
        account.as_ref().is_none_or(is_account)
    });
    let buckets = selected(buckets, wanted)?;
    let checks = check(&stored, &buckets, read).await;
    stored.close().await;
    let checks = checks?;
    let exactly: Vec<Value> = checks.iter().map(exact).collect();
    output.list(&exactly, || table(&checks))?;
    if output == Format::Table {
        for check in &checks {
            for problem in &check.problems {
                print_line(&format!("\n{}", described(check, problem)))?;
            }
            for remark in &check.notes {
                note(&format!("bucket {}: {remark}", check.bucket.name));
            }
        }
    }
    let has_problems = checks.iter().any(|check| !check.problems.is_empty());
    Ok(if has_problems {
        ExitCode::from(FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

/// The bucket with this name or id, or a unique prefix of either; by default, all buckets.
fn selected(mut buckets: Vec<Bucket>, wanted: Option<&str>) -> Result<Vec<Bucket>, Failure> {
    let Some(wanted) = wanted else {
        return Ok(buckets);
    };
    let is_exact = |bucket: &Bucket| bucket.name == wanted || bucket.id.to_string() == wanted;
    if buckets.iter().any(is_exact) {
        buckets.retain(is_exact);
    } else {
        buckets.retain(|bucket| bucket.name.starts_with(wanted) || bucket.id.to_string().starts_with(wanted));
    }
    match buckets.len() {
        1 => Ok(buckets),
        0 => Err(Failure::new(
            NOT_FOUND,
            format!("there is no configured bucket {wanted:?}"),
        )),
        _ => {
            let ids: Vec<_> = buckets
                .iter()
                .map(|bucket| format!("{} ({})", bucket.name, bucket.id))
                .collect();
            let failure = Failure::new(
                AMBIGUOUS,
                format!("{wanted:?} matches several buckets: {}", ids.join(", ")),
            );
            Err(failure.next("specify an id"))
        }
    }
}

/// Examines the buckets one after the other, until a signal cancels that.
async fn check(
    stored: &StoredBackups,
    buckets: &[Bucket],
    read: Option<ReadData>,
) -> anyhow::Result<Vec<BucketCheck>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let cancel = CancellationToken::new();
    let mut checks = Vec::new();
    for bucket in buckets {
        let progress = watch::Sender::new(CheckProgress::default());
        let mut reporter = Reporter::new(&format!("bucket {}", bucket.name));
        let checking = stored.check_bucket(bucket, read, &progress, &cancel);
        tokio::pin!(checking);
        let mut tick = tokio::time::interval(REPORT_INTERVAL);
        let checked = loop {
            tokio::select! {
                checked = &mut checking => break checked,
                _ = terminate.recv() => cancel.cancel(),
                _ = interrupt.recv() => cancel.cancel(),
                _ = tick.tick() => reporter.report(&step(&progress.borrow())),
            }
        };
        reporter.end();
        match checked {
            Ok(check) => checks.push(check),
            Err(error @ BucketCheckError::Cancelled) => {
                return Err(Failure::new(INTERRUPTED, error.to_string()).into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(checks)
}

fn step(progress: &CheckProgress) -> Step {
    let state = match progress.step {
        CheckStep::Index => "reading the index",
        CheckStep::Directories => "reading directories",
        // The reporter shows bytes in this state.
        CheckStep::Data => "running",
    };
    let is_data = progress.step == CheckStep::Data;
    Step {
        state: state.to_owned(),
        bytes_done: is_data.then_some(progress.bytes_done),
        bytes_total: is_data.then_some(progress.bytes_total),
        reason: None,
        end: None,
    }
}

fn table(checks: &[BucketCheck]) -> Table {
    let mut table = Table::new([
        Column::shrinking("BUCKET"),
        Column::new("VERDICT", Align::Left),
        Column::new("BACKUPS", Align::Right),
        Column::new("STORED", Align::Right),
        Column::new("FREE", Align::Right),
        Column::new("READ", Align::Right),
        Column::shrinking("USED BY"),
        Column::new("PROBLEMS", Align::Right),
    ]);
    for check in checks {
        let (word, tone) = verdict(check);
        let bytes = |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), size);
        table.row([
            check.bucket.name.as_str().into(),
            Cell::toned(&word, tone),
            check.backups.into(),
            bytes(check.stored_bytes).into(),
            bytes(check.free_bytes).into(),
            size(check.read_bytes).into(),
            owner(check.owner.as_ref()).into(),
            check.problems.len().into(),
        ]);
    }
    table
}

fn verdict(check: &BucketCheck) -> (&'static str, Tone) {
    if !check.problems.is_empty() {
        ("WRONG", Tone::Bad)
    } else if check.repositories == 0 {
        ("unused", Tone::Plain)
    } else {
        ("good", Tone::Good)
    }
}

fn owner(owner: Option<&Owner>) -> String {
    let age = |time: &Option<DateTime<Utc>>| {
        let age = time.and_then(|time| (SystemClock.now() - time).to_std().ok());
        age.map_or_else(String::new, |age| format!(" ({} ago)", brief(age)))
    };
    match owner {
        None => "-".to_owned(),
        Some(Owner::Nobody) => "nobody".to_owned(),
        Some(Owner::This(time)) => format!("this server{}", age(time)),
        Some(Owner::Another(name, time)) => format!("{name}{}", age(time)),
    }
}

/// Describes a problem in three lines: the problem, the affected backups, and what to do.
fn described(check: &BucketCheck, problem: &Problem) -> String {
    let app = problem.app_name.as_ref().map(|app| format!("app {app}, "));
    let bucket = format!("bucket {}, ", check.bucket.name);
    let object = &problem.object;
    let place = if object.starts_with("bucket ") {
        String::new()
    } else {
        bucket
    };
    let mut lines = format!("{place}{}{object}: {}", app.unwrap_or_default(), problem.reason);
    if !problem.backups.is_empty() {
        let shown = problem
            .backups
            .iter()
            .take(BACKUPS_SHOWN_MAX)
            .map(ToString::to_string);
        let shown: Vec<_> = shown.collect();
        let more = problem.backups.len() - shown.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        lines.push_str(&format!("\n  backups: {}{more}", shown.join(", ")));
    }
    lines + "\n  next: " + &problem.next
}

fn exact(check: &BucketCheck) -> Value {
    let problems = check.problems.iter().map(|problem| {
        json!({
            "app": problem.app_name,
            "object": problem.object,
            "reason": problem.reason,
            "backupIDs": problem.backups,
            "next": problem.next,
        })
    });
    let (used_by, claimed_at) = match &check.owner {
        None => (None, None),
        Some(Owner::Nobody) => (Some("nobody"), None),
        Some(Owner::This(time)) => (Some("this"), *time),
        Some(Owner::Another(_, time)) => (Some("another"), *time),
    };
    json!({
        "bucket": check.bucket.name,
        "bucketID": check.bucket.id,
        "verdict": verdict(check).0.to_lowercase(),
        "usedBy": used_by,
        "claimTimestamp": claimed_at,
        "repositories": check.repositories,
        "backups": check.backups,
        "storedBytes": check.stored_bytes,
        "freeBytes": check.free_bytes,
        "readBytes": check.read_bytes,
        "problems": problems.collect::<Vec<_>>(),
        "notes": check.notes,
    })
}

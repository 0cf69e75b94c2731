//! `appkeep bucket check`: what the server knows about buckets.

use std::process::ExitCode;

use appkeep_client::types::{AppBackup, Bucket, BucketState, ResourceState};
use appkeep_client::{Number, Timestamp};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{features, measured};
use crate::failure::FAILED;
use crate::remote::{Align, Cell, Column, Format, Session, Table, Tone, find, note, size_of};

/// The note that this isn't an examination.
const NOT_ACCESSED: &str = "these are the server's latest results: the bucket was not accessed. To examine it, run on the \
                            server's machine: appkeep bucket check --data DIR --config FILE";

/// The state of a bucket, as far as the server knows.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    bucket: String,
    #[serde(rename = "bucketID")]
    bucket_id: String,
    verdict: Verdict,
    completed: usize,
    removed: usize,
    unknown: usize,
    /// The total size of its data, and its free space, by the server's latest measurement.
    #[serde(skip_serializing_if = "Option::is_none")]
    stored_bytes: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    free_bytes: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measurement_timestamp: Option<Timestamp>,
    /// What its storage supports, if the server has probed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    features: Option<String>,
    /// Descriptions of the problems.
    found: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// All completed backups exist.
    Good,
    /// The bucket is empty, so its state is unknown.
    #[default]
    Unused,
    /// Backup data is missing, or the bucket can't be used.
    Wrong,
}

pub(super) async fn run(session: &Session, wanted: Option<&str>) -> anyhow::Result<ExitCode> {
    let buckets = session.buckets().await?;
    let buckets = match wanted {
        Some(wanted) => vec![find(wanted, buckets)?.thing],
        // Buckets that are no longer configured are checked only if they are named.
        None => buckets
            .into_iter()
            .filter(|bucket| bucket.state != BucketState::Removed)
            .collect(),
    };
    let backups = session.backups(None).await?;
    let checked: Vec<Checked> = buckets.iter().map(|bucket| checked(bucket, &backups)).collect();
    let now = session.now();
    session.output.list(&checked, || verdicts(&checked, now))?;
    if session.output == Format::Table {
        note(NOT_ACCESSED);
    }
    let is_wrong = checked.iter().any(|bucket| bucket.verdict == Verdict::Wrong);
    Ok(if is_wrong {
        ExitCode::from(FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

fn checked(bucket: &Bucket, backups: &[AppBackup]) -> Checked {
    let mut checked = Checked {
        bucket: bucket.name.clone(),
        bucket_id: bucket.id.to_string(),
        stored_bytes: bucket.stored_bytes,
        free_bytes: bucket.free_bytes,
        measurement_timestamp: bucket.measurement_timestamp.clone(),
        features: features(bucket),
        ..Checked::default()
    };
    let mut add = |reason: &String| {
        if !checked.found.contains(reason) {
            checked.found.push(reason.clone());
        }
    };
    bucket.state_unready.iter().flatten().for_each(&mut add);
    for backup in backups.iter().filter(|backup| backup.bucket_id == bucket.id) {
        if let Some(ResourceState::Removed | ResourceState::Unknown) = backup.state.known() {
            backup.state_unready.iter().flatten().for_each(&mut add);
        }
    }
    for backup in backups.iter().filter(|backup| backup.bucket_id == bucket.id) {
        match backup.state.known() {
            Some(ResourceState::Completed) => checked.completed += 1,
            Some(ResourceState::Removed) => checked.removed += 1,
            Some(ResourceState::Unknown) => checked.unknown += 1,
            _ => {}
        }
    }
    let is_unusable = matches!(
        bucket.state.known(),
        Some(BucketState::Failed | BucketState::Removed)
    );
    let is_gone = checked.removed + checked.unknown > 0 || is_unusable;
    checked.verdict = match (is_gone, checked.completed) {
        (true, _) => Verdict::Wrong,
        (false, 0) => Verdict::Unused,
        (false, _) => Verdict::Good,
    };
    checked
}

fn verdicts(checked: &[Checked], now: DateTime<Utc>) -> Table {
    let mut table = Table::new([
        Column::shrinking("BUCKET"),
        Column::new("VERDICT", Align::Left),
        Column::new("THERE", Align::Right),
        Column::new("GONE", Align::Right),
        Column::new("UNKNOWN", Align::Right),
        Column::new("STORED", Align::Right),
        Column::new("FREE", Align::Right),
        Column::new("MEASURED", Align::Right),
        Column::shrinking("FEATURES"),
        Column::shrinking("WHY"),
    ]);
    for bucket in checked {
        let (word, tone) = match bucket.verdict {
            Verdict::Good => ("good", Tone::Good),
            Verdict::Unused => ("unused", Tone::Plain),
            Verdict::Wrong => ("WRONG", Tone::Bad),
        };
        table.row([
            bucket.bucket.as_str().into(),
            Cell::toned(&word, tone),
            bucket.completed.into(),
            bucket.removed.into(),
            bucket.unknown.into(),
            size_of(bucket.stored_bytes).into(),
            size_of(bucket.free_bytes).into(),
            measured(bucket.measurement_timestamp.as_ref(), now).into(),
            bucket.features.as_deref().unwrap_or_default().into(),
            bucket.found.join("; ").into(),
        ]);
    }
    table
}

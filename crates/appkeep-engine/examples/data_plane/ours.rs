//! Runs the engine through its port, like the server's worker.

use std::collections::HashSet;
use std::fs;

use appkeep_core::catalog::{
    Bucket, BucketLocation, Consistency, S3Credentials, S3Location, TransferLimits, Volume,
};
use appkeep_core::engine::{
    BackUpVolumes, CopyBackup, CreateSnapshot, DeleteBackup, Engine, Progress, Restore, RestoreData,
    RestoreTarget, TargetPolicy,
};
use appkeep_core::identity::BackupIdentity;
use appkeep_core::ids::{AccountId, AppBackupId, AppId, AppRestoreId, AppSnapshotId, BucketId};
use appkeep_engine::{EngineConfig, RusticEngine};
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Failure, Site, Step};

/// The time of the first backup, in seconds since 1970; each further one is an hour later.
const FIRST_SNAPSHOT_TIME: i64 = 1_700_000_000;

/// Runs one step; if it `is_verified`, a share of each finished backup is read back.
pub(crate) fn run(step: Step, site: &Site, is_verified: bool) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    // Dropped outside of the runtime: it releases its bucket, which blocks.
    let mut engine = RusticEngine::new(&EngineConfig {
        data_dir: site.place.join("data"),
    });
    if !is_verified {
        engine = engine.verifying(0);
    }
    runtime.block_on(step_of(&engine, step, site))
}

async fn step_of(engine: &RusticEngine, step: Step, site: &Site) -> Result<(), Failure> {
    let (progress, cancel) = (watch::Sender::new(Progress::default()), CancellationToken::new());
    let app_id = AppId::new(Uuid::from_u128(1));
    match step {
        Step::Snapshot(number) => {
            let volumes = volumes(site);
            let snapshot_id = snapshot_id(number);
            let request = CreateSnapshot {
                app_id,
                snapshot_id,
                volumes,
                consistency: Consistency::Normal,
                snapshot_time: snapshot_time(number)?,
            };
            engine.create_snapshot(&request, &cancel).await?;
        }
        Step::Backup(number) => {
            let request = copy_request(site, app_id, number)?;
            engine.copy_backup(&request, &progress, &cancel).await?;
        }
        Step::Live(number) => {
            let request = BackUpVolumes {
                backup: copy_request(site, app_id, number)?,
                volumes: volumes(site),
                consistency: Consistency::Normal,
            };
            engine.back_up_volumes(&request, &progress, &cancel).await?;
        }
        Step::Restore(number) => {
            let request = Restore {
                id: AppRestoreId::new(Uuid::from_u128(0x300 + u128::from(number))),
                app_id,
                source_app_id: app_id,
                source: RestoreData::Backup {
                    bucket: bucket(site)?,
                    backup_id: backup_id(number),
                },
                target: RestoreTarget::Directory {
                    path: site.place.join("restored"),
                    policy: TargetPolicy::Refuse,
                },
                include: Vec::new(),
                within: Vec::new(),
                protected: Vec::new(),
            };
            engine.restore(&request, &progress, &cancel).await?;
        }
        Step::Delete => {
            for number in [1, 2] {
                let request = DeleteBackup {
                    bucket: bucket(site)?,
                    app_id,
                    backup_id: backup_id(number),
                    keep: HashSet::new(),
                };
                engine.delete_backup(&request, &cancel).await?;
            }
        }
    }
    Ok(())
}

fn volumes(site: &Site) -> Vec<Volume> {
    vec![Volume {
        name: "data".to_owned(),
        path: site.source.clone(),
    }]
}

fn copy_request(site: &Site, app_id: AppId, number: u8) -> Result<CopyBackup, Failure> {
    let (bucket, backup_id, time) = (bucket(site)?, backup_id(number), snapshot_time(number)?);
    Ok(CopyBackup {
        app_id,
        backup_id,
        snapshot_id: snapshot_id(number),
        identity: BackupIdentity::derived(backup_id, bucket.account_id, app_id, "bench", time),
        bucket,
    })
}

fn snapshot_time(number: u8) -> Result<DateTime<Utc>, Failure> {
    let moment = DateTime::from_timestamp(FIRST_SNAPSHOT_TIME + 3600 * i64::from(number), 0);
    Ok(moment.ok_or("no such time")?)
}

fn backup_id(number: u8) -> AppBackupId {
    AppBackupId::new(Uuid::from_u128(0x100 + u128::from(number)))
}

fn snapshot_id(number: u8) -> AppSnapshotId {
    AppSnapshotId::new(Uuid::from_u128(0x200 + u128::from(number)))
}

fn bucket(site: &Site) -> Result<Bucket, Failure> {
    let location = if let Some(url) = &site.bucket {
        BucketLocation::S3(Box::new(s3_location(url)?))
    } else {
        let directory = site.place.join("bucket");
        fs::create_dir_all(&directory)?;
        BucketLocation::Directory(directory)
    };
    Ok(Bucket {
        id: BucketId::new(Uuid::from_u128(3)),
        account_id: AccountId::new(Uuid::from_u128(4)),
        name: "bench".to_owned(),
        location,
        is_default: true,
        backups_max: 2,
        declared: true,
    })
}

/// The location `s3://NAME/PREFIX`, with a server and credentials from the environment.
fn s3_location(url: &str) -> Result<S3Location, Failure> {
    let bucket = url.strip_prefix("s3://").and_then(|path| path.split_once('/'));
    let (name, prefix) = bucket.ok_or("BUCKET is s3://NAME/PREFIX")?;
    Ok(S3Location {
        bucket: name.to_owned(),
        prefix: prefix.to_owned(),
        endpoint: Some(std::env::var("AWS_ENDPOINT_URL")?),
        region: "us-east-1".to_owned(),
        path_style: true,
        storage_class: None,
        encryption: None,
        ca_file: None,
        credentials: S3Credentials::Environment,
        limits: TransferLimits::default(),
    })
}

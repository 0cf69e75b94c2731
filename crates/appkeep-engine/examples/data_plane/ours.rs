//! The engine, through its port, as the server's worker calls it.

use std::fs;

use appkeep_core::catalog::{Bucket, BucketLocation, Consistency, Volume};
use appkeep_core::engine::{CopyBackup, DeleteBackup, Engine, Progress, TakeSnapshot};
use appkeep_core::ids::{AccountId, AppBackupId, AppId, AppSnapId, BucketId};
use appkeep_engine::{EngineConfig, RusticEngine};
use chrono::DateTime;
use rustic_backend::BackendOptions;
use rustic_core::{Credentials, Repository, RepositoryOptions};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Failure, Site, Step, bare};

/// The moment that the first backup shows, in seconds since 1970; each one after it, an hour later.
const FIRST_TAKEN_AT: i64 = 1_700_000_000;

/// Runs one step.
pub(crate) fn run(step: Step, site: &Site) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(step_of(step, site))
}

async fn step_of(step: Step, site: &Site) -> Result<(), Failure> {
    let engine = RusticEngine::new(&EngineConfig {
        data_dir: site.place.join("data"),
    });
    let (progress, cancel) = (watch::Sender::new(Progress::default()), CancellationToken::new());
    let app_id = AppId::new(Uuid::from_u128(1));
    match step {
        Step::Snapshot(number) => {
            let volumes = vec![Volume {
                name: "data".to_owned(),
                path: site.source.clone(),
            }];
            let snap_id = snap_id(number);
            let request = TakeSnapshot {
                app_id,
                snap_id,
                volumes,
                consistency: Consistency::Strict,
            };
            engine.take_snapshot(&request, &cancel).await?;
        }
        Step::Backup(number) => {
            let request = CopyBackup {
                bucket: bucket(site)?,
                app_id,
                app_name: "bench".to_owned(),
                backup_id: backup_id(number),
                snap_id: snap_id(number),
                taken_at: DateTime::from_timestamp(FIRST_TAKEN_AT + 3600 * i64::from(number), 0)
                    .ok_or("no such time")?,
            };
            engine.copy_backup(&request, &progress, &cancel).await?;
        }
        // Here the engine's own restore goes, once it has one.
        Step::Restore(number) => restore_with_the_library(number, site, app_id)?,
        Step::Delete => {
            for number in [1, 2] {
                let request = DeleteBackup {
                    bucket: bucket(site)?,
                    app_id,
                    backup_id: backup_id(number),
                };
                engine.delete_backup(&request, &cancel).await?;
            }
        }
    }
    Ok(())
}

fn restore_with_the_library(number: u8, site: &Site, app_id: AppId) -> Result<(), Failure> {
    let bucket = bucket(site)?;
    let key = site.place.join(format!("data/keys/{}/{app_id}.json", bucket.id));
    let mut key: serde_json::Value = serde_json::from_slice(&fs::read(key)?)?;
    let key = Credentials::Masterkey(serde_json::from_value(key["master_key"].take())?);
    let root = site.place.join("bucket").join(app_id.to_string());
    let backends = BackendOptions::default()
        .repository(root.display().to_string())
        .to_backends()?;
    let mut options = RepositoryOptions::default();
    options.no_cache = true;
    let repository = Repository::new(&options, &backends)?.open(&key)?;
    let tag = format!("backup={}", backup_id(number));
    bare::restore(repository, &tag, &site.place.join("restored"))
}

fn backup_id(number: u8) -> AppBackupId {
    AppBackupId::new(Uuid::from_u128(0x100 + u128::from(number)))
}

fn snap_id(number: u8) -> AppSnapId {
    AppSnapId::new(Uuid::from_u128(0x200 + u128::from(number)))
}

fn bucket(site: &Site) -> Result<Bucket, Failure> {
    let directory = site.place.join("bucket");
    fs::create_dir_all(&directory)?;
    Ok(Bucket {
        id: BucketId::new(Uuid::from_u128(3)),
        account_id: AccountId::new(Uuid::from_u128(4)),
        name: "bench".to_owned(),
        location: BucketLocation::Directory(directory),
        is_default: true,
        backups_max: 2,
        declared: true,
    })
}

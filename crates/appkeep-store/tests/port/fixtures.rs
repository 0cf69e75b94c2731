//! The fixtures of the tests: two accounts, the first with two apps and two buckets.

use appkeep_core::app_backup::{AppBackup, BackupDetails};
use appkeep_core::app_restore::{AppRestore, CreateAppRestore, RestoreSource};
use appkeep_core::app_snapshot::{AppSnapshot, SnapshotDetails};
use appkeep_core::catalog::{
    Account, App, AppOptions, Bucket, BucketLocation, Consistency, Declaration, SnapshotMode, Volume,
};
use appkeep_core::hook::{Hook, HookStage};
use appkeep_core::ids::{
    AccountId, AppBackupId, AppId, AppRestoreId, BackupKind, BucketId, SnapshotKind, SubjectId,
};
use appkeep_core::job::{JobPayload, NewJob};
use appkeep_core::name::ResourceName;
use appkeep_core::resource::{CreateResource, Resource};
use appkeep_core::store::StoredKind;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// The node in tests of one node.
pub(crate) const NODE: &str = "here";
pub(crate) const TEAM: AccountId = AccountId::new(Uuid::from_u128(0xa1));
pub(crate) const OTHER_ACCOUNT: AccountId = AccountId::new(Uuid::from_u128(0xa2));
pub(crate) const WIKI: AppId = AppId::new(Uuid::from_u128(0xb1));
pub(crate) const FORUM: AppId = AppId::new(Uuid::from_u128(0xb2));
pub(crate) const OTHER_APP: AppId = AppId::new(Uuid::from_u128(0xb3));
pub(crate) const NEAR: BucketId = BucketId::new(Uuid::from_u128(0xc2));
pub(crate) const FAR: BucketId = BucketId::new(Uuid::from_u128(0xc1));
pub(crate) const OTHER_BUCKET: BucketId = BucketId::new(Uuid::from_u128(0xc3));
pub(crate) const ALICE: SubjectId = SubjectId::new(Uuid::from_u128(0xd1));

/// The time `secs` seconds after the start of each test.
pub(crate) fn at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_600_000_000_123_456).unwrap() + TimeDelta::seconds(secs)
}

pub(crate) fn account(id: AccountId, name: &str) -> Account {
    Account {
        id,
        name: name.to_owned(),
        declared: true,
    }
}

pub(crate) fn app(account_id: AccountId, id: AppId, name: &str) -> App {
    let volumes = vec![
        Volume {
            name: "data".to_owned(),
            path: format!("/srv/{name}/data").into(),
        },
        Volume {
            name: "a \"quoted\" näme".to_owned(),
            path: "/srv/with space".into(),
        },
    ];
    App {
        id,
        account_id,
        name: name.to_owned(),
        volumes,
        options: AppOptions {
            consistency: Consistency::Relaxed,
            snapshot: SnapshotMode::Live,
            hooks: vec![Hook {
                name: "quiesce".to_owned(),
                stage: HookStage::PreSnapshot,
                command: vec!["/bin/quiesce".to_owned(), name.to_owned()],
                env: [("COLOUR".to_owned(), "grün".to_owned())].into(),
                timeout_secs: 7,
            }],
            volumes_inside: Vec::new(),
        },
        declared: true,
    }
}

pub(crate) fn bucket(account_id: AccountId, id: BucketId, name: &str, is_default: bool) -> Bucket {
    let location = BucketLocation::Directory(format!("/backups/{name}").into());
    Bucket {
        id,
        account_id,
        name: name.to_owned(),
        location,
        is_default,
        backups_max: 2,
        declared: true,
    }
}

pub(crate) fn declaration() -> Declaration {
    Declaration {
        accounts: vec![account(TEAM, "team"), account(OTHER_ACCOUNT, "other")],
        apps: vec![
            app(TEAM, WIKI, "wiki"),
            app(TEAM, FORUM, "forum"),
            app(OTHER_ACCOUNT, OTHER_APP, "shop"),
        ],
        buckets: vec![
            bucket(TEAM, NEAR, "near", true),
            bucket(TEAM, FAR, "far", false),
            bucket(OTHER_ACCOUNT, OTHER_BUCKET, "theirs", true),
        ],
        schedules: Vec::new(),
    }
}

/// A kind of resource with fixtures.
pub(crate) trait Pending: StoredKind {
    /// The details of a pending resource.
    fn details() -> Self::Details;
}

impl Pending for BackupKind {
    fn details() -> BackupDetails {
        BackupDetails::new(NEAR, None)
    }
}

impl Pending for SnapshotKind {
    fn details() -> SnapshotDetails {
        SnapshotDetails::default()
    }
}

/// A pending resource of the wiki, created at the start.
pub(crate) fn resource<K: Pending>(id: u128, name: &str) -> Resource<K> {
    let request = CreateResource {
        app_id: WIKI,
        name: Some(ResourceName::new(name).unwrap()),
        labels: Vec::new(),
    };
    Resource::pending(
        Uuid::from_u128(id).into(),
        TEAM,
        request,
        K::details(),
        ALICE,
        at(0),
    )
}

/// A pending backup of the wiki, created at the start.
pub(crate) fn backup(id: u128, name: &str) -> AppBackup {
    resource(id, name)
}

/// A pending snapshot of the wiki, created at the start.
pub(crate) fn snapshot(id: u128, name: &str) -> AppSnapshot {
    resource(id, name)
}

pub(crate) fn backup_source(id: u128) -> RestoreSource {
    RestoreSource::Backup(AppBackupId::new(Uuid::from_u128(id)))
}

/// A pending restore, requested at `secs`.
pub(crate) fn restore(id: u128, app_id: AppId, source: RestoreSource, secs: i64) -> AppRestore {
    let request = CreateAppRestore {
        app_id,
        source,
        target: None,
    };
    AppRestore::pending(
        AppRestoreId::new(Uuid::from_u128(id)),
        TEAM,
        request,
        ALICE,
        at(secs),
    )
}

/// A job without a node, which is due then.
pub(crate) fn job(n: u128, due_secs: i64, payload: impl Into<JobPayload>) -> NewJob {
    NewJob {
        id: Uuid::from_u128(n).into(),
        payload: payload.into(),
        run_after: at(due_secs),
        correlation: None,
        node: None,
    }
}

//! Checks that calls do the same work with a million backups in a thousand apps as with a thousand backups.
//!
//! Each database has its own measure of work that doesn't depend on the speed of the machine.

use appkeep_core::app_backup::{AppBackup, BackupDetails};
use appkeep_core::ids::{AccountId, AppId, BackupKind, BucketId, SubjectId};
use appkeep_core::job::{Claim, CreateBackup, JobPayload, JobResult, NewJob};
use appkeep_core::listing::Listed as _;
use appkeep_core::resource::CreateResource;
use appkeep_core::store::{ListFilter, Page, Position, Resources, Store, StoredKind as _};
use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

/// The only account.
pub(crate) const ACCOUNT: AccountId = AccountId::new(Uuid::from_u128(0xa1));
/// The only bucket.
pub(crate) const BUCKET: BucketId = BucketId::new(Uuid::from_u128(0xb1));

/// The id of app number 0; other numbers are added to it.
const FIRST_APP: u128 = 0xc_0000;
/// The id of backup number 0.
const FIRST_BACKUP: u128 = 1 << 48;

const NODE: &str = "node";

fn app(number: u128) -> AppId {
    AppId::new(Uuid::from_u128(FIRST_APP + number))
}

/// The position of backup number `n`.
fn position(n: u32) -> Position {
    Position {
        created_micros: n.into(),
        id: Uuid::from_u128(FIRST_BACKUP + u128::from(n)),
    }
}

/// The calls, by name, each with its work.
pub(crate) type Work = Vec<(&'static str, i64)>;

/// A store and the work of its connections.
pub(crate) struct Measured<'s, F> {
    pub(crate) store: &'s dyn Store,
    /// The work of all calls so far.
    pub(crate) total: F,
}

impl<F: AsyncFn() -> i64> Measured<'_, F> {
    async fn add<T>(&self, work: &mut Work, name: &'static str, call: impl Future<Output = T>) -> T {
        let before = (self.total)().await;
        let result = call.await;
        work.push((name, (self.total)().await - before));
        result
    }

    /// Measures reads from a database with this many backups, one in four of which is completed.
    pub(crate) async fn read(&self, backups: u32) -> Work {
        let (mut work, store) = (Work::new(), self.store);
        let resources: &dyn Resources<BackupKind> = BackupKind::of(store);
        for (name, after) in [
            ("first page of the account", None),
            ("page in the middle", Some(position(backups / 2))),
            ("page at the end", Some(position(60))),
        ] {
            let page = Page {
                after,
                rows_max: 50,
                bytes_max: usize::MAX,
            };
            let filter = ListFilter {
                account_id: ACCOUNT,
                app_id: None,
            };
            let found = self.add(&mut work, name, resources.list_resources(&filter, &page));
            let found = found.await.unwrap();
            assert_eq!(found.rows.len(), 50, "{name}");
            let newest = after.map_or(backups - 1, |after| {
                u32::try_from(after.created_micros).unwrap() - 1
            });
            assert_eq!(found.rows[0].position(), position(newest), "{name}");
            let filter = ListFilter {
                app_id: Some(app(3)),
                ..filter
            };
            let page = Page {
                after: after.map(|_| position(backups / 2)),
                rows_max: 10,
                ..page
            };
            let found = resources.list_resources(&filter, &page);
            let found = self.add(&mut work, "page of an app", found).await.unwrap();
            assert_eq!(found.rows.len(), 10, "{name}");
        }
        let id = position(backups / 3).id.into();
        let found = self.add(&mut work, "fetch", resources.fetch_resource(ACCOUNT, id));
        assert!(found.await.unwrap().is_some());
        let found = resources.list_finished(app(3), None, 20);
        let found = self.add(&mut work, "finished backups", found).await.unwrap();
        assert_eq!(found.len(), 20);
        let found = self.add(&mut work, "statistics", store.fetch_statistics());
        let counts: Vec<_> = found
            .await
            .unwrap()
            .app_backups
            .iter()
            .map(|one| (one.count, one.bytes))
            .collect();
        let (all, finished) = (i64::from(backups), i64::from(backups / 4));
        assert_eq!(
            counts,
            [(finished, finished * 10), (all - finished, (all - finished) * 10)]
        );
        let page = Page {
            after: None,
            rows_max: 5,
            bytes_max: usize::MAX,
        };
        let found = self.add(&mut work, "apps", store.list_app_views(ACCOUNT, &page));
        assert_eq!(found.await.unwrap().rows.len(), 5);
        let found = self.add(&mut work, "summaries", store.list_app_summaries(ACCOUNT, &page));
        let found = found.await.unwrap().rows;
        assert_eq!(found.len(), 5);
        assert!(
            found
                .iter()
                .all(|summary| summary.last_completed_backup.is_some())
        );
        let found = self.add(&mut work, "version", store.fetch_account_version(ACCOUNT));
        assert!(found.await.unwrap().is_some());
        work
    }

    /// Measures the life of a backup: it is created, its job is claimed and finished, and it is deleted. `n`
    /// distinguishes its ids.
    pub(crate) async fn write(&self, n: u128) -> Work {
        let (mut work, store) = (Work::new(), self.store);
        let request = CreateResource {
            app_id: app(3),
            name: None,
            labels: Vec::new(),
        };
        let details = BackupDetails::new(BUCKET, None);
        let id = Uuid::from_u128(0xd000 + n).into();
        let subject = SubjectId::new(Uuid::from_u128(0xe1));
        let now = DateTime::UNIX_EPOCH;
        let mut backup = AppBackup::pending(id, ACCOUNT, request, details, subject, now);
        let job = NewJob {
            id: Uuid::from_u128(0xf000 + n).into(),
            payload: JobPayload::from(CreateBackup {
                account_id: ACCOUNT,
                app_id: app(3),
                backup_id: id,
            }),
            run_after: now,
            correlation: None,
            node: Some(NODE.to_owned()),
        };
        let create = async {
            let mut tx = store.begin().await.unwrap();
            tx.insert_resource(&backup).await.unwrap();
            let queued = tx.insert_job(&job).await.unwrap();
            assert_eq!((queued.of_app, queued.of_account), (0, 0));
            tx.commit().await.unwrap();
        };
        self.add(&mut work, "create", create).await;
        let claim = Claim {
            owner: Uuid::from_u128(0xe2),
            node: NODE.to_owned(),
            now,
            lease_until: now + TimeDelta::seconds(60),
            backups_max: None,
        };
        let claimed = self.add(&mut work, "claim", store.claim_job(&claim)).await;
        let lease = claimed.unwrap().unwrap().lease;
        let finish = async {
            let mut tx = store.begin().await.unwrap();
            assert!(tx.holds_lease(&lease).await.unwrap());
            assert!(tx.update_resource(&backup).await.unwrap());
            assert!(
                tx.update_job_finished(&lease, &JobResult::Done, now)
                    .await
                    .unwrap()
            );
            tx.commit().await.unwrap();
        };
        self.add(&mut work, "finish", finish).await;
        backup.generation += 1;
        let delete = async {
            let mut tx = store.begin().await.unwrap();
            let deleted = BackupKind::of_tx(tx.as_mut()).delete_resource(id, backup.generation);
            assert!(deleted.await.unwrap());
            tx.commit().await.unwrap();
        };
        self.add(&mut work, "delete", delete).await;
        work
    }
}

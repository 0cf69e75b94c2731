//! The reconciler: compares finished backups and snapshots with the contents of buckets and of the disk.
//!
//! Completed resources become `removed` when two successive passes don't find their data, `unknown` with the reason
//! while this can't be determined, and `completed` again when the data is back. One pass isn't enough: after an outage,
//! a bucket may list its content incompletely at first, and deletes don't keep the data of removed backups.
//!
//! A pass may be repeated, missed or interrupted at any time: it changes only states, and each change is a
//! compare-and-set on a generation that was read before the bucket was listed. A backup that is completed, changed or
//! deleted during a pass is left to the next pass.
//!
//! A pass processes the apps one by one, spread over its period. It reads only ids and states; a whole resource is
//! read only if its state may have to change.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Background, WorkerDeps};
use crate::catalog::{App, Bucket};
use crate::engine::EngineError;
use crate::ids::{BackupKind, BucketId, ResourceId, SnapshotKind, SubjectId};
use crate::resource::{Kind, Resource};
use crate::state::{ResourceState, fit_reason};
use crate::store::{Finished, StoreError, StoredKind, transact};

/// The number of ids and states that are read at once.
const PAGE_ROWS: u32 = 1000;
/// The longest pause between two apps. A pass over few apps therefore takes less than its period.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// Starts the reconciler: the first pass starts now, and another one after each `period`.
#[must_use]
pub fn start_reconciler(deps: &WorkerDeps, period: Duration) -> Background {
    let deps = deps.clone();
    Background::start("reconciler", move |shutdown| async move {
        let mut passes = Passes {
            deps,
            period,
            shutdown,
            missing: HashSet::new(),
            missing_before: HashSet::new(),
        };
        passes.run().await;
    })
}

/// The result of comparing a resource with a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Finding {
    /// The data exists.
    Present,
    /// The data is missing; the text names its location.
    Missing(String),
    /// Unknown, for this reason.
    Undetermined(String),
}

impl Finding {
    fn of<T: Eq + Hash>(listed: &Result<HashSet<T>, String>, id: &T, location: &str) -> Self {
        match listed {
            Err(reason) => Self::Undetermined(reason.clone()),
            Ok(found) if found.contains(id) => Self::Present,
            Ok(_) => Self::Missing(format!("the data is missing from {location}")),
        }
    }

    /// Whether a resource in this state can stay as it is, regardless of its reasons.
    fn confirms(&self, state: ResourceState) -> bool {
        matches!(
            (self, state),
            (Self::Present, ResourceState::Completed) | (Self::Missing(_), ResourceState::Removed)
        )
    }

    /// The new state and reasons of a finished resource; `None` if they don't change.
    fn transition(&self, state: ResourceState, reasons: &[String]) -> Option<(ResourceState, Vec<String>)> {
        let (next, reason) = match self {
            Self::Present => (ResourceState::Completed, None),
            Self::Missing(reason) => (ResourceState::Removed, Some(reason)),
            Self::Undetermined(reason) => (ResourceState::Unknown, Some(reason)),
        };
        let next_reasons: Vec<_> = reason.iter().map(|reason| fit_reason(reason)).collect();
        let stays = state == next && (next == ResourceState::Completed || reasons == next_reasons);
        (is_finished(state) && state.may_become(next) && !stays).then_some((next, next_reasons))
    }
}

/// Whether the resource was completed, so that its data should exist or once existed.
fn is_finished(state: ResourceState) -> bool {
    matches!(
        state,
        ResourceState::Completed | ResourceState::Removed | ResourceState::Unknown
    )
}

struct Passes {
    deps: WorkerDeps,
    period: Duration,
    shutdown: CancellationToken,
    /// The resources whose data this pass hasn't found so far.
    missing: HashSet<Uuid>,
    /// The resources whose data the previous pass didn't find.
    missing_before: HashSet<Uuid>,
}

impl Passes {
    async fn run(&mut self) {
        let shutdown = self.shutdown.clone();
        let passes = async {
            loop {
                let next = Instant::now() + self.period;
                if let Err(error) = self.pass().await {
                    tracing::warn!(%error, "a reconcile pass was not finished");
                }
                // At least one pause, even if a pass takes longer than its period.
                let pause = Instant::now() + PAUSE_MAX.min(self.period);
                tokio::time::sleep_until(next.max(pause)).await;
            }
        };
        let _ = shutdown.run_until_cancelled(passes).await;
    }

    async fn pass(&mut self) -> Result<(), StoreError> {
        let begun = Instant::now();
        self.missing_before = std::mem::take(&mut self.missing);
        let store = Arc::clone(&self.deps.store);
        let mut apps = Vec::new();
        for account in store.list_accounts().await? {
            apps.extend(store.list_apps(account.id).await?);
        }
        let count = u32::try_from(apps.len()).unwrap_or(u32::MAX);
        for (done, app) in (0..count).zip(&apps) {
            let pause = (self.period / count).min(PAUSE_MAX);
            tokio::time::sleep_until(begun + pause * done).await;
            self.check_backups(app).await?;
            self.check_snapshots(app).await?;
        }
        Ok(())
    }

    async fn check_backups(&mut self, app: &App) -> Result<(), StoreError> {
        // Read before any bucket is listed, so that backups that finish later are not included.
        let mut by_bucket: HashMap<Option<BucketId>, Vec<Finished<BackupKind>>> = HashMap::new();
        for backup in self.finished(app).await? {
            by_bucket.entry(backup.bucket_id).or_default().push(backup);
        }
        if by_bucket.is_empty() {
            return Ok(());
        }
        let buckets = self.deps.store.list_buckets(app.account_id).await?;
        let others = self
            .deps
            .store
            .list_buckets_of_other_nodes(&self.deps.node)
            .await?;
        by_bucket.retain(|bucket_id, _| bucket_id.is_none_or(|id| !others.contains(&id)));
        for (bucket_id, backups) in by_bucket {
            if let Some(bucket) = buckets.iter().find(|bucket| Some(bucket.id) == bucket_id)
                && !self.compare_with_bucket(app, bucket, &backups).await?
            {
                break;
            }
        }
        Ok(())
    }

    /// Returns false if the server is stopping.
    async fn compare_with_bucket(
        &mut self,
        app: &App,
        bucket: &Bucket,
        backups: &[Finished<BackupKind>],
    ) -> Result<bool, StoreError> {
        let engine = &self.deps.engine;
        let listed = engine.list_backups(bucket, app.id, &self.shutdown).await;
        let Some(listed) = listing_result(listed) else {
            return Ok(false);
        };
        if listed.is_err() {
            let node = &self.deps.node;
            let elsewhere = self.deps.store.list_buckets_usable_elsewhere(node).await?;
            // The other node determines the states.
            if elsewhere.contains(&bucket.id) {
                return Ok(true);
            }
        }
        let location = format!("bucket {}", bucket.name);
        self.compare(app, backups, &listed, &location).await?;
        Ok(true)
    }

    async fn check_snapshots(&mut self, app: &App) -> Result<(), StoreError> {
        let mut snapshots = self.finished::<SnapshotKind>(app).await?;
        let is_here = |node: &String| *node == self.deps.node;
        snapshots.retain(|snapshot| snapshot.node.as_ref().is_none_or(is_here));
        if snapshots.is_empty() {
            return Ok(());
        }
        let Some(listed) = listing_result(self.deps.engine.list_snapshots(app.id).await) else {
            return Ok(());
        };
        self.compare(app, &snapshots, &listed, "the data directory").await
    }

    /// Reads the app's finished resources.
    async fn finished<K: StoredKind>(&self, app: &App) -> Result<Vec<Finished<K>>, StoreError> {
        let store = K::of(self.deps.store.as_ref());
        let mut finished: Vec<Finished<K>> = Vec::new();
        loop {
            let after = finished.last().map(|last| last.id);
            let page = store.list_finished(app.id, after, PAGE_ROWS).await?;
            if page.is_empty() {
                return Ok(finished);
            }
            finished.extend(page);
        }
    }

    async fn compare<K: StoredKind>(
        &mut self,
        app: &App,
        finished: &[Finished<K>],
        listed: &Result<HashSet<ResourceId<K>>, String>,
        location: &str,
    ) -> Result<(), StoreError> {
        for one in finished {
            let finding = Finding::of(listed, &one.id, location);
            let is_missing = matches!(finding, Finding::Missing(_));
            if is_missing {
                self.missing.insert(one.id.as_uuid());
            }
            let is_first = is_missing && !self.missing_before.contains(&one.id.as_uuid());
            if is_first || finding.confirms(one.state) {
                continue;
            }
            let store = K::of(self.deps.store.as_ref());
            let found = store.fetch_resource(app.account_id, one.id).await?;
            if let Some(found) = found.filter(|found| found.generation == one.generation) {
                self.update(found, &finding).await?;
            }
        }
        Ok(())
    }

    async fn update<K: StoredKind>(
        &self,
        mut resource: Resource<K>,
        finding: &Finding,
    ) -> Result<(), StoreError> {
        let Some((state, reasons)) = finding.transition(resource.state, &resource.state_unready) else {
            return Ok(());
        };
        let was = std::mem::replace(&mut resource.state, state);
        resource.state_unready = reasons;
        resource
            .metadata
            .changed(SubjectId::SYSTEM, self.deps.clock.now());
        let is_changed = transact(|| async {
            let mut tx = self.deps.store.begin().await?;
            // A concurrent change or deletion takes precedence.
            let is_changed = K::of_tx(tx.as_mut()).update_resource(&resource).await?;
            if is_changed {
                tx.commit().await?;
            }
            Ok::<_, StoreError>(is_changed)
        });
        if is_changed.await? {
            log_change(&resource, was);
        }
        Ok(())
    }
}

/// The listing or the reason for its failure; `None` if the server is stopping or lacks the resources for a listing.
fn listing_result<T>(listed: Result<HashSet<T>, EngineError>) -> Option<Result<HashSet<T>, String>> {
    match listed {
        Ok(found) => Some(Ok(found)),
        // A shortage of resources says nothing about the data: the next pass tries again.
        Err(EngineError::Cancelled | EngineError::Exhausted(_)) => None,
        Err(error) => Some(Err(error.to_string())),
    }
}

fn log_change<K: Kind>(resource: &Resource<K>, from: ResourceState) {
    let (kind, id, reason) = (K::NAME, resource.id, resource.state_unready.join("; "));
    let (from, to) = (from.as_str(), resource.state.as_str());
    if resource.state == ResourceState::Completed {
        tracing::info!(kind, %id, from, to, "data has reappeared");
    } else {
        tracing::warn!(kind, %id, from, to, reason, "data is missing");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finished_resources_change_and_only_when_necessary() {
        use ResourceState::{Completed, Removed, Unknown};
        let (missing, undetermined) = (
            Finding::Missing("missing".to_owned()),
            Finding::Undetermined("off".to_owned()),
        );
        let words = |word: &str| vec![word.to_owned()];
        for (finding, from, reasons, expected) in [
            (&Finding::Present, Completed, vec![], None),
            (
                &Finding::Present,
                Removed,
                words("missing"),
                Some((Completed, vec![])),
            ),
            (
                &Finding::Present,
                Unknown,
                words("off"),
                Some((Completed, vec![])),
            ),
            (&missing, Completed, vec![], Some((Removed, words("missing")))),
            (&missing, Removed, words("missing"), None),
            (&missing, Unknown, words("off"), Some((Removed, words("missing")))),
            (&undetermined, Completed, vec![], Some((Unknown, words("off")))),
            (
                &undetermined,
                Removed,
                words("missing"),
                Some((Unknown, words("off"))),
            ),
            (&undetermined, Unknown, words("off"), None),
            (
                &undetermined,
                Unknown,
                words("otherwise"),
                Some((Unknown, words("off"))),
            ),
        ] {
            assert_eq!(
                finding.transition(from, &reasons),
                expected,
                "{finding:?} of {from:?}"
            );
            assert!(
                !finding.confirms(from) || expected.is_none(),
                "{finding:?} of {from:?}"
            );
        }
        for &state in ResourceState::ALL.iter().filter(|state| !is_finished(**state)) {
            for finding in [&Finding::Present, &missing, &undetermined] {
                assert_eq!(finding.transition(state, &[]), None, "{finding:?} of {state:?}");
            }
        }
    }

    #[test]
    fn failed_listings_make_resources_unknown() {
        let listed = Ok(HashSet::from([1]));
        assert_eq!(Finding::of(&listed, &1, "bucket main"), Finding::Present);
        let missing = Finding::Missing("the data is missing from bucket main".to_owned());
        assert_eq!(Finding::of(&listed, &2, "bucket main"), missing);
        let failed: Result<HashSet<u8>, _> = Err("no route".to_owned());
        assert_eq!(
            Finding::of(&failed, &1, "bucket main"),
            Finding::Undetermined("no route".to_owned())
        );
    }
}

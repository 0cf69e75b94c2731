//! The patrol: asks every bucket, and the disk, which of the finished backups and snapshots are still there.
//!
//! Completed ones become `removed` when their data is gone, `unknown` with the reason while nobody can tell, and
//! `completed` again when the data is back. A round may be repeated, missed or interrupted at any time: it only
//! looks, and each change is a compare-and-set on a resource that was read before the bucket was asked. So a
//! backup that is completed, changed or deleted meanwhile is left to the next round; a running delete of the
//! same repository is waited for.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Liveness, WorkerDeps};
use crate::app_backup::AppBackup;
use crate::app_snap::AppSnap;
use crate::catalog::{App, Bucket};
use crate::engine::EngineError;
use crate::ids::{AppBackupId, AppSnapId, BucketId, SubjectId};
use crate::state::{ResourceState, fit_reason};
use crate::store::{ListFilter, Page, Position, StoreError, Version};

/// How many resources are read at once.
const PAGE_ROWS: u32 = 200;

/// A patrol that goes round.
pub struct Patrol {
    task: JoinHandle<()>,
    shutdown: CancellationToken,
}

impl Patrol {
    /// Starts the first round now, and each further one `every` after the one before it ended.
    #[must_use]
    pub fn start(deps: &WorkerDeps, every: Duration) -> Self {
        let shutdown = CancellationToken::new();
        let beat = Beat {
            deps: deps.clone(),
            shutdown: shutdown.clone(),
        };
        let task = tokio::spawn(async move { beat.walk(every).await });
        Self { task, shutdown }
    }

    /// Whether it still runs.
    #[must_use]
    pub fn liveness(&self) -> Liveness {
        let mut liveness = Liveness::default();
        liveness.add("patrol", self.task.abort_handle());
        liveness
    }

    /// Stops, soon.
    pub async fn stop(self) {
        self.shutdown.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the patrol died");
        }
    }
}

/// What a look at the data found.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Finding {
    /// It is there.
    There,
    /// It is gone; says from where.
    Gone(String),
    /// Nobody can tell, for this reason.
    Unclear(String),
}

impl Finding {
    /// What a listing says about one of the things that it may hold.
    fn of<T: Eq + Hash>(listed: &Result<HashSet<T>, String>, id: &T, place: &str) -> Self {
        match listed {
            Err(reason) => Self::Unclear(reason.clone()),
            Ok(found) if found.contains(id) => Self::There,
            Ok(_) => Self::Gone(format!("the data is gone from {place}")),
        }
    }

    /// The state and its reasons after this was found of what was finished; nothing when they stay as they are.
    fn moves(&self, state: ResourceState, reasons: &[String]) -> Option<(ResourceState, Vec<String>)> {
        let (next, reason) = match self {
            Self::There => (ResourceState::Completed, None),
            Self::Gone(reason) => (ResourceState::Removed, Some(reason)),
            Self::Unclear(reason) => (ResourceState::Unknown, Some(reason)),
        };
        let next_reasons: Vec<_> = reason.iter().map(|reason| fit_reason(reason)).collect();
        let stays = state == next && (next == ResourceState::Completed || reasons == next_reasons);
        (is_finished(state) && state.may_become(next) && !stays).then_some((next, next_reasons))
    }
}

/// Whether the data should be there, or was.
fn is_finished(state: ResourceState) -> bool {
    matches!(
        state,
        ResourceState::Completed | ResourceState::Removed | ResourceState::Unknown
    )
}

struct Beat {
    deps: WorkerDeps,
    shutdown: CancellationToken,
}

impl Beat {
    async fn walk(&self, every: Duration) {
        let rounds = async {
            loop {
                if let Err(error) = self.round().await {
                    tracing::warn!(%error, "a patrol was not finished");
                }
                tokio::time::sleep(every).await;
            }
        };
        let _ = self.shutdown.run_until_cancelled(rounds).await;
    }

    async fn round(&self) -> Result<(), StoreError> {
        let store = &self.deps.store;
        for account in store.list_accounts().await? {
            let buckets = store.list_buckets(account.id).await?;
            for app in store.list_apps(account.id).await? {
                self.look_at_backups(&app, &buckets).await?;
                self.look_at_snaps(&app).await?;
            }
        }
        Ok(())
    }

    async fn look_at_backups(&self, app: &App, buckets: &[Bucket]) -> Result<(), StoreError> {
        // Read before any bucket is asked: what is finished later isn't among them.
        let mut by_bucket: HashMap<BucketId, Vec<AppBackup>> = HashMap::new();
        let mut after = None;
        while let Some(page) = self.backups_after(app, after).await? {
            after = page.last().map(|version| version.position);
            let ids: Vec<_> = page
                .iter()
                .map(|version| AppBackupId::new(version.position.id))
                .collect();
            for backup in self.deps.store.fetch_app_backups(app.account_id, &ids).await? {
                if is_finished(backup.state) {
                    by_bucket.entry(backup.bucket_id).or_default().push(backup);
                }
            }
        }
        for (bucket_id, backups) in by_bucket {
            let Some(bucket) = buckets.iter().find(|bucket| bucket.id == bucket_id) else {
                continue;
            };
            let asked = self
                .deps
                .engine
                .list_backups(bucket, app.id, &self.shutdown)
                .await;
            let Some(listed) = heard(asked) else { return Ok(()) };
            for backup in backups {
                let finding = Finding::of(&listed, &backup.id, &format!("bucket {}", bucket.name));
                self.note_backup(backup, &finding).await?;
            }
        }
        Ok(())
    }

    async fn look_at_snaps(&self, app: &App) -> Result<(), StoreError> {
        let mut snaps: Vec<AppSnap> = Vec::new();
        let mut after = None;
        while let Some(page) = self.snaps_after(app, after).await? {
            after = page.last().map(|version| version.position);
            let ids: Vec<_> = page
                .iter()
                .map(|version| AppSnapId::new(version.position.id))
                .collect();
            let fetched = self.deps.store.fetch_app_snaps(app.account_id, &ids).await?;
            snaps.extend(fetched.into_iter().filter(|snap| is_finished(snap.state)));
        }
        if snaps.is_empty() {
            return Ok(());
        }
        let Some(listed) = heard(self.deps.engine.list_snapshots(app.id).await) else {
            return Ok(());
        };
        for snap in snaps {
            let finding = Finding::of(&listed, &snap.id, "the data directory");
            self.note_snap(snap, &finding).await?;
        }
        Ok(())
    }

    async fn note_backup(&self, mut backup: AppBackup, finding: &Finding) -> Result<(), StoreError> {
        let Some((state, reasons)) = finding.moves(backup.state, &backup.state_unready) else {
            return Ok(());
        };
        let was = std::mem::replace(&mut backup.state, state);
        backup.state_unready = reasons;
        backup.metadata.changed(SubjectId::SYSTEM, self.now());
        let mut tx = self.deps.store.begin().await?;
        // Whoever changed or deleted it meanwhile knows better.
        if tx.update_app_backup(&backup).await? {
            tx.commit().await?;
            tell(&"backup", &backup.id, was, backup.state, &backup.state_unready);
        }
        Ok(())
    }

    async fn note_snap(&self, mut snap: AppSnap, finding: &Finding) -> Result<(), StoreError> {
        let Some((state, reasons)) = finding.moves(snap.state, &snap.state_unready) else {
            return Ok(());
        };
        let was = std::mem::replace(&mut snap.state, state);
        snap.state_unready = reasons;
        snap.metadata.changed(SubjectId::SYSTEM, self.now());
        let mut tx = self.deps.store.begin().await?;
        if tx.update_app_snap(&snap).await? {
            tx.commit().await?;
            tell(&"snapshot", &snap.id, was, snap.state, &snap.state_unready);
        }
        Ok(())
    }

    fn now(&self) -> DateTime<Utc> {
        self.deps.clock.now()
    }

    async fn backups_after(
        &self,
        app: &App,
        after: Option<Position>,
    ) -> Result<Option<Vec<Version>>, StoreError> {
        let (filter, page) = part(app, after);
        let found = self.deps.store.list_app_backup_versions(&filter, &page).await?;
        Ok(Some(found).filter(|found| !found.is_empty()))
    }

    async fn snaps_after(
        &self,
        app: &App,
        after: Option<Position>,
    ) -> Result<Option<Vec<Version>>, StoreError> {
        let (filter, page) = part(app, after);
        let found = self.deps.store.list_app_snap_versions(&filter, &page).await?;
        Ok(Some(found).filter(|found| !found.is_empty()))
    }
}

fn part(app: &App, after: Option<Position>) -> (ListFilter, Page) {
    let filter = ListFilter {
        account_id: app.account_id,
        app_id: Some(app.id),
    };
    (
        filter,
        Page {
            after,
            rows_max: PAGE_ROWS,
        },
    )
}

/// What was listed, or why it couldn't be; nothing when the question was taken back.
fn heard<T>(asked: Result<HashSet<T>, EngineError>) -> Option<Result<HashSet<T>, String>> {
    match asked {
        Ok(found) => Some(Ok(found)),
        Err(EngineError::Cancelled) => None,
        Err(error) => Some(Err(error.to_string())),
    }
}

fn tell(
    kind: &dyn std::fmt::Display,
    id: &dyn std::fmt::Display,
    from: ResourceState,
    to: ResourceState,
    reasons: &[String],
) {
    let (from, to, reason) = (from.as_str(), to.as_str(), reasons.join("; "));
    if to == ResourceState::Completed.as_str() {
        tracing::info!(%kind, %id, from, to, "what was missed is there again");
    } else {
        tracing::warn!(%kind, %id, from, to, reason, "what was finished is missed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_finished_moves_and_only_when_something_changed() {
        use ResourceState::{Completed, Removed, Unknown};
        let (gone, unclear) = (
            Finding::Gone("gone".to_owned()),
            Finding::Unclear("off".to_owned()),
        );
        let words = |word: &str| vec![word.to_owned()];
        for (finding, from, reasons, expected) in [
            (&Finding::There, Completed, vec![], None),
            (&Finding::There, Removed, words("gone"), Some((Completed, vec![]))),
            (&Finding::There, Unknown, words("off"), Some((Completed, vec![]))),
            (&gone, Completed, vec![], Some((Removed, words("gone")))),
            (&gone, Removed, words("gone"), None),
            (&gone, Unknown, words("off"), Some((Removed, words("gone")))),
            (&unclear, Completed, vec![], Some((Unknown, words("off")))),
            (&unclear, Removed, words("gone"), Some((Unknown, words("off")))),
            (&unclear, Unknown, words("off"), None),
            (
                &unclear,
                Unknown,
                words("otherwise"),
                Some((Unknown, words("off"))),
            ),
        ] {
            assert_eq!(finding.moves(from, &reasons), expected, "{finding:?} of {from:?}");
        }
        for state in ResourceState::ALL
            .into_iter()
            .filter(|state| !is_finished(*state))
        {
            for finding in [&Finding::There, &gone, &unclear] {
                assert_eq!(finding.moves(state, &[]), None, "{finding:?} of {state:?}");
            }
        }
    }

    #[test]
    fn a_listing_tells_what_is_there_and_a_failed_one_nothing() {
        let listed = Ok(HashSet::from([1]));
        assert_eq!(Finding::of(&listed, &1, "bucket main"), Finding::There);
        let gone = Finding::Gone("the data is gone from bucket main".to_owned());
        assert_eq!(Finding::of(&listed, &2, "bucket main"), gone);
        let failed: Result<HashSet<u8>, _> = Err("no route".to_owned());
        assert_eq!(
            Finding::of(&failed, &1, "bucket main"),
            Finding::Unclear("no route".to_owned())
        );
    }
}

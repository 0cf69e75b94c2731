//! Records which apps are away, because no node that declares them has a live server.

use tokio::time::{MissedTickBehavior, interval};

use super::{Background, WorkerDeps};
use crate::lease;
use crate::store::{StoreError, transact};

/// Records which apps are away now, and again whenever servers register, until it is stopped.
#[must_use]
pub fn start_node_watch(deps: &WorkerDeps) -> Background {
    let deps = deps.clone();
    Background::start("node watch", move |shutdown| async move {
        let mut tick = interval(lease::renew_every());
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(tick.tick()).await.is_some() {
            match transact(|| update(&deps)).await {
                Ok(0) => {}
                Ok(apps) => tracing::info!(apps, "the nodes of apps have stopped or returned"),
                Err(error) => tracing::warn!(%error, "the nodes of apps could not be checked"),
            }
        }
    })
}

async fn update(deps: &WorkerDeps) -> Result<usize, StoreError> {
    let mut tx = deps.store.begin().await?;
    let changed = tx.update_away_apps(deps.clock.now()).await?;
    if changed > 0 {
        tx.commit().await?;
    }
    Ok(changed)
}

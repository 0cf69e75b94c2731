//! Delivers notifications: one at a time to each receiver, so that a receiver that doesn't respond delays no other.
//!
//! A claim lasts a little longer than the receiver's time limit. If the server dies meanwhile, the notification is
//! delivered again after that: receivers get each notification at least once.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::run::backoff_secs;
use super::{Background, POLL_EVERY, WorkerDeps};
use crate::ids::AccountId;
use crate::notification::{
    ClaimedNotification, Event, Message, Notifier, RETRIED_FOR, Receiver, Subject, SubjectNames,
};
use crate::store::{Store, StoreError};

/// How much longer than the receiver's time limit a claim lasts, in seconds.
const CLAIM_MARGIN_SECS: i64 = 5;

/// How long a stop waits for receivers that don't respond.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Delivers notifications until it is stopped. The receivers are read again for each notification.
#[must_use]
pub fn start_deliveries(deps: &WorkerDeps, notifier: Arc<dyn Notifier>) -> Background {
    let deps = deps.clone();
    Background::start("deliveries", move |shutdown| {
        deliver_all(deps, notifier, shutdown)
    })
}

async fn deliver_all(deps: WorkerDeps, notifier: Arc<dyn Notifier>, shutdown: CancellationToken) {
    let mut deliveries = JoinSet::new();
    let mut busy: HashSet<String> = HashSet::new();
    loop {
        for receiver in notifier.receivers() {
            if busy.contains(&receiver.name) {
                continue;
            }
            match claim(&deps, &receiver).await {
                Ok(Some(claimed)) => {
                    busy.insert(receiver.name.clone());
                    let (deps, notifier) = (deps.clone(), notifier.clone());
                    deliveries.spawn(async move {
                        deliver(&deps, notifier.as_ref(), &receiver.name, claimed).await;
                        receiver.name
                    });
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "notifications could not be read"),
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(ended) = deliveries.join_next() => match ended {
                Ok(receiver) => drop(busy.remove(&receiver)),
                Err(error) => {
                    tracing::error!(%error, "a delivery failed");
                    deliveries.shutdown().await;
                    busy.clear();
                }
            },
            () = tokio::time::sleep(POLL_EVERY) => {}
        }
    }
    // A message that was accepted isn't sent again by the next server.
    let ended = async { while deliveries.join_next().await.is_some() {} };
    if timeout(STOP_TIMEOUT, ended).await.is_err() {
        tracing::warn!("notifications were still being sent at the end");
    }
}

async fn claim(deps: &WorkerDeps, receiver: &Receiver) -> Result<Option<ClaimedNotification>, StoreError> {
    let now = deps.clock.now();
    let until = now + TimeDelta::seconds(i64::from(receiver.timeout_secs) + CLAIM_MARGIN_SECS);
    deps.store.claim_notification(&receiver.name, now, until).await
}

async fn deliver(deps: &WorkerDeps, notifier: &dyn Notifier, receiver: &str, claimed: ClaimedNotification) {
    let (id, attempts) = (claimed.id, claimed.attempts);
    let names = match names(deps.store.as_ref(), &claimed.event).await {
        Ok(names) => names,
        Err(error) => {
            // The claim ends, and the notification is delivered then.
            tracing::warn!(notification.id = %id, receiver, %error, "a notification was not sent");
            return;
        }
    };
    let message = Message::new(id, &claimed.event, names);
    let sent = notifier.send(receiver, &message, deps.clock.now()).await;
    let now = deps.clock.now();
    let stored = match sent {
        Ok(()) => {
            tracing::info!(notification.id = %id, receiver, title = message.title, "notification delivered");
            notifier.count(receiver, true);
            deps.store.delete_notification(id, attempts).await
        }
        Err(reason) if now - claimed.event.at >= RETRIED_FOR => {
            tracing::error!(notification.id = %id, receiver, reason, attempts, "notification given up");
            notifier.count(receiver, false);
            deps.store.delete_notification(id, attempts).await
        }
        Err(reason) => {
            let pause_secs = backoff_secs(attempts);
            tracing::warn!(
                notification.id = %id, receiver, reason, attempts, pause_secs,
                "notification not delivered: it will be sent again"
            );
            let due_at = now + TimeDelta::seconds(pause_secs);
            deps.store.update_notification_due(id, attempts, due_at).await
        }
    };
    if let Err(error) = stored {
        tracing::warn!(notification.id = %id, receiver, %error, "the result of a delivery was not recorded");
    }
}

/// The names of an event's subject. Those that no longer exist are empty.
async fn names(store: &dyn Store, event: &Event) -> Result<SubjectNames, StoreError> {
    let Some(account_id) = event.account_id else {
        return Ok(SubjectNames::default());
    };
    let account = store.fetch_account(account_id).await?;
    let mut names = SubjectNames {
        account: account.map(|account| account.name).unwrap_or_default(),
        ..SubjectNames::default()
    };
    if let Some(app_id) = event.subject.app_id() {
        let app = store.fetch_app(account_id, app_id).await?;
        names.app = app.map(|app| app.name).unwrap_or_default();
    }
    if let Some(bucket_id) = event.subject.bucket_id() {
        let bucket = store.fetch_bucket(account_id, bucket_id).await?;
        names.bucket = bucket.map(|bucket| bucket.name).unwrap_or_default();
    }
    names.schedule = schedule_name(store, account_id, &event.subject).await?;
    Ok(names)
}

async fn schedule_name(
    store: &dyn Store,
    account_id: AccountId,
    subject: &Subject,
) -> Result<String, StoreError> {
    let Subject::Schedule { schedule_id, .. } = subject else {
        return Ok(String::new());
    };
    let schedule = store.fetch_schedule(account_id, *schedule_id).await?;
    Ok(schedule.map(|schedule| schedule.name).unwrap_or_default())
}

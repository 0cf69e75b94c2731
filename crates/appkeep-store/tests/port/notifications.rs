//! Alarms, and notifications that wait for their delivery.

use appkeep_core::ids::BucketId;
use appkeep_core::notification::{ClaimedNotification, Event, EventKind, NewNotification, Subject};
use uuid::Uuid;

use crate::fixtures::at;
use crate::harness::Harness;

fn notification(id: u128, receiver: &str, secs: i64) -> NewNotification {
    NewNotification {
        id: Uuid::from_u128(id),
        receiver: receiver.to_owned(),
        event: Event {
            kind: EventKind::Failure,
            subject: Subject::Bucket {
                bucket_id: BucketId::new(Uuid::from_u128(7)),
            },
            account_id: None,
            at: at(secs),
            since: None,
            backup_name: Some("nightly".to_owned()),
            reasons: vec!["the disk\u{0} is full".to_owned()],
        },
    }
}

async fn insert(h: &Harness, notifications: &[NewNotification]) {
    let mut tx = h.store.begin().await.unwrap();
    for notification in notifications {
        tx.insert_notification(notification).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn claim(h: &Harness, secs: i64) -> Option<ClaimedNotification> {
    let claimed = h.store.claim_notification("ops", at(secs), at(secs + 20)).await;
    claimed.unwrap()
}

port_tests! {
    an_alarm_is_raised_and_cleared_once,
    an_alarm_of_an_aborted_transaction_is_not_raised,
    a_claimed_notification_is_due_again_after_the_claim,
    notifications_are_claimed_by_receiver_oldest_first,
    old_and_surplus_notifications_are_deleted,
}

async fn an_alarm_is_raised_and_cleared_once(h: Harness) {
    let mut tx = h.store.begin().await.unwrap();
    assert!(tx.insert_alarm("bucket/1", at(1)).await.unwrap());
    assert!(!tx.insert_alarm("bucket/1", at(2)).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(h.store.list_alarms().await.unwrap(), ["bucket/1"]);
    let mut tx = h.store.begin().await.unwrap();
    assert_eq!(tx.delete_alarm("bucket/1").await.unwrap(), Some(at(1)));
    assert_eq!(tx.delete_alarm("bucket/1").await.unwrap(), None);
    tx.commit().await.unwrap();
    assert!(h.store.list_alarms().await.unwrap().is_empty());
}

async fn an_alarm_of_an_aborted_transaction_is_not_raised(h: Harness) {
    let mut tx = h.store.begin().await.unwrap();
    assert!(tx.insert_alarm("bucket/1", at(1)).await.unwrap());
    tx.insert_notification(&notification(1, "ops", 0)).await.unwrap();
    drop(tx);
    assert!(h.store.list_alarms().await.unwrap().is_empty());
    assert_eq!(claim(&h, 9).await, None);
}

async fn a_claimed_notification_is_due_again_after_the_claim(h: Harness) {
    let new = notification(1, "ops", 10);
    insert(&h, std::slice::from_ref(&new)).await;
    assert_eq!(claim(&h, 9).await, None);
    let first = claim(&h, 10).await.unwrap();
    assert_eq!((first.id, &first.event, first.attempts), (new.id, &new.event, 1));
    assert_eq!(claim(&h, 29).await, None);
    assert_eq!(claim(&h, 30).await.unwrap().attempts, 2);
    // The first claim has ended, so its result is ignored.
    h.store.delete_notification(new.id, 1).await.unwrap();
    h.store.update_notification_due(new.id, 1, at(31)).await.unwrap();
    assert_eq!(claim(&h, 49).await, None);
    h.store.update_notification_due(new.id, 2, at(40)).await.unwrap();
    assert_eq!(claim(&h, 40).await.unwrap().attempts, 3);
    h.store.delete_notification(new.id, 3).await.unwrap();
    assert_eq!(claim(&h, 1000).await, None);
}

async fn notifications_are_claimed_by_receiver_oldest_first(h: Harness) {
    let new = [
        notification(1, "ops", 3),
        notification(2, "other", 1),
        notification(3, "ops", 2),
    ];
    insert(&h, &new).await;
    let claimed = [claim(&h, 5).await, claim(&h, 5).await, claim(&h, 5).await];
    let ids = claimed.map(|claimed| claimed.map(|claimed| claimed.id.as_u128()));
    assert_eq!(ids, [Some(3), Some(1), None]);
}

async fn old_and_surplus_notifications_are_deleted(h: Harness) {
    let new: Vec<_> = (1..=5)
        .map(|n| notification(n, "ops", i64::try_from(n).unwrap()))
        .collect();
    insert(&h, &new).await;
    let deleted = async |before, rows_max, now| {
        let deleted = h
            .store
            .delete_old_notifications(at(before), rows_max, at(now))
            .await;
        deleted.unwrap()
    };
    assert_eq!(deleted(1, 5, 9).await, 0);
    assert_eq!(deleted(3, 5, 9).await, 2);
    assert_eq!(deleted(0, 1, 9).await, 2);
    // The clock was set back by hours.
    h.store
        .update_notification_due(Uuid::from_u128(5), 0, at(90_000))
        .await
        .unwrap();
    assert_eq!(claim(&h, 10).await, None);
    assert_eq!(deleted(0, 5, 10).await, 0);
    assert_eq!(claim(&h, 10).await.unwrap().id.as_u128(), 5);
}

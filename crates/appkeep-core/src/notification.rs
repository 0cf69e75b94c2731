//! Notifications: messages to receivers that an operator declares, when backups fail, recover, or are overdue.
//!
//! An alarm is a state of the database: a job or a check raises it, and its end clears it. Only changes are events, so
//! that one problem is one message. An event is stored once for each receiver, in the transaction of its change, and
//! deleted when it is delivered.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::ids::{AccountId, AppId, BucketId, ScheduleId};

/// How long the delivery of a notification is retried.
pub const RETRIED_FOR: TimeDelta = TimeDelta::hours(24);

/// The maximum number of notifications that wait for their delivery; the oldest are deleted.
pub const OUTBOX_MAX: u32 = 1000;

/// The maximum time that a receiver may take, in seconds.
pub const RECEIVER_TIMEOUT_SECS_MAX: u32 = 300;

/// The kind of an event.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum EventKind {
    /// A backup or a restore failed, or a bucket can't be used.
    Failure,
    /// The first success after a failure, or after backups were overdue.
    Recovery,
    /// No backup completed for more than two hours after a schedule's run was due.
    Overdue,
    /// A message that an operator requested.
    Test,
}

impl EventKind {
    /// The kinds that receivers can select.
    pub const SELECTABLE: [Self; 3] = [Self::Failure, Self::Recovery, Self::Overdue];

    /// The value in the configuration and in messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The subject of an alarm, which identifies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "subject", rename_all = "lowercase")]
pub enum Subject {
    /// The backups of an app in a bucket.
    Backup {
        /// The app.
        app_id: AppId,
        /// The bucket.
        bucket_id: BucketId,
    },
    /// The restores of an app.
    Restore {
        /// The app.
        app_id: AppId,
    },
    /// The state of a bucket.
    Bucket {
        /// The bucket.
        bucket_id: BucketId,
    },
    /// The punctuality of a schedule.
    Schedule {
        /// The app.
        app_id: AppId,
        /// The schedule.
        schedule_id: ScheduleId,
    },
    /// Nothing: a test.
    Test,
}

impl Subject {
    /// The key under which the alarm is stored.
    #[must_use]
    pub fn alarm(&self) -> String {
        match self {
            Self::Backup { app_id, bucket_id } => format!("backup/{app_id}/{bucket_id}"),
            Self::Restore { app_id } => format!("restore/{app_id}"),
            Self::Bucket { bucket_id } => format!("bucket/{bucket_id}"),
            Self::Schedule { app_id, schedule_id } => format!("schedule/{app_id}/{schedule_id}"),
            Self::Test => "test".to_owned(),
        }
    }

    /// The subject whose alarm has this key.
    #[must_use]
    pub fn of_alarm(key: &str) -> Option<Self> {
        let mut parts = key.split('/');
        let kind = parts.next()?;
        let mut id = || Uuid::try_parse(parts.next()?).ok();
        match kind {
            "backup" => Some(Self::Backup {
                app_id: id()?.into(),
                bucket_id: id()?.into(),
            }),
            "restore" => Some(Self::Restore { app_id: id()?.into() }),
            "bucket" => Some(Self::Bucket {
                bucket_id: id()?.into(),
            }),
            "schedule" => Some(Self::Schedule {
                app_id: id()?.into(),
                schedule_id: id()?.into(),
            }),
            _ => None,
        }
    }

    /// The app, if it is about one.
    #[must_use]
    pub fn app_id(&self) -> Option<AppId> {
        match self {
            Self::Backup { app_id, .. } | Self::Restore { app_id } | Self::Schedule { app_id, .. } => {
                Some(*app_id)
            }
            Self::Bucket { .. } | Self::Test => None,
        }
    }

    /// The bucket, if it is about one.
    #[must_use]
    pub fn bucket_id(&self) -> Option<BucketId> {
        match self {
            Self::Backup { bucket_id, .. } | Self::Bucket { bucket_id } => Some(*bucket_id),
            _ => None,
        }
    }
}

/// A change of an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its kind.
    pub kind: EventKind,
    /// Its subject.
    #[serde(flatten)]
    pub subject: Subject,
    /// The account of the subject; `None` for tests.
    pub account_id: Option<AccountId>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When the alarm was raised that this event clears.
    pub since: Option<DateTime<Utc>>,
    /// The name of the backup, if it is about one.
    pub backup_name: Option<String>,
    /// The reasons of a failure.
    pub reasons: Vec<String>,
}

/// A receiver of notifications, and the events that it receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Its name, unique in the configuration.
    pub name: String,
    /// The kinds of events.
    pub events: Vec<EventKind>,
    /// Only events of this account, if there is one.
    pub account_id: Option<AccountId>,
    /// Only events of these apps, unless it is empty.
    pub app_ids: Vec<AppId>,
    /// The time that it may take, in seconds.
    pub timeout_secs: u32,
}

impl Receiver {
    /// Whether it receives this event.
    #[must_use]
    pub fn receives(&self, event: &Event) -> bool {
        self.events.contains(&event.kind)
            && self.account_id.is_none_or(|id| event.account_id == Some(id))
            && (self.app_ids.is_empty()
                || event
                    .subject
                    .app_id()
                    .is_some_and(|app_id| self.app_ids.contains(&app_id)))
    }
}

/// A notification to store: an event for one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotification {
    /// Its id, which stays the same in all attempts to deliver it.
    pub id: Uuid,
    /// The name of the receiver.
    pub receiver: String,
    /// The event.
    pub event: Event,
}

/// A notification that is being delivered. Until the end of the claim, no other server delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedNotification {
    /// Its id.
    pub id: Uuid,
    /// The event.
    pub event: Event,
    /// The number of attempts, with this one.
    pub attempts: u32,
}

/// A message to a receiver: an event with the names of its subject. Unknown names are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The id of the notification.
    pub id: Uuid,
    /// The kind of the event.
    pub event: &'static str,
    /// The kind of its subject: `backup`, `restore`, `bucket`, `schedule` or `test`.
    pub subject: &'static str,
    /// When it happened.
    pub time: DateTime<Utc>,
    /// A short description, for example `backup of shop failed`.
    pub title: String,
    /// The title, with the reasons.
    pub message: String,
    /// The name of the account.
    pub account: String,
    /// The name of the app.
    pub app: String,
    /// The name of the bucket.
    pub bucket: String,
    /// The name of the schedule.
    pub schedule: String,
    /// The name of the backup.
    pub backup: String,
    /// The id of the account.
    #[serde(rename = "accountID")]
    pub account_id: String,
    /// The id of the app.
    #[serde(rename = "appID")]
    pub app_id: String,
    /// The id of the bucket.
    #[serde(rename = "bucketID")]
    pub bucket_id: String,
    /// The reasons of a failure.
    pub reasons: Vec<String>,
    /// When the failure began that has ended; empty for other events.
    pub since: String,
}

/// The names of an event's subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectNames {
    /// The name of the account.
    pub account: String,
    /// The name of the app.
    pub app: String,
    /// The name of the bucket.
    pub bucket: String,
    /// The name of the schedule.
    pub schedule: String,
}

impl Message {
    /// The message about an event.
    #[must_use]
    pub fn new(id: Uuid, event: &Event, names: SubjectNames) -> Self {
        let (subject, title) = describe(event, &names);
        let reasons = event.reasons.join("; ");
        let message = if reasons.is_empty() {
            title.clone()
        } else {
            format!("{title}: {reasons}")
        };
        let text = |id: Option<String>| id.unwrap_or_default();
        Self {
            id,
            event: event.kind.as_str(),
            subject,
            time: event.at,
            title,
            message,
            account: names.account,
            app: names.app,
            bucket: names.bucket,
            schedule: names.schedule,
            backup: event.backup_name.clone().unwrap_or_default(),
            account_id: text(event.account_id.map(|id| id.to_string())),
            app_id: text(event.subject.app_id().map(|id| id.to_string())),
            bucket_id: text(event.subject.bucket_id().map(|id| id.to_string())),
            reasons: event.reasons.clone(),
            since: text(event.since.map(|since| since.to_rfc3339())),
        }
    }

    /// The message of a test.
    #[must_use]
    pub fn test(id: Uuid, now: DateTime<Utc>) -> Self {
        let event = Event {
            kind: EventKind::Test,
            subject: Subject::Test,
            account_id: None,
            at: now,
            since: None,
            backup_name: None,
            reasons: vec!["appkeep notify test was run".to_owned()],
        };
        Self::new(id, &event, SubjectNames::default())
    }
}

/// The kind of the subject, and the title.
fn describe(event: &Event, names: &SubjectNames) -> (&'static str, String) {
    let is_recovery = event.kind == EventKind::Recovery;
    let SubjectNames {
        app,
        bucket,
        schedule,
        ..
    } = names;
    match event.subject {
        Subject::Backup { .. } if is_recovery => {
            ("backup", format!("backups of {app} in {bucket} work again"))
        }
        Subject::Backup { .. } => ("backup", format!("backup of {app} in {bucket} failed")),
        Subject::Restore { .. } if is_recovery => ("restore", format!("{app} is restored")),
        Subject::Restore { .. } => ("restore", format!("restore of {app} failed")),
        Subject::Bucket { .. } if is_recovery => ("bucket", format!("bucket {bucket} can be used again")),
        Subject::Bucket { .. } => ("bucket", format!("bucket {bucket} can't be used")),
        Subject::Schedule { .. } if is_recovery => (
            "schedule",
            format!("backups of {app} are no longer overdue ({schedule})"),
        ),
        Subject::Schedule { .. } => ("schedule", format!("backups of {app} are overdue ({schedule})")),
        Subject::Test => ("test", "test of notifications".to_owned()),
    }
}

/// The port to the receivers.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// The receivers that are declared at the moment.
    fn receivers(&self) -> Vec<Receiver>;

    /// Sends a message to the receiver with this name. `at` is the time of the attempt.
    ///
    /// # Errors
    /// The reason, without secrets, if the receiver didn't accept it within its time limit.
    async fn send(&self, receiver: &str, message: &Message, at: DateTime<Utc>) -> Result<(), String>;

    /// Counts a notification that was delivered, or given up.
    fn count(&self, receiver: &str, is_delivered: bool);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: EventKind, subject: Subject) -> Event {
        Event {
            kind,
            subject,
            account_id: Some(Uuid::from_u128(1).into()),
            at: DateTime::UNIX_EPOCH,
            since: None,
            backup_name: None,
            reasons: vec!["the disk is full".to_owned()],
        }
    }

    fn subjects() -> [Subject; 4] {
        let (app_id, bucket_id) = (Uuid::from_u128(2).into(), Uuid::from_u128(3).into());
        [
            Subject::Backup { app_id, bucket_id },
            Subject::Restore { app_id },
            Subject::Bucket { bucket_id },
            Subject::Schedule {
                app_id,
                schedule_id: Uuid::from_u128(4).into(),
            },
        ]
    }

    #[test]
    fn keys_identify_alarms_and_events_are_stored_unchanged() {
        for subject in subjects() {
            assert_eq!(Subject::of_alarm(&subject.alarm()), Some(subject));
            let event = event(EventKind::Failure, subject);
            let stored = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&stored).unwrap(), event);
        }
        assert_eq!(Subject::of_alarm("backup/1/2"), None);
    }

    #[test]
    fn receivers_select_events_by_kind_account_and_app() {
        let all = Receiver {
            name: "ops".to_owned(),
            events: EventKind::SELECTABLE.to_vec(),
            account_id: None,
            app_ids: Vec::new(),
            timeout_secs: 10,
        };
        let [backup, _, bucket, _] = subjects().map(|subject| event(EventKind::Failure, subject));
        assert!(all.receives(&backup) && all.receives(&bucket));
        assert!(!all.receives(&event(EventKind::Test, Subject::Test)));
        let of_app = |id: u128| Receiver {
            app_ids: vec![Uuid::from_u128(id).into()],
            ..all.clone()
        };
        assert!(of_app(2).receives(&backup));
        assert!(!of_app(9).receives(&backup) && !of_app(2).receives(&bucket));
        let elsewhere = Receiver {
            account_id: Some(Uuid::from_u128(9).into()),
            ..all.clone()
        };
        assert!(!elsewhere.receives(&backup));
        let only_recovery = Receiver {
            events: vec![EventKind::Recovery],
            ..all
        };
        assert!(!only_recovery.receives(&backup));
    }

    #[test]
    fn messages_name_their_subject_and_the_reasons() {
        let names = SubjectNames {
            app: "shop".to_owned(),
            bucket: "local".to_owned(),
            ..SubjectNames::default()
        };
        let [backup, ..] = subjects();
        let failure = Message::new(Uuid::nil(), &event(EventKind::Failure, backup), names.clone());
        assert_eq!(
            failure.message,
            "backup of shop in local failed: the disk is full"
        );
        let recovery = Message::new(Uuid::nil(), &event(EventKind::Recovery, backup), names);
        assert_eq!(recovery.title, "backups of shop in local work again");
    }
}

//! Converts declared resources to the contract's wire types. A conversion fails when the store holds a value
//! that the contract forbids.

use appkeep_api::account::{self, Account, AccountState, AccountType, AccountVersion};
use appkeep_api::bucket::{Bucket, BucketState, BucketType, BucketVersion, Provider};
use appkeep_api::formats::{Expression, FromText, Identifier, ResourceName, Timestamp};
use appkeep_api::hook::{Hook, HookAction, HookEnabled, HookOrigin, HookStage, HookType, HookVersion};
use appkeep_api::metadata::{Label, Metadata};
use appkeep_api::schedule::{
    Enabled, Granularity, Makes, Origin, Schedule, ScheduleRetention, ScheduleType, ScheduleVersion,
};
use appkeep_api::schedule_fields::{Count, DayOfMonth, DayOfWeek, Hour, Minute};
use appkeep_api::user::{self, AuthProvider, UserState, UserType, UserVersion};
use appkeep_core::actor::Role;
use appkeep_core::catalog::{
    self, BucketFeatures, BucketLocation, BucketMeasurement, BucketProblem, Recorded, UNDECLARED,
};
use appkeep_core::hook;
use appkeep_core::ids::SubjectId;
use appkeep_core::metadata::{FEATURES_LABEL, RETENTION_HELD_LABEL};
use appkeep_core::schedule::{self, ScheduleOrigin, Scheduled};
use appkeep_core::service::{HookView, ScheduleView};
use appkeep_core::user::User;

use super::to_wire::reasons;

/// The reason shown for a bucket before its first check.
const UNCHECKED: &str = "it has not been checked yet";

/// Converts an account, for a user with this role.
pub(super) fn account(account: &Recorded<catalog::Account>, role: Role) -> Result<Account, String> {
    Ok(Account {
        kind: AccountType::Account,
        version: AccountVersion::V1_0,
        id: Identifier(account.item.id.as_uuid()),
        name: ResourceName::from_text(&account.item.name)?,
        state: if account.item.declared {
            AccountState::Ready
        } else {
            AccountState::Unavailable
        },
        role: match role {
            Role::Viewer => account::Role::Viewer,
            Role::Member => account::Role::Member,
            Role::Admin => account::Role::Admin,
            Role::Owner => account::Role::Owner,
        },
        metadata: metadata(account),
    })
}

/// Converts a user. The role isn't exposed.
pub(super) fn user(user: &Recorded<User>) -> Result<user::User, String> {
    Ok(user::User {
        kind: UserType::User,
        version: UserVersion::V1_2,
        id: Identifier(user.item.id.as_uuid()),
        first_name: Expression::from_text(&user.item.name)?,
        last_name: String::new(),
        email: String::new(),
        auth_provider: AuthProvider::Local,
        state: if user.item.is_active {
            UserState::Active
        } else {
            UserState::Disabled
        },
        metadata: metadata(user),
    })
}

/// Converts a bucket. Its path on the server isn't exposed.
pub(super) fn bucket(
    bucket: &Recorded<catalog::Bucket>,
    is_default: bool,
    problem: Option<&BucketProblem>,
    features: Option<&BucketFeatures>,
    measurement: Option<&BucketMeasurement>,
) -> Result<Bucket, String> {
    let (state, why) = match problem {
        _ if !bucket.item.declared => (BucketState::Removed, vec![UNDECLARED.to_owned()]),
        None => (BucketState::Available, Vec::new()),
        Some(BucketProblem::Failed(reason)) => (BucketState::Failed, vec![reason.clone()]),
        Some(BucketProblem::Unchecked) => (BucketState::Unknown, vec![UNCHECKED.to_owned()]),
    };
    Ok(Bucket {
        kind: BucketType::Bucket,
        version: BucketVersion::V1_2,
        id: Identifier(bucket.item.id.as_uuid()),
        name: ResourceName::from_text(&bucket.item.name)?,
        provider: match bucket.item.location {
            BucketLocation::Directory(_) => Provider::Directory,
            BucketLocation::S3(_) => Provider::S3,
        },
        state,
        state_unready: reasons(&why)?,
        is_default,
        backups_max: bucket.item.backups_max,
        stored_bytes: measurement.map(|measured| measured.stored_bytes),
        free_bytes: measurement.and_then(|measured| measured.free_bytes),
        measurement_timestamp: measurement.map(|measured| Timestamp(measured.time)),
        metadata: Metadata {
            labels: features.copied().map(features_label).into_iter().collect(),
            ..metadata(bucket)
        },
    })
}

fn features_label(features: BucketFeatures) -> Label {
    Label {
        name: FEATURES_LABEL.to_owned(),
        value: features.names(),
    }
}

/// Converts a hook. Its command line and environment variables aren't exposed.
pub(super) fn hook(view: &Recorded<HookView>) -> Result<Hook, String> {
    let HookView { id, app_id, hook } = &view.item;
    Ok(Hook {
        kind: HookType::Hook,
        version: HookVersion::V1_3,
        id: Identifier(*id),
        name: ResourceName::from_text(&hook.name)?,
        app_id: Identifier(app_id.as_uuid()),
        hook_type: HookOrigin::Custom,
        stage: match hook.stage {
            hook::HookStage::PreSnapshot => HookStage::Pre,
            hook::HookStage::PostSnapshot => HookStage::Post,
        },
        action: HookAction::Snapshot,
        enabled: HookEnabled::Yes,
        timeout_secs: hook.timeout_secs,
        matching_images: Vec::new(),
        metadata: metadata(view),
    })
}

/// Converts a schedule.
pub(super) fn schedule(view: &Recorded<ScheduleView>) -> Result<Schedule, String> {
    let Scheduled { schedule, next } = &view.item.scheduled;
    let held = &view.item.held;
    let held = (!held.is_empty()).then(|| Label {
        name: RETENTION_HELD_LABEL.to_owned(),
        value: held.join("; "),
    });
    let makes = [
        (schedule.creates_backup, Makes::Backup),
        (schedule.creates_snapshot, Makes::Snapshot),
    ];
    let retention = schedule.retention;
    let (granularity, times) = schedule.timing.granularity();
    // Clients of the original copy all of these fields into requests.
    let is_simple = granularity != schedule::Granularity::Custom;
    Ok(Schedule {
        kind: ScheduleType::Schedule,
        version: ScheduleVersion::V1_3,
        id: Identifier(schedule.id.as_uuid()),
        name: ResourceName::from_text(&schedule.name)?,
        app_id: Identifier(schedule.app_id.as_uuid()),
        origin: match schedule.origin {
            ScheduleOrigin::Configuration => Origin::Configuration,
            ScheduleOrigin::Api { .. } => Origin::Api,
        },
        enabled: if schedule.enabled {
            Enabled::Yes
        } else {
            Enabled::No
        },
        granularity: self::granularity(granularity),
        minute: times.minute.map(Minute),
        hour: is_simple.then_some(Hour(times.hour)),
        day_of_week: is_simple.then_some(DayOfWeek(times.day_of_week)),
        day_of_month: is_simple.then_some(DayOfMonth(times.day_of_month)),
        cron: Expression::from_text(schedule.timing.expression())?,
        time_zone: Expression::from_text(schedule.timing.zone())?,
        jitter_secs: schedule.jitter_secs,
        makes: makes
            .into_iter()
            .filter(|(made, _)| *made)
            .map(|(_, kind)| kind)
            .collect(),
        bucket_id: schedule.bucket_id.map(|id| Identifier(id.as_uuid())),
        backup_retention: schedule.backups_kept().map(Count),
        snapshot_retention: schedule.snapshots_kept().map(Count),
        retention: ScheduleRetention {
            keep_last: retention.keep_last,
            keep_daily: retention.keep_daily,
            keep_weekly: retention.keep_weekly,
            keep_monthly: retention.keep_monthly,
            keep_days: retention.keep_days,
        },
        next_run_timestamp: next.map(|next| Timestamp(schedule.starts_at(next.due_at))),
        metadata: schedule_metadata(view, held),
    })
}

fn granularity(granularity: schedule::Granularity) -> Granularity {
    match granularity {
        schedule::Granularity::Hourly => Granularity::Hourly,
        schedule::Granularity::Daily => Granularity::Daily,
        schedule::Granularity::Weekly => Granularity::Weekly,
        schedule::Granularity::Monthly => Granularity::Monthly,
        schedule::Granularity::Custom => Granularity::Custom,
    }
}

fn schedule_metadata(view: &Recorded<ScheduleView>, label: Option<Label>) -> Metadata {
    let metadata = Metadata {
        labels: label.into_iter().collect(),
        ..metadata(view)
    };
    match view.item.scheduled.schedule.origin {
        ScheduleOrigin::Configuration => metadata,
        ScheduleOrigin::Api {
            created_by,
            modified_by,
        } => Metadata {
            created_by: Identifier(created_by.as_uuid()),
            modified_by: modified_by.map(|by| Identifier(by.as_uuid())),
            ..metadata
        },
    }
}

fn metadata<T>(recorded: &Recorded<T>) -> Metadata {
    let system = Identifier(SubjectId::SYSTEM.as_uuid());
    Metadata {
        labels: Vec::new(),
        creation_timestamp: Timestamp(recorded.created_at),
        modification_timestamp: Timestamp(recorded.modified_at),
        created_by: system,
        modified_by: (recorded.modified_at != recorded.created_at).then_some(system),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn redeclared_resources_are_modified_by_the_system() {
        let modified_by = |later| {
            let created_at = DateTime::UNIX_EPOCH;
            let (item, modified_at) = ((), created_at + later);
            metadata(&Recorded {
                item,
                created_at,
                modified_at,
            })
            .modified_by
        };
        let system = Identifier(SubjectId::SYSTEM.as_uuid());
        assert_eq!(modified_by(TimeDelta::zero()), None);
        assert_eq!(modified_by(TimeDelta::microseconds(1)), Some(system));
    }
}

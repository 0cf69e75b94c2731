//! The fields of resources in lists.

use appkeep_client::types::{
    App, AppBackup, AppRestore, AppSnap, Bucket, Metadata, Schedule, ScheduleEnabled,
};
use serde_json::Value;

use super::{app, bucket, resource, restores, schedule};
use crate::remote::{Align, Cell, Column, Exact, Field, Listed, Of, Tone, age, size_of};

const RESOURCE_STATES: &[&str] = &[
    "pending",
    "discovering",
    "running",
    "completed",
    "failed",
    "removed",
    "unknown",
];

const NAME: Column = Column::shrinking("NAME");
const APP: Column = Column::shrinking("APP");
const APP_ID: Column = Column::new("APP ID", Align::Left);
const BUCKET: Column = Column::shrinking("BUCKET");
const BUCKET_ID: Column = Column::new("BUCKET ID", Align::Left);
const STATE: Column = Column::new("STATE", Align::Left);
const REASON: Column = Column::shrinking("REASON");
const LABELS: Column = Column::shrinking("LABELS");
const AGE: Column = Column::new("AGE", Align::Right);
const ID: Column = Column::new("ID", Align::Left);

impl Listed for Of<AppBackup> {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::new("name", NAME, |of| of.thing.name.as_str().into()),
        Field::<Self>::new("app", APP, app_name),
        Field::<Self>::extra("app-id", APP_ID, |of| of.app_id().into()),
        Field::<Self>::extra("bucket", BUCKET, |of| of.bucket.clone().into()),
        Field::<Self>::extra("bucket-id", BUCKET_ID, |of| of.thing.bucket_id.into()),
        Field::<Self>::new("state", STATE, |of| of.thing.state.to_string().into()).shown(|of, _| {
            let backup = &of.thing;
            resource::state(&backup.state, backup.percent_done, backup.hook_state.as_ref())
        }),
        Field::<Self>::extra("reason", REASON, |of| reason(of.thing.state_unready.as_deref())),
        Field::<Self>::new("size", Column::new("SIZE", Align::Right), |of| {
            of.thing.total_bytes.into()
        })
        .shown(|of, _| size_of(of.thing.total_bytes).into()),
        Field::<Self>::new("created", AGE, created).shown(|of, now| age(created_at(of), now).into()),
        Field::<Self>::extra("labels", LABELS, labels),
        Field::<Self>::extra("schedule-id", Column::new("SCHEDULE ID", Align::Left), |of| {
            of.thing.schedule_id.into()
        }),
        Field::<Self>::new("id", ID, |of| of.thing.id.into()),
    ];
    const STATES: &'static [&'static str] = RESOURCE_STATES;

    fn state(&self) -> String {
        self.thing.state.to_string()
    }

    fn metadata(&self) -> &Metadata {
        &self.thing.metadata
    }

    fn data(&self) -> serde_json::Result<Value> {
        Of::data(self)
    }
}

impl Listed for Of<AppSnap> {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::new("name", NAME, |of| of.thing.name.as_str().into()),
        Field::<Self>::new("app", APP, app_name),
        Field::<Self>::extra("app-id", APP_ID, |of| of.app_id().into()),
        Field::<Self>::new("state", STATE, |of| of.thing.state.to_string().into())
            .shown(|of, _| resource::state(&of.thing.state, None, of.thing.hook_state.as_ref())),
        Field::<Self>::extra("reason", REASON, |of| reason(of.thing.state_unready.as_deref())),
        Field::<Self>::new("created", AGE, created).shown(|of, now| age(created_at(of), now).into()),
        Field::<Self>::extra("labels", LABELS, labels),
        Field::<Self>::extra("schedule-id", Column::new("SCHEDULE ID", Align::Left), |of| {
            of.thing.schedule_id.into()
        }),
        Field::<Self>::new("id", ID, |of| of.thing.id.into()),
    ];
    const STATES: &'static [&'static str] = RESOURCE_STATES;

    fn state(&self) -> String {
        self.thing.state.to_string()
    }

    fn metadata(&self) -> &Metadata {
        &self.thing.metadata
    }

    fn data(&self) -> serde_json::Result<Value> {
        Of::data(self)
    }
}

impl Listed for Of<AppRestore> {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::new("id", ID, |of| of.thing.id.into()),
        Field::<Self>::new("app", APP, app_name),
        Field::<Self>::extra("app-id", APP_ID, |of| of.thing.app_id.into()),
        Field::<Self>::extra("source-app-id", Column::new("SOURCE APP ID", Align::Left), |of| {
            of.thing.source_app_id.into()
        }),
        Field::<Self>::extra("backup-id", Column::new("BACKUP ID", Align::Left), |of| {
            of.thing.backup_id.into()
        }),
        Field::<Self>::extra("snapshot-id", Column::new("SNAPSHOT ID", Align::Left), |of| {
            of.thing.snapshot_id.into()
        }),
        Field::<Self>::new("target", Column::shrinking("TARGET"), |of| {
            of.thing.target.clone().into()
        })
        .shown(|of, _| restores::target(&of.thing).as_str().into()),
        Field::<Self>::new("state", STATE, |of| of.thing.state.to_string().into())
            .shown(|of, _| restores::state(&of.thing)),
        Field::<Self>::extra("reason", REASON, |of| reason(of.thing.state_unready.as_deref())),
        Field::<Self>::new("size", Column::new("SIZE", Align::Right), |of| {
            restores::bytes(of.thing.total_bytes).map_or(Exact::Nothing, Exact::Number)
        })
        .shown(|of, _| restores::size(&of.thing).into()),
        Field::<Self>::new("created", AGE, created).shown(|of, now| age(created_at(of), now).into()),
    ];
    const STATES: &'static [&'static str] = &["pending", "running", "completed", "failed", "interrupted"];

    fn state(&self) -> String {
        self.thing.state.to_string()
    }

    fn metadata(&self) -> &Metadata {
        &self.thing.metadata
    }

    fn data(&self) -> serde_json::Result<Value> {
        Of::data(self)
    }
}

impl Listed for Of<Schedule> {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::new("name", NAME, |of| of.thing.name.as_str().into()),
        Field::<Self>::new("app", APP, app_name),
        Field::<Self>::extra("app-id", APP_ID, |of| of.thing.app_id.into()),
        Field::<Self>::extra("bucket-id", BUCKET_ID, |of| of.thing.bucket_id.into()),
        Field::<Self>::new("when", Column::new("WHEN", Align::Left), |of| {
            of.thing.cron.as_str().into()
        }),
        Field::<Self>::new("zone", Column::shrinking("ZONE"), |of| {
            of.thing.time_zone.as_str().into()
        }),
        Field::<Self>::new("origin", Column::new("ORIGIN", Align::Left), |of| {
            of.thing.origin.to_string().into()
        }),
        Field::<Self>::extra("state", STATE, |of| of.state().into()),
        Field::<Self>::new("next", Column::new("NEXT", Align::Right), |of| {
            of.thing.next_run_timestamp.as_ref().into()
        })
        .shown(|of, now| match &of.thing.next_run_timestamp {
            _ if of.thing.enabled == ScheduleEnabled::False => Cell::toned(&"off", Tone::Bad),
            Some(next) => age(next, now).into(),
            None => "-".into(),
        }),
        Field::<Self>::new("keeps", Column::shrinking("KEEPS"), |of| {
            schedule::kept(&of.thing).into()
        })
        .shown(|of, _| schedule::retention(&of.thing)),
        Field::<Self>::extra("created", AGE, created).shown(|of, now| age(created_at(of), now).into()),
        Field::<Self>::extra("labels", LABELS, labels),
        Field::<Self>::new("id", ID, |of| of.thing.id.into()),
    ];
    const STATES: &'static [&'static str] = &["on", "off"];

    fn state(&self) -> String {
        let is_off = self.thing.enabled == ScheduleEnabled::False;
        if is_off { "off" } else { "on" }.to_owned()
    }

    fn metadata(&self) -> &Metadata {
        &self.thing.metadata
    }

    fn data(&self) -> serde_json::Result<Value> {
        Of::data(self)
    }
}

impl Listed for App {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::new("name", NAME, |app| app.name.as_str().into()),
        Field::<Self>::new("state", STATE, |app| app.state.to_string().into())
            .shown(|app, _| app::state(&app.state)),
        Field::<Self>::extra("reason", REASON, |app| reason(app.state_unready.as_deref())),
        Field::<Self>::new("created", AGE, created).shown(|app, now| age(created_at(app), now).into()),
        Field::<Self>::extra("labels", LABELS, labels),
        Field::<Self>::new("id", ID, |app| app.id.into()),
    ];
    const STATES: &'static [&'static str] = &["ready", "restoring", "failed", "unavailable"];

    fn state(&self) -> String {
        self.state.to_string()
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn data(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

impl Listed for Bucket {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::new("name", NAME, |bucket| bucket.name.as_str().into()),
        Field::<Self>::new("state", STATE, |bucket| bucket.state.to_string().into())
            .shown(|bucket, _| bucket::state(&bucket.state)),
        Field::<Self>::extra("reason", REASON, |bucket| reason(bucket.state_unready.as_deref())),
        Field::<Self>::new("stored", Column::new("STORED", Align::Right), |bucket| {
            bucket.stored_bytes.into()
        })
        .shown(|bucket, _| size_of(bucket.stored_bytes).into()),
        Field::<Self>::new("free", Column::new("FREE", Align::Right), |bucket| {
            bucket.free_bytes.into()
        })
        .shown(|bucket, _| size_of(bucket.free_bytes).into()),
        Field::<Self>::extra("measured", Column::new("MEASURED", Align::Right), |bucket| {
            bucket
                .measurement_timestamp
                .as_ref()
                .map(ToString::to_string)
                .into()
        })
        .shown(|bucket, now| bucket::measured(bucket.measurement_timestamp.as_ref(), now).into()),
        Field::<Self>::new("default", Column::new("DEFAULT", Align::Left), |bucket| {
            if bucket.is_default { "yes" } else { "no" }.into()
        }),
        Field::<Self>::new("at-once", Column::new("AT ONCE", Align::Right), |bucket| {
            Exact::Number(bucket.backups_max.try_into().unwrap_or_default())
        }),
        Field::<Self>::extra("provider", Column::new("PROVIDER", Align::Left), |bucket| {
            bucket.provider.to_string().into()
        }),
        Field::<Self>::extra("created", AGE, created)
            .shown(|bucket, now| age(created_at(bucket), now).into()),
        Field::<Self>::extra("labels", LABELS, labels),
        Field::<Self>::new("id", ID, |bucket| bucket.id.into()),
    ];
    const STATES: &'static [&'static str] = &["available", "failed", "removed", "unknown"];

    fn state(&self) -> String {
        self.state.to_string()
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn data(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

fn app_name<T>(of: &Of<T>) -> Exact {
    of.app.as_ref().map(|app| app.name.clone()).into()
}

fn created_at<T: Listed>(thing: &T) -> &appkeep_client::Timestamp {
    &thing.metadata().creation_timestamp
}

fn created<T: Listed>(thing: &T) -> Exact {
    created_at(thing).into()
}

fn labels<T: Listed>(thing: &T) -> Exact {
    let labels = thing.metadata().labels.iter().flatten();
    let labels: Vec<_> = labels
        .map(|label| format!("{}={}", label.name, label.value))
        .collect();
    (!labels.is_empty()).then(|| labels.join(" ")).into()
}

fn reason(reasons: Option<&[String]>) -> Exact {
    let reasons = crate::remote::reasons(reasons);
    (!reasons.is_empty()).then_some(reasons).into()
}

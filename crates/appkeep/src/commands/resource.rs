//! Results and details of backups and snapshots.

use appkeep_client::types::{App, AppBackup, AppSnap, HookState, Metadata, ResourceState, StateDetail};
use appkeep_client::{Number, Open, Uuid};
use chrono::{DateTime, Utc};

use crate::remote::{Cell, Details, End, Format, Named, Of, Session, Tone, moment, size_of};

/// The end of the type of reports of hooks that succeeded.
const HOOK_SUCCESS: &str = "/success";

/// Returns the result of a finished backup; none if it isn't finished.
pub(super) fn end_of_backup(backup: &AppBackup) -> Option<End> {
    end(
        &backup.state,
        backup.state_unready.as_deref(),
        backup.hook_state.as_ref(),
        backup.hook_state_details.as_deref(),
    )
}

/// Returns the result of a finished backup or snapshot; none if it isn't finished. Failed hooks count as a
/// failure: a database may still be quiesced.
pub(super) fn end(
    state: &Open<ResourceState>,
    reasons: Option<&[String]>,
    hooks: Option<&Open<HookState>>,
    hook_details: Option<&[StateDetail]>,
) -> Option<End> {
    let why = |word: &str| {
        let reasons = reasons.unwrap_or_default().join("; ");
        if reasons.is_empty() {
            word.to_owned()
        } else {
            format!("{word}: {reasons}")
        }
    };
    match state.known()? {
        ResourceState::Completed if hooks_failed(hooks) => {
            let details = hook_details.unwrap_or_default().iter();
            let details = details.filter(|detail| !detail.type_.ends_with(HOOK_SUCCESS));
            let details: Vec<_> = details
                .map(|detail| format!("{}: {}", detail.title, detail.detail))
                .collect();
            let details = details.join("; ");
            Some(End::Failed(format!("is completed, but hooks failed: {details}")))
        }
        ResourceState::Completed => Some(End::Succeeded),
        ResourceState::Failed => Some(End::Failed(why("failed"))),
        ResourceState::Removed => Some(End::Failed(why("was removed"))),
        ResourceState::Unknown => Some(End::Failed(why("is completed, but its bucket can't be read"))),
        ResourceState::Pending | ResourceState::Discovering | ResourceState::Running => None,
    }
}

fn hooks_failed(hooks: Option<&Open<HookState>>) -> bool {
    hooks.is_some_and(|hooks| *hooks == HookState::Failed)
}

/// Returns the state as a cell, with the progress of a running backup, and failed hooks.
pub(super) fn state(
    state: &Open<ResourceState>,
    percent: Option<Number>,
    hooks: Option<&Open<HookState>>,
) -> Cell {
    if *state == ResourceState::Completed && hooks_failed(hooks) {
        return Cell::toned(&format!("{state}, hooks failed"), Tone::Bad);
    }
    let tone = match state.known() {
        Some(ResourceState::Completed) => Tone::Good,
        Some(ResourceState::Failed | ResourceState::Removed | ResourceState::Unknown) => Tone::Bad,
        Some(ResourceState::Pending | ResourceState::Discovering | ResourceState::Running) => Tone::Pending,
        None => Tone::Plain,
    };
    match percent.map(Number::as_f64) {
        Some(percent) if *state == ResourceState::Running => {
            Cell::toned(&format!("{state} {:.0}%", percent.floor()), tone)
        }
        _ => Cell::toned(state, tone),
    }
}

/// The names of resources of which backups and snapshots contain only the ids, as far as they exist.
#[derive(Debug, Default)]
pub(super) struct Names {
    snapshot: Option<String>,
    schedule: Option<String>,
}

impl Names {
    /// Reads the names of an app's snapshot and schedule, if tables are printed. Servers that don't list them are ignored.
    pub(super) async fn read(
        session: &Session,
        app: Option<&App>,
        snapshot: Option<Uuid>,
        schedule: Option<Uuid>,
    ) -> Self {
        let mut names = Self::default();
        if session.output != Format::Table || app.is_none() {
            return names;
        }
        if let Some(id) = snapshot {
            let snapshots = session.owned_snapshots(app).await.unwrap_or_default();
            names.snapshot = name_of(id, snapshots);
        }
        if let Some(id) = schedule {
            let schedules = session.owned_schedules(app).await.unwrap_or_default();
            names.schedule = name_of(id, schedules);
        }
        names
    }
}

fn name_of<T: Named>(id: Uuid, things: Vec<T>) -> Option<String> {
    let thing = things.into_iter().find(|thing| thing.id() == id)?;
    Some(thing.name().to_owned())
}

/// Returns a name with the id behind it, or only the id.
fn named(name: Option<&String>, id: Uuid) -> String {
    name.map_or_else(|| id.to_string(), |name| format!("{name} ({id})"))
}

/// Returns all details of a backup.
pub(super) fn backup_details(of: &Of<AppBackup>, names: &Names, now: DateTime<Utc>) -> Details {
    let backup = &of.thing;
    let mut details = Details::default();
    details.cell("name", &backup.name);
    details.cell("id", backup.id);
    details.cell("app", of.app_name());
    details.cell(
        "state",
        state(&backup.state, backup.percent_done, backup.hook_state.as_ref()),
    );
    for reason in backup.state_unready.iter().flatten() {
        details.cell("reason", reason);
    }
    details.cell("size", bytes(backup.total_bytes));
    if backup.state == ResourceState::Running {
        details.cell("done", bytes(backup.bytes_done));
    }
    details.cell("bucket", named(of.bucket.as_ref(), backup.bucket_id));
    if let Some(id) = backup.snapshot_id {
        details.cell("snapshot", named(names.snapshot.as_ref(), id));
    }
    if let Some(id) = backup.schedule_id {
        details.cell("schedule", named(names.schedule.as_ref(), id));
    }
    if let Some(taken) = &backup.backup_creation_timestamp {
        details.cell("data of", moment(taken, now));
    }
    hooks(
        &mut details,
        backup.hook_state.as_ref(),
        backup.hook_state_details.as_deref(),
    );
    about(&mut details, &backup.metadata, now);
    details
}

/// Returns all details of a snapshot.
pub(super) fn snapshot_details(of: &Of<AppSnap>, names: &Names, now: DateTime<Utc>) -> Details {
    let snapshot = &of.thing;
    let mut details = Details::default();
    details.cell("name", &snapshot.name);
    details.cell("id", snapshot.id);
    details.cell("app", of.app_name());
    details.cell(
        "state",
        state(&snapshot.state, None, snapshot.hook_state.as_ref()),
    );
    for reason in snapshot.state_unready.iter().flatten() {
        details.cell("reason", reason);
    }
    if let Some(id) = snapshot.schedule_id {
        details.cell("schedule", named(names.schedule.as_ref(), id));
    }
    hooks(
        &mut details,
        snapshot.hook_state.as_ref(),
        snapshot.hook_state_details.as_deref(),
    );
    about(&mut details, &snapshot.metadata, now);
    details
}

/// Formats a size, rounded and exact.
fn bytes(number: Option<Number>) -> String {
    match number {
        Some(exact) if exact.as_u64().is_some_and(|bytes| bytes >= 1024) => {
            format!("{} ({exact} bytes)", size_of(number))
        }
        _ => size_of(number),
    }
}

/// Adds the state of the hooks and their reports. The state of apps without hooks is `success`, too, and isn't shown.
fn hooks(details: &mut Details, state: Option<&Open<HookState>>, said: Option<&[StateDetail]>) {
    let said = said.unwrap_or_default();
    let Some(state) = state.filter(|state| **state != HookState::Success || !said.is_empty()) else {
        return;
    };
    let tone = match state.known() {
        Some(HookState::Success) => Tone::Good,
        Some(HookState::Failed) => Tone::Bad,
        None => Tone::Plain,
    };
    details.cell("hooks", Cell::toned(state, tone));
    for detail in said {
        details.cell("hook", format!("{}: {}", detail.title, detail.detail));
    }
}

fn about(details: &mut Details, metadata: &Metadata, now: DateTime<Utc>) {
    for label in metadata.labels.iter().flatten() {
        details.cell("label", format!("{}={}", label.name, label.value));
    }
    details.cell("created", moment(&metadata.creation_timestamp, now));
    details.cell("created by", metadata.created_by);
    details.cell("changed", moment(&metadata.modification_timestamp, now));
}

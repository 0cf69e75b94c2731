//! Converts summaries of apps to the contract's wire types. Their parts are converted as in other responses.

use appkeep_api::app_summary::{AppSummary, AppSummaryType, AppSummaryVersion};
use appkeep_core::app_summary;
use appkeep_core::catalog::Recorded;
use appkeep_core::schedule::Scheduled;
use appkeep_core::service::ScheduleView;

use super::{to_wire, to_wire_declared};

/// Converts a summary. The paths of volumes aren't exposed. Fails when the store holds a value that the contract forbids.
pub(super) fn app_summary(summary: &app_summary::AppSummary) -> Result<AppSummary, String> {
    let app = to_wire::app(&summary.view)?;
    let volumes = summary.view.app.volumes.iter();
    let backup = to_wire::app_backup;
    let restore = to_wire::app_restore;
    Ok(AppSummary {
        kind: AppSummaryType::AppSummary,
        version: AppSummaryVersion::V1_0,
        id: app.id,
        name: app.name,
        state: app.state,
        state_unready: app.state_unready,
        volumes: volumes.map(|volume| volume.name.clone()).collect(),
        last_completed_backup: summary.last_completed_backup.as_ref().map(backup).transpose()?,
        latest_backup: summary.latest_backup.as_ref().map(backup).transpose()?,
        backups_in_progress: all(&summary.backups_in_progress, backup)?,
        started_backups: summary.counts.started_backups,
        pending_backups: summary.counts.pending_backups,
        last_restore: summary.last_restore.as_ref().map(restore).transpose()?,
        restores_in_progress: all(&summary.restores_in_progress, restore)?,
        started_restores: summary.counts.started_restores,
        pending_restores: summary.counts.pending_restores,
        schedules: all(&summary.schedules, schedule)?,
        metadata: app.metadata,
    })
}

fn all<T, W>(items: &[T], convert: impl Fn(&T) -> Result<W, String>) -> Result<Vec<W>, String> {
    items.iter().map(convert).collect()
}

/// Converts a schedule, without the label for held deletions: whether there are any depends on all of its backups.
fn schedule(recorded: &Recorded<Scheduled>) -> Result<appkeep_api::schedule::Schedule, String> {
    to_wire_declared::schedule(&Recorded {
        item: ScheduleView {
            scheduled: recorded.item.clone(),
            held: Vec::new(),
        },
        created_at: recorded.created_at,
        modified_at: recorded.modified_at,
    })
}

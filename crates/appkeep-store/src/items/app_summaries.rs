//! Summaries of apps, made from rows of several tables.

use std::collections::HashMap;

use appkeep_core::app::AppView;
use appkeep_core::app_summary::{AppSummary, InProgressCounts, SummaryParts};
use appkeep_core::ids::AppId;
use appkeep_core::store::StoreError;

use crate::rows::Row;

/// The states of backups that have ended.
pub(crate) const ENDED: [&str; 4] = ["completed", "failed", "removed", "unknown"];

/// The states of backups that have not ended.
pub(crate) const IN_PROGRESS: [&str; 3] = ["pending", "discovering", "running"];

/// The parts of the summaries of several apps.
pub(crate) struct PartsByApp(HashMap<AppId, SummaryParts>);

impl PartsByApp {
    pub(crate) fn new(apps: &[AppView]) -> Self {
        let parts = apps.iter().map(|view| (view.app.id, SummaryParts::default()));
        Self(parts.collect())
    }

    /// Adds items to the parts of their apps.
    pub(crate) fn add<T>(
        &mut self,
        items: Vec<T>,
        app_of: impl Fn(&T) -> AppId,
        add: impl Fn(&mut SummaryParts, T),
    ) {
        for item in items {
            if let Some(parts) = self.0.get_mut(&app_of(&item)) {
                add(parts, item);
            }
        }
    }

    pub(crate) fn summaries(mut self, apps: Vec<AppView>) -> Vec<AppSummary> {
        let summary = |view: AppView| {
            let parts = self.0.remove(&view.app.id).unwrap_or_default();
            AppSummary::of(view, parts)
        };
        apps.into_iter().map(summary).collect()
    }
}

/// An app with the numbers of its backups and restores that have not ended.
pub(crate) fn counts(row: &impl Row) -> Result<(AppId, InProgressCounts), StoreError> {
    let counts = InProgressCounts {
        started_backups: row.number("started_backups")?,
        pending_backups: row.number("pending_backups")?,
        started_restores: row.number("started_restores")?,
        pending_restores: row.number("pending_restores")?,
    };
    Ok((row.id("app_id")?, counts))
}

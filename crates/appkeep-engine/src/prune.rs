//! Forgets a backup and frees its space.
//!
//! The caller must hold the repository exclusively: a prune during a backup deletes packs that the backup
//! refers to.

use std::collections::HashSet;

use appkeep_core::engine::EngineError;
use appkeep_core::fail_point;
use appkeep_core::ids::AppBackupId;
use rustic_core::{LimitOption, PruneOptions, RepairIndexOptions};

use crate::repository::{OpenRepository, of_backup};
use crate::write_gate::WriteGate;

/// Whether a bucket has space for the files that a prune writes before it deletes any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FreeSpace {
    /// There is space: all unneeded data is deleted.
    Enough,
    /// There is no space: only packs without needed data are deleted.
    None,
}

/// Forgets a backup and deletes at once all data that no other backup needs, including that of interrupted
/// backups. The backups `keep` must be found first: a listing may be incomplete.
///
/// # Errors
/// Those of `Engine::delete_backup`. An interrupted prune leaves the other backups intact.
pub(crate) fn forget(
    repository: &OpenRepository,
    gate: &WriteGate,
    backup_id: AppBackupId,
    keep: &HashSet<AppBackupId>,
    space: FreeSpace,
) -> Result<(), EngineError> {
    let failed = |doing: &'static str| move |error: Box<_>| gate.explain(doing, &error);
    let all = repository
        .get_all_snapshots()
        .map_err(failed("reading the snapshots"))?;
    for kept in keep.iter().filter(|id| **id != backup_id) {
        if of_backup(&all, *kept).next().is_none() {
            return Err(unlisted(*kept));
        }
    }
    let ids: Vec<_> = of_backup(&all, backup_id).map(|snapshot| snapshot.id).collect();
    if !ids.is_empty() {
        repository
            .delete_snapshots(&ids)
            .map_err(failed("forgetting the backup"))?;
    }
    fail_point::pass("prune.forgotten");
    let options = options(space).map_err(failed("planning the prune"))?;
    let plan = repository
        .prune_plan(&options)
        .map_err(failed("planning the prune"))?;
    fail_point::pass("prune.planned");
    repository
        .prune(&options, plan)
        .map_err(failed("deleting unused data"))?;
    fail_point::pass("prune.done");
    Ok(())
}

/// The error if the bucket doesn't list a backup that must be kept.
pub(crate) fn unlisted(kept: AppBackupId) -> EngineError {
    EngineError::Storage(format!(
        "nothing was deleted: the bucket doesn't list the backup {kept}, whose data a prune would delete"
    ))
}

/// Rebuilds the index from the headers of the packs.
///
/// # Errors
/// Those of `Engine::delete_backup`.
pub(crate) fn rebuild_index(repository: &OpenRepository, gate: &WriteGate) -> Result<(), EngineError> {
    repository
        .repair_index(&RepairIndexOptions::default(), false)
        .map_err(|error| gate.explain("rebuilding the index", &error))
}

/// The options of a prune. The library's defaults would keep 5 % of unneeded data, and the rest for 23 hours.
fn options(space: FreeSpace) -> rustic_core::RusticResult<PruneOptions> {
    let mut options = PruneOptions::default();
    options.instant_delete = true;
    match space {
        FreeSpace::Enough => {
            options.max_unused = "0".parse::<LimitOption>()?;
            options.max_repack = LimitOption::Unlimited;
        }
        FreeSpace::None => {
            options.max_unused = LimitOption::Unlimited;
            options.max_repack = "0".parse::<LimitOption>()?;
            // Frees space for the new index. Without an index no backup relies on the existing data, and the
            // index can be rebuilt from the packs.
            options.early_delete_index = true;
        }
    }
    Ok(options)
}

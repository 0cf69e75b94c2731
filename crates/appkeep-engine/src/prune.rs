//! Forgets a backup and gives its bytes back.
//!
//! Only for one who has the repository alone: a prune beside a running backup removes packs that the backup
//! counts on.

use appkeep_core::engine::EngineError;
use appkeep_core::fail_point;
use appkeep_core::ids::AppBackupId;
use rustic_core::{LimitOption, PruneOptions, RepairIndexOptions};

use crate::gate::Gate;
use crate::repository::{OpenRepository, snapshots_of};

/// Whether a bucket has room for what a prune writes before it removes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// It has: all that isn't needed goes.
    Enough,
    /// It has none: only packs go that nothing is needed of.
    None,
}

/// Forgets a backup and removes at once all that no other backup needs, also what interrupted backups left.
///
/// # Errors
/// As the port says. A prune that was interrupted leaves the other backups whole.
pub(crate) fn forget(
    repository: &OpenRepository,
    gate: &Gate,
    backup_id: AppBackupId,
    room: Room,
) -> Result<(), EngineError> {
    let failed = |doing: &'static str| move |error: Box<_>| gate.explain(doing, &error);
    let snapshots = snapshots_of(repository, backup_id).map_err(failed("reading the snapshots"))?;
    let ids: Vec<_> = snapshots.iter().map(|snapshot| snapshot.id).collect();
    if !ids.is_empty() {
        repository
            .delete_snapshots(&ids)
            .map_err(failed("forgetting the backup"))?;
    }
    fail_point::pass("prune.forgotten");
    let options = options(room).map_err(failed("planning the prune"))?;
    let plan = repository
        .prune_plan(&options)
        .map_err(failed("planning the prune"))?;
    fail_point::pass("prune.planned");
    repository
        .prune(&options, plan)
        .map_err(failed("removing what is not needed"))?;
    fail_point::pass("prune.done");
    Ok(())
}

/// Makes an index again from what the packs say of themselves.
///
/// # Errors
/// As the port says.
pub(crate) fn mend_index(repository: &OpenRepository, gate: &Gate) -> Result<(), EngineError> {
    repository
        .repair_index(&RepairIndexOptions::default(), false)
        .map_err(|error| gate.explain("mending the index", &error))
}

/// The library's defaults keep 5 % of what isn't needed, and the rest for 23 hours.
fn options(room: Room) -> rustic_core::RusticResult<PruneOptions> {
    let mut options = PruneOptions::default();
    options.instant_delete = true;
    match room {
        Room::Enough => {
            options.max_unused = "0".parse::<LimitOption>()?;
            options.max_repack = LimitOption::Unlimited;
        }
        Room::None => {
            options.max_unused = LimitOption::Unlimited;
            options.max_repack = "0".parse::<LimitOption>()?;
            // Makes room for the new one. Without an index no backup counts on what is there, and it can be
            // made again from the packs.
            options.early_delete_index = true;
        }
    }
    Ok(options)
}

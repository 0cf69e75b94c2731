//! Forgets a backup and gives its bytes back.
//!
//! Only for one who has the repository alone: a prune beside a running backup removes packs that the backup
//! counts on.

use appkeep_core::engine::EngineError;
use appkeep_core::fail_point;
use appkeep_core::ids::AppBackupId;
use rustic_core::{LimitOption, PruneOptions};

use crate::gate::Gate;
use crate::repository::{OpenRepository, snapshots_of};

/// Forgets a backup and removes at once all that no other backup needs, also what interrupted backups left.
///
/// # Errors
/// As the port says. A prune that was interrupted leaves the other backups whole.
pub(crate) fn forget(
    repository: &OpenRepository,
    gate: &Gate,
    backup_id: AppBackupId,
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
    let options = options().map_err(failed("planning the prune"))?;
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

/// The library's defaults keep 5 % of what isn't needed, and the rest for 23 hours.
fn options() -> rustic_core::RusticResult<PruneOptions> {
    let mut options = PruneOptions::default();
    options.instant_delete = true;
    options.max_unused = "0".parse::<LimitOption>()?;
    options.max_repack = LimitOption::Unlimited;
    Ok(options)
}

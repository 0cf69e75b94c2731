//! Operations named on the command line.

use std::collections::BTreeSet;

use anyhow::bail;
use appkeep_contract::authored;

use super::checker_error;
use crate::nearest;

/// Returns the operations with these ids; without ids, all of them.
///
/// # Errors
/// When the contract has no such operation; the error names similar ones.
pub(super) fn known(wanted: &[String]) -> anyhow::Result<Option<BTreeSet<String>>> {
    if wanted.is_empty() {
        return Ok(None);
    }
    let contract = authored::document().map_err(checker_error)?;
    let ids: Vec<&str> = contract
        .operations()
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    let wanted: BTreeSet<String> = wanted.iter().map(|id| id.trim().to_owned()).collect();
    for id in &wanted {
        if !ids.contains(&id.as_str()) {
            let like = nearest::listed(&nearest::to(id, &ids), &ids);
            bail!("--operations: the contract has no operation {id:?}; {like}");
        }
    }
    Ok(Some(wanted))
}

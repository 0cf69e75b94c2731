//! Determines which backups need damaged data.

use std::collections::{BTreeSet, HashMap};

use appkeep_core::ids::AppBackupId;
use rustic_core::repofile::{IndexPack, SnapshotFile};
use rustic_core::{BlobId, IndexedFullStatus, Repository, TreeId};

use super::Damage;
use super::finding::{Finding, Subject};
use crate::repository::{OpenRepository, backup_ids};

/// The number of problems for which the backups are determined: one for each bit.
const TRACKED_MAX: usize = 64;

/// The problems of which a directory or any of its content is a part, one for each bit.
type Problems = u64;

/// Describes the problems, with the backups that need the data.
pub(super) fn describe<'a>(
    repository: OpenRepository,
    findings: Vec<Finding>,
    packs: impl Iterator<Item = &'a IndexPack>,
    snapshots: &[SnapshotFile],
) -> Vec<Damage> {
    let mut affected = vec![BTreeSet::new(); findings.len()];
    if let Ok(repository) = repository.to_indexed() {
        let mut walk = Walk {
            repository,
            damaged: damaged(&findings, packs),
            known: HashMap::new(),
            unreadable: bit(findings
                .iter()
                .position(|finding| finding.subject == Subject::Directories)),
        };
        for snapshot in snapshots {
            let problems = walk.problems_of(snapshot.tree);
            for (at, affected) in affected.iter_mut().enumerate() {
                if problems & bit(Some(at)) != 0 {
                    affected.extend(backup_ids(snapshot));
                }
            }
        }
    }
    let damage = findings.into_iter().zip(affected);
    damage
        .map(|(finding, backups): (Finding, BTreeSet<AppBackupId>)| Damage {
            object: finding.object(),
            reason: finding.reason,
            backups: backups.into_iter().collect(),
        })
        .collect()
}

fn bit(at: Option<usize>) -> Problems {
    at.filter(|at| *at < TRACKED_MAX).map_or(0, |at| 1 << at)
}

/// The pieces of data that are damaged or missing.
fn damaged<'a>(
    findings: &[Finding],
    packs: impl Iterator<Item = &'a IndexPack>,
) -> HashMap<BlobId, Problems> {
    let mut damaged: HashMap<BlobId, Problems> = HashMap::new();
    let mut of_packs = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        match finding.subject {
            Subject::Pack(id) => {
                of_packs.insert(id, bit(Some(at)));
            }
            Subject::Blob(id) => {
                damaged.insert(id, bit(Some(at)));
            }
            Subject::File(..) | Subject::Directories => {}
        }
    }
    for pack in packs {
        if let Some(problem) = of_packs.get(&pack.id) {
            for blob in &pack.blobs {
                *damaged.entry(blob.id).or_default() |= problem;
            }
        }
    }
    damaged
}

struct Walk {
    repository: Repository<IndexedFullStatus>,
    damaged: HashMap<BlobId, Problems>,
    /// The problems of directories that were read.
    known: HashMap<TreeId, Problems>,
    /// The problem of directories that can't be read for another reason.
    unreadable: Problems,
}

impl Walk {
    fn problems_of(&mut self, id: TreeId) -> Problems {
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let mut problems = self.of_blob(&id.into());
        match self.repository.get_tree(&id) {
            Ok(tree) => {
                for node in tree.nodes {
                    for piece in node.content.iter().flatten() {
                        problems |= self.of_blob(&(*piece).into());
                    }
                    if let Some(subtree) = node.subtree {
                        problems |= self.problems_of(subtree);
                    }
                }
            }
            Err(_) => problems |= self.unreadable,
        }
        self.known.insert(id, problems);
        problems
    }

    fn of_blob(&self, id: &BlobId) -> Problems {
        self.damaged.get(id).copied().unwrap_or_default()
    }
}

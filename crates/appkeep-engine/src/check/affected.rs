//! Determines which backups need damaged data.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use appkeep_core::ids::AppBackupId;
use rustic_core::repofile::{IndexPack, PackId, SnapshotFile};
use rustic_core::{BlobId, IndexedFullStatus, Repository, TreeId};

use super::Damage;
use super::finding::{Finding, Subject, deduplicate};
use crate::failure::message_of;
use crate::repository::{OpenRepository, backup_ids};

/// The number of problems for which the backups are determined: one for each bit.
const TRACKED_MAX: usize = 64;

/// The problems of which a directory or any of its content is a part, one for each bit.
type Problems = u64;

/// Describes the problems, with the backups that need the data.
pub(super) fn describe<'a>(
    repository: OpenRepository,
    mut findings: Vec<Finding>,
    packs: impl Iterator<Item = &'a IndexPack> + Clone,
    snapshots: &[SnapshotFile],
) -> Vec<Damage> {
    let mut affected = Vec::new();
    if let Ok(repository) = repository.to_indexed() {
        let mut walk = Walk::new(repository, damaged(&findings, packs.clone()));
        walk.all(snapshots);
        if !walk.unreadable.is_empty() {
            // The library names only one of the directories.
            findings.retain(|finding| !finding.is_of_directories());
            findings.extend(
                walk.unreadable
                    .into_iter()
                    .map(|(id, error)| Finding::of_tree_pack(id, &error)),
            );
            deduplicate(&mut findings);
            walk = Walk::new(walk.repository, damaged(&findings, packs));
        }
        affected = snapshots
            .iter()
            .map(|snapshot| (backup_ids(snapshot), walk.problems_of(snapshot.tree)))
            .collect();
    }
    let damage = findings.into_iter().enumerate();
    damage
        .map(|(at, finding)| {
            let affected = affected.iter().filter(|(_, problems)| problems & bit(at) != 0);
            let backups: BTreeSet<AppBackupId> = affected.flat_map(|(ids, _)| ids.clone()).collect();
            Damage {
                object: finding.object(),
                reason: finding.reason,
                backups: backups.into_iter().collect(),
            }
        })
        .collect()
}

fn bit(at: usize) -> Problems {
    if at < TRACKED_MAX { 1 << at } else { 0 }
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
                of_packs.insert(id, bit(at));
            }
            Subject::Blob(id) => {
                damaged.insert(id, bit(at));
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
    /// The packs with directories that can't be read although nothing is known about them, and the first error of each.
    unreadable: BTreeMap<PackId, String>,
}

impl Walk {
    fn new(repository: Repository<IndexedFullStatus>, damaged: HashMap<BlobId, Problems>) -> Self {
        Self {
            repository,
            damaged,
            known: HashMap::new(),
            unreadable: BTreeMap::new(),
        }
    }

    /// Reads the directories of all snapshots.
    fn all(&mut self, snapshots: &[SnapshotFile]) {
        for snapshot in snapshots {
            self.problems_of(snapshot.tree);
        }
    }

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
            Err(error) if problems == 0 => {
                if let Ok(entry) = self.repository.get_index_entry(&id) {
                    self.unreadable
                        .entry(entry.pack)
                        .or_insert_with(|| message_of(&error));
                }
            }
            Err(_) => {}
        }
        self.known.insert(id, problems);
        problems
    }

    fn of_blob(&self, id: &BlobId) -> Problems {
        self.damaged.get(id).copied().unwrap_or_default()
    }
}

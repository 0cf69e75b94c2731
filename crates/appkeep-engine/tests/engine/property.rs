//! Snapshots, backups and restores of random trees.

use std::fs;

use appkeep_core::engine::RestoreData;
use proptest::prelude::*;

use crate::random_tree;
use crate::tree;
use crate::workbench::{Workbench, run, snapshot_id};

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_of_any_tree_has_exactly_its_content(
        entries in random_tree::entries(),
    ) {
        let workbench = Workbench::with_tree(&entries);
        run(workbench.create_snapshot(1)).unwrap();
        let copy = workbench.snapshot_dir(1).join("data");
        tree::assert_same_content(workbench.data(), &copy);
        tree::assert_only_content(&copy);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_can_be_restored_from_backup_and_snapshot(
        entries in random_tree::entries(),
    ) {
        let workbench = Workbench::with_tree(&entries);
        let original = workbench.kept();
        run(async {
            workbench.back_up(1).await;
            for (id, source) in [(1, workbench.backup_data(1)), (2, RestoreData::Snapshot(snapshot_id(1)))] {
                // The restore replaces existing data.
                fs::remove_dir_all(workbench.data()).unwrap();
                fs::create_dir(workbench.data()).unwrap();
                fs::write(workbench.data().join("other"), "other").unwrap();
                workbench.restore(id, source, workbench.in_place()).await.unwrap();
                tree::assert_same(&original, workbench.data());
            }
        });
    }
}

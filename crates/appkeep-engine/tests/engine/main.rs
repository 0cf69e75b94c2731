//! Tests of the engine through its public interface and with plain restic.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends at the first surprise, in its helpers too"
)]

mod backups;
mod catalogue;
mod deletes;
#[path = "../fixtures/empty_repository.rs"]
mod empty_repository;
mod examine;
mod files;
mod full;
mod keys;
mod leases;
mod listings;
mod live;
mod loop_mount;
mod metadata;
mod mounted;
mod priorities;
mod property;
mod random_tree;
mod restic;
mod restore_targets;
mod restores;
mod rustic;
mod s3_faults;
mod s3_fence;
mod s3_server;
mod s3_target;
mod snapshots;
mod tree;
mod workbench;
mod writer;

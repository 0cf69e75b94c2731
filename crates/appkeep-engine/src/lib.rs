#![doc = include_str!("../README.md")]

mod attribute_names;
mod backend;
mod backup;
mod bucket;
mod check;
mod claims;
mod command;
mod dir;
mod durable;
#[cfg(test)]
#[path = "../tests/fixtures/empty_repository.rs"]
mod empty_repository;
mod engine;
mod failure;
#[cfg(test)]
mod fake_register;
mod fence;
mod guard;
#[cfg(test)]
mod guard_tests;
mod holes;
mod hook_processes;
mod identity;
mod keys;
mod live;
mod locks;
mod machine;
mod measure;
mod mounts;
mod pack_cache;
mod prune;
mod repository;
mod repository_key_file;
mod restic_lock;
mod restore;
mod small_files;
mod snapshot;
mod space;
mod staging;
mod storage;
mod thread;
mod tree_source;
mod verify;
mod write_gate;

pub use crate::check::{CheckProgress, CheckStep, Damage, RepositoryCheck};
pub use crate::claims::{BucketClaim, data_directory_id, find_data_directory_id, list_claims, remove_claim};
pub use crate::command::{HOOK_PATH, RunCommand, run_command};
pub use crate::engine::{EngineConfig, RusticEngine};
pub use crate::identity::{Identity, SharedInstallation};
pub use crate::keys::{InvalidMasterKey, KeyStore, MasterKey, MasterKeyId, Rotation};
pub use crate::space::{DataSpace, Reserve};
pub use crate::storage::{BucketCredentials, StaticCredentials};
pub use crate::thread::Priority;

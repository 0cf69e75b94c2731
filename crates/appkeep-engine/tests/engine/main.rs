//! The engine from outside: what its callers, and people with plain restic, see of it.

mod backups;
mod deletes;
mod keys;
mod restic;
mod snapshots;
mod tree;
mod workbench;

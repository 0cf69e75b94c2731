//! Real servers from outside: what users rely on.

mod authorisation;
mod backups;
mod bad_input;
mod jobs;
mod limits;
mod lists;
mod outside_crate;
mod schedules;
mod patrol;
mod snapshots;
mod stage;
mod verify;

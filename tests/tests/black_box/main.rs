//! Black-box tests of real servers: the behaviour that users rely on.

mod apps;
mod authorisation;
mod backups;
mod bad_input;
mod client_examples;
mod conflicts;
mod connections;
mod declared;
mod defects;
mod fixture;
mod hooks;
mod jobs;
mod limits;
mod list_streams;
mod lists;
mod metrics;
mod operations;
mod pages;
mod queue;
mod reconciler;
mod resources;
mod restores;
mod schedules;
mod snapshots;
mod verify;

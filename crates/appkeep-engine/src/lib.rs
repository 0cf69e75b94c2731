#![doc = include_str!("../README.md")]

mod backend;
mod backup;
mod bucket;
mod durable;
mod engine;
mod failure;
mod gate;
mod guard;
mod keys;
mod locks;
mod measure;
mod prune;
mod repository;
mod snapshot;
mod thread;
#[cfg(test)]
mod traps;
mod tree_source;

pub use crate::engine::{EngineConfig, RusticEngine};

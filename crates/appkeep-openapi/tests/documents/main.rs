//! Documents of strangers, and documents with faults: whatever they are, they are read or refused with a place.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod foreign;
mod mutated;
mod parts;

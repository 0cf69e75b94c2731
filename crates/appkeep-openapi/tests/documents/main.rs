//! Foreign documents and invalid documents: each is parsed, or rejected with a location.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod foreign;
mod mutated;
mod parts;
mod random;
mod real;

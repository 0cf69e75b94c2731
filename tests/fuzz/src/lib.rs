#![doc = include_str!("../README.md")]
// The tests are in `tests/`. Included modules have tests of their own, which belong to other crates.
#![cfg(not(test))]

mod configuration;
mod document;
mod panics;
mod repository;
mod requests;
mod runtime;
mod schema;

pub use self::configuration::configuration;
pub use self::document::document;
pub use self::repository::repository;
pub use self::requests::requests;
pub use self::schema::containment;

/// The name of a target, and the target: a function that panics if the bytes reveal a defect.
pub type NamedTarget = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [NamedTarget; 5] = [
    ("configuration", configuration),
    ("containment", containment),
    ("document", document),
    ("repository", repository),
    ("requests", requests),
];

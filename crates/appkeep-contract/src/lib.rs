#![doc = include_str!("../README.md")]

pub mod authored;
mod check;
pub mod codes;
mod dropshot;
pub mod invalid_requests;
pub mod live;
mod origin;
mod report;
pub mod requirements;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use check::{Check, check};
pub use dropshot::DROPSHOT;
pub use origin::Origin;
pub use report::{Report, WriteError, live_text};

#![doc = include_str!("../README.md")]

pub mod authored;
mod code_table;
pub mod codes;
pub mod diff;
pub mod document;
mod dropshot;
pub mod invalid_requests;
pub mod live;
mod origin;
mod outcome;
mod place;
pub mod report;
pub mod schema;
pub mod statics;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod validate;

pub use diff::DiffReport;
pub use document::Document;
pub use dropshot::DROPSHOT;
pub use live::{LiveReport, Options, Target};
pub use origin::Origin;
pub use outcome::Outcome;
pub use place::Place;
pub use report::Report;
pub use statics::StaticReport;
pub use validate::ResponseValidator;

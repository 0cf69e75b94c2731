#![doc = include_str!("../README.md")]

mod code_table;
pub mod codes;
pub mod diff;
pub mod document;
pub mod invalid_requests;
pub mod live;
pub mod report;
pub mod schema;
pub mod statics;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod validate;

pub use diff::DiffReport;
pub use document::Document;
pub use live::{LiveReport, Options, Target};
pub use report::{Coverage, Outcome, Report};
pub use statics::StaticReport;
pub use validate::ResponseValidator;

#![doc = include_str!("../README.md")]

mod assertion;
mod code_table;
pub mod diff;
mod document;
#[cfg(test)]
mod fixture;
mod outcome;
mod place;
mod schema;
pub mod statics;
mod validate;

#[cfg(feature = "dropshot")]
pub use assertion::assert_serves;
pub use assertion::{DROPSHOT_ERRORS, assert_conforms};
pub use document::{
    Body, Document, DocumentError, Header, Limits, MediaType, Operation, Parameter, ParameterLocation,
    Response, SchemaPlace, Security, StatusKey, escape,
};
pub use outcome::Outcome;
pub use place::Place;
pub use schema::{Components, Reason, Schema, Verdict, contained};
pub use validate::{CompileError, Received, ResponseValidator, Violated, Violation};

//! Schemas as sets of values, and proofs that one set contains another.
//!
//! [`contained`] is the only entry point. The verdict [`Verdict::Contained`] is a proof. Cases that this
//! module can't decide have the verdict [`Verdict::Unknown`], which never counts as contained.
//!
//! The dialect is that of OpenAPI 3.0 with lists of types and keywords of JSON Schema 2020-12, as `Document` reads
//! OpenAPI 3.1, with this interpretation: siblings of `$ref` are ignored; `nullable:
//! true` admits `null` independent of its siblings (generators write it beside `allOf`); `format: int32` and
//! similar formats are bounds; annotations (`description`, `example`, `x-…`) have no effect. `lower` in
//! `validators` writes the same interpretation as JSON Schema, so that validators and proofs agree.

mod compound;
mod contain;
mod disjoint;
mod expand;
mod formats;
mod leaves;
mod memo;
mod names;
mod node;
mod number;
mod places;
mod pointer;
mod same;
mod sample;
mod shape;
mod validators;
mod verdict;

pub(crate) use contain::Prover;
pub use contain::{Reason, Schema, Verdict, contained};
pub use validators::Components;

#[cfg(test)]
mod tests;

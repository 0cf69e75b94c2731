//! Schemas as sets of values: which values does one admit that another doesn't?
//!
//! [`contained`] is the only question. Its answer *contained* is a proof; everything that this module can't
//! decide is an answer of its own, [`Verdict::Unknown`], and never passes for a yes.
//!
//! The dialect is OpenAPI 3.0's, read like this: siblings of `$ref` are ignored; `nullable: true` admits
//! `null` whatever stands beside it (generators write it beside `allOf`); `format: int32` and its like are
//! bounds; annotations (`description`, `example`, `x-…`) say nothing. `lower` in `draft4` writes the same
//! reading as JSON Schema, so that validators and proofs can't drift apart.

mod compound;
mod contain;
mod disjoint;
mod draft4;
mod expand;
mod formats;
mod leaves;
mod node;
mod number;
mod places;
mod same;
mod sample;
mod shape;

pub(crate) use contain::Prover;
pub use contain::{Reason, Schema, Verdict, contained};
pub(crate) use draft4::Components;

#[cfg(test)]
mod tests;

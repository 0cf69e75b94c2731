//! Lowering: named rewrites that adapt the contract to the generator.
//!
//! The authored document is never changed for a tool. The generator expects one media type, one error type
//! and closed enums, but a client has to read leniently and preserve everything. So a copy of the document is
//! rewritten by the steps below. They only know the document; [`super::code`] rewrites the generated code.

mod operations;
mod schema;
mod schemas;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

/// The document while it is being lowered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lowering {
    /// The OpenAPI document.
    pub(crate) document: Value,
    /// Schema components that are replaced by a hand-written Rust type of the client, by the component's
    /// name.
    pub(crate) replacements: BTreeMap<String, String>,
}

/// A step: its name, its reason, and its function.
type Rewrite = (&'static str, &'static str, fn(&mut Lowering) -> Result<()>);

/// The steps, in order. Later ones rely on the simplifications of earlier ones.
const REWRITES: &[Rewrite] = &[
    (
        "inline_references",
        "parameters, bodies and responses are rewritten per operation, so none may be shared",
        operations::inline_references,
    ),
    (
        "keep_what_has_a_type",
        "links, headers, examples, servers and extensions have no form in generated code",
        operations::keep_what_has_a_type,
    ),
    (
        "keep_what_makes_a_type",
        "patterns and bounds would make a client refuse what a server says; judging isn't its job",
        schemas::keep_what_makes_a_type,
    ),
    (
        "parameters_in_one_line",
        "the generator makes a Markdown list of them, which line breaks would end",
        operations::parameters_in_one_line,
    ),
    (
        "one_media_type",
        "the generator decodes application/json only, and at most one media type",
        operations::one_media_type,
    ),
    (
        "one_problem",
        "the generator knows one error type per operation; undocumented statuses get it as well",
        operations::one_problem,
    ),
    (
        "limit_is_an_integer",
        "the contract's limit is a string of digits, which is a number for callers",
        operations::limit_is_an_integer,
    ),
    (
        "inline_strings",
        "a named string without values of its own is a newtype that only gets in the way",
        schemas::inline_strings,
    ),
    (
        "timestamps_keep_their_text",
        "a parsed time forgets how many digits it had",
        schemas::timestamps_keep_their_text,
    ),
    (
        "numbers_keep_their_digits",
        "the generator's f64 loses byte counts beyond 2^53 and turns 100 into 100.0",
        schemas::numbers_keep_their_digits,
    ),
    (
        "requests_fill_themselves_in",
        "a request's type and newest version are known before anybody asks",
        schemas::requests_fill_themselves_in,
    ),
    (
        "constants_are_strings",
        "an enum of one value tells a reader nothing and fails on any other",
        schemas::constants_are_strings,
    ),
    (
        "open_enums",
        "an unknown value must not make a whole response undecodable",
        schemas::open_enums,
    ),
    (
        "list_items",
        "the generator's untagged enum forgets where in an item decoding failed",
        schemas::list_items,
    ),
    (
        "absent_arrays",
        "an empty array and an absent one differ, and real servers leave out required ones",
        schemas::absent_arrays,
    ),
    (
        "open_objects",
        "unknown members survive in a map",
        schemas::open_objects,
    ),
    (
        "drop_unused_schemas",
        "types that no operation needs are noise",
        schemas::drop_unused_schemas,
    ),
];

/// Lowers the contract for the generator.
///
/// # Errors
/// When the contract has a form that a step doesn't know; the step is named.
pub(crate) fn lower(document: Value) -> Result<Lowering> {
    let mut lowering = Lowering {
        document,
        replacements: BTreeMap::new(),
    };
    for (name, why, rewrite) in REWRITES {
        rewrite(&mut lowering).with_context(|| format!("failed to lower: {name} ({why})"))?;
    }
    Ok(lowering)
}

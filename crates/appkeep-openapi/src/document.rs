//! An OpenAPI 3.0 document, parsed once for all checks.
//!
//! Any OpenAPI 3.0 text is read, JSON or YAML. All local references are resolved during parsing, so that later
//! steps don't have to. Documents aren't linted: titles, tags and examples stay in the tree.

mod direction;
mod error;
mod limits;
mod lines;
mod model;
mod pairs;
mod read;
mod reference;
mod serialization;

use std::sync::{Arc, OnceLock};

use serde_json::Value;
use serde_saphyr::budget::BudgetBreach;

pub(crate) use direction::{Direction, UNSENT};
pub use error::DocumentError;
pub use limits::Limits;
use lines::Lines;
pub(crate) use model::route;
pub use model::{
    Body, Header, MediaType, Operation, Parameter, ParameterLocation, Response, SchemaPlace, Security,
    StatusKey,
};
pub(crate) use read::{holds_free_values, holds_names};
pub use reference::escape;
pub(crate) use reference::{local, resolve};
pub(crate) use serialization::Serialization;

/// An OpenAPI 3.0 document with its operations.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    root: Value,
    operations: Vec<Operation>,
    lines: Arc<Lines>,
    limits: Limits,
    /// The document as it applies to requests and to responses.
    views: [OnceLock<Option<Arc<Value>>>; 2],
}

impl Document {
    /// Reads a document from JSON or YAML text; `name` is its name in errors and findings.
    ///
    /// # Errors
    ///
    /// When the text is neither JSON nor YAML, isn't OpenAPI 3.0, or contains a dangling reference.
    /// The error names the place.
    pub fn from_text(name: &str, text: &str) -> Result<Self, DocumentError> {
        Self::from_text_within(&Limits::default(), name, text)
    }

    /// The same with other limits, which apply to comparisons of the document, too.
    ///
    /// # Errors
    ///
    /// As for [`Document::from_text`].
    pub fn from_text_within(limits: &Limits, name: &str, text: &str) -> Result<Self, DocumentError> {
        limits.check_bytes(name, text.len() as u64)?;
        let unreadable = |why: String| DocumentError::Text {
            name: name.to_owned(),
            why,
        };
        let root: Value = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?
        } else {
            let options = serde_saphyr::options! { budget: limits.yaml() };
            serde_saphyr::from_str_with_options(text, options).map_err(|error| {
                if let serde_saphyr::Error::Budget { breach, .. } = error.without_snippet()
                    && matches!(breach, BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. })
                {
                    return DocumentError::Limit {
                        name: name.to_owned(),
                        what: format!("more than {} values", limits.yaml_values),
                        limit: "yaml-values",
                        value: limits.yaml_values,
                    };
                }
                unreadable(on_one_line(&error.to_string()))
            })?
        };
        let mut document = Self::from_value(name, root)?;
        document.lines = Arc::new(Lines::of(text));
        document.limits = *limits;
        Ok(document)
    }

    /// Reads a document from a parsed value.
    ///
    /// # Errors
    ///
    /// As for [`Document::from_text`].
    pub fn from_value(name: &str, root: Value) -> Result<Self, DocumentError> {
        let operations = read::operations(name, &root)?;
        Ok(Self {
            name: name.to_owned(),
            root,
            operations,
            lines: Arc::default(),
            limits: Limits::default(),
            views: Default::default(),
        })
    }

    /// The name of the document in findings.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole document as a tree.
    #[must_use]
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The limits of comparisons.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The whole document as it applies to one direction, at the same places: see [`Direction`].
    pub(crate) fn view(&self, direction: Direction) -> &Value {
        let [request, response] = &self.views;
        let view = match direction {
            Direction::Request => request,
            Direction::Response => response,
        };
        view.get_or_init(|| direction::view(&self.root, &self.operations, direction).map(Arc::new))
            .as_deref()
            .unwrap_or(&self.root)
    }

    /// The value at a JSON pointer with its own pointer, after following references.
    ///
    /// `None` if there is no value, or if a reference doesn't lead to one.
    #[must_use]
    pub fn resolve(&self, pointer: &str) -> Option<(&Value, String)> {
        resolve(&self.root, pointer).ok()
    }

    /// The line, counted from 1, of the value at a JSON pointer, or of the nearest enclosing value.
    ///
    /// `None` for a document that was created from a value and so has no text.
    #[must_use]
    pub fn line(&self, pointer: &str) -> Option<usize> {
        self.lines.line(pointer)
    }

    /// All operations, in the order of the document.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation with this `operationId`.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

/// The first line of a message, without the excerpt that the parser adds.
fn on_one_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests;

//! An OpenAPI document, parsed once for all checks.
//!
//! Any OpenAPI 3.0 or 3.1 text is read, JSON or YAML. All references are resolved during parsing, so that later
//! steps don't have to. Documents aren't linted: titles, tags and examples stay in the tree.

mod dialect;
mod direction;
mod error;
mod external;
mod limits;
mod lines;
mod model;
mod pairs;
mod read;
mod reference;
mod serialization;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use serde_saphyr::budget::BudgetBreach;

pub(crate) use dialect::is_3_1;
pub(crate) use direction::{Direction, UNSENT};
pub use error::DocumentError;
use external::LinesByFile;
pub(crate) use external::{EXTERNAL, beside, reference_to};
pub use limits::Limits;
use lines::Lines;
pub(crate) use model::route;
pub use model::{
    Body, Header, MediaType, Operation, Parameter, ParameterLocation, Response, SchemaPlace, Security,
    StatusKey,
};
pub(crate) use pairs::by_route;
pub use reference::escape;
pub(crate) use reference::{
    each_reference_of, has_object, holds_free_values, holds_names, local, percent_encoded, resolve,
};
pub(crate) use serialization::Serialization;

/// An OpenAPI 3.0 or 3.1 document with its operations.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    root: Value,
    operations: Vec<Operation>,
    webhooks: Vec<Operation>,
    lines: Arc<Lines>,
    files: Arc<LinesByFile>,
    limits: Limits,
    /// The document as it applies to requests and to responses.
    views: [OnceLock<Option<Arc<Value>>>; 2],
}

impl Document {
    /// Reads a document from JSON or YAML text; `name` is its name in errors and findings.
    ///
    /// # Errors
    ///
    /// When the text is neither JSON nor YAML, isn't OpenAPI 3.0 or 3.1, or contains a dangling reference.
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
        let mut document = Self::from_value(name, parse(limits, name, text)?)?;
        document.lines = Arc::new(Lines::of(text));
        document.limits = *limits;
        Ok(document)
    }

    /// Reads a document from a file. References to other files are followed below the directory `external_refs`, and
    /// refused without it. Symbolic links are resolved first. Nothing is fetched.
    ///
    /// # Errors
    ///
    /// As for [`Document::from_text`], also when a file can't be read or a reference leads out of the directory.
    pub fn from_file(
        limits: &Limits,
        name: &str,
        file: &Path,
        external_refs: Option<&Path>,
    ) -> Result<Self, DocumentError> {
        let Some(directory) = external_refs else {
            let text = read(limits, name, file)?;
            return Self::from_text_within(limits, name, &text);
        };
        let loaded = external::load(limits, name, file, directory)?;
        let mut document = Self::from_value(name, loaded.root)?;
        document.lines = Arc::new(loaded.lines);
        document.files = Arc::new(loaded.files);
        document.limits = *limits;
        Ok(document)
    }

    /// Reads a document from a parsed value.
    ///
    /// # Errors
    ///
    /// As for [`Document::from_text`].
    pub fn from_value(name: &str, root: Value) -> Result<Self, DocumentError> {
        let root = dialect::lower(name, root)?;
        let operations = read::operations(name, &root)?;
        Ok(Self {
            name: name.to_owned(),
            root,
            operations: operations.paths,
            webhooks: operations.webhooks,
            lines: Arc::default(),
            files: Arc::default(),
            limits: Limits::default(),
            views: Default::default(),
        })
    }

    /// The name of the document in findings.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole document as a tree. Schemas of OpenAPI 3.1 are rewritten in the dialect of 3.0, and parts of other files
    /// are members.
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
        let operations = || self.operations.iter().chain(&self.webhooks);
        view.get_or_init(|| direction::view(&self.root, operations(), direction).map(Arc::new))
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
        match external::in_file(pointer) {
            Some((file, pointer)) => self.files.get(&file)?.line(&pointer),
            None => self.lines.line(pointer),
        }
    }

    /// All operations, in the order of the document.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operations of webhooks, which the server calls and the client serves; the path of such an operation is the
    /// webhook's name.
    #[must_use]
    pub fn webhooks(&self) -> &[Operation] {
        &self.webhooks
    }

    /// The operation with this `operationId`.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

/// Reads the text of a file, at most one byte more than the limit.
fn read(limits: &Limits, name: &str, file: &Path) -> Result<String, DocumentError> {
    let unreadable = |error: std::io::Error| DocumentError::Text {
        name: name.to_owned(),
        why: error.to_string(),
    };
    let file = File::open(file).map_err(unreadable)?;
    limits.check_bytes(name, file.metadata().map_err(unreadable)?.len())?;
    let mut text = String::new();
    let mut within = file.take(limits.document_bytes.saturating_add(1));
    within.read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

/// Parses JSON or YAML text.
fn parse(limits: &Limits, name: &str, text: &str) -> Result<Value, DocumentError> {
    let unreadable = |why: String| DocumentError::Text {
        name: name.to_owned(),
        why,
    };
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| unreadable(error.to_string()));
    }
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
    })
}

/// The first line of a message, without the excerpt that the parser adds.
fn on_one_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests;

//! Descriptions of validation errors. For a failed choice, the closest branch is described.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

/// Maximum number of errors reported for one value; more add no information.
const ERRORS_MAX: usize = 20;

/// Maximum number of characters shown of an invalid value.
const SHOWN_CHARS_MAX: usize = 80;

/// All validation errors of a value, one line each.
pub(super) fn explain(validator: &Validator, value: &Value) -> Vec<String> {
    if validator.is_valid(value) {
        return Vec::new();
    }
    let mut lines: Vec<String> = validator
        .iter_errors(value)
        .flat_map(|error| nearest(&error))
        .collect();
    lines.dedup();
    lines.truncate(ERRORS_MAX);
    lines
}

fn nearest(error: &ValidationError<'_>) -> Vec<String> {
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            let best = context.iter().min_by_key(|branch| distance(error, branch));
            match best.filter(|branch| !branch.is_empty()) {
                Some(branch) => branch.iter().flat_map(nearest).collect(),
                None => vec![line(error)],
            }
        }
        _ => vec![line(error)],
    }
}

/// The distance of a branch from admitting the value: a different type is farther than any number of errors
/// inside.
fn distance(choice: &ValidationError<'_>, branch: &[ValidationError<'_>]) -> (bool, usize) {
    let here = choice.instance_path().as_str();
    let other_type = branch.iter().any(|error| {
        matches!(error.kind(), ValidationErrorKind::Type { .. }) && error.instance_path().as_str() == here
    });
    (other_type, branch.len())
}

fn line(error: &ValidationError<'_>) -> String {
    let path = error.instance_path().as_str();
    let place = if path.is_empty() { "the body" } else { path };
    let shown = shorten(&error.instance().to_string());
    format!("{place}: {} (found {shown})", error.masked_with("the value"))
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= SHOWN_CHARS_MAX {
        return text.to_owned();
    }
    let head: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    format!("{head}…")
}

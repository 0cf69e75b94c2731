//! Validation errors in words: of a failed choice, the branch that came nearest.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

/// Errors reported for one value; more say nothing new.
const ERRORS_MAX: usize = 20;

/// Characters of an offending value that are shown.
const SHOWN_CHARS_MAX: usize = 80;

/// Everything that a validator has against a value, one line each.
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

/// How far a branch is from admitting the value: another type is farther than any number of faults inside.
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

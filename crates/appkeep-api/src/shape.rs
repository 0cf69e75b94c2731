//! Validation of request bodies by jsonschema, with the schemas of the types.

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{ValidationError, Validator};
use schemars::JsonSchema;
use schemars::r#gen::SchemaSettings;
use serde_json::Value;

use crate::problem::InvalidItem;

/// The maximum number of errors that a response lists.
pub const ERRORS_MAX: usize = 32;
/// The maximum length of a reason, in characters.
pub const REASON_CHARS_MAX: usize = 240;

/// The name of the root of a body.
const ROOT: &str = "the body";

static VALIDATORS: LazyLock<Mutex<HashMap<TypeId, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Validates `value` with the schema of `T`, and returns the invalid fields. Empty if the value is valid.
#[must_use]
pub fn errors<T: JsonSchema + 'static>(value: &Value) -> Vec<InvalidItem> {
    let validator = match validator::<T>() {
        Ok(validator) => validator,
        Err(reason) => {
            return vec![InvalidItem {
                name: ROOT.to_owned(),
                reason,
            }];
        }
    };
    validator
        .iter_errors(value)
        .flat_map(|error| items(&error))
        .take(ERRORS_MAX)
        .collect()
}

fn validator<T: JsonSchema + 'static>() -> Result<Arc<Validator>, String> {
    let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = validators.get(&TypeId::of::<T>()) {
        return Ok(validator.clone());
    }
    let schema = SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<T>();
    let schema = serde_json::to_value(schema).map_err(|error| error.to_string())?;
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .should_validate_formats(true)
        .build(&schema)
        .map_err(|error| format!("the schema of the body is invalid: {error}"))?;
    let validator = Arc::new(validator);
    validators.insert(TypeId::of::<T>(), validator.clone());
    Ok(validator)
}

fn items(error: &ValidationError<'_>) -> Vec<InvalidItem> {
    let path = dotted(error);
    let within = |member: &str| {
        if path == ROOT {
            member.to_owned()
        } else {
            format!("{path}.{member}")
        }
    };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let member = property.as_str().unwrap_or_default();
            vec![InvalidItem {
                name: within(member),
                reason: "it is missing".to_owned(),
            }]
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|member| InvalidItem {
                name: within(&shorten(member)),
                reason: "there is no such member".to_owned(),
            })
            .collect(),
        _ => vec![InvalidItem {
            reason: shorten(&error.to_string()),
            name: path,
        }],
    }
}

/// Formats the path of the invalid field, for example `metadata.labels[0].value`.
fn dotted(error: &ValidationError<'_>) -> String {
    let mut path = String::new();
    for segment in error.instance_path() {
        match segment {
            LocationSegment::Property(member) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&member);
            }
            LocationSegment::Index(index) => {
                let _ = write!(path, "[{index}]");
            }
        }
    }
    if path.is_empty() { ROOT.to_owned() } else { path }
}

/// Removes the middle of a long text: its end is the message, after the invalid value.
fn shorten(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= REASON_CHARS_MAX {
        return text.to_owned();
    }
    let half = REASON_CHARS_MAX / 2;
    let mut shortened: String = chars[..half].iter().collect();
    shortened.push('…');
    shortened.extend(&chars[chars.len() - half..]);
    shortened
}

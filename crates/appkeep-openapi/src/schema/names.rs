//! Patterns of property names.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// Maximum number of compiled patterns that are kept.
const PATTERNS_MAX: usize = 256;

thread_local! {
    static PATTERNS: RefCell<HashMap<String, Option<Rc<Validator>>>> = RefCell::default();
}

/// Whether a name matches a pattern, as validators decide; `None` if the pattern is invalid.
pub(super) fn matches(pattern: &str, name: &str) -> Option<bool> {
    let validator = PATTERNS.with_borrow_mut(|patterns| {
        if let Some(known) = patterns.get(pattern) {
            return known.clone();
        }
        if patterns.len() >= PATTERNS_MAX {
            patterns.clear();
        }
        let built = jsonschema::options()
            .with_draft(Draft::Draft4)
            .build(&json!({"pattern": pattern}));
        let compiled = built.ok().map(Rc::new);
        patterns.insert(pattern.to_owned(), compiled.clone());
        compiled
    })?;
    Some(validator.is_valid(&Value::from(name)))
}

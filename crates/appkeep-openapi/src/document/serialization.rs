//! The serialization of the values of parameters and headers.

use serde_json::Value;

use super::{Document, Header, MediaType, Parameter, SchemaPlace, resolve};

/// Maximum number of nested schemas that are followed to find the types of a value.
const NESTING_MAX: usize = 32;

/// The parts of a parameter or a header that define how a value is written.
pub(crate) struct Serialization<'d> {
    document: &'d Document,
    content: Option<&'d MediaType>,
    style: &'d str,
    explode: bool,
    schema: Option<&'d SchemaPlace>,
}

impl<'d> Serialization<'d> {
    pub(crate) fn of_parameter(document: &'d Document, parameter: &'d Parameter) -> Self {
        Self {
            document,
            content: parameter.content.first(),
            style: &parameter.style,
            explode: parameter.explode,
            schema: parameter.schema.as_ref(),
        }
    }

    pub(crate) fn of_header(document: &'d Document, header: &'d Header) -> Self {
        Self {
            document,
            content: header.content.first(),
            style: "simple",
            explode: header.explode,
            schema: header.schema.as_ref(),
        }
    }

    /// The place of the schema, which may be in a media type.
    pub(crate) fn place(&self) -> Option<&'d SchemaPlace> {
        self.content.map_or(self.schema, |media| media.schema.as_ref())
    }

    /// Whether both are described in the same way: by a schema or by a media type.
    pub(crate) fn is_comparable_with(&self, other: &Self) -> bool {
        self.content.is_some() == other.content.is_some()
    }

    /// Descriptions of both; `None` if the same value is written in the same way.
    pub(crate) fn difference(&self, other: &Self) -> Option<(String, String)> {
        let is_equal = match (self.content, other.content) {
            (Some(one), Some(other)) => one.covers(other) && other.covers(one),
            (None, None) => {
                self.style == other.style
                    && (self.explode == other.explode || !self.may_have_parts() || !other.may_have_parts())
            }
            _ => false,
        };
        (!is_equal).then(|| (self.words(), other.words()))
    }

    fn words(&self) -> String {
        match self.content {
            Some(media) => media.to_string().to_ascii_lowercase(),
            None => format!("{}, explode {}", self.style, self.explode),
        }
    }

    /// Whether a value may be an array or an object: `explode` has no effect on others.
    fn may_have_parts(&self) -> bool {
        self.schema
            .is_none_or(|place| may_have_parts(self.document.root(), &place.0, 0))
    }
}

fn may_have_parts(root: &Value, at: &str, nesting: usize) -> bool {
    let Ok((schema, at)) = resolve(root, at) else {
        return true;
    };
    if let Some(kind) = schema.get("type").and_then(Value::as_str) {
        return !matches!(kind, "string" | "number" | "integer" | "boolean");
    }
    let list = |key: &str| {
        schema
            .get(key)
            .and_then(Value::as_array)
            .filter(|list| !list.is_empty())
    };
    if let Some(values) = list("enum") {
        return values.iter().any(|value| value.is_array() || value.is_object());
    }
    let branch = |key: &str, index: usize| {
        nesting >= NESTING_MAX || may_have_parts(root, &format!("{at}/{key}/{index}"), nesting + 1)
    };
    list("allOf").is_none_or(|all| (0..all.len()).all(|index| branch("allOf", index)))
        && ["anyOf", "oneOf"]
            .iter()
            .all(|key| list(key).is_none_or(|all| (0..all.len()).any(|index| branch(key, index))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::may_have_parts;

    #[test]
    fn only_arrays_and_objects_have_parts() {
        for (schema, expected) in [
            (json!({}), true),
            (json!({"type": "integer"}), false),
            (json!({"type": "array", "items": {}}), true),
            (json!({"enum": ["a", 1]}), false),
            (json!({"enum": ["a", {}]}), true),
            (
                json!({"allOf": [{"description": "any"}, {"type": "string"}]}),
                false,
            ),
            (json!({"oneOf": [{"type": "string"}, {"type": "array"}]}), true),
            (json!({"anyOf": [{"type": "string"}, {"type": "number"}]}), false),
            (json!({"allOf": [{"$ref": "#/schema"}]}), true),
        ] {
            let root = json!({"schema": schema});
            assert_eq!(may_have_parts(&root, "/schema", 0), expected, "{schema}");
        }
    }
}

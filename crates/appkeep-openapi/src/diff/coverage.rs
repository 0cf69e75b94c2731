//! The places of a document whose effects are compared.
//!
//! Operations are compared member by member, and their schemas by proofs. A difference at one of these places is
//! either listed as a change, or proven to have no effect.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::Value;

use crate::document::{EXTERNAL, escape, local};

/// A part of a document, by its type in OpenAPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Document,
    Components,
    Paths,
    Webhooks,
    Webhook,
    /// An operation without members that only matter to callers of an API.
    WebhookOperation,
    PathItem,
    Operation,
    Parameters,
    Parameter,
    Bodies,
    Body,
    Content,
    MediaType,
    Responses,
    Response,
    SecuritySchemes,
    SecurityScheme,
    /// It is compared with everything in it.
    Whole,
}

/// The types of the parts of other files and of shared path items, by the references that lead to them.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    parts: BTreeMap<String, Part>,
}

impl Coverage {
    pub(super) fn of(root: &Value) -> Self {
        let mut coverage = Self::default();
        if root.get(EXTERNAL).is_none() && root.get("webhooks").is_none() {
            return coverage;
        }
        let mut open = Vec::new();
        collect(root, Part::Document, &mut open);
        while let Some((at, part)) = open.pop() {
            if let Entry::Vacant(place) = coverage.parts.entry(at) {
                if let Some(value) = root.pointer(place.key()) {
                    collect(value, part, &mut open);
                }
                place.insert(part);
            }
        }
        coverage
    }

    /// Whether differences at this place, a JSON pointer, are compared elsewhere.
    pub(super) fn is_compared(&self, place: &str) -> bool {
        let ends = place.match_indices('/').map(|(end, _)| end).chain([place.len()]);
        let mut begins = ends.filter_map(|end| Some((end, *self.parts.get(&place[..end])?)));
        let begin = begins.next_back();
        let (begin, mut part) = match begin {
            Some(begin) => begin,
            None => (0, Part::Document),
        };
        for key in place[begin..].split('/').skip(1) {
            if part == Part::Whole {
                break;
            }
            match member(part, key) {
                Some(next) => part = next,
                None => return false,
            }
        }
        true
    }
}

/// Collects the parts of other files and the path items that references below a value lead to, with their types.
fn collect(value: &Value, part: Part, open: &mut Vec<(String, Part)>) {
    match value {
        Value::Object(members) => {
            let target = members.get("$ref").and_then(Value::as_str).map(local);
            if let Some(Ok(at)) = target
                && (at.starts_with(&format!("/{EXTERNAL}/")) || at.starts_with("/components/pathItems/"))
            {
                open.push((at, part));
            }
            for (key, value) in members {
                let below = match part {
                    Part::Whole => Some(Part::Whole),
                    _ => member(part, &escape(key)),
                };
                if let Some(below) = below {
                    collect(value, below, open);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                let below = match part {
                    Part::Parameters => Part::Parameter,
                    other => other,
                };
                collect(item, below, open);
            }
        }
        _ => {}
    }
}

fn is_method(key: &str) -> bool {
    matches!(
        key,
        "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace"
    )
}

/// The type of a member; `None` if OpenAPI doesn't define it.
fn member(part: Part, key: &str) -> Option<Part> {
    if key == "$ref" {
        return Some(Part::Whole);
    }
    Some(match (part, key) {
        (Part::Document, "paths") | (Part::Components, "pathItems") => Part::Paths,
        (Part::Document, "webhooks") => Part::Webhooks,
        (Part::Document, "components") => Part::Components,
        (Part::Document, "openapi" | "servers" | "security")
        | (Part::Components, "schemas" | "links" | "callbacks" | "examples")
        | (Part::PathItem, "servers")
        | (Part::Operation, "security" | "servers" | "operationId" | "callbacks")
        | (
            Part::Parameter,
            "name" | "in" | "required" | "explode" | "style" | "allowReserved" | "allowEmptyValue" | "schema",
        )
        | (Part::WebhookOperation, "operationId" | "callbacks")
        | (Part::Body, "required")
        | (Part::MediaType, "schema" | "encoding")
        | (Part::Response, "links")
        | (Part::SecurityScheme, "type" | "scheme" | "in" | "name" | "flows" | "openIdConnectUrl") => {
            Part::Whole
        }
        (
            Part::Components | Part::PathItem | Part::Operation | Part::Webhook | Part::WebhookOperation,
            "parameters",
        )
        | (Part::Components | Part::Response, "headers") => Part::Parameters,
        (Part::Components, "requestBodies") => Part::Bodies,
        (Part::Components | Part::Operation | Part::WebhookOperation, "responses") => Part::Responses,
        (Part::Components, "securitySchemes") => Part::SecuritySchemes,
        (Part::Paths, _) => Part::PathItem,
        (Part::Webhooks, _) => Part::Webhook,
        (Part::Webhook, key) if is_method(key) => Part::WebhookOperation,
        (Part::PathItem, key) if is_method(key) => Part::Operation,
        (Part::Operation | Part::WebhookOperation, "requestBody") | (Part::Bodies, _) => Part::Body,
        (Part::Parameter | Part::Body | Part::Response, "content") => Part::Content,
        (Part::Parameters, _) => Part::Parameter,
        (Part::Content, _) => Part::MediaType,
        (Part::Responses, _) => Part::Response,
        (Part::SecuritySchemes, _) => Part::SecurityScheme,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Coverage;

    #[test]
    fn members_that_openapi_does_not_define_are_not_compared() {
        for (place, expected) in [
            ("/paths/~1a/get/parameters/0/schema/anything", true),
            ("/paths/~1a/get/parameters/0/type", false),
            ("/paths/~1a/get/consumes", false),
            ("/paths/~1a/get/responses/default/headers/type/schema", true),
            ("/components/headers/X/explode", true),
            ("/components/securitySchemes/key/name", true),
            ("/components/securitySchemes/key/header", false),
            ("/components/pathItems/a/get/consumes", false),
            ("/webhooks/a/post/requestBody/content/type/schema/type", true),
            ("/webhooks/a/post/security", false),
            ("/tags", false),
            ("/openapi", true),
        ] {
            let coverage = Coverage::default();
            assert_eq!(coverage.is_compared(place), expected, "{place}");
        }
    }

    #[test]
    fn referenced_parts_have_the_type_of_their_reference() {
        let to = |part: &str| json!({"$ref": format!("#/(external)/{part}")});
        let root = json!({
            "webhooks": {"a": {"$ref": "#/components/pathItems/hook"}},
            "components": {"pathItems": {"hook": {}, "item": {}}},
            "paths": {"/a": to("a#"), "/b": {"get": {"parameters": [to("b#")]}}},
            "(external)": {
                "a#": {"get": {"responses": {"200": to("c#")}}},
                "b#": {"schema": to("d#")},
                "c#": {}, "d#": {},
            },
        });
        let coverage = Coverage::of(&root);
        for (place, expected) in [
            ("/(external)/a#/get/consumes", false),
            ("/(external)/a#/get/operationId", true),
            ("/(external)/b#/style", true),
            ("/(external)/b#/type", false),
            ("/(external)/c#/content/a/schema", true),
            ("/(external)/c#/schema", false),
            ("/(external)/d#/anything", true),
            ("/(external)/e#/anything", false),
            ("/components/pathItems/hook/post/requestBody", true),
            ("/components/pathItems/hook/post/security", false),
            ("/components/pathItems/item/post/security", true),
        ] {
            assert_eq!(coverage.is_compared(place), expected, "{place}");
        }
    }
}

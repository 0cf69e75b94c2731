//! The origin of the parts of the authored document.

use serde::Serialize;
use serde_json::Value;

use appkeep_openapi::{Document, Operation, Response};

/// The origin of a part: the published reference or our own additions to it (`x-origin`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The published reference documents it.
    Documented,
    /// The software requires it; the reference doesn't mention it.
    Companion,
}

impl Origin {
    /// The origin of an operation; documented unless it is marked otherwise.
    #[must_use]
    pub fn of_operation(document: &Document, operation: &Operation) -> Self {
        let written = document.root().pointer(&operation.at);
        written.and_then(Self::marked).unwrap_or(Self::Documented)
    }

    /// The origin of a response: its own or that of its operation, whichever is later.
    #[must_use]
    pub fn of_response(document: &Document, operation: &Operation, response: &Response) -> Self {
        let inherited = Self::of_operation(document, operation);
        let at = format!("{}/responses/{}", operation.at, response.status);
        let written = document.root().pointer(&at);
        // A mark beside a reference takes precedence.
        let own = written
            .and_then(Self::marked)
            .or_else(|| Self::marked(document.root().pointer(&response.at)?));
        own.unwrap_or(inherited).max(inherited)
    }

    fn marked(part: &Value) -> Option<Self> {
        match part.get("x-origin")?.as_str()? {
            "documented" => Some(Self::Documented),
            "companion" => Some(Self::Companion),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Origin;
    use crate::authored;
    use appkeep_openapi::Document;

    #[test]
    fn the_document_has_8_documented_operations_and_51_responses() {
        let document = authored::document().unwrap();
        let is_documented = |origin: Origin| origin == Origin::Documented;
        let documented: Vec<_> = document
            .operations()
            .iter()
            .filter(|operation| is_documented(Origin::of_operation(&document, operation)))
            .collect();
        assert_eq!(documented.len(), 8);
        let responses = documented
            .iter()
            .flat_map(|operation| {
                operation
                    .responses
                    .iter()
                    .map(move |response| (operation, response))
            })
            .filter(|(operation, response)| {
                is_documented(Origin::of_response(&document, operation, response))
            })
            .count();
        assert_eq!(responses, 51);
    }

    #[test]
    fn responses_are_located_within_their_operation() {
        let origins = |own: &str| {
            let responses = json!({"200": {"description": "Things."}});
            let get = json!({"operationId": "thing_list", "responses": responses});
            let mut root = json!({"openapi": "3.0.3", "paths": {"/things": {"get": get}}});
            root["components"]["responses"] =
                json!({"Gone": {"description": "None.", "x-origin": "companion"}});
            let operation = &mut root["paths"]["/things"]["get"];
            operation["x-origin"] = json!(own);
            let gone = "#/components/responses/Gone";
            operation["responses"]["404"] = json!({"$ref": gone});
            operation["responses"]["410"] = json!({"$ref": gone, "x-origin": "documented"});
            let document = Document::from_value("t", root).unwrap();
            let operation = &document.operations()[0];
            let origin = |status: u16| {
                let response = operation.response(status).unwrap();
                Origin::of_response(&document, operation, response)
            };
            [200, 404, 410].map(origin)
        };
        let (ours, theirs) = (Origin::Companion, Origin::Documented);
        assert_eq!(origins("documented"), [theirs, ours, theirs]);
        assert_eq!(origins("companion"), [ours, ours, ours]);
    }
}

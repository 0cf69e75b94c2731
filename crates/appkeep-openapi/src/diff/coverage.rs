//! The places of a document whose effects are compared.
//!
//! Operations are compared member by member, and their schemas by proofs. A difference at one of these places is
//! either listed as a change, or proven to have no effect.

/// A part of a document, by its type in OpenAPI.
#[derive(Debug, Clone, Copy)]
enum Part {
    Document,
    Components,
    Paths,
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

/// Whether differences at this place, a JSON pointer, are compared elsewhere.
pub(super) fn is_compared(place: &str) -> bool {
    let mut part = Part::Document;
    for key in place.split('/').skip(1) {
        match member(part, key) {
            Some(Part::Whole) => return true,
            Some(next) => part = next,
            None => return false,
        }
    }
    true
}

/// The type of a member; `None` if OpenAPI doesn't define it.
fn member(part: Part, key: &str) -> Option<Part> {
    if key == "$ref" {
        return Some(Part::Whole);
    }
    Some(match (part, key) {
        (Part::Document, "paths") => Part::Paths,
        (Part::Document, "components") => Part::Components,
        (Part::Document, "openapi" | "servers" | "security")
        | (Part::Components, "schemas" | "links" | "callbacks" | "examples")
        | (Part::PathItem, "servers")
        | (Part::Operation, "security" | "servers" | "operationId" | "callbacks")
        | (
            Part::Parameter,
            "name" | "in" | "required" | "explode" | "style" | "allowReserved" | "allowEmptyValue" | "schema",
        )
        | (Part::Body, "required")
        | (Part::MediaType, "schema" | "encoding")
        | (Part::Response, "links")
        | (Part::SecurityScheme, "type" | "scheme" | "in" | "name" | "flows" | "openIdConnectUrl") => {
            Part::Whole
        }
        (Part::Components | Part::PathItem | Part::Operation, "parameters")
        | (Part::Components | Part::Response, "headers") => Part::Parameters,
        (Part::Components, "requestBodies") => Part::Bodies,
        (Part::Components | Part::Operation, "responses") => Part::Responses,
        (Part::Components, "securitySchemes") => Part::SecuritySchemes,
        (Part::Paths, _) => Part::PathItem,
        (Part::PathItem, "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace") => {
            Part::Operation
        }
        (Part::Operation, "requestBody") | (Part::Bodies, _) => Part::Body,
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
    use super::is_compared;

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
            ("/components/pathItems/a", false),
            ("/webhooks", false),
            ("/openapi", true),
        ] {
            assert_eq!(is_compared(place), expected, "{place}");
        }
    }
}

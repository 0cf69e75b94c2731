//! Documents from other projects.

use appkeep_openapi::{Document, DocumentError, ResponseValidator, StatusKey, diff, statics};
use serde_json::json;

const PETSTORE: &str = include_str!("foreign/petstore.yaml");
const EVERYTHING: &str = include_str!("foreign/everything.yaml");

fn documents() -> Vec<Document> {
    [
        ("petstore", PETSTORE),
        ("everything", EVERYTHING),
        ("small", include_str!("../diff/small.yaml")),
    ]
    .map(|(name, text)| Document::from_text(name, text).unwrap())
    .into()
}

#[test]
fn foreign_documents_conform_to_themselves_without_changes() {
    for document in documents() {
        let report = statics::verify(&document, &document, &[]);
        let found: Vec<_> = report
            .findings
            .iter()
            .map(|one| (one.code.as_str(), &one.operation, &one.subject, &one.what))
            .collect();
        assert!(found.is_empty(), "{}: {found:#?}", document.name());
        let report = diff::compare(&document, &document);
        assert!(report.changes.is_empty(), "{}", report.text());
        ResponseValidator::new(document.into()).unwrap();
    }
}

#[test]
fn json_and_yaml_are_equivalent() {
    for document in documents() {
        let text = serde_json::to_string(document.root()).unwrap();
        let again = Document::from_text(document.name(), &text).unwrap();
        assert!(diff::compare(&document, &again).changes.is_empty());
    }
}

#[test]
fn every_referenced_item_is_parsed() {
    let document = Document::from_text("everything", EVERYTHING).unwrap();
    let ids: Vec<_> = document
        .operations()
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "GET /things/{thing.id}",
            "put_thing",
            "POST /things/{thing.id}/parts",
            "TRACE /things/{thing.id}/parts",
        ]
    );
    let get = &document.operations()[0];
    let parameters: Vec<_> = get
        .parameters
        .iter()
        .map(|parameter| {
            (
                parameter.name.as_str(),
                parameter.required,
                parameter.content.len(),
            )
        })
        .collect();
    // The operation's own `session` wins over its path's.
    let expected = [
        ("filter", false, 1),
        ("at", false, 0),
        ("session", true, 0),
        ("thing.id", true, 0),
    ];
    assert_eq!(parameters, expected);
    assert_eq!(get.response(201).unwrap().status, StatusKey::Range(2));
    assert_eq!(get.response(404).unwrap().at, "/components/responses/Nothing");
    assert_eq!(get.response(500).unwrap().status, StatusKey::Default);
    // `{}` next to the others: credentials are optional.
    assert!(get.security.is_open());
    let post = &document.operations()[2];
    let media: Vec<_> = post.body.as_ref().unwrap().content.iter().collect();
    assert_eq!(
        (media[1].name.as_str(), media[1].parameters.as_str()),
        ("text/plain", "charset=utf-8")
    );
}

#[test]
fn parameters_by_content_are_compared_like_others() {
    let old = Document::from_text("everything", EVERYTHING).unwrap();
    let changed = |pointer: &str, value: serde_json::Value| {
        let mut root = old.root().clone();
        *root.pointer_mut(pointer).unwrap() = value;
        let new = Document::from_value("changed", root).unwrap();
        let mut codes = statics::verify(&old, &new, &[])
            .findings
            .iter()
            .map(|finding| finding.code.as_str())
            .collect::<Vec<_>>();
        codes.dedup();
        (codes, diff::compare(&old, &new).level.as_str())
    };
    let at = "/paths/~1things~1{thing.id}/get/parameters/0/content";
    let narrower = changed(
        &format!("{at}/application~1json/schema"),
        json!({"type": "object", "minProperties": 1, "properties": {"required": {"type": "string"}}}),
    );
    assert_eq!(narrower, (vec!["parameter-schema"], "major"));
    let elsewhere = changed(at, json!({"text/plain": {"schema": {"type": "string"}}}));
    assert_eq!(elsewhere.1, "major");
    assert!(elsewhere.0.contains(&"parameter-style"), "{elsewhere:?}");
    let header = changed(
        "/components/headers/Paging/content/application~1json/schema",
        json!({"type": "object", "additionalProperties": {"type": "number"}}),
    );
    assert_eq!(header, (vec!["header-schema"], "major"));
}

#[test]
fn other_kinds_of_documents_are_rejected_with_a_location() {
    let refused = |text: &str| match Document::from_text("d", text) {
        Err(error @ (DocumentError::Text { .. } | DocumentError::Shape { .. })) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(refused("swagger: '2.0'\npaths: {}\n").contains("#/openapi"));
    assert!(refused("openapi: 3.2.0\npaths: {}\n").contains("OpenAPI 3.0 or 3.1"));
    assert!(refused("- a\n- b\n").contains("#/openapi"));
    assert!(refused("").contains("failed to read d"));
    assert!(refused("{").contains("line 1"));
    assert!(refused("openapi: 3.0.3\n").contains("#/paths"));
}

/// The same API in OpenAPI 3.0 and in 3.1.
#[test]
fn the_same_api_in_3_0_and_3_1_has_no_changes() {
    let old = Document::from_text("3.0", include_str!("foreign/versions-3.0.yaml")).unwrap();
    let new = Document::from_text("3.1", include_str!("foreign/versions-3.1.yaml")).unwrap();
    for (one, other) in [(&old, &new), (&new, &old), (&new, &new)] {
        let report = diff::compare(one, other);
        assert!(report.changes.is_empty(), "{}", report.text());
        let found = statics::verify(one, other, &[]).findings;
        assert!(found.is_empty(), "{found:#?}");
    }
    ResponseValidator::new(new.into()).unwrap();
}

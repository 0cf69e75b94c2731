use serde_json::json;

use super::{Direction, Document, Limits, StatusKey};

fn minimal(paths: &serde_json::Value) -> serde_json::Value {
    json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths})
}

#[test]
fn yaml_and_json_parse_alike() {
    let json =
        minimal(&json!({"/a": {"get": {"operationId": "x", "responses": {"200": {"description": ""}}}}}));
    let yaml = "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      operationId: x\n      responses:\n        '200': {description: ''}\n";
    let from_json = Document::from_text("j", &json.to_string()).unwrap();
    let from_yaml = Document::from_text("y", yaml).unwrap();
    assert_eq!(from_json.operations()[0].id, from_yaml.operations()[0].id);
    assert_eq!(
        from_yaml.operations()[0].responses[0].status,
        StatusKey::Exact(200)
    );
}

#[test]
fn dangling_references_are_reported_with_their_location() {
    let root =
        minimal(&json!({"/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/No"}}}}}));
    let error = Document::from_value("d", root).unwrap_err().to_string();
    assert_eq!(
        error,
        "failed to read d at #/paths/~1a/get/responses/200: the reference `#/components/responses/No` has no target at \
         `#/components/responses/No`"
    );
}

#[test]
fn errors_are_on_one_line() {
    for reference in ["a\n#/b", "#/a\nb", "#/a%0Ab", "#/\u{1b}[31m"] {
        let root = minimal(&json!({"/a\nb": {"$ref": reference}}));
        let error = Document::from_value("d\n", root).unwrap_err().to_string();
        assert!(!error.contains(char::is_control), "{error:?}");
    }
    let root = minimal(&json!({"/a\nb": {"get": {"responses": {"\n": {}}}}}));
    let error = Document::from_value("d", root).unwrap_err().to_string();
    assert!(!error.contains(char::is_control), "{error:?}");
}

#[test]
fn references_in_an_extension_count_if_it_is_referred_to() {
    let schema = json!({"$ref": "#/components/schemas/A"});
    let response = json!({"description": "d", "content": {"application/json": {"schema": schema}}});
    let mut root = minimal(&json!({"/a": {"$ref": "#/x-items/a"}}));
    root["x-items"] = json!({"a": {"get": {"responses": {"200": response}}}, "b": {"$ref": "#/nowhere"}});
    let error = Document::from_value("d", root.clone()).unwrap_err().to_string();
    assert!(error.contains("#/x-items/a/get/responses/200/content"), "{error}");
    root["components"] = json!({"schemas": {"A": {"type": "integer"}}});
    let document = Document::from_value("d", root).unwrap();
    assert!(crate::ResponseValidator::new(document.into()).is_ok());
}

#[test]
fn circular_and_external_references_are_rejected() {
    for reference in ["#/components/schemas/A", "other.yaml#/A"] {
        let mut root = minimal(&json!({}));
        root["components"] = json!({"schemas": {"A": {"$ref": reference}}});
        assert!(Document::from_value("d", root).is_err(), "{reference}");
    }
}

#[test]
fn other_versions_are_rejected() {
    let error = Document::from_text("d", "openapi: 3.2.0\npaths: {}\n")
        .unwrap_err()
        .to_string();
    assert!(error.contains("#/openapi"), "{error}");
}

#[test]
fn invalid_documents_are_rejected_with_a_line() {
    let error = Document::from_text("d", "{\n  \"openapi\": ,\n}")
        .unwrap_err()
        .to_string();
    assert!(error.contains("line 2"), "{error}");
    let error = Document::from_text("d", "a:\n\t- b\n").unwrap_err().to_string();
    assert!(
        error.starts_with("failed to read d: line 2 column 2: ") && error.lines().count() == 1,
        "{error}"
    );
}

#[test]
fn exact_statuses_take_precedence_over_ranges() {
    let responses =
        json!({"404": {"description": "a"}, "4XX": {"description": "b"}, "default": {"description": "c"}});
    let root = minimal(&json!({"/a": {"get": {"operationId": "x", "responses": responses}}}));
    let document = Document::from_value("d", root).unwrap();
    let operation = document.operation("x").unwrap();
    let key = |status| operation.response(status).map(|response| response.status);
    assert_eq!(key(404), Some(StatusKey::Exact(404)));
    assert_eq!(key(405), Some(StatusKey::Range(4)));
    assert_eq!(key(500), Some(StatusKey::Default));
}

#[test]
fn security_is_compared_by_requirement_not_by_name() {
    let with = |name: &str| {
        let mut root = minimal(&json!({"/a": {"get": {"operationId": "x", "responses": {}}}}));
        root["components"] = json!({"securitySchemes": {name: {"type": "http", "scheme": "bearer"}}});
        root["security"] = json!([{name: []}]);
        Document::from_value("d", root)
            .unwrap()
            .operation("x")
            .unwrap()
            .security
            .clone()
    };
    assert_eq!(with("one"), with("two"));
    assert!(!with("one").is_open());
}

#[test]
fn parameters_have_the_default_style_of_their_location() {
    let parameter = |location: &str, style: Option<&str>| {
        let mut parameter = json!({"name": "p", "in": location, "required": true, "schema": {}});
        if let Some(style) = style {
            parameter["style"] = json!(style);
        }
        let get = json!({"operationId": "x", "parameters": [parameter], "responses": {}});
        let document = Document::from_value("d", minimal(&json!({"/a/{p}": {"get": get}}))).unwrap();
        let read = &document.operation("x").unwrap().parameters[0];
        (read.style.clone(), read.explode)
    };
    assert_eq!(parameter("query", None), ("form".to_owned(), true));
    assert_eq!(parameter("path", None), ("simple".to_owned(), false));
    assert_eq!(
        parameter("query", Some("spaceDelimited")),
        ("spaceDelimited".to_owned(), false)
    );
}

/// The error in a document whose first path has this item.
fn refused(path: &str, item: &serde_json::Value) -> String {
    let root = minimal(&json!({path: item}));
    Document::from_value("d", root).unwrap_err().to_string()
}

#[test]
fn references_are_checked_under_names_that_are_also_keywords() {
    for (response, header) in [
        ("default", "X-A"),
        ("200", "x-a"),
        ("200", "default"),
        ("200", "example"),
    ] {
        for reference in ["#/components/schemas/No", "other.yaml#/No"] {
            let headers = json!({header: {"schema": {"items": {"$ref": reference}}}});
            let responses = json!({response: {"description": "", "headers": headers}});
            let error = refused("/a", &json!({"get": {"responses": responses}}));
            let place = format!("#/paths/~1a/get/responses/{response}/headers/{header}/schema/items:");
            assert!(error.contains(&place) && error.contains(reference), "{error}");
        }
    }
}

#[test]
fn values_of_schemas_called_like_maps_may_look_like_references() {
    let free = json!({"type": "object", "default": {"$ref": "nowhere"}, "example": {"$ref": "nowhere"}});
    let mut root = minimal(&json!({}));
    root["components"] = json!({"schemas": {
        "headers": free,
        "Other": {"properties": {"properties": free, "headers": free}},
    }});
    Document::from_value("d", root).unwrap();
}

#[test]
fn unknown_members_of_paths_are_rejected_with_a_location() {
    let get = json!({"responses": {"200": {"description": ""}}});
    let error = refused("/a", &json!({"x-note": 1, "GET": get}));
    assert!(
        error.starts_with("failed to read d at #/paths/~1a/GET: expected a method in lower case"),
        "{error}"
    );
    let error = refused("a", &json!({"get": get}));
    assert!(
        error.starts_with("failed to read d at #/paths/a: expected a path that starts with `/`"),
        "{error}"
    );
}

#[test]
fn members_beside_the_reference_of_a_path_are_rejected_with_a_location() {
    let get = json!({"responses": {"200": {"description": ""}}});
    let error = |path: serde_json::Value, next: serde_json::Value| {
        let mut root = minimal(&json!({"/a": path}));
        root["x-items"] = json!({"one": next, "two": {"get": get}});
        Document::from_value("d", root)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let to_one = || json!({"$ref": "#/x-items/one"});
    let to_two = || json!({"$ref": "#/x-items/two", "summary": "A", "description": "B", "x-note": 1});
    assert_eq!(error(to_one(), to_two()), Ok(()));
    for (key, value) in [("put", &get), ("servers", &json!([])), ("parameters", &json!([]))] {
        let with = |mut item: serde_json::Value| {
            item[key] = value.clone();
            item
        };
        let expected = |place: &str| {
            Err(format!(
                "failed to read d at #{place}/{key}: expected no methods, `parameters` or `servers` beside `$ref`"
            ))
        };
        assert_eq!(error(with(to_one()), to_two()), expected("/paths/~1a"));
        assert_eq!(error(to_one(), with(to_two())), expected("/x-items/one"));
    }
}

#[test]
fn a_webhook_may_have_the_name_of_a_path() {
    let item = json!({"post": {"responses": {"200": {"description": ""}}}});
    let root = json!({"openapi": "3.1.0", "paths": {"/sold": item}, "webhooks": {"/sold": item}});
    let document = Document::from_value("d", root).unwrap();
    assert_eq!(document.operations()[0].id, "POST /sold");
    assert_eq!(document.webhooks()[0].id, "webhook POST /sold");
}

#[test]
fn ambiguous_operations_and_parameters_are_rejected_with_a_location() {
    let item = |method: &str| json!({method: {"responses": {"200": {"description": ""}}}});
    let paths = |other: &str| minimal(&json!({"/a/{x}": item("get"), "/a/{y}": item(other)}));
    let error = Document::from_value("d", paths("get")).unwrap_err().to_string();
    assert_eq!(
        error,
        "failed to read d at #/paths/~1a~1{y}: expected a path that differs from `/a/{x}` in more than names of parameters"
    );
    Document::from_value("d", paths("put")).unwrap();
    let parameter = json!({"name": "p", "in": "query", "schema": {}});
    let error = refused(
        "/a",
        &json!({"get": {"parameters": [parameter, parameter], "responses": {}}}),
    );
    assert!(
        error.contains("#/paths/~1a/get/parameters/1: expected a parameter with another name"),
        "{error}"
    );
}

#[test]
fn header_parameters_that_openapi_ignores_are_not_read() {
    let parameter = |name: &str, location: &str| json!({"name": name, "in": location, "schema": {}});
    let parameters = json!([
        parameter("Accept", "header"),
        parameter("content-type", "header"),
        parameter("Authorization", "header"),
        parameter("Accept", "query"),
        parameter("X-Accept", "header"),
    ]);
    let get = json!({"operationId": "x", "parameters": parameters, "responses": {}});
    let document = Document::from_value("d", minimal(&json!({"/a": {"get": get}}))).unwrap();
    let read = document.operation("x").unwrap().parameters.iter();
    let read: Vec<_> = read
        .map(|one| (one.name.as_str(), one.location.as_str()))
        .collect();
    assert_eq!(read, [("Accept", "query"), ("X-Accept", "header")]);
}

#[test]
fn yaml_documents_may_have_many_values_within_a_limit() {
    let values = "1, ".repeat(300_000);
    let text =
        format!("openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths: {{}}\nx-values: [{values}]\n");
    let document = Document::from_text("large.yaml", &text).unwrap();
    let count = document.root()["x-values"].as_array().map(Vec::len);
    assert_eq!(count, Some(300_000));
    let mut limits = Limits::default();
    limits.set("yaml-values", 1_000).unwrap();
    let error = Document::from_text_within(&limits, "large.yaml", &text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed to read large.yaml: it has more than 1000 values, and the limit yaml-values is 1000"
    );
}

#[test]
fn unsent_properties_are_not_required_by_others() {
    let root = json!({"openapi": "3.1.0", "components": {"schemas": {"A": {
        "properties": {"a": {}, "id": {"$ref": "#/components/schemas/Id", "readOnly": true}},
        "dependentRequired": {"a": ["id", "a"]},
    }, "Id": {"type": "string"}}}});
    let document = Document::from_value("d", root).unwrap();
    let needed =
        |direction| document.view(direction)["components"]["schemas"]["A"]["dependentRequired"]["a"].clone();
    assert_eq!(needed(Direction::Request), json!(["a"]));
    assert_eq!(needed(Direction::Response), json!(["id", "a"]));
}

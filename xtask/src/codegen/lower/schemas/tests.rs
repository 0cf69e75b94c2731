//! Tests of each rewrite with minimal schemas.

use super::*;

/// Applies a rewrite to schema components; an operation sends and receives two of them.
fn rewritten(rewrite: fn(&mut Lowering) -> Result<()>, schemas: &Value) -> Result<Lowering> {
    let body = |name: &str| {
        let schema = schema::reference_to(name);
        json!({ "content": { "application/json": { "schema": schema } } })
    };
    let operation = json!({ "requestBody": body("Sent"), "responses": { "200": body("Read") } });
    let document = json!({
        "paths": { "/a": { "post": operation } },
        "components": { "schemas": schemas },
    });
    let mut lowering = Lowering {
        document,
        replacements: BTreeMap::new(),
    };
    rewrite(&mut lowering)?;
    Ok(lowering)
}

fn schemas(rewrite: fn(&mut Lowering) -> Result<()>, schemas: &Value) -> Value {
    rewritten(rewrite, schemas).unwrap().document["components"]["schemas"].clone()
}

#[test]
fn keep_what_makes_a_type_removes_bounds_at_any_depth() {
    let lowered = schemas(
        keep_what_makes_a_type,
        &json!({ "Read": {
            "type": "object",
            "x-documented-as": "read",
            "properties": {
                "example": { "type": "string", "pattern": "a", "example": "a" },
                "numbers": { "type": "array", "minItems": 1, "items": { "type": "number", "minimum": 0 } },
            },
        } }),
    );
    let expected = json!({
        "type": "object",
        "properties": {
            "example": { "type": "string" },
            "numbers": { "type": "array", "items": { "type": "number" } },
        },
    });
    assert_eq!(lowered["Read"], expected);
}

#[test]
fn inline_strings_keeps_the_nearest_description() {
    let lowered = schemas(
        inline_strings,
        &json!({
            "Id": { "type": "string", "format": "uuid", "description": "far" },
            "State": { "type": "string", "enum": ["a", "b"] },
            "Read": { "properties": {
                "id": { "description": "near", "allOf": [{ "$ref": "#/components/schemas/Id" }] },
                "other": { "$ref": "#/components/schemas/Id" },
                "state": { "$ref": "#/components/schemas/State" },
            } },
        }),
    );
    let expected = json!({
        "State": { "type": "string", "enum": ["a", "b"] },
        "Read": { "properties": {
            "id": { "type": "string", "format": "uuid", "description": "near" },
            "other": { "type": "string", "format": "uuid", "description": "far" },
            "state": { "$ref": "#/components/schemas/State" },
        } },
    });
    assert_eq!(lowered, expected);
}

#[test]
fn timestamps_keep_their_text_in_our_own_type() {
    let time = json!({ "type": "string", "format": "date-time", "description": "d" });
    let lowering = rewritten(
        timestamps_keep_their_text,
        &json!({ "Read": { "properties": { "at": time } } }),
    )
    .unwrap();
    let expected = json!({ "description": "d", "allOf": [{ "$ref": "#/components/schemas/Timestamp" }] });
    assert_eq!(
        lowering.document["components"]["schemas"]["Read"]["properties"]["at"],
        expected
    );
    assert_eq!(lowering.replacements["Timestamp"], "crate::Timestamp");
}

#[test]
fn numbers_keep_their_digits_in_our_own_type() {
    let schemas = json!({ "Read": { "properties": { "bytes": { "type": "number" } } } });
    let lowering = rewritten(numbers_keep_their_digits, &schemas).unwrap();
    let expected = json!({ "allOf": [{ "$ref": "#/components/schemas/Number" }] });
    assert_eq!(
        lowering.document["components"]["schemas"]["Read"]["properties"]["bytes"],
        expected
    );
    assert_eq!(lowering.replacements["Number"], "crate::Number");
}

#[test]
fn requests_fill_themselves_in_with_the_newest_value() {
    let lowered = schemas(
        requests_fill_themselves_in,
        &json!({
            "Version": { "type": "string", "enum": ["1.0", "1.1"] },
            "Sent": {
                "required": ["type", "version", "name"],
                "properties": {
                    "type": { "type": "string", "enum": ["t"] },
                    "version": { "$ref": "#/components/schemas/Version" },
                    "older": { "$ref": "#/components/schemas/Version" },
                    "name": { "type": "string" },
                },
            },
            "Read": { "required": ["type"], "properties": { "type": { "enum": ["t"] } } },
        }),
    );
    let sent = &lowered["Sent"]["properties"];
    assert_eq!(sent["type"]["default"], "t");
    let version = json!({ "allOf": [{ "$ref": "#/components/schemas/Version" }], "default": "1.1" });
    assert_eq!(sent["version"], version);
    assert_eq!(sent["older"], json!({ "$ref": "#/components/schemas/Version" }));
    assert_eq!(sent["name"], json!({ "type": "string" }));
    assert_eq!(lowered["Sent"]["required"], json!(["name"]));
    assert_eq!(lowered["Read"]["properties"]["type"], json!({ "enum": ["t"] }));
}

#[test]
fn constants_are_strings_but_choices_stay() {
    let lowered = schemas(
        constants_are_strings,
        &json!({ "One": { "type": "string", "enum": ["a"] }, "Two": { "enum": ["a", "b"] } }),
    );
    assert_eq!(
        lowered,
        json!({ "One": { "type": "string" }, "Two": { "enum": ["a", "b"] } })
    );
}

#[test]
fn open_enums_go_through_a_type_of_ours() {
    let lowering = rewritten(
        open_enums,
        &json!({
            "State": { "type": "string", "enum": ["a", "b"] },
            "Read": { "properties": { "state": { "$ref": "#/components/schemas/State" } } },
        }),
    )
    .unwrap();
    let lowered = &lowering.document["components"]["schemas"];
    let expected = json!({ "allOf": [{ "$ref": "#/components/schemas/OpenState" }] });
    assert_eq!(lowered["Read"]["properties"]["state"], expected);
    assert_eq!(lowered["State"]["enum"], json!(["a", "b"]));
    assert_eq!(
        lowering.replacements["OpenState"],
        "crate::Open<crate::types::State>"
    );
}

#[test]
fn open_enums_refuses_an_enum_without_a_name() {
    let schemas = json!({ "Read": { "properties": { "state": { "enum": ["a", "b"] } } } });
    assert!(rewritten(open_enums, &schemas).is_err());
}

#[test]
fn list_items_name_their_resource() {
    let schemas = json!({
        "Columns": { "type": "array", "items": {} },
        "Item": { "anyOf": [
            { "$ref": "#/components/schemas/Read" },
            { "$ref": "#/components/schemas/Columns" },
        ] },
        "Read": { "type": "object" },
    });
    let lowering = rewritten(list_items, &schemas).unwrap();
    assert_eq!(
        lowering.replacements["Item"],
        "crate::ListItem<crate::types::Read>"
    );
    assert!(rewritten(list_items, &json!({ "Item": { "anyOf": [{}] } })).is_err());
}

#[test]
fn absent_arrays_are_optional_where_a_client_reads() {
    let object = json!({
        "required": ["many", "one"],
        "properties": {
            "many": { "type": "array", "items": {} },
            "some": { "type": "array", "items": {} },
            "one": { "type": "string" },
        },
    });
    let lowered = schemas(absent_arrays, &json!({ "Read": object, "Sent": object }));
    assert_eq!(lowered["Read"]["required"], json!(["one"]));
    assert_eq!(lowered["Read"]["properties"]["many"]["nullable"], true);
    assert_eq!(lowered["Sent"]["required"], json!(["many", "one"]));
    assert_eq!(lowered["Sent"]["properties"]["many"].get("nullable"), None);
    assert_eq!(lowered["Sent"]["properties"]["some"]["nullable"], true);
}

#[test]
fn open_objects_have_a_map_for_the_rest() {
    let closed = json!({ "type": "object", "additionalProperties": false });
    let lowered = schemas(
        open_objects,
        &json!({ "Read": closed, "Text": { "type": "string" } }),
    );
    assert_eq!(
        lowered["Read"],
        json!({ "type": "object", "additionalProperties": {} })
    );
    assert_eq!(lowered["Text"], json!({ "type": "string" }));
}

#[test]
fn drop_unused_schemas_follows_references() {
    let lowered = schemas(
        drop_unused_schemas,
        &json!({
            "Sent": {},
            "Read": { "properties": { "part": { "allOf": [{ "$ref": "#/components/schemas/Part" }] } } },
            "Part": {},
            "Unused": { "allOf": [{ "$ref": "#/components/schemas/Read" }] },
        }),
    );
    let mut names: Vec<_> = lowered.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["Part", "Read", "Sent"]);
}

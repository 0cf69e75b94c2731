//! Rewrites of operations: references, parameters, media types, statuses.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Lowering;
use super::schema::{self, Object};

/// The only media type that the generator decodes.
const JSON: &str = "application/json";

/// The media type of a response that the generator doesn't decode.
const BYTES: &str = "application/octet-stream";

/// The component that all errors are decoded as.
const PROBLEM: &str = "Problem";

/// The query parameter with the maximum number of items in a list.
const LIMIT: &str = "limit";

/// Copies shared parameters, request bodies and responses to the places that refer to them.
pub(super) fn inline_references(lowering: &mut Lowering) -> Result<()> {
    let original = lowering.document.clone();
    let copy = |place: &mut Value| -> Result<()> {
        if let Some(reference) = place.get("$ref").and_then(Value::as_str) {
            *place = schema::resolve(&original, reference)?.clone();
        }
        Ok(())
    };
    schema::each_parameter(&mut lowering.document, &mut |parameter| copy(parameter))?;
    schema::each_operation(&mut lowering.document, &mut |operation| {
        operation.get_mut("requestBody").map_or(Ok(()), copy)?;
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        responses
            .into_iter()
            .flat_map(|responses| responses.values_mut())
            .try_for_each(copy)
    })
}

/// Removes everything that has no representation in generated code.
pub(super) fn keep_what_has_a_type(lowering: &mut Lowering) -> Result<()> {
    let document = lowering
        .document
        .as_object_mut()
        .context("the document isn't an object")?;
    schema::keep(document, &["openapi", "info", "paths", "components"]);
    let nested = [
        ("info", ["title", "version"].as_slice()),
        ("components", &["schemas"]),
    ];
    for (member, names) in nested {
        let object = document.get_mut(member).and_then(Value::as_object_mut);
        schema::keep(
            object.with_context(|| format!("the document has no {member}"))?,
            names,
        );
    }
    schema::each_operation(&mut lowering.document, &mut |operation| {
        let names = [
            "operationId",
            "summary",
            "description",
            "parameters",
            "requestBody",
            "responses",
        ];
        schema::keep(operation, &names);
        Ok(())
    })?;
    schema::each_parameter(&mut lowering.document, &mut |parameter| {
        let parameter = parameter.as_object_mut().context("a parameter isn't an object")?;
        schema::keep(parameter, &["name", "in", "required", "description", "schema"]);
        Ok(())
    })?;
    schema::each_body(&mut lowering.document, &mut |body| {
        schema::keep(body, &["required", "description", "content"]);
        let content = body.get_mut("content").and_then(Value::as_object_mut);
        for media in content.into_iter().flat_map(|content| content.values_mut()) {
            schema::keep(
                media.as_object_mut().context("a media type isn't an object")?,
                &["schema"],
            );
        }
        Ok(())
    })
}

/// Describes each parameter in one line.
pub(super) fn parameters_in_one_line(lowering: &mut Lowering) -> Result<()> {
    schema::each_parameter(&mut lowering.document, &mut |parameter| {
        if let Some(description) = parameter.get_mut("description") {
            let words: Vec<&str> = description
                .as_str()
                .unwrap_or_default()
                .split_whitespace()
                .collect();
            *description = json!(words.join(" "));
        }
        Ok(())
    })
}

/// Leaves one media type per body, and changes it to plain JSON, or to bytes if none of them is JSON.
pub(super) fn one_media_type(lowering: &mut Lowering) -> Result<()> {
    schema::each_body(&mut lowering.document, &mut |body| {
        let Some(content) = body.get_mut("content").and_then(Value::as_object_mut) else {
            return Ok(());
        };
        let mut same = content.iter();
        let Some((first_type, first)) = same.next() else {
            return Ok(());
        };
        if let Some((other_type, _)) = same.find(|(_, other)| *other != first) {
            bail!("{first_type} and {other_type} of one body have different schemas");
        }
        let is_json = |name: &String| name == JSON || name.ends_with("+json");
        let is_bytes = first
            .pointer("/schema/format")
            .is_some_and(|format| format == "binary");
        let lowered = match content.keys().filter(|name| is_json(name)).count() {
            0 if is_bytes => BYTES,
            count if count == content.len() => JSON,
            _ => {
                let foreign = content.keys().find(|name| !is_json(name));
                bail!("{} isn't JSON", foreign.map_or("a body", String::as_str));
            }
        };
        let first = first.clone();
        content.clear();
        content.insert(lowered.to_owned(), first);
        Ok(())
    })
}

/// Merges all error bodies into one problem, which is used for any status from 400 on.
pub(super) fn one_problem(lowering: &mut Lowering) -> Result<()> {
    let mut components_of_errors = BTreeSet::new();
    schema::each_operation(&mut lowering.document, &mut |operation| {
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        let responses = responses.context("an operation has no responses")?;
        for (status, response) in responses.iter().filter(|(status, _)| is_error(status)) {
            let body = response
                .pointer("/content/application~1json/schema")
                .and_then(Value::as_object);
            let component = body.and_then(schema::referred);
            let component = component.with_context(|| format!("a {status} has no named schema"))?;
            components_of_errors.insert(component.to_owned());
        }
        responses.retain(|status, _| !is_error(status));
        for (range, description) in [
            ("4XX", "The request can't be met."),
            ("5XX", "The server failed."),
        ] {
            let body = json!({ JSON: { "schema": schema::reference_to(PROBLEM) } });
            responses.insert(
                range.to_owned(),
                json!({ "description": description, "content": body }),
            );
        }
        Ok(())
    })?;
    let problem = superset(&lowering.document, &components_of_errors)?;
    schema::components(&mut lowering.document)?.insert(PROBLEM.to_owned(), Value::Object(problem));
    Ok(())
}

fn is_error(status: &str) -> bool {
    status.starts_with(['4', '5'])
}

/// The object schema with the members of all components; it requires the members that all of them require.
fn superset(document: &Value, components: &BTreeSet<String>) -> Result<Object> {
    let mut properties = Object::new();
    let mut required: Option<Vec<Value>> = None;
    for component in components {
        let (own_properties, own_required) = flattened(document, &schema::reference_to(component))?;
        for (name, property) in own_properties {
            match properties.get(&name) {
                Some(other) if *other != property => bail!("{name} has two meanings in problems"),
                _ => properties.insert(name, property),
            };
        }
        required = Some(match required {
            Some(common) => common
                .into_iter()
                .filter(|name| own_required.contains(name))
                .collect(),
            None => own_required,
        });
    }
    let description = document.pointer(&format!("/components/schemas/{PROBLEM}/description"));
    let mut problem = Object::new();
    problem.insert("type".to_owned(), json!("object"));
    problem.extend(description.map(|text| ("description".to_owned(), text.clone())));
    problem.insert(
        "required".to_owned(),
        Value::Array(required.context("no error has a body")?),
    );
    problem.insert("properties".to_owned(), Value::Object(properties));
    Ok(problem)
}

/// The properties and the required names of a schema, with references and `allOf` resolved.
fn flattened(document: &Value, part: &Value) -> Result<(Object, Vec<Value>)> {
    if let Some(reference) = part.get("$ref").and_then(Value::as_str) {
        return flattened(document, schema::resolve(document, reference)?);
    }
    let mut properties = part
        .get("properties")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let mut required = part.as_object().map(schema::required).unwrap_or_default();
    for part in part.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        let (part_properties, part_required) = flattened(document, part)?;
        properties.extend(part_properties);
        required.extend(part_required);
    }
    Ok((properties, required))
}

/// Declares `limit` as an integer of at least 1.
pub(super) fn limit_is_an_integer(lowering: &mut Lowering) -> Result<()> {
    schema::each_parameter(&mut lowering.document, &mut |parameter| {
        if parameter["in"] == "query" && parameter["name"] == LIMIT {
            parameter["schema"] = json!({ "type": "integer", "format": "uint64", "minimum": 1 });
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Applies a rewrite to a document whose only operation is `get /a`.
    fn rewritten(
        rewrite: fn(&mut Lowering) -> Result<()>,
        operation: &Value,
        components: &Value,
    ) -> Result<Value> {
        let document = json!({
            "openapi": "3.0.3",
            "info": { "title": "t", "version": "1", "description": "d" },
            "servers": [],
            "paths": { "/a": { "get": operation } },
            "components": components,
        });
        let mut lowering = Lowering {
            document,
            replacements: BTreeMap::new(),
        };
        rewrite(&mut lowering)?;
        Ok(lowering.document)
    }

    #[test]
    fn inline_references_copies_what_is_shared() {
        let document = rewritten(
            inline_references,
            &json!({
                "parameters": [{ "$ref": "#/components/parameters/P" }],
                "requestBody": { "$ref": "#/components/requestBodies/B" },
                "responses": { "400": { "$ref": "#/components/responses/R" } },
            }),
            &json!({
                "parameters": { "P": { "name": "p" } },
                "requestBodies": { "B": { "required": true } },
                "responses": { "R": { "description": "r" } },
            }),
        );
        let expected = json!({
            "parameters": [{ "name": "p" }],
            "requestBody": { "required": true },
            "responses": { "400": { "description": "r" } },
        });
        assert_eq!(document.unwrap()["paths"]["/a"]["get"], expected);
    }

    #[test]
    fn keep_what_has_a_type_removes_links_headers_examples_and_extensions() {
        let document = rewritten(
            keep_what_has_a_type,
            &json!({
                "operationId": "a",
                "x-origin": "documented",
                "tags": ["t"],
                "parameters": [{ "name": "p", "in": "query", "schema": {}, "example": 1 }],
                "responses": { "200": {
                    "description": "d",
                    "headers": {},
                    "links": {},
                    "content": { "application/json": { "schema": {}, "examples": {} } },
                } },
            }),
            &json!({ "schemas": {}, "examples": {} }),
        );
        let expected = json!({
            "openapi": "3.0.3",
            "info": { "title": "t", "version": "1" },
            "paths": { "/a": { "get": {
                "operationId": "a",
                "parameters": [{ "name": "p", "in": "query", "schema": {} }],
                "responses": { "200": {
                    "description": "d",
                    "content": { "application/json": { "schema": {} } },
                } },
            } } },
            "components": { "schemas": {} },
        });
        assert_eq!(document.unwrap(), expected);
    }

    #[test]
    fn parameters_in_one_line_keep_their_words() {
        let operation = json!({ "parameters": [{ "description": "a\nb  c\n" }, {}] });
        let document = rewritten(parameters_in_one_line, &operation, &json!({})).unwrap();
        let expected = json!([{ "description": "a b c" }, {}]);
        assert_eq!(document["paths"]["/a"]["get"]["parameters"], expected);
    }

    #[test]
    fn one_media_type_leaves_plain_json() {
        let content = json!({
            "application/astra-appBackup+json": { "schema": { "type": "object" } },
            "application/json": { "schema": { "type": "object" } },
        });
        let operation = json!({ "responses": { "200": { "content": content }, "204": {} } });
        let document = rewritten(one_media_type, &operation, &json!({})).unwrap();
        let expected = json!({ "application/json": { "schema": { "type": "object" } } });
        assert_eq!(
            document["paths"]["/a"]["get"]["responses"]["200"]["content"],
            expected
        );
    }

    #[test]
    fn one_media_type_refuses_two_schemas_and_other_formats() {
        let two = json!({ "application/json": { "schema": {} }, "application/x+json": {} });
        let text = json!({ "text/plain": {} });
        for content in [two, text] {
            let operation = json!({ "responses": { "200": { "content": content } } });
            assert!(rewritten(one_media_type, &operation, &json!({})).is_err());
        }
    }

    #[test]
    fn one_problem_has_all_members_and_requires_the_common_ones() {
        let error = |name: &str| {
            let schema = schema::reference_to(name);
            json!({ "content": { "application/json": { "schema": schema } } })
        };
        let document = rewritten(
            one_problem,
            &json!({ "responses": { "200": {}, "404": error("Problem"), "500": error("Detailed") } }),
            &json!({ "schemas": {
                "Problem": {
                    "description": "d",
                    "required": ["title"],
                    "properties": { "title": { "type": "string" } },
                },
                "Detailed": { "allOf": [
                    schema::reference_to("Problem"),
                    { "required": ["detail"], "properties": { "detail": { "type": "string" } } },
                ] },
            } }),
        )
        .unwrap();
        let expected = json!({
            "type": "object",
            "description": "d",
            "required": ["title"],
            "properties": { "title": { "type": "string" }, "detail": { "type": "string" } },
        });
        assert_eq!(document["components"]["schemas"]["Problem"], expected);
        let responses = document["paths"]["/a"]["get"]["responses"].as_object().unwrap();
        assert_eq!(responses.keys().collect::<Vec<_>>(), ["200", "4XX", "5XX"]);
    }

    #[test]
    fn limit_is_an_integer_for_queries_only() {
        let text = json!({ "type": "string" });
        let document = rewritten(
            limit_is_an_integer,
            &json!({ "parameters": [
                { "name": "limit", "in": "query", "schema": text },
                { "name": "include", "in": "query", "schema": text },
            ] }),
            &json!({}),
        )
        .unwrap();
        let parameters = &document["paths"]["/a"]["get"]["parameters"];
        assert_eq!(parameters[0]["schema"]["type"], "integer");
        assert_eq!(parameters[1]["schema"], text);
    }
}

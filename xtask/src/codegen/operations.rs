//! The list of operations in the generated client, for code that handles each of them.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::spec::{self, Operation};

/// The macro `operations!`, which calls another macro with a row for each operation.
///
/// # Errors
/// When a body's schema isn't a component.
pub(super) fn table(lowered: &Value) -> Result<String> {
    let mut table = "
/// Calls the macro `$rows` with a row for each operation: `id(RequestBody) -> SuccessBody;`.
///
/// A type is missing where there is no such body.
#[macro_export]
macro_rules! operations {
    ($rows:ident) => {
        $rows! {
"
    .to_owned();
    for operation in spec::operations(lowered) {
        let row = row(lowered, &operation).with_context(|| format!("{}: no row", operation.id()))?;
        writeln!(table, "            {row}")?;
    }
    table.push_str("        }\n    };\n}\n");
    Ok(table)
}

fn row(lowered: &Value, operation: &Operation<'_>) -> Result<String> {
    let request = operation
        .request_body(lowered)
        .map(body_type)
        .transpose()?
        .flatten();
    let mut successes = operation
        .responses(lowered)
        .into_iter()
        .filter(|(status, _)| status.starts_with('2'));
    let success = successes
        .next()
        .map(|(_, response)| body_type(response))
        .transpose()?
        .flatten();
    let result = success
        .map(|success| format!(" -> {success}"))
        .unwrap_or_default();
    Ok(format!(
        "{}({}){result};",
        operation.id(),
        request.unwrap_or_default()
    ))
}

/// The Rust type of a request's or response's body, if there is one.
fn body_type(holder: &Value) -> Result<Option<String>> {
    let Some(schema) = holder.pointer("/content/application~1json/schema") else {
        return Ok(None);
    };
    let reference = schema
        .get("$ref")
        .and_then(Value::as_str)
        .context("a body's schema has no name")?;
    let name = reference.rsplit('/').next().unwrap_or(reference);
    Ok(Some(format!("$crate::types::{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_name_the_types_of_the_bodies_that_exist() {
        let document = spec::parse(
            "
paths:
  /things:
    post:
      operationId: thing_create
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/ThingCreate'}}}}
      responses: {201: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}, 400: {}}
    delete: {operationId: thing_delete, responses: {204: {}}}
",
        )
        .unwrap();
        let table = table(&document).unwrap();
        let rows: Vec<_> = table
            .lines()
            .filter(|line| line.trim().starts_with("thing_"))
            .map(str::trim)
            .collect();
        assert_eq!(
            rows,
            [
                "thing_create($crate::types::ThingCreate) -> $crate::types::Thing;",
                "thing_delete();"
            ]
        );
    }
}

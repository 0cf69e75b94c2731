//! The documented examples of responses, as code.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use syn::{Ident, Item, LitByteStr, LitStr, parse_quote};

use crate::spec::{self, Operation};

/// The prefix of a reference to an example component.
const EXAMPLES: &str = "#/components/examples/";

/// The type of the bodies of all errors.
const PROBLEM: &str = "Problem";

/// A documented response of an operation.
#[derive(Debug)]
pub(super) struct Example {
    /// Its name in the contract.
    pub(super) name: String,
    /// The name of the function that responds with it.
    pub(super) function: Ident,
    pub(super) status: u16,
    /// The media type, and the examples of the required headers.
    pub(super) headers: Vec<(String, String)>,
    /// The function that returns the body.
    pub(super) body: Ident,
    /// Whether the body is JSON. Otherwise, it consists of the bytes of the example, which is a string.
    pub(super) is_json: bool,
}

/// The examples of an operation's responses. An example of several media types is listed once, with the first of them.
///
/// # Errors
/// When two examples have the same name, or an example isn't a component.
pub(super) fn of_operation(contract: &Value, operation: &Operation<'_>) -> Result<Vec<Example>> {
    let mut found: Vec<Example> = Vec::new();
    for (status, response) in operation.responses(contract) {
        let status: u16 = status.parse().with_context(|| format!("status {status}"))?;
        for (media_type, content) in spec::members(response.get("content")) {
            for (name, example) in spec::members(content.get("examples")) {
                let body = ident(component(example)?)?;
                match found.iter().find(|other| other.name == name) {
                    Some(other) if other.status == status && other.body == body => continue,
                    Some(other) => bail!("{name} is an example of {} and of {status}", other.status),
                    None => {}
                }
                let mut headers = vec![("content-type".to_owned(), media_type.to_owned())];
                headers.extend(required_headers(contract, response)?);
                found.push(Example {
                    name: name.to_owned(),
                    function: ident(name)?,
                    status,
                    headers,
                    body,
                    is_json: content
                        .pointer("/schema/format")
                        .is_none_or(|format| format != "binary"),
                });
            }
        }
    }
    Ok(found)
}

/// The required headers of a response with their examples.
fn required_headers(contract: &Value, response: &Value) -> Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    for (name, header) in spec::members(response.get("headers")) {
        let header = spec::resolve(contract, header).with_context(|| format!("{name} can't be resolved"))?;
        if header["required"] == true {
            let example = header["example"]
                .as_str()
                .with_context(|| format!("{name} has no example"))?;
            headers.push((name.to_owned(), example.to_owned()));
        }
    }
    Ok(headers)
}

/// A function per example component of a response; it returns the body as the client's type.
///
/// # Errors
/// When an example isn't a component, or has two types.
pub(super) fn bodies(contract: &Value) -> Result<Vec<Item>> {
    let mut types = BTreeMap::new();
    for operation in spec::operations(contract) {
        for (status, response) in operation.responses(contract) {
            for (_, content) in spec::members(response.get("content")) {
                let schema = content
                    .pointer("/schema/$ref")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let schema = schema.rsplit('/').next().unwrap_or_default();
                // Bytes have a schema without a name.
                let body_type = if status.starts_with('2') { schema } else { PROBLEM };
                for (_, example) in spec::members(content.get("examples")) {
                    let name = component(example)?;
                    let other = types.insert(name, body_type);
                    if other.is_some_and(|other| other != body_type) {
                        bail!("{name} is an example of two types");
                    }
                }
            }
        }
    }
    types
        .into_iter()
        .map(|(name, body_type)| body(contract, name, body_type).with_context(|| name.to_owned()))
        .collect()
}

fn body(contract: &Value, name: &str, body_type: &str) -> Result<Item> {
    let example = &contract["components"]["examples"][name];
    let docs = example["summary"].as_str().context("it has no summary")?.trim();
    let docs = format!("{}.", docs.trim_end_matches('.'));
    if body_type.is_empty() {
        let text = example["value"].as_str().context("it isn't a string")?;
        let (function, text) = (ident(name)?, syn::parse_str::<LitByteStr>(&format!("b{text:?}"))?);
        return Ok(parse_quote! {
            #[doc = #docs]
            pub fn #function() -> &'static [u8] {
                #text
            }
        });
    }
    let json = serde_json::to_string_pretty(&example["value"])?;
    // As a raw string, it keeps its lines.
    let json: LitStr = syn::parse_str(&format!("r#\"{json}\"#"))?;
    let (function, body_type) = (ident(name)?, syn::parse_str::<Ident>(body_type)?);
    Ok(parse_quote! {
        #[doc = #docs]
        pub fn #function() -> types::#body_type {
            ::serde_json::from_str(#json).expect("the contract's examples are valid")
        }
    })
}

/// The name of the component that an example refers to.
fn component(example: &Value) -> Result<&str> {
    let reference = example["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix(EXAMPLES));
    reference.context("an example has no name of its own: make it a component")
}

/// A name of the contract as the name of a function: `pendingAppBackup` becomes `pending_app_backup`.
fn ident(name: &str) -> Result<Ident> {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    syn::parse_str(&snake).with_context(|| format!("{name} can't be the name of a function"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract(second: &str) -> Value {
        spec::parse(&format!(
            "
paths:
  /things:
    get:
      operationId: thing_list
      responses:
        200:
          headers: {{ETag: {{required: true, example: '\"1\"'}}, Link: {{}}}}
          content:
            application/json:
              schema: {{$ref: '#/components/schemas/Thing'}}
              examples: {{oneThing: {{$ref: '#/components/examples/OneThing'}}}}
            application/thing+json:
              schema: {{$ref: '#/components/schemas/Thing'}}
              examples: {{oneThing: {{$ref: '#/components/examples/OneThing'}}}}
        404:
          content:
            application/problem+json:
              schema: {{$ref: '#/components/schemas/Detailed'}}
              examples: {second}
components:
  examples:
    OneThing: {{summary: A thing, value: {{a: 1}}}}
    Absent: {{summary: Nothing, value: {{status: '404'}}}}
"
        ))
        .unwrap()
    }

    fn listed(contract: &Value) -> Result<Vec<Example>> {
        of_operation(contract, &spec::operations(contract)[0])
    }

    #[test]
    fn examples_have_status_media_type_and_required_headers() {
        let contract = contract("{notFound: {$ref: '#/components/examples/Absent'}}");
        let examples = listed(&contract).unwrap();
        let lines: Vec<_> = examples
            .iter()
            .map(|example| {
                let Example {
                    name,
                    function,
                    status,
                    headers,
                    body,
                    ..
                } = example;
                format!("{name} {function} {status} {headers:?} {body}")
            })
            .collect();
        assert_eq!(
            lines,
            [
                r#"oneThing one_thing 200 [("content-type", "application/json"), ("ETag", "\"1\"")] one_thing"#,
                r#"notFound not_found 404 [("content-type", "application/problem+json")] absent"#,
            ]
        );
    }

    #[test]
    fn examples_need_a_component_and_a_name_of_their_own() {
        for (second, expected) in [
            ("{absent: {value: {}}}", "make it a component"),
            (
                "{oneThing: {$ref: '#/components/examples/Absent'}}",
                "oneThing is an example of 200 and of 404",
            ),
        ] {
            let error = listed(&contract(second)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn bodies_are_functions_that_return_the_clients_type() {
        let contract = contract("{notFound: {$ref: '#/components/examples/Absent'}}");
        let bodies = bodies(&contract).unwrap();
        let file: syn::File = parse_quote!(#(#bodies)*);
        let code = prettyplease::unparse(&file);
        assert!(
            code.contains("///Nothing.\npub fn absent() -> types::Problem {"),
            "{code}"
        );
        assert!(code.contains("pub fn one_thing() -> types::Thing {"), "{code}");
        assert!(code.contains("r#\"{\n  \"a\": 1\n}\"#"), "{code}");
    }
}

//! Generates typed mocks of all operations, whose responses include the documented examples.
//!
//! The generator writes the conditions and the typed responses. This module adds the examples and the documentation.

use anyhow::{Context, Result, anyhow, bail};
use openapiv3::OpenAPI;
use progenitor_impl::{GenerationSettings, Generator};
use serde_json::Value;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{File, Ident, ImplItem, ImplItemFn, Item, ItemMod, LitStr, TraitItem, Visibility, parse_quote};

use super::examples::{self, Example};
use super::ids;
use crate::spec;

/// The name of the client's crate in code.
const CLIENT: &str = "appkeep_client";

/// The endings of the names of an operation's types: its conditions and its responses.
const WHEN: &str = "When";
const THEN: &str = "Then";

/// The syntax tree of the mocks.
///
/// # Errors
/// When the generator fails, or an example can't be offered.
pub(super) fn generate(settings: &GenerationSettings, lowered: &OpenAPI, contract: &Value) -> Result<File> {
    let generated = Generator::new(settings)
        .httpmock(lowered, CLIENT)
        .map_err(|error| anyhow!("{error}"))
        .context("progenitor failed")?;
    let mut code: File = syn::parse2(generated).context("progenitor's output isn't Rust")?;
    ids::by_value(&mut code)?;
    BytesAsTheyAre.visit_file_mut(&mut code);
    add_examples(&mut code, contract)?;
    ProblemMediaType.visit_file_mut(&mut code);
    document(&mut code, contract);
    Ok(code)
}

/// Sends problems with their own media type; the generator only knows `application/json`.
struct ProblemMediaType;

impl VisitMut for ProblemMediaType {
    fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
        if function.sig.ident == "client_error" || function.sig.ident == "server_error" {
            visit_mut::visit_impl_item_fn_mut(self, function);
        }
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.method == "header" && call.args.len() == 2 {
            call.args[1] = parse_quote!("application/problem+json");
        }
    }
}

/// Sends bytes as they are; the generator would write them as JSON.
struct BytesAsTheyAre;

impl VisitMut for BytesAsTheyAre {
    fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
        let json: syn::Type = parse_quote!(::serde_json::Value);
        let has_own_status = function.sig.inputs.len() == 2;
        let value = function.sig.inputs.iter_mut().find_map(|input| match input {
            syn::FnArg::Typed(value) if *value.ty == json => Some(value),
            _ => None,
        });
        if let Some(value) = value
            && has_own_status
        {
            *value.ty = parse_quote!(impl AsRef<[u8]>);
            visit_mut::visit_block_mut(self, &mut function.block);
        }
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.method == "header" && call.args.len() == 2 {
            call.args[1] = parse_quote!("application/octet-stream");
        }
        if call.method == "json_body" {
            call.method = parse_quote!(body);
        }
    }
}

/// Adds a module with the example bodies, and a function per example to the responses of each operation.
fn add_examples(code: &mut File, contract: &Value) -> Result<()> {
    let bodies = examples::bodies(contract)?;
    for operation in spec::operations(contract) {
        let id = operation.id();
        let examples = examples::of_operation(contract, &operation).with_context(|| id.to_owned())?;
        let implementation = implementation(code, &pascal(id, THEN))
            .with_context(|| format!("{id}: the generator wrote no responses"))?;
        for example in &examples {
            let is_used =
                |item: &ImplItem| matches!(item, ImplItem::Fn(other) if other.sig.ident == example.function);
            if implementation.items.iter().any(is_used) {
                bail!("{id}: {} is the name of another response", example.name);
            }
            implementation.items.push(ImplItem::Fn(response(example)));
        }
        let rows = examples
            .iter()
            .map(|Example { name, function, .. }| -> syn::Expr { parse_quote!((#name, Self::#function)) });
        implementation.items.push(parse_quote! {
            /// The documented examples: the name of each, and the function that responds with it.
            pub const EXAMPLES: crate::Examples<Self> = &[#(#rows),*];
        });
    }
    code.items.push(parse_quote! {
        pub mod examples {
            //! The bodies of the documented examples.

            use appkeep_client::types;

            #(#bodies)*
        }
    });
    Ok(())
}

/// The function that responds with an example.
fn response(example: &Example) -> ImplItemFn {
    let Example {
        name,
        function,
        status,
        headers,
        body,
        is_json,
    } = example;
    let respond: syn::Path = if *is_json {
        parse_quote!(crate::respond)
    } else {
        parse_quote!(crate::respond_with_bytes)
    };
    let docs = format!("Responds with {status} and the example `{name}`.");
    let headers = headers
        .iter()
        .map(|(name, value)| -> syn::Expr { parse_quote!((#name, #value)) });
    parse_quote! {
        #[doc = #docs]
        pub fn #function(self) -> Self {
            Self(#respond(self.0, #status, &[#(#headers),*], &super::examples::#body()))
        }
    }
}

/// The implementation of a type in the generated module `operations`.
fn implementation<'a>(code: &'a mut File, name: &str) -> Option<&'a mut syn::ItemImpl> {
    let modules = code.items.iter_mut().filter_map(|item| match item {
        Item::Mod(ItemMod { content, .. }) => content.as_mut(),
        _ => None,
    });
    modules.flat_map(|(_, items)| items).find_map(|item| match item {
        Item::Impl(item) if type_name(item).is_some_and(|ident| ident == name) => Some(item),
        _ => None,
    })
}

fn type_name(item: &syn::ItemImpl) -> Option<&Ident> {
    match item.self_ty.as_ref() {
        syn::Type::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

/// The name of a type of an operation: `app_fetch` and `Then` give `AppFetchThen`.
fn pascal(operation: &str, ending: &str) -> String {
    let words = operation.split('_').map(|word| {
        let (first, rest) = word.split_at(1.min(word.len()));
        first.to_ascii_uppercase() + rest
    });
    words.chain([ending.to_owned()]).collect()
}

/// Adds documentation to everything that is public and has none.
fn document(code: &mut File, contract: &Value) {
    let operations = spec::operations(contract);
    for item in &mut code.items {
        match item {
            Item::Mod(ItemMod {
                ident,
                content: Some((_, items)),
                ..
            }) if ident == "operations" => {
                for operation in &operations {
                    document_types(items, operation.id());
                }
            }
            Item::Trait(extension) => {
                for item in &mut extension.items {
                    let TraitItem::Fn(function) = item else { continue };
                    let about = operations
                        .iter()
                        .find(|operation| function.sig.ident == operation.id());
                    let summary = about.and_then(|operation| operation.value["summary"].as_str());
                    let docs = format!("Mocks the operation \"{}\".", summary.unwrap_or_default());
                    function.attrs.push(parse_quote!(#[doc = #docs]));
                }
            }
            _ => {}
        }
    }
}

/// Documents the two types of an operation and their functions.
fn document_types(items: &mut [Item], operation: &str) {
    let names = [WHEN, THEN].map(|ending| pascal(operation, ending));
    for item in items {
        match item {
            Item::Struct(item) if item.ident == names[0] => {
                let docs = format!("The requests of `{operation}` that a mock responds to.");
                item.attrs.push(parse_quote!(#[doc = #docs]));
            }
            Item::Struct(item) if item.ident == names[1] => {
                let docs = format!("The response of a mock of `{operation}`.");
                item.attrs.push(parse_quote!(#[doc = #docs]));
            }
            Item::Impl(item) => {
                let name = type_name(item).map(ToString::to_string).unwrap_or_default();
                if !names.contains(&name) {
                    continue;
                }
                for member in &mut item.items {
                    if let ImplItem::Fn(function) = member
                        && function.attrs.is_empty()
                        && matches!(function.vis, Visibility::Public(_))
                    {
                        let docs = LitStr::new(&function_docs(function, &name), function.sig.ident.span());
                        function.attrs.push(parse_quote!(#[doc = #docs]));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The documentation of a generated function of the type `owner`.
fn function_docs(function: &ImplItemFn, owner: &str) -> String {
    let name = function.sig.ident.to_string();
    let parameter = name.trim_end_matches('_');
    let is_condition = owner.ends_with(WHEN);
    match name.as_str() {
        "new" if is_condition => "Restricts httpmock's conditions to requests of this operation.".to_owned(),
        "new" => "Restricts httpmock's responses to those of this operation.".to_owned(),
        "into_inner" => "Returns httpmock's type, for anything that the contract doesn't define.".to_owned(),
        _ if is_condition && function.sig.generics.params.is_empty() => {
            format!("Requires this `{parameter}`.")
        }
        _ if is_condition => format!("Requires this `{parameter}`; `None` requires its absence."),
        "client_error" => "Responds with a status from 400 to 499 and this problem.".to_owned(),
        "server_error" => "Responds with a status from 500 to 599 and this problem.".to_owned(),
        _ if function.sig.inputs.len() > 1 => format!("Responds with {} and this body.", status(function)),
        _ => format!("Responds with {}.", status(function)),
    }
}

/// The status in the code of a generated function.
fn status(function: &ImplItemFn) -> String {
    struct Status(String);
    impl<'ast> Visit<'ast> for Status {
        fn visit_lit_int(&mut self, literal: &'ast syn::LitInt) {
            literal.base10_digits().clone_into(&mut self.0);
        }
    }
    let mut status = Status(String::new());
    status.visit_impl_item_fn(function);
    status.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(responses: &str) -> File {
        syn::parse_file(&format!(
            "pub mod operations {{
                pub struct ThingFetchWhen(::httpmock::When);
                impl ThingFetchWhen {{ pub fn limit<T>(self, value: T) -> Self {{}} }}
                pub struct ThingFetchThen(::httpmock::Then);
                impl ThingFetchThen {{ {responses} }}
            }}"
        ))
        .unwrap()
    }

    fn contract() -> Value {
        spec::parse(
            "
paths:
  /things/{id}:
    get:
      operationId: thing_fetch
      responses:
        200:
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
              examples: {oneThing: {$ref: '#/components/examples/OneThing'}}
components: {examples: {OneThing: {summary: A thing, value: {}}}}
",
        )
        .unwrap()
    }

    #[test]
    fn each_example_is_a_documented_function() {
        let mut code = code("pub fn ok(self, value: &types::Thing) -> Self { Self(self.0.status(200u16)) }");
        add_examples(&mut code, &contract()).unwrap();
        document(&mut code, &contract());
        let code = prettyplease::unparse(&code);
        for expected in [
            "///Requires this `limit`; `None` requires its absence.",
            "///Responds with 200 and this body.",
            "///Responds with 200 and the example `oneThing`.\n        pub fn one_thing(self) -> Self {",
            "(\"oneThing\", Self::one_thing)",
            "pub fn one_thing() -> types::Thing {",
        ] {
            assert!(code.contains(expected), "{expected}\n{code}");
        }
    }

    #[test]
    fn examples_must_not_have_the_name_of_another_response() {
        let error = add_examples(&mut code("pub fn one_thing(self) -> Self {}"), &contract()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "thing_fetch: oneThing is the name of another response"
        );
    }

    #[test]
    fn problems_have_their_own_media_type() {
        let function = r#"pub fn client_error(self) -> Self { Self(self.0.header("content-type", "application/json")) }"#;
        let mut code = code(function);
        ProblemMediaType.visit_file_mut(&mut code);
        assert!(prettyplease::unparse(&code).contains(r#"("content-type", "application/problem+json")"#));
    }
}

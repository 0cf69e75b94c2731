//! Named rewrites of the generated code's syntax tree.
//!
//! They make changes for which the generator has no setting: a single error type, a single function that sends
//! requests and decodes responses, and a single constructor of clients. That function and that type are
//! written by hand in `appkeep-client`; the rewrites only use them. [`super::lower`] rewrites the contract.

use anyhow::{Context, Result, bail};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, File, ImplItem, Item, Pat, Stmt, UseTree, parse_quote};

/// A step: its name, its reason, and its function.
type Rewrite = (&'static str, &'static str, fn(&mut File) -> Result<()>);

/// The steps, in order.
const REWRITES: &[Rewrite] = &[
    (
        "plain_docs",
        "the documentation contains lowered schemas, and examples that can't be compiled",
        plain_docs,
    ),
    (
        "call_exchange",
        "decode errors must contain the operation, the place and the body",
        call_exchange,
    ),
    (
        "single_error_type",
        "a generic error without path or operation is not helpful, and types of progenitor would tie our versions to its",
        single_error_type,
    ),
    (
        "single_constructor",
        "every client must have time-outs and a user agent, and nothing may access its HTTP client, which has the token",
        single_constructor,
    ),
    (
        "ids_by_value",
        "ids are `Copy`, so references to them only add `&` to calls",
        super::ids::by_value,
    ),
    (
        "defaults",
        "callers only need to list the members that they set",
        defaults,
    ),
];

/// Imports that the hand-written error type replaces, or that become unused.
const UNUSED_IMPORTS: [&str; 6] = [
    "ByteStream",
    "ClientHooks",
    "ClientInfo",
    "Error",
    "OperationInfo",
    "ResponseValue",
];

/// Rewrites the generated code.
///
/// # Errors
/// When the code has a form that a step doesn't support. The error contains the step's name.
pub(super) fn rewrite(file: &mut File) -> Result<()> {
    for (name, why, rewrite) in REWRITES {
        rewrite(file).with_context(|| format!("failed to rewrite: {name} ({why})"))?;
    }
    Ok(())
}

/// Removes JSON schemas from documentation, and marks examples as text instead of code.
#[expect(clippy::unnecessary_wraps, reason = "all rewrites have one form")]
fn plain_docs(file: &mut File) -> Result<()> {
    struct Docs;
    impl VisitMut for Docs {
        fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
            let text = literal.value();
            let before_schema = text
                .split("\n\n<details><summary>JSON schema")
                .next()
                .unwrap_or_default();
            *literal = syn::LitStr::new(&before_schema.replace("```ignore", "```text"), literal.span());
        }

        fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
            if let syn::Meta::NameValue(pair) = &mut attribute.meta {
                visit_mut::visit_expr_mut(self, &mut pair.value);
            }
        }
    }
    Docs.visit_file_mut(file);
    Ok(())
}

/// Makes every operation end in a call of `crate::exchange`.
fn call_exchange(file: &mut File) -> Result<()> {
    struct Exchanges(Result<()>);
    impl VisitMut for Exchanges {
        fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
            if function.sig.asyncness.is_some() && self.0.is_ok() {
                self.0 = exchange(&mut function.block);
            }
        }
    }
    let mut exchanges = Exchanges(Ok(()));
    exchanges.visit_file_mut(file);
    exchanges.0
}

/// Replaces everything after the construction of the request in the body of one operation.
fn exchange(body: &mut Block) -> Result<()> {
    let operation = find(body, "info", |expression| match expression {
        Expr::Struct(info) => info.fields.first().map(|field| field.expr.clone()),
        _ => None,
    });
    let (_, operation) = operation.context("an operation has no id")?;
    let request = find(body, "request", |expression| match expression {
        Expr::Try(attempt) => match attempt.expr.as_ref() {
            Expr::MethodCall(build) if build.method == "build" => Some((*build.receiver).clone()),
            _ => None,
        },
        _ => None,
    });
    let (index, request) = request.context("an operation builds no request")?;
    let decode: syn::Path = match body.stmts.last() {
        Some(Stmt::Expr(Expr::Match(response), None)) if calls(response, "from_response") => {
            parse_quote!(crate::exchange::json)
        }
        Some(Stmt::Expr(Expr::Match(response), None)) if calls(response, "stream") => {
            parse_quote!(crate::exchange::stream)
        }
        Some(Stmt::Expr(Expr::Match(_), None)) => parse_quote!(crate::exchange::empty),
        _ => bail!("an operation doesn't match the response's status"),
    };
    body.stmts.truncate(index);
    let request = without_version_header(body, request);
    body.stmts.push(parse_quote!(let request = #request;));
    body.stmts.push(Stmt::Expr(
        parse_quote!(#decode(self, #operation, request).await),
        None,
    ));
    InvalidHeaders(operation).visit_block_mut(body);
    Ok(())
}

/// Removes the header `api-version`, which the contract doesn't define, and the map of headers if it is then empty.
fn without_version_header(body: &mut Block, request: Expr) -> Expr {
    let header = |statement: &Stmt| match statement {
        Stmt::Expr(Expr::MethodCall(call), Some(_)) if call.method == "append" => call.args.first().cloned(),
        _ => None,
    };
    let version: Expr = parse_quote!(::reqwest::header::HeaderName::from_static("api-version"));
    body.stmts
        .retain(|statement| header(statement).as_ref() != Some(&version));
    let has_headers = body.stmts.iter().any(|statement| header(statement).is_some());
    match (find(body, "header_map", |value| Some(value.clone())), request) {
        (Some((index, _)), Expr::MethodCall(call)) if call.method == "headers" && !has_headers => {
            body.stmts.remove(index);
            *call.receiver
        }
        (_, request) => request,
    }
}

/// Finds `let NAME = …` and picks a part of its value; also returns the statement's index.
fn find(body: &Block, name: &str, pick: impl Fn(&Expr) -> Option<Expr>) -> Option<(usize, Expr)> {
    body.stmts.iter().enumerate().find_map(|(index, statement)| {
        let Stmt::Local(local) = statement else {
            return None;
        };
        let Pat::Ident(pattern) = &local.pat else {
            return None;
        };
        let value = &local.init.as_ref()?.expr;
        (pattern.ident == name)
            .then(|| pick(value))
            .flatten()
            .map(|part| (index, part))
    })
}

/// Whether the first arm, for success, reads a body by calling this function.
fn calls(response: &syn::ExprMatch, function: &'static str) -> bool {
    struct Calls(&'static str, bool);
    impl<'ast> syn::visit::Visit<'ast> for Calls {
        fn visit_ident(&mut self, ident: &'ast syn::Ident) {
            self.1 |= ident == self.0;
        }
    }
    let mut calls = Calls(function, false);
    response
        .arms
        .first()
        .into_iter()
        .for_each(|arm| syn::visit::visit_arm(&mut calls, arm));
    calls.1
}

/// Adds the operation to errors about values that aren't valid in a header.
struct InvalidHeaders(Expr);

impl VisitMut for InvalidHeaders {
    fn visit_expr_try_mut(&mut self, attempt: &mut syn::ExprTry) {
        visit_mut::visit_expr_try_mut(self, attempt);
        let operation = &self.0;
        if let Expr::MethodCall(made) = attempt.expr.as_ref()
            && made.method == "try_into"
        {
            *attempt.expr = parse_quote!(#made.map_err(
                |reason: ::reqwest::header::InvalidHeaderValue| {
                    Error::invalid_request(#operation, reason.to_string())
                }
            ));
        }
    }
}

/// Uses the hand-written types of errors and responses in place of progenitor's.
#[expect(clippy::unnecessary_wraps, reason = "all rewrites have one form")]
fn single_error_type(file: &mut File) -> Result<()> {
    struct Errors;
    impl VisitMut for Errors {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            if path.segments.len() == 1 && path.segments[0].ident == "Error" {
                path.segments[0].arguments = syn::PathArguments::None;
            }
            if path.segments.len() == 1 && path.segments[0].ident == "ByteStream" {
                *path = parse_quote!(crate::content::Content);
            }
            visit_mut::visit_path_mut(self, path);
        }

        fn visit_use_tree_mut(&mut self, tree: &mut UseTree) {
            visit_mut::visit_use_tree_mut(self, tree);
            if let UseTree::Group(group) = tree {
                let unused = |tree: &UseTree| matches!(tree, UseTree::Name(name) if UNUSED_IMPORTS.iter().any(|unused| name.ident == unused));
                group.items = group.items.iter().filter(|tree| !unused(tree)).cloned().collect();
            }
        }
    }
    Errors.visit_file_mut(file);
    file.items
        .retain(|item| !matches!(item, Item::Use(item) if is_empty(&item.tree)));
    let imports: [Item; 2] = [
        parse_quote!(
            use crate::error::Error;
        ),
        parse_quote!(
            use crate::response::ResponseValue;
        ),
    ];
    file.items.splice(0..0, imports);
    Ok(())
}

/// Whether an import names nothing any more.
fn is_empty(tree: &UseTree) -> bool {
    match tree {
        UseTree::Path(path) => is_empty(&path.tree),
        UseTree::Group(group) => group.items.is_empty(),
        _ => false,
    }
}

/// Removes hooks, access to the HTTP client, and all constructors except the one that the crate's builder uses.
fn single_constructor(file: &mut File) -> Result<()> {
    let mut constructors = 0;
    file.items.retain(|item| match item {
        Item::Impl(item) => item.trait_.as_ref().is_none_or(|(path, _)| {
            path.segments
                .last()
                .is_none_or(|segment| segment.ident != "ClientHooks" && segment.ident != "ClientInfo")
        }),
        Item::Mod(module) => module.ident != "prelude",
        _ => true,
    });
    for item in &mut file.items {
        let Item::Impl(item) = item else { continue };
        item.items
            .retain(|member| !matches!(member, ImplItem::Fn(function) if function.sig.ident == "new"));
        for member in &mut item.items {
            if let ImplItem::Fn(function) = member
                && function.sig.ident == "new_with_client"
            {
                function.vis = parse_quote!(pub(crate));
                constructors += 1;
            }
        }
    }
    if constructors != 1 {
        bail!("found {constructors} constructors, expected 1");
    }
    Ok(())
}

/// Implements `Default` for the types whose members all have a default value.
#[expect(clippy::unnecessary_wraps, reason = "all rewrites have one form")]
fn defaults(file: &mut File) -> Result<()> {
    for item in &mut file.items {
        if let Item::Mod(module) = item
            && module.ident == "types"
            && let Some((_, items)) = &mut module.content
        {
            let implementations: Vec<Item> = items.iter().filter_map(default).collect();
            items.extend(implementations);
        }
    }
    Ok(())
}

/// Returns the implementation of `Default` for a struct; none if a member has no default value.
fn default(item: &Item) -> Option<Item> {
    let Item::Struct(item) = item else { return None };
    let syn::Fields::Named(fields) = &item.fields else {
        return None;
    };
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for field in &fields.named {
        names.push(field.ident.as_ref()?);
        values.push(default_value(field)?);
    }
    let name = &item.ident;
    Some(parse_quote! {
        impl ::std::default::Default for #name {
            fn default() -> Self {
                Self { #(#names: #values),* }
            }
        }
    })
}

/// Returns the default value of a member: that of the contract, or the empty value of its type.
fn default_value(field: &syn::Field) -> Option<Expr> {
    let mut function = None;
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        attribute
            .parse_nested_meta(|meta| {
                let value: Option<syn::LitStr> = meta.value().and_then(syn::parse::ParseBuffer::parse).ok();
                if meta.path.is_ident("default") {
                    function = value;
                }
                Ok(())
            })
            .ok()?;
    }
    if let Some(function) = function {
        let function: syn::Path = function.parse().ok()?;
        return Some(parse_quote!(#function()));
    }
    let syn::Type::Path(path) = &field.ty else {
        return None;
    };
    let name = path.path.segments.last()?.ident.to_string();
    ["Option", "String", "Vec", "Map"]
        .contains(&name.as_str())
        .then(|| parse_quote!(::std::default::Default::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies a rewrite and compares the formatted results.
    fn check(rewrite: fn(&mut File) -> Result<()>, before: &str, after: &str) {
        let mut file = syn::parse_file(before).unwrap();
        rewrite(&mut file).unwrap();
        let expected = prettyplease::unparse(&syn::parse_file(after).unwrap());
        assert_eq!(prettyplease::unparse(&file), expected);
    }

    #[test]
    fn plain_docs_have_no_schemas_and_no_code() {
        check(
            plain_docs,
            "#[doc = \"`A`\\n\\n<details><summary>JSON schema</summary>x</details>\"] struct A;
             #[doc = \"B\\n```ignore\\nb()\\n```\"] struct B;",
            "#[doc = \"`A`\"] struct A;
             #[doc = \"B\\n```text\\nb()\\n```\"] struct B;",
        );
    }

    #[test]
    fn call_exchange_replaces_decoding() {
        check(
            call_exchange,
            r#"
            impl Client {
                async fn app_update(&self) -> Answer {
                    let mut header_map = HeaderMap::with_capacity(2usize);
                    header_map.append(::reqwest::header::HeaderName::from_static("api-version"), version);
                    header_map.append("ForceUpdate", force_update.try_into()?);
                    #[allow(unused_mut)]
                    let mut request = self.client.get(url).query(&a).headers(header_map).build()?;
                    let info = OperationInfo { operation_id: "app_update" };
                    self.pre(&mut request, &info).await?;
                    let response = self.exec(request, &info).await?;
                    match response.status().as_u16() {
                        200u16 => ResponseValue::from_response(response).await,
                        _ => Err(Error::UnexpectedResponse(response)),
                    }
                }
            }"#,
            r#"
            impl Client {
                async fn app_update(&self) -> Answer {
                    let mut header_map = HeaderMap::with_capacity(2usize);
                    header_map.append(
                        "ForceUpdate",
                        force_update.try_into().map_err(|reason: ::reqwest::header::InvalidHeaderValue| {
                            Error::invalid_request("app_update", reason.to_string())
                        })?
                    );
                    let request = self.client.get(url).query(&a).headers(header_map);
                    crate::exchange::json(self, "app_update", request).await
                }
            }"#,
        );
    }

    #[test]
    fn call_exchange_supports_responses_without_a_body() {
        check(
            call_exchange,
            r#"
            impl Client {
                async fn a(&self) {
                    let mut header_map = HeaderMap::with_capacity(1usize);
                    header_map.append(::reqwest::header::HeaderName::from_static("api-version"), version);
                    let request = self.client.delete(url).headers(header_map).build()?;
                    let info = OperationInfo { operation_id: "a" };
                    match response.status().as_u16() {
                        204u16 => Ok(ResponseValue::empty(response)),
                        400u16 => Err(Error::ErrorResponse(ResponseValue::from_response(response).await?)),
                    }
                }
            }"#,
            r#"
            impl Client {
                async fn a(&self) {
                    let request = self.client.delete(url);
                    crate::exchange::empty(self, "a", request).await
                }
            }"#,
        );
    }

    #[test]
    fn call_exchange_refuses_unknown_code() {
        let mut file = syn::parse_file("impl Client { async fn a(&self) { other() } }").unwrap();
        assert!(call_exchange(&mut file).is_err());
    }

    #[test]
    fn the_error_type_has_no_parameter() {
        check(
            single_error_type,
            "pub use progenitor_client::{ByteStream, Error, ResponseValue};
             fn a() -> Result<(), Error<types::Problem>> {}",
            "use crate::error::Error;
             use crate::response::ResponseValue;
             fn a() -> Result<(), Error> {}",
        );
    }

    #[test]
    fn the_remaining_constructor_is_private_to_the_crate() {
        check(
            single_constructor,
            "impl Client { pub fn new() {} pub fn new_with_client() {} }
             impl ClientHooks<()> for &Client {}
             impl ClientInfo<()> for Client { fn client(&self) {} }
             pub mod prelude {}",
            "impl Client { pub(crate) fn new_with_client() {} }",
        );
    }

    #[test]
    fn defaults_are_for_types_whose_members_all_have_one() {
        let types = r#"
            struct Create {
                #[serde(rename = "type", default = "defaults::create_type")]
                type_: String,
                #[serde(rename = "bucketID")]
                bucket_id: ::std::option::Option<Uuid>,
            }
            struct Bucket { id: Uuid }"#;
        let implementation = "impl ::std::default::Default for Create {
                fn default() -> Self {
                    Self { type_: defaults::create_type(), bucket_id: ::std::default::Default::default() }
                }
            }";
        check(
            defaults,
            &format!("mod types {{ {types} }}"),
            &format!("mod types {{ {types} {implementation} }}"),
        );
    }
}

//! Reads the operations from the tree of a document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::dialect::is_3_1;
use super::error::DocumentError;
use super::external::reference_to;
use super::model::{
    Body, Header, MediaType, Operation, Parameter, ParameterLocation, Response, SchemaPlace, Security,
    StatusKey,
};
use super::reference::{each_reference_of, escape, local, resolve};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The operations of a document, in its order.
pub(super) struct Operations {
    /// The operations of paths, which clients call.
    pub(super) paths: Vec<Operation>,
    /// The operations of webhooks, which servers call.
    pub(super) webhooks: Vec<Operation>,
}

/// Reads all operations.
pub(super) fn operations(name: &str, root: &Value) -> Result<Operations, DocumentError> {
    let reader = Reader { name, root };
    let version = root.get("openapi").and_then(Value::as_str);
    if !is_3_1(root) && !version.is_some_and(|version| version.starts_with("3.0.")) {
        let expected = "the version of an OpenAPI 3.0 or 3.1 document, like 3.0.3 or 3.1.1";
        return Err(reader.shape("/openapi", expected));
    }
    reader.references_lead_somewhere()?;
    let all = Operations {
        paths: reader.all("paths")?,
        webhooks: reader.all("webhooks")?,
    };
    reader.are_unambiguous(&all.paths)?;
    reader.have_unique_ids(&all)?;
    Ok(all)
}

struct Reader<'a> {
    name: &'a str,
    root: &'a Value,
}

impl<'a> Reader<'a> {
    fn shape(&self, place: &str, expected: &str) -> DocumentError {
        DocumentError::Shape {
            name: self.name.to_owned(),
            place: reference_to(place),
            expected: expected.to_owned(),
        }
    }

    /// The object at a place, with references followed, and its actual place.
    fn object(&self, at: &str) -> Result<(&'a Map<String, Value>, String), DocumentError> {
        let (value, place) = resolve(self.root, at).map_err(|why| DocumentError::Reference {
            name: self.name.to_owned(),
            place: reference_to(at),
            reference: reference_to(at),
            why,
        })?;
        let object = value.as_object().ok_or_else(|| self.shape(&place, "an object"))?;
        Ok((object, place))
    }

    /// The operations of all paths, or of all webhooks.
    fn all(&self, member: &str) -> Result<Vec<Operation>, DocumentError> {
        let is_optional = is_3_1(self.root) || member == "webhooks";
        let items = match self.root.get(member) {
            None if is_optional => return Ok(Vec::new()),
            Some(_) if member == "webhooks" && !is_3_1(self.root) => return Ok(Vec::new()),
            items => items.and_then(Value::as_object),
        };
        let items = items.ok_or_else(|| self.shape(&format!("/{member}"), "an object of paths"))?;
        let is_path = |key: &&String| member == "webhooks" || !key.starts_with("x-");
        let mut operations = Vec::new();
        for name in items.keys().filter(is_path) {
            let place = format!("/{member}/{}", escape(name));
            if member == "paths" && !name.starts_with('/') {
                let expected = "a path that starts with `/`, or an extension that starts with `x-`";
                return Err(self.shape(&place, expected));
            }
            let (item, at) = self.path_item(&place)?;
            for method in METHODS.iter().filter(|method| item.contains_key(**method)) {
                let mut operation = self.operation(name, item, &at, method)?;
                if member == "webhooks" && !operation.id_given {
                    // A path may have the same name.
                    operation.id = format!("webhook {}", operation.id);
                }
                operations.push(operation);
            }
        }
        Ok(operations)
    }

    /// The path item at a place, with its actual place.
    fn path_item(&self, place: &str) -> Result<(&'a Map<String, Value>, String), DocumentError> {
        let (item, at) = self.object(place)?;
        self.references_are_alone(place)?;
        let is_unknown = |key: &&String| {
            !key.starts_with("x-")
                && !METHODS.contains(&key.as_str())
                && !matches!(
                    key.as_str(),
                    "$ref" | "summary" | "description" | "servers" | "parameters"
                )
        };
        if let Some(unknown) = item.keys().find(is_unknown) {
            let expected = "a method in lower case, `summary`, `description`, `servers`, `parameters`, or an \
                            extension that starts with `x-`";
            return Err(self.shape(&format!("{at}/{}", escape(unknown)), expected));
        }
        Ok((item, at))
    }

    /// Checks that nothing beside the references from a place is dropped. They lead somewhere.
    fn references_are_alone(&self, place: &str) -> Result<(), DocumentError> {
        let mut hop = place.to_owned();
        while let Some(own) = self.root.pointer(&hop).and_then(Value::as_object)
            && let Some(reference) = own.get("$ref").and_then(Value::as_str)
        {
            let is_dropped = |key: &&String| {
                !key.starts_with("x-") && !matches!(key.as_str(), "$ref" | "summary" | "description")
            };
            if let Some(dropped) = own.keys().find(is_dropped) {
                let expected = "no methods, `parameters` or `servers` beside `$ref`";
                return Err(self.shape(&format!("{hop}/{}", escape(dropped)), expected));
            }
            let Ok(next) = local(reference) else { break };
            hop = next;
        }
        Ok(())
    }

    fn have_unique_ids(&self, all: &Operations) -> Result<(), DocumentError> {
        let mut ids = BTreeSet::new();
        for operation in all.paths.iter().chain(&all.webhooks) {
            if !ids.insert(operation.id.as_str()) {
                return Err(self.shape(&operation.at, "a unique operationId"));
            }
        }
        Ok(())
    }

    /// Checks that routes are unique. `/a/{x}` and `/a/{y}` are the same route.
    fn are_unambiguous(&self, operations: &[Operation]) -> Result<(), DocumentError> {
        let mut routes: BTreeMap<_, &Operation> = BTreeMap::new();
        for operation in operations {
            if let Some(other) = routes.insert((&operation.method, operation.route()), operation) {
                let expected = format!(
                    "a path that differs from `{}` in more than names of parameters",
                    other.path
                );
                return Err(self.shape(&format!("/paths/{}", escape(&operation.path)), &expected));
            }
        }
        Ok(())
    }

    /// Checks the references in the whole tree, so that no later step finds a dangling one.
    fn references_lead_somewhere(&self) -> Result<(), DocumentError> {
        each_reference_of(self.root, &mut |at, reference| {
            let failed = |why| DocumentError::Reference {
                name: self.name.to_owned(),
                place: reference_to(at),
                reference: local(reference).map_or_else(|_| reference.to_owned(), |at| reference_to(&at)),
                why,
            };
            resolve(self.root, at).map(drop).map_err(failed)
        })
    }

    fn operation(
        &self,
        path: &str,
        item: &Map<String, Value>,
        item_at: &str,
        method: &str,
    ) -> Result<Operation, DocumentError> {
        let (operation, at) = self.object(&format!("{item_at}/{method}"))?;
        let given = operation.get("operationId").and_then(Value::as_str);
        let upper = method.to_ascii_uppercase();
        let mut parameters = self.parameters(operation, &at)?;
        for inherited in self.parameters(item, item_at)? {
            if !parameters.iter().any(|own| own.is_same_as(&inherited)) {
                parameters.push(inherited);
            }
        }
        parameters.retain(|parameter| !is_ignored(parameter));
        Ok(Operation {
            id: given.map_or_else(|| format!("{upper} {path}"), str::to_owned),
            id_given: given.is_some(),
            method: upper,
            path: path.to_owned(),
            parameters,
            body: self.body(operation, &at)?,
            responses: self.responses(operation, &at)?,
            security: self.security(operation, &at)?,
            at,
        })
    }

    fn parameters(&self, owner: &Map<String, Value>, at: &str) -> Result<Vec<Parameter>, DocumentError> {
        let Some(list) = owner.get("parameters") else {
            return Ok(Vec::new());
        };
        let count = list
            .as_array()
            .ok_or_else(|| self.shape(&format!("{at}/parameters"), "an array"))?
            .len();
        let mut parameters: Vec<Parameter> = Vec::new();
        for index in 0..count {
            let place = format!("{at}/parameters/{index}");
            let parameter = self.parameter(&place)?;
            let is_equal =
                |other: &Parameter| (&other.name, other.location) == (&parameter.name, parameter.location);
            if parameters.iter().any(is_equal) {
                return Err(self.shape(
                    &place,
                    "a parameter with another name or location than those before it",
                ));
            }
            parameters.push(parameter);
        }
        Ok(parameters)
    }

    fn parameter(&self, at: &str) -> Result<Parameter, DocumentError> {
        let (parameter, at) = self.object(at)?;
        let name = parameter.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| self.shape(&format!("{at}/name"), "the parameter's name"))?;
        let location = match parameter.get("in").and_then(Value::as_str) {
            Some("path") => ParameterLocation::Path,
            Some("query") => ParameterLocation::Query,
            Some("header") => ParameterLocation::Header,
            Some("cookie") => ParameterLocation::Cookie,
            _ => return Err(self.shape(&format!("{at}/in"), "path, query, header or cookie")),
        };
        let default_style = match location {
            ParameterLocation::Path | ParameterLocation::Header => "simple",
            ParameterLocation::Query | ParameterLocation::Cookie => "form",
        };
        let style = parameter
            .get("style")
            .and_then(Value::as_str)
            .unwrap_or(default_style);
        Ok(Parameter {
            name: name.to_owned(),
            location,
            required: flag(parameter, "required") || location == ParameterLocation::Path,
            schema: schema(parameter, &at),
            content: self.content(parameter, &at)?,
            style: style.to_owned(),
            explode: parameter
                .get("explode")
                .and_then(Value::as_bool)
                .unwrap_or(style == "form"),
            at,
        })
    }

    fn body(&self, operation: &Map<String, Value>, at: &str) -> Result<Option<Body>, DocumentError> {
        if !operation.contains_key("requestBody") {
            return Ok(None);
        }
        let (body, at) = self.object(&format!("{at}/requestBody"))?;
        Ok(Some(Body {
            required: flag(body, "required"),
            content: self.content(body, &at)?,
            at,
        }))
    }

    fn content(&self, owner: &Map<String, Value>, at: &str) -> Result<Vec<MediaType>, DocumentError> {
        if !owner.contains_key("content") {
            return Ok(Vec::new());
        }
        let (content, at) = self.object(&format!("{at}/content"))?;
        let entry = |name: &String| {
            let (media, at) = self.object(&format!("{at}/{}", escape(name)))?;
            let (essence, parameters) = name.split_once(';').unwrap_or((name, ""));
            Ok(MediaType {
                name: essence.trim().to_owned(),
                parameters: parameters.to_ascii_lowercase().replace([' ', '"'], ""),
                schema: schema(media, &at),
                at,
            })
        };
        content.keys().map(entry).collect()
    }

    fn responses(&self, operation: &Map<String, Value>, at: &str) -> Result<Vec<Response>, DocumentError> {
        if is_3_1(self.root) && !operation.contains_key("responses") {
            return Ok(Vec::new());
        }
        let Some(map) = operation.get("responses").and_then(Value::as_object) else {
            return Err(self.shape(&format!("{at}/responses"), "an object of responses"));
        };
        let mut responses = Vec::new();
        for key in map.keys().filter(|key| !key.starts_with("x-")) {
            let place = format!("{at}/responses/{}", escape(key));
            let status = status_key(key)
                .ok_or_else(|| self.shape(&place, "a status, a range like 4XX, or `default`"))?;
            if responses.iter().any(|other: &Response| other.status == status) {
                return Err(self.shape(&place, "a status that no other response has"));
            }
            let (response, at) = self.object(&place)?;
            responses.push(Response {
                status,
                headers: self.headers(response, &at)?,
                content: self.content(response, &at)?,
                at,
            });
        }
        Ok(responses)
    }

    fn headers(&self, response: &Map<String, Value>, at: &str) -> Result<Vec<Header>, DocumentError> {
        if !response.contains_key("headers") {
            return Ok(Vec::new());
        }
        let (headers, at) = self.object(&format!("{at}/headers"))?;
        let entry = |name: &String| {
            let (header, at) = self.object(&format!("{at}/{}", escape(name)))?;
            Ok(Header {
                name: name.clone(),
                required: flag(header, "required"),
                schema: schema(header, &at),
                content: self.content(header, &at)?,
                explode: flag(header, "explode"),
                at,
            })
        };
        headers
            .keys()
            .filter(|name| !name.eq_ignore_ascii_case("content-type"))
            .map(entry)
            .collect()
    }

    fn security(&self, operation: &Map<String, Value>, at: &str) -> Result<Security, DocumentError> {
        let (list, at) = match operation.get("security") {
            Some(own) => (own, format!("{at}/security")),
            None => match self.root.get("security") {
                Some(shared) => (shared, "/security".to_owned()),
                None => return Ok(Security::default()),
            },
        };
        let list = list.as_array().ok_or_else(|| self.shape(&at, "an array"))?;
        let mut alternatives = BTreeSet::new();
        for (index, alternative) in list.iter().enumerate() {
            let place = format!("{at}/{index}");
            let members = alternative
                .as_object()
                .ok_or_else(|| self.shape(&place, "an object"))?;
            let mut asked = BTreeSet::new();
            for (name, scopes) in members {
                let scheme = self.scheme(name, &place)?;
                let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str);
                asked.extend(scopes.map(|scope| format!("{scheme} with the scope `{scope}`")));
                asked.insert(scheme);
            }
            alternatives.insert(asked);
        }
        Ok(Security(alternatives))
    }

    /// The type of a security scheme, independent of its name in the document.
    fn scheme(&self, name: &str, place: &str) -> Result<String, DocumentError> {
        let at = format!("/components/securitySchemes/{}", escape(name));
        if self.root.pointer(&at).is_none() {
            return Err(self.shape(
                place,
                &format!("the name of a declared security scheme, found `{name}`"),
            ));
        }
        let (scheme, _) = self.object(&at)?;
        let word = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
        Ok(match word("type") {
            "http" => format!("http {}", word("scheme").to_ascii_lowercase()),
            "apiKey" => format!("apiKey {} `{}`", word("in"), word("name")),
            other => format!("{other} `{name}`"),
        })
    }
}

/// Whether OpenAPI ignores a parameter, because the document describes these headers elsewhere.
fn is_ignored(parameter: &Parameter) -> bool {
    let ignored = ["accept", "content-type", "authorization"];
    parameter.location == ParameterLocation::Header
        && ignored
            .iter()
            .any(|name| parameter.name.eq_ignore_ascii_case(name))
}

fn flag(owner: &Map<String, Value>, key: &str) -> bool {
    owner.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn schema(owner: &Map<String, Value>, at: &str) -> Option<SchemaPlace> {
    owner
        .contains_key("schema")
        .then(|| SchemaPlace(format!("{at}/schema")))
}

fn status_key(key: &str) -> Option<StatusKey> {
    if key == "default" {
        return Some(StatusKey::Default);
    }
    if let Some(hundred) = key.strip_suffix("XX").or_else(|| key.strip_suffix("xx")) {
        return hundred
            .parse()
            .ok()
            .filter(|digit| (1..=5).contains(digit))
            .map(StatusKey::Range);
    }
    key.parse()
        .ok()
        .filter(|status| (100..=599).contains(status))
        .map(StatusKey::Exact)
}

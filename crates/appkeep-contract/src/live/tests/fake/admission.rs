//! Whether a request is valid, in the documented order of checks. Paths, parameters and bodies are checked by the
//! document's own schemas.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::slice;
use std::sync::{Arc, LazyLock};

use http::Method;
use http::header::CONTENT_TYPE;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value, json};
use uuid::Uuid;

use super::declared::{Role, apps};
use super::{ACCOUNT, OPERATOR_TOKEN, OTHER, OTHER_TOKEN, VIEWER_TOKEN, invalid, missing, problem};
use crate::live::StorageFault;
use crate::live::inputs::is_restorable;
use crate::live::recording_client::authored_validator;
use crate::live::resource_kind::{OperationKind, RESTORE, RESTORE_CREATE, ResourceKind};
use crate::live::tests::TOKEN;
use crate::testing::{Request, Response, operations_at};
use appkeep_openapi::{Components, Operation, ParameterLocation, ResponseValidator, escape};

/// The longest body that is read, in bytes.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// The maximum size of the names and values of all labels, in bytes.
const LABELS_BYTES_MAX: usize = 16_384;

/// The prefix of labels that only the system sets.
const SYSTEM_LABELS: &str = "appkeep.io/read-only/";

static DOCUMENT: LazyLock<Arc<ResponseValidator>> = LazyLock::new(|| authored_validator().unwrap());

/// The validators of request bodies by operation.
static BODIES: LazyLock<HashMap<&str, Validator>> = LazyLock::new(|| {
    let root = DOCUMENT.document().root();
    let components = Components::of(root);
    let operations = DOCUMENT.document().operations().iter();
    let compiled = operations.filter_map(|operation| {
        let place = operation.body.as_ref()?.content.first()?.schema.as_ref()?;
        let (schema, _) = DOCUMENT.document().resolve(&place.0).unwrap();
        Some((operation.id.as_str(), components.compile(schema).unwrap()))
    });
    compiled.collect()
});

/// A valid request.
pub(super) struct ValidRequest {
    pub(super) operation: &'static Operation,
    pub(super) role: Role,
    /// The path parameters by name.
    pub(super) path: BTreeMap<String, String>,
    /// The body of a create or a restore.
    pub(super) body: Value,
}

impl ValidRequest {
    pub(super) fn path(&self, name: &str) -> Option<&str> {
        self.path.get(name).map(String::as_str)
    }

    pub(super) fn account(&self) -> &str {
        self.path("account_id").unwrap_or_default()
    }
}

/// Checks a request; the refusal states the first error.
pub(super) fn check_request(
    request: &Request,
    fault: Option<StorageFault>,
) -> Result<ValidRequest, Box<Response>> {
    let methods: BTreeSet<&str> = operations_at(&request.path)
        .map(|one| one.method.as_str())
        .collect();
    if methods.is_empty() {
        return refuse(problem(404, 2));
    }
    let Some(operation) = request.documented() else {
        let allow: Vec<&str> = methods.into_iter().collect();
        return refuse(problem(405, 69).with("Allow", &allow.join(", ")));
    };
    let role = authenticate(request)?;
    let mut valid = ValidRequest {
        operation,
        role,
        path: path_parameters(operation, request),
        body: Value::Null,
    };
    account(&valid, request)?;
    for (name, value) in &valid.path {
        if !is_valid(operation, ParameterLocation::Path, name, value) {
            return refuse(problem(400, 35));
        }
    }
    query(operation, request)?;
    if operation.id == RESTORE {
        force_update(request)?;
    }
    if operation.body.is_some() {
        valid.body = body(operation, request)?;
    }
    storage(operation, fault)?;
    let app = valid.path("app_id");
    let is_known = |app: &str| apps(valid.account()).iter().any(|known| known["id"] == app);
    if app.is_some_and(|app| !is_known(app)) {
        return refuse(missing(request));
    }
    Ok(valid)
}

/// A refusal as the result of a check.
fn refuse<T>(response: Response) -> Result<T, Box<Response>> {
    Err(Box::new(response))
}

fn authenticate(request: &Request) -> Result<Role, Box<Response>> {
    let refused = |number| problem(401, number).with("WWW-Authenticate", "Bearer realm=\"fake\"");
    match request.authorization().strip_prefix("Bearer ") {
        Some(TOKEN) => Ok(Role::Member(ACCOUNT)),
        Some(OTHER_TOKEN) => Ok(Role::Member(OTHER)),
        Some(VIEWER_TOKEN) => Ok(Role::Viewer),
        Some(OPERATOR_TOKEN) => Ok(Role::Operator),
        Some(_) => refuse(refused(4)),
        None => refuse(refused(3)),
    }
}

fn path_parameters(operation: &Operation, request: &Request) -> BTreeMap<String, String> {
    let segments = operation.path.split('/').zip(request.path.split('/'));
    let named = segments.filter_map(|(template, value)| {
        let name = template.strip_prefix('{')?.strip_suffix('}')?;
        Some((name.to_owned(), value.to_owned()))
    });
    named.collect()
}

/// The account is well-formed, permitted, and exists, in this order.
fn account(valid: &ValidRequest, request: &Request) -> Result<(), Box<Response>> {
    let Some(account) = valid.path("account_id") else {
        return Ok(());
    };
    let is_valid = is_valid(valid.operation, ParameterLocation::Path, "account_id", account);
    let account = Uuid::parse_str(account).ok().filter(|_| is_valid);
    let account = account.ok_or_else(|| problem(400, 33))?;
    let is_content = valid.operation.id == "app_backup_content_fetch_for_app";
    let is_read_only = valid.role == Role::Viewer && (is_content || request.method != Method::GET);
    if !valid.role.can_access(account) || is_read_only {
        return refuse(problem(403, 11));
    }
    if ![ACCOUNT, OTHER].contains(&account) {
        return refuse(missing(request));
    }
    Ok(())
}

fn query(operation: &Operation, request: &Request) -> Result<(), Box<Response>> {
    let refused = |number, name: &String| invalid(400, number, "invalidParams", slice::from_ref(name));
    let mut seen = BTreeSet::new();
    for (name, value) in &request.query {
        let mut known = operation.parameters_in(ParameterLocation::Query);
        if !known.any(|parameter| parameter.name == *name) {
            return refuse(refused(6, name));
        }
        let mut fields = BTreeSet::new();
        let is_repeated = !seen.insert(name) || !value.split(',').all(|field| fields.insert(field));
        if is_repeated || !is_valid(operation, ParameterLocation::Query, name, value) {
            return refuse(refused(5, name));
        }
    }
    Ok(())
}

/// Whether a parameter matches its schema.
fn is_valid(operation: &Operation, location: ParameterLocation, name: &str, value: &str) -> bool {
    let mut parameters = operation.parameters_in(location);
    let parameter = parameters.find(|parameter| parameter.name == name);
    let schema = parameter.and_then(|parameter| parameter.schema.as_ref());
    let matches = |value: Value| schema.is_none_or(|schema| DOCUMENT.check_value(schema, &value).is_empty());
    // Only a parameter with a schema of this type matches as a boolean.
    matches(json!(value)) || value.parse::<bool>().is_ok_and(|value| matches(json!(value)))
}

fn force_update(request: &Request) -> Result<(), Box<Response>> {
    let refused = |status, number| invalid(status, number, "invalidParams", &["ForceUpdate".to_owned()]);
    match request
        .headers
        .get("ForceUpdate")
        .map(http::HeaderValue::as_bytes)
    {
        Some(b"true") => Ok(()),
        Some(_) => refuse(refused(400, 12)),
        None => refuse(refused(403, 79)),
    }
}

fn body(operation: &Operation, request: &Request) -> Result<Value, Box<Response>> {
    let media_type = request
        .header(&CONTENT_TYPE)
        .split(';')
        .next()
        .unwrap_or_default();
    let content = operation.body.iter().flat_map(|body| &body.content);
    if !content
        .into_iter()
        .any(|media| media.name.eq_ignore_ascii_case(media_type.trim()))
    {
        return refuse(problem(415, 0));
    }
    if request.is_unfinished() {
        return refuse(problem(408, 0));
    }
    if request.body.len() > BODY_BYTES_MAX {
        return refuse(problem(413, 85));
    }
    let body: Value = serde_json::from_slice(&request.body).map_err(|_| problem(400, 7))?;
    let invalid_fields = BODIES
        .get(operation.id.as_str())
        .map(|schema| invalid_fields(schema, &body));
    let invalid_fields = invalid_fields.unwrap_or_default();
    if !invalid_fields.is_empty() {
        return refuse(invalid(400, 8, "invalidFields", &invalid_fields));
    }
    let broken = broken_rules(operation, &body);
    if !broken.is_empty() {
        return refuse(invalid(400, 9, "invalidFields", &broken));
    }
    Ok(body)
}

/// The fields that break the schema of a body, as JSON pointers.
fn invalid_fields(schema: &Validator, body: &Value) -> Vec<String> {
    let mut fields = Vec::new();
    for error in schema.iter_errors(body) {
        let at = error.instance_path().as_str().to_owned();
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                fields.push(format!("{at}/{}", escape(property.as_str().unwrap_or_default())));
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                fields.extend(unexpected.iter().map(|name| format!("{at}/{}", escape(name))));
            }
            _ => fields.push(at),
        }
    }
    fields
}

/// The fields that break a rule which no schema states.
fn broken_rules(operation: &Operation, body: &Value) -> Vec<String> {
    if OperationKind::of(&operation.id) == OperationKind::Restore {
        let (backup, snapshot) = ("backupID".to_owned(), "snapshotID".to_owned());
        let broken = match (body.get("backupID"), body.get("snapshotID")) {
            (None, None) => vec![backup],
            (Some(_), Some(_)) => vec![backup, snapshot],
            _ if operation.id == RESTORE_CREATE && !is_restorable(body) => vec!["target".to_owned()],
            _ => Vec::new(),
        };
        return broken;
    }
    let labels = body.pointer("/metadata/labels").and_then(Value::as_array);
    let labels = labels.into_iter().flatten().enumerate();
    let is_systems = |label: &Value| {
        let name = label["name"].as_str();
        name.is_some_and(|name| name.starts_with(SYSTEM_LABELS))
    };
    let mut seen = BTreeSet::new();
    let mut bytes = 0;
    let mut broken = Vec::new();
    for (index, label) in labels {
        let text = |name: &str| label[name].as_str().unwrap_or_default().to_owned();
        bytes += text("name").len() + text("value").len();
        if is_systems(label) || !seen.insert(text("name")) {
            broken.push(format!("metadata.labels.{index}.name"));
        }
    }
    if bytes > LABELS_BYTES_MAX {
        broken.push("metadata.labels".to_owned());
    }
    broken
}

/// With a failing storage, the response is the documented problem.
fn storage(operation: &Operation, fault: Option<StorageFault>) -> Result<(), Box<Response>> {
    let writes = matches!(
        (OperationKind::of(&operation.id), ResourceKind::of(&operation.id)),
        (OperationKind::Create, _) | (OperationKind::Delete, ResourceKind::Snapshot)
    );
    match fault {
        Some(StorageFault::Broken) => refuse(documented(operation, 500)),
        Some(StorageFault::NotDurable) if writes => refuse(documented(operation, 500)),
        Some(StorageFault::Unavailable) => refuse(documented(operation, 503).with("Retry-After", "1")),
        Some(StorageFault::NotDurable) | None => Ok(()),
    }
}

/// The first example of a response in the document.
fn documented(operation: &Operation, status: u16) -> Response {
    let root = DOCUMENT.document().root();
    let media = &operation.response(status).unwrap().content[0];
    let pointer = format!("{}/examples", media.at);
    let examples = root.pointer(&pointer).and_then(Value::as_object).unwrap();
    let name = examples.keys().next().unwrap();
    let (example, _) = DOCUMENT
        .document()
        .resolve(&format!("{pointer}/{}", escape(name)))
        .unwrap();
    Response::of_json(status, &example["value"]).with("Content-Type", "application/problem+json")
}

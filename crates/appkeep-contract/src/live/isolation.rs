//! Checks that resources of one account or app can't be seen, used, deleted or detected from another one.

use serde_json::{Value, json};

use super::call::{Call, Credential};
use super::context::{Context, Fixture, OTHER_APP, ResourceKind, Stop, id_of};
use super::prepared::{Heading, PreparedCheck};
use super::recording_client::RecordedResponse;
use super::resource_kind::not_found;
use appkeep_openapi::ParameterLocation;

/// A request for an existing resource, and the same request for a non-existent one.
type ProbeAndControl = (Call, Call);

/// A check with requests across the boundary between accounts or apps.
pub(super) struct IsolationCheck {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    /// Whether the check applies to an operation.
    applies_to: fn(&Context, &str) -> bool,
    /// Creates the requests for an existing resource that mustn't be visible, and for a non-existent one.
    requests: fn(&mut Context, &str) -> Result<ProbeAndControl, Stop>,
    /// Whether the response is 403 with problem 11; otherwise it is 404.
    is_forbidden: bool,
}

/// All isolation checks; each runs for every operation that it applies to.
#[rustfmt::skip]
pub(super) const ISOLATION_CHECKS: &[IsolationCheck] = &[
    IsolationCheck { code: "foreign-token", rule: "Another account's token can't access this account.",
        applies_to: has_account, requests: with_foreign_token, is_forbidden: true },
    IsolationCheck { code: "foreign-account", rule: "Another account's URLs return 403, as if it didn't exist.",
        applies_to: has_account, requests: in_foreign_account, is_forbidden: true },
    IsolationCheck { code: "foreign-app", rule: "Another account's app isn't found under the caller's account.",
        applies_to: |ctx, operation| ctx.has(operation, "app_id"), requests: below_foreign_app, is_forbidden: false },
    IsolationCheck { code: "foreign-resource", rule: "Another account's resource isn't found under the caller's URLs.",
        applies_to: has_resource_id, requests: foreign_resource, is_forbidden: false },
    IsolationCheck { code: "own-in-foreign-account", rule: "The caller's resource isn't found under another account's URLs.",
        applies_to: has_resource_id, requests: own_in_foreign_account, is_forbidden: false },
    IsolationCheck { code: "own-below-other-app", rule: "A resource isn't found under another app of its account.",
        applies_to: |ctx, operation| has_resource_id(ctx, operation) && ctx.has(operation, "app_id"),
        requests: own_below_other_app, is_forbidden: false },
];

/// An isolation check of one operation.
pub(super) struct IsolationCase {
    check: &'static IsolationCheck,
    operation: String,
}

/// All isolation checks of the operations that they apply to.
pub(super) fn cases(ctx: &Context) -> Vec<IsolationCase> {
    let operations = ctx.http.document().operations();
    let cases = ISOLATION_CHECKS.iter().flat_map(|check| {
        let applies = |id: &&String| (check.applies_to)(ctx, id);
        let operations = operations.iter().map(|operation| &operation.id).filter(applies);
        operations.map(|operation| IsolationCase {
            check,
            operation: operation.clone(),
        })
    });
    cases.collect()
}

impl PreparedCheck for IsolationCase {
    type Requests = ProbeAndControl;

    fn heading(&self) -> Heading<'_> {
        Heading {
            code: self.check.code,
            rule: self.check.rule,
            operation: &self.operation,
            detail: None,
            reaches: None,
        }
    }

    fn prepare(&self, ctx: &mut Context) -> Result<ProbeAndControl, Stop> {
        ctx.require(&self.operation)?;
        (self.check.requests)(ctx, &self.operation)
    }

    fn calls((probe, control): &ProbeAndControl) -> Vec<Call> {
        vec![probe.clone(), control.clone()]
    }

    async fn run(&self, ctx: &mut Context, requests: ProbeAndControl) -> Result<(), Stop> {
        expect_same(ctx, self.check, requests).await
    }
}

/// Checks that the response for an existing resource is the same as for a non-existent one.
async fn expect_same(
    ctx: &mut Context,
    check: &IsolationCheck,
    (probe, control): ProbeAndControl,
) -> Result<(), Stop> {
    let (status, problem) = if check.is_forbidden {
        (403, 11)
    } else {
        (404, not_found(&probe.operation))
    };
    let response = ctx.send_for(&probe, status).await?;
    ctx.expect_problem(&response, &[problem]);
    let other = ctx.send_for(&control, status).await?;
    let (existing, unknown) = (fingerprint(&response), fingerprint(&other));
    ctx.expect(&response, existing == unknown, || {
        format!("the response for an existing resource is {existing}, and for an unknown one {unknown}")
    });
    Ok(())
}

/// The parts of a response that could reveal which resource exists, with all ids replaced.
fn fingerprint(response: &RecordedResponse) -> String {
    let mut body = response.body.clone();
    if let Value::Object(members) = &mut body {
        members.shift_remove("correlationID");
    }
    let mut headers: Vec<&str> = response.header_names().collect();
    headers.sort_unstable();
    let text = format!("{} [{}] {body}", response.status, headers.join(", "));
    text.split('"')
        .map(|part| {
            if uuid::Uuid::parse_str(part).is_ok() {
                "{id}"
            } else {
                part
            }
        })
        .collect::<Vec<_>>()
        .join("\"")
}

/// Creates a backup and a snapshot in the other account.
pub(super) async fn create_foreign(ctx: &mut Context) -> Result<(), Stop> {
    for kind in [ResourceKind::Snapshot, ResourceKind::Backup] {
        if ctx.require_create(kind).is_ok() {
            let (_, created) = ctx.create(ctx.foreign_call(kind.create())?).await?;
            ctx.fixtures.of_mut(kind).foreign = Fixture(Some(created.body));
        }
    }
    ctx.foreign().map(|_| ())
}

fn has_account(ctx: &Context, operation: &str) -> bool {
    ctx.has(operation, "account_id")
}

fn has_resource_id(ctx: &Context, operation: &str) -> bool {
    ctx.has(operation, ResourceKind::of(operation).parameter())
}

/// The call with a body, if the operation requires one.
fn with_body(ctx: &mut Context, call: Call) -> Call {
    if ctx.has_body(&call.operation) {
        let body = ctx.body_for(&call.operation);
        call.json(body)
    } else {
        call
    }
}

/// The id of an existing resource of the run; unused by lists and creates.
fn own_id(ctx: &Context, operation: &str) -> Result<String, Stop> {
    if !has_resource_id(ctx, operation) {
        return Ok(String::new());
    }
    let named = &ctx.fixtures.of(ResourceKind::of(operation)).named;
    named.id("a completed resource")
}

fn foreign_id(ctx: &Context, operation: &str) -> Result<String, Stop> {
    ctx.foreign()?;
    if !has_resource_id(ctx, operation) {
        return Ok(String::new());
    }
    let foreign = &ctx.fixtures.of(ResourceKind::of(operation)).foreign;
    foreign.id("a resource of the other account")
}

fn with_foreign_token(ctx: &mut Context, operation: &str) -> Result<ProbeAndControl, Stop> {
    ctx.foreign()?;
    let id = own_id(ctx, operation)?;
    let call = ctx.call_for(operation, &id).with(Credential::Foreign);
    let call = with_body(ctx, call);
    let control = call.clone().path("account_id", &ctx.unknown_id("account"));
    Ok((call, control))
}

fn in_foreign_account(ctx: &mut Context, operation: &str) -> Result<ProbeAndControl, Stop> {
    let id = foreign_id(ctx, operation)?;
    let call = ctx.foreign_call(operation)?.with(Credential::Own);
    let call = with_body(ctx, call.path(ResourceKind::of(operation).parameter(), &id));
    let control = call.clone().path("account_id", &ctx.unknown_id("account"));
    Ok((call, control))
}

fn below_foreign_app(ctx: &mut Context, operation: &str) -> Result<ProbeAndControl, Stop> {
    let (id, app) = (foreign_id(ctx, operation)?, ctx.foreign()?.app.to_string());
    let call = ctx.call_for(operation, &id);
    let call = with_body(ctx, call.path("app_id", &app));
    let control = call.clone().path("app_id", &ctx.unknown_id("app"));
    Ok((call, control))
}

fn foreign_resource(ctx: &mut Context, operation: &str) -> Result<ProbeAndControl, Stop> {
    let id = foreign_id(ctx, operation)?;
    let call = ctx.call_for(operation, &id);
    Ok((call, ctx.call(operation)))
}

fn own_in_foreign_account(ctx: &mut Context, operation: &str) -> Result<ProbeAndControl, Stop> {
    let (kind, id) = (ResourceKind::of(operation), own_id(ctx, operation)?);
    let control = ctx.foreign_call(operation)?;
    Ok((control.clone().path(kind.parameter(), &id), control))
}

fn own_below_other_app(ctx: &mut Context, operation: &str) -> Result<ProbeAndControl, Stop> {
    let (kind, id) = (ResourceKind::of(operation), own_id(ctx, operation)?);
    let control = ctx.call(operation).path("app_id", &other_app(ctx)?);
    Ok((control.clone().path(kind.parameter(), &id), control))
}

fn other_app(ctx: &Context) -> Result<String, Stop> {
    let other = ctx.target.other_app;
    let other = other.ok_or_else(|| Stop::Skipped(format!("requires {OTHER_APP}")))?;
    Ok(other.to_string())
}

/// The lists of the other account and of the other app don't contain resources of this account and app, and
/// vice versa.
///
/// The model contains the expected items of each list.
pub(super) async fn lists(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    ctx.send_for(&ctx.foreign_call(operation)?, 200).await?;
    ctx.list(operation).await?;
    if ctx.has(operation, "app_id")
        && let Ok(other) = other_app(ctx)
    {
        let call = ctx.call(operation).path("app_id", &other);
        ctx.send_for(&call, 200).await?;
    }
    Ok(())
}

/// A resource named in a body doesn't exist for other accounts.
pub(super) async fn body_reference(ctx: &mut Context, member: &str) -> Result<(), Stop> {
    ctx.foreign()?;
    let (problem, kind, pointer) = match member {
        "snapshotID" => (46, ResourceKind::Snapshot, "id"),
        _ => (108, ResourceKind::Backup, member),
    };
    let foreign = &ctx.fixtures.of(kind).foreign;
    let foreign = foreign.require("a resource of the other account")?;
    let foreign = foreign[pointer].as_str().unwrap_or_default().to_owned();
    let mut fingerprints = Vec::new();
    for id in [foreign, ctx.unknown_id(member)] {
        let call = ctx.call(ResourceKind::Backup.create());
        let response = ctx.send_for(&call.json(backup_with(member, &id)), 400).await?;
        ctx.expect_problem(&response, &[problem]);
        fingerprints.push((fingerprint(&response), response));
    }
    if let [(foreign, response), (unknown, _)] = fingerprints.as_slice() {
        ctx.expect(response, foreign == unknown, || {
            format!("the response for an existing resource is {foreign}, and for an unknown one {unknown}")
        });
    }
    Ok(())
}

/// A backup can only be created from a snapshot of its own app.
pub(super) async fn snapshot_of_other_app(ctx: &mut Context) -> Result<(), Stop> {
    let snapshot = ctx.fixtures.snapshots.named.id("a completed snapshot")?;
    let other = other_app(ctx)?;
    let body = backup_with("snapshotID", &snapshot);
    let call = ctx.call(ResourceKind::Backup.create()).path("app_id", &other);
    let response = ctx.send_for(&call.json(body), 403).await?;
    ctx.expect_problem(&response, &[47]);
    Ok(())
}

/// The body of a backup with a reference to another resource.
fn backup_with(member: &str, id: &str) -> Value {
    let kind = ResourceKind::Backup;
    json!({"type": kind.body_type(), "version": kind.newest_version(), member: id})
}

/// All resources still exist after the preceding checks.
pub(super) async fn resources_unchanged(ctx: &mut Context) -> Result<(), Stop> {
    ctx.foreign()?;
    for kind in ResourceKind::ALL {
        let Some(id) = ctx.fixtures.of(kind).foreign.0.as_ref().map(id_of) else {
            continue;
        };
        for operation in ctx.permitted(kind.fetches())? {
            let call = ctx.foreign_call(operation)?.path(kind.parameter(), &id);
            ctx.send_for(&call, 200).await?;
        }
    }
    for kind in ResourceKind::ALL {
        let Some(id) = ctx.fixtures.of(kind).named.0.as_ref().map(id_of) else {
            continue;
        };
        for operation in ctx.permitted(kind.fetches())? {
            ctx.fetch(operation, &id).await?;
        }
    }
    Ok(())
}

/// A read-only token can read everything that is readable, and a token for all accounts works in each account.
pub(super) async fn reads(ctx: &mut Context, operation: &str, credential: Credential) -> Result<(), Stop> {
    ctx.require_credential(credential)?;
    let id = own_id(ctx, operation)?;
    let call = ctx.call_for(operation, &id);
    let other = call.clone().with(credential);
    ctx.read_ahead([call.clone(), other.clone()]).await?;
    let own = ctx.send_for(&call, 200).await?;
    let response = ctx.send_for(&other, 200).await?;
    let holds = ctx.own_items(own.items()) == ctx.own_items(response.items())
        && own.body["id"] == response.body["id"];
    ctx.expect(&response, holds, || {
        "the token reads other data than a member's token".to_owned()
    });
    Ok(())
}

impl Context {
    /// Whether an operation has a path parameter with this name.
    pub(super) fn has(&self, operation: &str, name: &str) -> bool {
        self.http.operation(operation).is_some_and(|operation| {
            let mut path = operation.parameters_in(ParameterLocation::Path);
            path.any(|parameter| parameter.name == name)
        })
    }
}

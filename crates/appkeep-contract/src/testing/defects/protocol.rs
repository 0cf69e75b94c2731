//! Defects in the protocol: the response to a request is well-formed but wrong.

use super::STORAGE_REASON;
use http::Method;
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE, ETAG, LOCATION};
use serde_json::{Value, json};

use crate::testing::exchange::{Request, Response};
use crate::testing::injection::DefectKind::Protocol;
use crate::testing::injection::Injection::{Handler, OnRequest, OnResponse, Stateful};
use crate::testing::injection::{Defect, ProxyContext, defect};

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ bodies
    defect(Protocol, "bad-input-500", "A malformed label returns 500.", OnResponse(|request, response| {
        if response.number() == Some(8) && request.json()["metadata"]["labels"][0].is_object() {
            *response = Response::problem(500, 94, "Backup not created");
        }
    })),
    defect(Protocol, "unknown-field-accepted", "Unknown fields are ignored.", OnRequest(|request| {
        request.change(|body| {
            body.shift_remove("surprise");
        });
    })),
    defect(Protocol, "null-accepted", "A null field counts as absent.", OnRequest(|request| {
        request.change(|body| body.retain(|_, value| !value.is_null()));
    })),
    defect(Protocol, "number-accepted", "A name may be a number.", OnRequest(|request| {
        request.change(|body| {
            if body.get("name").is_some_and(Value::is_number) {
                body["name"] = json!(body["name"].to_string());
            }
        });
    })),
    defect(Protocol, "type-optional", "`type` is optional.", OnRequest(|request| {
        let kind = if request.is_backup_operation() { "application/astra-appBackup" } else { "application/astra-appSnap" };
        if request.is_create() {
            request.change(|body| {
                body.entry("type").or_insert(json!(kind));
            });
        }
    })),
    defect(Protocol, "long-name-truncated", "A name that is too long is cut.", OnRequest(|request| {
        request.change(|body| {
            if let Some(Value::String(name)) = body.get_mut("name") {
                name.truncate(63);
            }
        });
    })),
    defect(Protocol, "name-lowercased", "A name in capitals is accepted, in lower case.", OnRequest(|request| {
        request.change(|body| {
            if let Some(Value::String(name)) = body.get_mut("name") {
                *name = name.to_lowercase();
            }
        });
    })),
    defect(Protocol, "trailing-text-accepted", "Text after the body is ignored.", OnRequest(|request| {
        let first = serde_json::Deserializer::from_slice(&request.body).into_iter::<Value>().next();
        if let Some(Ok(first)) = first && request.json().is_null() {
            request.body = first.to_string().into();
        }
    })),
    defect(Protocol, "long-body-accepted", "A body of any length is accepted.", OnRequest(|request| {
        if request.body.len() > 1024 * 1024 {
            request.body = request.body.trim_ascii().to_vec().into();
        }
    })),
    defect(Protocol, "long-body-400", "A body that is too long is refused with 400.", OnResponse(|_, response| {
        if response.status == 413 {
            *response = Response::problem(400, 85, "Request body too large");
        }
    })),
    defect(Protocol, "unknown-snapshot-ignored", "An unknown snapshot is ignored.", Handler(|request, server| {
        Box::pin(without(request, server, 46, "snapshotID"))
    })),
    defect(Protocol, "invalid-field-unnamed", "The invalid field isn't named.", OnResponse(|_, response| {
        if response.number() == Some(8) {
            response.change(|body| body["invalidFields"] = json!([]));
        }
    })),
    // ------------------------------------------------------------------ failures
    defect(Protocol, "internal-reason-disclosed", "The response to a failure contains its internal reason.", OnResponse(|_, response| {
        if response.status == 500 {
            response.change(|body| body["detail"] = json!(format!("storage: {STORAGE_REASON}")));
        }
    })).of_failing_storage(),
    defect(Protocol, "failure-with-generic-number", "Every failure has the number of an internal error.", OnResponse(|_, response| {
        if response.status == 500 {
            response.change(|body| body["type"] = json!("https://astra.netapp.io/problems/34"));
        }
    })).of_failing_storage(),
    defect(Protocol, "unavailable-500", "An unreachable storage returns 500.", OnResponse(|_, response| {
        if response.status == 503 {
            *response = Response::problem(500, 94, "Backup not created");
        }
    })).of_failing_storage(),
    // ------------------------------------------------------------------ queries and ids
    defect(Protocol, "list-in-type-of-resource", "A list has the media type of a resource, if that is requested.", OnResponse(|request, response| {
        let wanted = request.headers.get(ACCEPT).cloned();
        if let Some(wanted) = wanted.filter(|wanted| *wanted == "application/astra-appBackup+json") && request.is_list() && response.status == 200 {
            response.headers.insert(CONTENT_TYPE, wanted);
        }
    })),
    defect(Protocol, "unknown-parameter-accepted", "Unknown query parameters are ignored.", OnRequest(|request| {
        request.remove_parameter("surprise");
    })),
    defect(Protocol, "unknown-column-ignored", "Unknown fields in `include` are ignored.", OnRequest(|request| {
        for (name, value) in &mut request.query {
            if name == "include" {
                *value = value.replace(",surprise", "");
            }
        }
    })),
    defect(Protocol, "limit-zero-accepted", "A limit of 0 means no limit.", OnRequest(|request| {
        request.query.retain(|(name, value)| name != "limit" || value != "0");
    })),
    defect(Protocol, "last-parameter-used", "The last value of a repeated parameter is used.", OnRequest(|request| {
        if let Some(at) = request.query.iter().rposition(|(name, _)| name == "limit") {
            let last = request.query[at].clone();
            request.remove_parameter("limit");
            request.query.push(last);
        }
    })),
    defect(Protocol, "huge-limit-refused", "A limit of more than 64 bits is refused.", OnResponse(|request, response| {
        if request.parameter("limit").is_some_and(|limit| limit.len() > 19) {
            *response = Response::problem(400, 5, "Invalid query parameters");
        }
    })),
    defect(Protocol, "malformed-continue-accepted", "A malformed continue token starts at the first page.", OnRequest(|request| {
        if request.parameter("continue").is_some_and(|token| token.len() != 48) {
            request.remove_parameter("continue");
        }
    })),
    defect(Protocol, "capitals-accepted", "Ids in capitals are accepted.", OnRequest(|request| {
        let id = request.id().to_owned();
        if !id.is_empty() {
            request.replace(&id, &id.to_lowercase());
        }
    })),
    defect(Protocol, "hyphenless-accepted", "An account id without hyphens is accepted.", OnRequest(|request| {
        let id = request.account().to_owned();
        if id.len() == 32 {
            let parts = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]];
            request.replace(&id, &parts.join("-"));
        }
    })),
    // ------------------------------------------------------------------ permissions, and the order of checks
    defect(Protocol, "any-scheme-accepted", "Any credentials of another scheme have every permission.", Handler(|mut request, server| {
        Box::pin(async move {
            if request.authorization().starts_with("Basic") {
                request.set_token(&server.operator);
            }
            server.send(request).await
        })
    })),
    defect(Protocol, "unknown-token-as-missing", "An unknown token gets the problem of a missing one.", OnResponse(|_, response| {
        if response.number() == Some(4) {
            *response = with_headers_of(response, Response::problem(401, 3, "Missing bearer token"));
        }
    })),
    defect(Protocol, "role-after-body", "The body is checked before the role of a read-only token.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            if response.status == 403 && request.method == Method::POST && request.json().is_null() {
                return server.send_as_operator(request).await;
            }
            response
        })
    })),
    defect(Protocol, "query-before-permission", "The query is checked before the permission.", Handler(|request, server| {
        Box::pin(async move {
            if request.parameter("surprise").is_some() {
                let mut here = request.clone();
                here.replace(request.account(), &server.accounts[0].account);
                let response = server.send_as_operator(here).await;
                if response.number() == Some(6) {
                    return response;
                }
            }
            server.send(request).await
        })
    })),
    defect(Protocol, "account-before-permission", "The existence of an account is checked before the permission.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            if response.status == 403 {
                let known = server.accounts.iter().any(|tenant| tenant.account == request.account());
                if !known {
                    return server.send_as_operator(request).await;
                }
            }
            response
        })
    })),
    defect(Protocol, "resource-before-permission", "The existence of a resource is checked before the permission.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            if response.status == 403 && request.is_fetch() {
                let seen = server.send_as_operator(request).await;
                return if seen.status == 404 { seen } else { response };
            }
            response
        })
    })),
    defect(Protocol, "method-after-token", "The token is checked before the method.", OnResponse(|request, response| {
        if response.status == 405 && request.authorization().is_empty() {
            *response = Response::problem(401, 3, "Missing bearer token");
            response.set_header(http::header::WWW_AUTHENTICATE, "Bearer realm=\"appkeep\"");
        }
    })),
    // ------------------------------------------------------------------ methods, media types, headers
    defect(Protocol, "undeclared-method-404", "An undeclared method returns 404.", OnResponse(|_, response| {
        if response.status == 405 {
            *response = Response::problem(404, 2, "Collection not found");
        }
    })),
    defect(Protocol, "allow-lists-refused-method", "`Allow` lists the method that was refused.", OnResponse(|request, response| {
        if response.status == 405 {
            let allow = format!("{}, {}", response.header(&ALLOW), request.method);
            response.set_header(ALLOW, &allow);
        }
    })),
    defect(Protocol, "allow-lacks-method", "`Allow` lacks DELETE.", OnResponse(|_, response| {
        let allow = response.header(&ALLOW).to_owned();
        if let Some(rest) = allow.strip_prefix("DELETE, ") {
            response.set_header(ALLOW, rest);
        }
    })),
    defect(Protocol, "head-undeclared", "HEAD returns 200 although it isn't declared.", OnResponse(|request, response| {
        if request.method == Method::HEAD && response.status == 405 {
            response.status = 200;
            response.headers.remove(ALLOW);
            response.set_header(CONTENT_TYPE, "application/json");
        }
    })),
    defect(Protocol, "options-undeclared", "OPTIONS returns 204 although it isn't declared.", OnResponse(|request, response| {
        if request.method == Method::OPTIONS && response.status == 405 {
            response.status = 204;
            response.headers.remove(CONTENT_TYPE);
            response.body = bytes::Bytes::new();
        }
    })),
    defect(Protocol, "accept-ignored", "`Accept` is ignored.", OnRequest(|request| {
        request.headers.remove(ACCEPT);
    })),
    defect(Protocol, "accept-406", "An `Accept` that can't be satisfied returns 406.", OnResponse(|request, response| {
        if request.header(&ACCEPT) == "text/html" {
            *response = Response::problem(406, 12, "Not acceptable");
        }
    })),
    defect(Protocol, "vendor-body-refused", "A body in the resource's own media type is refused.", OnResponse(|request, response| {
        if request.header(&CONTENT_TYPE).contains("astra-appBackup+json") && request.is_create() {
            *response = Response::problem(415, 8, "Unsupported Media Type");
        }
    })),
    defect(Protocol, "charset-refused", "A body of JSON with a charset is refused.", OnResponse(|request, response| {
        if request.header(&CONTENT_TYPE).contains("charset") && request.is_create() {
            *response = Response::problem(415, 8, "Unsupported Media Type");
        }
    })),
    defect(Protocol, "any-media-type-read", "A body of any media type is read.", OnRequest(|request| {
        if request.is_create() {
            request.set_header(CONTENT_TYPE, "application/json");
        }
    })),
    defect(Protocol, "body-of-get-refused", "A GET with a body is refused.", OnResponse(|request, response| {
        if request.method == Method::GET && !request.body.is_empty() {
            *response = Response::problem(400, 8, "Body doesn't match the schema");
        }
    })),
    defect(Protocol, "problem-number", "A fetch of a missing backup returns problem 1.", OnResponse(|request, response| {
        if request.operation() == "app_backup_fetch_for_app" && response.number() == Some(2) {
            response.change(|body| body["type"] = json!("https://astra.netapp.io/problems/1"));
        }
    })),
    defect(Protocol, "problem-relative", "A problem's type is a relative URI.", OnResponse(|request, response| {
        if response.number() == Some(1) && request.is_delete() {
            response.change(|body| body["type"] = json!("/problems/1"));
        }
    })),
    defect(Protocol, "conflict-400", "A name in use returns 400.", OnResponse(|request, response| {
        if response.number() == Some(10) && request.is_backup_operation() {
            *response = Response::problem(400, 9, "Body breaks a rule");
        }
    })),
    defect(Protocol, "location-not-found", "`Location` can't be fetched.", OnResponse(|_, response| {
        let location = response.header(&LOCATION).replace("/k8s/v1/", "/k8s/v2/");
        if !location.is_empty() {
            response.set_header(LOCATION, &location);
        }
    })),
    defect(Protocol, "tag-always-new", "Every response has a new entity tag.", Stateful(|state, request, response| {
        let tag = response.header(&ETAG).trim_end_matches('"').to_owned();
        if !tag.is_empty() {
            response.set_header(ETAG, &format!("{tag}.{}\"", state.count(request.id())));
        }
    })),
    defect(Protocol, "connection-closed", "A malformed body gets no response.", Handler(|request, server| {
        Box::pin(async move {
            let is_read = !request.is_create() || request.body.is_empty() || !request.json().is_null();
            if is_read { server.send(request).await } else { Response::none() }
        })
    })),
];

/// Sends a request. If the response is the problem `number`, sends the request again without a member of its body.
async fn without(request: Request, server: ProxyContext, number: u32, member: &'static str) -> Response {
    let response = server.send(request.clone()).await;
    if response.number() != Some(number) {
        return response;
    }
    server.send(request.without(member)).await
}

/// A problem with the headers of another response.
fn with_headers_of(from: &Response, mut problem: Response) -> Response {
    problem.headers.clone_from(&from.headers);
    problem
}

//! Defects of protocol: a request gets the wrong answer, however well-formed.

use appkeep_server::FAULT_REASON;
use http::Method;
use http::header::{ACCEPT, ALLOW, AUTHORIZATION, CONTENT_TYPE, ETAG, LOCATION};
use serde_json::{Value, json};

use super::plant::Plant::{Act, In, Out, Recall};
use super::plant::{Defect, Real, defect};
use super::wire::{Asked, Said};

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ bodies that are accepted, or aren't
    defect("bad-input-500", "A malformed label is answered with 500.", Out(|asked, said| {
        if said.number() == Some(8) && asked.json()["metadata"]["labels"][0].is_object() {
            *said = Said::problem(500, 94, "Backup not created");
        }
    })),
    defect("unknown-field-accepted", "Fields that don't exist are ignored.", In(|asked| {
        asked.change(|body| {
            body.shift_remove("surprise");
        });
    })),
    defect("null-accepted", "A field that is null counts as absent.", In(|asked| {
        asked.change(|body| body.retain(|_, value| !value.is_null()));
    })),
    defect("number-accepted", "A name may be a number.", In(|asked| {
        asked.change(|body| {
            if body.get("name").is_some_and(Value::is_number) {
                body["name"] = json!(body["name"].to_string());
            }
        });
    })),
    defect("type-made-up", "`type` may be left out.", In(|asked| {
        let kind = if asked.is_of_backups() { "application/astra-appBackup" } else { "application/astra-appSnap" };
        if asked.is_create() {
            asked.change(|body| {
                body.entry("type").or_insert(json!(kind));
            });
        }
    })),
    defect("long-name-cut", "A name that is too long is cut.", In(|asked| {
        asked.change(|body| {
            if let Some(Value::String(name)) = body.get_mut("name") {
                name.truncate(63);
            }
        });
    })),
    defect("name-lowered", "A name in capitals is accepted, in lower case.", In(|asked| {
        asked.change(|body| {
            if let Some(Value::String(name)) = body.get_mut("name") {
                *name = name.to_lowercase();
            }
        });
    })),
    defect("tail-accepted", "What follows the body is ignored.", In(|asked| {
        let first = serde_json::Deserializer::from_slice(&asked.body).into_iter::<Value>().next();
        if let Some(Ok(first)) = first && asked.json().is_null() {
            asked.body = first.to_string().into();
        }
    })),
    defect("long-body-accepted", "A body may be however long.", In(|asked| {
        if asked.body.len() > 1024 * 1024 {
            asked.body = asked.body.trim_ascii().to_vec().into();
        }
    })),
    defect("long-body-400", "A body that is too long is a bad request.", Out(|_, said| {
        if said.status == 413 {
            *said = Said::problem(400, 85, "Request body too large");
        }
    })),
    defect("unknown-snapshot-ignored", "A snapshot that isn't there is ignored.", Act(|asked, real| {
        Box::pin(without(asked, real, 46, "snapshotID"))
    })),
    defect("culprit-unnamed", "Nobody says which field is at fault.", Out(|_, said| {
        if said.number() == Some(8) {
            said.change(|body| body["invalidFields"] = json!([]));
        }
    })),
    // ------------------------------------------------------------------ failures
    defect("reason-told", "A failure gives away what is behind it.", Out(|_, said| {
        if said.status == 500 {
            said.change(|body| body["detail"] = json!(format!("storage: {FAULT_REASON}")));
        }
    })).of_failing_storage(),
    defect("failure-unnumbered", "Every failure is an internal error, whatever failed.", Out(|_, said| {
        if said.status == 500 {
            said.change(|body| body["type"] = json!("https://astra.netapp.io/problems/34"));
        }
    })).of_failing_storage(),
    defect("unavailable-500", "A storage out of reach is a failure of the server.", Out(|_, said| {
        if said.status == 503 {
            *said = Said::problem(500, 94, "Backup not created");
        }
    })).of_failing_storage(),
    // ------------------------------------------------------------------ queries and ids
    defect("unknown-parameter-accepted", "Query parameters that don't exist are ignored.", In(|asked| {
        asked.forget("surprise");
    })),
    defect("unknown-column-ignored", "Fields that don't exist are left out of `include`.", In(|asked| {
        for (name, value) in &mut asked.query {
            if name == "include" {
                *value = value.replace(",surprise", "");
            }
        }
    })),
    defect("limit-zero-accepted", "A limit of 0 is none.", In(|asked| {
        asked.query.retain(|(name, value)| name != "limit" || value != "0");
    })),
    defect("last-parameter-wins", "Of a repeated parameter the last one counts.", In(|asked| {
        if let Some(at) = asked.query.iter().rposition(|(name, _)| name == "limit") {
            let last = asked.query[at].clone();
            asked.forget("limit");
            asked.query.push(last);
        }
    })),
    defect("huge-limit-refused", "A limit beyond 64 bits is refused.", Out(|asked, said| {
        if asked.asks_for("limit").is_some_and(|limit| limit.len() > 19) {
            *said = Said::problem(400, 5, "Invalid query parameters");
        }
    })),
    defect("continue-garbage-accepted", "A continue token that is none begins at the beginning.", In(|asked| {
        if asked.asks_for("continue").is_some_and(|token| token.len() != 48) {
            asked.forget("continue");
        }
    })),
    defect("capitals-accepted", "Ids may be written in capitals.", In(|asked| {
        let id = asked.id().to_owned();
        if !id.is_empty() {
            asked.replace(&id, &id.to_lowercase());
        }
    })),
    defect("hyphenless-accepted", "An account's id may be written without hyphens.", In(|asked| {
        let id = asked.account().to_owned();
        if id.len() == 32 {
            let parts = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]];
            asked.replace(&id, &parts.join("-"));
        }
    })),
    // ------------------------------------------------------------------ who may, and the order of checks
    defect("any-scheme-accepted", "Whoever sends any credentials may do everything.", Act(|mut asked, real| {
        Box::pin(async move {
            if asked.header(&AUTHORIZATION).starts_with("Basic") {
                asked.set_token(&real.operator);
            }
            Some(real.send(asked).await)
        })
    })),
    defect("unknown-token-as-missing", "A token that nobody issued counts as none.", Out(|_, said| {
        if said.number() == Some(4) {
            *said = with_headers_of(said, Said::problem(401, 3, "Missing bearer token"));
        }
    })),
    defect("role-after-body", "Who may only read hears first what is wrong with the body.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            if said.status == 403 && asked.method == Method::POST && asked.json().is_null() {
                return Some(real.send_as_operator(asked).await);
            }
            Some(said)
        })
    })),
    defect("query-before-permission", "The query is read before permission is asked.", Act(|asked, real| {
        Box::pin(async move {
            if asked.asks_for("surprise").is_some() {
                let mut here = asked.clone();
                here.replace(asked.account(), &real.accounts[0].account);
                let said = real.send_as_operator(here).await;
                if said.number() == Some(6) {
                    return Some(said);
                }
            }
            Some(real.send(asked).await)
        })
    })),
    defect("account-before-permission", "Whether an account exists can be found out by anybody.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            if said.status == 403 {
                let known = real.accounts.iter().any(|party| party.account == asked.account());
                if !known {
                    return Some(real.send_as_operator(asked).await);
                }
            }
            Some(said)
        })
    })),
    defect("resource-before-permission", "What isn't there is 404 before permission is asked.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            if said.status == 403 && asked.is_fetch() {
                let seen = real.send_as_operator(asked).await;
                return Some(if seen.status == 404 { seen } else { said });
            }
            Some(said)
        })
    })),
    defect("method-after-token", "The token is looked at before the method.", Out(|asked, said| {
        if said.status == 405 && asked.header(&AUTHORIZATION).is_empty() {
            *said = Said::problem(401, 3, "Missing bearer token");
            said.set_header(http::header::WWW_AUTHENTICATE, "Bearer realm=\"appkeep\"");
        }
    })),
    // ------------------------------------------------------------------ methods, media types, headers
    defect("method-404", "A method that a path doesn't have is 404.", Out(|_, said| {
        if said.status == 405 {
            *said = Said::problem(404, 2, "Collection not found");
        }
    })),
    defect("allow-too-much", "`Allow` lists the method that was refused.", Out(|asked, said| {
        if said.status == 405 {
            let allow = format!("{}, {}", said.header(&ALLOW), asked.method);
            said.set_header(ALLOW, &allow);
        }
    })),
    defect("allow-too-little", "`Allow` forgets DELETE.", Out(|_, said| {
        let allow = said.header(&ALLOW).to_owned();
        if let Some(rest) = allow.strip_prefix("DELETE, ") {
            said.set_header(ALLOW, rest);
        }
    })),
    defect("head-answered", "HEAD is answered where it isn't declared.", Out(|asked, said| {
        if asked.method == Method::HEAD && said.status == 405 {
            said.status = 200;
            said.headers.remove(ALLOW);
            said.set_header(CONTENT_TYPE, "application/json");
        }
    })),
    defect("options-answered", "OPTIONS is answered where it isn't declared.", Out(|asked, said| {
        if asked.method == Method::OPTIONS && said.status == 405 {
            said.status = 204;
            said.headers.remove(CONTENT_TYPE);
            said.body = bytes::Bytes::new();
        }
    })),
    defect("accept-ignored", "What is asked for in `Accept` doesn't matter.", In(|asked| {
        asked.headers.remove(ACCEPT);
    })),
    defect("accept-406", "What can't be had as it was asked for is 406.", Out(|asked, said| {
        if asked.header(&ACCEPT) == "text/html" {
            *said = Said::problem(406, 12, "Not acceptable");
        }
    })),
    defect("vendor-body-refused", "The resource's own media type isn't read.", Out(|asked, said| {
        if asked.header(&CONTENT_TYPE).contains("astra-appBackup+json") && asked.is_create() {
            *said = Said::problem(415, 8, "Unsupported Media Type");
        }
    })),
    defect("charset-refused", "JSON that names its charset isn't read.", Out(|asked, said| {
        if asked.header(&CONTENT_TYPE).contains("charset") && asked.is_create() {
            *said = Said::problem(415, 8, "Unsupported Media Type");
        }
    })),
    defect("any-media-type-read", "A body is read in whatever media type it comes.", In(|asked| {
        if asked.is_create() {
            asked.set_header(CONTENT_TYPE, "application/json");
        }
    })),
    defect("body-of-get-refused", "A GET with a body is refused.", Out(|asked, said| {
        if asked.method == Method::GET && !asked.body.is_empty() {
            *said = Said::problem(400, 8, "Body doesn't match the schema");
        }
    })),
    defect("problem-number", "A missing backup is problem 1 on GET.", Out(|asked, said| {
        if asked.operation() == "app_backup_fetch_for_app" && said.number() == Some(2) {
            said.change(|body| body["type"] = json!("https://astra.netapp.io/problems/1"));
        }
    })),
    defect("problem-relative", "A problem's type is a relative URI.", Out(|asked, said| {
        if said.number() == Some(1) && asked.is_delete() {
            said.change(|body| body["type"] = json!("/problems/1"));
        }
    })),
    defect("conflict-400", "A name that is taken is a bad request.", Out(|asked, said| {
        if said.number() == Some(10) && asked.is_of_backups() {
            *said = Said::problem(400, 9, "Body breaks a rule");
        }
    })),
    defect("location-nowhere", "`Location` leads nowhere.", Out(|_, said| {
        let location = said.header(&LOCATION).replace("/k8s/v1/", "/k8s/v2/");
        if !location.is_empty() {
            said.set_header(LOCATION, &location);
        }
    })),
    defect("tag-every-time-new", "The entity tag is another one every time.", Recall(|notes, asked, said| {
        let tag = said.header(&ETAG).trim_end_matches('"').to_owned();
        if !tag.is_empty() {
            said.set_header(ETAG, &format!("{tag}.{}\"", notes.count(asked.id())));
        }
    })),
    defect("connection-closed", "An unreadable body gets no answer.", Act(|asked, real| {
        Box::pin(async move {
            let is_read = !asked.is_create() || asked.body.is_empty() || !asked.json().is_null();
            if is_read { Some(real.send(asked).await) } else { None }
        })
    })),
];

/// Where a problem of that number comes, the member that it is about is left out of the body.
async fn without(asked: Asked, real: Real, number: u32, member: &'static str) -> Option<Said> {
    let said = real.send(asked.clone()).await;
    if said.number() != Some(number) {
        return Some(said);
    }
    let mut again = asked;
    again.change(|body| {
        body.shift_remove(member);
    });
    Some(real.send(again).await)
}

/// A problem with the headers of another.
fn with_headers_of(from: &Said, mut problem: Said) -> Said {
    problem.headers.clone_from(&from.headers);
    problem
}

//! Defects in semantics: created and deleted resources.

use http::Method;
use http::header::{CONTENT_TYPE, LOCATION};
use serde_json::{Value, json};

use crate::testing::exchange::{Request, Response};
use crate::testing::injection::DefectKind::Semantics;
use crate::testing::injection::Injection::{Handler, OnRequest, OnResponse, Stateful};
use crate::testing::injection::{Defect, ProxyContext, Tenant, defect};

/// The id of the temporary snapshot of each backup.
const TEMPORARY_SNAPSHOT: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b0e";

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ requested properties
    defect(Semantics, "labels-dropped", "Labels are dropped.", OnRequest(|request| {
        if request.is_create() {
            request.change(|body| {
                if let Some(labels) = body.get_mut("metadata").and_then(|metadata| metadata.get_mut("labels"))
                    && labels[0]["value"].is_string()
                {
                    *labels = json!([]);
                }
            });
        }
    })),
    defect(Semantics, "labels-reversed", "Labels are returned in reverse order.", OnRequest(|request| {
        request.change(|body| {
            if let Some(labels) = body.get_mut("metadata").and_then(|metadata| metadata.get_mut("labels")).and_then(Value::as_array_mut) {
                labels.reverse();
            }
        });
    })),
    defect(Semantics, "non-ascii-lost", "Text outside ASCII is lost.", OnRequest(|request| {
        if request.is_create() && !request.json().is_null() {
            let text = request.json().to_string();
            request.body = text.replace(|c: char| !c.is_ascii(), "?").into();
        }
    })),
    defect(Semantics, "name-changed", "A backup has another name than requested.", OnRequest(|request| {
        if request.is_backup_operation() {
            request.change(|body| {
                if let Some(Value::String(name)) = body.get_mut("name") && name.starts_with("verify-") {
                    name.push_str("-1");
                }
            });
        }
    })),
    defect(Semantics, "name-ignored", "A snapshot's name is ignored.", OnRequest(|request| {
        if !request.is_backup_operation() {
            request.change(|body| {
                if body.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with("verify-")) {
                    body.shift_remove("name");
                }
            });
        }
    })).of_snapshots(),
    defect(Semantics, "snapshot-dropped", "A backup doesn't name the snapshot that was requested.", Stateful(|state, request, response| {
        if request.is_create() && response.status == 201 && request.json()["snapshotID"].is_string() {
            state.ids.push(response.json()["id"].to_string());
        }
        response.each_resource(|resource| {
            if state.ids.contains(&resource["id"].to_string()) {
                resource.shift_remove("snapshotID");
            }
        });
    })).everywhere(),
    defect(Semantics, "incomplete-snapshot-copied", "A backup can be created from an incomplete snapshot.", Handler(|request, server| {
        Box::pin(async move {
            let source = request.json()["snapshotID"].clone();
            let response = server.send(request.clone()).await;
            if request.operation() != "app_backup_create_for_app" || response.number() != Some(111) {
                return response;
            }
            let mut created = server.send(request.without("snapshotID")).await;
            created.change(|body| body["snapshotID"] = source);
            created
        })
    })).everywhere(),
    defect(Semantics, "schedule-of-manual-backup", "A backup that a client created has a schedule.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            resource.insert("scheduleID".to_owned(), json!("5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b0f"));
        });
    })),
    defect(Semantics, "asset-before-completion", "A snapshot has its asset from the beginning.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            resource.insert("snapshotAppAsset".to_owned(), json!("0c6cbc25-cd47-4418-8cdb-833f1934a9c0"));
        });
    })).of_snapshots(),
    defect(Semantics, "creator-of-request", "A backup's creator is taken from the request.", Stateful(|state, request, response| {
        let sent = request.json()["metadata"]["createdBy"].clone();
        if request.is_create() && response.status == 201 && sent.is_string() {
            state.values.insert(response.json()["id"].to_string(), sent);
        }
        response.each_resource(|resource| {
            if let Some(sent) = state.values.get(&resource["id"].to_string()) {
                resource["metadata"]["createdBy"] = sent.clone();
            }
        });
    })),
    defect(Semantics, "temporary-snapshot-kept", "The temporary snapshot of a backup isn't deleted.", OnResponse(|request, response| {
        if request.path.ends_with(TEMPORARY_SNAPSHOT) && request.method == Method::GET {
            let metadata = json!({
                "labels": [], "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269",
                "creationTimestamp": "2026-01-01T00:00:00Z", "modificationTimestamp": "2026-01-01T00:00:00Z",
            });
            let snapshot = json!({
                "type": "application/astra-appSnap", "version": "1.2", "id": TEMPORARY_SNAPSHOT, "name": "temporary",
                "state": "completed", "stateUnready": [], "hookState": "success", "metadata": metadata,
                "snapshotAppAsset": "0c6cbc25-cd47-4418-8cdb-833f1934a9c0",
            });
            *response = Response::of_json(200, &snapshot).with("ETag", "\"1\"");
        }
        if request.is_backup_operation() {
            response.each_resource(|resource| {
                resource.entry("snapshotID").or_insert(json!(TEMPORARY_SNAPSHOT));
            });
        }
    })).everywhere(),
    defect(Semantics, "creator-lost", "Lists and fetches don't show who created a backup.", OnResponse(|request, response| {
        if request.is_list() || request.is_fetch() {
            response.each_resource(|resource| {
                resource["metadata"]["createdBy"] = json!("00000000-0000-0000-0000-000000000000");
            });
        }
    })),
    defect(Semantics, "version-echoed", "A backup has the version that was sent.", Stateful(|state, request, response| {
        if request.is_create() && response.status == 201 && request.is_backup_operation() {
            let id = response.json()["id"].to_string();
            state.values.insert(id, request.json()["version"].clone());
        }
        response.each_resource(|resource| {
            if let Some(version) = state.values.get(&resource["id"].to_string()) {
                resource["version"] = version.clone();
            }
        });
    })),
    defect(Semantics, "asset-missing", "A completed snapshot has no asset.", OnResponse(|_, response| {
        response.remove_from_each("snapshotAppAsset");
    })).of_snapshots().on_both_servers(),
    // ------------------------------------------------------------------ names and ids
    defect(Semantics, "name-not-unique", "Two backups can have the same name.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            if response.number() != Some(10) || !request.is_create() {
                return response;
            }
            under_another_name(request, &server).await
        })
    })),
    defect(Semantics, "deleted-name-in-use", "The name of a deleted backup stays in use.", Handler(|request, server| {
        Box::pin(async move {
            let name = request.json()["name"].as_str().unwrap_or_default().to_owned();
            if request.is_create() && server.state().ids.contains(&name) {
                return Response::problem(409, 10, "JSON resource conflict");
            }
            let response = server.send(request.clone()).await;
            let mut state = server.state();
            if request.is_create() && response.status == 201 {
                let body = response.json();
                state.values.insert(body["id"].as_str().unwrap_or_default().to_owned(), body["name"].clone());
            }
            if request.is_delete() && response.status == 204
                && let Some(Value::String(name)) = state.values.remove(request.id())
            {
                state.ids.push(name);
            }
            drop(state);
            response
        })
    })),
    defect(Semantics, "id-not-unique", "Two backups have the same id.", Stateful(|state, request, response| {
        if request.operation() == "app_backup_create_for_app" && response.status == 201 {
            let first = state.values.entry("id".to_owned()).or_insert_with(|| response.json()["id"].clone()).clone();
            response.change(|body| body["id"] = first);
        }
    })),
    defect(Semantics, "existing-as-created", "A create returns a backup that existed before.", Handler(|request, server| {
        Box::pin(async move {
            let existing = existing_backup(&request, &server).await;
            if request.operation() == "app_backup_create_for_app" && request.json()["metadata"].is_object() {
                return existing;
            }
            server.send(request).await
        })
    })),
    // ------------------------------------------------------------------ deletes
    defect(Semantics, "delete-without-effect", "A delete returns 204 and deletes nothing.", Handler(|request, server| {
        Box::pin(async move {
            if request.is_delete() && request.query.is_empty() {
                let seen = server.send(request.as_get()).await;
                if seen.is_success() && seen.json()["state"] == "completed" {
                    return Response::empty(204);
                }
            }
            server.send(request).await
        })
    })),
    defect(Semantics, "deleted-below-app-only", "A backup that was deleted below its app can still be fetched across the account.", Stateful(|state, request, response| {
        if request.operation() == "app_backup_fetch_for_app" && response.is_success() {
            state.values.insert(request.id().to_owned(), response.json());
        }
        if request.operation() == "app_backup_fetch" && response.number() == Some(2)
            && let Some(backup) = state.values.get(request.id())
        {
            *response = Response::of_json(200, backup).with("ETag", "\"still-there\"");
        }
    })).in_both_trees(),
    defect(Semantics, "deleted-twice", "A deleted backup can be deleted again.", Stateful(|state, request, response| {
        if request.is_delete() && response.status == 204 {
            state.ids.push(request.id().to_owned());
        }
        if request.is_delete() && response.status == 404 && state.ids.iter().any(|id| id == request.id()) {
            *response = Response::empty(204);
        }
    })),
    defect(Semantics, "delete-deletes-another", "Deleting a backup also deletes another one.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            if request.is_create() && response.status == 201 && request.is_backup_operation() && request.account() == server.accounts[0].account {
                server.state().ids.push(response.json()["id"].as_str().unwrap_or_default().to_owned());
            }
            if request.is_delete() && response.status == 204 && request.is_backup_operation() {
                let id = request.id().to_owned();
                let others: Vec<String> = server.state().ids.iter().filter(|other| **other != id).cloned().collect();
                for other in others {
                    let mut again = request.clone();
                    again.replace(&id, &other);
                    if server.send(again).await.status == 204 {
                        break;
                    }
                }
            }
            response
        })
    })),
    defect(Semantics, "pending-deleted", "A delete of a pending backup returns 204.", OnResponse(|request, response| {
        if request.is_delete() && response.number() == Some(128) {
            *response = Response::empty(204);
        }
    })),
    defect(Semantics, "backup-lost-with-snapshot", "A backup fails once its snapshot is deleted.", Stateful(|state, request, response| {
        if request.is_delete() && response.status == 204 && !request.is_backup_operation() {
            state.ids.push(request.id().to_owned());
        }
        response.each_resource(|resource| {
            let snapshot = resource.get("snapshotID").and_then(Value::as_str).unwrap_or_default();
            if state.ids.iter().any(|id| id == snapshot) {
                resource["state"] = json!("failed");
                resource["stateUnready"] = json!(["its snapshot is gone"]);
            }
        });
    })).everywhere(),
    defect(Semantics, "snapshot-lost-with-backup", "Deleting a backup deletes the snapshot that it was copied from.", Handler(|request, server| {
        Box::pin(async move {
            if !request.is_delete() || !request.is_backup_operation() {
                return server.send(request).await;
            }
            let backup = server.send(request.as_get()).await.json();
            let response = server.send(request.clone()).await;
            let own = server.accounts.iter().find(|tenant| tenant.account == request.account());
            if let (204, Some(snapshot), Some(own)) = (response.status, backup["snapshotID"].as_str(), own) {
                let mut delete = request;
                delete.path = format!("/accounts/{}/k8s/v1/apps/{}/appSnaps/{snapshot}", own.account, own.app);
                server.send(delete).await;
            }
            response
        })
    })).everywhere(),
];

/// The response to the create of a backup that existed before the first check: it is created with the first request.
async fn existing_backup(request: &Request, server: &ProxyContext) -> Response {
    let known = server.state().values.get("existing").cloned();
    let known = if let Some(known) = known {
        known
    } else {
        let Tenant { account, app, .. } = &server.accounts[0];
        let mut create = request.clone();
        create.method = Method::POST;
        create.path = format!("/accounts/{account}/k8s/v1/apps/{app}/appBackups");
        create.query.clear();
        create.set_header(CONTENT_TYPE, "application/json");
        let body = json!({"type": "application/astra-appBackup", "version": "1.1"});
        create.body = body.to_string().into();
        let created = server.send_as_operator(create).await;
        let known = json!({"body": created.json(), "location": created.header(&LOCATION)});
        server.state().values.insert("existing".to_owned(), known.clone());
        known
    };
    let location = known["location"].as_str().unwrap_or_default();
    Response::of_json(201, &known["body"]).with("Location", location)
}

/// Creates the resource under another name, and returns the requested one.
pub(super) async fn under_another_name(request: Request, server: &ProxyContext) -> Response {
    let name = request.json()["name"].clone();
    let mut response = server.send(request.without("name")).await;
    if response.is_success() {
        response.change(|body| body["name"] = name);
    }
    response
}

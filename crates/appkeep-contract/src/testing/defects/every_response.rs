//! Defects against the rules for every response: problems, metadata, and members that contradict each other.

use http::header::{ETAG, HeaderValue};
use serde_json::{Value, json};

use crate::testing::exchange::{Response, recount};
use crate::testing::injection::DefectKind::{Protocol, Semantics};
use crate::testing::injection::Injection::{Handler, OnRequest, OnResponse};
use crate::testing::injection::{Defect, defect};

/// Another user than that of the checker's token.
const ANOTHER: &str = "00000000-0000-4000-8000-000000000002";

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ problems
    defect(Protocol, "problem-reworded", "The title of a fixed problem has other words.", OnResponse(|_, response| {
        if response.number() == Some(11) {
            response.change(|body| body["title"] = json!("Operation forbidden"));
        }
    })),
    defect(Protocol, "problem-detailed", "The detail of a fixed problem names the resource.", OnResponse(|_, response| {
        if response.number() == Some(2) {
            response.change(|body| body["detail"] = json!("The backup wasn't found."));
        }
    })),
    defect(Protocol, "problem-of-another-status", "A missing app gets the problem of an invalid parameter.", OnResponse(|_, response| {
        if response.status == 404 {
            *response = Response::problem(404, 5, "");
        }
    })),
    // ------------------------------------------------------------------ tokens
    defect(Protocol, "revoked-token-accepted", "A revoked token still gives access.", Handler(|request, server| {
        Box::pin(async move {
            // The checker's name for it on the fake server.
            if request.authorization().ends_with("a-revoked-token") {
                return server.send_as_operator(request).await;
            }
            server.send(request).await
        })
    })),
    defect(Protocol, "owner-refused", "An owner can't create and delete.", Handler(|request, server| {
        Box::pin(async move {
            let is_operator = request.authorization().ends_with(&server.operator);
            let exists = request.path.contains(&server.accounts[0].account);
            if is_operator && exists && (request.is_create() || request.is_delete()) {
                return Response::problem(403, 11, "");
            }
            server.send(request).await
        })
    })),
    defect(Protocol, "operator-reads-nothing", "A token of all accounts can't read lists.", Handler(|request, server| {
        Box::pin(async move {
            let is_operator = request.authorization().ends_with(&server.operator);
            let response = server.send(request.clone()).await;
            if is_operator && request.is_list() && response.is_success() {
                return Response::problem(403, 11, "");
            }
            response
        })
    })),
    defect(Protocol, "correlation-constant", "All problems have the same correlation id.", OnResponse(|_, response| {
        if response.number().is_some() {
            response.change(|body| body["correlationID"] = json!(ANOTHER));
        }
    })),
    // ------------------------------------------------------------------ references and conflicts
    defect(Protocol, "snapshot-name-taken-400", "A name of a snapshot that is in use returns 400.", OnResponse(|_, response| {
        if response.number() == Some(10) {
            *response = Response::problem(400, 9, "");
        }
    })).of_snapshots(),
    defect(Protocol, "snapshot-of-other-app-used", "A backup may name a snapshot of another app.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            if response.number() == Some(47) && request.is_create() {
                return server.send(request.without("snapshotID")).await;
            }
            response
        })
    })).everywhere(),
    defect(Protocol, "backup-of-other-app-restored", "An app can be restored from a backup of another app.", OnResponse(|request, response| {
        if request.operation() == "app_update" && response.number() == Some(9) && request.json()["snapshotID"].is_null() {
            *response = Response::empty(204);
        }
    })).everywhere(),
    defect(Semantics, "foreign-backup-by-id", "A backup of another account is found below the caller's app.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            let [own, other] = server.accounts.clone();
            let is_own = request.account() == own.account && request.segment_after("apps") == own.app;
            if !request.is_fetch() || !is_own || response.status != 404 {
                return response;
            }
            let mut elsewhere = request;
            elsewhere.replace(&own.account, &other.account);
            elsewhere.replace(&own.app, &other.app);
            let found = server.send_as_operator(elsewhere).await;
            if found.is_success() { found } else { response }
        })
    })).everywhere(),
    // ------------------------------------------------------------------ labels
    defect(Protocol, "labels-of-any-size", "Labels may have any number of bytes.", OnRequest(|request| {
        if request.is_create() && request.body.len() > 16_384 {
            request.change(|body| {
                if let Some(metadata) = body.get_mut("metadata") {
                    metadata["labels"] = json!([]);
                }
            });
        }
    })),
    defect(Protocol, "label-twice", "Two labels may have the same name.", OnRequest(|request| {
        if request.is_create() {
            request.change(|body| {
                if let Some(Value::Array(labels)) = body.get_mut("metadata").and_then(|metadata| metadata.get_mut("labels")) {
                    labels.dedup_by_key(|label| label["name"].clone());
                }
            });
        }
    })),
    // ------------------------------------------------------------------ lists
    defect(Protocol, "list-with-tag", "Lists have an entity tag.", OnResponse(|request, response| {
        if request.is_list() && response.is_success() {
            response.headers.insert(ETAG, HeaderValue::from_static("\"1\""));
        }
    })),
    defect(Semantics, "list-labelled", "The metadata of a list has a label.", OnResponse(|request, response| {
        if request.is_list() && response.is_success() {
            response.change(|body| body["metadata"]["labels"] = json!([{"name": "a", "value": "b"}]));
        }
    })),
    defect(Semantics, "list-of-yesterday", "The time of a list is the one of an earlier request.", OnResponse(|request, response| {
        if request.is_list() && response.is_success() {
            response.change(|body| {
                for name in ["creationTimestamp", "modificationTimestamp"] {
                    body["metadata"][name] = json!("2025-12-31T00:00:00Z");
                }
            });
        }
    })),
    defect(Semantics, "list-of-another-user", "A list names another user than the one who requested it.", OnResponse(|request, response| {
        if request.is_list() && response.is_success() && request.parameter("limit").is_some() {
            response.change(|body| {
                for name in ["createdBy", "modifiedBy"] {
                    body["metadata"][name] = json!(ANOTHER);
                }
            });
        }
    })),
    defect(Semantics, "app-name-twice", "Two apps have the same name.", OnResponse(|request, response| {
        if request.operation() == "app_list" && request.query.is_empty() {
            response.items(|items| {
                let name = items.first().map(|first| first["name"].clone()).unwrap_or_default();
                for item in items {
                    item["name"] = name.clone();
                    item["namespaces"] = json!([name]);
                    item["namespaceScopedResources"][0]["namespace"] = name.clone();
                }
            });
        }
    })).of_declared(),
    defect(Semantics, "cloud-shown", "The list of clouds has one.", OnResponse(|request, response| {
        if request.operation() == "cloud_list" && request.query.is_empty() {
            response.change(|body| {
                let mut cloud = json!({
                    "type": "application/astra-cloud", "version": "1.0", "id": ANOTHER, "name": "private", "cloudType": "private",
                });
                cloud["metadata"] = json!({
                    "labels": [], "createdBy": ANOTHER,
                    "creationTimestamp": "2026-01-01T00:00:00Z", "modificationTimestamp": "2026-01-01T00:00:00Z",
                });
                body["items"] = json!([cloud]);
            });
            recount(response);
        }
    })).of_declared(),
    // ------------------------------------------------------------------ members of resources
    defect(Semantics, "changer-lost", "A changed backup doesn't name the user that changed it.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            if let Some(Value::Object(metadata)) = resource.get_mut("metadata") {
                metadata.shift_remove("modifiedBy");
            }
        });
    })),
    defect(Semantics, "creator-is-another", "A new snapshot has another creator than the user of the token.", OnResponse(|_, response| {
        response.each_resource(|resource| resource["metadata"]["createdBy"] = json!(ANOTHER));
    })).of_snapshots(),
    defect(Semantics, "app-in-another-cluster", "An app is in a cluster that isn't its account.", OnResponse(|request, response| {
        if request.operation() == "app_fetch" || request.operation() == "app_list" {
            response.each_resource(|app| app["clusterID"] = json!(ANOTHER));
        }
    })).of_declared(),
    defect(Semantics, "cluster-of-another-name", "An app names another account as its cluster.", OnResponse(|request, response| {
        if request.operation() == "app_fetch" || request.operation() == "app_list" {
            response.each_resource(|app| app["clusterName"] = json!("elsewhere"));
        }
    })).of_declared(),
    defect(Semantics, "bucket-measured-at-no-time", "A bucket has stored bytes and no time of their measurement.", OnResponse(|request, response| {
        if request.operation() == "bucket_list" && request.query.is_empty() {
            response.each_resource(|bucket| {
                bucket.insert("storedBytes".to_owned(), json!(1));
                bucket.shift_remove("measurementTimestamp");
            });
        }
    })).of_declared(),
    defect(Semantics, "hook-of-another-app", "The list of hooks contains one of another app.", OnResponse(|request, response| {
        if request.operation() == "app_hook_list_for_app" && request.query.is_empty() {
            response.items(|items| items.iter_mut().for_each(|item| item["appID"] = json!(ANOTHER)));
        }
    })).of_declared(),
    defect(Semantics, "server-not-a-user", "The list of users lacks the server.", OnResponse(|request, response| {
        if request.operation() == "user_list" {
            response.items(|items| items.retain(|item| item["firstName"] != "appkeep"));
            recount(response);
        }
    })).of_declared(),
    defect(Semantics, "disabled-schedule-runs", "A disabled schedule shows its next run.", OnResponse(|request, response| {
        if request.operation() == "app_schedule_fetch_for_app" && response.status == 200 {
            response.change(|body| body["nextRunTimestamp"] = json!("2040-06-01T00:00:00Z"));
        }
    })).of_declared(),
];

//! Defects of time: responses that contradict each other.

use std::future::pending;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::header::ETAG;
use serde_json::{Value, json};

use super::VOLUME_BYTES;
use super::resources::under_another_name;
use crate::testing::exchange::{Request, Response, recount};
use crate::testing::injection::DefectKind::Time;
use crate::testing::injection::Injection::{Handler, OnResponse, Stateful};
use crate::testing::injection::{Defect, DefectState, ProxyContext, defect};

/// The minimum number of times that a script shows a backup.
const RESPONSES_MIN: u32 = 4;

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ states
    defect(Time, "created-as-completed", "A new backup is completed at once.", OnResponse(|request, response| {
        if request.operation() == "app_backup_create_for_app" {
            response.each_resource(|resource| resource["state"] = json!("completed"));
        }
    })),
    defect(Time, "state-moves-backwards", "A running backup becomes pending again.", Stateful(|state, _, response| {
        script(state, response, |responses| if responses <= 2 { progress_of("running", 0, 0) } else { progress_of("pending", 0, 0) });
    })).on_both_servers(),
    defect(Time, "state-after-completion", "A completed backup is running again, once.", Stateful(|state, request, response| {
        if !request.is_fetch() {
            return;
        }
        response.each_resource(|resource| {
            let is_backup = resource.contains_key("bucketID");
            if is_backup && resource["state"] == "completed" && state.count(&resource["id"].to_string()) == 2 {
                resource["state"] = json!("running");
            }
        });
    })),
    defect(Time, "completed-unready", "A completed backup has reasons for not being ready.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            if resource["state"] == "completed" {
                resource["stateUnready"] = json!(["still running"]);
            }
        });
    })).on_both_servers(),
    defect(Time, "failure-hidden", "A failed backup is shown as completed.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            let is_backup = resource.contains_key("bucketID");
            if is_backup && resource["state"] == "failed" {
                resource.insert("state".to_owned(), json!("completed"));
                resource.insert("stateUnready".to_owned(), json!([]));
                resource.insert("totalBytes".to_owned(), json!(0));
                resource.insert("bytesDone".to_owned(), json!(0));
                resource.insert("percentDone".to_owned(), json!(100));
            }
        });
    })).on_both_servers(),
    defect(Time, "failure-unexplained", "A failed snapshot has no reason.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            if resource["state"] == "failed" {
                resource["stateUnready"] = json!([]);
            }
        });
    })).of_snapshots().on_both_servers(),
    defect(Time, "snapshot-changes", "A completed snapshot changes.", Stateful(|state, request, response| {
        response.each_resource(|resource| {
            let is_repeated = resource["state"] == "completed" && state.count(&resource["id"].to_string()) > 1;
            if is_repeated && request.is_fetch() {
                resource["hookState"] = json!("failed");
            }
        });
    })).of_snapshots(),
    // ------------------------------------------------------------------ progress
    defect(Time, "completed-without-total", "A completed backup has no `totalBytes`.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            if resource["state"] == "completed" {
                resource.shift_remove("totalBytes");
            }
        });
    })).on_both_servers(),
    defect(Time, "completed-with-missing-byte", "A completed backup lacks a byte.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            let total = resource.get("totalBytes").and_then(Value::as_u64);
            if let Some(total) = total && resource["state"] == "completed" {
                resource["bytesDone"] = json!(total.saturating_sub(1));
            }
        });
    })),
    defect(Time, "bytes-done-decreases", "`bytesDone` decreases.", Stateful(|state, _, response| {
        script(state, response, |responses| if responses <= 2 { progress_of("running", 10_000, 50) } else { progress_of("running", 9_999, 50) });
    })).on_both_servers(),
    defect(Time, "bytes-beyond-total", "`bytesDone` exceeds `totalBytes`.", Stateful(|state, _, response| {
        script(state, response, |_| progress_of("running", VOLUME_BYTES + 1, 100));
    })).on_both_servers(),
    defect(Time, "percent-done-decreases", "`percentDone` decreases.", Stateful(|state, _, response| {
        script(state, response, |responses| if responses <= 2 { progress_of("running", 10_100, 51) } else { progress_of("running", 10_100, 50) });
    })).on_both_servers(),
    defect(Time, "percent-inconsistent", "`percentDone` doesn't match the bytes.", Stateful(|state, _, response| {
        script(state, response, |_| progress_of("running", 18_000, 7));
    })).on_both_servers(),
    // ------------------------------------------------------------------ times and tags
    defect(Time, "running-not-deletable", "A running backup can't be deleted.", Handler(|request, server| {
        Box::pin(async move {
            let id = request.path.rsplit('/').next().unwrap_or_default().to_owned();
            if request.method == http::Method::DELETE {
                let mut state = server.state();
                // Once, so that the checker can delete it in the end.
                if state.values.get(&id) == Some(&json!("running")) && state.count(&id) == 1 {
                    return Response::problem(409, 128, "The backup is running");
                }
            }
            let mut response = server.send(request.clone()).await;
            if request.method == http::Method::GET && response.status == 200 {
                let mut state = server.state();
                response.each_resource(|resource| {
                    let id = resource["id"].as_str().unwrap_or_default().to_owned();
                    state.values.insert(id, resource["state"].clone());
                });
            }
            response
        })
    })),
    defect(Time, "local-time-as-utc", "Times are local ones, some hours ahead.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            for name in ["creationTimestamp", "modificationTimestamp"] {
                resource["metadata"][name] = json!("2999-01-01T00:00:00Z");
            }
        });
    })),
    defect(Time, "modified-before-created", "A backup was modified before it was created.", OnResponse(|request, response| {
        if request.is_backup_operation() {
            response.each_resource(|resource| resource["metadata"]["modificationTimestamp"] = json!("2025-12-31T23:59:59Z"));
        }
    })),
    defect(Time, "modification-time-decreases", "`modificationTimestamp` decreases.", Stateful(|state, _, response| {
        script(state, response, |_| Progress { modified: Some("2030-01-01T00:00:00Z"), ..progress_of("running", 10_000, 50) });
    })),
    defect(Time, "modification-time-constant", "`modificationTimestamp` never changes.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            let created = resource["metadata"]["creationTimestamp"].clone();
            resource["metadata"]["modificationTimestamp"] = created;
            if let Some(Value::Object(metadata)) = resource.get_mut("metadata") {
                metadata.shift_remove("modifiedBy");
            }
        });
    })),
    defect(Time, "read-changes-modification-time", "Reading a backup changes its `modificationTimestamp`.", Stateful(|state, _, response| {
        if response.status == 200 {
            response.each_resource(|resource| {
                let count = state.count(&resource["id"].to_string());
                let time = format!("2030-01-01T{:02}:{:02}:00Z", count / 60 % 24, count % 60);
                resource["metadata"]["modificationTimestamp"] = json!(time);
                resource["metadata"]["modifiedBy"] = resource["metadata"]["createdBy"].clone();
            });
        }
    })),
    defect(Time, "tag-constant", "The entity tag stays the same while the backup changes.", Stateful(|state, request, response| {
        let tag = response.header(&ETAG).to_owned();
        let id = response.json()["id"].to_string();
        if !tag.is_empty() && request.is_backup_operation() {
            let first = state.values.entry(id).or_insert_with(|| json!(tag)).clone();
            response.set_header(ETAG, first.as_str().unwrap_or_default());
        }
    })).on_both_servers(),
    defect(Time, "name-changes", "A backup's name changes when it is completed.", OnResponse(|request, response| {
        if request.is_backup_operation() {
            response.each_resource(|resource| {
                if resource["state"] == "completed" {
                    let name = resource["name"].as_str().unwrap_or_default();
                    resource["name"] = json!(format!("{name}-done"));
                }
            });
        }
    })).on_both_servers(),
    defect(Time, "creation-time-changes", "`creationTimestamp` is the time of completion.", OnResponse(|request, response| {
        if request.is_backup_operation() {
            response.each_resource(|resource| {
                if resource["state"] == "completed" {
                    let modified = resource["metadata"]["modificationTimestamp"].clone();
                    resource["metadata"]["creationTimestamp"] = modified;
                    if let Some(Value::Object(metadata)) = resource.get_mut("metadata") {
                        metadata.shift_remove("modifiedBy");
                    }
                }
            });
        }
    })),
    // ------------------------------------------------------------------ late reads
    defect(Time, "fetched-late", "The first fetch of a new backup doesn't find it.", Stateful(|state, request, response| {
        if request.operation() == "app_backup_fetch_for_app" && response.is_success() && state.count(request.id()) == 1 {
            *response = Response::problem(404, 2, "Collection not found");
        }
    })).on_both_servers(),
    defect(Time, "fetched-late-across-account", "The first fetch of a new backup across the account doesn't find it.", Stateful(|state, request, response| {
        if request.operation() == "app_backup_fetch" && response.is_success() && state.count(request.id()) == 1 {
            *response = Response::problem(404, 2, "Collection not found");
        }
    })).in_both_trees(),
    defect(Time, "listed-late", "The first list after a create lacks the new backup.", Stateful(|state, request, response| {
        if request.is_list() && request.is_backup_operation() && request.query.is_empty() && response.is_success() {
            let path = &request.path;
            response.items(|items| items.retain(|item| state.count(&format!("{path} {}", item["id"])) > 1));
            recount(response);
        }
    })),
    defect(Time, "list-cached", "The list across the account is always the first one that was requested.", Stateful(|state, request, response| {
        if request.operation() == "app_backup_list_all" && response.is_success() && request.query.is_empty() {
            let first = state.values.entry(request.path.clone()).or_insert_with(|| response.json()).clone();
            response.body = first.to_string().into();
        }
    })).in_both_trees(),
    defect(Time, "list-outdated", "The list of an app shows completed backups as running.", OnResponse(|request, response| {
        if request.operation() == "app_backup_list_for_app" {
            response.each_resource(|resource| {
                if resource["state"] == "completed" {
                    resource["state"] = json!("running");
                }
            });
        }
    })),
    defect(Time, "fetched-after-delete", "A deleted backup can be fetched once more.", Stateful(|state, request, response| {
        if request.is_fetch() && response.is_success() {
            state.values.insert(request.id().to_owned(), response.json());
        } else if request.is_fetch() && response.number() == Some(2)
            && let Some(before) = state.values.remove(request.id())
        {
            *response = Response::of_json(200, &before).with("ETag", "\"cached\"");
        }
    })),
    // ------------------------------------------------------------------ concurrent requests and waiting
    defect(Time, "concurrent-creates", "Two concurrent creates with the same name both succeed.", Handler(|request, server| {
        Box::pin(concurrent(request, server))
    })).on_real_server(),
    defect(Time, "slow-body", "The server waits for the rest of a body forever.", Handler(|request, server| {
        Box::pin(async move {
            if request.is_unfinished() {
                pending::<()>().await;
            }
            server.send(request).await
        })
    })).on_both_servers(),
];

/// The state of a backup while its data is copied.
#[derive(PartialEq)]
struct Progress {
    state: &'static str,
    done: u32,
    percent: u32,
    modified: Option<&'static str>,
}

fn progress_of(state: &'static str, done: u32, percent: u32) -> Progress {
    Progress {
        state,
        done,
        percent,
        modified: None,
    }
}

/// Shows each backup with scripted progress, by how often it was shown, until it is completed. The time of modification and
/// the entity tag change with it.
fn script(state: &mut DefectState, response: &mut Response, progress_at: impl Fn(u32) -> Progress) {
    if response.status != 200 {
        return;
    }
    let is_alone = response.json()["items"].is_null();
    let mut tag = None;
    response.each_resource(|resource| {
        let id = resource["id"].as_str().unwrap_or_default().to_owned();
        let responses = state.count(&id);
        if !resource.contains_key("bucketID")
            || (resource["state"] == "completed" && responses > RESPONSES_MIN)
        {
            return;
        }
        // The real progress stays hidden.
        let first = state
            .values
            .entry(id.clone())
            .or_insert_with(|| Value::Object(resource.clone()));
        resource.clone_from(first.as_object().expect("a backup"));
        let progress = progress_at(responses);
        let phase = if progress == progress_at(1) { 1 } else { 2 };
        resource["state"] = json!(progress.state);
        for (name, value) in [
            ("totalBytes", VOLUME_BYTES),
            ("bytesDone", progress.done),
            ("percentDone", progress.percent),
        ] {
            resource.insert(name.to_owned(), json!(value));
        }
        let metadata = &mut resource["metadata"];
        let created = metadata["creationTimestamp"]
            .as_str()
            .and_then(|time| time.parse::<DateTime<Utc>>().ok());
        let modified = created.expect("a time") + TimeDelta::microseconds(phase);
        metadata["modifiedBy"] = metadata["createdBy"].clone();
        metadata["modificationTimestamp"] = match progress.modified {
            Some(modified) => json!(modified),
            None => json!(modified.to_rfc3339_opts(SecondsFormat::Micros, true)),
        };
        tag = Some(format!("\"{id}.at-work.{phase}\""));
    });
    if let Some(tag) = tag.filter(|_| is_alone) {
        response.set_header(ETAG, &tag);
    }
}

/// A server that checks whether a name is taken before it has stored the creates that are in progress.
async fn concurrent(request: Request, server: ProxyContext) -> Response {
    let name = request.json()["name"].to_string();
    if !request.is_create() || name == "null" {
        let mut response = server.send(request).await;
        with_requested_names(&server.state(), &mut response);
        return response;
    }
    let (in_progress, begun) = (format!("in progress {name}"), format!("begun {name}"));
    let before = {
        let mut state = server.state();
        (state.count(&in_progress), state.count(&begun))
    };
    let response = server.send(request.clone()).await;
    let is_concurrent = {
        let mut state = server.state();
        if let Some(count) = state.counts.get_mut(&in_progress) {
            *count -= 1;
        }
        before.0 > 1 || state.counts[&begun] > before.1
    };
    if response.number() == Some(10) && is_concurrent {
        let response = under_another_name(request, &server).await;
        let created = response.json();
        let id = created["id"].as_str().unwrap_or_default().to_owned();
        server.state().values.insert(id, created["name"].clone());
        return response;
    }
    response
}

/// Shows each resource under the name that its create requested.
fn with_requested_names(state: &DefectState, response: &mut Response) {
    response.each_resource(|resource| {
        let id = resource["id"].as_str().unwrap_or_default();
        if let Some(name) = state.values.get(id) {
            resource["name"] = name.clone();
        }
    });
}

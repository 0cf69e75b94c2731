//! Defects of time: responses that contradict each other.

use std::future::pending;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::header::ETAG;
use serde_json::{Value, json};

use super::VOLUME_BYTES;
use super::resources::under_another_name;
use crate::testing::exchange::{Request, Response, recount};
use crate::testing::injection::DefectKind::Time;
use crate::testing::injection::Injection::{Handler, OnResponse, WithMemory};
use crate::testing::injection::{Context, Defect, Memory, defect};

/// The size of the data, in bytes.
const TOTAL: u32 = VOLUME_BYTES;

/// The minimum number of times that a script shows a backup.
const LOOKS_MIN: u32 = 4;

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ states
    defect(Time, "born-completed", "A new backup is completed at once.", OnResponse(|request, response| {
        if request.operation() == "app_backup_create_for_app" {
            response.each_resource(|resource| resource["state"] = json!("completed"));
        }
    })),
    defect(Time, "state-goes-back", "A running backup becomes pending again.", WithMemory(|memory, _, response| {
        script(memory, response, |look| if look <= 2 { at_work("running", 0, 0) } else { at_work("pending", 0, 0) });
    })).on_both_servers(),
    defect(Time, "state-after-end", "A completed backup is running again, once.", WithMemory(|memory, request, response| {
        if !request.is_fetch() {
            return;
        }
        response.each_resource(|resource| {
            let is_backup = resource.contains_key("bucketID");
            if is_backup && resource["state"] == "completed" && memory.count(&resource["id"].to_string()) == 2 {
                resource["state"] = json!("running");
            }
        });
    })),
    defect(Time, "completed-unready", "A completed backup has reasons for not being ready.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            if resource["state"] == "completed" {
                resource["stateUnready"] = json!(["still looking"]);
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
    // ------------------------------------------------------------------ progress
    defect(Time, "completed-without-total", "A completed backup has no `totalBytes`.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            if resource["state"] == "completed" {
                resource.shift_remove("totalBytes");
            }
        });
    })).on_both_servers(),
    defect(Time, "completed-short", "A completed backup lacks a byte.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            let total = resource.get("totalBytes").and_then(Value::as_u64);
            if let Some(total) = total && resource["state"] == "completed" {
                resource["bytesDone"] = json!(total.saturating_sub(1));
            }
        });
    })),
    defect(Time, "bytes-fall", "`bytesDone` falls.", WithMemory(|memory, _, response| {
        script(memory, response, |look| if look <= 2 { at_work("running", 10_000, 50) } else { at_work("running", 9_999, 50) });
    })).on_both_servers(),
    defect(Time, "bytes-beyond-total", "`bytesDone` exceeds `totalBytes`.", WithMemory(|memory, _, response| {
        script(memory, response, |_| at_work("running", TOTAL + 1, 100));
    })).on_both_servers(),
    defect(Time, "percent-falls", "`percentDone` falls.", WithMemory(|memory, _, response| {
        script(memory, response, |look| if look <= 2 { at_work("running", 10_100, 51) } else { at_work("running", 10_100, 50) });
    })).on_both_servers(),
    defect(Time, "percent-off", "`percentDone` doesn't match the bytes.", WithMemory(|memory, _, response| {
        script(memory, response, |_| at_work("running", 18_000, 7));
    })).on_both_servers(),
    // ------------------------------------------------------------------ times and tags
    defect(Time, "modified-before-created", "A backup was modified before it was created.", OnResponse(|request, response| {
        if request.is_about_backups() {
            response.each_resource(|resource| resource["metadata"]["modificationTimestamp"] = json!("2025-12-31T23:59:59Z"));
        }
    })),
    defect(Time, "modification-goes-back", "`modificationTimestamp` goes back.", WithMemory(|memory, _, response| {
        script(memory, response, |_| Look { modified: Some("2030-01-01T00:00:00Z"), ..at_work("running", 10_000, 50) });
    })),
    defect(Time, "modification-stands-still", "`modificationTimestamp` never changes.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            let created = resource["metadata"]["creationTimestamp"].clone();
            resource["metadata"]["modificationTimestamp"] = created;
        });
    })),
    defect(Time, "looking-modifies", "Reading a backup changes its `modificationTimestamp`.", WithMemory(|memory, _, response| {
        if response.status == 200 {
            response.each_resource(|resource| {
                let look = memory.count(&resource["id"].to_string());
                let time = format!("2030-01-01T{:02}:{:02}:00Z", look / 60 % 24, look % 60);
                resource["metadata"]["modificationTimestamp"] = json!(time);
            });
        }
    })),
    defect(Time, "tag-stands-still", "The entity tag stays the same while the backup changes.", WithMemory(|memory, request, response| {
        let tag = response.header(&ETAG).to_owned();
        let id = response.json()["id"].to_string();
        if !tag.is_empty() && request.is_about_backups() {
            let first = memory.kept.entry(id).or_insert_with(|| json!(tag)).clone();
            response.set_header(ETAG, first.as_str().unwrap_or_default());
        }
    })).on_both_servers(),
    defect(Time, "name-changes-later", "A backup's name changes when it is completed.", OnResponse(|request, response| {
        if request.is_about_backups() {
            response.each_resource(|resource| {
                if resource["state"] == "completed" {
                    let name = resource["name"].as_str().unwrap_or_default();
                    resource["name"] = json!(format!("{name}-done"));
                }
            });
        }
    })).on_both_servers(),
    defect(Time, "creation-moves", "`creationTimestamp` is the time of completion.", OnResponse(|request, response| {
        if request.is_about_backups() {
            response.each_resource(|resource| {
                if resource["state"] == "completed" {
                    let modified = resource["metadata"]["modificationTimestamp"].clone();
                    resource["metadata"]["creationTimestamp"] = modified;
                }
            });
        }
    })),
    // ------------------------------------------------------------------ late reads
    defect(Time, "fetched-late", "The first fetch of a new backup doesn't find it.", WithMemory(|memory, request, response| {
        if request.operation() == "app_backup_fetch_for_app" && response.is_success() && memory.count(request.id()) == 1 {
            *response = Response::problem(404, 2, "Collection not found");
        }
    })).on_both_servers(),
    defect(Time, "fetched-late-across-account", "The first fetch of a new backup across the account doesn't find it.", WithMemory(|memory, request, response| {
        if request.operation() == "app_backup_fetch" && response.is_success() && memory.count(request.id()) == 1 {
            *response = Response::problem(404, 2, "Collection not found");
        }
    })).in_both_trees(),
    defect(Time, "listed-late", "The first list after a create lacks the new backup.", WithMemory(|memory, request, response| {
        if request.is_list() && request.is_about_backups() && request.query.is_empty() && response.is_success() {
            let path = &request.path;
            response.items(|items| items.retain(|item| memory.count(&format!("{path} {}", item["id"])) > 1));
            recount(response);
        }
    })),
    defect(Time, "list-cached", "The list across the account is always the first one that was requested.", WithMemory(|memory, request, response| {
        if request.operation() == "app_backup_list_all" && response.is_success() && request.query.is_empty() {
            let first = memory.kept.entry(request.path.clone()).or_insert_with(|| response.json()).clone();
            response.body = first.to_string().into();
        }
    })).in_both_trees(),
    defect(Time, "list-lags", "The list of an app shows completed backups as running.", OnResponse(|request, response| {
        if request.operation() == "app_backup_list_for_app" {
            response.each_resource(|resource| {
                if resource["state"] == "completed" {
                    resource["state"] = json!("running");
                }
            });
        }
    })),
    defect(Time, "fetched-after-delete", "A deleted backup can be fetched once more.", WithMemory(|memory, request, response| {
        if request.is_fetch() && response.is_success() {
            memory.kept.insert(request.id().to_owned(), response.json());
        } else if request.is_fetch() && response.number() == Some(2)
            && let Some(before) = memory.kept.remove(request.id())
        {
            let mut still = Response { status: 200, headers: http::HeaderMap::new(), body: before.to_string().into() };
            still.set_header(http::header::CONTENT_TYPE, "application/json");
            still.set_header(ETAG, "\"cached\"");
            *response = still;
        }
    })),
    // ------------------------------------------------------------------ concurrent requests and waiting
    defect(Time, "concurrent-creates", "Two concurrent creates with the same name both succeed.", Handler(|request, server| {
        Box::pin(concurrent(request, server))
    })).on_real_server(),
    defect(Time, "slow-body", "The rest of a body is waited for without end.", Handler(|request, server| {
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
struct Look {
    state: &'static str,
    done: u32,
    percent: u32,
    modified: Option<&'static str>,
}

fn at_work(state: &'static str, done: u32, percent: u32) -> Look {
    Look {
        state,
        done,
        percent,
        modified: None,
    }
}

/// Shows each backup as a script says, by how often it was shown, until it is completed. The time of modification and
/// the entity tag change with it.
fn script(memory: &mut Memory, response: &mut Response, look_at: impl Fn(u32) -> Look) {
    if response.status != 200 {
        return;
    }
    let is_alone = response.json()["items"].is_null();
    let mut tag = None;
    response.each_resource(|resource| {
        let id = resource["id"].as_str().unwrap_or_default().to_owned();
        let looks = memory.count(&id);
        if !resource.contains_key("bucketID") || (resource["state"] == "completed" && looks > LOOKS_MIN) {
            return;
        }
        // The real progress stays hidden.
        let first = memory
            .kept
            .entry(id.clone())
            .or_insert_with(|| Value::Object(resource.clone()));
        resource.clone_from(first.as_object().expect("a backup"));
        let look = look_at(looks);
        let act = if look == look_at(1) { 1 } else { 2 };
        resource["state"] = json!(look.state);
        for (name, value) in [
            ("totalBytes", TOTAL),
            ("bytesDone", look.done),
            ("percentDone", look.percent),
        ] {
            resource.insert(name.to_owned(), json!(value));
        }
        let metadata = &mut resource["metadata"];
        let created = metadata["creationTimestamp"]
            .as_str()
            .and_then(|time| time.parse::<DateTime<Utc>>().ok());
        let modified = created.expect("a time") + TimeDelta::microseconds(act);
        metadata["modificationTimestamp"] = match look.modified {
            Some(modified) => json!(modified),
            None => json!(modified.to_rfc3339_opts(SecondsFormat::Micros, true)),
        };
        tag = Some(format!("\"{id}.at-work.{act}\""));
    });
    if let Some(tag) = tag.filter(|_| is_alone) {
        response.set_header(ETAG, &tag);
    }
}

/// A server that checks whether a name is taken before it has stored the creates that are in progress.
async fn concurrent(request: Request, server: Context) -> Response {
    let name = request.json()["name"].to_string();
    if !request.is_create() || name == "null" {
        let mut response = server.send(request).await;
        with_wanted_names(&server.memory(), &mut response);
        return response;
    }
    let (in_progress, begun) = (format!("in progress {name}"), format!("begun {name}"));
    let before = {
        let mut memory = server.memory();
        (memory.count(&in_progress), memory.count(&begun))
    };
    let response = server.send(request.clone()).await;
    let is_concurrent = {
        let mut memory = server.memory();
        if let Some(count) = memory.times.get_mut(&in_progress) {
            *count -= 1;
        }
        before.0 > 1 || memory.times[&begun] > before.1
    };
    if response.number() == Some(10) && is_concurrent {
        let response = under_another_name(request, &server).await;
        let created = response.json();
        let id = created["id"].as_str().unwrap_or_default().to_owned();
        server.memory().kept.insert(id, created["name"].clone());
        return response;
    }
    response
}

/// Shows each resource under the name that its create asked for.
fn with_wanted_names(memory: &Memory, response: &mut Response) {
    response.each_resource(|resource| {
        let id = resource["id"].as_str().unwrap_or_default();
        if let Some(name) = memory.kept.get(id) {
            resource["name"] = name.clone();
        }
    });
}

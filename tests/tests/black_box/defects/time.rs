//! Defects of time: each answer alone could be true, and together they can't.

use std::future::pending;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::header::ETAG;
use serde_json::{Value, json};

use super::honest::VOLUME_BYTES;
use super::plant::Plant::{Act, Out, Recall};
use super::plant::{Defect, Notes, defect};
use super::resources::under_another_name;
use super::wire::{Asked, Said, recount};

/// How much there is to copy, in bytes.
const TOTAL: u32 = VOLUME_BYTES;

/// Looks that a script takes at least.
const LOOKS_MIN: u32 = 4;

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ states
    defect("born-completed", "A new backup is completed at once.", Out(|asked, said| {
        if asked.operation() == "app_backup_create_for_app" {
            said.each_resource(|resource| resource["state"] = json!("completed"));
        }
    })),
    defect("state-goes-back", "What runs is pending again.", Recall(|notes, _, said| {
        script(notes, said, |look| if look <= 2 { at_work("running", 0, 0) } else { at_work("pending", 0, 0) });
    })),
    defect("state-after-end", "What was completed runs again, once.", Recall(|notes, asked, said| {
        if !asked.is_fetch() {
            return;
        }
        said.each_resource(|resource| {
            let is_backup = resource.contains_key("bucketID");
            if is_backup && resource["state"] == "completed" && notes.count(&resource["id"].to_string()) == 2 {
                resource["state"] = json!("running");
            }
        });
    })),
    defect("completed-unready", "What is completed isn't ready.", Out(|_, said| {
        said.each_resource(|resource| {
            if resource["state"] == "completed" {
                resource["stateUnready"] = json!(["still looking"]);
            }
        });
    })),
    defect("failure-hidden", "A backup that failed is shown as completed.", Out(|_, said| {
        said.each_resource(|resource| {
            let is_backup = resource.contains_key("bucketID");
            if is_backup && resource["state"] == "failed" {
                resource.insert("state".to_owned(), json!("completed"));
                resource.insert("stateUnready".to_owned(), json!([]));
                resource.insert("totalBytes".to_owned(), json!(0));
                resource.insert("bytesDone".to_owned(), json!(0));
                resource.insert("percentDone".to_owned(), json!(100));
            }
        });
    })),
    defect("failure-unexplained", "A snapshot that failed doesn't say why.", Out(|_, said| {
        said.each_resource(|resource| {
            if resource["state"] == "failed" {
                resource["stateUnready"] = json!([]);
            }
        });
    })).of_snapshots(),
    // ------------------------------------------------------------------ progress
    defect("completed-without-total", "A completed backup doesn't say how large it is.", Out(|_, said| {
        said.each_resource(|resource| {
            if resource["state"] == "completed" {
                resource.shift_remove("totalBytes");
            }
        });
    })),
    defect("completed-short", "A completed backup lacks a byte.", Out(|_, said| {
        said.each_resource(|resource| {
            let total = resource.get("totalBytes").and_then(Value::as_u64);
            if let Some(total) = total && resource["state"] == "completed" {
                resource["bytesDone"] = json!(total.saturating_sub(1));
            }
        });
    })),
    defect("bytes-fall", "`bytesDone` falls.", Recall(|notes, _, said| {
        script(notes, said, |look| if look <= 2 { at_work("running", 10_000, 50) } else { at_work("running", 9_999, 50) });
    })),
    defect("bytes-beyond-total", "`bytesDone` passes `totalBytes`.", Recall(|notes, _, said| {
        script(notes, said, |_| at_work("running", TOTAL + 1, 100));
    })),
    defect("percent-falls", "`percentDone` falls.", Recall(|notes, _, said| {
        script(notes, said, |look| if look <= 2 { at_work("running", 10_100, 51) } else { at_work("running", 10_100, 50) });
    })),
    defect("percent-off", "`percentDone` isn't the share of the bytes that are done.", Recall(|notes, _, said| {
        script(notes, said, |_| at_work("running", 18_000, 7));
    })),
    // ------------------------------------------------------------------ times and tags
    defect("modified-before-created", "A backup was modified before it was made.", Out(|asked, said| {
        if asked.is_of_backups() {
            said.each_resource(|resource| resource["metadata"]["modificationTimestamp"] = json!("2025-12-31T23:59:59Z"));
        }
    })),
    defect("modification-goes-back", "The time of modification goes back.", Recall(|notes, _, said| {
        script(notes, said, |_| Look { modified: Some("2030-01-01T00:00:00Z"), ..at_work("running", 10_000, 50) });
    })),
    defect("modification-stands-still", "The time of modification stands still.", Out(|_, said| {
        said.each_resource(|resource| {
            let created = resource["metadata"]["creationTimestamp"].clone();
            resource["metadata"]["modificationTimestamp"] = created;
        });
    })),
    defect("looking-modifies", "Looking at a backup modifies it.", Recall(|notes, _, said| {
        if said.status == 200 {
            said.each_resource(|resource| {
                let look = notes.count(&resource["id"].to_string());
                let time = format!("2030-01-01T{:02}:{:02}:00Z", look / 60 % 24, look % 60);
                resource["metadata"]["modificationTimestamp"] = json!(time);
            });
        }
    })),
    defect("tag-stands-still", "The entity tag stays while the backup changes.", Recall(|notes, asked, said| {
        let tag = said.header(&ETAG).to_owned();
        let id = said.json()["id"].to_string();
        if !tag.is_empty() && asked.is_of_backups() {
            let first = notes.kept.entry(id).or_insert_with(|| json!(tag)).clone();
            said.set_header(ETAG, first.as_str().unwrap_or_default());
        }
    })),
    defect("name-changes-later", "A backup's name changes when it is completed.", Out(|asked, said| {
        if asked.is_of_backups() {
            said.each_resource(|resource| {
                if resource["state"] == "completed" {
                    let name = resource["name"].as_str().unwrap_or_default();
                    resource["name"] = json!(format!("{name}-done"));
                }
            });
        }
    })),
    defect("creation-moves", "The time of creation is when the backup was completed.", Out(|asked, said| {
        if asked.is_of_backups() {
            said.each_resource(|resource| {
                if resource["state"] == "completed" {
                    let modified = resource["metadata"]["modificationTimestamp"].clone();
                    resource["metadata"]["creationTimestamp"] = modified;
                }
            });
        }
    })),
    // ------------------------------------------------------------------ reads that come too early or too late
    defect("fetched-late", "A new backup isn't found at the first look.", Recall(|notes, asked, said| {
        if asked.operation() == "app_backup_fetch_for_app" && said.is_success() && notes.count(asked.id()) == 1 {
            *said = Said::problem(404, 2, "Collection not found");
        }
    })),
    defect("fetched-late-across-account", "A new backup isn't found across the account at the first look.", Recall(|notes, asked, said| {
        if asked.operation() == "app_backup_fetch" && said.is_success() && notes.count(asked.id()) == 1 {
            *said = Said::problem(404, 2, "Collection not found");
        }
    })).in_both_trees(),
    defect("listed-late", "A new backup isn't in the first list.", Recall(|notes, asked, said| {
        if asked.is_list() && asked.is_of_backups() && asked.query.is_empty() && said.is_success() {
            let path = &asked.path;
            said.items(|items| items.retain(|item| notes.count(&format!("{path} {}", item["id"])) > 1));
            recount(said);
        }
    })),
    defect("list-cached", "The list across the account is always the first one that was asked for.", Recall(|notes, asked, said| {
        if asked.operation() == "app_backup_list_all" && said.is_success() && asked.query.is_empty() {
            let first = notes.kept.entry(asked.path.clone()).or_insert_with(|| said.json()).clone();
            said.body = first.to_string().into();
        }
    })).in_both_trees(),
    defect("list-lags", "The list of an app shows what is completed as running.", Out(|asked, said| {
        if asked.operation() == "app_backup_list_for_app" {
            said.each_resource(|resource| {
                if resource["state"] == "completed" {
                    resource["state"] = json!("running");
                }
            });
        }
    })),
    defect("fetched-after-delete", "What was deleted can be fetched once more.", Recall(|notes, asked, said| {
        if asked.is_fetch() && said.is_success() {
            notes.kept.insert(asked.id().to_owned(), said.json());
        } else if asked.is_fetch() && said.number() == Some(2)
            && let Some(before) = notes.kept.remove(asked.id())
        {
            let mut still = Said { status: 200, headers: http::HeaderMap::new(), body: before.to_string().into() };
            still.set_header(http::header::CONTENT_TYPE, "application/json");
            still.set_header(ETAG, "\"cached\"");
            *said = still;
        }
    })),
    // ------------------------------------------------------------------ at the same moment, or never
    defect("concurrent-creates", "Two creates of one name at the same moment both win.", Act(|asked, real| {
        Box::pin(concurrent(asked, real))
    })),
    defect("slow-body", "Half a body is waited for without end.", Act(|asked, real| {
        Box::pin(async move {
            let is_whole = asked.rest.lock().expect("nobody panicked here").is_none();
            if !is_whole {
                pending::<()>().await;
            }
            Some(real.send(asked).await)
        })
    })),
];

/// How a backup looks while data is copied.
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

/// Lets each backup look as the script says, by how often it was looked at, until it is completed. The time of
/// modification and the entity tag fit: they move when the look does.
fn script(notes: &mut Notes, said: &mut Said, look_at: impl Fn(u32) -> Look) {
    if said.status != 200 {
        return;
    }
    let is_alone = said.json()["items"].is_null();
    let mut tag = None;
    said.each_resource(|resource| {
        let id = resource["id"].as_str().unwrap_or_default().to_owned();
        let looks = notes.count(&id);
        if !resource.contains_key("bucketID") || (resource["state"] == "completed" && looks > LOOKS_MIN) {
            return;
        }
        // What is behind it doesn't show.
        let first = notes
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
        said.set_header(ETAG, &tag);
    }
}

/// A server that looks whether a name is taken before it has written down the creates that are under way.
async fn concurrent(asked: Asked, real: super::plant::Real) -> Option<Said> {
    let name = asked.json()["name"].to_string();
    if !asked.is_create() || name == "null" {
        return Some(real.send(asked).await);
    }
    let (under_way, begun) = (format!("under way {name}"), format!("begun {name}"));
    let before = {
        let mut notes = real.notes();
        (notes.count(&under_way), notes.count(&begun))
    };
    let said = real.send(asked.clone()).await;
    let has_company = {
        let mut notes = real.notes();
        if let Some(count) = notes.times.get_mut(&under_way) {
            *count -= 1;
        }
        before.0 > 1 || notes.times[&begun] > before.1
    };
    if said.number() == Some(10) && has_company {
        return Some(under_another_name(asked, &real).await);
    }
    Some(said)
}

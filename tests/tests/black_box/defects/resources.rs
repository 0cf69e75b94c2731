//! Defects of semantics: what becomes of what is created and deleted.

use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::plant::Plant::{Act, In, Out, Recall};
use super::plant::{Defect, Party, Real, defect};
use super::wire::{Asked, Said};

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ what was asked for
    defect("labels-dropped", "Labels are dropped.", In(|asked| {
        if asked.is_create() {
            asked.change(|body| {
                if let Some(labels) = body.get_mut("metadata").and_then(|metadata| metadata.get_mut("labels"))
                    && labels[0]["value"].is_string()
                {
                    *labels = json!([]);
                }
            });
        }
    })),
    defect("labels-reversed", "Labels come back in another order.", In(|asked| {
        asked.change(|body| {
            if let Some(labels) = body.get_mut("metadata").and_then(|metadata| metadata.get_mut("labels")).and_then(Value::as_array_mut) {
                labels.reverse();
            }
        });
    })),
    defect("text-mangled", "Text that isn't ASCII is lost.", In(|asked| {
        if asked.is_create() && !asked.json().is_null() {
            let text = asked.json().to_string();
            asked.body = text.replace(|c: char| !c.is_ascii(), "?").into();
        }
    })),
    defect("name-changed", "A backup gets another name than was asked for.", In(|asked| {
        if asked.is_of_backups() {
            asked.change(|body| {
                if let Some(Value::String(name)) = body.get_mut("name") && name.starts_with("verify-") {
                    name.push_str("-1");
                }
            });
        }
    })),
    defect("name-ignored", "A snapshot's name is ignored.", In(|asked| {
        if !asked.is_of_backups() {
            asked.change(|body| {
                if body.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with("verify-")) {
                    body.shift_remove("name");
                }
            });
        }
    })).of_snapshots(),
    defect("snapshot-dropped", "A backup doesn't say which snapshot it was asked to be of.", Recall(|notes, asked, said| {
        if asked.is_create() && said.status == 201 && asked.json()["snapshotID"].is_string() {
            notes.ids.push(said.json()["id"].to_string());
        }
        said.each_resource(|resource| {
            if notes.ids.contains(&resource["id"].to_string()) {
                resource.shift_remove("snapshotID");
            }
        });
    })).everywhere(),
    defect("creator-lost", "Nobody made what is in lists and fetched.", Out(|asked, said| {
        if asked.is_list() || asked.is_fetch() {
            said.each_resource(|resource| {
                resource["metadata"]["createdBy"] = json!("00000000-0000-0000-0000-000000000000");
            });
        }
    })),
    defect("version-echoed", "A backup keeps the version that was sent.", Recall(|notes, asked, said| {
        if asked.is_create() && said.status == 201 && asked.is_of_backups() {
            let id = said.json()["id"].to_string();
            notes.kept.insert(id, asked.json()["version"].clone());
        }
        said.each_resource(|resource| {
            if let Some(version) = notes.kept.get(&resource["id"].to_string()) {
                resource["version"] = version.clone();
            }
        });
    })),
    defect("asset-missing", "A completed snapshot has no asset.", Out(|_, said| {
        said.each_resource(|resource| {
            resource.shift_remove("snapshotAppAsset");
        });
    })).of_snapshots(),
    // ------------------------------------------------------------------ names and ids
    defect("name-twice", "A name can be given twice.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            if said.number() != Some(10) || !asked.is_create() {
                return Some(said);
            }
            Some(under_another_name(asked, &real).await)
        })
    })),
    defect("name-stays-taken", "The name of a deleted backup stays taken.", Act(|asked, real| {
        Box::pin(async move {
            let name = asked.json()["name"].as_str().unwrap_or_default().to_owned();
            if asked.is_create() && real.notes().ids.contains(&name) {
                return Some(Said::problem(409, 10, "JSON resource conflict"));
            }
            let said = real.send(asked.clone()).await;
            let mut notes = real.notes();
            if asked.is_create() && said.status == 201 {
                let body = said.json();
                notes.kept.insert(body["id"].as_str().unwrap_or_default().to_owned(), body["name"].clone());
            }
            if asked.is_delete() && said.status == 204
                && let Some(Value::String(name)) = notes.kept.remove(asked.id())
            {
                notes.ids.push(name);
            }
            drop(notes);
            Some(said)
        })
    })),
    defect("id-twice", "Two backups have one id.", Recall(|notes, asked, said| {
        if asked.operation() == "app_backup_create_for_app" && said.status == 201 {
            let first = notes.kept.entry("id".to_owned()).or_insert_with(|| said.json()["id"].clone()).clone();
            said.change(|body| body["id"] = first);
        }
    })),
    defect("existing-as-created", "A create is answered with a backup that existed before.", Act(|asked, real| {
        Box::pin(async move {
            let existing = existing_backup(&asked, &real).await;
            if asked.operation() == "app_backup_create_for_app" && asked.json()["metadata"].is_object() {
                return Some(existing);
            }
            Some(real.send(asked).await)
        })
    })),
    // ------------------------------------------------------------------ deletes
    defect("delete-does-nothing", "A delete is answered, and nothing is deleted.", Act(|asked, real| {
        Box::pin(async move {
            if asked.is_delete() && asked.query.is_empty() {
                let mut fetch = asked.clone();
                fetch.method = Method::GET;
                fetch.body = bytes::Bytes::new();
                let seen = real.send(fetch).await;
                if seen.is_success() && seen.json()["state"] == "completed" {
                    return Some(Said { status: 204, headers: http::HeaderMap::new(), body: bytes::Bytes::new() });
                }
            }
            Some(real.send(asked).await)
        })
    })),
    defect("deleted-below-app-only", "What is deleted below its app is still there across the account.", Recall(|notes, asked, said| {
        if asked.operation() == "app_backup_fetch_for_app" && said.is_success() {
            notes.kept.insert(asked.id().to_owned(), said.json());
        }
        if asked.operation() == "app_backup_fetch" && said.number() == Some(2)
            && let Some(backup) = notes.kept.get(asked.id())
        {
            let mut still = Said { status: 200, headers: http::HeaderMap::new(), body: backup.to_string().into() };
            still.set_header(http::header::CONTENT_TYPE, "application/json");
            still.set_header(http::header::ETAG, "\"still-there\"");
            *said = still;
        }
    })).in_both_trees(),
    defect("deleted-twice", "What is gone can be deleted again.", Recall(|notes, asked, said| {
        if asked.is_delete() && said.status == 204 {
            notes.ids.push(asked.id().to_owned());
        }
        if asked.is_delete() && said.status == 404 && notes.ids.iter().any(|id| id == asked.id()) {
            *said = Said { status: 204, headers: http::HeaderMap::new(), body: bytes::Bytes::new() };
        }
    })),
    defect("delete-takes-another", "Deleting a backup deletes another one, too.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            if asked.is_create() && said.status == 201 && asked.is_of_backups() && asked.account() == real.accounts[0].account {
                real.notes().ids.push(said.json()["id"].as_str().unwrap_or_default().to_owned());
            }
            if asked.is_delete() && said.status == 204 && asked.is_of_backups() {
                let id = asked.id().to_owned();
                let others: Vec<String> = real.notes().ids.iter().filter(|other| **other != id).cloned().collect();
                for other in others {
                    let mut again = asked.clone();
                    again.replace(&id, &other);
                    if real.send(again).await.status == 204 {
                        break;
                    }
                }
            }
            Some(said)
        })
    })),
    defect("pending-deleted", "A delete of what is pending says that it was done.", Out(|asked, said| {
        if asked.is_delete() && said.number() == Some(128) {
            *said = Said { status: 204, headers: http::HeaderMap::new(), body: bytes::Bytes::new() };
        }
    })),
    defect("backup-lost-with-snapshot", "A backup fails once its snapshot is deleted.", Recall(|notes, asked, said| {
        if asked.is_delete() && said.status == 204 && !asked.is_of_backups() {
            notes.ids.push(asked.id().to_owned());
        }
        said.each_resource(|resource| {
            let snap = resource.get("snapshotID").and_then(Value::as_str).unwrap_or_default();
            if notes.ids.iter().any(|id| id == snap) {
                resource["state"] = json!("failed");
                resource["stateUnready"] = json!(["its snapshot is gone"]);
            }
        });
    })).everywhere(),
    defect("snapshot-lost-with-backup", "Deleting a backup deletes the snapshot that it was made of.", Act(|asked, real| {
        Box::pin(async move {
            if !asked.is_delete() || !asked.is_of_backups() {
                return Some(real.send(asked).await);
            }
            let mut fetch = asked.clone();
            fetch.method = Method::GET;
            fetch.body = bytes::Bytes::new();
            let backup = real.send(fetch).await.json();
            let said = real.send(asked.clone()).await;
            let own = real.accounts.iter().find(|party| party.account == asked.account());
            if let (204, Some(snap), Some(own)) = (said.status, backup["snapshotID"].as_str(), own) {
                let mut delete = asked;
                delete.path = format!("/accounts/{}/k8s/v1/apps/{}/appSnaps/{snap}", own.account, own.app);
                real.send(delete).await;
            }
            Some(said)
        })
    })).everywhere(),
];

/// The response to the create of a backup that existed before the first check: it is created with the first request.
async fn existing_backup(asked: &Asked, real: &Real) -> Said {
    let known = real.notes().kept.get("existing").cloned();
    let (body, location) = if let Some(known) = known {
        (known["body"].clone(), known["location"].clone())
    } else {
        let Party { account, app, .. } = &real.accounts[0];
        let mut create = asked.clone();
        create.method = Method::POST;
        create.path = format!("/accounts/{account}/k8s/v1/apps/{app}/appBackups");
        create.query.clear();
        create.set_header(CONTENT_TYPE, "application/json");
        create.body = json!({"type": "application/astra-appBackup", "version": "1.1"})
            .to_string()
            .into();
        let created = real.send_as_operator(create).await;
        let location = created
            .headers
            .get(LOCATION)
            .and_then(|value| value.to_str().ok());
        let known = json!({"body": created.json(), "location": location});
        real.notes().kept.insert("existing".to_owned(), known.clone());
        (known["body"].clone(), known["location"].clone())
    };
    let mut said = Said {
        status: 201,
        headers: HeaderMap::new(),
        body: body.to_string().into(),
    };
    said.set_header(CONTENT_TYPE, "application/json");
    said.set_header(LOCATION, location.as_str().unwrap_or_default());
    said
}

/// Creates what was asked for under another name, and answers as if it had the one that is taken.
pub(super) async fn under_another_name(mut asked: Asked, real: &Real) -> Said {
    let name = asked.json()["name"].clone();
    asked.change(|body| {
        body.shift_remove("name");
    });
    let mut said = real.send(asked).await;
    if said.is_success() {
        said.change(|body| body["name"] = name);
    }
    said
}

//! Defects of semantics: what is declared, and restores.

use http::header::HeaderName;
use serde_json::json;

use super::plant::Plant::{Act, In, Out};
use super::plant::{Defect, defect};
use super::wire::recount;

/// The header that confirms a restore.
const FORCE_UPDATE: HeaderName = HeaderName::from_static("forceupdate");

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ what is declared
    defect("account-of-nobody", "The list of accounts has one that the token isn't good for.", Out(|asked, said| {
        if asked.operation() == "account_list" {
            said.items(|items| {
                if let Some(mut other) = items.first().filter(|first| first.is_object()).cloned() {
                    other["id"] = json!("00000000-0000-4000-8000-000000000001");
                    items.push(other);
                }
            });
            recount(said);
        }
    })).of_what_is_declared(),
    defect("role-too-high", "Everybody is told to be an owner.", Out(|asked, said| {
        if asked.operation() == "account_list" {
            said.items(|items| items.iter_mut().filter(|item| item.is_object()).for_each(|item| item["role"] = json!("owner")));
        }
    })).of_what_is_declared(),
    defect("no-default-bucket", "No bucket is the one where backups go that name none.", Out(|asked, said| {
        if asked.operation() == "bucket_list" {
            said.items(|items| items.iter_mut().filter(|item| item.is_object()).for_each(|item| item["isDefault"] = json!(false)));
        }
    })).of_what_is_declared(),
    defect("bucket-twice", "A bucket is listed twice.", Out(|asked, said| {
        if asked.operation() == "bucket_list" {
            said.items(|items| items.extend(items.clone()));
            recount(said);
        }
    })).of_what_is_declared(),
    defect("bucket-path-told", "A bucket says where it is on the server.", Out(|asked, said| {
        if asked.operation() == "bucket_list" {
            said.items(|items| items.iter_mut().filter(|item| item.is_object()).for_each(|item| item["path"] = json!("/var/backups")));
        }
    })).of_what_is_declared(),
    defect("walk-through-buckets-without-end", "The pages of the list of buckets never end.", Act(|mut asked, real| {
        Box::pin(async move {
            let is_walk = asked.operation() == "bucket_list" && asked.asks_for("limit").is_some();
            if is_walk {
                asked.forget("continue");
            }
            let mut said = real.send(asked).await;
            if is_walk && said.is_success() {
                said.change(|body| body["metadata"]["continue"] = json!("0".repeat(48)));
            }
            Some(said)
        })
    })).of_what_is_declared(),
    // ------------------------------------------------------------------ restores
    defect("force-update-not-asked-for", "An app is restored without `ForceUpdate`.", In(|asked| {
        if asked.operation() == "app_update" {
            asked.set_header(FORCE_UPDATE, "true");
        }
    })).of_restores(),
    defect("restore-of-both", "Of two sources of a restore one is taken.", In(|asked| {
        if asked.operation() == "app_update" {
            asked.change(|body| {
                if body.contains_key("backupID") {
                    body.shift_remove("snapshotID");
                }
            });
        }
    })).of_restores(),
    defect("restore-of-pending", "A restore of something pending is accepted.", Out(|asked, said| {
        if asked.operation() == "app_update" && said.number() == Some(111) {
            said.status = 204;
            said.body = Vec::new().into();
        }
    })).of_restores(),
    defect("restoring-unavailable", "An app that is being restored is shown as unavailable.", Out(|_, said| {
        said.each_resource(|resource| {
            if resource["state"] == "restoring" {
                resource["state"] = json!("unavailable");
            }
        });
    })).of_restores(),
    defect("restored-with-reasons", "An app that is ready again has reasons why it isn't.", Out(|asked, said| {
        if asked.operation() == "app_fetch" {
            said.each_resource(|resource| resource["stateUnready"] = json!(["it was restored"]));
        }
    })).of_restores(),
];

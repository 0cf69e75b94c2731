//! Defects in semantics: resources that the operator declares, files of backups, and restores.

use http::header::{HeaderName, RANGE};
use serde_json::json;

use crate::testing::exchange::recount;
use crate::testing::injection::DefectKind::Semantics;
use crate::testing::injection::Injection::{Handler, OnRequest, OnResponse};
use crate::testing::injection::{Defect, defect};

/// The header that confirms a restore.
const FORCE_UPDATE: HeaderName = HeaderName::from_static("forceupdate");

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ declared resources
    defect(Semantics, "account-without-access", "The list of accounts contains an account that the token can't access.", OnResponse(|request, response| {
        if request.operation() == "account_list" {
            response.items(|items| {
                if let Some(mut other) = items.first().filter(|first| first.is_object()).cloned() {
                    other["id"] = json!("00000000-0000-4000-8000-000000000001");
                    items.push(other);
                }
            });
            recount(response);
        }
    })).of_declared(),
    defect(Semantics, "role-too-high", "Every token is shown as an owner's.", OnResponse(|request, response| {
        if request.operation() == "account_list" {
            response.items(|items| items.iter_mut().filter(|item| item.is_object()).for_each(|item| item["role"] = json!("owner")));
        }
    })).of_declared(),
    defect(Semantics, "no-default-bucket", "No bucket is marked as the default.", OnResponse(|request, response| {
        if request.operation() == "bucket_list" {
            response.items(|items| items.iter_mut().filter(|item| item.is_object()).for_each(|item| item["isDefault"] = json!(false)));
        }
    })).of_declared(),
    defect(Semantics, "bucket-duplicated", "A bucket is listed twice.", OnResponse(|request, response| {
        if request.operation() == "bucket_list" {
            response.items(|items| items.extend(items.clone()));
            recount(response);
        }
    })).of_declared(),
    defect(Semantics, "bucket-path-disclosed", "A bucket shows its path on the server.", OnResponse(|request, response| {
        if request.operation() == "bucket_list" {
            response.items(|items| items.iter_mut().filter(|item| item.is_object()).for_each(|item| item["path"] = json!("/var/backups")));
        }
    })).of_declared(),
    defect(Semantics, "bucket-pages-never-end", "The pages of the list of buckets never end.", Handler(|mut request, server| {
        Box::pin(async move {
            let is_page = request.operation() == "bucket_list" && request.parameter("limit").is_some();
            if is_page {
                request.remove_parameter("continue");
            }
            let mut response = server.send(request).await;
            if is_page && response.is_success() {
                response.change(|body| body["metadata"]["continue"] = json!("0".repeat(48)));
            }
            response
        })
    })).of_declared(),
    // ------------------------------------------------------------------ summaries and users
    defect(Semantics, "summary-never-backed-up", "A summary lacks the app's completed backup.", OnResponse(|request, response| {
        if request.operation() == "app_summary_list" {
            response.each_resource(|summary| { summary.shift_remove("lastCompletedBackup"); });
        }
    })).of_declared(),
    defect(Semantics, "creator-unknown", "The list of users lacks the creators of resources.", OnResponse(|request, response| {
        if request.operation() == "user_list" {
            response.items(Vec::clear);
            recount(response);
        }
    })).of_declared(),
    // ------------------------------------------------------------------ schedules
    defect(Semantics, "schedule-change-loses-retention", "A change of a schedule drops the number of backups.", OnResponse(|request, response| {
        if request.operation() == "app_schedule_update_for_app" && response.status == 200 {
            response.change(|body| body["backupRetention"] = json!("1"));
        }
    })).of_declared(),
    defect(Semantics, "schedule-name-twice", "A schedule can get the name of another one.", Handler(|mut request, server| {
        Box::pin(async move {
            if request.operation() == "app_schedule_update_for_app" {
                request.change(|body| { body.shift_remove("name"); });
            }
            server.send(request).await
        })
    })).of_declared(),
    // ------------------------------------------------------------------ files of backups
    defect(Semantics, "range-ignored", "A request for a range of a file returns the whole file.", OnRequest(|request| {
        if request.operation() == "app_backup_content_fetch_for_app" {
            request.headers.remove(RANGE);
        }
    })).of_files(),
    defect(Semantics, "file-pages-never-end", "Each page of a list of files begins at the first entry.", OnRequest(|request| {
        if request.operation() == "app_backup_file_list_for_app" {
            request.remove_parameter("continue");
        }
    })).of_files(),
    // ------------------------------------------------------------------ restores
    defect(Semantics, "force-update-not-required", "An app is restored without `ForceUpdate`.", OnRequest(|request| {
        if request.operation() == "app_update" {
            request.set_header(FORCE_UPDATE, "true");
        }
    })).of_restores(),
    defect(Semantics, "restore-of-two", "A restore with two sources uses one of them.", OnRequest(|request| {
        if request.operation() == "app_update" {
            request.change(|body| {
                if body.contains_key("backupID") {
                    body.shift_remove("snapshotID");
                }
            });
        }
    })).of_restores(),
    defect(Semantics, "restore-of-pending", "A restore of a pending backup is accepted.", OnResponse(|request, response| {
        if request.operation() == "app_update" && response.number() == Some(111) {
            response.status = 204;
            response.body = Vec::new().into();
        }
    })).of_restores().on_both_servers(),
    defect(Semantics, "restoring-unavailable", "An app that is being restored is shown as unavailable.", OnResponse(|_, response| {
        response.each_resource(|resource| {
            if resource["state"] == "restoring" {
                resource["state"] = json!("unavailable");
            }
        });
    })).of_restores().on_both_servers(),
    defect(Semantics, "restored-with-reasons", "A ready app has reasons for not being ready.", OnResponse(|request, response| {
        if request.operation() == "app_fetch" {
            response.each_resource(|resource| resource["stateUnready"] = json!(["it was restored"]));
        }
    })).of_restores().on_both_servers(),
];

//! Defects in semantics: resources that the operator declares, files of backups, and restores.

use http::Method;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, HeaderName, IF_RANGE, RANGE};
use serde_json::json;

use crate::testing::exchange::{Response, recount};
use crate::testing::injection::DefectKind::Semantics;
use crate::testing::injection::Injection::{Handler, OnRequest, OnResponse, Stateful};
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
    defect(Semantics, "schedule-an-hour-late", "The times of a schedule are an hour later than requested.", OnResponse(|request, response| {
        if request.operation() == "app_schedule_create_for_app" && response.status == 201 {
            response.change(|body| body["cron"] = json!("7 4 1 * *"));
        }
    })).of_declared(),
    defect(Semantics, "schedule-in-local-time", "Without a time zone, `cron` is in the server's.", OnResponse(|request, response| {
        if request.operation() == "app_schedule_create_for_app" && response.status == 201 && request.json()["timeZone"].is_null() {
            response.change(|body| {
                if body["granularity"] == "custom" {
                    body["timeZone"] = json!("Europe/Berlin");
                }
            });
        }
    })).of_declared(),
    defect(Semantics, "schedule-bucket-ignored", "A schedule has the default bucket instead of the requested one.", OnRequest(|request| {
        if request.operation() == "app_schedule_create_for_app" {
            request.change(|body| { body.shift_remove("bucketID"); });
        }
    })).of_declared(),
    defect(Semantics, "next-run-today", "The next run of a schedule is the time of its creation.", OnResponse(|request, response| {
        if request.operation() == "app_schedule_create_for_app" && response.status == 201 {
            response.change(|body| {
                if body["enabled"] == "true" {
                    body["nextRunTimestamp"] = body["metadata"]["creationTimestamp"].clone();
                }
            });
        }
    })).of_declared(),
    defect(Semantics, "jitter-of-any-length", "The delay of a schedule may be longer than the time between its runs.", OnRequest(|request| {
        if request.operation() == "app_schedule_create_for_app" {
            request.change(|body| {
                if body.get("jitterSecs").is_some_and(|secs| secs.as_u64() >= Some(300)) {
                    body.shift_remove("jitterSecs");
                }
            });
        }
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
    defect(Semantics, "if-range-ignored", "A range is sent for any entity tag.", OnRequest(|request| {
        if request.operation() == "app_backup_content_fetch_for_app" {
            request.headers.remove(IF_RANGE);
        }
    })).of_files(),
    defect(Semantics, "recursive-ignored", "A list of files contains no entries of subdirectories.", OnRequest(|request| {
        if request.operation() == "app_backup_file_list_for_app" {
            request.remove_parameter("recursive");
        }
    })).of_files(),
    defect(Semantics, "volumes-in-another-order", "The summary of an app names a volume that its backups don't have.", OnResponse(|request, response| {
        if request.operation() == "app_summary_list" {
            response.each_resource(|summary| summary["volumes"] = json!(["media"]));
        }
    })).of_files(),
    defect(Semantics, "pattern-ignored", "`pattern` is ignored.", OnRequest(|request| {
        if request.operation() == "app_backup_file_list_for_app" {
            request.remove_parameter("pattern");
        }
    })).of_files(),
    defect(Semantics, "any-directories-as-one", "`**` in a pattern is any name, as `*` is.", OnRequest(|request| {
        for (name, value) in &mut request.query {
            if name == "pattern" {
                *value = value.replace("**", "*");
            }
        }
    })).of_files(),
    defect(Semantics, "escapes-not-decoded", "`%XX` in a path isn't decoded.", OnRequest(|request| {
        for (name, value) in &mut request.query {
            if name == "path" {
                *value = value.replace('%', "%25");
            }
        }
    })).of_files(),
    defect(Semantics, "missing-path-unnamed", "The response doesn't name a path that doesn't exist.", OnResponse(|_, response| {
        if response.status == 404 {
            response.change(|body| body["invalidParams"] = json!([]));
        }
    })).of_files(),
    defect(Semantics, "tag-of-download-changes", "Each download of a file has another entity tag.", Stateful(|state, request, response| {
        if request.operation() == "app_backup_content_fetch_for_app" && response.headers.contains_key(ETAG) {
            let tag = format!("\"{}\"", state.count("downloads"));
            response.set_header(ETAG, &tag);
        }
    })).of_files(),
    defect(Semantics, "download-misnamed", "Browsers save each file as `download`.", OnResponse(|request, response| {
        if request.operation() == "app_backup_content_fetch_for_app" && response.status == 200 {
            response.set_header(CONTENT_DISPOSITION, "attachment; filename=\"download\"");
        }
    })).of_files(),
    defect(Semantics, "head-refused", "HEAD of a file is refused.", OnResponse(|request, response| {
        if request.method == Method::HEAD {
            response.status = 405;
        }
    })).of_files(),
    defect(Semantics, "archive-empty", "The archive of a directory is empty.", OnResponse(|_, response| {
        if response.header(&CONTENT_TYPE) == "application/x-tar" {
            response.body = vec![0; 1024].into();
        }
    })).of_files(),
    defect(Semantics, "differences-missing", "Backups never differ.", OnResponse(|request, response| {
        if request.operation() == "app_backup_change_list_for_app" {
            response.items(Vec::clear);
            recount(response);
        }
    })).of_files(),
    // ------------------------------------------------------------------ restores
    defect(Semantics, "clone-without-source", "A clone names its own app as the source.", OnResponse(|request, response| {
        if request.operation() == "app_restore_create_for_app" && response.status == 201 {
            response.change(|body| body["sourceAppID"] = body["appID"].clone());
        }
    })).of_restores(),
    defect(Semantics, "restored-again", "An app can be restored while it is being restored.", Stateful(|state, request, response| {
        if request.operation() == "app_restore_create_for_app" {
            if response.status == 201 {
                state.values.insert("first".to_owned(), response.json());
            } else if response.number() == Some(112) {
                *response = Response::of_json(201, &state.values["first"]).with("ETag", "\"0\"").with("Location", "/accounts/first");
            }
        }
    })).of_restores(),
    defect(Semantics, "restores-at-once", "Two restores of an app are in progress.", OnResponse(|request, response| {
        if request.operation() == "app_restore_list_for_app" {
            response.items(|items| {
                let in_progress = |item: &&serde_json::Value| item["state"] == "running" || item["state"] == "pending";
                if let Some(mut other) = items.iter().find(in_progress).cloned() {
                    other["id"] = json!("00000000-0000-4000-8000-000000000001");
                    items.push(other);
                }
            });
            recount(response);
        }
    })).of_restores(),
    defect(Semantics, "source-deleted", "The source of a running restore can be deleted.", OnResponse(|request, response| {
        if request.is_delete() && response.number() == Some(142) {
            *response = Response::empty(204);
        }
    })).of_restores(),
    defect(Semantics, "cancelled-restore-continues", "A cancelled restore isn't deleted.", Handler(|request, server| {
        Box::pin(async move {
            if request.operation() == "app_restore_delete_for_app" {
                let seen = server.send(request.as_get()).await;
                if seen.json()["state"] == "pending" {
                    return Response::empty(204);
                }
            }
            server.send(request).await
        })
    })).of_restores(),
    defect(Semantics, "restores-of-updates-unlisted", "The list of restores lacks those of `app_update`.", OnResponse(|request, response| {
        if request.operation() == "app_restore_list_for_app" {
            response.items(|items| items.retain(|item| item["snapshotID"].is_null()));
            recount(response);
        }
    })).of_restores(),
    defect(Semantics, "restore-done-early", "A running restore shows 100 percent.", OnResponse(|request, response| {
        if request.operation() == "app_restore_fetch_for_app" {
            response.each_resource(|restore| restore["percentDone"] = json!(100));
        }
    })).of_restores(),
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

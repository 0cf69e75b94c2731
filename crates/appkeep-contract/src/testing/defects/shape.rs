//! Defects of shape: a single response reveals them.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, ETAG, LOCATION, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use super::BODY_BYTES_MAX;
use crate::testing::injection::DefectKind::Shape;
use crate::testing::injection::Injection::OnResponse;
use crate::testing::injection::{Defect, defect};

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ status
    defect(Shape, "created-as-200", "A create returns 200.", OnResponse(|request, response| {
        if request.operation() == "app_backup_create_for_app" && response.status == 201 {
            response.status = 200;
        }
    })),
    defect(Shape, "deleted-with-body", "A delete returns 200 and a body.", OnResponse(|request, response| {
        if request.is_delete() && response.status == 204 {
            response.status = 200;
            response.set_header(CONTENT_TYPE, "application/json");
            response.body = Bytes::from_static(b"{}");
        }
    })),
    // ------------------------------------------------------------------ members
    defect(Shape, "member-missing", "Backups lack `bucketID`.", OnResponse(|request, response| {
        if request.is_backup_operation() {
            response.remove_from_each("bucketID");
        }
    })),
    defect(Shape, "member-extra", "Snapshots have an undocumented member.", OnResponse(|request, response| {
        if !request.is_backup_operation() {
            response.each_resource(|resource| {
                resource.insert("surprise".to_owned(), json!(1));
            });
        }
    })).of_snapshots(),
    defect(Shape, "number-as-string", "`bytesDone` is a string.", OnResponse(|request, response| {
        if request.is_backup_operation() {
            response.each_resource(|resource| {
                if let Some(done) = resource.get_mut("bytesDone") {
                    *done = json!(done.to_string());
                }
            });
        }
    })),
    defect(Shape, "state-misspelt", "A new backup is `Pending`.", OnResponse(|request, response| {
        if request.is_create() {
            response.change(|body| {
                if body["state"] == "pending" {
                    body["state"] = json!("Pending");
                }
            });
        }
    })),
    defect(Shape, "hook-state-unknown", "A snapshot's `hookState` has an undocumented value.", OnResponse(|request, response| {
        if !request.is_backup_operation() {
            response.each_resource(|resource| {
                if resource.contains_key("hookState") {
                    resource.insert("hookState".to_owned(), json!("ok"));
                }
            });
        }
    })).of_snapshots(),
    defect(Shape, "null-for-absent", "An absent `scheduleID` is null.", OnResponse(|request, response| {
        if request.is_backup_operation() {
            response.each_resource(|resource| {
                resource.insert("scheduleID".to_owned(), Value::Null);
            });
        }
    })),
    defect(Shape, "null-for-empty", "An empty `stateUnready` is null.", OnResponse(|request, response| {
        if request.is_backup_operation() {
            response.each_resource(|resource| {
                resource.insert("stateUnready".to_owned(), Value::Null);
            });
        }
    })),
    defect(Shape, "empty-items-null", "The items of an empty list are null.", OnResponse(|request, response| {
        if request.is_list() {
            response.change(|body| {
                if body["items"] == json!([]) {
                    body["items"] = Value::Null;
                }
            });
        }
    })),
    defect(Shape, "ids-in-capitals", "Ids in lists are in capitals.", OnResponse(|request, response| {
        if request.is_list() {
            response.each_resource(|resource| {
                let id = resource["id"].as_str().unwrap_or_default().to_uppercase();
                resource["id"] = json!(id);
            });
        }
    })),
    defect(Shape, "date-format", "Times have the format of mail headers.", OnResponse(|request, response| {
        if request.is_backup_operation() {
            response.each_resource(|resource| {
                resource["metadata"]["creationTimestamp"] = json!("Thu, 01 Jan 2026 00:00:00 GMT");
            });
        }
    })),
    defect(Shape, "date-with-space", "Times have a space instead of a `T`.", OnResponse(|request, response| {
        if request.is_backup_operation() {
            response.each_resource(|resource| replace_in_time(&mut resource["metadata"], "T", " "));
        }
    })),
    defect(Shape, "zone-dropped", "Times lack their zone.", OnResponse(|request, response| {
        if request.is_backup_operation() {
            response.each_resource(|resource| replace_in_time(&mut resource["metadata"], "Z", ""));
        }
    })),
    defect(Shape, "count-as-string", "The count of a list is a string.", OnResponse(|_, response| {
        response.change(|body| {
            if let Some(count) = body.pointer_mut("/metadata/count") {
                *count = json!(count.to_string());
            }
        });
    })),
    defect(Shape, "columns-as-objects", "`include` returns objects.", OnResponse(|request, response| {
        let fields: Vec<String> = request
            .parameter("include")
            .unwrap_or_default()
            .split(',')
            .map(str::to_owned)
            .collect();
        response.items(|items| {
            for item in items {
                if let Value::Array(row) = item {
                    *item = fields.iter().cloned().zip(row.drain(..)).collect();
                }
            }
        });
    })),
    // ------------------------------------------------------------------ bodies and their media types
    defect(Shape, "problem-media-type", "The 403 is plain JSON.", OnResponse(|_, response| {
        if response.status == 403 {
            response.set_header(CONTENT_TYPE, "application/json");
        }
    })),
    defect(Shape, "problem-in-html", "The 404 is HTML.", OnResponse(|request, response| {
        if response.status == 404 && request.is_fetch() {
            response.set_header(CONTENT_TYPE, "text/html");
            response.body = Bytes::from_static(b"<h1>404 Not Found</h1>");
        }
    })),
    defect(Shape, "problem-without-body", "The 401 has no body.", OnResponse(|_, response| {
        if response.status == 401 {
            response.headers.remove(CONTENT_TYPE);
            response.body = Bytes::new();
        }
    })),
    defect(Shape, "list-vendor-type", "A list has a media type of its own.", OnResponse(|request, response| {
        if request.is_list() && response.is_success() {
            response.set_header(CONTENT_TYPE, "application/astra-appBackups+json");
        }
    })),
    defect(Shape, "media-type-missing", "A fetched snapshot has no `Content-Type`.", OnResponse(|request, response| {
        if request.operation() == "app_snap_fetch_for_app" && response.is_success() {
            response.headers.remove(CONTENT_TYPE);
        }
    })).of_snapshots(),
    defect(Shape, "charset-garbage", "`Content-Type` names an unknown charset.", OnResponse(|request, response| {
        if request.is_fetch() && response.is_success() {
            let media_type = format!("{}; charset=unknown", response.header(&CONTENT_TYPE));
            response.set_header(CONTENT_TYPE, &media_type);
        }
    })),
    defect(Shape, "body-truncated", "A list is cut after 1,200 bytes.", OnResponse(|request, response| {
        if request.is_list() && response.is_success() {
            response.body.truncate(1200);
        }
    })),
    defect(Shape, "body-too-large", "A list is followed by more spaces than the checker reads.", OnResponse(|request, response| {
        if request.is_list() && response.is_success() {
            response.body = [&response.body[..], " ".repeat(BODY_BYTES_MAX).as_bytes()].concat().into();
        }
    })),
    defect(Shape, "byte-order-mark", "A body begins with a byte order mark.", OnResponse(|request, response| {
        if request.is_fetch() && response.is_success() {
            response.body = ["\u{feff}".as_bytes(), &response.body].concat().into();
        }
    })),
    // ------------------------------------------------------------------ problems
    defect(Shape, "problem-status-as-number", "A problem's `status` is a number.", OnResponse(|_, response| {
        let status = response.status;
        if status == 404 {
            response.change(|body| body["status"] = json!(status));
        }
    })),
    defect(Shape, "problem-status-differs", "A problem's `status` differs from the response's.", OnResponse(|_, response| {
        if response.status == 409 {
            response.change(|body| body["status"] = json!("400"));
        }
    })),
    defect(Shape, "problem-without-title", "A problem has no title.", OnResponse(|_, response| {
        if response.status == 413 {
            response.change(|body| {
                body.as_object_mut().expect("a problem").shift_remove("title");
            });
        }
    })),
    defect(Shape, "invalid-fields-as-strings", "`invalidFields` holds names instead of objects.", OnResponse(|_, response| {
        response.change(|body| {
            let fields = body.get_mut("invalidFields").and_then(Value::as_array_mut);
            for field in fields.into_iter().flatten() {
                *field = field["name"].take();
            }
        });
    })),
    // ------------------------------------------------------------------ headers
    defect(Shape, "location-missing", "The create of a snapshot has no `Location`.", OnResponse(|request, response| {
        if !request.is_backup_operation() {
            response.headers.remove(LOCATION);
        }
    })).of_snapshots(),
    defect(Shape, "location-with-host", "`Location` names scheme and host.", OnResponse(|_, response| {
        let location = response.header(&LOCATION).to_owned();
        if !location.is_empty() {
            response.set_header(LOCATION, &format!("http://inside.example{location}"));
        }
    })),
    defect(Shape, "challenge-missing", "A 401 has no `WWW-Authenticate`.", OnResponse(|_, response| {
        response.headers.remove(WWW_AUTHENTICATE);
    })),
    defect(Shape, "challenge-of-another-scheme", "A 401 requests basic authentication.", OnResponse(|_, response| {
        if response.status == 401 {
            response.set_header(WWW_AUTHENTICATE, "Basic realm=\"appkeep\"");
        }
    })),
    defect(Shape, "allow-missing", "A 405 has no `Allow`.", OnResponse(|_, response| {
        response.headers.remove(ALLOW);
    })),
    defect(Shape, "tag-missing", "A fetched backup has no entity tag.", OnResponse(|request, response| {
        if request.operation() == "app_backup_fetch_for_app" {
            response.headers.remove(ETAG);
        }
    })),
    defect(Shape, "tag-unquoted", "An entity tag isn't quoted.", OnResponse(|request, response| {
        let tag = response.header(&ETAG).replace('"', "");
        if request.is_backup_operation() && !tag.is_empty() {
            response.set_header(ETAG, &tag);
        }
    })),
];

/// Changes how the times in some metadata are written.
fn replace_in_time(metadata: &mut Value, old: &str, new: &str) {
    for name in ["creationTimestamp", "modificationTimestamp"] {
        if let Some(time) = metadata[name].as_str() {
            metadata[name] = json!(time.replace(old, new));
        }
    }
}

//! Defects of shape: one answer alone shows what is wrong with it.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, ETAG, LOCATION, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use super::judging::BODY_BYTES_MAX;
use super::plant::Plant::Out;
use super::plant::{Defect, defect};

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ status
    defect("created-as-200", "A create is answered with 200.", Out(|asked, said| {
        if asked.operation() == "app_backup_create_for_app" && said.status == 201 {
            said.status = 200;
        }
    })),
    defect("deleted-with-body", "A delete is answered with 200 and a body.", Out(|asked, said| {
        if asked.is_delete() && said.status == 204 {
            said.status = 200;
            said.set_header(CONTENT_TYPE, "application/json");
            said.body = Bytes::from_static(b"{}");
        }
    })),
    // ------------------------------------------------------------------ members
    defect("member-missing", "Backups lack `bucketID`.", Out(|asked, said| {
        if asked.is_of_backups() {
            said.each_resource(|resource| {
                resource.shift_remove("bucketID");
            });
        }
    })),
    defect("member-extra", "Snapshots have a member that the contract doesn't know.", Out(|asked, said| {
        if !asked.is_of_backups() {
            said.each_resource(|resource| {
                resource.insert("surprise".to_owned(), json!(1));
            });
        }
    })).of_snapshots(),
    defect("number-as-text", "`bytesDone` is a string.", Out(|asked, said| {
        if asked.is_of_backups() {
            said.each_resource(|resource| {
                if let Some(done) = resource.get_mut("bytesDone") {
                    *done = json!(done.to_string());
                }
            });
        }
    })),
    defect("state-misspelt", "A new backup is `Pending`.", Out(|asked, said| {
        if asked.is_create() {
            said.change(|body| {
                if body["state"] == "pending" {
                    body["state"] = json!("Pending");
                }
            });
        }
    })),
    defect("hook-state-unknown", "A snapshot's `hookState` is a word that doesn't exist.", Out(|asked, said| {
        if !asked.is_of_backups() {
            said.each_resource(|resource| {
                if resource.contains_key("hookState") {
                    resource.insert("hookState".to_owned(), json!("ok"));
                }
            });
        }
    })).of_snapshots(),
    defect("null-for-absent", "A `scheduleID` that isn't there is null.", Out(|asked, said| {
        if asked.is_of_backups() {
            said.each_resource(|resource| {
                resource.insert("scheduleID".to_owned(), Value::Null);
            });
        }
    })),
    defect("null-for-empty", "An empty `stateUnready` is null.", Out(|asked, said| {
        if asked.is_of_backups() {
            said.each_resource(|resource| {
                resource.insert("stateUnready".to_owned(), Value::Null);
            });
        }
    })),
    defect("nothing-as-null", "The items of an empty list are null.", Out(|asked, said| {
        if asked.is_list() {
            said.change(|body| {
                if body["items"] == json!([]) {
                    body["items"] = Value::Null;
                }
            });
        }
    })),
    defect("ids-in-capitals", "Ids in lists are in capitals.", Out(|asked, said| {
        if asked.is_list() {
            said.each_resource(|resource| {
                let id = resource["id"].as_str().unwrap_or_default().to_uppercase();
                resource["id"] = json!(id);
            });
        }
    })),
    defect("date-format", "Times are written as in mails.", Out(|asked, said| {
        if asked.is_of_backups() {
            said.each_resource(|resource| {
                resource["metadata"]["creationTimestamp"] = json!("Thu, 01 Jan 2026 00:00:00 GMT");
            });
        }
    })),
    defect("date-with-space", "Times have a space where a `T` belongs.", Out(|asked, said| {
        if asked.is_of_backups() {
            said.each_resource(|resource| replace_in_time(&mut resource["metadata"], "T", " "));
        }
    })),
    defect("zone-dropped", "Times lack their zone.", Out(|asked, said| {
        if asked.is_of_backups() {
            said.each_resource(|resource| replace_in_time(&mut resource["metadata"], "Z", ""));
        }
    })),
    defect("count-as-text", "The count of a list is a string.", Out(|_, said| {
        said.change(|body| {
            if let Some(count) = body.pointer_mut("/metadata/count") {
                *count = json!(count.to_string());
            }
        });
    })),
    defect("columns-as-objects", "`include` gives objects.", Out(|asked, said| {
        let fields: Vec<String> = asked
            .asks_for("include")
            .unwrap_or_default()
            .split(',')
            .map(str::to_owned)
            .collect();
        said.items(|items| {
            for item in items {
                if let Value::Array(row) = item {
                    *item = fields.iter().cloned().zip(row.drain(..)).collect();
                }
            }
        });
    })),
    // ------------------------------------------------------------------ bodies and their media types
    defect("problem-media-type", "A refused permission is plain JSON.", Out(|_, said| {
        if said.status == 403 {
            said.set_header(CONTENT_TYPE, "application/json");
        }
    })),
    defect("problem-in-html", "What isn't found is said in HTML.", Out(|asked, said| {
        if said.status == 404 && asked.is_fetch() {
            said.set_header(CONTENT_TYPE, "text/html");
            said.body = Bytes::from_static(b"<h1>404 Not Found</h1>");
        }
    })),
    defect("problem-without-body", "A missing token is answered without a body.", Out(|_, said| {
        if said.status == 401 {
            said.headers.remove(CONTENT_TYPE);
            said.body = Bytes::new();
        }
    })),
    defect("list-vendor-type", "A list comes in a media type of its own.", Out(|asked, said| {
        if asked.is_list() && said.is_success() {
            said.set_header(CONTENT_TYPE, "application/astra-appBackups+json");
        }
    })),
    defect("media-type-missing", "A snapshot comes without `Content-Type`.", Out(|asked, said| {
        if asked.operation() == "app_snap_fetch_for_app" && said.is_success() {
            said.headers.remove(CONTENT_TYPE);
        }
    })).of_snapshots(),
    defect("charset-garbage", "`Content-Type` names a charset that doesn't exist.", Out(|asked, said| {
        if asked.is_fetch() && said.is_success() {
            let media_type = format!("{}; charset=klingon", said.header(&CONTENT_TYPE));
            said.set_header(CONTENT_TYPE, &media_type);
        }
    })),
    defect("body-cut", "A list is cut after 1,200 bytes.", Out(|asked, said| {
        if asked.is_list() && said.is_success() {
            said.body.truncate(1200);
        }
    })),
    defect("body-endless", "A list is followed by more spaces than anybody reads.", Out(|asked, said| {
        if asked.is_list() && said.is_success() {
            said.body = [&said.body[..], " ".repeat(BODY_BYTES_MAX).as_bytes()].concat().into();
        }
    })),
    defect("byte-order-mark", "A body begins with a byte order mark.", Out(|asked, said| {
        if asked.is_fetch() && said.is_success() {
            said.body = ["\u{feff}".as_bytes(), &said.body].concat().into();
        }
    })),
    // ------------------------------------------------------------------ problems
    defect("problem-status-as-number", "A problem's `status` is a number.", Out(|_, said| {
        let status = said.status;
        if status == 404 {
            said.change(|body| body["status"] = json!(status));
        }
    })),
    defect("problem-status-differs", "A problem states another status than the answer has.", Out(|_, said| {
        if said.status == 409 {
            said.change(|body| body["status"] = json!("400"));
        }
    })),
    defect("problem-without-title", "A problem has no title.", Out(|_, said| {
        if said.status == 413 {
            said.change(|body| {
                body.as_object_mut().expect("a problem").shift_remove("title");
            });
        }
    })),
    defect("culprits-as-words", "`invalidFields` holds names instead of objects.", Out(|_, said| {
        said.change(|body| {
            let fields = body.get_mut("invalidFields").and_then(Value::as_array_mut);
            for field in fields.into_iter().flatten() {
                *field = field["name"].take();
            }
        });
    })),
    // ------------------------------------------------------------------ headers
    defect("location-missing", "A create doesn't say where the new snapshot is.", Out(|asked, said| {
        if !asked.is_of_backups() {
            said.headers.remove(LOCATION);
        }
    })).of_snapshots(),
    defect("location-with-host", "`Location` names scheme and host.", Out(|_, said| {
        let location = said.header(&LOCATION).to_owned();
        if !location.is_empty() {
            said.set_header(LOCATION, &format!("http://inside.example{location}"));
        }
    })),
    defect("challenge-missing", "A 401 challenges nobody.", Out(|_, said| {
        said.headers.remove(WWW_AUTHENTICATE);
    })),
    defect("challenge-of-another-scheme", "A 401 asks for a password.", Out(|_, said| {
        if said.status == 401 {
            said.set_header(WWW_AUTHENTICATE, "Basic realm=\"appkeep\"");
        }
    })),
    defect("allow-missing", "A 405 doesn't say what is allowed.", Out(|_, said| {
        said.headers.remove(ALLOW);
    })),
    defect("tag-missing", "A fetched backup has no entity tag.", Out(|asked, said| {
        if asked.operation() == "app_backup_fetch_for_app" {
            said.headers.remove(ETAG);
        }
    })),
    defect("tag-unquoted", "An entity tag isn't quoted.", Out(|asked, said| {
        let tag = said.header(&ETAG).replace('"', "");
        if asked.is_of_backups() && !tag.is_empty() {
            said.set_header(ETAG, &tag);
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

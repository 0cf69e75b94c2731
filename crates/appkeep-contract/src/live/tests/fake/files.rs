//! The files of every completed backup of the fake server: a volume with one file.

use http::header::{ACCEPT, RANGE};
use serde_json::{Value, json};

use crate::testing::{Request, Response};

const PATH: &str = "/data/greeting.txt";
const CONTENT: &str = "Hello, world!";

/// The response to a request for them.
pub(super) fn respond(operation: &str, request: &Request) -> Response {
    match operation {
        "app_backup_file_list_for_app" => list(request),
        "app_backup_content_fetch_for_app" => content(request),
        _ => page("application/astra-appBackupChanges", &[], None),
    }
}

fn list(request: &Request) -> Response {
    let entry = |path: &str, kind: &str, size: usize| json!({"path": path, "type": kind, "size": size});
    let mut entries = vec![entry("/data", "directory", 0)];
    if request.parameter("recursive") == Some("true") {
        entries.push(entry(PATH, "file", CONTENT.len()));
    }
    let number = |name: &str| request.parameter(name).and_then(|text| text.parse().ok());
    let begin: usize = number("continue").unwrap_or(0).min(entries.len());
    let end = number("limit").map_or(entries.len(), |limit: usize| entries.len().min(begin + limit));
    let next = (end < entries.len()).then(|| format!("{end:02}"));
    page("application/astra-appBackupFiles", &entries[begin..end], next)
}

fn page(kind: &str, items: &[Value], next: Option<String>) -> Response {
    let mut metadata = json!({"count": items.len()});
    if let Some(next) = next {
        metadata["continue"] = next.into();
    }
    let body = json!({"type": kind, "version": "1.0", "items": items, "metadata": metadata});
    Response::of_json(200, &body)
}

fn content(request: &Request) -> Response {
    let file = |status: u16, content: &'static str| {
        let mut response = Response::of_json(status, &Value::Null)
            .with("Content-Type", "application/octet-stream")
            .with("Content-Disposition", "attachment; filename=\"greeting.txt\"")
            .with("Accept-Ranges", "bytes")
            .with("ETag", "\"1\"");
        response.body = content.as_bytes().into();
        response
    };
    if request.parameter("path") != Some(PATH) {
        let is_archive = request.header(&ACCEPT) == "application/x-tar";
        return if is_archive {
            file(200, "data")
                .with("Content-Type", "application/x-tar")
                .with("Accept-Ranges", "none")
        } else {
            Response::problem(400, 5, "Invalid query parameters")
        };
    }
    match request.header(&RANGE) {
        "" => file(200, CONTENT),
        "bytes=0-0" => file(206, &CONTENT[..1]).with("Content-Range", "bytes 0-0/13"),
        _ => Response::problem(416, 5, "Range Not Satisfiable").with("Content-Range", "bytes */13"),
    }
}

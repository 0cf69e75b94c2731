//! The files of every completed backup of the fake server: a volume with two directories, and a file that differs between
//! backups.

use http::header::{ACCEPT, CONTENT_LENGTH, RANGE};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{invalid, problem};
use crate::testing::{Request, Response};

/// It looks like a list, but is the content of a file.
const CONTENT: &str = "{\"items\":[1]}";
const GREETING: &str = "/data/greeting.txt";

/// The time of all entries.
const MODIFIED: &str = "2026-01-01T00:00:00Z";

/// The entries of a backup, in the order of their paths.
fn tree(backup: &str) -> Vec<Value> {
    let number = Uuid::parse_str(backup).unwrap_or_default().as_u128();
    let directory = |path: &str| json!({"path": path, "type": "directory", "size": 0, "mode": "0755", "modified": MODIFIED});
    let file = |path: &str, mode: &str| json!({"path": path, "type": "file", "size": CONTENT.len(), "mode": mode, "modified": MODIFIED});
    let mut tree = vec![
        directory("/data"),
        directory("/data/deep"),
        directory("/data/deep/er"),
        file("/data/deep/er/greeting.txt", "0644"),
        file(GREETING, if number.is_multiple_of(2) { "0640" } else { "0600" }),
    ];
    if number.is_multiple_of(2) {
        tree.push(file("/data/greetings.txt", "0640"));
    }
    tree
}

/// The response to a request for files of a backup.
pub(super) fn respond(operation: &str, request: &Request) -> Response {
    let backup = request.id();
    let path = request.parameter("path").map(unescaped).unwrap_or_default();
    let path = path.trim_matches('/');
    let tree = tree(backup);
    let is_known = |entry: &Value| text(entry).trim_start_matches('/') == path;
    if !path.is_empty() && !tree.iter().any(is_known) {
        return invalid(404, 2, "invalidParams", &["path".to_owned()]);
    }
    match operation {
        "app_backup_file_list_for_app" => list(&tree, path, request),
        "app_backup_content_fetch_for_app" => {
            let found = tree.iter().find(|entry| is_known(entry));
            if found.is_some_and(|entry| entry["type"] == "file") {
                content(request)
            } else {
                archive(&tree, request)
            }
        }
        _ => changes(&tree, request),
    }
}

fn text(entry: &Value) -> &str {
    entry["path"].as_str().unwrap_or_default()
}

/// A path whose bytes may be written as `%XX`.
fn unescaped(path: &str) -> String {
    let mut parts = path.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        text.push(char::from(u8::from_str_radix(digits, 16).unwrap()));
        text.push_str(rest);
    }
    text
}

fn list(tree: &[Value], path: &str, request: &Request) -> Response {
    let prefix = if path.is_empty() {
        "/".to_owned()
    } else {
        format!("/{path}/")
    };
    let is_recursive = request.parameter("recursive") == Some("true");
    let is_listed = |entry: &&Value| match text(entry).strip_prefix(&prefix) {
        Some(rest) => is_recursive || !rest.contains('/'),
        None => entry["type"] == "file" && text(entry) == format!("/{path}"),
    };
    let is_selected = |entry: &&Value| {
        request
            .parameter("pattern")
            .is_none_or(|pattern| selects(pattern, text(entry)))
    };
    let entries: Vec<Value> = tree
        .iter()
        .filter(is_listed)
        .filter(is_selected)
        .cloned()
        .collect();
    let number = |name: &str| request.parameter(name).and_then(|text| text.parse().ok());
    let begin: usize = number("continue").unwrap_or(0).min(entries.len());
    let end = number("limit").map_or(entries.len(), |limit: usize| {
        entries.len().min(begin.saturating_add(limit))
    });
    let next = (end < entries.len()).then(|| format!("{end:02}"));
    page("application/astra-appBackupFiles", &entries[begin..end], next)
}

/// Whether a pattern selects a path.
fn selects(pattern: &str, path: &str) -> bool {
    let path = path.trim_start_matches('/');
    if pattern.contains('/') {
        glob(pattern.trim_start_matches('/'), path)
    } else {
        glob(pattern, path.rsplit('/').next().unwrap_or_default())
    }
}

/// Compares a text with a glob; the only alternatives are one pair, and the only sets are single characters.
fn glob(pattern: &str, text: &str) -> bool {
    if let Some((before, rest)) = pattern.split_once('{') {
        let (choices, after) = rest.split_once('}').unwrap();
        return choices
            .split(',')
            .any(|choice| glob(&format!("{before}{choice}{after}"), text));
    }
    let mut chars = pattern.chars();
    match chars.next() {
        None => text.is_empty(),
        Some('*') if pattern.starts_with("**/") => {
            let rest = &pattern[3..];
            glob(rest, text) || text.match_indices('/').any(|(at, _)| glob(rest, &text[at + 1..]))
        }
        Some('*') => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.take_while(|at| !text[..*at].contains('/'))
                .any(|at| glob(chars.as_str(), &text[at..]))
        }
        Some('[') => {
            let rest = chars.as_str();
            glob(&rest.replacen(']', "", 1), text)
        }
        Some(char) => {
            let mut rest = text.chars();
            let next = rest.next();
            let is_same = next == Some(char) || (char == '?' && next.is_some_and(|next| next != '/'));
            is_same && glob(chars.as_str(), rest.as_str())
        }
    }
}

fn changes(new: &[Value], request: &Request) -> Response {
    let old = tree(request.parameter("base").unwrap_or_default());
    let mut items = Vec::new();
    for entry in new {
        match old.iter().find(|old| text(old) == text(entry)) {
            None => items.push(json!({"change": "added", "new": entry})),
            Some(old) if old != entry => items.push(json!({"change": "modified", "old": old, "new": entry})),
            Some(_) => {}
        }
    }
    let removed = old
        .iter()
        .filter(|old| new.iter().all(|new| text(new) != text(old)));
    items.extend(removed.map(|old| json!({"change": "removed", "old": old})));
    page("application/astra-appBackupChanges", &items, None)
}

fn page(kind: &str, items: &[Value], next: Option<String>) -> Response {
    let mut metadata = json!({"count": items.len()});
    if let Some(next) = next {
        metadata["continue"] = next.into();
    }
    let body = json!({"type": kind, "version": "1.0", "items": items, "metadata": metadata});
    Response::of_json(200, &body)
}

fn download(status: u16, content: &[u8], name: &str) -> Response {
    let mut response = Response::empty(status)
        .with("Content-Type", "application/octet-stream")
        .with("Content-Disposition", &format!("attachment; filename=\"{name}\""))
        .with("Accept-Ranges", "bytes");
    response.body = content.to_vec().into();
    response
}

fn content(request: &Request) -> Response {
    let tag = format!("\"{}\"", request.id());
    let is_other = |given: &http::HeaderValue| given.as_bytes() != tag.as_bytes();
    let is_ignored = request.headers.get("If-Range").is_some_and(is_other);
    match request.header(&RANGE) {
        "bytes=0-0" if !is_ignored => download(206, &CONTENT.as_bytes()[..1], "greeting.txt")
            .with("Content-Range", "bytes 0-0/13")
            .with("ETag", &tag),
        "bytes=13-" if !is_ignored => problem(416, 0).with("Content-Range", "bytes */13"),
        _ => download(200, CONTENT.as_bytes(), "greeting.txt").with("ETag", &tag),
    }
}

fn archive(tree: &[Value], request: &Request) -> Response {
    if !request.header(&ACCEPT).contains("application/x-tar") {
        return invalid(400, 5, "invalidParams", &["path".to_owned()]);
    }
    let mut archive = tar::Builder::new(Vec::new());
    for entry in tree {
        let mut header = tar::Header::new_gnu();
        let is_directory = entry["type"] == "directory";
        header.set_entry_type(if is_directory {
            tar::EntryType::Directory
        } else {
            tar::EntryType::Regular
        });
        header.set_mode(u32::from_str_radix(entry["mode"].as_str().unwrap(), 8).unwrap());
        header.set_mtime(
            MODIFIED
                .parse::<chrono::DateTime<chrono::Utc>>()
                .unwrap()
                .timestamp()
                .unsigned_abs(),
        );
        let content: &[u8] = if is_directory { &[] } else { CONTENT.as_bytes() };
        header.set_size(content.len() as u64);
        let path = text(entry).trim_start_matches('/');
        archive.append_data(&mut header, path, content).unwrap();
    }
    let archive = archive.into_inner().unwrap();
    download(200, &archive, "backup.tar")
        .with("Content-Type", "application/x-tar")
        .with("Accept-Ranges", "none")
}

/// The response to HEAD: that of a GET, with its length and without its body.
pub(super) fn without_body(response: Response) -> Response {
    let length = response.body.len().to_string();
    let mut response = response.with(CONTENT_LENGTH.as_str(), &length);
    response.body = Vec::new().into();
    response
}

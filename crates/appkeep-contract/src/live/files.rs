//! Checks of the files of backups: lists, patterns, paths and differences.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::Call;
use super::context::{Context, ResourceKind, Stop};
use super::recording_client::RecordedResponse;
use super::refusals::expect_named;
use super::resource_kind::SUMMARY_LIST;

pub(super) const FILES: &str = "app_backup_file_list_for_app";
pub(super) const CONTENT: &str = "app_backup_content_fetch_for_app";
const CHANGES: &str = "app_backup_change_list_for_app";

/// The largest file whose content is requested, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// A name that the backup probably doesn't contain.
const UNKNOWN: &str = "no-such-entry-7c1e";

/// A request for the completed backup of the run.
pub(super) fn call(ctx: &Context, operation: &str) -> Result<Call, Stop> {
    let id = ctx.fixtures.backups.named.id("a completed backup")?;
    Ok(ctx.call_for(operation, &id))
}

/// The same request with another path.
pub(super) fn at(mut call: Call, path: &str) -> Call {
    call.query.retain(|(name, _)| name != "path");
    call.query("path", path)
}

/// The whole list is in order, and pages contain the same.
pub(super) async fn listed(ctx: &mut Context) -> Result<(), Stop> {
    let call = call(ctx, FILES)?;
    let volumes = ctx.send_for(&call, 200).await?;
    let is_any = !volumes.items().is_empty();
    ctx.expect(&volumes, is_any, || {
        "a completed backup has no volumes".to_owned()
    });
    let call = call.query("recursive", "true");
    let first = ctx.send_for(&call.clone().query("limit", "2"), 200).await?;
    let second = ctx.send_for(&call.clone().query("limit", "1"), 200).await?;
    let Some(token) = second.text("/metadata/continue").map(str::to_owned) else {
        return Ok(());
    };
    let third = call.query("limit", "1").query("continue", &token);
    let third = ctx.send_for(&third, 200).await?;
    let pages = [second.items(), third.items()].concat();
    ctx.expect(&third, first.items() == pages, || {
        "two pages of one item differ from a page of two".to_owned()
    });
    Ok(())
}

/// Whether a name has only characters without a meaning in patterns, URLs and headers.
pub(super) fn is_plain(name: &str) -> bool {
    let mut chars = name.chars();
    chars.all(|char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '_'))
}

/// The names on the path of an entry.
fn names(entry: &Value) -> Vec<String> {
    let path = path_of(entry).trim_start_matches('/');
    path.split('/').map(str::to_owned).collect()
}

pub(super) fn path_of(entry: &Value) -> &str {
    entry["path"].as_str().unwrap_or_default()
}

/// All entries of a backup, if they fit into one response.
pub(super) async fn tree(ctx: &mut Context, call: Call) -> Result<RecordedResponse, Stop> {
    let list = ctx.send_for(&call.query("recursive", "true"), 200).await?;
    if list.text("/metadata/continue").is_some() {
        let count = list.items().len();
        return Err(Stop::Skipped(format!(
            "requires a backup of at most {count} files"
        )));
    }
    Ok(list)
}

/// A directory lists its entries, and `recursive` also those of its subdirectories, in the order of their paths.
pub(super) async fn directories(ctx: &mut Context) -> Result<(), Stop> {
    let call = call(ctx, FILES)?;
    let all = tree(ctx, call.clone()).await?;
    let paths: Vec<Vec<String>> = all.items().iter().map(names).collect();
    // Bytes that aren't valid UTF-8 are written otherwise than they are ordered.
    let is_sorted = paths.is_sorted() || paths.iter().flatten().any(|name| name.contains('%'));
    ctx.expect(&all, is_sorted, || {
        "the entries aren't in the order of their paths".to_owned()
    });
    let has_slash = all.items().iter().all(|entry| path_of(entry).starts_with('/'));
    ctx.expect(&all, has_slash, || "a path doesn't begin with a slash".to_owned());
    let root = ctx.send_for(&call, 200).await?;
    expect_items(ctx, &root, &below(all.items(), &[]), "the root");
    let is_directory = root.items().iter().all(|entry| entry["type"] == "directory");
    ctx.expect(&root, is_directory, || {
        "the root has an entry that isn't a directory".to_owned()
    });
    let Some(volume) = root
        .items()
        .first()
        .map(|entry| path_of(entry).trim_matches('/').to_owned())
    else {
        return Ok(());
    };
    let expected = below(all.items(), std::slice::from_ref(&volume));
    for path in [volume.clone(), format!("/{volume}"), format!("{volume}/")] {
        let list = ctx.send_for(&at(call.clone(), &path), 200).await?;
        expect_items(ctx, &list, &expected, &path);
    }
    let file = all.items().iter().find(|entry| entry["type"] == "file").cloned();
    if let Some(file) = file {
        let list = ctx.send_for(&at(call, path_of(&file)), 200).await?;
        expect_items(ctx, &list, std::slice::from_ref(&file), path_of(&file));
    }
    volumes_of_summary(ctx, &root).await
}

/// The entries directly below a path.
fn below(entries: &[Value], parent: &[String]) -> Vec<Value> {
    let entries = entries.iter().filter(|entry| {
        let names = names(entry);
        names.len() == parent.len() + 1 && names.starts_with(parent)
    });
    entries.cloned().collect()
}

fn expect_items(ctx: &mut Context, list: &RecordedResponse, expected: &[Value], of: &str) {
    ctx.expect(list, list.items() == expected, || {
        let paths = |entries: &[Value]| {
            let paths: Vec<&str> = entries.iter().take(10).map(path_of).collect();
            format!("{} ({})", entries.len(), paths.join(", "))
        };
        format!(
            "the entries of {of} are {}, expected {}",
            paths(list.items()),
            paths(expected)
        )
    });
}

/// The summary of the app names the volumes in the root of its backup.
async fn volumes_of_summary(ctx: &mut Context, root: &RecordedResponse) -> Result<(), Stop> {
    if ctx.is_excluded(SUMMARY_LIST) {
        return Ok(());
    }
    let list = ctx.send_for(&ctx.call(SUMMARY_LIST), 200).await?;
    let app = ctx.target.app.to_string();
    let summary = list.items().iter().find(|item| item["id"] == app);
    let volumes = summary.and_then(|summary| summary["volumes"].as_array());
    let mut volumes: Vec<String> = volumes
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    volumes.sort_unstable();
    let expected: Vec<String> = root.items().iter().map(|entry| names(entry).concat()).collect();
    ctx.expect(&list, volumes == expected, || {
        format!(
            "`volumes` has {}, and the root of a backup {}",
            volumes.join(", "),
            expected.join(", ")
        )
    });
    Ok(())
}

/// A file of the backup that isn't empty.
pub(super) async fn small_file(ctx: &mut Context) -> Result<Value, Stop> {
    let list = call(ctx, FILES)?.query("recursive", "true");
    let list = ctx.send_for(&list, 200).await?;
    let size = |entry: &&Value| entry["size"].as_u64().unwrap_or_default();
    let mut files = list.items().iter().filter(|entry| entry["type"] == "file");
    let file = files
        .find(|entry| (1..=FILE_BYTES_MAX).contains(&size(entry)))
        .cloned();
    file.ok_or_else(|| Stop::Skipped("requires a backup with a small file".to_owned()))
}

/// `%XX` is a byte of a path, and a path that doesn't exist is named.
pub(super) async fn paths(ctx: &mut Context) -> Result<(), Stop> {
    let file = small_file(ctx).await?;
    let (directory, name) = path_of(&file).rsplit_once('/').unwrap_or_default();
    let first = name.bytes().next().unwrap_or(b'%');
    if let Some(rest) = name.get(1..).filter(|_| first.is_ascii() && first != b'%') {
        let escaped = format!("{directory}/%{first:02X}{rest}");
        let list = ctx.send_for(&at(call(ctx, FILES)?, &escaped), 200).await?;
        expect_items(ctx, &list, std::slice::from_ref(&file), &escaped);
        let content = ctx.send_for(&at(call(ctx, CONTENT)?, &escaped), 200).await?;
        let bytes = content
            .header("content-length")
            .map(str::to_owned)
            .unwrap_or_default();
        ctx.expect(&content, bytes.parse().ok() == file["size"].as_u64(), || {
            format!(
                "{escaped} has {bytes} bytes, and {} has {}",
                path_of(&file),
                file["size"]
            )
        });
    }
    for operation in [FILES, CONTENT] {
        let unknown = at(call(ctx, operation)?, &format!("{directory}/{UNKNOWN}"));
        let response = ctx.send_for(&unknown, 404).await?;
        ctx.expect_problem(&response, &[2]);
        expect_named(ctx, &response, "invalidParams", "path", |found| found == ["path"]);
    }
    Ok(())
}

/// A pattern selects the entries whose name matches, or whose path does if the pattern has a slash.
pub(super) async fn patterns(ctx: &mut Context) -> Result<(), Stop> {
    let call = call(ctx, FILES)?;
    let all = tree(ctx, call.clone()).await?;
    let call = call.query("recursive", "true");
    // Such names are written otherwise than they are compared, and whether `*` selects hidden files is open.
    let is_special = |name: &String| name.contains('%') || name.starts_with('.');
    if all.items().iter().flat_map(names).any(|name| is_special(&name)) {
        return Err(Stop::Skipped(
            "requires a backup without hidden files and percent signs in names".to_owned(),
        ));
    }
    let mut files = all
        .items()
        .iter()
        .filter(|entry| entry["type"] == "file")
        .map(names);
    let file = files.find(|path| path.iter().all(|name| name.len() > 1 && is_plain(name)));
    let path =
        file.ok_or_else(|| Stop::Skipped("requires a backup with a file of a plain name".to_owned()))?;
    let (Some(volume), Some(name)) = (path.first(), path.last()) else {
        return Ok(());
    };
    let (first, rest) = name.split_at(1);
    let named = |selects: &dyn Fn(&[String]) -> bool| -> Vec<Value> {
        let entries = all.items().iter().filter(|entry| selects(&names(entry)));
        entries.cloned().collect()
    };
    let same_name = named(&|path| path.last() == Some(name));
    let before_rest = |path: &[String]| path.last()?.strip_suffix(rest).map(|start| start.chars().count());
    let same_end = named(&|path| before_rest(path) == Some(1));
    let any_end = named(&|path| before_rest(path).is_some());
    let in_volume =
        named(&|path| path.len() > 1 && path.first() == Some(volume) && path.last() == Some(name));
    let only = named(&|other| other == path);
    for (pattern, expected) in [
        (name.clone(), &same_name),
        (format!("?{rest}"), &same_end),
        (format!("*{rest}"), &any_end),
        (format!("[{first}]{rest}"), &same_name),
        (format!("{{{name},{UNKNOWN}}}"), &same_name),
        (format!("/{volume}/**/{name}"), &in_volume),
        (format!("**/{name}"), &same_name),
        (format!("/{}", path.join("/")), &only),
        (UNKNOWN.to_owned(), &Vec::new()),
    ] {
        let list = ctx
            .send_for(&call.clone().query("pattern", &pattern), 200)
            .await?;
        expect_items(ctx, &list, expected, &format!("pattern {pattern}"));
    }
    Ok(())
}

/// The differences between two backups are those of their entries.
pub(super) async fn changes(ctx: &mut Context) -> Result<(), Stop> {
    let id = ctx.fixtures.backups.named.id("a completed backup")?;
    let mut request = call(ctx, CHANGES)?;
    request.query.clear();
    let changes = ctx.send_for(&request.clone().query("base", &id), 200).await?;
    let count = changes.items().len();
    ctx.expect(&changes, count == 0, || {
        format!("found {count} differences of a backup from itself")
    });
    let (Ok(base), Ok(())) = (
        ctx.fixtures.backups.unnamed.id("a second completed backup"),
        ctx.require(FILES),
    ) else {
        return Ok(());
    };
    let of_backup = call(ctx, FILES)?;
    let new = tree(ctx, of_backup).await?;
    let of_base = ctx.call_for(FILES, &base);
    let old = tree(ctx, of_base).await?;
    let changes = ctx
        .send_for(&request.query("base", &base).query("limit", "10000"), 200)
        .await?;
    let expected = differences(old.items(), new.items());
    ctx.expect(&changes, changes.items() == expected, || {
        let (found, expected) = (
            Value::from(changes.items().to_vec()),
            Value::from(expected.clone()),
        );
        format!("the differences are {found}: expected those of the lists of files, {expected}")
    });
    Ok(())
}

/// The differences between entries, in the order of their paths.
fn differences(old: &[Value], new: &[Value]) -> Vec<Value> {
    let mut entries: BTreeMap<Vec<String>, [Option<&Value>; 2]> = BTreeMap::new();
    for (at, side) in [old, new].into_iter().enumerate() {
        for entry in side {
            entries.entry(names(entry)).or_default()[at] = Some(entry);
        }
    }
    let differences = entries.into_values().filter_map(|sides| match sides {
        [None, Some(new)] => Some(json!({"change": "added", "new": new})),
        [Some(old), None] => Some(json!({"change": "removed", "old": old})),
        [Some(old), Some(new)] if compared(old) != compared(new) => {
            Some(json!({"change": "modified", "old": old, "new": new}))
        }
        _ => None,
    });
    differences.collect()
}

/// The members of an entry that are compared: the time of a directory isn't.
fn compared(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if entry["type"] == "directory"
        && let Value::Object(members) = &mut entry
    {
        members.shift_remove("modified");
    }
    entry
}

/// The files of a pending backup can't be read.
pub(super) async fn not_completed(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    ctx.require_create(ResourceKind::Backup)?;
    let create = ctx.idle_call(ResourceKind::Backup.create())?;
    let (id, _) = ctx.create(create).await?;
    let mut call = ctx.idle_call(operation)?.path("appBackup_id", &id);
    if operation == CHANGES {
        call.query.clear();
        call = call.query("base", &id);
    }
    let response = ctx.send_for(&call, 409).await?;
    ctx.expect_problem(&response, &[111]);
    Ok(())
}

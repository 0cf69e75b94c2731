//! Checks of single files of backups: lists, content and differences.

use serde_json::Value;

use super::call::Call;
use super::completion::ABSENT;
use super::context::{Context, ResourceKind, Stop};
use super::recording_client::RecordedResponse;

const FILES: &str = "app_backup_file_list_for_app";
const CONTENT: &str = "app_backup_content_fetch_for_app";
const CHANGES: &str = "app_backup_change_list_for_app";

/// The largest file whose content is requested, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

fn call(ctx: &Context, operation: &str) -> Result<Call, Stop> {
    let id = ctx.fixtures.backups.named.id("a completed backup")?;
    Ok(ctx.call_for(operation, &id))
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
    let paths: Vec<Vec<String>> = first.items().iter().map(names).collect();
    ctx.expect(&first, paths.is_sorted(), || {
        "the entries aren't in the order of their paths".to_owned()
    });
    Ok(())
}

/// The names on the path of an entry.
fn names(entry: &Value) -> Vec<String> {
    let path = entry["path"].as_str().unwrap_or_default();
    path.split('/').map(str::to_owned).collect()
}

/// A file of the backup that isn't empty: a request for its content, and its size.
async fn small_file(ctx: &mut Context) -> Result<(Call, u64), Stop> {
    let list = call(ctx, FILES)?.query("recursive", "true");
    let list = ctx.send_for(&list, 200).await?;
    let size = |entry: &&Value| entry["size"].as_u64().unwrap_or_default();
    let mut files = list.items().iter().filter(|entry| entry["type"] == "file");
    let file = files.find(|entry| (1..=FILE_BYTES_MAX).contains(&size(entry)));
    let file = file.ok_or_else(|| Stop::Skipped("requires a backup with a small file".to_owned()))?;
    let mut call = call(ctx, CONTENT)?;
    call.query.clear();
    Ok((
        call.query("path", file["path"].as_str().unwrap_or_default()),
        size(&file),
    ))
}

/// The content has its size and a strong tag; a directory is an archive.
pub(super) async fn content(ctx: &mut Context) -> Result<(), Stop> {
    let (call, size) = small_file(ctx).await?;
    let whole = ctx.send_for(&call, 200).await?;
    expect_header(ctx, &whole, "content-length", &size.to_string());
    expect_header(ctx, &whole, "accept-ranges", "bytes");
    expect_header(ctx, &whole, "content-type", "application/octet-stream");
    let has_tag = whole.header("etag").is_some();
    ctx.expect(&whole, has_tag, || "a file has no `ETag`".to_owned());
    let archive = self::call(ctx, CONTENT)?.accept("application/x-tar");
    let archive = ctx.send_for(&archive, 200).await?;
    expect_header(ctx, &archive, "content-type", "application/x-tar");
    Ok(())
}

/// A range is sent as requested, and one after the end is refused.
pub(super) async fn range(ctx: &mut Context) -> Result<(), Stop> {
    let (call, size) = small_file(ctx).await?;
    let first = ctx.send_for(&call.clone().range("bytes=0-0"), 206).await?;
    expect_header(ctx, &first, "content-length", "1");
    expect_header(ctx, &first, "content-range", &format!("bytes 0-0/{size}"));
    let after = ctx.send_for(&call.range(&format!("bytes={size}-")), 416).await?;
    expect_header(ctx, &after, "content-range", &format!("bytes */{size}"));
    Ok(())
}

fn expect_header(ctx: &mut Context, response: &RecordedResponse, name: &str, expected: &str) {
    let found = response.header(name).unwrap_or(ABSENT).to_owned();
    ctx.expect(response, found == expected, || {
        format!("expected `{name}: {expected}`, found `{found}`")
    });
}

/// A backup doesn't differ from itself.
pub(super) async fn changes(ctx: &mut Context) -> Result<(), Stop> {
    let id = ctx.fixtures.backups.named.id("a completed backup")?;
    let mut call = call(ctx, CHANGES)?;
    call.query.clear();
    let changes = ctx.send_for(&call.query("base", &id), 200).await?;
    let count = changes.items().len();
    ctx.expect(&changes, count == 0, || format!("found {count} differences"));
    Ok(())
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

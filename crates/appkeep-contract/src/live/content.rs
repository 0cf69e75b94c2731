//! Checks of the content of files of backups: headers, ranges and archives.

use std::collections::BTreeMap;
use std::io;

use chrono::DateTime;
use serde_json::Value;

use super::call::Call;
use super::completion::ABSENT;
use super::context::{Context, Stop};
use super::files::{CONTENT, FILES, at, call, is_plain, path_of, small_file, tree};
use super::recording_client::RecordedResponse;

const OCTETS: &str = "application/octet-stream";
const TAR: &str = "application/x-tar";

/// The largest archive that is requested, in bytes of files.
const ARCHIVE_BYTES_MAX: u64 = 1024 * 1024;

/// A small file, and a request for its content.
struct File {
    call: Call,
    name: String,
    size: u64,
}

async fn file(ctx: &mut Context) -> Result<File, Stop> {
    let file = small_file(ctx).await?;
    let path = path_of(&file);
    Ok(File {
        call: at(call(ctx, CONTENT)?, path),
        name: path.rsplit('/').next().unwrap_or_default().to_owned(),
        size: file["size"].as_u64().unwrap_or_default(),
    })
}

fn expect_header(ctx: &mut Context, response: &RecordedResponse, name: &str, expected: &str) {
    let found = response.header(name).unwrap_or(ABSENT).to_owned();
    ctx.expect(response, found == expected, || {
        format!("expected `{name}: {expected}`, found `{found}`")
    });
}

/// The content has its size and a strong tag that doesn't change; HEAD returns the same headers.
pub(super) async fn whole(ctx: &mut Context) -> Result<(), Stop> {
    let File { call, name, size } = file(ctx).await?;
    let whole = ctx.send_for(&call, 200).await?;
    expect_header(ctx, &whole, "content-length", &size.to_string());
    expect_header(ctx, &whole, "accept-ranges", "bytes");
    expect_header(ctx, &whole, "content-type", OCTETS);
    let disposition = whole.header("content-disposition").unwrap_or(ABSENT).to_owned();
    let is_named = !is_plain(&name) || disposition.contains(&name);
    ctx.expect(&whole, is_named, || {
        format!("`Content-Disposition` is `{disposition}`, expected the name `{name}`")
    });
    let tag = whole.header("etag").unwrap_or(ABSENT).to_owned();
    ctx.expect(&whole, tag.starts_with('"'), || {
        format!("expected a strong `ETag`, found `{tag}`")
    });
    let again = ctx.send_for(&call, 200).await?;
    expect_header(ctx, &again, "etag", &tag);
    let mut head = call;
    head.method = Some("HEAD".to_owned());
    let head = ctx.send_unchecked(&head).await?;
    ctx.expect_status(&head, 200)?;
    for name in [
        "content-length",
        "accept-ranges",
        "content-type",
        "content-disposition",
        "etag",
    ] {
        let expected = whole.header(name).unwrap_or(ABSENT).to_owned();
        expect_header(ctx, &head, name, &expected);
    }
    Ok(())
}

/// A range is sent as requested, unless it is for another version; one after the end is refused.
pub(super) async fn range(ctx: &mut Context) -> Result<(), Stop> {
    let File { call, size, .. } = file(ctx).await?;
    let whole = ctx.send_for(&call, 200).await?;
    let tag = whole.header("etag").unwrap_or(ABSENT).to_owned();
    let first = call.clone().range("bytes=0-0");
    for call in [first.clone(), first.clone().if_range(&tag)] {
        let part = ctx.send_for(&call, 206).await?;
        expect_header(ctx, &part, "content-length", "1");
        expect_header(ctx, &part, "content-range", &format!("bytes 0-0/{size}"));
        let is_first = part.bytes.len() == 1 && part.bytes.first() == whole.bytes.first();
        ctx.expect(&part, is_first, || {
            "the first byte isn't that of the file".to_owned()
        });
    }
    let ignored = [
        first.if_range("\"another version\""),
        call.clone().range("bytes=0-0,2-2"),
        call.clone().range("lines=0-0"),
    ];
    for call in ignored {
        let response = ctx.send_for(&call, 200).await?;
        expect_header(ctx, &response, "content-length", &size.to_string());
    }
    let after = ctx.send_for(&call.range(&format!("bytes={size}-")), 416).await?;
    expect_header(ctx, &after, "content-range", &format!("bytes */{size}"));
    Ok(())
}

/// The archive of all volumes has the entries of the list of files.
pub(super) async fn archive(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require(CONTENT)?;
    let files = call(ctx, FILES)?;
    let list = tree(ctx, files).await?;
    let sizes = list.items().iter().filter_map(|entry| entry["size"].as_u64());
    if sizes.sum::<u64>() > ARCHIVE_BYTES_MAX {
        let why = format!("requires a backup of at most {ARCHIVE_BYTES_MAX} bytes");
        return Err(Stop::Skipped(why));
    }
    let call = at(call(ctx, CONTENT)?, "/").accept("application/json;q=0.1, application/x-tar");
    let archive = ctx.send_for(&call, 200).await?;
    expect_header(ctx, &archive, "content-type", TAR);
    expect_header(ctx, &archive, "accept-ranges", "none");
    expect_header(ctx, &archive, "etag", ABSENT);
    let found = match entries(&archive.bytes) {
        Ok(found) => found,
        Err(error) => return Err(ctx.fail(&archive, format!("the archive can't be read: {error}"))),
    };
    // Names that aren't valid UTF-8 are escaped in lists only.
    let expected = list.items().iter().filter(|entry| !path_of(entry).contains('%'));
    let expected = expected.filter(|entry| entry["type"] != "other");
    for entry in expected {
        let path = path_of(entry).trim_matches('/');
        let Some(archived) = found.get(path) else {
            ctx.violation(&archive, format!("the archive lacks {path}"));
            continue;
        };
        let wrong = archived.differs_from(entry);
        ctx.expect(&archive, wrong.is_none(), || {
            let (name, found) = wrong.unwrap_or_default();
            format!(
                "{path}: `{name}` is {found} in the archive, and {} in the list",
                entry[name]
            )
        });
    }
    Ok(())
}

/// An entry of an archive.
struct ArchiveEntry {
    kind: &'static str,
    size: u64,
    mode: u32,
    modified_secs: i64,
    /// The target of a symbolic link.
    target: Option<String>,
}

impl ArchiveEntry {
    /// A member of a list's entry that differs, and its value in the archive.
    fn differs_from(&self, entry: &Value) -> Option<(&'static str, String)> {
        let is_link = self.kind == "link";
        // A hard link has the type and the size of its file in lists.
        if !is_link && entry["type"] != self.kind {
            return Some(("type", self.kind.to_owned()));
        }
        if !is_link && entry["size"] != self.size {
            return Some(("size", self.size.to_string()));
        }
        let target = self.target.as_deref().filter(|_| self.kind == "symlink");
        // Bytes that aren't valid UTF-8 are escaped in lists only.
        if target != entry["target"].as_str().filter(|target| !target.contains('%'))
            && entry["target"].is_string()
        {
            return Some(("target", target.unwrap_or(ABSENT).to_owned()));
        }
        let mode = format!("{:04o}", self.mode & 0o7777);
        // The permissions of a symbolic link have no meaning.
        if self.kind != "symlink" && entry["mode"].as_str().is_some_and(|expected| expected != mode) {
            return Some(("mode", mode));
        }
        let modified = entry["modified"]
            .as_str()
            .and_then(|time| DateTime::parse_from_rfc3339(time).ok());
        let is_other = modified.is_some_and(|time| time.timestamp() != self.modified_secs);
        is_other.then(|| ("modified", format!("{} s since 1970", self.modified_secs)))
    }
}

/// The entries of a tar archive, by path.
fn entries(bytes: &[u8]) -> io::Result<BTreeMap<String, ArchiveEntry>> {
    let mut archive = tar::Archive::new(bytes);
    let mut found = BTreeMap::new();
    for entry in archive.entries()? {
        let entry = entry?;
        let header = entry.header();
        let kind = header.entry_type();
        let kind = if kind.is_dir() {
            "directory"
        } else if kind.is_symlink() {
            "symlink"
        } else if kind.is_hard_link() {
            "link"
        } else if kind.is_file() {
            "file"
        } else {
            continue;
        };
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let entry = ArchiveEntry {
            kind,
            size: if kind == "file" { entry.size() } else { 0 },
            mode: header.mode()?,
            modified_secs: header.mtime()?.cast_signed(),
            target: entry
                .link_name_bytes()
                .map(|name| String::from_utf8_lossy(&name).into_owned()),
        };
        found.insert(path.trim_matches('/').to_owned(), entry);
    }
    Ok(found)
}

//! `appkeep backup diff`: the files that differ between two backups. Both listings are read page by page, and merged.

use std::cmp::Ordering;
use std::vec;

use appkeep_server::admin::files::{BackupData, FileEntry, FileKind, FilePath};
use serde::Serialize;

use super::Which;
use super::file_output::{Listing, Row, visible};
use super::files::{Opened, Pages, missing, parse};
use crate::failure::Failure;
use crate::remote::{Format, Source, note, size};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The first backup, by name or id; a unique prefix is enough.
    #[arg(value_name = "A")]
    old: String,
    /// The second backup.
    #[arg(value_name = "B")]
    new: String,
    /// Compare only this directory or file: a volume and the path in it.
    #[arg(value_name = "PATH", default_value = "/", hide_default_value = true)]
    path: String,
    /// The app of both backups, by name or id. Optional if only one app has such backups.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
}

/// The difference between two entries of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Change {
    Added,
    Removed,
    Modified,
}

/// A difference as JSON.
#[derive(Debug, Serialize)]
struct Difference {
    change: Change,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<Row>,
}

/// Numbers of entries, and the bytes of their files.
#[derive(Debug, Default)]
struct Summary {
    added: (u64, u64),
    removed: (u64, u64),
    modified: (u64, u64),
}

impl Summary {
    fn add(&mut self, change: Change, bytes: u64) {
        let (count, sum) = match change {
            Change::Added => &mut self.added,
            Change::Removed => &mut self.removed,
            Change::Modified => &mut self.modified,
        };
        *count += 1;
        *sum = sum.saturating_add(bytes);
    }

    fn text(&self) -> String {
        let part = |(count, bytes): (u64, u64), what: &str| format!("{count} {what} ({})", size(bytes));
        [
            part(self.added, "added"),
            part(self.removed, "removed"),
            part(self.modified, "modified"),
        ]
        .join(", ")
    }
}

/// Compares two backups.
pub(super) async fn run(source: &Source, args: &Args) -> anyhow::Result<()> {
    let path = parse(&args.path)?;
    let opened = Opened::open(source).await?;
    let which = |backup: &str| Which {
        backup: backup.to_owned(),
        app: args.app.clone(),
    };
    let old_backup = opened.backup(&which(&args.old)).await?;
    let new_backup = opened.backup(&which(&args.new)).await?;
    let mut old = Entries::open(&opened, &old_backup, &path).await?;
    let mut new = Entries::open(&opened, &new_backup, &path).await?;
    let mut pair = (old.next().await?, new.next().await?);
    if pair == (None, None) {
        return Err(missing(&new_backup, &path).into());
    }
    let mut listing = Listing::new(source.server.output)?;
    let mut summary = Summary::default();
    loop {
        let (is_old, is_new) = match &pair {
            (None, None) => break,
            (Some(_), None) => (true, false),
            (None, Some(_)) => (false, true),
            (Some(old), Some(new)) => match old.path.cmp(&new.path) {
                Ordering::Less => (true, false),
                Ordering::Greater => (false, true),
                Ordering::Equal => (true, true),
            },
        };
        let old_entry = if is_old { pair.0.take() } else { None };
        let new_entry = if is_new { pair.1.take() } else { None };
        show(&mut listing, &mut summary, old_entry.as_ref(), new_entry.as_ref())?;
        if is_old {
            pair.0 = old.next().await?;
        }
        if is_new {
            pair.1 = new.next().await?;
        }
    }
    listing.finish()?;
    if source.server.output == Format::Table {
        note(&summary.text());
    }
    Ok(())
}

/// Prints the difference of the entries of one path, if there is one.
fn show(
    listing: &mut Listing,
    summary: &mut Summary,
    old: Option<&FileEntry>,
    new: Option<&FileEntry>,
) -> anyhow::Result<()> {
    let (change, mark, entry) = match (old, new) {
        (Some(old), None) => (Change::Removed, '-', old),
        (None, Some(new)) => (Change::Added, '+', new),
        (Some(old), Some(new)) if differs(old, new) => (Change::Modified, 'M', new),
        _ => return Ok(()),
    };
    summary.add(change, entry.size);
    let difference = Difference {
        change,
        old: old.map(Row::of),
        new: new.map(Row::of),
    };
    listing.element(&difference, || {
        format!("{mark} {}", visible(&entry.path.to_string()))
    })
}

/// Whether type, size, permissions, the target of a link, or the time of the last change differ. The time of a directory
/// only says that entries were added or removed.
fn differs(old: &FileEntry, new: &FileEntry) -> bool {
    let is_directory = new.kind == FileKind::Directory;
    (&old.kind, old.size, old.mode) != (&new.kind, new.size, new.mode)
        || (!is_directory && old.modified != new.modified)
}

/// An entry and all entries below it, one after the other.
struct Entries<'a> {
    /// The entry itself, until it was returned.
    top: Option<FileEntry>,
    /// The entries below, if it is a directory.
    pages: Option<Pages<'a>>,
    page: vec::IntoIter<FileEntry>,
}

impl<'a> Entries<'a> {
    /// Finds the entry. There are no entries if the backup doesn't contain it.
    async fn open(opened: &'a Opened, backup: &'a BackupData, path: &FilePath) -> Result<Self, Failure> {
        let top = opened.find(backup, path).await?;
        let directory = top.as_ref().filter(|top| top.kind == FileKind::Directory);
        let pages = directory.map(|_| opened.pages(backup, path.clone(), true, None));
        Ok(Self {
            top,
            pages,
            page: Vec::new().into_iter(),
        })
    }

    async fn next(&mut self) -> Result<Option<FileEntry>, Failure> {
        if let Some(top) = self.top.take() {
            return Ok(Some(top));
        }
        let Some(pages) = &mut self.pages else {
            return Ok(None);
        };
        loop {
            if let Some(entry) = self.page.next() {
                return Ok(Some(entry));
            }
            match pages.next().await? {
                Some(page) => self.page = page.unwrap_or_default().entries.into_iter(),
                None => return Ok(None),
            }
        }
    }
}

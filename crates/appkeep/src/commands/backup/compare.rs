//! `appkeep backup diff`: the files that differ between two backups.

use appkeep_client::types::{AppBackupChange, AppBackupChangeType as Change};

use super::Which;
use super::file_output::{Listing, visible};
use super::opened::Opened;
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
    let opened = Opened::open(source).await?;
    let which = |backup: &str| Which {
        backup: backup.to_owned(),
        app: args.app.clone(),
    };
    let old = opened.backup(&which(&args.old)).await?;
    let new = opened.backup(&which(&args.new)).await?;
    let mut pages = new.changes(&old, &args.path)?;
    let mut listing = Listing::new(source.server.output)?;
    let mut summary = Summary::default();
    while let Some(page) = pages.next().await? {
        for difference in page {
            show(&mut listing, &mut summary, &difference)?;
        }
    }
    listing.finish()?;
    if source.server.output == Format::Table {
        note(&summary.text());
    }
    Ok(())
}

/// Prints a difference.
fn show(listing: &mut Listing, summary: &mut Summary, difference: &AppBackupChange) -> anyhow::Result<()> {
    let entry = difference.new.as_ref().or(difference.old.as_ref());
    let change = difference.change.known();
    if let (Some(change), Some(entry)) = (change, entry) {
        summary.add(*change, entry.size.try_into().unwrap_or_default());
    }
    listing.element(difference, || {
        let mark = match change {
            Some(Change::Added) => '+',
            Some(Change::Removed) => '-',
            Some(Change::Modified) => 'M',
            None => '?',
        };
        let path = entry.map_or("?", |entry| entry.path.as_str());
        format!("{mark} {}", visible(path))
    })
}

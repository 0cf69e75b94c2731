//! `appkeep backup delete`

use std::collections::HashMap;

use appkeep_client::Uuid;
use appkeep_client::types::{AppBackup, ResourceState};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Which, found};
use crate::failure::Failure;
use crate::remote::{
    Format, Found, Of, Session, When, complain, confirmed, deletion_confirmed, deletion_of, described,
    is_quiet, note,
};
use crate::stdout::print_line;

/// The backups to delete.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// The backups, by name or id; a unique prefix is enough.
    #[arg(value_name = "BACKUP", required_unless_present_any = ["older_than", "keep_last"])]
    backups: Vec<String>,
    /// Their app, by name or id. Optional if only one app has such backups; without it, backups of all apps are selected.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
    /// Delete the finished backups that are older than this age, such as 30d, or were created before this date or time.
    #[arg(long, value_name = "WHEN", conflicts_with = "backups")]
    older_than: Option<When>,
    /// Keep the newest completed backups of each app, this many, and all backups that are newer than one of them.
    #[arg(
        long,
        value_name = "COUNT",
        conflicts_with = "backups",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    keep_last: Option<u32>,
    /// Only print which backups would be deleted.
    #[arg(long)]
    dry_run: bool,
    /// Don't ask. Without a terminal, this is only required for prefixes of names, and for --older-than and --keep-last.
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn run(session: &Session, args: &Args) -> anyhow::Result<()> {
    let backups = if args.backups.is_empty() {
        selected(session, args).await?
    } else {
        named(session, args).await?
    };
    if args.dry_run {
        return print(session, args, &backups, "would be deleted");
    }
    let mut deleted = Vec::new();
    let mut failure: Option<Failure> = None;
    for of in backups {
        let result = session
            .client
            .app_backup_delete(session.account, of.thing.id)
            .await;
        match result {
            Ok(_) => deleted.push(of),
            Err(error) => {
                // The last one is reported as the command's error.
                if let Some(earlier) = failure.replace(session.failure(&error)) {
                    complain(&earlier);
                }
            }
        }
    }
    if failure.is_none() || !deleted.is_empty() {
        print(session, args, &deleted, "is deleted")?;
    }
    failure.map_or(Ok(()), |failure| Err(failure.into()))
}

/// Finds the named backups, before any of them is deleted.
async fn named(session: &Session, args: &Args) -> anyhow::Result<Vec<Of<AppBackup>>> {
    let mut all: Vec<Found<Of<AppBackup>>> = Vec::new();
    for backup in &args.backups {
        let which = Which {
            backup: backup.clone(),
            app: args.app.clone(),
        };
        all.push(found(session, &which).await?);
    }
    if !args.yes && !args.dry_run {
        deletion_confirmed(&all, &args.backups)?;
    }
    let mut backups: Vec<Of<AppBackup>> = Vec::new();
    for found in all {
        if backups.iter().all(|other| other.thing.id != found.thing.thing.id) {
            backups.push(found.thing);
        }
    }
    Ok(backups)
}

/// Selects backups by age and number.
async fn selected(session: &Session, args: &Args) -> anyhow::Result<Vec<Of<AppBackup>>> {
    let app = session.app_if_named(args.app.as_deref()).await?;
    let mut backups = session.owned_backups(app.as_ref()).await?;
    let before = args.older_than.map(|when| when.begin(session.now()));
    let kept = args.keep_last.map(|count| oldest_kept(&backups, count as usize));
    backups.retain(|of| {
        let Some(created) = created(of) else { return false };
        let is_old = before.is_none_or(|before| created < before);
        let is_superseded = kept.as_ref().is_none_or(|kept| {
            let oldest = of.app_id().and_then(|app| kept.get(&app));
            oldest.is_some_and(|oldest| created < *oldest)
        });
        is_finished(&of.thing) && is_old && is_superseded
    });
    if backups.is_empty() {
        note("no backups match");
    } else if !args.yes && !args.dry_run {
        let things: Vec<_> = backups.iter().collect();
        let refusal = format!("this command deletes {} backups", backups.len());
        confirmed(&deletion_of(&things), &refusal)?;
    }
    Ok(backups)
}

/// Returns the creation time of each app's `count`th newest completed backup; none for apps that have fewer.
fn oldest_kept(backups: &[Of<AppBackup>], count: usize) -> HashMap<Uuid, DateTime<Utc>> {
    let mut times: HashMap<Uuid, Vec<DateTime<Utc>>> = HashMap::new();
    for of in backups {
        if let (Some(app), Some(created)) = (of.app_id(), created(of))
            && of.thing.state == ResourceState::Completed
        {
            times.entry(app).or_default().push(created);
        }
    }
    let oldest = times.into_iter().filter_map(|(app, mut times)| {
        times.sort_unstable_by(|one, other| other.cmp(one));
        Some((app, *times.get(count.checked_sub(1)?)?))
    });
    oldest.collect()
}

fn created(of: &Of<AppBackup>) -> Option<DateTime<Utc>> {
    of.thing.metadata.creation_timestamp.to_utc().ok()
}

/// Returns whether the backup isn't being created. Unknown states of newer servers don't count as finished.
fn is_finished(backup: &AppBackup) -> bool {
    matches!(
        backup.state.known(),
        Some(
            ResourceState::Completed
                | ResourceState::Failed
                | ResourceState::Removed
                | ResourceState::Unknown
        )
    )
}

/// Prints one line for each backup, or the backups as JSON or YAML: an array, unless one was named.
fn print(session: &Session, args: &Args, backups: &[Of<AppBackup>], what: &str) -> anyhow::Result<()> {
    match (session.output, backups, args.backups.len()) {
        (Format::Table, _, _) => {
            for of in backups {
                let line = if is_quiet() {
                    of.thing.id.to_string()
                } else if args.dry_run {
                    format!("backup {} {what}", described(of))
                } else {
                    format!("backup {} {what} ({})", of.thing.name, of.thing.id)
                };
                print_line(&crate::failure::on_one_line(&line))?;
            }
            Ok(())
        }
        (output, [one], 1) => output.exactly(&one.thing),
        (output, _, _) => {
            let data: Vec<Value> = backups.iter().map(Of::data).collect::<Result<_, _>>()?;
            output.exactly(&data)
        }
    }
}

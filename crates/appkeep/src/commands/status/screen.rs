//! The status as tables.

use chrono::{DateTime, Utc};

use super::read::{AppStatus, Running, Status};
use crate::remote::{Align, Cell, Column, Format, Table, Tone, age, size_of};
use crate::stdout::print_line;

/// The number of tasks in progress that are listed. The queue may contain thousands.
const RUNNING_SHOWN_MAX: usize = 20;

/// Prints the tables of apps, work in progress and buckets.
///
/// # Errors
/// When stdout can't be written to.
pub(super) fn print(status: &Status, now: DateTime<Utc>) -> anyhow::Result<()> {
    if status.apps.is_empty() {
        print_line("there are no apps; declare one in the server's configuration")?;
    }
    Format::table(&status.apps, || apps(&status.apps, now))?;
    if !status.running.is_empty() {
        print_line("")?;
        Format::table(&status.running, || running(&status.running, now))?;
        let more = status.running.len().saturating_sub(RUNNING_SHOWN_MAX) as u64 + status.more_running;
        if more > 0 {
            print_line(&format!("and {more} more"))?;
        }
    }
    if !status.buckets.is_empty() {
        print_line("")?;
    }
    Format::table(&status.buckets, || buckets(status))
}

/// The number of problems, in one line.
pub(super) fn summary(status: &Status) -> String {
    match status.problems {
        0 => "nothing needs attention".to_owned(),
        1 => "1 app or bucket needs attention".to_owned(),
        problems => format!("{problems} apps and buckets need attention"),
    }
}

fn apps(apps: &[AppStatus], now: DateTime<Utc>) -> Table {
    let mut table = Table::new([
        Column::new("", Align::Left),
        Column::shrinking("APP"),
        Column::shrinking("LAST GOOD BACKUP"),
        Column::new("AGE", Align::Right),
        Column::new("NEXT", Align::Right),
        Column::shrinking("PROBLEM"),
    ]);
    for app in apps {
        let verdict = verdict(&app.problems);
        let (name, since) = match &app.last_good {
            Some(good) => (good.name.as_str(), age(&good.backup_creation_timestamp, now)),
            None => ("-", "-".to_owned()),
        };
        let next = app
            .schedules
            .iter()
            .filter_map(|schedule| schedule.next_run_timestamp.as_ref());
        let next = next.min_by_key(|next| next.to_utc().ok());
        let mut problems = app.problems.iter();
        table.row([
            verdict,
            app.name.as_str().into(),
            name.into(),
            since.into(),
            next.map_or_else(|| "-".to_owned(), |next| age(next, now)).into(),
            problems.next().map_or("", String::as_str).into(),
        ]);
        for problem in problems {
            table.row(["", "", "", "", "", problem.as_str()].map(Cell::from));
        }
    }
    table
}

fn verdict(problems: &[String]) -> Cell {
    if problems.is_empty() {
        Cell::toned(&"good", Tone::Good)
    } else {
        Cell::toned(&"ATTENTION", Tone::Bad)
    }
}

fn running(running: &[Running], now: DateTime<Utc>) -> Table {
    let mut table = Table::new([
        Column::new("IN PROGRESS", Align::Left),
        Column::shrinking("APP"),
        Column::shrinking("NAME"),
        Column::new("STATE", Align::Left),
        Column::new("DONE", Align::Right),
        Column::new("SINCE", Align::Right),
    ]);
    for work in running.iter().take(RUNNING_SHOWN_MAX) {
        let percent = work.percent_done.map(|percent| format!("{percent} %"));
        let since = work.since.as_ref().map(|since| age(since, now));
        table.row([
            work.work.into(),
            work.app.as_str().into(),
            work.name.as_deref().unwrap_or("-").into(),
            Cell::toned(&work.state, Tone::Pending),
            percent.unwrap_or_else(|| "-".to_owned()).into(),
            since.unwrap_or_else(|| "-".to_owned()).into(),
        ]);
    }
    table
}

fn buckets(status: &Status) -> Table {
    let mut table = Table::new([
        Column::new("", Align::Left),
        Column::shrinking("BUCKET"),
        Column::new("STATE", Align::Left),
        Column::new("STORED", Align::Right),
        Column::new("FREE", Align::Right),
        Column::shrinking("PROBLEM"),
    ]);
    for bucket in &status.buckets {
        let verdict = verdict(&bucket.problems);
        table.row([
            verdict,
            bucket.name.as_str().into(),
            bucket.state.as_str().into(),
            size_of(bucket.stored_bytes).into(),
            size_of(bucket.free_bytes).into(),
            bucket.problems.join("; ").into(),
        ]);
    }
    table
}

//! The report as annotations of GitHub Actions.
//!
//! A step shows ten annotations of each kind, so the most severe changes come first.

use std::fmt::Write as _;

use super::text::{place, summary};
use super::{DiffReport, Level};
use crate::place::Place;

/// One line for each change, then the summary. Ignored changes get no annotation.
pub(super) fn of(report: &DiffReport) -> String {
    let mut text = String::new();
    for change in &report.changes {
        let command = match change.level {
            Level::Major => "error",
            Level::Minor => "warning",
            Level::Patch | Level::None => "notice",
        };
        let nearest = change.old_at.as_ref().filter(|_| change.new_line.is_some());
        let at = change.new_at.as_ref().or(nearest).map_or("", String::as_str);
        let file = Place::new(&report.new, None, at).file;
        let _ = write!(text, "::{command} file={}", property(&file));
        if let Some(line) = change.new_line {
            let _ = write!(text, ",line={line}");
        }
        let used = change
            .uses
            .first()
            .map(|used| format!(" ({})", place(used)))
            .unwrap_or_default();
        let message = format!("{}{used}. {}", change.what, change.code.rule());
        let _ = writeln!(
            text,
            ",title={} {}::{}",
            change.level.as_str(),
            property(change.code.as_str()),
            data(&message)
        );
    }
    for warning in &report.warnings {
        let _ = writeln!(text, "::warning title=ignored changes::{}", data(warning));
    }
    summary(&mut text, report);
    text
}

/// Escapes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

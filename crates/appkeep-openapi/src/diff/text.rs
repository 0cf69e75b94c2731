//! The report in plain text.

use std::fmt::Write as _;

use super::{Change, DiffReport, Effect, Level, Use, Versioning};

/// Maximum number of places listed for one change.
const USES_MAX: usize = 4;

/// The changes, most severe first. Changes that only affect the documentation take one line each.
#[must_use]
pub fn diff_text(report: &DiffReport) -> String {
    let version =
        |version: &Option<String>| version.clone().unwrap_or_else(|| "without a version".to_owned());
    let mut text = format!(
        "OLD {} ({})\nNEW {} ({})\n",
        report.old,
        version(&report.old_version),
        report.new,
        version(&report.new_version)
    );
    for change in report.changes.iter().filter(|change| change.level > Level::Patch) {
        block(&mut text, change);
    }
    if report.changes.iter().any(|change| change.level <= Level::Patch) {
        text.push('\n');
    }
    for change in report
        .changes
        .iter()
        .filter(|change| change.level <= Level::Patch)
    {
        let at = change.new_at.as_ref().or(change.old_at.as_ref());
        let at = at.map(String::as_str).unwrap_or_default();
        let _ = writeln!(
            text,
            "{:<5}  {}  {at}\n       {}",
            change.level.as_str(),
            change.code.as_str(),
            change.what
        );
    }
    ignored(&mut text, report);
    summary(&mut text, report);
    text
}

/// The ignored changes with their reasons, and the entries without an effect.
fn ignored(text: &mut String, report: &DiffReport) {
    for (index, ignored) in report.ignored.iter().enumerate() {
        let change = &ignored.change;
        let at = change.new_at.as_ref().or(change.old_at.as_ref());
        let at = at.map(String::as_str).unwrap_or_default();
        let end = ignored
            .expires
            .map_or_else(String::new, |day| format!(", until {day}"));
        let first = if index == 0 { "\n" } else { "" };
        let _ = writeln!(
            text,
            "{first}ignored  {}  {at}\n         {}\n         reason: {} ({}{end})",
            change.code.as_str(),
            change.what,
            ignored.reason,
            ignored.entry
        );
    }
    for (index, warning) in report.warnings.iter().enumerate() {
        let first = if index == 0 { "\n" } else { "" };
        let _ = writeln!(text, "{first}warning  {warning}");
    }
}

fn block(text: &mut String, change: &Change) {
    let _ = writeln!(text, "\n{}  {}", change.level.as_str(), change.code.as_str());
    let _ = writeln!(text, "  rule:    {}", change.code.rule());
    let _ = writeln!(text, "  found:   {}", change.what);
    for (index, used) in change.uses.iter().take(USES_MAX).enumerate() {
        let label = if index == 0 { "where:" } else { "" };
        let _ = writeln!(text, "  {label:<8} {}", place(used));
    }
    if change.uses_total > USES_MAX {
        let _ = writeln!(text, "  {:<8} and {} more", "", change.uses_total - USES_MAX);
    }
    let _ = writeln!(
        text,
        "  affects: clients of OLD {}, servers of OLD {}",
        effect(change.clients),
        effect(change.servers)
    );
    for (label, at, line) in [
        ("old:", &change.old_at, change.old_line),
        ("new:", &change.new_at, change.new_line),
    ] {
        if let Some(at) = at {
            let line = line.map_or_else(String::new, |line| format!("  line {line}"));
            let _ = writeln!(text, "  {label:<8} {at}{line}");
        }
    }
}

/// The last segment of a place, in backticks.
pub(super) fn name(at: &str) -> String {
    let last = at.rsplit('/').next().unwrap_or_default();
    format!("`{}`", last.replace("~1", "/").replace("~0", "~"))
}

/// The operation, its part and the path in the value.
pub(super) fn place(used: &Use) -> String {
    let words = [&used.operation, &used.subject, &used.path];
    let words: Vec<&str> = words
        .into_iter()
        .map(String::as_str)
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

pub(super) fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Safe => "keep working",
        Effect::Undocumented => "keep working, unless they rely on undocumented behaviour",
        Effect::Unproven => "may break",
        Effect::Breaking => "break",
    }
}

/// The number of changes of each level.
pub(super) fn counts(report: &DiffReport) -> String {
    let count = |level: Level| {
        let of_level = report.changes.iter().filter(|change| change.level == level);
        of_level.count()
    };
    let ignored = match report.ignored.len() {
        0 => String::new(),
        count => format!(", {count} ignored"),
    };
    format!(
        "{} change{}: {} major, {} minor, {} patch{ignored}",
        report.changes.len(),
        if report.changes.len() == 1 { "" } else { "s" },
        count(Level::Major),
        count(Level::Minor),
        count(Level::Patch),
    )
}

/// Both versions, and whether they reflect the changes.
pub(super) fn version_words(report: &DiffReport) -> String {
    let word = |version: &Option<String>| version.clone().unwrap_or_else(|| "none".to_owned());
    let versions = format!("{} to {}", word(&report.old_version), word(&report.new_version));
    match &report.versioning {
        Versioning::Enough if report.level == Level::Major => {
            format!("{versions} permits breaking changes")
        }
        Versioning::Enough => format!("{versions} is enough"),
        Versioning::TooLow(least) => {
            format!("{versions} is too low: the changes require at least {least}")
        }
        Versioning::Unreadable => format!("{versions} can't be compared"),
    }
}

/// The last lines: counts, the verdict, versions.
pub(super) fn summary(text: &mut String, report: &DiffReport) {
    let _ = writeln!(
        text,
        "\ndiff: {}; clients of OLD {}, servers of OLD {}",
        counts(report),
        effect(report.clients()),
        effect(report.servers())
    );
    let _ = writeln!(text, "verdict: {}\n  {}", report.level.as_str(), Level::RULE);
    let _ = writeln!(text, "version: {}", version_words(report));
}

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
    if report.changes.iter().any(|change| change.level == Level::Patch) {
        text.push('\n');
    }
    for change in report
        .changes
        .iter()
        .filter(|change| change.level == Level::Patch)
    {
        let at = change.new_at.as_ref().or(change.old_at.as_ref());
        let at = at.map(String::as_str).unwrap_or_default();
        let _ = writeln!(
            text,
            "patch  {}  {at}\n       {}",
            change.code.as_str(),
            change.what
        );
    }
    summary(&mut text, report);
    text
}

fn block(text: &mut String, change: &Change) {
    let _ = writeln!(text, "\n{}  {}", change.level.as_str(), change.code.as_str());
    let _ = writeln!(text, "  rule:    {}", change.code.rule());
    let _ = writeln!(text, "  found:   {}", change.what);
    for (index, used) in change.uses.iter().take(USES_MAX).enumerate() {
        let label = if index == 0 { "where:" } else { "" };
        let _ = writeln!(text, "  {label:<8} {}", place(used));
    }
    if change.uses.len() > USES_MAX {
        let _ = writeln!(text, "  {:<8} and {} more", "", change.uses.len() - USES_MAX);
    }
    let _ = writeln!(
        text,
        "  affects: clients of OLD {}, servers of OLD {}",
        effect(change.clients),
        effect(change.servers)
    );
    for (label, at) in [("old:", &change.old_at), ("new:", &change.new_at)] {
        if let Some(at) = at {
            let _ = writeln!(text, "  {label:<8} {at}");
        }
    }
}

fn place(used: &Use) -> String {
    let words = [&used.operation, &used.subject, &used.path];
    let words: Vec<&str> = words
        .into_iter()
        .map(String::as_str)
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Safe => "keep working",
        Effect::Undocumented => "keep working, unless they rely on undocumented behaviour",
        Effect::Unproven => "may break",
        Effect::Breaking => "break",
    }
}

fn summary(text: &mut String, report: &DiffReport) {
    let count = |level: Level| {
        report
            .changes
            .iter()
            .filter(|change| change.level == level)
            .count()
    };
    let _ = writeln!(
        text,
        "\ndiff: {} change{}: {} major, {} minor, {} patch; clients of OLD {}, servers of OLD {}",
        report.changes.len(),
        if report.changes.len() == 1 { "" } else { "s" },
        count(Level::Major),
        count(Level::Minor),
        count(Level::Patch),
        effect(report.clients()),
        effect(report.servers())
    );
    let _ = writeln!(text, "verdict: {}\n  {}", report.level.as_str(), Level::RULE);
    let word = |version: &Option<String>| version.clone().unwrap_or_else(|| "none".to_owned());
    let versions = format!("{} to {}", word(&report.old_version), word(&report.new_version));
    let _ = match &report.versioning {
        Versioning::Enough if report.level == Level::Major => {
            writeln!(text, "version: {versions} permits breaking changes")
        }
        Versioning::Enough => writeln!(text, "version: {versions} is enough"),
        Versioning::TooLow(least) => {
            writeln!(
                text,
                "version: {versions} is too low: the changes require at least {least}"
            )
        }
        Versioning::Unreadable => writeln!(text, "version: {versions} can't be compared"),
    };
}

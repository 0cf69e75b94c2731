//! The report in GitHub's Markdown: a table for each level, details collapsed.

use std::fmt::Write as _;

use super::text::{counts, effect, place, version_words};
use super::{Change, DiffReport, Level};

/// Maximum number of bytes of the tables and details. GitHub rejects comments of more than 65,536 characters.
const BYTES_MAX: usize = 50_000;

/// Maximum number of bytes of the list of ignored changes and of the warnings.
const IGNORED_BYTES_MAX: usize = 8_000;

/// Maximum number of characters of a cell.
const CELL_CHARS_MAX: usize = 240;

/// The heading of each level, most severe first.
const HEADINGS: [(Level, &str); 4] = [
    (Level::Major, "Major: clients may break"),
    (Level::Minor, "Minor: clients keep working"),
    (Level::Patch, "Patch: only documentation or notation"),
    (Level::None, "Without a level"),
];

pub(super) fn of(report: &DiffReport) -> String {
    let mut text = format!("## API changes: {}\n\n", report.level.as_str());
    let _ = writeln!(
        text,
        "`{}` → `{}`: {}.  ",
        in_code(&report.old),
        in_code(&report.new),
        counts(report)
    );
    let _ = writeln!(text, "Version {}.", version_words(report));
    for (level, heading) in HEADINGS {
        let changes = report.changes.iter().filter(|change| change.level == level);
        section(&mut text, level, heading, &changes.collect::<Vec<_>>());
    }
    ignored(&mut text, report);
    text
}

/// The table of a level; only major changes are expanded.
fn section(text: &mut String, level: Level, heading: &str, changes: &[&Change]) {
    if changes.is_empty() {
        return;
    }
    let is_open = level == Level::Major;
    let heading = format!("{heading} ({})", changes.len());
    if is_open {
        let _ = writeln!(text, "\n### {heading}");
    } else {
        let _ = writeln!(text, "\n<details><summary>{heading}</summary>");
    }
    text.push_str("\n| code | where | change | line |\n|---|---|---|---|\n");
    let shown = changes
        .iter()
        .map(|change| row(change))
        .take_while(|row| fits(text, row, BYTES_MAX))
        .count();
    if shown < changes.len() {
        let _ = writeln!(text, "\nand {} more", changes.len() - shown);
    }
    if is_open {
        text.push_str("\n<details><summary>Rules, places and advice</summary>\n\n");
        let shown = changes
            .iter()
            .take(shown)
            .map(|change| details(change))
            .take_while(|item| fits(text, item, BYTES_MAX))
            .count();
        if shown < changes.len() {
            let _ = writeln!(text, "\nand {} more", changes.len() - shown);
        }
    }
    text.push_str("\n</details>\n");
}

/// Appends a part if there is room for it.
fn fits(text: &mut String, part: &str, bytes_max: usize) -> bool {
    let fits = text.len() + part.len() <= bytes_max;
    if fits {
        text.push_str(part);
    }
    fits
}

fn row(change: &Change) -> String {
    let used = match &change.uses[..] {
        [] => change
            .new_at
            .as_ref()
            .or(change.old_at.as_ref())
            .cloned()
            .unwrap_or_default(),
        [used] => place(used),
        [used, ..] => format!("{}, and {} more", place(used), change.uses_total - 1),
    };
    let line = change.new_line.map_or_else(String::new, |line| line.to_string());
    let (name, used, what) = (change.code.as_str(), in_code(&used), words(&change.what));
    format!("| `{name}` | `{used}` | {what} | {line} |\n")
}

fn details(change: &Change) -> String {
    let mut text = format!(
        "- **`{}`**: {}  \n  {}\n",
        change.code.as_str(),
        words(&change.what),
        change.code.rule()
    );
    let _ = writeln!(
        text,
        "  - clients of OLD {}, servers of OLD {}",
        effect(change.clients),
        effect(change.servers)
    );
    for (name, at, line) in [
        ("OLD", &change.old_at, change.old_line),
        ("NEW", &change.new_at, change.new_line),
    ] {
        if let Some(at) = at {
            let line = line.map_or_else(String::new, |line| format!(", line {line}"));
            let _ = writeln!(text, "  - {name}: `{}`{line}", in_code(at));
        }
    }
    let _ = writeln!(text, "  - advice: {}", change.code.advice());
    text
}

fn ignored(text: &mut String, report: &DiffReport) {
    if report.ignored.is_empty() && report.warnings.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n### Ignored ({})\n", report.ignored.len());
    let entries = report.ignored.iter().map(|ignored| {
        let end = ignored
            .expires
            .map_or_else(String::new, |day| format!(", until {day}"));
        let (change, entry) = (&ignored.change, &ignored.entry);
        let (code, what, reason) = (change.code.as_str(), words(&change.what), words(&ignored.reason));
        format!("- `{code}`: {what}. Reason: {reason} ({}{end})\n", words(entry))
    });
    let warnings = report
        .warnings
        .iter()
        .map(|warning| format!("- ⚠️ {}\n", words(warning)));
    let parts: Vec<String> = warnings.chain(entries).collect();
    let bytes_max = text.len() + IGNORED_BYTES_MAX;
    let shown = parts
        .iter()
        .take_while(|part| fits(text, part, bytes_max))
        .count();
    if shown < parts.len() {
        let _ = writeln!(text, "- and {} more", parts.len() - shown);
    }
}

/// Text in a cell or an item: on one line, cut, without meaning in Markdown or HTML except for names in backticks.
fn words(text: &str) -> String {
    let mut cut: String = text.chars().take(CELL_CHARS_MAX).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    let parts: Vec<&str> = cut.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return plain(&cut.replace('`', "'"));
    }
    let parts = parts.iter().enumerate().map(|(index, part)| match index % 2 {
        0 => plain(part),
        _ => format!("`{}`", in_code(part)),
    });
    parts.collect()
}

/// Text outside of backticks.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => plain.push(' '),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            // A user isn't to be mentioned.
            '@' => plain.push_str("&#64;"),
            '|' | '*' | '_' | '[' | ']' | '#' | '~' | '\\' => {
                plain.push('\\');
                plain.push(letter);
            }
            _ => plain.push(letter),
        }
    }
    plain
}

/// Text between backticks. Only a cell would end at a `|`.
fn in_code(text: &str) -> String {
    text.replace('`', "'")
        .replace(['\n', '\r'], " ")
        .replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn text_has_no_meaning_in_markdown_except_for_names() {
        for (text, expected) in [
            ("`a_b` is <new>", "`a_b` is &lt;new&gt;"),
            ("`a|b` | c_d", "`a\\|b` \\| c\\_d"),
            ("one ` only\n@user", "one ' only &#64;user"),
        ] {
            assert_eq!(words(text), expected);
        }
        assert_eq!(words(&"x".repeat(300)).chars().count(), 241);
    }
}

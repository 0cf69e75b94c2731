//! The generated section of docs/benchmarks.md.

use anyhow::{Context, Result};

use crate::files;
use crate::process::{command, output};

/// The document, relative to the workspace's root.
const PATH: &str = "docs/benchmarks.md";

/// The lines around the generated section.
const BEGIN: &str = "<!-- Written by `cargo xtask bench --only api`, up to the next comment. -->\n";
const END: &str = "<!-- The end of the generated section. -->\n";

/// Replaces the generated section.
///
/// # Errors
/// When the document can't be read or written, or doesn't have the section.
pub(super) fn write(section: &str) -> Result<()> {
    let current = std::fs::read_to_string(files::root().join(PATH));
    let current = current.with_context(|| format!("failed to read {PATH}"))?;
    let new = replaced(&current, section).with_context(|| format!("{PATH} has no generated section"))?;
    files::publish(PATH, &new, false, "cargo xtask bench --only api").map(drop)
}

fn replaced(document: &str, section: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{section}\n{END}{after}"))
}

/// Date, commit and machine, for the first line of the section.
///
/// # Errors
/// When git or a tool of the system can't be run.
pub(super) fn origin(machine: &str) -> Result<String> {
    let run = |program, args: &[&str]| output(&mut command(program, args));
    let date = run("date", &["-u", "+%Y-%m-%d"])?;
    let commit = run("git", &["rev-parse", "--short=12", "HEAD"])?;
    let modified = run(
        "git",
        &[
            "status",
            "--porcelain",
            "--untracked-files=no",
            "--",
            ".",
            ":!docs",
        ],
    )?;
    let suffix = if modified.is_empty() {
        ""
    } else {
        " with uncommitted changes"
    };
    let system = run("uname", &["-sr"])?;
    Ok(format!("{date}, commit {commit}{suffix}, {machine}, {system}"))
}

/// A table in Markdown.
pub(super) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = format!("| {} |\n|{}\n", header.join(" | "), "---|".repeat(header.len()));
    for row in rows {
        table.extend(["| ", &row.join(" | "), " |\n"]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_generated_section_is_replaced() {
        let document = format!("before\n{BEGIN}old\n{END}after\n");
        let expected = format!("before\n{BEGIN}\nnew\n\n{END}after\n");
        assert_eq!(replaced(&document, "new\n").unwrap(), expected);
        assert_eq!(replaced(&expected, "new\n").unwrap(), expected);
        assert_eq!(replaced("before\n", "new\n"), None);
        let current = std::fs::read_to_string(files::root().join(PATH)).unwrap();
        assert!(replaced(&current, "").is_some());
    }

    #[test]
    fn tables_have_a_separator_for_each_column() {
        let rows = [vec!["1".to_owned(), "2".to_owned()]];
        assert_eq!(table(&["a", "b"], rows), "| a | b |\n|---|---|\n| 1 | 2 |\n");
    }
}

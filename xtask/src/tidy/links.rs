//! Links in Markdown files: relative ones must point to a file, and to one of its headings if they have an
//! anchor.

use std::path::Path;
use std::{fs, iter};

use anyhow::{Context, Result};

use super::{Finding, files_with_extension};

/// Checks the links of all Markdown files below `root`.
///
/// # Errors
/// When a file can't be read.
pub(super) fn findings(root: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in files_with_extension(root, "md")? {
        let full = root.join(&path);
        let text = fs::read_to_string(&full).with_context(|| format!("failed to read {}", path.display()))?;
        for link in links(&text).filter(|link| !link.contains(':')) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                full.clone()
            } else {
                full.with_file_name(file)
            };
            if !target.exists() {
                findings.push(format!("{}: {link}: there is no such file", path.display()));
            } else if !anchor.is_empty() && !has_anchor(&target, anchor) {
                findings.push(format!("{}: {link}: there is no such heading", path.display()));
            }
        }
    }
    Ok(findings)
}

/// The lines outside fenced blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut lines = text.lines();
    iter::from_fn(move || {
        let line = lines.next()?;
        if line.starts_with("```") {
            lines.by_ref().find(|line| line.starts_with("```"));
            return Some("");
        }
        Some(line)
    })
}

/// The targets of inline links and images.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = prose(text).flat_map(|line| line.split("](").skip(1));
    targets.filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

fn has_anchor(file: &Path, anchor: &str) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    let headings = prose(&text).filter(|line| line.starts_with('#'));
    headings
        .map(|line| slug(line.trim_start_matches('#').trim()))
        .any(|slug| slug == anchor)
}

/// The anchor that GitHub gives a heading.
fn slug(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_links_and_anchors_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let text = "# The `[server]` table\n[a](b.md) [c](#the-server-table) [d](#none)\n\
                    ```\n[e](gone.md)\n```\n[f](https://example.com/) [g](b.md#b)\n";
        fs::write(dir.path().join("a.md"), text).unwrap();
        assert_eq!(
            findings(dir.path()).unwrap(),
            [
                "a.md: b.md: there is no such file",
                "a.md: #none: there is no such heading",
                "a.md: b.md#b: there is no such file",
            ]
        );
        fs::write(dir.path().join("b.md"), "# B\n").unwrap();
        assert_eq!(
            findings(dir.path()).unwrap(),
            ["a.md: #none: there is no such heading"]
        );
    }
}

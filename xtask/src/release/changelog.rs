//! Checks `CHANGELOG.md`, whose format is that of Keep a Changelog.

use cargo_metadata::semver::Version;

/// The heading of changes that aren't released yet.
const UNRELEASED: &str = "[Unreleased]";

/// Missing sections, changes outside the version's section, and an invalid date. `date` is that of the last commit,
/// as `YYYY-MM-DD`.
pub(super) fn findings(text: &str, version: &Version, date: &str) -> Vec<String> {
    let mut sections = sections(text).into_iter().peekable();
    let mut findings = Vec::new();
    match sections.next_if(|(heading, _)| *heading == UNRELEASED) {
        None => findings.push(format!("CHANGELOG.md must begin with a section {UNRELEASED}")),
        Some((_, 0)) => {}
        Some(_) => findings.push(format!(
            "CHANGELOG.md: the section {UNRELEASED} must be empty: move its changes to {version}"
        )),
    }
    let Some((heading, changes)) = sections.next() else {
        findings.push(format!("CHANGELOG.md has no section for {version}"));
        return findings;
    };
    let Some(dated) = heading.strip_prefix(&format!("[{version}] - ")) else {
        findings.push(format!(
            "CHANGELOG.md: the first version must be `[{version}] - YYYY-MM-DD`, not `{heading}`"
        ));
        return findings;
    };
    if !is_date(dated) || dated > date {
        findings.push(format!(
            "CHANGELOG.md: invalid date `{dated}` of {version}: expected YYYY-MM-DD, not after the last commit ({date})"
        ));
    }
    if changes == 0 {
        findings.push(format!("CHANGELOG.md: the section of {version} is empty"));
    }
    findings
}

/// The version of the second section with a version, which is the last release before the first one.
pub(super) fn last_release(text: &str) -> Option<Version> {
    let mut versions = sections(text).into_iter().filter_map(|(heading, _)| {
        let (version, _) = heading.strip_prefix('[')?.split_once(']')?;
        Version::parse(version).ok()
    });
    versions.nth(1)
}

/// The headings of sections, each with the number of its list items.
fn sections(text: &str) -> Vec<(&str, usize)> {
    let mut sections = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            sections.push((heading.trim(), 0));
        } else if let Some((_, changes)) = sections.last_mut().filter(|_| line.starts_with("- ")) {
            *changes += 1;
        }
    }
    sections
}

/// Whether the text has the form `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let is_digit = |index: usize| text.as_bytes()[index].is_ascii_digit();
    text.len() == 10
        && (0..10).all(|index| {
            if matches!(index, 4 | 7) {
                text.as_bytes()[index] == b'-'
            } else {
                is_digit(index)
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        findings(text, &Version::new(0, 1, 0), "2026-11-29")
    }

    #[test]
    fn a_dated_section_below_an_empty_one_is_accepted() {
        let text = "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-11-28\n\n### Added\n\n- A.\n";
        assert_eq!(found(text), Vec::<String>::new());
    }

    #[test]
    fn the_last_release_is_the_second_version() {
        let first = "## [Unreleased]\n\n## [0.2.0] - 2026-11-28\n\n- B.\n";
        assert_eq!(last_release(first), None);
        let second = format!("{first}\n## [0.1.0] - 2026-11-27\n\n- A.\n");
        assert_eq!(last_release(&second), Some(Version::new(0, 1, 0)));
    }

    #[test]
    fn unreleased_changes_are_findings() {
        let text = "## [Unreleased]\n\n- B.\n\n## [0.1.0] - 2026-11-28\n\n- A.\n";
        assert_eq!(
            found(text),
            ["CHANGELOG.md: the section [Unreleased] must be empty: move its changes to 0.1.0"]
        );
    }

    #[test]
    fn missing_and_empty_sections_are_findings() {
        assert_eq!(
            found("## [0.1.0] - 2026-11-28\n"),
            [
                "CHANGELOG.md must begin with a section [Unreleased]",
                "CHANGELOG.md: the section of 0.1.0 is empty"
            ]
        );
        assert_eq!(
            found("## [Unreleased]\n"),
            ["CHANGELOG.md has no section for 0.1.0"]
        );
    }

    #[test]
    fn another_version_or_a_missing_date_is_a_finding() {
        for heading in ["[0.0.9] - 2026-11-28", "[0.1.0]"] {
            assert_eq!(
                found(&format!("## [Unreleased]\n\n## {heading}\n\n- A.\n")),
                [format!(
                    "CHANGELOG.md: the first version must be `[0.1.0] - YYYY-MM-DD`, not `{heading}`"
                )]
            );
        }
    }

    #[test]
    fn invalid_and_future_dates_are_findings() {
        for date in ["2026-11-30", "29.11.2026", "2026-1-1", "yesterday.", "2026_11_28"] {
            let found = found(&format!("## [Unreleased]\n\n## [0.1.0] - {date}\n\n- A.\n"));
            assert_eq!(
                found,
                [format!(
                    "CHANGELOG.md: invalid date `{date}` of 0.1.0: expected YYYY-MM-DD, not after the last commit \
                     (2026-11-29)"
                )]
            );
        }
    }
}

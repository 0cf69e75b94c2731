//! The report in plain text.

use std::fmt::{self, Display, Write as _};

use super::{Allowed, STALE_CODE, StaleAllowance, StaticFinding, StaticReport};
use crate::outcome::Outcome;

/// Maximum number of groups of findings in the message of a failed assertion.
const GROUPS_MAX: usize = 20;

impl StaticReport {
    /// The report in plain text.
    #[must_use]
    pub fn text(&self) -> String {
        self.text_of(usize::MAX)
    }

    /// Asserts that the server's document conforms to the contract.
    ///
    /// # Panics
    /// When there is a finding or a stale allowance. The message is the report with at most 20 groups of findings.
    #[track_caller]
    pub fn assert_holds(&self) {
        assert!(self.outcome() == Outcome::Holds, "{}", self.text_of(GROUPS_MAX));
    }

    /// The report with at most this number of groups of findings.
    fn text_of(&self, groups_max: usize) -> String {
        let mut text = format!("{}\n", self.title());
        let groups = self.groups();
        for group in groups.iter().take(groups_max) {
            let _ = write!(text, "\n{}\n{}", group[0].code.as_str(), self.details(group));
        }
        let more = groups.iter().skip(groups_max).map(Vec::len).sum::<usize>();
        if more > 0 {
            let _ = writeln!(text, "\nand {more} more findings");
        }
        if !self.allowed.is_empty() {
            text.push('\n');
        }
        for allowed in &self.allowed {
            let _ = writeln!(text, "{allowed}");
        }
        for stale in &self.stale {
            let _ = writeln!(text, "{stale}");
        }
        let _ = writeln!(text, "\n{}", self.summary());
        text
    }

    /// The first line of the report: the names of the documents.
    #[must_use]
    pub fn title(&self) -> String {
        format!("static: {} against {}", self.server, self.contract)
    }

    /// The last line of the report: the numbers of operations, findings and allowances.
    #[must_use]
    pub fn summary(&self) -> String {
        format!(
            "static: {} operations compared, {} findings, {} differences allowed, {} stale allowances",
            self.operations,
            self.findings.len(),
            self.allowed.iter().map(|allowed| allowed.count).sum::<usize>(),
            self.stale.len()
        )
    }

    /// All findings, grouped by their place: many operations may use the same schema. No group is empty.
    #[must_use]
    pub fn groups(&self) -> Vec<Vec<&StaticFinding>> {
        let mut groups: Vec<Vec<&StaticFinding>> = Vec::new();
        for finding in &self.findings {
            let is_same = |group: &&mut Vec<&StaticFinding>| {
                group.first().is_some_and(|other| {
                    other.code == finding.code
                        && other.what == finding.what
                        && other.contract_at == finding.contract_at
                        && other.server_at == finding.server_at
                })
            };
            match groups.iter_mut().find(is_same) {
                Some(group) => group.push(finding),
                None => groups.push(vec![finding]),
            }
        }
        groups
    }

    /// A group of findings in plain text, without the line with the code.
    #[must_use]
    pub fn details(&self, group: &[&StaticFinding]) -> String {
        let mut text = String::new();
        let Some(finding) = group.first() else { return text };
        for one in group {
            let _ = writeln!(
                text,
                "  {}",
                format!("{} {}", one.operation, one.subject).trim_end()
            );
        }
        let _ = writeln!(text, "  rule:     {}", finding.code.rule());
        let _ = writeln!(text, "  found:    {}", sanitized(&finding.what));
        let _ = writeln!(text, "  why:      {}", finding.direction.words());
        let _ = writeln!(text, "  contract: {}", self.contract_place(finding));
        if let Some(place) = self.server_place(finding) {
            let _ = writeln!(text, "  server:   {place}");
        }
        let _ = writeln!(text, "  do:       {}", finding.code.advice());
        text
    }
}

impl Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "allowed: {} × {}: {}", self.count, self.what, self.reason)
    }
}

impl Display for StaleAllowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{STALE_CODE}: {} ({}) matches nothing; remove it",
            self.what, self.code
        )
    }
}

/// Text on one line without control characters: the server's document may contain any text.
fn sanitized(text: &str) -> String {
    text.chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect()
}

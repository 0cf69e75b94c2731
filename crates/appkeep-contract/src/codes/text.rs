//! Explanations for a terminal.

use std::fmt::Write as _;

use super::{Explanation, Part, all};

/// Maximum number of places and of operations that an explanation lists individually.
const NAMED_MAX: usize = 3;

impl Explanation {
    /// Rule, reason, place, remedy and example, in this order and each on lines of its own.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}  ({})\n", self.code, self.part.description());
        let _ = writeln!(text, "  rule:     {}", self.rule);
        let _ = writeln!(text, "  why:      {}", self.why);
        let mut places: Vec<String> = self.contract.iter().map(ToString::to_string).collect();
        if places.is_empty() {
            places.push("named by every finding: line and JSON pointer".to_owned());
        }
        listed(&mut text, "contract:", &places);
        if !self.operations.is_empty() {
            listed(&mut text, "for:", &self.operations);
        }
        let _ = writeln!(text, "  do:       {}", self.advice);
        let _ = writeln!(text, "  example:  {}", self.example);
        text
    }
}

fn listed(text: &mut String, label: &str, items: &[String]) {
    for (index, item) in items.iter().take(NAMED_MAX).enumerate() {
        let label = if index == 0 { label } else { "" };
        let _ = writeln!(text, "  {label:<9} {item}");
    }
    if items.len() > NAMED_MAX {
        let _ = writeln!(text, "  {:<9} and {} more", "", items.len() - NAMED_MAX);
    }
}

/// All codes with their rules, grouped by part.
#[must_use]
pub fn list_text() -> String {
    let mut text = String::new();
    for part in Part::ALL {
        let codes: Vec<&Explanation> = all().iter().filter(|one| one.part == *part).collect();
        let width = codes.iter().map(|one| one.code.len()).max().unwrap_or_default();
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{}", part.description());
        for one in codes {
            let _ = writeln!(text, "  {:<width$}  {}", one.code, one.rule);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{all, list_text};
    use crate::codes::{Part, find};

    #[test]
    fn the_explanation_matches_its_snapshot() {
        let text: Vec<String> = ["limit-zero", "body-not-json", "response-schema"]
            .iter()
            .flat_map(|code| find(code))
            .map(super::Explanation::text)
            .collect();
        // Line numbers move with every change to the contract.
        let text = text.join("\n");
        let moving = |word: &str| {
            let rest = word.strip_prefix("spec/openapi.yaml:");
            rest.map_or_else(|| word.to_owned(), |_| "spec/openapi.yaml:LINE".to_owned())
        };
        let fixed: Vec<String> = text.split(' ').map(moving).collect();
        insta::assert_snapshot!(fixed.join(" "));
    }

    #[test]
    fn the_list_contains_every_code_by_part() {
        let list = list_text();
        let parts: Vec<&str> = list.split("\n\n").collect();
        assert_eq!(parts.len(), Part::ALL.len());
        for (part, text) in Part::ALL.iter().zip(parts) {
            let mut lines = text.lines();
            assert_eq!(lines.next(), Some(part.description()));
            let listed: Vec<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
            let of_part = all().iter().filter(|one| one.part == *part);
            assert_eq!(listed, of_part.map(|one| one.code).collect::<Vec<_>>());
        }
    }
}

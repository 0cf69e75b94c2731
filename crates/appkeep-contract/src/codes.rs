//! Explanations of all codes that a report can contain.
//!
//! The codes and their rules come from the tables that define the checks. This module adds the reason for
//! each rule and advice on findings. A test fails if a code has no explanation.

mod text;
mod topics;

use std::sync::LazyLock;

use serde::Serialize;

pub use text::list_text;

use crate::authored;
use crate::live::rules::{self, SuiteRule};
use appkeep_openapi::statics::{Code, STALE_CODE, STALE_RULE};
use appkeep_openapi::{Operation, Place, Violated, diff};

/// The part of a verification that reports a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The comparison of two documents.
    Static,
    /// The rules for every response, independent of the request.
    Response,
    /// The checks of a run against a server.
    Live,
    /// The comparison of a document with its next version.
    Diff,
}

impl Part {
    /// All parts.
    pub const ALL: &[Self] = &[Self::Static, Self::Response, Self::Live, Self::Diff];

    /// A short description of the part.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Static => "static: comparison of a server's document with the contract",
            Self::Response => "response: rules for every response",
            Self::Live => "live: checks of a running server",
            Self::Diff => "diff: comparison of a document with its next version",
        }
    }
}

/// The explanation of one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The stable code.
    pub code: &'static str,
    /// The part that reports it.
    pub part: Part,
    /// The rule in one sentence.
    pub rule: &'static str,
    /// The reason for the rule.
    pub why: &'static str,
    /// The places in the contract that state the rule; empty if the place depends on the finding.
    pub contract: Vec<Place>,
    /// The operations to which the rule applies; empty means all.
    pub operations: Vec<String>,
    /// Advice on fixing a finding.
    pub advice: &'static str,
    /// An example of a violation, or of a request and the expected response.
    pub example: String,
}

static ALL: LazyLock<Vec<Explanation>> = LazyLock::new(|| {
    let statics = Code::ALL
        .iter()
        .map(|code| of_static(*code))
        .chain([stale_allowance()]);
    let responses = Violated::ALL.iter().map(|rule| of_response(*rule));
    let rules = authored::shared().map(rules::all).unwrap_or_default();
    let live = rules.into_iter().map(of_live);
    let diff = diff::Code::ALL.iter().map(|code| of_diff(*code));
    statics.chain(responses).chain(live).chain(diff).collect()
});

/// All codes, grouped by part and in the order of the checks.
#[must_use]
pub fn all() -> &'static [Explanation] {
    &ALL
}

/// The explanations of a code: one for each part that uses it, none for an unknown code.
#[must_use]
pub fn find(code: &str) -> Vec<&'static Explanation> {
    all().iter().filter(|known| known.code == code).collect()
}

/// An explanation without places and operations, because these depend on the finding.
fn explanation(
    part: Part,
    (code, rule): (&'static str, &'static str),
    why: &'static str,
    advice: &'static str,
    example: &str,
) -> Explanation {
    Explanation {
        code,
        part,
        rule,
        why,
        contract: Vec::new(),
        operations: Vec::new(),
        advice,
        example: example.to_owned(),
    }
}

fn of_static(code: Code) -> Explanation {
    let (rule, why) = ((code.as_str(), code.rule()), code.direction().words());
    explanation(Part::Static, rule, why, code.advice(), code.example())
}

fn stale_allowance() -> Explanation {
    explanation(
        Part::Static,
        (STALE_CODE, STALE_RULE),
        "An allowance without a difference would hide the next difference.",
        "remove the allowance from the table",
        "`no security scheme` is allowed, but the server's document declares one",
    )
}

fn of_response(rule: Violated) -> Explanation {
    explanation(
        Part::Response,
        (rule.as_str(), rule.rule()),
        "Clients that are generated from the contract, or written for it, can read only values that the contract permits.",
        rule.advice(),
        rule.example(),
    )
}

fn of_live(rule: SuiteRule) -> Explanation {
    let topic = topics::of(rule.code);
    let mut contract: Vec<Place> = Vec::new();
    if let Some(document) = authored::shared() {
        let operation = |id: &String| document.operation(id);
        let place = |operation: &Operation| rules::place(document, rule.code, operation);
        let mut pointers: Vec<String> = rule
            .operations
            .iter()
            .filter_map(operation)
            .filter_map(place)
            .collect();
        pointers.extend(topic.and_then(|topic| topic.place).map(str::to_owned));
        for pointer in pointers {
            let place = Place::in_document(document, &pointer);
            if !contract.contains(&place) {
                contract.push(place);
            }
        }
    }
    Explanation {
        code: rule.code,
        part: Part::Live,
        rule: rule.rule,
        why: topic.map(|topic| topic.why).unwrap_or_default(),
        contract,
        operations: rule.operations,
        advice: topic.map(|topic| topic.advice).unwrap_or_default(),
        example: rule
            .example
            .unwrap_or_else(|| topic.map(|topic| topic.example.to_owned()).unwrap_or_default()),
    }
}

fn of_diff(code: diff::Code) -> Explanation {
    let (rule, why) = ((code.as_str(), code.rule()), code.affected());
    explanation(Part::Diff, rule, why, code.advice(), code.example())
}

#[cfg(test)]
mod tests {
    use super::{Part, all, find};

    #[test]
    fn every_code_has_a_complete_explanation() {
        assert!(all().len() > 100, "{}", all().len());
        for one in all() {
            for (what, text) in [
                ("rule", one.rule),
                ("why", one.why),
                ("advice", one.advice),
                ("example", one.example.as_str()),
            ] {
                assert!(
                    !text.is_empty(),
                    "{} has no {what}: a row in codes/topics.rs is missing",
                    one.code
                );
            }
            let is_code = one.code.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            assert!(is_code, "{}", one.code);
            assert!(one.rule.ends_with('.'), "{}: {}", one.code, one.rule);
        }
    }

    #[test]
    fn codes_are_explained_once_per_part() {
        for one in all() {
            let same = find(one.code).into_iter().filter(|other| other.part == one.part);
            assert_eq!(same.count(), 1, "{}", one.code);
        }
    }

    #[test]
    fn every_part_has_codes() {
        for part in Part::ALL {
            assert!(all().iter().any(|one| one.part == *part));
        }
    }
}

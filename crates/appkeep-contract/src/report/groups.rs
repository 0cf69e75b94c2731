//! Groups findings by their probable cause, so that one defect of a server is one entry of a report.
//!
//! The cause isn't known, only its symptoms. Groups are formed cautiously: two defects in one group would hide one
//! of them, so only findings with the same symptom are in the same group.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::live::{LiveFinding, LiveReport};
use appkeep_openapi::Violated;

/// Number of different codes with the same unexpected 5xx from which on it counts as one cause.
const CODES_OF_FAILURE_MIN: usize = 10;

/// Number of responses of an operation from which on it is one cause if all of them have the same status.
const SAME_RESPONSES_MIN: usize = 5;

/// Findings that probably have the same cause.
#[derive(Debug)]
pub(super) struct Group<'r> {
    /// The findings in the order of the checks; at least one.
    pub(super) findings: Vec<&'r LiveFinding>,
    /// The symptom of findings with different codes; `None` if all have the same code.
    pub(super) symptom: Option<String>,
    /// The position of an earlier group whose responses include all responses of this one.
    pub(super) seen_in: Option<usize>,
    kind: SymptomKind,
}

/// Kinds of symptoms, the most specific about its cause first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum SymptomKind {
    /// Requests without a response.
    NoResponse,
    /// The same 5xx in many checks.
    Failure,
    /// The same status for every request of an operation.
    SameStatus,
    /// An invalid form of responses.
    Form,
    /// A rule of one check.
    Rule,
}

/// The key of a group.
type Symptom = (SymptomKind, String);

/// The findings of a run in groups, the most probable cause first.
pub(super) fn of(report: &LiveReport) -> Vec<Group<'_>> {
    let systemic = Systemic::of(report);
    let mut groups: Vec<(Symptom, Vec<&LiveFinding>)> = Vec::new();
    let mut positions: BTreeMap<Symptom, usize> = BTreeMap::new();
    for finding in report.findings() {
        let symptom = systemic.symptom(report, finding);
        let at = *positions.entry(symptom.clone()).or_insert_with(|| {
            groups.push((symptom, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, findings)) = groups.get_mut(at) {
            findings.push(finding);
        }
    }
    let mut groups: Vec<Group<'_>> = groups.into_iter().map(group).collect();
    groups.sort_by_key(|group| (group.kind, Reverse(group.findings.len())));
    let responses: Vec<BTreeSet<usize>> = groups.iter().map(responses).collect();
    for at in 1..groups.len() {
        let own = &responses[at];
        let includes = |earlier: &usize| !own.is_empty() && own.is_subset(&responses[*earlier]);
        groups[at].seen_in = (0..at).find(includes);
    }
    // Probable consequences come last.
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|at| groups[*at].seen_in.is_some());
    for group in &mut groups {
        let moved = |at: usize| order.iter().position(|other| *other == at);
        group.seen_in = group.seen_in.and_then(moved);
    }
    let mut groups: Vec<Option<Group<'_>>> = groups.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| groups[at].take()).collect()
}

fn group(((kind, text), findings): (Symptom, Vec<&LiveFinding>)) -> Group<'_> {
    let symptom = matches!(kind, SymptomKind::Failure | SymptomKind::SameStatus).then_some(text);
    Group {
        findings,
        symptom,
        seen_in: None,
        kind,
    }
}

fn responses(group: &Group<'_>) -> BTreeSet<usize> {
    let exchanges = group.findings.iter().filter_map(|finding| finding.exchange);
    exchanges.collect()
}

impl<'r> Group<'r> {
    /// The different values of a member of the findings, in their order.
    fn distinct(&self, member: fn(&LiveFinding) -> &str) -> Vec<&'r str> {
        let mut values: Vec<&str> = Vec::new();
        for finding in &self.findings {
            let value = member(finding);
            if !value.is_empty() && !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }

    /// The codes of the findings.
    pub(super) fn codes(&self) -> Vec<&'r str> {
        self.distinct(|finding| &finding.code)
    }

    /// The operations of the findings.
    pub(super) fn operations(&self) -> Vec<&'r str> {
        self.distinct(|finding| &finding.operation)
    }

    /// The code with which the group is named.
    pub(super) fn code(&self) -> &'r str {
        self.findings.first().map_or("", |finding| &finding.code)
    }

    /// The number of findings and the operations, for example `141 findings in 12 operations`.
    pub(super) fn extent(&self) -> String {
        let count = self.findings.len();
        let findings = if count == 1 { "finding" } else { "findings" };
        match self.operations().as_slice() {
            [] => format!("{count} {findings}"),
            [one] => format!("{count} {findings} in {one}"),
            several => format!("{count} {findings} in {} operations", several.len()),
        }
    }
}

/// Symptoms that are visible only in all findings together.
struct Systemic {
    /// Unexpected 5xx of many checks.
    failures: BTreeSet<u16>,
    /// Operations whose responses all have the same status.
    same: BTreeMap<String, u16>,
}

impl Systemic {
    fn of(report: &LiveReport) -> Self {
        let mut codes: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
        for finding in report.findings() {
            if let Some(status) = unexpected(report, finding)
                && status >= 500
            {
                codes.entry(status).or_default().insert(&finding.code);
            }
        }
        let mut statuses: BTreeMap<&str, Vec<u16>> = BTreeMap::new();
        for exchange in &report.exchanges {
            statuses
                .entry(&exchange.operation)
                .or_default()
                .push(exchange.status);
        }
        let many = |statuses: &Vec<u16>| statuses.len() >= SAME_RESPONSES_MIN;
        let same = statuses.into_iter().filter_map(|(operation, statuses)| {
            let first = *statuses.first()?;
            let is_same = many(&statuses) && statuses.iter().all(|status| *status == first);
            is_same.then(|| (operation.to_owned(), first))
        });
        Self {
            failures: codes
                .into_iter()
                .filter(|(_, codes)| codes.len() >= CODES_OF_FAILURE_MIN)
                .map(|(status, _)| status)
                .collect(),
            same: same.collect(),
        }
    }

    fn symptom(&self, report: &LiveReport, finding: &LiveFinding) -> Symptom {
        let code = finding.code.as_str();
        if finding.exchange.is_none() && code == crate::live::NO_RESPONSE_CODE {
            return (SymptomKind::NoResponse, code.to_owned());
        }
        if let Some(status) = unexpected(report, finding) {
            if self.failures.contains(&status) {
                let text = format!("the status is {status} where another one is expected");
                return (SymptomKind::Failure, text);
            }
            if self.same.get(&finding.operation) == Some(&status) {
                let text = format!("every response of {} has the status {status}", finding.operation);
                return (SymptomKind::SameStatus, text);
            }
        }
        if Violated::ALL.iter().any(|rule| rule.as_str() == code) {
            return (SymptomKind::Form, format!("{code} {}", general(&finding.what)));
        }
        (SymptomKind::Rule, code.to_owned())
    }
}

/// The status of the response, if the finding is that another one is expected.
fn unexpected(report: &LiveReport, finding: &LiveFinding) -> Option<u16> {
    let exchange = report.exchanges.get(finding.exchange?)?;
    let received = format!("received {}", exchange.status);
    finding.what.contains(&received).then_some(exchange.status)
}

/// A description without the parts that differ between responses: values, statuses, numbers and ids.
fn general(what: &str) -> String {
    let (what, _) = what.split_once(" (found ").unwrap_or((what, ""));
    let mut text = String::new();
    for (at, part) in what.split('`').enumerate() {
        if at > 0 {
            text.push('`');
        }
        // The value of a header is in the same quotes as its name.
        let (part, _) = if at % 2 == 1 {
            part.split_once(": ").unwrap_or((part, ""))
        } else {
            (part, "")
        };
        for word in part.split_inclusive(|char: char| !(char.is_alphanumeric() || char == '-')) {
            let own = word.trim_end_matches(|char: char| !(char.is_alphanumeric() || char == '-'));
            let varies = own.starts_with(|char: char| char.is_ascii_digit()) || Uuid::parse_str(own).is_ok();
            text.push_str(if varies { "#" } else { own });
            text.push_str(&word[own.len()..]);
        }
    }
    text
}

#[cfg(test)]
mod tests;

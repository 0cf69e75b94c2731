//! Reports in plain text.

use std::fmt::Write as _;

use super::curl::curl;
use crate::live::{CheckOutcome, CheckResult, Exchange, LiveFinding, LiveReport};
use crate::statics::{StaticFinding, StaticReport};

/// Characters of a response's body that a finding shows.
const BODY_CHARS_MAX: usize = 300;

/// The comparison of two documents.
#[must_use]
pub fn static_text(report: &StaticReport) -> String {
    let mut text = format!("static: {} against {}\n", report.server, report.contract);
    for group in grouped(&report.findings) {
        let Some(finding) = group.first() else { continue };
        let _ = writeln!(text, "\n{}", finding.code.as_str());
        for one in &group {
            let _ = writeln!(
                text,
                "  {}",
                format!("{} {}", one.operation, one.subject).trim_end()
            );
        }
        let _ = writeln!(text, "  rule:  {}", finding.code.rule());
        let _ = writeln!(text, "  found: {}", finding.what);
        let _ = writeln!(text, "  why:   {}", finding.direction.words());
        let _ = writeln!(text, "  where: {} in the contract", finding.contract_at);
        if let Some(at) = &finding.server_at {
            let _ = writeln!(text, "         {at} in the server's document");
        }
        let _ = writeln!(text, "  do:    {}", finding.code.advice());
    }
    if !report.allowed.is_empty() {
        text.push('\n');
    }
    for allowed in &report.allowed {
        let _ = writeln!(
            text,
            "allowed: {} × {}: {}",
            allowed.count, allowed.what, allowed.reason
        );
    }
    for stale in &report.stale {
        let _ = writeln!(
            text,
            "stale allowance: {} ({}) matches nothing any more: remove it",
            stale.what, stale.code
        );
    }
    let _ = writeln!(
        text,
        "\nstatic: {} operations compared, {} findings, {} differences allowed, {} stale allowances",
        report.operations,
        report.findings.len(),
        report.allowed.iter().map(|allowed| allowed.count).sum::<usize>(),
        report.stale.len()
    );
    text
}

/// Findings that come from one place: many operations may use one schema.
fn grouped(findings: &[StaticFinding]) -> Vec<Vec<&StaticFinding>> {
    let mut groups: Vec<Vec<&StaticFinding>> = Vec::new();
    for finding in findings {
        let is_same = |other: &StaticFinding| {
            other.code == finding.code
                && other.what == finding.what
                && other.contract_at == finding.contract_at
                && other.server_at == finding.server_at
        };
        match groups
            .iter_mut()
            .find(|group| group.first().is_some_and(|first| is_same(first)))
        {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

/// The run against a server.
#[must_use]
pub fn live_text(report: &LiveReport) -> String {
    let mut text = format!("live: {}\n", report.url);
    for finding in report.findings() {
        text.push('\n');
        finding_text(&mut text, report, finding);
    }
    let _ = writeln!(text, "\n{}", report.coverage.table());
    for (reason, names) in left_out(&report.checks) {
        let _ = writeln!(text, "left out, {reason}: {}", names.join(", "));
    }
    for left in &report.left_behind {
        let _ = writeln!(text, "left behind: {left}");
    }
    let (held, violated, not_made) = report.counts();
    let _ = writeln!(
        text,
        "live: {} checks: {held} held, {violated} violated, {not_made} left out; {} responses looked at",
        report.checks.len(),
        report.exchanges.len()
    );
    text
}

/// The names of the checks that weren't made, by reason; with operations where others of that name were.
fn left_out(checks: &[CheckResult]) -> Vec<(&str, Vec<String>)> {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for check in checks {
        let CheckOutcome::LeftOut { reason } = &check.outcome else {
            continue;
        };
        let was_made_elsewhere = checks
            .iter()
            .any(|other| other.code == check.code && !matches!(other.outcome, CheckOutcome::LeftOut { .. }));
        let name = match &check.operation {
            Some(operation) if was_made_elsewhere => format!("{} ({operation})", check.code),
            _ => check.code.clone(),
        };
        match groups.iter_mut().find(|(known, _)| known == reason) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => groups.push((reason, vec![name])),
        }
    }
    groups
}

fn finding_text(text: &mut String, report: &LiveReport, finding: &LiveFinding) {
    let _ = writeln!(text, "{}  {}", finding.code, finding.operation);
    let _ = writeln!(text, "  rule:     {}", finding.rule);
    let _ = writeln!(text, "  found:    {}", finding.what);
    if let Some(place) = &finding.place {
        let _ = writeln!(text, "  contract: #{place}");
    }
    let Some(exchange) = finding.exchange.and_then(|index| report.exchanges.get(index)) else {
        return;
    };
    let _ = writeln!(text, "  request:  {} {}", exchange.method, exchange.url);
    let _ = writeln!(text, "  response: {}", summary(exchange));
    let _ = writeln!(text, "  again:    {}", curl(exchange));
}

fn summary(exchange: &Exchange) -> String {
    let content_type = exchange
        .response_headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let content_type = content_type.map(|(_, value)| value.as_str()).unwrap_or_default();
    let body: String = exchange.response_body.chars().take(BODY_CHARS_MAX).collect();
    let more = if exchange.response_body.chars().count() > BODY_CHARS_MAX {
        "…"
    } else {
        ""
    };
    format!("{} {content_type} {body}{more}", exchange.status)
        .trim_end()
        .to_owned()
}

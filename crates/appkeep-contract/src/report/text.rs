//! Reports for a terminal.

use std::fmt::{Display, Write as _};

use anstyle::{AnsiColor, Effects, Style};

use super::curl::curl;
use crate::live::{CheckOutcome, CheckResult, Exchange, LiveFinding, LiveReport};
use appkeep_openapi::Outcome;
use appkeep_openapi::statics::{StaticFinding, StaticReport};

/// Maximum number of characters of a body that a finding shows.
const BODY_CHARS_MAX: usize = 300;

/// Maximum number of findings in an excerpt.
const FINDINGS_MAX: usize = 20;

/// The styles for the parts of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    code: Style,
    bad: Style,
    good: Style,
    faint: Style,
}

/// No escape sequences at all.
pub(super) const PLAIN: Palette = Palette {
    code: Style::new(),
    bad: Style::new(),
    good: Style::new(),
    faint: Style::new(),
};

/// The terminal's own colours.
pub(super) const COLOURED: Palette = Palette {
    code: AnsiColor::Red.on_default().effects(Effects::BOLD),
    bad: AnsiColor::Red.on_default(),
    good: AnsiColor::Green.on_default(),
    faint: Style::new().effects(Effects::DIMMED),
};

fn painted(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The run against a server, without colour.
#[must_use]
pub fn live_text(report: &LiveReport) -> String {
    live_part(PLAIN, report)
}

/// The findings of a run, at most 20, and its summary, without colour.
pub(super) fn excerpt(report: &LiveReport) -> String {
    let mut text = findings(PLAIN, report, FINDINGS_MAX);
    let _ = write!(text, "\n{}", ending(PLAIN, report));
    text
}

pub(super) fn static_part(palette: Palette, report: &StaticReport) -> String {
    let mut text = format!("{}\n", report.title());
    for group in report.groups() {
        text.push('\n');
        text.push_str(&difference_text(palette, report, &group));
    }
    if !report.allowed.is_empty() {
        text.push('\n');
    }
    for allowed in &report.allowed {
        let _ = writeln!(text, "{}", painted(palette.faint, allowed));
    }
    for stale in &report.stale {
        let _ = writeln!(text, "{stale}");
    }
    let holds = report.outcome() == Outcome::Holds;
    let _ = writeln!(
        text,
        "\n{}",
        painted(outcome_style(palette, holds), report.summary())
    );
    text
}

fn outcome_style(palette: Palette, holds: bool) -> Style {
    if holds { palette.good } else { palette.bad }
}

/// Differences with a common place.
pub(super) fn difference_text(palette: Palette, report: &StaticReport, group: &[&StaticFinding]) -> String {
    let Some(finding) = group.first() else {
        return String::new();
    };
    let code = finding.code.as_str();
    format!(
        "{}\n{}  more:     appkeep explain {code}\n",
        painted(palette.code, code),
        report.details(group)
    )
}

pub(super) fn live_part(palette: Palette, report: &LiveReport) -> String {
    let mut text = findings(palette, report, usize::MAX);
    let _ = writeln!(text, "\n{}", coloured_table(palette, &report.coverage.table()));
    for (reason, names) in skipped(&report.checks) {
        let _ = writeln!(text, "skipped, {reason}: {}", names.join(", "));
    }
    text.push_str(&ending(palette, report));
    text
}

/// The server's address and at most this number of findings.
fn findings(palette: Palette, report: &LiveReport, findings_max: usize) -> String {
    let mut text = format!("live: {}\n", report.url);
    for finding in report.findings().take(findings_max) {
        text.push('\n');
        text.push_str(&finding_text(palette, report, finding));
    }
    let more = report.findings().skip(findings_max).count();
    if more > 0 {
        let _ = writeln!(text, "\nand {more} more findings");
    }
    text
}

/// The resources that are left, the reason why the run ended early, and the numbers of checks.
fn ending(palette: Palette, report: &LiveReport) -> String {
    let mut text = String::new();
    for left in &report.left_behind {
        let _ = writeln!(text, "left on the server: {left}");
    }
    let (held, violated, skipped) = report.counts();
    if let Some(end) = report.ended_early {
        let _ = writeln!(text, "{}", painted(palette.bad, format!("ended early: {end}")));
    }
    let summary = format!(
        "live: {} checks: {held} held, {violated} violated, {skipped} skipped; {} responses checked",
        report.checks.len(),
        report.exchanges.len()
    );
    let holds = violated == 0 && report.ended_early.is_none();
    let _ = writeln!(text, "{}", painted(outcome_style(palette, holds), summary));
    if violated > 0 {
        let _ = writeln!(text, "to repeat the same requests: --seed {}", report.run_id);
    }
    text
}

/// Colours the words of a table that already has its layout.
fn coloured_table(palette: Palette, table: &str) -> String {
    let (good, bad, faint) = (
        painted(palette.good, "valid"),
        painted(palette.bad, "VIOLATED"),
        painted(palette.faint, "not reached"),
    );
    let line = |line: &str| {
        if line.starts_with("| ") {
            line.replace("| valid", &format!("| {good}"))
                .replace("| VIOLATED", &format!("| {bad}"))
                .replace("| not reached", &format!("| {faint}"))
        } else {
            line.to_owned()
        }
    };
    table.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The names of the checks that weren't run, by reason. A name includes the operation if other checks of that
/// name were run.
pub(super) fn skipped(checks: &[CheckResult]) -> Vec<(&str, Vec<String>)> {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for check in checks {
        let CheckOutcome::Skipped { reason } = &check.outcome else {
            continue;
        };
        let ran_elsewhere = checks
            .iter()
            .any(|other| other.code == check.code && !matches!(other.outcome, CheckOutcome::Skipped { .. }));
        let name = match &check.operation {
            Some(operation) if ran_elsewhere => format!("{} ({operation})", check.code),
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

/// One finding of a run, with everything that is required to repeat it.
pub(super) fn finding_text(palette: Palette, report: &LiveReport, finding: &LiveFinding) -> String {
    let mut text = format!(
        "{}  {}\n",
        painted(palette.code, &finding.code),
        finding.operation
    );
    let _ = writeln!(text, "  rule:     {}", finding.rule);
    let _ = writeln!(text, "  found:    {}", sanitized(&finding.what));
    let _ = writeln!(text, "  contract: {}", finding.contract_place());
    if let Some(exchange) = finding.exchange.and_then(|index| report.exchanges.get(index)) {
        let _ = writeln!(text, "  request:  {}", request(exchange));
        let _ = writeln!(text, "  response: {}", response(exchange));
        let _ = writeln!(text, "  again:    {}", curl(exchange));
    }
    let _ = writeln!(text, "  more:     appkeep explain {}", finding.code);
    text
}

fn request(exchange: &Exchange) -> String {
    let body = exchange.request_body.as_deref().unwrap_or_default();
    format!("{} {} {}", exchange.method, exchange.url, cut(body))
        .trim_end()
        .to_owned()
}

fn response(exchange: &Exchange) -> String {
    let content_type = exchange
        .response_headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let content_type = sanitized(content_type.map(|(_, value)| value.as_str()).unwrap_or_default());
    format!(
        "{} {content_type} {}",
        exchange.status,
        cut(&exchange.response_body)
    )
    .trim_end()
    .to_owned()
}

/// Text on one line without control characters: it may contain text of an untrusted server, which mustn't control
/// the terminal.
fn sanitized(text: &str) -> String {
    text.chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect()
}

/// The beginning of a body, at most `BODY_CHARS_MAX` characters.
fn cut(body: &str) -> String {
    let beginning: String = body.chars().take(BODY_CHARS_MAX).collect();
    let mut text = sanitized(&beginning);
    if body.chars().nth(BODY_CHARS_MAX).is_some() {
        text.push('…');
    }
    text
}

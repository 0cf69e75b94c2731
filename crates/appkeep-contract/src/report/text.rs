//! Reports for a terminal.

use std::cmp::Reverse;
use std::fmt::{Display, Write as _};

use anstyle::{AnsiColor, Effects, Style};

use super::groups::{self, Group};
use super::reproduction;
use crate::live::{CheckOutcome, CheckResult, Exchange, LiveFinding, LiveReport};
use appkeep_openapi::Outcome;
use appkeep_openapi::statics::{StaticFinding, StaticReport};

/// Maximum number of characters of a body that a finding shows.
const BODY_CHARS_MAX: usize = 300;

/// Maximum number of causes in an excerpt, and in the summary.
const CAUSES_MAX: usize = 20;

/// Maximum number of findings with the same cause that are shown in full.
pub(super) const EXAMPLES_MAX: usize = 2;

/// Number of the slowest responses in a report.
const SLOWEST: usize = 3;

/// Maximum number of responses above the limit that a report lists.
const SLOW_MAX: usize = 20;

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

/// The findings of a run, for at most 20 causes, and its summary, without colour.
pub(super) fn excerpt(report: &LiveReport) -> String {
    let groups = groups::of(report);
    let mut text = summary(PLAIN, report, &groups);
    text.push_str(&findings(PLAIN, report, &groups, CAUSES_MAX));
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
    let groups = groups::of(report);
    let mut text = summary(palette, report, &groups);
    text.push_str(&findings(palette, report, &groups, usize::MAX));
    let _ = writeln!(text, "\n{}", coloured_table(palette, &report.coverage.table()));
    for (reason, names) in not_judged(&report.checks) {
        let _ = writeln!(text, "not judged, {reason}: {}", names.join(", "));
    }
    for (reason, names) in skipped(&report.checks) {
        let _ = writeln!(text, "skipped, {reason}: {}", names.join(", "));
    }
    text.push_str(&slowest(report));
    text.push_str(&ending(palette, report));
    text
}

/// The server's address, the account and the app, and the probable causes of all findings.
fn summary(palette: Palette, report: &LiveReport, groups: &[Group<'_>]) -> String {
    let mut text = format!("live: {}\n", report.url);
    let _ = writeln!(text, "account {}, app {}", report.account, report.app);
    if groups.is_empty() {
        return text;
    }
    let count = groups.iter().map(|group| group.findings.len()).sum::<usize>();
    let findings = if count == 1 { "finding" } else { "findings" };
    let causes = if groups.len() == 1 { "cause" } else { "causes" };
    let heading = format!(
        "{count} {findings}, {} probable {causes}, the most probable first:",
        groups.len()
    );
    let _ = writeln!(text, "{}", painted(palette.bad, heading));
    for (at, group) in groups.iter().enumerate().take(CAUSES_MAX) {
        let _ = writeln!(text, "  {}. {}", at + 1, cause(groups, group));
    }
    if groups.len() > CAUSES_MAX {
        let _ = writeln!(text, "  and {} more", groups.len() - CAUSES_MAX);
    }
    text
}

/// One line about a group of findings.
pub(super) fn cause(groups: &[Group<'_>], group: &Group<'_>) -> String {
    let what = match (&group.symptom, group.findings.first()) {
        (Some(symptom), _) => symptom.clone(),
        (None, Some(finding)) => cut(&finding.what),
        (None, None) => String::new(),
    };
    let others = group.codes().len().saturating_sub(1);
    let code = match others {
        0 => group.code().to_owned(),
        others => format!("{} and {others} other codes", group.code()),
    };
    let seen_in = group.seen_in.filter(|at| *at < groups.len());
    let seen_in = seen_in.map(|at| format!(" (in responses of {})", at + 1));
    format!(
        "{code}: {what} ({}){}",
        group.extent(),
        seen_in.unwrap_or_default()
    )
}

/// The findings of at most this number of groups, each with two examples.
fn findings(palette: Palette, report: &LiveReport, groups: &[Group<'_>], groups_max: usize) -> String {
    let mut text = String::new();
    for group in groups.iter().take(groups_max) {
        for finding in group.findings.iter().take(EXAMPLES_MAX) {
            text.push('\n');
            text.push_str(&finding_text(palette, report, finding));
        }
        if group.findings.len() > EXAMPLES_MAX {
            let _ = writeln!(text, "and {} more", group.findings.len() - EXAMPLES_MAX);
        }
    }
    if groups.len() > groups_max {
        let _ = writeln!(
            text,
            "\nand findings with {} other causes",
            groups.len() - groups_max
        );
    }
    text
}

/// The slowest responses; if there is a limit, those above it.
fn slowest(report: &LiveReport) -> String {
    let is_measured = |exchange: &&Exchange| !exchange.incomplete;
    let mut exchanges: Vec<&Exchange> = report.exchanges.iter().filter(is_measured).collect();
    exchanges.sort_by_key(|exchange| Reverse(exchange.elapsed));
    let mut text = String::new();
    let shown = match report.slow {
        None => SLOWEST,
        Some(slow) => {
            let count = exchanges
                .iter()
                .take_while(|exchange| exchange.elapsed > slow)
                .count();
            let limit = slow.as_millis();
            let _ = writeln!(text, "{count} responses took longer than {limit} ms");
            count.min(SLOW_MAX)
        }
    };
    for exchange in exchanges.into_iter().take(shown) {
        let (elapsed, status) = (exchange.elapsed.as_millis(), exchange.status);
        let request = format!("{} {}", exchange.method, exchange.url);
        let _ = writeln!(text, "slowest: {elapsed} ms, {status} {}", cut(&request));
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
    let not_judged = match report.not_judged() {
        0 => String::new(),
        count => format!("{count} not judged, "),
    };
    let summary = format!(
        "live: {} checks: {held} held, {violated} violated, {not_judged}{skipped} skipped; {} responses checked",
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
    by_reason(checks, |outcome| match outcome {
        CheckOutcome::Skipped { reason } => Some(reason),
        _ => None,
    })
}

/// The names of the checks with a failed prerequisite, by reason.
pub(super) fn not_judged(checks: &[CheckResult]) -> Vec<(&str, Vec<String>)> {
    by_reason(checks, |outcome| match outcome {
        CheckOutcome::NotJudged { reason } => Some(reason),
        _ => None,
    })
}

fn by_reason(
    checks: &[CheckResult],
    reason_of: fn(&CheckOutcome) -> Option<&String>,
) -> Vec<(&str, Vec<String>)> {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    let has_run = |check: &CheckResult| matches!(check.outcome, CheckOutcome::Held | CheckOutcome::Violated);
    for check in checks {
        let Some(reason) = reason_of(&check.outcome) else {
            continue;
        };
        let ran_elsewhere = checks
            .iter()
            .any(|other| other.code == check.code && has_run(other));
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
        let index = finding.exchange.unwrap_or_default();
        for (at, command) in reproduction::commands(&report.exchanges, index)
            .iter()
            .enumerate()
        {
            let label = if at == 0 { "again:" } else { "" };
            let _ = writeln!(text, "  {label:<9} {}", sanitized(command));
        }
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

//! Reports as HTML: one page without external resources or scripts, which works offline.

mod findings;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Outcome, Report, groups, text};
use crate::live::{Cell, CellState, CheckOutcome, Grid, LiveReport};
use crate::origin::Origin;
use appkeep_openapi::statics::StaticReport;

/// The only style sheet of the page.
const STYLE: &str = include_str!("html/style.css");

/// The content security policy of the page: only its inline style is permitted.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(super) fn page(report: &Report) -> String {
    let subject = match (&report.live, &report.statics) {
        (Some(live), _) => live.url.as_str(),
        (None, Some(statics)) => statics.server.as_str(),
        (None, None) => "nothing",
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="referrer" content="no-referrer";
                title { (title(report.outcome())) ": " (subject) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { "Contract report" }
                    p { code { (subject) } }
                    p { (badge(report.outcome())) }
                    @if let Some(end) = report.live.as_ref().and_then(|live| live.ended_early) {
                        p { "Ended early: " (end) }
                    }
                    (figures(report))
                }
                main {
                    @if let Some(live) = &report.live { (live_part(live)) }
                    @if let Some(statics) = &report.statics { (static_part(statics)) }
                }
                footer {
                    p { "Checked by " code { "appkeep verify" } " against " code { (crate::authored::NAME) } "." }
                    @if let Some(live) = &report.live {
                        p { "Repeat the same requests: " code { "--seed " (live.run_id) } }
                    }
                }
            }
        }
    };
    // Text from a server may contain characters that HTML forbids.
    page.into_string()
        .chars()
        .map(|char| {
            if char.is_control() && char != '\n' {
                char::REPLACEMENT_CHARACTER
            } else {
                char
            }
        })
        .collect()
}

fn title(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Holds => "The contract holds",
        Outcome::Violated => "The contract is violated",
        Outcome::CouldNotRun => "The check is incomplete",
    }
}

fn badge(outcome: Outcome) -> Markup {
    let class = match outcome {
        Outcome::Holds => "badge good",
        Outcome::Violated => "badge bad",
        Outcome::CouldNotRun => "badge none",
    };
    html! { span class=(class) { (title(outcome)) } }
}

fn figures(report: &Report) -> Markup {
    let mut figures: Vec<(usize, &str)> = Vec::new();
    if let Some(live) = &report.live {
        let (held, violated, skipped) = live.counts();
        figures.extend([
            (live.checks.len(), "checks"),
            (held, "held"),
            (violated, "violated"),
            (live.not_judged(), "not judged"),
            (skipped, "skipped"),
            (live.exchanges.len(), "responses checked"),
        ]);
    }
    if let Some(statics) = &report.statics {
        figures.push((statics.findings.len(), "differences in the document"));
    }
    html! { ul.figures { @for (count, of) in figures { li { b { (count) } (of) } } } }
}

fn live_part(report: &LiveReport) -> Markup {
    let documented: Vec<&Cell> = report.coverage.documented().collect();
    let companions: Vec<&Cell> = report
        .coverage
        .cells
        .iter()
        .filter(|cell| cell.origin == Origin::Companion)
        .collect();
    let groups = groups::of(report);
    html! {
        @if !groups.is_empty() {
            section {
                h2 { "Findings, by probable cause" }
                ol { @for group in &groups { li { (text::cause(&groups, group)) } } }
                @for group in &groups { (findings::group(report, group)) }
            }
        }
        section {
            h2 { "Documented responses" }
            (coverage(&documented))
        }
        @if !companions.is_empty() {
            section {
                h2 { "Companion responses" }
                (coverage(&companions))
            }
        }
        (skipped(report))
        @if !report.left_behind.is_empty() {
            section {
                h2 { "Resources left on the server" }
                ul { @for left in &report.left_behind { li { (left) } } }
            }
        }
        section {
            h2 { "Checks" }
            details {
                summary { "All " (report.checks.len()) " checks" }
                (checks(report))
            }
        }
    }
}

/// A table of operations and statuses.
fn coverage(cells: &[&Cell]) -> Markup {
    let grid = Grid::of(cells);
    html! {
        div.wide tabindex="0" {
            table {
                thead { tr { th scope="col" { "operation" } @for status in &grid.statuses { th scope="col" { (status) } } } }
                tbody {
                    @for operation in &grid.operations {
                        tr {
                            th scope="row" { code { (operation) } }
                            @for status in &grid.statuses {
                                td { @if let Some(cell) = grid.cell(operation, *status) { (state(&cell.state)) } }
                            }
                        }
                    }
                }
            }
        }
        @if !grid.unreached.is_empty() {
            details {
                summary { "Reasons for unreached responses" }
                @for (reason, responses) in &grid.unreached {
                    p { (reason) ":" }
                    ul { @for response in responses { li { code { (response) } } } }
                }
            }
        }
    }
}

fn state(state: &CellState) -> Markup {
    match state {
        CellState::Valid => html! { span.badge.good { "valid" } },
        CellState::Violated => html! { span.badge.bad { "violated" } },
        CellState::NotReached { reason } => html! { span.badge.none title=(reason) { "not reached" } },
    }
}

fn skipped(report: &LiveReport) -> Markup {
    let parts = [
        ("Not judged", text::not_judged(&report.checks)),
        ("Skipped", text::skipped(&report.checks)),
    ];
    html! {
        @for (title, groups) in parts {
            @if !groups.is_empty() {
                section {
                    h2 { (title) }
                    @for (reason, names) in groups {
                        p { (reason) ":" }
                        ul { @for name in names { li { code { (name) } } } }
                    }
                }
            }
        }
    }
}

fn checks(report: &LiveReport) -> Markup {
    html! {
        div.wide tabindex="0" {
            table {
                thead { tr { th scope="col" { "check" } th scope="col" { "result" } th scope="col" { "operation" } th scope="col" { "rule" } } }
                tbody {
                    @for check in &report.checks {
                        tr {
                            th scope="row" { code { (check.code) } }
                            td {
                                @match &check.outcome {
                                    CheckOutcome::Held => span.badge.good { "held" },
                                    CheckOutcome::Violated => span.badge.bad { "violated" },
                                    CheckOutcome::Skipped { reason } => span.badge.none title=(reason) { "skipped" },
                                    CheckOutcome::NotJudged { reason } => span.badge.none title=(reason) { "not judged" },
                                }
                            }
                            td { @if let Some(operation) = &check.operation { code { (operation) } } }
                            td { (check.rule) @if let Some(detail) = &check.detail { br; span.faint { (detail) } } }
                        }
                    }
                }
            }
        }
    }
}

fn static_part(report: &StaticReport) -> Markup {
    html! {
        section {
            h2 { "The server's document" }
            p {
                code { (report.server) } " against " code { (report.contract) } ": "
                (report.operations) " operations compared."
            }
            @for group in report.groups() { (findings::statics(report, &group)) }
            @for stale in &report.stale {
                p { "This exception matches nothing; remove it: " (stale.what) " (" code { (stale.code) } ")" }
            }
            @if !report.allowed.is_empty() {
                details {
                    summary { "Known differences, with reasons" }
                    ul {
                        @for allowed in &report.allowed {
                            li { (allowed.count) " × " (allowed.what) ": " (allowed.reason) }
                        }
                    }
                }
            }
        }
    }
}

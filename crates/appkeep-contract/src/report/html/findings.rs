//! Individual findings on the page.

use maud::{Markup, html};

use crate::codes;
use crate::live::{Exchange, LiveFinding, LiveReport};
use crate::report::groups::Group;
use crate::report::reproduction;
use crate::report::text::EXAMPLES_MAX;
use appkeep_openapi::Place;
use appkeep_openapi::statics::{StaticFinding, StaticReport};

/// Findings with a common cause: two with their exchanges, the others in a list.
pub(super) fn group(report: &LiveReport, group: &Group<'_>) -> Markup {
    html! {
        @for finding in group.findings.iter().take(EXAMPLES_MAX) { (live(report, finding)) }
        @if group.findings.len() > EXAMPLES_MAX {
            details {
                summary { "and " (group.findings.len() - EXAMPLES_MAX) " more with the same cause" }
                ul {
                    @for finding in group.findings.iter().skip(EXAMPLES_MAX) {
                        li { code { (finding.code) " " (finding.operation) } " " (finding.what) }
                    }
                }
            }
        }
    }
}

/// One finding of a run, with its exchange.
fn live(report: &LiveReport, finding: &LiveFinding) -> Markup {
    let exchange = finding.exchange.and_then(|index| report.exchanges.get(index));
    let again = finding
        .exchange
        .map(|index| reproduction::commands(&report.exchanges, index));
    html! {
        article {
            h3 { code { (finding.code) } " " span.faint { (finding.operation) } }
            dl {
                dt { "Rule" } dd { (finding.rule) }
                dt { "Found" } dd { (finding.what) }
                dt { "Contract" } dd { (place(&finding.contract_place())) }
                @if let Some(exchange) = exchange {
                    dt { "Request" } dd { code { (exchange.method) " " (exchange.url) } }
                    dt { "Response" } dd { code { (exchange.status) } }
                }
            }
            @if let Some(exchange) = exchange {
                p { "Again:" }
                pre { (again.unwrap_or_default().join("\n")) }
                (bodies(exchange))
            }
            (explained(&finding.code))
        }
    }
}

fn bodies(exchange: &Exchange) -> Markup {
    html! {
        details {
            summary { "Request and response" }
            pre {
                (exchange.method) " " (exchange.url) "\n"
                (headers(&exchange.request_headers))
                @if let Some(body) = &exchange.request_body {
                    "\n"
                    @if exchange.padding_bytes > 0 { "(" (exchange.padding_bytes) " spaces)" }
                    (pretty(body))
                    @if exchange.incomplete { "\n(and no more: the end isn't sent)" }
                }
            }
            pre {
                (exchange.status) "\n"
                (headers(&exchange.response_headers))
                "\n"
                (pretty(&exchange.response_body))
            }
        }
    }
}

fn headers(headers: &[(String, String)]) -> String {
    let lines = headers.iter().map(|(name, value)| {
        format!(
            "{name}: {value}
"
        )
    });
    lines.collect::<Vec<_>>().concat()
}

/// Formats JSON on several lines; other text stays as it is.
fn pretty(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| body.to_owned())
}

/// Differences with a common place.
pub(super) fn statics(report: &StaticReport, group: &[&StaticFinding]) -> Markup {
    html! {
        @if let Some(first) = group.first() {
            article {
                h3 { code { (first.code.as_str()) } }
                dl {
                    dt { "Operations" }
                    dd { @for one in group { code { (one.operation) " " (one.subject) } br; } }
                    dt { "Rule" } dd { (first.code.rule()) }
                    dt { "Found" } dd { (first.what) }
                    dt { "Why" } dd { (first.direction.words()) }
                    dt { "Contract" } dd { (place(&report.contract_place(first))) }
                    @if let Some(server) = report.server_place(first) { dt { "Server" } dd { (place(&server)) } }
                    dt { "Do" } dd { (first.code.advice()) }
                }
            }
        }
    }
}

fn place(place: &Place) -> Markup {
    html! {
        code {
            (place.file) @if let Some(line) = place.line { ":" (line) }
            " " (place.pointer)
        }
    }
}

/// The output of `appkeep explain`, collapsed.
fn explained(code: &str) -> Markup {
    html! {
        @for one in codes::find(code) {
            details {
                summary { "Why, and what to do" }
                p { (one.why) }
                p { "Do: " (one.advice) }
            }
        }
    }
}

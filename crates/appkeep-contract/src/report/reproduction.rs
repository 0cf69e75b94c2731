//! Shell commands that reproduce a finding on a server from which the run has deleted its resources.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::curl::{curl_with, read_id};
use crate::live::Exchange;

/// The commands that repeat an exchange, each on a line of its own.
///
/// The resources that it refers to are created again first, and deleted or waited for as they were before it.
pub(super) fn commands(exchanges: &[Exchange], index: usize) -> Vec<String> {
    let Some(exchange) = exchanges.get(index) else {
        return Vec::new();
    };
    let mut plan = Plan {
        exchanges,
        variables: Vec::new(),
        lines: Vec::new(),
    };
    plan.prepare(index);
    let command = curl_with(exchange, &plan.variables);
    if exchange.concurrent > 1 {
        let times: Vec<String> = (1..=exchange.concurrent)
            .map(|number| number.to_string())
            .collect();
        plan.lines.push(format!(
            "for i in {}; do {command} & done; wait   # a race: repeat until it occurs",
            times.join(" ")
        ));
    } else {
        plan.lines.push(command);
    }
    plan.lines
}

/// The commands before the exchange.
struct Plan<'e> {
    exchanges: &'e [Exchange],
    /// The ids of the run's resources, and the shell variables with the ids of the new ones.
    variables: Vec<(String, String)>,
    lines: Vec<String>,
}

impl Plan<'_> {
    /// Adds the commands that create the resources of an exchange, and bring them into their state.
    fn prepare(&mut self, index: usize) {
        let exchanges = self.exchanges;
        let Some(exchange) = exchanges.get(index) else {
            return;
        };
        for id in ids(exchange) {
            if self.variables.iter().any(|(known, _)| *known == id) {
                continue;
            }
            let earlier = exchanges.iter().take(index);
            let Some(created) = earlier.clone().position(|other| creates(other, &id)) else {
                continue;
            };
            self.prepare(created);
            let create = &exchanges[created];
            let variable = format!("ID{}", self.variables.len() + 1);
            self.lines.push(read_id(create, &self.variables, &variable));
            self.variables.push((id.clone(), variable));
            let since = || {
                earlier
                    .clone()
                    .skip(created + 1)
                    .filter(|other| other.url.ends_with(&id))
            };
            let completed = since().find(|other| other.method == "GET" && is_completed(other));
            if let Some(fetch) = completed {
                self.lines.push(format!(
                    "until {} | grep -q '\"completed\"'; do sleep 1; done",
                    curl_with(fetch, &self.variables)
                ));
            }
            if let Some(delete) = since().find(|other| other.method == "DELETE" && other.status == 204) {
                self.lines.push(curl_with(delete, &self.variables));
            }
        }
    }
}

/// The ids in the URL and the body of a request, in their order.
fn ids(exchange: &Exchange) -> Vec<String> {
    let text = [
        &exchange.url,
        exchange.request_body.as_deref().unwrap_or_default(),
    ]
    .join(" ");
    let mut known = BTreeSet::new();
    text.split(|char: char| !(char.is_ascii_hexdigit() || char == '-'))
        .filter(|word| word.len() == Uuid::nil().hyphenated().to_string().len())
        .filter(|word| Uuid::parse_str(word).is_ok() && known.insert((*word).to_owned()))
        .map(str::to_owned)
        .collect()
}

/// Whether an exchange created the resource.
fn creates(exchange: &Exchange, id: &str) -> bool {
    exchange.method == "POST" && exchange.status == 201 && member(exchange, "id").as_deref() == Some(id)
}

fn is_completed(exchange: &Exchange) -> bool {
    member(exchange, "state").as_deref() == Some("completed")
}

fn member(exchange: &Exchange, name: &str) -> Option<String> {
    let body: Value = serde_json::from_str(&exchange.response_body).ok()?;
    Some(body.get(name)?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests;

//! The table of the costs of backups.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Map, Value, json};

use super::engines::{Costs, Peer, Step};
use super::process::Cost;

/// The name of an engine.
pub(crate) fn name_of(peer: Peer) -> &'static str {
    match peer {
        Peer::Restic => "restic",
        Peer::Bare => "library",
        Peer::Ours => "appkeep",
        Peer::Unverified => "appkeep-unverified",
        Peer::Live => "appkeep-live",
    }
}

/// A table with a row per step: the cost of each engine, and a comparison with ours.
pub(crate) fn table(costs: &Costs) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::ASCII_MARKDOWN)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(vec![
            "wall s / CPU s / peak MiB",
            "restic",
            "library",
            "appkeep",
            "to restic",
            "to library",
            "unverified to library",
            "live",
            "live to restic",
        ]);
    for step in Step::ALL {
        let of = |peer| costs.of.get(&(step, peer)).copied();
        let ours = of(Peer::Ours);
        table.add_row(vec![
            step.name().to_owned(),
            cell(of(Peer::Restic)),
            cell(of(Peer::Bare)),
            cell(ours),
            ratio(ours, of(Peer::Restic)),
            ratio(ours, of(Peer::Bare)),
            ratio(of(Peer::Unverified), of(Peer::Bare)),
            cell(of(Peer::Live)),
            ratio(of(Peer::Live), of(Peer::Restic)),
        ]);
    }
    let names = ["repository after it, MiB", "repository at the end, MiB"];
    for (number, name) in names.into_iter().enumerate() {
        let of = |peer| {
            let (first, last) = costs.sizes.get(&peer).copied().unwrap_or_default();
            if number == 0 { first } else { last }
        };
        let ours = of(Peer::Ours);
        table.add_row(vec![
            name.to_owned(),
            mib(of(Peer::Restic)),
            mib(of(Peer::Bare)),
            mib(ours),
            quotient(float(ours), float(of(Peer::Restic))),
            quotient(float(ours), float(of(Peer::Bare))),
            String::new(),
            mib(of(Peer::Live)),
            quotient(float(of(Peer::Live)), float(of(Peer::Restic))),
        ]);
    }
    table.to_string()
}

fn cell(cost: Option<Cost>) -> String {
    cost.map_or_else(String::new, |cost| {
        format!(
            "{:.2} / {:.2} / {}",
            cost.wall.as_secs_f64(),
            cost.cpu.as_secs_f64(),
            mib(cost.peak_bytes)
        )
    })
}

fn mib(bytes: u64) -> String {
    (bytes >> 20).to_string()
}

fn ratio(one: Option<Cost>, other: Option<Cost>) -> String {
    let (Some(one), Some(other)) = (one, other) else {
        return String::new();
    };
    format!(
        "{} / {} / {}",
        quotient(one.wall.as_secs_f64(), other.wall.as_secs_f64()),
        quotient(one.cpu.as_secs_f64(), other.cpu.as_secs_f64()),
        quotient(float(one.peak_bytes), float(other.peak_bytes)),
    )
}

fn quotient(one: f64, other: f64) -> String {
    if other > 0.0 {
        format!("{:.2}×", one / other)
    } else {
        String::new()
    }
}

#[allow(clippy::cast_precision_loss, reason = "sizes of files are far below 2^52")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}

/// The costs as JSON, by step and engine.
pub(crate) fn costs_to_json(costs: &Costs) -> Value {
    let mut steps = Map::new();
    for ((step, peer), cost) in &costs.of {
        let step = steps.entry(step.name()).or_insert_with(|| json!({}));
        step[name_of(*peer)] = cost.to_json();
    }
    for (peer, (first, last)) in &costs.sizes {
        let sizes = steps.entry("repository bytes").or_insert_with(|| json!({}));
        sizes[name_of(*peer)] = json!({ "after the first backup": first, "at the end": last });
    }
    Value::Object(steps)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn steps_of_one_engine_have_no_ratio() {
        let mut costs = Costs::default();
        let cost = Cost {
            wall: Duration::from_secs(3),
            cpu: Duration::from_secs(2),
            peak_bytes: 5 << 20,
        };
        costs.of.insert((Step::Snapshot, Peer::Ours), cost);
        costs.of.insert((Step::First, Peer::Ours), cost);
        let half = Cost {
            wall: cost.wall * 2,
            ..cost
        };
        costs.of.insert((Step::First, Peer::Restic), half);
        costs.of.insert((Step::First, Peer::Live), half);
        let table = table(&costs);
        assert!(table.contains("0.50× / 1.00× / 1.00×"), "{table}");
        assert!(table.contains("1.00× / 1.00× / 1.00×"), "{table}");
        assert_eq!(table.matches('×').count(), 6, "{table}");
    }
}

//! The tables of the results.

use serde_json::{Value, json};

use super::client::{CLIENT, REQWEST};
use super::connections::{Cost, IDLE};
use super::creates::{CONNECTIONS, Creates, STATEMENTS};
use super::document::table;
use super::load::TURN_SECS;
use super::memory::Memory;
use super::reads::Case;
use super::rounds::{ROUNDS, Rounds};

/// Number of servers that send the same backups.
const PEERS: usize = 4;

/// The last of them, which is compared with the others.
const APPKEEP: usize = PEERS - 1;

/// All results.
#[derive(Debug)]
pub(super) struct Figures {
    /// Size of a page of a list, in bytes.
    pub(super) page_bytes: usize,
    /// The names of the peers.
    pub(super) names: [&'static str; PEERS],
    /// Fetches and lists.
    pub(super) cases: Vec<Case>,
    /// The memory of the peers after them.
    pub(super) memory: Vec<Memory>,
    /// The client.
    pub(super) client: [(&'static str, Rounds); 2],
    /// Idle connections to all peers but Prism.
    pub(super) idle: Vec<Cost>,
    /// Creates on each database.
    pub(super) creates: [Creates; 2],
}

impl Figures {
    /// The section of the document.
    pub(super) fn section(&self, origin: &str) -> String {
        let intro = format!(
            "{origin}; medians of {ROUNDS} rounds of {TURN_SECS} s in which the peers take turns. A list has {} KiB.",
            self.page_bytes / 1024
        );
        let tables = [self.reads(), self.creates(), self.client(), self.idle()];
        format!("{intro}\n\n{}", tables.join("\n"))
    }

    fn reads(&self) -> String {
        let [hyper, dropshot, prism, appkeep] = self.names;
        let header = [
            "responses per second",
            "connections",
            hyper,
            dropshot,
            prism,
            appkeep,
            "to hyper",
            "to dropshot",
            "to Prism",
        ];
        let rows = self.cases.iter().map(|case| {
            let mut row = vec![case.name.to_owned(), case.connections.to_string()];
            row.extend((0..PEERS).map(|peer| whole(case.rates.median(peer))));
            row.extend((0..APPKEEP).map(|peer| ratio(case.rates.ratio(APPKEEP, peer))));
            row
        });
        let mut memory = vec!["peak memory, MiB".to_owned(), String::new()];
        let peaks: Vec<_> = self.memory.iter().map(|memory| float(memory.peak)).collect();
        memory.extend(peaks.iter().map(|peak| whole(peak / 1_048_576.0)));
        memory.extend(peaks[..APPKEEP].iter().map(|peak| ratio(peaks[APPKEEP] / peak)));
        table(&header, rows.chain([memory]))
    }

    fn creates(&self) -> String {
        let header = [
            "durable creates per second",
            "connections",
            "plain `INSERT`",
            "appkeep",
            "ratio",
            "during a minute",
        ];
        let rows = self.creates.iter().flat_map(|creates| {
            let rounds = &creates.rounds;
            let row = move |(number, connections): (usize, &usize)| {
                let peer = STATEMENTS + 1 + number;
                vec![
                    creates.database.to_owned(),
                    connections.to_string(),
                    whole(rounds.median(STATEMENTS)),
                    whole(rounds.median(peer)),
                    ratio(rounds.ratio(peer, STATEMENTS)),
                    if number + 1 == CONNECTIONS.len() {
                        whole(creates.minute)
                    } else {
                        String::new()
                    },
                ]
            };
            CONNECTIONS.iter().enumerate().map(row)
        });
        table(&header, rows)
    }

    fn client(&self) -> String {
        let header = ["time of a request, µs", "`reqwest`", "`appkeep-client`", "ratio"];
        let rows = self.client.iter().map(|(name, rates)| {
            vec![
                (*name).to_owned(),
                whole(1e6 / rates.median(REQWEST)),
                whole(1e6 / rates.median(CLIENT)),
                ratio(rates.ratio(REQWEST, CLIENT)),
            ]
        });
        table(&header, rows)
    }

    fn idle(&self) -> String {
        let [hyper, dropshot, _, appkeep] = self.names;
        let title = format!("with {IDLE} idle connections");
        let row = |name: String, value: &dyn Fn(&Cost) -> String| {
            let mut row = vec![name];
            row.extend(self.idle.iter().map(value));
            row
        };
        let latency = |with: f64, without: f64| format!("{} ({})", whole(with), whole(without));
        let rows = [
            row("memory of each, KiB".to_owned(), &|cost| {
                format!("{:.1}", float(cost.connection_bytes) / 1024.0)
            }),
            row("median of a fetch (without them), µs".to_owned(), &|cost| {
                latency(cost.with.p50, cost.without.p50)
            }),
            row("99th percentile (without them), µs".to_owned(), &|cost| {
                latency(cost.with.p99, cost.without.p99)
            }),
        ];
        table(&[&title, hyper, dropshot, appkeep], rows)
    }

    /// The figures of all rounds.
    pub(super) fn to_json(&self) -> Value {
        let cases = self.cases.iter().map(
            |case| json!({ "name": case.name, "connections": case.connections, "per_second": case.rates }),
        );
        let client = self
            .client
            .iter()
            .map(|(name, rates)| json!({ "name": name, "per_second": rates }));
        let creates = self.creates.iter().map(
            |creates| json!({ "database": creates.database, "per_second": creates.rounds, "minute": creates.minute }),
        );
        json!({
            "peers": self.names,
            "page_bytes": self.page_bytes,
            "reads": cases.collect::<Vec<_>>(),
            "peak_bytes": self.memory.iter().map(|memory| memory.peak).collect::<Vec<_>>(),
            "client": client.collect::<Vec<_>>(),
            "idle_connection_bytes": self.idle.iter().map(|cost| cost.connection_bytes).collect::<Vec<_>>(),
            "creates_per_second": creates.collect::<Vec<_>>(),
        })
    }
}

fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (number, digit) in digits.chars().enumerate() {
        if number > 0 && (digits.len() - number) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn ratio(value: f64) -> String {
    format!("{value:.2}×")
}

#[allow(clippy::cast_precision_loss, reason = "sizes of memory are far below 2^52")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (value, text) in [
            (7.4, "7"),
            (999.6, "1,000"),
            (25_000.0, "25,000"),
            (1_234_567.0, "1,234,567"),
        ] {
            assert_eq!(whole(value), text);
        }
    }
}

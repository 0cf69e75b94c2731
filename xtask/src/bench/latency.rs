//! The latency of a fetch, during a backup and on an idle server.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use comfy_table::{Table, presets};
use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::Args;
use super::dataset;
use super::server::Server;

/// Number of connections that fetch concurrently.
const CONNECTIONS: usize = 4;

/// Pause of each connection between two fetches, so that the fetches themselves cause little load.
const PAUSE: Duration = Duration::from_millis(10);

/// Duration of the measurement on an idle server.
const IDLE: Duration = Duration::from_secs(10);

/// The latencies of fetches, sorted.
struct Latencies(Vec<Duration>);

impl Latencies {
    /// The latency that `percent` of the fetches did not exceed.
    fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).copied().unwrap_or_default()
    }
}

/// The CPU priorities of backups, each measured with its own server: the default, and the next one.
const PRIORITIES: [&str; 2] = ["idle", "low"];

/// Measures servers with one app of the data set's size, and prints the table.
///
/// # Errors
/// When a server doesn't start or a request fails.
pub(crate) fn measure(args: &Args, dir: &Path, appkeep: &Path) -> Result<Value> {
    let volume = dir.join("volume");
    let mut rng = Rng::with_seed(args.seed);
    eprintln!("creating a data set of {} MiB", args.data_mib);
    dataset::make(&volume, args.data_mib, &mut rng)?;
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(vec![
        "backups' priority",
        "fetches",
        "idle p50 ms",
        "idle p99 ms",
        "busy p50 ms",
        "busy p99 ms",
        "busy worst ms",
        "p99, busy to idle",
        "backups s",
    ]);
    let mut result = Map::new();
    for priority in PRIORITIES {
        let server = Server::start(appkeep, dir, &volume, priority)?;
        let mut idle: Vec<Duration> = Vec::new();
        let mut busy: Vec<Duration> = Vec::new();
        let mut backups = Duration::ZERO;
        for _ in 0..args.reps {
            let (path, began) = (server.create_backup()?, Instant::now());
            busy.extend(fetch_until(&server, &path, || server.wait_for(&path))?);
            backups += began.elapsed();
            idle.extend(fetch_until(&server, &path, || {
                sleep(IDLE);
                Ok(())
            })?);
            // Changes for the next backup.
            dataset::change(&volume, args.data_mib, &mut rng)?;
        }
        let (idle, busy) = (sorted(idle), sorted(busy));
        let milliseconds = |latencies: &Latencies, percent| {
            format!("{:.2}", latencies.percentile(percent).as_secs_f64() * 1e3)
        };
        let ratio = busy.percentile(99).as_secs_f64() / idle.percentile(99).as_secs_f64();
        table.add_row(vec![
            priority.to_owned(),
            busy.0.len().to_string(),
            milliseconds(&idle, 50),
            milliseconds(&idle, 99),
            milliseconds(&busy, 50),
            milliseconds(&busy, 99),
            milliseconds(&busy, 100),
            format!("{ratio:.2}×"),
            format!("{:.1}", backups.as_secs_f64()),
        ]);
        let figures = |latencies: &Latencies| {
            json!({
                "requests": latencies.0.len(),
                "p50_seconds": latencies.percentile(50).as_secs_f64(),
                "p99_seconds": latencies.percentile(99).as_secs_f64(),
                "worst_seconds": latencies.percentile(100).as_secs_f64(),
            })
        };
        let figures = json!({
            "idle": figures(&idle),
            "while a backup runs": figures(&busy),
            "backups_seconds": backups.as_secs_f64(),
        });
        result.insert(priority.to_owned(), figures);
    }
    println!("{table}");
    Ok(Value::Object(result))
}

fn sorted(mut latencies: Vec<Duration>) -> Latencies {
    latencies.sort();
    Latencies(latencies)
}

/// Fetches `path` on all connections until `until` ends.
fn fetch_until(server: &Server, path: &str, until: impl FnOnce() -> Result<()>) -> Result<Vec<Duration>> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let fetchers: Vec<_> = (0..CONNECTIONS)
            .map(|_| scope.spawn(|| fetch(server, path, &is_over)))
            .collect();
        let outcome = until();
        is_over.store(true, Ordering::SeqCst);
        let mut latencies = Vec::new();
        for fetcher in fetchers {
            latencies.extend(fetcher.join().ok().context("a fetcher panicked")??);
        }
        outcome.map(|()| latencies)
    })
}

fn fetch(server: &Server, path: &str, is_over: &AtomicBool) -> Result<Vec<Duration>> {
    let connection = server.connection();
    let mut latencies = Vec::new();
    while !is_over.load(Ordering::SeqCst) {
        let began = Instant::now();
        connection.get(path)?;
        latencies.push(began.elapsed());
        sleep(PAUSE);
    }
    Ok(latencies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_latencies() {
        let latencies = sorted((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!(latencies.percentile(50), Duration::from_millis(100));
        assert_eq!(latencies.percentile(99), Duration::from_millis(198));
        assert_eq!(latencies.percentile(100), Duration::from_millis(200));
        assert_eq!(sorted(Vec::new()).percentile(50), Duration::ZERO);
    }
}

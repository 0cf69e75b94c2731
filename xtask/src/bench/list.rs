//! Throughput of lists of 100 backups, compared with an endpoint that only serialises the same data.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use appkeep_launcher::{app_backups, backups};
use comfy_table::{Table, presets};
use serde_json::{Value, json};

use super::http::Connection;
use super::server::Server;

/// Number of listed backups.
const BACKUPS: usize = 100;

/// Number of concurrent requests.
const CONNECTIONS: usize = 64;

/// Duration of each measurement of a server.
const TURN: Duration = Duration::from_secs(5);

/// Number of measurements of each server.
const TURNS: usize = 2;

/// A process that is killed when dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Measures, and prints the table.
///
/// # Errors
/// When a server doesn't start or a request fails.
pub(crate) fn measure(dir: &Path, appkeep: &Path, bare: &Path) -> Result<Value> {
    let volume = dir.join("volume");
    fs::create_dir_all(&volume)?;
    fs::write(volume.join("file"), "content")?;
    let server = Server::start(appkeep, dir, &volume, "low")?;
    eprintln!("creating {BACKUPS} backups");
    let paths: Vec<_> = (0..BACKUPS)
        .map(|_| server.create_backup())
        .collect::<Result<_>>()?;
    for path in &paths {
        server.wait_for(path)?;
    }
    let list = server.connection().get(&backups())?;
    let file = dir.join("list.json");
    fs::write(&file, &list)?;
    let mut child = Command::new(bare).arg(&file).stdout(Stdio::piped()).spawn()?;
    let mut authority = String::new();
    BufReader::new(child.stdout.take().context("no stdout")?).read_line(&mut authority)?;
    let _bare = Killed(child);
    let targets = [
        (
            "bare endpoint",
            &*format!("http://{}", authority.trim()),
            "",
            "/list",
        ),
        ("all of an account", server.url(), &server.token, &backups()),
        ("all of an app", server.url(), &server.token, &app_backups()),
    ];
    let mut best = [0.0_f64; 3];
    for _ in 0..TURNS {
        for ((_, url, token, path), best) in targets.iter().zip(&mut best) {
            *best = best.max(requests_per_second(url, token, path)?);
        }
    }
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(vec![
        "list of 100 backups",
        "requests/s",
        "to the bare endpoint",
    ]);
    for ((name, ..), rate) in targets.iter().zip(best) {
        table.add_row(vec![
            (*name).to_owned(),
            format!("{rate:.0}"),
            format!("{:.2}×", rate / best[0]),
        ]);
    }
    println!(
        "{} KiB a list, {CONNECTIONS} connections\n{table}",
        list.len() / 1024
    );
    Ok(json!({
        "bytes": list.len(),
        "bare_endpoint_per_second": best[0],
        "account_per_second": best[1],
        "app_per_second": best[2],
    }))
}

/// Uses `wrk` if it is installed, as it takes less CPU time than our own client.
fn requests_per_second(url: &str, token: &str, path: &str) -> Result<f64> {
    let wrk = Command::new("wrk")
        .args([
            "-t1",
            &format!("-c{CONNECTIONS}"),
            &format!("-d{}", TURN.as_secs()),
        ])
        .args(["-H", &format!("Authorization: Bearer {token}")])
        .arg(format!("{url}{path}"))
        .output();
    let said = match wrk {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return our_requests_per_second(url, token, path);
        }
        output => String::from_utf8(output.context("failed to start wrk")?.stdout)?,
    };
    anyhow::ensure!(!said.contains("Non-2xx"), "requests failed: {said}");
    let rate = said
        .lines()
        .find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    rate.and_then(|rate| rate.trim().parse().ok())
        .with_context(|| format!("wrk printed no rate: {said}"))
}

fn our_requests_per_second(url: &str, token: &str, path: &str) -> Result<f64> {
    let began = Instant::now();
    let load = || -> Result<u32> {
        let (connection, mut requests) = (Connection::new(url, token), 0);
        while began.elapsed() < TURN {
            connection.get(path)?;
            requests += 1;
        }
        Ok(requests)
    };
    let counts = thread::scope(|scope| {
        let loaders: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(load)).collect();
        let counts = loaders
            .into_iter()
            .map(|loader| loader.join().ok().context("a loader panicked")?);
        counts.collect::<Result<Vec<_>>>()
    })?;
    let requests: u32 = counts.into_iter().sum();
    Ok(f64::from(requests) / began.elapsed().as_secs_f64())
}

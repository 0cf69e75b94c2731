//! `cargo xtask bench`: compares the cost of backups with that of restic and of the library below the engine,
//! and measures the server under load.
//!
//! Every step runs as a separate process, so that the system measures its time and memory. In each step, the
//! engines take turns, so that other load on the machine affects all of them. The full result is in
//! `target/bench.json`.

mod api;
mod dataset;
mod engines;
mod http;
mod latency;
mod process;
mod report;
mod server;

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::appkeep::build_executables;
use crate::s3::{Program, Server};
use crate::{Outcome, files};

/// The path of the result, relative to the workspace's root.
const RESULT: &str = "target/bench.json";

/// The name of the bucket on S3.
const S3_BUCKET: &str = "appkeep-bench";

/// A measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Backup, restore, delete: time, memory and size, compared with restic and the bare library.
    Data,
    /// The same in a bucket on S3 (`rclone serve s3`), compared with restic.
    S3,
    /// Latency of fetches during a backup, and on an idle server.
    Latency,
    /// Fetches, lists, creates, the client and idle connections, each compared with its peers. The tables are
    /// written to docs/benchmarks.md. Requires `wrk`, node and npm.
    Api,
}

/// The measurements and their size.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Size of the data set, in MiB, with ten small files per MiB.
    #[arg(long, default_value_t = 2048, value_parser = clap::value_parser!(u64).range(16..=65_536))]
    data_mib: u64,
    /// Number of repetitions; the best value of each figure counts.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    reps: u32,
    /// Seed of the data set; the same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only these measurements.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Working directory; requires eight times the size of the data set.
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// A directory with the executables, which are measured instead of being built. For comparisons of two
    /// versions: docs/benchmarks.md isn't changed.
    #[arg(long)]
    executables: Option<PathBuf>,
}

/// Measures, prints tables and writes the result file.
///
/// # Errors
/// When something can't be built or run, or a restore differs from the data of the backup.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let dir = files::root().join(&args.dir);
    clear(&dir)?;
    fs::create_dir_all(&dir).with_context(|| format!("failed to create {}", dir.display()))?;
    let wanted = |part| args.only.is_empty() || args.only.contains(&part);
    // Before anything is built or measured, because it may have to be installed.
    let server =
        wanted(Part::S3).then(|| Server::start(Program::Rclone, S3_BUCKET, &dir, Ipv4Addr::LOCALHOST));
    let server = server.transpose()?;
    if wanted(Part::Api) {
        api::prepare()?;
    }
    let [appkeep, data_plane, bare_server, plain_insert, cost] = match &args.executables {
        Some(executables) => EXECUTABLES.map(|name| executables.join(name)),
        None => build_executables(&BUILD, EXECUTABLES)?,
    };
    let mut result = Map::new();
    let (machine, description) = machine();
    result.insert("machine".to_owned(), machine);
    if wanted(Part::Data) {
        let data = engines::measure(args, &dir.join("data"), &data_plane, None)?;
        result.insert("data".to_owned(), data);
    }
    if let Some(server) = &server {
        let s3 = engines::measure(args, &dir.join("s3"), &data_plane, Some(server))?;
        result.insert("s3".to_owned(), s3);
    }
    if wanted(Part::Latency) {
        let latency = latency::measure(args, &dir.join("latency"), &appkeep)?;
        result.insert("latency".to_owned(), latency);
    }
    if wanted(Part::Api) {
        let executables = api::Executables {
            appkeep: &appkeep,
            bare_server: &bare_server,
            plain_insert: &plain_insert,
            cost: &cost,
        };
        let publishes = args.executables.is_none();
        let api = api::measure(&dir.join("api"), executables, &description, publishes)?;
        result.insert("api".to_owned(), api);
    }
    drop(server);
    clear(&dir)?;
    let text = serde_json::to_string_pretty(&Value::Object(result))?;
    fs::write(files::root().join(RESULT), text).with_context(|| format!("failed to write {RESULT}"))?;
    println!("the whole result: {RESULT}");
    Ok(Outcome::Fine)
}

/// A description of the machine, for the result file and for readers.
fn machine() -> (Value, String) {
    let cpus = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let cpu = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map(|(_, name)| name.to_owned());
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().and_then(|load| load.parse::<f64>().ok());
    println!(
        "{cpus} processors, load {} at the beginning",
        load.unwrap_or_default()
    );
    let description = format!("{cpus} × {}", cpu.as_deref().unwrap_or("unknown processor"));
    let json = json!({ "processors": cpus, "processor": cpu, "load_at_the_beginning": load });
    (json, description)
}

fn clear(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("failed to remove {}", dir.display()))
        }
        _ => Ok(()),
    }
}

/// The executables, built together so that cargo selects the same features for common dependencies.
const EXECUTABLES: [&str; 5] = ["appkeep", "data_plane", "bare_server", "plain_insert", "cost"];

/// The arguments that build the executables in release mode.
const BUILD: [&str; 11] = [
    "--release",
    "--package=appkeep",
    "--package=appkeep-api",
    "--package=appkeep-client",
    "--package=appkeep-engine",
    "--package=appkeep-store",
    "--bin=appkeep",
    "--example=bare_server",
    "--example=cost",
    "--example=data_plane",
    "--example=plain_insert",
];

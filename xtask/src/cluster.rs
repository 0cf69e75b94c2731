//! `cargo xtask cluster`: injects faults into three servers that share a database and a bucket, and checks that no data
//! was lost.
//!
//! The real binary runs as child processes, each in a network namespace of its own, with PostgreSQL and `rclone serve s3`.
//! In each round, clients send requests to all servers, and one fault is injected. When all jobs have ended, the
//! acknowledged resources, the disks, the restored directories, the notifications and, with plain restic, a repository are
//! checked. The seed determines all random choices, but not the progress of the servers.

mod api;
mod checks;
mod environment;
mod fault;
mod load;
mod model;
mod network;
mod notifications;
mod report;
mod restores;
mod servers;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use self::api::Api;
use self::environment::{Environment, USED_APPS};
use self::fault::Fault;
use self::load::Client;
use self::model::Model;
use self::report::Report;
use self::servers::Servers;
use crate::process::quietly;
use crate::report::Counts;
use crate::{Outcome, appkeep, crash, python, s3};

/// The number of rounds after which everything is deleted and must be gone.
const ROUNDS_PER_DELETION: u64 = 16;

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Number of faults.
    #[arg(long, default_value_t = 200)]
    rounds: u64,
    /// Seed of all random choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Work below this directory [default: in memory where possible].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The binary; set when this command runs in namespaces of its own.
    #[arg(long, hide = true)]
    isolated: Option<PathBuf>,
}

impl Args {
    /// The arguments for CI.
    pub(crate) fn usual() -> Self {
        Self {
            rounds: 16,
            seed: 1,
            dir: None,
            isolated: None,
        }
    }
}

/// Runs the rounds and prints a report. Stops at the first finding and keeps its directory for inspection.
///
/// # Errors
/// When a requirement is missing, or the servers can't be built or started.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    if let Some(binary) = &args.isolated {
        return run_isolated(args, binary);
    }
    if !quietly("restic", &["version"]) {
        bail!("restic isn't installed; it is required to check the repositories");
    }
    if !quietly("unshare", &["--net", "--mount", "ip", "link"]) {
        bail!("network namespaces can't be created: expected root, and the commands ip and unshare");
    }
    python::installed(&s3::Program::Rclone.package())?;
    let (_kept, binary) = appkeep::build_to_keep(&["--features", "failpoints"])?;
    Ok(Outcome::of(network::isolated(args, &binary)?))
}

fn run_isolated(args: &Args, binary: &Path) -> Result<Outcome> {
    network::create()?;
    let parent = args.dir.clone().unwrap_or_else(crash::default_parent);
    let mut rng = fastrand::Rng::with_seed(args.seed);
    let environment = Environment::create(binary, &parent, &mut rng)?;
    let servers = Servers::start_all(&environment)?;
    let token = environment.run("token create --account acme --name cluster")?;
    let mut cluster = Cluster {
        environment,
        servers,
        api: Api::new(token),
        models: Default::default(),
        failed: BTreeSet::new(),
        scheduled: BTreeMap::new(),
        report: Report::default(),
    };
    let begun = Instant::now();
    let result = cluster.rounds(args, &mut rng);
    cluster.report.elapsed = begun.elapsed();
    if let Err(error) = result {
        let Cluster {
            environment,
            mut report,
            servers,
            ..
        } = cluster;
        drop(servers);
        let kept = environment.keep();
        let round = report.rounds;
        report
            .findings
            .push(format!("seed {} round {round}: {error:#}", args.seed));
        report
            .findings
            .push(format!("kept for inspection: {}", kept.display()));
        println!("{report}");
        return Ok(Outcome::Findings);
    }
    for server in 0..network::SERVERS {
        cluster.servers.stop(server)?;
    }
    println!("seed {}\n{}", args.seed, cluster.report);
    Ok(Outcome::Fine)
}

/// The servers with everything they share, and the expected state.
struct Cluster {
    // Dropped before the environment that the servers use.
    servers: Servers,
    environment: Environment,
    api: Api,
    models: [Model; USED_APPS],
    /// The ids of failed backups and snapshots that were reported.
    failed: BTreeSet<String>,
    /// The ids of the backups that the schedule created, by their names.
    scheduled: BTreeMap<String, String>,
    report: Report,
}

impl Cluster {
    fn rounds(&mut self, args: &Args, rng: &mut fastrand::Rng) -> Result<()> {
        let mut faults = Vec::new();
        while self.report.rounds < args.rounds {
            self.report.rounds += 1;
            if faults.is_empty() {
                faults = Fault::ALL.to_vec();
                rng.shuffle(&mut faults);
            }
            if let Some(fault) = faults.pop() {
                let begun = Instant::now();
                self.round(fault, rng).with_context(|| fault.name())?;
                let round = self.report.rounds;
                println!(
                    "cluster: round {round} of {}: {} ({:.1} s)",
                    args.rounds,
                    fault.name(),
                    begun.elapsed().as_secs_f64()
                );
            }
            if self.report.rounds.is_multiple_of(ROUNDS_PER_DELETION) {
                self.delete_all()?;
            }
        }
        Ok(())
    }

    fn round(&mut self, fault: Fault, rng: &mut fastrand::Rng) -> Result<()> {
        for app in 0..USED_APPS {
            self.environment.change(app, rng)?;
        }
        let mut models = std::mem::take(&mut self.models);
        let api = Api::clone(&self.api);
        let end = AtomicBool::new(false);
        let manifests: Vec<_> = (0..USED_APPS).map(|app| self.environment.manifest(app)).collect();
        let (injected, counts) = thread::scope(|scope| {
            let clients = models
                .iter_mut()
                .zip(manifests)
                .enumerate()
                .map(|(app, (model, manifest))| {
                    let client = Client {
                        api: &api,
                        app,
                        manifest,
                        model,
                        targets: restores::directory(self.environment.path()),
                        rng: rng.fork(),
                        counts: Counts::default(),
                    };
                    let end = &end;
                    scope.spawn(move || client.run(end))
                });
            let clients: Vec<_> = clients.collect();
            let injected = fault.inject(self, rng);
            end.store(true, Ordering::Relaxed);
            let counts: Vec<_> = clients.into_iter().map(ScopedJoinHandle::join).collect();
            (injected, counts)
        });
        self.models = models;
        for counts in counts {
            match counts {
                Ok(counts) => self.report.requests.merge(counts?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        injected?;
        self.report.faults.add(fault.name());
        self.check()
    }
}

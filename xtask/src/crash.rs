//! `cargo xtask crash`: kills the server repeatedly, and checks that no data was lost.
//!
//! The real binary runs as a child process, built with the feature `failpoints`. Each round changes files,
//! requests a few operations, kills the server at a fail point or a random time, and restarts it (and may
//! kill it during the start). Then it checks the acknowledged resources, the disk and, with plain restic, the
//! repositories. The seed determines all random choices, but not how far the server gets until a random time.
//!
//! A killed process isn't a power cut: written data stays in the system's cache. So the default directory is
//! in memory where possible, as syncing is free there.

mod checks;
mod environment;
mod import;
mod model;
mod points;
mod report;
mod restic;
mod round;
mod server;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use appkeep_launcher::{Method, backups};

use self::environment::{APPS, BUCKETS, Environment};
pub(crate) use self::environment::{Files, describe, entries, files_below};
use self::model::Model;
use self::report::Report;
use self::round::{End, Workload, list, of_app};
use self::server::{Server, Started};
use crate::process::quietly;
use crate::{Outcome, appkeep};

/// Number of rounds with the same data directory and bucket. After them, the database is rebuilt from the buckets for
/// a comparison. Then everything is deleted and must be gone.
const ROUNDS_PER_ENVIRONMENT: u64 = 100;

/// Number of kills after which restic checks a repository, before the server can repair anything.
const ROUNDS_PER_CHECK: u64 = 10;

/// The directory for files in memory, on Linux.
const IN_MEMORY: &str = "/dev/shm";

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Number of kills.
    #[arg(long, default_value_t = 500)]
    rounds: u64,
    /// Seed of all random choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Kill at this fail point only.
    #[arg(long, value_name = "NAME")]
    point: Option<String>,
    /// Work below this directory [default: in memory where possible].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Args {
    /// The arguments for CI.
    pub(crate) fn usual() -> Self {
        Self {
            rounds: 500,
            seed: 1,
            point: None,
            dir: None,
        }
    }
}

/// Runs the rounds and prints a report. Stops at the first finding and keeps its directory for inspection.
///
/// # Errors
/// When the server can't be built or started, or restic isn't installed.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    if !quietly("restic", &["version"]) {
        bail!("restic isn't installed; it is required to check the repositories");
    }
    let mut points = points::names()?;
    if let Some(point) = &args.point {
        points.retain(|name| name == point);
        if points.is_empty() {
            bail!("unknown fail point {point}");
        }
    }
    let parent = args.dir.clone().unwrap_or_else(default_parent);
    let (_kept, binary) = appkeep::build_to_keep(&["--features", "failpoints"])?;
    let run = Run {
        binary,
        parent,
        points,
        seed: args.seed,
    };
    let mut report = Report::default();
    report.points.clone_from(&run.points);
    let begun = Instant::now();
    while report.rounds < args.rounds && report.is_clean() {
        let rounds = ROUNDS_PER_ENVIRONMENT.min(args.rounds - report.rounds);
        run.environment(rounds, &mut report)?;
        report.elapsed = begun.elapsed();
        println!(
            "crash: {} rounds of {} in {:.0} s",
            report.rounds,
            args.rounds,
            report.elapsed.as_secs_f64()
        );
    }
    println!("{report}");
    Ok(Outcome::of(report.is_clean()))
}

/// The default directory for files: in memory where possible.
pub(crate) fn default_parent() -> PathBuf {
    let in_memory = Path::new(IN_MEMORY);
    if in_memory.is_dir() {
        in_memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

struct Run {
    binary: PathBuf,
    parent: PathBuf,
    points: Vec<String>,
    seed: u64,
}

impl Run {
    /// Runs rounds in one directory; a finding ends them.
    fn environment(&self, rounds: u64, report: &mut Report) -> Result<()> {
        let environment = Environment::create(&self.binary, &self.parent, &mut self.rng(report.rounds, 1))?;
        let mut rounds_here = Rounds {
            run: self,
            environment,
            model: Model::default(),
            token: String::new(),
        };
        if let Err(error) = rounds_here.all(rounds, report) {
            report.found(format!("seed {} round {}: {error:#}", self.seed, report.rounds));
            report.found(format!(
                "kept for inspection: {}",
                rounds_here.environment.keep().display()
            ));
        }
        Ok(())
    }

    /// The random numbers of a round; `purpose` separates independent streams.
    fn rng(&self, round: u64, purpose: u64) -> fastrand::Rng {
        let mut rng = fastrand::Rng::with_seed(self.seed);
        let seed = rng.u64(..)
            ^ round.wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ purpose.wrapping_mul(0xd1b5_4a32_d192_ed03);
        fastrand::Rng::with_seed(seed)
    }
}

/// The rounds in one directory.
struct Rounds<'a> {
    run: &'a Run,
    environment: Environment,
    model: Model,
    token: String,
}

impl Rounds<'_> {
    fn all(&mut self, rounds: u64, report: &mut Report) -> Result<()> {
        let mut rng = self.run.rng(report.rounds, 2);
        self.maybe_die_starting(&mut rng, report)?;
        let mut server = self.start(report)?;
        self.token = self.environment.installation().token("acme")?;
        // The server was started without a token.
        drop(server);
        server = self.start(report)?;
        for _ in 0..rounds {
            report.rounds += 1;
            server = self.round(server, report)?;
        }
        let listed = list(&server, &backups())?;
        server.stop()?;
        self.check_with_restic(report)?;
        import::check(&self.environment, &listed)?;
        report.checked("the list of backups is rebuilt from the buckets");
        let server = self.start(report)?;
        self.delete_all(&server, report)?;
        server.stop()
    }

    fn round(&mut self, mut server: Server, report: &mut Report) -> Result<Server> {
        let mut rng = self.run.rng(report.rounds, 0);
        let end = End::draw(&self.run.points, &self.environment, &mut rng);
        if !server.process.set_fail_points(&end.rule()) {
            bail!("the server didn't confirm the fail point {}", end.rule());
        }
        if let End::Time(delay) = end {
            server.process.kill_after(delay);
        }
        let mut workload = Workload {
            environment: &mut self.environment,
            model: &mut self.model,
            report,
            rng: &mut rng,
        };
        workload.round(&server, &end)?;
        end.wait(server, report)?;
        self.leave_over();
        if report.rounds.is_multiple_of(ROUNDS_PER_CHECK) {
            self.check_one(&mut rng, report)?;
        }
        self.maybe_die_starting(&mut rng, report)?;
        let server = self.start(report)?;
        checks::check(&server, &self.environment, &mut self.model, report)?;
        Ok(server)
    }

    fn start(&self, report: &mut Report) -> Result<Server> {
        report.starts += 1;
        match Server::start(&self.environment, &self.token, "")? {
            Started::Ready(server) => Ok(server),
            Started::Died(termination) => bail!("the server didn't start: {termination:?}"),
        }
    }

    /// Sometimes kills the server again while it starts and recovers.
    fn maybe_die_starting(&mut self, rng: &mut fastrand::Rng, report: &mut Report) -> Result<()> {
        if rng.u8(..100) >= 15 {
            return Ok(());
        }
        let end = End::draw(&self.run.points, &self.environment, rng);
        report.starts += 1;
        match Server::start(&self.environment, &self.token, &end.rule())? {
            Started::Died(server::Termination::Abort) => report.died("a fail point before it was ready"),
            Started::Died(termination) => bail!("the server didn't start: {termination:?}"),
            Started::Ready(server) => {
                if let End::Time(delay) = end {
                    server.process.kill_after(delay);
                }
                end.wait(server, report)?;
            }
        }
        self.leave_over();
        Ok(())
    }

    /// Raises the limit of unreferenced data: a kill may leave up to one backup in each repository.
    fn leave_over(&mut self) {
        for (app, of_app) in self.model.left_over.iter_mut().enumerate() {
            for bytes in of_app {
                *bytes += self.environment.bytes_max(app) * 2;
            }
        }
    }

    /// Runs `restic check` on one repository right after a kill.
    fn check_one(&self, rng: &mut fastrand::Rng, report: &mut Report) -> Result<()> {
        let repositories = restic::repositories(&self.environment)?;
        if repositories.is_empty() {
            return Ok(());
        }
        repositories[rng.usize(..repositories.len())].check(false)?;
        report.checked("restic check right after a kill");
        Ok(())
    }

    fn check_with_restic(&self, report: &mut Report) -> Result<()> {
        for repository in restic::repositories(&self.environment)? {
            repository.check(true)?;
            report.checked("restic check --read-data");
            repository.compare_list(&self.model)?;
            report.checked("restic lists exactly the backups that the API lists");
            if repository.restore_newest(&self.environment, &self.model)? {
                report.checked("restic restores the newest backup as it was");
            }
        }
        Ok(())
    }

    fn delete_all(&mut self, server: &Server, report: &mut Report) -> Result<()> {
        for (kept, kind) in [
            (&mut self.model.backups, "appBackups"),
            (&mut self.model.snaps, "appSnaps"),
        ] {
            let all: Vec<_> = kept.there.iter().map(|one| (one.id.clone(), one.app)).collect();
            for (id, app) in all {
                let response = server.request(&Method::DELETE, &format!("{}/{id}", of_app(app, kind)), None);
                match response.map(|response| response.status) {
                    Some(204) => kept.deleted(&id),
                    other => bail!("the delete of {id} returned {other:?}"),
                }
            }
        }
        self.model.left_over = [[0; BUCKETS.len()]; APPS.len()];
        checks::check_empty(server, &self.environment, &self.model)?;
        report.checked("after all was deleted, nothing is stored");
        Ok(())
    }
}

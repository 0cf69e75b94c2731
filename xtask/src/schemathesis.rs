//! `cargo xtask schemathesis`: checks our own server with an independent tool.
//!
//! Schemathesis has no information other than the document. For each seed, it tests a new server with two accounts that
//! share nothing. Known exceptions for our server are in `xtask/schemathesis/exceptions.py`, by operation and with a
//! reason. A warning is a finding. So is a run that generated fewer cases than required, left out an operation or a
//! phase, or left a server behind that doesn't finish its jobs.

mod health;
mod report;
mod runner;
mod server;

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

use self::report::{Report, Run};
use self::runner::{RunOptions, Runner};
use self::server::TestServer;
use crate::python::Package;
use crate::{Outcome, appkeep, files, spec};

/// The directory of Schemathesis' configuration and our additions, relative to the workspace's root.
const DIR: &str = "xtask/schemathesis";

/// Schemathesis itself.
pub(crate) const PACKAGE: Package = Package {
    program: "schemathesis",
    requirements: "xtask/schemathesis/requirements.txt",
    venv: "target/schemathesis/venv",
};

/// The directory of each run's results, relative to the workspace's root.
const RESULTS: &str = "target/schemathesis";

/// The phases of a run; Schemathesis has no others.
const PHASES: [&str; 4] = ["examples", "coverage", "fuzzing", "stateful"];

/// Minimum number of cases of a normal run, which has one seed.
const CASES_MIN: u64 = 2_500;

/// Minimum number of cases of a full run, for all seeds together.
const FULL_CASES_MIN: u64 = 50_000;

/// The arguments.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Seed of the generated requests; may be repeated [default: 1, and 1 to 5 with --full].
    #[arg(long)]
    seed: Vec<u64>,
    /// Number of fuzzing cases per operation, and number of sequences [default: 150, and 650 with --full].
    #[arg(long, value_name = "N")]
    examples: Option<u32>,
    /// Run five seeds and at least 50,000 cases.
    #[arg(long)]
    full: bool,
    /// Maximum number of concurrent seeds, each with its own server [default: number of processors].
    #[arg(long, value_name = "N")]
    at_once: Option<NonZero<usize>>,
    /// Check against this document instead of the contract.
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
}

/// The size of a run, and its required minimum.
#[derive(Debug, PartialEq, Eq)]
struct Budget {
    seeds: Vec<u64>,
    examples: u32,
    cases_min: u64,
    /// Whether an unused exception is a finding.
    is_full: bool,
}

impl Args {
    fn budget(&self) -> Budget {
        let (seeds, examples, cases_min) = if self.full {
            (vec![1, 2, 3, 4, 5], 650, FULL_CASES_MIN)
        } else {
            (vec![1], 150, CASES_MIN)
        };
        let is_usual = self.seed.is_empty() && self.examples.is_none();
        Budget {
            seeds: if self.seed.is_empty() {
                seeds
            } else {
                self.seed.clone()
            },
            examples: self.examples.unwrap_or(examples),
            // A smaller run on request only has to generate one case.
            cases_min: if is_usual || self.full { cases_min } else { 1 },
            is_full: self.full,
        }
    }
}

/// Runs Schemathesis against a new server for each seed, and checks the results.
///
/// # Errors
/// When Schemathesis can't be installed or run, or the server can't be built or started.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let runner = Runner::installed(args.document.as_deref())?;
    let (_kept, binary) = appkeep::build_to_keep(&[])?;
    let budget = args.budget();
    let at_once = args.at_once.or_else(|| thread::available_parallelism().ok());
    let report = Report {
        runs: each(&budget.seeds, at_once.map_or(1, NonZero::get), |seed| {
            run_seed(&runner, &binary, seed, budget.examples)
        })?,
    };
    let findings = report.findings(&budget, &operations()?);
    print!("{}", report.summary(&budget));
    for finding in &findings {
        println!("schemathesis: {finding}");
    }
    Ok(Outcome::of(findings.is_empty()))
}

/// The result of `run_seed` for each seed, smallest first; at most `at_once` run concurrently.
fn each<T: Send>(
    seeds: &[u64],
    at_once: usize,
    run_seed: impl Fn(u64) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..at_once.min(seeds.len()) {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let reported = run_seed(*seed);
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((*seed, reported));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(seed, _)| *seed);
    done.into_iter().map(|(_, reported)| reported).collect()
}

/// Runs one seed against a new server.
fn run_seed(runner: &Runner, binary: &Path, seed: u64, examples: u32) -> Result<Run> {
    let results = files::root().join(RESULTS).join(format!("seed-{seed}"));
    fs::create_dir_all(&results).with_context(|| format!("failed to create {}", results.display()))?;
    let server = TestServer::start(binary, &results)?;
    println!(
        "schemathesis: seed {seed}, {examples} examples, on {}",
        server.url()
    );
    let mut run = runner.run(&RunOptions {
        url: server.url(),
        environment: &server.environment(),
        seed,
        examples,
        phases: &PHASES,
        results: &results,
    })?;
    run.after = health::settle(server);
    println!("{run}");
    Ok(run)
}

/// The ids of all operations.
fn operations() -> Result<BTreeSet<String>> {
    let contract = spec::load()?;
    let operations = spec::operations(&contract).into_iter();
    Ok(operations.map(|operation| operation.id().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn each_seed_runs_and_errors_are_returned() {
        assert_eq!(each(&[3, 1, 2], 2, |seed| Ok(seed * 10)).unwrap(), [10, 20, 30]);
        assert_eq!(each(&[1, 2, 3], 8, Ok).unwrap(), [1, 2, 3]);
        assert!(
            each(&[1, 2], 1, |seed| if seed == 2 {
                bail!("no server")
            } else {
                Ok(())
            })
            .is_err()
        );
    }

    #[test]
    fn custom_sizes_have_no_minimum() {
        let usual = Args::default().budget();
        assert_eq!((usual.seeds, usual.cases_min), (vec![1], CASES_MIN));
        let full = Args {
            full: true,
            ..Args::default()
        };
        let full = full.budget();
        assert_eq!(
            (full.seeds.len(), full.examples, full.cases_min),
            (5, 650, FULL_CASES_MIN)
        );
        let own = Args {
            seed: vec![7, 8],
            examples: Some(3),
            ..Args::default()
        };
        let own = own.budget();
        assert_eq!((own.seeds, own.examples, own.cases_min), (vec![7, 8], 3, 1));
    }
}

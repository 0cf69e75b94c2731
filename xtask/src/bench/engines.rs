//! Compares restic, the library and our engine, step by step on the same data.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use fastrand::Rng;
use serde_json::{Value, json};

use super::dataset;
use super::process::{Cost, cost_of};
use super::{Args, clear, report};
use crate::s3::Server;

/// A backup engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Peer {
    /// The installed `restic`.
    Restic,
    /// The library with its own source and backend, without our checks.
    Bare,
    /// The engine.
    Ours,
    /// The engine without reading a finished backup back: its own overhead over the library.
    Unverified,
    /// The engine, directly from the source, without snapshots.
    Live,
}

impl Peer {
    const ALL: [Self; 5] = [Self::Restic, Self::Bare, Self::Ours, Self::Unverified, Self::Live];

    /// Those that store backups on S3 safely.
    const WITH_S3: [Self; 2] = [Self::Restic, Self::Ours];
}

/// The steps, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// Only our engine: the copy that the first backup reads.
    Snapshot,
    First,
    Unchanged,
    Changed,
    Restore,
    /// A restore that reads and compares what it wrote, as every restore of our engine does.
    Compared,
    Delete,
}

impl Step {
    pub(crate) const ALL: [Self; 7] = [
        Self::Snapshot,
        Self::First,
        Self::Unchanged,
        Self::Changed,
        Self::Restore,
        Self::Compared,
        Self::Delete,
    ];

    /// Its name in the result.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::First => "first backup",
            Self::Unchanged => "unchanged",
            Self::Changed => "1 % changed",
            Self::Restore => "restore",
            Self::Compared => "restore, compared",
            Self::Delete => "delete and prune",
        }
    }
}

/// The costs of all steps, and the sizes of the repositories.
#[derive(Debug, Default)]
pub(crate) struct Costs {
    pub(crate) of: BTreeMap<(Step, Peer), Cost>,
    /// The sizes after the first backup, and after the delete, in bytes.
    pub(crate) sizes: BTreeMap<Peer, (u64, u64)>,
}

impl Costs {
    fn note(&mut self, step: Step, peer: Peer, cost: Cost) {
        eprintln!(
            "{:<17} {:<18} {:>7.2} s {:>7.2} CPU s {:>5} MiB",
            step.name(),
            report::name_of(peer),
            cost.wall.as_secs_f64(),
            cost.cpu.as_secs_f64(),
            cost.peak_bytes >> 20
        );
        let best = self.of.get(&(step, peer)).map_or(cost, |best| best.best(cost));
        self.of.insert((step, peer), best);
    }
}

/// Measures the engines in all steps, and prints the table. Their repositories are in directories, or in the bucket of
/// `server`.
///
/// # Errors
/// When restic is missing, a step fails, or a restore differs from the data of the backup.
pub(crate) fn measure(args: &Args, dir: &Path, example: &Path, server: Option<&Server>) -> Result<Value> {
    let restic = version_of_restic()?;
    let source = dir.join("source");
    let mut rng = Rng::with_seed(args.seed);
    eprintln!("creating a data set of {} MiB", args.data_mib);
    dataset::make(&source, args.data_mib, &mut rng)?;
    let (files, bytes) = dataset::size(&source)?;
    let mut costs = Costs::default();
    for rep in 1..=args.reps {
        eprintln!("repetition {rep} of {}", args.reps);
        let site = Site {
            dir,
            source: &source,
            example,
            server,
            repetition: rep,
        };
        site.repetition(args, &mut rng, &mut costs)?;
    }
    let place = server.map_or("directories", |_| "a bucket on S3");
    println!(
        "backups in {place}: {files} files, {} MiB, {restic}, the best of {}",
        bytes >> 20,
        args.reps
    );
    println!("{}", report::table(&costs));
    clear(dir)?;
    Ok(json!({
        "files": files,
        "bytes": bytes,
        "seed": args.seed,
        "repetitions": args.reps,
        "restic": restic,
        "costs": report::costs_to_json(&costs),
    }))
}

fn version_of_restic() -> Result<String> {
    let output = Command::new("restic").arg("version").output();
    let output = output.context("failed to start restic, which is required for the comparison")?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text
        .split(" compiled")
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned())
}

struct Site<'a> {
    dir: &'a Path,
    source: &'a Path,
    example: &'a Path,
    /// The server of the repositories; `None` means directories.
    server: Option<&'a Server>,
    repetition: u32,
}

impl Site<'_> {
    fn repetition(&self, args: &Args, rng: &mut Rng, costs: &mut Costs) -> Result<()> {
        for peer in self.peers() {
            clear(&self.place(*peer))?;
            fs::create_dir_all(self.place(*peer))?;
        }
        let mut init = self.restic();
        cost_of(init.arg("init")).context("creating restic's repository")?;
        for step in Step::ALL {
            if step == Step::Changed {
                dataset::change(self.source, args.data_mib, rng)?;
            }
            for peer in self.peers().iter().copied() {
                if let Some(mut command) = self.command(step, peer)? {
                    settle();
                    let cost = cost_of(&mut command).with_context(|| step.name())?;
                    costs.note(step, peer, cost);
                    if step == Step::Restore && matches!(peer, Peer::Ours | Peer::Live) {
                        costs.note(Step::Compared, peer, cost);
                    }
                    self.after(step, peer, costs)?;
                }
            }
        }
        if let Some(server) = self.server {
            for peer in self.peers() {
                clear(&server.bucket_directory().join(self.prefix(*peer)))?;
            }
        }
        Ok(())
    }

    fn peers(&self) -> &'static [Peer] {
        match self.server {
            Some(_) => &Peer::WITH_S3,
            None => &Peer::ALL,
        }
    }

    fn place(&self, peer: Peer) -> PathBuf {
        self.dir.join(report::name_of(peer))
    }

    /// The prefix of an engine's objects on S3. It differs in each repetition, because rclone remembers deleted files.
    fn prefix(&self, peer: Peer) -> String {
        format!("{}-{}", report::name_of(peer), self.repetition)
    }

    /// The command of an engine for a step; runs unmeasured preparations first.
    fn command(&self, step: Step, peer: Peer) -> Result<Option<Command>> {
        if peer == Peer::Restic {
            return self.restic_command(step);
        }
        let word = match step {
            Step::Compared => return Ok(None),
            Step::Snapshot if matches!(peer, Peer::Bare | Peer::Live) => return Ok(None),
            Step::Restore | Step::Delete if peer == Peer::Unverified => return Ok(None),
            Step::Snapshot => "snapshot-1",
            Step::First => "backup-1",
            Step::Unchanged => "backup-2",
            Step::Changed => "backup-3",
            Step::Restore => "restore-3",
            Step::Delete => "delete",
        };
        if let (Peer::Ours | Peer::Unverified, Step::Unchanged | Step::Changed) = (peer, step) {
            cost_of(&mut self.example(peer, &word.replace("backup", "snapshot")))?;
        }
        if peer == Peer::Live {
            return Ok(Some(self.example(peer, &word.replace("backup", "live"))));
        }
        Ok(Some(self.example(peer, word)))
    }

    fn example(&self, peer: Peer, step: &str) -> Command {
        let peer_name = match peer {
            Peer::Unverified => "ours-unverified",
            Peer::Ours | Peer::Live => "ours",
            Peer::Bare | Peer::Restic => "bare",
        };
        let mut command = Command::new(self.example);
        command
            .args([peer_name, step])
            .arg(self.place(peer))
            .arg(self.source);
        if let Some(server) = self.server {
            command
                .arg(format!("s3://{}/{}", server.bucket(), self.prefix(peer)))
                .envs(server.aws_environment());
        }
        command
    }

    fn restic(&self) -> Command {
        let place = self.place(Peer::Restic);
        let mut command = Command::new("restic");
        if let Some(server) = self.server {
            let prefix = self.prefix(Peer::Restic);
            command
                .env(
                    "RESTIC_REPOSITORY",
                    format!("s3:{}/{}/{prefix}", server.url(), server.bucket()),
                )
                .envs(server.aws_environment());
        } else {
            command.env("RESTIC_REPOSITORY", place.join("repository"));
        }
        command
            .env("RESTIC_CACHE_DIR", place.join("cache"))
            .env("RESTIC_PASSWORD", "bench")
            .arg("--quiet");
        command
    }

    fn restic_command(&self, step: Step) -> Result<Option<Command>> {
        let mut command = self.restic();
        match step {
            Step::Snapshot => return Ok(None),
            Step::First | Step::Unchanged | Step::Changed => command.arg("backup").arg(self.source),
            Step::Restore | Step::Compared => {
                command
                    .args(["restore", "latest", "--target"])
                    .arg(self.place(Peer::Restic).join("restored"));
                if step == Step::Compared {
                    command.arg("--verify");
                }
                &mut command
            }
            Step::Delete => command
                .args(["forget", "--prune", "--max-unused", "0"])
                .args(self.first_two_of_restic()?),
        };
        Ok(Some(command))
    }

    fn first_two_of_restic(&self) -> Result<Vec<String>> {
        let output = self.restic().args(["snapshots", "--json"]).output()?;
        let snapshots: Vec<Value> =
            serde_json::from_slice(&output.stdout).context("failed to read restic's list of snapshots")?;
        let ids = snapshots
            .iter()
            .take(2)
            .filter_map(|snapshot| snapshot["id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }

    /// Unmeasured checks after a step.
    fn after(&self, step: Step, peer: Peer, costs: &mut Costs) -> Result<()> {
        match step {
            _ if peer == Peer::Unverified => {}
            Step::First | Step::Delete => {
                let bytes = self.repository_size(peer)?;
                let (first, last) = costs.sizes.entry(peer).or_default();
                *(if step == Step::First { first } else { last }) = bytes;
            }
            Step::Restore | Step::Compared => {
                let restored = self.place(peer).join("restored");
                let inner = match peer {
                    Peer::Ours | Peer::Live => restored.join("data"),
                    _ => restored.join(self.source.strip_prefix("/")?),
                };
                if !dataset::is_same(self.source, &inner)? {
                    bail!(
                        "{}: the restored data differs from the backup",
                        report::name_of(peer)
                    );
                }
                clear(&restored)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn repository_size(&self, peer: Peer) -> Result<u64> {
        if let Some(server) = self.server {
            return Ok(dataset::size(&server.bucket_directory().join(self.prefix(peer)))?.1);
        }
        let name = if matches!(peer, Peer::Ours | Peer::Live) {
            "bucket"
        } else {
            "repository"
        };
        Ok(dataset::size(&self.place(peer).join(name))?.1)
    }
}

/// Flushes cached writes of earlier steps, so that they don't slow down the next one.
fn settle() {
    let _ = Command::new("sync").status();
}

//! `cargo xtask mutants`: whether a test notices each change that cargo-mutants would make to the sources.
//!
//! cargo-mutants builds and tests each of its mutants by itself, and the judge's tests take minutes: that would be
//! days. Here all mutants are woven into one copy of the workspace, which is built once; each test runs once to see
//! which mutants it passes by; and a mutant meets only those tests, the likeliest first, each in a process of its own.

mod judge;
mod list;
mod outcomes;
mod suite;
mod table;
mod tree;
mod weave;

use std::collections::BTreeMap;
use std::fs;
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use self::judge::Judge;
use self::list::Mutant;
use self::outcomes::{Outcome as Fate, Outcomes};
use self::suite::side_by_side;
use self::tree::Tree;
use crate::{Outcome, files};

/// The packages whose tests run: those that link what is mutated.
const PACKAGES: [&str; 4] = ["appkeep", "appkeep-contract", "appkeep-server", "appkeep-tests"];

/// What the compiler says of a switch in a constant.
const IN_A_CONSTANT: &str = "in constants";

/// Why some mutants have no place: `||` can't chain a `let`, and a match needs an arm for everything.
const NO_PROGRAM: &str = "a chain of `let` broken, or a match without an arm for all the rest";

/// How to run them.
#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// Only mutants of files that match this glob; may be repeated.
    #[arg(long, value_name = "GLOB")]
    file: Vec<String>,
    /// Only tests of this package; may be repeated [default: of all that link what is mutated].
    #[arg(long = "package", short, value_name = "PACKAGE")]
    packages: Vec<String>,
    /// Only tests with this in their names; may be repeated.
    #[arg(long = "test", value_name = "PART")]
    tests: Vec<String>,
    /// Judge also what an earlier run caught, where the source is still the same.
    #[arg(long)]
    anew: bool,
    /// No mutant gets more time than this for its tests.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    seconds: u64,
    /// How many tests run at once [default: as many as there are processors].
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Judge nothing, only write the table of what is known.
    #[arg(long)]
    table: bool,
}

/// Judges the mutants that no earlier run caught, and writes the table.
///
/// # Errors
/// When a tool is missing, the woven copy doesn't build, or a test can't be started.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let mutants = list::list(&args.file)?;
    let target = files::root().join("target/mutants");
    fs::create_dir_all(&target).with_context(|| format!("failed to make {}", target.display()))?;
    let outcomes = Outcomes::open(&target.join("outcomes.jsonl"))?;
    if !args.table {
        let known = if args.anew {
            BTreeMap::new()
        } else {
            outcomes.read()?
        };
        let is_open = |mutant: &&Mutant| {
            !matches!(
                known.get(&mutant.key()),
                Some(Fate::Caught(_) | Fate::TimedOut(_) | Fate::Unbuilt(_) | Fate::Constant)
            )
        };
        let open: Vec<Mutant> = mutants.iter().filter(is_open).cloned().collect();
        eprintln!("mutants: {} of {} to judge", open.len(), mutants.len());
        judge(args, &open, &outcomes)?;
    }
    table::write(&mutants, &outcomes.read()?, args.file.is_empty())
}

fn judge(args: &Args, open: &[Mutant], outcomes: &Outcomes) -> Result<()> {
    let jobs = args
        .jobs
        .unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    let tree = Tree::read()?;
    let packages = if args.packages.is_empty() {
        PACKAGES.map(str::to_owned).to_vec()
    } else {
        args.packages.clone()
    };
    let built = tree.build(open)?;
    for mutant in open {
        match built.refused.get(&mutant.id) {
            Some(said) if said.contains(IN_A_CONSTANT) => outcomes.put(mutant, &Fate::Constant)?,
            Some(said) => outcomes.put(mutant, &Fate::Unbuilt(said.clone()))?,
            None if built.unplaced.contains(&mutant.id) => {
                outcomes.put(mutant, &Fate::Unbuilt(NO_PROGRAM.to_owned()))?;
            }
            None => {}
        }
    }
    let tests = suite::find(&tree, &packages, &args.tests, jobs)?;
    let woven: Vec<&Mutant> = open
        .iter()
        .filter(|mutant| built.sites.contains_key(&mutant.id))
        .collect();
    let judge = Judge::new(
        &tree,
        &tests,
        open,
        &built.sites,
        Duration::from_secs(args.seconds),
    );
    let judged = side_by_side(jobs, &woven, |mutant| outcomes.put(mutant, &judge.of(mutant)?));
    judged.into_iter().collect()
}

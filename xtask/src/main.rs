//! Commands that generate, check or release this workspace.
//!
//! `cargo xtask help` lists the commands. xtask doesn't depend on the workspace's crates that use generated
//! code, so that broken generated code can't stop the command that fixes it; binaries that have to run
//! (`appkeep verify`) are built and started as child processes. Only [`files`] writes into the tree.
//!
//! Exit codes: 0 success, 1 a check found something, 2 the command could not run, 3 a generated file is stale
//! (`--check`).

mod appkeep;
mod bench;
mod ci;
mod cluster;
mod codegen;
mod crash;
mod debian;
mod deployment;
mod diff;
mod files;
mod fuzz;
mod generated_files;
mod languages;
mod lint;
mod npm;
mod package;
mod pages;
mod process;
mod python;
mod release;
mod report;
mod restic;
mod s3;
mod schemathesis;
mod spec;
mod test;
mod tidy;
mod toolkit;
mod tools;
mod vendor;
mod verify;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The result of a command that ran to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Success: exit code 0.
    Fine,
    /// A check found something: exit code 1.
    Findings,
    /// A generated file differs from what would be generated: exit code 3.
    Stale,
}

impl Outcome {
    /// The outcome of a check.
    pub(crate) fn of(is_success: bool) -> Self {
        if is_success { Self::Fine } else { Self::Findings }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Fine => ExitCode::SUCCESS,
            Outcome::Findings => ExitCode::from(1),
            Outcome::Stale => ExitCode::from(3),
        }
    }
}

/// The exit code of a command that could not run.
const EXIT_COULD_NOT_RUN: u8 = 2;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Development commands of the appkeep workspace", version = None)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generate the Rust client and its mocks from spec/openapi.yaml.
    Codegen {
        /// Write nothing; show a diff and exit with 3 when a committed file is stale.
        #[arg(long)]
        check: bool,
    },
    /// Build everything, then check whether our own server, or the one at --url, conforms to the contract.
    Verify {
        /// Passed on to `appkeep verify`, for example --url URL --account ID.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Show the changes from one contract to the next, and who is affected; runs `appkeep diff`.
    Diff(diff::Args),
    /// Run all tests.
    Test {
        /// Accept changed snapshots instead of failing on them.
        #[arg(long)]
        accept: bool,
        /// Fail instead of skipping tests whose tools are missing (restic, npm, the right to mount).
        #[arg(long, env = "CI")]
        require_all: bool,
        /// Passed on to the test runner, for example a test's name.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Lint spec/openapi.yaml with Spectral, Redocly and our own link check.
    Lint,
    /// Check the workspace's own rules: dependencies between crates, sizes, generated files, links.
    Tidy,
    /// Kill the server repeatedly, and check that nothing is lost; requires restic.
    Crash(crash::Args),
    /// Inject faults into three servers that share a database; requires root, ip, restic, PostgreSQL and python3.
    Cluster(cluster::Args),
    /// Run the fuzz targets in tests/fuzz with libFuzzer.
    Fuzz(fuzz::Args),
    /// Check our own server with Schemathesis; requires python3.
    Schemathesis(schemathesis::Args),
    /// Test buckets on S3 with rclone and moto; requires python3.
    S3(s3::Args),
    /// Test the server's pages in a real browser; requires node, npm and chromium.
    Pages(pages::Args),
    /// Copy the renderer of the API reference from npm, in the pinned version.
    Vendor {
        /// Write nothing; exit with 3 if a file differs from the pinned package.
        #[arg(long)]
        check: bool,
    },
    /// Check the files in deploy/, and install the Debian package on an overlay of this machine; requires python3 and root.
    Deployment,
    /// Generate clients in Python and TypeScript, and run the examples that use them; requires python3 and npm.
    Languages,
    /// Run actoolkit on our own server over TLS; requires python3.
    Toolkit,
    /// Build and test the packages of a release outside the workspace.
    Package,
    /// Check that a release is ready, build its files, and print the steps for a person.
    Release(release::Args),
    /// Run everything that CI runs.
    Ci,
    /// Measure backups against restic and the bare library, and the server under load (release builds).
    Bench(bench::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Codegen { check } => codegen::run(check),
        Command::Verify { args } => verify::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Test {
            accept,
            require_all,
            args,
        } => test::run(accept, require_all, &args),
        Command::Lint => lint::run(),
        Command::Tidy => tidy::run(),
        Command::Crash(args) => crash::run(&args),
        Command::Cluster(args) => cluster::run(&args),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Schemathesis(args) => schemathesis::run(&args),
        Command::S3(args) => s3::run(&args),
        Command::Pages(args) => pages::run(&args),
        Command::Vendor { check } => vendor::run(check),
        Command::Deployment => deployment::run(),
        Command::Languages => languages::run(),
        Command::Toolkit => toolkit::run(),
        Command::Package => package::run(),
        Command::Release(args) => release::run(&args),
        Command::Ci => ci::run(),
        Command::Bench(args) => bench::run(&args),
    };
    match result {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(EXIT_COULD_NOT_RUN)
        }
    }
}

//! `cargo xtask s3`: runs the engine's tests of buckets on S3 with other servers than that of `cargo xtask test`.
//!
//! The servers are `rclone serve s3` and moto, from pinned packages. Each starts with an empty bucket on a free port of
//! 127.0.0.1. The tests find it by `APPKEEP_TEST_S3_…`.

mod server;

use std::env;
use std::net::Ipv4Addr;
use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

pub(crate) use self::server::{ACCESS_KEY, Program, SECRET_KEY, Server};
use crate::Outcome;
use crate::process::{command, is_installed, succeeds};

/// The name of the bucket.
const BUCKET: &str = "appkeep-test";

/// The package with the tests, and a part of their names.
const PACKAGE: &str = "appkeep-engine";
const TESTS: &str = "s3_server";

/// The arguments.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Only with these servers.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Program>,
    /// Passed on to the test runner, for example a test's name.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Runs the tests with each server.
///
/// # Errors
/// When a server can't be installed or started, or the test runner can't be started.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let programs = if args.only.is_empty() {
        Program::value_variants()
    } else {
        &args.only
    };
    let mut results = Vec::new();
    for program in programs {
        let server = Server::start(*program, BUCKET, &env::temp_dir(), Ipv4Addr::LOCALHOST)?;
        println!("s3: {} on {}", program.name(), server.url());
        let mut tests = tests(is_installed("cargo-nextest"), &args.args);
        results.push((program, succeeds(tests.envs(environment(&server)))?));
    }
    for (program, passed) in &results {
        let result = if *passed { "ok" } else { "tests failed" };
        println!("s3: {}: {result}", program.name());
    }
    Ok(Outcome::of(results.iter().all(|(_, passed)| *passed)))
}

/// The environment variables by which the tests find the bucket.
fn environment(server: &Server) -> [(&'static str, &str); 4] {
    [
        ("APPKEEP_TEST_S3_URL", server.url()),
        ("APPKEEP_TEST_S3_BUCKET", server.bucket()),
        ("APPKEEP_TEST_S3_ACCESS_KEY", server::ACCESS_KEY),
        ("APPKEEP_TEST_S3_SECRET_KEY", server::SECRET_KEY),
    ]
}

/// The command that runs the tests. With nextest, no tests are an error.
fn tests(nextest: bool, args: &[String]) -> Command {
    let mut tests = if nextest {
        let filter = format!("test({TESTS})");
        command(
            "cargo",
            &[
                "nextest",
                "run",
                "--no-fail-fast",
                "--no-tests=fail",
                "--filterset",
                &filter,
            ],
        )
    } else {
        command("cargo", &["test", "--no-fail-fast", TESTS])
    };
    tests.args(["--package", PACKAGE]).args(args);
    tests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tests_of_s3_servers_run() {
        for nextest in [true, false] {
            let command = tests(nextest, &["--verbose".to_owned()]);
            let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
            let words = words.join(" ");
            assert!(words.contains(TESTS), "{words}");
            assert!(words.ends_with("--package appkeep-engine --verbose"), "{words}");
        }
    }
}

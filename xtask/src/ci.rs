//! `cargo xtask ci`: runs everything that CI runs.
//!
//! Quick checks come first. The first failing step ends the run and is named.

use std::env;
use std::time::Instant;

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;

use crate::process::{command, succeeds};
use crate::{
    Outcome, cluster, codegen, crash, deployment, diff, languages, lint, package, pages, s3, schemathesis,
    test, tidy, toolkit, vendor, verify, workspace,
};

/// A step: its name and its function.
type Step = (&'static str, fn() -> Result<Outcome>);

/// The steps in the order they run, cheap ones first.
const STEPS: &[Step] = &[
    ("lockfile", || cargo(LOCKFILE)),
    ("format", || cargo(&["fmt", "--all", "--check"])),
    ("codegen", || codegen::run(true)),
    ("tidy", tidy::run),
    ("lint", lint::run),
    ("deployment", deployment::run),
    ("vendor", || vendor::run(true)),
    ("deny", || cargo(DENY)),
    ("machete", machete),
    ("msrv", msrv),
    ("clippy", || cargo(CLIPPY)),
    ("features", features),
    ("docs", docs),
    ("diff", || diff::run(&diff::Args::default())),
    ("test", || test::run(false, true, &[])),
    ("package", package::run),
    ("fail points", || cargo(FAIL_POINTS)),
    ("crash", || crash::run(&crash::Args::usual())),
    ("cluster", || cluster::run(&cluster::Args::usual())),
    ("verify", || verify::run(&[])),
    ("pages", || pages::run(&pages::Args::all())),
    ("languages", languages::run),
    ("toolkit", toolkit::run),
    ("schemathesis", || {
        schemathesis::run(&schemathesis::Args::default())
    }),
    ("s3", || s3::run(&s3::Args::default())),
];

/// Fails when `Cargo.lock` doesn't match the manifests, so that no later step changes it.
const LOCKFILE: &[&str] = &["fetch", "--locked"];

/// Checks licences, duplicate versions and sources against `deny.toml`.
const DENY: &[&str] = &["deny", "--locked", "check", "bans", "licenses", "sources"];

/// Runs clippy, including the code behind the feature that tests are built with.
const CLIPPY: &[&str] = &[
    "clippy",
    "--locked",
    "--workspace",
    "--all-targets",
    "--features",
    "appkeep/failpoints",
    "--",
    "-D",
    "warnings",
];

/// Runs clippy with each feature of a library alone, with none and with all, so that unused code fails, too.
/// Development dependencies turn on no features here, because no tests are built.
const FEATURES: &[&str] = &["hack", "clippy", "--locked", "--lib", "--each-feature"];

/// The tests that require the feature `failpoints`.
const FAIL_POINTS: &[&str] = &[
    "test",
    "--locked",
    "--package",
    "appkeep",
    "--features",
    "failpoints",
    "--bin",
    "appkeep",
    "--test",
    "cancel",
    "--test",
    "interrupted",
    // Each test runs its own server with much disk I/O.
    "--",
    "--test-threads",
    "2",
];

/// Runs all steps up to the first that fails.
///
/// # Errors
/// When a step could not run.
pub(crate) fn run() -> Result<Outcome> {
    run_steps(STEPS)
}

fn run_steps(steps: &[Step]) -> Result<Outcome> {
    let begin = Instant::now();
    for (name, step) in steps {
        println!("== {name}");
        let step_begin = Instant::now();
        let outcome = step().with_context(|| format!("step {name} could not run"))?;
        let elapsed_secs = step_begin.elapsed().as_secs_f64();
        if outcome != Outcome::Fine {
            println!(
                "== {name}: failed after {elapsed_secs:.1} s: run `{}`",
                rerun(name)
            );
            return Ok(outcome);
        }
        println!("== {name}: ok in {elapsed_secs:.1} s");
    }
    println!(
        "== all {} steps ok in {:.1} s",
        steps.len(),
        begin.elapsed().as_secs_f64()
    );
    Ok(Outcome::Fine)
}

/// The command that repeats one step.
fn rerun(name: &str) -> String {
    match name {
        "format" => "cargo fmt --all".to_owned(),
        "clippy" => "cargo clippy --workspace --all-targets".to_owned(),
        "docs" => "cargo doc --no-deps --workspace".to_owned(),
        "fail points" => format!("cargo {}", FAIL_POINTS.join(" ")),
        "lockfile" => format!("cargo {}", LOCKFILE.join(" ")),
        "deny" => format!("cargo {}", DENY.join(" ")),
        "machete" => "cargo-machete".to_owned(),
        "features" => format!("cargo {} --package PACKAGE", FEATURES.join(" ")),
        "msrv" => "rustc --version".to_owned(),
        other => format!("cargo xtask {other}"),
    }
}

fn cargo(args: &[&str]) -> Result<Outcome> {
    Ok(Outcome::of(succeeds(&mut command("cargo", args))?))
}

/// Finds dependencies that no source file uses. Runs `cargo-machete` directly, because `cargo machete` fails in a
/// process that `cargo run` started.
fn machete() -> Result<Outcome> {
    Ok(Outcome::of(succeeds(&mut command("cargo-machete", &[]))?))
}

/// Checks the features of the libraries that other projects may use.
fn features() -> Result<Outcome> {
    let metadata = workspace::metadata()?;
    let mut hack = command("cargo", FEATURES);
    hack.args(workspace::public_libraries(&metadata))
        .args(["--", "-D", "warnings"]);
    Ok(Outcome::of(succeeds(&mut hack)?))
}

/// Checks that CI runs with the oldest compiler that `rust-version` permits, so that every step tests it. A
/// contributor's compiler may be newer.
fn msrv() -> Result<Outcome> {
    let metadata = workspace::metadata()?;
    let packages = metadata.packages.iter();
    let oldest = packages.filter_map(|package| package.rust_version.as_ref()).max();
    let oldest = oldest.context("no package has a rust-version")?;
    let output = command("rustc", &["--version"])
        .output()
        .context("failed to run rustc")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let used = text
        .split(' ')
        .nth(1)
        .and_then(|version| Version::parse(version).ok());
    let used = used.with_context(|| format!("unexpected version of rustc: {text:?}"))?;
    if (used.major, used.minor) == (oldest.major, oldest.minor) {
        return Ok(Outcome::Fine);
    }
    println!("rust-version is {oldest}, which is not tested by rustc {used}");
    Ok(Outcome::of(env::var_os("CI").is_none()))
}

fn docs() -> Result<Outcome> {
    let mut doc = command("cargo", &["doc", "--locked", "--no-deps", "--workspace"]);
    Ok(Outcome::of(succeeds(doc.env("RUSTDOCFLAGS", "-D warnings"))?))
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn the_first_failing_step_ends_the_run() {
        let steps: &[Step] = &[
            ("green", || Ok(Outcome::Fine)),
            ("red", || Ok(Outcome::Stale)),
            ("never", || bail!("reached a step after the red one")),
        ];
        assert_eq!(run_steps(steps).unwrap(), Outcome::Stale);
    }

    #[test]
    fn a_step_that_could_not_run_is_named() {
        let error = run_steps(&[("broken", || bail!("no such tool"))]).unwrap_err();
        assert_eq!(format!("{error:#}"), "step broken could not run: no such tool");
    }
}

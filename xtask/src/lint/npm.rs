//! The linters that are npm packages: installed from the lockfile, run, and read.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Verdict;
use crate::{files, process, spec};

/// Where the packages are pinned and installed, relative to the workspace's root.
const DIR: &str = "spec/lint";
/// The contract as seen from there.
const DOCUMENT: &str = "../openapi.yaml";

/// Runs Spectral with every rule of its OpenAPI set.
///
/// # Errors
/// When it can't be installed or run.
pub(super) fn spectral() -> Result<Verdict> {
    install()?;
    let args = [
        "lint",
        DOCUMENT,
        "--ruleset",
        ".spectral.yaml",
        "--format",
        "json",
        "--quiet",
        "--fail-severity",
        "hint",
    ];
    let output = output("spectral", &args)?;
    let findings = match serde_json::from_slice(&output.stdout) {
        // Exit code 1 means findings, 2 that it could not run.
        Ok(report) if matches!(output.status.code(), Some(0 | 1)) => spectral_findings(&report)?,
        _ => bail!("spectral could not run: {}", words(&output)),
    };
    verdict(
        "Spectral, spectral:oas, all rules",
        "@stoplight/spectral-cli",
        findings,
        &output,
    )
}

/// Runs Redocly with its strictest stock configuration.
///
/// # Errors
/// When it can't be installed or run.
pub(super) fn redocly() -> Result<Verdict> {
    install()?;
    let output = output(
        "redocly",
        &["lint", DOCUMENT, "--config", "redocly.yaml", "--format", "json"],
    )?;
    let findings = match serde_json::from_slice(&output.stdout) {
        Ok(report) if matches!(output.status.code(), Some(0 | 1)) => redocly_findings(&report)?,
        _ => bail!("redocly could not run: {}", words(&output)),
    };
    verdict("Redocly, recommended-strict", "@redocly/cli", findings, &output)
}

/// The verdict, provided that a linter's exit code and its findings tell the same story.
fn verdict(linter: &str, package: &str, findings: Vec<String>, output: &Output) -> Result<Verdict> {
    if output.status.success() != findings.is_empty() {
        bail!(
            "{linter} ended with {} but reported {} findings",
            output.status,
            findings.len()
        );
    }
    let lock = read_json("package-lock.json")?;
    let version = lock["packages"][format!("node_modules/{package}")]["version"]
        .as_str()
        .unwrap_or("?");
    Ok(Verdict {
        linter: format!("{linter} ({package} {version})"),
        findings,
    })
}

/// Makes sure that what the lockfile names is installed.
fn install() -> Result<()> {
    if !process::is_installed("npm") {
        bail!(
            "npm isn't installed; the linters of {} are npm packages",
            spec::PATH
        );
    }
    let lock = read_json("package-lock.json")?;
    // npm's own record of what it installed; absent before the first time.
    let installed = read_json("node_modules/.package-lock.json").unwrap_or_default();
    if is_installed(&lock, &installed) {
        return Ok(());
    }
    process::require(process::command("npm", &["ci", "--ignore-scripts"]).current_dir(dir()))
}

/// Whether npm's record names everything that the lockfile does, in the same version.
fn is_installed(lock: &Value, installed: &Value) -> bool {
    spec::members(lock.get("packages"))
        .filter(|(path, _)| !path.is_empty())
        .all(|(path, wanted)| {
            let found = installed.get("packages").and_then(|packages| packages.get(path));
            match found {
                Some(found) => found.get("integrity") == wanted.get("integrity"),
                // Some packages are for other platforms only.
                None => wanted.get("optional").and_then(Value::as_bool) == Some(true),
            }
        })
}

fn spectral_findings(report: &Value) -> Result<Vec<String>> {
    let findings = report.as_array().context("spectral's report isn't a list")?;
    Ok(findings
        .iter()
        .map(|finding| {
            let path: Vec<_> = spec::items(finding.get("path"))
                .map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned))
                .collect();
            let line = finding
                .pointer("/range/start/line")
                .and_then(Value::as_u64)
                .unwrap_or(0)
                + 1;
            format!(
                "{} at {} (line {line}): {}",
                text(finding, "code"),
                path.join("."),
                text(finding, "message")
            )
        })
        .collect())
}

fn redocly_findings(report: &Value) -> Result<Vec<String>> {
    let problems = report
        .get("problems")
        .and_then(Value::as_array)
        .context("redocly's report has no problems")?;
    Ok(problems
        .iter()
        .map(|problem| {
            let pointer = problem
                .pointer("/location/0/pointer")
                .and_then(Value::as_str)
                .unwrap_or("?");
            let line = problem
                .pointer("/location/0/start/line")
                .and_then(Value::as_u64)
                .unwrap_or(0);
            format!(
                "{} at {pointer} (line {line}): {}",
                text(problem, "ruleId"),
                text(problem, "message")
            )
        })
        .collect())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("?")
}

/// Runs an installed package's program, its output kept.
fn output(program: &str, args: &[&str]) -> Result<Output> {
    let mut command = Command::new(dir().join("node_modules/.bin").join(program));
    command
        .args(args)
        .current_dir(dir())
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    eprintln!("$ {program} {}", args.join(" "));
    command
        .output()
        .with_context(|| format!("failed to start {program}"))
}

/// What a program said before it gave up.
fn words(output: &Output) -> String {
    let said = [&output.stderr, &output.stdout].map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
    format!("{}: {}", output.status, said.join("\n"))
}

fn read_json(name: &str) -> Result<Value> {
    let text =
        fs::read_to_string(dir().join(name)).with_context(|| format!("failed to read {DIR}/{name}"))?;
    serde_json::from_str(&text).with_context(|| format!("failed to parse {DIR}/{name}"))
}

fn dir() -> PathBuf {
    files::root().join(DIR)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_package_of_another_version_is_stale() {
        let lock = json!({"packages": {
            "": {"name": "root"},
            "node_modules/a": {"version": "1.0.0", "integrity": "x"},
            "node_modules/b": {"version": "2.0.0", "integrity": "y", "optional": true},
        }});
        let with = |integrity: &str| json!({"packages": {"node_modules/a": {"integrity": integrity}}});
        assert!(is_installed(&lock, &with("x")));
        assert!(!is_installed(&lock, &with("z")));
        assert!(!is_installed(&lock, &Value::Null));
    }

    #[test]
    fn the_lockfile_names_no_registry() {
        let lock = read_json("package-lock.json").unwrap();
        for (path, package) in spec::members(lock.get("packages")) {
            assert!(
                package.get("resolved").is_none(),
                "{path} says where it came from"
            );
        }
    }

    #[test]
    fn reports_are_read() {
        let spectral = json!([{
            "code": "rule", "path": ["paths", 0], "message": "no", "range": {"start": {"line": 4}},
        }]);
        assert_eq!(
            spectral_findings(&spectral).unwrap(),
            ["rule at paths.0 (line 5): no"]
        );
        let redocly = json!({"problems": [{
            "ruleId": "rule", "message": "no", "location": [{"pointer": "#/info", "start": {"line": 5}}],
        }]});
        assert_eq!(
            redocly_findings(&redocly).unwrap(),
            ["rule at #/info (line 5): no"]
        );
        assert!(redocly_findings(&json!({})).is_err());
    }
}

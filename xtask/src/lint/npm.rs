//! The linters from npm packages: installation from the lockfile, execution, and parsing of results.

use std::process::{Command, Output};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{LintResult, PACKAGES};
use crate::spec;

/// The path of the contract, relative to the packages.
const DOCUMENT: &str = "../openapi.yaml";

/// Runs Spectral with every rule of its OpenAPI set.
///
/// # Errors
/// When it can't be installed or run.
pub(super) fn spectral() -> Result<LintResult> {
    PACKAGES.install()?;
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
        // Exit code 1 means findings; 2 means that it could not run.
        Ok(report) if matches!(output.status.code(), Some(0 | 1)) => spectral_findings(&report)?,
        _ => bail!("spectral could not run: {}", words(&output)),
    };
    result(
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
pub(super) fn redocly() -> Result<LintResult> {
    PACKAGES.install()?;
    let output = output(
        "redocly",
        &["lint", DOCUMENT, "--config", "redocly.yaml", "--format", "json"],
    )?;
    let findings = match serde_json::from_slice(&output.stdout) {
        Ok(report) if matches!(output.status.code(), Some(0 | 1)) => redocly_findings(&report)?,
        _ => bail!("redocly could not run: {}", words(&output)),
    };
    result("Redocly, recommended-strict", "@redocly/cli", findings, &output)
}

/// The result of a linter; an error if its exit code contradicts its findings.
fn result(linter: &str, package: &str, findings: Vec<String>, output: &Output) -> Result<LintResult> {
    if output.status.success() != findings.is_empty() {
        bail!(
            "{linter} ended with {} but reported {} findings",
            output.status,
            findings.len()
        );
    }
    let version = PACKAGES.version(package)?;
    Ok(LintResult {
        linter: format!("{linter} ({package} {version})"),
        findings,
    })
}

fn spectral_findings(report: &Value) -> Result<Vec<String>> {
    let findings = report.as_array().context("spectral's report isn't a list")?;
    let finding = |finding: &Value| {
        let step = |step: &Value| step.as_str().map_or_else(|| step.to_string(), str::to_owned);
        let path: Vec<_> = spec::items(finding.get("path")).map(step).collect();
        let line = finding["range"]["start"]["line"].as_u64().unwrap_or_default() + 1;
        let [code, message] = ["code", "message"].map(|key| text(&finding[key]));
        format!("{code} at {} (line {line}): {message}", path.join("."))
    };
    Ok(findings.iter().map(finding).collect())
}

fn redocly_findings(report: &Value) -> Result<Vec<String>> {
    let problems = report["problems"].as_array();
    let problems = problems.context("redocly's report has no problems")?;
    let finding = |problem: &Value| {
        let location = &problem["location"][0];
        let line = location["start"]["line"].as_u64().unwrap_or_default();
        let [rule, message] = ["ruleId", "message"].map(|key| text(&problem[key]));
        format!(
            "{rule} at {} (line {line}): {message}",
            text(&location["pointer"])
        )
    };
    Ok(problems.iter().map(finding).collect())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// Runs an installed package's program, and captures its output.
fn output(program: &str, args: &[&str]) -> Result<Output> {
    let mut command = Command::new(PACKAGES.package(".bin").join(program));
    command
        .args(args)
        .current_dir(PACKAGES.path())
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    eprintln!("$ {program} {}", args.join(" "));
    command
        .output()
        .with_context(|| format!("failed to start {program}"))
}

/// The output of a program that failed.
fn words(output: &Output) -> String {
    let said = [&output.stderr, &output.stdout].map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
    format!("{}: {}", output.status, said.join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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

//! Runs the Schemathesis program.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use wait4::Wait4;

use super::report::Run;
use super::{DIR, PACKAGE};
use crate::{files, python, spec};

/// The file with its output.
const OUTPUT: &str = "output.txt";

/// The program, and the document that it tests against.
#[derive(Debug)]
pub(super) struct Runner {
    program: PathBuf,
    document: PathBuf,
}

/// The parameters of a run.
#[derive(Debug)]
pub(super) struct RunOptions<'a> {
    /// The URL of the server.
    pub(super) url: &'a str,
    /// Environment variables for the configuration and the hooks.
    pub(super) environment: &'a [(&'static str, String)],
    pub(super) seed: u64,
    pub(super) examples: u32,
    pub(super) phases: &'a [&'a str],
    /// The directory of all results.
    pub(super) results: &'a Path,
}

impl Runner {
    /// Schemathesis, installed if necessary, with `document` or the contract.
    ///
    /// # Errors
    /// When it can't be installed.
    pub(super) fn installed(document: Option<&Path>) -> Result<Self> {
        let contract = files::root().join(spec::PATH);
        let document = document.unwrap_or(&contract);
        Ok(Self {
            program: python::installed(&PACKAGE)?,
            document: std::path::absolute(document)
                .with_context(|| format!("no such file: {}", document.display()))?,
        })
    }

    /// Runs it. Its output is written to a file, and printed if there are findings.
    ///
    /// # Errors
    /// When it could not run.
    pub(super) fn run(&self, options: &RunOptions<'_>) -> Result<Run> {
        let path = |name: &str| options.results.join(name);
        let reports = [path("report.json"), path("tally.json")];
        for old in &reports {
            // Results of an earlier run must not be mistaken for those of this one.
            let _ = fs::remove_file(old);
        }
        let mut command = self.command(options, &reports)?;
        let begun = Instant::now();
        let mut child = command.spawn().context("failed to start Schemathesis")?;
        let used = child.wait4().context("failed to wait for Schemathesis")?;
        let said = fs::read_to_string(path(OUTPUT)).unwrap_or_default();
        let found = match used.status.code() {
            Some(0) => false,
            Some(1) => true,
            _ => bail!("Schemathesis could not run ({}): {said}", used.status),
        };
        if found {
            println!("{said}");
        }
        let mut run = Run::read(&reports[0], &reports[1])?;
        run.seed = options.seed;
        run.elapsed = begun.elapsed();
        run.peak_bytes = used.rusage.maxrss;
        Ok(run)
    }

    fn command(&self, options: &RunOptions<'_>, [report, tally]: &[PathBuf; 2]) -> Result<Command> {
        let output = File::create(options.results.join(OUTPUT)).context("failed to create a file")?;
        let dir = files::root().join(DIR);
        let mut command = Command::new(&self.program);
        command
            .arg("--config-file")
            .arg(dir.join("schemathesis.toml"))
            .arg("run")
            .arg(&self.document)
            .args(["--url", options.url, "--phases", &options.phases.join(",")])
            .args(["--seed", &options.seed.to_string()])
            .args(["--max-examples", &options.examples.to_string()])
            .arg("--report-json-path")
            .arg(report)
            .env("PYTHONPATH", &dir)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("APPKEEP_TALLY", tally)
            .envs(options.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(options.results)
            .stdin(Stdio::null())
            .stdout(output.try_clone().context("failed to share a file")?)
            .stderr(output);
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use appkeep_launcher::ACCOUNT;
    use serde_json::json;
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    #[test]
    fn python3_schemathesis_finds_violations() {
        // It sends the same response to every request.
        let respond = ResponseTemplate::new(200).set_body_json(json!({}));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let wrong = runtime.unwrap().block_on(async {
            let server = MockServer::start().await;
            Mock::given(any()).respond_with(respond).mount(&server).await;
            server
        });
        let results = tempfile::tempdir().unwrap();
        let users = results.path().join("users.json");
        let user = |name: &str| json!({"name": name, "fixedHeaders": [{"name": "Authorization", "value": "Bearer t"}]});
        let listed = json!({"auth": [user("owner"), user("other")]});
        fs::write(&users, listed.to_string()).unwrap();
        let examples = json!({"account_id": ACCOUNT, "backupID": ACCOUNT});
        let runner = Runner::installed(None).unwrap();
        let run = runner.run(&RunOptions {
            url: &wrong.uri(),
            environment: &[
                ("APPKEEP_USERS", users.display().to_string()),
                ("APPKEEP_OTHER", "Bearer t".to_owned()),
                ("APPKEEP_EXAMPLES", examples.to_string()),
            ],
            seed: 1,
            examples: 1,
            phases: &["examples"],
            results: results.path(),
        });
        let found = run.unwrap().reported();
        for title in [
            "Undocumented status code",
            "Response violates schema",
            "isolation_of_accounts",
        ] {
            assert!(
                found.iter().any(|finding| finding.contains(title)),
                "{title}: {found:#?}"
            );
        }
    }
}

//! `cargo xtask languages`: generates clients in other languages, and runs the examples that use them.
//!
//! The commands are those of the examples' READMEs. They run in a copy of the examples, so that nothing is generated
//! in the source tree. The examples start servers themselves, from the binary of this workspace.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::npm::Packages;
use crate::process::command;
use crate::python::{self, Package};
use crate::{Outcome, appkeep, files};

/// The generator of the Python client.
pub(crate) const PYTHON: Package = Package {
    program: "openapi-python-client",
    requirements: "examples/python/requirements.txt",
    venv: "target/languages/examples/python/.venv",
};

/// The generator of the TypeScript types, and the packages that the example uses.
const TYPESCRIPT: Packages = Packages::of("target/languages/examples/typescript");

/// The root of the copy, relative to the workspace's root.
const COPY: &str = "target/languages";

/// An example, and the warnings of its generator.
struct Example {
    /// The directory, relative to the workspace's root.
    dir: &'static str,
    /// Beginnings of the lines of expected warnings. docs/other-languages.md explains them.
    warnings: &'static [&'static str],
}

/// The examples.
const EXAMPLES: [Example; 2] = [
    Example {
        dir: "examples/python",
        warnings: &[
            "WARNING parsing POST /accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups ",
            "WARNING parsing POST /accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps ",
            "WARNING parsing PUT /accounts/{account_id}/k8s/v2/apps/{app_id} ",
            "WARNING parsing POST /accounts/{account_id}/k8s/v1/apps/{app_id}/appRestores ",
            "WARNING parsing POST /accounts/{account_id}/k8s/v1/apps/{app_id}/schedules ",
            "WARNING parsing PUT /accounts/{account_id}/k8s/v1/apps/{app_id}/schedules/{schedule_id} ",
        ],
    },
    Example {
        dir: "examples/typescript",
        warnings: &[],
    },
];

/// Runs the examples.
///
/// # Errors
/// When the packages can't be installed, the server can't be built, or an example can't be copied or started.
pub(crate) fn run() -> Result<Outcome> {
    copy_files("spec")?;
    for example in &EXAMPLES {
        copy_files(example.dir)?;
    }
    python::installed(&PYTHON)?;
    TYPESCRIPT.install()?;
    let (kept, _) = appkeep::build_to_keep(&[])?;
    let mut is_success = true;
    for example in &EXAMPLES {
        println!("languages: {}", example.dir);
        let (output, succeeded) = example.run(kept.path())?;
        print!("{output}");
        let findings = if succeeded {
            example.findings(&output)?
        } else {
            vec!["a command failed".to_owned()]
        };
        for finding in &findings {
            println!("languages: {}: {finding}", example.dir);
        }
        is_success &= findings.is_empty();
    }
    Ok(Outcome::of(is_success))
}

impl Example {
    fn readme(&self) -> Result<String> {
        let path = files::root().join(self.dir).join("README.md");
        fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))
    }

    /// Runs the README's commands, with the programs in `bin`. Returns their output, and whether all succeeded.
    fn run(&self, bin: &Path) -> Result<(String, bool)> {
        let commands = blocks(&self.readme()?, "sh").join("\n");
        ensure!(!commands.is_empty(), "{}/README.md has no commands", self.dir);
        let path = env::var_os("PATH").unwrap_or_default();
        let path = [bin.to_owned()].into_iter().chain(env::split_paths(&path));
        let mut shell = command("sh", &["-eux", "-c", &format!("exec 2>&1\n{commands}")]);
        shell
            .current_dir(files::root().join(COPY).join(self.dir))
            .env("PATH", env::join_paths(path)?);
        let output = shell.output().context("failed to start a shell")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((text, output.status.success()))
    }

    /// Compares the output of successful commands with the README's, and the generator's warnings with those known.
    fn findings(&self, output: &str) -> Result<Vec<String>> {
        let mut findings = Vec::new();
        let mut expected = self.warnings.iter();
        for warning in output.lines().filter(|line| line.starts_with("WARNING")) {
            if !expected.next().is_some_and(|known| warning.starts_with(known)) {
                findings.push(format!("unexpected warning: {warning}"));
            }
        }
        findings.extend(expected.map(|known| format!("there is no warning {known:?} any more")));
        for block in blocks(&self.readme()?, "text") {
            if !output.contains(&block) {
                findings.push(format!("the output isn't that of README.md:\n{block}"));
            }
        }
        Ok(findings)
    }
}

/// Copies the files of a directory, without its subdirectories: they are generated.
fn copy_files(dir: &str) -> Result<()> {
    let root = files::root();
    files::copy_dir(&root.join(dir), &root.join(COPY).join(dir), |_| false)
}

/// The contents of the fenced blocks of a document with this first line.
fn blocks(document: &str, info: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(found) = line.strip_prefix("```") {
            let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            if found == info {
                blocks.push(block.join("\n"));
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_exactly_the_first_line() {
        let document = "```sh ignore\na\n```\n```sh\nb\nc\n```\ntext\n```sh\nd\n```\n";
        assert_eq!(blocks(document, "sh"), ["b\nc", "d"]);
    }

    #[test]
    fn new_missing_and_reordered_warnings_are_findings() {
        let [python, typescript] = &EXAMPLES;
        let output = |example: &Example, warnings: &[&str]| {
            let readme = example.readme().unwrap();
            [warnings.join("\n"), blocks(&readme, "text").join("\n")].join("\n")
        };
        let findings = |example: &Example, warnings: &[&str]| {
            example.findings(&output(example, warnings)).unwrap().len()
        };
        assert_eq!(findings(python, python.warnings), 0);
        assert_eq!(findings(python, &python.warnings[..5]), 1);
        assert_eq!(findings(typescript, &["WARNING parsing GET /"]), 1);
        assert_eq!(python.findings("").unwrap().len(), 7);
    }
}

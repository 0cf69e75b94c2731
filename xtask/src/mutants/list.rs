//! Which mutants there are: what cargo-mutants would do to the sources, and where.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::files;
use crate::process::command;

/// One change to the sources that a test should notice.
#[derive(Debug, Clone)]
pub(crate) struct Mutant {
    /// Its number, from 1, in this run: what its switch is set to.
    pub(crate) id: u32,
    /// The source file, from the workspace's root.
    pub(crate) file: String,
    /// A digest of that file, without its tests: what was known of the mutant holds as long as this stays the same.
    pub(crate) source: String,
    /// The function that it is in; empty outside of any.
    pub(crate) function: String,
    /// What cargo-mutants calls it, without the place: stable while the lines move.
    pub(crate) what: String,
    /// What kind of change it is.
    pub(crate) genre: Genre,
    /// Where, begin and end: line and column, both from 1, the column in characters.
    pub(crate) span: (Position, Position),
    /// What stands there instead.
    pub(crate) replacement: String,
}

/// A line and a column, both from 1.
pub(crate) type Position = (usize, usize);

/// The kinds of changes that cargo-mutants knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Genre {
    /// A function's body becomes a value.
    FnValue,
    /// An operator becomes another one.
    BinaryOperator,
    /// An operator goes.
    UnaryOperator,
    /// An arm goes.
    MatchArm,
    /// A guard becomes true or false.
    MatchArmGuard,
    /// A field of a struct expression goes, and its base decides.
    StructField,
}

impl Mutant {
    /// By what its outcome is known.
    pub(crate) fn key(&self) -> Key {
        (self.source.clone(), self.name())
    }

    /// The place and the change, as cargo-mutants would say it.
    pub(crate) fn name(&self) -> String {
        let (line, column) = self.span.0;
        format!("{}:{line}:{column}: {}", self.file, self.what)
    }
}

/// By what an outcome is known: a digest of the source, and the mutant's name.
pub(crate) type Key = (String, String);

/// The mutants of the sources that `.cargo/mutants.toml` names, or of `files` only.
///
/// # Errors
/// When cargo-mutants isn't there, or lists what we don't know.
pub(crate) fn list(files: &[String]) -> Result<Vec<Mutant>> {
    let mut asked = command("cargo", &["mutants", "--list", "--json", "--workspace"]);
    if !files.is_empty() {
        // The configuration's files would come on top.
        asked.arg("--no-config");
    }
    for file in files {
        asked.args(["--file", file]);
    }
    let output = asked.output().context("failed to start cargo mutants")?;
    if !output.status.success() {
        bail!(
            "cargo mutants --list failed (is cargo-mutants installed?): {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let listed: Vec<Value> =
        serde_json::from_slice(&output.stdout).context("failed to read what cargo mutants lists")?;
    let mut digests = BTreeMap::new();
    let read = |(index, value): (usize, &Value)| {
        let id = u32::try_from(index + 1).context("too many mutants")?;
        read(id, value, &mut digests).with_context(|| format!("failed to understand the mutant {value}"))
    };
    listed.iter().enumerate().map(read).collect()
}

fn read(id: u32, value: &Value, digests: &mut BTreeMap<String, String>) -> Result<Mutant> {
    let text = |name: &str| value[name].as_str().with_context(|| format!("no `{name}`"));
    let position = |name: &str| {
        let part = |part: &str| {
            let number = value["span"][name][part].as_u64().context("no position")?;
            usize::try_from(number).context("a position out of range")
        };
        anyhow::Ok((part("line")?, part("column")?))
    };
    let (name, file) = (text("name")?, text("file")?);
    let source = match digests.get(file) {
        Some(known) => known.clone(),
        None => digests.entry(file.to_owned()).or_insert(digest(file)?).clone(),
    };
    Ok(Mutant {
        id,
        file: file.to_owned(),
        source,
        function: value["function"]["function_name"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        what: name.split_once(": ").map_or(name, |(_, what)| what).to_owned(),
        genre: match text("genre")? {
            "FnValue" => Genre::FnValue,
            "BinaryOperator" => Genre::BinaryOperator,
            "UnaryOperator" => Genre::UnaryOperator,
            "MatchArm" => Genre::MatchArm,
            "MatchArmGuard" => Genre::MatchArmGuard,
            "StructField" => Genre::StructField,
            other => bail!("an unknown genre `{other}`"),
        },
        span: (position("start")?, position("end")?),
        replacement: text("replacement")?.to_owned(),
    })
}

/// A digest of a file without its tests.
fn digest(file: &str) -> Result<String> {
    let content =
        fs::read_to_string(files::root().join(file)).with_context(|| format!("failed to read {file}"))?;
    let mutated = content.split("\n#[cfg(test)]\n").next().unwrap_or_default();
    let digest = Sha256::digest(mutated);
    let words: Vec<String> = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(words.concat())
}

/// The mutants by their file.
pub(crate) fn by_file(mutants: &[Mutant]) -> BTreeMap<&str, Vec<&Mutant>> {
    let mut files: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
    for mutant in mutants {
        files.entry(&mutant.file).or_default().push(mutant);
    }
    files
}

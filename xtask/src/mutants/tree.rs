//! The copy of the workspace into which the mutants are woven, and its build.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::list::{Mutant, by_file};
use super::weave::weave;
use crate::files;
use crate::process::command;

/// What each woven crate gets as its module `mutants`.
const SWITCH: &str = include_str!("switch.rs");

/// The judge's tests run thousands of times.
const OPTIMISED: &str = "profile.dev.package.appkeep-contract.opt-level=1";

/// How often what didn't build is taken out before we give up.
const ROUNDS_MAX: usize = 12;

/// The copy, below the target directory.
pub(crate) struct Tree {
    root: PathBuf,
    build: PathBuf,
    /// What git knows of the workspace, as it is in the working tree now.
    sources: BTreeMap<String, Vec<u8>>,
}

/// What was woven.
#[derive(Debug, Default)]
pub(crate) struct Built {
    /// The place of each mutant that is in the build.
    pub(crate) sites: BTreeMap<u32, usize>,
    /// Those that don't build, with what the compiler said.
    pub(crate) refused: BTreeMap<u32, String>,
    /// Those for which the source has no place.
    pub(crate) unplaced: BTreeSet<u32>,
}

impl Tree {
    /// Reads what is to be copied.
    ///
    /// # Errors
    /// When git can't be asked or a file can't be read.
    pub(crate) fn read() -> Result<Self> {
        let target = files::root().join("target/mutants");
        let listed = command(
            "git",
            &["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        )
        .output()
        .context("failed to start git")?;
        let listed = String::from_utf8(listed.stdout).context("a file's name isn't UTF-8")?;
        let mut sources = BTreeMap::new();
        for path in listed.split_terminator('\0') {
            let from = files::root().join(path);
            // What was deleted and not yet committed is still listed.
            if from.is_file() {
                let content = fs::read(&from).with_context(|| format!("failed to read {path}"))?;
                sources.insert(path.to_owned(), content);
            }
        }
        Ok(Self {
            root: target.join("tree"),
            build: target.join("build"),
            sources,
        })
    }

    /// The copy's root directory.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A cargo command in the copy.
    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command.args(["--config", OPTIMISED]).args(args);
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.build);
        command
    }

    /// Writes a file if it isn't the same already, so that cargo builds no more than it has to.
    fn put(&self, path: &str, content: &[u8]) -> Result<()> {
        let full = self.root.join(path);
        if fs::read(&full).is_ok_and(|old| old == content) {
            return Ok(());
        }
        let parent = full.parent().unwrap_or(&self.root);
        fs::create_dir_all(parent).with_context(|| format!("failed to make {}", parent.display()))?;
        fs::write(&full, content).with_context(|| format!("failed to write {}", full.display()))
    }

    /// Weaves the mutants in, but for those that don't build.
    ///
    /// # Errors
    /// When what remains doesn't build, or whose fault that is can't be told.
    pub(crate) fn build(&self, mutants: &[Mutant]) -> Result<Built> {
        let mut refused: BTreeMap<u32, String> = BTreeMap::new();
        for round in 1..=ROUNDS_MAX {
            let (built, ranges) = self.weave(mutants, &refused)?;
            eprintln!(
                "mutants: round {round}: {} woven, {} don't build",
                built.sites.len(),
                refused.len()
            );
            let said = self.check(mutants)?;
            if said.is_empty() {
                return Ok(Built { refused, ..built });
            }
            let before = refused.len();
            for complaint in &said {
                blame(complaint, &ranges, &mut refused);
            }
            if refused.len() == before {
                bail!(
                    "the woven copy in {} doesn't build: {}",
                    self.root.display(),
                    said[0].text
                );
            }
        }
        bail!("after {ROUNDS_MAX} rounds there are still mutants that don't build")
    }

    /// Writes the copy, with all mutants but those that don't build.
    fn weave(&self, mutants: &[Mutant], refused: &BTreeMap<u32, String>) -> Result<(Built, Ranges)> {
        let (mut built, mut ranges) = (Built::default(), Ranges::new());
        let mut copy = self.sources.clone();
        let mut libraries = BTreeSet::new();
        let mut next_site = 0;
        for (file, of_file) in by_file(mutants) {
            let kept: Vec<&Mutant> = of_file
                .into_iter()
                .filter(|mutant| !refused.contains_key(&mutant.id))
                .collect();
            let source = self
                .sources
                .get(file)
                .with_context(|| format!("{file} isn't in the tree"))?;
            let source = str::from_utf8(source).with_context(|| format!("{file} isn't UTF-8"))?;
            let woven = weave(source, &kept, next_site).with_context(|| format!("failed to weave {file}"))?;
            next_site += woven.sites.values().collect::<BTreeSet<_>>().len();
            let ids = kept.iter().map(|mutant| mutant.id);
            built
                .unplaced
                .extend(ids.filter(|id| !woven.sites.contains_key(id)));
            built.sites.extend(woven.sites);
            ranges.insert(file.to_owned(), woven.ranges);
            copy.insert(file.to_owned(), woven.text.into_bytes());
            libraries.insert(file.find("/src/").map_or(file, |end| &file[..end + 4]));
        }
        for library in libraries {
            let switch = SWITCH.replace("SITES", &next_site.to_string());
            copy.insert(format!("{library}/mutants.rs"), switch.into_bytes());
            let root = format!("{library}/lib.rs");
            let text = copy
                .get_mut(&root)
                .with_context(|| format!("there is no {root}"))?;
            text.extend_from_slice(b"\nmod mutants;\n");
        }
        for (path, content) in copy {
            self.put(&path, &content)?;
        }
        Ok((built, ranges))
    }

    /// What the compiler has against the woven packages.
    fn check(&self, mutants: &[Mutant]) -> Result<Vec<Complaint>> {
        let mut check = self.cargo(&["check", "--message-format", "json"]);
        let packages: BTreeSet<&str> = mutants
            .iter()
            .filter_map(|mutant| mutant.file.split('/').nth(1))
            .collect();
        for package in packages {
            check.args(["--package", package]);
        }
        let output = check
            .stderr(Stdio::null())
            .output()
            .context("failed to start cargo check")?;
        let messages = String::from_utf8_lossy(&output.stdout);
        let values = messages
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let said: Vec<Complaint> = values.filter_map(|value| complaint(&value["message"])).collect();
        if said.is_empty() && !output.status.success() {
            bail!("cargo check failed in {}", self.root.display());
        }
        Ok(said)
    }
}

/// Which bytes of which woven file belong to which mutants.
type Ranges = BTreeMap<String, Vec<(Range<usize>, Vec<u32>)>>;

/// An error of the compiler.
struct Complaint {
    text: String,
    /// What it points at: file and bytes, the primary one first.
    places: Vec<(String, Range<usize>)>,
}

fn complaint(message: &Value) -> Option<Complaint> {
    if message["level"] != "error" {
        return None;
    }
    let mut places = Vec::new();
    let children = message["children"].as_array().into_iter().flatten();
    for part in std::iter::once(message).chain(children) {
        let mut spans: Vec<&Value> = part["spans"].as_array().into_iter().flatten().collect();
        spans.sort_by_key(|span| span["is_primary"] != true);
        for span in spans {
            let byte = |name: &str| span[name].as_u64().and_then(|byte| usize::try_from(byte).ok());
            let file = span["file_name"].as_str()?.to_owned();
            places.push((file, byte("byte_start")?..byte("byte_end")?));
        }
    }
    // "aborting due to 3 errors" points at nothing.
    let text = message["message"].as_str()?.to_owned();
    (!places.is_empty()).then_some(Complaint { text, places })
}

/// Takes out the mutants of the smallest range that the complaint points into.
fn blame(complaint: &Complaint, ranges: &Ranges, refused: &mut BTreeMap<u32, String>) {
    for (file, place) in &complaint.places {
        let of_file = ranges.get(file).into_iter().flatten();
        let around = of_file.filter(|(range, _)| range.start <= place.start && place.end <= range.end);
        if let Some((_, ids)) = around.min_by_key(|(range, _)| range.len()) {
            refused.extend(ids.iter().map(|id| (*id, complaint.text.clone())));
            return;
        }
    }
}

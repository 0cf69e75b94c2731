//! What became of each mutant, kept so that a later run can go on.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::list::{Key, Mutant};

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A test failed; its name.
    Caught(String),
    /// A test took far too long; its name.
    TimedOut(String),
    /// All tests that pass by it passed: how many, and how many more there was no time for.
    Survived { tried: usize, left: usize },
    /// No test passes by it.
    Unreached,
    /// It doesn't build; what the compiler said.
    Unbuilt(String),
    /// It is in a constant, where no switch can be.
    Constant,
}

/// The file that outcomes are written to, one line each.
pub(crate) struct Outcomes {
    path: PathBuf,
    file: Mutex<File>,
}

impl Outcomes {
    /// Opens the file; what is in it stays.
    ///
    /// # Errors
    /// When it can't be opened.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = File::options().append(true).create(true).open(path);
        let file = file.with_context(|| format!("failed to open {}", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
        })
    }

    /// Writes one down.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn put(&self, mutant: &Mutant, outcome: &Outcome) -> Result<()> {
        let (verdict, by, tried, left) = match outcome {
            Outcome::Caught(by) => ("caught", by.as_str(), 0, 0),
            Outcome::TimedOut(by) => ("timed out", by.as_str(), 0, 0),
            Outcome::Survived { tried, left } => ("survived", "", *tried, *left),
            Outcome::Unreached => ("unreached", "", 0, 0),
            Outcome::Unbuilt(text) => ("unbuilt", text.as_str(), 0, 0),
            Outcome::Constant => ("constant", "", 0, 0),
        };
        let (digest, name) = mutant.key();
        let line = json!({
            "mutant": name, "file": digest,
            "outcome": verdict, "by": by, "tried": tried, "left": left,
        });
        let mut file = self
            .file
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        writeln!(file, "{line}").context("failed to write an outcome")
    }

    /// The newest outcome of each, by file's digest and mutant's name.
    ///
    /// # Errors
    /// When the file can't be read.
    pub(crate) fn read(&self) -> Result<BTreeMap<Key, Outcome>> {
        let text = fs::read_to_string(&self.path).context("failed to read the outcomes")?;
        let mut outcomes = BTreeMap::new();
        for line in text.lines() {
            // The last line of a run that was killed may be half a line.
            let Ok(value) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
            let number = |name: &str| {
                value[name]
                    .as_u64()
                    .and_then(|number| usize::try_from(number).ok())
                    .unwrap_or(0)
            };
            let outcome = match value["outcome"].as_str() {
                Some("caught") => Outcome::Caught(text("by")),
                Some("timed out") => Outcome::TimedOut(text("by")),
                Some("survived") => Outcome::Survived {
                    tried: number("tried"),
                    left: number("left"),
                },
                Some("unbuilt") => Outcome::Unbuilt(text("by")),
                Some("constant") => Outcome::Constant,
                _ => Outcome::Unreached,
            };
            outcomes.insert((text("file"), text("mutant")), outcome);
        }
        Ok(outcomes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::list::Genre;

    #[test]
    fn what_was_put_down_last_is_known_later_and_half_a_line_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outcomes.jsonl");
        let mutant = |source: &str| Mutant {
            id: 1,
            file: "a.rs".to_owned(),
            source: source.to_owned(),
            function: "f".to_owned(),
            what: "replace f with ()".to_owned(),
            genre: Genre::FnValue,
            span: ((3, 5), (3, 9)),
            replacement: "()".to_owned(),
        };
        let outcomes = Outcomes::open(&path).unwrap();
        let survived = Outcome::Survived { tried: 3, left: 1 };
        outcomes.put(&mutant("d1"), &survived).unwrap();
        outcomes
            .put(&mutant("d2"), &Outcome::Caught("a test".to_owned()))
            .unwrap();
        outcomes.put(&mutant("d2"), &Outcome::Unreached).unwrap();
        fs::write(
            &path,
            fs::read_to_string(&path).unwrap() + "{\"mutant\": \"a.rs:3",
        )
        .unwrap();
        let known = Outcomes::open(&path).unwrap().read().unwrap();
        let key = |digest: &str| (digest.to_owned(), "a.rs:3:5: replace f with ()".to_owned());
        assert_eq!(known.len(), 2);
        assert_eq!(known[&key("d1")], survived);
        assert_eq!(known[&key("d2")], Outcome::Unreached);
    }
}

//! The table of what became of the mutants, and of those that are let off.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::list::{Key, Mutant, by_file};
use super::outcomes::Outcome as Fate;
use crate::process::command;
use crate::{Outcome, files};

/// The table, from the workspace's root.
const TABLE: &str = "MUTANTS.md";

/// Who may survive: entries of `file`, `what` and `reason`.
const ACCEPTED: &str = "xtask/mutants/accepted.yaml";

/// How the numbers came to be.
const HEAD: &str = "\
# Mutants

What the tests notice of the changes that cargo-mutants would make to the judge (`appkeep-contract`) and to the
server's handlers. Written by `cargo xtask mutants`; `CONTRIBUTING.md` says how.

- **caught**: a test failed. **timed out**: a test took more than five times as long.
- **not built**: the compiler refuses it.
- **accepted**: no test notices it, and none has to; below with the reason.
- **open**: no test noticed it; below.
- **unknown**: not judged yet, or the file was changed since.
";

/// The mutants of a file, or of all.
#[derive(Debug, Default, Clone, Copy)]
struct Row {
    mutants: usize,
    caught: usize,
    late: usize,
    unbuilt: usize,
    accepted: usize,
    open: usize,
    unknown: usize,
}

/// Writes the table and prints what is open; a part of the files changes nothing but what is printed.
///
/// # Errors
/// When what is accepted can't be read, or the table can't be written.
pub(crate) fn write(mutants: &[Mutant], outcomes: &BTreeMap<Key, Fate>, whole: bool) -> Result<Outcome> {
    let accepted = accepted()?;
    let (mut rows, mut open, mut used) = (String::new(), String::new(), BTreeSet::new());
    let mut sum = Row::default();
    for (file, of_file) in by_file(mutants) {
        let mut row = Row::default();
        for mutant in of_file {
            let let_off = (file.to_owned(), mutant.what.clone());
            row.mutants += 1;
            match outcomes.get(&mutant.key()) {
                Some(Fate::Caught(_)) => row.caught += 1,
                Some(Fate::TimedOut(_)) => row.late += 1,
                Some(Fate::Unbuilt(_)) => row.unbuilt += 1,
                None => row.unknown += 1,
                Some(_) if accepted.contains_key(&let_off) => {
                    row.accepted += 1;
                    used.insert(let_off);
                }
                Some(fate) => {
                    row.open += 1;
                    let _ = writeln!(open, "- `{}` {}", mutant.name(), so_far(fate));
                }
            }
        }
        let _ = writeln!(rows, "{}", row.line(&format!("`{file}`")));
        sum.add(row);
    }
    let date = command("date", &["-u", "+%Y-%m-%d"])
        .output()
        .context("failed to ask for the date")?;
    let date = String::from_utf8_lossy(&date.stdout).trim().to_owned();
    let mut text = format!("{HEAD}\nAs of {date}:\n\n");
    text.push_str("| file | mutants | caught | timed out | not built | accepted | open | unknown |\n");
    text.push_str("|---|---|---|---|---|---|---|---|\n");
    let _ = writeln!(text, "{rows}{}", sum.line("**all**"));
    let mut accepted_lines = String::new();
    for ((file, what), reason) in &accepted {
        let _ = writeln!(accepted_lines, "- `{file}`: {what}. {reason}");
    }
    for (title, lines) in [("Accepted", &accepted_lines), ("Open", &open)] {
        let lines = if lines.is_empty() { "None.\n" } else { lines };
        let _ = write!(text, "\n## {title}\n\n{lines}");
    }
    print!("{open}");
    println!(
        "{}",
        sum.line("all: mutants, caught, timed out, not built, accepted, open, unknown")
    );
    let mut outcome = if sum.open + sum.unknown == 0 {
        Outcome::Fine
    } else {
        Outcome::Findings
    };
    if whole {
        for (file, what) in accepted.keys().filter(|key| !used.contains(*key)) {
            println!("{ACCEPTED}: `{what}` in {file} doesn't survive");
            outcome = Outcome::Findings;
        }
        files::publish(TABLE, &text, false, "cargo xtask mutants")?;
    }
    Ok(outcome)
}

fn so_far(fate: &Fate) -> String {
    match fate {
        Fate::Survived { tried, left: 0 } => format!("({tried} tests)"),
        Fate::Survived { tried, left } => format!("({tried} tests, {left} more weren't tried)"),
        Fate::Constant => "(a constant: to be tried by hand)".to_owned(),
        _ => "(no test passes by it)".to_owned(),
    }
}

impl Row {
    fn line(self, name: &str) -> String {
        let Self {
            mutants,
            caught,
            late,
            unbuilt,
            accepted,
            open,
            unknown,
        } = self;
        format!("| {name} | {mutants} | {caught} | {late} | {unbuilt} | {accepted} | {open} | {unknown} |")
    }

    fn add(&mut self, other: Self) {
        self.mutants += other.mutants;
        self.caught += other.caught;
        self.late += other.late;
        self.unbuilt += other.unbuilt;
        self.accepted += other.accepted;
        self.open += other.open;
        self.unknown += other.unknown;
    }
}

/// Who may survive, by file and what it is, with the reason.
fn accepted() -> Result<BTreeMap<(String, String), String>> {
    let text = fs::read_to_string(files::root().join(ACCEPTED))
        .with_context(|| format!("failed to read {ACCEPTED}"))?;
    let entries: Vec<Value> =
        serde_saphyr::from_str(&text).with_context(|| format!("failed to understand {ACCEPTED}"))?;
    let read = |entry: &Value| {
        let text = |name: &str| {
            let text = entry[name]
                .as_str()
                .with_context(|| format!("{ACCEPTED}: an entry without `{name}`"));
            text.map(str::to_owned)
        };
        Ok(((text("file")?, text("what")?), text("reason")?))
    };
    entries.iter().map(read).collect()
}

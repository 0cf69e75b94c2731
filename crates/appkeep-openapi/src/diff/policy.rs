//! Decisions of a project about changes: other levels, and changes that are ignored for a reason.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::value::Datetime;

use super::{Change, Code, DiffReport, Level, version};

/// Maximum number of entries in a file.
const ENTRIES_MAX: usize = 1_000;

/// Maximum number of characters of a place or a reason.
const CHARS_MAX: usize = 1_000;

/// Levels that differ from those of the codes, and changes to ignore.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    levels: BTreeMap<Code, Level>,
    entries: Vec<Entry>,
}

/// A change that a policy ignores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ignored {
    /// The change.
    pub change: Change,
    /// The reason that the entry gives.
    pub reason: String,
    /// The place of the entry, such as `ignore.toml:3`.
    pub entry: String,
    /// The last day on which the change is ignored; `None` for no end.
    pub expires: Option<NaiveDate>,
}

/// An invalid file of changes to ignore.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to read {name}:{line}: {why}")]
pub struct PolicyError {
    /// The name of the file.
    name: String,
    /// The line, counted from 1.
    line: usize,
    /// The error, and the expected value.
    why: String,
}

/// An entry of a file.
#[derive(Debug, Clone)]
struct Entry {
    /// The place of the entry: file and line.
    at: String,
    code: Code,
    place: String,
    pattern: GlobMatcher,
    reason: String,
    expires: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    ignore: Vec<Spanned<Written>>,
}

/// An entry as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    code: Option<String>,
    place: Option<String>,
    reason: Option<String>,
    expires: Option<Datetime>,
}

impl Policy {
    /// Sets the level of all changes with a code.
    pub fn set_level(&mut self, code: Code, level: Level) {
        self.levels.insert(code, level);
    }

    /// Adds the entries of a TOML file; `name` is its name in errors and reports. Each `[[ignore]]` has a `code`, a
    /// `place` (JSON pointer with `#`, or a glob of it), a `reason`, and perhaps `expires`, the last day (UTC) on which
    /// it applies.
    ///
    /// # Errors
    ///
    /// When the text isn't TOML, an entry lacks its code, place or reason, or a value is invalid.
    pub fn add_ignored(&mut self, name: &str, text: &str) -> Result<(), PolicyError> {
        let error = |offset: usize, why: String| PolicyError {
            name: name.to_owned(),
            line: line(text, offset),
            why,
        };
        let file: File = toml::from_str(text).map_err(|invalid| {
            error(
                invalid.span().unwrap_or_default().start,
                invalid.message().replace('\n', ", "),
            )
        })?;
        if let Some(excess) = file.ignore.get(ENTRIES_MAX) {
            let why = format!("too many entries: expected at most {ENTRIES_MAX}");
            return Err(error(excess.span().start, why));
        }
        for written in file.ignore {
            let start = written.span().start;
            let at = format!("{name}:{}", line(text, start));
            let entry = Entry::read(at, written.into_inner()).map_err(|why| error(start, why))?;
            self.entries.push(entry);
        }
        Ok(())
    }
}

/// The line, counted from 1, at an offset in a text.
fn line(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

impl Entry {
    fn read(at: String, written: Written) -> Result<Self, String> {
        let given = |key: &str, value: Option<String>, example: &str| {
            let value = value.ok_or_else(|| {
                format!("an entry has no {key}: expected, for example, {key} = \"{example}\"")
            })?;
            if value.trim().is_empty() || value.chars().count() > CHARS_MAX {
                return Err(format!(
                    "invalid {key}: expected between 1 and {CHARS_MAX} characters"
                ));
            }
            Ok(value)
        };
        let code = given("code", written.code, "status-added")?;
        let code = Code::named(&code)
            .ok_or_else(|| format!("unknown code {code:?}: expected one that `appkeep explain` lists"))?;
        let place = given("place", written.place, "#/paths/~1things/get/**")?;
        let reason = given("reason", written.reason, "no client uses it")?;
        let expires = written.expires.map(|expires| {
            let day = expires.to_string();
            let day = day.parse::<NaiveDate>();
            day.map_err(|_| format!("invalid expires {expires}: expected a date such as 2027-01-31"))
        });
        Ok(Self {
            at,
            code,
            pattern: glob(&place)?,
            place,
            reason,
            expires: expires.transpose()?,
        })
    }

    fn covers(&self, change: &Change) -> bool {
        let mut places = change.old_at.iter().chain(&change.new_at);
        self.code == change.code && places.any(|place| *place == self.place || self.pattern.is_match(place))
    }

    fn is_expired(&self, today: NaiveDate) -> bool {
        self.expires.is_some_and(|last| last < today)
    }
}

/// A pattern of places. Braces and brackets are parts of paths, not of patterns.
fn glob(place: &str) -> Result<GlobMatcher, String> {
    let mut escaped = String::new();
    for letter in place.chars() {
        if matches!(letter, '{' | '}' | '[' | ']' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    let glob = GlobBuilder::new(&escaped)
        .literal_separator(true)
        .backslash_escape(true)
        .build();
    let glob = glob.map_err(|why| format!("invalid place {place:?}: {}", why.kind()))?;
    Ok(glob.compile_matcher())
}

impl DiffReport {
    /// Applies a policy: changes get their levels, and ignored ones no longer count. `today` is the day in UTC.
    pub fn apply(&mut self, policy: &Policy, today: NaiveDate) {
        for change in &mut self.changes {
            if let Some(level) = policy.levels.get(&change.code) {
                change.level = *level;
            }
        }
        self.changes.sort_by_key(|change| std::cmp::Reverse(change.level));
        let mut used = vec![false; policy.entries.len()];
        for change in std::mem::take(&mut self.changes) {
            let mut cover = None;
            for (entry, used) in policy.entries.iter().zip(&mut used) {
                if entry.covers(&change) {
                    *used = true;
                    cover = cover.or_else(|| (!entry.is_expired(today)).then_some(entry));
                }
            }
            match cover {
                Some(entry) => self.ignored.push(Ignored {
                    change,
                    reason: entry.reason.clone(),
                    entry: entry.at.clone(),
                    expires: entry.expires,
                }),
                None => self.changes.push(change),
            }
        }
        for (entry, used) in policy.entries.iter().zip(used) {
            let (at, code, place) = (&entry.at, entry.code.as_str(), &entry.place);
            match entry.expires.filter(|_| entry.is_expired(today)) {
                _ if !used => self
                    .warnings
                    .push(format!("{at}: no change matches {code} at {place}")),
                Some(last) => self.warnings.push(format!(
                    "{at}: expired on {last}, so {code} at {place} isn't ignored"
                )),
                None => {}
            }
        }
        let level = self.changes.iter().map(|change| change.level).max();
        self.level = level.unwrap_or(Level::None);
        let (old, new) = (self.old_version.as_deref(), self.new_version.as_deref());
        self.versioning = version::judge(old, new, self.level);
    }
}

#[cfg(test)]
mod tests;

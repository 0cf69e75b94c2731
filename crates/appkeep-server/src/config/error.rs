//! Configuration errors, each printed on one line.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// An error in a configuration file, with its location.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigError {
    file: PathBuf,
    line: Option<usize>,
    /// The text of the line in the file: key and value.
    place: Option<String>,
    problem: String,
}

/// The longest excerpt of a file in an error, in characters.
const PLACE_CHARS_MAX: usize = 120;

/// Phrases in serde's messages and their replacements in TOML's terms.
const WORDS: [(&str, &str); 4] = [
    ("expected u32", "expected a whole number, 0 or more"),
    ("expected a map", "expected a table"),
    ("expected a sequence", "expected an array"),
    ("invalid type: map", "invalid type: table"),
];

/// The settings whose values are never printed.
const SECRETS: [&str; 4] = ["access_key", "secret_key", "session_token", "headers"];

/// Removes secret values, and the credentials in a URL, from a line of the file.
fn without_secrets(line: &str) -> String {
    let end = SECRETS
        .iter()
        .filter_map(|secret| Some(line.find(secret)? + secret.len()))
        .min();
    if let Some(shown) = end.and_then(|end| line.get(..end)) {
        return format!("{shown} = …");
    }
    if line.starts_with("password") {
        return "password = …".to_owned();
    }
    if let Some((shown, _)) = line
        .split_once("://")
        .filter(|(shown, _)| shown.contains("postgres"))
    {
        return format!("{shown}://…");
    }
    match (line.find("://"), line.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}://…{}", &line[..scheme], &line[at..])
        }
        _ => line.to_owned(),
    }
}

/// Removes a URL from the description of a value with the wrong type.
fn without_value(problem: String) -> String {
    match problem.rsplit_once(", expected ") {
        Some((value, expected)) if value.contains("://") => format!("invalid type: expected {expected}"),
        _ => problem,
    }
}

impl ConfigError {
    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self {
            file: path.to_owned(),
            line: None,
            place: None,
            problem: format!("failed to read it: {error}"),
        }
    }

    /// An error about a directory that isn't named in the configuration itself.
    pub(super) fn about(path: &Path, problem: String) -> Self {
        Self {
            file: path.to_owned(),
            line: None,
            place: None,
            problem,
        }
    }

    pub(super) fn from_toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let mut problem = error.message().replace('\n', " ");
        for (word, better) in WORDS {
            problem = problem.replace(word, better);
        }
        match error.span() {
            Some(span) => Self::at(path, text, &span, problem),
            None => Self {
                file: path.to_owned(),
                line: None,
                place: None,
                problem,
            },
        }
    }

    pub(super) fn at(path: &Path, text: &str, span: &Range<usize>, problem: String) -> Self {
        let start = span.start.min(text.len());
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text
            .get(line_start..)
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default();
        Self {
            file: path.to_owned(),
            line: Some(before.matches('\n').count() + 1),
            place: Some(
                without_secrets(line.trim())
                    .chars()
                    .take(PLACE_CHARS_MAX)
                    .collect(),
            ),
            problem: if SECRETS.iter().any(|secret| line.contains(secret))
                && problem.starts_with("invalid type")
            {
                "invalid type: expected a string".to_owned()
            } else {
                without_value(problem)
            },
        }
    }

    /// An error about a secret value: only its key is shown.
    pub(super) fn at_secret(path: &Path, text: &str, span: &Range<usize>, problem: String) -> Self {
        let error = Self::at(path, text, span, problem);
        let place = error.place.map(|line| match line.split_once('=') {
            Some((key, _)) => format!("{} = …", key.trim_end()),
            None => line,
        });
        Self { place, ..error }
    }
}

/// Escapes control characters, so that a message is on one line and can't change the state of a terminal.
pub(super) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() && char != '\t' {
            printable.extend(char.escape_default());
        } else {
            printable.push(char);
        }
    }
    printable
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        let problem = printable(&self.problem);
        match self.place.as_deref() {
            Some(place) if !place.is_empty() => write!(f, ": `{}`: {problem}", printable(place)),
            _ => write!(f, ": {problem}"),
        }
    }
}

impl std::error::Error for ConfigError {}

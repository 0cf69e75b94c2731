//! Exit codes, and failures that state the cause and the next step in one line.

use std::fmt;

use serde_json::{Map, Value};

/// The operation failed: a backup, a restore, or the server during a request.
pub(crate) const FAILED: u8 = 1;
/// The command could not run: usage, configuration, an unreachable server, an address in use.
pub(crate) const COULD_NOT_RUN: u8 = 2;
/// The requested resource doesn't exist.
pub(crate) const NOT_FOUND: u8 = 3;
/// The token is refused, or its role doesn't permit the operation.
pub(crate) const NOT_PERMITTED: u8 = 4;
/// The resource's state doesn't permit the operation.
pub(crate) const CONFLICT: u8 = 5;
/// A name or a prefix of an id matches several resources.
pub(crate) const AMBIGUOUS: u8 = 6;
/// Ctrl-C: 128 plus SIGINT, as in shells.
pub(crate) const INTERRUPTED: u8 = 130;

/// The exit codes of commands that contact a server, for `--help`.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 success, 1 failed, 2 could not run (usage, unreachable server, \
server without this operation), 3 not found, 4 token refused or not permitted, 5 conflict, 6 ambiguous name, \
130 interrupted.";

/// The reason why a command failed, printed on one line.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    code: u8,
    cause: String,
    next: Option<String>,
    /// The problem document in the server's response.
    problem: Option<Box<Map<String, Value>>>,
}

impl Failure {
    /// Creates a failure with the exit code `code`.
    pub(crate) fn new(code: u8, cause: impl Into<String>) -> Self {
        Self {
            code,
            cause: cause.into(),
            next: None,
            problem: None,
        }
    }

    /// Sets the next step.
    #[must_use]
    pub(crate) fn next(mut self, step: impl Into<String>) -> Self {
        self.next = Some(step.into());
        self
    }

    /// Sets the problem document in the server's response.
    #[must_use]
    pub(crate) fn problem(mut self, problem: &impl serde::Serialize) -> Self {
        if let Ok(Value::Object(problem)) = serde_json::to_value(problem) {
            self.problem = Some(Box::new(problem));
        }
        self
    }

    /// Replaces the exit code.
    #[must_use]
    pub(crate) fn with_code(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    /// Returns the exit code.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// Returns the cause, without the next step.
    pub(crate) fn cause(&self) -> &str {
        &self.cause
    }

    /// Returns the next step.
    pub(crate) fn next_step(&self) -> Option<&str> {
        self.next.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&on_one_line(&self.cause))?;
        if let Some(next) = &self.next {
            write!(f, "; {}", on_one_line(next))?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// Returns an error as a problem document: the server's, or one with the cause as title. The members `exitCode` and
/// `nextStep` are added.
pub(crate) fn as_json(error: &anyhow::Error) -> Value {
    let failure = error.downcast_ref::<Failure>();
    let mut document = match failure {
        Some(Failure {
            problem: Some(problem),
            ..
        }) => (**problem).clone(),
        _ => Map::new(),
    };
    let cause = failure.map_or_else(|| format!("{error:#}"), |failure| failure.cause.clone());
    let mut add = |name: &str, value: Value| {
        document.entry(name).or_insert(value);
    };
    add("type", "about:blank".into());
    add("title", on_one_line(&cause).into());
    add("exitCode", failure.map_or(COULD_NOT_RUN, Failure::code).into());
    if let Some(next) = failure.and_then(Failure::next_step) {
        add("nextStep", on_one_line(next).into());
    }
    Value::Object(document)
}

/// Returns the text on one line, without characters that control a terminal: a server's text may contain any
/// of them.
pub(crate) fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            '\n' | '\r' | '\t' if line.ends_with(' ') => {}
            '\n' | '\r' | '\t' => line.push(' '),
            // Characters that change the direction of writing can hide text.
            _ if character.is_control()
                || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                line.extend(character.escape_unicode());
            }
            _ => line.push(character),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{CONFLICT, Failure, as_json, on_one_line};

    #[test]
    fn errors_as_json_extend_the_problem_of_the_server() {
        let error = anyhow::anyhow!("no\nsuch file").context("failed to read a");
        assert_eq!(
            as_json(&error),
            json!({"type": "about:blank", "title": "failed to read a: no such file", "exitCode": 2})
        );
        let failure = Failure::new(CONFLICT, "the name is taken")
            .next("choose another one")
            .problem(&json!({"type": "urn:a", "title": "Name in use", "status": "409"}));
        assert_eq!(
            as_json(&failure.into()),
            json!({"type": "urn:a", "title": "Name in use", "status": "409", "exitCode": 5, "nextStep": "choose another one"})
        );
    }

    #[test]
    fn a_failure_is_one_line_with_the_next_step() {
        let failure = Failure::new(CONFLICT, "the backup\nis running").next("wait for it");
        assert_eq!(failure.to_string(), "the backup is running; wait for it");
        assert_eq!(failure.code(), 5);
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(
            on_one_line("a\u{1b}[2Jb\r\n\tc\u{202e}d "),
            "a\\u{1b}[2Jb c\\u{202e}d"
        );
        assert_eq!(on_one_line("日本 🗄️"), "日本 🗄️");
    }
}

//! The binary at a terminal.

use std::process::Command;

use appkeep_launcher::eventually;
use rexpect::process::WaitStatus;
use rexpect::reader::Options;
use rexpect::session::{PtySession, spawn_with_options};

/// The time that the terminal may be silent, in milliseconds.
const PATIENCE_MILLIS: u64 = 60_000;

/// A command that runs on a terminal.
pub(crate) struct Terminal(PtySession);

impl Terminal {
    /// Starts the command on a terminal with `columns` columns.
    pub(crate) fn start(columns: u16, command: &Command) -> Self {
        let mut shell = Command::new("sh");
        // Like any terminal, it echoes input until the program disables that.
        let script = "stty echo cols \"$1\" rows 24; shift; exec \"$@\"";
        shell.args(["-c", script, "sh", &columns.to_string()]);
        shell.arg(command.get_program()).args(command.get_args());
        shell.env("TERM", "xterm-256color");
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let options = Options::new().timeout_ms(Some(PATIENCE_MILLIS));
        Self(spawn_with_options(shell, options).expect("a terminal"))
    }

    /// Reads until this text is printed, and returns the output before it.
    pub(crate) fn expect(&mut self, text: &str) -> String {
        match self.0.exp_string(text) {
            Ok(before) => decoded(&before),
            Err(error) => panic!("no {text:?}: {error}"),
        }
    }

    /// Presses ctrl and a key.
    pub(crate) fn control(&mut self, key: char) {
        self.0.send_control(key).expect("a terminal");
    }

    /// Waits until the terminal doesn't echo input. Input that was typed before is discarded.
    pub(crate) fn until_hidden(&self) {
        eventually("a terminal that doesn't show what is typed", || {
            let terminal = self.0.process().get_file_handle().expect("a terminal");
            let asked = Command::new("stty").arg("-a").stdin(terminal).output();
            let settings = String::from_utf8(asked.expect("stty").stdout).expect("a text");
            let is_hidden = settings.split_whitespace().any(|setting| setting == "-echo");
            is_hidden.then_some(())
        });
    }

    /// Types a line.
    pub(crate) fn type_line(&mut self, line: &str) {
        self.0.send_line(line).expect("a terminal");
    }

    /// Reads to the end, and returns the exit code and the remaining output.
    pub(crate) fn end(mut self) -> (i32, String) {
        let text = self.0.exp_eof().expect("its end");
        match self.0.process().wait().expect("its status") {
            WaitStatus::Exited(_, code) => (code, decoded(&text)),
            other => panic!("{other:?}: {text}"),
        }
    }
}

/// Decodes UTF-8: the reader treats each byte as a character.
fn decoded(text: &str) -> String {
    let bytes = text.chars().map(|byte| u8::try_from(byte).expect("a byte"));
    String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
}

/// Removes the escape sequences for colours and cursor movement.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            for next in characters.by_ref() {
                if next.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            plain.push(character);
        }
    }
    plain
}

//! Logging to stderr: text, or one JSON object per line.
//!
//! Log lines contain file names, headers and the output of hooks. Each event is one line: control characters are
//! escaped where lines are written, and nowhere else.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Stderr, Write};
use std::sync::OnceLock;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// Audit records are logged unless a filter says `audit=off`.
const AUDIT: &str = "audit=info";

/// The format of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Plain text.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Set once requests to servers are logged.
static REQUESTS: OnceLock<()> = OnceLock::new();

/// Starts logging of requests to servers, without tokens. Later calls of [`start`] then have no effect.
///
/// # Errors
/// When logging has started already.
pub(crate) fn start_requests() -> anyhow::Result<()> {
    start("error,appkeep_client=debug", LogFormat::Text)?;
    REQUESTS.get_or_init(|| ());
    Ok(())
}

/// Starts logging. `filter` is in the syntax of `tracing`, for example `info` or `appkeep=debug`.
///
/// # Errors
/// When the filter is invalid.
pub(crate) fn start(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    if REQUESTS.get().is_some() {
        return Ok(());
    }
    // Parsed separately, so that an error quotes only the given filter.
    let _: EnvFilter = filter.parse().map_err(|error| {
        anyhow::anyhow!("invalid --log filter {filter:?}: {error}; expected for example \"info\"")
    })?;
    let filter = EnvFilter::new(format!("{AUDIT},{filter}"));
    let with_colours = io::stderr().is_terminal() && format == LogFormat::Text;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(with_colours)
        .with_writer(move || Lines {
            inner: io::stderr(),
            with_colours,
        });
    let started = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("failed to start logging: {error}"))
}

/// Starts logging of audit records only, for commands that change data without a server.
pub(crate) fn start_audit() -> anyhow::Result<()> {
    start("off", LogFormat::Text)
}

/// A writer that writes each event as one line. The subscriber passes one event per call.
struct Lines<W = Stderr> {
    inner: W,
    /// Whether the subscriber colours lines. It escapes colour codes in values itself.
    with_colours: bool,
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let mut escaped = String::with_capacity(line.len() + 1);
        for character in line.chars() {
            if is_unsafe(character) && !(self.with_colours && character == '\u{1b}') {
                // The escape sequence is valid in JSON, too.
                let _ = write!(escaped, "\\u{:04x}", u32::from(character));
            } else {
                escaped.push(character);
            }
        }
        escaped.push('\n');
        self.inner.write_all(escaped.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Returns whether a character would end a line, control a terminal, or reorder the text around it.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::Value;
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[derive(Clone)]
    struct Maker(Buffer, bool);

    impl<'a> MakeWriter<'a> for Maker {
        type Writer = Lines<Buffer>;

        fn make_writer(&'a self) -> Self::Writer {
            Lines {
                inner: self.0.clone(),
                with_colours: self.1,
            }
        }
    }

    /// All kinds of characters that must be escaped, used in each place that can hold a value.
    const HOSTILE: &str = "a\nb\r\u{1b}[31m\u{7f}\u{9b}2J\u{202e}\u{2028}\u{0}\tz";

    fn logged(format: LogFormat, with_colours: bool) -> String {
        let kept = Buffer::default();
        let builder = tracing_subscriber::fmt()
            .with_ansi(with_colours)
            .with_writer(Maker(kept.clone(), with_colours));
        let log = || {
            let span = tracing::error_span!("request", path = %HOSTILE);
            span.in_scope(|| {
                let error = io::Error::other(HOSTILE);
                tracing::error!(shown = %HOSTILE, debug = ?HOSTILE, text = HOSTILE, %error, "message {HOSTILE}");
            });
        };
        match format {
            LogFormat::Text => tracing::subscriber::with_default(builder.finish(), log),
            LogFormat::Json => tracing::subscriber::with_default(builder.json().finish(), log),
        }
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn events_are_one_line_without_control_characters() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let log = logged(format, false);
            let line = log.strip_suffix('\n').unwrap();
            assert!(!line.chars().any(is_unsafe), "{line:?}");
        }
        let json: Value = serde_json::from_str(&logged(LogFormat::Json, false)).unwrap();
        assert_eq!(
            json["fields"]["shown"], HOSTILE,
            "JSON escapes don't change the value"
        );
    }

    #[test]
    fn a_terminal_shows_colours_of_the_log_but_not_of_values() {
        let log = logged(LogFormat::Text, true);
        assert!(log.contains("\u{1b}["), "{log:?}");
        assert!(
            !log.contains("\u{1b}[31mb") && !log.contains("\u{1b}[31m\u{7f}"),
            "{log:?}"
        );
        assert!(!log.contains("[31m\u{1b}"), "{log:?}");
        let others = log.trim_end_matches('\n').replace('\u{1b}', "");
        assert!(!others.chars().any(is_unsafe), "{log:?}");
    }
}

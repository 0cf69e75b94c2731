//! Entries of backups on stdout, written one after the other: a backup may contain millions.

use std::fmt::Write as _;
use std::io::{self, BufWriter, StdoutLock, Write};

use anyhow::Context;
use appkeep_server::admin::files::{FileEntry, FileKind, escape};
use chrono::SecondsFormat;
use serde::Serialize;

use crate::failure::{COULD_NOT_RUN, Failure};
use crate::remote::Format;

/// The context of errors of stdout.
pub(super) const TO_STDOUT: &str = "failed to write to stdout";

/// A list on stdout: lines of text, or a JSON array with one line for each element.
pub(super) struct Listing {
    out: BufWriter<StdoutLock<'static>>,
    is_json: bool,
    is_empty: bool,
}

impl Listing {
    /// Begins a list.
    ///
    /// # Errors
    /// When files can't be listed in this format.
    pub(super) fn new(format: Format) -> Result<Self, Failure> {
        if matches!(format, Format::Yaml | Format::Csv) {
            let failure = Failure::new(COULD_NOT_RUN, "files are listed as text or JSON");
            return Err(failure.next("specify --output json"));
        }
        Ok(Self {
            out: BufWriter::new(io::stdout().lock()),
            is_json: format == Format::Json,
            is_empty: true,
        })
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// When stdout can't be written to.
    pub(super) fn entry(&mut self, entry: &FileEntry, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        self.element(&Row::of(entry), text)
    }

    /// Adds a value.
    ///
    /// # Errors
    /// When stdout can't be written to.
    pub(super) fn element(
        &mut self,
        value: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        if self.is_json {
            let begin = if self.is_empty { "[\n" } else { ",\n" };
            write!(self.out, "{begin}  {}", serde_json::to_string(value)?).context(TO_STDOUT)?;
        } else {
            writeln!(self.out, "{}", text()).context(TO_STDOUT)?;
        }
        self.is_empty = false;
        Ok(())
    }

    /// Ends the list.
    ///
    /// # Errors
    /// When stdout can't be written to.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        let end = match (self.is_json, self.is_empty) {
            (true, true) => "[]\n",
            (true, false) => "\n]\n",
            (false, _) => "",
        };
        let written = self.out.write_all(end.as_bytes());
        written.and_then(|()| self.out.flush()).context(TO_STDOUT)
    }
}

/// An entry as JSON.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    path: String,
    #[serde(rename = "type")]
    kind: &'static str,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    /// Permissions in octal.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    /// The target of a symbolic link.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
}

impl Row {
    pub(super) fn of(entry: &FileEntry) -> Self {
        let (kind, target) = match &entry.kind {
            FileKind::File => ("file", None),
            FileKind::Directory => ("directory", None),
            FileKind::Symlink(target) => ("symlink", Some(escape(target))),
            FileKind::Other => ("other", None),
        };
        Self {
            path: entry.path.to_string(),
            kind,
            size: entry.size,
            modified: entry
                .modified
                .map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            mode: entry.mode.map(|mode| format!("{mode:04o}")),
            target,
        }
    }
}

/// Returns a line as `ls -l` prints it: type and permissions, bytes, the time of the last change in UTC, and the path.
pub(super) fn described(entry: &FileEntry) -> String {
    let modified = entry.modified.map_or_else(
        || "-".to_owned(),
        |time| time.format("%Y-%m-%d %H:%M:%S").to_string(),
    );
    let mut line = format!("{} {:>12} {modified:<19} ", permissions(entry), entry.size);
    line.push_str(&visible(&entry.path.to_string()));
    if let FileKind::Symlink(target) = &entry.kind {
        line.push_str(" -> ");
        line.push_str(&visible(&escape(target)));
    }
    line
}

/// Returns the type and the permissions: `drwxr-xr-x`. Unknown permissions are question marks.
fn permissions(entry: &FileEntry) -> String {
    let kind = match entry.kind {
        FileKind::File => '-',
        FileKind::Directory => 'd',
        FileKind::Symlink(_) => 'l',
        FileKind::Other => '?',
    };
    let Some(mode) = entry.mode else {
        return format!("{kind}?????????");
    };
    let mut text = String::from(kind);
    for (shift, special, set) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        text.push(if bits & 4 == 0 { '-' } else { 'r' });
        text.push(if bits & 2 == 0 { '-' } else { 'w' });
        text.push(match (mode & special != 0, bits & 1 != 0) {
            (false, false) => '-',
            (false, true) => 'x',
            (true, true) => set,
            (true, false) => set.to_ascii_uppercase(),
        });
    }
    text
}

/// Returns the text of a path with control characters and those that change the direction of writing as `%XX`, which is
/// the same path.
pub(super) fn visible(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for character in path.chars() {
        if !character.is_control() && !matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            text.push(character);
            continue;
        }
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            // Writing to a string never fails.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use appkeep_server::admin::files::FilePath;

    use super::*;

    fn entry(path: &str, kind: FileKind, mode: Option<u32>) -> FileEntry {
        FileEntry {
            path: FilePath::parse(path).unwrap(),
            kind,
            size: 12,
            modified: "2026-01-05T09:30:00.5Z".parse().ok(),
            mode,
        }
    }

    #[test]
    fn entries_are_shown_as_by_ls() {
        let link = FileKind::Symlink(b"../\xff\n".to_vec());
        for (kind, mode, line) in [
            (
                FileKind::File,
                Some(0o640),
                "-rw-r-----           12 2026-01-05 09:30:00 /data/a%0Ab",
            ),
            (
                FileKind::Directory,
                Some(0o1777),
                "drwxrwxrwt           12 2026-01-05 09:30:00 /data/a%0Ab",
            ),
            (
                FileKind::File,
                Some(0o6754),
                "-rwsr-sr--           12 2026-01-05 09:30:00 /data/a%0Ab",
            ),
            (
                FileKind::File,
                Some(0o7600),
                "-rwS--S--T           12 2026-01-05 09:30:00 /data/a%0Ab",
            ),
            (
                FileKind::Other,
                None,
                "??????????           12 2026-01-05 09:30:00 /data/a%0Ab",
            ),
            (
                link,
                Some(0o777),
                "lrwxrwxrwx           12 2026-01-05 09:30:00 /data/a%0Ab -> ../%FF%0A",
            ),
        ] {
            assert_eq!(described(&entry("/data/a\nb", kind, mode)), line);
        }
    }

    #[test]
    fn visible_texts_are_the_same_path() {
        for text in [
            "/data/a\u{1b}[2J",
            "/data/\u{202e}x\u{85}",
            "/data/%FF\n 100%25 ü ",
        ] {
            let shown = visible(text);
            assert!(!shown.contains(char::is_control), "{shown}");
            assert_eq!(FilePath::parse(&shown), FilePath::parse(text), "{shown}");
        }
        assert_eq!(visible("/data/a b ü"), "/data/a b ü");
    }
}

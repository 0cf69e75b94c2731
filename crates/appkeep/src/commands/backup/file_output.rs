//! Entries of backups on stdout, written one after the other: a backup may contain millions.

use std::fmt::Write as _;
use std::io::{self, BufWriter, StdoutLock, Write};

use anyhow::Context;
use appkeep_client::types::{AppBackupFile, AppBackupFileType};
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

/// Returns a line as `ls -l` prints it: type and permissions, bytes, the time of the last change in UTC, and the path.
pub(super) fn described(entry: &AppBackupFile) -> String {
    let modified = entry.modified.as_ref().and_then(|time| time.to_utc().ok());
    let modified = modified.map_or_else(
        || "-".to_owned(),
        |time| time.format("%Y-%m-%d %H:%M:%S").to_string(),
    );
    let mut line = format!("{} {:>12} {modified:<19} ", permissions(entry), entry.size);
    line.push_str(&visible(&entry.path));
    if let Some(target) = &entry.target {
        line.push_str(" -> ");
        line.push_str(&visible(target));
    }
    line
}

/// Returns the type and the permissions: `drwxr-xr-x`. Unknown permissions are question marks.
fn permissions(entry: &AppBackupFile) -> String {
    let kind = match entry.type_.known() {
        Some(AppBackupFileType::File) => '-',
        Some(AppBackupFileType::Directory) => 'd',
        Some(AppBackupFileType::Symlink) => 'l',
        Some(AppBackupFileType::Other) | None => '?',
    };
    let mode = entry
        .mode
        .as_deref()
        .and_then(|mode| u32::from_str_radix(mode, 8).ok());
    let Some(mode) = mode else {
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
    use super::*;

    fn entry(kind: AppBackupFileType, mode: Option<u32>, target: Option<&str>) -> AppBackupFile {
        AppBackupFile {
            path: "/data/a\nb".to_owned(),
            type_: kind.into(),
            size: 12,
            modified: "2026-01-05T09:30:00.5Z".parse().ok(),
            mode: mode.map(|mode| format!("{mode:04o}")),
            target: target.map(str::to_owned),
            extra: serde_json::Map::new(),
        }
    }

    #[test]
    fn entries_are_shown_as_by_ls() {
        for (kind, mode, line) in [
            (
                AppBackupFileType::File,
                Some(0o640),
                "-rw-r-----           12 2026-01-05 09:30:00 /data/a%0Ab",
            ),
            (
                AppBackupFileType::Directory,
                Some(0o1777),
                "drwxrwxrwt           12 2026-01-05 09:30:00 /data/a%0Ab",
            ),
            (
                AppBackupFileType::File,
                Some(0o6754),
                "-rwsr-sr--           12 2026-01-05 09:30:00 /data/a%0Ab",
            ),
            (
                AppBackupFileType::File,
                Some(0o7600),
                "-rwS--S--T           12 2026-01-05 09:30:00 /data/a%0Ab",
            ),
            (
                AppBackupFileType::Other,
                None,
                "??????????           12 2026-01-05 09:30:00 /data/a%0Ab",
            ),
            (
                AppBackupFileType::Symlink,
                Some(0o777),
                "lrwxrwxrwx           12 2026-01-05 09:30:00 /data/a%0Ab -> ../%FF%0A",
            ),
        ] {
            let target = (kind == AppBackupFileType::Symlink).then_some("../%FF\n");
            assert_eq!(described(&entry(kind, mode, target)), line);
        }
    }

    #[test]
    fn control_characters_are_bytes_of_the_same_path() {
        for text in [
            "/data/a\u{1b}[2J",
            "/data/\u{202e}x\u{85}",
            "/data/%FF\n 100%25 ü ",
        ] {
            let shown = visible(text);
            assert!(!shown.contains(char::is_control), "{shown}");
        }
        assert_eq!(visible("/data/a\u{1b}\u{85}"), "/data/a%1B%C2%85");
        assert_eq!(visible("/data/a b ü%25"), "/data/a b ü%25");
    }
}

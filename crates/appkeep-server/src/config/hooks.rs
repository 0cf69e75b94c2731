//! Backup options of an app: the origin of its data, its consistency and its hooks.

use std::collections::{BTreeMap, HashSet};

use appkeep_core::catalog::{AppOptions, Consistency, SnapshotMode};
use appkeep_core::hook::{Hook, HookStage};
use toml::Spanned;

use super::declare::Checker;
use super::error::ConfigError;
use super::file::{AppTable, HookTable};
use super::{
    HOOK_TEXT_BYTES_MAX, HOOK_TIMEOUT_SECS_DEFAULT, HOOK_TIMEOUT_SECS_MAX, HOOK_VARIABLES_MAX,
    HOOK_WORDS_MAX, HOOKS_MAX,
};

/// The prefix of the variables that the server sets itself.
const OWN_VARIABLES: &str = "APPKEEP_";

impl Checker<'_> {
    /// Returns the backup options of an app.
    pub(super) fn options(&self, table: &AppTable) -> Result<AppOptions, ConfigError> {
        let consistency = match &table.consistency {
            None => Consistency::default(),
            Some(given) => self.word("consistency", given, Consistency::ALL)?,
        };
        let snapshot = match &table.snapshot {
            None => SnapshotMode::default(),
            Some(given) => self.word("snapshot", given, SnapshotMode::ALL)?,
        };
        if let Some(surplus) = table.hooks.get(HOOKS_MAX) {
            let problem = format!("the app has more than {HOOKS_MAX} hooks");
            return Err(self.error(&surplus.name.span(), problem));
        }
        let mut names = HashSet::new();
        let hooks = table.hooks.iter().map(|hook| self.hook(hook, &mut names));
        Ok(AppOptions {
            consistency,
            snapshot,
            hooks: hooks.collect::<Result<_, _>>()?,
            ..AppOptions::default()
        })
    }

    fn hook(&self, table: &HookTable, names: &mut HashSet<String>) -> Result<Hook, ConfigError> {
        let name = self.name(&table.name, names)?;
        let stage = self.word("stage", &table.stage, HookStage::ALL)?;
        let timeout_secs = self.number(
            table.timeout_secs.as_ref(),
            HOOK_TIMEOUT_SECS_DEFAULT,
            1..=HOOK_TIMEOUT_SECS_MAX,
        )?;
        Ok(Hook {
            name,
            stage,
            command: self.command(&table.command)?,
            env: self.environment(&table.env)?,
            timeout_secs,
        })
    }

    /// Returns the program and its arguments. A program with a slash is a path relative to the configuration
    /// file's directory; one without is searched for.
    pub(super) fn command(&self, given: &Spanned<Vec<Spanned<String>>>) -> Result<Vec<String>, ConfigError> {
        let Some(program) = given.get_ref().first().filter(|word| !word.get_ref().is_empty()) else {
            let problem = "the command is empty: expected `[\"/path/to/program\", \"argument\"]`";
            return Err(self.error(&given.span(), problem.to_owned()));
        };
        if given.get_ref().len() > HOOK_WORDS_MAX {
            let problem = format!("the command has more than {HOOK_WORDS_MAX} words");
            return Err(self.error(&given.span(), problem));
        }
        let mut words = Vec::new();
        for word in given.get_ref() {
            words.push(self.text(word)?);
        }
        if program.get_ref().contains('/') {
            let path = self.absolute(program)?.into_os_string();
            words[0] = path
                .into_string()
                .map_err(|path| self.error(&program.span(), format!("{} is not UTF-8", path.display())))?;
        }
        Ok(words)
    }

    pub(super) fn environment(
        &self,
        given: &BTreeMap<Spanned<String>, Spanned<String>>,
    ) -> Result<BTreeMap<String, String>, ConfigError> {
        if let Some(surplus) = given.keys().nth(HOOK_VARIABLES_MAX) {
            let problem = format!("the hook declares more than {HOOK_VARIABLES_MAX} variables");
            return Err(self.error(&surplus.span(), problem));
        }
        let mut environment = BTreeMap::new();
        for (name, value) in given {
            let text = name.get_ref();
            let is_name = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && text
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
            if !is_name || text.len() > HOOK_TEXT_BYTES_MAX {
                let problem = format!(
                    "invalid variable {text:?}: expected letters, digits and underscores, and no digit at the beginning"
                );
                return Err(self.error(&name.span(), problem));
            }
            if text.starts_with(OWN_VARIABLES) {
                let problem = format!("{text:?} can't be set: the server sets {OWN_VARIABLES}… itself");
                return Err(self.error(&name.span(), problem));
            }
            environment.insert(text.clone(), self.text(value)?);
        }
        Ok(environment)
    }

    /// Checks a text that is passed to a command.
    fn text(&self, given: &Spanned<String>) -> Result<String, ConfigError> {
        let text = given.get_ref();
        if text.contains('\0') {
            return Err(self.error(&given.span(), "it contains a NUL byte".to_owned()));
        }
        if text.len() > HOOK_TEXT_BYTES_MAX {
            let problem = format!(
                "it has {} bytes: expected at most {HOOK_TEXT_BYTES_MAX}",
                text.len()
            );
            return Err(self.error(&given.span(), problem));
        }
        Ok(text.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    const GOOD: &str = r#"[[accounts]]
name = "acme"
[[accounts.apps]]
name = "shop"
volumes = { data = "/srv/shop" }
consistency = "relaxed"
snapshot = "live"
[[accounts.apps.hooks]]
name = "quiesce"
stage = "pre-snapshot"
command = ["hooks/quiesce", "--now", "$HOME"]
env = { PGUSER = "backup" }
timeout_secs = 5
[[accounts.apps.hooks]]
name = "release"
stage = "post-snapshot"
command = ["pg-release"]
"#;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("/etc/appkeep.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn hooks_keep_their_order() {
        let options = parse(GOOD).unwrap().declaration.apps.remove(0).options;
        assert_eq!(options.consistency, Consistency::Relaxed);
        assert_eq!(options.snapshot, SnapshotMode::Live);
        let [quiesce, release] = options.hooks.as_slice() else {
            panic!("{options:?}")
        };
        assert_eq!(quiesce.command, ["/etc/hooks/quiesce", "--now", "$HOME"]);
        assert_eq!((quiesce.stage, quiesce.timeout_secs), (HookStage::PreSnapshot, 5));
        assert_eq!(quiesce.env["PGUSER"], "backup");
        assert_eq!(release.command, ["pg-release"]);
        assert_eq!(release.stage, HookStage::PostSnapshot);
        assert_eq!(release.timeout_secs, HOOK_TIMEOUT_SECS_DEFAULT);
        let without = GOOD.replace("consistency = \"relaxed\"\nsnapshot = \"live\"\n", "");
        let without = parse(&without).unwrap().declaration.apps.remove(0).options;
        assert_eq!(without.consistency, Consistency::Normal);
        assert_eq!(without.snapshot, SnapshotMode::Auto);
    }

    #[test]
    fn errors_name_file_line_key_and_expected_value() {
        let long = format!("command = [\"{}\"]", "x".repeat(HOOK_TEXT_BYTES_MAX + 1));
        for (from, to, expected) in [
            (
                "\"relaxed\"",
                "\"lax\"",
                "6: `consistency = \"lax\"`: invalid consistency \"lax\": expected normal, strict or relaxed",
            ),
            (
                "\"live\"",
                "\"dead\"",
                "7: `snapshot = \"dead\"`: invalid snapshot \"dead\": expected auto or live",
            ),
            (
                "\"pre-snapshot\"",
                "\"pre\"",
                "10: `stage = \"pre\"`: invalid stage \"pre\": expected pre-snapshot or post-snapshot",
            ),
            (
                "= 5",
                "= 0",
                "13: `timeout_secs = 0`: 0 is out of range: expected 1 to 3600",
            ),
            (
                "[\"pg-release\"]",
                "[]",
                "17: `command = []`: the command is empty: expected `[\"/path/to/program\", \"argument\"]`",
            ),
            (
                "[\"pg-release\"]",
                "\"pg-release\"",
                "17: `command = \"pg-release\"`: invalid type: string \"pg-release\", expected an array",
            ),
            (
                "PGUSER",
                "APPKEEP_X",
                "12: `env = { APPKEEP_X = \"backup\" }`: \"APPKEEP_X\" can't be set: the server sets APPKEEP_… itself",
            ),
            (
                "PGUSER",
                "\"PG USER\"",
                "12: `env = { \"PG USER\" = \"backup\" }`: invalid variable \"PG USER\": expected letters, digits and underscores, and no digit at the beginning",
            ),
            (
                "\"--now\"",
                "\"\\u0000\"",
                "11: `command = [\"hooks/quiesce\", \"\\u0000\", \"$HOME\"]`: it contains a NUL byte",
            ),
            (
                "\"release\"",
                "\"quiesce\"",
                "15: `name = \"quiesce\"`: the name \"quiesce\" is repeated",
            ),
            (
                "timeout_secs",
                "timeout",
                "13: `timeout = 5`: unknown field `timeout`, expected one of `name`, `stage`, `command`, `env`, `timeout_secs`",
            ),
        ] {
            let refused = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert_eq!(refused, format!("/etc/appkeep.toml:{expected}"));
        }
        let refused = parse(&GOOD.replace("command = [\"pg-release\"]", &long)).unwrap_err();
        assert!(
            refused.ends_with("it has 4097 bytes: expected at most 4096"),
            "{refused}"
        );
    }
}

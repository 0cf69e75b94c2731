//! Converts the file's tables to accounts, apps and buckets. Checks that names are unique, ids well-formed
//! and paths absolute.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use appkeep_core::admission::QueueLimits;
use appkeep_core::catalog::{Account, App, Declaration, Volume};
use appkeep_core::ids::{AccountId, AppId, BucketId};
use appkeep_core::name::{NodeName, ResourceName};
use appkeep_engine::{Priority, Reserve, StaticCredentials};
use toml::Spanned;
use uuid::Uuid;

use super::buckets::S3Place;
use super::error::{ConfigError, printable};
use super::file::{AccountTable, AppTable, File};
use super::nesting::Places;
use super::{
    BODY_TIMEOUT_SECS_DEFAULT, BODY_TIMEOUT_SECS_MAX, CHECK_EVERY_SECS_DEFAULT, CHECK_EVERY_SECS_MAX,
    CONNECTION_TIMEOUT_SECS_MAX, CONNECTIONS_MAX, Config, IDLE_TIMEOUT_SECS_DEFAULT, JOBS_MAX,
    RESERVE_MIB_MAX, RESTORE_DIRECTORIES_MAX, VERIFY_PERCENT_DEFAULT, WORKERS_DEFAULT, WORKERS_MAX,
    WRITE_TIMEOUT_SECS_DEFAULT,
};

/// The namespace of ids that are derived from names: a version 5 id of this project's name.
const NAMESPACE: Uuid = Uuid::from_u128(0x9f0c_3f3c_8a5b_5d2e_9b64_61a5_1c1e_77d3);

/// Derives the id of a declared resource from its kind, account and name.
pub(crate) fn derived_id(kind: &str, account: &str, name: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{kind}/{account}/{name}").as_bytes())
}

pub(super) struct Checker<'a> {
    path: &'a Path,
    text: &'a str,
    ids: HashSet<Uuid>,
    pub(super) directories: Places,
    pub(super) s3_places: Vec<S3Place>,
    pub(super) bucket_credentials: HashMap<BucketId, StaticCredentials>,
}

pub(super) fn check(path: &Path, text: &str, file: &File) -> Result<Config, ConfigError> {
    let mut checker = Checker {
        path,
        text,
        ids: HashSet::new(),
        directories: Places::default(),
        s3_places: Vec::new(),
        bucket_credentials: HashMap::new(),
    };
    let workers = checker.number(file.server.workers.as_ref(), WORKERS_DEFAULT, 0..=WORKERS_MAX)?;
    let most = workers.saturating_sub(1).max(1);
    let backups_max = file.server.backups_max.as_ref();
    let backups_max = backups_max.map(|given| checker.number(Some(given), most, 1..=most));
    let body_timeout_secs = checker.number(
        file.server.body_timeout_secs.as_ref(),
        BODY_TIMEOUT_SECS_DEFAULT,
        1..=BODY_TIMEOUT_SECS_MAX,
    )?;
    let server = &file.server;
    let connections_max = checker.connections(server.connections_max.as_ref(), CONNECTIONS_MAX)?;
    let per_address = server.connections_per_address_max.as_ref();
    let connections_per_address_max =
        checker.connections(per_address, connections_max.unwrap_or(CONNECTIONS_MAX))?;
    let idle_timeout = checker.timeout(server.idle_timeout_secs.as_ref(), IDLE_TIMEOUT_SECS_DEFAULT)?;
    let write_timeout = checker.timeout(server.write_timeout_secs.as_ref(), WRITE_TIMEOUT_SECS_DEFAULT)?;
    let check_every_secs = checker.number(
        server.check_every_secs.as_ref(),
        CHECK_EVERY_SECS_DEFAULT,
        1..=CHECK_EVERY_SECS_MAX,
    )?;
    let verify_percent = checker.number(server.verify_percent.as_ref(), VERIFY_PERCENT_DEFAULT, 0..=100)?;
    let engine_priority = checker.priority(server.engine_priority.as_ref())?;
    let reserve = checker.reserve(server.reserve_mib.as_ref())?;
    let limits = QueueLimits::default();
    let queue_limits = QueueLimits {
        app_jobs_max: checker.number(server.app_jobs_max.as_ref(), limits.app_jobs_max, 1..=JOBS_MAX)?,
        account_jobs_max: checker.number(
            server.account_jobs_max.as_ref(),
            limits.account_jobs_max,
            1..=JOBS_MAX,
        )?,
    };
    let keys = checker.key_source(file.keys.as_ref())?;
    let store = checker.store_url(file.store.as_ref(), &keys)?;
    let mut declaration = Declaration::default();
    let mut names = HashSet::new();
    for table in &file.accounts {
        checker.account(table, &mut names, &mut declaration)?;
    }
    let restore_directories = checker.restore_directories(server.restore_directories.as_deref())?;
    checker.check_s3_places()?;
    let shared = checker.directories.check();
    let shared = shared.map_err(|(span, problem)| checker.error(&span, problem))?;
    for app in &mut declaration.apps {
        let inner = shared.iter().filter(|shared| shared.outer == app.id);
        app.options.volumes_inside = inner.map(|shared| shared.inner.clone()).collect();
    }
    let notifications = checker.notifications(&file.notifications, &declaration)?;
    let mut warnings = incomplete(path, &declaration);
    warnings.extend(shared.into_iter().map(|shared| shared.warning));
    Ok(Config {
        node: checker.node(server.node.as_ref())?,
        workers,
        backups_max: backups_max.transpose()?,
        body_timeout: Duration::from_secs(body_timeout_secs.into()),
        connections_max,
        connections_per_address_max,
        idle_timeout,
        write_timeout,
        check_every: Duration::from_secs(check_every_secs.into()),
        verify_percent: u8::try_from(verify_percent).unwrap_or(100),
        engine_priority,
        reserve,
        queue_limits,
        restore_directories,
        pages: server.pages.unwrap_or(true),
        store,
        keys,
        declaration,
        bucket_credentials: checker.bucket_credentials,
        notifications,
        warnings: warnings.iter().map(|warning| printable(warning)).collect(),
    })
}

/// Describes what a declaration lacks before anything can be backed up.
fn incomplete(path: &Path, declaration: &Declaration) -> Vec<String> {
    if declaration.accounts.is_empty() {
        return vec![format!(
            "{}: there is no account: declare one in [[accounts]]",
            path.display()
        )];
    }
    let has_apps = |account: &&Account| declaration.apps.iter().any(|app| app.account_id == account.id);
    let has_bucket = |account: &&Account| {
        declaration
            .buckets
            .iter()
            .any(|bucket| bucket.account_id == account.id)
    };
    let accounts = declaration.accounts.iter().filter(has_apps);
    let without = accounts.filter(|account| !has_bucket(account));
    without
        .map(|account| {
            let name = &account.name;
            format!("account {name:?} has apps but no bucket, so they can't be backed up: declare one in [[accounts.buckets]]")
        })
        .collect()
}

impl Checker<'_> {
    pub(super) fn error(&self, span: &Range<usize>, problem: String) -> ConfigError {
        ConfigError::at(self.path, self.text, span, problem)
    }

    /// Without a name, the machine's host name.
    fn node(&self, given: Option<&Spanned<String>>) -> Result<NodeName, ConfigError> {
        let Some(given) = given else {
            let host = rustix::system::uname();
            return Ok(NodeName::of_host(&host.nodename().to_string_lossy()));
        };
        let name = given.get_ref();
        NodeName::new(name.as_str())
            .map_err(|error| self.error(&given.span(), format!("invalid node {name:?}: {error}")))
    }

    /// An error about a secret value, which isn't shown.
    pub(super) fn secret_error(&self, span: &Range<usize>, problem: String) -> ConfigError {
        ConfigError::at_secret(self.path, self.text, span, problem)
    }

    fn reserve(&self, given: Option<&Spanned<u32>>) -> Result<Reserve, ConfigError> {
        if given.is_none() {
            return Ok(Reserve::default());
        }
        let mib = self.number(given, 0, 0..=RESERVE_MIB_MAX)?;
        Ok(Reserve::Bytes(u64::from(mib) << 20))
    }

    /// Returns the directories below which clients may restore data. They are outside of volumes and buckets.
    fn restore_directories(
        &mut self,
        given: Option<&[Spanned<String>]>,
    ) -> Result<Vec<PathBuf>, ConfigError> {
        let given = given.unwrap_or_default();
        if let Some(over) = given.get(RESTORE_DIRECTORIES_MAX) {
            let problem = format!(
                "{} directories: expected at most {RESTORE_DIRECTORIES_MAX}",
                given.len()
            );
            return Err(self.error(&over.span(), problem));
        }
        let mut directories = Vec::with_capacity(given.len());
        for directory in given {
            let path = self.directory(directory)?;
            self.directories.add_restore_directory(&path, directory.span());
            directories.push(path);
        }
        Ok(directories)
    }

    pub(super) fn number(
        &self,
        given: Option<&Spanned<u32>>,
        default: u32,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<u32, ConfigError> {
        let Some(given) = given else { return Ok(default) };
        if range.contains(given.get_ref()) {
            return Ok(*given.get_ref());
        }
        let problem = format!(
            "{} is out of range: expected {} to {}",
            given.get_ref(),
            range.start(),
            range.end()
        );
        Err(self.error(&given.span(), problem))
    }

    fn connections(&self, given: Option<&Spanned<u32>>, most: u32) -> Result<Option<u32>, ConfigError> {
        given
            .map(|given| self.number(Some(given), most, 1..=most))
            .transpose()
    }

    fn timeout(&self, given: Option<&Spanned<u32>>, default: u32) -> Result<Duration, ConfigError> {
        let secs = self.number(given, default, 1..=CONNECTION_TIMEOUT_SECS_MAX)?;
        Ok(Duration::from_secs(secs.into()))
    }

    fn priority(&self, given: Option<&Spanned<String>>) -> Result<Priority, ConfigError> {
        given.map_or(Ok(Priority::default()), |given| {
            self.word("priority", given, Priority::ALL)
        })
    }

    /// Parses one of the values `all` that the setting `what` can have.
    pub(super) fn word<T>(&self, what: &str, given: &Spanned<String>, all: &[T]) -> Result<T, ConfigError>
    where
        T: FromStr + Copy + Into<&'static str>,
    {
        given.get_ref().parse().map_err(|_| {
            let words: Vec<&str> = all.iter().map(|value| (*value).into()).collect();
            let (last, others) = words.split_last().unwrap_or((&"", &[]));
            let given_word = given.get_ref();
            let problem = format!(
                "invalid {what} {given_word:?}: expected {} or {last}",
                others.join(", ")
            );
            self.error(&given.span(), problem)
        })
    }

    /// Checks a name, which must be unique among `taken`.
    pub(super) fn name(
        &self,
        given: &Spanned<String>,
        taken: &mut HashSet<String>,
    ) -> Result<String, ConfigError> {
        let name = ResourceName::new(given.get_ref().as_str()).map_err(|error| {
            self.error(
                &given.span(),
                format!("invalid name {:?}: {error}", given.get_ref()),
            )
        })?;
        if !taken.insert(name.as_str().to_owned()) {
            return Err(self.error(&given.span(), format!("the name {:?} is repeated", name.as_str())));
        }
        Ok(name.as_str().to_owned())
    }

    /// Returns the given id, else the derived one; unique in the whole file.
    pub(super) fn id(
        &mut self,
        given: Option<&Spanned<String>>,
        name: &Spanned<String>,
        derived: Uuid,
    ) -> Result<Uuid, ConfigError> {
        let (id, span) = match given {
            None => (derived, name.span()),
            Some(given) => {
                let strict = |id: &Uuid| id.hyphenated().to_string() == *given.get_ref();
                let parsed = Uuid::try_parse(given.get_ref()).ok().filter(strict);
                let id = parsed.ok_or_else(|| {
                    let problem = format!(
                        "invalid id {:?}: expected a UUID in lower case with hyphens, for example \"{derived}\"",
                        given.get_ref()
                    );
                    self.error(&given.span(), problem)
                })?;
                (id, given.span())
            }
        };
        if !self.ids.insert(id) {
            return Err(self.error(&span, format!("the id {id} is repeated")));
        }
        Ok(id)
    }

    /// Returns a directory as an absolute path; a relative one is relative to the configuration file's
    /// directory.
    fn directory(&self, given: &Spanned<String>) -> Result<PathBuf, ConfigError> {
        self.path(given, "a directory")
    }

    /// Returns a path as an absolute path; a relative one is relative to the configuration file's directory.
    /// The error for an empty path names `right` as what is expected.
    pub(super) fn path(&self, given: &Spanned<String>, right: &str) -> Result<PathBuf, ConfigError> {
        if given.get_ref().is_empty() {
            let problem = format!("the path is empty: expected {right}");
            return Err(self.error(&given.span(), problem));
        }
        self.absolute(given)
    }

    /// Makes a path absolute; a relative one is relative to the configuration file's directory.
    pub(super) fn absolute(&self, given: &Spanned<String>) -> Result<PathBuf, ConfigError> {
        let base = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let joined = base.unwrap_or_else(|| Path::new(".")).join(given.get_ref());
        std::path::absolute(&joined).map_err(|error| {
            self.error(
                &given.span(),
                format!("{} can't be made absolute: {error}", joined.display()),
            )
        })
    }

    fn account(
        &mut self,
        table: &AccountTable,
        names: &mut HashSet<String>,
        declaration: &mut Declaration,
    ) -> Result<(), ConfigError> {
        let name = self.name(&table.name, names)?;
        let derived = derived_id("account", &name, "");
        let id = AccountId::new(self.id(table.id.as_ref(), &table.name, derived)?);
        let account = Account {
            id,
            name,
            declared: true,
        };
        let (mut app_names, mut bucket_names) = (HashSet::new(), HashSet::new());
        let (first_app, first_bucket) = (declaration.apps.len(), declaration.buckets.len());
        for app in &table.apps {
            let app = self.app(&account, app, &mut app_names)?;
            declaration.apps.push(app);
        }
        let mut default: Option<Range<usize>> = None;
        for bucket in &table.buckets {
            let checked = self.bucket(&account, bucket, &mut bucket_names)?;
            if let Some(marked) = bucket.default.as_ref().filter(|marked| *marked.get_ref()) {
                if default.is_some() {
                    let problem = format!("account {:?} has two default buckets", account.name);
                    return Err(self.error(&marked.span(), problem));
                }
                default = Some(marked.span());
            }
            declaration.buckets.push(checked);
        }
        let buckets = &declaration.buckets[first_bucket..];
        for (app, table) in declaration.apps[first_app..].iter().zip(&table.apps) {
            let schedules = self.schedules(&account, app, buckets, &table.schedules)?;
            declaration.schedules.extend(schedules);
        }
        declaration.accounts.push(account);
        Ok(())
    }

    fn app(
        &mut self,
        account: &Account,
        table: &AppTable,
        names: &mut HashSet<String>,
    ) -> Result<App, ConfigError> {
        let name = self.name(&table.name, names)?;
        let derived = derived_id("app", &account.name, &name);
        let id = AppId::new(self.id(table.id.as_ref(), &table.name, derived)?);
        let mut volumes = Vec::new();
        let mut volume_names = HashSet::new();
        for (volume, path) in table.volumes.get_ref() {
            let volume = Volume {
                name: self.name(volume, &mut volume_names)?,
                path: self.directory(path)?,
            };
            self.directories.add_volume(&name, id, &volume, path.span());
            volumes.push(volume);
        }
        if volumes.is_empty() {
            let problem = format!("app {name:?} has no volumes: expected `name = \"/a/directory\"`");
            return Err(self.error(&table.volumes.span(), problem));
        }
        Ok(App {
            id,
            account_id: account.id,
            name,
            volumes,
            options: self.options(table)?,
            declared: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[server]
workers = 1

[[accounts]]
name = "acme"

[[accounts.apps]]
name = "shop"
volumes = { data = "/srv/shop", media = "media" }

[[accounts.buckets]]
name = "local"
path = "/var/backups"
"#;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("/etc/appkeep.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn valid_files_declare_accounts_apps_and_buckets() {
        let config = parse(GOOD).unwrap();
        assert_eq!(config.workers, 1);
        let app = &config.declaration.apps[0];
        assert_eq!(app.id.as_uuid(), derived_id("app", "acme", "shop"));
        assert_eq!(app.id.as_uuid().get_version_num(), 5);
        assert_eq!(app.volumes[1].path, Path::new("/etc/media"));
    }

    #[test]
    fn errors_name_file_line_key_and_expected_value() {
        for (from, to, expected) in [
            (
                "workers = 1",
                "workers = 65",
                "/etc/appkeep.toml:3: `workers = 65`: 65 is out of range: expected 0 to 64",
            ),
            (
                "workers = 1",
                "workers = \"x\"",
                "/etc/appkeep.toml:3: `workers = \"x\"`: invalid type: string \"x\", expected a whole number, 0 or more",
            ),
            (
                "workers = 1",
                "worker = 1",
                "/etc/appkeep.toml:3: `worker = 1`: unknown field `worker`, expected one of `node`, `workers`, `backups_max`, `body_timeout_secs`, `connections_max`, `connections_per_address_max`, `idle_timeout_secs`, `write_timeout_secs`, `check_every_secs`, `verify_percent`, `engine_priority`, `reserve_mib`, `app_jobs_max`, `account_jobs_max`, `restore_directories`, `pages`",
            ),
            (
                "name = \"shop\"",
                "name = \"Shop\"",
                "/etc/appkeep.toml:9: `name = \"Shop\"`: invalid name \"Shop\": a name has 1 to 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit",
            ),
            (
                "path = \"/var/backups\"",
                "path = \"\"",
                "/etc/appkeep.toml:14: `path = \"\"`: the path is empty: expected a directory",
            ),
            (
                "path = \"/var/backups\"",
                "path = 5",
                "/etc/appkeep.toml:14: `path = 5`: invalid type: integer `5`, expected a string",
            ),
            (
                "{ data = \"/srv/shop\", media = \"media\" }",
                "{}",
                "/etc/appkeep.toml:10: `volumes = {}`: app \"shop\" has no volumes: expected `name = \"/a/directory\"`",
            ),
        ] {
            assert_eq!(parse(&GOOD.replace(from, to)).unwrap_err(), expected);
        }
        let syntax = parse(&GOOD.replace("name = \"acme\"", "name = acme")).unwrap_err();
        assert!(
            syntax.starts_with("/etc/appkeep.toml:6: `name = acme`: "),
            "{syntax}"
        );
    }

    #[test]
    fn two_buckets_of_an_account_need_two_directories() {
        let twice = format!("{GOOD}\n[[accounts.buckets]]\nname = \"copy\"\npath = \"/var/./backups\"\n");
        let refused = parse(&twice).unwrap_err();
        assert!(
            refused.contains("is the same directory as bucket \"local\""),
            "{refused}"
        );
    }

    #[test]
    fn duplicate_names_and_ids_are_rejected() {
        let twice = format!("{GOOD}\n[[accounts]]\nname = \"acme\"\n");
        assert!(
            parse(&twice)
                .unwrap_err()
                .ends_with("the name \"acme\" is repeated")
        );
        let id = "54fe651d-3d3b-5fa8-b85c-5db757885ff3";
        let with_id = |id: &str| GOOD.replace("name = \"shop\"", &format!("name = \"shop\"\nid = \"{id}\""));
        assert_eq!(
            parse(&with_id(id)).unwrap().declaration.apps[0].id.to_string(),
            id
        );
        assert!(
            parse(&with_id(&id.to_uppercase()))
                .unwrap_err()
                .contains("invalid id")
        );
    }
}

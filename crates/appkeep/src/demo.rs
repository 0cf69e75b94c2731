//! `appkeep serve --demo`: a complete set-up that needs no configuration.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::Context;
use appkeep_server::admin::catalog::{App, Bucket};
use appkeep_server::admin::tokens::{self, AccountScope, ExposeSecret, NewToken, Role};
use appkeep_server::{Config, RandomIds, Server, SystemClock};
use clap::ValueEnum;
use serde::Serialize;
use tempfile::TempDir;
use uuid::Uuid;

use crate::stdout::print_json_line;

/// The demo's configuration, without its directories.
const CONFIG: &str = r#"# Created by `appkeep serve --demo`.
[[accounts]]
name = "demo"

[[accounts.apps]]
name = "shop"
volumes = { database = "shop/database", media = "shop/media" }

[[accounts.buckets]]
name = "local"
path = "bucket"
"#;

/// The format of the demo's output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Instructions for people.
    #[default]
    Text,
    /// One line of JSON for programs.
    Json,
}

/// The demo's directory. A temporary one is removed when this is dropped.
pub(crate) struct Demo {
    root: PathBuf,
    _temporary: Option<TempDir>,
}

impl Demo {
    /// Creates the demo in `root`, or in a new temporary directory. Existing files are kept.
    ///
    /// # Errors
    /// When a file can't be written.
    pub(crate) fn create(root: Option<PathBuf>) -> anyhow::Result<Self> {
        let (root, temporary) = if let Some(root) = root {
            (root, None)
        } else {
            let made = tempfile::Builder::new().prefix("appkeep-demo-").tempdir()?;
            (made.path().to_owned(), Some(made))
        };
        fs::create_dir_all(&root).with_context(|| format!("failed to create {}", root.display()))?;
        let root = root.canonicalize()?;
        let demo = Self {
            root,
            _temporary: temporary,
        };
        write_new(&demo.config_file(), CONFIG.as_bytes())?;
        demo.write_sample()
            .with_context(|| format!("failed to write into {}", demo.root.display()))?;
        Ok(demo)
    }

    fn config_file(&self) -> PathBuf {
        self.root.join("appkeep.toml")
    }

    /// Loads the demo's configuration.
    ///
    /// # Errors
    /// When a user has made it invalid.
    pub(crate) fn config(&self) -> anyhow::Result<Config> {
        Ok(Config::load(&self.config_file())?)
    }

    /// Returns the server's data directory.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Writes a realistic app: a database, text, pictures, a link, an empty directory, a private file.
    fn write_sample(&self) -> anyhow::Result<()> {
        let (database, media) = (self.root.join("shop/database"), self.root.join("shop/media"));
        for dir in [
            &database,
            &media,
            &media.join("2026"),
            &media.join("empty"),
            &self.root.join("bucket"),
        ] {
            fs::create_dir_all(dir)?;
        }
        let mut rows = String::from("id,customer,amount\n");
        for id in 1..=20_000_u32 {
            let amount = id.wrapping_mul(2_654_435_761) % 100_000;
            writeln!(
                rows,
                "{id},customer-{},{}.{:02}",
                id % 977,
                amount / 100,
                amount % 100
            )?;
        }
        write_new(&database.join("orders.csv"), rows.as_bytes())?;
        write_new(&database.join("secrets.env"), b"SHOP_KEY=only-a-demo\n")?;
        fs::set_permissions(database.join("secrets.env"), fs::Permissions::from_mode(0o600))?;
        for number in 0..8_u32 {
            write_new(
                &media.join(format!("2026/picture-{number}.raw")),
                &noise(number, 512 * 1024),
            )?;
        }
        if !media.join("latest.raw").is_symlink() {
            symlink("2026/picture-7.raw", media.join("latest.raw"))?;
        }
        Ok(())
    }

    /// Creates a token, and returns instructions that use it.
    ///
    /// # Errors
    /// When the token can't be created.
    pub(crate) async fn introduction(&self, server: &Server) -> anyhow::Result<String> {
        let connection = self.connect(server).await?;
        let app = connection.apps.first();
        let app = app.context("the demo's configuration has no app")?;
        Ok(format!(
            r#"
The app "shop" is in {root}/shop, and its backups are stored in {root}/bucket.
In a browser: {url}/ui, with the token below. With the command line, in another terminal:

  appkeep login --url {url} --token {token}{ca}
  appkeep backup create second --app shop --wait

Or with curl:

  export APPKEEP_URL={url}
  export APPKEEP_TOKEN={token}{trust}
  APP=$APPKEEP_URL/accounts/{account}/k8s/v1/apps/{app}

  # create a backup
  curl -sSw '\n' -H "Authorization: Bearer $APPKEEP_TOKEN" -H 'Content-Type: application/json' \
    -d '{{"type":"application/astra-appBackup","version":"1.1","name":"my-first-backup"}}' $APP/appBackups

  # watch it: pending, discovering, running, completed
  curl -sSw '\n' -H "Authorization: Bearer $APPKEEP_TOKEN" "$APP/appBackups?include=name,state,percentDone,totalBytes"

  # create a snapshot
  curl -sSw '\n' -H "Authorization: Bearer $APPKEEP_TOKEN" -H 'Content-Type: application/json' \
    -d '{{"type":"application/astra-appSnap","version":"1.2"}}' $APP/appSnaps

The variables are also for the command line, which then needs no login.
The bucket contains restic repositories; `appkeep key show --recovery --data {data}` prints their passwords.
Press ctrl-C to stop."#,
            root = self.root.display(),
            url = connection.url,
            token = connection.token,
            account = connection.account_id,
            app = app.id,
            data = connection.data.display(),
            ca = connection
                .ca
                .as_ref()
                .map_or_else(String::new, |file| format!(" --ca '{}'", file.display())),
            trust = connection.ca.as_ref().map_or_else(String::new, |file| format!(
                "\n  export APPKEEP_CA='{0}' CURL_CA_BUNDLE='{0}'",
                file.display()
            )),
        ))
    }

    /// Creates a token, and prints it with everything else that a program needs to use the server, as one line.
    ///
    /// # Errors
    /// When the token can't be created, or the line can't be written.
    pub(crate) async fn print_json(&self, server: &Server) -> anyhow::Result<()> {
        print_json_line(&self.connect(server).await?)
    }

    /// Creates a token for the account of the first app.
    async fn connect(&self, server: &Server) -> anyhow::Result<Connection> {
        let declared = self.config()?.declaration;
        let account = declared
            .accounts
            .first()
            .context("the demo's configuration has no account")?
            .id;
        let new = NewToken {
            name: "demo".to_owned(),
            role: Role::Member,
            scope: AccountScope::These(vec![account]),
            expires_at: None,
        };
        let token = tokens::create(server.store().as_ref(), &SystemClock, &RandomIds, new).await?;
        let apps = declared.apps.into_iter();
        let buckets = declared.buckets.into_iter();
        Ok(Connection {
            url: server.url(),
            token: token.expose_secret().to_owned(),
            account_id: account.as_uuid(),
            apps: apps
                .filter(|app| app.account_id == account)
                .map(DemoApp::from)
                .collect(),
            buckets: buckets
                .filter(|bucket| bucket.account_id == account)
                .map(DemoBucket::from)
                .collect(),
            data: self.data_dir(),
            ca: server.ca_file().map(Path::to_owned),
            operations_url: server
                .operations_addr()
                .map(|address| format!("http://{address}")),
        })
    }
}

/// Everything that a program needs to use the demo.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    url: String,
    token: String,
    #[serde(rename = "accountID")]
    account_id: Uuid,
    /// The apps of the account.
    apps: Vec<DemoApp>,
    /// The buckets of the account, in the order of their declaration.
    buckets: Vec<DemoBucket>,
    /// The data directory, for commands with `--data`.
    data: PathBuf,
    /// The certificate authority to trust, as PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<PathBuf>,
    #[serde(rename = "operationsURL", skip_serializing_if = "Option::is_none")]
    operations_url: Option<String>,
}

/// An app, with the directories of its volumes by name.
#[derive(Serialize)]
struct DemoApp {
    id: Uuid,
    name: String,
    volumes: BTreeMap<String, PathBuf>,
}

impl From<App> for DemoApp {
    fn from(app: App) -> Self {
        let volumes = app.volumes.into_iter();
        Self {
            id: app.id.as_uuid(),
            name: app.name,
            volumes: volumes.map(|volume| (volume.name, volume.path)).collect(),
        }
    }
}

/// A bucket, with its directory.
#[derive(Serialize)]
struct DemoBucket {
    id: Uuid,
    name: String,
    path: PathBuf,
}

impl From<Bucket> for DemoBucket {
    fn from(bucket: Bucket) -> Self {
        Self {
            id: bucket.id.as_uuid(),
            path: bucket
                .location
                .directory()
                .map(Path::to_path_buf)
                .unwrap_or_default(),
            name: bucket.name,
        }
    }
}

/// Writes a file unless it exists.
fn write_new(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    if !path.exists() {
        fs::write(path, content)?;
    }
    Ok(())
}

/// Returns incompressible bytes, the same for each seed.
fn noise(seed: u32, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    fastrand::Rng::with_seed(seed.into()).fill(&mut bytes);
    bytes
}

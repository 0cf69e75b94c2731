//! `appkeep serve --demo`: a complete set-up that needs no configuration.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::Context;
use appkeep_server::Config;
use appkeep_server::admin::Store;
use appkeep_server::admin::tokens::{self, AccountScope, ExposeSecret, NewToken, Role};
use appkeep_server::{RandomIds, SystemClock};
use tempfile::TempDir;

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

    /// Creates a token for the app's account, and returns instructions that use it.
    ///
    /// # Errors
    /// When the token can't be created.
    pub(crate) async fn introduction(
        &self,
        store: &dyn Store,
        url: &str,
        ca_file: Option<&Path>,
    ) -> anyhow::Result<String> {
        let config = self.config()?;
        let declared = &config.declaration;
        let app = declared
            .apps
            .first()
            .context("the demo's configuration has no app")?;
        let (account, app) = (app.account_id, app.id);
        let new = NewToken {
            name: "demo".to_owned(),
            role: Role::Member,
            scope: AccountScope::These(vec![account]),
            expires_at: None,
        };
        let token = tokens::create(store, &SystemClock, &RandomIds, new).await?;
        let bucket = self.root.join("bucket");
        Ok(format!(
            r#"
The app "shop" is in {root}/shop, and its backups are stored in {bucket}.
In a browser: {url}/ui, with the token below. Or in another terminal:

  export APPKEEP_TOKEN={token}{trust}
  APP={url}/accounts/{account}/k8s/v1/apps/{app}

  # create a backup
  curl -sSw '\n' -H "Authorization: Bearer $APPKEEP_TOKEN" -H 'Content-Type: application/json' \
    -d '{{"type":"application/astra-appBackup","version":"1.1","name":"my-first-backup"}}' $APP/appBackups

  # watch it: pending, discovering, running, completed
  curl -sSw '\n' -H "Authorization: Bearer $APPKEEP_TOKEN" "$APP/appBackups?include=name,state,percentDone,totalBytes"

  # create a snapshot
  curl -sSw '\n' -H "Authorization: Bearer $APPKEEP_TOKEN" -H 'Content-Type: application/json' \
    -d '{{"type":"application/astra-appSnap","version":"1.2"}}' $APP/appSnaps

The bucket contains restic repositories; `appkeep key show --recovery --data {data}` prints their passwords.
Press ctrl-C to stop."#,
            root = self.root.display(),
            bucket = bucket.display(),
            data = self.data_dir().display(),
            token = token.expose_secret(),
            trust = ca_file.map_or_else(String::new, |file| format!(
                "\n  export CURL_CA_BUNDLE='{}'",
                file.display()
            )),
        ))
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

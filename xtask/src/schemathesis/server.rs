//! A new server with two accounts and little data, and a token for each account.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use appkeep_launcher::{ACCOUNT, APP, BUCKET, Installation, Method, RunningServer};
use serde_json::{Value, json};

/// The apps of `acme`. All ids are repeated in schemathesis.toml and isolation.py.
pub(super) const APP_IDS: [&str; 2] = [APP, "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b02"];

const SECOND_APP: &str = r#"[[accounts.apps]]
name = "blog"
id = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b02"
volumes = { data = "blog" }
"#;

const SECOND_BUCKET: &str = r#"[[accounts.buckets]]
name = "spare"
id = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c02"
path = "spare"
"#;

/// The account `other` has nothing in common with `acme`.
const OTHER: &str = r#"[[accounts.apps]]
name = "wiki"
id = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b03"
volumes = { data = "wiki" }

[[accounts.buckets]]
name = "other"
id = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c03"
path = "other"
"#;

/// Maximum time until a backup or a snapshot is completed.
const PATIENCE: Duration = Duration::from_mins(1);

/// The server and its installation.
#[derive(Debug)]
pub(super) struct TestServer {
    server: RunningServer,
    installation: Installation,
    /// The server's log, with warnings and errors.
    log: PathBuf,
    owner: String,
    other: String,
    /// Existing ids, by the parameters and fields that accept them.
    examples: Value,
}

impl TestServer {
    /// Starts `binary` in its own directory; its log is in `results`.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(super) fn start(binary: &Path, results: &Path) -> Result<Self> {
        let installation = Installation::new(binary)?;
        installation.configure("workers = 2", "workers = 8")?;
        // Bodies time out as usual. Checks are frequent, so that the reconciler runs during everything else.
        installation.configure("body_timeout_secs = 600", "check_every_secs = 5")?;
        installation.add_apps(SECOND_APP)?;
        installation.add_buckets(SECOND_BUCKET)?;
        installation.add_to_other(OTHER)?;
        for directory in ["blog", "wiki", "spare", "other"] {
            fs::create_dir(installation.path().join(directory))?;
        }
        for volume in ["blog", "wiki"] {
            let file = installation.path().join(volume).join("file");
            fs::write(file, format!("of {volume}\n"))?;
        }
        let log = results.join("server.log");
        let mut serve = installation.serve();
        serve.args(["--log", "warn,audit=off"]);
        let log_file = File::create(&log).context("failed to create the server's log")?;
        let mut server = Self {
            server: RunningServer::start_with_stderr(serve, log_file)?,
            owner: installation.token("acme")?,
            other: installation.token("other")?,
            installation,
            log,
            examples: Value::Null,
        };
        let users = json!({"auth": [
            {"name": "owner", "fixedHeaders": [authorization(&server.owner)]},
            {"name": "other", "fixedHeaders": [authorization(&server.other)]},
        ]});
        fs::write(server.path().join("users.json"), users.to_string())?;
        let snapshot = server.create_snapshot()?;
        // The first one is deleted sooner or later; this one only if a test finds it in a list.
        let copied = server.create_snapshot()?;
        let backup = server.back_up()?;
        let restored = server.back_up()?;
        let restore = server.restore(&restored)?;
        server.examples = json!({
            "account_id": ACCOUNT, "app_id": APP, "bucketID": BUCKET,
            "appBackup_id": backup, "appSnap_id": snapshot, "backupID": restored, "snapshotID": copied,
            "appRestore_id": restore, "base": restored,
        });
        Ok(server)
    }

    /// The URL of the server.
    pub(super) fn url(&self) -> &str {
        &self.server.url
    }

    /// The directory, which is deleted with this value.
    pub(super) fn path(&self) -> &Path {
        self.installation.path()
    }

    /// Environment variables for the hooks and the configuration.
    pub(super) fn environment(&self) -> [(&'static str, String); 3] {
        let users = self.path().join("users.json").display().to_string();
        [
            ("APPKEEP_USERS", users),
            ("APPKEEP_EXAMPLES", self.examples.to_string()),
            ("APPKEEP_OTHER", format!("Bearer {}", self.other)),
        ]
    }

    /// The JSON body of the response to a GET by the owner.
    ///
    /// # Errors
    /// When the status isn't 200.
    pub(super) fn get(&self, path: &str) -> Result<Value> {
        let response = self.server.request(&Method::GET, &self.owner, path, None)?;
        ensure!(
            response.status == 200,
            "GET {path} returned {}: {}",
            response.status,
            response.text
        );
        Ok(response.body)
    }

    /// Creates a backup of the first app, waits until it is completed, and returns its id.
    ///
    /// # Errors
    /// When it is rejected, fails, or takes too long.
    pub(super) fn back_up(&self) -> Result<Value> {
        self.completed_id(&self.server.create_backup(&self.owner)?)
    }

    fn create_snapshot(&self) -> Result<Value> {
        self.completed_id(&self.server.create_snapshot(&self.owner)?)
    }

    fn restore(&self, backup: &Value) -> Result<Value> {
        let path = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appRestores");
        let body = json!({"type": "application/astra-appRestore", "version": "1.0", "backupID": backup, "inPlace": true});
        let created = self
            .server
            .request(&Method::POST, &self.owner, &path, Some(&body))?;
        let id = created.body["id"]
            .as_str()
            .with_context(|| format!("no restore: {}", created.text))?;
        self.completed_id(&format!("{path}/{id}"))
    }

    fn completed_id(&self, path: &str) -> Result<Value> {
        let resource = self.server.completed(&self.owner, path, PATIENCE)?;
        Ok(resource["id"].clone())
    }

    /// Peak memory use of the server, in bytes, if the system reports it.
    pub(super) fn peak_bytes(&self) -> Option<u64> {
        self.server.peak_bytes()
    }

    /// Stops it gracefully, and returns the lines of its log: warnings and errors, of which there should be
    /// none.
    ///
    /// # Errors
    /// When it doesn't stop gracefully, has ended before, or the log can't be read.
    pub(super) fn stop(self) -> Result<Vec<String>> {
        self.server.stop_gracefully()?;
        let log = fs::read_to_string(&self.log).context("failed to read the server's log")?;
        Ok(log.lines().map(str::to_owned).collect())
    }
}

fn authorization(token: &str) -> Value {
    json!({"name": "Authorization", "value": format!("Bearer {token}")})
}

//! A fresh server with two accounts and little data, and a token for each account.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

use super::DIR;
use crate::{appkeep, files};

/// The account that everything is asked for in, its id, and its apps.
pub(super) const ACCOUNT: &str = "acme";
pub(super) const ACCOUNT_ID: &str = "7d1c5f0e-52a4-4c39-9d0b-1f6a1c7e0a01";
pub(super) const APP_IDS: [&str; 2] = [
    "7d1c5f0e-52a4-4c39-9d0b-1f6a1c7e0b01",
    "7d1c5f0e-52a4-4c39-9d0b-1f6a1c7e0b02",
];

/// The account of whoever must not get at any of it.
const OTHER_ACCOUNT: &str = "globex";

/// What the configuration names: directories of apps, and buckets.
const VOLUMES: [&str; 3] = ["shop", "blog", "wiki"];
const BUCKETS: [&str; 3] = ["local", "spare", "other"];

/// The bucket that is the first one's.
const BUCKET_ID: &str = "7d1c5f0e-52a4-4c39-9d0b-1f6a1c7e0c01";

/// How long a backup or a snapshot may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often is looked at it.
const PAUSE: Duration = Duration::from_millis(50);

/// How long an answer may take; a list of everything is long in the end.
const ANSWER_MAX: Duration = Duration::from_mins(1);

/// The server, killed when dropped, and its directory, removed then.
#[derive(Debug)]
pub(super) struct World {
    child: Child,
    dir: TempDir,
    /// What the server logs, from warnings on.
    log: PathBuf,
    url: String,
    owner: String,
    stranger: String,
    /// Ids that there are, by the parameters and fields that take them.
    examples: Value,
    agent: Agent,
}

impl World {
    /// Starts `binary` in a directory of its own; its log goes to `results`.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(super) fn start(binary: &Path, results: &Path) -> Result<Self> {
        let dir = TempDir::with_prefix("appkeep-schemathesis-").context("failed to make a directory")?;
        let (config, data) = (dir.path().join("appkeep.toml"), dir.path().join("data"));
        fs::copy(files::root().join(DIR).join("appkeep.toml"), &config)
            .context("failed to copy the configuration")?;
        for (number, volume) in VOLUMES.iter().enumerate() {
            let volume = dir.path().join("volumes").join(volume);
            fs::create_dir_all(&volume)?;
            fs::write(volume.join("file"), format!("of app {number}\n"))?;
        }
        for bucket in BUCKETS {
            fs::create_dir_all(dir.path().join("buckets").join(bucket))?;
        }
        let log_path = results.join("server.log");
        let log = File::create(&log_path).context("failed to make the server's log")?;
        let mut child = Command::new(binary)
            .args([
                "serve",
                "--log",
                "warn,audit=off",
                "--listen",
                "127.0.0.1:0",
                "--config",
            ])
            .arg(&config)
            .arg("--data")
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("failed to start {}", binary.display()))?;
        // It prints nothing more there.
        let mut stdout = BufReader::new(child.stdout.take().context("the child has no stdout")?);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWER_MAX))
            .proxy(None)
            .build();
        let mut world = Self {
            child,
            dir,
            log: log_path,
            url: String::new(),
            owner: String::new(),
            stranger: String::new(),
            examples: Value::Null,
            agent: config.into(),
        };
        world.url = appkeep::ready(&mut stdout)?.context("the server isn't ready")?;
        world.owner = appkeep::create_token(binary, &data, ACCOUNT)?;
        world.stranger = appkeep::create_token(binary, &data, OTHER_ACCOUNT)?;
        let users = json!({"auth": [
            {"name": "owner", "fixedHeaders": [authorization(&world.owner)]},
            {"name": "stranger", "fixedHeaders": [authorization(&world.stranger)]},
        ]});
        fs::write(world.path().join("users.json"), users.to_string())?;
        let snapshot = world.create("appSnaps", "application/astra-appSnap")?;
        // That one is deleted sooner or later; this one only if it is found in a list.
        let copied = world.create("appSnaps", "application/astra-appSnap")?;
        let backup = world.create("appBackups", "application/astra-appBackup")?;
        let restored = world.create("appBackups", "application/astra-appBackup")?;
        world.examples = json!({
            "account_id": ACCOUNT_ID, "app_id": APP_IDS[0], "bucketID": BUCKET_ID,
            "appBackup_id": backup, "appSnap_id": snapshot, "backupID": restored, "snapshotID": copied,
        });
        Ok(world)
    }

    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The directory that goes away with it.
    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// What the hooks and the configuration read.
    pub(super) fn environment(&self) -> [(&'static str, String); 3] {
        let users = self.path().join("users.json").display().to_string();
        [
            ("APPKEEP_USERS", users),
            ("APPKEEP_EXAMPLES", self.examples.to_string()),
            ("APPKEEP_STRANGER", format!("Bearer {}", self.stranger)),
        ]
    }

    /// What a GET as the owner is answered with.
    ///
    /// # Errors
    /// When it isn't answered with 200 and JSON.
    pub(super) fn get(&self, path: &str) -> Result<Value> {
        let request = self.agent.get(format!("{}{path}", self.url));
        let answer = request
            .header("Authorization", format!("Bearer {}", self.owner))
            .call();
        json_of(answer, 200).with_context(|| format!("GET {path}"))
    }

    /// Creates one of a kind for the first app, waits until it is completed, and answers its id.
    ///
    /// # Errors
    /// When it is refused, fails, or takes too long.
    pub(super) fn create(&self, kind: &str, of_type: &str) -> Result<String> {
        let path = format!("/accounts/{ACCOUNT_ID}/k8s/v1/apps/{}/{kind}", APP_IDS[0]);
        let created = self.post(&path, &json!({"type": of_type, "version": "1.1"}))?;
        let id = created["id"].as_str().context("something without an id")?;
        let begun = Instant::now();
        loop {
            let now = self.get(&format!("{path}/{id}"))?;
            match now["state"].as_str() {
                Some("completed") => return Ok(id.to_owned()),
                Some("failed") => bail!("{path}/{id} failed: {now}"),
                _ if begun.elapsed() > PATIENCE => {
                    bail!("{path}/{id} isn't completed after {PATIENCE:?}: {now}")
                }
                _ => sleep(PAUSE),
            }
        }
    }

    /// What a POST as the owner is answered with.
    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.url));
        let answer = request
            .header("Authorization", format!("Bearer {}", self.owner))
            .send_json(body);
        json_of(answer, 201).with_context(|| format!("POST {path}"))
    }

    /// The most memory that the server had at once, in bytes, where the system says so.
    pub(super) fn peak_bytes(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kib * 1024)
    }

    /// The lines of its log: warnings and errors, of which there should be none.
    ///
    /// # Errors
    /// When the log can't be read.
    pub(super) fn complaints(&self) -> Result<Vec<String>> {
        let log = fs::read_to_string(&self.log).context("failed to read the server's log")?;
        Ok(log.lines().map(str::to_owned).collect())
    }

    /// Stops it in good order.
    ///
    /// # Errors
    /// When it doesn't, or has ended before.
    pub(super) fn stop(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the server ended by itself: {status}");
        }
        let status = appkeep::stop(&mut self.child)?;
        if !status.success() {
            bail!("the server was asked to stop and ended with {status}");
        }
        Ok(())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn authorization(token: &str) -> Value {
    json!({"name": "Authorization", "value": format!("Bearer {token}")})
}

fn json_of(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>, status: u16) -> Result<Value> {
    let mut answer = answer?;
    let got = answer.status().as_u16();
    let text = answer.body_mut().with_config().limit(u64::MAX).read_to_string()?;
    if got != status {
        bail!("answered {got}, not {status}: {text}");
    }
    serde_json::from_str(&text).context("the answer isn't JSON")
}

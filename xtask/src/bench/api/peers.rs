//! The servers that are compared, each with the same backups.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use appkeep_launcher::backups;
use serde_json::{Value, json};

use super::super::http::Connection;
use super::super::server::Server;
use crate::npm::Packages;
use crate::spec;

/// The npm package with Prism.
pub(super) const PRISM: Packages = Packages::of("xtask/prism");

/// Number of backups in a page.
pub(super) const PAGE_ITEMS: usize = 100;

/// Number of different pages.
pub(super) const PAGES: usize = 64;

/// Maximum time until Prism responds.
const PATIENCE: Duration = Duration::from_mins(1);

/// A response that a server is expected to send.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    /// The path of the request, with its query.
    pub(super) path: String,
    /// The ids of the backups in the response.
    ids: Vec<String>,
    /// Size of the backups, in bytes.
    pub(super) bytes: usize,
}

impl Expected {
    fn new(path: &str, body: &Value) -> Self {
        Self {
            path: path.to_owned(),
            ids: ids(body),
            bytes: body.get("items").unwrap_or(body).to_string().len(),
        }
    }

    /// Requests the path and compares the ids in the response.
    ///
    /// # Errors
    /// When there is no response, its status isn't 200, or it has other backups.
    pub(super) fn check(&self, connection: &Connection) -> Result<()> {
        let found = serde_json::from_slice(&connection.get(&self.path)?)?;
        ensure!(
            ids(&found) == self.ids,
            "GET {} returned other backups than those in the store",
            self.path
        );
        Ok(())
    }
}

/// The ids in a list of backups, or of one backup.
fn ids(body: &Value) -> Vec<String> {
    let items = body["items"].as_array();
    let items = items.map_or(std::slice::from_ref(body), Vec::as_slice);
    let ids = items.iter().map(|item| item["id"].as_str().unwrap_or_default());
    ids.map(str::to_owned).collect()
}

/// The backups of a server: one, and pages of a list.
#[derive(Debug)]
pub(super) struct Backups {
    one: (String, Value),
    pages: Vec<(String, Value)>,
}

impl Backups {
    /// Creates backups, which stay pending, and reads them.
    ///
    /// # Errors
    /// When a request fails.
    pub(super) fn create(server: &Server) -> Result<Self> {
        for _ in 0..PAGES * PAGE_ITEMS {
            server.create_backup()?;
        }
        let connection = server.connection();
        let get = |path: String| -> Result<(String, Value)> {
            let body = serde_json::from_slice(&connection.get(&path)?)?;
            Ok((path, body))
        };
        let mut pages = Vec::new();
        let mut path = format!("{}?limit={PAGE_ITEMS}", backups());
        for _ in 0..PAGES {
            let page = get(path)?;
            let next = page.1["metadata"]["continue"].as_str().unwrap_or_default();
            path = format!("{}?limit={PAGE_ITEMS}&continue={next}", backups());
            pages.push(page);
        }
        let first = ids(&pages[0].1).swap_remove(0);
        Ok(Self {
            one: get(format!("{}/{first}", backups()))?,
            pages,
        })
    }

    /// Size of a page, in bytes.
    pub(super) fn page_bytes(&self) -> usize {
        self.pages[0].1.to_string().len()
    }

    /// Writes `one.json` and `0.json` to `63.json` into a directory.
    fn write(&self, dir: &Path) -> Result<()> {
        fs::create_dir_all(dir)?;
        fs::write(dir.join("one.json"), self.one.1.to_string())?;
        for (number, (_, page)) in self.pages.iter().enumerate() {
            fs::write(dir.join(format!("{number}.json")), page.to_string())?;
        }
        Ok(())
    }

    /// The contract, with these backups as examples of the responses.
    fn document(&self) -> Result<Value> {
        let mut document = spec::load()?;
        let path = backups().replace(appkeep_launcher::ACCOUNT, "{account_id}");
        let examples = [
            (path.clone(), &self.pages[0].1),
            (format!("{path}/{{appBackup_id}}"), &self.one.1),
        ];
        for (path, example) in examples {
            let response = &document["paths"][&path]["get"]["responses"]["200"];
            let mut response = spec::resolve(&document, response)
                .with_context(|| format!("the contract doesn't describe {path}"))?
                .clone();
            let schema = &response["content"]["application/json"]["schema"];
            response["content"] = json!({ "application/json": { "schema": schema, "example": example } });
            document["paths"][&path]["get"]["responses"]["200"] = response;
        }
        Ok(document)
    }
}

/// A compared server, killed when dropped.
#[derive(Debug)]
pub(super) struct Peer {
    /// Its name in the tables.
    pub(super) name: &'static str,
    child: Option<Child>,
    /// The id of the process.
    pub(super) process: u32,
    /// Scheme, host and port.
    pub(super) url: String,
    /// The bearer token of requests.
    pub(super) token: String,
    /// The response with one backup.
    pub(super) one: Expected,
    /// The responses with a list.
    pub(super) pages: Vec<Expected>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Peer {
    /// The server itself.
    pub(super) fn appkeep(server: &Server, backups: &Backups) -> Self {
        let expected = |(path, body): &(String, Value)| Expected::new(path, body);
        Self {
            name: "appkeep",
            child: None,
            process: server.process_id(),
            url: server.url().to_owned(),
            token: server.token.clone(),
            one: expected(&backups.one),
            pages: backups.pages.iter().map(expected).collect(),
        }
    }

    /// An example server, `bare_server`, of a kind that it supports. It reads the backups from `dir`.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(super) fn bare(
        binary: &Path,
        (name, kind): (&'static str, &str),
        backups: &Backups,
        dir: &Path,
    ) -> Result<Self> {
        backups.write(dir)?;
        let mut command = Command::new(binary);
        command.arg(kind).arg(dir).stdout(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("failed to start {name}"))?;
        let mut address = String::new();
        let stdout = child.stdout.take().context("no stdout")?;
        BufReader::new(stdout).read_line(&mut address)?;
        let pages = backups.pages.iter().enumerate();
        Ok(Self {
            name,
            process: child.id(),
            child: Some(child),
            url: format!("http://{}", address.trim()),
            token: "token".to_owned(),
            one: Expected::new("/one", &backups.one.1),
            pages: pages
                .map(|(number, (_, body))| Expected::new(&format!("/list?page={number}"), body))
                .collect(),
        })
    }

    /// Prism's mock of the contract. Its list is always the first page.
    ///
    /// # Errors
    /// When it can't be installed, or doesn't start.
    pub(super) fn prism(backups: &Backups, dir: &Path) -> Result<Self> {
        PRISM.install()?;
        let document = dir.join("openapi.json");
        fs::write(&document, backups.document()?.to_string())?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        // Not with npm's link or with a process for the log, so that the process is the server itself.
        let child = Command::new("node")
            .arg(PRISM.package("@stoplight/prism-cli/dist/index.js"))
            .args(["mock", "--no-multiprocess", "--verboseLevel", "fatal"])
            .args(["--port", &port.to_string()])
            .arg(&document)
            .env("NODE_ENV", "production")
            .stdout(Stdio::null())
            .spawn()
            .context("failed to start node")?;
        let expected = |(path, body): &(String, Value)| Expected::new(path, body);
        let peer = Self {
            name: "Prism",
            process: child.id(),
            child: Some(child),
            url: format!("http://127.0.0.1:{port}"),
            token: "token".to_owned(),
            one: expected(&backups.one),
            pages: vec![expected(&backups.pages[0])],
        };
        let (begun, connection) = (Instant::now(), peer.connection());
        while connection.get(&peer.one.path).is_err() {
            if begun.elapsed() > PATIENCE {
                bail!("Prism doesn't respond");
            }
            sleep(Duration::from_millis(50));
        }
        Ok(peer)
    }

    /// A new connection with the token.
    pub(super) fn connection(&self) -> Connection {
        Connection::new(&self.url, &self.token)
    }
}

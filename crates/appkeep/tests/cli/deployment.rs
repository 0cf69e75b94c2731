//! The servers that `deploy/` describes start with their arguments and their configuration, and share the work.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use appkeep_launcher::RunningServer;
use appkeep_s3_server::{ACCESS_KEY, S3Server, SECRET_KEY};
use tempfile::TempDir;

use crate::postgres::Schema;
use crate::program::{appkeep, stdout};

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).expect("a file of deploy/")
}

/// The arguments of the server in a manifest: a list that begins with `serve`.
fn arguments(manifest: &str) -> Vec<&str> {
    let lines = manifest.lines().map(str::trim_start);
    let lines = lines.skip_while(|line| *line != "- serve");
    lines.map_while(|line| line.strip_prefix("- ")).collect()
}

/// A directory with everything that the servers of a manifest expect, and the database and the bucket.
struct Deployment {
    dir: TempDir,
    schema: Schema,
    s3: S3Server,
}

impl Deployment {
    fn new() -> Self {
        let deployment = Self {
            dir: TempDir::with_prefix("appkeep-deployment-").unwrap(),
            schema: Schema::create(),
            s3: S3Server::start(),
        };
        deployment.s3.create_bucket("appkeep");
        fs::create_dir_all(deployment.path("/srv/shop")).unwrap();
        fs::write(deployment.path("/srv/shop/orders"), "one\ntwo\n").unwrap();
        for (name, content) in [
            ("master-key", "5e".repeat(32)),
            ("store-url", deployment.schema.url()),
            (
                "s3-credentials",
                format!("access_key = {ACCESS_KEY}\nsecret_key = {SECRET_KEY}\n"),
            ),
        ] {
            deployment.write(&format!("/run/secrets/{name}"), &content);
        }
        deployment
    }

    /// The path of a file in a container, here.
    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path.trim_start_matches('/'))
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Replaces directories and addresses of a container by those of this test.
    fn adapt(&self, text: &str) -> String {
        let here = |directory: &str| self.path(directory).display().to_string();
        ["/run/secrets", "/srv/shop", "/etc/appkeep", "/var/lib/appkeep"]
            .iter()
            .fold(text.to_owned(), |text, directory| {
                text.replace(directory, &here(directory))
            })
            .replace("http://storage:9000", &self.s3.url())
            .replace("0.0.0.0:8480", "127.0.0.1:0")
            .replace("0.0.0.0:9480", "127.0.0.1:0")
            .replace("127.0.0.1:9480", "127.0.0.1:0")
    }

    /// Starts the server of a manifest with this host name, which is also the name of its data directory.
    fn start(&self, manifest: &str, host: &str) -> RunningServer {
        let configuration = self.adapt(&read("deploy/kubernetes/appkeep.toml"));
        self.write(
            "/etc/appkeep/appkeep.toml",
            &format!("[server]\nnode = \"{host}\"\n{configuration}"),
        );
        let data = format!("/var/lib/appkeep/{host}");
        fs::create_dir_all(self.path("/var/lib/appkeep")).unwrap();
        let mut command = appkeep();
        for argument in arguments(&read(manifest)) {
            command.arg(self.adapt(&argument.replace("/var/lib/appkeep", &data)));
        }
        RunningServer::start(command).expect("the server starts")
    }

    fn token(&self) -> String {
        let config = self.path("/etc/appkeep/appkeep.toml");
        let mut create = appkeep();
        create
            .args(["token", "create", "--account", "acme", "--name", "ci", "--config"])
            .arg(config);
        let output = create.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        stdout(&output).trim_end().to_owned()
    }
}

/// Runs a command on a server, and returns its output.
fn run(server: &RunningServer, token: &str, words: &str) -> String {
    let mut command = appkeep();
    command
        .args(words.split(' '))
        .env("APPKEEP_URL", &server.url)
        .env("APPKEEP_TOKEN", token);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{words}: {output:?}");
    stdout(&output)
}

fn assert_servers_share_their_work(manifest: &str) {
    let deployment = Deployment::new();
    let first = deployment.start(manifest, "server-1");
    let second = deployment.start(manifest, "server-2");
    let token = deployment.token();
    run(&first, &token, "backup create nightly --app shop --wait");
    let listed = run(&second, &token, "backup list --app shop");
    assert!(listed.contains("nightly"), "{listed}");
    run(&second, &token, "backup restore nightly --app shop --yes --wait");
    for server in [first, second] {
        let ended = server.stop("TERM").unwrap();
        assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    }
}

#[test]
fn the_servers_of_compose_share_their_work() {
    assert_servers_share_their_work("deploy/compose.yaml");
}

#[test]
fn the_servers_of_kubernetes_share_their_work() {
    assert_servers_share_their_work("deploy/kubernetes/servers.yaml");
}

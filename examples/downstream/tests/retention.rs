//! The retention tool on servers that keep their state.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::time::Duration;
use std::{fs, thread};

use appkeep_client::types::AppUpdate;
use appkeep_client::{Client, Uuid};
use appkeep_server::testing::{
    Account, App, ExistingBackup, Fault, ResourceState, Role, TestServer,
};
use futures::TryStreamExt;

/// A server with one app, and a token for it.
struct Fixture {
    server: TestServer,
    token: String,
    account: Uuid,
    app: Uuid,
}

impl Fixture {
    async fn start(backups: impl IntoIterator<Item = ExistingBackup>) -> Self {
        let app = backups.into_iter().fold(App::new("shop"), App::backup);
        let account = Account::new("acme").app(app).bucket("local");
        let server = TestServer::builder().account(account).start().await;
        let token = server.token(Role::Member, &["acme"]).await;
        let (account, app) = (server.account("acme"), server.app("acme", "shop"));
        Self { server, token, account, app }
    }

    fn client(&self) -> Client {
        Client::builder(self.server.url()).token(self.token.as_str()).build().unwrap()
    }

    /// The names of all backups, newest first.
    async fn names(&self) -> Vec<String> {
        let backups = self.client().backups(self.account, Some(self.app)).stream();
        backups.map_ok(|backup| backup.name).try_collect().await.unwrap()
    }

    /// Runs the tool on this server.
    fn run(&self, args: &[&str]) -> Output {
        self.run_at(&self.server.url(), args)
    }

    /// Runs the tool with this base URL.
    fn run_at(&self, url: &str, args: &[&str]) -> Output {
        let token_file = self.server.path().join("token");
        fs::write(&token_file, &self.token).unwrap();
        let mut tool = Command::new(env!("CARGO_BIN_EXE_backup-retention"));
        tool.args(["--url", url])
            .args(["--account", &self.account.to_string(), "--app", &self.app.to_string()])
            .arg("--token-file")
            .arg(token_file)
            .args(args);
        tool.output().unwrap()
    }
}

/// A completed backup.
fn completed(name: &str, age_days: u64) -> ExistingBackup {
    ExistingBackup::new(name).age(Duration::from_hours(24 * age_days))
}

/// Three completed backups.
fn three() -> [ExistingBackup; 3] {
    [completed("wednesday", 0), completed("tuesday", 1), completed("monday", 2)]
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn the_newest_completed_backups_are_kept() {
    let fixture = Fixture::start(three()).await;
    let output = fixture.run(&["--keep", "2"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).starts_with("deleted monday ("), "{}", stdout(&output));
    assert_eq!(fixture.names().await, ["wednesday", "tuesday"]);
    assert_eq!(stdout(&fixture.run(&["--keep", "2"])), "");
}

#[tokio::test]
async fn a_dry_run_deletes_nothing() {
    let fixture = Fixture::start(three()).await;
    let output = fixture.run(&["--keep", "1", "--dry-run", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines = stdout(&output);
    let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let results: Vec<_> =
        lines.map(|line| (line["result"].clone(), line["name"].clone())).collect();
    let would_delete = |name: &str| ("would delete".into(), name.into());
    assert_eq!(results, [would_delete("monday"), would_delete("tuesday")]);
    assert_eq!(fixture.names().await, ["wednesday", "tuesday", "monday"]);
}

#[tokio::test]
async fn backups_in_other_states_are_neither_counted_nor_deleted() {
    let other = [ResourceState::Running, ResourceState::Failed, ResourceState::Removed];
    let other = other.map(|state| completed(state.as_str(), 0).state(state));
    let fixture = Fixture::start(other.into_iter().chain(three())).await;
    let output = fixture.run(&["--keep", "2"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mut names = fixture.names().await;
    names.sort();
    assert_eq!(names, ["failed", "removed", "running", "tuesday", "wednesday"]);
}

#[tokio::test]
async fn a_backup_in_use_is_reported_and_others_are_deleted() {
    let fixture = Fixture::start(three()).await;
    let client = fixture.client();
    let backups = client.backups(fixture.account, Some(fixture.app)).stream();
    let backups: Vec<_> = backups.try_collect().await.unwrap();
    fixture.server.jobs().hold(ResourceState::Running);
    let restore = AppUpdate { backup_id: Some(backups[2].id), ..AppUpdate::default() };
    client.app_update(fixture.account, fixture.app, "true", &restore).await.unwrap();

    let output = fixture.run(&["--keep", "1"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let lines = stdout(&output);
    let lines: Vec<_> = lines.lines().collect();
    assert!(lines[0].starts_with("in use monday ("), "{lines:?}");
    assert!(lines[1].starts_with("deleted tuesday ("), "{lines:?}");
    assert_eq!(fixture.names().await, ["wednesday", "monday"]);
}

#[tokio::test]
async fn requests_are_repeated_when_the_server_is_unavailable() {
    let fixture = Fixture::start(three()).await;
    for operation in ["app_backup_list_for_app", "app_backup_delete_for_app"] {
        let unavailable = Fault::status(503).header("Retry-After", "0").times(2);
        fixture.server.faults().add(unavailable.on(operation));
    }
    let output = fixture.run(&["--keep", "2"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(fixture.names().await, ["wednesday", "tuesday"]);
}

#[tokio::test]
async fn all_pages_of_the_list_are_read() {
    let pages = (0..1002).map(|age| completed(&format!("day-{age}"), age));
    let fixture = Fixture::start(pages).await;
    let output = fixture.run(&["--keep", "1001"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).starts_with("deleted day-1001 ("), "{}", stdout(&output));
    assert_eq!(fixture.names().await.len(), 1001);
}

#[tokio::test]
async fn a_page_in_html_suggests_a_wrong_url() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let _ = connection.read(&mut [0; 4096]).unwrap();
        let page = "<!DOCTYPE html><title>Sign in</title>";
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}", page.len());
        connection.write_all(format!("{head}\r\n\r\n{page}").as_bytes()).unwrap();
    });
    let output = Fixture::start(three()).await.run_at(&url, &["--keep", "1"]);
    server.join().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(message.contains("check --url"), "{message}");
    assert!(message.contains("<title>Sign in"), "{message}");
}

#[tokio::test]
async fn errors_name_their_cause() {
    let mut fixture = Fixture::start(three()).await;
    let error = |output: &Output| {
        assert_eq!(output.status.code(), Some(2));
        stderr(output)
    };
    assert!(error(&fixture.run(&["--keep", "0"])).contains("--keep"));
    fixture.app = fixture.account;
    let message = error(&fixture.run(&["--keep", "1"]));
    assert!(message.contains("app_backup_list_for_app: 404"), "{message}");
    fixture.token = "unknown".to_owned();
    let message = error(&fixture.run(&["--keep", "1"]));
    assert!(message.contains("app_backup_list_for_app: 401"), "{message}");
}

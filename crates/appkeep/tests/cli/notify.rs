//! Notifications: a real server, an HTTP server that receives them, and a command.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use appkeep_launcher::{ACCOUNT, APP, Installation, RunningServer, eventually};
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::clock::WrongClock;
use crate::program::{appkeep, installation, stdout};
use crate::remote::{client_command, error_line};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// An HTTP server that records what it receives.
struct Inbox {
    server: MockServer,
    runtime: tokio::runtime::Runtime,
}

impl Inbox {
    fn new(listener: TcpListener) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.unwrap();
        let server = runtime.block_on(async {
            let server = MockServer::builder().listener(listener).start().await;
            let accepted = ResponseTemplate::new(204);
            Mock::given(any()).respond_with(accepted).mount(&server).await;
            server
        });
        Self { server, runtime }
    }

    fn start() -> Self {
        Self::new(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn requests(&self) -> Vec<Request> {
        let requests = self.runtime.block_on(self.server.received_requests());
        requests.unwrap_or_default()
    }

    /// The event and the subject of each message.
    fn events(&self) -> Vec<(String, String)> {
        let requests = self.requests();
        let text = |message: &Value, member: &str| message[member].as_str().unwrap().to_owned();
        let messages = requests.iter().map(|request| {
            let message: Value = request.body_json().unwrap();
            (text(&message, "event"), text(&message, "subject"))
        });
        messages.collect()
    }

    /// Waits until exactly these events were received.
    #[track_caller]
    fn wait_for(&self, expected: &[(&str, &str)]) {
        eventually("the notifications", || {
            (self.events().len() >= expected.len()).then_some(())
        });
        let events = self.events();
        let events: Vec<_> = events
            .iter()
            .map(|(event, of)| (event.as_str(), of.as_str()))
            .collect();
        assert_eq!(events, expected);
    }
}

/// Declares receivers.
fn declare(installation: &Installation, tables: &str) {
    let config = fs::read_to_string(installation.config()).unwrap();
    installation.write_config(&format!("{config}\n{tables}")).unwrap();
}

fn webhook(url: &str) -> String {
    format!("[[notifications]]\nname = \"ops\"\nurl = \"{url}\"\n")
}

/// Declares a command that appends each message to a file, whose path it returns.
fn declare_command(installation: &Installation) -> PathBuf {
    let (script, log) = (
        installation.path().join("notify"),
        installation.path().join("messages"),
    );
    let text = format!(
        "#!/bin/sh\ncat >> {log}\necho \" $APPKEEP_EVENT $APPKEEP_APP_NAME $APPKEEP_BACKUP_NAME\" >> {log}\n",
        log = log.display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    declare(
        installation,
        "[[notifications]]\nname = \"local\"\ncommand = [\"./notify\"]\napps = [\"shop\"]\nevents = [\"failure\"]\n",
    );
    log
}

/// Runs a backup, and returns its state.
fn back_up(server: &RunningServer, token: &str) -> String {
    let path = server.create_backup(token).unwrap();
    let backup = server.wait_for(token, &path, &["completed", "failed"]);
    backup["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_failure_and_the_recovery_are_one_message_each() {
    let (installation, inbox) = (installation(), Inbox::start());
    fs::write(installation.path().join("webhook.key"), KEY).unwrap();
    declare(
        &installation,
        &format!(
            "{}secret_file = \"webhook.key\"\nheaders = {{ Authorization = \"Bearer s3cret\" }}\n",
            webhook(&inbox.server.uri())
        ),
    );
    let log = declare_command(&installation);
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    assert_eq!(back_up(&server, &token), "completed");
    let volume = installation.path().join("volume");
    fs::rename(&volume, volume.with_extension("away")).unwrap();
    assert_eq!(back_up(&server, &token), "failed");
    assert_eq!(back_up(&server, &token), "failed");
    fs::rename(volume.with_extension("away"), &volume).unwrap();
    assert_eq!(back_up(&server, &token), "completed");
    assert_eq!(back_up(&server, &token), "completed");
    inbox.wait_for(&[("failure", "backup"), ("recovery", "backup")]);

    let requests = inbox.requests();
    let message: Value = requests[0].body_json().unwrap();
    assert_eq!(message["title"], "backup of shop in local failed");
    let text = message["message"].as_str().unwrap();
    let expected = "backup of shop in local failed: data: No such file";
    assert!(text.starts_with(expected), "{message}");
    let header = |name: &str| requests[0].headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("webhook-id"), message["id"].as_str().unwrap());
    assert!(header("webhook-signature").starts_with("v1,"));
    assert_eq!(header("authorization"), "Bearer s3cret");
    let recovered: Value = requests[1].body_json().unwrap();
    assert_ne!(recovered["since"], "");

    let messages = eventually("the command", || {
        fs::read_to_string(&log).ok().filter(|text| text.ends_with('\n'))
    });
    assert_eq!(messages.lines().count(), 1, "{messages}");
    assert!(
        messages.starts_with('{') && messages.contains("} failure shop "),
        "{messages}"
    );
    assert!(!server.log().contains("s3cret"));
}

#[test]
fn a_failed_restore_to_a_directory_and_the_recovery_are_one_message_each() {
    let (installation, inbox) = (installation(), Inbox::start());
    declare(&installation, &webhook(&inbox.server.uri()));
    let permitted = "[server]\nrestore_directories = [\"restored\"]\n";
    installation.configure("[server]\n", permitted).unwrap();
    let target = installation.path().join("restored/shop");
    fs::create_dir_all(&target).unwrap();
    fs::write(target.join("mine"), "precious").unwrap();
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    let backup = server.create_backup(&token).unwrap();
    let backup = server.wait_for(&token, &backup, &["completed"]);
    let restore = || {
        let mut command = client_command(&server.url, &token);
        command.args([
            "backup",
            "restore",
            backup["id"].as_str().unwrap(),
            "--wait",
            "--target",
        ]);
        command.arg(&target).output().unwrap()
    };
    let refused = restore();
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    inbox.wait_for(&[("failure", "restore")]);
    fs::remove_file(target.join("mine")).unwrap();
    let done = restore();
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    inbox.wait_for(&[("failure", "restore"), ("recovery", "restore")]);
}

/// The receiver is unreachable at first. Meanwhile, the server is killed.
#[test]
fn notifications_are_delivered_after_a_crash_once_the_receiver_is_back() {
    let installation = installation();
    let reserved = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = reserved.local_addr().unwrap();
    drop(reserved);
    declare(&installation, &webhook(&format!("http://{address}/hook")));
    let mut server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    let volume = installation.path().join("volume");
    fs::rename(&volume, volume.with_extension("away")).unwrap();
    assert_eq!(back_up(&server, &token), "failed");
    eventually("the first attempt", || {
        server.log().contains("notification not delivered").then_some(())
    });
    server.kill().unwrap();
    server = installation.start().unwrap();
    let inbox = Inbox::new(TcpListener::bind(address).unwrap());
    inbox.wait_for(&[("failure", "backup")]);
    fs::rename(volume.with_extension("away"), &volume).unwrap();
    assert_eq!(back_up(&server, &token), "completed");
    inbox.wait_for(&[("failure", "backup"), ("recovery", "backup")]);
}

#[test]
fn overdue_backups_and_their_recovery_are_one_message_each() {
    let (installation, inbox) = (installation(), Inbox::start());
    let volumes = "volumes = { data = \"volume\" }\n";
    let nightly = "[[accounts.apps.schedules]]\nname = \"nightly\"\ncron = \"0 2 * * *\"\n";
    installation
        .configure(volumes, &format!("{volumes}{nightly}"))
        .unwrap();
    declare(&installation, &webhook(&inbox.server.uri()));
    // Without workers, no scheduled backup completes.
    installation.configure("workers = 2", "workers = 0").unwrap();
    let mut command = installation.serve();
    let clock = WrongClock::of(&mut command, &installation, "offset", 0);
    let server = RunningServer::start(command).unwrap();
    let token = installation.token("acme").unwrap();
    let schedules = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/schedules");
    eventually("the next run", || {
        let body = server.get(&token, &schedules).body;
        body["items"][0]["nextRunTimestamp"].is_string().then_some(())
    });
    clock.set(26 * 3600);
    inbox.wait_for(&[("overdue", "schedule")]);
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));

    installation.configure("workers = 0", "workers = 2").unwrap();
    let mut command = installation.serve();
    let _clock = WrongClock::of(&mut command, &installation, "offset", 26 * 3600);
    let server = RunningServer::start(command).unwrap();
    inbox.wait_for(&[("overdue", "schedule"), ("recovery", "schedule")]);
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

#[test]
fn an_unusable_bucket_and_its_recovery_are_one_message_each() {
    let (installation, inbox) = (installation(), Inbox::start());
    declare(&installation, &webhook(&inbox.server.uri()));
    let bucket = installation.path().join("bucket");
    fs::rename(&bucket, bucket.with_extension("away")).unwrap();
    let server = installation.start().unwrap();
    inbox.wait_for(&[("failure", "bucket")]);
    fs::rename(bucket.with_extension("away"), &bucket).unwrap();
    inbox.wait_for(&[("failure", "bucket"), ("recovery", "bucket")]);
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

#[test]
fn a_test_message_shows_the_result_of_each_receiver() {
    let (installation, inbox) = (installation(), Inbox::start());
    let test = |name: &[&str]| {
        let mut command = appkeep();
        command
            .args(["notify", "test", "--config"])
            .arg(installation.config());
        command.args(name).output().unwrap()
    };
    let none = error_line(&test(&[]), 3);
    assert!(
        none.contains("has no receivers of notifications; declare one"),
        "{none}"
    );
    let template = "template = '{\"text\": {{ title }}}'\n";
    declare(
        &installation,
        &format!("{}{template}", webhook(&inbox.server.uri())),
    );
    let broken = "[[notifications]]\nname = \"broken\"\ncommand = [\"false\"]\n";
    declare(&installation, broken);
    let output = test(&["ops"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(stdout(&output).contains("delivered"), "{output:?}");
    let [request] = inbox.requests().try_into().unwrap();
    assert_eq!(request.body, br#"{"text": "test of notifications"}"#);
    let output = test(&[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        stdout(&output).contains("the command exited with status 1"),
        "{output:?}"
    );
    let unknown = test(&["nobody"]);
    assert_eq!(unknown.status.code(), Some(3), "{unknown:?}");
}

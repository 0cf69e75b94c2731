//! `appkeep serve` under a service manager, and `appkeep health`.

use std::os::unix::net::UnixDatagram;
use std::process::Output;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use appkeep_launcher::{PATIENCE, RunningServer, eventually};

use crate::operations::MonitoredServer;
use crate::program::{installation, only_error_line, run, stdout};

/// Receives notifications until one contains a line; returns those before it.
fn receive(notifications: &Receiver<String>, line: &str) -> Vec<String> {
    let mut before = Vec::new();
    loop {
        let notification = notifications.recv_timeout(PATIENCE).expect(line);
        if notification.lines().any(|received| received == line) {
            return before;
        }
        before.push(notification);
    }
}

#[test]
fn the_service_manager_is_notified_of_readiness_and_stop() {
    let installation = installation();
    let path = installation.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    let (sender, notifications) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length) = socket.recv(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if sender.send(text).is_err() {
                break;
            }
        }
    });
    let mut command = installation.serve();
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "100000");
    let server = RunningServer::start(command).unwrap();
    assert_eq!(receive(&notifications, "READY=1"), Vec::<String>::new());
    for _ in 0..3 {
        assert_eq!(receive(&notifications, "WATCHDOG=1"), Vec::<String>::new());
    }
    let ended = server.stop("TERM").unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    let before = receive(&notifications, "STOPPING=1");
    assert!(before.iter().all(|text| text == "WATCHDOG=1\n"), "{before:?}");
}

#[test]
fn a_missing_service_manager_does_not_prevent_serving() {
    let installation = installation();
    let mut command = installation.serve();
    command.env("NOTIFY_SOCKET", installation.path().join("missing"));
    let server = RunningServer::start(command).unwrap();
    let ended = server.stop("TERM").unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    let warning = "the service manager can't be notified";
    assert!(ended.stderr.contains(warning), "{}", ended.stderr);
}

fn health(monitored: &MonitoredServer, options: &[&str]) -> Output {
    run([&["health", "--url", &monitored.url], options].concat())
}

#[test]
fn health_prints_the_status_of_the_server() {
    let installation = installation();
    let monitored = MonitoredServer::start(installation.serve());
    let output = health(&monitored, &[]);
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(0), "ok\n".to_owned())
    );
    eventually("the server to be ready", || {
        (stdout(&health(&monitored, &["--ready"])) == "ready\n").then_some(())
    });
    monitored.server.stop("TERM").unwrap();

    let no_space = "workers = 2\nreserve_mib = 16777216";
    installation.configure("workers = 2", no_space).unwrap();
    let monitored = MonitoredServer::start(installation.serve());
    assert_eq!(stdout(&health(&monitored, &[])), "ok\n");
    eventually("the server to lack space only", || {
        let output = health(&monitored, &["--ready"]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(1), String::new()));
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.starts_with("error: not ready: "), "{message}");
        message.contains("not ready: creates are refused: ").then_some(())
    });
}

#[test]
fn health_names_the_address_that_does_not_respond() {
    let installation = installation();
    let monitored = MonitoredServer::start(installation.serve());
    let url = monitored.url.clone();
    let api = monitored.server.url.clone();
    let line = only_error_line(&run(["health", "--url", &api]));
    assert!(
        line.starts_with(&format!("{api}/healthz is not an operations listener")),
        "{line}"
    );
    assert_eq!(monitored.server.stop("TERM").unwrap().status.code(), Some(0));
    let line = only_error_line(&run(["health", "--url", &url]));
    assert!(
        line.starts_with(&format!("{url}/healthz can't be requested")),
        "{line}"
    );
    assert!(line.contains("--operations-listen"), "{line}");
}

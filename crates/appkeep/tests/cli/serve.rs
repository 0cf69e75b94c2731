//! `appkeep serve`: its readiness message, its stop, and start-up errors.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use appkeep_launcher::{RunningServer, app_backups, backups};

use crate::program::{installation, only_error_line};

fn connect(server: &RunningServer) -> TcpStream {
    let address = server.url.strip_prefix("http://").expect("http");
    TcpStream::connect(address).expect("a connection")
}

#[test]
fn servers_print_their_url_and_stop_on_a_signal() {
    for signal in ["TERM", "INT"] {
        let installation = installation();
        let server = installation.start().unwrap();
        assert!(server.url.starts_with("http://127.0.0.1:"), "{}", server.url);
        assert!(!server.url.ends_with(":0"), "{}", server.url);
        let answer = server.get("unknown", &backups());
        assert_eq!((answer.status, answer.problem()), (401, Some("4")));
        let ended = server.stop(signal).unwrap();
        assert_eq!(ended.status.code(), Some(0), "{signal}: {}", ended.stderr);
        assert_eq!(ended.lines, Vec::<String>::new());
        assert_eq!(ended.stderr, "");
    }
}

#[test]
fn idle_connections_do_not_delay_a_stop() {
    let installation = installation();
    let server = installation.start().unwrap();
    let silent = connect(&server);
    let mut kept = connect(&server);
    write!(kept, "GET {} HTTP/1.1\r\nHost: appkeep\r\n\r\n", backups()).unwrap();
    kept.read_exact(&mut [0; 12]).unwrap();
    let ended = server.stop("TERM").unwrap();
    assert_eq!(ended.status.code(), Some(0));
    // A stop that waits for requests until they are aborted says so.
    assert_eq!(ended.stderr, "");
    drop((silent, kept));
}

#[test]
fn endless_requests_are_cut_off_at_a_stop() {
    let installation = installation();
    let server = installation.start().unwrap();
    let mut in_the_header = connect(&server);
    write!(in_the_header, "GET {} HTTP/1.1\r\nHost: ", backups()).unwrap();
    let mut in_the_body = connect(&server);
    let (path, token) = (app_backups(), installation.token("acme").unwrap());
    write!(
        in_the_body,
        "POST {path} HTTP/1.1\r\nHost: appkeep\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{\"type\":"
    )
    .unwrap();
    // This later request is answered, so both have arrived by then.
    assert_eq!(server.get(&token, &backups()).status, 200);
    let begun = Instant::now();
    let ended = server.stop("TERM").unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("requests were aborted after 5 s"),
        "{}",
        ended.stderr
    );
    assert!(!ended.stderr.contains('\x1b'), "colours are for terminals");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    drop((in_the_header, in_the_body));
}

#[test]
fn missing_directories_are_only_warnings() {
    let installation = installation();
    fs::remove_dir(installation.path().join("bucket")).unwrap();
    fs::remove_dir_all(installation.path().join("volume")).unwrap();
    let server = installation.start().unwrap();
    let ended = server.stop("TERM").unwrap();
    assert_eq!(ended.status.code(), Some(0));
    let lines = ended.stderr.lines();
    let warnings: Vec<_> = lines.filter(|line| line.contains("is not a directory")).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    for (warning, what, path) in [
        (warnings[0], "volume \"data\" of app \"shop\"", "volume"),
        (warnings[1], "bucket \"local\"", "bucket"),
    ] {
        assert!(warning.contains(what), "{warning}");
        let path = installation.path().join(path).display().to_string();
        assert!(warning.contains(&path), "{warning}");
    }
}

#[test]
fn data_directories_in_use_are_rejected() {
    let installation = installation();
    let server = installation.start().unwrap();
    let refused = only_error_line(&installation.serve().output().unwrap());
    let data = installation.data().canonicalize().unwrap();
    let expected = format!(
        "the data directory {} is in use by another server (process {}): stop it first, or specify another \
         directory with --data",
        data.display(),
        server.id()
    );
    assert_eq!(refused, expected);
    let token = installation.token("acme").unwrap();
    assert_eq!(
        server.get(&token, &backups()).status,
        200,
        "the first is unharmed"
    );
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    installation.start().unwrap();
}

#[test]
fn addresses_in_use_are_named() {
    let installation = installation();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = only_error_line(
        &installation
            .serve_at(&address, &installation.data())
            .output()
            .unwrap(),
    );
    let expected = format!("failed to listen on {address}: Address already in use (os error 98)");
    assert_eq!(refused, expected);
}

#[test]
fn invalid_data_directories_are_named() {
    let installation = installation();
    let file = installation.path().join("file");
    fs::write(&file, "").unwrap();
    for (data, why) in [
        (file.clone(), "not a directory"),
        (file.join("below"), "Not a directory (os error 20)"),
    ] {
        let refused = only_error_line(&installation.serve_at("127.0.0.1:0", &data).output().unwrap());
        let expected = format!("failed to use the data directory {}: {why}", data.display());
        assert_eq!(refused, expected);
    }
}

#[test]
fn invalid_databases_are_named() {
    let installation = installation();
    fs::create_dir(installation.data()).unwrap();
    let database = installation.data().join("appkeep.sqlite3");
    fs::write(&database, "this is not a database, ".repeat(200)).unwrap();
    let refused = only_error_line(&installation.serve().output().unwrap());
    let named = database.canonicalize().unwrap().display().to_string();
    assert_eq!(refused.matches(&named).count(), 1, "{refused}");
    assert!(refused.ends_with("file is not a database"), "{refused}");
    let content = fs::read_to_string(&database).unwrap();
    assert!(content.starts_with("this is not a database"), "it is left alone");
}

#[test]
fn file_size_limits_fail_the_snapshot_not_the_server() {
    const LIMIT_BLOCKS: &str = "16384"; // of 512 bytes: 8 MiB
    let installation = installation();
    let large = installation.path().join("volume/large");
    fs::write(&large, "7".repeat(12 << 20)).unwrap();
    let serve = installation.serve();
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        "ulimit -f \"$1\" && shift && exec \"$@\"",
        "sh",
        LIMIT_BLOCKS,
    ]);
    shell.arg(serve.get_program()).args(serve.get_args());
    let server = RunningServer::start(shell).unwrap();
    let token = installation.token("acme").unwrap();
    let create = || {
        let path = server.create_snapshot(&token).unwrap();
        server.wait_for(&token, &path, &["completed", "failed"])
    };
    let failed = create();
    assert_eq!(failed["state"], "failed", "{failed}");
    assert!(
        failed["stateUnready"][0]
            .as_str()
            .unwrap()
            .contains("File too large"),
        "{failed}"
    );
    fs::remove_file(&large).unwrap();
    let completed = create();
    assert_eq!(completed["state"], "completed", "{completed}");
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

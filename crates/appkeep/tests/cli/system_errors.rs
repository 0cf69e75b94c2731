//! A server whose system calls fail: I/O errors of the database's files, and too few file descriptors. It
//! recovers without a restart.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use appkeep_launcher::{app_backups, backup_body, backups, eventually};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::json;

use crate::operations::MonitoredServer;
use crate::program::{compiled, installation};

/// A library that makes calls on the database's files fail with EIO while the file for that kind of call
/// exists.
const LIBRARY: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(int fd, const char *call) {
    int before = errno, failing = 0;
    char path[PATH_MAX], link[64], file[PATH_MAX];
    const char *switches = getenv("FAULT_SWITCHES");
    snprintf(path, sizeof path, "%s/%s", switches ? switches : "/nonexistent", call);
    if (access(path, F_OK) == 0) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, file, sizeof file - 1);
        if (length > 0) {
            file[length] = 0;
            failing = strstr(file, "appkeep.sqlite3") != NULL && strstr(file, "-shm") == NULL;
        }
    }
    errno = failing ? EIO : before;
    return failing;
}

#define WRAP(result, name, call, parameters, arguments) \
    result name parameters { \
        static result (*real) parameters; \
        if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name); \
        return fails(fd, call) ? -1 : real arguments; \
    }

WRAP(ssize_t, pwrite, "write", (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at))
WRAP(ssize_t, pwrite64, "write", (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
WRAP(ssize_t, write, "write", (int fd, const void *bytes, size_t count), (fd, bytes, count))
WRAP(ssize_t, pread, "read", (int fd, void *bytes, size_t count, off_t at), (fd, bytes, count, at))
WRAP(ssize_t, pread64, "read", (int fd, void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
WRAP(ssize_t, read, "read", (int fd, void *bytes, size_t count), (fd, bytes, count))
WRAP(int, fsync, "sync", (int fd), (fd))
WRAP(int, fdatasync, "sync", (int fd), (fd))
"#;

/// Asserts that readiness, creates and backups work.
fn assert_whole(monitored: &MonitoredServer, token: &str) {
    // A check of the bucket that failed meanwhile is repeated at the next interval.
    eventually("readiness without warnings", || {
        (monitored.json("/readyz") == (200, json!({"status": "ready"}))).then_some(())
    });
    monitored.server.back_up(token).expect("a completed backup");
}

#[test]
fn writes_recover_after_io_errors_of_the_database() {
    let installation = installation();
    let switches = installation.path().join("switches");
    fs::create_dir(&switches).unwrap();
    let mut serve = installation.serve();
    serve
        .env("LD_PRELOAD", compiled(&installation, LIBRARY))
        .env("FAULT_SWITCHES", &switches);
    let monitored = MonitoredServer::start(serve);
    let token = installation.token("acme").unwrap();
    assert_whole(&monitored, &token);
    for call in ["write", "sync", "read"] {
        let switch = switches.join(call);
        fs::write(&switch, "").unwrap();
        if call == "read" {
            // Pages in memory can still be read, so the request may succeed.
            let answer = monitored.server.get(&token, &backups());
            assert!([200, 500, 503].contains(&answer.status), "{answer:?}");
            let created = monitored.server.post(&token, &app_backups(), &backup_body());
            assert!([201, 500, 503].contains(&created.status), "{created:?}");
        } else {
            let refused = monitored.server.post(&token, &app_backups(), &backup_body());
            assert!([500, 503].contains(&refused.status), "{call}: {refused:?}");
            let (status, body) = monitored.json("/readyz");
            assert_eq!(status, 503, "{call}: {body}");
            let reason = body["reasons"][0].as_str().unwrap().to_lowercase();
            assert!(
                reason.contains("i/o error") || reason.contains("input/output error"),
                "{body}"
            );
            assert_eq!(monitored.json("/healthz").0, 200, "not for a minute yet");
        }
        fs::remove_file(&switch).unwrap();
        assert_whole(&monitored, &token);
    }
    let ended = monitored.server.stop("TERM").unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
}

/// Returns the limit on file descriptors that leaves a process `spare` more. Descriptors are the lowest free
/// numbers.
fn limit_with(pid: u32, spare: usize) -> u64 {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).expect("the process runs");
    let open: Vec<u64> = open
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    let mut free = (0..).filter(|number| !open.contains(number));
    free.nth(spare).expect("numbers don't end")
}

/// Leaves a process `spare` file descriptors more than it has open, until the limit is dropped.
struct FewFiles {
    process: Pid,
    before: Rlimit,
}

impl FewFiles {
    fn of(pid: u32, spare: usize) -> Self {
        let process = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        let few = Rlimit {
            current: Some(limit_with(pid, spare)),
            maximum: rustix::process::getrlimit(Resource::Nofile).maximum,
        };
        let before = prlimit(Some(process), Resource::Nofile, few).unwrap();
        Self { process, before }
    }
}

impl Drop for FewFiles {
    fn drop(&mut self) {
        prlimit(Some(self.process), Resource::Nofile, self.before).unwrap();
    }
}

/// Creates backups with about `spare` file descriptors, until one lacks them for `what`. It completes once there are
/// enough. How many a backup needs before and for `what` depends on what else the server does meanwhile.
fn assert_waits_for_files(monitored: &MonitoredServer, token: &str, mut spare: usize, what: &str) {
    for _ in 0..20 {
        let few = FewFiles::of(monitored.server.id(), spare);
        let path = monitored.server.create_backup(token).unwrap();
        let lacking = eventually("the backup to end or to lack resources", || {
            let backup = monitored.server.get(token, &path).body;
            assert_ne!(backup["state"], "failed", "{backup}");
            let reason = backup["stateUnready"][0].as_str().map(ToOwned::to_owned);
            (reason.is_some() || backup["state"] == "completed").then_some(reason)
        });
        drop(few);
        monitored.server.wait_for(token, &path, &["completed"]);
        match lacking {
            Some(reason) if !reason.contains("Too many open files") => panic!("{reason}"),
            Some(reason) if reason.contains(what) => return assert_whole(monitored, token),
            Some(_) => spare += 1,
            None => spare -= 1,
        }
    }
    panic!("no backup lacked files for {what}");
}

#[test]
fn backups_wait_for_file_descriptors() {
    let installation = installation();
    let deep = installation.path().join("volume/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p");
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("file"), "deep down").unwrap();
    let monitored = MonitoredServer::start(installation.serve());
    let token = installation.token("acme").unwrap();
    assert_whole(&monitored, &token);
    // Enough for requests, but each level of a directory tree needs one more.
    assert_waits_for_files(&monitored, &token, 8, "data");
}

#[test]
fn hooks_wait_for_file_descriptors() {
    let installation = installation();
    let volumes = "volumes = { data = \"volume\" }\n";
    let hook = "[[accounts.apps.hooks]]\nname = \"quiesce\"\nstage = \"pre-snapshot\"\n\
                command = [\"true\"]\ntimeout_secs = 5\n";
    installation
        .configure(volumes, &[volumes, hook].concat())
        .unwrap();
    let monitored = MonitoredServer::start(installation.serve());
    let token = installation.token("acme").unwrap();
    assert_whole(&monitored, &token);
    // Enough for requests, but a process needs pipes.
    assert_waits_for_files(&monitored, &token, 3, "quiesce");
}

#[test]
fn connections_recover_after_too_many_open_files() {
    let installation = installation();
    let monitored = MonitoredServer::start(installation.serve());
    let token = installation.token("acme").unwrap();
    assert_whole(&monitored, &token);
    let address = monitored.server.url.trim_start_matches("http://").to_owned();
    let connect = || TcpStream::connect(&address).unwrap();
    let few = FewFiles::of(monitored.server.id(), 0);
    // The kernel completes each connection. They use up the descriptors that the server has closed since.
    let mut silent = Vec::new();
    eventually("the server to find out", || {
        silent.push(connect());
        monitored
            .server
            .log()
            .contains("connections can't be accepted")
            .then_some(())
    });
    let mut waiting = connect();
    waiting
        .write_all(b"GET /nowhere HTTP/1.1\r\nHost: appkeep\r\nConnection: close\r\n\r\n")
        .unwrap();
    drop(few);
    let mut response = String::new();
    waiting.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 404 "), "{response}");
    assert_whole(&monitored, &token);
    let log = monitored.server.stop("TERM").unwrap().stderr;
    assert!(log.contains("Too many open files"), "{log}");
}

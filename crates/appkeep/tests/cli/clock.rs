//! A machine whose clock starts before 1970.

use std::fs;

use appkeep_launcher::{APP, RunningServer, eventually};

use crate::program::{compiled, started_idle};

/// Shifts the wall clock by the number of seconds in a file.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *time) {
    int failed = syscall(SYS_clock_gettime, clock, time);
    const char *path = getenv("CLOCK_OFFSET");
    if (!failed && clock == CLOCK_REALTIME && path) {
        char text[32] = {0};
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file >= 0) {
            if (read(file, text, 31) > 0) time->tv_sec += atol(text);
            close(file);
        }
    }
    return failed;
}
"#;

/// HTTP responses need a date, and the HTTP library supports none before 1970. Queued jobs run nevertheless.
#[test]
fn workers_run_with_a_clock_before_1970() {
    let (installation, server, token) = started_idle();
    let early = server.create_backup(&token).unwrap();
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));

    let offset = installation.path().join("offset");
    // About 1956.
    fs::write(&offset, "-2240000000").unwrap();
    let mut command = installation.serve();
    command
        .env("LD_PRELOAD", compiled(&installation, SHIM))
        .env("CLOCK_OFFSET", &offset);
    let server = RunningServer::start(command).unwrap();
    let snapshots = installation.path().join("bucket").join(APP).join("snapshots");
    eventually("the backup to be in the bucket", || {
        fs::read_dir(&snapshots).ok()?.next().map(drop)
    });
    fs::write(&offset, "0").unwrap();
    for path in [early, server.create_backup(&token).unwrap()] {
        let backup = server.wait_for(&token, &path, &["completed", "failed"]);
        assert_eq!(backup["state"], "completed", "{backup}");
    }
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

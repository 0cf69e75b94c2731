//! Machines whose clocks are wrong.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

use appkeep_launcher::{ACCOUNT, APP, Installation, RunningServer, backup_body, eventually};
use chrono::{DateTime, TimeDelta, Utc};

use crate::postgres::{Schema, succeeded};
use crate::program::{compiled, installation, started_idle, stdout};
use crate::remote::Fixture;
use crate::several_servers::{SITE, serve, shared};

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

/// The clock of a server, which differs from this process's clock.
pub(crate) struct WrongClock(PathBuf);

impl WrongClock {
    /// Sets the clock of a server that has not started yet.
    pub(crate) fn of(
        command: &mut Command,
        installation: &Installation,
        name: &str,
        offset_secs: i64,
    ) -> Self {
        let clock = Self(installation.path().join(name));
        clock.set(offset_secs);
        command
            .env("LD_PRELOAD", compiled(installation, SHIM))
            .env("CLOCK_OFFSET", &clock.0);
        clock
    }

    pub(crate) fn set(&self, offset_secs: i64) {
        // Replaced at once, because the server reads it at any time.
        let new = self.0.with_extension("new");
        fs::write(&new, offset_secs.to_string()).unwrap();
        fs::rename(new, &self.0).unwrap();
    }
}

/// HTTP responses need a date, and the HTTP library supports none before 1970. Queued jobs run nevertheless.
#[test]
fn workers_run_with_a_clock_before_1970() {
    let (installation, server, token) = started_idle();
    let early = server.create_backup(&token).unwrap();
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));

    let mut command = installation.serve();
    // About 1956.
    let clock = WrongClock::of(&mut command, &installation, "offset", -2_240_000_000);
    let server = RunningServer::start(command).unwrap();
    let snapshots = installation.path().join("bucket").join(APP).join("snapshots");
    eventually("the backup to be in the bucket", || {
        fs::read_dir(&snapshots).ok()?.next().map(drop)
    });
    clock.set(0);
    for path in [early, server.create_backup(&token).unwrap()] {
        let backup = server.wait_for(&token, &path, &["completed", "failed"]);
        assert_eq!(backup["state"], "completed", "{backup}");
    }
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

/// The time of day of the machine, which is also the database's.
fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// The maximum deviation from the database's time in this test: the servers' clocks deviate by an hour.
const TOLERANCE: TimeDelta = TimeDelta::minutes(1);

#[test]
fn servers_with_wrong_clocks_use_the_time_of_the_postgres_database() {
    const HOUR: i64 = 3600;
    let schema = Schema::create();
    let installation = shared(&schema);
    let log = installation.path().join("log");
    let volumes = "volumes = { data = \"volume\" }\n";
    let hook = format!(
        "[[accounts.apps.hooks]]\nname = \"wait\"\nstage = \"pre-snapshot\"\n\
         command = [\"sh\", \"-c\", 'echo run >> $LOG; until test -e $LOG.end; do sleep 0.1; done']\n\
         env = {{ LOG = \"{}\" }}\ntimeout_secs = 600\n",
        log.display()
    );
    installation
        .configure(volumes, &(volumes.to_owned() + &hook))
        .unwrap();
    installation.configure("workers = 2", "workers = 1").unwrap();
    let begun = now();

    let mut one = serve(&installation, "one");
    let clock = WrongClock::of(&mut one, &installation, "one", -HOUR);
    let one = RunningServer::start(one).unwrap();
    let token = succeeded(&installation, "token create --config CONFIG --account acme");
    let create = |server: &RunningServer, app: &str| {
        let path = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{app}/appBackups");
        let created = server.post(&token, &path, &backup_body());
        assert_eq!(created.status, 201, "{}", created.body);
        format!("{path}/{}", created.body["id"].as_str().unwrap())
    };
    let completed = |server: &RunningServer, path: &str| {
        let backup = server.wait_for(&token, path, &["completed", "failed"]);
        assert_eq!(backup["state"], "completed", "{backup}");
        for name in ["creationTimestamp", "modificationTimestamp"] {
            let time: DateTime<Utc> = backup["metadata"][name].as_str().unwrap().parse().unwrap();
            let is_near = begun - TOLERANCE < time && time < now() + TOLERANCE;
            assert!(is_near, "{name} of {backup}");
        }
    };
    let held = create(&one, APP);
    eventually("the hook to run", || log.exists().then_some(()));

    // The only worker of the first server is busy, so the second runs these jobs. It would run the older one, too, if
    // its lease had ended by any clock.
    let mut two = serve(&installation, "two");
    let _clock = WrongClock::of(&mut two, &installation, "two", HOUR);
    let two = RunningServer::start(two).unwrap();
    let path = create(&two, SITE);
    completed(&one, &path);
    // The clock of the first server jumps.
    clock.set(2 * HOUR);
    let path = create(&one, SITE);
    completed(&two, &path);

    fs::write(log.with_extension("end"), "").unwrap();
    completed(&two, &held);
    assert_eq!(fs::read_to_string(&log).unwrap(), "run\n");
    for server in [one, two] {
        let ended = server.stop_gracefully().unwrap();
        let warning = "the clocks of this node and of the database differ";
        assert_eq!(ended.stderr.matches(warning).count(), 1, "{}", ended.stderr);
    }
}

/// The command runs three days later than the server: its schedule looks overdue, and the clocks differ.
#[test]
fn doctor_reports_overdue_schedules_and_clocks_that_differ() {
    let installation = installation();
    let volumes = "volumes = { data = \"volume\" }\n";
    let nightly = "[[accounts.apps.schedules]]\nname = \"nightly\"\ncron = \"0 2 * * *\"\n";
    installation
        .configure(volumes, &format!("{volumes}{nightly}"))
        .unwrap();
    let fixture = Fixture::of(installation);
    fixture.json(&["backup", "create", "good", "--wait"]);
    let mut doctor = fixture.command(["doctor"]);
    let _clock = WrongClock::of(&mut doctor, &fixture.installation, "offset", 3 * 24 * 3600);
    let doctor = doctor.output().unwrap();
    assert_eq!(doctor.status.code(), Some(1), "{doctor:?}");
    let report = stdout(&doctor);
    assert!(
        report.contains("shop: nightly is overdue: a backup was due "),
        "{report}"
    );
    assert!(report.contains("the server's clock is "), "{report}");
}

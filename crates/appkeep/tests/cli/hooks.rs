//! A server that is killed while an app is quiesced: the next one releases the app.

use std::fs;
use std::path::Path;

use appkeep_launcher::{Installation, RunningServer, eventually, signal};
use serde_json::json;

use crate::program::{installation, stdout};
use crate::remote::{Fixture, last_error_line};

/// A script that sleeps for 600 s on its first run.
const WAIT_ONCE: &str = "test $(wc -l < $LOG) -gt 1 || { echo $$ > $LOG.pid; exec sleep 600; }";

/// The output of the app's hooks, one line each. The sleeping hook outlives a killed server, so it is ended
/// with the test.
struct Log<'a> {
    installation: &'a Installation,
}

impl<'a> Log<'a> {
    /// Declares hooks that write a line each; the one of the stage `waits` then sleeps.
    fn of_hooks(installation: &'a Installation, waits: &str) -> Self {
        let log = installation.path().join("log");
        let volumes = "volumes = { data = \"volume\" }\n";
        let hook = |stage: &str| {
            let wait = if stage == waits { WAIT_ONCE } else { "true" };
            let script = format!("echo {stage} >> $LOG; {wait}");
            format!(
                "[[accounts.apps.hooks]]\nname = \"{stage}\"\nstage = \"{stage}\"\n\
                 command = [\"sh\", \"-c\", '''{script}''']\nenv = {{ LOG = \"{}\" }}\ntimeout_secs = 600\n",
                log.display()
            )
        };
        let declared = [volumes.to_owned(), hook("pre-snapshot"), hook("post-snapshot")].concat();
        installation
            .configure(volumes, &declared)
            .expect("a configuration");
        Self { installation }
    }

    fn path(&self) -> &Path {
        self.installation.path()
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path().join("log")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Waits until the hook is sleeping.
    fn wait(&self) {
        let pid = self.path().join("log.pid");
        eventually("the hook to wait", || {
            fs::read_to_string(&pid)
                .is_ok_and(|pid| pid.ends_with('\n'))
                .then_some(())
        });
    }
}

impl Drop for Log<'_> {
    fn drop(&mut self) {
        if let Ok(pid) = fs::read_to_string(self.path().join("log.pid")) {
            let _ = signal("KILL", pid.trim());
        }
    }
}

#[test]
fn killed_snapshots_run_all_hooks_again() {
    let installation = installation();
    let log = Log::of_hooks(&installation, "pre-snapshot");
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    let path = server.create_snapshot(&token).unwrap();
    log.wait();
    server.stop("KILL").unwrap();
    assert_eq!(log.lines(), ["pre-snapshot"]);
    let server = installation.start().unwrap();
    let snap = server.wait_for(&token, &path, &["completed", "failed"]);
    assert_eq!(
        (&snap["state"], &snap["hookState"]),
        (&json!("completed"), &json!("success"))
    );
    assert_eq!(log.lines(), ["pre-snapshot", "pre-snapshot", "post-snapshot"]);
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

/// The snapshot is cancelled, but the database that was quiesced for it must still be released.
#[test]
fn deleted_resources_of_a_killed_server_run_post_hooks() {
    for create in [RunningServer::create_snapshot, RunningServer::create_backup] {
        let installation = installation();
        let log = Log::of_hooks(&installation, "pre-snapshot");
        let server = installation.start().unwrap();
        let token = installation.token("acme").unwrap();
        let path = create(&server, &token).unwrap();
        log.wait();
        // No server that could act on the delete runs when it is requested.
        server.stop("KILL").unwrap();
        let server = installation.start_idle().unwrap();
        assert_eq!(server.delete(&token, &path).status, 204);
        server.stop("KILL").unwrap();
        assert_eq!(log.lines(), ["pre-snapshot"]);
        let server = installation.start().unwrap();
        eventually("the app to be released", || {
            (log.lines() == ["pre-snapshot", "post-snapshot"]).then_some(())
        });
        assert_eq!(server.get(&token, &path).status, 404);
        assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    }
}

/// The volumes are checked before the hooks run; they may have vanished since the server was killed.
#[test]
fn post_hooks_run_although_the_volume_is_missing() {
    let installation = installation();
    let log = Log::of_hooks(&installation, "pre-snapshot");
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    let path = server.create_snapshot(&token).unwrap();
    log.wait();
    server.stop("KILL").unwrap();
    fs::remove_dir_all(installation.path().join("volume")).unwrap();
    let server = installation.start().unwrap();
    let snap = server.wait_for(&token, &path, &["completed", "failed"]);
    assert_eq!(snap["state"], "failed", "{snap}");
    assert_eq!(log.lines(), ["pre-snapshot", "post-snapshot"]);
}

#[test]
fn reports_of_hooks_are_shown_and_failed_ones_are_errors() {
    let installation = installation();
    let volumes = "volumes = { data = \"volume\" }\n";
    let hook = |name: &str, stage: &str, script: &str| {
        format!(
            "[[accounts.apps.hooks]]\nname = \"{name}\"\nstage = \"{stage}-snapshot\"\n\
             command = [\"sh\", \"-c\", \"{script}\"]\n"
        )
    };
    let quiesce = hook("quiesce", "pre", "echo flushed");
    let release = hook("release", "post", "echo locked; exit 3");
    installation
        .configure(volumes, &[volumes, &quiesce, &release].concat())
        .unwrap();
    let fixture = Fixture::of(installation);
    for noun in ["backup", "snapshot"] {
        let created = fixture.run([noun, "create", "nightly", "--app", "shop", "--wait"]);
        let failure = last_error_line(&created, 1);
        assert!(
            failure.starts_with(&format!("{noun} nightly is completed, but hooks failed: ")),
            "{failure}"
        );
        assert!(
            failure.contains("release") && failure.contains("locked") && !failure.contains("quiesce"),
            "{failure}"
        );
        let listed = stdout(&fixture.run([noun, "list"]));
        assert!(listed.contains("completed, hooks failed"), "{listed}");
        let shown = stdout(&fixture.run([noun, "show", "nightly"]));
        for part in [
            "Hook quiesce succeeded: pre-snapshot hook \"quiesce\" exited with status 0 after ",
            " s; stdout: flushed",
            "Hook release failed: post-snapshot hook \"release\" exited with status 3 after ",
            " s; stdout: locked",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
    let waited = fixture.run(["backup", "wait", "nightly"]);
    assert_eq!(waited.status.code(), Some(1));
}

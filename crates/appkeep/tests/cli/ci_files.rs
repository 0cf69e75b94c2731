//! Checks that the jobs in `examples/ci/` work as written.
//!
//! Their commands run in a repository with a server. Only the installation of the checker is replaced, and the server's
//! address, which other tests use, too. Actions of GitHub and settings of the jobs aren't tested.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output};

use appkeep_launcher::Installation;
use serde_json::Value;

use crate::program::{installation, stdout};

/// Replaces `cargo`: accepts only the installation of this version.
const CARGO: &str = concat!(
    "#!/bin/sh\n[ \"$*\" = 'install --locked appkeep@",
    env!("CARGO_PKG_VERSION_MAJOR"),
    ".",
    env!("CARGO_PKG_VERSION_MINOR"),
    "' ]\n"
);

/// A repository with a server: `start-server`, `token`, and `openapi.yaml` in a release.
struct Repository {
    installation: Installation,
    /// The address of the server.
    listen: String,
}

impl Repository {
    /// Creates the repository. Each test has its own port.
    fn new(port: u16) -> Self {
        let installation = installation();
        // The checker waits for the response to half a body.
        installation
            .configure("body_timeout_secs = 600", "body_timeout_secs = 1")
            .expect("a configuration");
        let first = installation.start().expect("a server");
        let token = installation.token("acme").expect("a token");
        first.stop("TERM").expect("the server ends");
        // A loopback address of its own, because the port is fixed.
        let [_, high, middle, low] = process::id().to_be_bytes();
        let listen = format!("127.{}.{middle}.{low}:{port}", 64 + high % 64);

        let repository = Self { installation, listen };
        let write = |path: &str, text: &str| fs::write(repository.path(path), text).expect("a file");
        let write_program = |path: &str, text: &str| {
            write(path, text);
            let permissions = fs::Permissions::from_mode(0o755);
            fs::set_permissions(repository.path(path), permissions).expect("a program");
        };
        write("token", &token);
        write_program(
            "start-server",
            &format!(
                "#!/bin/sh\necho $$ > server.pid\n\
                 exec appkeep serve --config appkeep.toml --data data --listen {}\n",
                repository.listen
            ),
        );
        fs::create_dir(repository.path("bin")).expect("a directory");
        symlink(env!("CARGO_BIN_EXE_appkeep"), repository.path("bin/appkeep")).expect("a link");
        write_program("bin/cargo", CARGO);
        fs::copy(root().join("spec/openapi.yaml"), repository.path("openapi.yaml")).expect("a document");
        let git = "git init --quiet && git add openapi.yaml && \
                   git -c user.name=ci -c user.email=ci@example.org commit --quiet --message release && git tag v1";
        let output = repository.run(&["-e"], git, &[]);
        assert!(output.status.success(), "{output:?}");
        repository
    }

    fn path(&self, path: &str) -> PathBuf {
        self.installation.path().join(path)
    }

    /// Runs a script with bash, and these variables.
    fn run(&self, options: &[&str], script: &str, variables: &[(String, String)]) -> Output {
        let path = std::env::var("PATH").expect("a search path");
        Command::new("bash")
            .args(options)
            .args(["-c", script])
            .current_dir(self.installation.path())
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .env("SERVER_URL", format!("http://{}", self.listen))
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("no_proxy", "*")
            .output()
            .expect("bash runs")
    }

    /// Runs the scripts of a job, each in its own shell.
    #[track_caller]
    fn succeed(&self, options: &[&str], scripts: &[String], variables: &[(String, String)]) {
        for script in scripts {
            let output = self.run(options, script, variables);
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{script}\n{}\n{errors}", stdout(&output));
        }
    }

    /// Asserts that the check wrote these files.
    #[track_caller]
    fn assert_reports(&self, files: &[&str]) {
        for file in files {
            assert!(self.path(file).is_file(), "{file} is missing");
        }
        let report = fs::read_to_string(self.path("report.xml")).expect("a report");
        for suite in ["name=\"live\"", "name=\"static\""] {
            assert!(report.contains(suite), "no {suite} in\n{report}");
        }
    }

    /// Asserts that the scripts of a job fail because of a breaking change.
    #[track_caller]
    fn assert_change_is_detected(&self, options: &[&str], scripts: &[String]) {
        let document = fs::read_to_string(self.path("openapi.yaml")).expect("a document");
        fs::write(
            self.path("openapi.yaml"),
            document.replacen("'201':", "'202':", 1),
        )
        .expect("a document");
        let (last, others) = scripts.split_last().expect("a script");
        self.succeed(options, others, &[]);
        let output = self.run(options, last, &[]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(stdout(&output).contains("success-removed"), "{output:?}");
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        if let Ok(id) = fs::read_to_string(self.path("server.pid")) {
            // At once, so that the server doesn't write to a directory that is being removed.
            let _ = Command::new("kill").args(["-KILL", id.trim()]).status();
        }
    }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn read(file: &str) -> Value {
    let text = fs::read_to_string(root().join("examples/ci").join(file)).expect("a file");
    serde_saphyr::from_str(&text).expect("YAML")
}

/// Returns the texts of a list; none if it is missing.
fn texts(list: &Value) -> Vec<&str> {
    let items = list.as_array().into_iter().flatten();
    items.map(|item| item.as_str().expect("text")).collect()
}

/// Returns the variables of a file or job.
fn variables(value: &Value) -> Vec<(String, String)> {
    let members = value.as_object().into_iter().flatten();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    members.map(|(name, value)| (name.clone(), text(value))).collect()
}

#[test]
fn the_jobs_for_github_work() {
    /// How GitHub runs a step.
    const BASH: [&str; 1] = ["-e"];
    let file = read("github-actions.yml");
    let steps = |job: &str| file["jobs"][job]["steps"].as_array().expect("steps").clone();
    let scripts = |job: &str| -> Vec<String> {
        let steps = steps(job);
        let scripts = steps.iter().filter_map(|step| step["run"].as_str());
        scripts.map(str::to_owned).collect()
    };
    let repository = Repository::new(8480);
    repository.succeed(&BASH, &scripts("verify"), &variables(&file["env"]));
    let steps = steps("verify");
    let upload = steps.last().expect("a step");
    let files = upload["with"]["path"].as_str().expect("paths").lines();
    repository.assert_reports(&files.collect::<Vec<_>>());
    repository.succeed(&BASH, &scripts("diff"), &[]);
    repository.assert_change_is_detected(&BASH, &scripts("diff"));
}

#[test]
fn the_jobs_for_gitlab_work() {
    /// How GitLab runs the commands of a job.
    const BASH: [&str; 3] = ["-e", "-o", "pipefail"];
    let file = read("gitlab-ci.yml");
    let script = |job: &Value| {
        assert_eq!(job["image"], concat!("rust:", env!("CARGO_PKG_RUST_VERSION")));
        let commands = [texts(&job["before_script"]), texts(&job["script"])].concat();
        [commands.join("\n")]
    };
    let repository = Repository::new(8481);
    let job = &file["verify"];
    repository.succeed(&BASH, &script(job), &variables(&job["variables"]));
    let artifacts = &job["artifacts"];
    let report = artifacts["reports"]["junit"].as_str().expect("a path");
    repository.assert_reports(&[texts(&artifacts["paths"]), vec![report]].concat());
    let diff = script(&file["diff"]);
    repository.succeed(&BASH, &diff, &variables(&file["diff"]["variables"]));
    repository.assert_change_is_detected(&BASH, &diff);
}

//! Examining buckets on the server's machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use appkeep_launcher::{APP, BUCKET, Installation, RunningServer};
use appkeep_s3_server::S3Server;
use serde_json::{Value, json};

use crate::partitions::write_credentials;
use crate::postgres::{Schema, selected, succeeded};
use crate::program::{appkeep, installation, stdout};
use crate::remote::last_error_line;

/// The claim of a server on another machine.
const CLAIM: &str = "appkeep-server-0b4f7a52-8f7e-4c0c-9a55-0a3d6f1c7e11";

/// Examines the buckets of an installation.
fn examine(installation: &Installation, more: &[&str]) -> Output {
    let mut command = appkeep();
    command
        .args(["bucket", "check", "--data"])
        .arg(installation.data());
    command.args(more).output().expect("it runs")
}

/// A server with one bucket, which is examined.
struct Setting {
    // Dropped in this order: the server uses the others.
    server: Option<RunningServer>,
    token: String,
    installation: Installation,
    /// The directory of the bucket; on S3, each object is the file of the same name.
    bucket: PathBuf,
    /// Further arguments of the command.
    options: Vec<String>,
    _shared: Option<(S3Server, Schema)>,
}

impl Setting {
    /// The bucket is a directory, and the database is a file.
    fn local() -> Self {
        let installation = installation();
        let server = installation.start().unwrap();
        let token = installation.token("acme").unwrap();
        Self {
            server: Some(server),
            token,
            bucket: installation.path().join("bucket"),
            installation,
            options: Vec::new(),
            _shared: None,
        }
    }

    /// The bucket is on S3, and the database on PostgreSQL.
    fn on_s3_and_postgres() -> Self {
        let (s3, schema) = (S3Server::start(), Schema::create());
        s3.create_bucket("backups");
        let installation = selected(&schema.url());
        write_credentials(&installation.path().join("s3-credentials"));
        let location = format!(
            "url = \"s3://backups\"\nendpoint = \"{}\"\ncredentials_file = \"s3-credentials\"",
            s3.url()
        );
        installation.configure("path = \"bucket\"", &location).unwrap();
        let server = installation.start().unwrap();
        let token = succeeded(&installation, "token create --config CONFIG --account acme");
        Self {
            server: Some(server),
            token,
            bucket: s3.directory().join("backups"),
            options: vec!["--config".to_owned(), installation.config().display().to_string()],
            installation,
            _shared: Some((s3, schema)),
        }
    }

    fn stop(&mut self) {
        let server = self.server.take().expect("a running server");
        server.stop_gracefully().unwrap();
    }

    /// Creates a backup. Returns its id.
    fn back_up(&self) -> String {
        let server = self.server.as_ref().expect("a running server");
        let path = server.back_up(&self.token).unwrap();
        path.rsplit('/').next().expect("an id").to_owned()
    }

    fn examine(&self, more: &[&str]) -> Output {
        let options = self.options.iter().map(String::as_str);
        examine(
            &self.installation,
            &options.chain(more.iter().copied()).collect::<Vec<_>>(),
        )
    }

    /// Examines the only bucket, and checks the exit code.
    fn examined(&self, more: &[&str], code: i32) -> Value {
        let output = self.examine(&[&["--output", "json"], more].concat());
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let checks: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        checks[0].clone()
    }

    /// Returns the only problem of the only bucket.
    fn problem(&self, more: &[&str]) -> Value {
        let check = self.examined(more, 1);
        assert_eq!(check["verdict"], "wrong", "{check}");
        assert_eq!(check["problems"].as_array().map(Vec::len), Some(1), "{check}");
        let problem = check["problems"][0].clone();
        assert!(
            problem["next"].as_str().is_some_and(|next| !next.is_empty()),
            "{problem}"
        );
        problem
    }
}

fn only_file(directory: &Path) -> PathBuf {
    let mut files = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let file = files.next().expect("a file");
    assert_eq!(files.next(), None);
    file
}

fn contains(value: &Value, part: &str) {
    assert!(value.as_str().is_some_and(|text| text.contains(part)), "{value}");
}

/// Examines a bucket without problems, while the server runs and when it is stopped.
fn check_healthy(mut setting: Setting) {
    let check = setting.examined(&[], 0);
    assert_eq!(
        (&check["verdict"], &check["backups"]),
        (&json!("unused"), &json!(0))
    );
    setting.back_up();
    let check = setting.examined(&["local", "--read-data", "all"], 0);
    assert_eq!(check["verdict"], "good", "{check}");
    assert_eq!(
        (&check["repositories"], &check["backups"]),
        (&json!(1), &json!(1))
    );
    assert_eq!((&check["problems"], &check["notes"]), (&json!([]), &json!([])));
    assert_eq!(check["usedBy"], "this");
    assert!(check["readBytes"].as_u64() > Some(0), "{check}");
    let table = stdout(&setting.examine(&["--read-data", "5%"]));
    assert!(
        table.contains("good") && table.contains("this server ("),
        "{table}"
    );
    setting.stop();
    let check = setting.examined(&["--read-data", "1KiB"], 0);
    assert_eq!(check["verdict"], "good", "{check}");
    assert_eq!(check["usedBy"], "nobody");
}

#[test]
fn healthy_buckets_have_no_problems_with_the_server_running_or_stopped() {
    check_healthy(Setting::local());
}

#[test]
fn healthy_buckets_on_s3_and_postgres_have_no_problems() {
    check_healthy(Setting::on_s3_and_postgres());
}

/// Damages the snapshot file and the largest pack of a backup in each way.
fn check_damage(setting: &Setting) {
    setting.installation.write_noise("noise", 1 << 20).unwrap();
    let id = setting.back_up();
    let repository = setting.bucket.join(APP);

    let snapshot = only_file(&repository.join("snapshots"));
    let content = fs::read(&snapshot).unwrap();
    fs::remove_file(&snapshot).unwrap();
    let missing = setting.problem(&[]);
    assert_eq!(missing["object"], format!("backup {id}"));
    assert_eq!(missing["app"], "shop");
    assert_eq!(missing["backupIDs"], json!([id]));
    contains(&missing["next"], &format!("appkeep backup delete {id}"));
    fs::write(&snapshot, content).unwrap();

    let packs = fs::read_dir(repository.join("data")).unwrap();
    let packs = packs.flat_map(|directory| fs::read_dir(directory.unwrap().path()).unwrap());
    let pack = packs
        .map(|pack| pack.unwrap().path())
        .max_by_key(|pack| pack.metadata().unwrap().len())
        .expect("a pack");
    let name = format!("pack {}", pack.file_name().unwrap().to_str().unwrap());
    let content = fs::read(&pack).unwrap();
    let mut flipped = content.clone();
    flipped[20] ^= 1;
    let truncated = content[..content.len() / 2].to_vec();
    for (damage, options, reason) in [
        (
            Some(flipped),
            &["--read-data", "all"][..],
            "its content is damaged",
        ),
        (Some(truncated), &[], "bytes"),
        (None, &[], "it is missing"),
    ] {
        match damage {
            Some(damaged) => fs::write(&pack, damaged).unwrap(),
            None => fs::remove_file(&pack).unwrap(),
        }
        let damaged = setting.problem(options);
        assert_eq!(
            (&damaged["object"], &damaged["backupIDs"]),
            (&json!(name), &json!([id]))
        );
        contains(&damaged["reason"], reason);
    }
    let output = setting.examine(&[]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(text.contains("WRONG") && text.contains(&name), "{text}");
    assert!(
        text.contains(&format!("backups: {id}")) && text.contains("next: "),
        "{text}"
    );
    let messages = String::from_utf8_lossy(&output.stderr);
    let is_progress = |line: &str| line.starts_with("bucket local: ");
    assert!(messages.lines().all(is_progress), "{messages}");
    fs::write(&pack, &content).unwrap();
    setting.examined(&["--read-data", "all"], 0);

    fs::remove_dir_all(&repository).unwrap();
    contains(&setting.problem(&[])["reason"], "does not exist");
}

#[test]
fn damage_names_the_object_the_backups_and_the_next_step() {
    check_damage(&Setting::local());
}

#[test]
fn damage_on_s3_and_postgres_names_the_same() {
    check_damage(&Setting::on_s3_and_postgres());
}

/// Adds claims of other servers, and damages the marker. The server is stopped.
fn check_claims_and_marker(setting: &Setting) {
    let bucket = &setting.bucket;
    let mut claim = json!({
        "version": 1, "server_id": CLAIM.trim_start_matches("appkeep-server-"),
        "installation_id": "6f1c7e11-8f7e-4c0c-9a55-0a3d0b4f7a52", "hostname": "elsewhere", "boot_id": "x",
        "pid_namespace": "x", "pid": 7, "start_ticks": 1, "time": "2999-01-01T00:00:00Z",
    });
    fs::write(bucket.join(CLAIM), claim.to_string()).unwrap();
    let foreign = setting.problem(&[]);
    contains(&foreign["reason"], "process 7 on elsewhere");
    contains(&foreign["next"], "appkeep bucket take-over local");
    assert_eq!(setting.examined(&[], 1)["usedBy"], "another");
    claim["time"] = json!("2026-01-01T00:00:00Z");
    fs::write(bucket.join(CLAIM), claim.to_string()).unwrap();
    let expired = setting.examined(&[], 0);
    assert_eq!(expired["usedBy"], "nobody");
    contains(&expired["notes"][0], "process 7 on elsewhere has expired");
    fs::remove_file(bucket.join(CLAIM)).unwrap();

    let marker = bucket.join(format!("appkeep-bucket-{BUCKET}"));
    let content = fs::read(&marker).unwrap();
    fs::remove_file(&marker).unwrap();
    contains(&setting.problem(&[])["reason"], "marker is missing");
    fs::write(&marker, "{}").unwrap();
    contains(&setting.problem(&[])["reason"], "is not a marker of this bucket");
    fs::write(&marker, content).unwrap();
}

#[test]
fn markers_mounts_and_owners_are_checked() {
    let mut setting = Setting::local();
    setting.back_up();
    setting.stop();
    check_claims_and_marker(&setting);

    let installation = &setting.installation;
    let key = only_file(&installation.data().join("keys").join(BUCKET));
    let aside = installation.path().join("aside");
    fs::rename(&key, &aside).unwrap();
    contains(&setting.problem(&[])["reason"], "is missing");
    fs::rename(&aside, &key).unwrap();

    fs::rename(&setting.bucket, installation.path().join("unmounted")).unwrap();
    fs::create_dir(&setting.bucket).unwrap();
    let unmounted = setting.problem(&[]);
    contains(&unmounted["reason"], "lacks appkeep-bucket-");
    contains(&unmounted["next"], "mount its disk");
    fs::remove_dir(&setting.bucket).unwrap();
    contains(&setting.problem(&[])["reason"], "is unavailable");
}

#[test]
fn markers_and_owners_on_s3_and_postgres_are_checked() {
    let mut setting = Setting::on_s3_and_postgres();
    setting.back_up();
    setting.stop();
    check_claims_and_marker(&setting);

    fs::remove_dir_all(&setting.bucket).unwrap();
    let missing = setting.problem(&[]);
    contains(&missing["reason"], "is unavailable");
    contains(&missing["next"], "correct its path or URL in the configuration");
}

#[test]
fn invalid_options_are_refused() {
    let installation = installation();
    installation.start().unwrap().stop_gracefully().unwrap();
    let line = last_error_line(&examine(&installation, &["nowhere"]), 3);
    assert_eq!(line, "there is no configured bucket \"nowhere\"");
    let output = examine(&installation, &["--read-data", "half"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        message.contains("invalid share \"half\": expected a percentage"),
        "{message}"
    );
}

//! Restores while the server is stopped.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Output, Stdio};

use appkeep_launcher::{ACCOUNT, APP, Installation, RunningServer, backups, describe, eventually};
use serde_json::json;

use crate::program::{appkeep, damage_packs, installation, only_error_line, run, stdout};
use crate::remote::last_error_line;
use crate::terminal::{Terminal, plain};

/// Fills a volume with several kinds of files.
fn fill(installation: &Installation) {
    let volume = installation.path().join("volume");
    fs::create_dir(volume.join("below")).unwrap();
    fs::write(
        volume.join("below/numbers"),
        (0..=255).collect::<Vec<u8>>().repeat(5000),
    )
    .unwrap();
    fs::hard_link(volume.join("greeting.txt"), volume.join("below/again")).unwrap();
    symlink("../greeting.txt", volume.join("below/link")).unwrap();
    fs::set_permissions(volume.join("greeting.txt"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::create_dir(volume.join("empty")).unwrap();
}

/// Creates a completed backup and a completed snapshot, stops the server, and returns their ids.
fn backed_up(installation: &Installation) -> (String, String) {
    backed_up_by(installation, installation.start().unwrap())
}

/// Does the same with a given server.
fn backed_up_by(installation: &Installation, server: RunningServer) -> (String, String) {
    let token = installation.token("acme").unwrap();
    let id = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let backup = server.back_up(&token).unwrap();
    let snapshot = server.create_snapshot(&token).unwrap();
    server.wait_for(&token, &snapshot, &["completed"]);
    server.stop_gracefully().unwrap();
    (id(&backup), id(&snapshot))
}

fn restore(installation: &Installation, arguments: &[&str]) -> Output {
    let data = installation.data().display().to_string();
    run(["restore", "--data", &data].iter().chain(arguments))
}

fn described(directory: &Path) -> Vec<String> {
    describe(directory).expect("a readable directory")
}

#[test]
fn in_place_restores_bring_back_every_byte() {
    let installation = installation();
    fill(&installation);
    let volume = installation.path().join("volume");
    let before = described(&volume);
    let (backup, snap) = backed_up(&installation);
    for source in [["--backup", &backup], ["--snapshot", &snap]] {
        fs::write(volume.join("greeting.txt"), "destroyed").unwrap();
        fs::remove_dir_all(volume.join("below")).unwrap();
        fs::write(volume.join("ransom note"), "pay").unwrap();
        let output = restore(&installation, &[source[0], source[1], "--in-place"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let expected = format!("restored 3 files, 1280012 bytes, in {}\n", volume.display());
        assert_eq!(stdout(&output), expected);
        assert_eq!(described(&volume), before);
    }
    // The volume may have been lost completely.
    fs::remove_dir_all(&volume).unwrap();
    let output = restore(&installation, &["--backup", &backup, "--in-place"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(described(&volume), before);
    // The server continues normally.
    let server = installation.start().unwrap();
    let listed = server.get(&installation.token("acme").unwrap(), &backups()).body;
    assert_eq!(listed["items"][0]["state"], "completed");
}

/// The library leaves out files that the server's user told git to ignore, if it finds a `.git`.
#[test]
fn files_ignored_by_git_are_backed_up() {
    let installation = installation();
    let (volume, home) = (
        installation.path().join("volume"),
        installation.path().join("home"),
    );
    fs::create_dir(volume.join(".git")).unwrap();
    fs::write(volume.join("app.log"), "kept").unwrap();
    fs::write(volume.join("notes.tmp"), "kept, too").unwrap();
    fs::write(volume.join(".gitignore"), "*.tmp\n").unwrap();
    fs::create_dir_all(home.join("git")).unwrap();
    fs::write(home.join("git/ignore"), "*.log\n").unwrap();
    let mut serve = installation.serve();
    serve.env("XDG_CONFIG_HOME", &home);
    let (backup, _) = backed_up_by(&installation, RunningServer::start(serve).unwrap());
    let target = installation.path().join("restored");
    let to = target.display().to_string();
    let output = restore(&installation, &["--backup", &backup, "--target", &to]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(described(&target.join("data")), described(&volume));
}

#[test]
fn target_directories_are_replaced_only_on_request() {
    let installation = installation();
    fill(&installation);
    let (backup, _) = backed_up(&installation);
    let target = installation.path().join("restored");
    let to = target.display().to_string();
    let output = restore(&installation, &["--backup", &backup, "--target", &to]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(
        described(&target.join("data")),
        described(&installation.path().join("volume"))
    );

    fs::write(target.join("data/greeting.txt"), "mine").unwrap();
    let output = restore(&installation, &["--backup", &backup, "--target", &to]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("is not empty: it contains data"), "{message}");
    assert_eq!(fs::read(target.join("data/greeting.txt")).unwrap(), b"mine");

    let output = restore(
        &installation,
        &["--backup", &backup, "--target", &to, "--replace"],
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(
        described(&target.join("data")),
        described(&installation.path().join("volume"))
    );
}

#[test]
fn parts_of_backups_are_restored_to_a_directory() {
    let installation = installation();
    fill(&installation);
    let (backup, _) = backed_up(&installation);
    let target = installation.path().join("restored");
    let to = target.display().to_string();
    let part = [
        "--backup",
        &backup,
        "--target",
        &to,
        "--include",
        "/data/below/link",
    ];
    let output = restore(&installation, &part);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let entries = fs::read_dir(target.join("data/below")).unwrap();
    let names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["link"]);
    assert_eq!(fs::read_dir(target.join("data")).unwrap().count(), 1);
    let inside = installation.path().join("volume/inside").display().to_string();
    let refused = restore(&installation, &["--backup", &backup, "--target", &inside]);
    let refused = last_error_line(&refused, 2);
    assert!(
        refused.contains("which contains data of this server"),
        "{refused}"
    );
    assert!(!Path::new(&inside).exists());
}

#[test]
fn impossible_restores_fail_with_one_line() {
    let installation = installation();
    let unknown = "00000000-0000-4000-8000-000000000000";
    let refused = only_error_line(&restore(&installation, &["--backup", unknown, "--in-place"]));
    assert!(
        refused.contains("is not the data directory of a server"),
        "{refused}"
    );

    let server = installation.start().unwrap();
    let refused = only_error_line(&restore(&installation, &["--backup", unknown, "--in-place"]));
    assert!(refused.contains("is in use by another server"), "{refused}");
    assert!(refused.contains(&server.id().to_string()), "{refused}");
    server.stop("TERM").unwrap();

    let refused = only_error_line(&restore(&installation, &["--backup", unknown, "--in-place"]));
    assert_eq!(refused, format!("there is no backup {unknown}"));
    let refused = only_error_line(&restore(&installation, &["--snapshot", unknown, "--in-place"]));
    assert_eq!(refused, format!("there is no snapshot {unknown}"));
}

#[test]
fn source_and_target_are_required() {
    let installation = installation();
    let id = "00000000-0000-4000-8000-000000000000";
    for arguments in [
        &["--in-place"][..],
        &["--backup", id],
        &["--backup", id, "--snapshot", id, "--in-place"],
        &["--backup", id, "--in-place", "--target", "there"],
        &["--backup", id, "--in-place", "--replace"],
    ] {
        let output = restore(&installation, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("Usage: appkeep restore"),
            "{arguments:?}: {output:?}"
        );
    }
}

#[test]
fn restores_from_a_damaged_bucket_keep_the_volume() {
    let installation = installation();
    fill(&installation);
    let (backup, _) = backed_up(&installation);
    fs::write(installation.path().join("volume/greeting.txt"), "since").unwrap();
    let before = described(&installation.path().join("volume"));
    damage_packs(&installation);
    let output = restore(&installation, &["--backup", &backup, "--in-place"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("the repository is damaged"), "{message}");
    assert_eq!(described(&installation.path().join("volume")), before);
}

#[test]
fn killed_restores_keep_the_data_and_can_be_repeated() {
    let installation = installation();
    let volume = installation.path().join("volume");
    let large = volume.join("large");
    installation.write_noise("large", 64 << 20).unwrap();
    let before = described(&volume);
    let (backup, _) = backed_up(&installation);
    fs::remove_file(&large).unwrap();
    fs::write(volume.join("greeting.txt"), "since").unwrap();
    let since = described(&volume);

    let mut restoring = appkeep()
        .args(["restore", "--in-place", "--backup", &backup, "--data"])
        .arg(installation.data())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let hidden = || {
        let entries = fs::read_dir(installation.path()).unwrap();
        let mut names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.find(|name| name.starts_with(".appkeep-restore-"))
    };
    eventually("the new data to be written", &hidden);
    restoring.kill().unwrap();
    restoring.wait().unwrap();
    assert_eq!(described(&volume), since);
    assert!(hidden().is_some());

    let output = restore(&installation, &["--backup", &backup, "--in-place"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(described(&volume), before);
    assert_eq!(hidden(), None);
}

#[test]
fn nested_volumes_of_other_apps_require_force() {
    let installation = installation();
    fill(&installation);
    let inner = "[[accounts.apps]]\nname = \"inner\"\nvolumes = { data = \"volume/below\" }\n";
    installation.add_apps(inner).unwrap();
    let inside = "volume \"data\" of app \"inner\" is inside ";
    let checked = run(["config", "check", &installation.config().display().to_string()]);
    assert_eq!(checked.status.code(), Some(0));
    let warned = String::from_utf8(checked.stderr).unwrap();
    assert!(
        warned.starts_with(&format!("warning: {inside}volume \"data\" of app \"shop\" (")),
        "{warned}"
    );

    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    let path = server.back_up(&token).unwrap();
    let id = path.rsplit('/').next().unwrap();
    let body = json!({"type": "application/astra-app", "version": "2.2", "backupID": id});
    let refused = server.put(&token, &format!("/accounts/{ACCOUNT}/k8s/v2/apps/{APP}"), &body);
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(
        refused.body["detail"].as_str().unwrap().contains("--force"),
        "{refused:?}"
    );
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));

    let refused = only_error_line(&restore(&installation, &["--backup", id, "--in-place"]));
    assert!(
        refused.starts_with("volume \"data\" of app \"inner\" is inside a volume of the app shop"),
        "{refused}"
    );
    fs::write(installation.path().join("volume/greeting.txt"), "changed\n").unwrap();
    let restored = restore(&installation, &["--backup", id, "--in-place", "--force"]);
    assert_eq!(restored.status.code(), Some(0), "{restored:?}");
    assert_eq!(
        fs::read(installation.path().join("volume/greeting.txt")).unwrap(),
        b"hello\n"
    );
}

#[test]
fn progress_is_printed_with_the_size_of_the_backup() {
    let installation = installation();
    installation.write_noise("large", 64 << 20).unwrap();
    let (backup, snapshot) = backed_up(&installation);
    let target = installation.path().join("restored").display().to_string();
    let output = restore(&installation, &["--backup", &backup, "--target", &target]);
    let printed = String::from_utf8(output.stderr).unwrap();
    assert!(
        printed.contains("restore of shop: running, 0 B of 64.00 MiB\n"),
        "{printed}"
    );
    let replaced = ["--snapshot", &snapshot, "--target", &target, "--replace"];
    let output = restore(&installation, &replaced);
    let printed = String::from_utf8(output.stderr).unwrap();
    assert!(printed.contains("restore of shop: running, 0 B\n"), "{printed}");

    let mut command = appkeep();
    command.args([
        "restore",
        "--backup",
        &backup,
        "--target",
        &target,
        "--replace",
        "--data",
    ]);
    let mut terminal = Terminal::start(100, command.arg(installation.data()));
    terminal.expect("/64.00 MiB");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    let text = plain(&text);
    let last = text.trim_end().rsplit(['\r', '\n']).next().unwrap();
    assert!(
        last.starts_with("restored 2 files, 67108870 bytes, in "),
        "{text:?}"
    );
}

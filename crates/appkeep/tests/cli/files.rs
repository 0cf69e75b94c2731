//! Single files of backups, read through the server or on its machine.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use appkeep_launcher::{APP, Installation, describe};
use appkeep_s3_server::{ACCESS_KEY, S3Server, SECRET_KEY};
use serde_json::{Value, json};

use crate::program::{appkeep, installation, stdout};
use crate::remote::{Fixture, error_line, last_error_as_json};
use crate::terminal::Terminal;

/// 2026-01-05 09:30:00 UTC, in seconds.
const MODIFIED_SECS: u64 = 1_767_605_400;

/// Sets permissions and the time of the last change.
fn settle(path: &Path, mode: u32, secs: u64) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(secs);
    File::open(path).unwrap().set_modified(time).unwrap();
}

/// Fills the volume with names and contents of several kinds.
fn fill(installation: &Installation) {
    let volume = installation.path().join("volume");
    installation.write_noise("noise", 3 << 20).unwrap();
    fs::create_dir_all(volume.join("dir/below")).unwrap();
    fs::write(volume.join("dir/a b"), "spaces\n").unwrap();
    fs::write(volume.join("dir/100%\n"), "line feed\n").unwrap();
    fs::write(volume.join("dir").join(OsStr::from_bytes(b"\xff.txt")), "bytes\n").unwrap();
    fs::write(volume.join("dir/below/empty"), "").unwrap();
    symlink("../greeting.txt", volume.join("link")).unwrap();
    for file in [
        "noise",
        "greeting.txt",
        "dir/a b",
        "dir/100%\n",
        "dir/below/empty",
    ] {
        settle(&volume.join(file), 0o640, MODIFIED_SECS);
    }
    settle(
        &volume.join("dir").join(OsStr::from_bytes(b"\xff.txt")),
        0o604,
        MODIFIED_SECS,
    );
    for directory in ["dir/below", "dir", ""] {
        settle(&volume.join(directory), 0o755, MODIFIED_SECS);
    }
}

/// Returns a call of `appkeep backup` without a server.
fn command(installation: &Installation, arguments: &[&str]) -> Command {
    let mut command = appkeep();
    command.arg("backup").args(arguments);
    command.arg("--data").arg(installation.data());
    command.current_dir(installation.path());
    command
}

fn files(installation: &Installation, arguments: &[&str]) -> Output {
    command(installation, arguments).output().expect("it runs")
}

#[track_caller]
fn succeeded(installation: &Installation, arguments: &[&str]) -> String {
    let output = files(installation, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    stdout(&output)
}

/// Creates a backup and keeps the server running.
fn backed_up() -> Fixture {
    let installation = installation();
    fill(&installation);
    backed_up_with(installation)
}

fn backed_up_with(installation: Installation) -> Fixture {
    let fixture = Fixture::of(installation);
    fixture.json(&["backup", "create", "before", "--app", "shop", "--wait"]);
    fixture
}

const ALL: &str = "\
drwxr-xr-x            0 2026-01-05 09:30:00 /data
drwxr-xr-x            0 2026-01-05 09:30:00 /data/dir
-rw-r-----           10 2026-01-05 09:30:00 /data/dir/100%25%0A
-rw-r-----            7 2026-01-05 09:30:00 /data/dir/a b
drwxr-xr-x            0 2026-01-05 09:30:00 /data/dir/below
-rw-r-----            0 2026-01-05 09:30:00 /data/dir/below/empty
-rw----r--            6 2026-01-05 09:30:00 /data/dir/%FF.txt
";

#[test]
fn files_are_listed_and_found_while_the_server_runs_and_when_it_is_stopped() {
    let fixture = backed_up();
    let installation = &fixture.installation;
    let check = || {
        let volumes = succeeded(installation, &["ls", "before"]);
        assert_eq!(volumes, ALL.split_inclusive('\n').next().unwrap());
        let listed = succeeded(installation, &["ls", "bef", "/data/dir", "-r", "--app", "sh"]);
        assert_eq!(listed, ALL.split_inclusive('\n').skip(2).collect::<String>());
        let listed = succeeded(installation, &["ls", "before", "data/dir/a b"]);
        assert_eq!(
            listed,
            "-rw-r-----            7 2026-01-05 09:30:00 /data/dir/a b\n"
        );
        let all = succeeded(installation, &["ls", "before", "--recursive"]);
        assert!(all.starts_with(ALL), "{all}");
        assert!(all.contains(" /data/link -> ../greeting.txt\n"), "{all}");
        assert_eq!(all.lines().count(), 10, "{all}");
        let found = succeeded(installation, &["find", "before", "*.txt"]);
        assert_eq!(found, "/data/dir/%FF.txt\n/data/greeting.txt\n");
        let found = succeeded(installation, &["find", "before", "/data/**/e*"]);
        assert_eq!(found, "/data/dir/below/empty\n");
        let found = files(installation, &["find", "before", "*.jpg"]);
        assert_eq!(stdout(&found), "");
        assert_eq!(
            String::from_utf8_lossy(&found.stderr),
            "nothing matches the pattern\n"
        );
    };
    check();
    let Fixture {
        installation, server, ..
    } = fixture;
    server.stop_gracefully().unwrap();
    let bucket = || describe(&installation.path().join("bucket")).unwrap();
    let before = bucket();
    let check = |arguments: &[&str]| succeeded(&installation, arguments);
    assert_eq!(check(&["find", "before", "a b"]), "/data/dir/a b\n");
    let json: Value = serde_json::from_str(&check(&["ls", "before", "/data", "-o", "json"])).unwrap();
    assert_eq!(
        json[0],
        json!({
            "path": "/data/dir", "type": "directory", "size": 0,
            "modified": "2026-01-05T09:30:00.000000Z", "mode": "0755",
        })
    );
    assert_eq!(json[2]["target"], "../greeting.txt");
    assert_eq!(check(&["find", "before", "*.jpg", "-o", "json"]), "[]\n");
    assert_eq!(bucket(), before);
}

#[test]
fn files_that_differ_between_backups_are_listed() {
    let fixture = backed_up();
    let installation = &fixture.installation;
    let volume = installation.path().join("volume");
    fs::remove_dir_all(volume.join("dir/below")).unwrap();
    fs::remove_file(volume.join("link")).unwrap();
    fs::create_dir(volume.join("link")).unwrap();
    fs::write(volume.join("link/new"), "12345").unwrap();
    fs::write(volume.join("dir/a b"), "SPACES\n").unwrap();
    settle(&volume.join("dir/a b"), 0o640, MODIFIED_SECS + 1);
    settle(&volume.join("greeting.txt"), 0o600, MODIFIED_SECS);
    fixture.json(&["backup", "create", "since", "--app", "shop", "--wait"]);
    let diff = |arguments: &[&str]| {
        let output = files(installation, &[&["diff"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        (stdout(&output), String::from_utf8(output.stderr).unwrap())
    };
    let (text, summary) = diff(&["before", "since"]);
    assert_eq!(
        text,
        "M /data/dir/a b\n- /data/dir/below\n- /data/dir/below/empty\nM /data/greeting.txt\nM /data/link\n+ /data/link/new\n"
    );
    assert_eq!(summary, "1 added (5 B), 2 removed (0 B), 3 modified (13 B)\n");
    let (text, summary) = diff(&["since", "before", "/data/link"]);
    assert_eq!(text, "M /data/link\n- /data/link/new\n");
    assert_eq!(summary, "0 added (0 B), 1 removed (5 B), 1 modified (0 B)\n");
    let (text, _) = diff(&["before", "since", "/data/greeting.txt"]);
    assert_eq!(text, "M /data/greeting.txt\n");
    let none = "0 added (0 B), 0 removed (0 B), 0 modified (0 B)\n".to_owned();
    assert_eq!(diff(&["since", "since", "--app", "shop"]), (String::new(), none));
    let (text, _) = diff(&["before", "since", "/data/dir", "-o", "json"]);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json[0]["change"], "modified");
    assert_eq!(json[0]["old"]["modified"], "2026-01-05T09:30:00.000000Z");
    assert_eq!(json[0]["new"]["modified"], "2026-01-05T09:30:01.000000Z");
    assert_eq!(json[1]["old"]["path"], "/data/dir/below");
    assert_eq!(json[1].get("new"), None);
    let output = files(installation, &["diff", "before", "since", "/data/x"]);
    assert!(
        error_line(&output, 3).contains("doesn't contain /data/x"),
        "{output:?}"
    );
}

#[test]
fn a_deleted_file_is_written_again_from_a_backup() {
    let fixture = backed_up();
    let installation = &fixture.installation;
    let volume = installation.path().join("volume");
    let noise = fs::read(volume.join("noise")).unwrap();
    fs::remove_file(volume.join("noise")).unwrap();
    assert_eq!(
        succeeded(
            installation,
            &["dump", "before", "/data/noise", "--target", "volume/noise"]
        ),
        ""
    );
    assert!(fs::read(volume.join("noise")).unwrap() == noise, "the same bytes");
    assert_eq!(
        fs::metadata(volume.join("noise")).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fixture.server.stop_gracefully().unwrap();
    let output = command(&fixture.installation, &["dump", "before", "/data/noise"])
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stdout == noise,
        "the same bytes"
    );
    for (path, content) in [
        ("/data/dir/a b", "spaces\n"),
        ("/data/dir/100%25%0A", "line feed\n"),
        ("data/dir/%FF.txt", "bytes\n"),
        ("/data/dir/below/empty", ""),
    ] {
        assert_eq!(
            succeeded(&fixture.installation, &["dump", "before", path]),
            content
        );
    }
}

#[test]
fn invalid_requests_fail_with_one_line() {
    let fixture = backed_up();
    let installation = &fixture.installation;
    let id = fixture.json(&["backup", "show", "before"])["id"].clone();
    let id = id.as_str().unwrap();
    let unknown = "00000000-0000-4000-8000-000000000000";
    fs::write(installation.path().join("mine"), "mine").unwrap();
    for (arguments, code, line) in [
        (&["ls", "bfore"][..], 3, "there is no backup \"bfore\"; did you mean before?".to_owned()),
        (&["ls", unknown], 3, format!("there is no backup {unknown:?}")),
        (&["ls", "before", "--account", "other"], 3, "there is no backup \"before\"".to_owned()),
        (
            &["ls", "before", "/data/x"],
            3,
            format!("backup {id} doesn't contain /data/x; list its volumes with appkeep backup ls"),
        ),
        (
            &["ls", "before", "/data//x"],
            2,
            "invalid path \"/data//x\": expected names without \".\", \"..\" and NUL, separated by single slashes"
                .to_owned(),
        ),
        (
            &["find", "before", "["],
            2,
            "invalid pattern: error parsing glob '[': unclosed character class; missing ']'".to_owned(),
        ),
        (
            &["ls", "before", "-o", "csv"],
            2,
            "files are listed as text or JSON; specify --output json".to_owned(),
        ),
        (
            &["dump", "before", "/data/dir"],
            2,
            "/data/dir is a directory; write it as an archive with --tar".to_owned(),
        ),
        (
            &["dump", "before", "/data/noise", "--tar"],
            2,
            "/data/noise is a file; omit --tar".to_owned(),
        ),
        (
            &["dump", "before", "/data/link"],
            2,
            "/data/link is a symbolic link to ../greeting.txt".to_owned(),
        ),
        (
            &["dump", "before", "/data/noise", "--target", "mine"],
            2,
            "mine exists, and is not overwritten; select a new file".to_owned(),
        ),
    ] {
        let found = error_line(&files(installation, arguments), code);
        assert!(found.starts_with(&line), "{arguments:?}: {found}");
    }
    assert_eq!(fs::read(installation.path().join("mine")).unwrap(), b"mine");
    let refused = last_error_as_json(
        &files(installation, &["dump", "before", "/data/noise", "-o", "json"]),
        2,
    );
    assert_eq!(refused["title"], "dump has no output format");
}

#[test]
fn files_are_the_same_with_a_server_and_without() {
    let fixture = backed_up();
    let volume = fixture.installation.path().join("volume");
    fs::write(volume.join("added"), "added").unwrap();
    fixture.json(&["backup", "create", "since", "--app", "shop", "--wait"]);
    for arguments in [
        &["ls", "before", "-r"][..],
        &["ls", "before", "/data/dir", "-o", "json"],
        &["find", "before", "*.txt"],
        &["dump", "before", "/data/noise"],
        &["dump", "before", "/data/dir", "--tar"],
        &["diff", "before", "since"],
        &["diff", "before", "since", "-o", "json"],
        &["ls", "before", "/data/x"],
        &["dump", "before", "/data/link"],
    ] {
        let online = fixture.run([&["backup"], arguments].concat());
        let offline = files(&fixture.installation, arguments);
        assert!(
            online.stdout == offline.stdout,
            "{arguments:?}: {online:?} {offline:?}"
        );
        assert_eq!(online.stderr, offline.stderr, "{arguments:?}");
        assert_eq!(online.status.code(), offline.status.code(), "{arguments:?}");
    }
    let archive = fixture.run(["backup", "dump", "before", "/data/dir", "--tar"]);
    let target = fixture.installation.path().join("unpacked");
    fs::create_dir(&target).unwrap();
    let mut tar = Command::new("tar")
        .args(["-x", "-C"])
        .arg(&target)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    tar.stdin.take().unwrap().write_all(&archive.stdout).unwrap();
    assert!(tar.wait().unwrap().success());
    assert_eq!(
        fs::read_to_string(target.join("data/dir/a b")).unwrap(),
        "spaces\n"
    );
}

/// Damages the end of the content of the app's largest pack.
fn damage_largest_pack(installation: &Installation) {
    let data = installation.path().join("bucket").join(APP).join("data");
    let directories = fs::read_dir(data).unwrap();
    let packs = directories.flat_map(|directory| fs::read_dir(directory.unwrap().path()).unwrap());
    let packs = packs.map(|pack| pack.unwrap().path());
    let largest = packs
        .max_by_key(|pack| fs::metadata(pack).unwrap().len())
        .unwrap();
    let mut bytes = fs::read(&largest).unwrap();
    let at = bytes.len() - 4096;
    bytes[at] ^= 1;
    fs::write(largest, bytes).unwrap();
}

#[test]
fn a_failed_read_leaves_no_file() {
    let installation = installation();
    // More than the 8 MiB of one piece.
    installation.write_noise("noise", 12 << 20).unwrap();
    let Fixture {
        installation, server, ..
    } = backed_up_with(installation);
    server.stop_gracefully().unwrap();
    damage_largest_pack(&installation);
    let entries = || {
        let entries = fs::read_dir(installation.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = entries();
    let refused = files(
        &installation,
        &["dump", "before", "/data/noise", "--target", "new"],
    );
    assert_eq!(refused.status.code(), Some(1));
    let refused = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.contains("the backup can't be read: "), "{refused}");
    // The log has the reason.
    assert!(refused.contains("/data/noise"), "{refused}");
    let to_stdout = files(&installation, &["dump", "before", "/data/noise"]);
    assert_eq!(to_stdout.status.code(), Some(1));
    assert!(!to_stdout.stdout.is_empty(), "the first pieces are complete");
    assert_eq!(entries(), before);
}

#[test]
fn a_full_or_closed_stdout_ends_the_command() {
    let fixture = backed_up();
    for arguments in [&["ls", "before", "-r"][..], &["dump", "before", "/data/noise"]] {
        let mut full = command(&fixture.installation, arguments);
        full.stdout(File::options().write(true).open("/dev/full").unwrap());
        assert_eq!(
            error_line(&full.output().unwrap(), 2),
            "failed to write to stdout: No space left on device (os error 28)"
        );
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut closed = command(&fixture.installation, arguments);
        let output = closed.stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), &output.stderr[..]), (Some(0), &b""[..]));
    }
}

#[test]
fn binary_content_is_not_written_to_a_terminal() {
    let fixture = backed_up();
    let dump = |path: &str| Terminal::start(80, &command(&fixture.installation, &["dump", "before", path]));
    let (code, output) = dump("/data/noise").end();
    assert_eq!(code, 2, "{output}");
    assert_eq!(
        output,
        "error: the file is binary, and stdout is a terminal; write it to a file with --target FILE\r\n"
    );
    let (code, output) = dump("/data/dir/a b").end();
    assert_eq!((code, output.as_str()), (0, "spaces\r\n"));
}

#[test]
fn files_are_read_from_a_bucket_on_s3() {
    let s3 = S3Server::start();
    s3.create_bucket("backups");
    let installation = installation();
    fill(&installation);
    let credentials = installation.path().join("s3-credentials");
    let keys = format!("access_key = {ACCESS_KEY}\nsecret_key = {SECRET_KEY}\n");
    fs::write(&credentials, keys).unwrap();
    settle(&credentials, 0o600, MODIFIED_SECS);
    let location = format!(
        "url = \"s3://backups\"\nendpoint = \"{}\"\ncredentials_file = \"s3-credentials\"",
        s3.url()
    );
    installation.configure("path = \"bucket\"", &location).unwrap();
    let fixture = backed_up_with(installation);
    fixture.server.stop_gracefully().unwrap();
    let installation = &fixture.installation;
    let config = installation.config().display().to_string();
    let read = |arguments: &[&str]| files(installation, &[arguments, &["--config", &config]].concat());
    assert_eq!(stdout(&read(&["find", "before", "a*"])), "/data/dir/a b\n");
    let noise = read(&["dump", "before", "/data/noise"]).stdout;
    assert!(noise == fs::read(installation.path().join("volume/noise")).unwrap());
}

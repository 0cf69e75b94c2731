//! Errors in `appkeep.toml`: one line that names file, line, key, value and what was expected.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};

use appkeep_launcher::{ACCOUNT, APP, BUCKET, CONFIG, Installation, OTHER_ACCOUNT};

use crate::program::{appkeep, installation, only_error_line, run, stdout};

/// Changes to the valid configuration, and the error for each after the file's name.
const BREAKAGES: [(&str, &str, &str); 43] = [
    (
        "workers = 2",
        "workers = 65",
        ":2: `workers = 65`: 65 is out of range: expected 0 to 64",
    ),
    (
        "workers = 2",
        "workers = \"two\"",
        ":2: `workers = \"two\"`: invalid type: string \"two\", expected a whole number, 0 or more",
    ),
    (
        "workers = 2",
        "workers = -1",
        ":2: `workers = -1`: invalid value: integer `-1`, expected a whole number, 0 or more",
    ),
    (
        "workers = 2",
        "wrokers = 2",
        ":2: `wrokers = 2`: unknown field `wrokers`, expected one of `node`, `workers`, `backups_max`, \
         `body_timeout_secs`, `connections_max`, `connections_per_address_max`, `idle_timeout_secs`, \
         `write_timeout_secs`, `check_every_secs`, `verify_percent`, `engine_priority`, `reserve_mib`, \
         `app_jobs_max`, `account_jobs_max`, `restore_directories`, `pages`",
    ),
    (
        "body_timeout_secs = 600",
        "body_timeout_secs = 0",
        ":3: `body_timeout_secs = 0`: 0 is out of range: expected 1 to 3600",
    ),
    (
        "workers = 2",
        "node = \"Node_1\"",
        ":2: `node = \"Node_1\"`: invalid node \"Node_1\": a node's name has 1 to 253 characters: a name has 1 to 63 \
         lower-case letters, digits and hyphens, and begins and ends with a letter or digit; dots separate several \
         such names",
    ),
    (
        "workers = 2",
        "check_every_secs = 86401",
        ":2: `check_every_secs = 86401`: 86401 is out of range: expected 1 to 86400",
    ),
    (
        "workers = 2",
        "verify_percent = 101",
        ":2: `verify_percent = 101`: 101 is out of range: expected 0 to 100",
    ),
    (
        "engine_priority = \"low\"",
        "engine_priority = \"high\"",
        ":4: `engine_priority = \"high\"`: invalid priority \"high\": expected idle, low or normal",
    ),
    (
        "[server]",
        "[keys]\n[server]",
        ":1: `[keys]`: expected one of `file`, `env` and `command`",
    ),
    (
        "[server]",
        "[keys]\nfile = \"master\"\nenv = \"MASTER\"\n[server]",
        ":1: `[keys]`: expected only one of `file`, `env` and `command`",
    ),
    (
        "[server]",
        "[keys]\nvault = \"master\"\n[server]",
        ":2: `vault = \"master\"`: unknown field `vault`, expected one of `file`, `env`, `command`",
    ),
    (
        "[server]",
        "[keys]\nfile = \"\"\n[server]",
        ":2: `file = \"\"`: the path is empty: expected the file of the master key",
    ),
    (
        "[server]",
        "[keys]\nenv = \"A=B\"\n[server]",
        ":2: `env = \"A=B\"`: this is not the name of an environment variable",
    ),
    (
        "[server]",
        "[keys]\ncommand = []\n[server]",
        ":2: `command = []`: the command is empty: expected a program and its arguments",
    ),
    (
        "[server]",
        "[store]\n[server]",
        ":1: `[store]`: expected one of `url`, `url_env` and `url_file`",
    ),
    (
        "[server]",
        "[store]\nurl = \"postgres://u:s3cret@h/db\"\nurl_env = \"DB\"\n[server]",
        ":1: `[store]`: expected only one of `url`, `url_env` and `url_file`",
    ),
    (
        "[server]",
        "[store]\nurl = \"postgres://u:s3cret@h/db\"\n[server]",
        ":1: `[store]`: PostgreSQL requires `[keys]`: without it, each server creates a master key of its own",
    ),
    (
        "[server]",
        "[store]\nurl = \"mysql://u:s3cret@h/db?password=s3cret\"\n[server]",
        ":2: `url = …`: the URL of the database is invalid: expected postgres://USER@HOST/DATABASE",
    ),
    (
        "[server]",
        "[store]\nurl = \"postgres://u:12/s3cret@h/db\"\n[server]",
        ":2: `url = …`: the URL of the database is invalid: characters such as / ? # @ in names and passwords must be \
         percent-encoded",
    ),
    (
        "[server]",
        "[store]\nurl = \"postgres://u:s3cret@h/db?max_conns=3\"\n[server]",
        ":2: `url = …`: the URL of the database is invalid: unknown parameter \"max_conns\"",
    ),
    (
        "[server]",
        "[store]\nurl_env = \"postgres://u:s3cret@h/db\"\n[server]",
        ":2: `url_env = …`: this is a URL: specify it with `url`",
    ),
    (
        "[server]",
        "[store]\nurl = postgres://u:s3cret@h/db?password=s3cret\n[server]",
        ":2: `url = postgres://…`: ",
    ),
    (
        "[server]",
        "store = \"postgres://u:s3cret@h/db?password=s3cret\"\n[server]",
        ":1: `store = \"postgres://…`: invalid type: expected ",
    ),
    (
        "[server]",
        "[store]\npassword = \"s3cret\"\n[server]",
        ":2: `password = …`: unknown field `password`, expected one of `url`, `url_env`, `url_file`",
    ),
    (
        "path = \"bucket\"",
        "path = \"volume/backups\"",
        ":17: `path = \"volume/backups\"`: bucket \"local\" is inside volume \"data\" of app \"shop\" (",
    ),
    (
        "path = \"bucket\"",
        "path = \"x/../volume\"",
        ":17: `path = \"x/../volume\"`: bucket \"local\" is the same directory as volume \"data\" of app \"shop\" (",
    ),
    (
        "{ data = \"volume\" }",
        "{ data = \"bucket/volume\" }",
        ":12: `volumes = { data = \"bucket/volume\" }`: volume \"data\" of app \"shop\" is inside bucket \"local\" (",
    ),
    (
        "{ data = \"volume\" }",
        "{ data = \"volume\", more = \"volume/below\" }",
        ":12: `volumes = { data = \"volume\", more = \"volume/below\" }`: volume \"more\" of app \"shop\" is inside volume \
         \"data\" of app \"shop\" (",
    ),
    (
        "{ data = \"volume\" }",
        "{ data = \"volume\", more = \"./volume\" }",
        ":12: `volumes = { data = \"volume\", more = \"./volume\" }`: volume \"more\" of app \"shop\" is the same \
         directory as volume \"data\" of app \"shop\" (",
    ),
    (
        "[[accounts.buckets]]",
        "[[accounts.buckets]]\nname = \"outer\"\npath = \".\"\n[[accounts.buckets]]",
        ":12: `volumes = { data = \"volume\" }`: volume \"data\" of app \"shop\" is inside bucket \"outer\" (",
    ),
    (
        "[[accounts.buckets]]",
        "[[accounts.buckets]]\nname = \"inner\"\npath = \"bucket/inner\"\n[[accounts.buckets]]",
        ":16: `path = \"bucket/inner\"`: bucket \"inner\" is inside bucket \"local\" (",
    ),
    (
        "[server]",
        "[sever]",
        ":1: `[sever]`: unknown field `sever`, expected one of `server`, `store`, `keys`, `accounts`",
    ),
    (
        "[server]",
        "[server",
        ":1: `[server`: unclosed table, expected `]`",
    ),
    (
        "name = \"acme\"",
        "name = \"Acme Inc\"",
        ":6: `name = \"Acme Inc\"`: invalid name \"Acme Inc\": a name has 1 to 63 lower-case letters, digits and \
         hyphens, and begins and ends with a letter or digit",
    ),
    (
        "name = \"other\"",
        "name = \"acme\"",
        ":20: `name = \"acme\"`: the name \"acme\" is repeated",
    ),
    (
        "id = \"5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a02\"",
        "id = \"5E5D3A4C\"",
        ":21: `id = \"5E5D3A4C\"`: invalid id \"5E5D3A4C\": expected a UUID in lower case with hyphens, for \
         example \"",
    ),
    (
        "id = \"5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a02\"",
        "id = \"5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01\"",
        ":21: `id = \"5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01\"`: the id 5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01 is \
         repeated",
    ),
    (
        "volumes = { data = \"volume\" }",
        "volumes = {}",
        ":12: `volumes = {}`: app \"shop\" has no volumes: expected `name = \"/a/directory\"`",
    ),
    (
        "volumes = { data = \"volume\" }",
        "volumes = \"volume\"",
        ":12: `volumes = \"volume\"`: invalid type: string \"volume\", expected a table",
    ),
    (
        "volumes = { data = \"volume\" }\n",
        "",
        ":9: `[[accounts.apps]]`: missing field `volumes`",
    ),
    (
        "path = \"bucket\"",
        "path = \"\"",
        ":17: `path = \"\"`: the path is empty: expected a directory",
    ),
    (
        "[[accounts.buckets]]",
        "[[accounts.bucket]]",
        ":14: `[[accounts.bucket]]`: unknown field `bucket`, expected one of `name`, `id`, `apps`, `buckets`",
    ),
];

#[test]
fn errors_name_location_and_expected_value() {
    let installation = installation();
    let file = installation.config();
    for (from, to, message) in BREAKAGES {
        let broken = CONFIG.replacen(from, to, 1);
        assert_ne!(broken, CONFIG, "{from}");
        installation.write_config(&broken).unwrap();
        let refused = only_error_line(&installation.serve().output().unwrap());
        let expected = format!("{}{message}", file.display());
        assert!(refused.starts_with(&expected), "{refused:?} is not {expected:?}");
        assert!(!refused.contains("s3cret"), "{refused}");
    }
    assert!(
        !installation.data().exists(),
        "nothing is created for an invalid configuration"
    );
}

#[test]
fn data_directories_inside_a_volume_are_rejected() {
    let installation = installation();
    let data = installation.path().join("volume/below/data");
    let refused = only_error_line(&installation.serve_at("127.0.0.1:0", &data).output().unwrap());
    let expected = format!(
        "{}: the data directory is inside volume \"data\" of app \"shop\" ({}): expected a directory outside of it",
        data.display(),
        installation.path().join("volume").display()
    );
    assert_eq!(refused, expected);
    assert!(
        !installation.path().join("volume/below").exists(),
        "nothing is made there"
    );
}

#[test]
fn volumes_and_buckets_inside_the_data_directory_are_rejected() {
    for (from, to, what) in [
        (
            "{ data = \"volume\" }",
            "{ data = \"data/volume\" }",
            "volume \"data\" of app \"shop\"",
        ),
        ("path = \"bucket\"", "path = \"data\"", "the data directory"),
        ("path = \"bucket\"", "path = \"link/bucket\"", "bucket \"local\""),
    ] {
        let installation = installation();
        symlink("data", installation.path().join("link")).unwrap();
        for made in ["data/volume", "data/bucket"] {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(installation.path().join(made))
                .unwrap();
        }
        installation.configure(from, to).unwrap();
        let refused = only_error_line(&installation.serve().output().unwrap());
        assert!(refused.contains(&format!(": {what} is inside ")), "{refused}");
    }
}

#[test]
fn data_directories_writable_by_others_are_rejected() {
    let installation = installation();
    fs::create_dir(installation.data()).unwrap();
    for mode in [0o777, 0o1777, 0o770, 0o702] {
        fs::set_permissions(installation.data(), fs::Permissions::from_mode(mode)).unwrap();
        let refused = only_error_line(&installation.serve().output().unwrap());
        let data = installation.data().display().to_string();
        assert!(
            refused.starts_with(&format!("the data directory {data} has mode {mode:04o}: ")),
            "{refused}"
        );
        assert!(
            refused.ends_with(&format!("run `chmod go-w {data}`")),
            "{refused}"
        );
    }
    fs::set_permissions(installation.data(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(
        installation.start().unwrap().stop("TERM").unwrap().status.code(),
        Some(0)
    );
}

#[test]
fn unreadable_configurations_are_named() {
    let installation = installation();
    let file = installation.config();
    fs::remove_file(&file).unwrap();
    let refused = only_error_line(&installation.serve().output().unwrap());
    let expected = format!(
        "{}: failed to read it: No such file or directory (os error 2)",
        file.display()
    );
    assert_eq!(refused, expected);
    fs::write(&file, [0xff, 0xfe]).unwrap();
    let refused = only_error_line(&installation.serve().output().unwrap());
    assert!(
        refused.ends_with("stream did not contain valid UTF-8"),
        "{refused}"
    );
}

#[test]
fn a_missing_configuration_shows_how_to_start() {
    for arguments in [&["serve"][..], &["serve", "--data", "somewhere"]] {
        let refused = run(arguments);
        assert_eq!(refused.status.code(), Some(2));
        let message = String::from_utf8(refused.stderr).unwrap();
        for part in [
            "--config <FILE>",
            "appkeep serve --config <FILE> --data <DIR>",
            "appkeep serve --demo",
        ] {
            assert!(message.contains(part), "{message}");
        }
    }
}

#[test]
fn invalid_log_filters_are_named() {
    let installation = installation();
    let refused = only_error_line(&installation.serve().args(["--log", "x=="]).output().unwrap());
    assert!(refused.starts_with("invalid --log filter \"x==\": "), "{refused}");
}

#[test]
fn check_prints_the_declared_resources_and_ids() {
    let installation = installation();
    let hook = "snapshot = \"live\"\n[[accounts.apps.hooks]]\nname = \"quiesce\"\nstage = \"pre-snapshot\"\n\
                command = [\"true\"]\n";
    let volumes = "volumes = { data = \"volume\" }\n";
    installation
        .configure(volumes, &format!("{volumes}{hook}"))
        .unwrap();
    let file = installation.config();
    let checked = run(["config", "check", &file.display().to_string()]);
    assert_eq!(checked.status.code(), Some(0));
    let volume = installation.path().join("volume");
    let expected = format!(
        "account {ACCOUNT}  acme\n  app    {APP}  shop\n    volume data  {}\n    snapshot live\n    \
         hook quiesce  pre-snapshot\n  bucket {BUCKET}  local\naccount {OTHER_ACCOUNT}  other\n",
        volume.display()
    );
    assert_eq!(stdout(&checked), expected);
    installation.configure("workers = 2", "workers = 65").unwrap();
    let refused = only_error_line(&run(["config", "check", &file.display().to_string()]));
    assert!(refused.contains("65 is out of range"), "{refused}");
}

/// Checks a configuration, and returns the warnings.
fn warnings(installation: &Installation, options: &[&str]) -> Vec<String> {
    let file = installation.config().display().to_string();
    let checked = run([&["config", "check", &file], options].concat());
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    let warnings = String::from_utf8(checked.stderr).unwrap();
    warnings.lines().map(str::to_owned).collect()
}

#[test]
fn check_warns_about_directories_and_hooks_that_are_missing() {
    let installation = installation();
    let dir = installation.path();
    assert_eq!(warnings(&installation, &[]), Vec::<String>::new());
    fs::write(dir.join("flush"), "#!/bin/sh\n").unwrap();
    let hook = |name: &str, program: &str| {
        format!(
            "[[accounts.apps.hooks]]\nname = \"{name}\"\nstage = \"pre-snapshot\"\ncommand = [\"{program}\"]\n"
        )
    };
    let hooks = [
        hook("found", "true"),
        hook("lost", "no-such-program"),
        hook("mode", "./flush"),
        hook("path", "hooks/flush"),
    ];
    let buckets = "[[accounts.buckets]]";
    installation
        .configure(buckets, &format!("{}{buckets}", hooks.concat()))
        .unwrap();
    fs::remove_dir_all(dir.join("volume")).unwrap();
    fs::remove_dir(dir.join("bucket")).unwrap();
    let found = warnings(&installation, &[]);
    let dir = dir.display();
    let expected = [
        format!("warning: volume \"data\" of app \"shop\": {dir}/volume is not a directory; "),
        format!("warning: bucket \"local\": {dir}/bucket is not a directory; "),
        "warning: hook \"lost\" of app \"shop\": there is no program \"no-such-program\" in /usr/".to_owned(),
        format!("warning: hook \"mode\" of app \"shop\": {dir}/flush is not executable (chmod +x); "),
        format!("warning: hook \"path\" of app \"shop\": {dir}/hooks/flush can't be executed: No such file"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(&expected), "{found:?} is not {expected:?}");
    }
    assert_eq!(warnings(&installation, &["--offline"]), Vec::<String>::new());
}

#[test]
fn check_warns_about_declarations_that_permit_no_backup() {
    let installation = installation();
    installation
        .configure("[[accounts.buckets]]", "#[[accounts.buckets]]")
        .unwrap();
    for line in [
        "name = \"local\"",
        "id = \"5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c01\"",
        "path = \"bucket\"",
    ] {
        installation.configure(line, &format!("#{line}")).unwrap();
    }
    let no_bucket = "warning: account \"acme\" has apps but no bucket, so they can't be backed up: declare one in \
                     [[accounts.buckets]]";
    assert_eq!(warnings(&installation, &["--offline"]), [no_bucket]);
    installation.write_config("").unwrap();
    let nothing = format!(
        "warning: {}: there is no account: declare one in [[accounts]]",
        installation.config().display()
    );
    assert_eq!(warnings(&installation, &[]), [nothing]);
}

#[test]
fn check_reads_standard_input() {
    let installation = installation();
    for (text, code, output) in [
        (CONFIG, 0, "account "),
        ("[server]\nworkers = 65", 2, "-:2: `workers = 65`: "),
    ] {
        installation.write_config(text).unwrap();
        let mut command = appkeep();
        command
            .args(["config", "check", "-"])
            .current_dir(installation.path())
            .stdin(fs::File::open(installation.config()).unwrap());
        let checked = command.output().unwrap();
        assert_eq!(checked.status.code(), Some(code), "{checked:?}");
        let printed = if code == 0 {
            stdout(&checked)
        } else {
            only_error_line(&checked)
        };
        assert!(printed.starts_with(output), "{printed}");
    }
}

//! Servers and tools on PostgreSQL.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use appkeep_launcher::{
    CONFIG, Installation, PostgresCluster, RunningServer, backups, eventually, postgres_url,
};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::TcpSocket;

use crate::program::{appkeep, installation, only_error_line, run, stdout};

const PASSWORD: &str = "s3cret";

/// A schema of the shared cluster, which is deleted when this value is dropped.
pub(crate) struct Schema(String);

impl Schema {
    pub(crate) fn create() -> Self {
        static CREATED: AtomicU32 = AtomicU32::new(0);
        let number = CREATED.fetch_add(1, Ordering::Relaxed);
        let schema = Self(format!("cli_{}_{number}", std::process::id()));
        // A test with the same number may have been killed.
        schema.psql(&format!(
            "DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}",
            schema.0
        ));
        schema
    }

    /// The URL of the database, with this schema as the only one, and with a password that isn't checked.
    pub(crate) fn url(&self) -> String {
        let url = postgres_url();
        let separator = if url.contains('?') { '&' } else { '?' };
        format!(
            "{url}{separator}options[search_path]={}&password={PASSWORD}",
            self.0
        )
    }

    /// Runs statements, in one transaction.
    pub(crate) fn psql(&self, sql: &str) {
        assert!(self.try_psql(sql), "{sql}");
    }

    /// Runs statements in one transaction, and returns whether they succeeded.
    pub(crate) fn try_psql(&self, sql: &str) -> bool {
        let mut psql = Command::new("psql");
        psql.args(["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", postgres_url()]);
        let set = format!(
            "SET client_min_messages = error; SET search_path = {}; {sql}",
            self.0
        );
        let status = psql.args(["--command", &set]).status();
        status.expect("psql runs").success()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.psql(&format!("DROP SCHEMA {} CASCADE", self.0));
        }
    }
}

/// Replaces the configuration by `text`, with the database's setting.
pub(crate) fn configure(installation: &Installation, setting: &str, text: &str) {
    let key = installation.path().join("master.key");
    fs::write(&key, "5e".repeat(32)).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let tables = format!("[store]\n{setting}\n[keys]\nfile = \"master.key\"\n");
    installation.write_config(&(tables + text)).unwrap();
}

/// Selects a database in the configuration.
fn select(installation: &Installation, setting: &str) {
    configure(installation, setting, CONFIG);
}

/// An installation whose database has this URL.
pub(crate) fn selected(url: &str) -> Installation {
    let installation = installation();
    select(&installation, &format!("url = \"{url}\""));
    installation
}

/// Runs a tool with the configuration, and checks that it prints no password.
fn tool(installation: &Installation, words: &str) -> Output {
    let config = installation.config().display().to_string();
    let data = installation.data().display().to_string();
    let words = words.split(' ').map(|word| match word {
        "CONFIG" => &config,
        "DATA" => &data,
        word => word,
    });
    let output = run(words);
    assert!(!format!("{output:?}").contains(PASSWORD), "{output:?}");
    output
}

/// The output of a tool that succeeds.
pub(crate) fn succeeded(installation: &Installation, words: &str) -> String {
    let output = tool(installation, words);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    stdout(&output).trim_end().to_owned()
}

/// The error of a tool that can't run.
pub(crate) fn refused(installation: &Installation, words: &str) -> String {
    only_error_line(&tool(installation, words))
}

/// The error of a server that can't start.
pub(crate) fn not_started(installation: &Installation) -> String {
    let output = installation.serve().output().expect("it runs");
    assert!(!format!("{output:?}").contains(PASSWORD), "{output:?}");
    only_error_line(&output)
}

/// A port on which nothing listens while this value exists, and the URL of a database there.
fn unreachable() -> (TcpSocket, u16, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let url = format!("postgres://appkeep:{PASSWORD}@127.0.0.1:{port}/catalogue");
    (socket, port, url)
}

#[test]
fn tokens_and_backups_are_in_the_database_and_survive_a_restart() {
    let schema = Schema::create();
    let installation = selected(&schema.url());
    let server = installation.start().unwrap();
    let token = succeeded(
        &installation,
        "token create --config CONFIG --account acme --name ci",
    );
    let backup = server.back_up(&token).unwrap();
    let id = backup.rsplit('/').next().unwrap();
    let arguments = fs::read_to_string(format!("/proc/{}/cmdline", server.id())).unwrap();
    assert!(!arguments.contains("postgres"), "{arguments}");
    let ended = server.stop_gracefully().unwrap();
    assert!(!ended.stderr.contains(PASSWORD), "{}", ended.stderr);

    let server = installation.start().unwrap();
    let listed = server.get(&token, &backups()).body;
    assert_eq!(listed["items"][0]["id"], id, "{listed}");
    // With the data directory, too.
    assert!(succeeded(&installation, "token list --config CONFIG --data DATA").contains("ci"));
    // The backup's temporary snapshot is deleted by a job.
    eventually("an empty queue", || {
        succeeded(&installation, "job list --config CONFIG")
            .is_empty()
            .then_some(())
    });
    server.stop_gracefully().unwrap();
    assert!(!installation.data().join("appkeep.sqlite3").exists());

    let target = installation.path().join("restored").display().to_string();
    let restore = format!("restore --config CONFIG --data DATA --backup {id} --target {target}");
    let restored = succeeded(&installation, &restore);
    assert_eq!(restored, format!("restored 1 file, 6 bytes, in {target}/data"));
    let shown = succeeded(&installation, "key show --recovery --config CONFIG --data DATA");
    assert!(
        shown.starts_with("# app \"shop\" of account \"acme\" in bucket \"local\""),
        "{shown}"
    );
    let imported = succeeded(
        &installation,
        "bucket import --config CONFIG --data DATA --output json",
    );
    assert!(imported.contains("\"known\": 1"), "{imported}");
}

#[test]
fn backups_are_found_again_after_the_loss_of_the_database() {
    let schema = Schema::create();
    let installation = selected(&schema.url());
    let create = "token create --config CONFIG --account acme";
    let server = installation.start().unwrap();
    let backup = server.back_up(&succeeded(&installation, create)).unwrap();
    server.stop_gracefully().unwrap();

    schema.psql(&format!("DROP SCHEMA {0} CASCADE; CREATE SCHEMA {0}", schema.0));
    let imported = succeeded(&installation, "bucket import --config CONFIG --data DATA");
    let counts = imported.lines().last().unwrap().split_whitespace();
    assert_eq!(counts.skip(2).collect::<Vec<_>>(), ["1", "0", "0"], "{imported}");
    let server = installation.start().unwrap();
    let token = succeeded(&installation, create);
    assert_eq!(server.get(&token, &backup).body["state"], "completed");
    // The key is the same: the repository can be written.
    server.back_up(&token).unwrap();
}

#[test]
fn servers_conform_to_the_contract() {
    let schema = Schema::create();
    let installation = selected(&schema.url());
    // The checker waits for the response to half a body.
    installation
        .configure("body_timeout_secs = 600", "body_timeout_secs = 1")
        .unwrap();
    let server = installation.start().unwrap();
    let token = succeeded(&installation, "token create --config CONFIG --account acme");
    let mut verify = appkeep();
    let checked = verify
        .args(["verify", &server.url])
        .env("APPKEEP_TOKEN", &token)
        .output()
        .unwrap();
    assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));
    assert_eq!(
        server.get(&token, &backups()).body["items"],
        serde_json::json!([])
    );
    server.stop_gracefully().unwrap();
}

#[test]
fn schedules_of_a_database_confirm_their_retention() {
    let schema = Schema::create();
    let installation = selected(&schema.url());
    installation
        .add_apps("[[accounts.apps.schedules]]\nname = \"nightly\"\ncron = \"0 0 1 1 *\"\nkeep_last = 1\n")
        .unwrap();
    installation.start().unwrap().stop_gracefully().unwrap();
    let confirmed = succeeded(
        &installation,
        "schedule confirm-retention --config CONFIG nightly",
    );
    assert_eq!(confirmed, "retention of nightly holds no deletions");
    let run = succeeded(&installation, "schedule run --config CONFIG night");
    assert_eq!(run, "nightly is due: a running server begins within seconds");
}

#[test]
fn urls_come_from_variables_and_files_too() {
    let schema = Schema::create();
    let installation = installation();
    let file = installation.path().join("store.url");
    fs::write(&file, format!("{}\n", schema.url())).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    select(&installation, "url_file = \"store.url\"");
    let server = installation.start().unwrap();
    succeeded(&installation, "token create --config CONFIG --account acme");
    server.stop_gracefully().unwrap();
    fs::write(&file, format!("http://{PASSWORD}@host/db")).unwrap();
    assert_eq!(
        refused(&installation, "token list --config CONFIG"),
        format!(
            "failed to get the URL of the database from {}: expected postgres://USER@HOST/DATABASE",
            file.display()
        )
    );

    select(&installation, "url_env = \"APPKEEP_TEST_STORE\"");
    let mut serve = installation.serve();
    serve.env("APPKEEP_TEST_STORE", schema.url());
    RunningServer::start(serve).unwrap().stop_gracefully().unwrap();
    assert_eq!(
        not_started(&installation),
        "failed to get the URL of the database from the environment variable APPKEEP_TEST_STORE: it is not set"
    );
}

#[test]
fn databases_of_newer_programs_are_refused() {
    let schema = Schema::create();
    let installation = selected(&schema.url());
    installation.start().unwrap().stop_gracefully().unwrap();
    schema.psql("INSERT INTO applied_migrations (version, name, checksum) VALUES (9999, 'later', '')");
    let error = not_started(&installation);
    assert!(
        error.starts_with("failed to open the PostgreSQL database "),
        "{error}"
    );
    assert!(error.contains("newer"), "{error}");
    assert_eq!(refused(&installation, "token list --config CONFIG"), error);
}

#[test]
fn changes_of_the_database_require_a_restart() {
    let schema = Schema::create();
    let installation = selected(&schema.url());
    let server = installation.start().unwrap();
    select(&installation, &format!("url = \"{}\"", unreachable().2));
    server.signal("HUP").unwrap();
    let log = eventually("the reload", || {
        Some(server.log()).filter(|log| log.contains("configuration reloaded"))
    });
    assert!(
        log.contains("changed settings that only a restart applies"),
        "{log}"
    );
    assert!(!log.contains(PASSWORD), "{log}");
    // The server still uses the first database.
    select(&installation, &format!("url = \"{}\"", schema.url()));
    let token = succeeded(&installation, "token create --config CONFIG --account acme");
    assert_eq!(server.get(&token, &backups()).status, 200);
}

#[test]
fn unreachable_databases_are_named() {
    let (_reserved, port, url) = unreachable();
    let installation = selected(&url);
    let error = format!(
        "failed to open the PostgreSQL database catalogue on 127.0.0.1:{port}: the store is not available: error \
         communicating with database: Connection refused (os error 111)"
    );
    assert_eq!(not_started(&installation), error);
    assert_eq!(refused(&installation, "token list --config CONFIG"), error);
    // The keys are in the database, too.
    let show = "key show --recovery --config CONFIG --data DATA";
    assert_eq!(refused(&installation, show), error);
}

#[test]
fn tools_do_not_create_or_migrate_the_schema_of_a_server() {
    let schema = Schema::create();
    let installation = selected(&schema.url());
    for words in [
        "token list --config CONFIG",
        "key show --recovery --config CONFIG --data DATA",
    ] {
        let error = refused(&installation, words);
        assert!(error.contains("Start a server of this version first"), "{error}");
    }
    installation.start().unwrap().stop_gracefully().unwrap();
    assert_eq!(succeeded(&installation, "job list --config CONFIG"), "");
}

#[test]
fn tools_find_the_database_only_where_it_is() {
    let installation = installation();
    let error = refused(&installation, "token list --config CONFIG");
    assert_eq!(
        error,
        "the configuration has no `[store]`, so the database is in the server's data directory: specify it with --data DIR"
    );
    let neither = tool(&installation, "token list");
    assert_eq!(neither.status.code(), Some(2));
    let message = String::from_utf8(neither.stderr).unwrap();
    assert!(message.contains("--data <DIR>"), "{message}");

    // A server used SQLite before.
    installation.start().unwrap().stop_gracefully().unwrap();
    let restore = "restore --config CONFIG --data DATA --abandon";
    succeeded(&installation, "token list --config CONFIG --data DATA");
    select(&installation, &format!("url = \"{}\"", unreachable().2));
    let error = format!(
        "{}/appkeep.sqlite3 exists, but the configuration selects PostgreSQL: migrate it with `appkeep store copy`, then \
         move it away",
        installation.data().display()
    );
    assert_eq!(not_started(&installation), error);
    for words in [
        restore,
        "token list --config CONFIG --data DATA",
        "key rotate --config CONFIG --data DATA",
    ] {
        assert_eq!(refused(&installation, words), error);
    }

    let elsewhere = installation.path().join("elsewhere");
    let words = restore.replace("DATA", &elsewhere.display().to_string());
    assert_eq!(
        refused(&installation, &words),
        format!(
            "{} is not the data directory of a server: it contains neither keys nor server.lock",
            elsewhere.display()
        )
    );
}

#[test]
fn data_directories_of_postgres_servers_start_no_empty_database() {
    let schema = Schema::create();
    let installation = selected(&schema.url());
    installation.start().unwrap().stop_gracefully().unwrap();
    let marker = installation.data().join("appkeep.postgresql");
    let location = fs::read_to_string(&marker).unwrap();
    assert!(!location.contains(PASSWORD), "{location}");
    // As after a backup.
    fs::create_dir_all(installation.data().join("keys")).unwrap();

    installation
        .write_config(&format!("[keys]\nfile = \"master.key\"\n{CONFIG}"))
        .unwrap();
    let error = format!(
        "{} says that the data directory belongs to the PostgreSQL database {}, but the configuration has no `[store]`: \
         add it with the database's URL, or, to use a database in the data directory from now on, delete this file",
        marker.display(),
        location.trim_end()
    );
    assert_eq!(not_started(&installation), error);
    for words in [
        "token list --config CONFIG --data DATA",
        "token list --data DATA",
        "restore --config CONFIG --data DATA --abandon",
        "key rotate --config CONFIG --data DATA",
        "bucket import --config CONFIG --data DATA",
    ] {
        assert_eq!(refused(&installation, words), error, "{words}");
    }
    assert!(!installation.data().join("appkeep.sqlite3").exists());

    fs::remove_file(&marker).unwrap();
    installation.start().unwrap().stop_gracefully().unwrap();
}

#[test]
fn passwords_and_certificates_are_checked_in_a_private_cluster() {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let cluster = PostgresCluster::start_with_passwords(&cert.pem(), &signing_key.serialize_pem());
    let mut psql = Command::new("psql");
    psql.envs(cluster.environment())
        .args(["--quiet", "--dbname=postgres", "--command"]);
    let sql = format!(
        "CREATE ROLE appkeep LOGIN PASSWORD '{PASSWORD}'; CREATE SCHEMA appkeep AUTHORIZATION appkeep"
    );
    assert!(psql.arg(sql).status().unwrap().success());

    let address = cluster.address();
    let right = format!("postgres://appkeep:{PASSWORD}@{address}/postgres");
    let installation = selected(&format!("postgres://appkeep:{PASSWORD}-wrong@{address}/postgres"));
    let failed = format!("failed to open the PostgreSQL database postgres on {address}: ");
    assert_eq!(
        not_started(&installation),
        format!("{failed}the store failed: password authentication failed for user \"appkeep\"")
    );

    let trusted = installation.path().join("db-ca.pem");
    fs::write(&trusted, cert.pem()).unwrap();
    let CertifiedKey { cert: other, .. } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(installation.path().join("other-ca.pem"), other.pem()).unwrap();
    let verified = |file: &str| {
        let file = installation.path().join(file);
        format!(
            "url = \"{right}?sslmode=verify-full&sslrootcert={}\"",
            file.display()
        )
    };
    select(&installation, &verified("other-ca.pem"));
    let untrusted = not_started(&installation);
    assert!(untrusted.starts_with(&failed), "{untrusted}");
    assert!(untrusted.contains("certificate"), "{untrusted}");
    select(&installation, &verified("missing.pem"));
    let missing = not_started(&installation);
    assert!(missing.starts_with(&failed), "{missing}");
    select(&installation, &verified("db-ca.pem"));
    installation.start().unwrap().stop_gracefully().unwrap();
}

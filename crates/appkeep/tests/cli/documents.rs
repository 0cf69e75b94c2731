//! Checks that the commands in README.md and docs/ work as written.
//!
//! All `sh` blocks of a document run in one shell, in order, except those whose first line says `sh ignore`.
//! A block that begins with `toml appkeep.toml` replaces the configuration, which otherwise is the README's. `toml wiki.toml`
//! is a part of a configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use appkeep_launcher::PostgresCluster;
use appkeep_s3_server::{ACCESS_KEY, S3Server, SECRET_KEY};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

/// Defines the commands of the documents. A server runs in the background, and a new one replaces it, as if in a new
/// terminal. `systemctl` controls it.
const PRELUDE: &str = r#"
binary=$0
stop() { if [ -n "${server:-}" ]; then kill "$server"; wait "$server" || true; server=; fi; }
trap 'status=$?; stop; [ $status = 0 ] || cat ./*.output >&2; for node in "${!servers[@]}"; do kill "${servers[$node]}"; done; wait' EXIT
serve() {
  stop
  unset APPKEEP_URL APPKEEP_TOKEN APPKEEP_ACCOUNT APPKEEP_CA
  exec 9< <(exec "$binary" "$@" --listen "$LISTEN")
  server=$!
  while read -r line <&9; do
    case $line in
      "appkeep is ready on "*) [[ " $* " == *" --demo "* ]] || return 0 ;;
      "export APPKEEP_TOKEN="*) demo_token=${line#*=}; return 0 ;;
    esac
  done
  return 1
}
appkeep() { if [ "$1" = serve ]; then serve "$@"; else "$binary" "$@"; fi; }
# CI runs the commands of xtask.
cargo() { case "$1 $2" in "run --") appkeep "${@:3}" ;; "xtask "*) ;; *) return 1 ;; esac; }
# Connects as the superuser of the database.
sudo() { [ "$1 $2" = "-u postgres" ] && PGHOST=$ADMIN_PGHOST PGPORT=$ADMIN_PGPORT PGUSER=$ADMIN_PGUSER "${@:3}"; }
# Machines: each has a server, a configuration, a data directory and a program of its own.
declare -A servers
on() {
  { local -; set +x; } 2> /dev/null
  local data=var/lib config=etc/appkeep program=usr/local/bin word
  words=()
  for word in "${@:2}"; do
    word=${word//"$data/appkeep"/"$data/$1"}
    word=${word//"$config/appkeep.toml"/"$config/$1.toml"}
    word=${word//"$program/appkeep"/"$program/$1"}
    words+=("${word//127.0.0.1:9480/"${operations[$1]}"}")
  done
}
ssh() {
  on "$@"
  case ${words[0]} in
    appkeep) "$binary" "${words[@]:1}" ;;
    systemctl) unit "$1" "${words[1]}" ;;
    *) "${words[@]}" ;;
  esac
}
scp() {
  on "${2%%:*}" "${2#*:}"
  if [ "$1" = appkeep ]; then ln -s "$binary" "${words[0]}"; elif ! [ "$1" -ef "${words[0]}" ]; then cp "$1" "${words[0]}"; fi
}
unit() {
  local program=usr/local/bin/$1
  case $2 in
    stop) kill "${servers[$1]}" && wait "${servers[$1]}"; unset "servers[$1]" ;;
    kill) kill -KILL "${servers[$1]}"; wait "${servers[$1]}" || true; unset "servers[$1]" ;;
    reload) kill -HUP "${servers[$1]}" ;;
    start)
      [ -e "$program" ] || program=$binary
      rm -f "$1.output"
      "$program" serve --config "etc/appkeep/$1.toml" --data "var/lib/$1" --listen "${addresses[$1]}" \
        --operations-listen "${operations[$1]}" --log info > "$1.output" 2>&1 &
      servers[$1]=$!
      # It creates and deletes files in its bucket at first.
      for line in '^appkeep is ready on ' 'bucket can be listed, written'; do
        until grep -q "$line" "$1.output"; do kill -0 "${servers[$1]}"; sleep 0.1; done
      done ;;
  esac
}
systemctl() {
  case $1 in
    stop) stop ;;
    start) serve serve --config appkeep.toml --data /var/lib/appkeep ;;
    reload) kill -HUP "$server" ;;
  esac
}
"#;

/// The initial state of the guides: a running server, and a login.
const START: &str = "
systemctl start appkeep
appkeep token create --data /var/lib/appkeep --account acme --name ci > token
appkeep login --url http://127.0.0.1:8480 --token-file token
";

/// The documents that start the server themselves.
const WITHOUT_START: [&str; 3] = ["README.md", "docs/high-availability.md", "docs/postgresql.md"];

/// The machines with a server each in the documents, at `NODE.example.com:8480`.
const NODES: [&str; 2] = ["node-1", "node-2"];

/// The PostgreSQL server in the documents: a cluster of the test, with a certificate that it trusts.
const POSTGRES_HOST: &str = "db.example.com";

/// The S3 server in the documents: one in this process. Its credentials are in `$ACCESS_KEY` and `$SECRET_KEY`.
const S3_ENDPOINT: &str = "http://127.0.0.1:9000";

/// Directories in the documents, which are created below the test's own.
const DIRECTORIES: [&str; 5] = [
    "/srv",
    "/var/backups",
    "/var/lib",
    "/etc/appkeep",
    "/usr/local/bin",
];

macro_rules! documents {
    ($($test:ident: $path:literal,)*) => {
        const DOCUMENTS: &[&str] = &[$($path),*];
        $(#[test] fn $test() { run_commands($path); })*
    };
}

documents! {
    the_commands_of_the_readme_work: "README.md",
    the_commands_of_api_quirks_work: "docs/api-quirks.md",
    the_commands_of_backup_and_recovery_work_with_restic: "docs/backup-and-recovery.md",
    the_commands_of_benchmarks_work: "docs/benchmarks.md",
    the_commands_of_breaking_changes_work: "docs/breaking-changes.md",
    the_commands_of_checking_a_server_work: "docs/checking-a-server.md",
    the_commands_of_configuration_work: "docs/configuration.md",
    the_commands_of_development_work: "docs/development.md",
    the_commands_of_high_availability_work_with_a_private_cluster: "docs/high-availability.md",
    the_commands_of_install_work: "docs/install.md",
    the_commands_of_operations_work: "docs/operations.md",
    the_commands_of_other_languages_work: "docs/other-languages.md",
    the_commands_of_postgresql_work_with_a_private_cluster: "docs/postgresql.md",
    the_commands_of_s3_work_with_restic: "docs/s3.md",
    the_commands_of_schedules_and_retention_work: "docs/schedules-and-retention.md",
    the_commands_of_snapshots_and_hooks_work: "docs/snapshots-and-hooks.md",
    the_commands_of_testing_work: "docs/testing.md",
}

#[test]
fn every_guide_is_tested() {
    let guides = fs::read_dir(root().join("docs")).unwrap();
    let guides = guides.map(|guide| guide.unwrap().path());
    for guide in guides.filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let path = guide.strip_prefix(root()).unwrap().to_str().unwrap();
        assert!(DOCUMENTS.contains(&path), "{path}");
    }
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the workspace's root")
}

/// Returns the contents of a document's fenced blocks with this first line.
fn blocks(document: &str, info: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        let Some(found) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        if found == info {
            blocks.push(block.join("\n"));
        }
    }
    blocks
}

/// Starts the PostgreSQL server, whose certificate is `/etc/appkeep/db-ca.pem` in the documents.
fn postgres(dir: &TempDir) -> PostgresCluster {
    let certified = generate_simple_self_signed(["127.0.0.1".to_owned()]);
    let CertifiedKey { cert, signing_key } = certified.expect("a certificate");
    let config = dir.path().join("etc/appkeep");
    fs::create_dir_all(&config).expect("a directory");
    fs::write(config.join("db-ca.pem"), cert.pem()).expect("a file");
    PostgresCluster::start_with_passwords(&cert.pem(), &signing_key.serialize_pem())
}

fn run_commands(path: &str) {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("a document");
    let document = read(path);
    let commands = blocks(&document, "sh").join("\n");
    if commands.is_empty() {
        return;
    }
    let dir = TempDir::with_prefix("appkeep-documents-").expect("a temporary directory");
    // A loopback address of its own, because the documents use the default port.
    let [_, high, middle, low] = process::id().to_be_bytes();
    let index = DOCUMENTS.iter().position(|document| *document == path);
    let listen = format!(
        "127.{}.{middle}.{low}:{}",
        128 + high % 64,
        8480 + index.unwrap_or_default()
    );
    let s3 = document.contains(S3_ENDPOINT).then(S3Server::start);
    let s3_url = s3.as_ref().map(S3Server::url).unwrap_or_default();
    if let Some(s3) = &s3 {
        s3.create_bucket("acme-backups");
        let credentials = format!("access_key = {ACCESS_KEY}\nsecret_key = {SECRET_KEY}\n");
        fs::create_dir_all(dir.path().join("etc/appkeep")).expect("a directory");
        fs::write(dir.path().join("etc/appkeep/offsite.credentials"), credentials).expect("a file");
    }
    let postgres = document.contains(POSTGRES_HOST).then(|| postgres(&dir));
    let postgres_address = postgres
        .as_ref()
        .map(PostgresCluster::address)
        .unwrap_or_default();
    let admin = postgres.iter().flat_map(PostgresCluster::environment);
    let (host, port) = listen.split_once(':').expect("a host and a port");
    let port: u16 = port.parse().expect("a port");
    let arrays: String = [("addresses", 100), ("operations", 200)]
        .map(|(name, base)| {
            let of_node = |(node, number): (&str, u16)| format!("[{node}]={host}:{} ", port + base + number);
            let values: String = NODES.into_iter().zip(0..).map(of_node).collect();
            format!("declare -A {name}=({values})\n")
        })
        .concat();
    let adapt = |text: &str| {
        let text = NODES
            .into_iter()
            .zip(100..)
            .fold(text.to_owned(), |text, (node, offset)| {
                text.replace(
                    &format!("{node}.example.com:8480"),
                    &format!("{host}:{}", port + offset),
                )
            });
        let text = text
            .replace("127.0.0.1:8480", &listen)
            .replace(S3_ENDPOINT, &s3_url)
            .replace(&format!("{POSTGRES_HOST}:5432"), &postgres_address)
            .replace(POSTGRES_HOST, &postgres_address)
            .replace("appkeep_…", "$demo_token");
        DIRECTORIES.iter().fold(text, |text, directory| {
            text.replace(directory, &format!("{}{directory}", dir.path().display()))
        })
    };
    for directory in [
        "srv/shop/database",
        "srv/shop/media",
        "var/backups/appkeep",
        "var/lib",
        "etc/appkeep",
        "usr/local/bin",
        "srv/wiki",
    ] {
        fs::create_dir_all(dir.path().join(directory)).expect("a directory");
    }
    fs::write(dir.path().join("srv/shop/database/orders"), "one\ntwo\n").expect("a file");
    fs::write(dir.path().join("srv/wiki/index"), "= Wiki\n").expect("a file");
    for (name, default) in [("appkeep.toml", "README.md"), ("wiki.toml", path)] {
        let in_document = |path| blocks(&read(path), &format!("toml {name}")).pop();
        if let Some(content) = in_document(path).or_else(|| in_document(default)) {
            fs::write(dir.path().join(name), adapt(&content) + "\n").expect("a configuration");
        }
    }

    let start = if WITHOUT_START.contains(&path) { "" } else { START };
    let script = [&arrays, PRELUDE, start, &commands].join("\n");
    let output = Command::new("bash")
        .args(["-eux", "-o", "pipefail", "-c", &adapt(&script)])
        .arg(env!("CARGO_BIN_EXE_appkeep"))
        .current_dir(dir.path())
        .env("LISTEN", &listen)
        .envs([
            ("TMPDIR", dir.path()),
            ("HOME", dir.path()),
            ("XDG_CONFIG_HOME", dir.path()),
        ])
        .env("no_proxy", "*")
        .envs([("ACCESS_KEY", ACCESS_KEY), ("SECRET_KEY", SECRET_KEY)])
        .envs(admin.map(|(name, value)| (format!("ADMIN_{name}"), value)))
        .output()
        .expect("bash runs");
    assert!(
        output.status.success(),
        "{path}: {}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

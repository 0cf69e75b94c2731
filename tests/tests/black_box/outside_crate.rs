//! A crate outside of this workspace that uses the client.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use appkeep_tests::TestServer;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

/// The time that cargo may take. The first run compiles all dependencies of the client.
const CARGO_MAX: Duration = Duration::from_mins(15);

const PACKAGE: &str = "outside-crate";

const MAIN: &str = r#"
use std::env::var;

use appkeep_client::Client;
use futures::TryStreamExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder(var("APPKEEP_URL")?).token(var("APPKEEP_TOKEN")?).build()?;
    let account = var("APPKEEP_ACCOUNT")?.parse()?;
    let mut backups = std::pin::pin!(client.backups(account, None).stream());
    while let Some(backup) = backups.try_next().await? {
        println!("{} {} {}", backup.id, backup.state, backup.name);
    }
    Ok(())
}
"#;

/// Writes the crate; the lockfile is this workspace's, so that nothing else has to be downloaded.
fn write_crate(dir: &Path) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace's root");
    let client = workspace.join("crates/appkeep-client");
    let client = client.display();
    let manifest = format!(
        r#"
[workspace]

[package]
name = "{PACKAGE}"
edition = "2024"

[dependencies]
appkeep-client = {{ path = '{client}' }}
futures = "0.3"
tokio = {{ version = "1", features = ["macros", "rt"] }}

[profile.dev]
debug = false
incremental = false
"#
    );
    std::fs::create_dir(dir.join("src")).expect("a directory for the source");
    std::fs::write(dir.join("Cargo.toml"), manifest).expect("a manifest");
    std::fs::write(dir.join("src/main.rs"), MAIN).expect("a source");
    std::fs::copy(workspace.join("Cargo.lock"), dir.join("Cargo.lock")).expect("a lockfile");
}

/// Runs cargo in the crate and returns its output on stdout.
async fn cargo(dir: &Path, args: &[&str], variables: &[(&str, &str)]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(args)
        .arg("--offline")
        .current_dir(dir)
        .kill_on_drop(true);
    // A shared directory for every run, so that only the first one is slow.
    cargo.env(
        "CARGO_TARGET_DIR",
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(PACKAGE),
    );
    cargo.envs(variables.iter().copied()).stdin(Stdio::null());
    let output = tokio::time::timeout(CARGO_MAX, cargo.output()).await;
    let output = output.unwrap_or_else(|_| panic!("cargo {args:?} took more than {CARGO_MAX:?}"));
    let output = output.expect("cargo can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {args:?}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}

#[tokio::test]
async fn external_crates_can_list_backups() {
    let server = TestServer::start().await;
    let api = server.api().await;
    let backup = api
        .create_backup(server.app("acme", "shop"), &json!({"name": "seen-from-outside"}))
        .await;
    let dir = TempDir::with_prefix("appkeep-outside-").unwrap();
    write_crate(dir.path());

    // The crate's path differs each time, and the output of earlier runs would pile up.
    cargo(dir.path(), &["clean", "--quiet", "--package", PACKAGE], &[]).await;
    let account = server.account("acme").to_string();
    let variables = [
        ("APPKEEP_URL", api.url()),
        ("APPKEEP_TOKEN", api.token()),
        ("APPKEEP_ACCOUNT", &account),
    ];
    let printed = cargo(dir.path(), &["run", "--quiet"], &variables).await;

    let words: Vec<&str> = printed.split_whitespace().collect();
    let [id, _state, name] = words[..] else {
        panic!("one backup, and not: {printed}")
    };
    assert_eq!((id, name), (backup["id"].as_str().unwrap(), "seen-from-outside"));
}

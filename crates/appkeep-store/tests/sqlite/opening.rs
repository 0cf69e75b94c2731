use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use appkeep_core::store::{Store, StoreError};
use appkeep_store::SqliteStore;
use rusqlite::Connection;
use tokio::task::JoinSet;

/// A plain connection, independent of the store.
pub(crate) fn raw(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

/// The environment variable with the path of the database that a child process opens.
const CHILD_PATH: &str = "APPKEEP_STORE_TEST_CHILD_PATH";

#[tokio::test]
async fn reopening_keeps_the_schema() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    for _ in 0..3 {
        let store = SqliteStore::open(&path).await.unwrap();
        assert_eq!(store.list_accounts().await.unwrap(), []);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_openings_at_once_all_succeed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    let mut openings = JoinSet::new();
    for _ in 0..8 {
        let path = path.clone();
        openings.spawn(async move {
            let store = SqliteStore::open(path).await.unwrap();
            store.begin().await.unwrap().commit().await.unwrap();
            store.close().await;
        });
    }
    openings.join_all().await;
}

#[tokio::test]
async fn four_processes_that_open_at_once_all_succeed() {
    if let Some(path) = std::env::var_os(CHILD_PATH) {
        // This is one of the four child processes: the test starts itself.
        return open_and_use(path).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    let children: Vec<_> = (0..4)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    "opening::four_processes_that_open_at_once_all_succeed",
                    "--test-threads=1",
                ])
                .env(CHILD_PATH, &path)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
        assert!(said.contains("1 passed"), "{said}");
    }
}

/// The work of each child process.
async fn open_and_use(path: std::ffi::OsString) {
    let store = SqliteStore::open(path).await.unwrap();
    store.begin().await.unwrap().commit().await.unwrap();
    store.list_accounts().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn an_existing_file_keeps_its_mode() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    SqliteStore::open(&path).await.unwrap().close().await;
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );
}

#[tokio::test]
async fn newer_schema_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    raw(&path)
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (4711, 'later', TRUE, x'00', 0)",
            [],
        )
        .unwrap();
    let refused = SqliteStore::open(&path).await.unwrap_err().to_string();
    assert!(refused.contains("newer version of appkeep"), "{refused}");
    assert!(refused.contains("4711"), "{refused}");
}

#[tokio::test]
async fn schema_with_changed_migrations_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    raw(&path)
        .execute(
            "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 2",
            [],
        )
        .unwrap();
    let refused = SqliteStore::open(&path).await.unwrap_err().to_string();
    assert!(refused.contains("0002_create_tokens"), "{refused}");
}

#[tokio::test]
async fn non_database_file_is_refused_and_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    let text = "this is a user's precious text file\n".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let refused = SqliteStore::open(&path).await.unwrap_err();
    assert!(matches!(refused, StoreError::Broken(_)), "{refused}");
    assert!(refused.to_string().contains("appkeep.db"), "{refused}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn error_names_a_missing_directory() {
    let dir = tempfile::tempdir().unwrap();
    let refused = SqliteStore::open(dir.path().join("nowhere/appkeep.db"))
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("nowhere/appkeep.db"), "{refused}");
}

//! Keys, and whether they match their repositories.

use std::fs;

use appkeep_core::engine::EngineError;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::workbench::{Workbench, noise};

async fn backed_up() -> Workbench {
    with_backup(Workbench::new()).await
}

async fn with_backup(workbench: Workbench) -> Workbench {
    fs::write(workbench.data().join("file"), noise(1, 100_000)).unwrap();
    workbench.back_up(1).await;
    workbench.create_snapshot(2).await.unwrap();
    workbench
}

/// The content of the key file, which changes with each write.
fn key_file(workbench: &Workbench) -> Vec<u8> {
    fs::read(workbench.key_file()).unwrap()
}

/// All files of the repository with their content.
fn all_stored(workbench: &Workbench) -> Vec<(String, Vec<u8>)> {
    let files = walkdir::WalkDir::new(workbench.repository())
        .sort_by_file_name()
        .into_iter();
    let files = files
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file());
    files
        .map(|file| (file.path().display().to_string(), fs::read(file.path()).unwrap()))
        .collect()
}

#[track_caller]
fn assert_key(outcome: Result<impl std::fmt::Debug, EngineError>, expected: &str) {
    match outcome {
        Err(EngineError::Key(reason)) => assert_eq!(reason, expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_lost_key_is_reported_and_the_repository_unchanged() {
    let workbench = backed_up().await;
    fs::remove_file(workbench.key_file()).unwrap();
    let before = all_stored(&workbench);
    let name = format!("keys/{}/{}.json", workbench.bucket.id, workbench.app_id);
    let expected = format!("bucket main has a repository of this app, but {name} is missing");
    assert_key(workbench.copy(2, 2).await, &expected);
    assert_key(workbench.delete(1).await, &expected);
    assert!(!workbench.key_file().exists());
    assert!(before == all_stored(&workbench));
}

#[tokio::test]
async fn a_wrong_key_is_reported_and_the_repository_unchanged() {
    let workbench = backed_up().await;
    let other = with_backup(Workbench::without_repository()).await;
    let clear = json!({"version": 1, "password": other.password().expose_secret()}).to_string();
    fs::write(workbench.key_file(), clear).unwrap();
    let before = all_stored(&workbench);
    let name = format!("keys/{}/{}.json", workbench.bucket.id, workbench.app_id);
    let expected = format!("{name} does not match this app's repository in bucket main");
    assert_key(workbench.copy(2, 2).await, &expected);
    assert_key(workbench.delete(1).await, &expected);
    assert!(before == all_stored(&workbench));
    assert!(workbench.password().expose_secret() == other.password().expose_secret());
}

/// As written by earlier versions, or by hand when only the password is known.
#[tokio::test]
async fn an_unencrypted_password_suffices_and_is_encrypted() {
    let workbench = backed_up().await;
    let password = workbench.password();
    let clear = json!({"version": 1, "password": password.expose_secret()}).to_string();
    fs::write(workbench.key_file(), clear).unwrap();
    workbench.copy(2, 2).await.unwrap();
    assert!(
        !String::from_utf8(key_file(&workbench))
            .unwrap()
            .contains(password.expose_secret())
    );
    assert!(workbench.password().expose_secret() == password.expose_secret());
    workbench.delete(1).await.unwrap();
}

/// Key files are the only ones that anyone with access to the bucket can change unnoticed.
#[tokio::test]
async fn a_key_that_requires_too_much_memory_is_refused() {
    let workbench = backed_up().await;
    let clear = json!({"version": 1, "password": workbench.password().expose_secret()}).to_string();
    fs::write(workbench.key_file(), clear).unwrap();
    let mut keys = fs::read_dir(workbench.repository().join("keys")).unwrap();
    let path = keys.next().unwrap().unwrap().path();
    let key = fs::read_to_string(&path).unwrap();
    fs::write(&path, key.replace("\"N\":16,", "\"N\":1048576,")).unwrap();
    match workbench.copy(2, 2).await {
        Err(EngineError::Storage(reason)) => {
            assert!(
                reason.contains("the key requires scrypt with N=1048576, r=8, p=1"),
                "{reason}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_lost_master_key_leaves_the_repository_unchanged() {
    let workbench = backed_up().await;
    let master = workbench.root().join("data/keys/master.key");
    let aside = workbench.root().join("aside");
    fs::rename(&master, &aside).unwrap();
    let before = all_stored(&workbench);
    for outcome in [workbench.copy(2, 2).await.map(drop), workbench.delete(1).await] {
        match outcome {
            Err(EngineError::Key(reason)) => {
                assert!(reason.contains("but keys/master.key is missing"), "{reason}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(!master.exists());
    assert!(before == all_stored(&workbench));
    fs::rename(&aside, &master).unwrap();
    workbench.copy(2, 2).await.unwrap();
}

#[tokio::test]
async fn a_deleted_repository_is_created_again_with_the_same_key() {
    let workbench = backed_up().await;
    let key = key_file(&workbench);
    fs::remove_dir_all(workbench.repository()).unwrap();
    workbench.delete(1).await.unwrap();
    assert!(!workbench.repository().exists());
    workbench.copy(2, 2).await.unwrap();
    assert!(key_file(&workbench) == key);
}

#[tokio::test]
async fn no_repository_is_created_over_the_remains_of_another() {
    let workbench = backed_up().await;
    fs::remove_file(workbench.repository().join("config")).unwrap();
    let before = all_stored(&workbench);
    for outcome in [workbench.copy(2, 2).await.map(drop), workbench.delete(1).await] {
        match outcome {
            Err(EngineError::Broken(reason)) => {
                assert!(
                    reason.starts_with("the repository's config is missing, but "),
                    "{reason}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(before == all_stored(&workbench));
}

/// The remains of a process that was killed while it created a repository.
#[tokio::test]
async fn an_interrupted_repository_creation_is_continued() {
    let workbench = backed_up().await;
    let key = key_file(&workbench);
    let repository = workbench.repository();

    // Killed after the config and before the password were written.
    fs::remove_dir_all(repository.join("keys")).unwrap();
    fs::create_dir(repository.join("keys")).unwrap();
    workbench.copy(2, 2).await.unwrap();
    assert_eq!(workbench.stored("keys").0, 1);

    // Killed before the config was written, with some directories created.
    fs::remove_dir_all(&repository).unwrap();
    fs::create_dir_all(repository.join("data/00")).unwrap();
    workbench.copy(3, 2).await.unwrap();
    assert_eq!(workbench.stored("snapshots").0, 1);
    assert!(key_file(&workbench) == key);
}

use uuid::Uuid;

use super::*;

fn ids() -> (BucketId, AppId) {
    (BucketId::new(Uuid::from_u128(1)), AppId::new(Uuid::from_u128(2)))
}

fn name_of(bucket_id: BucketId, app_id: AppId) -> String {
    format!("keys/{bucket_id}/{app_id}.json")
}

fn key_store() -> (tempfile::TempDir, KeyStore) {
    let dir = tempfile::tempdir().unwrap();
    let keys = KeyStore::new(dir.path());
    (dir, keys)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[track_caller]
fn reason<T>(outcome: Result<T, EngineError>) -> String {
    match outcome {
        Err(EngineError::Key(reason)) => reason,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("expected an error"),
    }
}

/// Stores `count` keys and returns their passwords.
fn stored(keys: &KeyStore, count: u128) -> Vec<((BucketId, AppId), String)> {
    (0..count)
        .map(|number| {
            let ids = (
                BucketId::new(Uuid::from_u128(number % 2)),
                AppId::new(Uuid::from_u128(number)),
            );
            let key = RepositoryKey::generate().unwrap();
            let key = keys.insert(ids.0, ids.1, key).unwrap();
            (ids, key.password.expose_secret().to_owned())
        })
        .collect()
}

#[track_caller]
fn assert_open(keys: &KeyStore, stored: &[((BucketId, AppId), String)]) {
    for ((bucket_id, app_id), password) in stored {
        let key = keys.fetch(*bucket_id, *app_id).unwrap().unwrap();
        assert!(key.password.expose_secret() == password);
        assert!(key.master_key.is_some());
    }
}

#[test]
fn stored_keys_are_encrypted_and_private() {
    let (dir, keys) = key_store();
    let (bucket, app) = ids();
    assert!(keys.fetch(bucket, app).unwrap().is_none());
    assert!(!dir.path().join("keys").exists(), "`fetch` creates nothing");

    let key = RepositoryKey::generate().unwrap();
    let key = keys.insert(bucket, app, key).unwrap();
    let fetched = keys.fetch(bucket, app).unwrap().unwrap();
    assert!(fetched.password.expose_secret() == key.password.expose_secret());
    assert_eq!(fetched.password.expose_secret().len(), 64);
    assert!(fetched.master_key.is_some());

    let path = dir.path().join(name_of(bucket, app));
    let master = dir.path().join("keys/master.key");
    for directory in ["keys".to_owned(), format!("keys/{bucket}")] {
        assert_eq!(mode(&dir.path().join(directory)), 0o700);
    }
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&master), 0o600);
    let file = fs::read_to_string(&path).unwrap();
    assert!(!file.contains(key.password.expose_secret()));
    let plain = serde_json::to_string(&key.master_key).unwrap();
    for secret in plain.split('"').filter(|word| word.len() > 10) {
        assert!(!file.contains(secret));
    }
    let own = MasterKey::from_hex(&fs::read_to_string(&master).unwrap()).unwrap();
    assert!(
        file.contains(&own.id().to_string()),
        "the file contains the id of its master key"
    );
}

#[test]
fn generated_keys_differ() {
    let one = RepositoryKey::generate().unwrap();
    let other = RepositoryKey::generate().unwrap();
    assert!(one.password.expose_secret() != other.password.expose_secret());
}

#[test]
fn errors_about_invalid_key_files_contain_no_secret() {
    let (dir, keys) = key_store();
    let (bucket, app) = ids();
    stored(&keys, 1);
    keys.insert(bucket, app, RepositoryKey::generate().unwrap())
        .unwrap();
    for text in [
        r#"{"version": 1, "password": 5555}"#,
        r#"{"version": 3, "password": "x"}"#,
        r#"{"version": 2, "master_key_id": "00", "nonce": "5555", "sealed": "5555"}"#,
        "",
    ] {
        fs::write(dir.path().join(name_of(bucket, app)), text).unwrap();
        let reason = reason(keys.fetch(bucket, app));
        assert!(!reason.contains("5555"), "{reason}");
        assert!(reason.starts_with(&name_of(bucket, app)), "{reason}");
    }
    fs::write(dir.path().join(name_of(bucket, app)), "{").unwrap();
    let expected = format!("{} is not a key file (line 1)", name_of(bucket, app));
    assert_eq!(reason(keys.fetch(bucket, app)), expected);
}

#[test]
fn an_unencrypted_key_is_encrypted_on_first_use() {
    let (dir, keys) = key_store();
    let (bucket, app) = ids();
    let path = dir.path().join(name_of(bucket, app));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, r#"{"version": 1, "password": "open sesame"}"#).unwrap();
    assert!(keys.prepare().is_ok());
    assert!(keys.password(bucket, app).unwrap().expose_secret() == "open sesame");
    assert!(
        fs::read_to_string(&path).unwrap().contains("open sesame"),
        "`password` changes nothing"
    );
    assert!(keys.fetch(bucket, app).unwrap().unwrap().password.expose_secret() == "open sesame");
    assert!(!fs::read_to_string(&path).unwrap().contains("open sesame"));
    assert_eq!(mode(&path), 0o600);
    assert!(keys.fetch(bucket, app).unwrap().unwrap().password.expose_secret() == "open sesame");
}

#[test]
fn a_key_file_decrypts_only_for_its_bucket_and_app() {
    let (dir, keys) = key_store();
    let stored = stored(&keys, 3);
    let path = |number: usize| {
        let (bucket, app) = stored[number].0;
        dir.path().join(name_of(bucket, app))
    };
    // Move a key file to another app of the same bucket.
    fs::copy(path(0), path(2)).unwrap();
    let (bucket, app) = stored[2].0;
    assert!(reason(keys.fetch(bucket, app)).ends_with("is damaged, or belongs to another repository"));
    // Move it to another bucket.
    let (bucket, _) = stored[1].0;
    let (_, app) = stored[0].0;
    fs::copy(path(0), dir.path().join(name_of(bucket, app))).unwrap();
    assert!(reason(keys.fetch(bucket, app)).ends_with("is damaged, or belongs to another repository"));
    // Change one digit of the encrypted data.
    let text = fs::read_to_string(path(0)).unwrap();
    let at = text.rfind('"').unwrap() - 1;
    let digit = if &text[at..=at] == "0" { "1" } else { "0" };
    fs::write(path(0), format!("{}{digit}{}", &text[..at], &text[at + 1..])).unwrap();
    let (bucket, app) = stored[0].0;
    assert!(reason(keys.fetch(bucket, app)).ends_with("is damaged, or belongs to another repository"));
}

#[test]
fn a_lost_master_key_is_reported_and_not_replaced() {
    let (dir, keys) = key_store();
    let stored = stored(&keys, 2);
    let master = dir.path().join("keys/master.key");
    let aside = dir.path().join("aside");
    fs::rename(&master, &aside).unwrap();
    let (bucket, app) = stored[0].0;
    for reason in [
        reason(keys.prepare()),
        reason(keys.fetch(bucket, app)),
        reason(keys.insert(
            bucket,
            AppId::new(Uuid::from_u128(77)),
            RepositoryKey::generate().unwrap(),
        )),
    ] {
        assert!(
            reason.contains("but keys/master.key is missing: restore it"),
            "{reason}"
        );
    }
    assert!(!master.exists());
    fs::rename(&aside, &master).unwrap();
    assert_open(&keys, &stored);
}

#[test]
fn a_wrong_master_key_is_reported_with_both_ids() {
    let (dir, keys) = key_store();
    let stored = stored(&keys, 2);
    let right = keys.prepare().unwrap();
    let wrong = MasterKey::generate().unwrap();
    let expected = format!(
        "{} requires master key {right}, not {}",
        name_of(stored[0].0.0, stored[0].0.1),
        wrong.id()
    );
    fs::write(dir.path().join("keys/master.key"), wrong.to_hex().expose_secret()).unwrap();
    assert_eq!(reason(keys.prepare()), expected);
    assert_eq!(reason(keys.fetch(stored[0].0.0, stored[0].0.1)), expected);
    fs::write(dir.path().join("keys/master.key"), "5a5a").unwrap();
    let reason = reason(keys.prepare());
    assert!(
        reason.starts_with("keys/master.key: expected a master key of 64 hex digits"),
        "{reason}"
    );
    assert!(!reason.contains("5a5a"), "{reason}");
}

#[test]
fn a_foreign_key_file_affects_only_its_own_backups() {
    let (dir, keys) = key_store();
    let ours = stored(&keys, 1);
    let other = KeyStore::wrapped_by(dir.path(), MasterKey::generate().unwrap());
    let (bucket, app) = ids();
    other
        .insert(bucket, app, RepositoryKey::generate().unwrap())
        .unwrap();
    assert!(keys.prepare().is_ok());
    assert_open(&keys, &ours);
    assert!(reason(keys.fetch(bucket, app)).contains(" requires master key "));
}

#[test]
fn a_given_master_key_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let master = MasterKey::generate().unwrap();
    let keys = KeyStore::wrapped_by(dir.path(), master.clone());
    let stored = stored(&keys, 2);
    assert_open(&keys, &stored);
    assert!(!dir.path().join("keys/master.key").exists());
    assert_eq!(keys.prepare().unwrap(), master.id());
    assert!(reason(KeyStore::new(dir.path()).prepare()).contains("master.key is missing"));
}

#[test]
fn debug_output_contains_no_secret() {
    let (_dir, keys) = key_store();
    stored(&keys, 1);
    let master = MasterKey::from_hex(&fs::read_to_string(keys.directory.join(MASTER)).unwrap()).unwrap();
    let shown = format!("{:?}", KeyStore::wrapped_by(Path::new("/data"), master.clone()));
    assert!(!shown.contains(master.to_hex().expose_secret()));
    assert_eq!(shown, "KeyStore { directory: \"/data/keys\", .. }");
}

mod rotating {
    use super::*;

    /// Fails at the step with this number.
    fn until(number: usize) -> impl FnMut() -> Result<(), EngineError> {
        let mut steps = 0;
        move || {
            steps += 1;
            if steps > number {
                return Err(EngineError::Broken("killed".to_owned()));
            }
            Ok(())
        }
    }

    #[test]
    fn rotation_makes_the_old_master_key_useless() {
        let (dir, keys) = key_store();
        let stored = stored(&keys, 5);
        let old = keys.prepare().unwrap();
        let kept = fs::read_to_string(dir.path().join("keys/master.key")).unwrap();
        let rotation = keys.rotate(&[]).unwrap();
        assert_eq!((rotation.wrapped, rotation.kept), (5, 0));
        assert_ne!(rotation.to, old);
        assert_eq!(keys.prepare().unwrap(), rotation.to);
        assert_open(&keys, &stored);
        assert_eq!(mode(&dir.path().join("keys/master.key")), 0o600);
        assert!(!dir.path().join("keys/master.key.next").exists());
        let of_old = KeyStore::wrapped_by(dir.path(), MasterKey::from_hex(&kept).unwrap());
        fs::remove_file(dir.path().join("keys/master.key")).unwrap();
        assert!(reason(of_old.prepare()).contains(" requires master key "));
    }

    #[test]
    fn a_rotation_killed_at_any_step_is_finished_by_the_next() {
        for number in 0.. {
            let (dir, keys) = key_store();
            let stored = stored(&keys, 4);
            let old = keys.prepare().unwrap();
            match keys.rotate_by_steps(&[], &mut until(number)) {
                Ok(_) => {
                    assert_eq!(number, 6, "a new key, four files, the end");
                    return;
                }
                Err(EngineError::Broken(_)) => {}
                Err(other) => panic!("{other:?}"),
            }
            // A server is started in between.
            let server = KeyStore::new(dir.path());
            assert_eq!(server.prepare().unwrap(), old);
            assert_open(&server, &stored);
            let late = RepositoryKey::generate().unwrap();
            let (bucket, app) = ids();
            let app = AppId::new(Uuid::from_u128(app.as_uuid().as_u128() + 100));
            let late = server.insert(bucket, app, late).unwrap();

            let rotation = KeyStore::new(dir.path()).rotate(&[]).unwrap();
            assert_eq!(rotation.wrapped + rotation.kept, 5);
            assert_eq!(keys.prepare().unwrap(), rotation.to);
            assert!(!dir.path().join("keys/master.key.next").exists());
            assert_open(&keys, &stored);
            assert!(keys.password(bucket, app).unwrap().expose_secret() == late.password.expose_secret());
        }
    }

    #[test]
    fn an_unreadable_file_stops_a_rotation_before_any_change() {
        let (dir, keys) = key_store();
        let stored = stored(&keys, 3);
        let (bucket, app) = stored[1].0;
        fs::write(dir.path().join(name_of(bucket, app)), "{}").unwrap();
        let before = keys.prepare().unwrap();
        assert!(reason(keys.rotate(&[])).contains("is not a key file"));
        assert_eq!(keys.prepare().unwrap(), before);
        assert!(!dir.path().join("keys/master.key.next").exists());
    }

    #[test]
    fn rotation_works_from_and_to_given_master_keys() {
        let (dir, own) = key_store();
        let stored = stored(&own, 3);
        let (one, two) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
        let first = KeyStore::wrapped_by(dir.path(), one.clone());
        // Killed midway: with the vault's key and the server's own, everything is readable.
        assert!(first.rotate_by_steps(&[], &mut until(2)).is_err());
        assert_open(&first, &stored);
        assert_open(&own, &stored[1..2]);
        let rotation = first.rotate(&[]).unwrap();
        assert_eq!((rotation.wrapped, rotation.kept, rotation.to), (1, 2, one.id()));
        assert!(!dir.path().join("keys/master.key").exists());
        assert_open(&first, &stored);

        let second = KeyStore::wrapped_by(dir.path(), two.clone());
        assert!(reason(second.rotate(&[])).contains(&format!(
            "requires master key {}, not {}",
            one.id(),
            two.id()
        )));
        assert_eq!(second.rotate(&[one]).unwrap().wrapped, 3);
        assert_open(&second, &stored);

        for number in 0..3 {
            assert!(
                own.rotate_by_steps(std::slice::from_ref(&two), &mut until(number))
                    .is_err()
            );
            if number > 0 {
                assert!(reason(own.prepare()).contains("run `appkeep key rotate` again"));
            }
        }
        own.rotate(&[two]).unwrap();
        assert_open(&own, &stored);
    }

    #[test]
    fn rotation_encrypts_unencrypted_keys() {
        let (dir, keys) = key_store();
        let (bucket, app) = ids();
        let path = dir.path().join(name_of(bucket, app));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, r#"{"version": 1, "password": "open sesame"}"#).unwrap();
        assert_eq!(keys.rotate(&[]).unwrap().wrapped, 1);
        assert!(!fs::read_to_string(&path).unwrap().contains("open sesame"));
        assert!(keys.password(bucket, app).unwrap().expose_secret() == "open sesame");
    }
}

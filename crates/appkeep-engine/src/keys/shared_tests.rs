//! Keys in a database that several servers share.

use std::collections::BTreeMap;

use appkeep_core::store::StoreError;
use async_trait::async_trait;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::*;

/// A database in memory.
#[derive(Default)]
struct Database {
    keys: Mutex<BTreeMap<(BucketId, AppId), Vec<u8>>>,
    /// Fails the next replacement, as if another server had changed a key.
    is_contended: Mutex<bool>,
}

#[async_trait]
impl RepositoryKeys for Database {
    async fn list_keys(&self) -> Result<Vec<(BucketId, AppId)>, StoreError> {
        Ok(failure::lock(&self.keys).keys().copied().collect())
    }

    async fn list_keys_of_bucket(&self, bucket_id: BucketId) -> Result<Vec<AppId>, StoreError> {
        let all = self.list_keys().await?.into_iter();
        Ok(all.filter(|key| key.0 == bucket_id).map(|key| key.1).collect())
    }

    async fn fetch_key(&self, bucket_id: BucketId, app_id: AppId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(failure::lock(&self.keys).get(&(bucket_id, app_id)).cloned())
    }

    async fn insert_key(
        &self,
        bucket_id: BucketId,
        app_id: AppId,
        content: &[u8],
    ) -> Result<bool, StoreError> {
        let mut keys = failure::lock(&self.keys);
        let is_new = !keys.contains_key(&(bucket_id, app_id));
        keys.entry((bucket_id, app_id))
            .or_insert_with(|| content.to_vec());
        Ok(is_new)
    }

    async fn replace_keys(&self, changes: &[KeyChange]) -> Result<bool, StoreError> {
        let mut keys = failure::lock(&self.keys);
        let is_expected =
            |change: &KeyChange| keys.get(&(change.bucket_id, change.app_id)) == Some(&change.from);
        if std::mem::take(&mut *failure::lock(&self.is_contended)) || !changes.iter().all(is_expected) {
            return Ok(false);
        }
        for change in changes {
            keys.insert((change.bucket_id, change.app_id), change.to.clone());
        }
        Ok(true)
    }
}

/// Servers with a data directory each, the same master key and one database.
struct Servers {
    runtime: Runtime,
    database: Arc<Database>,
    master: MasterKey,
    dirs: [tempfile::TempDir; 2],
}

impl Servers {
    fn new() -> Self {
        Self {
            runtime: Runtime::new().unwrap(),
            database: Arc::default(),
            master: MasterKey::generate().unwrap(),
            dirs: [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()],
        }
    }

    fn keys_with(&self, server: usize, master: &MasterKey) -> KeyStore {
        let _entered = self.runtime.enter();
        KeyStore::wrapped_by(self.dirs[server].path(), master.clone()).in_database(self.database.clone())
    }

    fn keys(&self, server: usize) -> KeyStore {
        self.keys_with(server, &self.master)
    }
}

fn ids(number: u128) -> (BucketId, AppId) {
    (
        BucketId::new(Uuid::from_u128(number % 2)),
        AppId::new(Uuid::from_u128(number)),
    )
}

fn password(keys: &KeyStore, (bucket_id, app_id): (BucketId, AppId)) -> String {
    let password = keys.password(bucket_id, app_id).unwrap();
    password.expose_secret().to_owned()
}

#[test]
fn of_two_servers_that_create_a_key_both_use_the_first() {
    let servers = Servers::new();
    let (one, two) = (servers.keys(0), servers.keys(1));
    let (bucket_id, app_id) = ids(1);
    assert!(one.fetch(bucket_id, app_id).unwrap().is_none());
    let first = one
        .insert(bucket_id, app_id, RepositoryKey::generate().unwrap())
        .unwrap();
    let second = two
        .insert(bucket_id, app_id, RepositoryKey::generate().unwrap())
        .unwrap();
    assert!(first.password.expose_secret() == second.password.expose_secret());
    assert!(password(&two, ids(1)) == first.password.expose_secret());
    assert_eq!(two.list().unwrap(), [ids(1)]);
    assert_eq!(two.apps_of(bucket_id).unwrap(), [app_id]);
    assert_eq!(two.apps_of(BucketId::new(Uuid::from_u128(9))).unwrap(), []);
    for dir in &servers.dirs {
        let copies = KeyStore::wrapped_by(dir.path(), servers.master.clone());
        let copy = password(&copies, ids(1));
        assert!(
            copy == first.password.expose_secret(),
            "each data directory has a copy"
        );
    }
}

#[test]
fn a_key_is_replaced_only_by_the_same_key_and_only_if_unchanged() {
    let servers = Servers::new();
    let keys = servers.keys(0);
    let (bucket_id, app_id) = ids(1);
    let key = RepositoryKey::generate().unwrap();
    let missing = keys.store(bucket_id, app_id, &key);
    assert!(matches!(missing, Err(EngineError::Busy(_))), "{missing:?}");
    let key = keys.insert(bucket_id, app_id, key).unwrap();
    keys.store(bucket_id, app_id, &key).unwrap();
    let other = keys.store(bucket_id, app_id, &RepositoryKey::generate().unwrap());
    assert!(
        matches!(&other, Err(EngineError::Key(reason)) if reason.ends_with("is another key")),
        "{other:?}"
    );
    *failure::lock(&servers.database.is_contended) = true;
    let contended = keys.store(bucket_id, app_id, &key);
    assert!(matches!(contended, Err(EngineError::Busy(_))), "{contended:?}");
    assert!(password(&keys, ids(1)) == key.password.expose_secret());
}

#[test]
fn a_rotation_in_a_database_replaces_all_keys_or_none() {
    let servers = Servers::new();
    let keys = servers.keys(0);
    for number in 1..4 {
        let (bucket_id, app_id) = ids(number);
        keys.insert(bucket_id, app_id, RepositoryKey::generate().unwrap())
            .unwrap();
    }
    let passwords: Vec<_> = (1..4).map(|number| password(&keys, ids(number))).collect();
    let next = MasterKey::generate().unwrap();
    let rotated = servers.keys_with(0, &next);
    *failure::lock(&servers.database.is_contended) = true;
    let contended = rotated.rotate(std::slice::from_ref(&servers.master));
    assert!(matches!(contended, Err(EngineError::Busy(_))), "{contended:?}");
    assert_eq!(keys.prepare().unwrap(), servers.master.id());
    let rotation = rotated.rotate(std::slice::from_ref(&servers.master)).unwrap();
    assert_eq!((rotation.wrapped, rotation.kept), (3, 0));
    let again = rotated.rotate(std::slice::from_ref(&servers.master)).unwrap();
    assert_eq!((again.wrapped, again.kept), (0, 3));
    assert!(keys.prepare().is_err(), "the old master key is useless");
    let (bucket_id, app_id) = ids(4);
    let inserted = keys.insert(bucket_id, app_id, RepositoryKey::generate().unwrap());
    assert!(
        matches!(&inserted, Err(EngineError::Key(reason)) if reason.contains("requires master key")),
        "a server with the old master key creates no more keys"
    );
    let other = servers.keys_with(1, &next);
    assert_eq!(other.prepare().unwrap(), next.id());
    let after: Vec<_> = (1..4).map(|number| password(&other, ids(number))).collect();
    assert!(passwords == after);
}

#[test]
fn key_files_are_copied_into_the_database_once_and_stay() {
    let servers = Servers::new();
    let before = KeyStore::new(servers.dirs[0].path());
    for number in 1..4 {
        let (bucket_id, app_id) = ids(number);
        before
            .insert(bucket_id, app_id, RepositoryKey::generate().unwrap())
            .unwrap();
    }
    let damaged = servers.dirs[0].path().join(before.name_of(ids(3).0, ids(3).1));
    fs::write(&damaged, "{}").unwrap();
    let first = password(&before, ids(1));
    let keys = servers.keys(0);
    let (bucket_id, app_id) = ids(2);
    let existing = RepositoryKey::generate().unwrap();
    let different = password(&before, ids(2));
    let existing = keys.insert(bucket_id, app_id, existing).unwrap();

    assert_eq!(keys.copy_into_database().unwrap(), 1);
    assert_eq!(keys.copy_into_database().unwrap(), 0);
    assert_eq!(keys.list().unwrap().len(), 2);
    // Another server has only the configured master key.
    let other = servers.keys(1);
    assert!(password(&other, ids(1)) == first);
    assert!(password(&other, ids(2)) == existing.password.expose_secret());
    assert_eq!(before.list().unwrap().len(), 3);
    let files = servers.dirs[0].path().join("keys").join(bucket_id.to_string());
    let paths = fs::read_dir(&files).unwrap().map(|entry| entry.unwrap().path());
    let old: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "old"))
        .collect();
    assert_eq!(old.len(), 1, "only the different key was set aside: {old:?}");
    fs::rename(&old[0], files.join(format!("{app_id}.json"))).unwrap();
    assert!(password(&before, ids(2)) == different);
}

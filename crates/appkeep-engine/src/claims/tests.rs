use appkeep_core::catalog::BucketLocation;
use appkeep_core::ids::{AccountId, BucketId};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::fake_register::FakeRegister;
use crate::storage::{BucketCredentials, Storages};
use appkeep_core::server::Servers as _;

/// A bucket, and the data directories of servers.
struct Site {
    dir: TempDir,
    bucket: OpenBucket,
}

impl Site {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bucket");
        fs::create_dir(&path).unwrap();
        let bucket = Bucket {
            id: BucketId::new(Uuid::from_u128(0xb)),
            account_id: AccountId::new(Uuid::from_u128(0xac)),
            name: "main".to_owned(),
            location: BucketLocation::Directory(path),
            is_default: true,
            backups_max: 2,
            declared: true,
        };
        let never = CancellationToken::new();
        let bucket = OpenBucket::open(&bucket, &Storages::default(), &never).unwrap();
        Self { dir, bucket }
    }

    fn server(&self, data: &str) -> Claims {
        Claims::new(&self.dir.path().join(data))
    }

    async fn claims(&self) -> Vec<BucketClaim> {
        let credentials = BucketCredentials::default();
        list_claims(&self.bucket.bucket, &credentials).await.unwrap()
    }

    fn path_of(&self, server_id: Uuid) -> PathBuf {
        self.dir.path().join("bucket").join(name_of(server_id))
    }

    fn write(&self, claim: &Claim) {
        write(
            self.bucket.storage.as_ref(),
            &name_of(claim.server_id),
            claim,
            false,
        )
        .unwrap();
    }

    /// Writes the claim of a process on another machine.
    fn claim_elsewhere(&self, installation_id: Uuid) -> PathBuf {
        let claim = Claim {
            version: VERSION,
            server_id: random_id().unwrap(),
            installation_id,
            data_directory: None,
            process: Process {
                boot_id: "another".to_owned(),
                hostname: "elsewhere".to_owned(),
                ..Process::this()
            },
            time: machine::now(),
        };
        self.write(&claim);
        self.path_of(claim.server_id)
    }
}

#[track_caller]
fn refused(held: Result<(), EngineError>) -> String {
    match held {
        Err(EngineError::Busy(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bucket_is_held_by_one_process_until_released() {
    let site = Site::new();
    let first = site.server("data");
    first.acquire(&site.bucket).unwrap();
    first.acquire(&site.bucket).unwrap();
    let copy = site.server("copy");
    fs::create_dir(site.dir.path().join("copy")).unwrap();
    let id = site.dir.path().join("data").join(INSTALLATION_FILE);
    fs::copy(id, site.dir.path().join("copy").join(INSTALLATION_FILE)).unwrap();
    let reason = refused(copy.acquire(&site.bucket));
    assert!(
        reason.starts_with("bucket main is used by a copy of this server (process "),
        "{reason}"
    );
    let reason = refused(site.server("other").acquire(&site.bucket));
    assert!(
        reason.starts_with("bucket main is used by another server (process "),
        "{reason}"
    );
    assert!(reason.ends_with("appkeep bucket take-over main"), "{reason}");
    first.acquire(&site.bucket).unwrap();
    assert_eq!(site.claims().await.len(), 1);
    drop(first);
    assert_eq!(site.claims().await, []);
    copy.acquire(&site.bucket).unwrap();
}

#[test]
fn concurrent_claims_succeed_for_at_most_one_installation() {
    for _ in 0..20 {
        let site = Site::new();
        let server = site.server("data");
        let ids = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| server.own().unwrap().installation_id))
                .collect();
            let joined = threads.into_iter().map(|thread| thread.join().unwrap());
            joined.collect::<Vec<_>>()
        });
        let stored = data_directory_id(&site.dir.path().join("data")).unwrap();
        assert!(ids.iter().all(|id| *id == stored), "{ids:?}, stored is {stored}");
    }
}

#[test]
fn a_claim_of_a_local_process_that_ended_is_invalid() {
    let site = Site::new();
    let claim = Claim {
        version: VERSION,
        server_id: random_id().unwrap(),
        installation_id: random_id().unwrap(),
        data_directory: None,
        process: Process {
            start_ticks: 1,
            ..Process::this()
        },
        time: machine::now(),
    };
    site.write(&claim);
    site.server("data").acquire(&site.bucket).unwrap();
}

#[test]
fn a_claim_from_another_machine_is_valid_while_refreshed() {
    let site = Site::new();
    let mut server = site.server("data");
    let own = server.own().unwrap().installation_id;
    for installation_id in [own, Uuid::from_u128(1)] {
        let path = site.claim_elsewhere(installation_id);
        refused(server.acquire(&site.bucket));
        server.expiry.own = Duration::ZERO;
        match (server.acquire(&site.bucket), installation_id == own) {
            (Ok(()), true) => assert!(!path.exists()),
            (Err(EngineError::Busy(_)), false) => assert!(path.exists()),
            other => panic!("{other:?}"),
        }
        server.expiry = EXPIRY;
        server.release();
    }
}

/// While a bucket is unavailable, its holder can't refresh its claim.
#[test]
fn claims_do_not_expire_while_the_bucket_is_unavailable() {
    let site = Site::new();
    let path = site.claim_elsewhere(Uuid::from_u128(1));
    let mut waiting = site.server("data");
    waiting.expiry.others = Duration::from_nanos(1);
    let read_gap_max = std::mem::take(&mut waiting.read_gap_max);
    refused(waiting.acquire(&site.bucket));
    let (bucket, aside) = (site.dir.path().join("bucket"), site.dir.path().join("aside"));
    fs::rename(&bucket, &aside).unwrap();
    let unavailable = waiting.acquire(&site.bucket);
    assert!(
        matches!(unavailable, Err(EngineError::Storage(_))),
        "{unavailable:?}"
    );
    fs::rename(&aside, &bucket).unwrap();
    refused(waiting.acquire(&site.bucket));
    assert!(path.exists());
    waiting.read_gap_max = read_gap_max;
    waiting.acquire(&site.bucket).unwrap();
    assert!(!path.exists(), "it wasn't refreshed after that");
}

#[test]
fn an_unparsable_claim_is_valid_until_it_expires() {
    let site = Site::new();
    fs::write(site.path_of(Uuid::from_u128(7)), "{}").unwrap();
    let mut server = site.server("data");
    refused(server.acquire(&site.bucket));
    server.expiry.others = Duration::ZERO;
    server.acquire(&site.bucket).unwrap();
}

#[tokio::test]
async fn a_holder_notices_the_loss_of_its_claim() {
    let site = Site::new();
    let first = site.server("data");
    first.acquire(&site.bucket).unwrap();
    let claims = site.claims().await;
    let [claim] = &claims[..] else {
        panic!("{claims:?}")
    };
    assert!(claim.runs_here);
    let credentials = BucketCredentials::default();
    remove_claim(&site.bucket.bucket, &credentials, claim)
        .await
        .unwrap();
    let second = site.server("other");
    second.acquire(&site.bucket).unwrap();
    refused(first.acquire(&site.bucket));
    assert_eq!(site.claims().await.len(), 1);
    drop(second);
    first.acquire(&site.bucket).unwrap();
}

impl Site {
    /// A server of an installation with this register. Its data directory is its own.
    fn sibling(&self, server_id: u128, register: &Arc<FakeRegister>) -> Claims {
        register.see(server_id, 0);
        assert!(register.read_again());
        self.server(&format!("data-{server_id}")).with_identity(Identity {
            server_id: Uuid::from_u128(server_id),
            shared: Some(SharedInstallation {
                id: Uuid::from_u128(0x1),
                servers: Arc::clone(register) as _,
            }),
        })
    }
}

#[tokio::test]
async fn servers_of_one_database_claim_a_bucket_together() {
    let site = Site::new();
    let register = Arc::new(FakeRegister::default());
    let one = site.sibling(1, &register);
    one.acquire(&site.bucket).unwrap();
    // The first server has not read yet that there is a second one.
    register.see(2, 0);
    register.forget(2);
    let two = site.sibling(2, &register);
    register.forget(1);
    two.acquire(&site.bucket).unwrap();
    one.acquire(&site.bucket).unwrap();
    assert_eq!(site.claims().await.len(), 2);
    let reason = refused(site.server("other").acquire(&site.bucket));
    assert!(
        reason.starts_with("bucket main is used by another server"),
        "{reason}"
    );
    drop(one);
    two.acquire(&site.bucket).unwrap();
    assert_eq!(site.claims().await.len(), 1);
}

#[test]
fn a_server_that_is_not_registered_in_this_database_uses_a_copy_of_it() {
    let site = Site::new();
    let original = Arc::new(FakeRegister::default());
    let one = site.sibling(1, &original);
    one.acquire(&site.bucket).unwrap();
    let copy = site.sibling(2, &Arc::new(FakeRegister::default()));
    let reason = refused(copy.acquire(&site.bucket));
    assert!(
        reason.starts_with("bucket main is used by a copy of this server"),
        "{reason}"
    );
    one.acquire(&site.bucket).unwrap();
}

#[tokio::test]
async fn a_restored_register_does_not_make_the_original_a_sibling() {
    let site = Site::new();
    let original = Arc::new(FakeRegister::default());
    let one = site.sibling(1, &original);
    one.acquire(&site.bucket).unwrap();
    let restored = Arc::new(original.copy());
    restored.see(1, 3600);
    let mut copy = site.sibling(2, &restored);
    // Its claim may be about to be refreshed.
    refused(copy.acquire(&site.bucket));
    assert_eq!(site.claims().await.len(), 1);
    // If it was not for long enough, its server is dead; later, its claim is deleted.
    copy.silent_after = Duration::ZERO;
    copy.acquire(&site.bucket).unwrap();
    assert_eq!(site.claims().await.len(), 2);
    copy.expiry.own = Duration::ZERO;
    copy.acquire(&site.bucket).unwrap();
    assert_eq!(site.claims().await.len(), 1);
}

#[test]
fn a_server_that_was_not_seen_for_too_long_claims_nothing() {
    let site = Site::new();
    let register = Arc::new(FakeRegister::default());
    let one = site.sibling(1, &register);
    one.acquire(&site.bucket).unwrap();
    register.see(1, 20);
    assert!(register.read_again());
    let reason = refused(one.acquire(&site.bucket));
    assert!(
        reason.contains("hasn't reached the database for 20 s"),
        "{reason}"
    );
    register.clear();
    assert!(register.read_again());
    let reason = refused(one.acquire(&site.bucket));
    assert!(reason.contains("isn't registered"), "{reason}");
}

#[tokio::test]
async fn the_claim_of_a_dead_sibling_on_this_machine_is_deleted() {
    let site = Site::new();
    let register = Arc::new(FakeRegister::default());
    let one = site.sibling(1, &register);
    site.write(&Claim {
        version: VERSION,
        server_id: Uuid::from_u128(7),
        installation_id: Uuid::from_u128(0x1),
        data_directory: None,
        process: Process {
            start_ticks: 1,
            ..Process::this()
        },
        time: machine::now(),
    });
    register.see(7, 0);
    assert!(register.read_again());
    one.acquire(&site.bucket).unwrap();
    assert_eq!(site.claims().await.len(), 1);
}

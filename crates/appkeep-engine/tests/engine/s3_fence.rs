//! An S3 server that is slow until another server may take over this one's work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use appkeep_core::engine::EngineError;
use appkeep_core::lease;
use appkeep_core::server::Servers;
use appkeep_engine::{Identity, SharedInstallation};
use appkeep_s3_server::{Fault, Matching, Operation};
use uuid::Uuid;

use crate::s3_target::{BUCKET, S3Target};
use crate::workbench::Workbench;

/// A register of this server, whose heartbeat is in time or late.
#[derive(Debug, Default)]
struct Register {
    is_late: AtomicBool,
}

impl Servers for Register {
    fn unseen_for(&self, _: Uuid) -> Option<Duration> {
        Some(if self.is_late.load(Ordering::SeqCst) {
            lease::fenced_after()
        } else {
            Duration::ZERO
        })
    }

    fn lapses(&self) -> u64 {
        0
    }

    fn read_again(&self) -> bool {
        true
    }
}

/// Without a fence, a write may take as long as the timeouts and retries of the bucket permit.
#[tokio::test(flavor = "multi_thread")]
async fn writes_in_progress_end_when_the_server_is_fenced() {
    for part in ["/data/", "/index/"] {
        let target = S3Target::in_process();
        let mut workbench = Workbench::on_s3(&target);
        let register = Arc::new(Register::default());
        workbench.engine = workbench.s3_engine(&target, "data").with_identity(Identity {
            server_id: Uuid::from_u128(1),
            shared: Some(SharedInstallation {
                id: Uuid::from_u128(2),
                servers: Arc::clone(&register) as _,
            }),
        });
        workbench.write_files(4, 200_000);
        workbench.create_snapshot(1).await.unwrap();
        let writes = Matching::operations(&[Operation::Put]).containing(part);
        let slow = target.server().inject(Fault::Hang, writes);
        let late = Arc::clone(&register);
        let fence = tokio::task::spawn_blocking(move || {
            slow.wait_for(1);
            late.is_late.store(true, Ordering::SeqCst);
        });
        let copied = workbench.copy(1, 1).await;
        fence.await.unwrap();
        assert!(
            matches!(&copied, Err(EngineError::Busy(reason)) if reason.contains("hasn't reached the database")),
            "{part}: {copied:?}"
        );
        let stored = target.server().keys(BUCKET);
        assert!(!stored.iter().any(|key| key.contains(part)), "{part}: {stored:?}");
    }
}

//! Concurrent readers and writers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use appkeep_core::app_snapshot::AppSnapshot;
use appkeep_core::listing::Listed;
use appkeep_core::store::{ListFilter, Page, Store, StoreError};
use appkeep_store::SqliteStore;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::opening::raw;
use crate::sole_server::{job, queue};

const ROWS: &str = "\
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000) \
    INSERT INTO app_snaps (id, account_id, app_id, name, state, state_unready, hook_state_details, labels, \
    created_micros, modified_micros, created_by, generation) \
    SELECT printf('00000000-0000-0000-0001-%012x', n), ?1, ?1, 'snapshot-' || n, 'completed', '[]', '[]', '[]', n, n, ?1, \
    0 FROM numbers";

/// Reads the whole list; returns the number of rows.
async fn read_list(store: &SqliteStore, filter: &ListFilter) -> usize {
    let (mut count, mut after) = (0, None);
    loop {
        let page = Page {
            after,
            rows_max: 200,
            bytes_max: usize::MAX,
        };
        let found = match AppSnapshot::page(store, filter, &page).await {
            // Hundreds of readers may wait for too long.
            Err(StoreError::Unavailable(reason)) if reason == "every connection is in use" => continue,
            found => found.unwrap(),
        };
        count += found.rows.len();
        let Some(last) = found.rows.last().filter(|_| found.has_more) else {
            return count;
        };
        after = Some(last.position());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_and_lookups_succeed_while_hundreds_read_lists() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let account = Uuid::from_u128(1);
    let raw = raw(&path);
    raw.pragma_update(None, "foreign_keys", false).unwrap();
    raw.execute(ROWS, [account.to_string()]).unwrap();

    let filter = ListFilter {
        account_id: account.into(),
        app_id: None,
    };
    let stop = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..300 {
        let (store, stop) = (store.clone(), stop.clone());
        readers.spawn(async move {
            // Each reads at least one list.
            loop {
                assert_eq!(read_list(&store, &filter).await, 2000);
                if stop.load(Ordering::SeqCst) {
                    break;
                }
            }
        });
    }
    // A call that waits for a connection for more than 5 s fails.
    for n in 1..=50 {
        queue(&store, [job(n)]).await;
        store.fetch_account(account.into()).await.unwrap();
    }
    stop.store(true, Ordering::SeqCst);
    while let Some(ended) = readers.join_next().await {
        ended.unwrap();
    }
}

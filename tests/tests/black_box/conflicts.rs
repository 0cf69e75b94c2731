//! Operations whose transactions conflict with concurrent ones.
//!
//! Transactions in the background conflict too, and they run at any time. So either all transactions conflict, or fewer
//! than an operation withstands.

use appkeep_core::store::TRANSACTION_RUNS_MAX;
use appkeep_tests::Builder;
use serde_json::json;

#[tokio::test]
async fn conflicting_transactions_are_retried_up_to_the_limit() {
    let server = Builder::new().workers(0).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let faults = server.server().storage_faults();
    let snap = json!({"type": "application/astra-appSnap", "version": "1.2", "name": "one"});
    let list = async || api.get(&api.app_snaps(app)).await.json()["items"].clone();

    faults.set_conflicts(u32::MAX);
    let refused = api.post(&api.app_snaps(app), &snap).await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.violations("app_snap_create_for_app"), [""; 0]);
    assert_eq!(list().await, json!([]));

    faults.set_conflicts(TRANSACTION_RUNS_MAX - 1);
    let created = api.post(&api.app_snaps(app), &snap).await;
    assert_eq!(created.status, 201);
    assert_eq!(list().await.as_array().map(Vec::len), Some(1));

    let path = format!(
        "{}/{}",
        api.app_snaps(app),
        created.json()["id"].as_str().expect("an id")
    );
    faults.set_conflicts(u32::MAX);
    assert_eq!(api.delete(&path).await.status, 503);
    faults.set_conflicts(TRANSACTION_RUNS_MAX - 1);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(list().await, json!([]));
}

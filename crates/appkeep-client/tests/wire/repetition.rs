//! Repeated requests: after transient errors, and while waiting for a backup.

use super::*;

fn patient(server: &MockServer) -> Client {
    Client::builder(server.uri()).token("hunter2").build().unwrap()
}

fn busy(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

#[tokio::test]
async fn transient_errors_are_repeated() {
    let responses = vec![
        busy(503).insert_header("retry-after", "0"),
        busy(429),
        ok(backup("a")),
    ];
    let server = serve(responses).await;
    let fetched = patient(&server).app_backup_fetch(ACCOUNT, BACKUP).await.unwrap();
    assert_eq!(fetched.name, "a");
    assert_eq!(requests(&server).await.len(), 3);
}

#[tokio::test]
async fn creations_and_permanent_errors_are_not_repeated() {
    let server = serve(vec![busy(503), busy(500), busy(404)]).await;
    let client = patient(&server);
    let request = AppBackupCreate::default();
    for status in [503, 500] {
        let created = client.app_backup_create_for_app(ACCOUNT, APP, &request).await;
        assert_eq!(created.unwrap_err().status().unwrap(), status);
    }
    let fetched = client.app_backup_fetch(ACCOUNT, BACKUP).await;
    assert_eq!(fetched.unwrap_err().status().unwrap(), 404);
    assert_eq!(requests(&server).await.len(), 3);
}

#[tokio::test]
async fn long_waits_that_a_server_requests_are_left_to_the_caller() {
    let server = serve(vec![busy(503).insert_header("retry-after", "3600")]).await;
    let error = patient(&server)
        .app_backup_fetch(ACCOUNT, BACKUP)
        .await
        .unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_hours(1)));
    assert_eq!(requests(&server).await.len(), 1);
}

fn in_state(state: &str) -> ResponseTemplate {
    let mut backup = backup("a");
    backup["state"] = json!(state);
    ok(backup)
}

#[tokio::test]
async fn waiting_ends_with_every_final_state() {
    for state in ["completed", "failed", "removed", "unknown"] {
        let server = serve(vec![in_state("running"), in_state(state)]).await;
        let done = client(&server).wait_until_done(ACCOUNT, BACKUP).await.unwrap();
        assert_eq!(done.state.to_string(), state);
    }
    let server = serve(vec![in_state("deleting"), ResponseTemplate::new(404)]).await;
    let error = client(&server)
        .wait_until_done(ACCOUNT, BACKUP)
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 404);
}

#[tokio::test]
async fn watching_yields_each_change_once() {
    let states = ["pending", "pending", "running", "completed"];
    let server = serve(states.map(in_state).into()).await;
    let watched = client(&server).watch_backup(ACCOUNT, BACKUP);
    let backups: Vec<_> = watched.try_collect().await.unwrap();
    let states: Vec<_> = backups.iter().map(|backup| backup.state.to_string()).collect();
    assert_eq!(states, ["pending", "running", "completed"]);
}

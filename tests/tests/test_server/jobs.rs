//! Jobs that are held, advanced, failed and cancelled.

use appkeep_client::types::ResourceState;
use appkeep_server::testing::{ResourceState as State, TestServer};

use super::Fixture;

#[tokio::test]
async fn a_held_backup_advances_state_by_state() {
    let fixture = Fixture::start().await;
    let jobs = fixture.server.jobs();
    for state in [State::Pending, State::Discovering, State::Running] {
        jobs.hold(state);
    }
    let id = fixture.create("held").await.id;
    for state in [
        ResourceState::Pending,
        ResourceState::Discovering,
        ResourceState::Running,
    ] {
        assert_eq!(fixture.backup_state(&id).await, state);
        jobs.advance(&id).await;
    }
    assert_eq!(fixture.backup_state(&id).await, ResourceState::Completed);
    assert!(jobs.held().is_empty());

    let first = fixture.create("first").await.id;
    let second = fixture.create("second").await.id;
    assert_eq!(jobs.held().keys().collect::<Vec<_>>(), [&first]);
    jobs.release().await;
    for id in [first, second] {
        assert_eq!(fixture.backup_state(&id).await, ResourceState::Completed);
    }
}

#[tokio::test]
async fn a_held_backup_can_be_deleted() {
    let fixture = Fixture::start().await;
    fixture.server.jobs().hold(State::Running);
    let id = fixture.create("unwanted").await.id;
    assert_eq!(fixture.backup_state(&id).await, ResourceState::Running);
    let client = &fixture.client;
    client.app_backup_delete(fixture.account, id).await.unwrap();
    let error = client.app_backup_fetch(fixture.account, id).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 404);
    assert!(fixture.server.jobs().held().is_empty());
}

#[tokio::test]
async fn backups_fail_with_the_given_reasons_in_order() {
    let fixture = Fixture::start().await;
    let jobs = fixture.server.jobs();
    jobs.fail_next_backup("the disk is full");
    jobs.fail_next_backup("the bucket is gone");
    for reason in ["the disk is full", "the bucket is gone"] {
        let id = fixture.create(&reason.replace(' ', "-")).await.id;
        let failed = fixture.fetch(&id).await;
        assert_eq!(failed.state, ResourceState::Failed);
        assert_eq!(failed.state_unready, Some(vec![reason.to_owned()]));
    }
    let id = fixture.create("third").await.id;
    assert_eq!(fixture.backup_state(&id).await, ResourceState::Completed);
}

#[tokio::test]
async fn jobs_in_real_time_can_be_waited_for() {
    let account = appkeep_server::testing::Account::new("acme")
        .app(appkeep_server::testing::App::new("shop").volume("data", [("file", "text")]))
        .bucket("local");
    let server = TestServer::builder().account(account).real_time().start().await;
    let fixture = Fixture::of(server).await;
    let id = fixture.create("slow").await.id;
    let backup = fixture.client.wait_until_done(fixture.account, id).await.unwrap();
    assert_eq!(backup.state, ResourceState::Completed);
}

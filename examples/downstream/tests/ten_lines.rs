//! A test against a server that keeps its state.

use appkeep_client::Client;
use appkeep_client::types::{AppBackupCreate, ResourceState};
use appkeep_server::testing::{Role, TestServer};

#[tokio::test]
async fn a_backup_is_completed() {
    let server = TestServer::start().await;
    let (account, app) = (server.account("acme"), server.app("acme", "shop"));
    let token = server.token(Role::Member, &["acme"]).await;
    let client = Client::builder(server.url()).token(token).build().unwrap();
    let request = AppBackupCreate::default();
    let created = client.app_backup_create_for_app(account, app, &request).await.unwrap();
    let backup = client.app_backup_fetch(account, created.id).await.unwrap();
    assert_eq!(backup.state, ResourceState::Completed);
}

//! The test server as other projects use it: through its public interface and the typed client.

mod faults;
mod jobs;
mod remote;
mod reproducible;
mod state;

use appkeep_client::types::{AppBackup, AppBackupCreate, ResourceState};
use appkeep_client::{Client, Open, Uuid};
use appkeep_server::testing::{Role, TestServer};

/// A server's account, app, and a client of a member of the account.
struct Fixture {
    server: TestServer,
    client: Client,
    account: Uuid,
    app: Uuid,
}

impl Fixture {
    async fn start() -> Self {
        Self::of(TestServer::start().await).await
    }

    /// A fixture of a server with an account `acme` and an app `shop`.
    async fn of(server: TestServer) -> Self {
        let token = server.token(Role::Member, &["acme"]).await;
        let client = Client::builder(server.url()).token(token).retries(0).build();
        Self {
            client: client.expect("a client"),
            account: server.account("acme"),
            app: server.app("acme", "shop"),
            server,
        }
    }

    /// Creates a backup, and returns its state in the response.
    async fn create(&self, name: &str) -> AppBackup {
        let request = AppBackupCreate {
            name: Some(name.parse().expect("a valid name")),
            ..AppBackupCreate::default()
        };
        let client = &self.client;
        let created = client.app_backup_create_for_app(self.account, self.app, &request);
        created.await.expect("the backup is created").into_inner()
    }

    async fn fetch(&self, id: &Uuid) -> AppBackup {
        let fetched = self.client.app_backup_fetch(self.account, *id).await;
        fetched.expect("the backup").into_inner()
    }

    async fn backup_state(&self, id: &Uuid) -> Open<ResourceState> {
        self.fetch(id).await.state
    }
}

#[tokio::test]
async fn a_backup_is_completed_when_its_request_returns() {
    let server = TestServer::start().await;
    let (account, app) = (server.account("acme"), server.app("acme", "shop"));
    let token = server.token(Role::Member, &["acme"]).await;
    let client = Client::builder(server.url()).token(token).build().unwrap();
    let request = AppBackupCreate::default();
    let created = client
        .app_backup_create_for_app(account, app, &request)
        .await
        .unwrap();
    assert_eq!(created.state, ResourceState::Pending);
    let backup = client.app_backup_fetch(account, created.id).await.unwrap();
    assert_eq!(backup.state, ResourceState::Completed);
}

#[tokio::test]
async fn a_test_server_conforms_to_the_contract() {
    let server = TestServer::start().await;
    let token = server.token(Role::Member, &["acme"]).await;
    let report = appkeep_contract::check(server.url(), token)
        .may_restore(true)
        .await;
    report.unwrap().assert_holds();
}

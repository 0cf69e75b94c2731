//! The examples of the client, run against a server.

#![expect(dead_code, reason = "the examples are programs with a main function")]

use appkeep_client::Client;
use appkeep_client::types::ResourceState;
use appkeep_server::Tls;
use appkeep_tests::{Builder, TestServer};

#[path = "../../../crates/appkeep-client/examples/all_pages.rs"]
mod all_pages;
#[path = "../../../crates/appkeep-client/examples/back_up.rs"]
mod back_up;
#[path = "../../../crates/appkeep-client/examples/ca_and_proxy.rs"]
mod ca_and_proxy;
#[path = "../../../crates/appkeep-client/examples/list_fields.rs"]
mod list_fields;
#[path = "../../../crates/appkeep-client/examples/problems.rs"]
mod problems;

#[tokio::test]
async fn examples_create_and_list_backups() {
    let server = TestServer::start().await;
    let api = server.api().await;
    let client = Client::builder(api.url()).token(api.token()).build().unwrap();
    let (account, app) = (server.account("acme"), server.app("acme", "shop"));

    let backup = back_up::back_up(&client, account, app).await.unwrap();
    assert_eq!(backup.state, ResourceState::Completed);
    for (name, expected) in [
        ("before-upgrade", "there is already a backup before-upgrade"),
        ("No!", "correct name"),
        ("second", "second is being created"),
    ] {
        assert_eq!(problems::create(&client, account, app, name).await, expected);
    }
    let second = all_pages::newest(&client, account).await.unwrap();
    assert_eq!(second.as_deref(), Some("second"));
    let pages = client
        .app_backup_list_all(account, None, None, None)
        .await
        .unwrap();
    let second = pages.items.as_ref().unwrap()[0].clone().into_resource().unwrap();
    client.wait_until_done(account, second.id).await.unwrap();
    assert_eq!(all_pages::count_completed(&client, account).await.unwrap(), 2);
    let lines = list_fields::names_and_states(&client, account).await.unwrap();
    assert_eq!(
        lines,
        [r#""second" "completed""#, r#""before-upgrade" "completed""#]
    );
}

#[tokio::test]
async fn the_example_with_a_private_authority_connects() {
    let tls = Tls::SelfSigned { names: Vec::new() };
    let server = Builder::new().tls(tls).start().await;
    let token = server.token("viewer", &["acme"]).await;
    let ca = server.server().ca_file().expect("a certificate authority");
    let url = server.server().url();
    let client = ca_and_proxy::connect(&url, &token, ca, None).unwrap();
    let accounts = client.account_list(None, None, None).await.unwrap();
    assert_eq!(accounts.items.as_ref().map(Vec::len), Some(1));
}

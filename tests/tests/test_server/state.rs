//! The state of a server: existing backups, files, restarts, many servers at once.

use std::net::TcpStream;
use std::time::Duration;

use appkeep_client::types::{AppUpdate, ResourceState};
use appkeep_server::testing::{Account, App, ExistingBackup, ResourceState as State, TestServer};
use futures::TryStreamExt;
use futures::future::join_all;

use super::Fixture;

const DAY: Duration = Duration::from_hours(24);

fn shop() -> App {
    App::new("shop").volume("data", [("greeting.txt", "hello\n")])
}

async fn start(app: App) -> Fixture {
    let account = Account::new("acme").app(app).bucket("local");
    Fixture::of(TestServer::builder().account(account).start().await).await
}

#[tokio::test]
async fn existing_backups_have_their_ages_and_states() {
    let mut account = Account::new("acme").bucket("local").app(shop());
    for (days, state) in (1..).zip(State::ALL) {
        let backup = ExistingBackup::new("old").state(*state).age(days * DAY);
        // A backup waits for others of its app.
        account = account.app(App::new(state.as_str()).backup(backup));
    }
    let server = TestServer::builder().account(account).start().await;
    let fixture = Fixture::of(server).await;
    let backups = fixture.client.backups(fixture.account, None).stream();
    let backups: Vec<_> = backups.try_collect().await.unwrap();
    let states: Vec<String> = backups.iter().map(|backup| backup.state.to_string()).collect();
    assert_eq!(
        states,
        [
            "pending",
            "discovering",
            "running",
            "completed",
            "failed",
            "removed",
            "unknown"
        ]
    );
    for pair in backups.windows(2) {
        let [newer, older] = pair else { unreachable!() };
        let created =
            |backup: &appkeep_client::types::AppBackup| backup.metadata.creation_timestamp.to_string();
        assert!(created(newer) > created(older));
    }
    let jobs = fixture.server.jobs();
    let running = backups[2].id;
    jobs.advance(&running).await;
    assert_eq!(fixture.backup_state(&running).await, ResourceState::Completed);
}

#[tokio::test]
async fn a_restore_brings_files_back() {
    let fixture = start(shop()).await;
    let id = fixture.create("before").await.id;
    let server = &fixture.server;
    server.write_file("acme", "shop", "data/greeting.txt", "overwritten");
    server.write_file("acme", "shop", "data/new.txt", "new");
    let update = AppUpdate {
        backup_id: Some(id),
        ..AppUpdate::default()
    };
    let client = &fixture.client;
    client
        .app_update(fixture.account, fixture.app, "true", &update)
        .await
        .unwrap();
    assert_eq!(
        server.read_file("acme", "shop", "data/greeting.txt").unwrap(),
        b"hello\n"
    );
    assert_eq!(server.read_file("acme", "shop", "data/new.txt"), None);
}

#[tokio::test]
async fn a_restarted_server_has_its_state_and_its_port() {
    let mut fixture = start(shop()).await;
    let id = fixture.create("kept").await.id;
    let address = fixture.server.address();
    fixture.server.stop().await;
    assert!(TcpStream::connect(address).is_err());
    fixture.server.restart().await;
    assert_eq!(fixture.server.address(), address);
    assert_eq!(fixture.backup_state(&id).await, ResourceState::Completed);
}

#[tokio::test]
async fn a_reset_server_has_its_first_state() {
    let fixture = start(shop().backup(ExistingBackup::new("old"))).await;
    fixture.create("new").await;
    fixture.server.jobs().hold(State::Running);
    fixture.create("held").await;
    let dump = fixture.server.dump().await;
    assert_eq!(dump["backups"].as_array().unwrap().len(), 3, "{dump}");
    fixture
        .server
        .write_file("acme", "shop", "data/greeting.txt", "changed");
    fixture.server.reset().await;
    let backups = fixture.client.backups(fixture.account, None).stream();
    let names: Vec<String> = backups
        .map_ok(|backup| backup.name.clone())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(names, ["old"]);
    assert_eq!(
        fixture
            .server
            .read_file("acme", "shop", "data/greeting.txt")
            .unwrap(),
        b"hello\n"
    );
    fixture.create("held").await;
}

#[tokio::test]
async fn schedules_run_when_the_clock_advances() {
    let config = "[[accounts]]\nname = \"acme\"\n[[accounts.apps]]\nname = \"shop\"\nvolumes = { files = \"files\" }\n\
        [[accounts.apps.schedules]]\nname = \"nightly\"\ncron = \"30 2 * * *\"\n\
        [[accounts.buckets]]\nname = \"local\"\npath = \"local\"\n";
    let fixture = Fixture::of(TestServer::builder().config(config).start().await).await;
    appkeep_tests::until("the schedule to be planned", async || {
        let schedules = fixture.server.server().store().list_schedules().await;
        schedules.unwrap()[0].next.is_some()
    })
    .await;
    fixture.server.clock().advance(DAY);
    appkeep_tests::until("a backup of the schedule", async || {
        let backups = fixture.client.backups(fixture.account, None).stream();
        let backups: Vec<_> = backups.try_collect().await.unwrap();
        backups
            .iter()
            .any(|backup| backup.state == ResourceState::Completed)
    })
    .await;
}

#[tokio::test]
async fn two_hundred_servers_run_at_once_and_leave_nothing() {
    let fixtures = join_all((0..200).map(|_| start(shop()))).await;
    let ended = join_all(fixtures.iter().map(async |fixture| {
        let id = fixture.create("one-of-many").await.id;
        fixture.backup_state(&id).await
    }));
    assert_eq!(ended.await, [ResourceState::Completed; 200]);
    for Fixture { server, .. } in fixtures {
        let (address, path) = (server.address(), server.path().to_owned());
        drop(server);
        assert!(TcpStream::connect(address).is_err());
        assert!(!path.exists());
    }
}

//! The same seed and requests give the same responses, byte for byte.

use std::fmt::Write as _;

use appkeep_server::testing::{Account, App, ExistingBackup, Role, TestServer};
use futures::{StreamExt, stream};
use serde_json::json;

/// The number of seeds that are tried.
const SEEDS: u32 = 1000;

/// The headers that differ: the time of the machine.
const DIFFERENT: &[&str] = &["date"];

/// Sends a script to a new server, and returns everything that it responds.
async fn transcript(http: &reqwest::Client, seed: u32) -> String {
    let shop = App::new("shop")
        .volume("data", [("greeting.txt", "hello\n")])
        .backup(ExistingBackup::new("old"));
    let account = Account::new("acme").app(shop).bucket("local");
    let server = TestServer::builder().account(account).seed(seed).start().await;
    let token = server.token(Role::Member, &["acme"]).await;
    let account = format!("/accounts/{}", server.account("acme"));
    let app = format!("{account}/k8s/v1/apps/{}", server.app("acme", "shop"));
    let backup = json!({ "type": "application/astra-appBackup", "version": "1.1" });
    let snapshot = json!({ "type": "application/astra-appSnap", "version": "1.2" });
    let mut transcript = String::new();
    for (method, path, body) in [
        ("POST", format!("{app}/appBackups"), Some(&backup)),
        ("POST", format!("{app}/appSnaps"), Some(&snapshot)),
        ("GET", format!("{app}/appBackups"), None),
        ("GET", format!("{app}/appSnaps"), None),
        ("GET", format!("{account}/topology/v1/appBackups/nowhere"), None),
    ] {
        let method = method.parse().expect("a method");
        let request = http.request(method, server.url() + &path).bearer_auth(&token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = request.send().await.expect("a response");
        writeln!(transcript, "{path} {}", response.status()).expect("a string");
        for (name, value) in response.headers() {
            if !DIFFERENT.contains(&name.as_str()) {
                writeln!(transcript, "{name}: {value:?}").expect("a string");
            }
        }
        transcript += &response.text().await.expect("a text");
    }
    transcript
}

#[tokio::test]
async fn the_same_seed_gives_the_same_transcript() {
    let http = reqwest::Client::new();
    let transcripts = stream::iter(0..SEEDS).map(async |seed| {
        let first = transcript(&http, seed).await;
        (first, transcript(&http, seed).await)
    });
    let transcripts: Vec<(String, String)> = transcripts.buffered(4).collect().await;
    let differing = transcripts.iter().position(|(first, second)| first != second);
    if let Some(seed) = differing {
        let (first, second) = &transcripts[seed];
        panic!("seed {seed}: {first}\n\n{second}");
    }
    assert_ne!(transcripts[0].0, transcripts[1].0);
    assert_eq!(transcripts.len(), SEEDS as usize);
}

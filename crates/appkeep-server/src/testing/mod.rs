//! A complete server for tests: stateful, in this process, on a free port.
//!
//! [`TestServer::start`] starts a server with one account, app and bucket; [`TestServer::builder`] declares others. The
//! server accepts requests when it is returned. By default:
//!
//! - The files of apps, snapshots and backups are in memory, and the database never waits for the disk.
//!   [`Builder::on_disk`] stores them in the same way as a server in production.
//! - A request that starts a job gets its response when the job has ended. Nothing has to be polled.
//!   [`Builder::real_time`] lets jobs run in the background, and [`Jobs`] holds resources in a state.
//! - Time is a [`TestClock`], which tests advance, and ids are [`CountedIds`]. The same seed and requests give the same
//!   responses.
//!
//! Backups can exist from the start ([`ExistingBackup`]), and requests can fail ([`Fault`]). The header
//! `Prefer: code=409, example=conflict` requests a documented example instead of the server's own response. Every
//! response has the header `appkeep-test-mode`.
//!
//! Each server has its own async runtime. Dropping it aborts requests, waits until all tasks and threads have ended,
//! and removes the data. Hundreds of servers can run in one process.
//!
//! ```
//! use appkeep_server::testing::{Account, App, Role, TestServer};
//! use serde_json::{Value, json};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let shop = App::new("shop").volume("data", [("greeting.txt", "hello\n")]);
//! let server = TestServer::builder()
//!     .account(Account::new("acme").app(shop).bucket("local"))
//!     .start()
//!     .await;
//!
//! let token = server.token(Role::Member, &["acme"]).await;
//! let (account, app) = (server.account("acme"), server.app("acme", "shop"));
//! let backups = format!("{}/accounts/{account}/k8s/v1/apps/{app}/appBackups", server.url());
//! let client = reqwest::Client::new();
//! let request = json!({ "type": "application/astra-appBackup", "version": "1.1", "name": "first" });
//! client.post(&backups).bearer_auth(&token).json(&request).send().await?.error_for_status()?;
//!
//! let list: Value = client.get(&backups).bearer_auth(&token).send().await?.json().await?;
//! assert_eq!(list["items"][0]["state"], "completed");
//! # Ok(())
//! # }
//! ```

mod accounts;
mod backups;
mod builder;
mod examples;
mod faults;
mod front;
mod jobs;
mod memory_engine;
mod memory_files;
mod remote;
mod response;
mod server;
mod sources;
mod state;

pub use appkeep_core::state::ResourceState;

pub use self::accounts::{Account, App};
pub use self::backups::ExistingBackup;
pub use self::builder::Builder;
pub use self::faults::{Fault, Faults};
pub use self::jobs::Jobs;
pub use self::server::TestServer;
pub use self::sources::{CountedIds, TestClock};
pub use crate::admin::tokens::Role;

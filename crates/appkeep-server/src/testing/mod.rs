//! A complete server for tests, in a temporary directory and on a free port.
//!
//! [`TestServer::builder`] declares accounts, apps and buckets. When [`Builder::start`] returns, the server accepts
//! requests. Time is a [`SteppingClock`] and ids are [`CountedIds`] unless others are passed to the builder, so that
//! tests can compare responses exactly. Backups are real: restic can read them.
//!
//! Each server has its own async runtime. Dropping it aborts requests, waits until all tasks and threads have ended,
//! and removes the directory.
//!
//! ```
//! use appkeep_server::testing::{Account, App, TestServer};
//! use appkeep_server::admin::tokens::Role;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let shop = App::new("shop").volume("data", [("greeting.txt", "hello\n")]);
//! let server = TestServer::builder()
//!     .account(Account::new("acme").app(shop).bucket("local"))
//!     .workers(2)
//!     .start()
//!     .await;
//!
//! let token = server.token(Role::Viewer, &["acme"]).await;
//! let url = format!("{}/accounts/{}/k8s/v2/apps", server.url(), server.account("acme"));
//! let response = reqwest::Client::new().get(url).bearer_auth(token).send().await?;
//! assert_eq!(response.status(), 200);
//! assert!(response.text().await?.contains("shop"));
//! # Ok(())
//! # }
//! ```

mod accounts;
mod builder;
mod server;
mod sources;

// The types in the methods of an engine.
pub use appkeep_core::{catalog, engine, hook, ids};

pub use self::accounts::{Account, App};
pub use self::builder::Builder;
pub use self::server::TestServer;
pub use self::sources::{CountedIds, SteppingClock};

//! The API on a database without a server: for commands that list and show resources while the server is stopped, or
//! without a token while it runs. Not covered by semantic versioning.
//!
//! Clients use it as they use a server, so that their output is the same. It only reads: there are no workers, nothing
//! is locked or registered, and its only token has the role of a viewer.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use appkeep_api::body::BodyLimits;
use appkeep_core::actor::{AccountScope, Actor, Role};
use appkeep_core::admission::{Admission, FreeSpace, LowSpace, MeasuredSpace, QueueLimits};
use appkeep_core::backup_file::BackupFiles;
use appkeep_core::clock::IdSource as _;
use appkeep_core::service::Service;
use appkeep_core::store::{Store, StoreError};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{Notify, Semaphore};

use crate::admin::database::clock_of;
use crate::admin::tokens::{self, TokenError};
use crate::auth::Tokens;
use crate::config::BODY_TIMEOUT_SECS_DEFAULT;
use crate::http::{Api, BODY_BYTES_MAX, Http, PageCache, SHARED_BODY_BYTES_MAX};
use crate::listener::{ConnectionLimits, Listener};
use crate::system::RandomIds;

/// The reason why a database can't be read through the API.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfflineError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No token can be generated.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// No port of the loopback interface can be used.
    #[error("failed to listen on the loopback interface: {0}")]
    Listen(std::io::Error),
    /// The API can't be served.
    #[error("failed to serve the API: {0}")]
    Api(String),
}

/// The API on a database, for this process: on a port of the loopback interface, with a random token that grants read
/// access to all accounts. Only operations that change nothing are served. Dropping it closes the port.
pub struct OfflineApi {
    listener: Listener,
    token: SecretString,
}

impl OfflineApi {
    /// Serves the API on `store`, which a server may use at the same time.
    ///
    /// # Errors
    /// When the database fails, or no port can be used.
    pub async fn start(store: Arc<dyn Store>) -> Result<Self, OfflineError> {
        Self::start_with(store, None).await
    }

    /// Serves the API on `store`, and reads the files of backups with `files`.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_with(
        store: Arc<dyn Store>,
        files: Option<Arc<dyn BackupFiles>>,
    ) -> Result<Self, OfflineError> {
        let token = tokens::generate()?;
        let actor = Actor {
            subject: RandomIds.next_id().into(),
            // This role is required to read the content of backups.
            role: Role::Member,
            scope: AccountScope::All,
        };
        let clock = Arc::new(clock_of(store.as_ref()).await?);
        let admission = Admission {
            space: Arc::new(NoSpace),
            limits: QueueLimits::default(),
        };
        let (ids, wake) = (Arc::new(RandomIds), Arc::new(Notify::new()));
        let mut service = Service::new(store, clock.clone(), ids.clone(), wake, admission);
        if let Some(files) = files {
            service = service.with_files(files);
        }
        let http = Http {
            service,
            tokens: Tokens::Temporary(tokens::hash(token.expose_secret()), actor),
            clock,
            ids,
            page_cache: PageCache::new(),
            metrics: None,
            body_limits: BodyLimits {
                bytes_max: BODY_BYTES_MAX,
                timeout: Duration::from_secs(BODY_TIMEOUT_SECS_DEFAULT.into()),
                shared_bytes: Semaphore::new(SHARED_BODY_BYTES_MAX),
            },
        };
        let api = Api::reading(http).map_err(OfflineError::Api)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let limits = ConnectionLimits::of_one_process();
        let listener = Listener::start(address, Arc::new(api), None, limits).map_err(OfflineError::Listen)?;
        Ok(Self { listener, token })
    }

    /// Returns the URL: scheme, address and port.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.listener.local_addr())
    }

    /// Returns the token.
    #[must_use]
    pub fn token(&self) -> &SecretString {
        &self.token
    }
}

/// Admits no backup, because nothing would run it.
struct NoSpace;

impl FreeSpace for NoSpace {
    fn check(&self) -> Result<(), LowSpace> {
        Err(LowSpace {
            needed_bytes: 0,
            available_bytes: 0,
            reserve_bytes: 0,
        })
    }

    fn measure(&self) -> Option<MeasuredSpace> {
        None
    }
}

#[cfg(test)]
mod tests {
    use appkeep_store::SqliteStore;
    use http::StatusCode;
    use reqwest::Method;

    use super::*;

    #[tokio::test]
    async fn only_its_token_reads_and_nothing_changes() {
        let temp = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(temp.path().join("appkeep.sqlite3"))
            .await
            .unwrap();
        let api = OfflineApi::start(Arc::new(store)).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let status = async |method: Method, path: &str, token: Option<&str>| {
            let request = client.request(method, format!("{}{path}", api.url()));
            let request = match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            request.send().await.unwrap().status()
        };
        let own = Some(api.token().expose_secret());
        let other = tokens::generate().unwrap();
        assert_eq!(status(Method::GET, "/accounts", own).await, StatusCode::OK);
        assert_eq!(
            status(Method::GET, "/accounts", None).await,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(
            status(Method::GET, "/accounts", Some(other.expose_secret())).await,
            StatusCode::UNAUTHORIZED
        );
        let backups = "/accounts/00000000-0000-4000-8000-000000000000/k8s/v1/apps/\
                       00000000-0000-4000-8000-000000000000/appBackups";
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            assert_eq!(status(method, backups, own).await, StatusCode::METHOD_NOT_ALLOWED);
        }
    }
}

//! The options of connections, from the URL of the database.

use std::str::FromStr as _;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx_core::Url;
use sqlx_core::error::Error;
use sqlx_postgres::{PgConnectOptions, PgPoolOptions};

/// The number of prepared statements that each connection caches. It is larger than the number of statements, so that
/// none is evicted.
const STATEMENTS_MAX: usize = 256;
/// The default maximum number of connections.
const CONNECTIONS_MAX: u32 = 16;
/// The default maximum time to wait for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that were idle for longer are tested before they are used: after a restart of the database, calls don't
/// fail because of the old connections.
const UNTESTED_MAX: Duration = Duration::from_millis(100);

/// Parameters of the URL that this program interprets itself.
const MAX_CONNECTIONS: &str = "max_connections";
const ACQUIRE_TIMEOUT_SECS: &str = "acquire_timeout_secs";

/// Parameters of the URL that sqlx interprets, apart from `options` and `options[NAME]`.
const SQLX_PARAMETERS: [&str; 14] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "ssl-ca",
    "ssl-mode",
    "user",
];

/// Settings of each session, which `options[NAME]` in the URL overrides.
const SETTINGS: [(&str, &str); 8] = [
    ("statement_timeout", "30s"),
    ("lock_timeout", "10s"),
    // Releases the locks of a server that was stopped or disconnected. Transactions never wait for anything else than the
    // database.
    ("idle_in_transaction_session_timeout", "5s"),
    // Each statement uses the index that was made for it, also while its table is small or its statistics are outdated.
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_sort", "off"),
    // Plans don't depend on the values of parameters.
    ("plan_cache_mode", "force_generic_plan"),
    ("jit", "off"),
];

/// The options of a pool and its connections.
#[derive(Clone)]
pub(super) struct Options {
    pub(super) pool: PgPoolOptions,
    /// Contains the password; `Debug` would print it.
    pub(super) connection: PgConnectOptions,
    pub(super) acquire_timeout: Duration,
}

impl Options {
    /// Parses `postgres://USER:PASSWORD@HOST:PORT/DATABASE?PARAMETERS`.
    ///
    /// # Errors
    /// When the URL is invalid; the reason contains no part of the password.
    pub(super) fn parse(url: &SecretString) -> Result<Self, String> {
        let mut url = Url::parse(url.expose_secret()).map_err(|error| error.to_string())?;
        if !["postgres", "postgresql"].contains(&url.scheme()) || url.cannot_be_a_base() {
            return Err("expected postgres://USER@HOST/DATABASE".to_owned());
        }
        let after_host = [Some(url.path()), url.query()];
        if url.fragment().is_some() || after_host.iter().flatten().any(|part| part.contains('@')) {
            // Otherwise a part of the password would be used, and displayed, as something else.
            return Err(
                "characters such as / ? # @ in names and passwords must be percent-encoded".to_owned(),
            );
        }
        let given: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let (mut connections_max, mut acquire_timeout) = (CONNECTIONS_MAX, ACQUIRE_TIMEOUT);
        let mut query = url.query_pairs_mut();
        query.clear();
        for (name, value) in SETTINGS {
            query.append_pair(&format!("options[{name}]"), value);
        }
        for (name, value) in &given {
            match name.as_str() {
                MAX_CONNECTIONS => connections_max = positive(MAX_CONNECTIONS, value)?,
                ACQUIRE_TIMEOUT_SECS => {
                    acquire_timeout = Duration::from_secs(positive(ACQUIRE_TIMEOUT_SECS, value)?.into());
                }
                name if SQLX_PARAMETERS.contains(&name) || name.starts_with("options[") => {
                    query.append_pair(name, value);
                }
                name => return Err(format!("unknown parameter \"{name}\"")),
            }
        }
        drop(query);
        let connection = PgConnectOptions::from_str(url.as_str()).map_err(|error| match error {
            Error::Configuration(reason) => reason.to_string(),
            error => error.to_string(),
        })?;
        let connection = match connection.get_application_name() {
            None => connection.application_name("appkeep"),
            Some(_) => connection,
        };
        let pool = PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(acquire_timeout)
            .test_before_acquire(false)
            .before_acquire(|connection, metadata| {
                Box::pin(async move {
                    if metadata.idle_for > UNTESTED_MAX {
                        sqlx_core::connection::Connection::ping(connection).await?;
                    }
                    Ok(true)
                })
            });
        Ok(Self {
            pool,
            connection: connection.statement_cache_capacity(STATEMENTS_MAX),
            acquire_timeout,
        })
    }

    /// Describes the database, without user and password.
    pub(super) fn location(&self) -> String {
        let connection = &self.connection;
        let name = connection.get_database().unwrap_or(connection.get_username());
        match connection.get_socket() {
            Some(dir) => format!("{name} in {}", dir.display()),
            None if connection.get_host().starts_with('/') => format!("{name} in {}", connection.get_host()),
            None => format!("{name} on {}:{}", connection.get_host(), connection.get_port()),
        }
    }
}

fn positive(name: &str, value: &str) -> Result<u32, String> {
    match value.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("invalid {name} \"{value}\": expected a number from 1")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Result<Options, String> {
        Options::parse(&SecretString::from(url))
    }

    #[test]
    fn parameters_of_the_url_are_applied() {
        let url = "postgres://appkeep:s3cret@db.example:5433/backups?sslmode=verify-full&max_connections=3\
                   &acquire_timeout_secs=7&options[statement_timeout]=2s";
        let options = parsed(url).unwrap();
        let connection = &options.connection;
        assert_eq!(connection.get_host(), "db.example");
        assert_eq!(connection.get_port(), 5433);
        assert_eq!(connection.get_database(), Some("backups"));
        assert_eq!(connection.get_application_name(), Some("appkeep"));
        let settings = connection.get_options().unwrap();
        // The last setting of a name applies.
        assert!(settings.starts_with("-c statement_timeout=30s "), "{settings}");
        assert!(settings.ends_with(" -c statement_timeout=2s"), "{settings}");
        assert_eq!(options.pool.get_max_connections(), 3);
        assert_eq!(options.acquire_timeout, Duration::from_secs(7));
        assert_eq!(options.location(), "backups on db.example:5433");
        let local = parsed("postgres:///backups?host=/run/postgresql&user=appkeep").unwrap();
        assert_eq!(local.location(), "backups in /run/postgresql");
    }

    #[test]
    fn invalid_urls_are_refused_without_the_password() {
        for (url, reason) in [
            ("not a url", "relative URL without a base"),
            ("mysql://root:s3cret@host/db", "expected postgres://"),
            ("postgres:root:s3cret@host/db", "expected postgres://"),
            ("postgres://root:1?s3cret@host/db", "must be percent-encoded"),
            ("postgres://root:1/s3cret@host/db", "must be percent-encoded"),
            ("postgres://root:1#s3cret@host/db", "must be percent-encoded"),
            ("postgres://root:s3cret@host:99999/db", "invalid port number"),
            ("postgres://root:s3cret@host/db?sslmode=maybe", "maybe"),
            (
                "postgres://root:s3cret@host/db?max_conns=3",
                "unknown parameter \"max_conns\"",
            ),
            (
                "postgres://root:s3cret@host/db?max_connections=0",
                "invalid max_connections \"0\": expected a number from 1",
            ),
        ] {
            let refused = parsed(url).err().unwrap();
            assert!(refused.contains(reason), "{refused}");
            assert!(!refused.contains("s3cret"), "{refused}");
        }
    }
}

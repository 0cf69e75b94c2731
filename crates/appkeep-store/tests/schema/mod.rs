//! A schema of its own for each test that uses PostgreSQL.

#![allow(dead_code, reason = "each test program uses some of it")]

use std::sync::atomic::{AtomicU32, Ordering};

use appkeep_launcher::postgres_url;
use secrecy::SecretString;
use sqlx_core::connection::Connection as _;
use sqlx_core::executor::Executor as _;
use sqlx_core::raw_sql::raw_sql;
use sqlx_core::sql_str::AssertSqlSafe;
use sqlx_postgres::PgConnection;

/// A schema, which is deleted when this value is dropped.
pub(crate) struct Schema {
    name: String,
}

impl Schema {
    pub(crate) async fn create() -> Self {
        static CREATED: AtomicU32 = AtomicU32::new(0);
        let number = CREATED.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        // A test with the same number may have been killed.
        execute(format!(
            "DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"
        ))
        .await;
        Self { name }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The URL of the database, with this schema as the only one.
    pub(crate) fn url(&self) -> SecretString {
        self.url_with("options[search_path]", &self.name)
    }

    /// The same URL with another parameter.
    pub(crate) fn url_with(&self, parameter: &str, value: &str) -> SecretString {
        let url = postgres_url();
        let separator = if url.contains('?') { '&' } else { '?' };
        format!(
            "{url}{separator}options[search_path]={}&{parameter}={value}",
            self.name
        )
        .into()
    }

    /// A connection that is independent of the store.
    pub(crate) async fn connect(&self) -> PgConnection {
        let mut connection = PgConnection::connect(postgres_url()).await.unwrap();
        let set = format!("SET search_path = {}", self.name);
        connection.execute(raw_sql(AssertSqlSafe(set))).await.unwrap();
        connection
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let drop = format!("DROP SCHEMA {} CASCADE", self.name);
        let thread = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(execute(drop));
        });
        // A test that has failed reports its own error.
        let _ = thread.join();
    }
}

async fn execute(sql: String) {
    let mut connection = PgConnection::connect(postgres_url()).await.unwrap();
    connection.execute(raw_sql(AssertSqlSafe(sql))).await.unwrap();
}

//! The register of servers.

use std::time::Duration;

use appkeep_core::name::NodeName;
use appkeep_core::server::RegisteredServer;
use appkeep_core::store::StoreError;

use crate::rows::Row;

pub(crate) fn server(row: &impl Row) -> Result<RegisteredServer, StoreError> {
    let unseen_micros = row.integer("unseen_micros")?;
    Ok(RegisteredServer {
        id: row.id("id")?,
        node: row.parsed("node", |text| NodeName::new(text))?,
        started_at: row.time("started_micros")?,
        // The clock may have been set back.
        unseen_for: Duration::from_micros(u64::try_from(unseen_micros).unwrap_or(0)),
    })
}

/// A duration as it is compared with stored times.
pub(crate) fn duration_micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

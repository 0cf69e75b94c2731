//! Notifications that are being delivered.

use appkeep_core::notification::ClaimedNotification;
use appkeep_core::store::StoreError;

use crate::rows::Row;

pub(crate) fn claimed(row: &impl Row) -> Result<ClaimedNotification, StoreError> {
    Ok(ClaimedNotification {
        id: row.id("id")?,
        event: row.json("event")?,
        attempts: row.number("attempts")?,
    })
}

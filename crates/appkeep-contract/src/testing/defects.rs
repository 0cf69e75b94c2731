//! The table of defects.

mod accounts;
mod declared;
mod every_response;
mod lists;
mod protocol;
mod resources;
mod shape;
mod time;

use super::injection::Defect;

/// The error message of a failing storage, which no response may contain.
pub const STORAGE_REASON: &str = "fault-injected-into-the-store";

/// The maximum size of a response that the checker reads in these tests, in bytes.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The size of an app's data in these tests, in bytes.
pub const VOLUME_BYTES: u32 = 20_000;

/// Every defect, in the order of the table.
#[must_use]
pub fn all() -> Vec<Defect> {
    [
        shape::DEFECTS,
        protocol::DEFECTS,
        lists::DEFECTS,
        accounts::DEFECTS,
        resources::DEFECTS,
        declared::DEFECTS,
        every_response::DEFECTS,
        time::DEFECTS,
    ]
    .concat()
}

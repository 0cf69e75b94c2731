//! Pages of lists.

use appkeep_core::store::{Page, Position};
use uuid::Uuid;

/// The bounds of a page for list statements, which return rows with a smaller (time, id).
pub(crate) struct Bounds {
    pub(crate) created_micros: i64,
    pub(crate) id: Uuid,
    /// One more than the maximum number of rows, to detect whether the list continues.
    pub(crate) limit: i64,
}

impl Bounds {
    pub(crate) fn of(page: &Page) -> Self {
        // Without a position, the page starts before a time that no row has.
        let first = Position {
            created_micros: i64::MAX,
            id: Uuid::nil(),
        };
        let Position { created_micros, id } = page.after.unwrap_or(first);
        let limit = i64::from(page.rows_max) + 1;
        Self {
            created_micros,
            id,
            limit,
        }
    }
}

/// Whether a page with this number of rows and bytes is complete.
pub(crate) fn is_complete(page: &Page, rows: usize, bytes: usize) -> bool {
    rows >= page.rows_max as usize || bytes > page.bytes_max
}

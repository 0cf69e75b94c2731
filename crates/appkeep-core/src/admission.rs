//! Whether a server accepts more work: it needs free space for what it writes.
//!
//! Only creates are refused. Deletes free space, so they are always accepted.

use std::fmt;
use std::sync::Arc;

/// One mebibyte, the unit of messages.
const MIB: u64 = 1 << 20;

/// The free space of the data directory, a part of which is kept in reserve for the database.
pub trait FreeSpace: Send + Sync {
    /// Checks that the reserve is not in use.
    ///
    /// # Errors
    /// When it is.
    fn check(&self) -> Result<(), LowSpace>;
}

/// A file system that has too little free space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LowSpace {
    /// How much is to be written, in bytes.
    pub needed_bytes: u64,
    /// How much is free beyond the reserve, in bytes.
    pub available_bytes: u64,
    /// How much is kept in reserve, in bytes.
    pub reserve_bytes: u64,
}

impl fmt::Display for LowSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reserve = self.reserve_bytes.div_ceil(MIB);
        if self.needed_bytes == 0 {
            return write!(f, "free space is below the reserve of {reserve} MiB");
        }
        write!(
            f,
            "needs {} MiB, but {} MiB are available beyond the reserve of {reserve} MiB",
            self.needed_bytes.div_ceil(MIB),
            self.available_bytes / MIB
        )
    }
}

/// What a server checks before it accepts more work.
#[derive(Clone)]
pub struct Admission {
    /// The free space of the data directory.
    pub space: Arc<dyn FreeSpace>,
}

/// Why more work is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// The data directory has too little free space.
    #[error("data directory: {0}")]
    LowSpace(LowSpace),
}

impl Admission {
    /// Checks that there is free space.
    ///
    /// # Errors
    /// [`NotAdmitted::LowSpace`].
    pub fn check_space(&self) -> Result<(), NotAdmitted> {
        self.space.check().map_err(NotAdmitted::LowSpace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_space_names_need_and_availability_within_a_reason() {
        let low = LowSpace {
            needed_bytes: 40 * MIB + 1,
            available_bytes: 13 * MIB - 1,
            reserve_bytes: MIB / 2,
        };
        let expected = "needs 41 MiB, but 12 MiB are available beyond the reserve of 1 MiB";
        assert_eq!(low.to_string(), expected);
        let empty = LowSpace {
            needed_bytes: 0,
            ..low
        };
        assert_eq!(empty.to_string(), "free space is below the reserve of 1 MiB");
    }
}

//! Whether a server accepts more work: it needs free space for what it writes, and its queue is bounded.
//!
//! Only creates are refused. Deletes free space, so they are always accepted.

use std::fmt;
use std::sync::Arc;

use crate::job::QueuedJobs;

/// One mebibyte, the unit of messages.
const MIB: u64 = 1 << 20;

/// The free space of the data directory, a part of which is kept in reserve for the database.
pub trait FreeSpace: Send + Sync {
    /// Checks that the reserve is not in use.
    ///
    /// # Errors
    /// When it is.
    fn check(&self) -> Result<(), LowSpace>;

    /// Measures the free space; `None` if the file system doesn't report it.
    fn measure(&self) -> Option<MeasuredSpace>;
}

/// The free space of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeasuredSpace {
    /// The number of bytes that are free, with the reserve.
    pub free_bytes: u64,
    /// The number of bytes that are kept in reserve.
    pub reserve_bytes: u64,
}

/// A file system that has too little free space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LowSpace {
    /// The number of bytes to be written.
    pub needed_bytes: u64,
    /// The number of bytes that are free beyond the reserve.
    pub available_bytes: u64,
    /// The number of bytes that are kept in reserve.
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

/// The limits on queued jobs that clients and schedules requested: backups, snapshots and restores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Per app.
    pub app_jobs_max: u32,
    /// Per account.
    pub account_jobs_max: u32,
}

impl Default for QueueLimits {
    /// The backups of an app run one after the other: 1,000 backups of one minute each take 17 hours. 10,000 jobs
    /// with the most metadata that the API accepts (16 KiB) take 160 MiB, well below the reserve of free space.
    fn default() -> Self {
        Self {
            app_jobs_max: 1000,
            account_jobs_max: 10_000,
        }
    }
}

/// The checks before a server accepts more work.
#[derive(Clone)]
pub struct Admission {
    /// The free space of the data directory.
    pub space: Arc<dyn FreeSpace>,
    /// The limits on the queue.
    pub limits: QueueLimits,
}

/// The reason for refusing more work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// The data directory has too little free space.
    #[error("data directory: {0}")]
    LowSpace(LowSpace),
    /// The queue is full.
    #[error("the {owner} has {jobs_max} pending jobs, which is the limit")]
    QueueFull {
        /// The owner of the jobs: `app` or `account`.
        owner: &'static str,
        /// The limit.
        jobs_max: u32,
    },
}

impl Admission {
    /// Checks that there is free space.
    ///
    /// # Errors
    /// [`NotAdmitted::LowSpace`].
    pub fn check_space(&self) -> Result<(), NotAdmitted> {
        self.space.check().map_err(NotAdmitted::LowSpace)
    }

    /// Checks that one more job can be added to those that are `queued`.
    ///
    /// # Errors
    /// [`NotAdmitted::QueueFull`].
    pub fn check_queue(&self, queued: QueuedJobs) -> Result<(), NotAdmitted> {
        let QueueLimits {
            app_jobs_max,
            account_jobs_max,
        } = self.limits;
        for (owner, queued, jobs_max) in [
            ("app", queued.of_app, app_jobs_max),
            ("account", queued.of_account, account_jobs_max),
        ] {
            if queued >= u64::from(jobs_max) {
                return Err(NotAdmitted::QueueFull { owner, jobs_max });
            }
        }
        Ok(())
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

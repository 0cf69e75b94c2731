//! The problem of a bucket in the column `trouble`: null if it is available, empty until its first check.

use appkeep_core::catalog::BucketProblem;

/// Converts the value of the column, which is not null.
pub(crate) fn problem(reason: String) -> BucketProblem {
    if reason.is_empty() {
        BucketProblem::Unchecked
    } else {
        BucketProblem::Failed(reason)
    }
}

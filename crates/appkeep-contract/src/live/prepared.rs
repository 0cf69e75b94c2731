//! Checks whose requests don't depend on earlier responses, so that those of several checks are sent at the same time.

use super::call::Call;
use super::context::{Context, Stop};

/// A check whose requests are known before it runs.
pub(super) trait PreparedCheck {
    /// Its requests.
    type Requests;

    /// What the report says about the check.
    fn heading(&self) -> Heading<'_>;

    /// The requests; the error states why the check can't run.
    fn prepare(&self, ctx: &mut Context) -> Result<Self::Requests, Stop>;

    /// The requests as a list.
    fn calls(requests: &Self::Requests) -> Vec<Call>;

    /// Checks the responses to the requests.
    async fn run(&self, ctx: &mut Context, requests: Self::Requests) -> Result<(), Stop>;
}

/// What the report says about a check.
pub(super) struct Heading<'c> {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    pub(super) operation: &'c str,
    pub(super) detail: Option<&'c String>,
    /// The status that the operation is supposed to return.
    pub(super) reaches: Option<u16>,
}

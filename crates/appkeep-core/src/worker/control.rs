//! Control over the pace of jobs, for tests.

use async_trait::async_trait;
use uuid::Uuid;

use super::run::JobRun;
use super::step::StepError;
use crate::job::JobPayload;
use crate::state::ResourceState;

/// Delays the jobs of resources, or fails them.
#[async_trait]
pub trait JobControl: Send + Sync {
    /// Called before the job's resource leaves a state. It stays in that state until this returns. The future is dropped
    /// when the job is cancelled.
    ///
    /// # Errors
    /// The reason for which the job should fail permanently.
    async fn leave(&self, job: &JobPayload, state: ResourceState) -> Result<(), String>;
}

impl JobRun<'_> {
    /// Waits until the job's resource may leave the state, or until the run should stop. A backup's temporary snapshot
    /// isn't the job's resource.
    pub(super) async fn leave(&self, resource: Uuid, state: ResourceState) -> Result<(), StepError> {
        let job = &self.claimed.payload;
        let Some(control) = self
            .deps
            .job_control
            .as_ref()
            .filter(|_| job.resource() == resource)
        else {
            return Ok(());
        };
        tokio::select! {
            result = control.leave(job, state) => result.map_err(|reason| StepError::Permanent(vec![reason])),
            () = self.cancel.cancelled() => Err(StepError::Stopped),
        }
    }
}

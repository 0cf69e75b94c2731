//! Requests that are sent at the same time because they don't depend on each other.
//!
//! Only the waits for their responses overlap: each response is checked when its check sends the request, so findings
//! are the same, in the same order, as if the requests were sent one after the other.

use std::mem;

use super::call::{Call, Server};
use super::connection::Exchanged;
use super::context::{Context, Stop};
use super::incomplete_body;
use super::model::{RuleViolation, TrackedResource};
use super::recording_client::RecordedResponse;

/// Maximum number of requests that are sent at the same time.
pub(super) const AHEAD_MAX: usize = 16;

/// A request that was sent before its check, and its result.
pub(super) struct SentAhead {
    call: Call,
    result: AheadResult,
}

/// The result of a request that was sent before its check.
pub(super) enum AheadResult {
    /// It isn't recorded yet, or there was no response.
    Unrecorded(Result<Exchanged, String>),
    /// It created or changed something, so the model contains it already.
    Recorded(RecordedResponse, Vec<RuleViolation>),
}

impl Context {
    /// Sends requests at the same time. Requests that may not be sent are left out: their checks state the reason.
    pub(super) async fn send_ahead(&mut self, calls: Vec<Call>) -> Result<(), Stop> {
        for calls in calls.chunks(AHEAD_MAX) {
            let permitted = self.permitted_calls(calls.to_vec());
            let writes = permitted.iter().any(Call::writes);
            let sent = self.http.connection().exchange_all(&permitted);
            let sent = match self.limits.within(writes, sent).await {
                Ok(sent) => sent,
                Err(stop) => {
                    for call in &permitted {
                        self.model.record_lost_response(call);
                    }
                    return Err(stop);
                }
            };
            self.receive_ahead(permitted.into_iter().zip(sent).collect());
        }
        Ok(())
    }

    /// Sends reads at the same time, unless a resource in the suite's account is in progress: the responses might then show
    /// its states in another order than that of the checks.
    pub(super) async fn read_ahead(&mut self, calls: impl IntoIterator<Item = Call>) -> Result<(), Stop> {
        if self.is_any_in_progress() {
            return Ok(());
        }
        self.send_ahead(calls.into_iter().collect()).await
    }

    /// Whether a resource in the suite's account is in progress.
    fn is_any_in_progress(&self) -> bool {
        let account = self.target.account.to_string();
        let is_own =
            |resource: &&TrackedResource| resource.server == Server::Main && resource.account == account;
        let mut own = self.model.existing().filter(is_own);
        own.any(TrackedResource::is_in_progress)
    }

    /// The requests that may be sent.
    pub(super) fn permitted_calls(&mut self, mut calls: Vec<Call>) -> Vec<Call> {
        calls.retain(|call| self.may_send(call).is_ok());
        calls
    }

    /// Keeps the results of requests that were sent at the same time for their checks.
    pub(super) fn receive_ahead(&mut self, sent: Vec<(Call, Result<Exchanged, String>)>) {
        let is_accepted = |(call, sent): &(Call, Result<Exchanged, String>)| {
            let status = sent.as_ref().ok().map(|(exchange, _)| exchange.status);
            call.writes() && status.is_some_and(|status| (200..300).contains(&status))
        };
        // Other requests may have seen the changes, in any order, so they are sent again by their checks.
        let is_changed = sent.iter().any(is_accepted);
        for (call, sent) in sent {
            match sent {
                Ok(exchanged) if is_changed && call.writes() => {
                    let response = self.http.keep(exchanged);
                    let violations = self.model.observe(&call, &response);
                    let result = AheadResult::Recorded(response, violations);
                    self.ahead.push(SentAhead { call, result });
                }
                _ if is_changed && !call.writes() => {}
                sent => {
                    let result = AheadResult::Unrecorded(sent);
                    self.ahead.push(SentAhead { call, result });
                }
            }
        }
    }

    /// The result of this request, if it was sent ahead.
    pub(super) fn take_ahead(&mut self, call: &Call) -> Option<AheadResult> {
        let at = self.ahead.iter().position(|ahead| ahead.call == *call)?;
        Some(self.ahead.remove(at).result)
    }

    /// Records the reads that a check didn't use, so that no later check receives an old response.
    pub(super) fn forget_reads(&mut self) {
        let (writes, reads) = mem::take(&mut self.ahead)
            .into_iter()
            .partition(|sent| sent.call.writes());
        self.ahead = writes;
        self.forget(reads);
    }

    /// Records the results that no check has used.
    pub(super) fn forget_ahead(&mut self) {
        incomplete_body::forget(self);
        let unused = mem::take(&mut self.ahead);
        self.forget(unused);
    }

    fn forget(&mut self, unused: Vec<SentAhead>) {
        for SentAhead { call, result } in unused {
            match result {
                AheadResult::Unrecorded(Ok(exchanged)) => {
                    self.http.keep(exchanged);
                }
                AheadResult::Unrecorded(Err(_)) => self.model.record_lost_response(&call),
                AheadResult::Recorded(..) => {}
            }
        }
    }
}

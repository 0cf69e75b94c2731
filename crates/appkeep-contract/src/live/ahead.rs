//! Requests that are sent at the same time because they don't depend on each other.
//!
//! Only the waits for their responses overlap: each response is checked when its check sends the request, so findings
//! are the same, in the same order, as if the requests were sent one after the other.

use std::time::Duration;

use super::call::Call;
use super::context::{Context, Stop};
use super::model::RuleViolation;
use super::recording_client::{Exchanged, RecordedResponse};

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
    ///
    /// Returns the requests without a response after the given time.
    pub(super) async fn send_ahead(
        &mut self,
        calls: Vec<Call>,
        wait_max: Option<Duration>,
    ) -> Result<Vec<Call>, Stop> {
        let mut permitted = Vec::new();
        for call in calls {
            if self.may_send(&call).is_ok() {
                permitted.push(call);
            }
        }
        let writes = permitted.iter().any(Call::writes);
        let sent = self.http.exchange_all(&self.target, &permitted, wait_max);
        let sent = match self.limits.within(writes, sent).await {
            Ok(sent) => sent,
            Err(stop) => {
                for call in &permitted {
                    self.model.record_lost_response(call);
                }
                return Err(stop);
            }
        };
        let mut without_response = Vec::new();
        let is_accepted = |(call, sent): (&Call, &Option<Result<Exchanged, String>>)| {
            let status = sent
                .as_ref()
                .and_then(|sent| sent.as_ref().ok())
                .map(|(exchange, _)| exchange.status);
            call.writes() && status.is_some_and(|status| (200..300).contains(&status))
        };
        // Other requests may have seen the changes, in any order, so they are sent again by their checks.
        let is_changed = permitted.iter().zip(&sent).any(is_accepted);
        for (call, sent) in permitted.into_iter().zip(sent) {
            match sent {
                Some(Ok(exchanged)) if is_changed && call.writes() => {
                    let response = self.http.keep(exchanged);
                    let violations = self.model.observe(&call, &response);
                    let result = AheadResult::Recorded(response, violations);
                    self.ahead.push(SentAhead { call, result });
                }
                Some(_) if is_changed && !call.writes() => {}
                Some(sent) => {
                    let result = AheadResult::Unrecorded(sent);
                    self.ahead.push(SentAhead { call, result });
                }
                None => {
                    self.model.record_lost_response(&call);
                    without_response.push(call);
                }
            }
        }
        Ok(without_response)
    }

    /// The result of this request, if it was sent ahead.
    pub(super) fn take_ahead(&mut self, call: &Call) -> Option<AheadResult> {
        let at = self.ahead.iter().position(|ahead| ahead.call == *call)?;
        Some(self.ahead.remove(at).result)
    }

    /// Records the results that no check has used.
    pub(super) fn forget_ahead(&mut self) {
        for SentAhead { call, result } in std::mem::take(&mut self.ahead) {
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

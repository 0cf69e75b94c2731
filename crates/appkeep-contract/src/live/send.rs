//! Sends requests for checks: decides whether a request may be sent, and checks its response.

use super::ahead::AheadResult;
use super::call::{Call, Payload, Server};
use super::context::{Context, Stop};
use super::recording_client::RecordedResponse;
use super::resource_kind::ResourceKind;

impl Context {
    /// Sends a request. Violations in the form of the response, and contradictions to earlier responses, are
    /// recorded immediately.
    pub(super) async fn send(&mut self, call: &Call) -> Result<RecordedResponse, Stop> {
        let sent = match self.take_ahead(call) {
            Some(AheadResult::Unrecorded(sent)) => Ok(sent.map(|exchanged| self.http.keep(exchanged))),
            Some(AheadResult::Recorded(response, violations)) => {
                self.limits.admit()?;
                self.record_violations(&response);
                for found in violations {
                    self.record_rule_violation(&response, found);
                }
                return self.reject_too_large(call, response);
            }
            None => {
                self.may_send(call)?;
                let sent = self.http.send(call);
                self.limits.within(call.writes(), sent).await
            }
        };
        let response = self.received(call, sent)?;
        if self.is_checking() {
            self.record_violations(&response);
            self.compare(call, &response);
        } else {
            self.model.record_changes(call, &response);
            self.limits.admit()?;
        }
        self.reject_too_large(call, response)
    }

    /// Sends requests concurrently; the responses are in the order of the requests.
    pub(super) async fn send_concurrently(&mut self, calls: &[Call]) -> Result<Vec<RecordedResponse>, Stop> {
        for call in calls {
            self.may_send(call)?;
        }
        let writes = calls.iter().any(Call::writes);
        let sent = self.http.send_concurrently(calls);
        let sent = match self.limits.within(writes, sent).await {
            Ok(sent) => sent,
            Err(stop) => {
                for call in calls {
                    self.model.record_lost_response(call);
                }
                return Err(stop);
            }
        };
        let mut responses = Vec::new();
        let mut stop = None;
        for (call, response) in calls.iter().zip(sent) {
            let response = match self.received(call, Ok(response)) {
                Ok(response) => response,
                Err(why) => {
                    stop = Some(why);
                    continue;
                }
            };
            self.record_violations(&response);
            if let Some(found) = self.model.record_changes(call, &response) {
                self.record_rule_violation(&response, found);
            }
            match self.reject_too_large(call, response) {
                Ok(response) => responses.push(response),
                Err(why) => stop = Some(why),
            }
        }
        stop.map_or(Ok(responses), Err)
    }

    /// Sends a request whose response isn't compared with the model, and only with the document if it is a
    /// refusal.
    pub(super) async fn send_unchecked(&mut self, call: &Call) -> Result<RecordedResponse, Stop> {
        let sent = match self.take_ahead(call) {
            Some(AheadResult::Unrecorded(sent)) => sent,
            Some(AheadResult::Recorded(response, _)) => return Ok(response),
            None => {
                self.may_send(call)?;
                let sent = self.http.connection().exchange(call);
                self.limits.within(call.writes(), sent).await?
            }
        };
        if let Ok(exchanged) = sent {
            self.limits.record_response();
            return Ok(self.http.keep_undescribed(exchanged));
        }
        self.limits.record_no_response();
        Err(Stop::Skipped("no response".to_owned()))
    }

    /// Sends a request whose response must have that status.
    pub(super) async fn send_for(&mut self, call: &Call, status: u16) -> Result<RecordedResponse, Stop> {
        let response = self.send(call).await?;
        self.expect_status(&response, status)?;
        Ok(response)
    }

    /// Requests a whole list.
    pub(super) async fn list(&mut self, operation: &str) -> Result<RecordedResponse, Stop> {
        self.send_for(&self.call(operation), 200).await
    }

    /// Fetches an existing resource.
    pub(super) async fn fetch(&mut self, operation: &str, id: &str) -> Result<RecordedResponse, Stop> {
        self.send_for(&self.call_for(operation, id), 200).await
    }

    /// Creates a resource; returns its id and the response. A request without a body gets a valid one.
    pub(super) async fn create(&mut self, mut call: Call) -> Result<(String, RecordedResponse), Stop> {
        if call.payload == Payload::None {
            let body = self.valid_body(ResourceKind::of(&call.operation));
            call = call.json(body);
        }
        let response = self.send_for(&call, 201).await?;
        let id = self.created_id(&response)?;
        Ok((id, response))
    }

    /// Whether responses are still checked: once a run ended early, it only deletes what it created.
    fn is_checking(&self) -> bool {
        self.limits.ended().is_none()
    }

    /// Processes the result of a request; a create without a response may still have created something.
    fn received(
        &mut self,
        call: &Call,
        sent: Result<Result<RecordedResponse, String>, Stop>,
    ) -> Result<RecordedResponse, Stop> {
        let stop = match sent {
            Ok(Ok(response)) => {
                self.limits.record_response();
                return Ok(response);
            }
            Ok(Err(why)) => {
                let stop = if self.is_checking() {
                    self.record_no_response(&call.operation, why)
                } else {
                    Stop::Skipped(why)
                };
                self.limits.record_no_response();
                stop
            }
            Err(stop) => stop,
        };
        self.model.record_lost_response(call);
        Err(stop)
    }

    /// Ends the check if the response was too large to be read; its operation isn't requested again.
    fn reject_too_large(
        &mut self,
        call: &Call,
        response: RecordedResponse,
    ) -> Result<RecordedResponse, Stop> {
        if !response.is_too_large {
            return Ok(response);
        }
        self.too_large.insert(call.operation.clone());
        Err(Stop::Recorded)
    }

    /// Rejects excluded operations, deletes and restores of resources that the run didn't
    /// create, and restores of an app whose data may not be replaced.
    pub(super) fn may_send(&mut self, call: &Call) -> Result<(), Stop> {
        self.limits.admit()?;
        self.require(&call.operation)?;
        if !self.model.may_delete(call, self.options.run_id) {
            let why = format!(
                "it would delete {}, which this run didn't create",
                call.resource_id().unwrap_or_default()
            );
            return Err(Stop::Skipped(why));
        }
        if call.server == Server::Main && self.model.would_restore(call) {
            self.require_restorable()?;
        }
        if self.model.would_restore_others(call) {
            return Err(Stop::Skipped(
                "it would restore a resource that this run didn't create".to_owned(),
            ));
        }
        self.model.record_request(call);
        Ok(())
    }

    /// Compares a response with all earlier ones.
    fn compare(&mut self, call: &Call, response: &RecordedResponse) {
        if response.is_too_large {
            self.model.record_lost_response(call);
            return;
        }
        for found in self.model.observe(call, response) {
            self.record_rule_violation(response, found);
        }
    }
}

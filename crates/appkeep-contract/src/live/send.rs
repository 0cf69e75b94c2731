//! Sends requests for checks: decides whether a request may be sent, and checks its response.

use super::call::{Call, Server};
use super::context::{CheckContext, NOT_RESTORABLE, Stop};
use super::resource_kind::ResourceKind;
use super::wire::Answer;

impl CheckContext {
    /// Sends a request. Violations in the form of the response, and contradictions to earlier responses, are
    /// recorded immediately.
    pub(super) async fn send(&mut self, call: &Call) -> Result<Answer, Stop> {
        self.may_send(call)?;
        let sent = self.wire.send(&self.target, call);
        let sent = self.limits.within(call.writes(), sent).await;
        let answer = self.received(call, sent)?;
        if self.is_checking() {
            self.record_violations(&answer);
            self.compare(call, &answer);
        } else {
            self.model.record_changes(call, &answer);
        }
        self.reject_too_large(call, answer)
    }

    /// Sends requests concurrently; the responses are in the order of the requests.
    pub(super) async fn send_concurrently(&mut self, calls: &[Call]) -> Result<Vec<Answer>, Stop> {
        for call in calls {
            self.may_send(call)?;
        }
        let writes = calls.iter().any(Call::writes);
        let sent = self.wire.send_concurrently(&self.target, calls);
        let sent = match self.limits.within(writes, sent).await {
            Ok(sent) => sent,
            Err(stop) => {
                for call in calls {
                    self.model.record_lost_response(call);
                }
                return Err(stop);
            }
        };
        let mut answers = Vec::new();
        let mut stop = None;
        for (call, answer) in calls.iter().zip(sent) {
            let answer = match self.received(call, Ok(answer)) {
                Ok(answer) => answer,
                Err(why) => {
                    stop = Some(why);
                    continue;
                }
            };
            self.record_violations(&answer);
            if let Some(found) = self.model.record_changes(call, &answer) {
                let (code, rule) = (found.rule.code.to_owned(), found.rule.rule.to_owned());
                self.record_rule_violation(&answer, code, rule, found.what);
            }
            match self.reject_too_large(call, answer) {
                Ok(answer) => answers.push(answer),
                Err(why) => stop = Some(why),
            }
        }
        stop.map_or(Ok(answers), Err)
    }

    /// Sends a request whose response isn't compared with the model, and only with the document if it is a
    /// refusal.
    pub(super) async fn send_unchecked(&mut self, call: &Call) -> Result<Answer, Stop> {
        self.may_send(call)?;
        let sent = self.wire.send_unchecked(&self.target, call);
        if let Ok(answer) = self.limits.within(call.writes(), sent).await? {
            self.limits.answered();
            return Ok(answer);
        }
        self.limits.unanswered();
        Err(Stop::LeftOut("no response came".to_owned()))
    }

    /// Sends a request that must be answered with that status.
    pub(super) async fn send_for(&mut self, call: &Call, status: u16) -> Result<Answer, Stop> {
        let answer = self.send(call).await?;
        self.expect_status(&answer, status)?;
        Ok(answer)
    }

    /// Whether responses are still checked: once a run ended early, it only deletes what it created.
    fn is_checking(&self) -> bool {
        self.limits.ended().is_none()
    }

    /// Processes the result of a request; a create without a response may still have created something.
    fn received(&mut self, call: &Call, sent: Result<Result<Answer, String>, Stop>) -> Result<Answer, Stop> {
        let stop = match sent {
            Ok(Ok(answer)) => {
                self.limits.answered();
                return Ok(answer);
            }
            Ok(Err(why)) => {
                let stop = if self.is_checking() {
                    self.record_no_response(&call.operation, why)
                } else {
                    Stop::LeftOut(why)
                };
                self.limits.unanswered();
                stop
            }
            Err(stop) => stop,
        };
        self.model.record_lost_response(call);
        Err(stop)
    }

    /// Ends the check if the response was too large to be read; its operation isn't requested again.
    fn reject_too_large(&mut self, call: &Call, answer: Answer) -> Result<Answer, Stop> {
        if !answer.is_too_large {
            return Ok(answer);
        }
        self.too_large.insert(call.operation.clone());
        Err(Stop::Recorded)
    }

    /// Rejects operations that the options leave out, deletes and restores of resources that the run didn't
    /// create, and restores of an app whose data may not be replaced.
    pub(super) fn may_send(&mut self, call: &Call) -> Result<(), Stop> {
        self.limits.admit()?;
        self.require(&call.operation)?;
        if !self.model.may_delete(call, self.options.run_id) {
            let id = call.path.get(ResourceKind::of(&call.operation).parameter());
            let why = format!(
                "it would delete {}, which this run didn't create",
                id.map_or("", String::as_str)
            );
            return Err(Stop::LeftOut(why));
        }
        if call.server == Server::Main && !self.target.may_restore && self.model.would_restore(call) {
            return Err(Stop::LeftOut(NOT_RESTORABLE.to_owned()));
        }
        if self.model.would_restore_others(call) {
            return Err(Stop::LeftOut(
                "it would restore what this run didn't create".to_owned(),
            ));
        }
        self.model.request(call);
        Ok(())
    }

    /// Compares a response with all earlier ones.
    fn compare(&mut self, call: &Call, answer: &Answer) {
        if answer.is_too_large {
            self.model.record_lost_response(call);
            return;
        }
        for found in self.model.observe(call, answer) {
            self.record_rule_violation(
                answer,
                found.rule.code.to_owned(),
                found.rule.rule.to_owned(),
                found.what,
            );
        }
    }
}

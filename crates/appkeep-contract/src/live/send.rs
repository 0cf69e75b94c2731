//! Sending requests for checks: whether one may be sent, and what its response says at once.

use super::call::{Call, Server};
use super::kind::Kind;
use super::stage::{NOT_RESTORABLE, Stage, Stop};
use super::wire::Answer;

impl Stage {
    /// Sends a request; whatever is wrong with the response as such, or can't be true after all that was
    /// answered before, is noted at once.
    pub(super) async fn send(&mut self, call: &Call) -> Result<Answer, Stop> {
        self.may_send(call)?;
        let sent = self.wire.send(&self.target, call);
        let sent = self.limits.within(call.writes(), sent).await;
        let answer = self.received(call, sent)?;
        if self.is_judged() {
            self.note_violations(&answer);
            self.compare(call, &answer);
        } else {
            self.model.keep_account(call, &answer);
        }
        self.is_whole(call, answer)
    }

    /// Sends requests at the same time; the answers come in the order of the requests.
    pub(super) async fn send_together(&mut self, calls: &[Call]) -> Result<Vec<Answer>, Stop> {
        for call in calls {
            self.may_send(call)?;
        }
        let writes = calls.iter().any(Call::writes);
        let sent = self.wire.send_together(&self.target, calls);
        let sent = match self.limits.within(writes, sent).await {
            Ok(sent) => sent,
            Err(stop) => {
                for call in calls {
                    self.model.lose(call);
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
            self.note_violations(&answer);
            if let Some(wrong) = self.model.keep_account(call, &answer) {
                let (code, rule) = (wrong.rule.code.to_owned(), wrong.rule.rule.to_owned());
                self.fault_of(&answer, code, rule, wrong.what);
            }
            match self.is_whole(call, answer) {
                Ok(answer) => answers.push(answer),
                Err(why) => stop = Some(why),
            }
        }
        stop.map_or(Ok(answers), Err)
    }

    /// Sends a request of which only a refusal is held against the document, and nothing against the model.
    pub(super) async fn send_unjudged(&mut self, call: &Call) -> Result<Answer, Stop> {
        self.may_send(call)?;
        let sent = self.wire.send_unjudged(&self.target, call);
        if let Ok(answer) = self.limits.within(call.writes(), sent).await? {
            self.limits.answered();
            return Ok(answer);
        }
        self.limits.unanswered();
        Err(Stop::LeftOut("no response came".to_owned()))
    }

    /// Sends a request that has to be answered with one status.
    pub(super) async fn send_for(&mut self, call: &Call, status: u16) -> Result<Answer, Stop> {
        let answer = self.send(call).await?;
        self.expect_status(&answer, status)?;
        Ok(answer)
    }

    /// Whether anything is still judged: once a run ended early, only what it created is deleted.
    fn is_judged(&self) -> bool {
        self.limits.ended().is_none()
    }

    /// What came of a request; a create without a response may have made something all the same.
    fn received(&mut self, call: &Call, sent: Result<Result<Answer, String>, Stop>) -> Result<Answer, Stop> {
        let stop = match sent {
            Ok(Ok(answer)) => {
                self.limits.answered();
                return Ok(answer);
            }
            Ok(Err(why)) => {
                let stop = if self.is_judged() {
                    self.note_silence(&call.operation, why)
                } else {
                    Stop::LeftOut(why)
                };
                self.limits.unanswered();
                stop
            }
            Err(stop) => stop,
        };
        self.model.lose(call);
        Err(stop)
    }

    /// Nothing can be said about a response that was too large, and its operation isn't requested again.
    fn is_whole(&mut self, call: &Call, answer: Answer) -> Result<Answer, Stop> {
        if !answer.is_too_large {
            return Ok(answer);
        }
        self.too_large.insert(call.operation.clone());
        Err(Stop::Noted)
    }

    /// Refuses what the options leave out, to delete what the run didn't create, and to replace data that isn't
    /// there to be replaced.
    pub(super) fn may_send(&mut self, call: &Call) -> Result<(), Stop> {
        self.limits.admit()?;
        self.admits(&call.operation)?;
        if !self.model.may_delete(call, self.options.run_id) {
            let id = call.path.get(Kind::of(&call.operation).parameter());
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

    /// Holds an answer against everything that was answered before.
    fn compare(&mut self, call: &Call, answer: &Answer) {
        if answer.is_too_large {
            self.model.lose(call);
            return;
        }
        for wrong in self.model.observe(call, answer) {
            self.fault_of(
                answer,
                wrong.rule.code.to_owned(),
                wrong.rule.rule.to_owned(),
                wrong.what,
            );
        }
    }
}

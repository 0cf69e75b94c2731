//! Sends test messages to the receivers of notifications, without a server.

use std::time::{Duration, Instant};

use appkeep_core::clock::{Clock, IdSource};
use appkeep_core::notification::Message;

use crate::config::Config;
use crate::notifications::send;

/// The result of a test message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// The name of the receiver.
    pub receiver: String,
    /// Why the receiver didn't accept the message, if it didn't.
    pub problem: Option<String>,
    /// The duration of the attempt.
    pub took: Duration,
}

/// Returns the names of the declared receivers.
#[must_use]
pub fn receivers(config: &Config) -> Vec<&str> {
    let names = config.notifications.iter().map(|one| one.receiver.name.as_str());
    names.collect()
}

/// Sends a test message to the receiver with this name, or to each, one after the other. It is sent once.
pub async fn test(config: &Config, only: Option<&str>, clock: &dyn Clock, ids: &dyn IdSource) -> Vec<Tested> {
    let mut tested = Vec::new();
    for notification in &config.notifications {
        let name = &notification.receiver.name;
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let (begun, now) = (Instant::now(), clock.now());
        let sent = send(notification, &Message::test(ids.next_id(), now), now).await;
        tested.push(Tested {
            receiver: name.clone(),
            problem: sent.err(),
            took: begun.elapsed(),
        });
    }
    tested
}

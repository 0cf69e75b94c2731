//! The receivers of notifications: sends messages to commands and webhooks.

mod command;
mod receiver;
mod signature;
mod template;
mod webhook;

use std::sync::{Arc, PoisonError, RwLock};

use appkeep_core::notification::{Message, Notifier, Receiver};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

pub use self::receiver::Notification;
pub(crate) use self::receiver::{Command, SecretSource, Transport, Webhook};
pub(crate) use self::template::{TEMPLATE_BYTES_MAX, Template};

/// The labels of the counters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct DeliveryLabels {
    receiver: String,
    result: &'static str,
}

/// The counters of notifications that were delivered or given up. Clones share their values.
pub(crate) type DeliveryCounters = Family<DeliveryLabels, Counter>;

/// The declared receivers. A reload replaces them.
#[derive(Default)]
pub(crate) struct Receivers {
    declared: RwLock<Arc<Vec<Notification>>>,
    counters: DeliveryCounters,
}

impl Receivers {
    /// The receivers of a configuration, which are counted with `counters`.
    pub(crate) fn new(declared: Vec<Notification>, counters: DeliveryCounters) -> Self {
        let receivers = Self {
            declared: RwLock::default(),
            counters,
        };
        receivers.replace(declared);
        receivers
    }

    /// Replaces the receivers. Notifications that wait are sent to the new receiver of the same name.
    pub(crate) fn replace(&self, declared: Vec<Notification>) {
        for notification in &declared {
            // A time series that is absent can't be monitored.
            for result in ["delivered", "failed"] {
                let receiver = notification.receiver.name.clone();
                drop(self.counters.get_or_create(&DeliveryLabels { receiver, result }));
            }
        }
        *self.declared.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(declared);
    }

    fn declared(&self) -> Arc<Vec<Notification>> {
        self.declared
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait]
impl Notifier for Receivers {
    fn receivers(&self) -> Vec<Receiver> {
        let declared = self.declared();
        declared.iter().map(|one| one.receiver.clone()).collect()
    }

    async fn send(&self, receiver: &str, message: &Message, at: DateTime<Utc>) -> Result<(), String> {
        let declared = self.declared();
        let found = declared.iter().find(|one| one.receiver.name == receiver);
        send(found.ok_or("the receiver is no longer declared")?, message, at).await
    }

    fn count(&self, receiver: &str, is_delivered: bool) {
        let (receiver, result) = (
            receiver.to_owned(),
            if is_delivered { "delivered" } else { "failed" },
        );
        self.counters
            .get_or_create(&DeliveryLabels { receiver, result })
            .inc();
    }
}

/// Sends a message to a receiver.
///
/// # Errors
/// The reason, without secrets, if the receiver didn't accept it within its time limit.
pub(crate) async fn send(
    notification: &Notification,
    message: &Message,
    at: DateTime<Utc>,
) -> Result<(), String> {
    let timeout_secs = notification.receiver.timeout_secs;
    match &notification.transport {
        Transport::Command(command) => command::run(command, message, timeout_secs).await,
        Transport::Webhook(webhook) => webhook::post(webhook, message, at, timeout_secs).await,
    }
}

/// The message as JSON, which is the input of commands and the body of webhooks without a template.
fn json(message: &Message) -> Result<Vec<u8>, String> {
    serde_json::to_vec(message).map_err(|error| format!("failed to serialize the message: {error}"))
}

//! Notifications for the service manager (systemd) that started the server, if one did: readiness, and a watchdog.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// Reports that the server accepts requests.
pub(crate) fn ready(url: &str) {
    notify(&[
        NotifyState::Ready,
        NotifyState::Status(&format!("accepting requests on {url}")),
    ]);
}

/// Reports that the server stops.
pub(crate) fn stopping() {
    notify(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager can't be notified");
    }
}

/// Keeps the service manager from restarting the server, as long as the server runs tasks.
#[derive(Debug)]
pub(crate) struct Watchdog {
    /// Absent if the service manager has no watchdog.
    interval: Option<Interval>,
}

impl Watchdog {
    /// Creates a watchdog with the interval that the service manager requires (`WatchdogSec=`).
    pub(crate) fn new() -> Self {
        let interval = sd_notify::watchdog_enabled().map(|timeout| {
            let mut interval = interval((timeout / 2).max(Duration::from_millis(1)));
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            interval
        });
        Self { interval }
    }

    /// Waits for the next interval, and notifies the service manager. It can be cancelled.
    pub(crate) async fn notify_next(&mut self) {
        match &mut self.interval {
            None => std::future::pending().await,
            Some(interval) => {
                interval.tick().await;
                // In a task, because requests are tasks: if all threads that run them are blocked, the notification is
                // missing.
                let notified = tokio::spawn(async { notify(&[NotifyState::Watchdog]) });
                // It doesn't panic, and isn't cancelled.
                drop(notified.await);
            }
        }
    }
}

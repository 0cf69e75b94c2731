//! The notifications that the servers send: each change of an alarm once, from whichever server.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Cluster;

/// The beginning of the keys of the alarms of buckets, and the subject of their messages.
const BUCKET: &str = "bucket/";

/// The file to which the receiver of all servers appends a line for each message.
pub(super) fn received(dir: &Path) -> PathBuf {
    dir.join("notifications")
}

/// The part of a server's configuration that declares the receiver.
pub(super) fn configuration(dir: &Path) -> String {
    let line = "$APPKEEP_NOTIFICATION_ID $APPKEEP_EVENT $APPKEEP_SUBJECT/$APPKEEP_APP_ID";
    format!(
        "\n[[notifications]]\nname = \"file\"\ncommand = [\"/bin/sh\", \"-c\", 'echo \"{line}\" >> {}']\n",
        received(dir).display()
    )
}

/// The failures and recoveries of a subject.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changes {
    failures: u64,
    recoveries: u64,
}

/// Counts the messages of each subject. A message that was sent again, which has the same id, is counted once.
fn changes(received: &str) -> Result<BTreeMap<String, Changes>> {
    let mut subjects: BTreeMap<String, Changes> = BTreeMap::new();
    for line in received.lines().collect::<BTreeSet<_>>() {
        let [_, event, subject] = line.split(' ').collect::<Vec<_>>()[..] else {
            bail!("the receiver wrote {line:?}");
        };
        let changes = subjects.entry(subject.to_owned()).or_default();
        match event {
            "failure" => changes.failures += 1,
            "recovery" => changes.recoveries += 1,
            other => bail!("unexpected event {other:?}"),
        }
    }
    Ok(subjects)
}

impl Cluster {
    /// Waits until the problem of the bucket is reported.
    ///
    /// # Errors
    /// When it isn't.
    pub(super) fn wait_bucket_alarm(&mut self) -> Result<()> {
        let before = self.bucket_changes()?;
        self.servers
            .eventually("a notification of the bucket's failure", || {
                let now = self.bucket_changes()?;
                Ok((now.failures == before.failures).then(|| format!("{now:?}")))
            })
    }

    /// Waits until the bucket has recovered, everything is delivered, and the messages match the alarms.
    ///
    /// # Errors
    /// When a change was not reported, or more than once.
    pub(super) fn check_notifications(&mut self) -> Result<()> {
        self.servers
            .eventually("each change of an alarm to be reported once", || {
                let waiting = self.environment.query("SELECT event FROM notifications")?;
                let alarms = self.environment.query("SELECT key FROM alarms")?;
                if alarms.contains(BUCKET) || !waiting.is_empty() {
                    return Ok(Some(format!("alarms {alarms:?}, not delivered {waiting:?}")));
                }
                let received = changes(&self.received()?)?.into_iter();
                let mut wrong = received.filter(|(subject, changes)| {
                    let is_raised = alarms.lines().any(|key| key.starts_with(subject));
                    changes.failures != changes.recoveries + u64::from(is_raised)
                });
                Ok(wrong
                    .next()
                    .map(|(subject, changes)| format!("alarms {alarms:?}, but {subject} had {changes:?}")))
            })?;
        self.report
            .checks
            .add("each change of an alarm was reported once");
        Ok(())
    }

    fn bucket_changes(&self) -> Result<Changes> {
        let mut changes = changes(&self.received()?)?;
        Ok(changes.remove(BUCKET).unwrap_or_default())
    }

    fn received(&self) -> Result<String> {
        match fs::read_to_string(received(self.environment.path())) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            read => read.context("failed to read the received notifications"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_was_sent_again_is_counted_once() {
        let received =
            "1 failure backup/shop\n2 failure bucket/\n1 failure backup/shop\n3 recovery backup/shop\n";
        let changes = changes(received).unwrap();
        let of = |failures, recoveries| Changes { failures, recoveries };
        let expected = [("backup/shop", of(1, 1)), ("bucket/", of(1, 0))];
        assert_eq!(
            changes,
            expected
                .map(|(subject, counts)| (subject.to_owned(), counts))
                .into()
        );
    }
}

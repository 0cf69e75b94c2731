//! Waiting for the end of a backup.

use std::time::Duration;

use futures_util::{Stream, stream};
use uuid::Uuid;

use crate::error::Error;
use crate::generated::{Client, types};

/// The wait after the first request; each further wait is half as long again as the previous one.
const FIRST_INTERVAL: Duration = Duration::from_millis(500);

/// The longest wait between two requests.
const LONGEST_INTERVAL: Duration = Duration::from_secs(10);

/// Fetches one backup repeatedly.
struct Poll {
    client: Client,
    account_id: Uuid,
    app_backup_id: Uuid,
    /// The wait before the next request.
    interval: Duration,
}

impl Poll {
    fn new(client: &Client, account_id: Uuid, app_backup_id: Uuid) -> Self {
        Self {
            client: client.clone(),
            account_id,
            app_backup_id,
            interval: Duration::ZERO,
        }
    }

    async fn next(&mut self) -> Result<types::AppBackup, Error> {
        tokio::time::sleep(self.interval).await;
        self.interval = (self.interval * 3 / 2).clamp(FIRST_INTERVAL, LONGEST_INTERVAL);
        let fetched = self
            .client
            .app_backup_fetch(self.account_id, self.app_backup_id)
            .await?;
        Ok(fetched.into_inner())
    }
}

impl Client {
    /// Fetches a backup repeatedly until its state is final, and returns it. The caller must check the state: it is
    /// completed, failed, removed or unknown. The waits between requests grow from 0.5 s to 10 s.
    ///
    /// # Errors
    /// When a request fails, for example because the backup was deleted.
    ///
    /// # Cancel safety
    /// Dropping the future ends the requests; the backup continues.
    pub async fn wait_until_done(
        &self,
        account_id: Uuid,
        app_backup_id: Uuid,
    ) -> Result<types::AppBackup, Error> {
        let mut poll = Poll::new(self, account_id, app_backup_id);
        loop {
            let backup = poll.next().await?;
            if backup.state.is_final() {
                return Ok(backup);
            }
        }
    }

    /// Watches a backup: a stream that yields it after every change, such as progress, and ends after its final state
    /// or the first error. It polls like [`Self::wait_until_done`].
    pub fn watch_backup(
        &self,
        account_id: Uuid,
        app_backup_id: Uuid,
    ) -> impl Stream<Item = Result<types::AppBackup, Error>> + Send + use<> {
        let poll = Poll::new(self, account_id, app_backup_id);
        stream::try_unfold(Some((poll, None)), |position| async move {
            let Some((mut poll, previous)) = position else {
                return Ok(None);
            };
            loop {
                let backup = poll.next().await?;
                if backup.state.is_final() {
                    return Ok(Some((backup, None)));
                }
                if previous.as_ref() != Some(&backup) {
                    return Ok(Some((backup.clone(), Some((poll, Some(backup))))));
                }
            }
        })
    }
}

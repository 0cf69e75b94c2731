//! Checks periodically whether the certificate was replaced, and puts a new one into use.

use std::sync::Arc;
use std::time::Duration;

use appkeep_core::clock::Clock;
use appkeep_core::worker::Background;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Certificate;
use super::error::TlsError;
use super::files::PemFiles;

/// The interval at which the files are read.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// A background task that watches a certificate. It ends soon after the value is dropped.
pub(crate) struct CertificateWatch {
    task: Background,
    look: Arc<Notify>,
    files: PemFiles,
}

impl CertificateWatch {
    /// Starts the task.
    pub(crate) fn start(certificate: Certificate, clock: Arc<dyn Clock>) -> Self {
        let look = Arc::new(Notify::new());
        let files = certificate.files.clone();
        let state = Watched {
            seen: (certificate.digest, None),
            complaint: None,
            certificate,
            clock,
        };
        let triggered = look.clone();
        Self {
            task: Background::start("certificate watch", |stop| watch(state, triggered, stop)),
            look,
            files,
        }
    }

    /// Checks that the current content of the files can be used.
    ///
    /// # Errors
    /// When it can't be used.
    pub(crate) fn check(&self) -> Result<(), TlsError> {
        self.files.read()?.load(&self.files).map(drop)
    }

    /// Triggers a check.
    pub(crate) fn trigger(&self) {
        self.look.notify_one();
    }

    /// Stops the task.
    pub(crate) async fn stop(self) {
        self.task.stop().await;
    }
}

struct Watched {
    certificate: Certificate,
    clock: Arc<dyn Clock>,
    /// The digest of the files at the last check, and the error of that check.
    seen: ([u8; 32], Option<TlsError>),
    /// The last logged error, so that it isn't logged every 2 s.
    complaint: Option<TlsError>,
}

async fn watch(mut watched: Watched, look: Arc<Notify>, stop: CancellationToken) {
    loop {
        // Blocking: reads files, and may generate keys.
        let looked = tokio::task::spawn_blocking(move || {
            watched.reload();
            watched
        });
        watched = match looked.await {
            Ok(watched) => watched,
            Err(error) => {
                tracing::error!(%error, "the task that watches the certificate ended unexpectedly");
                return;
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = look.notified() => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
}

impl Watched {
    fn reload(&mut self) {
        if let Some(own) = &mut self.certificate.own
            && let Err(error) = own.renew_if_due(self.clock.now())
        {
            tracing::warn!("{error}; the previous certificate stays in use");
        }
        let Err(error) = self.load() else {
            self.complaint = None;
            return;
        };
        if self.complaint.as_ref() != Some(&error) {
            tracing::warn!("{error}; the previous certificate stays in use");
        }
        self.complaint = Some(error);
    }

    fn load(&mut self) -> Result<(), TlsError> {
        let files = &self.certificate.files;
        let contents = files.read()?;
        let digest = contents.digest();
        if self.seen.0 == digest {
            return self.seen.1.clone().map_or(Ok(()), Err);
        }
        let loaded = contents.load(files);
        self.seen = (digest, loaded.as_ref().err().cloned());
        let loaded = loaded?;
        tracing::info!(file = %files.cert.display(), ends_at = %loaded.ends_at, "the new certificate is in use");
        loaded.warn_of_its_end(files, self.clock.now());
        self.certificate.shown.replace(loaded);
        Ok(())
    }
}

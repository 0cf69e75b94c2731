//! Signals during a run: the first one stops it in order, the second one ends the program at once.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The offset of the exit codes of programs that were ended by a signal.
const SIGNALLED: u8 = 128;

/// The signals that were received.
pub(super) struct Interrupt(Arc<AtomicU8>);

impl Interrupt {
    /// Cancels `run` on SIGINT or SIGTERM, and ends the program on another one.
    ///
    /// # Errors
    /// When the signals can't be received.
    pub(super) fn listen(run: &CancellationToken) -> anyhow::Result<Self> {
        let failed = "failed to listen for signals";
        let mut interrupt = signal(SignalKind::interrupt()).context(failed)?;
        let mut terminate = signal(SignalKind::terminate()).context(failed)?;
        let code = Arc::new(AtomicU8::new(0));
        let (run, received) = (run.clone(), Arc::clone(&code));
        tokio::spawn(async move {
            loop {
                let number = tokio::select! {
                    _ = interrupt.recv() => 2,
                    _ = terminate.recv() => 15,
                };
                if run.is_cancelled() {
                    process::exit((SIGNALLED + number).into());
                }
                received.store(SIGNALLED + number, Ordering::Release);
                run.cancel();
                eprintln!("ending the run and deleting what it created; another signal ends it at once");
            }
        });
        Ok(Self(code))
    }

    /// Returns the exit code after a signal; none without one.
    pub(super) fn exit_code(&self) -> Option<u8> {
        Some(self.0.load(Ordering::Acquire)).filter(|code| *code > 0)
    }
}

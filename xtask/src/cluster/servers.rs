//! The server processes.

use std::fs::{self, OpenOptions};
use std::os::unix::process::ExitStatusExt as _;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use appkeep_launcher::RunningServer;

use super::api::Api;
use super::environment::{Environment, node};
use super::network::SERVERS;

/// Maximum time until a condition is met. A job whose transaction failed may be repeated after its pause, and a lost
/// packet is sent again after up to twice the duration of a partition.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

/// The pause between two checks of a condition.
const PAUSE: Duration = Duration::from_millis(100);

/// SIGABRT.
const ABORTED: i32 = 6;

/// The servers. Each is running unless a fault stopped it.
pub(super) struct Servers {
    processes: [Option<RunningServer>; SERVERS],
}

impl Servers {
    /// Starts all servers.
    ///
    /// # Errors
    /// When one doesn't start.
    pub(super) fn start_all(environment: &Environment) -> Result<Self> {
        let mut servers = Self {
            processes: Default::default(),
        };
        for server in 0..SERVERS {
            servers.start(environment, server)?;
        }
        Ok(servers)
    }

    /// Starts a server, and waits until it accepts requests.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(super) fn start(&mut self, environment: &Environment, server: usize) -> Result<()> {
        let path = environment.log(server);
        let log = OpenOptions::new().create(true).append(true).open(&path);
        let log = log.with_context(|| format!("failed to open {}", path.display()))?;
        let started = RunningServer::start_with_stderr(environment.serve(server), log);
        self.processes[server] = Some(started.with_context(|| node(server))?);
        Ok(())
    }

    /// Kills a server.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub(super) fn kill(&mut self, server: usize) -> Result<()> {
        self.check_running()?;
        if let Some(process) = self.processes[server].take() {
            process.kill()?;
        }
        Ok(())
    }

    /// Waits until a server has died at a fail point.
    ///
    /// # Errors
    /// When the server doesn't within [`PATIENCE`], or ended in another way.
    pub(super) fn die_at(&mut self, server: usize, point: &str) -> Result<()> {
        let Some(mut process) = self.processes[server].take() else {
            bail!("{} isn't running", node(server));
        };
        let rule = format!("{point}:1:abort");
        if !process.set_fail_points(&rule) {
            bail!("{} didn't confirm the fail point {rule}", node(server));
        }
        let mut status = None;
        self.eventually(&format!("{} to reach {point}", node(server)), || {
            status = process.exit_status()?;
            Ok(status.is_none().then(|| "it is running".to_owned()))
        })?;
        match status.and_then(|status| status.signal()) {
            Some(ABORTED) => Ok(()),
            _ => bail!("{} ended with {status:?} instead of at {point}", node(server)),
        }
    }

    /// Stops a server gracefully.
    ///
    /// # Errors
    /// When it doesn't stop, or reports a failure.
    pub(super) fn stop(&mut self, server: usize) -> Result<()> {
        if let Some(process) = self.processes[server].take() {
            process.stop_gracefully().with_context(|| node(server))?;
        }
        Ok(())
    }

    /// Sends a signal to a server.
    ///
    /// # Errors
    /// When it can't be sent.
    pub(super) fn signal(&self, server: usize, name: &str) -> Result<()> {
        let process = self.processes[server].as_ref();
        process.map_or(Ok(()), |process| process.signal(name))
    }

    /// Checks that no server has ended by itself.
    ///
    /// # Errors
    /// When one has.
    pub(super) fn check_running(&self) -> Result<()> {
        for (server, process) in self.processes.iter().enumerate() {
            if let Some(process) = process
                && let Some(status) = process.exit_status()?
            {
                bail!("{} ended with {status}", node(server));
            }
        }
        Ok(())
    }

    /// Waits until there is no obstacle.
    ///
    /// # Errors
    /// When it persists for longer than [`PATIENCE`], or a server ends meanwhile.
    pub(super) fn eventually(
        &self,
        what: &str,
        mut obstacle: impl FnMut() -> Result<Option<String>>,
    ) -> Result<()> {
        let begun = Instant::now();
        while let Some(obstacle) = obstacle()? {
            self.check_running()?;
            if begun.elapsed() > PATIENCE {
                bail!("timed out after {PATIENCE:?} waiting for {what}: {obstacle}");
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Waits until all servers are ready.
    ///
    /// # Errors
    /// When one isn't within [`PATIENCE`].
    pub(super) fn wait_ready(&self, api: &Api) -> Result<()> {
        self.eventually("all servers to be ready", || {
            for server in 0..SERVERS {
                match api.readiness(server) {
                    Some((200, _)) => {}
                    other => return Ok(Some(format!("{}: {other:?}", node(server)))),
                }
            }
            Ok(None)
        })
    }
}

/// The size of a server's log, in bytes.
pub(super) fn log_bytes(environment: &Environment, server: usize) -> u64 {
    fs::metadata(environment.log(server)).map_or(0, |metadata| metadata.len())
}

/// The part of a server's log after `begin` bytes.
///
/// # Errors
/// When it can't be read.
pub(super) fn log_since(environment: &Environment, server: usize, begin: u64) -> Result<String> {
    let log = fs::read(environment.log(server)).context("failed to read a log")?;
    let begin = usize::try_from(begin).unwrap_or(usize::MAX).min(log.len());
    Ok(String::from_utf8_lossy(&log[begin..]).into_owned())
}

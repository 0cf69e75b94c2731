//! Checks the server after a run: all its jobs have to end, and a new one, too.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::server::{APP_IDS, TestServer};
use anyhow::{Context, Result};
use appkeep_launcher::{ACCOUNT, backups};

/// Maximum time during which no job makes progress.
const PATIENCE: Duration = Duration::from_mins(1);

/// Interval between two polls.
const PAUSE: Duration = Duration::from_millis(250);

/// The states of resources without an unfinished job.
const SETTLED: [&str; 4] = ["completed", "failed", "removed", "unknown"];

/// Number of backups or snapshots in each state.
type States = BTreeMap<String, usize>;

/// The state of the server after a run.
#[derive(Debug, Default)]
pub(super) struct After {
    pub(super) backups: States,
    pub(super) snapshots: States,
    /// Time until the remaining jobs were finished.
    pub(super) elapsed: Duration,
    /// Peak memory use of the server, in bytes, if the system reports it.
    pub(super) server_peak_bytes: Option<u64>,
    pub(super) findings: Vec<String>,
}

/// Waits until the server has finished the jobs of the run, then creates one more backup, and stops the
/// server.
///
/// Problems are recorded as findings.
pub(super) fn settle(server: TestServer) -> After {
    let begun = Instant::now();
    let mut after = After {
        server_peak_bytes: server.peak_bytes(),
        ..After::default()
    };
    let healthy = wait(&server, &mut after)
        .and_then(|()| server.back_up())
        .and_then(|_| server.stop());
    after.elapsed = begun.elapsed();
    match healthy.as_deref() {
        Err(error) => after.findings.push(format!("{error:#}")),
        Ok([]) => {}
        Ok([first, ..]) => after.findings.push(format!("the server logged: {first}")),
    }
    for (kind, states) in [("backups", &after.backups), ("snapshots", &after.snapshots)] {
        for bad in ["failed", "removed", "unknown"] {
            if let Some(count) = states.get(bad) {
                after.findings.push(format!("{count} {kind} are {bad}"));
            }
        }
    }
    after
}

/// Waits until no jobs are left.
fn wait(server: &TestServer, after: &mut After) -> Result<()> {
    let mut fewest = usize::MAX;
    let mut progress = Instant::now();
    loop {
        after.backups = states(server, &backups())?;
        after.snapshots = States::new();
        for app in APP_IDS {
            let path = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{app}/appSnaps");
            for (state, count) in states(server, &path)? {
                *after.snapshots.entry(state).or_default() += count;
            }
        }
        let open = unsettled(&after.backups) + unsettled(&after.snapshots);
        if open == 0 {
            return Ok(());
        }
        if open < fewest {
            (fewest, progress) = (open, Instant::now());
        }
        if progress.elapsed() > PATIENCE {
            after.findings.push(format!(
                "{open} backups and snapshots made no progress within {PATIENCE:?}"
            ));
            return Ok(());
        }
        sleep(PAUSE);
    }
}

fn states(server: &TestServer, path: &str) -> Result<States> {
    let list = server.get(&format!("{path}?include=state"))?;
    let items = list["items"].as_array().context("a list without items")?;
    let mut states = States::new();
    for item in items {
        let state = item[0].as_str().context("an item without a state")?;
        *states.entry(state.to_owned()).or_default() += 1;
    }
    Ok(states)
}

fn unsettled(states: &States) -> usize {
    let open = states
        .iter()
        .filter(|(state, _)| !SETTLED.contains(&state.as_str()));
    open.map(|(_, count)| count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_resources_are_counted() {
        let states = [
            ("completed", 3),
            ("pending", 2),
            ("discovering", 1),
            ("running", 1),
            ("failed", 4),
        ];
        let states = states.map(|(state, count)| (state.to_owned(), count)).into();
        assert_eq!(unsettled(&states), 4);
    }
}

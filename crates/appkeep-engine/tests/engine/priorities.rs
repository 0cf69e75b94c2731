//! The CPU priority of the engine's threads.

use std::fs;

use appkeep_core::engine::{Engine, EngineError};
use appkeep_engine::{EngineConfig, RusticEngine};
use tokio::task::yield_now;

use crate::leases::Holder;
use crate::workbench::{Workbench, never_cancelled, no_progress};

/// A thread's scheduling policy and niceness.
type Standing = (i64, i64);

/// The system's number for the default scheduling policy.
const SCHED_OTHER: i64 = 0;

/// The system's number for the policy of threads that use only idle CPU time.
const SCHED_IDLE: i64 = 5;

/// The name and the priority in a thread's `stat` file.
fn standing_in(stat: &str) -> Option<(&str, Standing)> {
    let (begin, fields) = stat.rsplit_once(") ")?;
    let (_, name) = begin.split_once(" (")?;
    // These fields start with the third; niceness is the 19th, the policy the 41st.
    let field = |number: usize| fields.split(' ').nth(number - 3)?.parse().ok();
    Some((name, (field(41)?, field(19)?)))
}

/// The priorities of this process's threads called `name`. Other tests may run in the same process.
fn standings_of(name: &str) -> Vec<Standing> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let standings = tasks.filter_map(|task| {
        // A thread of another test may end at any time.
        let stat = fs::read_to_string(task.ok()?.path().join("stat")).ok()?;
        let (its_name, standing) = standing_in(&stat)?;
        (its_name == name).then_some(standing)
    });
    standings.collect()
}

/// An app with ten files, the niceness of this thread, and an engine with the default priority.
fn prepared() -> (Workbench, i64) {
    let mut workbench = Workbench::new();
    let data_dir = workbench.root().join("data");
    workbench.engine = RusticEngine::new(&EngineConfig { data_dir });
    workbench.write_files(10, 1 << 20);
    let stat = fs::read_to_string("/proc/thread-self/stat").unwrap();
    let (_, (_, niceness)) = standing_in(&stat).unwrap();
    (workbench, niceness)
}

/// Hooks may keep the app quiesced during the copy.
#[tokio::test]
async fn snapshots_run_at_low_priority_while_python3_holds_a_lease() {
    let (workbench, niceness) = prepared();
    let holder = Holder::stopped(&workbench.data().join("9"));
    let look = async {
        while !holder.is_asked() {
            yield_now().await;
        }
        let standings = standings_of("snapshot");
        drop(holder);
        standings
    };
    let (taken, standings) = tokio::join!(workbench.create_snapshot(1), look);
    taken.unwrap();
    let low = (SCHED_OTHER, (niceness + 10).min(19));
    assert!(standings.contains(&low), "{standings:?}");
}

#[tokio::test]
async fn backups_run_at_idle_priority() {
    let (workbench, niceness) = prepared();
    workbench.create_snapshot(1).await.unwrap();
    let (progress, request, cancel) = (no_progress(), workbench.copy_request(1, 1), never_cancelled());
    let mut heard = progress.subscribe();
    let mut blocked = workbench.block_last_file(1);
    let copy = workbench.engine.copy_backup(&request, &progress, &cancel);
    let look = async {
        heard.wait_for(|progress| progress.bytes_done > 0).await.unwrap();
        let standings = standings_of("backup");
        cancel.cancel();
        blocked.release();
        standings
    };
    let (copied, standings) = tokio::join!(copy, look);
    assert!(matches!(copied, Err(EngineError::Cancelled)), "{copied:?}");
    let idle = (SCHED_IDLE, niceness);
    assert!(standings.contains(&idle), "{standings:?}");
}

//! The CPU priority of the engine's threads.

use std::fs;
use std::pin::pin;

use appkeep_core::engine::Engine;
use appkeep_engine::{EngineConfig, RusticEngine};
use tokio::task::yield_now;

use crate::workbench::{Workbench, never_cancelled, no_progress, noise};

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

/// The priority of this process's thread called `name`, if there is one.
fn standing_of(name: &str) -> Option<Standing> {
    let mut tasks = fs::read_dir("/proc/self/task").unwrap();
    tasks.find_map(|task| {
        // The thread may end at any time.
        let stat = fs::read_to_string(task.ok()?.path().join("stat")).ok()?;
        let (its_name, standing) = standing_in(&stat)?;
        (its_name == name).then_some(standing)
    })
}

/// Hooks may keep the app quiesced during the copy.
#[tokio::test]
async fn backups_run_at_idle_priority_and_snapshots_at_low() {
    let mut workbench = Workbench::new();
    let data_dir = workbench.root().join("data");
    workbench.engine = RusticEngine::new(&EngineConfig { data_dir });
    for number in 0..40 {
        fs::write(workbench.data().join(number.to_string()), noise(number, 1 << 20)).unwrap();
    }
    let stat = fs::read_to_string("/proc/thread-self/stat").unwrap();
    let (_, (_, niceness)) = standing_in(&stat).unwrap();

    // A thread sets its priority when it begins, so the last value counts.
    let mut standing = None;
    let mut taking = pin!(workbench.create_snapshot(1));
    loop {
        tokio::select! {
            taken = &mut taking => {
                taken.unwrap();
                break;
            }
            () = yield_now() => standing = standing_of("snapshot").or(standing),
        }
    }
    assert_eq!(standing, Some((SCHED_OTHER, (niceness + 10).min(19))));

    let (progress, request, never) = (no_progress(), workbench.copy_request(1, 1), never_cancelled());
    let mut heard = progress.subscribe();
    let copy = workbench.engine.copy_backup(&request, &progress, &never);
    let look = async {
        heard.wait_for(|progress| progress.bytes_done > 0).await.unwrap();
        standing_of("backup")
    };
    let (copied, standing) = tokio::join!(copy, look);
    assert_eq!(copied.unwrap().bytes, 40 << 20);
    assert_eq!(standing, Some((SCHED_IDLE, niceness)));
}

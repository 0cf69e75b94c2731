//! What the engine's threads get of the processors, while they work.

use std::fs;
use std::future::Future;
use std::pin::pin;

use tokio::task::yield_now;

use crate::workbench::{Workbench, noise};

/// A thread's policy and niceness.
type Standing = (i64, i64);

/// The system's number for ordinary threads.
const SCHED_OTHER: i64 = 0;

/// That for threads which get what nothing else wants.
const SCHED_IDLE: i64 = 5;

/// The name and the standing of a thread whose file `stat` this is.
fn standing_in(stat: &str) -> Option<(&str, Standing)> {
    let (begin, fields) = stat.rsplit_once(") ")?;
    let (_, name) = begin.split_once(" (")?;
    // The first of these is the third field; niceness is the 19th, the policy the 41st.
    let field = |number: usize| fields.split(' ').nth(number - 3)?.parse().ok();
    Some((name, (field(41)?, field(19)?)))
}

/// How a thread of this process that is called `name` stands, if there is one.
fn standing_of(name: &str) -> Option<Standing> {
    let mut tasks = fs::read_dir("/proc/self/task").unwrap();
    tasks.find_map(|task| {
        // It may end any time.
        let stat = fs::read_to_string(task.ok()?.path().join("stat")).ok()?;
        let (its_name, standing) = standing_in(&stat)?;
        (its_name == name).then_some(standing)
    })
}

/// Looks at a thread again and again while `work` is done; the last that was seen counts, as a thread takes its
/// standing when it begins.
async fn seen_during(name: &str, work: impl Future) -> Option<Standing> {
    let mut seen = None;
    let mut work = pin!(work);
    loop {
        tokio::select! {
            _ = &mut work => return seen,
            () = yield_now() => seen = standing_of(name).or(seen),
        }
    }
}

/// Hooks may hold the app still while it is copied.
#[tokio::test]
async fn a_backup_takes_what_is_left_and_a_snapshot_a_share() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("large"), noise(1, 64 << 20)).unwrap();
    let stat = fs::read_to_string("/proc/thread-self/stat").unwrap();
    let (_, (_, niceness)) = standing_in(&stat).unwrap();
    let snapshot = seen_during("snapshot", async { workbench.take(1).await.unwrap() }).await;
    assert_eq!(snapshot, Some((SCHED_OTHER, (niceness + 10).min(19))));
    let backup = seen_during("backup", async { workbench.copy(1, 1).await.unwrap() }).await;
    assert_eq!(backup, Some((SCHED_IDLE, niceness)));
}

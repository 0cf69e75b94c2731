//! Execution hooks: commands that an operator declares and that run before and after an app is copied, so that a
//! database can be quiesced. The engine runs them.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::ids::{AppId, AppSnapshotId};
use crate::state::StateDetail;

/// The largest amount of a command's output that is kept, in bytes; only the end is kept.
pub const OUTPUT_BYTES_MAX: usize = 4096;

/// The beginning of the URIs that identify the kinds of reports of hooks.
const KINDS: &str = "https://appkeep.io/hooks/";

/// The end of the URI of reports of hooks that exited with status 0.
const SUCCESS: &str = "success";

/// The largest amount of each stream of a failed command's output in `hookStateDetails`, in characters; only the end is
/// kept.
pub const DETAIL_OUTPUT_CHARS_MAX: usize = 1000;

/// The same for a command that exited with status 0. Lists contain the reports of all hooks of each item.
pub const DETAIL_OUTPUT_OF_SUCCESS_CHARS_MAX: usize = 200;

/// The stage at which a hook runs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum HookStage {
    /// Before the volumes are copied. A hook that fails here fails the snapshot.
    PreSnapshot,
    /// After the volumes were copied, or could not be copied.
    PostSnapshot,
}

impl HookStage {
    /// Both stages, in the order in which they run.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The value in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A command that runs before or after an app is copied.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// Its name, unique within the app.
    pub name: String,
    /// The stage at which it runs.
    pub stage: HookStage,
    /// The program and its arguments; they aren't interpreted by a shell.
    pub command: Vec<String>,
    /// Environment variables, in addition to those that the system sets.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The time limit in seconds.
    pub timeout_secs: u32,
}

/// Omits the values of environment variables, which may be secret.
impl Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook")
            .field("name", &self.name)
            .field("stage", &self.stage)
            .field("command", &self.command)
            .field("env", &self.env.keys())
            .field("timeout_secs", &self.timeout_secs)
            .finish()
    }
}

/// A request to run a hook.
#[derive(Debug, Clone)]
pub struct RunHook {
    /// The hook.
    pub hook: Hook,
    /// The app that is copied.
    pub app_id: AppId,
    /// The name of the app.
    pub app_name: String,
    /// The snapshot that is being created.
    pub snapshot_id: AppSnapshotId,
}

/// The way in which a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookEnd {
    /// It exited with this status.
    Exited(i32),
    /// It was terminated by this signal.
    Signalled(i32),
    /// It exceeded its time limit and was killed with all processes that it started.
    TimedOut,
    /// The caller cancelled, and it was killed with all processes that it started.
    Cancelled,
    /// It could not be started, for this reason.
    NotStarted(String),
    /// It could not be started within its time limit because the system lacks resources, for this reason.
    Exhausted(String),
}

/// The result of a hook's run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRun {
    /// The way in which it ended.
    pub end: HookEnd,
    /// The duration of the run.
    pub duration: Duration,
    /// The end of its standard output, at most [`OUTPUT_BYTES_MAX`] bytes.
    pub stdout: String,
    /// The end of its standard error, at most [`OUTPUT_BYTES_MAX`] bytes.
    pub stderr: String,
}

impl HookRun {
    /// Whether the command exited with status 0.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.end == HookEnd::Exited(0)
    }

    /// A description of how it ended, to be appended to the hook's name.
    #[must_use]
    pub fn outcome(&self, hook: &Hook) -> String {
        match &self.end {
            HookEnd::Exited(status) => format!("exited with status {status}"),
            HookEnd::Signalled(signal) => format!("was ended by signal {signal}"),
            HookEnd::TimedOut => format!("was killed after its time-out of {} s", hook.timeout_secs),
            HookEnd::Cancelled => "was killed because it was cancelled".to_owned(),
            HookEnd::NotStarted(reason) | HookEnd::Exhausted(reason) => {
                format!("could not be started: {reason}")
            }
        }
    }

    /// The report that clients see: the way in which it ended, its duration, and the end of its output.
    #[must_use]
    pub fn report(&self, hook: &Hook) -> StateDetail {
        let kind = match self.end {
            HookEnd::Exited(0) => SUCCESS,
            HookEnd::Exited(_) => "exit-status",
            HookEnd::Signalled(_) => "signal",
            HookEnd::TimedOut => "time-out",
            HookEnd::Cancelled => "cancelled",
            HookEnd::NotStarted(_) | HookEnd::Exhausted(_) => "not-started",
        };
        let after = match self.end {
            HookEnd::Exited(_) | HookEnd::Signalled(_) => {
                format!(" after {:.2} s", self.duration.as_secs_f64())
            }
            _ => String::new(),
        };
        let what = format!(
            "{} hook {:?} {}{after}",
            hook.stage.as_str(),
            hook.name,
            self.outcome(hook)
        );
        let chars_max = if self.is_success() {
            DETAIL_OUTPUT_OF_SUCCESS_CHARS_MAX
        } else {
            DETAIL_OUTPUT_CHARS_MAX
        };
        let mut parts = vec![what];
        for (name, output) in [("stderr", &self.stderr), ("stdout", &self.stdout)] {
            let output = last_chars(output.trim(), chars_max);
            if !output.is_empty() {
                parts.push(format!("{name}: {output}"));
            }
        }
        StateDetail {
            kind: format!("{KINDS}{kind}"),
            title: format!(
                "Hook {} {}",
                hook.name,
                if self.is_success() { "succeeded" } else { "failed" }
            ),
            detail: parts.join("; "),
        }
    }
}

/// Whether this is the report of a hook that didn't exit with status 0.
#[must_use]
pub fn is_failure(report: &StateDetail) -> bool {
    report.kind.strip_prefix(KINDS) != Some(SUCCESS)
}

/// The last `count` characters of a text, marked with an ellipsis if there were more.
fn last_chars(text: &str, count: usize) -> String {
    match text.char_indices().rev().nth(count.saturating_sub(1)) {
        Some((start, _)) if start > 0 => format!("…{}", &text[start..]),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook() -> Hook {
        Hook {
            name: "quiesce".to_owned(),
            stage: HookStage::PreSnapshot,
            command: vec!["/bin/quiesce".to_owned()],
            env: BTreeMap::from([("PASSWORD".to_owned(), "hunter2".to_owned())]),
            timeout_secs: 3,
        }
    }

    #[test]
    fn environment_values_are_not_printed() {
        let shown = format!("{:?}", hook());
        assert!(
            shown.contains("PASSWORD") && !shown.contains("hunter2"),
            "{shown}"
        );
    }

    #[test]
    fn reports_contain_exit_duration_and_last_output() {
        let mut run = HookRun {
            end: HookEnd::Exited(3),
            duration: Duration::from_millis(5),
            stdout: String::new(),
            stderr: format!("{} is locked\n", "ä".repeat(2000)),
        };
        let detail = run.report(&hook());
        assert_eq!(detail.kind, "https://appkeep.io/hooks/exit-status");
        assert_eq!(detail.title, "Hook quiesce failed");
        assert!(
            detail
                .detail
                .starts_with("pre-snapshot hook \"quiesce\" exited with status 3 after 0.01 s; stderr: …ä"),
            "{}",
            detail.detail
        );
        assert!(detail.detail.ends_with("ä is locked"), "{}", detail.detail);
        assert!(detail.detail.chars().count() < DETAIL_OUTPUT_CHARS_MAX + 100);
        assert!(is_failure(&detail));
        run = HookRun {
            end: HookEnd::Exited(0),
            duration: Duration::from_millis(1500),
            stdout: "tables: 7\n".to_owned(),
            stderr: String::new(),
        };
        let succeeded = run.report(&hook());
        assert_eq!(
            (succeeded.kind.as_str(), succeeded.title.as_str()),
            ("https://appkeep.io/hooks/success", "Hook quiesce succeeded")
        );
        assert_eq!(
            succeeded.detail,
            "pre-snapshot hook \"quiesce\" exited with status 0 after 1.50 s; stdout: tables: 7"
        );
        assert!(!is_failure(&succeeded));
        run.stderr = "ä".repeat(201);
        let detail = run.report(&hook()).detail;
        let expected = format!(" s; stderr: …{}; stdout: tables: 7", "ä".repeat(200));
        assert!(detail.ends_with(&expected), "{detail}");
    }

    #[test]
    fn stage_words_parse_to_their_stage() {
        for &stage in HookStage::ALL {
            assert_eq!(stage.as_str().parse(), Ok(stage));
        }
        assert!("pre-backup".parse::<HookStage>().is_err());
    }
}

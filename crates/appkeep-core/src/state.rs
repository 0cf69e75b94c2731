//! The seven states of backups and snapshots in the API, and the transitions between them.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The state of a backup or a snapshot (`ResourceState` in the contract).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ResourceState {
    /// Accepted; no worker has started.
    Pending,
    /// The data is being located and measured.
    Discovering,
    /// Bytes are being copied.
    Running,
    /// Everything is stored.
    Completed,
    /// It failed and won't be retried; the reasons are in `state_unready`.
    Failed,
    /// The data is missing from its storage location.
    Removed,
    /// Whether the data still exists can't be determined at the moment.
    Unknown,
}

impl ResourceState {
    /// All states, in the order of the contract.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The contract's name for this state.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether a worker may still change the state.
    #[must_use]
    pub const fn is_in_progress(self) -> bool {
        matches!(self, Self::Pending | Self::Discovering | Self::Running)
    }

    /// Whether the contract permits the transition from `self` to `next`. Staying in a state is always permitted,
    /// because every job step may run twice.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        use ResourceState::{Completed, Discovering, Failed, Pending, Removed, Running, Unknown};
        self == next
            || matches!(
                (self, next),
                (Pending, Discovering | Failed)
                    | (Discovering, Running | Failed)
                    | (Running, Completed | Failed)
                    | (Completed, Removed | Unknown)
                    | (Removed | Unknown, Completed)
                    | (Removed, Unknown)
                    | (Unknown, Removed)
            )
    }
}

/// The outcome of the execution hooks of a snapshot (`HookState` in the contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum HookState {
    /// At least one hook failed.
    Failed,
    /// There were no hooks, or all of them succeeded.
    Success,
}

impl HookState {
    /// The contract's name for this state.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The report of one run of a hook (`StateDetail` in the contract).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateDetail {
    /// A URI that identifies the kind of report.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short summary.
    pub title: String,
    /// A description of this occurrence.
    pub detail: String,
}

/// The maximum length of a reason in `stateUnready`, in characters.
pub const REASON_CHARS_MAX: usize = 127;

/// Fits a reason into the contract's 1 to 127 characters. A path in it is shortened at its start, so that the file
/// name and the cause stay readable; if that is not enough, the reason itself is shortened at its start.
#[must_use]
pub fn fit_reason(reason: &str) -> String {
    let reason = reason.trim();
    if reason.is_empty() {
        return "no reason is known".to_owned();
    }
    let excess = reason.chars().count().saturating_sub(REASON_CHARS_MAX);
    if excess == 0 {
        return reason.to_owned();
    }
    let (before, path, after) = split_at_path(reason);
    // One more for the ellipsis, and at least one character of the path is kept.
    if path.chars().count() > excess + 1 {
        let kept: String = path.chars().skip(excess + 1).collect();
        return format!("{before}…{}{after}", from_next_name(&kept));
    }
    let kept: String = reason.chars().skip(excess + 1).collect();
    format!("…{kept}")
}

/// The first path in a reason, and the text before and after it. A path starts with the word that contains the first
/// slash, and ends before a colon and a space.
fn split_at_path(reason: &str) -> (&str, &str, &str) {
    let slash = reason.find('/').unwrap_or(0);
    let begin = reason[..slash].rfind(char::is_whitespace).map_or(0, |space| {
        space + reason[space..].chars().next().map_or(1, char::len_utf8)
    });
    let end = reason[slash..]
        .find(": ")
        .map_or(reason.len(), |length| slash + length);
    (&reason[..begin], &reason[begin..end], &reason[end..])
}

/// The rest of a path from its next complete name on, or all of it if only a part of its last name is left.
fn from_next_name(path: &str) -> &str {
    path.find('/').map_or(path, |slash| &path[slash..])
}

/// The maximum number of reasons of a resource.
pub const REASONS_MAX: usize = 32;

/// Fits `reasons` into the contract: at least one, at most [`REASONS_MAX`], each of limited length.
#[must_use]
pub(crate) fn fit_reasons(reasons: &[String]) -> Vec<String> {
    if reasons.is_empty() {
        return vec![fit_reason("")];
    }
    let mut fitted: Vec<String> = reasons.iter().take(REASONS_MAX).map(|r| fit_reason(r)).collect();
    if reasons.len() > REASONS_MAX {
        fitted[REASONS_MAX - 1] = format!("and {} more", reasons.len() - REASONS_MAX + 1);
    }
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_words_parse_to_their_state() {
        for &state in ResourceState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("deleting".parse::<ResourceState>().is_err());
    }

    #[test]
    fn progress_never_goes_backwards() {
        assert!(ResourceState::Pending.may_become(ResourceState::Discovering));
        assert!(!ResourceState::Running.may_become(ResourceState::Discovering));
        assert!(!ResourceState::Completed.may_become(ResourceState::Failed));
        assert!(!ResourceState::Failed.may_become(ResourceState::Running));
    }

    #[test]
    fn long_reasons_lose_the_front_of_their_path() {
        let directories = "a directory/".repeat(30);
        let cases = [
            (
                format!("data/{directories}the file: Permission denied (os error 13)"),
                7,
                ["…", "/the file: Permission denied (os error 13)"],
            ),
            (
                format!("copying data/{directories}the file: No space left on device (os error 28)"),
                5,
                ["copying …", "/the file: No space left on device (os error 28)"],
            ),
        ];
        for (reason, names, [before, after]) in cases {
            let fitted = fit_reason(&reason);
            assert_eq!(fitted, [before, &"/a directory".repeat(names), after].concat());
            assert!(fitted.chars().count() <= REASON_CHARS_MAX);
        }
    }

    #[test]
    fn long_reasons_without_a_path_keep_their_end() {
        for long in [
            "x".repeat(300),
            "ä: ".repeat(150),
            format!("/{}", "ö".repeat(300)),
        ] {
            let fitted = fit_reason(&format!("{long}: Permission denied (os error 13)"));
            assert_eq!(fitted.chars().count(), REASON_CHARS_MAX);
            assert!(fitted.starts_with('…'), "{fitted}");
            assert!(fitted.ends_with("Permission denied (os error 13)"));
        }
        assert_eq!(fit_reason("  "), "no reason is known");
    }

    #[test]
    fn a_reason_that_is_longer_than_its_path_fits_too() {
        let fitted = fit_reason(&format!("data/file: {}", "why ".repeat(100)));
        assert_eq!(fitted.chars().count(), REASON_CHARS_MAX);
        assert!(fitted.ends_with("why why"));
    }

    #[test]
    fn too_many_reasons_are_counted() {
        let reasons: Vec<String> = (0..40).map(|n| format!("reason {n}")).collect();
        let fitted = fit_reasons(&reasons);
        assert_eq!(fitted.len(), REASONS_MAX);
        assert_eq!(fitted[REASONS_MAX - 1], "and 9 more");
    }
}

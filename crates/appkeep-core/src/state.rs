//! The seven words in which the API tells how a backup or a snapshot is doing, and the moves between them.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// How a backup or snapshot is doing (`ResourceState` in the contract).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ResourceState {
    /// Accepted; no worker has begun.
    Pending,
    /// The data is being found and measured.
    Discovering,
    /// Bytes are being copied.
    Running,
    /// Everything is safely stored.
    Completed,
    /// It did not work and won't be tried again; the reasons are in `state_unready`.
    Failed,
    /// The data is gone from where it was stored.
    Removed,
    /// Whether the data is still there can't be determined now.
    Unknown,
}

impl ResourceState {
    /// All states, in the order of the contract.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The contract's word for this state.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether a worker may still move the resource on.
    #[must_use]
    pub const fn is_in_progress(self) -> bool {
        matches!(self, Self::Pending | Self::Discovering | Self::Running)
    }

    /// Whether the contract permits the move from `self` to `next`. Staying is always permitted,
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

/// How the execution hooks of a snapshot went (`HookState` in the contract).
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
    /// The contract's word for this state.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One detail of why hooks failed (`StateDetail` in the contract).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateDetail {
    /// A URI that names the kind of failure.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short summary.
    pub title: String,
    /// What happened this time.
    pub detail: String,
}

/// The longest reason in `stateUnready`, in characters.
pub const REASON_CHARS_MAX: usize = 127;

/// Makes a reason fit the contract's 1 to 127 characters. A path in it is shortened at its front, so that the
/// name of the file and the cause stay readable; if that is not enough, the reason itself is.
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
    // One more for the ellipsis, and a character of the path at least.
    if path.chars().count() > excess + 1 {
        let kept: String = path.chars().skip(excess + 1).collect();
        return format!("{before}…{}{after}", from_next_name(&kept));
    }
    let kept: String = reason.chars().skip(excess + 1).collect();
    format!("…{kept}")
}

/// The first path in a reason, and what is before and after it. A path begins with the word that has the first
/// slash and ends before a colon and a space.
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

/// The rest of a path from its next complete name on, unless only a part of its last name is left.
fn from_next_name(path: &str) -> &str {
    path.find('/').map_or(path, |slash| &path[slash..])
}

/// The largest number of reasons that a resource keeps.
pub const REASONS_MAX: usize = 32;

/// Makes `reasons` fit the contract: at least one, at most [`REASONS_MAX`], each of bounded length.
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
    fn every_word_names_its_state() {
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

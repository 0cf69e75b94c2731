//! Comparison of a document's version with the version that its changes require.

use semver::Version;
use serde::Serialize;
use serde_json::Value;

use super::Level;
use crate::document::Document;

/// Whether the version of NEW reflects the changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Versioning {
    /// It is at least the version that the changes require.
    Enough,
    /// It is lower than this one, the lowest version that the changes permit.
    TooLow(String),
    /// One of the versions is missing or isn't a semantic version.
    Unreadable,
}

/// The `info.version` of a document.
pub(super) fn of(document: &Document) -> Option<String> {
    let version = document.root().pointer("/info/version");
    version.and_then(Value::as_str).map(str::to_owned)
}

/// Compares both versions with the required level.
pub(super) fn judge(old: Option<&str>, new: Option<&str>, level: Level) -> Versioning {
    let read = |text: Option<&str>| text.and_then(|text| Version::parse(text).ok());
    let (Some(old), Some(new)) = (read(old), read(new)) else {
        return Versioning::Unreadable;
    };
    let least = least(&old, level);
    // A pre-release counts as the release that it precedes.
    if (new.major, new.minor, new.patch) >= (least.major, least.minor, least.patch) {
        Versioning::Enough
    } else {
        Versioning::TooLow(least.to_string())
    }
}

/// The lowest version that may follow. Before 1.0.0, the minor number takes the role of the major number, and
/// the patch number those of the minor and patch numbers.
fn least(old: &Version, level: Level) -> Version {
    match (level, old.major) {
        (Level::None, _) => old.clone(),
        (Level::Major, 0) => Version::new(0, old.minor + 1, 0),
        (Level::Major, major) => Version::new(major + 1, 0, 0),
        (Level::Minor, 1..) => Version::new(old.major, old.minor + 1, 0),
        (Level::Minor | Level::Patch, _) => Version::new(old.major, old.minor, old.patch + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_decides_the_version_increment() {
        let enough = |old, new, level| judge(Some(old), Some(new), level) == Versioning::Enough;
        assert!(enough("1.2.3", "1.2.3", Level::None));
        assert!(enough("1.2.3", "1.2.4", Level::Patch) && !enough("1.2.3", "1.2.3", Level::Patch));
        assert!(enough("1.2.3", "1.3.0", Level::Minor) && !enough("1.2.3", "1.2.9", Level::Minor));
        assert!(enough("1.2.3", "2.0.0", Level::Major) && !enough("1.2.3", "1.9.0", Level::Major));
        assert!(enough("1.2.3", "2.0.0-rc.1", Level::Major));
    }

    #[test]
    fn before_1_0_the_minor_version_is_the_major_one() {
        let too_low = |least: &str| Versioning::TooLow(least.to_owned());
        assert_eq!(
            judge(Some("0.1.4"), Some("0.1.5"), Level::Minor),
            Versioning::Enough
        );
        assert_eq!(
            judge(Some("0.1.4"), Some("0.2.0"), Level::Major),
            Versioning::Enough
        );
        assert_eq!(
            judge(Some("0.1.4"), Some("0.1.5"), Level::Major),
            too_low("0.2.0")
        );
        assert_eq!(
            judge(Some("0.1.4"), Some("0.1.4"), Level::Minor),
            too_low("0.1.5")
        );
    }

    #[test]
    fn invalid_versions_are_not_compared() {
        assert_eq!(
            judge(Some("v1"), Some("2.0.0"), Level::Major),
            Versioning::Unreadable
        );
        assert_eq!(judge(Some("1.0.0"), None, Level::None), Versioning::Unreadable);
    }
}

//! The fail points of the server, read from its sources, so that none is forgotten.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{files, tidy};

/// The directory of the program's sources.
const SOURCES: &str = "crates";

/// The code that marks a fail point in the sources.
const MARK: &str = "fail_point::pass";

/// The operation that reaches a fail point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// A backup is created.
    Backup,
    /// A backup is created in a new repository.
    NewRepository,
    /// A backup is deleted.
    Delete,
}

/// The operation that a fail point needs. The default for a new fail point is a backup.
pub(super) fn needs(name: &str) -> Needs {
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| name.starts_with(beginning));
    if begins(&[
        "repository.",
        "keys.",
        "backend.write_config",
        "backend.write_key",
    ]) {
        Needs::NewRepository
    } else if begins(&["prune.", "delete_backup.", "backend.remove"]) {
        Needs::Delete
    } else {
        Needs::Backup
    }
}

/// The pass at which a fail point kills: usually the first; a later one if the point is passed many times.
pub(super) fn nth(name: &str, rng: &mut fastrand::Rng) -> u64 {
    let max = match name.split('.').next() {
        Some("store") => 12,
        Some("durable") => 16,
        _ if name.ends_with(".bytes_read") => 200_000,
        _ if name == "snapshot.piece" => 6,
        _ if rng.u8(..4) == 0 => 2,
        _ => 1,
    };
    rng.u64(1..=max)
}

/// The names of all fail points, sorted.
///
/// # Errors
/// When a source can't be read, or there is no fail point at all.
pub(super) fn names() -> Result<Vec<String>> {
    let root = files::root().join(SOURCES);
    let mut names = Vec::new();
    for path in tidy::files_with_extension(&root, "rs")? {
        let text = fs::read_to_string(root.join(&path))
            .with_context(|| format!("failed to read {}", path.display()))?;
        names.extend(names_in(&text));
    }
    // There are no restores here; `crates/appkeep/tests/interrupted` covers these fail points.
    names.retain(|name| !name.starts_with("restore."));
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        bail!("no fail point was found below {SOURCES}");
    }
    Ok(names)
}

fn names_in(text: &str) -> Vec<String> {
    let calls = text.split(MARK).skip(1);
    let calls = calls.filter(|rest| rest.starts_with(['(', '_']));
    let arguments = calls.map(|rest| rest.split(");").next().unwrap_or_default());
    let quoted = arguments.flat_map(|argument| argument.split('"').skip(1).step_by(2));
    quoted.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_a_fail_point() {
        let names = names().unwrap();
        for step in [
            "create_backup.copied",
            "create_snapshot.copied",
            "delete_backup.data_deleted",
            "backend.write_pack",
            "backup.before_release",
            "prune.planned",
            "keys.store",
            "snapshot.before_rename",
            "store.before_commit",
        ] {
            assert!(
                names.iter().any(|name| name == step),
                "{step} is not in {names:?}"
            );
        }
    }

    #[test]
    fn names_are_read_from_fail_point_calls() {
        let text = r#"a("x"); fail_point::pass("one.two"); b("y"); fail_point::pass(match z {
            A => "three.a",
            B => "three.b",
        }); fail_point::pass_times("four.bytes_read", 5); c("z");"#;
        let names = ["one.two", "three.a", "three.b", "four.bytes_read"];
        assert_eq!(names_in(text), names);
    }
}

//! Selects the targets of restored volumes, and checks that replacing them does no harm.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use appkeep_core::engine::{EngineError, Restore, RestoreTarget, TargetPolicy};
use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::target;
use crate::failure::{is_transient, storage};
use crate::mounts::Mounts;
use crate::staging;

/// The method of replacing the old data with the new data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Swap {
    /// The directory itself is exchanged, in one step.
    Directory,
    /// Its entries are moved one by one: a mount point, or a btrfs subvolume that should remain one, can't be
    /// exchanged with a neighbouring directory.
    Entries,
}

/// The target of one volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replacement {
    /// The volume's name.
    #[serde(with = "raw")]
    pub(crate) volume: OsString,
    /// The directory that is replaced, as a path without links.
    #[serde(with = "raw")]
    pub(crate) target: OsString,
    /// The method of replacing it.
    pub(crate) swap: Swap,
    /// Whether the directory must not exist yet: nothing is replaced.
    #[serde(default)]
    pub(crate) is_new: bool,
    /// The directory in which the new data is created, and which contains the old data after the swap.
    #[serde(with = "raw")]
    pub(crate) staging: OsString,
}

/// Serializes paths. Paths needn't be UTF-8, unlike JSON, so other paths are stored as numbers.
mod raw {
    use super::{OsStrExt, OsString, OsStringExt};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Raw {
        Text(String),
        Bytes(Vec<u8>),
    }

    pub(super) fn serialize<S: Serializer>(text: &OsString, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = match text.to_str() {
            Some(text) => Raw::Text(text.to_owned()),
            None => Raw::Bytes(text.as_bytes().to_owned()),
        };
        raw.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OsString, D::Error> {
        Ok(match Raw::deserialize(deserializer)? {
            Raw::Text(text) => OsString::from(text),
            Raw::Bytes(bytes) => OsString::from_vec(bytes),
        })
    }
}

impl Replacement {
    /// The directory that is replaced.
    pub(crate) fn target(&self) -> &Path {
        Path::new(&self.target)
    }

    /// The directory in which the new data is created.
    pub(crate) fn staging(&self) -> &Path {
        Path::new(&self.staging)
    }
}

/// The targets of a restore.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The place of each volume, in order of names.
    pub(crate) replacements: Vec<Replacement>,
    /// Volumes of the app that aren't in the restored data.
    pub(crate) untouched: Vec<String>,
}

pub(super) fn refused(why: String) -> EngineError {
    EngineError::Refused(why)
}

/// Selects a place for each volume of the data. Creates the target directory if it doesn't exist, and changes
/// nothing else.
///
/// # Errors
/// [`EngineError::Refused`] if the data doesn't match the target, or would replace data that must stay.
pub(crate) fn plan(request: &Restore, volumes: &[Entry], protected: &[PathBuf]) -> Result<Plan, EngineError> {
    if volumes.is_empty() {
        return Err(EngineError::Unreadable(vec!["it contains no volume".to_owned()]));
    }
    let mounts = Mounts::read().map_err(|error| storage("reading /proc/self/mountinfo", &error))?;
    let hidden = staging::name_of(request.id);
    let (targets, untouched) = match &request.target {
        RestoreTarget::InPlace(declared) => {
            let mut targets = Vec::new();
            for volume in volumes {
                let name = volume.name.display();
                let found = declared
                    .iter()
                    .find(|declared| volume.name == *declared.name.as_str());
                let found = found.ok_or_else(|| {
                    refused(format!(
                        "the app has no volume {name}, which the source contains: restore to a directory instead"
                    ))
                })?;
                targets.push((volume, real_volume(&volume.name, &found.path)?));
            }
            let is_there = |name: &str| volumes.iter().any(|volume| volume.name == *name);
            let untouched = declared.iter().map(|declared| declared.name.clone());
            let untouched: Vec<_> = untouched.filter(|name| !is_there(name)).collect();
            if request.source_app_id != request.app_id && !untouched.is_empty() {
                let names = untouched.join(", ");
                return Err(refused(format!(
                    "the source is of another app and doesn't contain the volumes {names} of this one: expected the same \
                     volumes"
                )));
            }
            (targets, untouched)
        }
        RestoreTarget::Directory { path, policy } => {
            let directory = target::create(path, &request.within, |real| {
                check_not_protected(real, protected, "the target", false)
            })?;
            if *policy == TargetPolicy::Refuse {
                target::check_empty(&directory)?;
            }
            let targets = volumes
                .iter()
                .map(|volume| (volume, directory.join(&volume.name)));
            (targets.collect(), Vec::new())
        }
    };
    let is_new = matches!(
        request.target,
        RestoreTarget::Directory {
            policy: TargetPolicy::Refuse,
            ..
        }
    );
    let mut replacements = Vec::new();
    for (volume, target) in targets {
        let name = volume.name.display();
        check_not_protected(&target, protected, &format!("the volume {name}"), true)?;
        if let Some(inner) = mounts.below(&target) {
            return Err(refused(format!(
                "{} is mounted in the volume {name}: declare it as a separate volume, or unmount it",
                inner.strip_prefix(&target).unwrap_or(inner).display()
            )));
        }
        let swap = swap_for(&target, &mounts).map_err(|error| storage(target.display(), &error))?;
        let beside = match swap {
            Swap::Directory => target.parent().unwrap_or(&target),
            Swap::Entries => &target,
        };
        let staging = beside.join(&hidden).into_os_string();
        replacements.push(Replacement {
            volume: volume.name.clone(),
            target: target.into_os_string(),
            swap,
            is_new,
            staging,
        });
    }
    check_not_nested(&replacements)?;
    Ok(Plan {
        replacements,
        untouched,
    })
}

/// The directory of a declared volume, whether or not it exists.
fn real_volume(name: &OsStr, path: &Path) -> Result<PathBuf, EngineError> {
    let name = name.display();
    let unusable = |path: &Path, error: io::Error| {
        // The directory on this server is logged for the operator only.
        tracing::warn!(path = %path.display(), %error, "a volume can't be restored");
        if is_transient(&error) {
            return storage(format!("the volume {name}"), &error);
        }
        refused(format!("the volume {name}: {error}"))
    };
    match path.canonicalize() {
        Ok(real) if real.is_dir() => Ok(real),
        Ok(real) => Err(unusable(&real, io::ErrorKind::NotADirectory.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            // It doesn't exist. Its parent must: a disk may not be mounted.
            let (Some(parent), Some(last)) = (path.parent(), path.file_name()) else {
                return Err(unusable(path, error));
            };
            let parent = parent.canonicalize().map_err(|error| unusable(parent, error))?;
            Ok(parent.join(last))
        }
        Err(error) => Err(unusable(path, error)),
    }
}

/// Rejects a target in a directory that must stay unchanged and, if it `is_replaced`, a target that contains
/// such a directory.
fn check_not_protected(
    target: &Path,
    protected: &[PathBuf],
    what: &str,
    is_replaced: bool,
) -> Result<(), EngineError> {
    for kept in protected {
        // A directory that doesn't exist can't be damaged.
        let Ok(kept) = kept.canonicalize() else { continue };
        if target.starts_with(&kept) || (is_replaced && kept.starts_with(target)) {
            return Err(refused(format!(
                "{what} would overwrite {}, which contains data of this server: {}",
                kept.display(),
                target.display()
            )));
        }
    }
    Ok(())
}

fn check_not_nested(replacements: &[Replacement]) -> Result<(), EngineError> {
    for (number, one) in replacements.iter().enumerate() {
        for (other_number, other) in replacements.iter().enumerate() {
            if number != other_number && one.target().starts_with(other.target()) {
                return Err(refused(format!(
                    "the volume {} is in the volume {}",
                    one.volume.display(),
                    other.volume.display()
                )));
            }
        }
    }
    Ok(())
}

fn swap_for(target: &Path, mounts: &Mounts) -> io::Result<Swap> {
    use std::os::unix::fs::MetadataExt;
    let found = match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Swap::Directory),
        found => found?,
    };
    let Some(parent) = target.parent() else {
        return Ok(Swap::Entries);
    };
    let is_own = mounts.at(target) || found.dev() != fs::symlink_metadata(parent)?.dev();
    Ok(if is_own && found.is_dir() {
        Swap::Entries
    } else {
        Swap::Directory
    })
}

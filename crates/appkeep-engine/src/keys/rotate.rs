//! Changes the master key: every repository's key is encrypted again, and no repository changes.
//!
//! Until the last step both master keys exist, and each file can be decrypted with one of them. An
//! interrupted rotation can be repeated: keys that are already encrypted with the new master key are left
//! unchanged. In a database, all keys are replaced in one transaction.

use std::fs;

use appkeep_core::engine::EngineError;
use appkeep_core::repository_keys::KeyChange;

use super::{KeyStore, Keyring, MASTER, MasterKey, MasterKeyId, NEXT_MASTER, Source, file};
use crate::durable;
use crate::failure::{self, storage};

/// The result of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The new master key.
    pub to: MasterKeyId,
    /// The number of keys that were encrypted again.
    pub wrapped: usize,
    /// The number of keys that were already encrypted with the new master key.
    pub kept: usize,
}

impl KeyStore {
    /// Encrypts all keys with another master key: a new one of the server's own, or the given one. `old` are
    /// the master keys that currently decrypt the files, besides the server's own.
    ///
    /// No other process may use the data directory or the database meanwhile. Servers that share a database must have
    /// the new master key afterwards.
    ///
    /// # Errors
    /// [`EngineError::Key`] if any file can't be decrypted; then nothing was changed.
    /// [`EngineError::Storage`] if a file can't be written, [`EngineError::Busy`] if a server changed one meanwhile;
    /// then it may be called again.
    pub fn rotate(&self, old: &[MasterKey]) -> Result<Rotation, EngineError> {
        self.rotate_by_steps(old, &mut || Ok(()))
    }

    /// Rotates the master key; `step` is called before every change on disk, and its error ends the rotation.
    pub(super) fn rotate_by_steps(
        &self,
        old: &[MasterKey],
        step: &mut dyn FnMut() -> Result<(), EngineError>,
    ) -> Result<Rotation, EngineError> {
        let _alone = failure::lock(&self.writing);
        let all = self.list()?;
        let next = self.read_master(NEXT_MASTER)?;
        let mut others: Vec<_> = old.to_vec();
        others.extend(self.read_master(MASTER)?);
        others.extend(next.clone());
        let target = match &self.source {
            Source::Given(key) => key.clone(),
            Source::Own => next.clone().map_or_else(MasterKey::generate, Ok)?,
        };
        let keyring = Keyring {
            current: target.clone(),
            others,
        };
        // All or nothing: a file that can't be decrypted must be repaired by the operator first.
        for (bucket_id, app_id) in &all {
            self.open_with(&keyring, *bucket_id, *app_id)?;
        }
        let is_own = matches!(self.source, Source::Own);
        if is_own && next.is_none() {
            step()?;
            self.write_master(NEXT_MASTER, &target)?;
        }
        let alone = Keyring {
            current: target.clone(),
            others: Vec::new(),
        };
        let mut rotation = Rotation {
            to: target.id(),
            wrapped: 0,
            kept: 0,
        };
        let mut changes = Vec::new();
        for &(bucket_id, app_id) in &all {
            if matches!(self.open_with(&alone, bucket_id, app_id), Ok(Some((_, false)))) {
                rotation.kept += 1;
                continue;
            }
            let Some(from) = self.files.read(bucket_id, app_id)? else {
                continue;
            };
            let (key, _) = self.open_content(&keyring, bucket_id, app_id, &from)?;
            changes.push(KeyChange {
                bucket_id,
                app_id,
                from: from.to_vec(),
                to: file::wrap(&key, &target, bucket_id, app_id)?,
            });
        }
        rotation.wrapped = changes.len();
        if !self.files.replace(&changes, step)? {
            return Err(EngineError::Busy(
                "a key was changed by a server meanwhile: repeat the rotation".to_owned(),
            ));
        }
        // The old key is deleted at the end, so all files must be decryptable without it.
        for (bucket_id, app_id) in all {
            self.open_with(&alone, bucket_id, app_id)?;
        }
        step()?;
        if is_own {
            self.replace_master()?;
        } else {
            for name in [NEXT_MASTER, MASTER] {
                self.remove_master(name)?;
            }
        }
        Ok(rotation)
    }

    /// Replaces the old master key with the new one in a single step.
    fn replace_master(&self) -> Result<(), EngineError> {
        let to = self.directory.join(MASTER);
        fs::rename(self.directory.join(NEXT_MASTER), &to)
            .and_then(|()| durable::sync_parent(&to))
            .map_err(|error| storage(format!("writing keys/{MASTER}"), &error))
    }

    fn remove_master(&self, name: &str) -> Result<(), EngineError> {
        durable::remove_synced(&self.directory.join(name))
            .map_err(|error| storage(format!("removing keys/{name}"), &error))
    }
}

//! Changes the master key: every repository's key is wrapped anew, and no repository is touched.
//!
//! Until the last step both keys are there, and each file opens with one of them. Whoever is interrupted
//! anywhere runs it again: what is wrapped by the new key already is left as it is.

use std::fs;
use std::io;

use appkeep_core::engine::EngineError;

use super::{KeyStore, MASTER, MasterKey, MasterKeyId, NEXT_MASTER, Ring, Source};
use crate::durable;
use crate::failure::{self, storage};

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The master key from now on.
    pub to: MasterKeyId,
    /// How many keys were wrapped anew.
    pub wrapped: usize,
    /// How many were wrapped by that master key already.
    pub kept: usize,
}

impl KeyStore {
    /// Wraps all keys with another master key: a new one of the server's own, or the one that was given. `old`
    /// are those that open the files until now, besides the server's own.
    ///
    /// Nobody else may use the data directory meanwhile.
    ///
    /// # Errors
    /// [`EngineError::Key`] when any file can't be opened; then nothing was changed. [`EngineError::Storage`] when
    /// a file can't be written; then it may be called again.
    pub fn rotate(&self, old: &[MasterKey]) -> Result<Rotation, EngineError> {
        self.rotate_by_steps(old, &mut || Ok(()))
    }

    /// `step` is called before every change on disk, and ends the rotation there when it fails.
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
        let ring = Ring {
            current: target.clone(),
            others,
        };
        // All or nothing: a file that can't be opened is a person's matter first.
        for (bucket_id, app_id) in &all {
            self.open_with(&ring, *bucket_id, *app_id)?;
        }
        let is_own = matches!(self.source, Source::Own);
        if is_own && next.is_none() {
            step()?;
            self.write_master(NEXT_MASTER, &target)?;
        }
        let alone = Ring {
            current: target.clone(),
            others: Vec::new(),
        };
        let mut rotation = Rotation {
            to: target.id(),
            wrapped: 0,
            kept: 0,
        };
        for (bucket_id, app_id) in all {
            if matches!(self.open_with(&alone, bucket_id, app_id), Ok(Some((_, false)))) {
                rotation.kept += 1;
                continue;
            }
            let Some((key, _)) = self.open_with(&ring, bucket_id, app_id)? else {
                continue;
            };
            step()?;
            self.write(&key, &target, bucket_id, app_id)?;
            // The old key goes at the end: what was written must open without it.
            self.open_with(&alone, bucket_id, app_id)?;
            rotation.wrapped += 1;
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

    /// The one moment at which the old key goes.
    fn replace_master(&self) -> Result<(), EngineError> {
        let to = self.directory.join(MASTER);
        fs::rename(self.directory.join(NEXT_MASTER), &to)
            .and_then(|()| durable::sync_parent(&to))
            .map_err(|error| storage(format!("writing keys/{MASTER}"), &error))
    }

    fn remove_master(&self, name: &str) -> Result<(), EngineError> {
        let path = self.directory.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            outcome => outcome.and_then(|()| durable::sync_parent(&path)),
        }
        .map_err(|error| storage(format!("removing keys/{name}"), &error))
    }
}

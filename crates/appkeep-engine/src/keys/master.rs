//! The master key: its format, its id, and encryption with it.

use std::fmt;

use appkeep_core::engine::EngineError;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The size of a master key in bytes.
pub(super) const KEY_BYTES: usize = 32;
/// The size of a nonce in bytes: large enough that nonces can be chosen at random without limit.
pub(super) const NONCE_BYTES: usize = 24;
/// The size of a master key's id in bytes.
const ID_BYTES: usize = 8;
/// Hashed before a master key to compute its id, so that the id has no other use.
const ID_DOMAIN: &[u8] = b"appkeep master key id 1\n";

/// The key that encrypts the keys of all repositories. It is secret: it has no `Debug` and is zeroed when
/// dropped.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

/// Identifies a master key without revealing it: the first bytes of a SHA-256 hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MasterKeyId([u8; ID_BYTES]);

/// An invalid master key. The error doesn't contain the key's text.
#[derive(Debug, thiserror::Error)]
#[error("expected a master key of 64 hex digits (`openssl rand -hex 32`), got {0}")]
pub struct InvalidMasterKey(String);

impl MasterKey {
    /// Generates a random key.
    ///
    /// # Errors
    /// [`EngineError::Broken`] if the system provides no random bytes.
    pub fn generate() -> Result<Self, EngineError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// Parses a key; surrounding white space is ignored.
    ///
    /// # Errors
    /// If the text isn't 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, InvalidMasterKey> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidMasterKey("an empty string".to_owned()));
        }
        if text.len() != 2 * KEY_BYTES {
            return Err(InvalidMasterKey(format!("{} bytes", text.len())));
        }
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        hex::decode_to_slice(text, bytes.as_mut_slice())
            .map_err(|_| InvalidMasterKey("characters that aren't hex digits".to_owned()))?;
        Ok(Self(bytes))
    }

    /// Formats the key for [`Self::from_hex`].
    pub(super) fn to_hex(&self) -> SecretString {
        hex::encode(self.0.as_slice()).into()
    }

    /// The id of the key.
    #[must_use]
    pub fn id(&self) -> MasterKeyId {
        let digest = Sha256::new()
            .chain_update(ID_DOMAIN)
            .chain_update(self.0.as_slice())
            .finalize();
        let mut id = [0; ID_BYTES];
        id.copy_from_slice(&digest[..ID_BYTES]);
        MasterKeyId(id)
    }

    /// Encrypts `plain` with the associated data `place`, without which it can't be decrypted.
    ///
    /// # Errors
    /// [`EngineError::Broken`] if the system provides no random bytes.
    pub(super) fn seal(
        &self,
        plain: &[u8],
        place: &[u8],
    ) -> Result<([u8; NONCE_BYTES], Vec<u8>), EngineError> {
        let mut nonce = [0; NONCE_BYTES];
        fill(&mut nonce)?;
        let sealed = self
            .cipher()
            .encrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: plain,
                    aad: place,
                },
            )
            .map_err(|_| EngineError::Broken("a key can't be wrapped".to_owned()))?;
        Ok((nonce, sealed))
    }

    /// Decrypts the output of [`Self::seal`] for the same `place`. `None` if the data was changed, or has
    /// another key or another place.
    pub(super) fn open(
        &self,
        nonce: &[u8; NONCE_BYTES],
        sealed: &[u8],
        place: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload {
            msg: sealed,
            aad: place,
        };
        let opened = self.cipher().decrypt(XNonce::from_slice(nonce), payload);
        opened.ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(Key::from_slice(self.0.as_slice()))
    }
}

impl MasterKeyId {
    /// Parses an id.
    pub(super) fn from_hex(text: &str) -> Option<Self> {
        let mut id = [0; ID_BYTES];
        hex::decode_to_slice(text, &mut id).ok()?;
        Some(Self(id))
    }
}

impl fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Fills `bytes` with random bytes from the system.
///
/// # Errors
/// [`EngineError::Broken`] if the system provides none.
pub(super) fn fill(bytes: &mut [u8]) -> Result<(), EngineError> {
    getrandom::fill(bytes)
        .map_err(|error| EngineError::Broken(format!("the system provides no random bytes: {error}")))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_key_survives_a_round_trip_and_its_id_is_not_secret() {
        let key = MasterKey::generate().unwrap();
        let hex = key.to_hex();
        let again = MasterKey::from_hex(&format!(" {}\n", hex.expose_secret().to_uppercase())).unwrap();
        assert_eq!(again.id(), key.id());
        assert_eq!(MasterKeyId::from_hex(&key.id().to_string()), Some(key.id()));
        assert!(!hex.expose_secret().contains(&key.id().to_string()));
        assert_ne!(MasterKey::generate().unwrap().id(), key.id());
    }

    /// Files contain the ids of their keys permanently.
    #[test]
    fn the_id_of_a_key_is_stable() {
        let key = MasterKey::from_hex(&"0123456789abcdef".repeat(4)).unwrap();
        assert_eq!(key.id().to_string(), "1515ca1f6798559c");
    }

    #[test]
    fn an_invalid_key_is_refused_and_not_repeated_in_the_error() {
        for (text, complaint) in [
            ("", "an empty string"),
            ("5a5a", "4 bytes"),
            (&"xy".repeat(32), "characters that aren't hex digits"),
        ] {
            let Err(error) = MasterKey::from_hex(text) else {
                panic!("{text} was taken as a key")
            };
            let error = error.to_string();
            assert!(error.ends_with(complaint), "{error}");
            assert!(text.is_empty() || !error.contains(text), "{error}");
        }
    }

    #[test]
    fn only_unchanged_data_decrypts_with_the_same_key_and_context() {
        let key = MasterKey::generate().unwrap();
        let (nonce, sealed) = key.seal(b"plain", b"place").unwrap();
        assert_eq!(key.open(&nonce, &sealed, b"place").unwrap().as_slice(), b"plain");
        assert!(key.open(&nonce, &sealed, b"elsewhere").is_none());
        assert!(
            MasterKey::generate()
                .unwrap()
                .open(&nonce, &sealed, b"place")
                .is_none()
        );
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(&nonce, &changed, b"place").is_none());
        }
        let (other_nonce, again) = key.seal(b"plain", b"place").unwrap();
        assert_ne!(nonce, other_nonce);
        assert_ne!(sealed, again);
    }
}

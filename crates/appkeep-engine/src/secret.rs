//! A text that nobody may see by accident.

use std::fmt::Write;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// A secret text. It has neither `Debug` nor `Display`, and its memory is zeroed when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text as a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The hexadecimal digits of `bytes`, in lower case.
    pub(crate) fn hex(bytes: &[u8]) -> Self {
        // With room for all, so that growing leaves no copy behind.
        let mut digits = Zeroizing::new(String::with_capacity(2 * bytes.len()));
        for byte in bytes {
            // Writing to a string doesn't fail.
            let _ = write!(digits, "{byte:02x}");
        }
        Self(digits)
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// For what is wrapped at once: see `keys`.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.reveal())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

//! Signatures of webhooks, as in Standard Webhooks (<https://www.standardwebhooks.com>): HMAC-SHA-256 of id, time and body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::SecretSource;

/// The prefix of keys, by which tools recognise them.
const PREFIX: &str = "whsec_";

/// The permitted sizes of keys, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The headers that identify a message, and its signature if there is a key.
///
/// # Errors
/// If the key can't be read, or is invalid.
pub(super) fn headers(
    secret: Option<&SecretSource>,
    id: Uuid,
    at: DateTime<Utc>,
    body: &[u8],
) -> Result<HeaderMap, String> {
    let (id, timestamp) = (id.to_string(), at.timestamp().to_string());
    let mut texts = vec![
        ("webhook-id", id.clone()),
        ("webhook-timestamp", timestamp.clone()),
    ];
    if let Some(secret) = secret {
        texts.push(("webhook-signature", sign(&key(secret)?, &id, &timestamp, body)?));
    }
    let mut headers = HeaderMap::new();
    for (name, text) in texts {
        let value = HeaderValue::try_from(text).map_err(|error| format!("{name}: {error}"))?;
        headers.insert(name, value);
    }
    Ok(headers)
}

fn key(source: &SecretSource) -> Result<Zeroizing<Vec<u8>>, String> {
    let (name, text) = match source {
        SecretSource::File(path) => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path);
            (
                name.clone(),
                text.map_err(|error| format!("failed to read {name}: {error}"))?,
            )
        }
        SecretSource::Env(variable) => {
            let text = std::env::var(variable);
            let problem = format!("the environment variable {variable} is not set");
            (variable.clone(), text.map_err(|_| problem)?)
        }
    };
    let text = Zeroizing::new(text);
    let encoded = text.trim();
    let encoded = encoded.strip_prefix(PREFIX).unwrap_or(encoded);
    let key = STANDARD.decode(encoded).ok().map(Zeroizing::new);
    key.filter(|key| KEY_BYTES.contains(&key.len())).ok_or_else(|| {
        format!(
            "{name} contains no key: expected the base64 of {} to {} bytes (openssl rand -base64 32)",
            KEY_BYTES.start(),
            KEY_BYTES.end()
        )
    })
}

fn sign(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> Result<String, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| error.to_string())?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = sign(
            &key,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(
            signature.unwrap(),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn invalid_keys_are_refused_without_their_content() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("key");
        let source = SecretSource::File(file.clone());
        assert!(key(&source).unwrap_err().contains("No such file"));
        for wrong in ["hunter2", "", "whsec_c2hvcnQ="] {
            std::fs::write(&file, wrong).unwrap();
            let refused = key(&source).unwrap_err();
            assert!(
                refused.contains("expected the base64 of 24 to 64 bytes"),
                "{refused}"
            );
            assert!(!refused.contains("hunter2"), "{refused}");
        }
        std::fs::write(&file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        assert_eq!(key(&source).unwrap().len(), 24);
    }
}

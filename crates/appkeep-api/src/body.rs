//! Request bodies: read only when the handler asks, within a size and a time, and never failing before.

use std::error::Error;
use std::marker::PhantomData;
use std::time::Duration;

use dropshot::{
    ApiEndpointBodyContentType, Body, ExclusiveExtractor, ExtractorMetadata, HttpError, RequestContext,
    ServerContext, TypedBody,
};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::formats::quoted;
use crate::problem::InvalidItem;
use crate::shape;

/// The number of bytes of each body that don't count towards [`BodyLimits::shared_bytes`]: more than any valid body
/// has.
const UNCOUNTED_BYTES: usize = 64 * 1024;

/// The limits of request bodies.
#[derive(Debug)]
pub struct BodyLimits {
    /// The largest body, in bytes.
    pub bytes_max: usize,
    /// The maximum time to receive it.
    pub timeout: Duration,
    /// The maximum number of bytes of all bodies in memory, beyond the first 64 KiB of each. A body that exceeds it
    /// waits, within the time to receive it.
    pub shared_bytes: Semaphore,
}

/// The reason why a body was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyError {
    /// The operation doesn't declare its media type.
    MediaType {
        /// The received value, quoted.
        given: String,
        /// The declared media types.
        declared: Vec<&'static str>,
    },
    /// It has a content coding, for example compression.
    Coding {
        /// The received value, quoted.
        given: String,
    },
    /// It is larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        bytes_max: usize,
    },
    /// It wasn't received in time.
    TimedOut {
        /// The limit.
        timeout: Duration,
    },
    /// It isn't JSON, or it is incomplete.
    NotJson {
        /// The position and the reason.
        reason: String,
    },
    /// It is JSON, but these fields are invalid.
    Fields(Vec<InvalidItem>),
}

/// A request body with a `T`.
pub struct JsonBody<T> {
    request: hyper::Request<Body>,
    read_as: PhantomData<fn() -> T>,
}

#[async_trait::async_trait]
impl<T> ExclusiveExtractor for JsonBody<T>
where
    T: JsonSchema + DeserializeOwned + Send + Sync + 'static,
{
    async fn from_request<C: ServerContext>(
        _: &RequestContext<C>,
        request: hyper::Request<Body>,
    ) -> Result<Self, HttpError> {
        Ok(Self::new(request))
    }

    fn metadata(content_type: ApiEndpointBodyContentType) -> ExtractorMetadata {
        TypedBody::<T>::metadata(content_type)
    }
}

impl<T> JsonBody<T> {
    /// The body of a request.
    #[must_use]
    pub fn new(request: hyper::Request<Body>) -> Self {
        Self {
            request,
            read_as: PhantomData,
        }
    }
}

impl<T: JsonSchema + DeserializeOwned + 'static> JsonBody<T> {
    /// Reads the body: JSON in UTF-8, declared as `application/json`, as `vendor_type`, or not at all.
    ///
    /// # Errors
    /// When the media type, coding, size or content is invalid.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the body.
    pub async fn read(self, vendor_type: &'static str, limits: &BodyLimits) -> Result<T, BodyError> {
        check_media_type(self.request.headers(), vendor_type)?;
        check_coding(self.request.headers())?;
        let body = self.request.into_body();
        // A declared length that is too large is refused before the client receives 100 Continue.
        if body.size_hint().lower() > limits.bytes_max as u64 {
            return Err(BodyError::TooLarge {
                bytes_max: limits.bytes_max,
            });
        }
        let body = Limited::new(body, limits.bytes_max);
        let collected = tokio::time::timeout(limits.timeout, collect(body, &limits.shared_bytes))
            .await
            .map_err(|_| BodyError::TimedOut {
                timeout: limits.timeout,
            })?;
        // The share is given back when the body is parsed.
        let (bytes, _share) = match collected {
            Ok(collected) => collected,
            Err(error) if error.is::<LengthLimitError>() => {
                return Err(BodyError::TooLarge {
                    bytes_max: limits.bytes_max,
                });
            }
            Err(error) => {
                return Err(BodyError::NotJson {
                    reason: format!("the body ended early: {error}"),
                });
            }
        };
        parse(&bytes)
    }
}

/// Reads a whole body, within `shared_bytes`.
async fn collect(
    mut body: Limited<Body>,
    shared_bytes: &Semaphore,
) -> Result<(Vec<u8>, Option<SemaphorePermit<'_>>), Box<dyn Error + Send + Sync>> {
    let mut bytes = Vec::new();
    let mut share: Option<SemaphorePermit<'_>> = None;
    while let Some(frame) = body.frame().await {
        // Trailers mean nothing here.
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        let counted = |length: usize| length.saturating_sub(UNCOUNTED_BYTES);
        let more = counted(bytes.len() + data.len()) - counted(bytes.len());
        if more > 0 {
            let more = shared_bytes.acquire_many(u32::try_from(more)?).await?;
            match &mut share {
                Some(share) => share.merge(more),
                None => share = Some(more),
            }
        }
        bytes.extend_from_slice(&data);
    }
    Ok((bytes, share))
}

fn check_media_type(headers: &http::HeaderMap, vendor_type: &'static str) -> Result<(), BodyError> {
    let Some(given) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let given = String::from_utf8_lossy(given.as_bytes()).into_owned();
    let declared = vec!["application/json", vendor_type];
    let essence = given.split(';').next().unwrap_or_default().trim();
    if declared
        .iter()
        .any(|media_type| media_type.eq_ignore_ascii_case(essence))
    {
        Ok(())
    } else {
        Err(BodyError::MediaType {
            given: quoted(&given),
            declared,
        })
    }
}

/// Whether the body has no content coding; `identity` means none.
fn check_coding(headers: &http::HeaderMap) -> Result<(), BodyError> {
    let codings = headers.get_all(CONTENT_ENCODING).iter();
    for given in codings.map(|given| String::from_utf8_lossy(given.as_bytes())) {
        if !given.trim().eq_ignore_ascii_case("identity") {
            return Err(BodyError::Coding {
                given: quoted(&given),
            });
        }
    }
    Ok(())
}

/// Parses `bytes` as a `T`. Text that isn't JSON and JSON that is invalid are different errors. Validity is decided
/// by the schema in the server's own document.
///
/// # Errors
/// Names the position, or every invalid field.
pub fn parse<T: JsonSchema + DeserializeOwned + 'static>(bytes: &[u8]) -> Result<T, BodyError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| BodyError::NotJson {
        reason: error.to_string(),
    })?;
    let invalid = shape::errors::<T>(&value);
    if !invalid.is_empty() {
        return Err(BodyError::Fields(invalid));
    }
    // Parses the bytes again: `value` no longer shows which members are repeated.
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let reason = without_place(&error.inner().to_string());
        // The only error that the schema can't detect is a repeated member. The path is that of its object, and only
        // the message contains the name of the member.
        let repeated = reason
            .strip_prefix("duplicate field `")
            .and_then(|rest| rest.strip_suffix('`'));
        let path = error.path().to_string();
        let name = match repeated {
            Some(member) if path == "." => member.to_owned(),
            Some(member) => format!("{path}.{member}"),
            None => path,
        };
        BodyError::Fields(vec![InvalidItem { name, reason }])
    })
}

/// Removes " at line 1 column 20": the path is more useful.
fn without_place(message: &str) -> String {
    message
        .rfind(" at line ")
        .map_or(message, |at| &message[..at])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_backup::AppBackupCreate;

    const HEAD: &str = r#""type":"application/astra-appBackup","version":"1.1""#;

    fn errors(body: &str) -> Vec<(String, String)> {
        match parse::<AppBackupCreate>(body.as_bytes()) {
            Err(BodyError::Fields(items)) => items.into_iter().map(|i| (i.name, i.reason)).collect(),
            other => panic!("{body}: {other:?}"),
        }
    }

    fn names(body: &str) -> Vec<String> {
        errors(body).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn the_invalid_field_is_named() {
        assert_eq!(names(r#"{"version":"1.1"}"#), ["type"]);
        assert_eq!(names(r#"{"type":"x","version":"1.1"}"#), ["type"]);
        for (members, name) in [
            (r#""name":null"#, "name"),
            (r#""name":5"#, "name"),
            (r#""name":"""#, "name"),
            (r#""colour":5"#, "colour"),
            (r#""bucketID":"x""#, "bucketID"),
            (r#""metadata":{}"#, "metadata.labels"),
            (r#""metadata":[[]]"#, "metadata"),
            (
                r#""metadata":{"labels":[{"name":"a"}]}"#,
                "metadata.labels[0].value",
            ),
            (r#""metadata":{"labels":[["a","b"]]}"#, "metadata.labels[0]"),
            (
                r#""metadata":{"labels":[],"creationTimestamp":"noon"}"#,
                "metadata.creationTimestamp",
            ),
            (r#""name":"a","name":"b""#, "name"),
            (r#""metadata":{"labels":[],"labels":[]}"#, "metadata.labels"),
            (
                r#""metadata":{"labels":[{"name":"a","value":"b","name":"c"}]}"#,
                "metadata.labels[0].name",
            ),
        ] {
            let found = names(&format!("{{{HEAD},{members}}}"));
            assert!(
                found.iter().all(|found| found == name) && !found.is_empty(),
                "{members}: {found:?}"
            );
        }
        assert_eq!(names("[]"), ["the body"]);
        assert_eq!(names(r#"["application/astra-appBackup","1.1"]"#), ["the body"]);
    }

    #[test]
    fn every_invalid_field_is_named() {
        assert_eq!(
            names(r#"{"version":"9","a":1,"b":2}"#),
            ["type", "version", "a", "b"]
        );
    }

    #[test]
    fn reasons_name_the_value_and_the_expected_one() {
        let reason = |members: &str| errors(&format!("{{{HEAD},{members}}}"))[0].1.clone();
        assert_eq!(
            reason(r#""name":"No Label""#),
            r#""No Label" does not match "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$""#
        );
        assert!(reason(&format!("\"name\":\"{}\"", "a".repeat(500_000))).len() < 300);
    }

    #[test]
    fn text_that_is_not_json_is_distinguished() {
        for body in ["", "{", "{]", "{\"a\":1}x", "\u{feff}{}"] {
            assert!(
                matches!(
                    parse::<AppBackupCreate>(body.as_bytes()),
                    Err(BodyError::NotJson { .. })
                ),
                "{body}"
            );
        }
    }
}

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

use crate::problem::InvalidItem;
use crate::shape;
use crate::words::quoted;

/// How many bytes of each body don't count towards [`BodyLimits::shared_bytes`]: more than any sound body has.
const UNCOUNTED_BYTES: usize = 64 * 1024;

/// What is accepted as a body.
#[derive(Debug)]
pub struct BodyLimits {
    /// The largest body, in bytes.
    pub bytes_max: usize,
    /// The longest that its arrival may take.
    pub timeout: Duration,
    /// How many bytes all bodies that are being read may have together, beyond the first 64 KiB of each. A body that
    /// gets none waits, within the time for its arrival.
    pub shared_bytes: Semaphore,
}

/// Why a body was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyFault {
    /// Its media type is none that the operation declares.
    MediaType {
        /// What was sent, quoted.
        given: String,
        /// What is declared.
        declared: Vec<&'static str>,
    },
    /// It is encoded, for example compressed.
    Coding {
        /// What was sent, quoted.
        given: String,
    },
    /// It is larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        bytes_max: usize,
    },
    /// It didn't arrive in time.
    TimedOut {
        /// The limit.
        timeout: Duration,
    },
    /// It is not JSON, or it broke off.
    NotJson {
        /// Where and why.
        reason: String,
    },
    /// It is JSON, but these fields don't fit.
    Fields(Vec<InvalidItem>),
}

/// A body that is to be read as a `T`.
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
    /// When anything about it doesn't fit.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the body.
    pub async fn read(self, vendor_type: &'static str, limits: &BodyLimits) -> Result<T, BodyFault> {
        check_media_type(self.request.headers(), vendor_type)?;
        check_coding(self.request.headers())?;
        let body = self.request.into_body();
        // A declared length that is too large is refused before the client is told to continue.
        if body.size_hint().lower() > limits.bytes_max as u64 {
            return Err(BodyFault::TooLarge {
                bytes_max: limits.bytes_max,
            });
        }
        let body = Limited::new(body, limits.bytes_max);
        let collected = tokio::time::timeout(limits.timeout, collect(body, &limits.shared_bytes))
            .await
            .map_err(|_| BodyFault::TimedOut {
                timeout: limits.timeout,
            })?;
        // The share is given back when the body is parsed.
        let (bytes, _share) = match collected {
            Ok(collected) => collected,
            Err(error) if error.is::<LengthLimitError>() => {
                return Err(BodyFault::TooLarge {
                    bytes_max: limits.bytes_max,
                });
            }
            Err(error) => {
                return Err(BodyFault::NotJson {
                    reason: format!("the body broke off: {error}"),
                });
            }
        };
        parse(&bytes)
    }
}

/// Reads a whole body, and takes its share of `shared_bytes`.
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

fn check_media_type(headers: &http::HeaderMap, vendor_type: &'static str) -> Result<(), BodyFault> {
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
        Err(BodyFault::MediaType {
            given: quoted(&given),
            declared,
        })
    }
}

/// No coding is supported; `identity` is the name of none.
fn check_coding(headers: &http::HeaderMap) -> Result<(), BodyFault> {
    let codings = headers.get_all(CONTENT_ENCODING).iter();
    for given in codings.map(|given| String::from_utf8_lossy(given.as_bytes())) {
        if !given.trim().eq_ignore_ascii_case("identity") {
            return Err(BodyFault::Coding {
                given: quoted(&given),
            });
        }
    }
    Ok(())
}

/// Reads `bytes` as a `T`, telling text that is no JSON from JSON that doesn't fit. What fits is decided by
/// the same schema that the server's own document shows.
///
/// # Errors
/// Names the place, or every field that doesn't fit.
pub fn parse<T: JsonSchema + DeserializeOwned + 'static>(bytes: &[u8]) -> Result<T, BodyFault> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| BodyFault::NotJson {
        reason: error.to_string(),
    })?;
    let invalid = shape::faults::<T>(&value);
    if !invalid.is_empty() {
        return Err(BodyFault::Fields(invalid));
    }
    // From the bytes again: a member that is given twice is gone from the value.
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let reason = without_place(&error.inner().to_string());
        // What the schema lets through and serde doesn't is a member that is given twice: the path leads to
        // what holds it, and only the message names the member itself.
        let twice = reason
            .strip_prefix("duplicate field `")
            .and_then(|rest| rest.strip_suffix('`'));
        let path = error.path().to_string();
        let name = match twice {
            Some(member) if path == "." => member.to_owned(),
            Some(member) => format!("{path}.{member}"),
            None => path,
        };
        BodyFault::Fields(vec![InvalidItem { name, reason }])
    })
}

/// The path says where better than " at line 1 column 20" does.
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

    fn faults(body: &str) -> Vec<(String, String)> {
        match parse::<AppBackupCreate>(body.as_bytes()) {
            Err(BodyFault::Fields(items)) => items.into_iter().map(|i| (i.name, i.reason)).collect(),
            other => panic!("{body}: {other:?}"),
        }
    }

    fn names(body: &str) -> Vec<String> {
        faults(body).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn the_culprit_is_named() {
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
    fn every_culprit_is_named() {
        assert_eq!(
            names(r#"{"version":"9","a":1,"b":2}"#),
            ["type", "version", "a", "b"]
        );
    }

    #[test]
    fn reasons_name_the_value_and_the_expected_one() {
        let reason = |members: &str| faults(&format!("{{{HEAD},{members}}}"))[0].1.clone();
        assert_eq!(
            reason(r#""name":"No Label""#),
            r#""No Label" does not match "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$""#
        );
        assert!(reason(&format!("\"name\":\"{}\"", "a".repeat(500_000))).len() < 300);
    }

    #[test]
    fn text_that_is_no_json_is_told_apart() {
        for body in ["", "{", "{]", "{\"a\":1}x", "\u{feff}{}"] {
            assert!(
                matches!(
                    parse::<AppBackupCreate>(body.as_bytes()),
                    Err(BodyFault::NotJson { .. })
                ),
                "{body}"
            );
        }
    }
}

//! Header parameters. Extracting them never fails: the handler decides when an error is reported.

use dropshot::{
    ApiEndpointBodyContentType, ExtractorMetadata, Header, HttpError, RequestContext, ServerContext,
    SharedExtractor,
};
use http::HeaderMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::quoted;
use crate::metadata::closed_enum;
use crate::problem::InvalidItem;

/// The header that confirms that data may be overwritten.
pub const FORCE_UPDATE: &str = "ForceUpdate";

/// The only accepted value.
const EXPECTED: &str = "expected true";

/// An invalid header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderError {
    /// The header is missing.
    Missing(InvalidItem),
    /// The header has an invalid value.
    Unacceptable(InvalidItem),
}

closed_enum! {
    /// The only value of a confirmation header.
    Yes {
        /// Confirmed.
        True = "true",
    }
}

/// The headers of an operation that overwrites data, as its document shows them.
#[derive(Debug, Deserialize, JsonSchema)]
struct ForceUpdateHeaders {
    /// Confirms that data may be overwritten.
    #[serde(rename = "ForceUpdate")]
    #[expect(
        dead_code,
        reason = "only the schema uses it: the header is parsed by `ForceUpdate::read`"
    )]
    force_update: Yes,
}

/// The confirmation that data may be overwritten, or the header's error.
#[derive(Debug)]
pub struct ForceUpdate(pub Result<(), HeaderError>);

impl ForceUpdate {
    /// Reads the header of a request.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        Self(Self::read(headers))
    }

    fn read(headers: &HeaderMap) -> Result<(), HeaderError> {
        let item = |reason: String| InvalidItem {
            name: FORCE_UPDATE.to_owned(),
            reason,
        };
        let mut given = headers.get_all(FORCE_UPDATE).iter();
        match (given.next(), given.next()) {
            (None, _) => Err(HeaderError::Missing(item(format!("it is missing: {EXPECTED}")))),
            (Some(_), Some(_)) => Err(HeaderError::Unacceptable(item("it is repeated".to_owned()))),
            (Some(value), None) if value.as_bytes().eq_ignore_ascii_case(b"true") => Ok(()),
            (Some(value), None) => {
                let value = quoted(&String::from_utf8_lossy(value.as_bytes()));
                Err(HeaderError::Unacceptable(item(format!("{value}: {EXPECTED}"))))
            }
        }
    }
}

#[async_trait::async_trait]
impl SharedExtractor for ForceUpdate {
    async fn from_request<C: ServerContext>(rqctx: &RequestContext<C>) -> Result<Self, HttpError> {
        Ok(Self::of(rqctx.request.headers()))
    }

    fn metadata(content_type: ApiEndpointBodyContentType) -> ExtractorMetadata {
        Header::<ForceUpdateHeaders>::metadata(content_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Result<(), HeaderError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(FORCE_UPDATE, value.parse().unwrap());
        }
        ForceUpdate::read(&headers)
    }

    #[test]
    fn only_true_confirms_an_overwrite() {
        for yes in ["true", "True", "TRUE"] {
            assert_eq!(read(&[yes]), Ok(()), "{yes}");
        }
        assert!(matches!(read(&[]), Err(HeaderError::Missing(_))));
        for other in ["", "false", "1", "yes", "true, true"] {
            assert!(
                matches!(read(&[other]), Err(HeaderError::Unacceptable(_))),
                "{other}"
            );
        }
        assert!(matches!(
            read(&["true", "true"]),
            Err(HeaderError::Unacceptable(_))
        ));
    }
}

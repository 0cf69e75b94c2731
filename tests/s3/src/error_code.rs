//! The error responses of S3.

use http::{Response, StatusCode, header};

use crate::operation::Target;
use crate::{ACCESS_KEY, OTHER_REGION, ResponseBody, body_of, xml};

/// An error code of S3. Its responses have the status, the message and the elements of those of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// 500: an internal error.
    InternalError,
    /// 503: too many requests.
    SlowDown,
    /// 400: the session token has expired.
    ExpiredToken,
    /// 403: an unknown access key.
    InvalidAccessKeyId,
    /// 403: a wrong secret key.
    SignatureDoesNotMatch,
    /// 403: the clocks differ by more than 15 minutes.
    RequestTimeTooSkewed,
    /// 403: a missing permission.
    AccessDenied,
    /// 400: the request was signed for the wrong region; `<Region>` is [`OTHER_REGION`].
    AuthorizationHeaderMalformed,
    /// 301: the bucket is in another region; the header `x-amz-bucket-region` is [`OTHER_REGION`].
    PermanentRedirect,
    /// 404: there is no such bucket.
    NoSuchBucket,
    /// 404: there is no such object.
    NoSuchKey,
    /// 501: the request isn't supported.
    NotImplemented,
}

impl ErrorCode {
    /// The status of the response.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::PermanentRedirect => 301,
            Self::ExpiredToken | Self::AuthorizationHeaderMalformed => 400,
            Self::InvalidAccessKeyId
            | Self::SignatureDoesNotMatch
            | Self::RequestTimeTooSkewed
            | Self::AccessDenied => 403,
            Self::NoSuchBucket | Self::NoSuchKey => 404,
            Self::InternalError => 500,
            Self::NotImplemented => 501,
            Self::SlowDown => 503,
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::InternalError => "We encountered an internal error. Please try again.",
            Self::SlowDown => "Please reduce your request rate.",
            Self::ExpiredToken => "The provided token has expired.",
            Self::InvalidAccessKeyId => "The AWS Access Key Id you provided does not exist in our records.",
            Self::SignatureDoesNotMatch => {
                "The request signature we calculated does not match the signature you provided. \
                 Check your key and signing method."
            }
            Self::RequestTimeTooSkewed => {
                "The difference between the request time and the current time is too large."
            }
            Self::AccessDenied => "Access Denied",
            Self::AuthorizationHeaderMalformed => {
                "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'"
            }
            Self::PermanentRedirect => {
                "The bucket you are attempting to access must be addressed using the specified endpoint. \
                 Please send all future requests to this endpoint."
            }
            Self::NoSuchBucket => "The specified bucket does not exist",
            Self::NoSuchKey => "The specified key does not exist.",
            Self::NotImplemented => "A header you provided implies functionality that is not implemented.",
        }
    }

    /// The elements that only this error has.
    fn details(self, target: &Target) -> String {
        let element = |name: &str, text: &str| format!("<{name}>{}</{name}>", xml::escape(text));
        match self {
            Self::InvalidAccessKeyId | Self::SignatureDoesNotMatch => element("AWSAccessKeyId", ACCESS_KEY),
            Self::RequestTimeTooSkewed => {
                element("RequestTime", "20260101T000000Z")
                    + &element("ServerTime", "2026-01-01T01:00:00Z")
                    + &element("MaxAllowedSkewMilliseconds", "900000")
            }
            Self::AuthorizationHeaderMalformed => element("Region", OTHER_REGION),
            Self::PermanentRedirect => {
                let endpoint = format!("{}.s3.{OTHER_REGION}.amazonaws.com", target.bucket);
                element("Endpoint", &endpoint) + &element("Bucket", &target.bucket)
            }
            Self::NoSuchBucket => element("BucketName", &target.bucket),
            Self::NoSuchKey => element("Key", target.key()),
            Self::InternalError
            | Self::SlowDown
            | Self::ExpiredToken
            | Self::AccessDenied
            | Self::NotImplemented => String::new(),
        }
    }

    /// The response to a request.
    pub(crate) fn response(self, target: &Target) -> Response<ResponseBody> {
        let status = StatusCode::from_u16(self.status()).expect("statuses are valid");
        self.response_with(status, target)
    }

    /// A response with this error in the body and the given status.
    pub(crate) fn response_with(self, status: StatusCode, target: &Target) -> Response<ResponseBody> {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{self:?}</Code><Message>{}</Message>{}\
             <RequestId>4442587FB7D0A2F9</RequestId><HostId>appkeep</HostId></Error>",
            self.message(),
            self.details(target),
        );
        let mut response = Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, "application/xml");
        if self == Self::PermanentRedirect {
            response = response.header("x-amz-bucket-region", OTHER_REGION);
        }
        response
            .body(body_of(body.into()))
            .expect("the headers are valid")
    }
}

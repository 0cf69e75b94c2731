//! A file of the pages. It is compressed once, sent compressed to clients that accept gzip, and sent only
//! when it has changed.

use std::io::{Read, Write};
use std::sync::OnceLock;

use bytes::Bytes;
use dropshot::Body;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use sha2::{Digest, Sha256};

use super::headers::Page;
use crate::http::accepts_gzip;

/// The number of bytes of the content's digest in an entity tag.
const TAG_BYTES: usize = 16;

/// The content of a file that is compiled into the program.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    /// Uncompressed text.
    Plain(&'static str),
    /// Compressed with gzip.
    Gzip(&'static [u8]),
}

/// A file that browsers request.
pub(super) struct Asset {
    /// The path on this server.
    pub(super) path: &'static str,
    media_type: &'static str,
    page: Page,
    content: Content,
    /// Computed on first use.
    packed: OnceLock<Packed>,
}

/// The compressed content and its digest.
struct Packed {
    gzip: Bytes,
    /// The beginning of the content's digest, in hexadecimal.
    digest: String,
}

impl Asset {
    pub(super) const fn new(
        path: &'static str,
        media_type: &'static str,
        page: Page,
        content: Content,
    ) -> Self {
        Self {
            path,
            media_type,
            page,
            content,
            packed: OnceLock::new(),
        }
    }

    /// Responds with the file, or with 304 if the client already has it.
    ///
    /// Browsers may store the file but must revalidate it each time, as the next version of the program may
    /// have another one.
    pub(super) fn answer(&self, asked: &HeaderMap) -> Response<Body> {
        let packed = self.packed.get_or_init(|| Packed::of(self.content));
        let is_gzip = accepts_gzip(asked);
        // Two encodings of one content are two entities.
        let tag = format!("\"{}{}\"", packed.digest, if is_gzip { "-gzip" } else { "" });
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        self.page.restrict(headers);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        let is_known = knows(asked, &tag);
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(ETAG, tag);
        }
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        let body = if is_gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            packed.gzip.clone()
        } else {
            self.content.plain()
        };
        *response.body_mut() = Body::with_content(body);
        response
    }
}

impl Content {
    fn plain(self) -> Bytes {
        match self {
            Self::Plain(text) => Bytes::from_static(text.as_bytes()),
            Self::Gzip(packed) => {
                let mut plain = Vec::new();
                // The embedded files are complete: a test decompresses all of them.
                if let Err(error) = GzDecoder::new(packed).read_to_end(&mut plain) {
                    tracing::error!(%error, "a file of the pages can't be unpacked");
                }
                plain.into()
            }
        }
    }

    fn gzip(self) -> Bytes {
        match self {
            Self::Gzip(packed) => Bytes::from_static(packed),
            Self::Plain(text) => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                // Writing to memory can't fail.
                let written = encoder.write_all(text.as_bytes());
                written.and_then(|()| encoder.finish()).unwrap_or_default().into()
            }
        }
    }
}

impl Packed {
    fn of(content: Content) -> Self {
        let gzip = content.gzip();
        let digest: [u8; 32] = Sha256::digest(&gzip).into();
        let (beginning, _) = digest.split_at(TAG_BYTES);
        let number = beginning
            .iter()
            .fold(0, |number, byte| (number << 8) | u128::from(*byte));
        Self {
            digest: format!("{number:032x}"),
            gzip,
        }
    }
}

/// Returns whether the client has the entity that `tag` names.
fn knows(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    known
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::super::table::ASSETS;
    use super::*;

    #[test]
    fn compressed_assets_decompress_to_the_original() {
        for asset in &ASSETS {
            let mut unpacked = Vec::new();
            GzDecoder::new(&asset.content.gzip()[..])
                .read_to_end(&mut unpacked)
                .unwrap();
            assert!(!unpacked.is_empty(), "{}", asset.path);
            assert_eq!(unpacked, asset.content.plain(), "{}", asset.path);
        }
    }

    #[test]
    fn if_none_match_matches_only_known_tags() {
        let asked = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, value.parse().unwrap());
            knows(&headers, "\"a1\"")
        };
        for known in ["\"a1\"", "W/\"a1\"", "\"b2\", \"a1\"", "*"] {
            assert!(asked(known), "{known}");
        }
        for other in ["\"a1-gzip\"", "a1", "\"b2\"", ""] {
            assert!(!asked(other), "{other}");
        }
        assert!(!knows(&HeaderMap::new(), "\"a1\""));
    }
}

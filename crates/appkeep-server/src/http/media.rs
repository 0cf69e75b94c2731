//! Negotiation of a response's media type and encoding.

use http::HeaderMap;
use http::header::{ACCEPT, ACCEPT_ENCODING};

/// The media type of plain JSON.
pub(super) const JSON: &str = "application/json";

/// The media type of the content of a file.
pub(super) const OCTETS: &str = "application/octet-stream";

/// The media type of an archive.
pub(super) const TAR: &str = "application/x-tar";

/// Returns the media type for a single resource: `vendor_type` if `Accept` prefers it, else plain JSON. Plain
/// JSON is also used when none of the requested types is available.
pub(super) fn negotiate(headers: &HeaderMap, vendor_type: &'static str) -> &'static str {
    if prefers(headers, vendor_type, JSON) {
        vendor_type
    } else {
        JSON
    }
}

/// Returns whether `Accept` prefers the first media type to the second.
pub(super) fn prefers(headers: &HeaderMap, first: &str, second: &str) -> bool {
    let accept = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let ranges: Vec<Range> = accept
        .flat_map(|value| value.split(','))
        .map(Range::read)
        .collect();
    weight(&ranges, first) > weight(&ranges, second)
}

/// Returns whether the client accepts gzip.
pub(crate) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accept = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let ranges: Vec<Range> = accept
        .flat_map(|value| value.split(','))
        .map(Range::read)
        .collect();
    let named = |name: &str| ranges.iter().find(|range| range.media_range == name);
    named("gzip")
        .or_else(|| named("*"))
        .is_some_and(|range| range.weight > 0.0)
}

struct Range {
    media_range: String,
    weight: f32,
}

impl Range {
    fn read(text: &str) -> Self {
        let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
        let media_range = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q=").map(str::to_owned));
        // An invalid weight is ignored.
        let weight = quality
            .and_then(|quality| quality.trim().parse().ok())
            .unwrap_or(1.0);
        Self { media_range, weight }
    }
}

/// Returns the weight of the most specific range that covers `media_type`; 0 if none does.
fn weight(ranges: &[Range], media_type: &str) -> f32 {
    let covering = |wanted: &str| ranges.iter().find(|range| range.media_range == wanted);
    covering(&media_type.to_ascii_lowercase())
        .or_else(|| covering("application/*"))
        .or_else(|| covering("*/*"))
        .map_or(0.0, |range| range.weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VENDOR: &str = "application/astra-appBackup+json";

    fn answer(accept: Option<&str>) -> &'static str {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(ACCEPT, accept.parse().unwrap());
        }
        negotiate(&headers, VENDOR)
    }

    #[test]
    fn compressed_assets_require_accept_encoding() {
        let accepts = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, value.parse().unwrap());
            accepts_gzip(&headers)
        };
        for yes in ["gzip", "br, GZIP;q=0.5", "*", "deflate, gzip;q=1.0, *;q=0"] {
            assert!(accepts(yes), "{yes}");
        }
        for no in ["", "br", "identity", "gzip;q=0", "gzip;q=0, *", "*;q=0"] {
            assert!(!accepts(no), "{no}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn the_vendor_type_is_sent_only_if_preferred() {
        for accept in [
            VENDOR,
            "application/astra-appbackup+json",
            "application/json;q=0.5, application/astra-appBackup+json",
        ] {
            assert_eq!(answer(Some(accept)), VENDOR, "{accept}");
        }
        for accept in [
            None,
            Some("*/*"),
            Some("application/*"),
            Some("application/json"),
            Some("text/html"),
            Some(""),
            Some("application/json, application/astra-appBackup+json;q=0.9"),
            Some("application/astra-appBackup+json;q=0"),
        ] {
            assert_eq!(answer(accept), JSON, "{accept:?}");
        }
    }
}

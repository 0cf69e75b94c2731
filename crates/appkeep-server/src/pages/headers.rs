//! Security headers of the pages.

use http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

/// The page that a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// The dashboard: this project's code, which never builds markup from text.
    Dashboard,
    /// The API reference: a third-party renderer.
    Reference,
}

impl Page {
    /// Returns the content security policy: the allowed sources of scripts, styles and data, and that the
    /// page must not be framed.
    ///
    /// Images may be embedded in the style sheet, as the renderer's icons are.
    const fn policy(self) -> &'static str {
        match self {
            Self::Dashboard => {
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                 base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                 require-trusted-types-for 'script'; trusted-types 'none'"
            }
            Self::Reference => {
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                 connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            }
        }
    }

    /// Adds the page's security headers.
    pub(super) fn restrict(self, headers: &mut HeaderMap) {
        let said: [(HeaderName, &'static str); 6] = [
            (CONTENT_SECURITY_POLICY, self.policy()),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // For browsers that don't know `frame-ancestors`.
            (X_FRAME_OPTIONS, "DENY"),
            (REFERRER_POLICY, "no-referrer"),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                "same-origin",
            ),
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                "same-origin",
            ),
        ];
        for (name, value) in said {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

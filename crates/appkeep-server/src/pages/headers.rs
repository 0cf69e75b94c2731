//! What a browser may do with a page.

use http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

/// Which of the pages something belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// The dashboard: code of ours, which makes no markup from text.
    Dashboard,
    /// The API reference: somebody else's renderer.
    Reference,
}

impl Page {
    /// Where scripts, styles and data may come from, and that nobody may frame the page.
    ///
    /// Pictures may stand in the style sheet itself: the renderer's icons do.
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

    /// Adds the headers that say so.
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

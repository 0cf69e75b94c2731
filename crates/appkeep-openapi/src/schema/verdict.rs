//! Verdicts about two schemas, with reasons.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// The result of the test whether one schema admits everything that another admits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Proven: every value of the smaller schema is one of the larger.
    Contained,
    /// Some value of the smaller schema isn't one of the larger.
    Not(Vec<Reason>),
    /// Neither could be proven.
    Unknown(Vec<Reason>),
}

impl Verdict {
    /// Whether containment was proven.
    #[must_use]
    pub fn is_contained(&self) -> bool {
        matches!(self, Self::Contained)
    }

    /// The obstacles to containment, without a copy.
    pub(crate) fn into_reasons(self) -> Vec<Reason> {
        match self {
            Self::Contained => Vec::new(),
            Self::Not(reasons) | Self::Unknown(reasons) => reasons,
        }
    }

    /// The obstacles to containment.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Contained => &[],
            Self::Not(reasons) | Self::Unknown(reasons) => reasons,
        }
    }
}

/// One obstacle to containment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The path within a value: `/items/*/name`; empty for the value itself.
    pub path: String,
    /// The place in the smaller schema's document.
    pub small: Arc<str>,
    /// The place in the larger schema's document.
    pub large: Arc<str>,
    /// A requirement of the larger schema that the smaller one doesn't guarantee.
    pub what: Arc<str>,
    /// Whether this is a proven difference; otherwise it couldn't be decided.
    pub certain: bool,
    /// Whether only values with a member that the smaller schema permits but doesn't describe are affected.
    pub undocumented: bool,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "the value"
        } else {
            &self.path
        };
        write!(f, "{path}: {}", self.what)
    }
}

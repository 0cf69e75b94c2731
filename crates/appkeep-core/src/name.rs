//! Names of resources and of nodes.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The maximum length of a name, in characters.
pub const NAME_CHARS_MAX: usize = 63;

/// A DNS-1123 label of 1 to 63 characters (`ResourceName` in the contract).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResourceName(String);

/// The error for a text that is not a DNS-1123 label of 1 to 63 characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name has 1 to {NAME_CHARS_MAX} lower-case letters, digits and hyphens, and begins and ends with a letter or digit"
)]
pub struct InvalidName;

impl ResourceName {
    /// Validates `text` as a name.
    ///
    /// # Errors
    /// If it is not a DNS-1123 label of 1 to 63 characters.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidName> {
        let text = text.into();
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let ends_well = |b: Option<&u8>| b.is_some_and(|b| inner(*b));
        let bytes = text.as_bytes();
        let valid = (1..=NAME_CHARS_MAX).contains(&bytes.len())
            && bytes.iter().all(|b| inner(*b) || *b == b'-')
            && ends_well(bytes.first())
            && ends_well(bytes.last());
        if valid { Ok(Self(text)) } else { Err(InvalidName) }
    }

    /// A generated name: the kind, the time, and the end of the resource's id, which makes the name unique.
    pub(crate) fn generated(kind: &str, now: DateTime<Utc>, id: Uuid) -> Self {
        let id = id.simple().to_string();
        let text = format!("{kind}-{}-{}", now.format("%Y%m%d%H%M%S"), &id[id.len() - 12..]);
        Self::new(text).unwrap_or_else(|_| unreachable!("{kind} begins a DNS label"))
    }

    /// A name that begins like this one and ends with the end of the resource's id, which makes it unique.
    pub(crate) fn made_unique(&self, id: Uuid) -> Self {
        let id = id.simple().to_string();
        let end = &id[id.len() - 12..];
        let kept = self.0.len().min(NAME_CHARS_MAX - end.len() - 1);
        let text = format!("{}-{end}", self.0[..kept].trim_end_matches('-'));
        Self::new(text).unwrap_or_else(|_| unreachable!("{self} is a DNS label"))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The maximum length of a node's name, in characters.
pub const NODE_CHARS_MAX: usize = 253;

/// The name of a node: 1 to 253 characters, which are DNS-1123 labels separated by dots.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeName(String);

/// The error for a text that is not the name of a node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a node's name has 1 to {NODE_CHARS_MAX} characters: {InvalidName}; dots separate several such names"
)]
pub struct InvalidNodeName;

impl NodeName {
    /// Validates `text` as the name of a node.
    ///
    /// # Errors
    /// If it is not one or more DNS-1123 labels that are separated by dots, or is too long.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidNodeName> {
        let text = text.into();
        let valid =
            text.len() <= NODE_CHARS_MAX && text.split('.').all(|label| ResourceName::new(label).is_ok());
        if valid {
            Ok(Self(text))
        } else {
            Err(InvalidNodeName)
        }
    }

    /// The name of the node with this host name. Characters that names don't have become hyphens.
    #[must_use]
    pub fn of_host(host: &str) -> Self {
        let labels = host.split('.').filter_map(|label| {
            let kept = label.chars().take(NAME_CHARS_MAX).map(|c| match c {
                c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
                _ => '-',
            });
            let kept: String = kept.collect();
            let kept = kept.trim_matches('-');
            (!kept.is_empty()).then(|| kept.to_owned())
        });
        let labels: Vec<String> = labels.collect();
        Self::new(labels.join(".")).unwrap_or_else(|_| Self("localhost".to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_made_unique_end_with_the_id() {
        let unique = |name: &str| {
            let name = ResourceName::new(name).unwrap();
            name.made_unique(Uuid::from_u128(0x00ab_cdef_0123)).0
        };
        assert_eq!(unique("nightly"), "nightly-00abcdef0123");
        let long = format!("{}-{}", "a".repeat(49), "b".repeat(13));
        assert_eq!(unique(&long), format!("{}-00abcdef0123", "a".repeat(49)));
        assert_eq!(unique(&"a".repeat(63)).len(), NAME_CHARS_MAX);
    }

    #[test]
    fn names_are_dns_1123_labels() {
        for good in ["a", "0", "app-name-245", &"a".repeat(63)] {
            assert!(ResourceName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a.b", "ä", "a b", "a\n", &"a".repeat(64)] {
            assert_eq!(ResourceName::new(bad), Err(InvalidName), "{bad}");
        }
    }

    #[test]
    fn names_of_nodes_are_labels_separated_by_dots() {
        let long = vec!["a".repeat(63); 4].join(".");
        for good in ["a", "node-1", "node-1.example.org", &long[..253]] {
            assert!(NodeName::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "a.",
            ".a",
            "a..b",
            "Node",
            "a_b",
            &long[..254],
            &"a".repeat(64),
        ] {
            assert_eq!(NodeName::new(bad), Err(InvalidNodeName), "{bad}");
        }
    }

    #[test]
    fn every_host_name_gives_a_name_of_a_node() {
        for (host, node) in [
            ("node-1.example.org", "node-1.example.org"),
            ("Web_Server.Local", "web-server.local"),
            ("-a-.-.b", "a.b"),
            ("\u{e4}", "localhost"),
            ("", "localhost"),
        ] {
            assert_eq!(NodeName::of_host(host).as_str(), node, "{host}");
        }
    }
}

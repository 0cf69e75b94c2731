//! The nodes of an installation, as operators see them.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::declared_item::{ItemKind, NodeItem};
use crate::lease;
use crate::server::{DeletedNode, RegisteredServer};
use crate::store::{Store, StoreError, transact};

/// A node with its servers and its declaration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// The time since a server of the node was last seen; `None` if none is registered any more.
    pub unseen_for: Option<Duration>,
    /// The names of the apps that it declares.
    pub apps: Vec<String>,
    /// The names of the buckets that it declares.
    pub buckets: Vec<String>,
}

impl Node {
    /// Whether one of its servers was seen within a [lease](lease::duration()).
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.unseen_for
            .is_some_and(|unseen_for| unseen_for < lease::duration())
    }
}

/// The nodes that have registered servers or declare items, by name.
///
/// # Errors
/// Those of the store.
pub async fn list_nodes(store: &dyn Store, now: DateTime<Utc>) -> Result<Vec<Node>, StoreError> {
    Ok(nodes_of(
        &store.list_servers(now).await?,
        &store.list_declared_items().await?,
    ))
}

fn nodes_of(servers: &[RegisteredServer], items: &[NodeItem]) -> Vec<Node> {
    let mut nodes = BTreeMap::<&str, Node>::new();
    for server in servers {
        let node = nodes.entry(server.node.as_str()).or_default();
        let unseen_for = node.unseen_for.unwrap_or(Duration::MAX).min(server.unseen_for);
        node.unseen_for = Some(unseen_for);
    }
    for NodeItem { node, item } in items {
        let node = nodes.entry(node).or_default();
        let names = match item.kind {
            ItemKind::App => &mut node.apps,
            ItemKind::Bucket => &mut node.buckets,
            ItemKind::Account | ItemKind::Schedule => continue,
        };
        names.push(item.name().unwrap_or_default().to_owned());
    }
    let named = nodes.into_iter().map(|(name, mut node)| {
        node.name = name.to_owned();
        node.apps.sort_unstable();
        node.buckets.sort_unstable();
        node
    });
    named.collect()
}

/// The reason why a node is not forgotten.
#[derive(Debug, thiserror::Error)]
pub enum ForgetNodeError {
    /// It has a live server.
    #[error(
        "node {node} has a running server, which was seen {} s ago: stop it first; if it can't be stopped, repeat this \
         command {} s after its end",
        .unseen_for.as_secs(),
        lease::duration().as_secs()
    )]
    Live {
        /// Its name.
        node: String,
        /// The time since the server was last seen.
        unseen_for: Duration,
    },
    /// There is no such node.
    #[error("there is no node {0:?}: `appkeep node list` shows all nodes")]
    Unknown(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Forgets a node that never returns: its declaration and the registrations of its servers. Other nodes can then run jobs
/// that only it could run; those that need its disk fail. The states of its snapshots are determined by other nodes.
///
/// # Errors
/// When the node has a live server, or is unknown; those of the store.
pub async fn forget_node(store: &dyn Store, now: DateTime<Utc>, node: &str) -> Result<(), ForgetNodeError> {
    let deleted = transact(|| async {
        let mut tx = store.begin().await?;
        let deleted = tx.delete_node(node, now).await?;
        if deleted == DeletedNode::Deleted {
            tx.commit().await?;
        }
        Ok::<_, StoreError>(deleted)
    });
    let node = node.to_owned();
    match deleted.await? {
        DeletedNode::Deleted => Ok(()),
        DeletedNode::Live(unseen_for) => Err(ForgetNodeError::Live { node, unseen_for }),
        DeletedNode::Unknown => Err(ForgetNodeError::Unknown(node)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::declared_item::DeclaredItem;
    use crate::name::NodeName;

    fn server(node: &str, unseen_secs: u64) -> RegisteredServer {
        RegisteredServer {
            id: Uuid::nil(),
            node: NodeName::new(node).unwrap(),
            started_at: DateTime::UNIX_EPOCH,
            unseen_for: Duration::from_secs(unseen_secs),
        }
    }

    fn item(node: &str, kind: ItemKind, name: &str) -> NodeItem {
        let mut fields = serde_json::Map::new();
        fields.insert("name".to_owned(), json!(name));
        let id = Uuid::nil();
        let item = DeclaredItem { kind, id, fields };
        NodeItem {
            node: node.to_owned(),
            item,
        }
    }

    #[test]
    fn a_node_has_several_servers_and_may_have_none() {
        let servers = [server("b", 3000), server("b", 5), server("c", 40)];
        let items = [
            item("a", ItemKind::App, "wiki"),
            item("a", ItemKind::App, "shop"),
            item("a", ItemKind::Bucket, "far"),
            item("b", ItemKind::Account, "acme"),
        ];
        let nodes = nodes_of(&servers, &items);
        let names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(
            (nodes[0].apps.join(" "), nodes[0].buckets.join(" ")),
            ("shop wiki".to_owned(), "far".to_owned())
        );
        assert!(nodes[1].apps.is_empty());
        let seen: Vec<_> = nodes
            .iter()
            .map(|node| node.unseen_for.map(|unseen_for| unseen_for.as_secs()))
            .collect();
        assert_eq!(seen, [None, Some(5), Some(40)]);
        let live: Vec<bool> = nodes.iter().map(Node::is_live).collect();
        assert_eq!(live, [false, true, false]);
    }
}

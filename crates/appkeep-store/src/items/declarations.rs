//! The items that nodes declare.

use std::collections::BTreeSet;

use appkeep_core::catalog::Declaration;
use appkeep_core::declared_item::{DeclaredItem, NodeItem, disagreement};
use appkeep_core::server::RegisteredServer;
use appkeep_core::store::StoreError;

use crate::rows::Row;

pub(crate) fn node_item(row: &impl Row) -> Result<NodeItem, StoreError> {
    let item = DeclaredItem {
        kind: row.word("kind")?,
        id: row.id("id")?,
        fields: row.json("fields")?,
    };
    let node = row.string("node")?;
    Ok(NodeItem { node, item })
}

/// The items of a node's declaration.
pub(crate) fn items_of(declaration: &Declaration) -> Result<Vec<DeclaredItem>, StoreError> {
    DeclaredItem::list(declaration)
        .map_err(|error| StoreError::Broken(format!("the declaration can't be stored: {error}")))
}

/// Checks that the items of `node` agree with those of other nodes with live servers. Returns contradicting items of other
/// nodes: their next servers will declare them again.
pub(crate) fn check<'o>(
    node: &str,
    items: &[DeclaredItem],
    others: &'o [NodeItem],
    servers: &[RegisteredServer],
) -> Result<Vec<&'o NodeItem>, StoreError> {
    let mut outdated = Vec::new();
    for other in others {
        if let Some(reason) = disagreement(node, items, (&other.node, &other.item)) {
            let is_live = |server: &RegisteredServer| server.is_live() && server.node.as_str() == other.node;
            if servers.iter().any(is_live) {
                return Err(StoreError::Disagreement(reason));
            }
            outdated.push(other);
        }
    }
    Ok(outdated)
}

/// The names of the nodes.
pub(crate) fn nodes(items: &[NodeItem]) -> BTreeSet<&str> {
    items.iter().map(|item| item.node.as_str()).collect()
}

//! Nodes, for operators.

pub use appkeep_core::node::{ForgetNodeError, Node, forget_node, list_nodes};

//! Injected defects: a table of defects that a server can have, and a proxy that injects them into a correct
//! server.
//!
//! A defect is only visible in requests and responses, so the checker can't distinguish a server behind the
//! proxy from a server that really has the defect. This crate's own tests run the checker against each defect in
//! front of a fake server in memory; a server's tests can do the same in front of the server.

pub mod defects;
mod exchange;
mod injection;
mod listener;

pub use exchange::{Request, Response};
#[cfg(test)]
pub(crate) use exchange::{operations_at, sort_key};
#[cfg(test)]
pub(crate) use injection::BACKUPS_OF_AN_APP;
pub use injection::{
    Defect, DefectKind, DefectState, HttpUpstream, Injection, ProxyContext, Servers, Tenant, Upstream,
};
pub use listener::{Listener, proxy};

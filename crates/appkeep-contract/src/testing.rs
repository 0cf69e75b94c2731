//! Injected defects: a table of things that a server can get wrong, and a proxy that makes an honest server get them
//! wrong.
//!
//! A defect is visible in requests and responses only, so the checker can't tell a server behind the proxy from a server
//! that really has the defect. This crate's own tests run the checker against each defect in front of a fake server in
//! memory; a server's tests can do the same in front of the server.

pub mod defects;
mod exchange;
mod injection;
mod listener;

#[cfg(test)]
pub(crate) use exchange::at;
pub use exchange::{Request, Response};
pub use injection::{
    Context, Defect, DefectKind, HttpUpstream, Injection, Memory, Servers, Tenant, Upstream,
};
pub use listener::{Listener, proxy};

//! What only somebody inside a server can do: make its storage fail.

/// How storage fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageFault {
    /// Nothing can be read or written: the answer is a 500.
    Broken,
    /// What is written is lost before it is durable, and reading goes on: a write is answered with a 500 and has
    /// changed nothing.
    NotDurable,
    /// Nothing can be read or written for now: the answer is a 503.
    Unavailable,
}

/// Breaks the storage of the server that runs no jobs, and mends it.
///
/// Whoever starts a server for tests gives one along; over HTTP it can't be had.
pub trait Breakage: Send + Sync {
    /// From now on storage fails like this; `None` makes it whole again.
    fn set(&self, fault: Option<StorageFault>);

    /// A word of the reason that the storage gives, which no answer may repeat.
    fn reason(&self) -> &str;
}

//! Storage failures, which only a test inside the server process can cause.

/// A kind of storage failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageFault {
    /// Nothing can be read or written: the response is a 500.
    Broken,
    /// Writes are lost before they are durable; reads keep working. A write returns 500 and
    /// changes nothing.
    NotDurable,
    /// Nothing can be read or written for now: the response is a 503.
    Unavailable,
}

/// Makes the storage of the idle server fail, and restores it.
///
/// Tests that start a server provide an implementation; there is none for a server over HTTP.
pub trait FaultInjector: Send + Sync {
    /// Makes the storage fail in this way from now on; `None` restores it.
    fn set(&self, fault: Option<StorageFault>);

    /// A word from the storage's error message, which no response may contain.
    fn reason(&self) -> &str;
}

//! Named points in the code where tests can inject faults.
//!
//! Without the feature `failpoints`, [`pass`] does nothing. With it, the process sets a hook that acts at each point.
//! This crate reads neither environment variables nor files.

#[cfg(feature = "failpoints")]
use std::sync::OnceLock;

/// A function that is called at each point with the point's name and the number of passes.
#[cfg(feature = "failpoints")]
pub type Hook = Box<dyn Fn(&'static str, u64) + Send + Sync>;

#[cfg(feature = "failpoints")]
static HOOK: OnceLock<Hook> = OnceLock::new();

/// Sets the hook for the whole process. Only the first call has an effect.
#[cfg(feature = "failpoints")]
pub fn set_hook(hook: Hook) {
    let _ = HOOK.set(hook);
}

/// Passes the point called `name` once.
#[inline]
pub fn pass(name: &'static str) {
    pass_times(name, 1);
}

/// Passes the point called `name` several times at once, for example once for each byte.
#[inline]
pub fn pass_times(name: &'static str, times: u64) {
    #[cfg(feature = "failpoints")]
    if let Some(hook) = HOOK.get() {
        hook(name, times);
    }
    #[cfg(not(feature = "failpoints"))]
    let _ = (name, times);
}

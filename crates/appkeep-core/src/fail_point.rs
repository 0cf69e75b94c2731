//! Named places at which a test can have something go wrong.
//!
//! Without the feature `failpoints` there is nothing here: [`pass`] is empty. With it, whoever starts the
//! process says what happens there. This crate doesn't know: it reads neither environment nor files.

#[cfg(feature = "failpoints")]
use std::sync::OnceLock;

/// What is done at each place, given its name and how many passes this is.
#[cfg(feature = "failpoints")]
pub type Hook = Box<dyn Fn(&'static str, u64) + Send + Sync>;

#[cfg(feature = "failpoints")]
static HOOK: OnceLock<Hook> = OnceLock::new();

/// Sets what is done at each place, for the whole process. The first hook stays.
#[cfg(feature = "failpoints")]
pub fn set_hook(hook: Hook) {
    let _ = HOOK.set(hook);
}

/// Passes the place called `name`.
#[inline]
pub fn pass(name: &'static str) {
    pass_times(name, 1);
}

/// Passes the place called `name` so many times at once: once for each byte, say.
#[inline]
pub fn pass_times(name: &'static str, times: u64) {
    #[cfg(feature = "failpoints")]
    if let Some(hook) = HOOK.get() {
        hook(name, times);
    }
    #[cfg(not(feature = "failpoints"))]
    let _ = (name, times);
}

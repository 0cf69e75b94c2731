//! Panics of this project's code on any thread, also those that are caught.
//!
//! The engine catches panics of its library and reports them as errors, so only those in this project's own code are
//! defects.

use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, Once, PoisonError};

/// The panics in this project's code since [`take`] was called.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Records panics from now on. Replaces the hook of libFuzzer, which ends the process also if a panic is caught; a panic
/// that leaves the target still ends it.
pub(crate) fn watch() {
    static WATCH: Once = Once::new();
    WATCH.call_once(|| {
        panic::set_hook(Box::new(|info| {
            if is_ours(info) {
                eprintln!("{info}");
                let mut panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
                panics.push(info.to_string());
            }
        }));
    });
}

/// Asserts that no panic was recorded.
///
/// # Panics
/// When one was.
pub(crate) fn assert_none() {
    let panics = std::mem::take(&mut *PANICS.lock().unwrap_or_else(PoisonError::into_inner));
    assert!(panics.is_empty(), "{panics:?}");
}

fn is_ours(info: &PanicHookInfo<'_>) -> bool {
    let foreign = ["/registry/src/", "/rustc/", "/rustlib/"];
    info.location()
        .is_none_or(|location| !foreign.iter().any(|part| location.file().contains(part)))
}

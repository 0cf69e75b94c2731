//! Progress reports of a run.

use std::fmt;
use std::sync::Arc;

/// A callback that is called before every check with the number of finished checks, the total, and the code
/// of the next check.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<Listener>>);

type Listener = dyn Fn(usize, usize, &str) + Send + Sync;

impl Progress {
    /// Creates a progress callback. Its arguments are the number of finished checks, the total, and the code
    /// of the next check. It is called between checks, so it must be fast.
    #[must_use]
    pub fn new(listener: impl Fn(usize, usize, &str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(super) fn report(&self, done: usize, of: usize, code: &str) {
        if let Some(listener) = &self.0 {
            listener(done, of, code);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Progress").field(&self.0.is_some()).finish()
    }
}

//! Telling others how far a run is.

use std::fmt;
use std::sync::Arc;

/// Somebody who is told before every check how many are done, of how many, and the code of the next.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<Listener>>);

type Listener = dyn Fn(usize, usize, &str) + Send + Sync;

impl Progress {
    /// Tells `listener`: checks done, checks in all, code of the next. It is called between checks, so it has to
    /// be quick.
    #[must_use]
    pub fn new(listener: impl Fn(usize, usize, &str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(super) fn tell(&self, done: usize, of: usize, code: &str) {
        if let Some(listener) = &self.0 {
            listener(done, of, code);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Progress(told)"
        } else {
            "Progress(untold)"
        })
    }
}

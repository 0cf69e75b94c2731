//! The runtime of this thread, which the targets share.

use std::cell::OnceCell;

use tokio::runtime::{Builder, Runtime};

thread_local! {
    static RUNTIME: OnceCell<Runtime> = const { OnceCell::new() };
}

/// Runs a future to its end.
///
/// # Panics
/// When the runtime can't be started, or the future panics.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| {
        let runtime = runtime.get_or_init(|| {
            let built = Builder::new_current_thread().enable_all().build();
            built.expect("a runtime")
        });
        runtime.block_on(future)
    })
}

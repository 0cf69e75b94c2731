//! A bar on stderr for who waits at a terminal.

use std::time::{Duration, Instant};

use appkeep_contract::live::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a run takes before it is worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// The bar's end.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// Takes the bar away.
    pub(super) fn end(self) {
        self.0.finish_and_clear();
    }
}

/// A bar that shows itself after a second, and only where stderr is a terminal.
pub(super) fn bar() -> (Progress, Bar) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    bar.set_style(style());
    let (shown, begun) = (bar.clone(), Instant::now());
    let progress = Progress::new(move |done, of, code| {
        if shown.is_hidden() && begun.elapsed() >= PATIENCE {
            // Hides itself again where there is no terminal.
            shown.set_draw_target(ProgressDrawTarget::stderr());
        }
        shown.set_length(of as u64);
        shown.set_message(code.to_owned());
        shown.set_position(done as u64);
    });
    (progress, Bar(bar))
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg:28!}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

//! Progress on stderr: a bar on a terminal, otherwise a line for each tenth of the checks.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use appkeep_contract::live::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The delay before the bar appears.
const DELAY: Duration = Duration::from_secs(1);

/// The interval at which the bar updates the elapsed time.
const TICK: Duration = Duration::from_secs(1);

/// The number of progress lines of a complete run without a terminal.
const LINES: usize = 10;

/// A handle that removes the bar.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// Removes the bar.
    pub(super) fn end(self) {
        self.0.finish_and_clear();
    }
}

/// Creates a bar that appears after 1 s if stderr is a terminal, else a printer of lines.
pub(super) fn bar() -> (Progress, Bar) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    let progress = if io::stderr().is_terminal() {
        drawn(bar.clone())
    } else {
        written()
    };
    (progress, Bar(bar))
}

fn drawn(bar: ProgressBar) -> Progress {
    bar.set_style(style());
    let begun = Instant::now();
    Progress::new(move |done, of, code| {
        if bar.is_hidden() && begun.elapsed() >= DELAY {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(TICK);
        }
        bar.set_length(of as u64);
        bar.set_message(code.to_owned());
        bar.set_position(done as u64);
    })
}

fn written() -> Progress {
    let written = AtomicUsize::new(0);
    Progress::new(move |done, of, code| {
        let tenth = (done * LINES).checked_div(of).unwrap_or_default();
        if written.swap(tenth, Ordering::Relaxed) < tenth {
            eprintln!("{done} of {of} checks are done; the next one is {code}");
        }
    })
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{wide_bar} {pos}/{len} {elapsed} {msg:28!}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

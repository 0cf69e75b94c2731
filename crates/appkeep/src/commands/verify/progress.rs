//! Progress on stderr: a bar at a terminal, elsewhere a line for each tenth of the checks.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use appkeep_contract::live::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a run takes before it is worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often a bar shows the elapsed time.
const TICK: Duration = Duration::from_secs(1);

/// Lines of a whole run, where there is no terminal.
const LINES: usize = 10;

/// The bar's end.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// Takes the bar away.
    pub(super) fn end(self) {
        self.0.finish_and_clear();
    }
}

/// A bar that shows itself after a second where stderr is a terminal, and lines elsewhere.
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
        if bar.is_hidden() && begun.elapsed() >= PATIENCE {
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

//! Shows the progress of an operation: as a bar on a terminal, and otherwise as lines.

use std::fmt;
use std::io::IsTerminal;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{
    BinaryBytes, HumanDuration, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};

use super::print::{is_quiet, note};
use super::words::size;

/// The shortest interval between progress messages without a terminal.
const PROGRESS_INTERVAL_MIN: Duration = Duration::from_secs(10);
/// The width in columns below which the bar is abbreviated.
const NARROW: u16 = 64;
/// The interval at which the bar is redrawn.
const REDRAW_INTERVAL: Duration = Duration::from_millis(100);

/// The bars of all operations, below each other.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);
/// Whether bars show the name of their operation.
static BARS_HAVE_NAMES: AtomicBool = AtomicBool::new(false);

/// Shows the name of the operation in all bars from now on: there are several.
pub(crate) fn name_bars() {
    BARS_HAVE_NAMES.store(true, Ordering::Relaxed);
}

/// The result of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// Success.
    Succeeded,
    /// Failure, with the reason.
    Failed(String),
}

/// The state at one poll.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// The name of the state.
    pub(crate) state: String,
    pub(crate) bytes_done: Option<u64>,
    pub(crate) bytes_total: Option<u64>,
    /// The reason why the operation doesn't make progress, if it is stalled.
    pub(crate) reason: Option<String>,
    /// The result, once the operation is finished.
    pub(crate) end: Option<End>,
}

/// Shows progress to the user.
pub(crate) struct Reporter {
    what: String,
    /// The bar, if stderr is a terminal and notes are printed.
    bar: Option<ProgressBar>,
    reported: Option<(String, Instant)>,
    /// The reason that was shown last.
    reason: Option<String>,
    /// The time of the first poll at which data was being copied, and the number of bytes copied by then.
    copying: Option<(Instant, u64)>,
    is_unreachable: bool,
}

impl Reporter {
    /// Shows the operation, for example `backup nightly-1`.
    pub(crate) fn new(what: &str) -> Self {
        let bar = (std::io::stderr().is_terminal() && !is_quiet()).then(|| {
            let bar = BARS.add(ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()));
            bar.set_style(waiting_style());
            if BARS_HAVE_NAMES.load(Ordering::Relaxed) {
                bar.set_prefix(format!("{what}: "));
            }
            bar.enable_steady_tick(REDRAW_INTERVAL);
            bar
        });
        Self {
            what: what.to_owned(),
            bar,
            reported: None,
            reason: None,
            copying: None,
            is_unreachable: false,
        }
    }

    /// Shows the current state.
    pub(crate) fn report(&mut self, step: &Step) {
        self.is_unreachable = false;
        self.report_state(step);
        self.report_reason(step);
    }

    fn report_state(&mut self, step: &Step) {
        if let Some(bar) = &self.bar {
            match (step.bytes_done, step.bytes_total) {
                // A bar that exists is updated in later states, too.
                (Some(done), Some(total)) if step.state == "running" || bar.length().is_some() => {
                    if bar.length().is_none() {
                        bar.set_style(copying_style());
                        bar.reset_eta();
                    }
                    bar.set_length(total);
                    bar.set_position(done.min(total));
                }
                _ => {}
            }
            bar.set_message(match (step.bytes_done, step.bytes_total) {
                (Some(done), None) => format!("{}, {}", step.state, size(done)),
                _ => step.state.clone(),
            });
            return;
        }
        let now = Instant::now();
        if step.state == "running" {
            self.copying
                .get_or_insert((now, step.bytes_done.unwrap_or_default()));
        }
        let is_due = self
            .reported
            .as_ref()
            .is_none_or(|(state, at)| *state != step.state || now - *at >= PROGRESS_INTERVAL_MIN);
        if is_due {
            note(&self.line(step, now));
            self.reported = Some((step.state.clone(), now));
        }
    }

    /// Shows why the operation is stalled, once for each reason. The reason of a failure is shown at the end.
    fn report_reason(&mut self, step: &Step) {
        if step.end.is_some() || self.reason == step.reason {
            return;
        }
        self.reason.clone_from(&step.reason);
        let Some(reason) = &step.reason else { return };
        let line = format!("{}: {reason}", self.what);
        match &self.bar {
            // A bar is below other output.
            Some(bar) => bar.suspend(|| note(&line)),
            None => note(&line),
        }
    }

    fn line(&self, step: &Step, now: Instant) -> String {
        let begun = format!("{}: {}", self.what, step.state);
        let (done, total) = match (step.bytes_done, step.bytes_total, step.state.as_str()) {
            (Some(done), Some(total), "running") => (done, total),
            (Some(done), None, "running") => return format!("{begun}, {}", size(done)),
            _ => return begun,
        };
        let begun = format!("{begun}, {} of {}", size(done), size(total));
        let Some((since, before)) = self.copying else {
            return begun;
        };
        let (copied, millis) = (done.saturating_sub(before), (now - since).as_millis());
        let rate = u128::from(copied)
            .saturating_mul(1000)
            .checked_div(millis)
            .unwrap_or_default();
        match u64::try_from(rate) {
            Ok(rate) if rate > 0 => {
                let left = Duration::from_secs(total.saturating_sub(done) / rate);
                format!("{begun}, {}/s, {} left", size(rate), human(left))
            }
            _ => begun,
        }
    }

    /// Reports once that the server doesn't respond.
    pub(super) fn unreachable(&mut self) {
        if std::mem::replace(&mut self.is_unreachable, true) {
            return;
        }
        match &self.bar {
            Some(bar) => bar.set_message("no response, retrying"),
            None => note(&format!("{}: no response, retrying", self.what)),
        }
    }

    /// Removes the bar.
    pub(crate) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

pub(super) fn human(duration: Duration) -> String {
    format!("{:#}", HumanDuration(duration))
}

fn waiting_style() -> ProgressStyle {
    style("{spinner} {prefix}{msg} {elapsed}")
}

fn copying_style() -> ProgressStyle {
    let (_, columns) = Term::stderr().size();
    if columns < NARROW {
        return style("{prefix}{msg} {percent:>3}% {wide_bar} {speed} {left}");
    }
    style("{prefix}{msg} {percent:>3}% {wide_bar} {bytes}/{total_bytes} {speed} {left}")
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("speed", |state: &ProgressState, out: &mut dyn fmt::Write| {
            let _ = write!(out, "{}/s", BinaryBytes(whole(state.per_sec())));
        })
        .with_key("left", |state: &ProgressState, out: &mut dyn fmt::Write| {
            // Before any data is copied, the remaining time is unknown.
            if whole(state.per_sec()) > 0 {
                let _ = write!(out, "{} left", human(state.eta()));
            }
        })
}

/// Returns the integer part of a rate; 0 if it isn't a number.
fn whole(rate: f64) -> u64 {
    format!("{rate:.0}").parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running(done: u64) -> Step {
        Step {
            state: "running".to_owned(),
            bytes_done: Some(done),
            bytes_total: Some(10 << 20),
            reason: None,
            end: None,
        }
    }

    #[test]
    fn progress_lines_show_bytes_rate_and_time_left() {
        let begun = Instant::now();
        let mut reporter = Reporter {
            what: "backup nightly".to_owned(),
            bar: None,
            reported: None,
            reason: None,
            copying: None,
            is_unreachable: false,
        };
        let pending = Step {
            state: "pending".to_owned(),
            ..Step::default()
        };
        assert_eq!(reporter.line(&pending, begun), "backup nightly: pending");
        reporter.copying = Some((begun, 0));
        assert_eq!(
            reporter.line(&running(0), begun),
            "backup nightly: running, 0 B of 10.00 MiB"
        );
        let unknown_total = Step {
            bytes_total: None,
            ..running(4 << 20)
        };
        assert_eq!(
            reporter.line(&unknown_total, begun),
            "backup nightly: running, 4.00 MiB"
        );
        assert_eq!(
            reporter.line(&running(4 << 20), begun + Duration::from_secs(2)),
            "backup nightly: running, 4.00 MiB of 10.00 MiB, 2.00 MiB/s, 3s left"
        );
    }

    #[test]
    fn bars_are_complete_in_the_state_after_the_copy() {
        let mut reporter = Reporter {
            what: "restore of shop".to_owned(),
            bar: Some(ProgressBar::hidden()),
            reported: None,
            reason: None,
            copying: None,
            is_unreachable: false,
        };
        let position = |reporter: &Reporter| reporter.bar.as_ref().map(ProgressBar::position);
        reporter.report(&running(4 << 20));
        assert_eq!(position(&reporter), Some(4 << 20));
        let comparing = Step {
            state: "comparing".to_owned(),
            ..running(10 << 20)
        };
        reporter.report(&comparing);
        assert_eq!(position(&reporter), Some(10 << 20));
    }

    #[test]
    fn all_templates_are_valid() {
        for template in [
            "{spinner} {prefix}{msg} {elapsed}",
            "{prefix}{msg} {percent:>3}% {wide_bar} {speed} {left}",
            "{prefix}{msg} {percent:>3}% {wide_bar} {bytes}/{total_bytes} {speed} {left}",
        ] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}

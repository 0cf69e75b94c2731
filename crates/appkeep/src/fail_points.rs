//! Lets a test abort or slow down this process at named fail points.
//!
//! Only with the feature `failpoints`. A rule is `NAME:N:abort` (the process dies when it reaches that point
//! for the Nth time) or `NAME:N:slow=MILLISECONDS` (from the Nth time on, each pass is delayed by that time).
//! Several rules are separated by commas. `APPKEEP_FAIL_POINTS` contains the initial rules. Each line on
//! stdin replaces all rules, resets the counts, and is acknowledged on stdout.
//!
//! `APPKEEP_TEST_LEASE_SECONDS` shortens the lease. All processes of an installation need the same.

use std::io::BufRead;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use appkeep_server::failpoints::{set_hook, shorten_lease};

use crate::stdout::print_line;

/// The variable with the initial rules.
const VARIABLE: &str = "APPKEEP_FAIL_POINTS";

/// The variable with the duration of leases, and the shortest one, in seconds. Renewals must be possible within a third.
const LEASE_VARIABLE: &str = "APPKEEP_TEST_LEASE_SECONDS";
const LEASE_SECS_MIN: u64 = 3;

/// The action at a fail point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// The process dies as if killed.
    Abort,
    /// The thread sleeps.
    Slow(Duration),
}

/// A rule: an action at a fail point, from the Nth pass on.
#[derive(Debug, PartialEq, Eq)]
struct Rule {
    name: String,
    /// The number of passes before the rule applies.
    left: u64,
    action: Action,
}

/// Shortens the lease as the environment requires. Every command does this.
///
/// # Errors
/// When the duration is invalid.
pub(crate) fn shorten_leases() -> anyhow::Result<()> {
    if let Some(text) = std::env::var_os(LEASE_VARIABLE) {
        shorten_lease(parse_lease(&text.to_string_lossy())?);
    }
    Ok(())
}

fn parse_lease(text: &str) -> anyhow::Result<Duration> {
    let secs = text.parse().ok().filter(|secs| *secs >= LEASE_SECS_MIN);
    let secs = secs.with_context(|| {
        format!("invalid {LEASE_VARIABLE} {text:?}: expected a number of seconds, at least {LEASE_SECS_MIN}")
    })?;
    Ok(Duration::from_secs(secs))
}

/// Reads the rules from the environment, and starts to read further ones from stdin.
///
/// # Errors
/// When the rules in the environment are invalid.
pub(crate) fn start() -> anyhow::Result<()> {
    let text = std::env::var(VARIABLE).unwrap_or_default();
    let rules = parse(&text).with_context(|| format!("failed to parse {VARIABLE}"))?;
    let rules = Arc::new(Mutex::new(rules));
    let shared = Arc::clone(&rules);
    set_hook(Box::new(move |name, times| {
        let action = due(&mut lock(&shared), name, times);
        match action {
            Some(Action::Abort) => process::abort(),
            Some(Action::Slow(pause)) => thread::sleep(pause),
            None => {}
        }
    }));
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let response = match parse(&line) {
                Ok(new) => {
                    *lock(&rules) = new;
                    format!("fail points: {line}")
                }
                Err(error) => format!("fail points: {error:#}"),
            };
            if print_line(&response).is_err() {
                return;
            }
        }
    });
    Ok(())
}

fn lock(rules: &Mutex<Vec<Rule>>) -> MutexGuard<'_, Vec<Rule>> {
    rules.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts a pass, and returns the action that applies.
fn due(rules: &mut [Rule], name: &str, times: u64) -> Option<Action> {
    let rule = rules.iter_mut().find(|rule| rule.name == name)?;
    rule.left = rule.left.saturating_sub(times);
    (rule.left == 0).then_some(rule.action)
}

fn parse(text: &str) -> anyhow::Result<Vec<Rule>> {
    let rules = text.split(',').filter(|rule| !rule.trim().is_empty());
    rules.map(|rule| parse_rule(rule.trim())).collect()
}

fn parse_rule(text: &str) -> anyhow::Result<Rule> {
    let read = || {
        let mut parts = text.split(':');
        let (name, count, action) = (parts.next()?, parts.next()?, parts.next()?);
        let action = match action.strip_prefix("slow=") {
            Some(millis) => Action::Slow(Duration::from_millis(millis.parse().ok()?)),
            None if action == "abort" => Action::Abort,
            None => return None,
        };
        let left = count.parse().ok().filter(|count| *count > 0)?;
        let name = name.to_owned();
        parts.next().is_none().then_some(Rule { name, left, action })
    };
    read().with_context(|| format!("invalid rule {text:?}: expected NAME:N:abort or NAME:N:slow=MS"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_counts_passes_of_its_own_fail_point() {
        let mut rules = parse("a.b:2:abort, c:1:slow=5").unwrap();
        assert_eq!(due(&mut rules, "elsewhere", 1), None);
        assert_eq!(due(&mut rules, "a.b", 1), None);
        assert_eq!(due(&mut rules, "a.b", 1), Some(Action::Abort));
        let slow = Action::Slow(Duration::from_millis(5));
        let mut bytes = parse("d:1000:abort").unwrap();
        assert_eq!(due(&mut bytes, "d", 999), None);
        assert_eq!(due(&mut bytes, "d", 4096), Some(Action::Abort));
        assert_eq!([(); 3].map(|()| due(&mut rules, "c", 1)), [Some(slow); 3]);
    }

    #[test]
    fn leases_last_at_least_three_seconds() {
        assert_eq!(parse_lease("3").unwrap(), Duration::from_secs(3));
        for wrong in ["", "2", "-5", "3 s"] {
            let error = parse_lease(wrong).unwrap_err().to_string();
            assert!(
                error.contains(&format!("{wrong:?}: expected a number of seconds")),
                "{error}"
            );
        }
    }

    #[test]
    fn errors_quote_the_invalid_rule() {
        assert_eq!(parse("").unwrap(), []);
        for wrong in [
            "a",
            "a:1",
            "a:0:abort",
            "a:1:explode",
            "a:1:abort:more",
            "a:1:slow=x",
        ] {
            let error = parse(wrong).unwrap_err().to_string();
            assert!(error.starts_with(&format!("invalid rule {wrong:?}")), "{error}");
        }
    }
}

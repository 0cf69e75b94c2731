//! An app as the API shows it: its declaration, and the outcome of its latest restore.

use chrono::{DateTime, Utc};

use crate::app_restore::{AppState, RestoreState};
use crate::catalog::{App, UNDECLARED};
use crate::lease;
use crate::state::fit_reason;

/// An app with its latest restore and its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppView {
    /// The current declaration, or the last one if the app is no longer declared.
    pub app: App,
    /// The name of its account.
    pub account_name: String,
    /// The state of its latest restore, with its reasons or notes.
    pub restore: Option<(RestoreState, Vec<String>)>,
    /// The nodes that declare it, if none of them has a live server; empty otherwise.
    pub away_nodes: Vec<String>,
    /// When it was first declared.
    pub created_at: DateTime<Utc>,
    /// When its declaration or a restore of it last changed.
    pub modified_at: DateTime<Utc>,
    /// Counts changes of the declaration and of restores.
    pub generation: i64,
}

/// The reason why jobs that need these nodes wait: none of them has a live server. `None` if there are no nodes.
#[must_use]
pub fn away_reason(nodes: &[String]) -> Option<String> {
    let secs = lease::duration().as_secs();
    let reason = match nodes {
        [] => return None,
        [node] => format!("node {node} was not seen for {secs} s"),
        nodes => format!("none of its nodes was seen for {secs} s: {}", nodes.join(", ")),
    };
    Some(fit_reason(&reason))
}

impl AppView {
    /// The state of the app. A restore in progress continues even if the app is no longer declared.
    #[must_use]
    pub fn state(&self) -> AppState {
        let latest = self.restore.as_ref().map(|(state, _)| *state);
        match AppState::after(latest) {
            AppState::Restoring => AppState::Restoring,
            _ if !self.app.declared => AppState::Unavailable,
            AppState::Ready if !self.away_nodes.is_empty() => AppState::Unavailable,
            state => state,
        }
    }

    /// The reasons why the app isn't ready; empty if it is.
    #[must_use]
    pub fn state_unready(&self) -> Vec<String> {
        let state = self.state();
        if state == AppState::Unavailable && !self.app.declared {
            return vec![UNDECLARED.to_owned()];
        }
        let mut reasons = match (state, &self.restore) {
            (AppState::Restoring | AppState::Failed, Some((_, reasons))) => reasons.clone(),
            _ => Vec::new(),
        };
        if self.app.declared {
            reasons.extend(away_reason(&self.away_nodes));
        }
        reasons
    }

    /// The notes of the latest restore about data that could not be restored exactly; empty unless that restore is
    /// completed.
    #[must_use]
    pub fn restore_notes(&self) -> &[String] {
        match &self.restore {
            Some((RestoreState::Completed, notes)) => notes,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::catalog::AppOptions;

    fn view(declared: bool, restore: Option<RestoreState>) -> AppView {
        AppView {
            app: App {
                id: Uuid::from_u128(1).into(),
                account_id: Uuid::from_u128(2).into(),
                name: "shop".to_owned(),
                volumes: Vec::new(),
                options: AppOptions::default(),
                declared,
            },
            account_name: "acme".to_owned(),
            restore: restore.map(|state| (state, vec!["why".to_owned()])),
            away_nodes: Vec::new(),
            created_at: DateTime::UNIX_EPOCH,
            modified_at: DateTime::UNIX_EPOCH,
            generation: 0,
        }
    }

    #[test]
    fn apps_of_absent_nodes_name_them() {
        let mut view = view(true, None);
        view.away_nodes = vec!["alpha".to_owned()];
        let reason = "node alpha was not seen for 30 s";
        assert_eq!(view.state(), AppState::Unavailable);
        assert_eq!(view.state_unready(), [reason]);
        view.restore = Some((RestoreState::Running, vec!["why".to_owned()]));
        assert_eq!(view.state(), AppState::Restoring);
        assert_eq!(view.state_unready(), ["why", reason]);
        view.restore = None;
        view.away_nodes.push("beta".to_owned());
        let reason = "none of its nodes was seen for 30 s: alpha, beta";
        assert_eq!(view.state_unready(), [reason]);
    }

    #[test]
    fn restore_state_takes_precedence_over_configuration() {
        let shown = |declared, restore| {
            let view = view(declared, restore);
            (view.state().as_str(), view.state_unready())
        };
        let why = vec!["why".to_owned()];
        assert_eq!(shown(true, None), ("ready", Vec::new()));
        assert_eq!(shown(true, Some(RestoreState::Completed)), ("ready", Vec::new()));
        assert_eq!(
            shown(true, Some(RestoreState::Running)),
            ("restoring", why.clone())
        );
        for state in [RestoreState::Failed, RestoreState::Interrupted] {
            assert_eq!(shown(true, Some(state)), ("failed", why.clone()));
        }
        assert_eq!(shown(false, Some(RestoreState::Pending)), ("restoring", why));
        let gone = vec![UNDECLARED.to_owned()];
        assert_eq!(shown(false, Some(RestoreState::Failed)), ("unavailable", gone));
    }
}

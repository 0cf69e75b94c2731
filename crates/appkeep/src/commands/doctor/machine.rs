//! Checks of the server's machine: its data directory and its buckets, without the server.

use std::path::Path;

use appkeep_server::Config;
use appkeep_server::admin::examine::{PermissionProblem, permission_problems};
use appkeep_server::admin::files::StoredBackups;

use super::Check;
use crate::logging::{self, LogFormat};

const PERMISSIONS: &str = "permissions";

/// Checks a data directory, as far as its content can be read.
pub(super) async fn check(
    data: &Path,
    config_file: Option<&Path>,
    checks: &mut Vec<Check>,
) -> anyhow::Result<()> {
    // The checks contain the errors.
    logging::start("error", LogFormat::Text)?;
    let config = match config_file.map(Config::load).transpose() {
        Ok(config) => config,
        Err(error) => {
            checks.push(Check::wrong(
                "config",
                error.to_string(),
                "appkeep config check FILE",
            ));
            return Ok(());
        }
    };
    let place = data.display();
    match permission_problems(data) {
        Ok(problems) if problems.is_empty() => {
            checks.push(Check::good(PERMISSIONS, format!("{place} is private")));
        }
        Ok(problems) => checks.extend(problems.into_iter().map(permission)),
        Err(error) => {
            checks.push(Check::wrong(
                PERMISSIONS,
                format!("{place} can't be read: {error}"),
                "correct --data, or run this command as the server's user: sudo -u appkeep appkeep doctor …",
            ));
            return Ok(());
        }
    }
    match StoredBackups::open(data, config.as_ref()).await {
        Ok(stored) => {
            restores(&stored, checks).await;
            buckets(&stored, checks).await;
            stored.close().await;
        }
        Err(error) => checks.push(Check::wrong(
            "data",
            error.to_string(),
            "correct --data, or specify the server's configuration with --config",
        )),
    }
    Ok(())
}

fn permission(problem: PermissionProblem) -> Check {
    Check::wrong(PERMISSIONS, problem.found, problem.fix)
}

/// Checks whether volumes may contain both old and new data.
async fn restores(stored: &StoredBackups, checks: &mut Vec<Check>) {
    const AT: &str = "restores";
    match stored.unfinished_restores().await {
        Ok(found) if found.is_empty() => checks.push(Check::good(AT, "none is unfinished")),
        Ok(found) => checks.extend(found.into_iter().map(|restore| {
            let app = restore.app_name;
            Check::wrong(
                AT,
                format!(
                    "the restore {} of {app} is unfinished: its volumes may contain old and new data",
                    restore.id
                ),
                "start the server, which finishes it; if it can't, restore the app again",
            )
        })),
        Err(error) => checks.push(Check::wrong(AT, error.to_string(), "see the path in the message")),
    }
}

/// Checks whether each declared bucket can be reached, and has its marker.
async fn buckets(stored: &StoredBackups, checks: &mut Vec<Check>) {
    const AT: &str = "markers";
    let buckets = match stored.declared_buckets().await {
        Ok(buckets) => buckets,
        Err(error) => {
            checks.push(Check::wrong("data", error.to_string(), "see the server's log"));
            return;
        }
    };
    for bucket in buckets {
        let place = bucket.location.to_string();
        checks.push(match stored.check_marker(&bucket).await {
            Ok(()) => Check::good(AT, format!("{}: {place}", bucket.name)),
            Err(error) => Check::wrong(
                AT,
                format!("{error} ({place})"),
                "mount its disk, correct its path or URL in the configuration, or specify --config for its credentials",
            ),
        });
    }
}

//! Removing what the suite made, whatever became of the checks.

use tokio::time::{Instant, sleep};

use super::call::{Call, Credential, Server};
use super::stage::{Kind, Made, Stage};

/// Deletes everything that is still there, newest first; returns what couldn't be deleted.
pub(super) async fn remove_everything(stage: &mut Stage) -> Vec<String> {
    let deadline = Instant::now() + stage.options.completion_max;
    let mut left = Vec::new();
    while let Some(made) = stage.made.pop() {
        if let Err(why) = remove(stage, &made, deadline).await {
            let what = match made.kind {
                Kind::Backup => "backup",
                Kind::Snap => "snapshot",
            };
            left.push(format!("{what} {}: {why}", made.id));
        }
    }
    left
}

async fn remove(stage: &mut Stage, made: &Made, deadline: Instant) -> Result<(), String> {
    if made.server == Server::Idle {
        return Err("it stays pending on the server that runs no jobs".to_owned());
    }
    let call = removal(stage, made);
    loop {
        match stage.send(&call).await {
            Ok(answer) if matches!(answer.status, 204 | 404) => return Ok(()),
            Ok(answer) if answer.status == 409 && Instant::now() < deadline => {
                sleep(stage.options.poll_interval).await;
            }
            Ok(answer) => return Err(format!("the delete was answered with {}", answer.status)),
            Err(_) => return Err("the delete got no answer".to_owned()),
        }
    }
}

fn removal(stage: &Stage, made: &Made) -> Call {
    let credential = if made.credential_is_foreign {
        Credential::Foreign
    } else {
        Credential::Own
    };
    stage
        .call_for(made.kind.delete(), made.kind, &made.id)
        .on(made.server)
        .with(credential)
        .path("account_id", &made.account)
        .path("app_id", &made.app)
}

//! Runs a command for a message: the message is its input as JSON, and in its environment.

use appkeep_core::hook::HookEnd;
use appkeep_core::notification::Message;
use appkeep_engine::{RunCommand, run_command};
use tokio_util::sync::CancellationToken;

use super::{Command, json};

/// The largest amount of a failed command's output in an error, in characters.
const OUTPUT_CHARS_MAX: usize = 200;

pub(super) async fn run(command: &Command, message: &Message, timeout_secs: u32) -> Result<(), String> {
    let request = RunCommand {
        command: command.command.clone(),
        environment: environment(command, message),
        stdin: json(message)?,
        timeout_secs,
    };
    let run = run_command(&request, &CancellationToken::new()).await;
    let outcome = match &run.end {
        HookEnd::Exited(0) => return Ok(()),
        HookEnd::Exited(status) => format!("exited with status {status}"),
        HookEnd::Signalled(signal) => format!("was ended by signal {signal}"),
        HookEnd::TimedOut => format!("was killed after its time-out of {timeout_secs} s"),
        HookEnd::Cancelled => "was cancelled".to_owned(),
        HookEnd::NotStarted(reason) | HookEnd::Exhausted(reason) => format!("could not be started: {reason}"),
    };
    let stderr: String = run.stderr.trim().chars().take(OUTPUT_CHARS_MAX).collect();
    Err(if stderr.is_empty() {
        format!("the command {outcome}")
    } else {
        format!("the command {outcome}: {stderr}")
    })
}

/// The declared variables, and those of the message, whose names are those of hooks where they mean the same.
fn environment(command: &Command, message: &Message) -> Vec<(String, String)> {
    let declared = command.env.iter();
    let mut variables: Vec<_> = declared
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let (id, time) = (message.id.to_string(), message.time.to_rfc3339());
    let own = [
        ("APPKEEP_NOTIFICATION_ID", id.as_str()),
        ("APPKEEP_EVENT", message.event),
        ("APPKEEP_SUBJECT", message.subject),
        ("APPKEEP_TIME", &time),
        ("APPKEEP_TITLE", &message.title),
        ("APPKEEP_MESSAGE", &message.message),
        ("APPKEEP_ACCOUNT_NAME", &message.account),
        ("APPKEEP_APP_NAME", &message.app),
        ("APPKEEP_APP_ID", &message.app_id),
        ("APPKEEP_BUCKET_NAME", &message.bucket),
        ("APPKEEP_SCHEDULE_NAME", &message.schedule),
        ("APPKEEP_BACKUP_NAME", &message.backup),
        ("APPKEEP_SINCE", &message.since),
    ];
    // A variable can't contain a NUL byte.
    variables.extend(own.map(|(name, value)| (name.to_owned(), value.replace('\0', " "))));
    variables
}

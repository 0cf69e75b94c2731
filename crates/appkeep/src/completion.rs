//! Completion of names: the shell calls this program while a user types, and it asks the server of the login.
//!
//! It is silent: without a login, a response in time, or permission, there are no candidates.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use appkeep_client::{Error, Uuid};
use clap::{Arg, Command, Parser};
use clap_complete::CompletionCandidate;
use clap_complete::engine::ArgValueCompleter;
use clap_complete::env::{CompleteEnv, Shells};
use futures::{Stream, TryStreamExt};

use crate::login::Logins;
use crate::remote::{self, Format, Given, Of, Session};

/// The variable with the name of the shell that asks for candidates.
const VARIABLE: &str = "APPKEEP_COMPLETE";

/// The longest time that a user waits for candidates.
const TIME_MAX: Duration = Duration::from_secs(2);

/// The largest number of names that are read, newest first.
const NAMES_MAX: usize = 500;

/// Responds to a shell that asks for candidates, and then ends the process. In other calls, does nothing.
pub(crate) fn respond(command: fn() -> Command) {
    CompleteEnv::with_factory(command).var(VARIABLE).complete();
}

/// Returns the script that registers completion with a shell; none for an unknown shell.
///
/// # Errors
/// When it can't be written.
pub(crate) fn script(shell: &str) -> anyhow::Result<Option<String>> {
    let shells = Shells::builtins();
    let Some(shell) = shells.completer(shell) else {
        return Ok(None);
    };
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "appkeep", "appkeep", "appkeep", &mut script)?;
    Ok(Some(String::from_utf8(script)?))
}

/// A kind of resource whose names are completed.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Account,
    App,
    Backup,
    Bucket,
    Context,
    Schedule,
    Snapshot,
}

/// The kinds by the names of values in the help.
const KINDS: [(&str, Kind); 7] = [
    ("ACCOUNT", Kind::Account),
    ("APP", Kind::App),
    ("BACKUP", Kind::Backup),
    ("BUCKET", Kind::Bucket),
    ("CONTEXT", Kind::Context),
    ("SCHEDULE", Kind::Schedule),
    ("SNAPSHOT", Kind::Snapshot),
];

/// Adds completion to all arguments of a command and its subcommands that are names of resources.
pub(crate) fn complete_names(command: Command) -> Command {
    let below: Vec<String> = command
        .get_subcommands()
        .map(|below| below.get_name().to_owned())
        .collect();
    let command = command.mut_args(with_completion);
    below.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, complete_names)
    })
}

fn with_completion(arg: Arg) -> Arg {
    let kind = arg.get_value_names().and_then(|names| match names {
        [name] => KINDS.iter().find(|(kind, _)| name == kind),
        _ => None,
    });
    match kind {
        Some((_, kind)) => {
            let kind = *kind;
            arg.add(ArgValueCompleter::new(move |current: &OsStr| {
                candidates(kind, current)
            }))
        }
        None => arg,
    }
}

fn candidates(kind: Kind, current: &OsStr) -> Vec<CompletionCandidate> {
    let names = Words::parse(std::env::args_os()).and_then(|words| names(kind, &words));
    let current = current.to_string_lossy();
    let names = names.unwrap_or_default().into_iter();
    names
        .filter(|name| name.starts_with(&*current))
        .map(CompletionCandidate::new)
        .collect()
}

/// The options in the words of the command line that select a server and an app.
#[derive(Debug, Parser)]
struct Words {
    #[command(flatten)]
    server: remote::Args,
    #[arg(long)]
    app: Option<String>,
}

impl Words {
    /// Parses the words, which may be incomplete and belong to any command. None if they select a database.
    fn parse(words: impl Iterator<Item = OsString>) -> Option<Self> {
        const OPTIONS: [&str; 6] = ["--context", "--url", "--token-file", "--account", "--ca", "--app"];
        let mut words = words.skip_while(|word| word != "--").skip(1).peekable();
        let mut selecting = vec![OsString::from("appkeep")];
        while let Some(word) = words.next() {
            let text = word.to_string_lossy();
            let name = text.split('=').next().unwrap_or_default();
            if matches!(name, "--data" | "--config") {
                return None;
            }
            if OPTIONS.contains(&name) {
                let value = if text.contains('=') { None } else { words.next() };
                selecting.push(word);
                selecting.extend(value);
            }
        }
        Self::try_parse_from(selecting).ok()
    }
}

/// Reads names; none if that fails or takes too long.
fn names(kind: Kind, words: &Words) -> Option<BTreeSet<String>> {
    let names: Vec<String> = if let Kind::Context = kind {
        Logins::load()
            .ok()?
            .contexts()
            .map(|(name, _)| name.to_owned())
            .collect()
    } else {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .ok()?;
        let names = runtime.block_on(async { tokio::time::timeout(TIME_MAX, read(kind, words)).await });
        // A name server that doesn't respond must not delay the end.
        runtime.shutdown_background();
        names.ok()?.ok()?
    };
    Some(names.into_iter().filter(|name| is_safe(name)).collect())
}

async fn read(kind: Kind, words: &Words) -> anyhow::Result<Vec<String>> {
    let mut known = words.server.known()?;
    if let Kind::Account = kind {
        // The words contain only the beginning of its name; the list of accounts needs none.
        known.account = Some(Given::new(Uuid::nil().to_string(), "completion"));
    }
    let session = Session::of(&known, Format::Table).await?;
    let app = async || session.app_if_named(words.app.as_deref()).await;
    let names: Vec<String> = match kind {
        Kind::Account => session
            .accounts()
            .await?
            .into_iter()
            .map(|account| account.name)
            .collect(),
        Kind::App => session.apps().await?.into_iter().map(|app| app.name).collect(),
        Kind::Bucket => session
            .buckets()
            .await?
            .into_iter()
            .map(|bucket| bucket.name)
            .collect(),
        Kind::Backup => {
            let app = app().await?.map(|app| app.id);
            let backups = first(session.client.backups(session.account, app).stream()).await;
            let backups = backups.map_err(|error| session.failure(&error))?;
            backups.into_iter().map(|backup| backup.name).collect()
        }
        Kind::Schedule => of(session.owned_schedules(app().await?.as_ref()).await?, |one| {
            one.name.as_str().to_owned()
        }),
        Kind::Snapshot => of(session.owned_snapshots(app().await?.as_ref()).await?, |one| {
            one.name.as_str().to_owned()
        }),
        Kind::Context => Vec::new(),
    };
    Ok(names)
}

/// Reads the first resources of a list.
async fn first<T>(list: impl Stream<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    let mut list = Box::pin(list);
    let mut first = Vec::new();
    while first.len() < NAMES_MAX
        && let Some(thing) = list.try_next().await?
    {
        first.push(thing);
    }
    Ok(first)
}

fn of<T>(things: Vec<Of<T>>, name: impl Fn(T) -> String) -> Vec<String> {
    things.into_iter().map(|of| name(of.thing)).collect()
}

/// Returns whether a shell inserts the name unchanged. Other names, which a hostile server could choose, could be commands.
fn is_safe(name: &str) -> bool {
    let is_safe = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    !name.is_empty() && !name.starts_with('-') && name.chars().all(is_safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &str) -> Option<Words> {
        Words::parse(words.split(' ').map(OsString::from))
    }

    #[test]
    fn options_that_select_a_server_and_an_app_are_found_anywhere() {
        let words = parsed("appkeep -- appkeep --context prod backup show --app=shop --unknown night");
        let words = words.unwrap();
        assert_eq!(words.app.as_deref(), Some("shop"));
        assert_eq!(words.server.context_name(), "prod");
        assert!(parsed("appkeep -- appkeep backup list --data /var/lib/appkeep").is_none());
        assert!(parsed("appkeep -- appkeep backup list --app").is_none());
    }

    #[test]
    fn names_that_shells_would_interpret_are_no_candidates() {
        for name in ["nightly-1", "v1.4_final", "A"] {
            assert!(is_safe(name), "{name}");
        }
        for name in ["", "-rf", "a b", "$(id)", "a;b", "a\nb", "ä"] {
            assert!(!is_safe(name), "{name}");
        }
    }
}

//! The definition of the command line, beyond the types: commands in groups, options that may precede the command, and
//! help that shows only the options that a command accepts.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use crate::completion::complete_names;
use crate::failure::COULD_NOT_RUN;
use crate::remote::{Format, Messages, set_database_options};

/// The groups of commands in the help. All others are in a last group.
const GROUPS: [(&str, &[&str]); 3] = [
    (
        "Use a server",
        &[
            "login", "logout", "context", "ca", "status", "app", "backup", "snapshot", "schedule", "bucket",
            "doctor",
        ],
    ),
    (
        "Run a server",
        &[
            "serve", "config", "restore", "token", "key", "job", "node", "store", "notify", "health",
        ],
    ),
    ("Check a server", &["verify", "diff", "explain", "openapi"]),
];

/// The options that select a database.
const DATABASE: &[&str] = &["data", "config"];

/// The options that select a server, and the format of its data.
const SERVER: &[&str] = &[
    "context",
    "url",
    "token",
    "token_file",
    "account",
    "ca",
    "debug",
    "output",
];

/// Options that commands inherit and refuse: hidden in their help.
const REFUSED: [(&str, &[&str], &[&str]); 5] = [
    (
        "backup",
        &["create", "wait", "restore", "cancel", "delete"],
        DATABASE,
    ),
    ("snapshot", &["create", "wait", "restore", "delete"], DATABASE),
    ("schedule", &["create", "update", "delete"], DATABASE),
    ("schedule", &["confirm-retention", "run"], SERVER),
    ("bucket", &["take-over"], SERVER),
];

/// Adds to the definition by types what types can't express.
pub(crate) fn complete(command: Command) -> Command {
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{}\n{{options}}{{after-help}}",
        grouped(&command)
    );
    // Here they are only for options that precede the command: its own help describes them.
    let command = command.mut_args(|arg| {
        if arg.is_global_set() {
            arg.global(false).hide(true)
        } else {
            arg
        }
    });
    let command = command
        .help_template(template)
        .after_help("The options of a command may also precede it: appkeep --output json backup list");
    let names = GROUPS[0]
        .1
        .iter()
        .filter(|name| command.find_subcommand(name).is_some());
    let names: Vec<&str> = names.copied().collect();
    let command = names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, complete_names)
    });
    REFUSED
        .into_iter()
        .fold(command, |command, (name, refusing, ids)| {
            command.mut_subcommand(name, |parent| {
                refusing
                    .iter()
                    .fold(parent, |parent, name| hidden(parent, name, ids))
            })
        })
}

/// Hides inherited options of a subcommand.
fn hidden(parent: Command, name: &str, ids: &[&str]) -> Command {
    let is_hidden = |arg: &&clap::Arg| ids.contains(&arg.get_id().as_str());
    let hidden: Vec<_> = parent.get_arguments().filter(is_hidden).cloned().collect();
    parent.mut_subcommand(name, |command| {
        hidden.into_iter().fold(command, |command, arg| {
            let is_own = command.get_arguments().any(|own| own.get_id() == arg.get_id());
            if is_own {
                command
            } else {
                command.arg(arg.hide(true))
            }
        })
    })
}

/// Returns the commands in groups, for the template of the help.
fn grouped(command: &Command) -> String {
    let known: Vec<&str> = GROUPS
        .iter()
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    let all = || command.get_subcommands().filter(|command| !command.is_hide_set());
    let others = all().map(Command::get_name).filter(|name| !known.contains(name));
    let others: Vec<&str> = others.chain(["help"]).collect();
    let groups = GROUPS.iter().map(|(title, names)| (*title, names.to_vec()));
    let width = all()
        .map(|command| command.get_name().len())
        .max()
        .unwrap_or_default();
    let (header, literal) = (
        command.get_styles().get_header(),
        command.get_styles().get_literal(),
    );
    let mut text = String::new();
    for (title, names) in groups.chain([("Other commands", others)]) {
        let _ = write!(text, "\n{header}{title}:{header:#}\n");
        for name in names {
            let about = match name {
                "help" => "Print the help of a command".to_owned(),
                _ => command.find_subcommand(name).map(about).unwrap_or_default(),
            };
            let _ = writeln!(text, "  {literal}{name:width$}{literal:#}  {about}");
        }
    }
    text + &format!("\n{header}Options:{header:#}")
}

fn about(command: &Command) -> String {
    command.get_about().map(StyledStr::to_string).unwrap_or_default()
}

/// The settings of all commands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// How messages are printed.
    pub(crate) messages: Messages,
    /// Whether requests are logged.
    pub(crate) debug: bool,
}

/// Parses the arguments of the process. Ends it if they are wrong, or ask for help or the version.
pub(crate) fn parse(mut command: Command) -> (ArgMatches, Settings) {
    let matches = match command.try_get_matches_from_mut(std::env::args_os()) {
        Ok(matches) => matches,
        Err(error) => refuse(&error),
    };
    let (leaf, path) = leaf(&matches);
    if let Some(option) = misplaced(&command, &matches, leaf) {
        let problem = format!("appkeep {path} doesn't accept --{option} before the command");
        refuse(&command.error(ErrorKind::ArgumentConflict, problem));
    }
    let options = DATABASE.iter().filter_map(|id| {
        let path = leaf.try_get_one::<PathBuf>(id).ok().flatten()?;
        Some(format!(" --{id} {}", path.display()))
    });
    set_database_options(options.collect());
    let is_set = |id| leaf.try_get_one(id).ok().flatten() == Some(&true);
    let settings = Settings {
        messages: Messages {
            are_json: leaf.try_get_one("output").ok().flatten() == Some(&Format::Json),
            are_quiet: is_set("quiet"),
        },
        debug: is_set("debug"),
    };
    (matches, settings)
}

/// Returns the arguments of the innermost command, and its path.
fn leaf(matches: &ArgMatches) -> (&ArgMatches, String) {
    let (mut leaf, mut path) = (matches, Vec::new());
    while let Some((name, below)) = leaf.subcommand() {
        path.push(name);
        leaf = below;
    }
    (leaf, path.join(" "))
}

/// Returns an option that precedes a command which doesn't have it.
fn misplaced(command: &Command, matches: &ArgMatches, leaf: &ArgMatches) -> Option<String> {
    let is_given = |matches: &ArgMatches, id: &str| {
        matches.try_contains_id(id).unwrap_or_default()
            && matches.value_source(id) == Some(ValueSource::CommandLine)
    };
    let mut preceding = command
        .get_arguments()
        .filter(|arg| is_given(matches, arg.get_id().as_str()));
    let misplaced = preceding.find(|arg| !is_given(leaf, arg.get_id().as_str()))?;
    misplaced.get_long().map(str::to_owned)
}

/// Prints why the arguments are wrong, or the requested help, and ends the process.
fn refuse(error: &clap::Error) -> ! {
    if !error.use_stderr() || !asks_for_json(std::env::args_os()) {
        error.exit();
    }
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line).to_owned();
    eprintln!("{}", crate::failure::as_json(&anyhow::Error::msg(line)));
    std::process::exit(COULD_NOT_RUN.into());
}

/// Returns whether wrong arguments ask for errors as JSON.
fn asks_for_json(arguments: impl Iterator<Item = OsString>) -> bool {
    let arguments: Vec<OsString> = arguments.collect();
    let is_json = |pair: &[OsString]| matches!(pair, [option, value] if (option == "--output" || option == "-o") && value == "json");
    arguments.windows(2).any(is_json)
        || arguments
            .iter()
            .any(|word| word == "--output=json" || word == "-ojson")
}

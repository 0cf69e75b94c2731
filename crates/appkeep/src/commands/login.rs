//! `appkeep login` and `appkeep logout`

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use appkeep_client::SecretString;
use appkeep_server::admin::tokens::ExposeSecret;
use dialoguer::Password;

use crate::credentials::{self, environment};
use crate::failure::{COULD_NOT_RUN, EXIT_CODES, Failure};
use crate::login::{self, Login, Logins};
use crate::remote::{self, Given, Session};
use crate::stdout::print_line;

const EXAMPLES: &str = "Examples:
  appkeep login --url https://backup.example:8480 --ca ca.pem
  appkeep login --url http://127.0.0.1:8480 --token-file token --account acme
  pass show backup | appkeep login --name prod --url https://backup.example:8480 --token-stdin";

/// Store a server, a token and an account for the commands that contact a server.
///
/// Checks them first, and stores them in `appkeep/login.toml` in the user's configuration directory
/// (`$XDG_CONFIG_HOME`, else ~/.config), readable only by the user. On a terminal, prompts for the token. The
/// certificates of --ca are stored, too. Several logins have names, contexts, of which `appkeep context` selects one.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Args {
    #[command(flatten)]
    connection: remote::Args,
    /// Store the login as this context. Default: `default`, or `APPKEEP_CONTEXT`.
    #[arg(long, value_name = "CONTEXT", conflicts_with = "context")]
    name: Option<String>,
    /// Read the token from the standard input.
    #[arg(long, conflicts_with_all = ["token", "token_file"])]
    token_stdin: bool,
}

pub(crate) async fn run(mut args: Args) -> anyhow::Result<ExitCode> {
    args.connection.output.check_is_no_csv()?;
    if args.token_stdin {
        args.connection.read_token_from_stdin();
    }
    // Read before the server is asked, so that an invalid file is found first.
    let mut logins = Logins::load()?;
    // The stored login is ignored, because it is about to be replaced.
    let mut known = args.connection.given()?;
    let url = known.url()?.to_owned();
    if known.token.is_none() {
        known.token = Some(Given::new(ask(&url)?, "the terminal"));
    }
    let token = known.token()?.clone();
    let ca = known
        .ca
        .as_ref()
        .map(|pem| String::from_utf8_lossy(&pem.value).into_owned());
    let session = Session::of(&known, args.connection.output).await?;
    let apps = session.apps().await?.len();
    // Older servers don't list accounts; the list of apps has already shown that the token is valid.
    let accounts = session.accounts().await.unwrap_or_default();
    let own = accounts.iter().find(|account| account.id == session.account);
    let account = own.map_or_else(
        || session.account.to_string(),
        |own| format!("{} ({}) as {}", own.name, own.id, own.role),
    );
    let name = args.name.unwrap_or_else(|| args.connection.context_name());
    let login = Login {
        url: url.clone(),
        account: session.account,
        token: token.expose_secret().to_owned(),
        ca,
    };
    logins.insert(&name, login)?;
    let path = logins.store()?;
    let noun = if apps == 1 { "app" } else { "apps" };
    let context = match name.as_str() {
        login::DEFAULT => String::new(),
        name => format!(" as context {name}"),
    };
    print_line(&format!(
        "logged in to {url}, account {account} with {apps} {noun}; stored{context} in {}",
        path.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn ask(url: &str) -> Result<SecretString, Failure> {
    let missing =
        || Failure::new(COULD_NOT_RUN, "no token is set").next("specify --token-file or APPKEEP_TOKEN");
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(missing());
    }
    let typed = Password::new().with_prompt(format!("Token for {url}")).interact();
    credentials::token(&typed.map_err(|_| missing())?).map_err(|_| missing())
}

/// Remove a stored login. The token stays valid until it is revoked on its server.
#[derive(Debug, clap::Args)]
pub(crate) struct LogoutArgs {
    /// The login to remove. Default: `APPKEEP_CONTEXT`, or the selected one.
    #[arg(long, value_name = "CONTEXT", global = true)]
    context: Option<String>,
    /// Remove all logins.
    #[arg(long, conflicts_with = "context")]
    all: bool,
}

/// `appkeep logout`
///
/// # Errors
/// When there is no such context, or the file can't be written.
pub(crate) fn logout(args: &LogoutArgs) -> anyhow::Result<ExitCode> {
    let mut logins = Logins::load()?;
    if logins.contexts().next().is_none() {
        print_line("no login was stored")?;
        return Ok(ExitCode::SUCCESS);
    }
    let named = args.context.clone().or_else(|| environment("APPKEEP_CONTEXT"));
    if args.all {
        logins.clear();
    } else {
        let name = named.or_else(|| logins.current().map(str::to_owned));
        let name = name.ok_or_else(|| {
            Failure::new(COULD_NOT_RUN, "no context is selected").next("specify --context or --all")
        })?;
        logins.remove(&name)?;
        if logins.contexts().next().is_some() {
            logins.store()?;
            print_line(&format!(
                "logged out: the context {name} was removed; the token is still valid"
            ))?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let path = logins.store()?;
    print_line(&format!(
        "logged out: {} was removed; the token is still valid",
        path.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

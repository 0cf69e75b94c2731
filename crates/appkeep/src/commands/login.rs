//! `appkeep login` and `appkeep logout`

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use appkeep_client::SecretString;
use appkeep_server::admin::tokens::ExposeSecret;
use dialoguer::Password;

use crate::credentials;
use crate::failure::{COULD_NOT_RUN, EXIT_CODES, Failure};
use crate::login::{self, Login};
use crate::remote::{self, Given, Session};
use crate::stdout::print_line;

const EXAMPLES: &str = "Examples:
  appkeep login --url https://backup.example:8480 --ca ca.pem
  appkeep login --url http://127.0.0.1:8480 --token-file token --account acme";

/// Store a server, a token and an account for the commands that contact a server.
///
/// Checks them first, and stores them in `appkeep/login.toml` in the user's configuration directory
/// (`$XDG_CONFIG_HOME`, else ~/.config), readable only by the user. On a terminal, prompts for the token. The
/// certificates of --ca are stored, too.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Args {
    #[command(flatten)]
    connection: remote::Args,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    args.connection.output.check_is_no_csv()?;
    // The stored login is ignored, because it is about to be replaced.
    let mut known = args.connection.given()?;
    let url = known.url()?.to_owned();
    if known.token.is_none() {
        known.token = Some(Given {
            value: ask(&url)?,
            from: "the terminal".into(),
        });
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
    let path = login::store(&Login {
        url: url.clone(),
        account: session.account,
        token: token.expose_secret().to_owned(),
        ca,
    })?;
    let noun = if apps == 1 { "app" } else { "apps" };
    print_line(&format!(
        "logged in to {url}, account {account} with {apps} {noun}; stored in {}",
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

/// `appkeep logout`
pub(crate) fn logout() -> anyhow::Result<ExitCode> {
    match login::remove()? {
        Some(path) => print_line(&format!(
            "logged out: {} was removed; the token is still valid",
            path.display()
        ))?,
        None => print_line("no login was stored")?,
    }
    Ok(ExitCode::SUCCESS)
}

//! `appkeep serve --test-mode`: a server for tests in any language.

use std::net::SocketAddr;

use appkeep_server::testing::{Account, App, Role, TestServer};
use serde::Serialize;
use uuid::Uuid;

use crate::demo::Format;
use crate::stdout::{print_json_line, print_line};

/// The names of the account, the app and the bucket.
const NAMES: [&str; 3] = ["test", "shop", "local"];

/// What a program needs to use the server.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    url: String,
    #[serde(rename = "controlURL")]
    control_url: String,
    token: String,
    #[serde(rename = "accountID")]
    account_id: Uuid,
    #[serde(rename = "appID")]
    app_id: Uuid,
    #[serde(rename = "bucketID")]
    bucket_id: Uuid,
}

/// Starts the server and prints how to use it.
///
/// # Errors
/// When it can't be started, or the output can't be written.
pub(crate) async fn start(listen: SocketAddr, seed: u32, format: Format) -> anyhow::Result<TestServer> {
    let [account, app, bucket] = NAMES;
    let shop = App::new(app).volume("data", [("greeting.txt", "hello\n")]);
    let server = TestServer::builder()
        .account(Account::new(account).app(shop).bucket(bucket))
        .with_control()
        .seed(seed)
        .listen(listen)
        .try_start()
        .await?;
    let connection = Connection {
        url: server.url(),
        control_url: format!("{}/test", server.url()),
        token: server.token(Role::Member, &[account]).await,
        account_id: server.account(account),
        app_id: server.app(account, app),
        bucket_id: server.bucket(account, bucket),
    };
    match format {
        Format::Json => print_json_line(&connection)?,
        Format::Text => print_line(&connection.to_text())?,
    }
    Ok(server)
}

impl Connection {
    fn to_text(&self) -> String {
        format!(
            "appkeep is ready on {url}, in test mode: nothing is stored.\n\n  \
             export APPKEEP_URL={url} APPKEEP_TOKEN={token}\n  \
             export APPKEEP_ACCOUNT={account} APPKEEP_APP={app}\n  \
             curl {control}/state\n",
            url = self.url,
            token = self.token,
            account = self.account_id,
            app = self.app_id,
            control = self.control_url,
        )
    }
}

//! Lists two fields of all backups instead of whole resources.

use std::env::var;

use appkeep_client::{Client, Error, Uuid};

/// Returns the names and states of all backups of an account.
pub(crate) async fn names_and_states(client: &Client, account_id: Uuid) -> Result<Vec<String>, Error> {
    let list = client
        .app_backup_list_all(account_id, None, Some("name,state"), None)
        .await?;
    let items = list.into_inner().items.unwrap_or_default();
    let columns = items.iter().filter_map(|item| item.columns());
    Ok(columns
        .map(|columns| format!("{} {}", columns[0], columns[1]))
        .collect())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder(var("APPKEEP_URL")?)
        .token(var("APPKEEP_TOKEN")?)
        .build()?;
    for line in names_and_states(&client, var("APPKEEP_ACCOUNT")?.parse()?).await? {
        println!("{line}");
    }
    Ok(())
}

//! Reads all pages of the list of backups, one item at a time.

use std::env::var;
use std::num::NonZeroU64;

use appkeep_client::types::ResourceState;
use appkeep_client::{Client, Error, Uuid};
use futures::{StreamExt, TryStreamExt};

/// Counts the completed backups of an account.
pub(crate) async fn count_completed(client: &Client, account_id: Uuid) -> Result<usize, Error> {
    let pages = client.backups(account_id, None).page_size(NonZeroU64::MIN);
    let completed = pages.stream().try_filter(|backup| {
        let is_completed = backup.state == ResourceState::Completed;
        async move { is_completed }
    });
    completed
        .try_fold(0, |count, _| async move { Ok(count + 1) })
        .await
}

/// Returns the newest backup of an account. Later pages are not requested.
pub(crate) async fn newest(client: &Client, account_id: Uuid) -> Result<Option<String>, Error> {
    let mut backups = client.backups(account_id, None).stream().boxed();
    Ok(backups.try_next().await?.map(|backup| backup.name))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder(var("APPKEEP_URL")?)
        .token(var("APPKEEP_TOKEN")?)
        .build()?;
    let account_id = var("APPKEEP_ACCOUNT")?.parse()?;
    println!("{} completed", count_completed(&client, account_id).await?);
    println!("the newest is {:?}", newest(&client, account_id).await?);
    Ok(())
}

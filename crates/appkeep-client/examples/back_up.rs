//! Backs an app up, and prints the progress until the backup has ended.

use std::env::var;

use appkeep_client::types::{AppBackup, AppBackupCreate, LabelCreate, MetadataCreate};
use appkeep_client::{Client, Error, Uuid};
use futures::TryStreamExt;

/// Creates a backup with a label and returns it after its end.
pub(crate) async fn back_up(client: &Client, account_id: Uuid, app_id: Uuid) -> Result<AppBackup, Error> {
    let ticket = LabelCreate {
        name: "ticket".into(),
        value: "OPS-17".into(),
        ..Default::default()
    };
    let request = AppBackupCreate {
        name: Some("before-upgrade".into()),
        metadata: Some(MetadataCreate {
            labels: vec![ticket],
            ..Default::default()
        }),
        ..Default::default()
    };
    let created = client
        .app_backup_create_for_app(account_id, app_id, &request)
        .await?;
    let mut backup = created.into_inner();
    let mut changes = std::pin::pin!(client.watch_backup(account_id, backup.id));
    while let Some(changed) = changes.try_next().await? {
        backup = changed;
        match (backup.bytes_done, backup.total_bytes) {
            (Some(done), Some(total)) => println!("{:>12} {done} of {total} bytes", backup.state),
            _ => println!("{:>12}", backup.state),
        }
    }
    Ok(backup)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder(var("APPKEEP_URL")?)
        .token(var("APPKEEP_TOKEN")?)
        .build()?;
    let (account_id, app_id) = (var("APPKEEP_ACCOUNT")?.parse()?, var("APPKEEP_APP")?.parse()?);
    let backup = back_up(&client, account_id, app_id).await?;
    println!("{} is {}", backup.name, backup.state);
    Ok(())
}

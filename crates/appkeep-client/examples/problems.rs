//! Handles the problems of a request.

use std::env::var;

use appkeep_client::types::AppBackupCreate;
use appkeep_client::{Client, ProblemKind, Uuid};

/// Creates a backup, and describes the result in one sentence.
pub(crate) async fn create(client: &Client, account_id: Uuid, app_id: Uuid, name: &str) -> String {
    let request = AppBackupCreate {
        name: Some(name.into()),
        ..Default::default()
    };
    let error = match client
        .app_backup_create_for_app(account_id, app_id, &request)
        .await
    {
        Ok(created) => return format!("{} is being created", created.name),
        Err(error) => error,
    };
    match error.problem().map(appkeep_client::types::Problem::kind) {
        Some(ProblemKind::Conflict) => format!("there is already a backup {name}"),
        Some(ProblemKind::InvalidBody) => {
            let fields = error.problem().and_then(|problem| problem.invalid_fields.clone());
            let names: Vec<_> = fields
                .unwrap_or_default()
                .into_iter()
                .map(|field| field.name)
                .collect();
            format!("correct {}", names.join(", "))
        }
        Some(ProblemKind::CollectionNotFound) => "there is no such app".into(),
        Some(ProblemKind::MissingToken | ProblemKind::UnknownToken) => "log in again".into(),
        Some(ProblemKind::NotPermitted) => "the token's role doesn't permit it".into(),
        Some(ProblemKind::AppNotReady | ProblemKind::NotReady) => "try again later".into(),
        _ if error.is_transient() => format!("try again: {error}"),
        _ => error.to_string(),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder(var("APPKEEP_URL")?)
        .token(var("APPKEEP_TOKEN")?)
        .build()?;
    let (account_id, app_id) = (var("APPKEEP_ACCOUNT")?.parse()?, var("APPKEEP_APP")?.parse()?);
    println!("{}", create(&client, account_id, app_id, "nightly").await);
    Ok(())
}

//! `appkeep bucket import`

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;

use appkeep_server::admin::import::{self, BucketImport, Notice, NoticeKind};
use appkeep_server::{Config, SystemClock};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::commands::disable_core_files;
use crate::failure::FAILED;
use crate::logging::{self, LogFormat};
use crate::remote::{Align, Cell, Column, Format, Table, Tone, note};

/// The buckets, and the data directory of the new server.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The buckets, by name or id. By default, all buckets of the configuration.
    #[arg(value_name = "BUCKET")]
    buckets: Vec<String>,
    /// The server's data directory, with the keys of the lost server. The server must be stopped.
    #[arg(long, value_name = "DIR", env = "APPKEEP_DATA")]
    data: PathBuf,
    /// The server's configuration, which contains the paths of the buckets.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

pub(super) async fn run(args: &Args, output: Format) -> anyhow::Result<ExitCode> {
    logging::start("error", LogFormat::Text)?;
    disable_core_files();
    let config = Config::load(&args.config)?;
    let imports = import::import(&args.data, &config, &args.buckets, &SystemClock).await?;
    let names = Names::new(&config);
    let exactly: Vec<Value> = imports.iter().map(|import| names.exact(import)).collect();
    output.list(&exactly, || names.table(&imports))?;
    if output == Format::Table {
        for import in &imports {
            for notice in &import.notices {
                note(&names.line(import, notice));
            }
        }
    }
    let has_failures = imports.iter().any(BucketImport::has_failures);
    Ok(if has_failures {
        ExitCode::from(FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

/// The names of accounts and apps, by id.
struct Names(HashMap<Uuid, String>);

impl Names {
    fn new(config: &Config) -> Self {
        let accounts = config.declaration.accounts.iter();
        let accounts = accounts.map(|account| (account.id.as_uuid(), account.name.clone()));
        let apps = config.declaration.apps.iter();
        let apps = apps.map(|app| (app.id.as_uuid(), app.name.clone()));
        Self(accounts.chain(apps).collect())
    }

    /// Returns the name of an account or an app; its id if it is not declared.
    fn of(&self, id: Uuid) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn table(&self, imports: &[BucketImport]) -> Table {
        let mut table = Table::new([
            Column::shrinking("BUCKET"),
            Column::shrinking("ACCOUNT"),
            Column::new("IMPORTED", Align::Right),
            Column::new("KNOWN", Align::Right),
            Column::new("SKIPPED", Align::Right),
        ]);
        for import in imports {
            let tone = if import.has_failures() {
                Tone::Bad
            } else {
                Tone::Plain
            };
            table.row([
                import.bucket.name.as_str().into(),
                self.of(import.bucket.account_id.as_uuid()).into(),
                import.imported.into(),
                import.known.into(),
                Cell::toned(&import.skipped(), tone),
            ]);
        }
        table
    }

    /// Returns a notice as one line.
    fn line(&self, import: &BucketImport, notice: &Notice) -> String {
        let kind = match notice.kind {
            NoticeKind::Changed => "note",
            NoticeKind::Skipped => "skipped",
            NoticeKind::Failed => "error",
        };
        let app = notice.app_id.map(|id| format!(", app {}", self.of(id.as_uuid())));
        let backup = notice.backup_id.map(|id| format!(", backup {id}"));
        format!(
            "{kind}: bucket {}{}{}: {}",
            import.bucket.name,
            app.unwrap_or_default(),
            backup.unwrap_or_default(),
            notice.reason
        )
    }

    fn exact(&self, import: &BucketImport) -> Value {
        let notices = import.notices.iter().map(|notice| {
            json!({
                "kind": match notice.kind {
                    NoticeKind::Changed => "changed",
                    NoticeKind::Skipped => "skipped",
                    NoticeKind::Failed => "failed",
                },
                "app": notice.app_id.map(|id| self.of(id.as_uuid())),
                "appID": notice.app_id,
                "backupID": notice.backup_id,
                "reason": notice.reason,
            })
        });
        json!({
            "bucket": import.bucket.name,
            "bucketID": import.bucket.id,
            "accountID": import.bucket.account_id,
            "imported": import.imported,
            "known": import.known,
            "skipped": import.skipped(),
            "notices": notices.collect::<Vec<_>>(),
        })
    }
}

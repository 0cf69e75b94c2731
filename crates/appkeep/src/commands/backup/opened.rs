//! Backups whose files are read, through the API of a server, or of its database and its buckets.

use std::num::NonZeroU64;

use appkeep_client::types::{AppBackupChange, AppBackupFile};
use appkeep_client::{Content, Error, ResponseValue, StatusCode, Uuid};

use super::Which;
use super::file_output::visible;
use crate::failure::{CONFLICT, COULD_NOT_RUN, FAILED, Failure, NOT_FOUND};
use crate::remote::{Session, Source, find, find_app};

/// The number of entries that are requested at once.
const PAGE_ENTRIES: NonZeroU64 = NonZeroU64::new(10_000).expect("it isn't 0");

/// The backups of a server, or of its database.
pub(super) struct Opened {
    /// One for each account: without a server, the backups of all accounts are searched.
    sessions: Vec<Session>,
}

impl Opened {
    /// Opens the source.
    pub(super) async fn open(source: &Source) -> anyhow::Result<Self> {
        Ok(Self {
            sessions: Session::open_files(source).await?,
        })
    }

    /// Finds a backup.
    pub(super) async fn backup(&self, which: &Which) -> anyhow::Result<OpenedBackup<'_>> {
        let mut backups = Vec::new();
        let mut places = Vec::new();
        for session in &self.sessions {
            let app = match &which.app {
                Some(app) => Some(find_app(app, session.apps().await?)),
                None => None,
            };
            let app = match app.transpose() {
                Ok(app) => app,
                // Another account may have it.
                Err(_) if self.sessions.len() > 1 => continue,
                Err(failure) => return Err(failure.into()),
            };
            for backup in session.owned_backups(app.as_ref()).await? {
                places.push((backup.thing.id, session));
                backups.push(backup);
            }
        }
        let found = find(&which.backup, backups)?.thing;
        let id = found.thing.id;
        let session = places
            .iter()
            .find(|(other, _)| *other == id)
            .map(|(_, session)| *session);
        let owner = found.app.map(|app| app.id).zip(session);
        let (app_id, session) = owner.ok_or_else(|| {
            Failure::new(
                NOT_FOUND,
                format!("none of the apps has backup {}", found.thing.name),
            )
        })?;
        Ok(OpenedBackup { session, app_id, id })
    }
}

/// A backup whose files are read.
pub(super) struct OpenedBackup<'a> {
    session: &'a Session,
    app_id: Uuid,
    id: Uuid,
}

impl OpenedBackup<'_> {
    /// Lists entries in pages.
    pub(super) fn files<'a>(
        &'a self,
        path: &'a str,
        is_recursive: bool,
        pattern: Option<&'a str>,
    ) -> FilePages<'a> {
        FilePages {
            backup: self,
            path,
            is_recursive,
            pattern,
            position: Position::default(),
        }
    }

    /// Lists the differences between another backup and this one, in pages.
    pub(super) fn changes<'a>(&'a self, base: &Self, path: &'a str) -> Result<ChangePages<'a>, Failure> {
        if base.app_id != self.app_id {
            return Err(Failure::new(
                COULD_NOT_RUN,
                "the backups belong to different apps",
            ));
        }
        Ok(ChangePages {
            backup: self,
            base: base.id,
            path,
            position: Position::default(),
        })
    }

    /// Reads a file.
    pub(super) async fn content(&self, path: &str) -> Result<Content, Failure> {
        let content = self.session.client.app_backup_content_fetch_for_app(
            self.session.account,
            self.app_id,
            self.id,
            path,
        );
        let content = content.await.map_err(|error| self.failure(path, &error))?;
        Ok(content.into_inner())
    }

    /// Reads a directory as an archive.
    pub(super) async fn archive(&self, path: &str) -> Result<ResponseValue<Content>, Failure> {
        let account = self.session.account;
        let archive = self
            .session
            .client
            .app_backup_archive_for_app(account, self.app_id, self.id, path);
        archive.await.map_err(|error| self.failure(path, &error))
    }

    /// Receives the next piece of content; `None` after the last one.
    pub(super) async fn piece(&self, content: &mut Content) -> Result<Option<Vec<u8>>, Failure> {
        let piece = content.chunk().await;
        piece.map_err(|error| {
            let failure = Failure::new(FAILED, format!("the backup can't be read: {error}"));
            if self.session.is_offline() {
                // The reason was logged to stderr.
                return failure;
            }
            failure.next("see the server's log")
        })
    }

    fn failure(&self, path: &str, error: &Error) -> Failure {
        let problem = error.problem();
        let params = problem.and_then(|problem| problem.invalid_params.as_deref());
        let param = params.and_then(<[_]>::first);
        match (error.status(), param) {
            (Some(StatusCode::NOT_FOUND), Some(param)) if param.name == "path" => {
                let path = visible(path);
                Failure::new(NOT_FOUND, format!("backup {} doesn't contain {path}", self.id))
                    .next("list its volumes with appkeep backup ls")
            }
            (Some(StatusCode::BAD_REQUEST), Some(param)) => match param.reason.strip_prefix("it is a ") {
                Some(kind) if kind.starts_with("directory") => {
                    Failure::new(COULD_NOT_RUN, format!("{} is a directory", visible(path)))
                        .next("write it as an archive with --tar")
                }
                Some(kind) => {
                    Failure::new(COULD_NOT_RUN, format!("{} is a {}", visible(path), visible(kind)))
                }
                None => Failure::new(COULD_NOT_RUN, param.reason.clone()),
            },
            (Some(StatusCode::CONFLICT), _) => Failure::new(CONFLICT, error.to_string())
                .next("only the files of completed backups can be read"),
            _ if self.session.is_offline() => {
                Failure::new(FAILED, format!("the backup can't be read: {error}"))
            }
            _ => self.session.failure(error),
        }
    }
}

/// The position in a list.
#[derive(Default)]
struct Position {
    next: Option<String>,
    is_done: bool,
}

impl Position {
    fn advance(&mut self, next: Option<String>) {
        self.is_done = next.is_none();
        self.next = next;
    }
}

/// A listing of entries that is read page by page.
pub(super) struct FilePages<'a> {
    backup: &'a OpenedBackup<'a>,
    path: &'a str,
    is_recursive: bool,
    pattern: Option<&'a str>,
    position: Position,
}

impl FilePages<'_> {
    /// Returns the next page; `None` after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<AppBackupFile>>, Failure> {
        if self.position.is_done {
            return Ok(None);
        }
        let OpenedBackup { session, app_id, id } = *self.backup;
        let list = session.client.app_backup_file_list_for_app(
            session.account,
            app_id,
            id,
            self.position.next.as_deref(),
            Some(PAGE_ENTRIES),
            Some(self.path),
            self.pattern,
            Some(self.is_recursive),
        );
        let list = list
            .await
            .map_err(|error| self.backup.failure(self.path, &error))?;
        let list = list.into_inner();
        self.position.advance(list.metadata.continue_);
        Ok(Some(list.items.unwrap_or_default()))
    }
}

/// A list of differences that is read page by page.
pub(super) struct ChangePages<'a> {
    backup: &'a OpenedBackup<'a>,
    base: Uuid,
    path: &'a str,
    position: Position,
}

impl ChangePages<'_> {
    /// Returns the next page; `None` after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<AppBackupChange>>, Failure> {
        if self.position.is_done {
            return Ok(None);
        }
        let OpenedBackup { session, app_id, id } = *self.backup;
        let list = session.client.app_backup_change_list_for_app(
            session.account,
            app_id,
            id,
            self.base,
            self.position.next.as_deref(),
            Some(PAGE_ENTRIES),
            Some(self.path),
        );
        let list = list
            .await
            .map_err(|error| self.backup.failure(self.path, &error))?;
        let list = list.into_inner();
        self.position.advance(list.metadata.continue_);
        Ok(Some(list.items.unwrap_or_default()))
    }
}

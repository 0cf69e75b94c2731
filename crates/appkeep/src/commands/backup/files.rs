//! `appkeep backup ls`, `find` and `dump`: single files of a backup, read on the server's machine.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use appkeep_client::Uuid;
use appkeep_server::admin::files::{
    BackupData, BackupFiles, EngineError, FileEntry, FileKind, FilePage, FilePath, FilePattern, FileStream,
    FilesError, ListFiles, StoredBackups, escape,
};
use tempfile::NamedTempFile;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::file_output::{Listing, TO_STDOUT, described, visible};
use super::{Which, compare};
use crate::commands::named;
use crate::failure::{CONFLICT, COULD_NOT_RUN, FAILED, Failure, INTERRUPTED, NOT_FOUND};
use crate::logging::{self, LogFormat};
use crate::remote::{Format, Given, Source, note};

/// The number of entries that are in memory at a time.
const PAGE_ENTRIES: usize = 10_000;

/// Commands that read files of backups.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the volumes of a backup, or the files of a directory in it. Requires --data.
    ///
    /// Each line has the type and the permissions, the size in bytes, the time of the last change in UTC, and the path.
    /// In paths, %XX is a byte, and %25 is a percent sign.
    #[command(after_help = "Examples:
  appkeep backup ls before-upgrade --data /var/lib/appkeep
  appkeep backup ls before-upgrade /data/uploads --recursive --data /var/lib/appkeep")]
    Ls(Ls),
    /// Find files of a backup by a pattern. Requires --data.
    #[command(after_help = "Examples:
  appkeep backup find before-upgrade '*.jpg' --data /var/lib/appkeep
  appkeep backup find before-upgrade '/data/**/config/*' --data /var/lib/appkeep")]
    Find(Find),
    /// Write the content of one file of a backup to stdout, or to a new file. Requires --data.
    ///
    /// Only the owner can read the new file. It exists only once it is complete.
    #[command(after_help = "Examples:
  appkeep backup dump before-upgrade /data/greeting.txt --data /var/lib/appkeep
  appkeep backup dump before-upgrade /data/logo.png --target logo.png --data /var/lib/appkeep")]
    Dump(Dump),
    /// List the files that differ between two backups: + only in B, - only in A, M modified. Requires --data.
    ///
    /// A file is modified if its type, size, permissions or the time of its last change differ. The content isn't read. A
    /// summary is printed on stderr.
    #[command(after_help = "Examples:
  appkeep backup diff monday tuesday --app shop --data /var/lib/appkeep
  appkeep backup diff monday tuesday /data/uploads --data /var/lib/appkeep")]
    Diff(compare::Args),
}

#[derive(Debug, clap::Args)]
pub(super) struct Ls {
    #[command(flatten)]
    which: Which,
    /// A directory or a file of the backup: a volume and the path in it. Without it, the volumes are listed.
    #[arg(value_name = "PATH", default_value = "/", hide_default_value = true)]
    path: String,
    /// List subdirectories, too.
    #[arg(long, short)]
    recursive: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Find {
    #[command(flatten)]
    which: Which,
    /// A glob: *, ?, [...], {a,b}, and ** for any number of directories. It is compared with the name, or with the
    /// complete path if it contains a slash.
    #[arg(value_name = "PATTERN")]
    pattern: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct Dump {
    #[command(flatten)]
    which: Which,
    /// The file: a volume and the path in it.
    #[arg(value_name = "PATH")]
    path: String,
    /// Write to this file, which must not exist, instead of to stdout.
    #[arg(long, short, value_name = "FILE")]
    target: Option<PathBuf>,
}

pub(super) async fn run(source: &Source, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Ls(args) => interruptible(ls(source, args)).await,
        Command::Find(args) => interruptible(find(source, args)).await,
        Command::Dump(args) => interruptible(dump(source, args)).await,
        Command::Diff(args) => interruptible(compare::run(source, args)).await,
    }
}

/// Runs until it is done or a signal ends it; unfinished files are removed.
async fn interruptible(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let done = tokio::select! {
        done = work => done,
        _ = terminate.recv() => return Ok(ExitCode::from(INTERRUPTED)),
        _ = interrupt.recv() => return Ok(ExitCode::from(INTERRUPTED)),
    };
    match done {
        // The reader of the pipe has ended.
        Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
        done => done.map(|()| ExitCode::SUCCESS),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Lists a directory.
async fn ls(source: &Source, args: &Ls) -> anyhow::Result<()> {
    let directory = parse(&args.path)?;
    let opened = Opened::open(source).await?;
    let backup = opened.backup(&args.which).await?;
    let mut pages = opened.pages(&backup, directory, args.recursive, None);
    let mut listing = Listing::new(source.server.output)?;
    while let Some(page) = pages.next().await? {
        let Some(page) = page else {
            return Err(missing(&backup, &pages.request.directory).into());
        };
        for entry in page.entries {
            listing.entry(&entry, || described(&entry))?;
        }
    }
    listing.finish()
}

/// Finds entries by a pattern.
async fn find(source: &Source, args: &Find) -> anyhow::Result<()> {
    let pattern = FilePattern::parse(&args.pattern).map_err(could_not_run)?;
    let opened = Opened::open(source).await?;
    let backup = opened.backup(&args.which).await?;
    let mut pages = opened.pages(&backup, FilePath::default(), true, Some(pattern));
    let mut listing = Listing::new(source.server.output)?;
    let mut is_empty = true;
    while let Some(page) = pages.next().await? {
        for entry in page.into_iter().flat_map(|page| page.entries) {
            is_empty = false;
            listing.entry(&entry, || visible(&entry.path.to_string()))?;
        }
    }
    if is_empty {
        note("nothing matches the pattern");
    }
    listing.finish()
}

/// Writes the content of a file.
async fn dump(source: &Source, args: &Dump) -> anyhow::Result<()> {
    if source.server.output != Format::Table {
        let failure = Failure::new(COULD_NOT_RUN, "dump has no output format");
        return Err(failure.next("select a file with --target FILE").into());
    }
    let path = parse(&args.path)?;
    let opened = Opened::open(source).await?;
    let backup = opened.backup(&args.which).await?;
    let Some(entry) = opened.find(&backup, &path).await? else {
        return Err(missing(&backup, &path).into());
    };
    check_is_file(&entry)?;
    let Some(target) = &args.target else {
        let stream = opened.read(&backup, &entry).await?;
        return to_stdout(stream, entry.size).await;
    };
    let new = NewFile::create(target)?;
    let stream = opened.read(&backup, &entry).await?;
    new.write(stream, &entry).await
}

fn check_is_file(entry: &FileEntry) -> Result<(), Failure> {
    let path = visible(&entry.path.to_string());
    match &entry.kind {
        FileKind::File => Ok(()),
        FileKind::Directory => Err(Failure::new(COULD_NOT_RUN, format!("{path} is a directory"))
            .next("restore complete volumes with appkeep restore --target DIR")),
        FileKind::Symlink(target) => Err(Failure::new(
            COULD_NOT_RUN,
            format!("{path} is a symbolic link to {}", visible(&escape(target))),
        )),
        FileKind::Other => Err(Failure::new(
            COULD_NOT_RUN,
            format!("{path} is a device, pipe or socket, which has no content"),
        )),
    }
}

/// Writes pieces to stdout. Binary data isn't written to a terminal.
async fn to_stdout(mut stream: FileStream, size: u64) -> anyhow::Result<()> {
    let mut written = 0;
    while let Some(piece) = stream.recv().await {
        let piece = piece.map_err(|error| failed(&error))?;
        let mut out = io::stdout().lock();
        if out.is_terminal() && piece.contains(&0) {
            let failure = Failure::new(COULD_NOT_RUN, "the file is binary, and stdout is a terminal");
            return Err(failure.next("write it to a file with --target FILE").into());
        }
        out.write_all(&piece).context(TO_STDOUT)?;
        written += piece.len() as u64;
    }
    io::stdout().flush().context(TO_STDOUT)?;
    check_complete(written, size)
}

fn check_complete(written: u64, size: u64) -> anyhow::Result<()> {
    if written == size {
        return Ok(());
    }
    let problem = format!("the file is incomplete: {written} of {size} bytes were read");
    Err(Failure::new(FAILED, problem).into())
}

/// A file that gets its name when it is complete.
struct NewFile<'a> {
    target: &'a Path,
    file: NamedTempFile,
}

impl<'a> NewFile<'a> {
    fn create(target: &'a Path) -> anyhow::Result<Self> {
        if target.symlink_metadata().is_ok() {
            let problem = format!("{} exists, and is not overwritten", target.display());
            return Err(Failure::new(COULD_NOT_RUN, problem)
                .next("select a new file")
                .into());
        }
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        let file = NamedTempFile::new_in(parent.unwrap_or(Path::new(".")))
            .with_context(|| format!("failed to create {}", target.display()))?;
        Ok(Self { target, file })
    }

    /// Writes the content, and then the name. Only the owner can read the file.
    async fn write(mut self, mut stream: FileStream, entry: &FileEntry) -> anyhow::Result<()> {
        let broken = |error: &io::Error| {
            Failure::new(
                FAILED,
                format!("failed to write {}: {error}", self.target.display()),
            )
        };
        let mut written = 0;
        while let Some(piece) = stream.recv().await {
            let piece = piece.map_err(|error| failed(&error))?;
            self.file.write_all(&piece).map_err(|error| broken(&error))?;
            written += piece.len() as u64;
        }
        check_complete(written, entry.size)?;
        let file = self.file.as_file();
        file.sync_all().map_err(|error| broken(&error))?;
        let named = self.file.persist_noclobber(self.target);
        named.map_err(|error| broken(&error.error))?;
        Ok(())
    }
}

/// The backups of a data directory.
pub(super) struct Opened {
    stored: StoredBackups,
    account: Option<Given<String>>,
}

impl Opened {
    /// Opens the data directory.
    pub(super) async fn open(source: &Source) -> anyhow::Result<Self> {
        let (data, config) = source.data_dir()?;
        logging::start("error", LogFormat::Text)?;
        Ok(Self {
            stored: StoredBackups::open(data, config.as_ref()).await?,
            account: source.server.given_account(),
        })
    }

    fn files(&self) -> &dyn BackupFiles {
        self.stored.files()
    }

    /// Finds a completed backup.
    pub(super) async fn backup(&self, which: &Which) -> anyhow::Result<BackupData> {
        let (store, app) = (self.stored.store(), which.app.as_deref());
        let id: Uuid = named::backup(store, &which.backup, app, self.account.clone()).await?;
        let backup = self.stored.backup(id.into()).await;
        backup.map_err(|error| match error {
            FilesError::NotFound(problem) => Failure::new(NOT_FOUND, problem).into(),
            FilesError::NotCompleted(_) => Failure::new(CONFLICT, error.to_string()).into(),
            error => error.into(),
        })
    }

    /// Describes one entry; `None` if the backup doesn't contain it.
    pub(super) async fn find(
        &self,
        backup: &BackupData,
        path: &FilePath,
    ) -> Result<Option<FileEntry>, Failure> {
        let cancel = CancellationToken::new();
        let entry = self.files().find_file(backup, path, &cancel).await;
        entry.map_err(|error| failed(&error))
    }

    /// Lists entries in pages.
    pub(super) fn pages<'a>(
        &'a self,
        backup: &'a BackupData,
        directory: FilePath,
        is_recursive: bool,
        pattern: Option<FilePattern>,
    ) -> Pages<'a> {
        Pages {
            files: self.files(),
            backup,
            request: ListFiles {
                directory,
                is_recursive,
                pattern,
                after: None,
                limit: PAGE_ENTRIES,
            },
            is_done: false,
        }
    }

    async fn read(&self, backup: &BackupData, entry: &FileEntry) -> Result<FileStream, Failure> {
        let (all, cancel) = (0..entry.size, CancellationToken::new());
        let stream = self.files().read_file(backup, &entry.path, all, &cancel);
        stream.await.map_err(|error| failed(&error))
    }
}

/// The failure for a path that isn't in the backup.
pub(super) fn missing(backup: &BackupData, path: &FilePath) -> Failure {
    let (id, path) = (backup.backup_id, visible(&path.to_string()));
    Failure::new(NOT_FOUND, format!("backup {id} doesn't contain {path}"))
        .next("list its volumes with appkeep backup ls")
}

/// A listing that is read page by page.
pub(super) struct Pages<'a> {
    files: &'a dyn BackupFiles,
    backup: &'a BackupData,
    request: ListFiles,
    is_done: bool,
}

impl Pages<'_> {
    /// Returns the next page; `None` after the last one. The page is `None` if the backup doesn't contain the directory.
    pub(super) async fn next(&mut self) -> Result<Option<Option<FilePage>>, Failure> {
        if self.is_done {
            return Ok(None);
        }
        let cancel = CancellationToken::new();
        let page = self.files.list_files(self.backup, &self.request, &cancel);
        let mut page = page.await.map_err(|error| failed(&error))?;
        self.request.after = page.as_mut().and_then(|page| page.continue_after.take());
        self.is_done = self.request.after.is_none();
        Ok(Some(page))
    }
}

/// Parses the path of an entry.
pub(super) fn parse(path: &str) -> Result<FilePath, Failure> {
    FilePath::parse(path).map_err(could_not_run)
}

fn could_not_run(error: impl std::error::Error) -> Failure {
    Failure::new(COULD_NOT_RUN, error.to_string())
}

fn failed(error: &EngineError) -> Failure {
    Failure::new(FAILED, format!("the backup can't be read: {error}"))
}

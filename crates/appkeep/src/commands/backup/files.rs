//! `appkeep backup ls`, `find` and `dump`: single files of a backup, through the API of a server or of its database.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use appkeep_client::{Content, header};
use tempfile::NamedTempFile;
use tokio::signal::unix::{SignalKind, signal};

use super::file_output::{Listing, TO_STDOUT, described, visible};
use super::opened::{Opened, OpenedBackup};
use super::{Which, compare};
use crate::failure::{COULD_NOT_RUN, FAILED, Failure, INTERRUPTED};
use crate::remote::{Format, Source, note};

/// Commands that read files of backups.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the volumes of a backup, or the files of a directory in it.
    ///
    /// Each line has the type and the permissions, the size in bytes, the time of the last change in UTC, and the path.
    /// In paths, %XX is a byte, and %25 is a percent sign.
    #[command(after_help = "Examples:
  appkeep backup ls before-upgrade
  appkeep backup ls before-upgrade /data/uploads --recursive")]
    Ls(Ls),
    /// Find files of a backup by a pattern.
    #[command(after_help = "Examples:
  appkeep backup find before-upgrade '*.jpg'
  appkeep backup find before-upgrade '/data/**/config/*'")]
    Find(Find),
    /// Write the content of one file of a backup to stdout, or to a new file. Requires a token with the role member.
    ///
    /// Only the owner can read the new file. It exists only once it is complete. With --tar, a directory is written as a
    /// tar archive, in which all paths begin with the name of the volume.
    #[command(after_help = "Examples:
  appkeep backup dump before-upgrade /data/greeting.txt
  appkeep backup dump before-upgrade /data/logo.png --target logo.png
  appkeep backup dump before-upgrade /data/uploads --tar | tar x")]
    Dump(Dump),
    /// List the files that differ between two backups: + only in B, - only in A, M modified.
    ///
    /// A file is modified if its type, size, permissions or the time of its last change differ. The content isn't read. A
    /// summary is printed on stderr.
    #[command(after_help = "Examples:
  appkeep backup diff monday tuesday --app shop
  appkeep backup diff monday tuesday /data/uploads")]
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
    /// Write a directory as a tar archive.
    #[arg(long)]
    tar: bool,
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
    let opened = Opened::open(source).await?;
    let backup = opened.backup(&args.which).await?;
    let mut pages = backup.files(&args.path, args.recursive, None);
    let mut listing = Listing::new(source.server.output)?;
    while let Some(page) = pages.next().await? {
        for entry in page {
            listing.element(&entry, || described(&entry))?;
        }
    }
    listing.finish()
}

/// Finds entries by a pattern.
async fn find(source: &Source, args: &Find) -> anyhow::Result<()> {
    let opened = Opened::open(source).await?;
    let backup = opened.backup(&args.which).await?;
    let mut pages = backup.files("/", true, Some(&args.pattern));
    let mut listing = Listing::new(source.server.output)?;
    let mut is_empty = true;
    while let Some(page) = pages.next().await? {
        for entry in page {
            is_empty = false;
            listing.element(&entry, || visible(&entry.path))?;
        }
    }
    if is_empty {
        note("nothing matches the pattern");
    }
    listing.finish()
}

/// Writes the content of a file, or an archive of a directory.
async fn dump(source: &Source, args: &Dump) -> anyhow::Result<()> {
    if source.server.output != Format::Table {
        let failure = Failure::new(COULD_NOT_RUN, "dump has no output format");
        return Err(failure.next("select a file with --target FILE").into());
    }
    let opened = Opened::open(source).await?;
    let backup = opened.backup(&args.which).await?;
    let Some(target) = &args.target else {
        return to_stdout(&backup, download(&backup, args).await?).await;
    };
    let new = NewFile::create(target)?;
    new.write(&backup, download(&backup, args).await?).await
}

async fn download(backup: &OpenedBackup<'_>, args: &Dump) -> Result<Content, Failure> {
    if !args.tar {
        return backup.content(&args.path).await;
    }
    let response = backup.archive(&args.path).await?;
    let media_type = response.headers().get(header::CONTENT_TYPE);
    if media_type.is_some_and(|media_type| media_type == "application/x-tar") {
        return Ok(response.into_inner());
    }
    let failure = Failure::new(COULD_NOT_RUN, format!("{} is a file", visible(&args.path)));
    Err(failure.next("omit --tar"))
}

/// Writes pieces to stdout. Binary data isn't written to a terminal.
async fn to_stdout(backup: &OpenedBackup<'_>, mut content: Content) -> anyhow::Result<()> {
    while let Some(piece) = backup.piece(&mut content).await? {
        let mut out = io::stdout().lock();
        if out.is_terminal() && piece.contains(&0) {
            let failure = Failure::new(COULD_NOT_RUN, "the file is binary, and stdout is a terminal");
            return Err(failure.next("write it to a file with --target FILE").into());
        }
        out.write_all(&piece).context(TO_STDOUT)?;
    }
    io::stdout().flush().context(TO_STDOUT)
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
    async fn write(mut self, backup: &OpenedBackup<'_>, mut content: Content) -> anyhow::Result<()> {
        let broken = |error: &io::Error| {
            Failure::new(
                FAILED,
                format!("failed to write {}: {error}", self.target.display()),
            )
        };
        while let Some(piece) = backup.piece(&mut content).await? {
            self.file.write_all(&piece).map_err(|error| broken(&error))?;
        }
        let file = self.file.as_file();
        file.sync_all().map_err(|error| broken(&error))?;
        let named = self.file.persist_noclobber(self.target);
        named.map_err(|error| broken(&error.error))?;
        Ok(())
    }
}

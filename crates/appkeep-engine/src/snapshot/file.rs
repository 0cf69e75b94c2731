//! Copies one file, and detects concurrent changes. It is cloned if the file system supports that; otherwise
//! it is copied byte by byte, with its holes.
//!
//! A clone is consistent. A copy that mixes two states of a file looks valid but is useless. Changes are
//! detected by comparing the file's size and times before and after the copy. A change that the system hasn't
//! recorded yet (a write through a memory map) is not detected.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::thread;
use std::time::Duration;

use appkeep_core::catalog::Consistency;
use appkeep_core::fail_point;
use rustix::fs::{FileType, IFlags, SeekFrom, Stat};
use rustix::io::Errno;
use rustix::time::ClockId;
use tokio_util::sync::CancellationToken;

use super::xattr;
use crate::dir::{Dir, identity_of, kind_of, size_of};
use crate::failure::is_transient;
use crate::holes::next_data;

/// The maximum number of attempts to copy a file.
const TRIES_MAX: u32 = 3;

/// The number of bytes that are copied between two checks for cancellation.
const PIECE_BYTES: u64 = 4 * 1024 * 1024;

/// The resolution of the system's clock for file times.
const TICK: Duration = Duration::from_millis(10);

/// The reason why an entry was not copied.
#[derive(Debug)]
pub(crate) enum CopyError {
    /// The original can't be read; contains the reason.
    Original(String),
    /// The original changed during the copy.
    Torn,
    /// The copy can't be written.
    Copy(io::Error),
    /// The caller cancelled.
    Cancelled,
}

impl CopyError {
    /// Converts an error of the original. A transient error doesn't concern the file itself, and ends the
    /// copy.
    pub(crate) fn original(error: impl Into<io::Error>) -> Self {
        let error = error.into();
        if is_transient(&error) {
            Self::Copy(error)
        } else {
            Self::Original(error.to_string())
        }
    }

    /// Converts an error of the copy.
    pub(crate) fn copy(error: impl Into<io::Error>) -> Self {
        Self::Copy(error.into())
    }
}

/// The method by which a file was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CopyMethod {
    /// It shares its original's blocks as of one moment.
    Cloned,
    /// Its original didn't change during the copy.
    Copied,
    /// Its original changed during the copy, and the last copy was kept.
    Torn,
}

/// The options for copying a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CopyOptions<'a> {
    /// Whether to try a clone first.
    pub(crate) clones: bool,
    /// The action if a file keeps changing.
    pub(crate) consistency: Consistency,
    /// Cancels the copy.
    pub(crate) cancel: &'a CancellationToken,
}

/// A file that was copied.
#[derive(Debug)]
pub(crate) struct Copied {
    /// The metadata of the original. Its change time is never later than the copy's content, so that later
    /// changes are always detected.
    pub(crate) original: Stat,
    /// The original's extended attributes.
    pub(crate) attributes: xattr::Found,
    /// The method by which it was copied.
    pub(crate) method: CopyMethod,
    /// The reason why it wasn't cloned, if that was tried.
    pub(crate) no_clone: Option<Errno>,
}

/// Copies the file `name`.
pub(crate) fn copy(
    source: &Dir,
    target: &Dir,
    name: &OsStr,
    options: CopyOptions<'_>,
) -> Result<Copied, CopyError> {
    copy_watched(source, target, name, options, &mut || ())
}

/// As [`copy`]; `on_piece` is called after each copied piece.
fn copy_watched(
    source: &Dir,
    target: &Dir,
    name: &OsStr,
    options: CopyOptions<'_>,
    on_piece: &mut dyn FnMut(),
) -> Result<Copied, CopyError> {
    let mut copy = None;
    let mut no_clone = None;
    for attempt in 1..=TRIES_MAX {
        let (original, before) = source
            .open_leased_file(name, options.cancel)
            .map_err(CopyError::original)?;
        if kind_of(&before) != FileType::RegularFile {
            return Err(CopyError::Torn);
        }
        let before = settled_status(&original, before).map_err(CopyError::original)?;
        let copy = match &copy {
            Some(copy) => copy,
            None => copy.insert(target.create_file(name).map_err(CopyError::copy)?),
        };
        if options.clones && attempt == 1 {
            match clone(&original, copy) {
                Ok(()) => return finish(&original, before, CopyMethod::Cloned, None),
                Err(error) => no_clone = Some(error),
            }
        }
        let is_whole = copy_content(&original, copy, size_of(&before), options.cancel, on_piece)?;
        let after = rustix::fs::fstat(&original).map_err(CopyError::original)?;
        if !has_changed(&before, &after) {
            if !is_whole {
                return Err(CopyError::Original("it is shorter than its size".to_owned()));
            }
            return finish(&original, after, CopyMethod::Copied, no_clone);
        }
        if attempt == TRIES_MAX && options.consistency == Consistency::Relaxed {
            // With the metadata from before the change, so that the next backup detects the change.
            return finish(&original, before, CopyMethod::Torn, no_clone);
        }
    }
    Err(CopyError::Torn)
}

/// Adds the extended attributes.
fn finish(
    file: &File,
    original: Stat,
    method: CopyMethod,
    no_clone: Option<Errno>,
) -> Result<Copied, CopyError> {
    let attributes = xattr::found_at(file).map_err(CopyError::original)?;
    Ok(Copied {
        original,
        attributes,
        method,
        no_clone,
    })
}

/// Clones the original into an empty copy.
fn clone(original: &File, copy: &File) -> Result<(), Errno> {
    match rustix::fs::ioctl_ficlone(copy, original) {
        // A btrfs file without copy-on-write can be cloned only into another such file.
        Err(Errno::INVAL) if is_nocow(original) => {
            rustix::fs::ioctl_setflags(copy, IFlags::NOCOW)?;
            rustix::fs::ioctl_ficlone(copy, original)
        }
        cloned => cloned,
    }
}

fn is_nocow(file: &File) -> bool {
    rustix::fs::ioctl_getflags(file).is_ok_and(|flags| flags.contains(IFlags::NOCOW))
}

/// The status of an open file once another change would be detected; `stat` is its current status.
pub(crate) fn settled_status(file: &File, stat: Stat) -> Result<Stat, Errno> {
    settled(stat, || rustix::fs::fstat(file), changed_in_current_tick)
}

/// Whether a file changed between two statuses.
pub(crate) fn has_changed(before: &Stat, after: &Stat) -> bool {
    change_marks(before) != change_marks(after)
}

/// Whether the last name of a file was removed between two statuses, and its content is that of the first one. Removing
/// a name only changes its change time. If the first status isn't [`settled`], this is unknown, hence `false`.
pub(crate) fn is_only_deleted(before: &Stat, after: &Stat) -> bool {
    let modified = |stat: &Stat| (stat.st_mtime, stat.st_mtime_nsec);
    let is_settled = (before.st_ctime, before.st_ctime_nsec) >= modified(before);
    let content = |stat: &Stat| (identity_of(stat), stat.st_size, modified(stat));
    after.st_nlink == 0 && is_settled && content(before) == content(after)
}

/// The values that change with a file.
fn change_marks(stat: &Stat) -> impl PartialEq + use<> {
    let modified = (stat.st_mtime, stat.st_mtime_nsec);
    let changed = (stat.st_ctime, stat.st_ctime_nsec);
    (identity_of(stat), stat.st_size, modified, changed)
}

/// The status of a file once the clock for file times has passed its last change. Another change within the same clock
/// tick would be undetectable. If the file changes in every tick, the change time is one second earlier than the last
/// change: the file then counts as changed, now and for the next backup.
fn settled(
    mut stat: Stat,
    read: impl Fn() -> Result<Stat, Errno>,
    is_current: impl Fn(&Stat) -> bool,
) -> Result<Stat, Errno> {
    let mut waited = Duration::ZERO;
    let step = TICK / 10;
    while is_current(&stat) {
        if waited >= 2 * TICK {
            stat.st_ctime -= 1;
            break;
        }
        thread::sleep(step);
        waited += step;
        stat = read()?;
    }
    Ok(stat)
}

fn changed_in_current_tick(stat: &Stat) -> bool {
    let changed = Duration::new(
        u64::try_from(stat.st_ctime).unwrap_or(0),
        u32::try_from(stat.st_ctime_nsec).unwrap_or(0),
    );
    let now = coarse_now();
    // A time further in the future is from another clock, and waiting doesn't help.
    now <= changed && changed < now + TICK
}

fn coarse_now() -> Duration {
    let now = rustix::time::clock_gettime(ClockId::RealtimeCoarse);
    Duration::new(
        u64::try_from(now.tv_sec).unwrap_or(0),
        u32::try_from(now.tv_nsec).unwrap_or(0),
    )
}

/// Copies the first `size` bytes, except for holes. Returns `false` if the file ended before.
fn copy_content(
    original: &File,
    copy: &File,
    size: u64,
    cancel: &CancellationToken,
    on_piece: &mut dyn FnMut(),
) -> Result<bool, CopyError> {
    copy.set_len(0).map_err(CopyError::copy)?;
    let mut at = 0;
    while at < size {
        let Some((data, hole)) = next_data(original, at, size).map_err(CopyError::original)? else {
            break;
        };
        at = data;
        while at < hole {
            if cancel.is_cancelled() {
                return Err(CopyError::Cancelled);
            }
            fail_point::pass("snapshot.piece");
            let piece = (hole - at).min(PIECE_BYTES);
            if copy_piece(original, copy, at, piece)? < piece {
                return Ok(false);
            }
            at += piece;
            on_piece();
        }
    }
    copy.set_len(size).map_err(CopyError::copy)?;
    Ok(true)
}

fn copy_piece(mut original: &File, mut copy: &File, at: u64, bytes: u64) -> Result<u64, CopyError> {
    rustix::fs::seek(original, SeekFrom::Start(at)).map_err(CopyError::original)?;
    rustix::fs::seek(copy, SeekFrom::Start(at)).map_err(CopyError::copy)?;
    io::copy(&mut original.by_ref().take(bytes), &mut copy).map_err(|error| {
        // One call reads and writes; the error kind identifies those that only writing can cause.
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::WriteZero => CopyError::Copy(error),
            _ => CopyError::original(error),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::fs;
    use std::os::unix::fs::{FileExt, MetadataExt};

    use super::*;

    fn opened() -> (tempfile::TempDir, Dir, Dir) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("source")).unwrap();
        fs::create_dir(dir.path().join("target")).unwrap();
        let source = Dir::open(&dir.path().join("source")).unwrap();
        let target = Dir::open(&dir.path().join("target")).unwrap();
        (dir, source, target)
    }

    fn options(consistency: Consistency, cancel: &CancellationToken) -> CopyOptions<'_> {
        CopyOptions {
            clones: false,
            consistency,
            cancel,
        }
    }

    /// Copies `file` with strict consistency.
    fn copy_file(source: &Dir, target: &Dir, on_piece: &mut dyn FnMut()) -> Result<Copied, CopyError> {
        let cancel = CancellationToken::new();
        let options = options(Consistency::Strict, &cancel);
        copy_watched(source, target, OsStr::new("file"), options, on_piece)
    }

    #[test]
    fn holes_are_copied_as_holes() {
        let (dir, source, target) = opened();
        let original = File::create(dir.path().join("source/file")).unwrap();
        original.set_len(64 << 20).unwrap();
        original.write_all_at(b"in the middle", 32 << 20).unwrap();
        copy_file(&source, &target, &mut || ()).unwrap();
        let copied = fs::metadata(dir.path().join("target/file")).unwrap();
        assert_eq!(copied.len(), 64 << 20);
        assert!(copied.blocks() * 512 < 1 << 20, "{} blocks", copied.blocks());
        let content = fs::read(dir.path().join("target/file")).unwrap();
        assert!(content == fs::read(dir.path().join("source/file")).unwrap());
    }

    #[test]
    fn a_file_that_changes_once_is_copied_again() {
        let (dir, source, target) = opened();
        let path = dir.path().join("source/file");
        fs::write(&path, vec![b'a'; 10 << 20]).unwrap();
        let mut changed = false;
        let mut change = || {
            if !std::mem::replace(&mut changed, true) {
                fs::write(&path, vec![b'b'; 9 << 20]).unwrap();
            }
        };
        let copied = copy_file(&source, &target, &mut change).unwrap();
        assert_eq!(copied.method, CopyMethod::Copied);
        let content = fs::read(dir.path().join("target/file")).unwrap();
        assert!(content == vec![b'b'; 9 << 20]);
    }

    #[test]
    fn copying_a_file_that_keeps_changing_fails() {
        let (dir, source, target) = opened();
        let path = dir.path().join("source/file");
        fs::write(&path, vec![b'a'; 5 << 20]).unwrap();
        let writer = fs::OpenOptions::new().write(true).open(&path).unwrap();
        let mut tries = 0;
        // Changes one byte in place: size and inode stay the same.
        let mut change = || {
            tries += 1;
            writer.write_all_at(b"b", 0).unwrap();
        };
        let outcome = copy_file(&source, &target, &mut change);
        assert!(matches!(outcome, Err(CopyError::Torn)), "{outcome:?}");
        assert!(tries >= TRIES_MAX);
    }

    /// Otherwise the next backup would find time and size unchanged, and keep the torn copy forever.
    #[test]
    fn a_kept_inconsistent_copy_has_an_older_change_time() {
        let (dir, source, target) = opened();
        let path = dir.path().join("source/file");
        fs::write(&path, vec![b'a'; 5 << 20]).unwrap();
        let writer = fs::OpenOptions::new().write(true).open(&path).unwrap();
        let mut change = || writer.write_all_at(b"b", 0).unwrap();
        let cancel = CancellationToken::new();
        let options = options(Consistency::Relaxed, &cancel);
        let copied = copy_watched(&source, &target, OsStr::new("file"), options, &mut change).unwrap();
        assert_eq!(copied.method, CopyMethod::Torn);
        let kept = fs::metadata(dir.path().join("target/file")).unwrap();
        assert_eq!(kept.len(), 5 << 20);
        let now = fs::metadata(&path).unwrap();
        let recorded = |stat: &Stat| (stat.st_ctime, stat.st_ctime_nsec);
        assert!(recorded(&copied.original) < (now.ctime(), now.ctime_nsec().unsigned_abs()));
    }

    #[test]
    fn a_new_file_is_copied_after_the_clock_has_advanced() {
        let (dir, source, _) = opened();
        fs::write(dir.path().join("source/file"), "x").unwrap();
        let (file, stat) = source.open_file(OsStr::new("file")).unwrap();
        let settled = settled(stat, || rustix::fs::fstat(&file), changed_in_current_tick).unwrap();
        assert!(change_marks(&settled) == change_marks(&stat));
        assert!(!changed_in_current_tick(&settled));
    }

    #[test]
    fn the_status_is_read_until_the_clock_has_passed_the_last_change() {
        let (_dir, source, _) = opened();
        let first = source.stat_self().unwrap();
        let changes = Cell::new(0);
        let read = || {
            changes.set(changes.get() + 1);
            let mut stat = first;
            stat.st_ctime += changes.get();
            Ok(stat)
        };
        let stat = settled(first, read, |stat| stat.st_ctime < first.st_ctime + 3).unwrap();
        assert_eq!(stat.st_ctime, first.st_ctime + 3);
        // A file that changes in every tick counts as changed.
        let stat = settled(first, || Ok(first), |_| true).unwrap();
        assert!(change_marks(&stat) != change_marks(&first));
        assert!(stat.st_ctime < first.st_ctime);
    }

    /// Some kernel files behave in this way.
    #[test]
    fn copying_a_file_that_is_shorter_than_its_size_fails() {
        let (dir, _, target) = opened();
        let source = Dir::open("/sys/bus/cpu".as_ref()).unwrap();
        let name = OsStr::new("drivers_autoprobe");
        let cancel = CancellationToken::new();
        for &consistency in Consistency::ALL {
            match copy(&source, &target, name, options(consistency, &cancel)) {
                Err(CopyError::Original(reason)) => assert_eq!(reason, "it is shorter than its size"),
                other => panic!("{other:?}"),
            }
            fs::remove_file(dir.path().join("target").join(name)).unwrap();
        }
    }

    #[test]
    fn copying_ends_when_cancelled() {
        let (dir, source, target) = opened();
        fs::write(dir.path().join("source/file"), vec![b'a'; 10 << 20]).unwrap();
        let cancel = CancellationToken::new();
        let mut pieces = 0;
        let options = options(Consistency::Strict, &cancel);
        let outcome = copy_watched(&source, &target, OsStr::new("file"), options, &mut || {
            pieces += 1;
            cancel.cancel();
        });
        assert!(matches!(outcome, Err(CopyError::Cancelled)));
        assert_eq!(pieces, 1);
    }
}

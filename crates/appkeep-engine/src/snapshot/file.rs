//! Copies one file's content, with its holes, and notices when it changes meanwhile.
//!
//! A copy that mixes two states of a file looks fine and is worthless. Whether the file was left alone is
//! told from its size and times before and after, so a change that the system doesn't record (a write
//! through a memory map that is still to be noticed) goes unseen.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::thread;
use std::time::Duration;

use appkeep_core::fail_point;
use rustix::fs::{FileType, SeekFrom, Stat};
use rustix::io::Errno;
use rustix::time::ClockId;
use tokio_util::sync::CancellationToken;

use super::dir::{Dir, identity_of, kind_of, size_of};
use super::{metadata, xattr};

/// How often a copy is begun before the file counts as one that can't be copied.
const TRIES_MAX: u32 = 3;

/// How many bytes are copied between two looks at the cancel token.
const PIECE_BYTES: u64 = 4 * 1024 * 1024;

/// How long the system's clock for file times stands still, at most.
const TICK: Duration = Duration::from_millis(10);

/// Why an entry was not copied.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The original can't be read, or doesn't hold still; the words say why.
    Original(String),
    /// The copy can't be written.
    Copy(io::Error),
    /// The caller cancelled.
    Cancelled,
}

impl Fault {
    /// A failure at the original.
    pub(crate) fn original(error: impl Into<io::Error>) -> Self {
        Self::Original(error.into().to_string())
    }

    /// A failure at the copy.
    pub(crate) fn copy(error: impl Into<io::Error>) -> Self {
        Self::Copy(error.into())
    }
}

/// Copies the file `name` and says what the original was then. `on_bytes` hears how many of its bytes are
/// dealt with; when the copy begins again, it hears lower numbers again.
pub(crate) fn copy(
    source: &Dir,
    target: &Dir,
    name: &OsStr,
    cancel: &CancellationToken,
    on_bytes: &mut dyn FnMut(u64),
) -> Result<Stat, Fault> {
    let mut copy = None;
    let mut why = "changed while it was copied";
    for _ in 0..TRIES_MAX {
        let (original, mut before) = source.open_file(name).map_err(Fault::original)?;
        if kind_of(&before) != FileType::RegularFile {
            break;
        }
        if settle(&before) {
            before = rustix::fs::fstat(&original).map_err(Fault::original)?;
        }
        let copy = match &copy {
            Some(copy) => copy,
            None => copy.insert(target.create_file(name).map_err(Fault::copy)?),
        };
        let is_whole = copy_content(&original, copy, size_of(&before), cancel, on_bytes)?;
        let attributes = xattr::of_open(&original).map_err(Fault::original)?;
        let after = rustix::fs::fstat(&original).map_err(Fault::original)?;
        if changes_of(&before) == changes_of(&after) {
            if is_whole {
                metadata::give(copy, &after, &attributes).map_err(Fault::copy)?;
                return Ok(after);
            }
            why = "ends before its size says";
        }
    }
    Err(Fault::Original(why.to_owned()))
}

/// What changes when a file does.
fn changes_of(stat: &Stat) -> impl PartialEq + use<> {
    let modified = (stat.st_mtime, stat.st_mtime_nsec);
    let changed = (stat.st_ctime, stat.st_ctime_nsec);
    (identity_of(stat), stat.st_size, modified, changed)
}

/// Waits until the clock for file times has passed the file's last change. A further change at the same
/// reading of that clock would leave no trace. Says whether it had to wait.
fn settle(stat: &Stat) -> bool {
    let changed = Duration::new(
        u64::try_from(stat.st_ctime).unwrap_or(0),
        u32::try_from(stat.st_ctime_nsec).unwrap_or(0),
    );
    let mut waited = Duration::ZERO;
    let step = TICK / 10;
    // A time that lies further ahead is from another clock, and waiting doesn't help.
    while waited < 2 * TICK && coarse_now() <= changed && changed < coarse_now() + TICK {
        thread::sleep(step);
        waited += step;
    }
    !waited.is_zero()
}

fn coarse_now() -> Duration {
    let now = rustix::time::clock_gettime(ClockId::RealtimeCoarse);
    Duration::new(
        u64::try_from(now.tv_sec).unwrap_or(0),
        u32::try_from(now.tv_nsec).unwrap_or(0),
    )
}

/// Copies `size` bytes, and no hole. Says whether there were so many.
fn copy_content(
    original: &File,
    copy: &File,
    size: u64,
    cancel: &CancellationToken,
    on_bytes: &mut dyn FnMut(u64),
) -> Result<bool, Fault> {
    copy.set_len(0).map_err(Fault::copy)?;
    let mut at = 0;
    while at < size {
        let Some((data, hole)) = next_data(original, at, size).map_err(Fault::original)? else {
            break;
        };
        at = data;
        while at < hole {
            if cancel.is_cancelled() {
                return Err(Fault::Cancelled);
            }
            fail_point::pass("snapshot.piece");
            let piece = (hole - at).min(PIECE_BYTES);
            if copy_piece(original, copy, at, piece)? < piece {
                return Ok(false);
            }
            at += piece;
            on_bytes(at);
        }
    }
    copy.set_len(size).map_err(Fault::copy)?;
    on_bytes(size);
    Ok(true)
}

/// Where the next bytes are that aren't a hole: from where to where, at or after `at`.
fn next_data(original: &File, at: u64, size: u64) -> rustix::io::Result<Option<(u64, u64)>> {
    let data = match rustix::fs::seek(original, SeekFrom::Data(at)) {
        Ok(data) => data,
        Err(Errno::NXIO) => return Ok(None),
        // The file system doesn't tell where holes are.
        Err(Errno::INVAL | Errno::NOTSUP) => return Ok(Some((at, size))),
        Err(error) => return Err(error),
    };
    if data >= size {
        return Ok(None);
    }
    let hole = rustix::fs::seek(original, SeekFrom::Hole(data)).unwrap_or(size);
    Ok(Some((data, hole.min(size))))
}

fn copy_piece(mut original: &File, mut copy: &File, at: u64, bytes: u64) -> Result<u64, Fault> {
    rustix::fs::seek(original, SeekFrom::Start(at)).map_err(Fault::original)?;
    rustix::fs::seek(copy, SeekFrom::Start(at)).map_err(Fault::copy)?;
    io::copy(&mut original.by_ref().take(bytes), &mut copy).map_err(|error| {
        // Both files are in one call; what only writing can cause is told by its kind.
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::WriteZero => Fault::Copy(error),
            _ => Fault::original(error),
        }
    })
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn holes_stay_holes() {
        let (dir, source, target) = opened();
        let original = File::create(dir.path().join("source/file")).unwrap();
        original.set_len(64 << 20).unwrap();
        original.write_all_at(b"in the middle", 32 << 20).unwrap();
        let mut bytes = 0;
        copy(
            &source,
            &target,
            OsStr::new("file"),
            &CancellationToken::new(),
            &mut |done| bytes = done,
        )
        .unwrap();
        assert_eq!(bytes, 64 << 20);
        let copied = fs::metadata(dir.path().join("target/file")).unwrap();
        assert_eq!(copied.len(), 64 << 20);
        assert!(copied.blocks() * 512 < 1 << 20, "{} blocks", copied.blocks());
        let content = fs::read(dir.path().join("target/file")).unwrap();
        assert!(content == fs::read(dir.path().join("source/file")).unwrap());
    }

    #[test]
    fn a_file_that_changes_once_is_copied_as_it_is_then() {
        let (dir, source, target) = opened();
        let path = dir.path().join("source/file");
        fs::write(&path, vec![b'a'; 10 << 20]).unwrap();
        let mut changed = false;
        let mut change = |_| {
            if !std::mem::replace(&mut changed, true) {
                fs::write(&path, vec![b'b'; 9 << 20]).unwrap();
            }
        };
        copy(
            &source,
            &target,
            OsStr::new("file"),
            &CancellationToken::new(),
            &mut change,
        )
        .unwrap();
        let content = fs::read(dir.path().join("target/file")).unwrap();
        assert!(content == vec![b'b'; 9 << 20]);
    }

    #[test]
    fn a_file_that_never_holds_still_is_a_fault() {
        let (dir, source, target) = opened();
        let path = dir.path().join("source/file");
        fs::write(&path, vec![b'a'; 5 << 20]).unwrap();
        let writer = fs::OpenOptions::new().write(true).open(&path).unwrap();
        let mut tries = 0;
        // One byte, in place: size and inode stay the same.
        let mut change = |_| {
            tries += 1;
            writer.write_all_at(b"b", 0).unwrap();
        };
        match copy(
            &source,
            &target,
            OsStr::new("file"),
            &CancellationToken::new(),
            &mut change,
        ) {
            Err(Fault::Original(reason)) => assert_eq!(reason, "changed while it was copied"),
            other => panic!("{other:?}"),
        }
        assert!(tries >= TRIES_MAX);
    }

    #[test]
    fn a_file_that_was_just_written_is_looked_at_again_only_after_the_clock_moved() {
        let (dir, source, _) = opened();
        fs::write(dir.path().join("source/file"), "x").unwrap();
        let (_, stat) = source.open_file(OsStr::new("file")).unwrap();
        settle(&stat);
        assert!(
            coarse_now()
                > Duration::new(
                    stat.st_ctime.unsigned_abs(),
                    u32::try_from(stat.st_ctime_nsec).unwrap()
                )
        );
    }

    /// As some files of the kernel's do.
    #[test]
    fn a_file_with_fewer_bytes_than_it_says_is_a_fault() {
        let (_dir, _, target) = opened();
        let source = Dir::open("/sys/bus/cpu".as_ref()).unwrap();
        let name = OsStr::new("drivers_autoprobe");
        match copy(&source, &target, name, &CancellationToken::new(), &mut |_| ()) {
            Err(Fault::Original(reason)) => assert_eq!(reason, "ends before its size says"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn copying_ends_when_cancelled() {
        let (dir, source, target) = opened();
        fs::write(dir.path().join("source/file"), vec![b'a'; 10 << 20]).unwrap();
        let cancel = CancellationToken::new();
        let mut heard = Vec::new();
        let outcome = copy(&source, &target, OsStr::new("file"), &cancel, &mut |done| {
            heard.push(done);
            cancel.cancel();
        });
        assert!(matches!(outcome, Err(Fault::Cancelled)));
        assert_eq!(heard, [PIECE_BYTES]);
    }
}

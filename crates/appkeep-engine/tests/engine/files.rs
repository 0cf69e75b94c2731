//! Single files of backups: listings and content.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use appkeep_core::backup_file::{
    BackupData, BackupFiles, FileEntry, FileKind, FilePage, FilePath, FilePattern, FileStream, ListFiles,
};
use appkeep_core::engine::{Engine, EngineError};
use walkdir::WalkDir;

use crate::s3_target::S3Target;
use crate::workbench::{Workbench, add_odd_volumes, backup_id, never_cancelled, noise, odd_volumes};

/// Large enough for the entries of every test.
const LIMIT: usize = 1_000;

fn path(text: &str) -> FilePath {
    FilePath::parse(text).unwrap()
}

/// A recursive listing of everything.
fn everything() -> ListFiles {
    ListFiles {
        directory: FilePath::default(),
        is_recursive: true,
        pattern: None,
        after: None,
        limit: LIMIT,
    }
}

fn texts(page: &FilePage) -> Vec<String> {
    let paths = page.entries.iter().map(|entry| entry.path.to_string());
    paths.collect()
}

/// All pieces of a stream.
async fn received(mut pieces: FileStream) -> Result<Vec<u8>, EngineError> {
    let mut content = Vec::new();
    while let Some(piece) = pieces.recv().await {
        content.extend_from_slice(&piece?);
    }
    Ok(content)
}

impl Workbench {
    fn files_of(&self, number: u128) -> BackupData {
        BackupData {
            bucket: self.bucket.clone(),
            app_id: self.app_id,
            backup_id: backup_id(number),
        }
    }

    async fn list_files(&self, request: &ListFiles) -> Option<FilePage> {
        let backup = self.files_of(1);
        self.engine
            .list_files(&backup, request, &never_cancelled())
            .await
            .unwrap()
    }

    async fn find_file(&self, text: &str) -> Option<FileEntry> {
        let backup = self.files_of(1);
        self.engine
            .find_file(&backup, &path(text), &never_cancelled())
            .await
            .unwrap()
    }

    async fn read_file(&self, path: &FilePath, range: Range<u64>) -> Result<Vec<u8>, EngineError> {
        self.read_file_of(1, path, range).await
    }

    async fn read_file_of(
        &self,
        number: u128,
        path: &FilePath,
        range: Range<u64>,
    ) -> Result<Vec<u8>, EngineError> {
        let backup = self.files_of(number);
        let cancel = never_cancelled();
        let read = self.engine.read_file(&backup, path, range, &cancel);
        received(read.await?).await
    }

    async fn read_archive(&self, directory: &str) -> Result<Vec<u8>, EngineError> {
        let backup = self.files_of(1);
        let (directory, cancel) = (path(directory), never_cancelled());
        let read = self.engine.read_archive(&backup, &directory, &cancel);
        received(read.await?).await
    }

    /// Changes a byte of each large pack.
    fn damage_packs(&self) {
        for pack in WalkDir::new(self.repository().join("data")) {
            let pack = pack.unwrap();
            if pack.file_type().is_file() && pack.metadata().unwrap().len() > 100_000 {
                fs::set_permissions(pack.path(), fs::Permissions::from_mode(0o600)).unwrap();
                let mut content = fs::read(pack.path()).unwrap();
                content[50_000] ^= 1;
                fs::write(pack.path(), content).unwrap();
            }
        }
    }

    /// The names of the packs with the content of files.
    fn packs(&self) -> BTreeSet<PathBuf> {
        let packs = WalkDir::new(self.repository().join("data"))
            .into_iter()
            .map(Result::unwrap);
        let packs =
            packs.filter(|pack| pack.file_type().is_file() && pack.metadata().unwrap().len() > 1 << 20);
        packs.map(walkdir::DirEntry::into_path).collect()
    }

    /// The path of a backed-up entry in its volume.
    fn original(&self, path: &FilePath) -> PathBuf {
        self.root().join("volumes").join(path.as_path())
    }

    /// Compares a recursive listing and the content of every file with the volumes.
    async fn assert_files_are_those_of_the_volumes(&self) {
        let page = self.list_files(&everything()).await.unwrap();
        assert_eq!(page.continue_after, None);
        let listed: Vec<_> = page
            .entries
            .iter()
            .map(|entry| self.original(&entry.path))
            .collect();
        let walk = WalkDir::new(self.root().join("volumes"))
            .min_depth(1)
            .sort_by_file_name();
        let walked: Vec<_> = walk.into_iter().map(|entry| entry.unwrap().into_path()).collect();
        assert_eq!(listed, walked);
        for entry in &page.entries {
            let original = self.original(&entry.path);
            let metadata = original.symlink_metadata().unwrap();
            assert_eq!(
                entry.modified.unwrap().timestamp(),
                metadata.mtime(),
                "{}",
                original.display()
            );
            assert_eq!(
                self.find_file(&entry.path.to_string()).await.as_ref(),
                Some(entry)
            );
            match &entry.kind {
                FileKind::File => {
                    assert_eq!(entry.mode.unwrap(), metadata.permissions().mode() & 0o7777);
                    assert_eq!(entry.size, metadata.len());
                    let content = self.read_file(&entry.path, 0..entry.size).await.unwrap();
                    assert!(content == fs::read(&original).unwrap(), "{}", original.display());
                }
                FileKind::Symlink(target) => {
                    let expected = fs::read_link(&original).unwrap();
                    assert_eq!(OsStr::from_bytes(target), expected);
                }
                FileKind::Directory => assert!(metadata.is_dir()),
                FileKind::Other => panic!("{}", original.display()),
            }
        }
    }
}

#[tokio::test]
async fn every_entry_is_listed_and_every_file_has_its_content() {
    let (workbench, _) = odd_volumes();
    workbench.back_up(1).await;
    workbench.assert_files_are_those_of_the_volumes().await;
    let odd = workbench.find_file("/data/not utf-8: %FF%FE").await.unwrap();
    assert_eq!(workbench.read_file(&odd.path, 0..5).await.unwrap(), b"odder");
}

#[tokio::test]
async fn files_of_a_bucket_on_s3_are_listed_and_read() {
    let target = S3Target::any();
    let (workbench, _) = add_odd_volumes(Workbench::on_s3(&target));
    workbench.engine.claim_bucket(&workbench.bucket).await.unwrap();
    workbench.back_up(1).await;
    workbench.assert_files_are_those_of_the_volumes().await;
}

#[tokio::test]
async fn pages_contain_each_entry_once_whatever_their_size() {
    let (workbench, _) = odd_volumes();
    workbench.back_up(1).await;
    let all = workbench.list_files(&everything()).await.unwrap();
    for limit in [1, 2, 7] {
        let mut request = ListFiles {
            limit,
            ..everything()
        };
        let mut entries = Vec::new();
        loop {
            let page = workbench.list_files(&request).await.unwrap();
            assert!(page.entries.len() <= limit);
            entries.extend(page.entries);
            if page.continue_after.is_none() {
                break;
            }
            request.after = page.continue_after;
        }
        assert_eq!(entries, all.entries, "{limit}");
    }
}

#[tokio::test]
async fn a_directory_lists_its_own_entries_and_patterns_select_some() {
    let workbench = Workbench::new();
    fs::create_dir(workbench.data().join("dir")).unwrap();
    for name in ["a.txt", "b", "dir/c.txt", "dir.txt"] {
        fs::write(workbench.data().join(name), name).unwrap();
    }
    workbench.back_up(1).await;
    for (directory, is_recursive, pattern, expected) in [
        ("/", false, None, vec!["/data"]),
        (
            "/data",
            false,
            None,
            vec!["/data/a.txt", "/data/b", "/data/dir", "/data/dir.txt"],
        ),
        ("/data/b", false, None, vec!["/data/b"]),
        ("/data", true, Some("c*"), vec!["/data/dir/c.txt"]),
        (
            "/",
            true,
            Some("data/*.txt"),
            vec!["/data/a.txt", "/data/dir.txt"],
        ),
    ] {
        let request = ListFiles {
            directory: path(directory),
            is_recursive,
            pattern: pattern.map(|pattern| FilePattern::parse(pattern).unwrap()),
            ..everything()
        };
        let page = workbench.list_files(&request).await.unwrap();
        assert_eq!(texts(&page), expected, "{directory} {pattern:?}");
    }
    for missing in ["/other", "/data/c", "/data/b/c"] {
        let request = ListFiles {
            directory: path(missing),
            ..everything()
        };
        assert_eq!(workbench.list_files(&request).await, None, "{missing}");
        assert_eq!(workbench.find_file(missing).await, None, "{missing}");
    }
}

#[tokio::test]
async fn ranges_of_a_file_in_several_pieces_are_those_of_the_original() {
    let workbench = Workbench::new();
    // More than one pack.
    let content = noise(1, 20 << 20);
    fs::write(workbench.data().join("big"), &content).unwrap();
    workbench.back_up(1).await;
    assert!(workbench.stored("data").0 > 2);
    let (big, size) = (path("/data/big"), 20 << 20);
    for range in [
        0..0,
        0..1,
        size..size,
        size - 1..size,
        8_000_000..8_000_001,
        777_777..17_777_777,
        0..size,
    ] {
        let read = workbench.read_file(&big, range.clone()).await.unwrap();
        let expected = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        assert!(read == content[expected], "{range:?}");
    }
}

#[tokio::test]
async fn reads_of_anything_but_a_range_of_a_file_are_refused() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "four").unwrap();
    workbench.back_up(1).await;
    for (text, range, reason) in [
        ("/", 0..0, "/: it is not a regular file"),
        ("/data", 0..0, "/data: it is not a regular file"),
        ("/data/none", 0..0, "/data/none: the backup does not contain it"),
        (
            "/data/file",
            0..5,
            "/data/file: invalid range 0 to 5: expected at most 4 bytes",
        ),
    ] {
        match workbench.read_file(&path(text), range).await {
            Err(EngineError::Refused(refused)) => assert_eq!(refused, reason),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_backup_that_is_deleted_during_a_read_is_an_error_without_wrong_bytes() {
    let workbench = Workbench::new();
    let content = noise(1, 64 << 20);
    fs::write(workbench.data().join("big"), &content).unwrap();
    workbench.back_up(1).await;
    let backup = workbench.files_of(1);
    let size = content.len() as u64;
    let mut pieces = workbench
        .engine
        .read_file(&backup, &path("/data/big"), 0..size, &never_cancelled())
        .await
        .unwrap();
    // The reader can't be far ahead of the receiver, so packs are missing when it continues.
    workbench.delete(1).await.unwrap();
    let (mut read, mut failed) = (Vec::new(), None);
    while let Some(piece) = pieces.recv().await {
        match piece {
            Ok(piece) => read.extend_from_slice(&piece),
            Err(error) => failed = Some(error),
        }
    }
    let failed = failed.unwrap().to_string();
    assert!(failed.contains("is not in bucket main"), "{failed}");
    assert!(read.len() < content.len() && content.starts_with(&read));
    let missing = workbench
        .engine
        .list_files(&backup, &everything(), &never_cancelled())
        .await
        .unwrap_err()
        .to_string();
    assert!(missing.contains("is not in bucket main"), "{missing}");
}

/// The packs of a damaged bucket may contain anything.
#[tokio::test]
async fn damaged_content_is_an_error() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), noise(1, 100_000)).unwrap();
    workbench.back_up(1).await;
    workbench.damage_packs();
    match workbench.read_file(&path("/data/file"), 0..100_000).await {
        Err(EngineError::Unreadable(reasons)) => {
            assert!(reasons[0].starts_with("/data/file: "), "{reasons:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn archives_contain_what_the_volumes_contain() {
    let (workbench, _) = odd_volumes();
    let long = "long".repeat(60);
    fs::write(workbench.data().join(&long), "long").unwrap();
    symlink(format!("../{long}"), workbench.data().join("to long")).unwrap();
    fs::hard_link(workbench.data().join(&long), workbench.data().join("second name")).unwrap();
    workbench.back_up(1).await;
    let archive = workbench.read_archive("/").await.unwrap();
    let target = tempfile::tempdir().unwrap();
    let mut unpacked = tar::Archive::new(archive.as_slice());
    unpacked.set_preserve_permissions(true);
    unpacked.unpack(target.path()).unwrap();
    for entry in WalkDir::new(workbench.root().join("volumes")).min_depth(1) {
        let original = entry.unwrap().into_path();
        let relative = original.strip_prefix(workbench.root().join("volumes")).unwrap();
        let copy = target.path().join(relative);
        let [expected, found] = [&original, &copy].map(|path| path.symlink_metadata().unwrap());
        assert_eq!(found.file_type(), expected.file_type(), "{}", original.display());
        if expected.is_symlink() {
            assert_eq!(fs::read_link(&copy).unwrap(), fs::read_link(&original).unwrap());
            continue;
        }
        assert_eq!(found.mode(), expected.mode(), "{}", original.display());
        if expected.is_file() {
            assert_eq!(found.mtime(), expected.mtime(), "{}", original.display());
            assert_eq!(found.nlink(), expected.nlink(), "{}", original.display());
            assert!(fs::read(&copy).unwrap() == fs::read(&original).unwrap());
        }
    }
    let count = |root: &Path| WalkDir::new(root).min_depth(1).into_iter().count();
    assert_eq!(count(target.path()), count(&workbench.root().join("volumes")));
}

#[tokio::test]
async fn an_archive_of_a_directory_has_the_paths_of_the_backup() {
    let workbench = Workbench::new();
    fs::create_dir_all(workbench.data().join("dir/inner")).unwrap();
    fs::write(workbench.data().join("dir/inner/file"), "content").unwrap();
    fs::write(workbench.data().join("other"), "other").unwrap();
    workbench.back_up(1).await;
    let archive = workbench.read_archive("/data/dir").await.unwrap();
    let mut archive = tar::Archive::new(archive.as_slice());
    let entries = archive.entries().unwrap().map(Result::unwrap);
    let entries: Vec<_> = entries
        .map(|entry| {
            let header = entry.header();
            let owner = (header.uid().unwrap(), header.gid().unwrap());
            (entry.path().unwrap().display().to_string(), owner)
        })
        .collect();
    let metadata = workbench.data().join("dir").metadata().unwrap();
    let owner = (u64::from(metadata.uid()), u64::from(metadata.gid()));
    let paths = ["data/dir", "data/dir/inner", "data/dir/inner/file"];
    assert_eq!(entries, paths.map(|path| (path.to_owned(), owner)));
    for (text, reason) in [
        ("/data/other", "/data/other: it is not a directory"),
        ("/data/none", "/data/none: the backup does not contain it"),
    ] {
        match workbench.read_archive(text).await {
            Err(EngineError::Refused(refused)) => assert_eq!(refused, reason),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_archive_of_damaged_content_is_an_error() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), noise(1, 100_000)).unwrap();
    workbench.back_up(1).await;
    workbench.damage_packs();
    match workbench.read_archive("/").await {
        Err(EngineError::Unreadable(reasons)) => {
            assert!(reasons[0].starts_with("/data/file: "), "{reasons:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn repositories_stay_open_between_reads() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "content").unwrap();
    workbench.back_up(1).await;
    let first = workbench.list_files(&everything()).await;
    let index = workbench.repository().join("index");
    fs::rename(&index, workbench.root().join("index")).unwrap();
    assert_eq!(workbench.list_files(&everything()).await, first);
    // A repository that is opened now has no index.
    fs::create_dir(&index).unwrap();
    let file = workbench.read_file(&path("/data/file"), 0..7).await.unwrap();
    assert_eq!(file, b"content");
}

#[tokio::test]
async fn packs_that_were_replaced_since_the_repository_was_opened_lead_to_no_error() {
    let workbench = Workbench::new();
    let kept = noise(1, 3 << 20);
    fs::write(workbench.data().join("kept"), &kept).unwrap();
    fs::write(workbench.data().join("removed"), noise(2, 1 << 20)).unwrap();
    workbench.back_up(1).await;
    fs::remove_file(workbench.data().join("removed")).unwrap();
    workbench.back_up(2).await;
    let (kept_path, size) = (path("/data/kept"), kept.len() as u64);
    let first = workbench.read_file_of(2, &kept_path, 0..1).await.unwrap();
    assert_eq!(first, kept[..1]);
    let packs = workbench.packs();
    workbench.delete(1).await.unwrap();
    assert!(workbench.packs().is_disjoint(&packs), "no pack was replaced");
    let read = workbench.read_file_of(2, &kept_path, 0..size).await.unwrap();
    assert!(read == kept);
    fs::write(workbench.data().join("added"), "added").unwrap();
    workbench.back_up(3).await;
    let added = workbench.read_file_of(3, &path("/data/added"), 0..5).await;
    assert_eq!(added.unwrap(), b"added");
}

#[tokio::test]
async fn the_number_of_concurrent_streams_is_limited() {
    let workbench = Workbench::new();
    let size = 16 << 20;
    fs::write(workbench.data().join("big"), noise(1, size)).unwrap();
    workbench.back_up(1).await;
    let (backup, big, size) = (workbench.files_of(1), path("/data/big"), size as u64);
    let (mut streams, cancel) = (Vec::new(), never_cancelled());
    let refused = loop {
        let read = workbench.engine.read_file(&backup, &big, 0..size, &cancel);
        match read.await {
            Ok(stream) => streams.push(stream),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, EngineError::Exhausted(_)), "{refused}");
    assert_eq!(streams.len(), 32);
    drop(streams);
    // The places are free once the reads have ended, which notice it when they send their next piece.
    let again = loop {
        match workbench.read_file(&big, 0..1).await {
            Err(EngineError::Exhausted(_)) => tokio::task::yield_now().await,
            ended => break ended,
        }
    };
    assert_eq!(again.unwrap().len(), 1);
}

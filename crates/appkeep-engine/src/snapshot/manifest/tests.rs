use std::fs;
use std::os::unix::fs::MetadataExt;

use super::read::{Reader, Step, TOP};
use super::write::Writer;
use super::*;

fn original(number: u64) -> Original {
    Original {
        mode: 0o4751,
        owner: (4_000_000_000, 7),
        modified: (-1, 999_999_999),
        changed: (i64::MAX, 0),
        inode: number,
        attributes: vec![(c"user.\xff".to_owned(), vec![0, 255, 7])],
    }
}

fn file(name: &[u8], number: u64) -> Entry {
    let (size, links, device) = (u64::MAX, 2, 1);
    let kind = Kind::File { size, links, device };
    Entry::new(OsStr::from_bytes(name), kind, original(number))
}

fn directory(name: &str, number: u64) -> Entry {
    Entry::new(OsStr::new(name), Kind::Directory, original(number))
}

/// Writes a manifest with two volumes. `a` contains a directory with a file, followed by a file.
fn write(path: &Path) {
    let mut writer = Writer::create(path).unwrap();
    writer.entry(directory("a", 1)).unwrap();
    writer.entry(directory("below", 2)).unwrap();
    writer.entry(file(b"\xff", 3)).unwrap();
    writer.leave().unwrap();
    writer.entry(file(b"file", 4)).unwrap();
    writer.leave().unwrap();
    writer.subvolume(OsStr::new("b")).unwrap();
    writer.finish().unwrap();
}

#[test]
fn entries_are_read_in_the_order_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("manifest");
    write(&path);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    let mut reader = Reader::open(&path).unwrap();
    let expected = [
        Step::Entry(directory("a", 1)),
        Step::Entry(directory("below", 2)),
        Step::Entry(file(b"\xff", 3)),
        Step::End,
        Step::Entry(file(b"file", 4)),
        Step::End,
        Step::Subvolume("b".into()),
        Step::End,
    ];
    for step in expected {
        assert_eq!(reader.step().unwrap(), step);
    }
}

#[test]
fn each_directory_can_be_listed_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("manifest");
    write(&path);
    let mut reader = Reader::open(&path).unwrap();
    let top = reader.list(TOP).unwrap();
    assert_eq!(top.len(), 2);
    assert_eq!(top[1].0, Step::Subvolume("b".into()));
    let inside = reader.list(top[0].1).unwrap();
    assert_eq!(inside[0].0, Step::Entry(directory("below", 2)));
    assert_eq!(inside[1].0, Step::Entry(file(b"file", 4)));
    assert_eq!(inside.len(), 2);
    let below = reader.list(inside[0].1).unwrap();
    assert_eq!(below.len(), 1);
    assert_eq!(below[0].0, Step::Entry(file(b"\xff", 3)));
    // A directory can be listed again, in any order.
    assert_eq!(reader.list(TOP).unwrap(), top);
}

#[test]
fn an_unknown_version_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("manifest");
    fs::write(&path, "appkeep manifest 2\n and more").unwrap();
    let error = Reader::open(&path).unwrap_err().to_string();
    assert_eq!(
        error,
        "the manifest begins with \"appkeep manifest 2\": expected \"appkeep manifest 1\""
    );
}

/// A reader would loop forever on an offset that points back.
#[test]
fn an_end_before_its_directory_is_reported_as_damage() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("manifest");
    write(&path);
    let mut bytes = fs::read(&path).unwrap();
    let content = postcard::to_allocvec(&Frame::Entry(directory("a", 1))).unwrap();
    let noted_at = HEAD.len() + PREFIX_BYTES + content.len();
    bytes[noted_at..noted_at + 8].copy_from_slice(&(HEAD.len() as u64).to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let error = Reader::open(&path).unwrap().list(TOP).unwrap_err().to_string();
    assert!(error.starts_with("the manifest is damaged at byte"), "{error}");
}

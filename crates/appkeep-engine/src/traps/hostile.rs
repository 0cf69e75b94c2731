//! Repositories with hostile content, and buckets that fail during a restore.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use appkeep_core::engine::EngineError;
use rustic_core::repofile::{Node, NodeType};
use rustic_core::{FileType, ReadSource, ReadSourceEntry, RusticResult};

use super::bench::Bench;
use super::faulty::{Act, Faults, Mishap, Struck};
use crate::tree_source::TreeSource;

/// Changes the metadata of an entry.
type Lie = dyn Fn(&Path, &mut Node) + Send + Sync;

/// A source with falsified entries.
struct Lying {
    source: TreeSource,
    lie: Arc<Lie>,
}

impl ReadSource for Lying {
    type Open = <TreeSource as ReadSource>::Open;
    type Iter = Box<dyn Iterator<Item = RusticResult<ReadSourceEntry<Self::Open>>> + Send>;

    fn size(&self) -> RusticResult<Option<u64>> {
        self.source.size()
    }

    fn entries(&self) -> Self::Iter {
        let lie = Arc::clone(&self.lie);
        Box::new(self.source.entries().map(move |entry| {
            entry.map(|mut entry| {
                lie(&entry.path, &mut entry.node);
                entry
            })
        }))
    }
}

/// Stores a backup in which `lie` has changed each entry.
fn store_lies(bench: &Bench, number: u128, lie: impl Fn(&Path, &mut Node) + Send + Sync + 'static) {
    let source = Lying {
        source: bench.tree(),
        lie: Arc::new(lie),
    };
    bench.store_unguarded(number, &source);
}

/// Creates a target with existing data, and a directory outside the target.
fn target_of(bench: &Bench) -> PathBuf {
    let target = bench.dir.path().join("around/target");
    fs::create_dir_all(target.join("data")).unwrap();
    fs::write(target.join("data/precious"), "old").unwrap();
    fs::create_dir(bench.dir.path().join("outside")).unwrap();
    target
}

/// Checks that the target is unchanged, and that nothing was written elsewhere.
fn assert_untouched(bench: &Bench, target: &Path) {
    let names = |directory: &Path| {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(target), ["data"]);
    assert_eq!(names(&target.join("data")), ["precious"]);
    assert_eq!(fs::read(target.join("data/precious")).unwrap(), b"old");
    assert_eq!(names(target.parent().unwrap()), ["target"]);
    assert_eq!(names(&bench.dir.path().join("outside")), [""; 0]);
    assert!(!Path::new("/appkeep-evil").exists());
}

fn assert_refused(bench: &Bench, number: u128, target: &Path, expected: &str) {
    match bench.restore(number, target.to_owned(), Faults::none()) {
        Err(EngineError::Unreadable(reasons)) => assert!(reasons[0].contains(expected), "{reasons:?}"),
        other => panic!("{expected}: {other:?}"),
    }
    assert_untouched(bench, target);
}

/// Tests volumes, directories and files in turn.
#[test]
fn names_that_lead_elsewhere_are_refused() {
    let bench = Bench::new();
    let target = target_of(&bench);
    let entries = ["source/data", "data/below", "data/5", "data/below/file"];
    let names = [
        "..",
        ".",
        "",
        "../evil",
        "../../outside/evil",
        "/appkeep-evil",
        "below/x",
        "a\\x00b",
    ];
    let lies = entries
        .into_iter()
        .flat_map(|entry| names.map(|name| (entry, name)));
    for ((entry, name), number) in lies.zip(1..) {
        store_lies(&bench, number, move |path, node| {
            if path.ends_with(entry) {
                name.clone_into(&mut node.name);
            }
        });
        assert_refused(&bench, number, &target, "can't be the name of an entry");
    }
}

/// A link out of the target, and then a directory or a file with the same name.
#[test]
fn nothing_is_written_through_a_link() {
    let bench = Bench::new();
    let target = target_of(&bench);
    let link = bench.source().join("data/5");
    fs::remove_file(&link).unwrap();
    symlink(bench.dir.path().join("outside"), &link).unwrap();
    for (entry, number) in [("data/below", 1), ("data/6", 2)] {
        store_lies(&bench, number, move |path, node| {
            if path.ends_with(entry) {
                "5".clone_into(&mut node.name);
            }
        });
        assert_refused(&bench, number, &target, "there are two entries of this name");
    }
}

#[test]
fn what_no_backup_of_ours_has_is_refused() {
    let bench = Bench::new();
    let target = target_of(&bench);
    let odd = "it is a device, pipe or socket";
    let kinds = [
        (NodeType::Dev { device: 0x0800 }, odd),
        (NodeType::Chardev { device: 0x0103 }, odd),
        (NodeType::Fifo, odd),
        (NodeType::Socket, odd),
        (NodeType::from_link(Path::new("")), "a link can't point to"),
        (NodeType::from_link(Path::new("a\0b")), "a link can't point to"),
    ];
    for ((kind, expected), number) in kinds.into_iter().zip(1..) {
        store_lies(&bench, number, move |path, node| {
            if path.ends_with("data/5") {
                node.node_type = kind.clone();
            }
        });
        assert_refused(&bench, number, &target, expected);
    }
}

/// Two files that claim to be hard links of each other are restored with their own content.
#[test]
fn files_that_lie_about_being_one_are_two() {
    let bench = Bench::new();
    let target = target_of(&bench);
    store_lies(&bench, 1, |path, node| {
        if path.ends_with("data/5") || path.ends_with("data/6") {
            (node.meta.inode, node.meta.device_id, node.meta.links) = (7, 7, 2);
        }
    });
    bench.restore(1, target.clone(), Faults::none()).unwrap();
    for name in ["5", "6"] {
        let restored = fs::read(target.join("data").join(name)).unwrap();
        assert!(restored == fs::read(bench.source().join("data").join(name)).unwrap());
    }
}

#[test]
fn a_size_that_is_not_true_is_refused() {
    let bench = Bench::new();
    let target = target_of(&bench);
    store_lies(&bench, 1, |path, node| {
        if path.ends_with("data/5") {
            node.meta.size = 1 << 50;
        }
    });
    assert_refused(
        &bench,
        1,
        &target,
        "its pieces have 10000 bytes, but its size is 1125899906842624",
    );
}

/// If the bucket fails in any way, the old data is unchanged, and a retry succeeds.
#[test]
fn a_restore_that_cannot_read_leaves_the_old_data_alone() {
    let bench = Bench::new();
    bench.store_whole(1);
    let mut target = target_of(&bench);
    for mishap in [Mishap::Refused, Mishap::AnswerLost, Mishap::Dead] {
        for made in ["around", "outside"] {
            fs::remove_dir_all(bench.dir.path().join(made)).unwrap();
        }
        target = target_of(&bench);
        let struck = Arc::new(Struck::default());
        for number in 0.. {
            match bench.restore(1, target.clone(), Faults::nth(number, mishap, &struck)) {
                Ok(_) => break,
                Err(EngineError::Storage(reason)) => assert!(reason.ends_with("made to fail"), "{reason}"),
                Err(other) => panic!("act {number}: {other:?}"),
            }
            assert_untouched(&bench, &target);
        }
        assert!(struck.count() > 20, "only {} acts were struck", struck.count());
        assert_eq!(fs::read_dir(target.join("data")).unwrap().count(), 21);
    }
    for (act, kind) in [(Act::List, FileType::Index), (Act::Read, FileType::Pack)] {
        let outcome = bench.restore(1, target.clone(), Faults::at(act, kind));
        assert!(matches!(outcome, Err(EngineError::Storage(_))), "{outcome:?}");
        assert_eq!(fs::read_dir(target.join("data")).unwrap().count(), 21);
    }
}

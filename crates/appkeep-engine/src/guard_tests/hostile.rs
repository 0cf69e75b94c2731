//! Repositories with hostile content, and buckets that fail during a restore.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use appkeep_core::engine::EngineError;
use rustic_core::repofile::{Node, NodeType};
use rustic_core::{FileType, ReadSource, ReadSourceEntry, RusticResult};

use super::faulty_backend::{Fault, Faults, HitOperations, Operation};
use super::test_repository::TestRepository;
use crate::tree_source::TreeSource;

/// Changes the metadata of an entry.
type Falsify = dyn Fn(&Path, &mut Node) + Send + Sync;

/// A source with falsified entries.
struct FalsifiedSource {
    source: TreeSource,
    falsify: Arc<Falsify>,
}

impl ReadSource for FalsifiedSource {
    type Open = <TreeSource as ReadSource>::Open;
    type Iter = Box<dyn Iterator<Item = RusticResult<ReadSourceEntry<Self::Open>>> + Send>;

    fn size(&self) -> RusticResult<Option<u64>> {
        self.source.size()
    }

    fn entries(&self) -> Self::Iter {
        let falsify = Arc::clone(&self.falsify);
        Box::new(self.source.entries().map(move |entry| {
            entry.map(|mut entry| {
                falsify(&entry.path, &mut entry.node);
                entry
            })
        }))
    }
}

/// Stores a backup in which `falsify` has changed each entry.
fn store_falsified(
    repository: &TestRepository,
    number: u128,
    falsify: impl Fn(&Path, &mut Node) + Send + Sync + 'static,
) {
    let source = FalsifiedSource {
        source: repository.tree(),
        falsify: Arc::new(falsify),
    };
    repository.store_unguarded(number, &source);
}

/// Creates a target with existing data, and a directory outside the target.
fn target_of(repository: &TestRepository) -> PathBuf {
    let target = repository.dir.path().join("around/target");
    fs::create_dir_all(target.join("data")).unwrap();
    fs::write(target.join("data/precious"), "old").unwrap();
    fs::create_dir(repository.dir.path().join("outside")).unwrap();
    target
}

/// Checks that the target is unchanged, and that nothing was written elsewhere.
fn assert_untouched(repository: &TestRepository, target: &Path) {
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
    assert_eq!(names(&repository.dir.path().join("outside")), [""; 0]);
    assert!(!Path::new("/appkeep-evil").exists());
}

fn assert_refused(repository: &TestRepository, number: u128, target: &Path, expected: &str) {
    match repository.restore(number, target.to_owned(), Faults::none()) {
        Err(EngineError::Unreadable(reasons)) => assert!(reasons[0].contains(expected), "{reasons:?}"),
        other => panic!("{expected}: {other:?}"),
    }
    assert_untouched(repository, target);
}

/// Tests volumes, directories and files in turn.
#[test]
fn restore_refuses_names_that_lead_outside_the_target() {
    let repository = TestRepository::new();
    let target = target_of(&repository);
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
    let cases = entries
        .into_iter()
        .flat_map(|entry| names.map(|name| (entry, name)));
    for ((entry, name), number) in cases.zip(1..) {
        store_falsified(&repository, number, move |path, node| {
            if path.ends_with(entry) {
                name.clone_into(&mut node.name);
            }
        });
        assert_refused(&repository, number, &target, "can't be the name of an entry");
    }
}

/// A link out of the target, and then a directory or a file with the same name.
#[test]
fn restore_writes_nothing_through_a_link() {
    let repository = TestRepository::new();
    let target = target_of(&repository);
    let link = repository.source().join("data/5");
    fs::remove_file(&link).unwrap();
    symlink(repository.dir.path().join("outside"), &link).unwrap();
    for (entry, number) in [("data/below", 1), ("data/6", 2)] {
        store_falsified(&repository, number, move |path, node| {
            if path.ends_with(entry) {
                "5".clone_into(&mut node.name);
            }
        });
        assert_refused(&repository, number, &target, "there are two entries of this name");
    }
}

#[test]
fn restore_refuses_devices_pipes_sockets_and_invalid_links() {
    let repository = TestRepository::new();
    let target = target_of(&repository);
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
        store_falsified(&repository, number, move |path, node| {
            if path.ends_with("data/5") {
                node.node_type = kind.clone();
            }
        });
        assert_refused(&repository, number, &target, expected);
    }
}

/// Two files that claim to be hard links of each other are restored with their own content.
#[test]
fn files_with_falsified_hard_links_keep_their_own_content() {
    let repository = TestRepository::new();
    let target = target_of(&repository);
    store_falsified(&repository, 1, |path, node| {
        if path.ends_with("data/5") || path.ends_with("data/6") {
            (node.meta.inode, node.meta.device_id, node.meta.links) = (7, 7, 2);
        }
    });
    repository.restore(1, target.clone(), Faults::none()).unwrap();
    for name in ["5", "6"] {
        let restored = fs::read(target.join("data").join(name)).unwrap();
        assert!(restored == fs::read(repository.source().join("data").join(name)).unwrap());
    }
}

#[test]
fn restore_refuses_a_falsified_file_size() {
    let repository = TestRepository::new();
    let target = target_of(&repository);
    store_falsified(&repository, 1, |path, node| {
        if path.ends_with("data/5") {
            node.meta.size = 1 << 50;
        }
    });
    assert_refused(
        &repository,
        1,
        &target,
        "its pieces have 10000 bytes, but its size is 1125899906842624",
    );
}

/// If the bucket fails in any way, the old data is unchanged, and a retry succeeds.
#[test]
fn restore_with_any_failed_read_keeps_the_old_data() {
    let repository = TestRepository::new();
    repository.store_whole(1);
    let mut target = target_of(&repository);
    for fault in [Fault::Refused, Fault::ResponseLost, Fault::Dead] {
        for made in ["around", "outside"] {
            fs::remove_dir_all(repository.dir.path().join(made)).unwrap();
        }
        target = target_of(&repository);
        let hit = Arc::new(HitOperations::default());
        for number in 0.. {
            match repository.restore(1, target.clone(), Faults::nth(number, fault, &hit)) {
                Ok(_) => break,
                Err(EngineError::Storage(reason)) => assert!(reason.ends_with("made to fail"), "{reason}"),
                Err(other) => panic!("operation {number}: {other:?}"),
            }
            assert_untouched(&repository, &target);
        }
        assert!(hit.count() > 20, "only {} operations were hit", hit.count());
        assert_eq!(fs::read_dir(target.join("data")).unwrap().count(), 21);
    }
    for (operation, kind) in [
        (Operation::List, FileType::Index),
        (Operation::Read, FileType::Pack),
    ] {
        let outcome = repository.restore(1, target.clone(), Faults::at(operation, kind));
        assert!(matches!(outcome, Err(EngineError::Storage(_))), "{outcome:?}");
        assert_eq!(fs::read_dir(target.join("data")).unwrap().count(), 21);
    }
}
